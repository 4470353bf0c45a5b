//! The money desk: what may be asked of it, and the terms it works by.
//!
//! One list of acts, each with its rules in the file of its business. What one person may not do
//! alone is said here too (DRV-24).

use crate::command::{Actor, Role, Verb};
use crate::custody::{CustodianAct, Custody};
use crate::dispute::{ArbitrationDecision, DisputeTerms, DisputeTimes};
use crate::limits::{LimitTerms, PartyLimits};
use crate::manual::ManualPosting;
use crate::outcome::Outcome;
use crate::overlay::{CouponFreezeTerms, PledgeTerms};
use crate::party::PartyClass;
use crate::points::PointTerms;
use crate::refusal::Rejection;
use crate::reversal::EntryReference;
use crate::rules::Rule;
use crate::sharing::{Penalty, ReferralTerms, ShareTable};
use crate::stake::Slashing;
use crate::suspense::{BankDifference, InterestOwner, SuspenseResolution};
use crate::tax::TaxTerms;
use crate::venue::{Step, Venue};
use crate::withdrawal::WithdrawalTerms;
use gcfn_banking::UNEXPLAINED_FOR;
use gcfn_ledger::ShareKind;
use gcfn_model::{
    Amount, BasisPoints, Currency, Digest, DisputeId, Millis, NodeId, PartyId, Pool, Timestamp,
    WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// What the region fixes for the money desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyTerms {
    /// How much a party may do, and what is noticed (RSK-05).
    pub limits: LimitTerms,
    /// When withdrawals leave (P-14).
    pub withdrawals: WithdrawalTerms,
    /// How long an entry by hand can be reversed (P-17): 7 days, for the seeds state no window.
    pub reversal_window: Millis,
    /// How long disputes may take (C-54).
    pub disputes: DisputeTimes,
    /// How fees are split (P-19).
    pub shares: ShareTable,
    /// What an invitation brings (P-24).
    pub referral: ReferralTerms,
    /// What brings points, and what points bring (FEE-17).
    pub points: PointTerms,
    /// What is withheld (P-29).
    pub taxes: TaxTerms,
    /// Who has the bank's interest (P-28): the platform, for the seeds name nobody.
    pub interest_to: InterestOwner,
    /// How old items in suspense and differences from a bank's books may become before they are an
    /// alarm, at the house that the node runs as well.
    pub alarm_after: Millis,
}

impl MoneyTerms {
    /// What the seeds say, in `currency`, and the least where they say nothing.
    #[must_use]
    pub const fn of(currency: Currency) -> MoneyTerms {
        MoneyTerms {
            limits: LimitTerms::of(currency),
            withdrawals: WithdrawalTerms::DEFAULT,
            reversal_window: Millis(7 * 24 * 3_600_000),
            disputes: DisputeTimes::DEFAULT,
            shares: ShareTable::DEFAULT,
            referral: ReferralTerms::of(currency),
            points: PointTerms::DEFAULT,
            taxes: TaxTerms::NONE,
            interest_to: InterestOwner::Platform,
            alarm_after: UNEXPLAINED_FOR,
        }
    }
}

