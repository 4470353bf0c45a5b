//! Offers outside the book: what is offered, how long it stands, how it ends untaken (C-20,
//! TRD-04, TRD-22, TRD-26). What happens when one is taken is in `taking`.
//!
//! An offer is backed for as long as it stands: its coupons are locked, its money is held.

use crate::command::Actor;
use crate::event::Event;
use crate::indexed::{By, Concerns};
use crate::orders::BoughtBack;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyKind, acts_for};
use crate::refusal::Rejection;
use crate::units::{Units, least_left, ranges_of};
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Holder, SerialRange};
use gcfn_model::{Amount, BasisPoints, OfferId, PartyId, Rounding, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// What one party offers to another, or to everybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferTerms {
    /// The offer's id.
    pub offer: OfferId,
    /// What is offered.
    pub deal: OfferedDeal,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferedDeal {
    /// Units at a fixed price: anybody takes all of them or some.
    Listing {
        /// Of which series.
        series: SeriesId,
        /// Which coupons.
        units: Units,
        /// What one costs.
        price: Amount,
    },
    /// A block for one buyer, who takes it whole.
    Block {
        /// Of which series.
        series: SeriesId,
        /// Which coupons.
        units: Units,
        /// What one costs.
        price: Amount,
        /// Who may take it.
        to: PartyId,
    },
    /// Coupons of one series for coupons of another, between businesses (P-22).
    Swap {
        /// What is given: of which series.
        gives: SeriesId,
        /// What is given: how many coupons.
        gives_quantity: u64,
        /// What is wanted: of which series.
        wants: SeriesId,
        /// What is wanted: how many coupons.
        wants_quantity: u64,
        /// Who may take it.
        to: PartyId,
        /// The difference in money, where there is one.
        equaliser: Option<Equaliser>,
    },
    /// The issuer's money for its own coupons: any holder takes a part, or the one named (P-21).
    BuyBack {
        /// Of which series.
        series: SeriesId,
        /// How many coupons at most.
        quantity: u64,
        /// What it pays for one.
        price: Amount,
        /// Who may take it; anybody when left out.
        to: Option<PartyId>,
        /// What becomes of the coupons.
        then: BoughtBack,
    },
}

/// The money that makes a swap even.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Equaliser {
    /// Who pays.
    pub payer: SwapSide,
    /// How much.
    pub amount: Amount,
}

/// One of the two of a swap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwapSide {
    /// Who made the offer.
    Offerer,
    /// Who takes it.
    Taker,
}

/// An offer that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Who made it.
    pub by: PartyId,
    /// What was offered.
    pub terms: OfferTerms,
    /// The coupons behind it that nobody has taken.
    pub locked: Vec<SerialRange>,
    /// How many coupons nobody has taken.
    pub remaining: u64,
    /// The money behind it that nobody has taken.
    pub held: Amount,
}

impl Offer {
    /// What it comes to for the limits of who made it: the price of what nobody has taken; of a
    /// swap, the money that it may pay.
    pub(crate) fn value(&self) -> Amount {
        self.terms.deal.value(self.remaining)
    }
}

impl Concerns for Offer {
    /// Who made it, and the series that are given and wanted.
    fn concerns(&self) -> [Option<By>; 3] {
        let deal = &self.terms.deal;
        let wanted = match deal {
            OfferedDeal::Swap { wants, .. } => Some(By::Series(*wants)),
            _ => None,
        };
        [Some(By::Party(self.by)), Some(By::Series(deal.series())), wanted]
    }
}

/// How an offer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferEnd {
    /// It was taken whole.
    Taken,
    /// Who it was for does not want it.
    Declined,
    /// Who made it took it back, or was frozen.
    Withdrawn,
    /// Its time was over, or the coupons'.
    Expired,
}

impl OfferedDeal {
    /// The series whose coupons back it or are bought by it.
    #[must_use]
    pub const fn series(&self) -> SeriesId {
        match self {
            OfferedDeal::Listing { series, .. }
            | OfferedDeal::Block { series, .. }
            | OfferedDeal::BuyBack { series, .. } => *series,
            OfferedDeal::Swap { gives, .. } => *gives,
        }
    }

    /// Whom it is for, when it is not for everybody.
    #[must_use]
    pub const fn named(&self) -> Option<PartyId> {
        match self {
            OfferedDeal::Listing { .. } => None,
            OfferedDeal::Block { to, .. } | OfferedDeal::Swap { to, .. } => Some(*to),
            OfferedDeal::BuyBack { to, .. } => *to,
        }
    }

