//! The end of an auction: one price, at which the most trades (TRD-11).

use crate::orders::Slot;
use crate::queues::LevelSlot;
use crate::{Book, Fill, LevelChange, Phase, Side, Tape};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::{Amount, PartyId};
use serde::{Deserialize, Serialize};

/// What an auction executes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Uncrossed {
    /// The price of every fill.
    pub price: Amount,
    /// How many coupons change hands: never zero.
    pub quantity: u64,
}

/// A run of neighbouring prices at which the same would be bought and sold.
#[derive(Clone, Copy, Debug)]
struct Prices {
    low: Amount,
    high: Amount,
    /// What buyers want at `low`; less is wanted at `high` only if as much is left over.
    demand: u64,
    supply: u64,
    /// The demand and supply at `high`.
    demand_high: u64,
    supply_high: u64,
}

impl Book {
    /// Ends an auction: fills the orders that accept the one price, in price-time priority and
    /// with all their quantity, shown or not. The book is then not crossed, and still in the
    /// auction. Does nothing in another phase.
    ///
    /// The price is one tick among all, not only one that an order names:
    /// 1. at which the most coupons trade;
    /// 2. of those, at which the fewest are left over on the side that wants more;
    /// 3. of those, the highest if buyers are left over at each, the lowest if sellers are;
    /// 4. else the nearest to `reference`, and the lower of two as near; the lowest without one.
    ///
    /// Nobody trades with themselves (TRD-28): a bid at or above an ask of its own owner leaves
    /// the book before the price is found, and is on the tape as withdrawn. The ask stays: it
    /// may be an issuer's whole offer. Who bids below their asks cannot meet them at one price.
    ///
    /// Looks at every order that is crossed.
    pub fn uncross(&mut self, reference: Option<Amount>, tape: &mut Tape) -> Option<Uncrossed> {
        if self.phase != Phase::Auction {
            return None;
        }
        tape.begin();
        let before = self.crossed();
        let own = self.bids_on_own_asks();
        let uncrossed = self.clearing(&own, reference);
        for &slot in &own {
            let bid = self.withdraw(slot, tape);
            tape.withdrawn.push(bid);
        }
        if let Some(uncrossed) = uncrossed {
            self.execute_at(uncrossed, tape);
        }
        if tape.has_changes() {
            self.advance();
        }
        // Levels were touched in turns; each is shown once.
        let now = before.iter().map(|level| self.level_now(level.side, level.price));
        tape.show_instead(now.zip(&before).filter(|(now, before)| now != *before).map(|(n, _)| n));
        uncrossed
    }

    /// What [`Book::uncross`] would execute now. Looks at every order that is crossed.
    #[must_use]
    pub fn indicative(&self, reference: Option<Amount>) -> Option<Uncrossed> {
        self.clearing(&self.bids_on_own_asks(), reference)
    }

    /// The levels of both sides that the other side reaches, best first, bids first.
    fn crossed(&self) -> Vec<LevelChange> {
        let levels = [Side::Buy, Side::Sell].into_iter().flat_map(|side| {
            self.crossed_on(side).map(move |level| self.queues.level(level).change(side))
        });
        levels.collect()
    }