/// What is asked of the money desk. Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MoneyAct {
    /// Say whose an item in suspense is (P-01b); two persons must.
    ResolveSuspense(SuspenseResolution),
    /// Let two items in suspense explain each other; two persons must.
    MatchSuspense {
        /// What came in.
        credit: u64,
        /// What went out again.
        debit: u64,
    },
    /// Recognise that a bank's account differs from its mirror (P-27); two persons must.
    RecogniseDifference(BankDifference),
    /// Recognise an item in suspense as the bank's interest (P-28); two persons must.
    RecogniseInterest {
        /// The item.
        item: u64,
    },
    /// Post by hand; two persons must.
    PostManually(ManualPosting),
    /// Reverse an entry (P-17); two persons must.
    Reverse {
        /// Which entry.
        entry: EntryReference,
        /// Whether its receiver owes what it does not have any more.
        on_credit: bool,
    },
    /// Give up what a party owes; two persons must.
    WriteOff {
        /// Who owes.
        party: PartyId,
        /// To which pool.
        pool: Pool,
        /// How much is given up.
        amount: Amount,
    },
    /// Freeze coupons by their serials (CPN-15).
    FreezeCoupons(CouponFreezeTerms),
    /// Set frozen coupons free; two persons must.
    UnfreezeCoupons {
        /// The freeze.
        freeze: u64,
    },
    /// Pledge coupons to another party.
    Pledge(PledgeTerms),
    /// Give up a pledge: the pledgee's half.
    ReleasePledge {
        /// The pledge.
        pledge: u64,
    },
    /// Open a dispute about a trade.
    OpenDispute(DisputeTerms),
    /// Show something in a dispute.
    AddEvidence {
        /// The dispute.
        dispute: DisputeId,
        /// The digest of what is shown.
        evidence: Digest,
    },
    /// Give a dispute up.
    WithdrawDispute {
        /// The dispute.
        dispute: DisputeId,
    },
    /// Take a dispute up.
    TakeUpDispute {
        /// The dispute.
        dispute: DisputeId,
    },
    /// Close the evidence: the decision may be made.
    ArbitrateDispute {
        /// The dispute.
        dispute: DisputeId,
    },
    /// Decide a dispute; two persons must who have not handled it.
    DecideDispute(ArbitrationDecision),
    /// Give a party limits of its own, or none; two persons must.
    SetLimits {
        /// The party.
        party: PartyId,
        /// Its limits; the region's when left out.
        limits: Option<PartyLimits>,
    },
    /// Close the review of what a rule has noticed.
    ReviewFlag {
        /// The party.
        party: PartyId,
        /// The rule.
        rule: Rule,
    },
    /// Let a large withdrawal go.
    ApproveWithdrawal {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// Stop a withdrawal that has not left.
    CancelWithdrawal {
        /// The withdrawal.
        withdrawal: WithdrawalId,
    },
    /// Pay part of a share of the fees to a party's bank (P-19); two persons must.
    PayShare {
        /// Whose share.
        share: ShareKind,
        /// Who is paid.
        to: PartyId,
        /// How much.
        amount: Amount,
    },
    /// Give a user something out of the platform's share (P-24); two persons must.
    GrantRebate {
        /// The user.
        party: PartyId,
        /// How much.
        amount: Amount,
    },
    /// Take a penalty; two persons must.
    ImposePenalty(Penalty),
    /// Give a node's stake back (P-20b); two persons must.
    ReturnStake {
        /// The node.
        node: NodeId,
        /// How much.
        amount: Amount,
    },
    /// Cut a node's stake (P-20b); two persons must.
    Slash(Slashing),
    /// Say who brought the sender here (P-24).
    JoinByInvitation {
        /// The inviter.
        of: PartyId,
    },
    /// Set how well a party is identified (C-14).
    SetKyc {
        /// The party.
        party: PartyId,
        /// 0 looks, 1 trades, 2 transfers large values, 3 makes markets.
        kyc: u8,
    },
    /// Say to which class a party belongs; two persons must.
    Classify {
        /// The party.
        party: PartyId,
        /// Its class.
        class: PartyClass,
    },
    /// Say who keeps a holder's coupons (C-31); two persons must.
    SetCustody {
        /// The holder.
        party: PartyId,
        /// Who keeps them.
        custody: Custody,
    },
    /// Do for a holder what only the platform may, which keeps its coupons; two persons must give
    /// them away.
    ActAsCustodian {
        /// The holder.
        party: PartyId,
        /// What.
        act: CustodianAct,
    },
    /// Close a party that has nothing here any more.
    CloseParty {
        /// The party.
        party: PartyId,
    },
    /// Give a user points for a review that was found good (FEE-17), once.
    RewardReview {
        /// The user.
        party: PartyId,
        /// The review, by the digest of its text.
        review: Digest,
    },
    /// Be paid for points (P-24).
    PayPoints {
        /// How many.
        points: u64,
    },
    /// Keep a share of one's proceeds as deposit from now on (ISS-07).
    KeepAssurance {
        /// Which share; none any more when it is zero.
        share: BasisPoints,
    },
    /// Say who of the staff looks after an item in suspense.
    AssignSuspense {
        /// Its number.
        item: u64,
        /// Who, by pseudonym.
        owner: PartyId,
    },
}

impl From<MoneyAct> for Verb {
    fn from(act: MoneyAct) -> Verb {
        Verb::Money(act)
    }
}

