//! One replica: submit, restart, time, backpressure.

use crate::world::{Command, alone, config, count, count_up, open, reopen};
use gcfn_cell::{Clock, SubmitError};
use gcfn_model::Timestamp;
use gcfn_telemetry::Metrics;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let dir = TempDir::new().unwrap();
    let cell = alone(config(dir.path(), 1)).await;
    count_up(&cell, 0..50).await;
    assert_eq!(count(&cell, 7).await, Ok(2));
    assert_eq!(count(&cell, u64::MAX).await, Err("too large"));
    let before = cell.read(Clone::clone);
    cell.shutdown().await;
    drop(cell);

    let cell = reopen(config(dir.path(), 1)).await;
    assert_eq!(cell.read(Clone::clone), before);
    count_up(&cell, 50..60).await;
    cell.shutdown().await;
}

#[tokio::test]
async fn a_submission_is_applied_together_and_in_order() {
    let dir = TempDir::new().unwrap();
    let cell = alone(config(dir.path(), 1)).await;
    let commands = [Command::Count(1), Command::Count(u64::MAX), Command::Count(1)];
    let outcomes = cell.submit(&commands).await.unwrap();
    assert_eq!(outcomes, [Ok(1), Err("too large"), Ok(2)]);
    assert_eq!(cell.submit(&[]).await, Ok(vec![]));
    cell.shutdown().await;
}

#[tokio::test]
async fn applied_commands_are_counted_by_cell_refused_and_reread_ones_too() {
    // The only test of this binary that installs the recorder, and the only cell of that name.
    let figures = Metrics::install().unwrap();
    let counted = |name: &str| {
        let line = format!("{name}{{cell=\"counted\"}} ");
        let text = figures.render();
        let found = text.lines().find_map(|text| text.strip_prefix(&line));
        found.map_or(0, |count| count.parse::<u64>().unwrap())
    };
    let dir = TempDir::new().unwrap();
    let mut named = config(dir.path(), 1);
    named.name = "counted".to_owned();
    let cell = alone(named.clone()).await;
    count_up(&cell, 0..3).await;
    let together = [Command::Count(1), Command::Count(u64::MAX)];
    cell.submit(&together).await.unwrap();
    assert_eq!(counted("gcfn_commands_applied_total"), 5);
    assert_eq!(counted("gcfn_batches_proposed_total"), 4);
    cell.shutdown().await;
    drop(cell);

    let cell = reopen(named).await;
    assert_eq!(counted("gcfn_commands_applied_total"), 10, "applied again from the log");
    assert_eq!(counted("gcfn_batches_proposed_total"), 4, "proposed once");
    cell.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_submissions_share_entries_and_get_their_own_outcomes() {
    let dir = TempDir::new().unwrap();
    let cell = alone(config(dir.path(), 1)).await;
    let before = cell.metrics().last_log_index;
    let submitters = (0..500).map(|number| {
        let cell = cell.clone();
        async move { assert_eq!(count(&cell, number).await, Ok(1)) }
    });
    futures::future::join_all(submitters).await;
    assert_eq!(cell.read(|tally| tally.seen.len()), 500);
    let entries = cell.metrics().last_log_index - before;
    assert!(entries < 100, "{entries} entries for 500 submissions");
    cell.shutdown().await;
}

#[tokio::test]
async fn a_second_process_is_kept_out() {
    let dir = TempDir::new().unwrap();
    let cell = alone(config(dir.path(), 1)).await;
    let refused = open(&Arc::default(), config(dir.path(), 1)).await.unwrap_err();
    assert!(refused.to_string().ends_with("in use by another process"), "{refused}");
    cell.shutdown().await;
}

#[tokio::test]
async fn a_directory_of_another_replica_is_refused() {
    let dir = TempDir::new().unwrap();
    let cell = alone(config(dir.path(), 1)).await;
    cell.shutdown().await;
    drop(cell);
    let refused = open(&Arc::default(), config(dir.path(), 2)).await.unwrap_err();
    assert!(refused.to_string().contains("belongs to replica 1 of cell cn-sha"), "{refused}");
}

/// A clock that the test turns, backwards too.
struct Turned(AtomicU64);

impl Clock for Turned {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

#[tokio::test]
async fn entries_never_go_back_in_time() {
    let dir = TempDir::new().unwrap();
    let clock = Arc::new(Turned(AtomicU64::new(1_000_000)));
    let mut turned = config(dir.path(), 1);
    turned.clock = clock.clone();
    let cell = alone(turned.clone()).await;
    count_up(&cell, 0..3).await;
    clock.0.store(10, Ordering::Relaxed);
    count_up(&cell, 3..5).await;
    clock.0.store(5_000_000, Ordering::Relaxed);
    count_up(&cell, 5..6).await;

    let mut journal = cell.journal(0);
    let mut times = Vec::new();
    while let Some(record) = journal.try_next().unwrap() {
        times.push(record.at.micros());
    }
    assert_eq!(times, [1_000_000, 1_000_001, 1_000_002, 1_000_003, 1_000_004, 5_000_000]);
    cell.shutdown().await;
}

#[tokio::test]
async fn too_much_at_once_is_refused_and_nothing_is_done() {
    let dir = TempDir::new().unwrap();
    let mut small = config(dir.path(), 1);
    small.limits.batch_bytes_max = 1000;
    small.limits.queue_max = 2;
    let cell = alone(small).await;
    let refused = cell.submit(&[Command::Fill(1, vec![0; 2000])]).await;
    assert!(matches!(refused, Err(SubmitError::TooLarge { limit: 1000, .. })), "{refused:?}");

    // On one thread nothing runs between these polls, so that two wait and the third is refused.
    let submissions = (0..3).map(|number| {
        let cell = cell.clone();
        async move { cell.submit(&[Command::Count(number)]).await }
    });
    let answers = futures::future::join_all(submissions).await;
    assert_eq!(answers, [Ok(vec![Ok(1)]), Ok(vec![Ok(1)]), Err(SubmitError::Busy)]);
    cell.shutdown().await;
    assert_eq!(cell.submit(&[Command::Count(9)]).await, Err(SubmitError::ShuttingDown));
}
