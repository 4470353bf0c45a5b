//! The book as a list of orders in order of arrival: slow, and too short to be wrong.

mod auction;

use gcfn_market::{
    Band, BookTerms, Fill, Order, Phase, Placed, Refusal, Resting, SLICES_MAX, SelfTrade, Side,
    TimeInForce,
};
use gcfn_model::{Amount, OrderId, PartyId};
use std::cmp::Reverse;

#[derive(Clone)]
pub(crate) struct Reference {
    pub(crate) terms: BookTerms,
    pub(crate) phase: Phase,
    pub(crate) arrivals: Vec<Resting>,
    pub(crate) fills: Vec<Fill>,
    pub(crate) withdrawn: Vec<Resting>,
}

impl Reference {
    pub(crate) fn place(&mut self, order: Order, band: Band) -> Result<Placed, Refusal> {
        self.form(order.quantity, order.price, order.display)?;
        let continuous = self.phase == Phase::Continuous;
        let full = self.arrivals.len() >= self.terms.orders_max as usize;
        let (rests, post_only) = (rests(&order), order.time_in_force == TimeInForce::PostOnly);
        let rules = [
            (self.phase == Phase::Halted, Refusal::Halted),
            (self.phase == Phase::Auction && !rests, Refusal::MustRest),
            (rests && full, Refusal::BookFull),
            (post_only && continuous && self.meets(&order).is_some(), Refusal::WouldCross),
        ];
        first_broken(&rules)?;
        let before = self.clone();
        let placed = self.arrive(order, band);
        if order.time_in_force == TimeInForce::FillOrKill && placed.filled < order.quantity {
            *self = before;
            return Err(Refusal::NotFillable);
        }
        Ok(placed)
    }

    pub(crate) fn amend(
        &mut self,
        id: OrderId,
        price: Amount,
        quantity: u64,
        band: Band,
    ) -> Result<Placed, Refusal> {
        let index = self.position(id);
        self.form(quantity, price, index.and_then(|index| self.arrivals[index].display))?;
        let lowers = index.is_some_and(|index| {
            let before = &self.arrivals[index];
            price == before.price && quantity <= before.quantity
        });
        first_broken(&[(self.phase == Phase::Halted && !lowers, Refusal::Halted)])?;
        let index = index.ok_or(Refusal::UnknownOrder)?;
        let Resting { owner, side, price: old, quantity: rested, display, .. } =
            self.arrivals[index];
        if price == old && quantity <= rested {
            self.lower(index, quantity);
            return Ok(Placed { resting: quantity, ..Placed::default() });
        }
        self.arrivals.remove(index);
        let time_in_force = TimeInForce::GoodTillCancelled;
        Ok(self.arrive(Order { id, owner, side, quantity, price, time_in_force, display }, band))
    }

    /// Matches an admitted order and rests or cancels what is left.
    fn arrive(&mut self, order: Order, band: Band) -> Placed {
        let (mut placed, mut left) = (Placed::default(), order.quantity);
        while left > 0
            && self.phase == Phase::Continuous
            && let Some(index) = self.meets(&order)
        {
            let maker = self.arrivals[index];
            if maker.owner == order.owner {
                if self.terms.self_trade == SelfTrade::CancelIncoming {
                    placed.stopped_by = Some(maker.id);
                    break;
                }
                self.withdrawn.push(self.arrivals.remove(index));
                continue;
            }
            if maker.price < band.low || maker.price > band.high {
                placed.band_reached = true;
                self.phase = Phase::Auction;
                break;
            }
            let quantity = left.min(maker.shown);
            left -= quantity;
            let taker = (order.id, order.owner, left);
            self.trade(index, taker, maker.price, quantity);
        }
        placed.filled = order.quantity - left;
        if !rests(&order) || placed.stopped_by.is_some() {
            placed.cancelled = left;
        } else if left > 0 {
            placed.resting = left;
            let Order { id, owner, side, price, display, .. } = order;
            let shown = display.unwrap_or(left).min(left);
            self.arrivals.push(Resting { id, owner, side, quantity: left, price, display, shown });
        }
        placed
    }

