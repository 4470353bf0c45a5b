//! The machine of one replica: entries in, state, journal and snapshots out.
//!
//! Readers take the state under a read lock. An entry is applied under the write lock, and its
//! record is in the journal before anyone is told of it. A snapshot is frozen under a read lock, so
//! entries wait for that long (reads do not), and serialized outside it, into its file.

use crate::Applied;
use crate::entry::{Batch, Entry, LogId, Membership, Types};
use crate::error::FileFault;
use crate::halt::Halt;
use crate::journal::{self, Journal, Record};
use crate::snapshot::{Covers, SnapshotFile, Snapshots};
use futures::{Stream, TryStreamExt};
use gcfn_model::{Machine, Timestamp};
use gcfn_telemetry::{Counter, Timing};
use openraft::alias::{SnapshotMetaOf, SnapshotOf};
use openraft::storage::{EntryResponder, RaftStateMachine};
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder};
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio::sync::watch;
use tokio::time::Instant;

/// Why an entry cannot be applied. The replica stops before it.
#[derive(Debug, thiserror::Error)]
enum ApplyFault {
    #[error("entry {index} holds commands that this version does not know; run one that does")]
    UnknownCommands { index: u64 },
    #[error(
        "the state at entry {index} is not that of the leader; compare the journals of the \
         replicas, rebuild the one that is wrong from another's snapshot, and start the others again"
    )]
    Diverged { index: u64 },
    #[error(transparent)]
    Journal(#[from] FileFault),
}

impl From<ApplyFault> for io::Error {
    fn from(fault: ApplyFault) -> io::Error {
        match fault {
            ApplyFault::Journal(fault) => fault.into(),
            fault @ (ApplyFault::UnknownCommands { .. } | ApplyFault::Diverged { .. }) => {
                io::Error::other(fault)
            }
        }
    }
}

/// The journal of a machine.
pub(crate) type JournalOf<M> = Journal<<M as Machine>::Command, <M as Machine>::Event>;

/// What all parts of one replica share.
#[derive(Debug)]
pub(crate) struct Replica<M: Machine> {
    pub(crate) name: String,
    state: RwLock<State<M>>,
    journal: Mutex<JournalOf<M>>,
    snapshots: Snapshots,
    newest: Mutex<Option<SnapshotFile>>,
    /// Outcomes of the entries that this replica proposed, until the batcher fetches them.
    outcomes: Mutex<BTreeMap<u64, Vec<M::Outcome>>>,
    pub(crate) applied: watch::Sender<Applied>,
    pub(crate) halt: Arc<Halt>,
    /// The last entry that was in the log at the start. That the machine differs from a leader's is
    /// not heeded in what is only applied again: the leader may have been the wrong one, and then
    /// its word, which is in the log for good, would stop every other replica for good. If this one
    /// is wrong, the next epoch shows it again.
    replays_to: u64,
    /// Held as long as anything may be written.
    lock: Arc<File>,
}

/// The machine, and what it has seen.
#[derive(Debug)]
struct State<M> {
    machine: M,
    covers: Covers,
}

impl<M: Machine> Replica<M> {
    /// Starts from the newest snapshot, or from `genesis` when there is none.
    pub(crate) fn open(
        name: &str,
        snapshots: Snapshots,
        genesis: impl FnOnce() -> M,
    ) -> Result<Opening<M>, FileFault> {
        let newest = snapshots.newest()?;
        let (machine, covers, newest) = match newest {
            None => (genesis(), Covers::default(), None),
            Some((file, state)) => (decode(&file.path, &state)?, file.covers.clone(), Some(file)),
        };
        Ok(Opening { name: name.to_owned(), machine, covers, newest, snapshots })
    }

