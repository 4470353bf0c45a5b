//! The venue by its business: every test is a day in the life of a node that runs its own
//! clearing house, with a bank that confirms what it is told.

#![expect(clippy::inconsistent_digit_grouping, reason = "amounts read as major units and cents")]

mod alliances;
mod at_par;
mod bank;
mod batches;
mod breaks;
mod chaos;
mod clearing_acts;
mod closing;
mod credit;
mod credit_factors;
mod cross_border;
mod day;
mod defaults;
mod defects;
mod disputes;
mod encoding;
mod expiry;
mod fees;
mod forgetting;
mod four_eyes;
mod freezes;
mod houses;
mod interplay;
mod issuers;
mod limits;
mod points;
mod pricing;
mod recall;
mod redemptions;
mod refusals;
mod reserves;
mod returned_pay_ins;
mod reversal;
mod shares;
mod statements;
mod storm;
mod suspense;
mod templates;
mod trading;
mod unsettled;
mod walk;
mod withdrawals;
mod world;
