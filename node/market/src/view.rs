//! A book as it is seen from afar: a depth, kept up to date by changes.

use crate::{Depth, LevelChange, PriceLevel, Side};
use alloc::collections::BTreeMap;
use gcfn_model::Amount;

/// The visible book of one who cannot see the [`Book`](crate::Book) itself.
///
/// Starts from a [`Depth`] of all levels and applies the changes of every later call in the
/// order of their sequence. It then shows what the book's own depth shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookView {
    sequence: u64,
    bids: BTreeMap<Amount, PriceLevel>,
    asks: BTreeMap<Amount, PriceLevel>,
}

/// Changes are missing between those that were applied and those that came. Nothing is applied;
/// ask for a new depth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("changes {expected} are missing before changes {found}")]
pub struct Gap {
    /// The sequence that comes next.
    pub expected: u64,
    /// The sequence that came.
    pub found: u64,
}

impl From<Depth> for BookView {
    fn from(depth: Depth) -> BookView {
        let by_price = |level: PriceLevel| (level.price, level);
        BookView {
            sequence: depth.sequence,
            bids: depth.bids.into_iter().map(by_price).collect(),
            asks: depth.asks.into_iter().map(by_price).collect(),
        }
    }
}

impl BookView {
    /// Applies the changes of the call that took the book to `sequence`. Changes that the depth
    /// had already seen are passed over, so one may subscribe first and ask for it then.
    ///
    /// # Errors
    /// [`Gap`] when changes before these have not been applied.
    pub fn apply(&mut self, sequence: u64, changes: &[LevelChange]) -> Result<(), Gap> {
        if sequence <= self.sequence {
            return Ok(());
        }
        let expected = self.sequence.saturating_add(1);
        if sequence != expected {
            return Err(Gap { expected, found: sequence });
        }
        self.sequence = sequence;
        for &LevelChange { side, price, quantity, orders } in changes {
            let levels = match side {
                Side::Buy => &mut self.bids,
                Side::Sell => &mut self.asks,
            };
            match orders {
                0 => levels.remove(&price),
                orders => levels.insert(price, PriceLevel { price, quantity, orders }),
            };
        }
        Ok(())
    }

    /// The last changes that were applied.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The best `levels` of both sides.
    #[must_use]
    pub fn depth(&self, levels: usize) -> Depth {
        let bids = self.bids.values().rev();
        Depth {
            sequence: self.sequence,
            bids: bids.take(levels).copied().collect(),
            asks: self.asks.values().take(levels).copied().collect(),
        }
    }
}