    /// The levels of `side` that the other side reaches, best first.
    fn crossed_on(&self, side: Side) -> impl Iterator<Item = LevelSlot> + use<'_> {
        let (bid, ask) = (self.best_bid(), self.best_ask());
        let reached = move |price| match side {
            Side::Buy => ask.is_some_and(|ask| ask <= price),
            Side::Sell => bid.is_some_and(|bid| price <= bid),
        };
        let levels = self.ladder(side).levels();
        levels.take_while(move |&level| reached(self.queues.level(level).price))
    }

    /// The bids at or above an ask of their own owner, in priority order.
    fn bids_on_own_asks(&self) -> Vec<Slot> {
        let orders = self.queues.orders();
        let crossed_on = |side| self.crossed_on(side).flat_map(|level| self.queues.queue(level));
        let mut lowest_asks = BTreeMap::<PartyId, Amount>::new();
        for ask in crossed_on(Side::Sell).map(|slot| orders.at(slot)) {
            lowest_asks.entry(ask.owner).or_insert(ask.price);
        }
        let on_own = |&slot: &Slot| {
            let bid = orders.at(slot);
            lowest_asks.get(&bid.owner).is_some_and(|&ask| ask <= bid.price)
        };
        crossed_on(Side::Buy).filter(on_own).collect()
    }

    /// The price, and how much trades there, once the bids in `without` have left.
    fn clearing(&self, without: &[Slot], reference: Option<Amount>) -> Option<Uncrossed> {
        let best = self.best_prices(&self.interest(without))?;
        let price = if best.supply_high < best.demand_high {
            best.high
        } else if best.demand < best.supply {
            best.low
        } else {
            reference.map_or(best.low, |reference| self.nearest(reference, best))
        };
        Some(Uncrossed { price, quantity: best.traded() })
    }

    /// What is bid and what is asked at each crossed price, without the bids in `without`.
    fn interest(&self, without: &[Slot]) -> BTreeMap<Amount, (u64, u64)> {
        let mut interest = BTreeMap::<Amount, (u64, u64)>::new();
        for level in self.crossed_on(Side::Buy).map(|level| self.queues.level(level)) {
            interest.entry(level.price).or_default().0 = level.quantity;
        }
        for level in self.crossed_on(Side::Sell).map(|level| self.queues.level(level)) {
            interest.entry(level.price).or_default().1 = level.quantity;
        }
        for bid in without.iter().map(|&slot| self.queues.orders().at(slot)) {
            let (bids, _) = interest.entry(bid.price).or_default();
            *bids = bids.saturating_sub(bid.quantity);
        }
        interest
    }

    /// The prices at which the most trades and the least is left over, if anything trades.
    ///
    /// Walks up the prices: as they rise, sellers join and buyers leave. So the best prices are
    /// one run, and what is left over of the buyers only falls along it.
    fn best_prices(&self, interest: &BTreeMap<Amount, (u64, u64)>) -> Option<Prices> {
        let tick = self.terms.tick;
        let bids = interest.values().map(|&(bid, _)| bid);
        let (mut demand, mut supply) = (bids.fold(0, u64::saturating_add), 0u64);
        let mut best: Option<Prices> = None;
        let mut last: Option<Amount> = None;
        for (&price, &(bid, ask)) in interest {
            let above_last = last.and_then(|last| last.checked_add(tick));
            let below_this = price.checked_sub(tick);
            if let Some((low, high)) = above_last.zip(below_this).filter(|(low, high)| low <= high)
            {
                best = Prices::better(best, Prices::at(low, high, demand, supply));
            }
            supply = supply.saturating_add(ask);
            best = Prices::better(best, Prices::at(price, price, demand, supply));
            demand = demand.saturating_sub(bid);
            last = Some(price);
        }
        best.filter(|best| 0 < best.traded())
    }

    /// The tick of `prices` that is nearest to `reference`, the lower of two as near.
    fn nearest(&self, reference: Amount, prices: Prices) -> Amount {
        let tick = self.terms.tick;
        let reference = reference.clamp(prices.low, prices.high);
        let over = reference.minor().checked_rem(tick.minor()).unwrap_or(0);
        let under = tick.minor().saturating_sub(over);
        let floor = Amount::from_minor(reference.minor().saturating_sub(over));
        let floor = floor.expect("lower than an amount");
        let next = floor.checked_add(tick).filter(|_| over != 0 && under < over);
        next.unwrap_or(floor)
    }

    /// Fills the best orders of both sides with each other, at one price.
    fn execute_at(&mut self, uncrossed: Uncrossed, tape: &mut Tape) {
        let Uncrossed { price, quantity: mut left } = uncrossed;
        while 0 < left {
            let [bid_slot, ask_slot] = [Side::Buy, Side::Sell].map(|side| {
                let level = self.ladder(side).best().expect("both sides have what trades");
                self.queues.level(level).oldest
            });
            let [bid, ask] = [bid_slot, ask_slot].map(|slot| *self.queues.orders().at(slot));
            let quantity = left.min(bid.shown).min(ask.shown);
            left = left.saturating_sub(quantity);
            let maker_remaining = self.fill(ask_slot, quantity, tape);
            let taker_remaining = self.fill(bid_slot, quantity, tape);
            tape.fills.push(Fill {
                maker: ask.id,
                maker_owner: ask.owner,
                taker: bid.id,
                taker_owner: bid.owner,
                price,
                quantity,
                maker_remaining,
                taker_remaining,
            });
        }
    }
}

impl Prices {
    const fn at(low: Amount, high: Amount, demand: u64, supply: u64) -> Prices {
        Prices { low, high, demand, supply, demand_high: demand, supply_high: supply }
    }

    /// What changes hands.
    fn traded(&self) -> u64 {
        self.demand.min(self.supply)
    }

    /// What is left over.
    const fn surplus(&self) -> u64 {
        self.demand.abs_diff(self.supply)
    }

    /// The better of `best` and the prices `next` above it, or both if they are as good.
    fn better(best: Option<Prices>, next: Prices) -> Option<Prices> {
        let Some(best) = best else { return Some(next) };
        let ahead = next.traded().cmp(&best.traded());
        let ahead = ahead.then(best.surplus().cmp(&next.surplus()));
        Some(match ahead {
            core::cmp::Ordering::Less => best,
            core::cmp::Ordering::Greater => next,
            core::cmp::Ordering::Equal => {
                let Prices { high, demand_high, supply_high, .. } = next;
                Prices { high, demand_high, supply_high, ..best }
            }
        })
    }
}
