//! What a party's coupons have cost and brought.

use crate::term::{Money, Party, Series, SignedMoney};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the caller's coupons have cost, what they have brought, and what they are worth.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Portfolio {
    /// Whose.
    pub party: Party,
    /// One line for each series that the caller has traded, redeemed or has.
    pub positions: Vec<PortfolioLine>,
    /// The sum of what all of them have come to.
    pub result: SignedMoney,
    /// Whether everything was looked at: beyond the latest 5 000 trades and redemptions nothing is.
    pub complete: bool,
    /// The trades looked at hold at least everything up to this log entry; they are listed from
    /// the journal.
    pub as_of: u64,
}

/// What coupons of one series have cost and brought.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PortfolioLine {
    /// Which series.
    pub series: Series,
    /// How many coupons were bought.
    pub bought: u64,
    /// What they cost, fees included.
    pub paid: Money,
    /// How many were sold.
    pub sold: u64,
    /// What they brought, fees taken off.
    pub received: Money,
    /// What was redeemed, at face.
    pub redeemed: Money,
    /// How many there are now, wherever they are kept.
    pub held: u64,
    /// What those would bring at the last price; nothing when none was traded here.
    pub worth: Option<Money>,
    /// Received, redeemed and worth, less what was paid. Gifts cost and bring nothing.
    pub result: SignedMoney,
    /// That as a share of what was paid, in basis points, rounded towards zero.
    pub return_bp: Option<i64>,
}
