//! Disputes about trades, and the refund that an arbitrator decides (DSP, P-12, 2.4).
//!
//! The buyer or the seller submits, an operator takes it up, both sides give evidence, and two
//! persons decide who had nothing to do with it before. What takes too long escalates by itself
//! (C-54). Evidence is named by its digest; what it says never enters the log.

use crate::command::{Actor, Role};
use crate::event::Event;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::trade::{Trade, TradeState};
use crate::transfer::taken_back_from;
use crate::venue::{Due, Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_ledger::{Holder, Posting};
use gcfn_model::{Digest, DisputeId, Millis, PartyId, Timestamp, TradeId};
use serde::{Deserialize, Serialize};

/// The most pieces of evidence of each side of a dispute, so that neither leaves the other no room.
pub const EVIDENCE_MAX: usize = 32;

/// How long each step may take, from the submission on (C-54).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeTimes {
    /// Until an operator has taken it up: 24 h.
    pub answer: Millis,
    /// Until it escalates: 48 h.
    pub escalate: Millis,
    /// Until it is resolved: 72 h.
    pub resolve: Millis,
    /// How long after a trade a dispute may be opened: 30 days (the seeds name no time).
    pub open_within: Millis,
}

impl DisputeTimes {
    /// As the seeds have it.
    pub const DEFAULT: DisputeTimes = DisputeTimes {
        answer: Millis(24 * 3_600_000),
        escalate: Millis(48 * 3_600_000),
        resolve: Millis(72 * 3_600_000),
        open_within: Millis(30 * 24 * 3_600_000),
    };
}

/// What a dispute is about (DSP-05).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeKind {
    /// The buyer complains.
    BuyerComplaint,
    /// The seller complains.
    SellerComplaint,
    /// The buyer wants the money back.
    RefundRequest,
}

/// Where a dispute stands (2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// Waits for an operator.
    Submitted,
    /// Both sides are heard.
    EvidenceCollection,
    /// Waits for the decision.
    Arbitration,
    /// It took too long; the decision is due at once.
    Escalated,
    /// Decided or withdrawn: final.
    Resolved(DisputeOutcome),
}

/// How a dispute ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// The trade was undone.
    Refunded,
    /// It stands.
    Denied,
    /// Whoever opened it gave it up.
    Withdrawn,
}

/// A step of a dispute that has a time limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStep {
    /// Nobody has taken it up.
    Answer,
    /// It is not decided.
    Escalate,
    /// It is still not decided.
    Resolve,
}

/// A dispute about a trade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// Which trade.
    pub trade: TradeId,
    /// About what.
    pub kind: DisputeKind,
    /// Who opened it.
    pub by: PartyId,
    /// Where it stands.
    pub state: DisputeState,
    /// What each side has shown, by whom.
    pub evidence: Vec<(PartyId, Digest)>,
    /// The staff who have handled it, who may not decide it.
    pub handled_by: BTreeSet<PartyId>,
    /// When it was submitted.
    pub at: Timestamp,
}

/// What a dispute begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeTerms {
    /// Its id.
    pub dispute: DisputeId,
    /// Which trade.
    pub trade: TradeId,
    /// About what.
    pub kind: DisputeKind,
    /// The digest of the first piece of evidence.
    pub evidence: Digest,
}

/// What an arbitrator decides (DSP-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArbitrationDecision {
    /// The dispute.
    pub dispute: DisputeId,
    /// Whether the trade is undone.
    pub refund: bool,
    /// The digest of the reasons.
    pub reasons: Digest,
}

impl Venue {
    /// A dispute by its id.
    #[must_use]
    pub fn dispute(&self, dispute: DisputeId) -> Option<&Dispute> {
        self.disputes.get(dispute)
    }

    /// Every dispute, resolved ones too until their trades are forgotten.
    pub fn disputes(&self) -> impl Iterator<Item = (&DisputeId, &Dispute)> {
        self.disputes.iter()
    }

    /// The disputes beyond `after`, in the order of ids.
    pub fn disputes_after(
        &self,
        after: Option<DisputeId>,
    ) -> impl Iterator<Item = (&DisputeId, &Dispute)> {
        self.disputes.after(after)
    }

