//! Redemption: the holder locks, an authorised merchant confirms, the reserve pays (P-09, P-10).
//!
//! Two acts of two parties, so that nobody can burn anybody's coupon (D-07): the holder names
//! the merchant and hands over the redemption's id, the merchant confirms it. What was bought
//! with it never reaches the node (C-32).

use crate::batch::BatchState;
use crate::command::Actor;
use crate::event::Event;
use crate::funding::Claim;
use crate::indexed::{By, Concerns};
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::settlement::Item;
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, Holder, Lot, Posting, SerialRange};
use gcfn_model::{
    Amount, BatchId, Digest, Millis, PartyId, RedemptionId, Serial, SeriesId, Timestamp,
};
use serde::{Deserialize, Serialize};

/// A redemption from its lock until the merchant's money has moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redemption {
    /// Whose coupon it is.
    pub holder: PartyId,
    /// Where it is redeemed.
    pub merchant: PartyId,
    /// Of which series.
    pub series: SeriesId,
    /// Which coupon.
    pub serial: Serial,
    /// How much of its face.
    pub value: Amount,
    /// Whether the merchant has confirmed.
    pub confirmed: bool,
    /// Whether it is confirmed and waits for the issuer's money.
    pub waiting: bool,
    /// When the lock lapses, if the merchant does not confirm.
    pub until: Timestamp,
    /// The digest of what was bought, once the merchant has confirmed with one.
    pub detail: Option<Digest>,
}

impl Concerns for Redemption {
    fn concerns(&self) -> [Option<By>; 3] {
        let [holder, merchant] = [self.holder, self.merchant].map(By::Party).map(Some);
        [holder, merchant, Some(By::Series(self.series))]
    }
}

/// What a holder asks to redeem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedemptionTerms {
    /// The id of the redemption: the one-time token that the merchant is shown. It names one lock
    /// and no other.
    pub redemption: RedemptionId,
    /// Where it will be redeemed.
    pub merchant: PartyId,
    /// Of which series.
    pub series: SeriesId,
    /// Which coupon; the holder's lowest when left out.
    pub serial: Option<Serial>,
    /// How much of its face; all that is left when left out.
    pub amount: Option<Amount>,
}

/// What a venue records of what was bought with a coupon (C-32). The basket itself never reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedemptionDetail {
    /// Nothing.
    None,
    /// A digest, if the merchant sends one: it can be compared with a receipt in a dispute.
    Hash,
}

impl Venue {
    pub(crate) fn lock_redemption(
        &mut self,
        step: &mut Step<'_>,
        holder: PartyId,
        terms: RedemptionTerms,
    ) -> Outcome {
        let RedemptionTerms { redemption, merchant, series, .. } = terms;
        self.free_party(holder)?;
        self.free_party(merchant)?;
        let divisible = self.redeemable(series, merchant, step)?;
        // A token is shown once: another lock under it would be confirmed in place of the first.
        let ended = self.ended_redemptions.contains_key(&redemption);
        if ended || self.redemptions.contains_key(&redemption) {
            return Err(Rejection::RedemptionExists);
        }
        let lot = self.coupon_of(holder, series, terms.serial)?;
        let serial = terms.serial.unwrap_or(lot.range.first);
        let value = terms.amount.unwrap_or(lot.left);
        if value.is_zero() {
            return Err(Rejection::AmountZero);
        }
        if lot.left < value || (value < lot.left && !divisible) {
            return Err(Rejection::NotDivisible);
        }
        let end = serial.checked_add(1).ok_or(Rejection::InsufficientCoupons)?;
        let one = [SerialRange { first: serial, end }];
        let (from, to) = (Holder::Party(holder), Holder::RedeemLock(holder));
        let lots = self.books.title.transfer_ranges(series, from, to, &one);
        let lots = lots.map_err(|_| Rejection::InsufficientCoupons)?;
        step.emit(Event::TitleMoved { series, from, to, lots });
        let (confirmed, waiting) = (false, false);
        let until = step.at.checked_add(self.terms.redeem_lock).unwrap_or(step.at);
        let locked = Redemption {
            holder,
            merchant,
            series,
            serial,
            value,
            confirmed,
            waiting,
            until,
            detail: None,
        };
        self.redemptions.insert(redemption, locked);
        self.agenda.insert((until, Due::UnlockRedemption(redemption)));
        step.emit(Event::RedemptionLocked { redemption, merchant, series, value });
        Ok(Done::Locked { value })
    }

