//! openraft's own conformance suite, and what a crash may and may not leave behind.

use super::ahead::Ahead;
use super::*;
use crate::journal::Journal;
use crate::replica::{Applier, Replica};
use crate::snapshot::Snapshots;
use crate::{Disk, SystemClock};
use gcfn_model::{Machine, Timestamp};
use openraft::StorageError;
use openraft::testing::log::{StoreBuilder, Suite};
use openraft::vote::RaftLeaderId;
use std::path::Path;
use tempfile::TempDir;

/// A machine that does nothing, for a suite that asks nothing of it.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Nothing;

impl Machine for Nothing {
    type Command = ();
    type Outcome = ();
    type Event = ();
    type Frozen = ();
    fn freeze(&self) {}
    fn apply(&mut self, _: Timestamp, (): &(), _: &mut Vec<()>) {}
}

/// A replica whose segments are small and whose memory is smaller, so that the disk is read.
fn config(dir: &Path) -> CellConfig {
    let mut config = CellConfig::new("suite", 1, dir, Arc::new(SystemClock));
    config.limits.log_segment_bytes = 4096;
    config.limits.log_cache_bytes = 200;
    config
}

struct Builder;

impl StoreBuilder<Types, Log, Applier<Nothing>, TempDir> for Builder {
    async fn build(&self) -> Result<(TempDir, Log, Applier<Nothing>), StorageError<Types>> {
        let dir = TempDir::new().unwrap();
        let config = config(dir.path());
        let (log, _) = start(&config);
        let halt = Arc::new(Halt::new("suite"));
        let lock = Arc::new(File::create(dir.path().join("lock")).unwrap());
        let snapshots = Snapshots::open(dir.path(), "suite", &config.disk).unwrap();
        let opening = Replica::open("suite", snapshots, || Nothing).unwrap();
        let journal = Journal::open(&config, &opening.covers).unwrap();
        let replica = opening.with(journal, halt, lock, 0);
        Ok((dir, log, Applier(Arc::new(replica))))
    }
}

fn start(config: &CellConfig) -> (Log, oneshot::Receiver<()>) {
    let halt = Arc::new(Halt::new("suite"));
    let recovered = recover(config).unwrap();
    let lock = Arc::new(File::create(config.dir.join("lock")).unwrap());
    Log::start(config, recovered, halt, lock).unwrap()
}

fn id(index: u64) -> LogId {
    let leader = openraft::impls::leader_id_std::LeaderId::<u64, u64>::new(1, 1);
    LogId::new(leader.to_committed(), index)
}

async fn append(log: &mut Log, index: u64) -> io::Result<()> {
    let (told, flushed) = openraft_oneshot();
    log.append([Entry::new_blank(id(index))], IOFlushed::signal(told)).await?;
    flushed.await.unwrap()
}

type Told = openraft::alias::OneshotSenderOf<Types, io::Result<()>>;
type Flushed = openraft::alias::OneshotReceiverOf<Types, io::Result<()>>;

fn openraft_oneshot() -> (Told, Flushed) {
    use openraft::type_config::TypeConfigExt;
    Types::oneshot()
}

/// A log with entries `0..n` in one segment; says where its records begin.
async fn log_of(n: u64, dir: &Path) -> CellConfig {
    let config = config(dir);
    let (mut log, ended) = start(&config);
    for index in 0..n {
        append(&mut log, index).await.unwrap();
    }
    drop(log);
    ended.await.unwrap_err();
    config
}

fn last_index(config: &CellConfig) -> Option<u64> {
    recover(config).unwrap().entries.keys().next_back().copied()
}

/// Rewrites the mark as a power cut would leave it: some time ago.
fn forget_syncs(config: &CellConfig, lsn: u64) {
    let path = segment::synced_path(&config.dir.join("log"));
    std::fs::write(path, segment::synced_bytes(lsn)).unwrap();
}

/// Changes one byte of the record of `entry`.
fn damage_entry(config: &CellConfig, entry: u64) {
    let (_, place) = recover(config).unwrap().entries[&entry];
    let path = segment::path(&config.dir.join("log"), place.segment);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[usize::try_from(place.offset).unwrap() + place.len - 1] ^= 1;
    std::fs::write(&path, bytes).unwrap();
}

#[tokio::test]
async fn the_conformance_suite_of_openraft_passes() {
    Suite::test_all(Builder).await.unwrap();
}

#[tokio::test]
async fn a_torn_tail_that_was_never_acknowledged_is_cut() {
    let dir = TempDir::new().unwrap();
    let config = log_of(5, dir.path()).await;
    assert_eq!(last_index(&config), Some(4));
    // The power went while entry 4 was being written: the mark does not know of it.
    forget_syncs(&config, 4);
    damage_entry(&config, 4);
    assert_eq!(last_index(&config), Some(3));

    let (mut log, ended) = start(&config);
    append(&mut log, 4).await.unwrap();
    drop(log);
    ended.await.unwrap_err();
    assert_eq!(last_index(&config), Some(4));
}