impl MoneyAct {
    /// Whether it takes two persons (DRV-24).
    pub(crate) const fn takes_two(&self) -> bool {
        match self {
            MoneyAct::ResolveSuspense(_)
            | MoneyAct::MatchSuspense { .. }
            | MoneyAct::RecogniseDifference(_)
            | MoneyAct::RecogniseInterest { .. }
            | MoneyAct::PostManually(_)
            | MoneyAct::Reverse { .. }
            | MoneyAct::WriteOff { .. }
            | MoneyAct::UnfreezeCoupons { .. }
            | MoneyAct::DecideDispute(_)
            | MoneyAct::SetLimits { .. }
            | MoneyAct::PayShare { .. }
            | MoneyAct::GrantRebate { .. }
            | MoneyAct::RewardReview { .. }
            | MoneyAct::ImposePenalty(_)
            | MoneyAct::ReturnStake { .. }
            | MoneyAct::Slash(_)
            | MoneyAct::Classify { .. }
            | MoneyAct::SetCustody { .. }
            | MoneyAct::ActAsCustodian { act: CustodianAct::Give { .. }, .. } => true,
            MoneyAct::FreezeCoupons(_)
            | MoneyAct::Pledge(_)
            | MoneyAct::ReleasePledge { .. }
            | MoneyAct::OpenDispute(_)
            | MoneyAct::AddEvidence { .. }
            | MoneyAct::WithdrawDispute { .. }
            | MoneyAct::TakeUpDispute { .. }
            | MoneyAct::ArbitrateDispute { .. }
            | MoneyAct::ReviewFlag { .. }
            | MoneyAct::ApproveWithdrawal { .. }
            | MoneyAct::CancelWithdrawal { .. }
            | MoneyAct::JoinByInvitation { .. }
            | MoneyAct::SetKyc { .. }
            | MoneyAct::ActAsCustodian { act: CustodianAct::Lock(_), .. }
            | MoneyAct::CloseParty { .. }
            | MoneyAct::PayPoints { .. }
            | MoneyAct::KeepAssurance { .. }
            | MoneyAct::AssignSuspense { .. } => false,
        }
    }

    /// Which role may ask for it: part of the one table in `apply`.
    pub(crate) fn permits(&self, role: Role) -> bool {
        match self {
            MoneyAct::Pledge(_)
            | MoneyAct::JoinByInvitation { .. }
            | MoneyAct::PayPoints { .. } => role == Role::User,
            MoneyAct::KeepAssurance { .. } => role == Role::Issuer,
            MoneyAct::ReleasePledge { .. } | MoneyAct::CancelWithdrawal { .. } => {
                matches!(role, Role::User | Role::Operator)
            }
            MoneyAct::OpenDispute(_)
            | MoneyAct::AddEvidence { .. }
            | MoneyAct::WithdrawDispute { .. } => matches!(role, Role::User | Role::Issuer),
            _ => role == Role::Operator,
        }
    }
}

impl Venue {
    /// Refuses at the first person what the second would only be refused as well.
    pub(crate) fn foresee_money(
        &self,
        actor: Actor,
        act: &MoneyAct,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        match act {
            MoneyAct::ResolveSuspense(wish) => self.check_resolve(wish),
            MoneyAct::MatchSuspense { credit, debit } => self.check_match(*credit, *debit),
            MoneyAct::RecogniseDifference(found) => self.check_difference(found),
            MoneyAct::RecogniseInterest { item } => self.check_interest(*item),
            MoneyAct::PostManually(wish) => self.check_manual(wish),
            MoneyAct::Reverse { entry, on_credit } => self.check_reverse(*entry, *on_credit),
            MoneyAct::WriteOff { party, pool, amount } => {
                self.check_write_off(*party, *pool, *amount)
            }
            MoneyAct::UnfreezeCoupons { freeze } => self.check_unfreeze_coupons(*freeze),
            MoneyAct::DecideDispute(decision) => self.check_decision(actor, decision, at),
            MoneyAct::SetLimits { party, .. } => self.check_limits_for(*party),
            MoneyAct::PayShare { share, to, amount } => self.check_pay_share(*share, *to, *amount),
            MoneyAct::GrantRebate { party, amount } => self.check_rebate(*party, *amount),
            MoneyAct::RewardReview { party, review } => self.check_review(*party, *review),
            MoneyAct::ImposePenalty(penalty) => self.check_fine(penalty),
            MoneyAct::ReturnStake { node, amount } => self.check_stake(*node, *amount),
            MoneyAct::Slash(slashing) => self.check_stake(slashing.node, slashing.amount),
            MoneyAct::Classify { party, class } => self.check_class(*party, *class),
            MoneyAct::SetCustody { party, .. } => self.check_custody(*party),
            MoneyAct::ActAsCustodian { party, .. } => self.keeps_for(*party),
            _ => Ok(()),
        }
    }

