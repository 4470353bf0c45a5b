//! Using coupons: gifts, redemptions, refunds.

use crate::page::{Span, page_size};
use crate::term::{Hash, Money, Party, Redemption, Series, Text, Time, Trade};
use gcfn_model::{Currency, RedemptionId};
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

/// Coupons to be given away for the holder whose coupons the platform keeps.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustodianGift {
    /// Of which series.
    pub series: Series,
    /// Who receives them.
    pub to: Party,
    /// How many.
    #[schema(minimum = 1)]
    pub quantity: u64,
}

/// A coupon to be locked for redemption for the holder whose coupons the platform keeps.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustodianLock {
    /// Of which series.
    pub series: Series,
    /// Where it will be redeemed.
    pub merchant: Party,
    /// Which coupon; the holder's lowest when left out.
    pub serial: Option<u64>,
    /// How much of its face; all that is left when left out.
    pub amount: Option<Money>,
}

/// What a merchant confirms a redemption with.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The digest of what was bought, where the region keeps one (C-32). What it is made of stays
    /// with the merchant.
    pub detail: Option<Hash>,
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

/// Where a redemption stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RedemptionStage {
    /// Its holder has locked the coupon; the merchant may confirm.
    Locked,
    /// Confirmed; it waits for the issuer's money, and the coupon stays locked.
    Waiting,
    /// Confirmed, and the coupon is used up by its value; the merchant's money has not moved yet.
    Confirmed,
    /// The same, and the merchant's money has moved.
    Settled,
    /// Given up or lapsed: the coupon is the holder's again.
    Released,
}

/// Which redemptions to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RedemptionPage {
    /// Those whose money has not moved, by id; or all that there have been, the latest first.
    #[serde(default)]
    #[param(inline)]
    pub span: Span,
    /// Only those of a series. Its issuer sees all of them, without whose the coupons are.
    pub series: Option<Series>,
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page. Not of past ones.
    pub after: Option<Redemption>,
    /// Of past ones: only those before, the `next` of an earlier page.
    pub before: Option<String>,
}

/// Some redemptions.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RedemptionList {
    /// The redemptions.
    pub redemptions: Vec<RedemptionReport>,
    /// What to send as `after`, of past ones as `before`, to see more, if there may be any.
    pub next: Option<String>,
    /// The state read holds at least everything up to this log entry. Past ones are listed from
    /// the journal and may be a moment behind what other answers show.
    pub as_of: u64,
}

/// A redemption.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RedemptionReport {
    /// Its id: the token that the holder shows.
    pub redemption: Redemption,
    /// Where it stands.
    pub state: RedemptionStage,
    /// Of which series.
    pub series: Series,
    /// Which coupon: its serial.
    pub serial: u64,
    /// How much of its face.
    pub value: Money,
    /// Whose coupon it is: shown to that party, to staff and to supervisors.
    pub holder: Option<Party>,
    /// Where it is redeemed.
    pub merchant: Party,
    /// When the lock lapses by itself, while it is locked.
    pub until: Option<Time>,
    /// When it was locked, once it is over.
    pub locked_at: Option<Time>,
    /// When it was confirmed or released, once it is over.
    pub ended_at: Option<Time>,
    /// The digest of what was bought, where the merchant gave one.
    pub detail: Option<Hash>,
}

impl RedemptionReport {
    /// A redemption that the machine knows.
    #[must_use]
    pub fn new(
        id: RedemptionId,
        known: &gcfn_venue::Redemption,
        currency: Currency,
    ) -> RedemptionReport {
        let state = match (known.confirmed, known.waiting) {
            (false, _) => RedemptionStage::Locked,
            (true, true) => RedemptionStage::Waiting,
            (true, false) => RedemptionStage::Confirmed,
        };
        let is_locked = state == RedemptionStage::Locked;
        RedemptionReport {
            redemption: Text(id),
            state,
            series: Text(known.series),
            serial: known.serial,
            value: Money::new(known.value, currency),
            holder: Some(Text(known.holder)),
            merchant: Text(known.merchant),
            until: is_locked.then_some(Text(known.until)),
            locked_at: None,
            ended_at: None,
            detail: known.detail.map(Text),
        }
    }
}

/// A redemption, with how fresh that is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct RedemptionDetail {
    /// The redemption.
    #[serde(flatten)]
    pub redemption: RedemptionReport,
    /// The state read holds at least everything up to this log entry.
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
