//! What a supervisor's node does instead of trusting.
//!
//! ```text
//! journal of a cell ─► Record ─► Mirror ─┬─ re-executes the commands, compares every event
//!                                        ├─ recomputes each epoch's roots, compares its header
//!                                        └─ recounts money, title, fees, netting from events alone
//! final rounds ─► AnchoredHead ─► Mirror ── compares the header log with what the network co-signed
//! ```
//!
//! Either everything agrees and an epoch is *verified*, or there is a [`Finding`]: what differs,
//! where it begins, and how grave it is. A mirror that has found something vouches for nothing
//! more. Re-execution shares its code with the cell, on purpose; the recount shares only the
//! vocabulary, so that a fault in the one is seen by the other.
//!
//! Decides what is true of a cell. Knows no network, file or clock; how late a mirror is and whom
//! to tell is `watch`'s matter.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod anchored;
mod finding;
mod mirror;
mod record;
mod recount;

pub use anchored::AnchoredHead;
pub use finding::{Finding, FindingKind, Place, Severity};
pub use mirror::{Mirror, MirrorFault, Status, VerifiedEpoch};
pub use record::{Item, ItemFault, Record, genesis_digest};
