//! A process that is killed, and a disk that is full: nothing acknowledged is lost, nothing doubled.

use crate::world::{Command, alone, config, count, count_up, open, records, reopen, until};
use gcfn_cell::{CellConfig, CellError, CellMetrics, Disk, SubmitError};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use tempfile::TempDir;

/// Names the directory of the replica to a child process of these tests.
const DIR: &str = "GCFN_CELL_CRASH_DIR";

fn small(dir: &Path) -> CellConfig {
    let mut config = config(dir, 1);
    config.limits.snapshot_every = 40;
    config.limits.log_keep = 10;
    config.limits.log_segment_bytes = 16 << 10;
    config.limits.journal_segment_bytes = 8 << 10;
    config
}

/// The child: counts for ever and says what was acknowledged. Does nothing in an ordinary run.
#[tokio::test(flavor = "multi_thread")]
async fn victim() {
    let Ok(dir) = std::env::var(DIR) else { return };
    let dir = PathBuf::from(dir);
    let cell =
        if dir.join("log").exists() { reopen(small(&dir)).await } else { alone(small(&dir)).await };
    let first = cell.read(|tally| tally.seen.keys().next_back().map_or(0, |last| last + 1));
    let submitters = (0..8_u64).map(|lane| {
        let cell = cell.clone();
        async move {
            for number in (first + lane..).step_by(8) {
                assert_eq!(count(&cell, number).await, Ok(1));
                writeln!(std::io::stdout(), "acknowledged {number}").unwrap();
            }
        }
    });
    futures::future::join_all(submitters).await;
}

/// Runs the child until it has acknowledged `n` numbers, kills it, and returns them.
fn kill_after(n: usize, dir: &Path) -> Vec<u64> {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["crash::victim", "--exact", "--nocapture"])
        .env(DIR, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let number = |line: String| Some(line.split_once("acknowledged ")?.1.parse().unwrap());
    let acknowledged: Vec<u64> = lines.map_while(Result::ok).filter_map(number).take(n).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(acknowledged.len(), n, "the child ended early");
    acknowledged
}

#[tokio::test]
async fn a_killed_process_loses_nothing_acknowledged_and_doubles_nothing() {
    let dir = TempDir::new().unwrap();
    let mut acknowledged = Vec::new();
    for round in [60, 300, 150] {
        let path = dir.path().to_owned();
        let killed = tokio::task::spawn_blocking(move || kill_after(round, &path));
        acknowledged.extend(killed.await.unwrap());
    }
    let cell = reopen(small(dir.path())).await;
    cell.read(|tally| {
        for number in &acknowledged {
            assert_eq!(tally.seen.get(number), Some(&1), "number {number}");
        }
        assert!(tally.seen.values().all(|&times| times == 1), "a number was counted twice");
    });
    // The journal tells the same story, without a hole.
    let mut events = 0;
    for record in records(&cell) {
        assert_eq!(record.first_event, events, "before entry {}", record.index);
        events += record.events.len() as u64;
    }
    assert_eq!(events, cell.read(|tally| tally.seen.len() as u64));
    cell.shutdown().await;
}

#[tokio::test]
async fn a_dropped_handle_ends_the_replica_and_loses_nothing() {
    let dir = TempDir::new().unwrap();
    let net = Arc::default();
    let cell = open(&net, small(dir.path())).await.unwrap();
    cell.initialize([1].into()).await.unwrap();
    until(&cell, CellMetrics::is_leader).await;
    count_up(&cell, 0..30).await;
    net.forget(1);
    drop(cell);
    // Its tasks and its writer let go of the directory by themselves.
    let cell = loop {
        match open(&Arc::default(), small(dir.path())).await {
            Ok(cell) => break cell,
            Err(CellError::InUse(_)) => tokio::task::yield_now().await,
            Err(refused) => panic!("{refused}"),
        }
    };
    until(&cell, CellMetrics::is_leader).await;
    count_up(&cell, 30..31).await;
    assert!(cell.read(|tally| (0..31).all(|number| tally.seen.get(&number) == Some(&1))));
    cell.shutdown().await;
}

#[tokio::test]
async fn a_full_disk_halts_writes_and_loses_nothing() {
    // Room for the log and no segment to come; then hardly any room at all.
    for left in [20_000, 5_000, 300] {
        let dir = TempDir::new().unwrap();
        let disk = Disk::with_quota(1 << 20);
        let cell = alone(CellConfig { disk: disk.clone(), ..small(dir.path()) }).await;
        count_up(&cell, 0..5).await;
        disk.set_left(left);
        let mut acknowledged = 5;
        let refused = loop {
            match cell.submit(&[Command::Fill(acknowledged, vec![7; 100])]).await {
                Ok(outcomes) => assert_eq!(outcomes, [Ok(1)]),
                Err(refused) => break refused,
            }
            acknowledged += 1;
        };
        // The one that found out may be in the log; those after it are certainly not.
        assert!(
            matches!(refused, SubmitError::Unknown | SubmitError::Halted(_)),
            "{refused:?} with {left} bytes left"
        );
        let metrics = until(&cell, |metrics| metrics.halted.is_some()).await;
        let reason = metrics.halted.unwrap();
        assert!(reason.contains("no storage space"), "{reason}");
        assert!(reason.contains(dir.path().to_str().unwrap()), "{reason}");
        let after = cell.submit(&[Command::Count(9999)]).await;
        assert_eq!(after, Err(SubmitError::Halted(reason)));
        assert_eq!(cell.read(|tally| tally.seen.get(&4).copied()), Some(1), "reads go on");
        cell.shutdown().await;
        drop(cell);

        let cell = reopen(small(dir.path())).await;
        cell.read(|tally| {
            for number in 0..acknowledged {
                assert_eq!(tally.seen.get(&number), Some(&1), "{number} with {left} bytes left");
            }
            assert_eq!(tally.seen.get(&9999), None);
        });
        count_up(&cell, 10_000..10_003).await;
        cell.shutdown().await;
    }
}
