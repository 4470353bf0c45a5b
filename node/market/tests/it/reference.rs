//! The book as a list of orders in order of arrival: slow, and too short to be wrong.

use gcfn_market::{BookTerms, Fill, Order, Placed, Refusal, Resting, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, OrderId};
use std::cmp::Reverse;

pub(crate) struct Reference {
    pub(crate) terms: BookTerms,
    pub(crate) arrivals: Vec<Resting>,
}

impl Reference {
    pub(crate) fn place(&mut self, order: Order) -> Result<(Placed, Vec<Fill>), Refusal> {
        let whole = order.quantity;
        self.form(order.quantity, order.price)?;
        let rests =
            matches!(order.time_in_force, TimeInForce::GoodTillCancelled | TimeInForce::PostOnly);
        if self.arrivals.iter().any(|o| o.id == order.id) {
            return Err(Refusal::DuplicateId);
        }
        if rests && self.arrivals.len() >= self.terms.orders_max as usize {
            return Err(Refusal::BookFull);
        }
        if order.time_in_force == TimeInForce::PostOnly && self.meets(&order).is_some() {
            return Err(Refusal::WouldCross);
        }

        let before = self.arrivals.clone();
        let (mut placed, mut fills, mut left) = (Placed::default(), Vec::new(), whole);
        while left > 0
            && let Some(index) = self.meets(&order)
        {
            let maker = self.arrivals[index];
            if maker.owner == order.owner {
                if self.terms.self_trade == SelfTrade::CancelIncoming {
                    placed.stopped_by = Some(maker.id);
                    break;
                }
                placed.withdrawn.push(self.arrivals.remove(index));
                continue;
            }
            let quantity = left.min(maker.quantity);
            left -= quantity;
            let maker_remaining = maker.quantity - quantity;
            self.keep(index, maker_remaining);
            let (taker, price) = (order.id, maker.price);
            let (maker, maker_owner) = (maker.id, maker.owner);
            fills.push(Fill { maker, maker_owner, taker, price, quantity, maker_remaining });
        }
        if order.time_in_force == TimeInForce::FillOrKill && left > 0 {
            self.arrivals = before;
            return Err(Refusal::NotFillable);
        }
        placed.filled = whole - left;
        if rests && placed.stopped_by.is_none() {
            placed.resting = left;
            let Order { id, owner, side, price, .. } = order;
            self.arrivals.push(Resting { id, owner, side, quantity: left, price });
            self.arrivals.retain(|o| o.quantity > 0);
        } else {
            placed.cancelled = left;
        }
        Ok((placed, fills))
    }

    pub(crate) fn cancel(&mut self, id: OrderId) -> Option<Resting> {
        let index = self.arrivals.iter().position(|o| o.id == id)?;
        Some(self.arrivals.remove(index))
    }

    pub(crate) fn reduce(&mut self, id: OrderId, quantity: u64) -> Result<u64, Refusal> {
        self.form(quantity, self.terms.tick)?;
        let index = self.arrivals.iter().position(|o| o.id == id);
        let index = index.ok_or(Refusal::UnknownOrder)?;
        let rested = self.arrivals[index].quantity;
        if quantity >= rested {
            return Err(Refusal::NotReduced);
        }
        self.keep(index, quantity);
        Ok(rested - quantity)
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

    fn form(&self, quantity: u64, price: Amount) -> Result<(), Refusal> {
        let BookTerms { tick, lot, price_max, .. } = self.terms;
        let rules = [
            (quantity == 0, Refusal::QuantityZero),
            (!quantity.is_multiple_of(lot), Refusal::OffLot),
            (price.is_zero(), Refusal::PriceZero),
            (!price.minor().is_multiple_of(tick.minor()), Refusal::OffTick),
            (price > price_max, Refusal::PriceAboveMax),
        ];
        rules.into_iter().find(|(broken, _)| *broken).map_or(Ok(()), |(_, refusal)| Err(refusal))
    }

    /// Where the first order is that `order` would trade with.
    fn meets(&self, order: &Order) -> Option<usize> {
        let first = self.orders().into_iter().find(|o| match order.side {
            Side::Buy => o.side == Side::Sell && o.price <= order.price,
            Side::Sell => o.side == Side::Buy && o.price >= order.price,
        })?;
        self.arrivals.iter().position(|o| o.id == first.id)
    }

    fn keep(&mut self, index: usize, quantity: u64) {
        self.arrivals[index].quantity = quantity;
        if quantity == 0 {
            self.arrivals.remove(index);
        }
    }
}
