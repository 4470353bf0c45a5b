//! Commands per second through one replica on this disk, at several numbers of submitters, with
//! and without followers of the journal; before each row, one write and fdatasync on the same disk.
//!
//! `cargo run --release -p gcfn-cell --example throughput [directory]`

use futures::future::BoxFuture;
use gcfn_cell::{Cell, CellConfig, CellMetrics, RaftCall, SystemClock, Transport, TransportError};
use gcfn_model::{Machine, Timestamp};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sums what it is sent: the cost measured is the cell's, not the machine's.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Sum(u64);

/// As large as a typical order.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Add {
    amount: u64,
    ballast: Vec<u8>,
}

impl Machine for Sum {
    type Command = Add;
    type Outcome = u64;
    type Event = u64;
    type Frozen = Sum;
    fn freeze(&self) -> Sum {
        Sum(self.0)
    }
    fn apply(&mut self, _at: Timestamp, add: &Add, events: &mut Vec<u64>) -> u64 {
        self.0 = self.0.wrapping_add(add.amount);
        events.push(self.0);
        self.0
    }
}

/// There is nobody else.
struct Alone;

impl Transport for Alone {
    fn call(
        &self,
        target: u64,
        _: RaftCall,
    ) -> BoxFuture<'static, Result<Vec<u8>, TransportError>> {
        let reason = "this cell has one replica".to_owned();
        Box::pin(async move { Err(TransportError::Unreachable { target, reason }) })
    }
}

/// As many as a trading node has: its feed, proofs, read model, couriers, banks, supervisors.
const FOLLOWERS: usize = 8;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let temporary = tempfile::TempDir::new()?;
    let dir = std::env::args().nth(1).map_or(temporary.path().to_owned(), Into::into);
    let config = CellConfig::new("throughput", 1, dir.join("cell"), Arc::new(SystemClock));
    let cell: Cell<Sum> = Cell::open(config, Sum::default, Arc::new(Alone)).await?;
    cell.initialize([1].into()).await?;
    cell.until(CellMetrics::is_leader).await?;

    let heads = "followers  submitters  commands/s  commands/entry  p50 us  p99 us  fdatasync us";
    writeln!(std::io::stdout(), "{heads}")?;
    for followers in [0, FOLLOWERS] {
        let begin = cell.applied().borrow().index + 1;
        for _ in 0..followers {
            let mut journal = cell.journal(begin);
            gcfn_telemetry::spawn("follower", async move {
                while journal.next().await.is_ok() {}
                Ok::<(), Infallible>(())
            });
        }
        for submitters in [1, 16, 256, 2048] {
            let sync = fdatasync(&dir.join("block"))?;
            let measured = measure(&cell, submitters).await?;
            writeln!(
                std::io::stdout(),
                "{followers:>9}  {submitters:>10}  {measured}  {sync:>12}"
            )?;
        }
    }
    cell.shutdown().await;
    Ok(())
}

/// The median of a block of 4 KiB overwritten and synced, in microseconds.
fn fdatasync(path: &Path) -> std::io::Result<u128> {
    let file = File::create(path)?;
    let mut spans = Vec::new();
    for _ in 0..500 {
        let began = Instant::now();
        file.write_all_at(&[7; 4096], 0)?;
        file.sync_data()?;
        spans.push(began.elapsed().as_micros());
    }
    spans.sort_unstable();
    Ok(spans[spans.len() / 2])
}

/// Every submitter sends one command, waits for its outcome, and sends the next.
async fn measure(cell: &Cell<Sum>, submitters: u32) -> Result<String, Box<dyn std::error::Error>> {
    const SPAN: Duration = Duration::from_secs(3);
    let entries_before = cell.metrics().last_log_index;
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..submitters {
        let cell = cell.clone();
        tasks.spawn(async move {
            let mut spans = Vec::new();
            let add = Add { amount: 1, ballast: vec![7; 120] };
            while began.elapsed() < SPAN {
                let sent = Instant::now();
                cell.submit(std::slice::from_ref(&add)).await?;
                spans.push(sent.elapsed().as_micros());
            }
            Ok::<_, gcfn_cell::SubmitError>(spans)
        });
    }
    let mut spans = Vec::new();
    for submitted in tasks.join_all().await {
        spans.extend(submitted?);
    }
    spans.sort_unstable();
    let seconds = began.elapsed().as_secs_f64();
    let entries = u32::try_from(cell.metrics().last_log_index - entries_before)?;
    let done = f64::from(u32::try_from(spans.len())?);
    Ok(format!(
        "{:>10.0}  {:>14.1}  {:>6}  {:>6}",
        done / seconds,
        done / f64::from(entries),
        spans[spans.len() / 2],
        spans[spans.len() * 99 / 100],
    ))
}
