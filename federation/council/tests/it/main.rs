//! The federation against scripts, and against its laws.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test stops where it is wrong"
)]

mod calendars;
mod cells;
mod clearing;
mod commands;
mod encoding;
mod house_bank;
mod house_work;
mod laws;
mod membership;
mod rates;
mod rounds;
mod script;
mod world;
