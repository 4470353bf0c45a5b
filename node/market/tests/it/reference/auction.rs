//! The end of an auction: every tick is tried.

use super::Reference;
use gcfn_market::{Phase, Resting, Side, Uncrossed};
use gcfn_model::Amount;
use std::cmp::Reverse;

impl Reference {
    pub(crate) fn uncross(&mut self, reference: Option<Amount>) -> Option<Uncrossed> {
        if self.phase != Phase::Auction {
            return None;
        }
        let mut orders = self.orders();
        let asks: Vec<Resting> = orders.iter().copied().filter(|o| o.side == Side::Sell).collect();
        let own = |o: &Resting| asks.iter().any(|a| a.owner == o.owner && a.price <= o.price);
        orders.retain(|o| o.side == Side::Buy && own(o));
        self.arrivals.retain(|o| !orders.contains(o));
        self.withdrawn.extend(orders);

        let ticks = (1..=self.terms.price_max.minor()).filter_map(Amount::from_minor);
        let ticks = ticks.filter(|p| p.minor().is_multiple_of(self.terms.tick.minor()));
        let sums = |price| {
            let of = |side| self.arrivals.iter().filter(move |o| o.side == side);
            let demand: u64 = of(Side::Buy).filter(|o| o.price >= price).map(|o| o.quantity).sum();
            let supply: u64 = of(Side::Sell).filter(|o| o.price <= price).map(|o| o.quantity).sum();
            (price, demand, supply)
        };
        let all: Vec<(Amount, u64, u64)> = ticks.map(sums).collect();
        let rank = |&(_, demand, supply): &(Amount, u64, u64)| {
            (demand.min(supply), Reverse(demand.abs_diff(supply)))
        };
        let top = all.iter().map(rank).max().filter(|(traded, _)| *traded > 0)?;
        let best = || all.iter().filter(|row| rank(row) == top);
        let far = |p: &Amount| reference.map(|reference| p.minor().abs_diff(reference.minor()));
        let price = if best().all(|(_, demand, supply)| demand > supply) {
            best().map(|row| row.0).max()
        } else if best().all(|(_, demand, supply)| demand < supply) {
            best().map(|row| row.0).min()
        } else {
            best().map(|row| row.0).min_by_key(|price| (far(price), *price))
        }?;
        self.execute_at(price, top.0);
        Some(Uncrossed { price, quantity: top.0 })
    }

    fn execute_at(&mut self, price: Amount, mut left: u64) {
        while left > 0 {
            let head = |side| self.orders().into_iter().find(|o| o.side == side).unwrap();
            let (bid, ask) = (head(Side::Buy), head(Side::Sell));
            let quantity = left.min(bid.shown).min(ask.shown);
            left -= quantity;
            let taker = (bid.id, bid.owner, bid.quantity - quantity);
            self.trade(self.position(ask.id).unwrap(), taker, price, quantity);
            self.fill(self.position(bid.id).unwrap(), quantity);
        }
    }
}
