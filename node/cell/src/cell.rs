//! The handle of one replica, assembled.

use crate::batcher::{Batcher, Submission};
use crate::disk;
use crate::entry::Types;
use crate::halt::Halt;
use crate::journal::Journal;
use crate::log::{self, Log};
use crate::network::{Inbox, Peers, Raft};
use crate::replica::{Applier, Replica};
use crate::snapshot::Snapshots;
use crate::{
    Applied, CallKind, CellConfig, CellError, CellMetrics, FileFault, JournalReader, Limits,
    SubmitError, Timing, Transport, format,
};
use gcfn_model::Machine;
use openraft::async_runtime::watch::WatchReceiver;
use openraft::errors::{ClientWriteError, Fatal, InitializeError, RaftError};
use openraft::{ChangeMembers, Config, EmptyNode, SnapshotPolicy};
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// An entry must fit into one message to another replica.
const ENTRY_BYTES_MAX: usize = 4 << 20;

/// One replica of a cell. Clones are handles of the same replica.
///
/// When the last clone is dropped the replica ends as after a power cut: nothing acknowledged is
/// lost. [`Cell::shutdown`] ends it in order.
pub struct Cell<M: Machine> {
    inner: Arc<Inner<M>>,
}

struct Inner<M: Machine> {
    replica: Arc<Replica<M>>,
    raft: Raft<M>,
    inbox: Inbox<M>,
    peers: Peers,
    limits: Limits,
    timing: Timing,
    /// Gone once the cell is shutting down.
    queue: Mutex<Option<mpsc::Sender<Submission<M::Outcome>>>>,
    tasks: Mutex<Option<Tasks>>,
}

/// What a shutdown waits for.
struct Tasks {
    batcher: JoinHandle<()>,
    log: oneshot::Receiver<()>,
}

impl<M: Machine> Clone for Cell<M> {
    fn clone(&self) -> Cell<M> {
        Cell { inner: self.inner.clone() }
    }
}

impl<M: Machine> std::fmt::Debug for Cell<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cell").field("name", &self.inner.replica.name).finish_non_exhaustive()
    }
}

impl<M: Machine> Cell<M> {
    /// Opens the replica in `config.dir`, verifying its files, and starts it.
    ///
    /// `genesis` makes the machine that the cell began with; it must be the same on every replica
    /// and at every start. A new replica does nothing until [`Cell::initialize`] is called on one
    /// of the first members, or until a leader adds it.
    ///
    /// # Errors
    /// Any file that is damaged, foreign or of another version, by its name.
    pub async fn open(
        config: CellConfig,
        genesis: impl FnOnce() -> M,
        transport: Arc<dyn Transport>,
    ) -> Result<Cell<M>, CellError> {
        let raft_config = raft_config(&config)?;
        let lock = Arc::new(lock(&config.dir)?);
        let halt = Arc::new(Halt::new(&config.name));
        let snapshots = Snapshots::open(&config.dir, &config.name, &config.disk)?;
        let opening = Replica::open(&config.name, snapshots, genesis)?;
        let recovered = log::recover(&config)?;
        let (log_from, snapshot) = (recovered.purged_index(), opening.covers.index());
        if snapshot < log_from {
            return Err(CellError::SnapshotMissing { dir: config.dir, log_from, snapshot });
        }
        let journal = Journal::open(&config, &opening.covers)?;
        let replays_to = recovered.last_index();
        let (log, log_ended) = Log::start(&config, recovered, halt.clone(), lock.clone())?;
        let replica = Arc::new(opening.with(journal, halt, lock, replays_to));

        let peers = Peers { cell: config.name.clone(), transport, timing: config.timing };
        let network = Peers { cell: config.name, transport: peers.transport.clone(), ..peers };
        let applier = Applier(replica.clone());
        let raft = Raft::new(config.replica, raft_config, network, log, applier)
            .await
            .map_err(|fatal| CellError::Stopped(fatal.to_string()))?;

        let (queue, submissions) = mpsc::channel(config.limits.queue_max.max(1));
        let clock = config.clock;
        let limits = config.limits;
        let batcher = Batcher::new(raft.clone(), replica.clone(), clock, limits, submissions);
        let batcher = gcfn_telemetry::spawn("cell-batcher", async move {
            batcher.run().await;
            Ok::<(), Infallible>(())
        });
        Ok(Cell {
            inner: Arc::new(Inner {
                inbox: Inbox::new(raft.clone(), replica.clone()),
                replica,
                raft,
                peers: Peers {
                    cell: peers.cell,
                    transport: peers.transport,
                    timing: config.timing,
                },
                limits,
                timing: config.timing,
                queue: Mutex::new(Some(queue)),
                tasks: Mutex::new(Some(Tasks { batcher, log: log_ended })),
            }),
        })
    }

