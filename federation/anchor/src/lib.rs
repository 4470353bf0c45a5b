//! Everything that `gcfn verify` needs: from one event to a co-signed round, offline.
//!
//! ```text
//! event ─ event_tree ─► EpochHeader ─ header_log ─► CellHead ─ fold ─► RegionHead ─ fold ─► Round
//!         BLAKE3, salted              RFC 6962                RFC 6962             RFC 6962   │
//!                                                                     co-signatures ◄─────────┘
//! ```
//!
//! *Inside* an epoch speed counts: one BLAKE3 leaf for each event. *Between* epochs other
//! people's tools count: SHA-256, RFC 6962, and C2SP signed notes. Leaves are hashed with a
//! 0x00 prefix and inner nodes with 0x01 everywhere, and every tree's leaf count is bound in
//! what the next step commits to, so no path can be read in two ways.
//!
//! `vectors/` has a receipt and the roster that verifies it, for other implementations. Every
//! layout is written down where it is made: search for `gcfn/`.
//!
//! Knows nothing of what an event says, of who may be a validator, or of how proofs travel.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "a test stops where it is wrong"
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod canon;
pub mod checkpoint;
pub mod epoch;
pub mod event_tree;
pub mod fold;
pub mod header_log;
pub mod keys;
pub mod receipt;
pub mod rfc6962;
pub mod roster;
pub mod round;
pub mod tile;

mod hex;
#[cfg(test)]
mod samples;