    /// Looks at the applied state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        look(&self.state().machine)
    }

    /// The time of the last applied commands.
    pub(crate) fn last_time(&self) -> Timestamp {
        self.state().covers.at()
    }

    /// The outcomes of an entry that this replica proposed.
    pub(crate) fn take_outcomes(&self, index: u64) -> Option<Vec<M::Outcome>> {
        self.outcomes.lock().expect("no panic under this lock").remove(&index)
    }

    pub(crate) fn journal(&self) -> MutexGuard<'_, JournalOf<M>> {
        self.journal.lock().expect("no panic under this lock")
    }

    pub(crate) fn snapshots(&self) -> &Snapshots {
        &self.snapshots
    }

    /// Syncs the journal and lets another process have the directory. Nothing writes any more.
    pub(crate) fn close(&self) -> Result<(), FileFault> {
        self.sync_journal()?;
        self.lock.unlock().map_err(FileFault::io("unlock", self.journal().dir()))
    }

    fn sync_journal(&self) -> Result<(), FileFault> {
        let files = self.journal().unsynced();
        journal::sync(files)
    }

    fn state(&self) -> RwLockReadGuard<'_, State<M>> {
        self.state.read().expect("a machine that panics stops its replica")
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State<M>> {
        self.state.write().expect("a machine that panics stops its replica")
    }

    fn newest(&self) -> MutexGuard<'_, Option<SnapshotFile>> {
        self.newest.lock().expect("no panic under this lock")
    }

    fn apply_entry(&self, entry: &Entry) -> Result<Vec<M::Outcome>, ApplyFault> {
        let outcomes = match &entry.payload {
            EntryPayload::Normal(batch) => self.apply_batch(entry.log_id, batch)?,
            EntryPayload::Blank => {
                self.state_mut().covers.last = Some(entry.log_id);
                Vec::new()
            }
            EntryPayload::Membership(members) => {
                let at = Some(entry.log_id);
                let mut state = self.state_mut();
                state.covers.last = at;
                state.covers.membership = openraft::StoredMembership::new(at, members.clone());
                Vec::new()
            }
        };
        let events = self.state().covers.events;
        self.applied.send_replace(Applied { index: entry.log_id.index, events });
        Ok(outcomes)
    }

    fn apply_batch(&self, id: LogId, batch: &Batch) -> Result<Vec<M::Outcome>, ApplyFault> {
        let unknown = ApplyFault::UnknownCommands { index: id.index };
        let commands: Vec<M::Command> = batch.decode().ok_or(unknown)?;
        let (mut events, began) = (Vec::new(), Instant::now());
        let mut state = self.state_mut();
        let State { machine, covers } = &mut *state;
        // A leader with a slow clock may stamp a time that has passed already.
        let at = batch.at.max(covers.at().next());
        let mut has_diverged = false;
        let outcomes = commands
            .iter()
            .map(|command| {
                let outcome = machine.apply(at, command, &mut events);
                has_diverged |= machine.has_diverged();
                outcome
            })
            .collect();
        if has_diverged && self.replays_to < id.index {
            let fault = ApplyFault::Diverged { index: id.index };
            // Before the state is let go: nobody takes a snapshot of it.
            self.halt.because(&fault);
            return Err(fault);
        }
        // Under the same lock: a snapshot between the two would have this entry applied twice.
        let (first_event, previous) = (covers.events, covers.last_record);
        covers.last = Some(id);
        covers.at_micros = at.micros();
        covers.events = first_event.saturating_add(events.len() as u64);
        covers.last_record = id.index;
        drop(state);
        Timing::Apply.record(&[&self.name], began.elapsed());
        Counter::CommandsApplied.add(&[&self.name], commands.len() as u64);
        let record = Record { index: id.index, at, first_event, commands, events };
        self.journal().append(previous, Arc::new(record))?;
        Ok(outcomes)
    }

    /// Freezes the state; says what it covers. Nothing of a replica that has stopped.
    fn capture(&self) -> Option<(Covers, M::Frozen)> {
        let state = self.state();
        let sound = self.halt.reason().is_none();
        sound.then(|| (state.covers.clone(), state.machine.freeze()))
    }

    fn save(&self, covers: Covers, frozen: &M::Frozen) -> Result<SnapshotFile, FileFault> {
        self.sync_journal()?;
        let file = self.snapshots.save(covers, frozen)?;
        let mut newest = self.newest();
        // One from another replica may have come meanwhile.
        if newest.as_ref().is_none_or(|newest| newest.covers.last < file.covers.last) {
            *newest = Some(file.clone());
        }
        Ok(file)
    }

    fn install(&self, file: &SnapshotFile) -> Result<(), FileFault> {
        let (file, bytes) = self.snapshots.load(&file.path)?;
        let machine = decode(&file.path, &bytes)?;
        // In this order: a journal that is ahead of the newest snapshot is cut at the next start.
        self.journal().skip_to(&file.covers)?;
        self.sync_journal()?;
        let file = self.snapshots.adopt(file)?;
        let mut state = self.state_mut();
        let applied = Applied { index: file.covers.index(), events: file.covers.events };
        *state = State { machine, covers: file.covers.clone() };
        drop(state);
        *self.newest() = Some(file);
        self.applied.send_replace(applied);
        Ok(())
    }

    /// A fault on the way of an entry stops the replica: it must not go on without that entry.
    fn fatal(&self, fault: impl Into<io::Error>) -> io::Error {
        let error = fault.into();
        self.halt.because(&error);
        error
    }
}

