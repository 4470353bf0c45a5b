//! What holds single coupons in place while they stay their holder's: a freeze by compliance and
//! a pledge (2.3, CPN-15).
//!
//! The title ledger says where every coupon is; here is why. A freeze comes before a pledge: a
//! pledged coupon that is frozen is pledged again when it is free, if the pledge still stands.

use crate::command::Actor;
use crate::event::Event;
use crate::freeze::FreezeReason;
use crate::indexed::{By, Concerns};
use crate::money_event::MoneyEvent;
use crate::offers::OfferEnd;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyKind, acts_for};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_ledger::{Holder, Lot, SerialRange};
use gcfn_market::Side;
use gcfn_model::{PartyId, SeriesId};
use serde::{Deserialize, Serialize};

/// Coupons that compliance has frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponFreeze {
    /// Of which series.
    pub series: SeriesId,
    /// Whose they are, and which ones.
    pub coupons: Vec<(PartyId, SerialRange)>,
    /// Why.
    pub reason: FreezeReason,
}

/// Coupons that secure a claim of another party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pledge {
    /// Whose they are.
    pub holder: PartyId,
    /// Whose claim they secure.
    pub pledgee: PartyId,
    /// Of which series.
    pub series: SeriesId,
    /// Which ones.
    pub ranges: Vec<SerialRange>,
}

impl Concerns for Pledge {
    fn concerns(&self) -> [Option<By>; 3] {
        let [holder, pledgee] = [self.holder, self.pledgee].map(By::Party).map(Some);
        [holder, pledgee, Some(By::Series(self.series))]
    }
}

/// A wish to pledge coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PledgeTerms {
    /// To whom.
    pub pledgee: PartyId,
    /// Of which series.
    pub series: SeriesId,
    /// How many whole coupons, lowest serials first.
    pub quantity: u64,
}

/// A wish to freeze coupons by their serials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CouponFreezeTerms {
    /// Of which series.
    pub series: SeriesId,
    /// Which ones; all of them must be with holders of this node.
    pub range: SerialRange,
    /// Why.
    pub reason: FreezeReason,
}

impl Venue {
    /// A freeze of coupons by its number.
    #[must_use]
    pub fn coupon_freeze(&self, number: u64) -> Option<&CouponFreeze> {
        self.coupon_freezes.get(&number)
    }

    /// Every freeze of coupons, oldest first.
    pub fn coupon_freezes(&self) -> impl Iterator<Item = (&u64, &CouponFreeze)> {
        self.coupon_freezes.iter()
    }

    /// A pledge by its number.
    #[must_use]
    pub fn find_pledge(&self, number: u64) -> Option<&Pledge> {
        self.pledges.get(&number)
    }

    /// Every pledge that stands, oldest first.
    pub fn pledges(&self) -> impl Iterator<Item = (&u64, &Pledge)> {
        self.pledges.iter()
    }

    /// Freezes coupons in their holders' hands. Sell orders and redemption locks that hold any
    /// of them end first; a redemption that is past breaking off refuses the freeze.
    pub(crate) fn freeze_coupons(
        &mut self,
        step: &mut Step<'_>,
        wish: &CouponFreezeTerms,
    ) -> Outcome {
        let CouponFreezeTerms { series, range, reason } = *wish;
        let found = self.coupons_within(series, range)?;
        if found.iter().any(|(holder, _)| matches!(holder, Holder::Frozen(_))) {
            return Err(Rejection::CouponsFrozen);
        }
        let with_holders = |(holder, _): &(Holder, SerialRange)| {
            use Holder::{OfferLock, OrderLock, Party, Pledged, RedeemLock};
            matches!(holder, Party(_) | OrderLock(_) | OfferLock(_) | RedeemLock(_) | Pledged(_))
        };
        if !found.iter().all(with_holders) {
            return Err(Rejection::CouponsElsewhere);
        }
        if self.locks_last(series, &found) {
            return Err(Rejection::CouponsLocked);
        }
        self.unlock_coupons(step, series, &found);
        let mut coupons = Vec::new();
        for (from, range) in self.coupons_within(series, range)? {
            let (Holder::Party(party) | Holder::Pledged(party)) = from else {
                unreachable!("orders and locks have ended")
            };
            self.move_ranges(step, series, (from, Holder::Frozen(party)), &[range]);
            coupons.push((party, range));
        }
        let number = self.next_number();
        self.coupon_freezes.insert(number, CouponFreeze { series, coupons, reason });
        step.emit(MoneyEvent::CouponsFrozen { number, terms: *wish }.into());
        Ok(Done::Numbered { number })
    }

