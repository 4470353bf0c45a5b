//! Why a book does not do what it was asked.

use serde::{Deserialize, Serialize};

/// The answer to an order that the book does not take. The book is unchanged.
///
/// One request has one answer on every replica: the form comes first (1 to 6, then 13), then
/// the phase (14, 15), then the others in the order of their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum Refusal {
    /// Send a quantity of at least one lot.
    #[error("quantity is zero")]
    QuantityZero = 1,
    /// Round the quantity to a multiple of the book's lot.
    #[error("quantity is not a multiple of the lot")]
    OffLot = 2,
    /// Send a price of at least one tick.
    #[error("price is zero")]
    PriceZero = 3,
    /// Round the price to a multiple of the book's tick.
    #[error("price is not a multiple of the tick")]
    OffTick = 4,
    /// Lower the price: coupons of this book never trade above its highest price.
    #[error("price is above the highest price of the book")]
    PriceAboveMax = 5,
    /// Split the order: its quantity or its value is above what one order may have.
    #[error("order is larger than one order may be")]
    TooLarge = 6,
    /// Nothing to do for who sends orders: it says that a book which is read back has an order twice.
    #[error("an order with this id rests in the book")]
    DuplicateId = 7,
    /// Send the order without resting it, or wait until others have left.
    #[error("book holds as many orders as it may")]
    BookFull = 8,
    /// Move the price away from the other side, or allow the order to take.
    #[error("post-only order would trade at once")]
    WouldCross = 9,
    /// Lower the quantity, better the price, or accept a partial fill.
    #[error("fill-or-kill order cannot be filled whole")]
    NotFillable = 10,
    /// Nothing to do: the order was filled, was cancelled or never rested.
    #[error("no order with this id rests in the book")]
    UnknownOrder = 11,
    /// Send a smaller quantity; to add to an order, place another.
    #[error("new quantity is not below what rests")]
    NotReduced = 12,
    /// Show whole lots, and at least a twentieth of the quantity at a time.
    #[error("display is not whole lots or less than a twentieth of the quantity")]
    OffDisplay = 13,
    /// Wait until the book takes orders again; cancel or reduce what rests if it cannot wait.
    #[error("book is halted")]
    Halted = 14,
    /// Send an order that may rest: nothing trades before the auction ends.
    #[error("book is in an auction, where orders rest")]
    MustRest = 15,
    /// Uncross the book first.
    #[error("book is crossed")]
    Crossed = 16,
}
