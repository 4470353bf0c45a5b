//! Recall: every coupon of a batch is taken back and its holder paid (2.2, P-25, CPN-25).
//!
//! Issuer with operator, or two of the operator's staff. Whatever holds a coupon, an order, a
//! lock, a pledge or a freeze, does not hold it against a recall. Coupons at other nodes cannot
//! be reached from here: a batch with any of them is refused.

use crate::batch::{Batch, BatchState};
use crate::command::Actor;
use crate::event::Event;
use crate::holders::{PaymentReason, Payout};
use crate::issuing_event::IssuingEvent;
use crate::issuing_terms::RecallBasis;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_ledger::Holder;
use gcfn_model::{Amount, BatchId, PartyId, Rate, Rounding};

impl Batch {
    /// What the first buyer paid for `value` of face, rounded half up (D-35).
    pub(crate) fn issue_price_of(&self, value: Amount) -> Option<Amount> {
        let price = Rate::new(self.terms.issue_price.minor(), self.terms.face.minor()).ok()?;
        price.counter(value, Rounding::HalfUp)
    }
}

impl Venue {
    pub(crate) fn recall_batch(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
    ) -> Outcome {
        self.check_recall(actor, id)?;
        let Some(batch) = self.batches.get(&id) else { return Err(Rejection::UnknownBatch) };
        let (issuer, series) = (batch.issuer, batch.series);
        self.clear_series(step, id);
        let payout = self.recall_payout(id)?;
        let paid = payout.total;
        self.pay_holders(step, id, payout);
        self.take_back(step, issuer, id);
        step.emit(IssuingEvent::BatchRecalled { batch: id, series, paid }.into());
        Ok(Done::Accepted)
    }

    /// Everything that a recall needs, before anything is done: a batch that is alive, coupons
    /// within reach, and the money for all of them.
    pub(crate) fn check_recall(&self, actor: Actor, id: BatchId) -> Result<(), Rejection> {
        let live = [BatchState::Registered, BatchState::Listed, BatchState::Suspended];
        let batch = self.batch_in(id, &live)?;
        acts_for(actor, batch.issuer)?;
        self.none_abroad(batch.series)?;
        let payout = self.recall_payout(id)?;
        match self.payout_entry((batch.issuer, id), &payout) {
            Some(_) => Ok(()),
            None => Err(Rejection::RecallNotFunded),
        }
    }

    fn recall_payout(&self, id: BatchId) -> Result<Payout, Rejection> {
        let batch = self.batches.get(&id).ok_or(Rejection::UnknownBatch)?;
        let price = |value| match self.terms.issuing.recall_basis {
            RecallBasis::Face => Some(value),
            RecallBasis::IssuePrice => batch.issue_price_of(value),
        };
        let payout = self.payout(batch.series, PaymentReason::Recall, price);
        payout.ok_or(Rejection::TooLarge)
    }

    /// Gives every coupon of a batch back to whose it is: orders leave the book, and redemptions
    /// that are not executed end.
    pub(crate) fn clear_series(&mut self, step: &mut Step<'_>, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        let (issuer, series) = (batch.issuer, batch.series);
        self.end_trading_in(step, series);
        for redemption in self.locks_of(series) {
            self.release_lock(step, redemption);
        }
        self.forget_claims(issuer, id);
    }

    /// The batch ends as recalled once its holders are paid: inventory is taken back, and what is
    /// left of reserve and quota is the issuer's again.
    pub(crate) fn take_back(&mut self, step: &mut Step<'_>, issuer: PartyId, id: BatchId) {
        let Some(series) = self.batches.get(&id).map(|batch| batch.series) else { return };
        let (from, to) = (Holder::Inventory, Holder::Recalled);
        if let Ok(lots) = self.books.title.transfer_all(series, from, to) {
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
        self.advance(id, BatchState::Recalled);
        self.change_batch(id, |batch| batch.reserve_low = false);
        self.free_reserve(step, issuer, id);
        self.release_quota(id);
    }
}
