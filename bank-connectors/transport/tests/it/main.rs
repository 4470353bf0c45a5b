//! The promises of the way to the bank: nothing lost, nothing changed, nobody named.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod accounts;
mod folder;
mod https;
mod incoming;
mod kafka;
mod outbox;
mod outgoing;
mod signature;
mod world;
