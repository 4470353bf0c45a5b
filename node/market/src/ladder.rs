//! One side of a book: its prices from worst to best, and the queue at each.

use crate::orders::{Linked, NONE, Orders, Slot};
use crate::{Resting, Side};
use alloc::vec::Vec;
use gcfn_model::Amount;
use serde::{Deserialize, Serialize};

/// What rests at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLevel {
    /// The price.
    pub price: Amount,
    /// The sum of what rests, in coupons.
    pub quantity: u64,
    /// How many orders rest.
    pub orders: u32,
}

/// The price levels of one side in a sorted array, the best last.
///
/// Orders come and go near the best price, so to add or drop a level moves few others; at
/// worst it moves one per resting order, which [`orders_max`](crate::BookTerms) bounds.
/// Rejected: an array over all ticks. It is faster still, but it needs a bounded price and
/// costs its whole range in each of thousands of books that are mostly empty.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    side: Side,
    levels: Vec<Level>,
}

/// The queue of orders at one price, oldest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    rank: Rank,
    quantity: u64,
    orders: u32,
    oldest: Slot,
    newest: Slot,
}

/// How good a price is for the other side: the higher, the sooner it trades. A bid's rank is
/// its price; an ask's is the price with every bit flipped, so a lower price has more.
type Rank = u64;

const fn rank(side: Side, price: Amount) -> Rank {
    match side {
        Side::Buy => price.minor(),
        Side::Sell => !price.minor(),
    }
}

impl Ladder {
    pub(crate) const fn new(side: Side) -> Ladder {
        Ladder { side, levels: Vec::new() }
    }

    /// The order that trades next, if it trades at `limit` or better.
    pub(crate) fn next(&self, limit: Amount) -> Option<Slot> {
        let best = self.levels.last()?;
        (rank(self.side, limit) <= best.rank).then_some(best.oldest)
    }

    /// The best price.
    pub(crate) fn best(&self, orders: &Orders) -> Option<Amount> {
        self.levels.last().map(|level| level.price(orders))
    }

    /// The levels, best first.
    pub(crate) fn levels(&self, orders: &Orders) -> impl Iterator<Item = PriceLevel> {
        self.levels.iter().rev().map(|level| PriceLevel {
            price: level.price(orders),
            quantity: level.quantity,
            orders: level.orders,
        })
    }

    /// The orders in the order in which they trade.
    pub(crate) fn queue<'a>(&self, orders: &'a Orders) -> impl Iterator<Item = &'a Resting> {
        let first = self.levels.iter().rev().map(|level| level.oldest);
        let newer = |&slot: &Slot| Some(orders.at(slot).newer).filter(|&slot| slot != NONE);
        first
            .flat_map(move |oldest| core::iter::successors(Some(oldest), newer))
            .map(|slot| &orders.at(slot).order)
    }

    /// Puts `order` behind the others at its price.
    pub(crate) fn push(&mut self, orders: &mut Orders, order: Resting) {
        let rank = rank(self.side, order.price);
        let index = match self.search(rank) {
            Ok(index) => index,
            Err(index) => {
                let empty = Level { rank, quantity: 0, orders: 0, oldest: NONE, newest: NONE };
                self.levels.insert(index, empty);
                index
            }
        };
        let level = self.levels.get_mut(index).expect("found or inserted");
        let slot = orders.insert(order, level.newest);
        match level.newest {
            NONE => level.oldest = slot,
            older => orders.at_mut(older).newer = slot,
        }
        level.newest = slot;
        level.quantity = level.quantity.checked_add(order.quantity).expect("2^20 * 10^12 fits");
        level.orders = level.orders.checked_add(1).expect("a book has at most 2^20 orders");
    }

    /// Takes `quantity` of what rests in `slot`, for a fill, a reduction or a cancellation.
    /// An order of which nothing is left leaves the book.
    pub(crate) fn take(&mut self, orders: &mut Orders, slot: Slot, quantity: u64) {
        let order = &mut orders.at_mut(slot).order;
        order.quantity = order.quantity.checked_sub(quantity).expect("no more than what rests");
        let (price, left) = (order.price, order.quantity);

        let index = self.search(rank(self.side, price)).expect("an order has a level");
        let level = self.levels.get_mut(index).expect("found");
        level.quantity = level.quantity.checked_sub(quantity).expect("a level is a sum");
        if left == 0 {
            level.unlink(orders, slot);
            orders.remove(slot);
            if level.orders == 0 {
                self.levels.remove(index);
            }
        }
    }

    /// Where the level of `rank` is, or else belongs.
    fn search(&self, rank: Rank) -> Result<usize, usize> {
        self.levels.binary_search_by_key(&rank, |level| level.rank)
    }
}

impl Level {
    fn price(&self, orders: &Orders) -> Amount {
        orders.at(self.oldest).order.price
    }

    /// Joins the neighbours of `slot`, which leaves this queue.
    fn unlink(&mut self, orders: &mut Orders, slot: Slot) {
        let &Linked { older, newer, .. } = orders.at(slot);
        match older {
            NONE => self.oldest = newer,
            older => orders.at_mut(older).newer = newer,
        }
        match newer {
            NONE => self.newest = older,
            newer => orders.at_mut(newer).older = older,
        }
        self.orders = self.orders.checked_sub(1).expect("the order was counted");
    }
}