    /// Whether a redemption lock on any of `found` cannot be broken off: the merchant has confirmed
    /// and waits for the issuer's money, or the coupon would end with its lock.
    fn locks_last(&self, series: SeriesId, found: &[(Holder, SerialRange)]) -> bool {
        let ended = self.has_ended(series);
        self.redemptions.any(By::Series(series), |locked| {
            let holds =
                |(_, r): &(Holder, SerialRange)| r.first <= locked.serial && locked.serial < r.end;
            (locked.waiting || (ended && !locked.confirmed)) && found.iter().any(holds)
        })
    }

    /// Ends the orders and locks that hold any of `found`.
    fn unlock_coupons(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        found: &[(Holder, SerialRange)],
    ) {
        let seller = |(holder, _): &(Holder, SerialRange)| match holder {
            Holder::OrderLock(party) => Some(*party),
            _ => None,
        };
        let sellers: BTreeSet<PartyId> = found.iter().filter_map(seller).collect();
        for seller in sellers {
            for open in self.orders.of(seller, Some(series)) {
                if open.side == Side::Sell {
                    self.take_out(step, open);
                }
            }
        }
        let named: Vec<SerialRange> = found.iter().map(|(_, range)| *range).collect();
        for open in self.keep_any(series, &named) {
            self.take_out(step, open);
        }
        self.end_offers_of_units(step, series, found);
        let holds = |serial| found.iter().any(|(_, r)| r.first <= serial && serial < r.end);
        let locked = self
            .redemptions
            .select(By::Series(series), |locked| !locked.confirmed && holds(locked.serial));
        for redemption in locked {
            self.unlock_redemption(step, redemption);
        }
    }

    /// Ends the offers and auctions of any of the coupons in `found`.
    fn end_offers_of_units(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        found: &[(Holder, SerialRange)],
    ) {
        let names = |locked: &[SerialRange]| {
            locked.iter().any(|own| found.iter().any(|(_, range)| overlaps(*own, *range)))
        };
        // What locks coupons of another series, and wants this one, is not meant.
        let offers = self.offers.select(By::Series(series), |offer| {
            offer.terms.deal.series() == series && names(&offer.locked)
        });
        for offer in offers {
            self.end_offer(step, offer, OfferEnd::Withdrawn);
        }
        for auction in self.auctions.select(By::Series(series), |auction| names(&auction.locked)) {
            self.lapse_auction(step, auction);
        }
    }

    pub(crate) fn check_unfreeze_coupons(&self, number: u64) -> Result<(), Rejection> {
        let known = self.coupon_freezes.contains_key(&number);
        if known { Ok(()) } else { Err(Rejection::UnknownCouponFreeze) }
    }