    /// Founds the cell with these voters. Call it on one of them; afterwards it does nothing.
    ///
    /// # Errors
    /// [`CellError::Membership`] when `members` does not hold this replica.
    pub async fn initialize(&self, members: BTreeSet<u64>) -> Result<(), CellError> {
        let nodes: BTreeMap<u64, EmptyNode> =
            members.into_iter().map(|id| (id, EmptyNode::new())).collect();
        match self.inner.raft.initialize(nodes).await {
            Ok(()) | Err(RaftError::APIError(InitializeError::NotAllowed(_))) => Ok(()),
            Err(RaftError::APIError(error)) => Err(CellError::Membership(error.to_string())),
            Err(RaftError::Fatal(fatal)) => Err(CellError::Stopped(fatal.to_string())),
        }
    }

    /// Adds a replica that receives everything and decides nothing. Leader only.
    ///
    /// Returns when the replica is known, not when it has caught up: see [`Cell::until`].
    ///
    /// # Errors
    /// [`CellError::NotLeader`], or [`CellError::Membership`] while another change is under way.
    pub async fn add_learner(&self, replica: u64) -> Result<(), CellError> {
        let added = self.inner.raft.add_learner(replica, EmptyNode::new(), false).await;
        added.map(drop).map_err(membership_error)
    }

    /// Makes these replicas, which must be known already, the voters. Former voters become
    /// learners. Leader only.
    ///
    /// # Errors
    /// As [`Cell::add_learner`].
    pub async fn change_voters(&self, voters: BTreeSet<u64>) -> Result<(), CellError> {
        let changed = self.inner.raft.change_membership(voters, true).await;
        changed.map(drop).map_err(membership_error)
    }

    /// Forgets learners. Leader only.
    ///
    /// # Errors
    /// As [`Cell::add_learner`].
    pub async fn remove_learners(&self, learners: BTreeSet<u64>) -> Result<(), CellError> {
        let change = ChangeMembers::RemoveNodes(learners);
        let changed = self.inner.raft.change_membership(change, true).await;
        changed.map(drop).map_err(membership_error)
    }

