//! The API from outside: requests in, answers out, no socket.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod access;
mod business;
mod coupons;
mod description;
mod desk;
mod idempotency;
mod issuing;
mod log;
mod methods;
mod neighbours;
mod network;
mod orders;
mod people;
mod privacy;
mod problems;
mod world;
