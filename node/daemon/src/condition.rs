//! How the node does, for its operator: what its replicas, its channels, its certificate and its
//! disk show at one look.

use crate::voice::Replicas;
use gcfn_api::gateway::OwnCondition;
use gcfn_api_wire::condition::{
    CellCondition, CertificateCondition, ChannelCondition, DiskCondition, ReplicaState,
};
use gcfn_api_wire::term::Text;
use gcfn_cell::{Cell, CellMetrics, Role};
use gcfn_council::{Council, FEDERATION};
use gcfn_link::tls::Credentials;
use gcfn_model::{Machine, NodeId};
use gcfn_replica::Replica;
use std::collections::BTreeMap;
use std::path::PathBuf;

const DAY_SECONDS: u64 = 86_400;

/// Who looks.
#[derive(Clone)]
pub(crate) struct Observer {
    /// The node.
    pub(crate) node: NodeId,
    /// Its own cell, where it trades.
    pub(crate) venue: Option<Cell<Replica>>,
    /// Its replica of the federation's.
    pub(crate) council: Option<Cell<Council>>,
    /// The names of replicas.
    pub(crate) replicas: Replicas,
    /// What it shows others.
    pub(crate) credentials: Credentials,
    /// Where its data is.
    pub(crate) data: PathBuf,
}

impl Observer {
    /// One look.
    pub(crate) fn look(&self) -> OwnCondition {
        let venue = self.venue.as_ref().map(|cell| self.cell(self.node.as_str(), cell));
        let council = self.council.as_ref().map(|cell| self.cell(FEDERATION, cell));
        let certificate = self.credentials.certificate();
        OwnCondition {
            cells: venue.into_iter().chain(council).collect(),
            channels: self.channels(),
            certificate: CertificateCondition {
                not_after: Text(certificate.not_after),
                days_left: certificate.left().as_secs() / DAY_SECONDS,
            },
            disk: self.disk(),
        }
    }

    fn cell<M: Machine>(&self, name: &str, cell: &Cell<M>) -> CellCondition {
        let metrics = cell.metrics();
        let count = |of: &[u64]| u64::try_from(of.len()).unwrap_or(u64::MAX);
        let leads = metrics.role == Role::Leader;
        let age = metrics.quorum_age.filter(|_| leads);
        let age = age.map(|age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        let leader = metrics.leader.and_then(|leader| self.name(&metrics, leader));
        CellCondition {
            cell: name.to_owned(),
            state: match metrics.role {
                Role::Learner => ReplicaState::Learner,
                Role::Follower => ReplicaState::Follower,
                Role::Candidate => ReplicaState::Candidate,
                Role::Leader => ReplicaState::Leader,
                Role::Stopped => ReplicaState::Stopped,
            },
            leader: leader.map(Text),
            term: metrics.term,
            log_index: metrics.last_log_index,
            applied_index: metrics.applied_index,
            snapshot_index: metrics.snapshot_index,
            quorum_age_ms: age,
            voters: count(&metrics.voters),
            learners: count(&metrics.learners),
            halted: metrics.halted,
        }
    }

    /// What waits for others, and from whom nothing more is taken; nothing of a state that nobody
    /// else may have.
    fn channels(&self) -> Vec<ChannelCondition> {
        let sound = self.venue.as_ref().filter(|cell| !cell.is_halted());
        sound.map(|cell| cell.read(channels)).unwrap_or_default()
    }

    fn name(&self, metrics: &CellMetrics, replica: u64) -> Option<NodeId> {
        if replica == metrics.replica { Some(self.node) } else { self.replicas.name(replica) }
    }

    /// Nothing where the disk does not say.
    fn disk(&self) -> DiskCondition {
        let found = rustix::fs::statvfs(&self.data).ok();
        let bytes = |blocks: u64, size: u64| blocks.saturating_mul(size);
        DiskCondition {
            free_bytes: found.as_ref().map_or(0, |disk| bytes(disk.f_bavail, disk.f_frsize)),
            total_bytes: found.as_ref().map_or(0, |disk| bytes(disk.f_blocks, disk.f_frsize)),
        }
    }
}

fn channels(replica: &Replica) -> Vec<ChannelCondition> {
    let mut found = BTreeMap::new();
    for line in replica.pending_lines() {
        let channel = found.entry(line.peer).or_insert_with(|| ChannelCondition::quiet(line.peer));
        channel.waiting = channel.waiting.saturating_add(replica.waiting(line));
        let oldest = replica.pending(line).next().map(|envelope| Text(envelope.sent_at));
        channel.oldest = channel.oldest.into_iter().chain(oldest).min_by_key(|at| at.0);
    }
    for line in replica.halted_lines() {
        let channel = found.entry(line.peer).or_insert_with(|| ChannelCondition::quiet(line.peer));
        channel.forked = true;
    }
    found.into_values().collect()
}