    /// The price of `quantity` coupons of it; of a swap, the money between the two.
    pub(crate) fn value(&self, quantity: u64) -> Amount {
        match self {
            OfferedDeal::Listing { price, .. }
            | OfferedDeal::Block { price, .. }
            | OfferedDeal::BuyBack { price, .. } => {
                price.checked_mul(quantity).unwrap_or(Amount::MAX)
            }
            OfferedDeal::Swap { equaliser, .. } => {
                equaliser.map_or(Amount::ZERO, |between| between.amount)
            }
        }
    }
}

/// What backs an offer, checked and not yet set aside.
struct Backing {
    locked: Vec<SerialRange>,
    remaining: u64,
    held: Amount,
}

impl Venue {
    pub(crate) fn make_offer(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        terms: &OfferTerms,
    ) -> Outcome {
        self.trader(by)?;
        if self.offers.contains_key(&terms.offer) {
            return Err(Rejection::OfferExists);
        }
        let longest = step.at.checked_add(self.terms.trading.offers.lifetime_max);
        if longest.is_none_or(|longest| longest < terms.expires_at) {
            return Err(Rejection::TimeOutOfRange);
        }
        if let Some(to) = terms.deal.named() {
            self.party(to)?;
            if to == by {
                return Err(Rejection::ToOneself);
            }
        }
        self.trading(terms.deal.series(), step.at)?;
        self.check_end(terms.deal.series(), terms.expires_at, step.at)?;
        let backing = self.check_offer(by, terms, step.at)?;
        self.check_order_limits(by, terms.deal.value(backing.remaining), step.at)?;
        self.lock_units(step, by, terms.deal.series(), &backing.locked);
        self.hold_money(step, by, backing.held);
        self.agenda.insert((terms.expires_at, Due::LapseOffer(terms.offer)));
        let Backing { locked, remaining, held } = backing;
        let offer = Offer { by, terms: terms.clone(), locked, remaining, held };
        self.reserve_limit(by, offer.value(), step.at);
        step.emit(Event::OfferMade(offer.clone()));
        self.offers.insert(terms.offer, offer);
        Ok(Done::Accepted)
    }

    fn check_offer(
        &self,
        by: PartyId,
        terms: &OfferTerms,
        at: Timestamp,
    ) -> Result<Backing, Rejection> {
        match &terms.deal {
            OfferedDeal::Listing { series, units, price } => {
                self.check_sale(by, *series, units, *price)
            }
            OfferedDeal::Block { series, units, price, .. } => {
                let backing = self.check_sale(by, *series, units, *price)?;
                self.check_block(*series, *price, backing.remaining)?;
                Ok(backing)
            }
            OfferedDeal::BuyBack { series, quantity, price, .. } => {
                self.own_series(by, *series)?;
                self.check_price(*series, *price)?;
                if *quantity == 0 {
                    return Err(Rejection::QuantityZero);
                }
                let each = self.terms.hold_per_coupon(*price).ok_or(Rejection::TooLarge)?;
                let held = each.checked_mul(*quantity).ok_or(Rejection::TooLarge)?;
                self.check_money(by, held)?;
                Ok(Backing { locked: Vec::new(), remaining: *quantity, held })
            }
            OfferedDeal::Swap { wants, to, .. } => {
                self.trading(*wants, at)?;
                self.check_end(*wants, terms.expires_at, at)?;
                self.transferable(*wants)?;
                self.business(by)?;
                self.business(*to)?;
                self.check_swap(by, &terms.deal)
            }
        }
    }

    /// Coupons at a price: they may be sold, and none costs more than is left of it.
    fn check_sale(
        &self,
        by: PartyId,
        series: SeriesId,
        units: &Units,
        price: Amount,
    ) -> Result<Backing, Rejection> {
        let lots = self.pick_to_sell(series, by, units)?;
        if price.is_zero() || least_left(&lots) < price {
            return Err(Rejection::PriceOutOfRange);
        }
        let locked = ranges_of(&lots);
        let remaining = crate::units::count(&locked);
        price.checked_mul(remaining).ok_or(Rejection::TooLarge)?;
        Ok(Backing { locked, remaining, held: Amount::ZERO })
    }

    fn check_price(&self, series: SeriesId, price: Amount) -> Result<(), Rejection> {
        let terms = self.books.title.terms(series).ok_or(Rejection::UnknownSeries)?;
        match price.is_zero() || terms.face < price {
            true => Err(Rejection::PriceOutOfRange),
            false => Ok(()),
        }
    }

