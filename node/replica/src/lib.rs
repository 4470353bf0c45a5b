//! What the cell of a trading node replicates: the venue, its mailbox and its epochs, bound.
//!
//! The venue decides; the mailbox carries what it says to other nodes, once and in order; the
//! epochs make everything that happened provable. They do not know each other: this crate hands
//! the venue's `Sent` events to the mailbox, envelopes that arrive to the venue, and every event
//! to the epochs. A regulator re-executes exactly this machine.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod command;
mod federation;
mod genesis;
mod replica;
mod state_receipt;

pub use command::{Command, Event, FinalEvent, Outcome, Refused, Reply};
pub use federation::{FederationView, Founded, concerns};
pub use genesis::Genesis;
pub use replica::{DISPATCHES, Replica};
pub use state_receipt::{Fact, Shown, StateReceipt, StateReceiptFault, Subject, VERSION};
