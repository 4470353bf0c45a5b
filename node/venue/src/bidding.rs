//! Auctions of units: a seller takes the highest bid at a time that it has set (TRD-05).
//!
//! One bid stands at a time, with its money held; who is outbid has its money back at once. All
//! the coupons go to one bidder.

use crate::command::Actor;
use crate::event::Event;
use crate::indexed::{By, Concerns};
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::trade::{Bargain, Goods, Payment, TradeKind};
use crate::units::{Units, count, least_left, ranges_of};
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Holder, SerialRange};
use gcfn_market::Side;
use gcfn_model::{Amount, AuctionId, PartyId, SeriesId, Timestamp, TradeId};
use serde::{Deserialize, Serialize};

/// What a seller sells to the highest bidder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuctionTerms {
    /// The auction's id.
    pub auction: AuctionId,
    /// Of which series.
    pub series: SeriesId,
    /// Which coupons.
    pub units: Units,
    /// The least that one costs.
    pub reserve: Amount,
    /// By how much a bid is above the one before, at least.
    pub increment: Amount,
    /// When it ends; a late bid may move that.
    pub ends_at: Timestamp,
}

/// A bid that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingBid {
    /// Whose.
    pub bidder: PartyId,
    /// What it pays for one coupon.
    pub price: Amount,
    /// What is held for it.
    pub held: Amount,
}

/// An auction that runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Auction {
    /// Who sells.
    pub seller: PartyId,
    /// What was set.
    pub terms: AuctionTerms,
    /// The coupons.
    pub locked: Vec<SerialRange>,
    /// The highest price there can be: the least that is left of a coupon.
    pub price_max: Amount,
    /// When it ends.
    pub ends_at: Timestamp,
    /// The highest bid.
    pub best: Option<StandingBid>,
}

impl Auction {
    /// The least that the next bid must offer for one coupon; `None` when it cannot be outbid.
    #[must_use]
    pub fn least(&self) -> Option<Amount> {
        let least = match self.best {
            None => self.terms.reserve,
            Some(best) => best.price.checked_add(self.terms.increment)?,
        };
        Some(least).filter(|least| *least <= self.price_max)
    }
}

impl Concerns for Auction {
    fn concerns(&self) -> [Option<By>; 3] {
        let bidder = self.best.map(|best| By::Party(best.bidder));
        [Some(By::Party(self.seller)), Some(By::Series(self.terms.series)), bidder]
    }
}

impl Venue {
    pub(crate) fn open_auction(
        &mut self,
        step: &mut Step<'_>,
        seller: PartyId,
        terms: &AuctionTerms,
    ) -> Outcome {
        self.trader(seller)?;
        self.trading(terms.series, step.at)?;
        if self.auctions.contains_key(&terms.auction) {
            return Err(Rejection::AuctionExists);
        }
        self.check_end(terms.series, terms.ends_at, step.at)?;
        let longest = step.at.checked_add(self.terms.trading.offers.lifetime_max);
        if longest.is_none_or(|longest| longest < terms.ends_at) {
            return Err(Rejection::TimeOutOfRange);
        }
        let lots = self.pick_to_sell(terms.series, seller, &terms.units)?;
        let price_max = least_left(&lots);
        if terms.reserve.is_zero() || terms.increment.is_zero() || price_max < terms.reserve {
            return Err(Rejection::PriceOutOfRange);
        }
        let locked = ranges_of(&lots);
        price_max.checked_mul(count(&locked)).ok_or(Rejection::TooLarge)?;
        let value = terms.reserve.checked_mul(count(&locked)).ok_or(Rejection::TooLarge)?;
        self.check_order_limits(seller, value, step.at)?;
        self.lock_units(step, seller, terms.series, &locked);
        self.agenda.insert((terms.ends_at, Due::EndAuction(terms.auction)));
        let (ends_at, best) = (terms.ends_at, None);
        let auction = Auction { seller, terms: terms.clone(), locked, price_max, ends_at, best };
        step.emit(Event::AuctionOpened(auction.clone()));
        self.auctions.insert(terms.auction, auction);
        Ok(Done::Accepted)
    }

    /// Bids `price` for each coupon. Who bids above its own bid pays only the difference more.
    pub(crate) fn bid(
        &mut self,
        step: &mut Step<'_>,
        bidder: PartyId,
        id: AuctionId,
        price: Amount,
    ) -> Outcome {
        self.trader(bidder)?;
        let auction = self.auctions.get(&id).ok_or(Rejection::UnknownAuction)?;
        self.trading(auction.terms.series, step.at)?;
        if auction.seller == bidder {
            return Err(Rejection::ToOneself);
        }
        if self.issuer_of(auction.terms.series)? == bidder {
            return Err(Rejection::OwnSeries);
        }
        if auction.price_max < price {
            return Err(Rejection::PriceOutOfRange);
        }
        if auction.least().is_none_or(|least| price < least) {
            return Err(Rejection::BidTooLow);
        }
        let held = self.terms.hold_per_coupon(price).ok_or(Rejection::TooLarge)?;
        let held = held.checked_mul(count(&auction.locked)).ok_or(Rejection::TooLarge)?;
        let outbid = auction.best;
        let own = outbid.filter(|best| best.bidder == bidder).map(|best| best.held);
        let more = held.saturating_sub(own.unwrap_or(Amount::ZERO));
        self.check_money(bidder, more)?;
        match own {
            Some(_) => self.check_value_limits(bidder, (held, more), step.at)?,
            None => self.check_order_limits(bidder, held, step.at)?,
        }

        if let Some(best) = outbid {
            self.release_bid(step, best);
        }
        self.hold_money(step, bidder, held);
        self.reserve_limit(bidder, held, step.at);
        let best = Some(StandingBid { bidder, price, held });
        self.auctions.change(&id, |auction| auction.best = best);
        step.emit(Event::BidPlaced { auction: id, bidder, price });
        self.extend_auction(step, id);
        Ok(Done::Accepted)
    }