    /// Does what `actor` may ask of the money desk.
    pub(crate) fn at_money_desk(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        act: &MoneyAct,
    ) -> Outcome {
        let me = actor.party;
        match act {
            MoneyAct::ResolveSuspense(wish) => self.resolve_suspense(step, wish),
            MoneyAct::MatchSuspense { credit, debit } => self.match_suspense(step, *credit, *debit),
            MoneyAct::AssignSuspense { item, owner } => self.assign_suspense(step, *item, *owner),
            MoneyAct::RecogniseDifference(found) => self.recognise_difference(step, found),
            MoneyAct::RecogniseInterest { item } => self.recognise_interest(step, *item),
            MoneyAct::PostManually(wish) => self.post_manually(step, wish),
            MoneyAct::Reverse { entry, on_credit } => self.reverse(step, *entry, *on_credit),
            MoneyAct::WriteOff { party, pool, amount } => {
                self.write_off(step, *party, *pool, *amount)
            }
            MoneyAct::FreezeCoupons(wish) => self.freeze_coupons(step, wish),
            MoneyAct::UnfreezeCoupons { freeze } => self.unfreeze_coupons(step, *freeze),
            MoneyAct::Pledge(wish) => self.pledge(step, me, wish),
            MoneyAct::ReleasePledge { pledge } => self.release_pledge(step, actor, *pledge),
            MoneyAct::OpenDispute(wish) => self.open_dispute(step, me, wish),
            MoneyAct::AddEvidence { dispute, evidence } => {
                self.add_evidence(step, actor, *dispute, *evidence)
            }
            MoneyAct::WithdrawDispute { dispute } => self.withdraw_dispute(step, me, *dispute),
            MoneyAct::TakeUpDispute { dispute } => self.take_up_dispute(step, me, *dispute),
            MoneyAct::ArbitrateDispute { dispute } => self.arbitrate_dispute(step, me, *dispute),
            MoneyAct::DecideDispute(decision) => self.decide_dispute(step, actor, decision),
            MoneyAct::SetLimits { party, limits } => self.set_limits(step, *party, *limits),
            MoneyAct::ReviewFlag { party, rule } => self.review_flag(step, me, *party, *rule),
            MoneyAct::ApproveWithdrawal { withdrawal } => {
                self.approve_withdrawal(step, me, *withdrawal)
            }
            MoneyAct::CancelWithdrawal { withdrawal } => {
                self.cancel_withdrawal(step, actor, *withdrawal)
            }
            MoneyAct::PayShare { share, to, amount } => self.pay_share(step, *share, *to, *amount),
            MoneyAct::GrantRebate { party, amount } => self.grant_rebate(step, *party, *amount),
            MoneyAct::ImposePenalty(penalty) => self.impose_penalty(step, penalty),
            MoneyAct::ReturnStake { node, amount } => self.return_stake(step, *node, *amount),
            MoneyAct::Slash(slashing) => self.slash(step, slashing),
            MoneyAct::JoinByInvitation { of } => self.join_by_invitation(step, me, *of),
            MoneyAct::SetKyc { party, kyc } => self.set_kyc(step, *party, *kyc),
            MoneyAct::Classify { party, class } => self.classify(step, *party, *class),
            MoneyAct::SetCustody { party, custody } => self.set_custody(step, *party, *custody),
            MoneyAct::ActAsCustodian { party, act } => self.act_as_custodian(step, *party, act),
            MoneyAct::CloseParty { party } => self.close_party(step, *party),
            MoneyAct::RewardReview { party, review } => self.reward_review(step, *party, *review),
            MoneyAct::PayPoints { points } => self.pay_points(step, me, *points),
            MoneyAct::KeepAssurance { share } => self.keep_assurance(step, me, *share),
        }
    }
}
