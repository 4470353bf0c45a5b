//! The books of one node: money by double entry, title to coupons by serial number, and the one
//! digest that commits to both.
//!
//! - [`Ledger`] holds money. An [`Entry`] balances by construction, is posted whole or not at
//!   all, never overdraws an account and never lets a bank mirror differ from what its pool owes.
//! - [`Title`] holds coupons. The holdings of a series tile its serials, so that every coupon has
//!   exactly one holder; a million coupons cost one range until they are split.
//! - [`Books`] is both, and [`Books::state_root`] commits to both with Merkle *sum* trees: a proof
//!   of one account or one coupon also proves that it is counted in the published totals.
//!
//! Decides what the books allow. Knows nothing of orders, fees, limits, people or banks: which
//! entry an event deserves is `venue`'s matter, and so is who may ask for it.
#![no_std]
#![deny(clippy::float_arithmetic, clippy::arithmetic_side_effects, clippy::indexing_slicing)]

extern crate alloc;

mod account;
mod books;
mod changes;
mod entry;
mod holder;
mod holding;
mod ledger;
mod marks;
mod moves;
mod owners;
mod series;
mod stakes;
mod sum_tree;
mod title;
mod totals;

pub use account::{
    Account, AccountFault, FeeKind, IssuerBucket, ShareKind, Side, TaxKind, UserBucket,
};
pub use books::{Books, CouponProof, Roots};
pub use entry::{Entry, Leg, Posting};
pub use holder::Holder;
pub use ledger::{Ledger, LedgerFault};
pub use moves::TitleFault;
pub use series::{Lot, SerialRange, Terms};
pub use sum_tree::{ProofFault, SumNode, SumProof, SumTree};
pub use title::Title;
pub use totals::PoolPosition;