    /// Whether coupons of the series can be redeemed at the merchant now; says if in parts.
    fn redeemable(
        &self,
        series: SeriesId,
        merchant: PartyId,
        step: &Step<'_>,
    ) -> Result<bool, Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.state == BatchState::Recalled {
            return Err(Rejection::CouponsRecalled);
        }
        if batch.terms.expires_at <= step.at || batch.state.has_ended() {
            return Err(Rejection::Expired);
        }
        if step.at < batch.terms.starts_at {
            return Err(Rejection::NotValidYet);
        }
        if !self.issuers.contains_key(&batch.issuer) {
            return Err(Rejection::UnknownIssuer);
        }
        if !self.accepts(merchant, batch.issuer) {
            return Err(Rejection::MerchantNotAuthorised);
        }
        Ok(batch.terms.redeems_in_parts())
    }

    /// The lot of a coupon that `holder` has free: a named one, or the lowest.
    fn coupon_of(
        &self,
        holder: PartyId,
        series: SeriesId,
        serial: Option<Serial>,
    ) -> Result<Lot, Rejection> {
        let mut lots = self.books.title.lots(series, Holder::Party(holder));
        let within = |lot: &Lot, n: Serial| lot.range.first <= n && n < lot.range.end;
        let lot = lots.find(|lot| serial.is_none_or(|serial| within(lot, serial)));
        lot.ok_or(Rejection::InsufficientCoupons)
    }

    /// The merchant confirms: the coupon is used up by that much, finally, and the issuer's
    /// reserve owes it. A lock that was taken in time is confirmed in time, though the coupons
    /// expire meanwhile. If the reserve and everything behind it are short, or others wait
    /// already, it waits for the issuer's money with the coupon locked.
    pub(crate) fn confirm_redemption(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: RedemptionId,
        detail: Option<Digest>,
    ) -> Outcome {
        let locked = self.locked(id)?;
        if actor.party != locked.merchant {
            return Err(Rejection::NotYours);
        }
        if detail.is_some() && self.terms.redemption_detail == RedemptionDetail::None {
            return Err(Rejection::DetailNotKept);
        }
        self.free_party(locked.merchant)?;
        let Account::Obligation(issuer, _) = self.obligation(locked.series) else {
            return Err(Rejection::UnknownBatch);
        };
        let queued = self.calls.get(&issuer).is_some_and(|call| !call.redemptions.is_empty());
        self.redemptions.change(&id, |redemption| {
            (redemption.confirmed, redemption.detail) = (true, detail);
        });
        self.agenda.remove(&(locked.until, Due::UnlockRedemption(id)));
        if !queued && self.pay_redemption(step, id) {
            return Ok(Done::Accepted);
        }
        self.redemptions.change(&id, |redemption| redemption.waiting = true);
        step.emit(Event::RedemptionWaits { redemption: id, value: locked.value });
        self.wait_for_funds(step, issuer, Claim::Redemption(id));
        Ok(Done::Waiting { value: locked.value })
    }

    /// Executes a redemption that waits, if there is money for it now.
    pub(crate) fn pay_waiting(&mut self, step: &mut Step<'_>, id: RedemptionId) -> bool {
        !self.redemptions.get(&id).is_some_and(|redemption| redemption.waiting)
            || self.pay_redemption(step, id)
    }

    /// Executes a confirmed redemption, if the issuer has the money. Says whether it has.
    fn pay_redemption(&mut self, step: &mut Step<'_>, id: RedemptionId) -> bool {
        let Some(locked) = self.redemptions.get(&id).copied() else { return false };
        let Redemption { holder, merchant, series, serial, value, detail, .. } = locked;
        let Account::Obligation(issuer, batch) = self.obligation(series) else { return false };
        let Some(entry) = self.redemption_payment(&locked, (issuer, batch)) else { return false };
        let before = self.amount(Account::Obligation(issuer, batch));
        if let Some((_, lot)) = self.books.title.holder_of(series, serial) {
            let range = SerialRange { first: serial, end: serial.saturating_add(1) };
            self.not_refundable(holder, series, &[Lot { range, ..lot }]);
        }
        let left = self.books.title.redeem(series, holder, serial, value);
        let left = left.expect("the coupon was locked with that much left");
        self.post(step, entry);
        self.redemptions.change(&id, |redemption| redemption.waiting = false);
        let fee = self.terms.fees.redemption_fee(value);
        self.add_item(Item::Redemption { redemption: id, issuer, merchant, value, fee });
        let partial = !left.is_zero();
        step.emit(Event::Redeemed { redemption: id, value, partial, detail });
        self.claims_fell(step, batch, before, value);
        let after = self.batches.get(&batch).map_or(Millis(0), |batch| batch.usable_for(step.at));
        self.record(issuer, |record| record.redeem(value, after));
        self.rate_issuer(step, issuer);
        if !left.is_zero() {
            self.return_coupon(step, &locked);
        }
        self.close_when_done(step, batch);
        true
    }

    /// The entry that pays a redemption out of the issuer's money and lowers what the issuer owes
    /// its holders; `None` when the money is too little.
    fn redemption_payment(
        &self,
        locked: &Redemption,
        (issuer, batch): (PartyId, BatchId),
    ) -> Option<Entry> {
        let face = self.books.title.terms(locked.series).map(|terms| terms.face);
        let posting = match face == Some(locked.value) {
            true => Posting::Redemption,
            false => Posting::PartialRedemption,
        };
        let entry = self.draw(self.entry(posting), (issuer, batch), locked.value)?;
        let obligation = Account::Obligation(issuer, batch);
        Some(entry.with(obligation, Account::ObligationContra, locked.value))
    }

    pub(crate) fn cancel_redemption(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: RedemptionId,
    ) -> Outcome {
        let locked = self.locked(id)?;
        if actor.party != locked.merchant {
            acts_for(actor, locked.holder)?;
        }
        self.unlock_redemption(step, id);
        Ok(Done::Accepted)
    }

    /// Gives a locked coupon back to its holder: cancelled, or the lock has timed out.
    pub(crate) fn unlock_redemption(&mut self, step: &mut Step<'_>, id: RedemptionId) {
        if self.locked(id).is_ok() {
            self.release_lock(step, id);
        }
    }

    /// Ends a redemption that is not executed: its coupon is the holder's again.
    pub(crate) fn release_lock(&mut self, step: &mut Step<'_>, id: RedemptionId) {
        let Some(locked) = self.end_redemption(step.at, id) else { return };
        step.emit(Event::RedemptionReleased { redemption: id });
        self.return_coupon(step, &locked);
    }

    /// Forgets a redemption that has ended: paid or released. Its id is not used again for as long
    /// as answers are kept.
    pub(crate) fn end_redemption(&mut self, at: Timestamp, id: RedemptionId) -> Option<Redemption> {
        let ended = self.redemptions.remove(&id)?;
        self.agenda.remove(&(ended.until, Due::UnlockRedemption(id)));
        if let Some(until) = at.checked_add(self.terms.outcome_kept) {
            self.ended_redemptions.insert(id, ());
            self.agenda.insert((until, Due::ForgetRedemption(id)));
        }
        Some(ended)
    }

    /// The redemptions of a series that hold a coupon: locked, or confirmed and waiting.
    pub(crate) fn locks_of(&self, series: SeriesId) -> Vec<RedemptionId> {
        self.redemptions.select(By::Series(series), |of| of.waiting || !of.confirmed)
    }

    fn return_coupon(&mut self, step: &mut Step<'_>, locked: &Redemption) {
        let Redemption { holder, series, serial, .. } = *locked;
        let (from, to) = (Holder::RedeemLock(holder), Holder::Party(holder));
        let one = [SerialRange { first: serial, end: serial.saturating_add(1) }];
        let lots = self.books.title.transfer_ranges(series, from, to, &one);
        let lots = lots.expect("the lock put it there");
        step.emit(Event::TitleMoved { series, from, to, lots });
        self.let_go(step, series);
    }

    fn locked(&self, id: RedemptionId) -> Result<Redemption, Rejection> {
        let known = self.redemptions.get(&id).filter(|redemption| !redemption.confirmed);
        known.copied().ok_or(Rejection::UnknownRedemption)
    }
}