    /// Sets coupons free: to their holder, back into a pledge that still stands, or to their end
    /// if that came while they were frozen. What was recalled meanwhile is gone.
    pub(crate) fn unfreeze_coupons(&mut self, step: &mut Step<'_>, number: u64) -> Outcome {
        self.check_unfreeze_coupons(number)?;
        let Some(freeze) = self.coupon_freezes.remove(&number) else { return Ok(Done::Repeated) };
        let CouponFreeze { series, coupons, .. } = freeze;
        for (party, range) in coupons {
            for part in self.still_with(series, Holder::Frozen(party), range) {
                let ended = self.has_ended(series);
                if ended && !self.markets.contains_key(&series) {
                    let to = (Holder::Frozen(party), Holder::Expired);
                    self.move_ranges(step, series, to, &[part]);
                    self.forget_pledges(step, series);
                    continue;
                }
                let to = (Holder::Frozen(party), Holder::Party(party));
                self.move_ranges(step, series, to, &[part]);
                if ended {
                    continue;
                }
                for pledged in self.pledged_within(series, party, part) {
                    let to = (Holder::Party(party), Holder::Pledged(party));
                    self.move_ranges(step, series, to, &[pledged]);
                }
            }
        }
        self.let_go(step, series);
        step.emit(MoneyEvent::CouponsUnfrozen { number }.into());
        Ok(Done::Accepted)
    }

    /// Whether the coupons of a series have ended, here or at the node that issued them.
    fn has_ended(&self, series: SeriesId) -> bool {
        match self.markets.get(&series).and_then(|market| self.batches.get(&market.batch)) {
            Some(batch) => batch.state.has_ended(),
            None => 0 < self.books.title.quantity(series, Holder::Expired),
        }
    }

    /// Pledges whole coupons to another party: they stay the holder's and stay where they are.
    pub(crate) fn pledge(
        &mut self,
        step: &mut Step<'_>,
        holder: PartyId,
        wish: &PledgeTerms,
    ) -> Outcome {
        let PledgeTerms { pledgee, series, quantity } = *wish;
        self.free_party(holder)?;
        if self.free_party(pledgee)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        if holder == pledgee {
            return Err(Rejection::ToOneself);
        }
        self.open_series(series, step.at)?;
        self.transferable(series)?;
        if quantity == 0 {
            return Err(Rejection::QuantityZero);
        }
        let (from, to) = (Holder::Party(holder), Holder::Pledged(holder));
        let lots = self.books.title.transfer(series, from, to, quantity);
        let lots = lots.map_err(|_| Rejection::InsufficientCoupons)?;
        self.not_refundable(holder, series, &lots);
        let ranges = lots.iter().map(|lot| lot.range).collect();
        step.emit(Event::TitleMoved { series, from, to, lots });
        let number = self.next_number();
        self.pledges.insert(number, Pledge { holder, pledgee, series, ranges });
        step.emit(MoneyEvent::Pledged { number, holder, terms: *wish }.into());
        Ok(Done::Numbered { number })
    }

    /// The pledgee gives a pledge up. Coupons that are frozen stay so.
    pub(crate) fn release_pledge(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        number: u64,
    ) -> Outcome {
        let pledge = self.pledges.get(&number).ok_or(Rejection::UnknownPledge)?;
        acts_for(actor, pledge.pledgee)?;
        let Pledge { holder, series, ranges, .. } = pledge.clone();
        self.pledges.remove(&number);
        let (from, to) = (Holder::Pledged(holder), Holder::Party(holder));
        for range in ranges {
            for part in self.still_with(series, from, range) {
                self.move_ranges(step, series, (from, to), &[part]);
            }
        }
        step.emit(MoneyEvent::PledgeReleased { number }.into());
        Ok(Done::Accepted)
    }

    /// Ends the pledges of a series whose coupons have all ended: they secure nothing any more.
    pub(crate) fn forget_pledges(&mut self, step: &mut Step<'_>, series: SeriesId) {
        let of_series = self.pledges.of(By::Series(series));
        let ended = of_series.filter(|(_, pledge)| !self.secures(pledge));
        let ended: Vec<u64> = ended.map(|(number, _)| *number).collect();
        for number in ended {
            self.pledges.remove(&number);
            step.emit(MoneyEvent::PledgeReleased { number }.into());
        }
    }

