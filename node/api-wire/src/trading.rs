//! Orders, trades, prices and rates.

use crate::term::{CurrencyCode, Date, Lock, Money, Node, Order, Party, Series, Text, Time, Trade};
use gcfn_model::Currency;
use gcfn_venue::{LockedRate, OpenOrder, TradeState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which way an order trades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Gives money for coupons.
    Buy,
    /// Gives coupons for money.
    Sell,
}

impl From<Side> for gcfn_market::Side {
    fn from(side: Side) -> gcfn_market::Side {
        match side {
            Side::Buy => gcfn_market::Side::Buy,
            Side::Sell => gcfn_market::Side::Sell,
        }
    }
}

impl From<gcfn_market::Side> for Side {
    fn from(side: gcfn_market::Side) -> Side {
        match side {
            gcfn_market::Side::Buy => Side::Buy,
            gcfn_market::Side::Sell => Side::Sell,
        }
    }
}

/// What becomes of the part of an order that cannot trade at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimeInForce {
    /// It rests until it is filled or cancelled.
    #[default]
    GoodTillCancelled,
    /// The same, but an order of which any part would trade at once is refused.
    PostOnly,
    /// It is cancelled.
    ImmediateOrCancel,
    /// There is none: an order that cannot trade whole is refused.
    FillOrKill,
}

impl From<TimeInForce> for gcfn_market::TimeInForce {
    fn from(time_in_force: TimeInForce) -> gcfn_market::TimeInForce {
        match time_in_force {
            TimeInForce::GoodTillCancelled => gcfn_market::TimeInForce::GoodTillCancelled,
            TimeInForce::PostOnly => gcfn_market::TimeInForce::PostOnly,
            TimeInForce::ImmediateOrCancel => gcfn_market::TimeInForce::ImmediateOrCancel,
            TimeInForce::FillOrKill => gcfn_market::TimeInForce::FillOrKill,
        }
    }
}

/// An order: for a series of this node, or with `rate_lock` to buy one that another node lists.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOrder {
    /// Which book.
    pub series: Series,
    /// Buy or sell.
    pub side: Side,
    /// How many coupons.
    #[schema(minimum = 1)]
    pub quantity: u64,
    /// The worst price accepted, per coupon, in the currency of the series. Left out, it is a
    /// market order; an order abroad needs it.
    pub limit: Option<Money>,
    /// What becomes of the part that cannot trade at once; an order abroad is always immediate.
    #[serde(default)]
    pub time_in_force: TimeInForce,
    /// The locked rate that pays for coupons of another node.
    pub rate_lock: Option<Lock>,
}

/// An order that was taken.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Placed {
    /// Its id.
    pub order: Order,
    /// How many coupons traded at once.
    pub filled: u64,
    /// How many wait in the book.
    pub resting: u64,
    /// How many were neither.
    pub cancelled: u64,
    /// The trades, in order.
    pub trades: Vec<Trade>,
    /// Set when the order has gone to another node: what comes of it shows in the assets.
    pub sent_to: Option<Node>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An order that left its book.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderCancelled {
    /// Its id.
    pub order: Order,
    /// How many coupons had not traded.
    pub quantity: u64,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An order that waits in its book.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderReport {
    /// Its id.
    pub order: Order,
    /// Which book.
    pub series: Series,
    /// Buy or sell.
    pub side: Side,
    /// The worst price accepted.
    pub price: Money,
    /// How many coupons have not traded.
    pub remaining: u64,
    /// Whether it is the issuer's own offer of new coupons.
    pub primary: bool,
}

impl OrderReport {
    /// `order` as it is shown.
    #[must_use]
    pub fn new(order: &OpenOrder, currency: Currency) -> OrderReport {
        OrderReport {
            order: Text(order.id),
            series: Text(order.series),
            side: order.side.into(),
            price: Money::new(order.price, currency),
            remaining: order.remaining,
            primary: order.primary(),
        }
    }
}

/// The caller's open orders.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderList {
    /// The orders, by id.
    pub orders: Vec<OrderReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// One open order.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderState {
    /// The order.
    #[serde(flatten)]
    pub order: OrderReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Where a trade stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// Title has moved, money is committed.
    Matched,
    /// Its obligations are with the clearing house.
    InSettlement,
    /// Its money has moved.
    Settled,
    /// It was undone.
    Reversed,
}

