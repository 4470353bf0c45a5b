//! What a party is told, and what of that it wants to be told.

use crate::term::{Money, Series, Text, Time, Trade};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a party is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// It has bought or sold coupons.
    TradeMatched,
    /// Somebody gave it coupons.
    CouponsReceived,
    /// Money came in.
    DepositReceived,
    /// It was paid for coupons that ended or were taken back.
    HolderPaid,
    /// Its money and coupons stand still.
    AccountFrozen,
    /// They do not any more.
    AccountUnfrozen,
    /// Coupons that it holds end soon.
    CouponsExpiring,
    /// The issuer of coupons that it holds is in default.
    IssuerDefaulted,
    /// A price that it asked to be told of has been reached from above.
    PriceBelow,
    /// A price that it asked to be told of has been reached from below.
    PriceAbove,
}

/// What the caller is told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticeList {
    /// What stands now: coupons that end soon, issuers in default, prices that were reached.
    pub reminders: Vec<Notice>,
    /// What has happened, the newest first.
    pub notices: Vec<Notice>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The notices hold at least everything up to this log entry; they are made from the journal.
    pub as_of: u64,
}

/// One thing that a party is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    /// What.
    pub kind: NoticeKind,
    /// When it happened; of coupons that end, when they do.
    pub at: Time,
    /// Of which series.
    pub series: Option<Series>,
    /// By which trade.
    pub trade: Option<Trade>,
    /// How many coupons.
    pub quantity: Option<u64>,
    /// How much money.
    pub amount: Option<Money>,
}

impl Notice {
    /// A notice that says no more than this.
    #[must_use]
    pub const fn new(kind: NoticeKind, at: gcfn_model::Timestamp) -> Notice {
        Notice { kind, at: Text(at), series: None, trade: None, quantity: None, amount: None }
    }
}

/// The longest time before their end that coupons are reminded of, in days.
pub const REMIND_DAYS_MAX: u32 = 90;
/// The most price alerts of one party.
pub const PRICE_ALERTS_MAX: usize = 50;

/// What the caller wants to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "muted": ["trade_matched"], "remind_days": 14,
    "price_alerts": [{
        "series": "ser-0000000000000000000000000a",
        "below": { "amount": "85.00", "currency": "CNY" }
    }]
}))]
pub struct NoticePrefs {
    /// What is not told. A freeze and its end always are.
    #[serde(default)]
    #[schema(max_items = 10)]
    pub muted: Vec<NoticeKind>,
    /// How many days before their end coupons are reminded of.
    #[serde(default = "week")]
    #[schema(minimum = 1, maximum = 90)]
    pub remind_days: u32,
    /// Prices to be told of once they are reached.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub price_alerts: Vec<PriceAlert>,
}

const fn week() -> u32 {
    7
}

impl Default for NoticePrefs {
    fn default() -> NoticePrefs {
        NoticePrefs { muted: Vec::new(), remind_days: week(), price_alerts: Vec::new() }
    }
}

/// A price of a series, from one side or from both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceAlert {
    /// Of which series.
    pub series: Series,
    /// Told of while the last price is this or less.
    pub below: Option<Money>,
    /// Told of while the last price is this or more.
    pub above: Option<Money>,
}
