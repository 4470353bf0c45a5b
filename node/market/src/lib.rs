//! The order book of one series: who trades with whom, at which price, in which order.
//!
//! Decides by price, then by time. Deliberately does not know money, titles, fees, limits or
//! clocks: the venue sets money and coupons aside before it places an order, and moves them
//! when it reads the [`Fill`]s. Nothing here can fail half-way: an order is refused with a
//! [`Refusal`] before the book is touched, or it is carried out whole.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod book;
mod ladder;
mod order;
mod orders;
mod refusal;
mod snapshot;
mod terms;

pub use book::{Book, Depth};
pub use ladder::PriceLevel;
pub use order::{Fill, Order, Placed, Resting, Side, TimeInForce};
pub use refusal::Refusal;
pub use terms::{BookTerms, QUANTITY_MAX, SelfTrade};
