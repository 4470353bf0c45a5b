//! Envelope channels between two nodes: ordered, gap-free, applied exactly once.
//!
//! ```text
//! machine of A                    shells                       machine of B
//! Mailbox::post ──► pending ──► sign, send ──► propose ──► Mailbox::accept ──► the body
//!      ▲                                                              │
//!      └────────── Mailbox::acknowledge ◄── propose ◄── highest applied
//! ```
//!
//! A mailbox is part of a node's replicated machine, so what it has posted and applied
//! survives a crash together with what was done about it. Shells may lose, repeat and reorder
//! envelopes at will: nothing is applied twice, out of order, or unsigned.
//!
//! Knows nothing of what bodies say, of connections, or of who may write to whom.
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

pub mod envelope;
pub mod mailbox;
