//! Clearing: obligations between settlement accounts, from affirmation to finality.
//!
//! One machine, used by a regional for the pools of its locals and by the federation for nodes
//! of different regions. It knows obligations, cycles and the house's own accounts; it does not
//! know trades, people or coupons. Cut-offs reach it as instants, never as local times.
//!
//! Source: protocols "A clearing cycle"; CPMI-IOSCO PFMI principles 8 (finality), 9 (money
//! settlements) and 12 (exchange of value).
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod cycle;
mod event;
mod house;
mod netting;
mod obligation;
mod refusal;

pub use cycle::{Cycle, PayIn, Phase, Schedule};
pub use event::ClearingEvent;
pub use house::{House, HousePayment};
pub use netting::{NetPosition, Positions, net};
pub use obligation::{Bundle, BundleRef, Obligation};
pub use refusal::HouseRefusal;

/// The most obligations one cycle holds; affirmations above it are refused.
pub const OBLIGATIONS_MAX: usize = 1_000_000;
