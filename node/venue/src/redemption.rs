//! Redemption: the holder locks, an authorised merchant confirms, the reserve pays (P-09, P-10).
//!
//! Two acts of two parties, so that nobody can burn anybody's coupon (D-07): the holder names
//! the merchant and hands over the redemption's id, the merchant confirms it. What was bought
//! with it never reaches the node (C-32).

use crate::command::Actor;
use crate::event::Event;
use crate::issuance::BatchState;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::settlement::{Item, issuer_due};
use crate::venue::{Due, Step, Venue};
use gcfn_ledger::{Account, Entry, Holder, IssuerBucket, Lot, Posting, SerialRange};
use gcfn_model::{Amount, PartyId, RedemptionId, Serial, SeriesId};
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
}

/// What a holder asks to redeem.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RedemptionTerms {
    pub(crate) redemption: RedemptionId,
    pub(crate) merchant: PartyId,
    pub(crate) series: SeriesId,
    pub(crate) serial: Option<Serial>,
    pub(crate) amount: Option<Amount>,
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
        if self.redemptions.contains_key(&redemption) {
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
        self.not_refundable(holder, series, &lots);
        step.emit(Event::TitleMoved { series, from, to, lots });
        let confirmed = false;
        let locked = Redemption { holder, merchant, series, serial, value, confirmed };
        self.redemptions.insert(redemption, locked);
        let until = step.at.checked_add(self.terms.redeem_lock).unwrap_or(step.at);
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
        if batch.terms.expires_at <= step.at || BatchState::Expired <= batch.state {
            return Err(Rejection::Expired);
        }
        let issuer = self.issuers.get(&batch.issuer).ok_or(Rejection::UnknownIssuer)?;
        if merchant != batch.issuer && !issuer.merchants.contains(&merchant) {
            return Err(Rejection::MerchantNotAuthorised);
        }
        Ok(batch.terms.divisible)
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
    /// reserve owes it. If the reserve and everything behind it are short, nothing happens.
    pub(crate) fn confirm_redemption(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: RedemptionId,
    ) -> Outcome {
        let locked = self.locked(id)?;
        if actor.party != locked.merchant {
            return Err(Rejection::NotYours);
        }
        self.free_party(locked.merchant)?;
        self.redeemable(locked.series, locked.merchant, step)?;
        let entry = self.draw_on_reserve(&locked)?;
        let Redemption { holder, merchant, series, serial, value, .. } = locked;
        let left = self.books.title.redeem(series, holder, serial, value);
        let left = left.expect("the coupon was locked with that much left");
        self.post(step, entry);
        if !left.is_zero() {
            self.return_coupon(step, &locked);
        }
        if let Some(redemption) = self.redemptions.get_mut(&id) {
            redemption.confirmed = true;
        }
        let fee = self.terms.fees.redemption_fee(value);
        let Account::Obligation(issuer, _) = self.obligation(series) else { unreachable!() };
        self.add_item(Item::Redemption { redemption: id, issuer, merchant, value, fee });
        step.emit(Event::Redeemed { redemption: id, value, partial: !left.is_zero() });
        Ok(Done::Accepted)
    }

    /// The entry that pays a redemption out of the issuer's money, in the order reserve, free
    /// proceeds, deposit, risk reserve, and lowers what the issuer owes its holders.
    fn draw_on_reserve(&self, locked: &Redemption) -> Result<Entry, Rejection> {
        let obligation = self.obligation(locked.series);
        let Account::Obligation(issuer, batch) = obligation else {
            return Err(Rejection::UnknownBatch);
        };
        let partial = self.books.title.terms(locked.series).map(|terms| terms.face);
        let posting = match partial == Some(locked.value) {
            true => Posting::Redemption,
            false => Posting::PartialRedemption,
        };
        let sources = [
            Account::Reserve(issuer, batch),
            Account::Issuer(issuer, IssuerBucket::Free),
            Account::Issuer(issuer, IssuerBucket::Deposit),
            Account::Issuer(issuer, IssuerBucket::Risk),
        ];
        let mut entry = self.entry(posting);
        let mut left = locked.value;
        for source in sources {
            let part = self.amount(source).min(left);
            entry = entry.with(source, issuer_due(issuer), part);
            left = left.saturating_sub(part);
        }
        if !left.is_zero() {
            return Err(Rejection::ReserveShort);
        }
        Ok(entry.with(obligation, Account::ObligationContra, locked.value))
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
        if let Ok(locked) = self.locked(id) {
            self.redemptions.remove(&id);
            self.return_coupon(step, &locked);
            step.emit(Event::RedemptionReleased { redemption: id });
        }
    }

    fn return_coupon(&mut self, step: &mut Step<'_>, locked: &Redemption) {
        let Redemption { holder, series, serial, .. } = *locked;
        let (from, to) = (Holder::RedeemLock(holder), Holder::Party(holder));
        let one = [SerialRange { first: serial, end: serial.saturating_add(1) }];
        let lots = self.books.title.transfer_ranges(series, from, to, &one);
        let lots = lots.expect("the lock put it there");
        step.emit(Event::TitleMoved { series, from, to, lots });
    }

    fn locked(&self, id: RedemptionId) -> Result<Redemption, Rejection> {
        let known = self.redemptions.get(&id).filter(|redemption| !redemption.confirmed);
        known.copied().ok_or(Rejection::UnknownRedemption)
    }
}
