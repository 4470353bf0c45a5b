//! What a party's coupons are worth, and how well it is identified.

use crate::term::{Money, Party, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the caller's money and coupons come to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Valuation {
    /// Whose.
    pub party: Party,
    /// All money, whatever it may be used for.
    pub money: Money,
    /// The coupons, one line for each series.
    pub coupons: Vec<ValuedHolding>,
    /// The coupons at the prices of their last trades; those that never traded count nothing.
    pub at_last_prices: Money,
    /// What the coupons may still be redeemed for.
    pub redeemable: Money,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Coupons of one series, and what they are worth.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ValuedHolding {
    /// Of which series.
    pub series: Series,
    /// How many, locked, pledged and frozen ones included.
    pub quantity: u64,
    /// What they may still be redeemed for.
    pub redeemable: Money,
    /// The price of the last trade; nothing when none was made here.
    pub last_price: Option<Money>,
    /// All of them at that price.
    pub at_last_price: Option<Money>,
}

/// The caller's points.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct PointReport {
    /// How many there are.
    pub points: u64,
    /// What all of them bring; nothing where points are not paid out.
    pub worth: Option<Money>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Points to be paid for.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointPayout {
    /// How many.
    #[schema(minimum = 1)]
    pub points: u64,
}

/// How well the caller is identified, and what that opens.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct IdentityLevel {
    /// The level: 0 to 3.
    pub kyc: u8,
    /// The level that trading asks for.
    pub kyc_to_trade: u8,
    /// The level that transfers of large values ask for.
    pub kyc_to_transfer_large: u8,
    /// The level that issuing asks for.
    pub kyc_to_issue: u8,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
