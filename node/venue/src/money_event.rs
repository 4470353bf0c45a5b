//! What the money desk tells.

use crate::custody::Custody;
use crate::dispute::{ArbitrationDecision, Dispute, DisputeState, DisputeStep, DisputeTerms};
use crate::event::Event;
use crate::freeze::FreezeReason;
use crate::limits::PartyLimits;
use crate::manual::ManualPosting;
use crate::overlay::{CouponFreezeTerms, PledgeTerms};
use crate::party::PartyClass;
use crate::reversal::ReversibleKind;
use crate::rules::{Level, Rule};
use crate::sharing::Penalty;
use crate::stake::Slashing;
use crate::suspense::BankDifference;
use gcfn_banking::SuspenseItem;
use gcfn_ledger::{Account, ShareKind, TaxKind};
use gcfn_model::{
    Amount, BasisPoints, BusinessDate, Digest, DisputeId, NodeId, PartyId, Pool, TradeId,
    WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// What the money desk tells. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MoneyEvent {
    /// A bank movement waits for an explanation.
    SuspenseOpened(SuspenseItem),
    /// An item in suspense is explained.
    SuspenseClosed {
        /// Its number.
        number: u64,
    },
    /// A bank's account differs from its mirror by this.
    DifferenceRecognised(BankDifference),
    /// An entry can be reversed by this number.
    EntryNumbered {
        /// Its number.
        number: u64,
        /// Why it was made.
        kind: ReversibleKind,
        /// Where the money came from.
        from: Account,
        /// Where it goes to.
        to: Account,
        /// How much.
        amount: Amount,
    },
    /// An entry was reversed.
    EntryReversed {
        /// Its number.
        number: u64,
    },
    /// Two persons posted by hand.
    PostedManually {
        /// The number of the entry.
        number: u64,
        /// What they posted.
        posting: ManualPosting,
    },
    /// A party owes money.
    Owed {
        /// Who.
        party: PartyId,
        /// To which pool.
        pool: Pool,
        /// How much more than before.
        amount: Amount,
    },
    /// A party repaid what it owed, out of money that came in.
    Repaid {
        /// Who.
        party: PartyId,
        /// To which pool.
        pool: Pool,
        /// How much.
        amount: Amount,
    },
    /// What a party owed was given up.
    WrittenOff {
        /// Who.
        party: PartyId,
        /// To which pool.
        pool: Pool,
        /// How much.
        amount: Amount,
    },
    /// A party is frozen for a reason, perhaps besides others.
    FrozenFor {
        /// The party.
        party: PartyId,
        /// Why.
        reason: FreezeReason,
    },
    /// A reason to freeze a party is gone; others may stand.
    UnfrozenFor {
        /// The party.
        party: PartyId,
        /// Why it was frozen.
        reason: FreezeReason,
    },
    /// Coupons are frozen in their holders' hands.
    CouponsFrozen {
        /// The number of the freeze.
        number: u64,
        /// Which ones, and why.
        terms: CouponFreezeTerms,
    },
    /// Coupons are not frozen any more.
    CouponsUnfrozen {
        /// The number of the freeze.
        number: u64,
    },
    /// Coupons are pledged.
    Pledged {
        /// The number of the pledge.
        number: u64,
        /// Whose they are.
        holder: PartyId,
        /// To whom, and which ones.
        terms: PledgeTerms,
    },
    /// A pledge was given up, or its coupons have ended.
    PledgeReleased {
        /// Its number.
        number: u64,
    },
    /// A dispute was opened.
    DisputeOpened {
        /// By whom.
        by: PartyId,
        /// About what.
        terms: DisputeTerms,
    },
    /// Something was shown in a dispute.
    EvidenceAdded {
        /// The dispute.
        dispute: DisputeId,
        /// By whom.
        by: PartyId,
        /// Its digest.
        evidence: Digest,
    },
    /// A dispute is in another state.
    DisputeMoved {
        /// The dispute.
        dispute: DisputeId,
        /// The state.
        state: DisputeState,
    },
    /// A dispute was decided.
    DisputeDecided(ArbitrationDecision),
    /// A dispute takes too long.
    DisputeOverdue {
        /// The dispute.
        dispute: DisputeId,
        /// What should have been done by now.
        step: DisputeStep,
    },
    /// A party has limits of its own, or none any more.
    LimitsSet {
        /// The party.
        party: PartyId,
        /// Its limits.
        limits: Option<PartyLimits>,
    },
    /// A rule has noticed something.
    Flagged {
        /// About whom.
        party: PartyId,
        /// Which rule.
        rule: Rule,
        /// How bad it is.
        level: Level,
    },
    /// Somebody has looked at what a rule had noticed.
    FlagReviewed {
        /// About whom.
        party: PartyId,
        /// Which rule.
        rule: Rule,
        /// Who looked.
        by: PartyId,
    },
    /// A large trade, to be reported at once.
    LargeTrade {
        /// Whose.
        party: PartyId,
        /// Which.
        trade: TradeId,
        /// Price times quantity.
        value: Amount,
    },
    /// A large total of a day, to be reported at once.
    LargeDay {
        /// Whose.
        party: PartyId,
        /// The region's day.
        day: BusinessDate,
        /// Its trades so far.
        total: Amount,
    },
    /// A large withdrawal waits for an operator.
    WithdrawalHeldForReview {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// An operator let a large withdrawal go.
    WithdrawalApproved {
        /// The withdrawal.
        withdrawal: WithdrawalId,
        /// Who.
        by: PartyId,
    },
    /// A withdrawal was stopped before it left; the money is available again, fee included.
    WithdrawalCancelled {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// The fees of the day were split.
    FeesShared {
        /// How much in all.
        amount: Amount,
    },
    /// Part of a share is on its way to a party's bank.
    SharePaid {
        /// Whose share.
        share: ShareKind,
        /// Who is paid.
        to: PartyId,
        /// How much.
        amount: Amount,
    },
    /// A user said who brought it here.
    Invited {
        /// The user.
        party: PartyId,
        /// The inviter.
        inviter: PartyId,
    },
    /// An invited user's first trade has settled.
    InviterRewarded {
        /// The inviter.
        inviter: PartyId,
        /// The user.
        party: PartyId,
        /// The reward; nothing when the platform did not have it.
        amount: Amount,
    },
    /// A party pays a penalty.
    PenaltyImposed {
        /// The number of the entry.
        number: u64,
        /// Who, how much, why.
        penalty: Penalty,
    },
    /// Tax was withheld.
    TaxWithheld {
        /// As what.
        kind: TaxKind,
        /// From where.
        from: Account,
        /// How much.
        amount: Amount,
    },
    /// A node paid in a stake.
    StakeReceived {
        /// The node.
        node: NodeId,
        /// How much.
        amount: Amount,
    },
    /// A stake is on its way back.
    StakeReturned {
        /// The node.
        node: NodeId,
        /// How much.
        amount: Amount,
    },
    /// A stake was cut.
    StakeSlashed(Slashing),
    /// A party is identified better, or worse.
    KycSet {
        /// The party.
        party: PartyId,
        /// The level.
        kyc: u8,
    },
    /// A party belongs to another class.
    Classified {
        /// The party.
        party: PartyId,
        /// The class.
        class: PartyClass,
    },
    /// A party is closed; its pseudonym is never used again.
    PartyClosed {
        /// The party.
        party: PartyId,
    },
    /// The machine knows a resolved dispute no more, nor its trade: nothing can come of either.
    DisputeForgotten {
        /// The dispute.
        dispute: DisputeId,
        /// All that was known of it.
        record: Dispute,
        /// The buyer and the seller of its trade.
        parties: [PartyId; 2],
    },
    /// An issuer keeps another share of its proceeds as deposit from now on.
    AssuranceSet {
        /// The issuer.
        issuer: PartyId,
        /// Which share.
        share: BasisPoints,
    },
    /// Somebody else keeps a holder's coupons from now on (C-31).
    CustodySet {
        /// The holder.
        party: PartyId,
        /// Who keeps them.
        custody: Custody,
    },
    /// A member of staff looks after an item in suspense.
    SuspenseAssigned {
        /// Its number.
        number: u64,
        /// Who, by pseudonym.
        owner: PartyId,
    },
}

impl From<MoneyEvent> for Event {
    fn from(event: MoneyEvent) -> Event {
        Event::Money(event)
    }
}
