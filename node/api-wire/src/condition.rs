//! How a node does, for whoever runs it.

use crate::term::{Node, Text, Time};
use gcfn_model::NodeId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a node does: its replicas, what waits for other nodes, how fresh the network's word is here,
/// and what runs out.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// The node.
    pub node: Node,
    /// Its role in the network.
    #[schema(example = "local")]
    pub role: String,
    /// Whether it takes commands.
    pub ready: bool,
    /// The node's time.
    pub time: Time,
    /// Its replicas: of its own cell, and of the federation's where it has one.
    pub cells: Vec<CellCondition>,
    /// The last final round that is known here; none before the first, or while the regional that a
    /// local asks does not answer.
    pub finality: Option<Finality>,
    /// What waits for other nodes, and which lines from them stand still.
    pub channels: Vec<ChannelCondition>,
    /// Its certificate.
    pub certificate: CertificateCondition,
    /// The disk that its data is on.
    pub disk: DiskCondition,
}

/// One replica of a cell.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CellCondition {
    /// The cell: the node's own, or `federation`.
    #[schema(example = "cn-sha")]
    pub cell: String,
    /// What this replica is in it.
    pub state: ReplicaState,
    /// Who leads, as far as it knows.
    pub leader: Option<Node>,
    /// The Raft term.
    pub term: u64,
    /// The last entry of its log.
    pub log_index: u64,
    /// The last entry that its machine has applied.
    pub applied_index: u64,
    /// The last entry in its newest snapshot; 0 without one.
    pub snapshot_index: u64,
    /// How long ago most voters last acknowledged that it leads, in milliseconds; only where it does.
    pub quorum_age_ms: Option<u64>,
    /// How many replicas vote.
    pub voters: u64,
    /// How many only receive.
    pub learners: u64,
    /// Why it has stopped for good, if it has.
    pub halted: Option<String>,
}

/// What a replica is in its cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplicaState {
    /// Receives entries, does not vote.
    Learner,
    /// Votes and receives entries.
    Follower,
    /// Asks for votes.
    Candidate,
    /// Proposes entries.
    Leader,
    /// Has stopped.
    Stopped,
}

/// A round that two thirds of the validators have co-signed.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Finality {
    /// Its number.
    pub round: u64,
    /// When it was closed.
    pub closed_at: Time,
    /// How long ago that is, by this node's time, in milliseconds.
    pub age_ms: u64,
}

/// What goes to another node and what comes from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelCondition {
    /// The other node.
    pub peer: Node,
    /// How many envelopes it has not acknowledged.
    pub waiting: u64,
    /// When the oldest of them was sent.
    pub oldest: Option<Time>,
    /// Whether what comes from it stands still, for it has sent two different envelopes under one
    /// number.
    pub forked: bool,
}

impl ChannelCondition {
    /// A channel on which nothing waits and nothing stands still.
    #[must_use]
    pub fn quiet(peer: NodeId) -> ChannelCondition {
        ChannelCondition { peer: Text(peer), waiting: 0, oldest: None, forked: false }
    }
}

/// How long a certificate is good.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct CertificateCondition {
    /// Until when, by real time.
    pub not_after: Time,
    /// How many whole days are left.
    pub days_left: u64,
}

/// How much room there is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DiskCondition {
    /// Bytes that the node may still write.
    pub free_bytes: u64,
    /// Bytes that the disk has.
    pub total_bytes: u64,
}
