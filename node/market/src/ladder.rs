//! One side of a book: its prices from worst to best.

use crate::Side;
use crate::queues::LevelSlot;
use alloc::vec::Vec;
use gcfn_model::Amount;

/// The price levels of one side in a sorted array, the best last, and a shortcut to them by
/// price.
///
/// Orders come and go near the best price, so to add or drop a level moves few others; at
/// worst it moves one per resting order, which [`orders_max`](crate::BookTerms) bounds.
/// Rejected: an array over all ticks. It needs a bounded price and costs its whole range in
/// each of thousands of books that are mostly empty.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    /// Which bits of a price its rank has the other way round.
    flip: Rank,
    rungs: Vec<Rung>,
    /// The last level that fell on each place, among those that are in the ladder: most prices
    /// are found here at once, and those that share a place are searched for in `rungs`. As
    /// many as a power of two, at least twice the levels.
    shortcuts: Vec<Rung>,
}

/// A price with its level.
#[derive(Clone, Copy, Debug)]
struct Rung {
    rank: Rank,
    level: LevelSlot,
}

/// How good a price is for the other side: the higher, the sooner it trades. A bid's rank is
/// its price; an ask's is the price with every bit flipped, so a lower price has more.
type Rank = u64;

/// No price has the rank zero: a price is neither zero nor has it every bit set.
const VACANT: Rung = Rung { rank: 0, level: LevelSlot::MAX };

impl Ladder {
    pub(crate) const fn new(side: Side) -> Ladder {
        let flip = match side {
            Side::Buy => 0,
            Side::Sell => Rank::MAX,
        };
        Ladder { flip, rungs: Vec::new(), shortcuts: Vec::new() }
    }

    /// Not a choice by side, so that the processor has nothing to guess.
    const fn rank(&self, price: Amount) -> Rank {
        price.minor() ^ self.flip
    }

    /// The best level.
    pub(crate) fn best(&self) -> Option<LevelSlot> {
        self.rungs.last().map(|rung| rung.level)
    }

    /// The best level, if it trades at `limit` or better.
    #[inline]
    pub(crate) fn best_within(&self, limit: Amount) -> Option<LevelSlot> {
        let best = self.rungs.last()?;
        (self.rank(limit) <= best.rank).then_some(best.level)
    }

    /// The levels, best first.
    pub(crate) fn levels(&self) -> impl Iterator<Item = LevelSlot> + use<'_> {
        self.rungs.iter().rev().map(|rung| rung.level)
    }

    /// The level at `price`, or where one belongs.
    #[inline]
    pub(crate) fn find(&self, price: Amount) -> Result<LevelSlot, usize> {
        let rank = self.rank(price);
        match self.shortcuts.get(self.place(rank)) {
            Some(shortcut) if shortcut.rank == rank => Ok(shortcut.level),
            _ => {
                let index = self.search(rank)?;
                Ok(self.rungs.get(index).expect("found").level)
            }
        }
    }

    /// Adds `level` at `price`, which belongs at `index`.
    #[inline]
    pub(crate) fn insert(&mut self, index: usize, price: Amount, level: LevelSlot) {
        let rung = Rung { rank: self.rank(price), level };
        self.rungs.insert(index, rung);
        if self.shortcuts.len() < self.rungs.len().saturating_mul(2) {
            self.grow();
        } else {
            self.cut_short(rung);
        }
    }

    /// Drops the level at `price`.
    #[inline]
    pub(crate) fn remove(&mut self, price: Amount) {
        let rank = self.rank(price);
        if self.rungs.last().is_some_and(|best| best.rank == rank) {
            self.rungs.pop();
        } else {
            let index = self.search(rank).expect("there is a level at this price");
            self.rungs.remove(index);
        }
        let place = self.place(rank);
        if let Some(shortcut) = self.shortcuts.get_mut(place).filter(|known| known.rank == rank) {
            *shortcut = VACANT;
        }
    }

    /// Where the level of `rank` is, or else belongs.
    fn search(&self, rank: Rank) -> Result<usize, usize> {
        match self.rungs.last() {
            Some(best) if rank <= best.rank => {
                self.rungs.binary_search_by_key(&rank, |rung| rung.rank)
            }
            _ => Err(self.rungs.len()),
        }
    }

    /// Doubles the number of shortcuts.
    fn grow(&mut self) {
        let doubled = self.shortcuts.len().saturating_mul(2).max(4);
        self.shortcuts = alloc::vec![VACANT; doubled];
        for index in 0..self.rungs.len() {
            let rung = *self.rungs.get(index).expect("in range");
            self.cut_short(rung);
        }
    }

    fn cut_short(&mut self, rung: Rung) {
        let place = self.place(rung.rank);
        *self.shortcuts.get_mut(place).expect("there are shortcuts once there are levels") = rung;
    }

    /// Where the shortcut to `rank` is: neighbouring ranks are spread by the golden ratio.
    fn place(&self, rank: Rank) -> usize {
        let spread = rank.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let last = self.shortcuts.len().wrapping_sub(1);
        usize::try_from(spread).expect("32 bits fit") & last
    }
}