    /// Opens a dispute about a trade of the sender's: one at a time.
    pub(crate) fn open_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        wish: &DisputeTerms,
    ) -> Outcome {
        let DisputeTerms { dispute, trade: id, kind, evidence } = *wish;
        self.party(by)?;
        if self.disputes.get(dispute).is_some() {
            return Err(Rejection::DisputeExists);
        }
        let trade = self.trades.get(&id).ok_or(Rejection::UnknownTrade)?;
        let complains = match kind {
            DisputeKind::BuyerComplaint | DisputeKind::RefundRequest => trade.buyer,
            DisputeKind::SellerComplaint => trade.seller,
        };
        if ![trade.buyer, trade.seller].contains(&by) {
            return Err(Rejection::NotYours);
        }
        if by != complains || trade.member.is_some() {
            return Err(Rejection::DisputeKind);
        }
        if trade.state == TradeState::Reversed {
            return Err(Rejection::NotRefundable);
        }
        let times = self.terms.money.disputes;
        if times.open_within < step.at.since(trade.at) {
            return Err(Rejection::DisputeTooLate);
        }
        if self.disputes.is_open_about(id) {
            return Err(Rejection::DisputeExists);
        }
        let opened = Dispute {
            trade: id,
            kind,
            by,
            state: DisputeState::Submitted,
            evidence: [(by, evidence)].to_vec(),
            handled_by: BTreeSet::new(),
            at: step.at,
        };
        self.disputes.add(dispute, opened);
        for due in self.dispute_steps(dispute, step.at) {
            self.agenda.insert(due);
        }
        step.emit(MoneyEvent::DisputeOpened { by, terms: *wish }.into());
        Ok(Done::Accepted)
    }

    /// When something is due about a dispute that was opened at `opened`.
    fn dispute_steps(&self, id: DisputeId, opened: Timestamp) -> Vec<(Timestamp, Due)> {
        let times = &self.terms.money.disputes;
        let steps = [
            (DisputeStep::Answer, times.answer),
            (DisputeStep::Escalate, times.escalate),
            (DisputeStep::Resolve, times.resolve),
        ];
        let due = |(step, within)| Some((opened.checked_add(within)?, Due::Dispute(id, step)));
        steps.into_iter().filter_map(due).collect()
    }

    /// An operator takes a dispute up: both sides are heard from here.
    pub(crate) fn take_up_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: DisputeId,
    ) -> Outcome {
        self.dispute_in(id, &[DisputeState::Submitted])?;
        self.handle_dispute(step, by, id, DisputeState::EvidenceCollection);
        Ok(Done::Accepted)
    }

    /// Everything is on the table: whoever decides may begin.
    pub(crate) fn arbitrate_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: DisputeId,
    ) -> Outcome {
        self.dispute_in(id, &[DisputeState::EvidenceCollection])?;
        self.handle_dispute(step, by, id, DisputeState::Arbitration);
        Ok(Done::Accepted)
    }

    fn handle_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: DisputeId,
        state: DisputeState,
    ) {
        if let Some(dispute) = self.disputes.get_mut(id) {
            dispute.handled_by.insert(by);
        }
        self.set_dispute_state(step, id, state);
    }

    /// The buyer or the seller shows something, until the decision is being made.
    pub(crate) fn add_evidence(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: DisputeId,
        evidence: Digest,
    ) -> Outcome {
        let open = [DisputeState::Submitted, DisputeState::EvidenceCollection];
        let dispute = self.dispute_in(id, &open)?;
        let trade = self.trades.get(&dispute.trade).ok_or(Rejection::UnknownTrade)?;
        if ![trade.buyer, trade.seller].contains(&actor.party) {
            return Err(Rejection::NotYours);
        }
        let own = dispute.evidence.iter().filter(|(by, _)| *by == actor.party);
        if EVIDENCE_MAX <= own.count() {
            return Err(Rejection::EvidenceFull);
        }
        if let Some(dispute) = self.disputes.get_mut(id) {
            dispute.evidence.push((actor.party, evidence));
        }
        let by = actor.party;
        step.emit(MoneyEvent::EvidenceAdded { dispute: id, by, evidence }.into());
        Ok(Done::Accepted)
    }

    /// Whoever opened a dispute gives it up.
    pub(crate) fn withdraw_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: DisputeId,
    ) -> Outcome {
        let dispute = self.disputes.get(id).ok_or(Rejection::UnknownDispute)?;
        if dispute.by != by {
            return Err(Rejection::NotYours);
        }
        if matches!(dispute.state, DisputeState::Resolved(_)) {
            return Err(Rejection::DisputeState);
        }
        let state = DisputeState::Resolved(DisputeOutcome::Withdrawn);
        self.set_dispute_state(step, id, state);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_decision(
        &self,
        by: Actor,
        decision: &ArbitrationDecision,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let ready = [DisputeState::Arbitration, DisputeState::Escalated];
        let dispute = self.dispute_in(decision.dispute, &ready)?;
        let trade = self.trades.get(&dispute.trade).ok_or(Rejection::UnknownTrade)?;
        let partial = [trade.buyer, trade.seller].contains(&by.party);
        if dispute.handled_by.contains(&by.party) || partial || by.role != Role::Operator {
            return Err(Rejection::NotImpartial);
        }
        if !decision.refund {
            return Ok(());
        }
        self.check_arbitrated_refund(trade, at)
    }

    /// What must hold before a trade is undone, each reason its own (D-27).
    fn check_arbitrated_refund(&self, trade: &Trade, at: Timestamp) -> Result<(), Rejection> {
        match trade.state {
            TradeState::Matched | TradeState::InSettlement => return Err(Rejection::InSettlement),
            TradeState::Reversed => return Err(Rejection::NotRefundable),
            TradeState::Settled => {}
        }
        self.check_still_with(trade.buyer, trade.series, &trade.ranges())?;
        self.free_party(trade.buyer)?;
        self.check_unused(trade)?;
        if trade.primary() {
            return self.check_refund_settled(trade, at);
        }
        self.party(trade.seller).map(|_| ())
    }

    /// Whether the coupons of a trade are worth what they were when it was made.
    fn check_unused(&self, trade: &Trade) -> Result<(), Rejection> {
        for bought in &trade.lots {
            let mut serial = bought.range.first;
            while serial < bought.range.end {
                let known = self.books.title.holder_of(trade.series, serial);
                let (_, now) = known.ok_or(Rejection::SerialRange)?;
                if now.left < bought.left {
                    return Err(Rejection::CouponsRedeemed);
                }
                serial = now.range.end;
            }
        }
        Ok(())
    }

    /// Carries out what two impartial persons have decided.
    pub(crate) fn decide_dispute(
        &mut self,
        step: &mut Step<'_>,
        by: Actor,
        decision: &ArbitrationDecision,
    ) -> Outcome {
        self.check_decision(by, decision, step.at)?;
        let id = decision.dispute;
        let trade = self.disputes.get(id).ok_or(Rejection::UnknownDispute)?.trade;
        let outcome = match decision.refund {
            true => {
                self.refund_by_arbitration(step, trade)?;
                DisputeOutcome::Refunded
            }
            false => DisputeOutcome::Denied,
        };
        step.emit(MoneyEvent::DisputeDecided(*decision).into());
        self.set_dispute_state(step, id, DisputeState::Resolved(outcome));
        Ok(Done::Accepted)
    }

    /// P-12: the price goes back to the buyer, the coupons to the seller; fees are kept and the
    /// coupons stay resold. What the seller does not have any more, the seller owes.
    fn refund_by_arbitration(&mut self, step: &mut Step<'_>, id: TradeId) -> Result<(), Rejection> {
        let trade = self.trades.get(&id).cloned().ok_or(Rejection::UnknownTrade)?;
        if trade.primary() {
            return self.hand_back(step, &trade);
        }
        let Trade { buyer, seller, series, .. } = trade;
        let sources = taken_back_from(self.purse(seller).available());
        let mut draw = self.draw_from(&sources, trade.value());
        if !draw.missing.is_zero() {
            let lent = self.lend(step, seller, self.purse(seller).pool(), draw.missing);
            draw.taken.push((lent, draw.missing));
        }
        let back = self.purse(buyer).available();
        self.gather(step, Posting::ArbitratedRefund, &draw.taken, back);
        let way = (Holder::Party(buyer), Holder::Party(seller));
        self.move_ranges(step, series, way, &trade.ranges());
        self.set_trade_state(id, TradeState::Reversed);
        step.emit(Event::TradeReversed { trade: id, series });
        Ok(())
    }

    /// A time limit of a dispute has come.
    pub(crate) fn dispute_due(&mut self, step: &mut Step<'_>, id: DisputeId, due: DisputeStep) {
        let Some(state) = self.disputes.get(id).map(|dispute| dispute.state) else { return };
        let late = match due {
            DisputeStep::Answer => state == DisputeState::Submitted,
            _ => !matches!(state, DisputeState::Resolved(_)),
        };
        if !late {
            return;
        }
        step.emit(MoneyEvent::DisputeOverdue { dispute: id, step: due }.into());
        if due == DisputeStep::Escalate {
            self.set_dispute_state(step, id, DisputeState::Escalated);
        }
    }

    fn dispute_in(&self, id: DisputeId, states: &[DisputeState]) -> Result<&Dispute, Rejection> {
        let dispute = self.disputes.get(id).ok_or(Rejection::UnknownDispute)?;
        if states.contains(&dispute.state) { Ok(dispute) } else { Err(Rejection::DisputeState) }
    }

    fn set_dispute_state(&mut self, step: &mut Step<'_>, id: DisputeId, state: DisputeState) {
        let Some(dispute) = self.disputes.get_mut(id) else { return };
        dispute.state = state;
        let (trade, opened) = (dispute.trade, dispute.at);
        step.emit(MoneyEvent::DisputeMoved { dispute: id, state }.into());
        if matches!(state, DisputeState::Resolved(_)) {
            // Its id may come again once it is forgotten; its times must not.
            for due in self.dispute_steps(id, opened) {
                self.agenda.remove(&due);
            }
            self.reward_inviters(step, trade);
            self.forget_trade(step, trade);
        }
    }
}