#[tokio::test]
async fn an_acknowledged_entry_is_not_mistaken_for_a_torn_tail() {
    let dir = TempDir::new().unwrap();
    let config = log_of(5, dir.path()).await;
    // The mark is as old as can be, but entries 3 and 4 were written after entry 2 was durable.
    forget_syncs(&config, 0);
    damage_entry(&config, 2);
    let refused = recover(&config).unwrap_err();
    assert!(refused.to_string().contains("checksum of a record"), "{refused}");
}

#[tokio::test]
async fn entries_are_read_back_from_disk_when_memory_is_small() {
    let dir = TempDir::new().unwrap();
    let config = log_of(200, dir.path()).await;
    let (mut log, ended) = start(&config);
    append(&mut log, 200).await.unwrap();
    let entries = log.try_get_log_entries(10..=200).await.unwrap();
    let indexes: Vec<u64> = entries.iter().map(|entry| entry.log_id.index).collect();
    assert_eq!(indexes, (10..=200).collect::<Vec<_>>());

    // Damage that came after the start is found when the entry is read.
    damage_entry(&config, 50);
    let refused = log.try_get_log_entries(10..=200).await.unwrap_err();
    assert!(refused.to_string().contains("segment: damaged at byte"), "{refused}");
    drop(log);
    ended.await.unwrap_err();
}

#[tokio::test]
async fn purged_segments_are_deleted_and_the_vote_outlives_them() {
    let dir = TempDir::new().unwrap();
    let config = log_of(300, dir.path()).await;
    let (mut log, ended) = start(&config);
    let vote = Vote::new_committed(7, 1);
    log.save_vote(&vote).await.unwrap();
    for index in 300..600 {
        append(&mut log, index).await.unwrap();
    }
    let segments = || crate::disk::list(&config.dir.join("log"), "segment").unwrap().len();
    let before = segments();
    log.purge(id(590)).await.unwrap();
    assert_eq!((before, segments()), (4, 1), "what is being written stays");
    drop(log);
    ended.await.unwrap_err();
    let recovered = recover(&config).unwrap();
    assert_eq!(recovered.vote, Some(vote));
    assert_eq!(recovered.purged_index(), 590);
    assert_eq!(
        recovered.entries.keys().copied().collect::<Vec<_>>(),
        (591..600).collect::<Vec<_>>()
    );
}

/// Room for one segment is made ahead, under this name.
const AHEAD: &str = "next.zeros";

#[test]
fn room_that_is_made_ahead_becomes_a_segment() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("a.segment");
    let mut ahead = Ahead::new(dir.path(), &Disk::default(), 4096).unwrap();
    ahead.begin();
    ahead.begin();
    ahead.take(&path, b"head", 4096).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!((&bytes[..4], bytes.len()), (b"head".as_slice(), 4096));
    assert!(!dir.path().join(AHEAD).exists());
}

#[test]
fn room_that_could_not_be_made_ahead_or_is_too_small_is_made_when_it_is_needed() {
    let dir = TempDir::new().unwrap();
    let disk = Disk::with_quota(100);
    let (full, large) = (dir.path().join("a.segment"), dir.path().join("b.segment"));
    let mut ahead = Ahead::new(dir.path(), &disk, 4096).unwrap();
    ahead.begin();
    assert!(ahead.take(&full, b"head", 4096).is_err(), "there is no room now either");
    disk.set_left(1 << 20);
    ahead.take(&full, b"head", 4096).unwrap();
    ahead.begin();
    ahead.take(&large, b"head", 10_000).unwrap();
    let size = |path| std::fs::metadata(path).unwrap().len();
    assert_eq!((size(&full), size(&large)), (4096, 10_000));
}

#[test]
fn what_a_crash_leaves_of_room_made_ahead_is_deleted() {
    let dir = TempDir::new().unwrap();
    std::fs::write(dir.path().join(AHEAD), b"half").unwrap();
    Ahead::new(dir.path(), &Disk::default(), 4096).unwrap();
    assert!(!dir.path().join(AHEAD).exists());
}

#[tokio::test]
async fn after_one_failed_write_nothing_is_acknowledged() {
    let dir = TempDir::new().unwrap();
    let disk = Disk::with_quota(1 << 20);
    let config = CellConfig { disk: disk.clone(), ..config(dir.path()) };
    let (mut log, _ended) = start(&config);
    append(&mut log, 0).await.unwrap();
    disk.set_left(0);
    let refused = append(&mut log, 1).await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    disk.set_left(1 << 20);
    append(&mut log, 2).await.unwrap_err();
    log.save_vote(&Vote::new_committed(9, 1)).await.unwrap_err();
}
