//! Epochs: a cell's events, closed about once a second into a header.

use crate::canon::{Canon, sha256};
use crate::event_tree::{EventFrontier, SaltKey};
use crate::header_log::CellHead;
use crate::rfc6962::{self, Frontier};
use alloc::vec::Vec;
use gcfn_model::{Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a closed epoch commits to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochHeader {
    /// The cell, by the name of its node; the federation's cell is `federation`.
    pub cell: NodeId,
    /// Counted from 0 without holes: also the header's index in the cell's [`HeaderLog`].
    ///
    /// [`HeaderLog`]: crate::header_log::HeaderLog
    pub epoch: u64,
    /// The digest of the previous header, zero for the first.
    pub prev: Digest,
    /// The sequence number of the first event.
    pub first_seq: u64,
    /// The sequence number of the last event.
    pub last_seq: u64,
    /// How many events there are.
    pub leaf_count: u64,
    /// The root of the epoch's [`EventTree`](crate::event_tree::EventTree).
    pub events_root: Digest,
    /// What the cell's books add up to after the last event.
    pub state_root: Digest,
    /// When the epoch was closed, by the cell's log.
    pub closed_at: Timestamp,
}

impl EpochHeader {
    /// The canonical bytes, layout `gcfn/epoch/v1`.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        Canon::new("gcfn/epoch/v1")
            .text(self.cell.as_str())
            .number(self.epoch)
            .digest(&self.prev)
            .number(self.first_seq)
            .number(self.last_seq)
            .number(self.leaf_count)
            .digest(&self.events_root)
            .digest(&self.state_root)
            .time(self.closed_at)
            .finish()
    }

    /// SHA-256 of the canonical bytes: the `prev` of the next header.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.canonical())
    }
}

/// A cell's open epoch and the frontier of all closed ones: the part of anchoring that is
/// replicated with the cell's machine, and stays small however old the cell is.
///
/// What proofs need besides (closed epochs' events and headers) is in the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epochs {
    cell: NodeId,
    salt_key: SaltKey,
    next_seq: u64,
    open: EventFrontier,
    prev: Digest,
    headers: Frontier,
}

impl Epochs {
    /// A cell before its first event, which will have sequence number 1.
    #[must_use]
    pub fn new(cell: NodeId, salt_key: SaltKey) -> Epochs {
        let (open, headers) = (EventFrontier::default(), Frontier::default());
        Epochs { cell, salt_key, next_seq: 1, open, prev: Digest::ZERO, headers }
    }

    /// Appends an event's bytes to the open epoch and returns its sequence number.
    pub fn record(&mut self, event: &[u8]) -> u64 {
        let seq = self.next_seq;
        self.open.append(&self.salt_key.salt(seq), event);
        self.next_seq = seq.checked_add(1).expect("a cell has fewer than 2^64 events");
        seq
    }

    /// The sequence number that the next event will have.
    #[must_use]
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Closes the epoch, or returns `None` when nothing happened in it.
    ///
    /// `at` is the time in the log entry; `state_root` is the machine's, after the last event.
    pub fn close(&mut self, at: Timestamp, state_root: Digest) -> Option<EpochHeader> {
        let events_root = self.open.root()?;
        let leaf_count = self.open.leaf_count();
        let first_seq = self.next_seq.checked_sub(leaf_count).expect("each leaf took a number");
        let last_seq = self.next_seq.checked_sub(1).expect("numbers begin with 1");
        let header = EpochHeader {
            cell: self.cell,
            epoch: self.headers.size(),
            prev: self.prev,
            first_seq,
            last_seq,
            leaf_count,
            events_root,
            state_root,
            closed_at: at,
        };
        let bytes = header.canonical();
        self.prev = sha256(&bytes);
        self.headers.append(rfc6962::leaf(&bytes));
        self.open = EventFrontier::default();
        Some(header)
    }

    /// Whether `theirs`, the head of another replica of this cell, contradicts this one. Of epochs
    /// that only one of them has closed nothing can be said.
    #[must_use]
    pub fn contradict(&self, theirs: &CellHead) -> bool {
        let ours = self.head();
        ours.size == theirs.size && ours != *theirs
    }

    /// The head of the cell's header log: what a checkpoint says.
    #[must_use]
    pub fn head(&self) -> CellHead {
        CellHead { cell: self.cell, size: self.headers.size(), root: self.headers.root() }
    }
}

#[cfg(test)]
mod tests;
