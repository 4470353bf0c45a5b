//! The Raft log: votes and entries in one ordered stream of records.
//!
//! One writer thread takes everything that waits, writes it and calls `fdatasync` once (group
//! commit). Votes, entries, truncations and purges go through it in the order openraft asked for
//! them, because a vote that overtakes an entry can lose a committed one. An entry is readable as
//! soon as `append` returns and acknowledged only after its sync.
//!
//! Why not an embedded database: `docs/adr/0002-raft-log-store.md`.

mod ahead;
mod segment;
#[cfg(test)]
mod tests;
mod writer;

pub(crate) use segment::{Recovered, recover};

use crate::entry::{Entry, LogId, Types, Vote};
use crate::halt::Halt;
use crate::{CellConfig, FileFault, format};
use openraft::entry::RaftEntry;
use openraft::storage::{IOFlushed, LogState, RaftLogStorage};
use openraft::{OptionalSend, RaftLogReader};
use segment::{Op, Place};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs::File;
use std::io;
use std::ops::RangeBounds;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use tokio::sync::oneshot;
use writer::{Done, Job, Pending, Writer};

/// The most bytes of entries that one replication message carries.
const READ_BYTES_MAX: usize = 4 << 20;

/// The log of one replica. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    shared: Arc<Shared>,
    jobs: mpsc::Sender<Job>,
}

/// What openraft may read while the writer is busy.
#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    cache_bytes_max: usize,
    tail: Mutex<Tail>,
}

/// The log as it will be once the writer has caught up.
#[derive(Debug, Default)]
struct Tail {
    vote: Option<Vote>,
    committed: Option<LogId>,
    purged: Option<LogId>,
    slots: BTreeMap<u64, Slot>,
    /// Bytes of entries in memory; entries below `cached_from` are on disk only.
    cached_bytes: usize,
    cached_from: u64,
}

/// One entry: in memory, on disk, or both.
#[derive(Debug)]
struct Slot {
    id: LogId,
    bytes: usize,
    entry: Option<Entry>,
    place: Option<Place>,
}

impl Log {
    /// Starts the log from what [`recover`] found.
    ///
    /// The writer holds `lock` until the last clone is dropped and everything is written; then the
    /// returned receiver ends.
    pub(crate) fn start(
        config: &CellConfig,
        recovered: Recovered,
        halt: Arc<Halt>,
        lock: Arc<File>,
    ) -> Result<(Log, oneshot::Receiver<()>), FileFault> {
        let dir = config.dir.join("log");
        let tail = Tail::from(&recovered);
        let shared = Arc::new(Shared {
            dir: dir.clone(),
            cache_bytes_max: config.limits.log_cache_bytes,
            tail: Mutex::new(tail),
        });
        let (jobs, queue) = mpsc::channel();
        let (finished, ended) = oneshot::channel();
        let writer = Writer::new(config, recovered, shared.clone(), halt)?;
        std::thread::Builder::new()
            .name(format!("{}-log", config.name))
            .spawn(move || {
                writer.run(&queue);
                drop(lock);
                drop(finished);
            })
            .map_err(FileFault::io("start the writer of", &dir))?;
        Ok((Log { shared, jobs }, ended))
    }

    fn send(&self, records: Vec<Pending>, done: Done) -> io::Result<()> {
        let gone = |_| io::Error::other("the log writer has stopped");
        self.jobs.send(Job { records, done }).map_err(gone)
    }

    /// Writes one record and waits until it is durable.
    async fn write(&self, op: Op) -> io::Result<()> {
        let (reply, answer) = oneshot::channel();
        self.send(vec![Pending::new(op)], Done::Reply(reply))?;
        answer.await.unwrap_or_else(|_| Err(io::Error::other("the log writer has stopped")))
    }

    /// The entries in `range`, in order, until `bytes_max` are exceeded.
    async fn entries(
        &self,
        range: impl RangeBounds<u64>,
        bytes_max: usize,
    ) -> io::Result<Vec<Entry>> {
        let found = self.shared.tail().find(range, bytes_max);
        if found.iter().all(|found| matches!(found, Found::Cached(_))) {
            return Ok(found.into_iter().filter_map(Found::cached).collect());
        }
        let shared = self.shared.clone();
        let read = tokio::task::spawn_blocking(move || shared.load(found));
        read.await.unwrap_or_else(|_| Err(io::Error::other("reading the log was interrupted")))
    }
}

impl RaftLogReader<Types> for Log {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<Entry>> {
        self.entries(range, usize::MAX).await
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<Entry>> {
        self.entries(start..end, READ_BYTES_MAX).await
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        Ok(self.shared.tail().vote)
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Log;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        let tail = self.shared.tail();
        let last = tail.slots.values().next_back().map(|slot| slot.id).or(tail.purged);
        Ok(LogState { last_purged_log_id: tail.purged, last_log_id: last })
    }

    async fn get_log_reader(&mut self) -> Log {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        self.shared.tail().vote = Some(*vote);
        self.write(Op::Vote(*vote)).await
    }

    /// Not waited for: it rides with the next write. Losing it only means that a restarted
    /// replica hears from the leader, instead of from its own disk, how far it may apply.
    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        let Some(id) = committed else { return Ok(()) };
        self.shared.tail().committed = Some(id);
        self.send(vec![Pending::new(Op::Committed(id))], Done::Lazy)
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        Ok(self.shared.tail().committed)
    }