impl From<TradeState> for Settlement {
    fn from(state: TradeState) -> Settlement {
        match state {
            TradeState::Matched => Settlement::Matched,
            TradeState::InSettlement => Settlement::InSettlement,
            TradeState::Settled => Settlement::Settled,
            TradeState::Reversed => Settlement::Reversed,
        }
    }
}

/// A trade, as one of its parties sees it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TradeReport {
    /// Its id.
    pub trade: Trade,
    /// Of which series.
    pub series: Series,
    /// Who bought. A party to the trade sees itself only.
    pub buyer: Option<Party>,
    /// Who sold. A party to the trade sees itself only.
    pub seller: Option<Party>,
    /// Whether the issuer sold new coupons.
    pub primary: bool,
    /// Price per coupon.
    pub price: Money,
    /// How many coupons.
    pub quantity: u64,
    /// What the buyer pays beyond the price.
    pub buyer_fee: Money,
    /// What the seller gets less than the price.
    pub seller_fee: Money,
    /// When it was matched.
    pub at: Time,
    /// When its money moves.
    pub value_date: Date,
    /// Where it stands.
    pub state: Settlement,
}

impl TradeReport {
    /// `trade` as somebody sees it who may see both sides.
    #[must_use]
    pub fn new(trade: &gcfn_venue::Trade, currency: Currency) -> TradeReport {
        TradeReport {
            trade: Text(trade.id),
            series: Text(trade.series),
            buyer: Some(Text(trade.buyer)),
            seller: Some(Text(trade.seller)),
            primary: trade.primary(),
            price: Money::new(trade.price, currency),
            quantity: trade.quantity,
            buyer_fee: Money::new(trade.buyer_fee, currency),
            seller_fee: Money::new(trade.seller_fee, currency),
            at: Text(trade.at),
            value_date: Text(trade.value_date),
            state: trade.state.into(),
        }
    }

    /// The same as `viewer` sees it: a trade does not tell its parties who the other one is.
    #[must_use]
    pub fn seen_by(mut self, viewer: Party) -> TradeReport {
        self.buyer = self.buyer.filter(|party| *party == viewer);
        self.seller = self.seller.filter(|party| *party == viewer);
        self
    }
}

/// Some of the caller's trades, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TradeList {
    /// The trades.
    pub trades: Vec<TradeReport>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry. It is made from the journal, so
    /// that it may be a moment behind what other answers show.
    pub as_of: u64,
}

/// One trade.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TradeDetail {
    /// The trade.
    #[serde(flatten)]
    pub trade: TradeReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Which trades to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TradePage {
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

const fn page_size() -> u32 {
    50
}

/// How much of a book to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DepthRange {
    /// At most this many prices on each side, up to 100.
    #[serde(default = "levels")]
    #[param(default = 10, minimum = 1, maximum = 100)]
    pub levels: usize,
}

const fn levels() -> usize {
    10
}

/// The best prices of a book.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MarketDepth {
    /// Which book.
    pub series: Series,
    /// From the highest price down.
    pub bids: Vec<Level>,
    /// From the lowest price up.
    pub asks: Vec<Level>,
    /// The price of the last trade.
    pub last_price: Option<Money>,
    /// The number of changes that the book has seen.
    pub sequence: u64,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What rests at one price.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Level {
    /// The price.
    pub price: Money,
    /// How many coupons.
    pub quantity: u64,
}

/// Money of another currency to be locked for a purchase abroad.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "needs": { "amount": "12.50", "currency": "HKD" } }))]
pub struct QuoteRequest {
    /// What the purchase may cost at most, in the currency of the series.
    pub needs: Money,
}

/// A rate that a dealer holds for this node.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct RateLock {
    /// Its id: the `rate_lock` of an order.
    pub lock: Lock,
    /// The currency that is paid.
    pub pays: CurrencyCode,
    /// The most that it is good for.
    pub size: Money,
    /// Minor units of the currency needed, for `denominator` of the currency paid.
    pub numerator: u64,
    /// See `numerator`.
    pub denominator: u64,
    /// Good for trades before this.
    pub expires_at: Time,
    /// When both currencies settle.
    pub value_date: Date,
}

impl From<LockedRate> for RateLock {
    fn from(rate: LockedRate) -> RateLock {
        RateLock {
            lock: Text(rate.lock),
            pays: Text(rate.pays),
            size: Money::new(rate.size, rate.needs),
            numerator: rate.rate.numerator(),
            denominator: rate.rate.denominator(),
            expires_at: Text(rate.expires_at),
            value_date: Text(rate.value_date),
        }
    }
}
