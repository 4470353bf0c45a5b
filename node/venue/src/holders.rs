//! Paying all holders of a series at once: what a recall, a maturity and a compensation have in
//! common (P-25, P-15d, C-34).
//!
//! Title ends and money is set aside in one step. Each holder's money moves with the next
//! settlement: from issuer escrow to where the holder's purse is.

use crate::event::Event;
use crate::issuing_event::IssuingEvent;
use crate::refusal::Rejection;
use crate::settlement::{Item, issuer_due};
use crate::venue::{Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_ledger::{Account, Entry, Holder, Posting};
use gcfn_model::{Amount, BatchId, PartyId, Pool, Position, SeriesId};
use serde::{Deserialize, Serialize};

/// Why holders are paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentReason {
    /// Their coupons were recalled (P-25).
    Recall,
    /// Their coupons have matured (C-34).
    Maturity,
    /// Their issuer has defaulted (P-15d).
    Compensation,
}

impl PaymentReason {
    pub(crate) const fn posting(self) -> Posting {
        match self {
            PaymentReason::Recall => Posting::Recall,
            PaymentReason::Maturity => Posting::Redemption,
            PaymentReason::Compensation => Posting::HolderCompensation,
        }
    }

    /// Where the coupons end.
    const fn end(self) -> Holder {
        match self {
            PaymentReason::Maturity => Holder::Expired,
            PaymentReason::Recall | PaymentReason::Compensation => Holder::Recalled,
        }
    }
}

/// What is paid to the holders of a series.
#[derive(Clone, Debug)]
pub(crate) struct Payout {
    reason: PaymentReason,
    /// Who, where their coupons are, and how much: one sum for each, however many places hold
    /// their coupons, so that an order taken out of the book changes no rounding.
    claims: Vec<(PartyId, Vec<Holder>, Amount)>,
    /// What is left of the face of their coupons together.
    pub(crate) value: Amount,
    /// What they are paid together.
    pub(crate) total: Amount,
}

/// What one holder claims.
#[derive(Debug, Default)]
struct Claim {
    value: Position,
    places: Vec<Holder>,
}

impl Venue {
    /// What is left of the face of all coupons in somebody's hands here.
    pub(crate) fn held_value(&self, series: SeriesId) -> Amount {
        let title = &self.books.title;
        let held = title.holders(series).filter(|(holder, _)| holder.owner().is_some());
        let values = held.map(|(holder, _)| title.value(series, holder));
        Amount::sum(values).expect("no more than was minted")
    }

    /// What every holder is paid, each by `price` of what is left; `None` when it is more than
    /// one amount.
    pub(crate) fn payout(
        &self,
        series: SeriesId,
        reason: PaymentReason,
        price: impl Fn(Amount) -> Option<Amount>,
    ) -> Option<Payout> {
        self.payout_of(series, reason, |_| true, price)
    }

    /// The same of those holders alone that `which` says.
    pub(crate) fn payout_of(
        &self,
        series: SeriesId,
        reason: PaymentReason,
        which: impl Fn(Holder) -> bool,
        price: impl Fn(Amount) -> Option<Amount>,
    ) -> Option<Payout> {
        let title = &self.books.title;
        let mut claims = BTreeMap::<PartyId, Claim>::new();
        for (holder, _) in title.holders(series) {
            if let Some(party) = holder.owner().filter(|_| which(holder)) {
                let claim = claims.entry(party).or_default();
                claim.value = claim.value.plus(title.value(series, holder));
                claim.places.push(holder);
            }
        }
        let mut payout =
            Payout { reason, claims: Vec::new(), value: Amount::ZERO, total: Amount::ZERO };
        for (party, Claim { value, places }) in claims {
            let value = value.credit()?;
            let amount = price(value)?;
            payout.value = payout.value.checked_add(value)?;
            payout.total = payout.total.checked_add(amount)?;
            payout.claims.push((party, places, amount));
        }
        Some(payout)
    }

    /// The entry that sets a payout aside, if the issuer has enough for it.
    pub(crate) fn payout_entry(
        &self,
        (issuer, id): (PartyId, BatchId),
        payout: &Payout,
    ) -> Option<Entry> {
        let entry = self.draw(self.entry(payout.reason.posting()), (issuer, id), payout.total)?;
        let obligation = Account::Obligation(issuer, id);
        Some(entry.with(obligation, Account::ObligationContra, payout.value))
    }

    /// Ends the coupons and sets their holders' money aside. The caller has checked that the
    /// issuer has enough, and nobody's orders or locks are in the way.
    pub(crate) fn pay_holders(&mut self, step: &mut Step<'_>, id: BatchId, payout: Payout) {
        let Some(batch) = self.batches.get(&id) else { return };
        let (issuer, series) = (batch.issuer, batch.series);
        let entry = self.payout_entry((issuer, id), &payout).expect("checked by the caller");
        let before = self.amount(Account::Obligation(issuer, id));
        self.post(step, entry);
        let reason = payout.reason;
        let to = reason.end();
        for (holder, places, amount) in payout.claims {
            for from in places {
                let lots = self.books.title.transfer_all(series, from, to);
                let lots = lots.expect("a holder in the list has coupons");
                step.emit(Event::TitleMoved { series, from, to, lots });
            }
            if !amount.is_zero() {
                self.add_item(Item::HolderPayment { reason, issuer, holder, amount });
            }
            step.emit(IssuingEvent::HolderPaid { series, holder, amount, reason }.into());
        }
        self.forget_pledges(step, series);
        self.claims_fell(step, id, before, payout.value);
    }

    /// The entry of one holder's payment once its cash has moved: into the purse that its sales
    /// are paid into too.
    pub(crate) fn holder_entry(
        &self,
        reason: PaymentReason,
        issuer: PartyId,
        holder: PartyId,
        amount: Amount,
    ) -> Entry {
        let (to, pool) = (self.free_account(holder), self.purse(holder).pool());
        let entry = self.entry(reason.posting());
        entry.with(issuer_due(issuer), to, amount).with_transit(Pool::IssuerEscrow, pool, amount)
    }

    /// Coupons at other nodes cannot be paid for from here.
    pub(crate) fn none_abroad(&self, series: SeriesId) -> Result<(), Rejection> {
        let away = |holder: &Holder| matches!(holder, Holder::Abroad(_) | Holder::Delivery(_));
        match self.books.title.holders(series).any(|(holder, _)| away(&holder)) {
            true => Err(Rejection::CouponsAbroad),
            false => Ok(()),
        }
    }
}
