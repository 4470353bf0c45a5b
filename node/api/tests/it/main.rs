//! The API from outside: requests in, answers out, no socket.
#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod access;
mod aliases;
mod business;
mod clearing;
mod coupons;
mod credentials;
mod custody;
mod description;
mod desk;
mod discovery;
mod feed;
mod halted;
mod idempotency;
mod issuing;
mod liquidity;
mod log;
mod makers;
mod market;
mod methods;
mod neighbours;
mod network;
mod notices;
mod offers;
mod orders;
mod past;
mod people;
mod personal;
mod privacy;
mod problems;
mod promotions;
mod redemptions;
mod sample;
mod statements;
mod trading;
mod world;
