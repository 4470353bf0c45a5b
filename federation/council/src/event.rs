//! What can happen in the federation.

use crate::calendars::CalendarChange;
use crate::command::SignedCommand;
use crate::decision::{Approval, Decision};
use crate::refusal::Refusal;
use crate::staff::HouseAct;
use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::checkpoint::Equivocation;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::roster::Roster;
use gcfn_anchor::round::{Cosignature, Round};
use gcfn_banking::{Dispute, Reconciliation};
use gcfn_clearing::{BundleRef, ClearingEvent};
use gcfn_model::{Amount, Currency, Digest, InstructionId, NodeId, PartyId, QuoteId};
use gcfn_venue::LockedRate;
use serde::{Deserialize, Serialize};

/// What happened, in order; every one is a leaf of its epoch's tree. The n-th event of the
/// journal has sequence number n, counted from 1. Append-only: the order of variants is the
/// encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Event {
    /// The network began. Always the first.
    Founded {
        /// The digest of its charter.
        charter: Digest,
    },
    /// A signed command took effect. What follows from it stands behind it; what it says is not
    /// said again.
    Accepted(Box<SignedCommand>),
    /// Enough validators have approved a decision, and it was carried out.
    Decided {
        /// What was decided.
        decision: Decision,
        /// By whom, in the order of names.
        approvals: Vec<Approval>,
    },
    /// A node has signed two histories and was suspended.
    Equivocated {
        /// Who.
        node: NodeId,
        /// Both notes: proof to anybody who has the node's key.
        proof: Equivocation,
    },
    /// Everything until here since the last such event is an epoch. It is itself the first event
    /// of the next.
    EpochClosed(EpochHeader),
    /// Once this event is final by the present validators, these co-sign.
    RosterChanged(Roster),
    /// A round waits for co-signatures.
    RoundProposed(Round),
    /// Two thirds have co-signed a round: what it anchors is final.
    RoundFinal {
        /// The round.
        round: Round,
        /// The co-signatures, in the order of names.
        cosignatures: Vec<Cosignature>,
        /// The last event of the federation's own cell that it makes final.
        final_seq: u64,
    },
    /// A dealer's quote was refused as crossed, stale or out of line: somebody must look.
    QuoteRefused {
        /// Whose.
        dealer: NodeId,
        /// Which.
        quote: QuoteId,
        /// Why.
        reason: Refusal,
    },
    /// A rate is locked.
    Locked {
        /// The rate.
        rate: LockedRate,
        /// The dealer's quote that it is bound by.
        quote: QuoteId,
    },
    /// A node stands by a bundle that the house does not take. What it bundled returns to where
    /// it was.
    AffirmationRefused {
        /// Who.
        by: NodeId,
        /// The bundle.
        bundle: BundleRef,
        /// Why.
        reason: Refusal,
    },
    /// The federation's house did something.
    Clearing(ClearingEvent),
    /// The bank refused a payment of the house.
    InstructionRejected {
        /// The payment.
        instruction: InstructionId,
    },
    /// What the bank booked contradicts what was instructed: nothing is assumed, somebody must
    /// look.
    BankDisputed(Dispute),
    /// A statement of the house's account was compared with the books.
    Reconciled {
        /// In which currency.
        currency: Currency,
        /// What it came to.
        result: Reconciliation,
    },
    /// A bundle has settled whose trades were rounded one by one: this much of what was paid is
    /// rounding, over what the same trades come to together, and is the dealer's (P-16g).
    ResidueKept {
        /// The bundle.
        bundle: BundleRef,
        /// With whom.
        dealer: NodeId,
        /// In which currency.
        currency: Currency,
        /// How much, never zero.
        amount: Amount,
    },
    /// Enough validators have approved: from a day on a currency settles on other days.
    CalendarChanged {
        /// What was decided.
        change: Box<CalendarChange>,
        /// By whom, in the order of names.
        approvals: Vec<Approval>,
    },
    /// A second person has approved what one of the root's staff wished at the house, and it was
    /// done.
    Seconded {
        /// What was done.
        act: HouseAct,
        /// Who wished it, by pseudonym.
        first: PartyId,
        /// Who approved it.
        second: PartyId,
    },
}