    /// A bid shortly before the end gives the others time to answer it.
    fn extend_auction(&mut self, step: &mut Step<'_>, id: AuctionId) {
        let extension = self.terms.trading.auction_extension;
        let Some(auction) = self.auctions.get(&id) else { return };
        let (ends_at, series) = (auction.ends_at, auction.terms.series);
        let last = self.end_of(series).unwrap_or(ends_at);
        let later = step.at.checked_add(extension).map_or(last, |later| later.min(last));
        if later <= ends_at {
            return;
        }
        self.agenda.remove(&(ends_at, Due::EndAuction(id)));
        self.agenda.insert((later, Due::EndAuction(id)));
        self.auctions.change(&id, |auction| auction.ends_at = later);
        step.emit(Event::AuctionExtended { auction: id, ends_at: later });
    }

    /// The seller, or an operator, calls an auction off that nobody has bid in.
    pub(crate) fn cancel_auction(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: AuctionId,
    ) -> Outcome {
        let auction = self.auctions.get(&id).ok_or(Rejection::UnknownAuction)?;
        acts_for(actor, auction.seller)?;
        if auction.best.is_some() {
            return Err(Rejection::HasBids);
        }
        self.lapse_auction(step, id);
        Ok(Done::Accepted)
    }

    /// The time is over: the coupons go to the highest bidder, or back.
    pub(crate) fn end_auction(&mut self, step: &mut Step<'_>, id: AuctionId) {
        let Some(auction) = self.auctions.get(&id) else { return };
        let open = self.trading(auction.terms.series, step.at).is_ok();
        let Some(best) = auction.best.filter(|_| open) else {
            return self.lapse_auction(step, id);
        };
        let Some(auction) = self.auctions.remove(&id) else { return };
        self.release_limit(best.bidder, best.held, true);
        let trade = self.conclude(
            step,
            &Bargain {
                series: auction.terms.series,
                buyer: best.bidder,
                seller: auction.seller,
                kind: TradeKind::Resale,
                price: best.price,
                quantity: count(&auction.locked),
                taker: Some(Side::Buy),
                goods: Goods::Exactly(Holder::OfferLock(auction.seller), auction.locked),
                payment: Payment::Held(best.held),
            },
        );
        self.auction_ended(step, (id, auction.ends_at), Some(trade));
    }

    /// Ends an auction without a sale.
    pub(crate) fn lapse_auction(&mut self, step: &mut Step<'_>, id: AuctionId) {
        let Some(auction) = self.auctions.remove(&id) else { return };
        if let Some(best) = auction.best {
            self.release_bid(step, best);
        }
        self.unlock_units(step, auction.seller, auction.terms.series, &auction.locked);
        self.auction_ended(step, (id, auction.ends_at), None);
    }

    /// A bid does not stand any more.
    fn release_bid(&mut self, step: &mut Step<'_>, bid: StandingBid) {
        self.release_money(step, bid.bidder, bid.held);
        self.release_limit(bid.bidder, bid.held, true);
    }

    fn auction_ended(
        &mut self,
        step: &mut Step<'_>,
        (id, ends_at): (AuctionId, Timestamp),
        trade: Option<TradeId>,
    ) {
        self.agenda.remove(&(ends_at, Due::EndAuction(id)));
        step.emit(Event::AuctionEnded { auction: id, trade });
    }

    /// A party's auctions end without a sale, and its bids are taken back.
    pub(crate) fn end_bidding_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        for id in self.auctions.select(By::Party(party), |auction| auction.seller == party) {
            self.lapse_auction(step, id);
        }
        // Those that are left are another's.
        for id in self.auctions.select(By::Party(party), |_| true) {
            if let Some(best) = self.auctions.change(&id, |auction| auction.best.take()).flatten() {
                self.release_bid(step, best);
                step.emit(Event::BidWithdrawn { auction: id, bidder: best.bidder });
            }
        }
    }

    pub(crate) fn end_bidding_in(&mut self, step: &mut Step<'_>, series: SeriesId) {
        for id in self.auctions.select(By::Series(series), |_| true) {
            self.lapse_auction(step, id);
        }
    }
}