    async fn append<I>(&mut self, entries: I, callback: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        let entries: Vec<(Entry, Pending)> = entries
            .into_iter()
            .map(|entry| {
                let pending = Pending::entry(&entry);
                (entry, pending)
            })
            .collect();
        let mut records = Vec::with_capacity(entries.len());
        let mut tail = self.shared.tail();
        for (entry, pending) in entries {
            tail.push(entry, pending.bytes());
            records.push(pending);
        }
        drop(tail);
        self.send(records, Done::Flushed(callback))
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        let from = last.map_or(0, |id| id.index.saturating_add(1));
        self.shared.tail().truncate(from);
        self.write(Op::Truncate(from)).await
    }

    async fn purge(&mut self, id: LogId) -> io::Result<()> {
        self.shared.tail().purge(id);
        self.write(Op::Purge(id)).await
    }
}

/// An entry to be read, found under the lock and loaded outside it.
enum Found {
    Cached(Entry),
    OnDisk(u64, Place),
}

impl Found {
    fn cached(self) -> Option<Entry> {
        match self {
            Found::Cached(entry) => Some(entry),
            Found::OnDisk(..) => None,
        }
    }
}

impl Shared {
    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().expect("nothing panics while it holds the tail")
    }

    fn load(&self, found: Vec<Found>) -> io::Result<Vec<Entry>> {
        let mut open = segment::Reader::new(&self.dir);
        let mut entries = Vec::with_capacity(found.len());
        for found in found {
            match found {
                Found::Cached(entry) => entries.push(entry),
                Found::OnDisk(index, place) => match open.read(place) {
                    Ok(entry) => entries.push(entry),
                    // Its segment may have been purged since we looked; then it is not missed.
                    Err(_) if self.tail().purged.is_some_and(|id| index <= id.index) => {}
                    Err(fault) => return Err(fault.into()),
                },
            }
        }
        Ok(entries)
    }
}

impl From<&Recovered> for Tail {
    fn from(recovered: &Recovered) -> Tail {
        let slots = recovered.entries.iter().map(|(&index, &(id, place))| {
            (index, Slot { id, bytes: place.bytes(), entry: None, place: Some(place) })
        });
        Tail {
            vote: recovered.vote,
            committed: recovered.committed,
            purged: recovered.purged,
            slots: slots.collect(),
            cached_bytes: 0,
            cached_from: 0,
        }
    }
}

impl Tail {
    fn push(&mut self, entry: Entry, bytes: usize) {
        let id = entry.log_id();
        if self.cached_bytes == 0 {
            self.cached_from = id.index;
        }
        self.cached_bytes = self.cached_bytes.saturating_add(bytes);
        self.slots.insert(id.index, Slot { id, bytes, entry: Some(entry), place: None });
    }

    fn truncate(&mut self, from: u64) {
        let gone = self.slots.split_off(&from);
        self.forget(&gone);
    }

    fn purge(&mut self, id: LogId) {
        let kept = self.slots.split_off(&id.index.saturating_add(1));
        let gone = std::mem::replace(&mut self.slots, kept);
        self.forget(&gone);
        self.purged = Some(id);
    }

    fn forget(&mut self, gone: &BTreeMap<u64, Slot>) {
        let cached = gone.values().filter(|slot| slot.entry.is_some()).map(|slot| slot.bytes).sum();
        self.cached_bytes = self.cached_bytes.saturating_sub(cached);
    }

    /// Notes where an entry was written, unless it has been replaced or removed since.
    fn written(&mut self, id: LogId, place: Place) {
        if let Some(slot) = self.slots.get_mut(&id.index).filter(|slot| slot.id == id) {
            slot.place = Some(place);
        }
    }

    /// Drops the oldest written entries from memory until at most `bytes_max` are held.
    fn evict(&mut self, bytes_max: usize) {
        while bytes_max < self.cached_bytes {
            let from = self.cached_from;
            let Some((&index, slot)) = self.slots.range_mut(from..).next() else { return };
            if slot.place.is_none() {
                return;
            }
            if slot.entry.take().is_some() {
                self.cached_bytes = self.cached_bytes.saturating_sub(slot.bytes);
            }
            self.cached_from = index.saturating_add(1);
        }
    }

    fn find(&self, range: impl RangeBounds<u64>, bytes_max: usize) -> Vec<Found> {
        let mut bytes = 0_usize;
        let mut found = Vec::new();
        for (&index, slot) in self.slots.range(range) {
            bytes = bytes.saturating_add(slot.bytes);
            if bytes_max < bytes && !found.is_empty() {
                break;
            }
            found.push(match (&slot.entry, slot.place) {
                (Some(entry), _) => Found::Cached(entry.clone()),
                (None, Some(place)) => Found::OnDisk(index, place),
                (None, None) => unreachable!("only written entries leave the memory"),
            });
        }
        found
    }
}

impl Pending {
    fn entry(entry: &Entry) -> Pending {
        Pending { id: Some(entry.log_id()), ..Pending::new(Op::Entry(entry.clone())) }
    }

    fn new(op: Op) -> Pending {
        let body = format::encode(&op);
        Pending { id: None, op: op.without_entry(), body }
    }

    fn bytes(&self) -> usize {
        self.body.len()
    }
}
