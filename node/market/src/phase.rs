//! When a book matches, and at which prices.

use gcfn_model::Amount;
use serde::{Deserialize, Serialize};

/// What a book does with the orders that come (TRD-11).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Phase {
    /// It matches each as it comes. The book is not crossed.
    #[default]
    Continuous,
    /// It collects them: nothing trades before [`Book::uncross`](crate::Book::uncross), and
    /// the book may be crossed.
    Auction,
    /// It takes none. Orders may leave or be reduced.
    Halted,
}

/// The prices between which an incoming order may execute, both included (TRD-33).
///
/// The venue sets it, from the last price and its rules; the book only keeps to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Band {
    /// The lowest price.
    pub low: Amount,
    /// The highest price.
    pub high: Amount,
}

impl Band {
    /// Any price.
    pub const NONE: Band = Band { low: Amount::ZERO, high: Amount::MAX };

    /// Whether an order may execute at `price`.
    #[must_use]
    pub fn holds(&self, price: Amount) -> bool {
        self.low <= price && price <= self.high
    }
}
