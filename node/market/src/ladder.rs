//! One side of a book: its prices from worst to best.

use crate::Side;
use crate::queues::LevelSlot;
use alloc::vec::Vec;
use gcfn_model::Amount;

/// The price levels of one side in a sorted array, the best last.
///
/// Orders come and go near the best price, so to add or drop a level moves few others; at
/// worst it moves one per resting order, which [`orders_max`](crate::BookTerms) bounds.
/// Rejected: an array over all ticks. It is faster still, but it needs a bounded price and
/// costs its whole range in each of thousands of books that are mostly empty.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    side: Side,
    ranks: Vec<Rank>,
    levels: Vec<LevelSlot>,
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
        Ladder { side, ranks: Vec::new(), levels: Vec::new() }
    }

    /// The best level.
    pub(crate) fn best(&self) -> Option<LevelSlot> {
        self.levels.last().copied()
    }

    /// The levels, best first.
    pub(crate) fn levels(&self) -> impl Iterator<Item = LevelSlot> + use<'_> {
        self.levels.iter().rev().copied()
    }

    /// The level at `price`.
    pub(crate) fn find(&self, price: Amount) -> Option<LevelSlot> {
        let index = self.search(price).ok()?;
        self.levels.get(index).copied()
    }

    /// Adds `level` at `price`, where there is none.
    pub(crate) fn insert(&mut self, price: Amount, level: LevelSlot) {
        let index = self.search(price).expect_err("there is no level at this price");
        self.ranks.insert(index, rank(self.side, price));
        self.levels.insert(index, level);
    }

    /// Drops the level at `price`.
    pub(crate) fn remove(&mut self, price: Amount) {
        let index = self.search(price).expect("there is a level at this price");
        self.ranks.remove(index);
        self.levels.remove(index);
    }

    /// Where the level at `price` is, or else belongs.
    fn search(&self, price: Amount) -> Result<usize, usize> {
        self.ranks.binary_search(&rank(self.side, price))
    }
}
