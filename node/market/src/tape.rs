//! What a book writes down as it changes: for those who settle, and for those who watch.

use crate::{Fill, Resting, Side};
use alloc::vec::Vec;
use gcfn_model::Amount;
use serde::{Deserialize, Serialize};

/// The record of one or more calls. The caller owns it and clears it; a tape that is used again
/// does not allocate.
///
/// Each call appends. What a refused call was asked is nowhere in it.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// What was traded, in the order of execution.
    pub fills: Vec<Fill>,
    /// What the price levels that a call touched have become, each level at most once a call.
    pub levels: Vec<LevelChange>,
    /// The orders that left the book instead of trading with their own owner: what was set
    /// aside for them is free.
    pub withdrawn: Vec<Resting>,
    /// Where the present call begins in `levels`.
    call: usize,
}

/// What can be seen of one price level after a call: the whole of it, not the difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelChange {
    /// Bids or asks.
    pub side: Side,
    /// The price.
    pub price: Amount,
    /// The sum of what is shown, in coupons: zero when the level is gone.
    pub quantity: u64,
    /// How many orders rest: zero when the level is gone.
    pub orders: u32,
}

impl Tape {
    /// An empty tape.
    #[must_use]
    pub const fn new() -> Tape {
        Tape { fills: Vec::new(), levels: Vec::new(), withdrawn: Vec::new(), call: 0 }
    }

    /// Forgets what was written and keeps the room for more.
    pub fn clear(&mut self) {
        self.fills.clear();
        self.levels.clear();
        self.withdrawn.clear();
        self.call = 0;
    }

    /// A call begins.
    pub(crate) fn begin(&mut self) {
        self.call = self.levels.len();
    }

    /// A level has become `change`. Calls touch one level after the other, so it is either the
    /// last that was written or a new one.
    #[inline]
    pub(crate) fn show(&mut self, change: LevelChange) {
        let in_call = self.call < self.levels.len();
        match self.levels.last_mut().filter(|last| in_call && last.is_of(&change)) {
            Some(last) => *last = change,
            None => self.levels.push(change),
        }
    }

    /// Whether the present call has touched a level.
    pub(crate) const fn has_changes(&self) -> bool {
        self.call < self.levels.len()
    }

    /// Replaces the changes of the present call.
    pub(crate) fn show_instead(&mut self, changes: impl IntoIterator<Item = LevelChange>) {
        self.levels.truncate(self.call);
        self.levels.extend(changes);
    }
}

impl LevelChange {
    /// Whether both are of the same level.
    fn is_of(&self, other: &LevelChange) -> bool {
        self.side == other.side && self.price == other.price
    }
}