    /// Has `commands` applied in this order, at one time, with nothing in between.
    ///
    /// Returns one outcome per command once the entry that holds them is durable on a quorum and
    /// applied here. Refusals of the machine are outcomes.
    ///
    /// # Errors
    /// Every variant but [`SubmitError::Unknown`] means that nothing was done.
    pub async fn submit(&self, commands: &[M::Command]) -> Result<Vec<M::Outcome>, SubmitError> {
        if let Some(reason) = self.inner.replica.halt.reason() {
            return Err(SubmitError::Halted(reason.to_owned()));
        }
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let encoded: Vec<u8> = commands.iter().flat_map(format::encode).collect();
        let (bytes, limit) = (encoded.len(), self.inner.limits.batch_bytes_max);
        if limit < bytes {
            return Err(SubmitError::TooLarge { bytes, limit });
        }
        let count = u32::try_from(commands.len()).expect("each command takes at least a byte");
        let (reply, answer) = oneshot::channel();
        let queue = self.inner.queue.lock().expect("no panic under this lock").clone();
        let queue = queue.ok_or(SubmitError::ShuttingDown)?;
        let submission = Submission { count, commands: encoded, reply };
        queue.try_send(submission).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::ShuttingDown,
        })?;
        drop(queue);
        match tokio::time::timeout(self.inner.timing.submit, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) | Err(_) => Err(SubmitError::Unknown),
        }
    }

    /// Looks at the applied state. Keep it short: entries wait meanwhile.
    ///
    /// The state of a replica may be behind the cell's; see [`Cell::linearizable`].
    pub fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        self.inner.replica.read(look)
    }

    /// Returns when the state here holds everything acknowledged anywhere before this call.
    /// Works on every replica that reaches the leader.
    ///
    /// # Errors
    /// [`SubmitError::NotLeader`] when nobody is known to lead, [`SubmitError::Unknown`] when no
    /// quorum answered in time.
    pub async fn linearizable(&self) -> Result<(), SubmitError> {
        let leader = self.metrics().leader.ok_or(SubmitError::NotLeader { leader: None })?;
        let barrier = async {
            let index = if leader == *self.inner.raft.node_id() {
                self.inner.inbox.read_index().await.map_err(|_| SubmitError::Unknown)?
            } else {
                let peer = self.inner.peers.peer(leader);
                let asked = peer.call(CallKind::ReadIndex, &(), self.inner.timing.rpc).await;
                asked.map_err(|_| SubmitError::NotLeader { leader: None })?
            };
            let mut applied = self.applied();
            let reached = applied.wait_for(|applied| index <= applied.index).await;
            reached.map(drop).map_err(|_| SubmitError::ShuttingDown)
        };
        tokio::time::timeout(self.inner.timing.submit, barrier)
            .await
            .unwrap_or(Err(SubmitError::Unknown))
    }

    /// Whether this replica has stopped for good: what it shows is not what the cell has agreed on,
    /// or will fall behind it.
    #[must_use]
    pub fn is_halted(&self) -> bool {
        self.inner.replica.halt.reason().is_some()
    }

    /// How far the machine here has come, as it goes.
    #[must_use]
    pub fn applied(&self) -> watch::Receiver<Applied> {
        self.inner.replica.applied.subscribe()
    }

    /// Reads the journal from entry `index` on: what is stored, then what comes.
    #[must_use]
    pub fn journal(&self, index: u64) -> JournalReader<M::Command, M::Event> {
        self.inner.replica.journal().reader(index)
    }

    /// One look at this replica.
    #[must_use]
    pub fn metrics(&self) -> CellMetrics {
        let metrics = self.inner.raft.metrics();
        let metrics = metrics.borrow_watched();
        if let Err(fatal @ (Fatal::StorageError(_) | Fatal::Panicked)) = &metrics.running_state {
            self.inner.replica.halt.because(fatal);
        }
        let halted = self.inner.replica.halt.reason().map(str::to_owned);
        CellMetrics::new(&metrics, halted)
    }

    /// Waits until the metrics of this replica are as `wanted`, and returns them.
    ///
    /// # Errors
    /// [`CellError::Stopped`] when the replica stops before.
    pub async fn until(
        &self,
        mut wanted: impl FnMut(&CellMetrics) -> bool,
    ) -> Result<CellMetrics, CellError> {
        let mut changes = self.inner.raft.metrics();
        loop {
            let metrics = self.metrics();
            if wanted(&metrics) {
                return Ok(metrics);
            }
            let stopped = || CellError::Stopped(metrics.halted.unwrap_or_default());
            changes.changed().await.map_err(|_| stopped())?;
        }
    }

    /// Takes a snapshot now, without waiting for it.
    ///
    /// # Errors
    /// [`CellError::Stopped`].
    pub async fn snapshot(&self) -> Result<(), CellError> {
        let asked = self.inner.raft.trigger().snapshot().await;
        asked.map_err(|fatal| CellError::Stopped(fatal.to_string()))
    }

    /// Hands leadership to another voter, without waiting for it. Leader only.
    ///
    /// # Errors
    /// [`CellError::Stopped`].
    pub async fn hand_over(&self, to: u64) -> Result<(), CellError> {
        let asked = self.inner.raft.trigger().transfer_leader(to).await;
        asked.map_err(|fatal| CellError::Stopped(fatal.to_string()))
    }

    /// Answers a message that a [`Transport`] brought from another replica of this cell.
    /// The caller has checked who sent it.
    pub async fn handle(&self, kind: CallKind, payload: &[u8]) -> Vec<u8> {
        self.inner.inbox.handle(kind, payload).await
    }

    /// Ends the replica in order: answers what is under way, then closes the files.
    pub async fn shutdown(&self) {
        drop(self.inner.queue.lock().expect("no panic under this lock").take());
        let tasks = self.inner.tasks.lock().expect("no panic under this lock").take();
        let Some(Tasks { mut batcher, log }) = tasks else { return };
        let in_time = tokio::time::timeout(self.inner.timing.rpc, &mut batcher).await.is_ok();
        if let Err(error) = self.inner.raft.shutdown().await {
            tracing::warn!(cell = self.inner.replica.name, %error, "raft ended badly");
        }
        if !in_time && let Err(error) = batcher.await {
            tracing::warn!(cell = self.inner.replica.name, %error, "batcher ended badly");
        }
        if tokio::time::timeout(Duration::from_secs(5), log).await.is_err() {
            tracing::warn!(cell = self.inner.replica.name, "raft log is still in use");
            return;
        }
        if let Err(fault) = self.inner.replica.close() {
            self.inner.replica.halt.because(&fault);
        }
    }
}