    /// Whether any coupon of a pledge is alive: pledged, or frozen over its pledge.
    fn secures(&self, pledge: &Pledge) -> bool {
        let places = [Holder::Pledged(pledge.holder), Holder::Frozen(pledge.holder)];
        let alive = |range: &SerialRange| {
            places.iter().any(|place| !self.still_with(pledge.series, *place, *range).is_empty())
        };
        pledge.ranges.iter().any(alive)
    }

    /// Why coupons that `buyer` bought cannot go back, each place for its own reason (D-27).
    pub(crate) fn check_still_with(
        &self,
        buyer: PartyId,
        series: SeriesId,
        ranges: &[SerialRange],
    ) -> Result<(), Rejection> {
        for &range in ranges {
            for (holder, _) in self.coupons_within(series, range)? {
                match holder {
                    Holder::Party(party) if party == buyer => {}
                    Holder::Redeemed => return Err(Rejection::CouponsRedeemed),
                    Holder::Expired => return Err(Rejection::Expired),
                    Holder::Recalled => return Err(Rejection::CouponsRecalled),
                    Holder::Frozen(_) => return Err(Rejection::CouponsFrozen),
                    Holder::Pledged(_) => return Err(Rejection::CouponsPledged),
                    Holder::OrderLock(party)
                    | Holder::RedeemLock(party)
                    | Holder::OfferLock(party)
                        if party == buyer =>
                    {
                        return Err(Rejection::CouponsLocked);
                    }
                    _ => return Err(Rejection::CouponsResold),
                }
            }
        }
        Ok(())
    }

    /// Every holder within a range of serials, in order, with its part of the range.
    fn coupons_within(
        &self,
        series: SeriesId,
        range: SerialRange,
    ) -> Result<Vec<(Holder, SerialRange)>, Rejection> {
        let terms = self.books.title.terms(series).ok_or(Rejection::UnknownSeries)?;
        if range.end <= range.first || terms.quantity < range.end {
            return Err(Rejection::SerialRange);
        }
        let mut found = Vec::new();
        let mut first = range.first;
        while first < range.end {
            let lot = self.books.title.holder_of(series, first);
            let (holder, Lot { range: lot, .. }) = lot.ok_or(Rejection::SerialRange)?;
            let end = lot.end.min(range.end);
            found.push((holder, SerialRange { first, end }));
            first = end;
        }
        Ok(found)
    }

    /// The parts of a range that `holder` still has.
    fn still_with(&self, series: SeriesId, holder: Holder, range: SerialRange) -> Vec<SerialRange> {
        let found = self.coupons_within(series, range).unwrap_or_default();
        found.into_iter().filter(|(with, _)| *with == holder).map(|(_, part)| part).collect()
    }

    /// The parts of a range that are in a pledge of `holder`.
    fn pledged_within(
        &self,
        series: SeriesId,
        holder: PartyId,
        range: SerialRange,
    ) -> Vec<SerialRange> {
        let pledges = self.pledges.of(By::Party(holder)).map(|(_, pledge)| pledge);
        let of = pledges.filter(|of| (of.series, of.holder) == (series, holder));
        let ranges = of.flat_map(|pledge| &pledge.ranges);
        ranges.filter_map(|pledged| clip(*pledged, range)).collect()
    }

    pub(crate) fn move_ranges(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        (from, to): (Holder, Holder),
        ranges: &[SerialRange],
    ) {
        let lots = self.books.title.transfer_ranges(series, from, to, ranges);
        let lots = lots.expect("they were found with that holder");
        step.emit(Event::TitleMoved { series, from, to, lots });
    }
}

pub(crate) fn overlaps(a: SerialRange, b: SerialRange) -> bool {
    a.first < b.end && b.first < a.end
}

/// What two ranges have in common.
fn clip(a: SerialRange, b: SerialRange) -> Option<SerialRange> {
    let both = SerialRange { first: a.first.max(b.first), end: a.end.min(b.end) };
    overlaps(a, b).then_some(both)
}
