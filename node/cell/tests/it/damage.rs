//! A file that was changed is refused by its name, never served.

use crate::world::{Net, alone, config, count_up, files, open, records, reopen, until};
use gcfn_cell::CellConfig;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

fn small(dir: &Path) -> CellConfig {
    let mut config = config(dir, 1);
    config.limits.log_segment_bytes = 1 << 10;
    // One snapshot, when the test asks for it.
    config.limits.snapshot_every = 1_000_000;
    config.limits.log_keep = 1_000_000;
    config
}

/// A replica with several log segments, a snapshot at entry 50 or so and a journal to 60 or so.
async fn replica(journal_segment_bytes: u64) -> TempDir {
    let dir = TempDir::new().unwrap();
    let mut config = small(dir.path());
    config.limits.journal_segment_bytes = journal_segment_bytes;
    let cell = alone(config).await;
    count_up(&cell, 0..50).await;
    cell.snapshot().await.unwrap();
    until(&cell, |metrics| 50 <= metrics.snapshot_index).await;
    count_up(&cell, 50..60).await;
    cell.shutdown().await;
    dir
}

/// Opens the replica; the refusal must name `path`.
async fn refuses(dir: &Path, path: &Path, why: &str) {
    match open(&Arc::<Net>::default(), small(dir)).await {
        Ok(_) => panic!("{why} of {} was not noticed", path.display()),
        Err(refused) => {
            let text = refused.to_string();
            assert!(text.starts_with(path.to_str().unwrap()), "{why}: {text}");
        }
    }
}

/// Flips bits all over the first `used` bytes of `path`, and cuts it at several places.
async fn damage(dir: &Path, path: &Path, used: usize) {
    let whole = std::fs::read(path).unwrap();
    let step = (used / 40).max(1);
    for at in (0..used).step_by(step).chain([used - 1]) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        std::fs::write(path, changed).unwrap();
        refuses(dir, path, &format!("bit flip at {at}")).await;
    }
    for len in [0, 7, used / 2, used - 1] {
        std::fs::write(path, &whole[..len]).unwrap();
        refuses(dir, path, &format!("cut at {len}")).await;
    }
    std::fs::write(path, whole).unwrap();
}

/// What is written of a preallocated file.
fn used(path: &Path) -> usize {
    let bytes = std::fs::read(path).unwrap();
    bytes.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1)
}

#[tokio::test]
async fn a_damaged_log_is_refused_by_name() {
    let dir = replica(1 << 20).await;
    let segments: Vec<PathBuf> = files(&dir.path().join("log"));
    assert!(3 < segments.len(), "{segments:?}");
    let last = segments.iter().rfind(|path| path.extension().is_some()).unwrap();
    for path in [&segments[0], &segments[1], last] {
        damage(dir.path(), path, used(path)).await;
    }
    let synced = dir.path().join("log/synced");
    damage(dir.path(), &synced, used(&synced)).await;

    // Behind the last record there is nothing that could be damaged.
    let mut bytes = std::fs::read(last).unwrap();
    *bytes.last_mut().unwrap() = 1;
    std::fs::write(last, bytes).unwrap();
    reopen(small(dir.path())).await.shutdown().await;
}

#[tokio::test]
async fn a_missing_log_segment_is_refused_by_name() {
    let dir = replica(1 << 20).await;
    let segments: Vec<PathBuf> = files(&dir.path().join("log"));
    let last = segments.iter().rposition(|path| path.extension().is_some()).unwrap();
    for (missing, named) in [(1, 2), (last, last - 1)] {
        let (missing, named) = (&segments[missing], &segments[named]);
        let bytes = std::fs::read(missing).unwrap();
        std::fs::remove_file(missing).unwrap();
        refuses(dir.path(), named, "loss of a segment").await;
        std::fs::write(missing, bytes).unwrap();
    }
    reopen(small(dir.path())).await.shutdown().await;
}

#[tokio::test]
async fn a_damaged_snapshot_is_refused_by_name() {
    let dir = replica(1 << 20).await;
    let snapshot = files(&dir.path().join("snapshots")).pop().unwrap();
    let len = std::fs::metadata(&snapshot).unwrap().len();
    damage(dir.path(), &snapshot, usize::try_from(len).unwrap()).await;
    reopen(small(dir.path())).await.shutdown().await;
}

#[tokio::test]
async fn a_damaged_journal_is_refused_by_name() {
    let dir = replica(1 << 20).await;
    let cell = reopen(small(dir.path())).await;
    let before = records(&cell);
    cell.shutdown().await;
    drop(cell);

    // Opening cuts the journal to the snapshot. What remains must be whole.
    let journal = files(&dir.path().join("journal")).pop().unwrap();
    let whole = std::fs::read(&journal).unwrap();
    let last_covered = whole.len() / 2;
    damage(dir.path(), &journal, last_covered).await;

    // What comes after the snapshot is written anew from the log, whatever stands there.
    let mut torn = whole;
    let end = torn.len();
    torn[end - 3] ^= 0x10;
    torn.truncate(end - 1);
    std::fs::write(&journal, torn).unwrap();
    let cell = reopen(small(dir.path())).await;
    assert_eq!(records(&cell), before);
    cell.shutdown().await;
}

#[tokio::test]
async fn a_closed_journal_segment_is_verified_when_it_is_read() {
    let dir = replica(1 << 10).await;
    let first = files(&dir.path().join("journal")).remove(0);
    let mut bytes = std::fs::read(&first).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&first, bytes).unwrap();
    let cell = reopen(small(dir.path())).await;
    let mut journal = cell.journal(0);
    let refused = loop {
        match journal.try_next() {
            Ok(record) => assert!(record.is_some(), "the damage was not noticed"),
            Err(refused) => break refused,
        }
    };
    assert!(refused.to_string().starts_with(first.to_str().unwrap()), "{refused}");
    cell.shutdown().await;
}
