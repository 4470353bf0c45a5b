//! What a replica says of itself.

use crate::entry::Types;
use openraft::{Instant, RaftMetrics, ServerState};
use std::time::Duration;

/// How far the machine has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// The last applied log entry; 0 before the first.
    pub index: u64,
    /// Events since the genesis of the cell.
    pub events: u64,
}

/// What a replica is in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Receives entries, does not vote.
    Learner,
    /// Votes and receives entries.
    Follower,
    /// Asks for votes.
    Candidate,
    /// Proposes entries.
    Leader,
    /// Has stopped, for good or for a fault.
    Stopped,
}

/// One look at a replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellMetrics {
    /// This replica.
    pub replica: u64,
    /// What it is.
    pub role: Role,
    /// The leader, when known.
    pub leader: Option<u64>,
    /// The Raft term.
    pub term: u64,
    /// How long ago a quorum last acknowledged this replica as its leader.
    pub quorum_age: Option<Duration>,
    /// Last entry in its log.
    pub last_log_index: u64,
    /// Last entry in its machine.
    pub applied_index: u64,
    /// Last entry in its newest snapshot.
    pub snapshot_index: u64,
    /// Last entry that its log has dropped.
    pub purged_index: u64,
    /// Replicas that vote.
    pub voters: Vec<u64>,
    /// Replicas that only receive.
    pub learners: Vec<u64>,
    /// Why it serves no writes, if it does not.
    pub halted: Option<String>,
}

impl CellMetrics {
    pub(crate) fn new(raft: &RaftMetrics<Types>, halted: Option<String>) -> CellMetrics {
        let membership = raft.membership_config.membership();
        CellMetrics {
            replica: raft.id,
            role: match raft.state {
                ServerState::Learner => Role::Learner,
                ServerState::Follower => Role::Follower,
                ServerState::Candidate => Role::Candidate,
                ServerState::Leader => Role::Leader,
                ServerState::Shutdown => Role::Stopped,
            },
            leader: raft.current_leader,
            term: raft.current_term,
            quorum_age: raft.last_quorum_acked.map(|at| at.elapsed()),
            last_log_index: raft.last_log_index.unwrap_or(0),
            applied_index: raft.last_applied.map_or(0, |id| id.index),
            snapshot_index: raft.snapshot.map_or(0, |id| id.index),
            purged_index: raft.purged.map_or(0, |id| id.index),
            voters: membership.voter_ids().collect(),
            learners: membership.learner_ids().collect(),
            halted,
        }
    }

    /// Whether this replica leads, a quorum has acknowledged it, and it can write.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.role == Role::Leader && self.quorum_age.is_some() && self.halted.is_none()
    }
}
