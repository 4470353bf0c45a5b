//! A trading node's whole replicated state: what is replayed, restored, received and proven.
#![expect(clippy::inconsistent_digit_grouping, reason = "1_000_00 is a thousand, to the cent")]

mod envelopes;
mod epochs;
mod federation;
mod finality;
mod frozen;
mod refusals;
mod replay;
mod state_receipt;
mod world;