    /// A block is large, and its price within the wider band around the book's.
    fn check_block(&self, series: SeriesId, price: Amount, quantity: u64) -> Result<(), Rejection> {
        let rules = self.terms.trading.offers;
        let value = price.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        if value < rules.block_min {
            return Err(Rejection::BlockTooSmall);
        }
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let (low, high) = around(market.price(), rules.block_band);
        if price < low || high < price { Err(Rejection::OutsideBand) } else { Ok(()) }
    }

    pub(crate) fn business(&self, party: PartyId) -> Result<(), Rejection> {
        match self.party(party)?.kind {
            PartyKind::Issuer | PartyKind::Merchant => Ok(()),
            PartyKind::User | PartyKind::Member => Err(Rejection::PartyKind),
        }
    }

    fn check_swap(&self, by: PartyId, deal: &OfferedDeal) -> Result<Backing, Rejection> {
        let OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, .. } = *deal else {
            return Err(Rejection::UnknownOffer);
        };
        if gives == wants {
            return Err(Rejection::ToOneself);
        }
        if wants_quantity == 0 {
            return Err(Rejection::QuantityZero);
        }
        let lots = self.pick_to_sell(gives, by, &Units::Any(gives_quantity))?;
        let held = self.swap_money(deal, (by, SwapSide::Offerer))?.ok_or(Rejection::TooLarge)?;
        self.check_money(by, held)?;
        Ok(Backing { locked: ranges_of(&lots), remaining: gives_quantity, held })
    }

    /// Withdraws an offer: who made it, or an operator.
    pub(crate) fn withdraw_offer(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: OfferId,
    ) -> Outcome {
        let by = self.offers.get(&id).ok_or(Rejection::UnknownOffer)?.by;
        acts_for(actor, by)?;
        self.end_offer(step, id, OfferEnd::Withdrawn);
        Ok(Done::Accepted)
    }

    /// Who alone may take it says no.
    pub(crate) fn decline_offer(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: OfferId,
    ) -> Outcome {
        let offer = self.offers.get(&id).ok_or(Rejection::UnknownOffer)?;
        if offer.terms.deal.named() != Some(by) {
            return Err(Rejection::NotYours);
        }
        self.end_offer(step, id, OfferEnd::Declined);
        Ok(Done::Accepted)
    }

    pub(crate) fn lapse_offer(&mut self, step: &mut Step<'_>, id: OfferId) {
        self.end_offer(step, id, OfferEnd::Expired);
    }

    pub(crate) fn end_offers_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        let ids = self.offers.select(By::Party(party), |_| true);
        ids.into_iter().for_each(|id| self.end_offer(step, id, OfferEnd::Withdrawn));
    }

    pub(crate) fn end_offers_in(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let ids = self.offers.select(By::Series(series), |_| true);
        ids.into_iter().for_each(|id| self.end_offer(step, id, OfferEnd::Expired));
    }

    /// Ends an offer and gives back what still backs it.
    pub(crate) fn end_offer(&mut self, step: &mut Step<'_>, id: OfferId, how: OfferEnd) {
        let Some(offer) = self.offers.remove(&id) else { return };
        self.agenda.remove(&(offer.terms.expires_at, Due::LapseOffer(id)));
        self.release_limit(offer.by, offer.value(), true);
        self.unlock_units(step, offer.by, offer.terms.deal.series(), &offer.locked);
        self.release_money(step, offer.by, offer.held);
        step.emit(Event::OfferEnded { offer: id, how });
    }

    /// Puts coupons of a party behind something outside the book; they have been offered then.
    pub(crate) fn lock_units(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        series: SeriesId,
        ranges: &[SerialRange],
    ) {
        if ranges.is_empty() {
            return;
        }
        let (from, to) = (Holder::Party(party), Holder::OfferLock(party));
        let lots = self.books.title.transfer_ranges(series, from, to, ranges);
        let lots = lots.expect("the coupons were picked from the party's own");
        self.circulate(party, series, &lots);
        step.emit(Event::TitleMoved { series, from, to, lots });
    }

    pub(crate) fn unlock_units(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        series: SeriesId,
        ranges: &[SerialRange],
    ) {
        if ranges.is_empty() {
            return;
        }
        let way = (Holder::OfferLock(party), Holder::Party(party));
        self.move_ranges(step, series, way, ranges);
    }
}

/// The prices that are at most `band` away from `price`, rounded towards it.
pub(crate) fn around(price: Amount, band: BasisPoints) -> (Amount, Amount) {
    let away = band.of(price, Rounding::Down).unwrap_or(price);
    (price.saturating_sub(away), price.checked_add(away).unwrap_or(Amount::MAX))
}
