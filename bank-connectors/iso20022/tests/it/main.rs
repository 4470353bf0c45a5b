//! The codec from outside: golden files, refusals, laws, profiles, and conformance with schemas.
#![expect(clippy::unwrap_used, reason = "a test stops at what does not hold")]

mod booking;
mod conformance;
mod examples;
mod golden;
mod guide;
mod laws;
mod pages;
mod profile;
mod refusals;
