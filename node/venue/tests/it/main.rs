//! The venue by its business: every test is a day in the life of a node that runs its own
//! clearing house, with a bank that confirms what it is told.

#![expect(clippy::inconsistent_digit_grouping, reason = "amounts read as major units and cents")]

mod bank;
mod batches;
mod credit;
mod cross_border;
mod day;
mod defaults;
mod expiry;
mod fees;
mod four_eyes;
mod houses;
mod issuers;
mod pricing;
mod recall;
mod refusals;
mod reserves;
mod templates;
mod walk;
mod world;
