//! Using coupons: gifts, redemptions, refunds.

use crate::page::page_size;
use crate::term::{Money, Party, Redemption, Series, Text, Time, Trade};
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Coupons to be given away.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// Who receives them.
    pub to: Party,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: u64,
}

/// A coupon to be locked for redemption at a merchant.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedemptionLock {
    /// Where it will be redeemed.
    pub merchant: Party,
    /// Which coupon; the holder's lowest when left out.
    pub serial: Option<u64>,
    /// How much of its face; all that is left when left out.
    pub amount: Option<Money>,
}

/// A locked redemption.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Locked {
    /// Its id: show it to the merchant, who confirms with it.
    pub redemption: Redemption,
    /// Of which series.
    pub series: Series,
    /// The face value that will be redeemed.
    pub value: Money,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A primary purchase to be handed back.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefundRequest {
    /// The purchase.
    pub trade: Trade,
}

/// Which undone purchases to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RefundPage {
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

/// Some purchases that were undone, from the one that was undone last.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefundList {
    /// The purchases.
    pub refunds: Vec<RefundReport>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry. It is made from the journal, so
    /// that it may be a moment behind what other answers show.
    pub as_of: u64,
}

/// A purchase that was undone.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefundReport {
    /// The purchase.
    pub trade: Trade,
    /// Of which series.
    pub series: Series,
    /// Who had bought.
    pub buyer: Party,
    /// How many coupons went back.
    pub quantity: u64,
    /// What they had cost, without the fee.
    pub value: Money,
    /// When they had been bought.
    pub bought_at: Time,
}

impl RefundReport {
    /// What was undone of `trade`.
    #[must_use]
    pub fn new(trade: &gcfn_venue::Trade, currency: Currency) -> RefundReport {
        RefundReport {
            trade: Text(trade.id),
            series: Text(trade.series),
            buyer: Text(trade.buyer),
            quantity: trade.quantity,
            value: Money::new(trade.value(), currency),
            bought_at: Text(trade.at),
        }
    }
}
