//! Commands per second through one replica on this disk, at several numbers of submitters.
//!
//! `cargo run --release -p gcfn-cell --example throughput [directory]`

use futures::future::BoxFuture;
use gcfn_cell::{Cell, CellConfig, CellMetrics, RaftCall, SystemClock, Transport, TransportError};
use gcfn_model::{Machine, Timestamp};
use serde::{Deserialize, Serialize};
use std::io::Write;
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

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let temporary = tempfile::TempDir::new()?;
    let dir = std::env::args().nth(1).map_or(temporary.path().join("cell"), Into::into);
    let config = CellConfig::new("throughput", 1, dir, Arc::new(SystemClock));
    let cell: Cell<Sum> = Cell::open(config, Sum::default, Arc::new(Alone)).await?;
    cell.initialize([1].into()).await?;
    cell.until(CellMetrics::is_leader).await?;

    writeln!(std::io::stdout(), "submitters  commands/s  commands/entry  latency")?;
    for submitters in [1, 16, 256, 2048] {
        measure(&cell, submitters).await?;
    }
    cell.shutdown().await;
    Ok(())
}

/// Every submitter sends one command, waits for its outcome, and sends the next.
async fn measure(cell: &Cell<Sum>, submitters: u32) -> Result<(), Box<dyn std::error::Error>> {
    const SPAN: Duration = Duration::from_secs(3);
    let entries_before = cell.metrics().last_log_index;
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..submitters {
        let cell = cell.clone();
        tasks.spawn(async move {
            let mut done = 0_u32;
            let add = Add { amount: 1, ballast: vec![7; 120] };
            while began.elapsed() < SPAN {
                cell.submit(std::slice::from_ref(&add)).await?;
                done += 1;
            }
            Ok::<u32, gcfn_cell::SubmitError>(done)
        });
    }
    let mut done = 0;
    for submitted in tasks.join_all().await {
        done += submitted?;
    }
    let seconds = began.elapsed().as_secs_f64();
    let entries = u32::try_from(cell.metrics().last_log_index - entries_before)?;
    writeln!(
        std::io::stdout(),
        "{submitters:>10}  {:>10.0}  {:>14.1}  {:>5.2} ms",
        f64::from(done) / seconds,
        f64::from(done) / f64::from(entries),
        seconds * 1000.0 * f64::from(submitters) / f64::from(done),
    )?;
    Ok(())
}