fn membership_error(error: RaftError<Types, ClientWriteError<Types>>) -> CellError {
    match error {
        RaftError::APIError(ClientWriteError::ForwardToLeader(forward)) => {
            CellError::NotLeader { leader: forward.leader_id }
        }
        RaftError::APIError(error) => CellError::Membership(error.to_string()),
        RaftError::Fatal(fatal) => CellError::Stopped(fatal.to_string()),
    }
}

/// Makes `dir` and takes it for this process.
fn lock(dir: &Path) -> Result<File, CellError> {
    disk::open_dir(dir)?;
    let path = dir.join("lock");
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(FileFault::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(CellError::InUse(dir.to_owned())),
        Err(std::fs::TryLockError::Error(source)) => {
            Err(FileFault::Io { action: "lock", path, source }.into())
        }
    }
}

fn raft_config(config: &CellConfig) -> Result<Arc<Config>, CellError> {
    if ENTRY_BYTES_MAX < config.limits.batch_bytes_max {
        let problem = format!("limits.batch_bytes_max is above {ENTRY_BYTES_MAX}");
        return Err(CellError::Config(problem));
    }
    let Timing { heartbeat, election_min, election_max, .. } = config.timing;
    let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let limits = &config.limits;
    let raft = Config {
        cluster_name: config.name.clone(),
        heartbeat_interval: millis(heartbeat),
        election_timeout_min: millis(election_min),
        election_timeout_max: millis(election_max),
        enable_pre_vote: Some(true),
        // A snapshot is sent in chunks with their own deadline; this bounds the whole of it.
        install_snapshot_timeout: 600_000,
        max_payload_entries: 1024,
        snapshot_policy: SnapshotPolicy::LogsSinceLast(limits.snapshot_every),
        max_in_snapshot_log_to_keep: limits.log_keep,
        replication_lag_threshold: limits.snapshot_every.saturating_add(limits.log_keep),
        purge_batch_size: 256.min(limits.log_keep.max(1)),
        broadcast_submitted_on_append: Some(true),
        ..Config::default()
    };
    raft.validate().map(Arc::new).map_err(|error| CellError::Config(error.to_string()))
}