/// A replica whose snapshot is read and whose journal is not yet open.
pub(crate) struct Opening<M> {
    name: String,
    machine: M,
    pub(crate) covers: Covers,
    newest: Option<SnapshotFile>,
    snapshots: Snapshots,
}

impl<M: Machine> Opening<M> {
    pub(crate) fn with(
        self,
        journal: JournalOf<M>,
        halt: Arc<Halt>,
        lock: Arc<File>,
        replays_to: u64,
    ) -> Replica<M> {
        let Opening { name, machine, covers, newest, snapshots } = self;
        let applied = Applied { index: covers.index(), events: covers.events };
        Replica {
            name,
            state: RwLock::new(State { machine, covers }),
            journal: Mutex::new(journal),
            snapshots,
            newest: Mutex::new(newest),
            outcomes: Mutex::new(BTreeMap::new()),
            applied: watch::Sender::new(applied),
            halt,
            replays_to,
            lock,
        }
    }
}

fn decode<M: Machine>(path: &Path, state: &[u8]) -> Result<M, FileFault> {
    let what = "state that this version does not know";
    postcard::from_bytes(state).map_err(|_| FileFault::damaged(path, 0, what))
}

/// The openraft side of a replica.
#[derive(Debug)]
pub(crate) struct Applier<M: Machine>(pub(crate) Arc<Replica<M>>);

fn snapshot(file: SnapshotFile) -> SnapshotOf<Types, SnapshotFile> {
    let meta = SnapshotMetaOf::<Types> {
        last_log_id: file.covers.last,
        last_membership: file.covers.membership.clone(),
    };
    SnapshotOf::<Types, SnapshotFile> { meta, snapshot: file }
}

impl<M: Machine> RaftSnapshotBuilder<Types> for Applier<M> {
    type SnapshotData = SnapshotFile;

    async fn build_snapshot(&mut self) -> io::Result<SnapshotOf<Types, SnapshotFile>> {
        let replica = self.0.clone();
        let captured = tokio::task::spawn_blocking(move || replica.capture()).await;
        let captured = captured.map_err(io::Error::other)?;
        let (covers, frozen) = captured.ok_or(io::Error::other("the replica has stopped"))?;
        // What is captured may be a moment ahead of the journal.
        let index = covers.index();
        let mut applied = self.0.applied.subscribe();
        applied.wait_for(|applied| index <= applied.index).await.map_err(io::Error::other)?;
        let replica = self.0.clone();
        let saved = tokio::task::spawn_blocking(move || replica.save(covers, &frozen)).await;
        let file = saved.map_err(io::Error::other)?.map_err(|fault| self.0.fatal(fault))?;
        tracing::info!(cell = self.0.name, index, "snapshot taken");
        Ok(snapshot(file))
    }
}

impl<M: Machine> RaftStateMachine<Types> for Applier<M> {
    type SnapshotData = SnapshotFile;
    type SnapshotBuilder = Applier<M>;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, Membership)> {
        let state = self.0.state();
        Ok((state.covers.last, state.covers.membership.clone()))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            let outcomes = self.0.apply_entry(&entry).map_err(|fault| self.0.fatal(fault))?;
            if let Some(responder) = responder {
                let index = entry.log_id.index;
                let mut waiting = self.0.outcomes.lock().expect("no panic under this lock");
                waiting.insert(index, outcomes);
                drop(waiting);
                responder.send(());
            }
            self.0.journal().announce();
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Applier<M> {
        Applier(self.0.clone())
    }

    async fn install_snapshot(
        &mut self,
        _meta: &SnapshotMetaOf<Types>,
        file: SnapshotFile,
    ) -> io::Result<()> {
        let replica = self.0.clone();
        let installed = tokio::task::spawn_blocking(move || replica.install(&file)).await;
        installed.map_err(io::Error::other)?.map_err(|fault| self.0.fatal(fault))
    }

    async fn get_current_snapshot(
        &mut self,
    ) -> io::Result<Option<SnapshotOf<Types, SnapshotFile>>> {
        Ok(self.0.newest().clone().map(snapshot))
    }
}
