//! The journal: complete, in order, the same after a restart.

use crate::world::{
    Command, Counted, TallyRecord, alone, config, count_up, records, reopen, until,
};
use gcfn_cell::{CellConfig, JournalError};
use std::path::Path;
use tempfile::TempDir;

fn small(dir: &Path) -> CellConfig {
    let mut config = config(dir, 1);
    config.limits.snapshot_every = 25;
    config.limits.log_keep = 5;
    config.limits.log_segment_bytes = 4 << 10;
    config.limits.journal_segment_bytes = 1 << 10;
    config
}

fn number(record: &TallyRecord) -> u64 {
    match record.commands.as_slice() {
        [Command::Count(number)] => *number,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn records_survive_snapshots_purges_and_restarts_unchanged() {
    let dir = TempDir::new().unwrap();
    let cell = alone(small(dir.path())).await;
    count_up(&cell, 0..120).await;
    let metrics = until(&cell, |metrics| 80 < metrics.purged_index).await;
    assert!(metrics.purged_index <= metrics.snapshot_index);
    let before = records(&cell);
    assert_eq!(before.iter().map(number).collect::<Vec<_>>(), (0..120).collect::<Vec<_>>());
    assert_eq!(before[7].events, [Counted(7)]);
    assert_eq!(before[7].first_event, 7);
    cell.shutdown().await;
    drop(cell);

    let cell = reopen(small(dir.path())).await;
    assert_eq!(records(&cell), before);
    assert_eq!(cell.applied().borrow().events, 120);
    cell.shutdown().await;
}

#[tokio::test]
async fn a_reader_starts_anywhere_and_follows() {
    let dir = TempDir::new().unwrap();
    let cell = alone(small(dir.path())).await;
    count_up(&cell, 0..40).await;
    let all = records(&cell);
    let from = all[33].index;
    let mut journal = cell.journal(from);
    for number_expected in 33..40 {
        assert_eq!(number(&journal.next().await.unwrap()), number_expected);
    }
    assert_eq!(journal.try_next().unwrap(), None);

    let (next, ()) = tokio::join!(journal.next(), count_up(&cell, 40..41));
    assert_eq!(number(&next.unwrap()), 40);

    // One that asks for what is yet to come waits for it.
    let mut ahead = cell.journal(cell.applied().borrow().index + 3);
    let (record, ()) = tokio::join!(ahead.next(), count_up(&cell, 50..55));
    assert_eq!(number(&record.unwrap()), 52);
    cell.shutdown().await;
}

#[tokio::test]
async fn a_reader_of_a_cell_that_is_gone_ends() {
    let dir = TempDir::new().unwrap();
    let net = std::sync::Arc::default();
    let cell = crate::world::open(&net, small(dir.path())).await.unwrap();
    let mut journal = cell.journal(0);
    cell.shutdown().await;
    net.forget(1);
    drop(cell);
    assert!(matches!(journal.next().await, Err(JournalError::Stopped)));
}
