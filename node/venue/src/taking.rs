//! Taking an offer: title moves at once against money that is committed, and the money settles
//! with the day (P-06, P-21, P-22).

use crate::event::Event;
use crate::fees::{Liquidity, MarketKind};
use crate::offers::{Equaliser, Offer, OfferEnd, OfferedDeal, SwapSide};
use crate::orders::BoughtBack;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::Item;
use crate::trade::{Bargain, Goods, Payment, TradeKind};
use crate::units::{Picked, Units, count, ranges_of, split};
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Holder, Posting, SerialRange};
use gcfn_market::Side;
use gcfn_model::{Amount, OfferId, PartyId, SeriesId};

/// The side of a swap as it is carried out.
#[derive(Clone, Copy, Debug)]
struct Swapper {
    party: PartyId,
    /// What it pays beside its fee.
    pays: Amount,
    fee: Amount,
}

impl Venue {
    /// Takes an offer: some of a listing or of a buy-back, the whole of a block or a swap.
    pub(crate) fn take_offer(
        &mut self,
        step: &mut Step<'_>,
        taker: PartyId,
        id: OfferId,
        units: &Units,
    ) -> Outcome {
        self.trader(taker)?;
        let offer = self.offers.get(&id).cloned().ok_or(Rejection::UnknownOffer)?;
        let deal = &offer.terms.deal;
        if deal.named().is_some_and(|named| named != taker) {
            return Err(Rejection::NotYours);
        }
        if offer.by == taker {
            return Err(Rejection::ToOneself);
        }
        self.trading(deal.series(), step.at)?;
        match *deal {
            OfferedDeal::Listing { series, price, .. } => {
                self.buy_units(step, (id, offer), taker, (series, price, units))
            }
            OfferedDeal::Block { series, price, .. } => {
                let whole = Units::Exactly(offer.locked.clone());
                self.buy_units(step, (id, offer), taker, (series, price, &whole))
            }
            OfferedDeal::BuyBack { series, price, then, .. } => {
                self.sell_back(step, (id, offer), taker, (series, price, then, units))
            }
            OfferedDeal::Swap { wants, .. } => {
                self.trading(wants, step.at)?;
                self.swap(step, (id, &offer), taker)
            }
        }
    }

    /// The taker buys units of a listing, or a block.
    fn buy_units(
        &mut self,
        step: &mut Step<'_>,
        (id, mut offer): (OfferId, Offer),
        buyer: PartyId,
        (series, price, units): (SeriesId, Amount, &Units),
    ) -> Outcome {
        // An issuer buys its own coupons back by offering to, so that they end or are resold.
        if self.issuer_of(series)? == buyer {
            return Err(Rejection::OwnSeries);
        }
        let (taken, stays) = split(&offer.locked, units)?;
        let quantity = count(&taken);
        let kind = match offer.terms.deal {
            OfferedDeal::Block { .. } => TradeKind::Block,
            _ => TradeKind::Resale,
        };
        let bargain = Bargain {
            series,
            buyer,
            seller: offer.by,
            kind,
            price,
            quantity,
            taker: Some(Side::Buy),
            goods: Goods::Exactly(Holder::OfferLock(offer.by), taken),
            payment: Payment::Available,
        };
        self.check_money(buyer, self.price_and_fee(&bargain)?)?;
        let value = price.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        self.check_order_limits(buyer, value, step.at)?;
        let trade = self.conclude(step, &bargain);
        offer.locked = stays;
        offer.remaining = offer.remaining.saturating_sub(quantity);
        step.emit(Event::OfferTaken { offer: id, by: buyer, quantity, trade: Some(trade) });
        self.keep_offer(step, id, offer);
        Ok(Done::Traded { trade })
    }

    /// The taker sells coupons back to their issuer: whole ones only.
    fn sell_back(
        &mut self,
        step: &mut Step<'_>,
        (id, mut offer): (OfferId, Offer),
        seller: PartyId,
        (series, price, then, units): (SeriesId, Amount, BoughtBack, &Units),
    ) -> Outcome {
        self.transferable(series)?;
        let lots = self.pick(series, Holder::Party(seller), units, Picked::SellBack)?;
        let face = self.books.title.terms(series).ok_or(Rejection::UnknownSeries)?.face;
        if lots.iter().any(|lot| lot.left != face) {
            return Err(Rejection::NotDivisible);
        }
        let taken = ranges_of(&lots);
        let quantity = count(&taken);
        if offer.remaining < quantity {
            return Err(Rejection::InsufficientCoupons);
        }
        let each = self.terms.hold_per_coupon(price).ok_or(Rejection::TooLarge)?;
        let held = each.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        let value = price.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        self.check_order_limits(seller, value, step.at)?;
        let trade = self.conclude(
            step,
            &Bargain {
                series,
                buyer: offer.by,
                seller,
                kind: TradeKind::BuyBack(then),
                price,
                quantity,
                taker: Some(Side::Sell),
                goods: Goods::Exactly(Holder::Party(seller), taken),
                payment: Payment::Held(held),
            },
        );
        offer.remaining = offer.remaining.saturating_sub(quantity);
        offer.held = offer.held.saturating_sub(held);
        step.emit(Event::OfferTaken { offer: id, by: seller, quantity, trade: Some(trade) });
        self.keep_offer(step, id, offer);
        self.close_when_retired(step, series);
        Ok(Done::Traded { trade })
    }

