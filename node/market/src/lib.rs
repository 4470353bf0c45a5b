//! The order book of one series: who trades with whom, at which price, in which order.
//!
//! Decides by price, then by time. Deliberately does not know money, titles, fees, limits or
//! clocks: the venue sets money and coupons aside before it places an order, and moves them
//! when it reads the [`Fill`]s. Nothing here can fail half-way: an order is refused with a
//! [`Refusal`] before the book is touched, or it is carried out whole.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod auction;
mod book;
mod ladder;
mod matching;
mod order;
mod orders;
mod phase;
mod queues;
mod refusal;
mod snapshot;
mod tape;
mod terms;
mod view;

pub use auction::Uncrossed;
pub use book::{Book, Depth, PriceLevel};
pub use order::{Fill, Order, Placed, Resting, Side, Ticket, TimeInForce};
pub use phase::{Band, Phase};
pub use refusal::Refusal;
pub use tape::{LevelChange, Tape};
pub use terms::{BookTerms, QUANTITY_MAX, SLICES_MAX, SelfTrade};
pub use view::{BookView, Gap};
