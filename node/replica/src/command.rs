//! What enters a trading node's log, and what comes of it.

use crate::{Shown, Subject};
use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::receipt::{EventProof, HeadProof};
use gcfn_model::NodeId;
use gcfn_peering::envelope::{Line, SignedEnvelope};
use gcfn_peering::mailbox::{EnvelopeRefusal, Fork};
use gcfn_venue::Rejection;
use serde::{Deserialize, Serialize};

/// One entry of a trading node's log. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Command {
    /// For the venue. What comes from other nodes and from the federation does not come this
    /// way, but in an envelope or as a [`FinalEvent`].
    Venue(gcfn_venue::Command),
    /// An envelope arrived.
    Envelope(SignedEnvelope),
    /// Another node has applied everything up to and including `seq` of a line.
    Acknowledged {
        /// The line.
        line: Line,
        /// The highest sequence number applied there.
        seq: u64,
    },
    /// The federation decided something about this node, and it is final.
    Federation(Box<FinalEvent>),
    /// Closes the epoch, if anything happened in it.
    CloseEpoch,
    /// An operator lets a halted line go on after the fork has been looked into.
    ResumeLine(Line),
    /// What the epochs that the leader has closed came to. Where they come to something else, the
    /// replica has diverged and stops (DRV-06).
    Compare(CellHead),
    /// Closes the epoch as [`Command::CloseEpoch`] does, and shows what the state says about
    /// something then.
    Show(Subject),
}

/// An event of the federation's log with the proof that a final round contains it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinalEvent {
    /// The event as the federation encoded it.
    pub event: Vec<u8>,
    /// That it is in an epoch of the federation's cell.
    pub proof: EventProof,
    /// That this epoch is in a round which two thirds of the validators signed.
    pub anchor: HeadProof,
}

/// What happened; every one is a leaf of its epoch's tree. The n-th event of the journal has
/// sequence number n, counted from 1. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// At the venue.
    Venue(gcfn_venue::Event),
    /// Everything until here since the last such event is an epoch. It is itself the first event
    /// of the next.
    EpochClosed(EpochHeader),
    /// Another node sent two different envelopes under one number; the line stands still.
    LineHalted {
        /// The line.
        line: Line,
        /// The evidence.
        fork: Fork,
    },
    /// A line that stood still goes on.
    LineResumed(Line),
    /// Another node may send envelopes, signed with this key.
    PeerKnown {
        /// The node.
        node: NodeId,
    },
    /// The venue refuses what another node sent.
    DispatchRefused {
        /// The node.
        from: NodeId,
        /// Why.
        refused: Rejection,
    },
    /// Another node sent something that this version does not understand.
    BodyNotUnderstood {
        /// The node.
        from: NodeId,
    },
    /// As much waits for another node as the mailbox is to hold. Nobody orders there any more until
    /// it has taken some. There is room for months of messages, so somebody must look.
    MailboxFull {
        /// The node.
        to: NodeId,
    },
}

/// The answer to one command.
pub type Outcome = Result<Reply, Refused>;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The venue's answer.
    Venue(gcfn_venue::Outcome),
    /// The envelope was applied, now or before; everything up to this number has been.
    Applied {
        /// The highest applied sequence number of the line.
        seq: u64,
    },
    /// An epoch was closed.
    Closed(EpochHeader),
    /// What the state said when this epoch, the last one, was closed.
    Shown {
        /// The epoch.
        epoch: u64,
        /// What it said.
        shown: Box<Shown>,
    },
    /// Done, or nothing to do.
    Done,
}

/// Why something was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The sender is not a node that this one knows.
    #[error("sender is not a known node")]
    UnknownSender,
    /// The envelope is not taken.
    #[error(transparent)]
    Envelope(#[from] EnvelopeRefusal),
    /// Envelopes before this one are missing. Send again from `expected`.
    #[error("envelopes from {expected} on are missing")]
    Gap {
        /// The next number that would be taken.
        expected: u64,
    },
    /// The body is not one that this version understands.
    #[error("body is not understood by this version")]
    Body,
    /// The federation event is not proven to be final.
    #[error("event is not proven to be in a final round")]
    NotFinal,
    /// The event was applied before.
    #[error("event was applied before")]
    Repeated,
    /// No such coupon is in the books, or no such order is open.
    #[error("no such coupon is in the books, or no such order is open")]
    UnknownSubject,
    /// The command may not come this way.
    #[error("command may not come this way")]
    Misrouted,
    /// Too much waits for the node that this would be sent to. Nothing was done; send it again
    /// when the node has taken some.
    #[error("too much waits for {0}; try again later")]
    MailboxFull(NodeId),
    /// The venue refuses; repeated here for commands that no participant waits for.
    #[error(transparent)]
    Venue(#[from] Rejection),
}