    /// Keeps what is left of an offer, or ends it.
    fn keep_offer(&mut self, step: &mut Step<'_>, id: OfferId, offer: Offer) {
        let (by, left, value) = (offer.by, offer.remaining, offer.value());
        if let Some(before) = self.offers.insert(id, offer) {
            self.release_limit(by, before.value().saturating_sub(value), false);
        }
        if left == 0 {
            self.end_offer(step, id, OfferEnd::Taken);
        }
    }

    /// P-22: title both ways, and the money committed.
    fn swap(
        &mut self,
        step: &mut Step<'_>,
        (id, offer): (OfferId, &Offer),
        taker: PartyId,
    ) -> Outcome {
        let deal = &offer.terms.deal;
        let OfferedDeal::Swap { gives, wants, wants_quantity, equaliser, .. } = *deal else {
            return Err(Rejection::UnknownOffer);
        };
        let lots = self.pick_to_sell(wants, taker, &Units::Any(wants_quantity))?;
        let needs = self.swap_money(deal, (taker, SwapSide::Taker))?.ok_or(Rejection::TooLarge)?;
        self.check_money(taker, needs)?;
        self.check_order_limits(taker, deal.value(wants_quantity), step.at)?;

        let (party, by) = (offer.by, Holder::OfferLock(offer.by));
        self.hand_over(step, gives, (by, Holder::Party(taker)), &offer.locked);
        let returned = (Holder::Party(taker), Holder::Party(party));
        self.hand_over(step, wants, returned, &ranges_of(&lots));
        let purses = (self.purse(party), self.purse(taker));
        let entry = self
            .entry(Posting::SwapEqualiser)
            .with(purses.0.held(), purses.0.committed(), offer.held)
            .with(purses.1.available(), purses.1.committed(), needs);
        self.post(step, entry);
        let pays = |side| equaliser.filter(|e| e.payer == side).map_or(Amount::ZERO, |e| e.amount);
        let offerer = SwapSide::Offerer;
        let ours = Swapper::new(party, offer.held, pays(offerer));
        let theirs = Swapper::new(taker, needs, pays(SwapSide::Taker));
        self.owe_swap(ours, theirs);
        let quantity = offer.remaining;
        step.emit(Event::OfferTaken { offer: id, by: taker, quantity, trade: None });
        let done = Offer { locked: Vec::new(), remaining: 0, held: Amount::ZERO, ..offer.clone() };
        self.keep_offer(step, id, done);
        Ok(Done::Accepted)
    }

    fn owe_swap(&mut self, one: Swapper, other: Swapper) {
        let (payer, payee) = if one.pays.is_zero() { (other, one) } else { (one, other) };
        let owed = Item::Swap {
            payer: payer.party,
            payee: payee.party,
            amount: payer.pays,
            payer_fee: payer.fee,
            payee_fee: payee.fee,
        };
        if !(payer.pays.is_zero() && payer.fee.is_zero() && payee.fee.is_zero()) {
            self.add_item(owed);
        }
    }

    /// Moves coupons of a swap, which are resold by it.
    fn hand_over(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        (from, to): (Holder, Holder),
        ranges: &[SerialRange],
    ) {
        let lots = self.books.title.resell_ranges(series, from, to, ranges);
        let lots = lots.expect("the coupons were locked, or picked from the party's own");
        if let Holder::Party(party) = from {
            self.circulate(party, series, &lots);
        }
        step.emit(Event::TitleMoved { series, from, to, lots });
    }

    /// What a side of a swap pays: the difference, where it owes it, and its fee on what it
    /// receives at the book's price. `None` above one amount.
    pub(crate) fn swap_money(
        &self,
        deal: &OfferedDeal,
        (party, side): (PartyId, SwapSide),
    ) -> Result<Option<Amount>, Rejection> {
        let OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, equaliser, .. } =
            *deal
        else {
            return Err(Rejection::UnknownOffer);
        };
        let (series, quantity) = match side {
            SwapSide::Offerer => (wants, wants_quantity),
            SwapSide::Taker => (gives, gives_quantity),
        };
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let Some(value) = market.price().checked_mul(quantity) else { return Ok(None) };
        let fee = self.swap_fee(party, side, value);
        let owes = |e: &Equaliser| e.payer == side;
        Ok(fee.checked_add(equaliser.filter(owes).map_or(Amount::ZERO, |e| e.amount)))
    }

    /// What `bargain` costs its buyer.
    pub(crate) fn price_and_fee(&self, bargain: &Bargain) -> Result<Amount, Rejection> {
        let value = bargain.price.checked_mul(bargain.quantity).ok_or(Rejection::TooLarge)?;
        let fee = self.buyer_fee(bargain, value);
        value.checked_add(fee).ok_or(Rejection::TooLarge)
    }

    fn swap_fee(&self, party: PartyId, side: SwapSide, value: Amount) -> Amount {
        let liquidity = match side {
            SwapSide::Offerer => Liquidity::Maker,
            SwapSide::Taker => Liquidity::Taker,
        };
        self.fee_in(MarketKind::B2b, party, (Side::Buy, liquidity), value)
    }
}

impl Swapper {
    /// A side that has `held` aside, of which it `pays` a part to the other.
    fn new(party: PartyId, held: Amount, pays: Amount) -> Swapper {
        Swapper { party, pays, fee: held.saturating_sub(pays) }
    }
}
