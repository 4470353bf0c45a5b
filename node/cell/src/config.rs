//! What a replica of a cell is told at its start. Nothing here changes an outcome.

use crate::{Clock, Disk};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// One replica of one cell.
#[derive(Clone)]
pub struct CellConfig {
    /// Name of the cell, the same on all replicas: a node's name, or `federation`.
    /// Written into every file; a directory of another cell is refused.
    pub name: String,
    /// This replica's number. Never reused: a replica that lost its files gets a new one.
    pub replica: u64,
    /// The directory that holds this replica and nothing else. Made when absent.
    pub dir: PathBuf,
    /// The clock that stamps entries while this replica leads.
    pub clock: Arc<dyn Clock>,
    /// Heartbeats, elections and deadlines.
    pub timing: Timing,
    /// Sizes and counts.
    pub limits: Limits,
    /// How files are written; tests put a quota here.
    pub disk: Disk,
}

/// Heartbeats, elections and deadlines.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// How often a leader shows that it lives.
    pub heartbeat: Duration,
    /// The shortest silence after which a follower asks for an election.
    pub election_min: Duration,
    /// The longest silence after which a follower asks for an election.
    pub election_max: Duration,
    /// How long one message with entries or a snapshot chunk may take.
    pub rpc: Duration,
    /// How long a submission waits before its outcome is called unknown.
    pub submit: Duration,
}

impl Timing {
    /// Replicas on one machine or in one data centre: a lost leader is replaced in about a second.
    pub const LOCAL: Timing = Timing {
        heartbeat: Duration::from_millis(150),
        election_min: Duration::from_millis(500),
        election_max: Duration::from_millis(1000),
        rpc: Duration::from_secs(5),
        submit: Duration::from_secs(10),
    };

    /// Replicas on different continents.
    pub const WIDE: Timing = Timing {
        heartbeat: Duration::from_millis(250),
        election_min: Duration::from_millis(1500),
        election_max: Duration::from_millis(3000),
        rpc: Duration::from_secs(15),
        submit: Duration::from_secs(30),
    };
}

/// Sizes and counts.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Submissions that may wait; more are told [`crate::SubmitError::Busy`].
    pub queue_max: usize,
    /// Commands in one entry. A single submission may exceed it and stands alone.
    pub batch_commands_max: usize,
    /// Bytes of commands in one entry, 4 MiB at most; a single submission above it is refused.
    pub batch_bytes_max: usize,
    /// Entries proposed and not yet applied. While that many are under way, submissions gather.
    pub in_flight_max: usize,
    /// Entries between two snapshots.
    pub snapshot_every: u64,
    /// Entries kept in the log after a snapshot covers them, for replicas a little behind.
    pub log_keep: u64,
    /// Size of one preallocated log segment in bytes.
    pub log_segment_bytes: u64,
    /// Bytes of entries kept in memory; older ones are read back from their segment.
    pub log_cache_bytes: usize,
    /// Size at which a journal segment is closed, in bytes.
    pub journal_segment_bytes: u64,
    /// Bytes of records kept in memory for the journal's readers; who is further behind reads its files.
    pub journal_recent_bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            queue_max: 4096,
            batch_commands_max: 1024,
            batch_bytes_max: 1 << 20,
            in_flight_max: 4,
            snapshot_every: 20_000,
            log_keep: 5_000,
            log_segment_bytes: 16 << 20,
            log_cache_bytes: 64 << 20,
            journal_segment_bytes: 64 << 20,
            journal_recent_bytes: 2 << 20,
        }
    }
}

impl CellConfig {
    /// A replica in `dir` with the defaults: [`Timing::LOCAL`], [`Limits::default`], no quota.
    pub fn new(
        name: impl Into<String>,
        replica: u64,
        dir: impl Into<PathBuf>,
        clock: Arc<dyn Clock>,
    ) -> CellConfig {
        CellConfig {
            name: name.into(),
            replica,
            dir: dir.into(),
            clock,
            timing: Timing::LOCAL,
            limits: Limits::default(),
            disk: Disk::default(),
        }
    }
}

impl std::fmt::Debug for CellConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CellConfig")
            .field("name", &self.name)
            .field("replica", &self.replica)
            .field("dir", &self.dir)
            .field("timing", &self.timing)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
