//! What an issuer's coupons have come to: counted, not estimated.

use crate::issuance::Stage;
use crate::term::{Batch, Money, Party, Series};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An issuer's figures over its whole time, with one line for each batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerStatistics {
    /// The issuer.
    pub issuer: Party,
    /// Face value that was sold to first holders and not handed back.
    pub sold: Money,
    /// What of it was redeemed.
    pub redeemed: Money,
    /// What of it expired unredeemed.
    pub expired: Money,
    /// Redeemed of what was sold, in basis points.
    pub redemption_bp: u32,
    /// Expired of what was sold, in basis points: the breakage rate.
    pub breakage_bp: u32,
    /// How many redemptions there were.
    pub redemptions: u64,
    /// How many complaints of users were upheld.
    pub complaints: u64,
    /// The batches that have coupons, by id.
    pub batches: Vec<BatchFigures>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Where the coupons of a batch are now.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchFigures {
    /// The batch.
    pub batch: Batch,
    /// Its series.
    pub series: Series,
    /// Where it stands.
    pub state: Stage,
    /// How many coupons were registered.
    pub issued: u64,
    /// How many are with the issuer.
    pub unsold: u64,
    /// How many are with holders, here or at other nodes.
    pub circulating: u64,
    /// How many are redeemed.
    pub redeemed: u64,
    /// How many have expired.
    pub expired: u64,
    /// How many were taken back.
    pub recalled: u64,
    /// Face value that holders may still redeem.
    pub outstanding: Money,
    /// The price of the last trade in its book.
    pub last_price: Option<Money>,
}