    pub(crate) fn cancel(&mut self, id: OrderId) -> Option<Resting> {
        self.position(id).map(|index| self.arrivals.remove(index))
    }

    pub(crate) fn reduce(&mut self, id: OrderId, quantity: u64) -> Result<u64, Refusal> {
        self.form(quantity, self.terms.tick, None)?;
        let index = self.position(id).ok_or(Refusal::UnknownOrder)?;
        let rested = self.arrivals[index].quantity;
        first_broken(&[(quantity >= rested, Refusal::NotReduced)])?;
        self.lower(index, quantity);
        Ok(rested - quantity)
    }

    fn trade(
        &mut self,
        maker: usize,
        taker: (OrderId, PartyId, u64),
        price: Amount,
        quantity: u64,
    ) {
        let Resting { id: maker_id, owner: maker_owner, .. } = self.arrivals[maker];
        let (maker_remaining, maker) = (self.fill(maker, quantity), maker_id);
        let (taker, taker_owner, taker_remaining) = taker;
        self.fills.push(Fill {
            maker,
            maker_owner,
            taker,
            taker_owner,
            price,
            quantity,
            maker_remaining,
            taker_remaining,
        });
    }

    /// Bids, then asks, each in the order in which they would trade.
    pub(crate) fn orders(&self) -> Vec<Resting> {
        let of = |side| self.arrivals.iter().copied().filter(move |o| o.side == side);
        let (mut bids, mut asks): (Vec<_>, Vec<_>) =
            (of(Side::Buy).collect(), of(Side::Sell).collect());
        bids.sort_by_key(|o| Reverse(o.price));
        asks.sort_by_key(|o| o.price);
        bids.into_iter().chain(asks).collect()
    }

    fn form(&self, quantity: u64, price: Amount, display: Option<u64>) -> Result<(), Refusal> {
        let BookTerms { tick, lot, price_max, .. } = self.terms;
        let off = |d: u64| d == 0 || !d.is_multiple_of(lot) || d * SLICES_MAX < quantity;
        first_broken(&[
            (quantity == 0, Refusal::QuantityZero),
            (!quantity.is_multiple_of(lot), Refusal::OffLot),
            (price.is_zero(), Refusal::PriceZero),
            (!price.minor().is_multiple_of(tick.minor()), Refusal::OffTick),
            (price > price_max, Refusal::PriceAboveMax),
            (display.is_some_and(off), Refusal::OffDisplay),
        ])
    }

    pub(crate) fn position(&self, id: OrderId) -> Option<usize> {
        self.arrivals.iter().position(|o| o.id == id)
    }

    /// Where the first order is that `order` would trade with.
    fn meets(&self, order: &Order) -> Option<usize> {
        let first = self.orders().into_iter().find(|o| match order.side {
            Side::Buy => o.side == Side::Sell && o.price <= order.price,
            Side::Sell => o.side == Side::Buy && o.price >= order.price,
        })?;
        self.position(first.id)
    }

    /// An iceberg that shows its next slice arrives anew.
    fn fill(&mut self, index: usize, quantity: u64) -> u64 {
        let order = &mut self.arrivals[index];
        order.quantity -= quantity;
        order.shown -= quantity;
        let left = order.quantity;
        if order.shown == 0 {
            let mut order = self.arrivals.remove(index);
            order.shown = order.display.unwrap_or(0).min(left);
            self.arrivals.extend(Some(order).filter(|_| left > 0));
        }
        left
    }

    fn lower(&mut self, index: usize, quantity: u64) {
        let order = &mut self.arrivals[index];
        order.quantity = quantity;
        order.shown = order.shown.min(quantity);
    }
}

fn rests(order: &Order) -> bool {
    matches!(order.time_in_force, TimeInForce::GoodTillCancelled | TimeInForce::PostOnly)
}

fn first_broken(rules: &[(bool, Refusal)]) -> Result<(), Refusal> {
    rules.iter().find(|(broken, _)| *broken).map_or(Ok(()), |&(_, refusal)| Err(refusal))
}
