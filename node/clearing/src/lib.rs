//! Clearing: obligations between settlement accounts, from affirmation to finality.
//!
//! One machine, used by a regional for the pools of its locals and by the federation for nodes
//! of different regions. It knows obligations, cycles and the house's own accounts; it does not
//! know trades, people or coupons. Cut-offs reach it as instants, never as local times.
//!
//! One file per idea: `obligation` and `volume` say what may enter; `house` takes affirmations and
//! moves cycles on; `netting`, `pay_in`, `settlement`, `pay_out` and `reconciliation` are the
//! phases of a `cycle` in their order.
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
mod pay_in;
mod pay_out;
mod reconciliation;
mod refusal;
mod settlement;
mod volume;

pub use cycle::{Cycle, PayIn, Phase, Schedule};
pub use event::ClearingEvent;
pub use house::{House, HousePayment};
pub use netting::{NetPosition, Positions, net};
pub use obligation::{Bundle, BundleRef, Obligation};
pub use refusal::HouseRefusal;
