//! Orders: what is sent, what is answered, what is shown of them.

use super::page_size;
use crate::term::{Lock, Money, Node, Order, Party, Series, Text, Time, Trade};
use gcfn_model::Currency;
use gcfn_venue::OpenOrder;
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

impl From<gcfn_market::TimeInForce> for TimeInForce {
    fn from(time_in_force: gcfn_market::TimeInForce) -> TimeInForce {
        match time_in_force {
            gcfn_market::TimeInForce::GoodTillCancelled => TimeInForce::GoodTillCancelled,
            gcfn_market::TimeInForce::PostOnly => TimeInForce::PostOnly,
            gcfn_market::TimeInForce::ImmediateOrCancel => TimeInForce::ImmediateOrCancel,
            gcfn_market::TimeInForce::FillOrKill => TimeInForce::FillOrKill,
        }
    }
}

/// An order: for a series of this node, or to buy one that another node lists: with `rate_lock`
/// where its prices are in another currency, without where they are in this node's own.
/// An issuer sells a tranche of its new coupons by it, at a limit, for as long as it stands.
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
    /// market order; an order abroad and a tranche need it.
    pub limit: Option<Money>,
    /// What becomes of the part that cannot trade at once; an order abroad is always immediate.
    #[serde(default)]
    pub time_in_force: TimeInForce,
    /// At most this many coupons are shown at a time: an iceberg. All when left out.
    #[schema(minimum = 1)]
    pub display: Option<u64>,
    /// When it enters the book; at once when left out.
    pub not_before: Option<Time>,
    /// When what is left leaves the book; with the coupons' end when left out.
    pub expires_at: Option<Time>,
    /// The locked rate that pays for coupons of another node in another currency.
    pub rate_lock: Option<Lock>,
}

/// What an open order is to become. A lower quantity at the same price keeps its place; anything
/// else is a new arrival under the same id.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "quantity": 2 }))]
pub struct OrderAmendment {
    /// Its new worst price; the same when left out.
    pub limit: Option<Money>,
    /// How many coupons it is to be for from now on; as many as are open when left out.
    #[schema(minimum = 1)]
    pub quantity: Option<u64>,
}

/// What becomes of coupons that their issuer buys back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoughtBack {
    /// They return to the inventory and may be sold again.
    Inventory,
    /// They end.
    Retired,
}

impl From<BoughtBack> for gcfn_venue::BoughtBack {
    fn from(then: BoughtBack) -> gcfn_venue::BoughtBack {
        match then {
            BoughtBack::Inventory => gcfn_venue::BoughtBack::Inventory,
            BoughtBack::Retired => gcfn_venue::BoughtBack::Retired,
        }
    }
}

impl From<gcfn_venue::BoughtBack> for BoughtBack {
    fn from(then: gcfn_venue::BoughtBack) -> BoughtBack {
        match then {
            gcfn_venue::BoughtBack::Inventory => BoughtBack::Inventory,
            gcfn_venue::BoughtBack::Retired => BoughtBack::Retired,
        }
    }
}

/// An issuer's order for its own coupons, paid out of its free proceeds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuyBackOrder {
    /// Which book.
    pub series: Series,
    /// How many coupons.
    #[schema(minimum = 1)]
    pub quantity: u64,
    /// The most that it pays for one.
    pub limit: Money,
    /// What becomes of the part that cannot trade at once.
    #[serde(default)]
    pub time_in_force: TimeInForce,
    /// When what is left leaves the book; with the coupons' end when left out.
    pub expires_at: Option<Time>,
    /// What becomes of the coupons.
    pub then: BoughtBack,
}

/// An order that was taken, or what it has become.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Placed {
    /// Its id.
    pub order: Order,
    /// How many coupons traded at once.
    pub filled: u64,
    /// How many wait in the book, or for their time.
    pub resting: u64,
    /// How many were neither.
    pub cancelled: u64,
    /// The trades, in order.
    pub trades: Vec<Trade>,
    /// Set when it has not entered the book yet: when it does.
    #[serde(default)]
    pub not_before: Option<Time>,
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

/// Orders that left their books.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrdersCancelled {
    /// How many.
    pub orders: u64,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Which orders to take back.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrdersToCancel {
    /// In which book; in all when left out.
    pub series: Option<Series>,
    /// Whose. An operator must say it; for anybody else it is the caller.
    pub party: Option<Party>,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStanding {
    /// Accepted; enters the book at its time.
    Scheduled,
    /// In the book, untraded.
    Open,
    /// In the book, traded in part.
    PartiallyFilled,
    /// Traded whole.
    Filled,
    /// What had not traded was taken back, or the book did not take it.
    Cancelled,
    /// What had not traded left the book at its own time.
    Expired,
}

impl From<gcfn_venue::OrderState> for OrderStanding {
    fn from(state: gcfn_venue::OrderState) -> OrderStanding {
        match state {
            gcfn_venue::OrderState::Scheduled => OrderStanding::Scheduled,
            gcfn_venue::OrderState::Open => OrderStanding::Open,
            gcfn_venue::OrderState::PartiallyFilled => OrderStanding::PartiallyFilled,
        }
    }
}

/// An order, as its party sees it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderReport {
    /// Its id.
    pub order: Order,
    /// Whose.
    pub party: Party,
    /// Which book.
    pub series: Series,
    /// Buy or sell.
    pub side: Side,
    /// The worst price accepted.
    pub price: Money,
    /// How many coupons have traded.
    pub filled: u64,
    /// How many coupons have not traded.
    pub remaining: u64,
    /// Where it stands.
    pub state: OrderStanding,
    /// Whether it is the issuer's own offer of new coupons; not told of one that has ended.
    pub primary: Option<bool>,
    /// What becomes of the part that cannot trade at once; not told of one that has ended.
    pub time_in_force: Option<TimeInForce>,
    /// At most this many coupons are shown at a time, where it is an iceberg.
    pub display: Option<u64>,
    /// When it enters the book, as long as it has not.
    pub not_before: Option<Time>,
    /// When it leaves the book by itself, if it was told to.
    pub expires_at: Option<Time>,
    /// When it ended, if it has.
    pub ended_at: Option<Time>,
}

impl OrderReport {
    /// `order` as it is shown.
    #[must_use]
    pub fn new(order: &OpenOrder, currency: Currency) -> OrderReport {
        OrderReport {
            order: Text(order.id),
            party: Text(order.party),
            series: Text(order.series),
            side: order.side.into(),
            price: Money::new(order.price, currency),
            filled: order.filled,
            remaining: order.remaining,
            state: order.state().into(),
            primary: Some(order.primary()),
            time_in_force: Some(order.time_in_force.into()),
            display: order.display,
            not_before: order.not_before.map(Text),
            expires_at: order.expires_at.map(Text),
            ended_at: None,
        }
    }
}

/// Which orders to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderFilter {
    /// Those that wait for their time.
    Scheduled,
    /// Those in a book, untraded.
    Open,
    /// Those in a book, traded in part.
    PartiallyFilled,
    /// Those that traded whole.
    Filled,
    /// Those of which something was cancelled.
    Cancelled,
    /// Those that left at their own time.
    Expired,
    /// All that have ended.
    Ended,
}

impl OrderFilter {
    /// Whether it asks for orders that have ended.
    #[must_use]
    pub const fn is_past(self) -> bool {
        matches!(
            self,
            OrderFilter::Filled
                | OrderFilter::Cancelled
                | OrderFilter::Expired
                | OrderFilter::Ended
        )
    }

    /// Whether an order that stands so is one of them.
    #[must_use]
    pub const fn passes(self, state: OrderStanding) -> bool {
        matches!(
            (self, state),
            (OrderFilter::Scheduled, OrderStanding::Scheduled)
                | (OrderFilter::Open, OrderStanding::Open)
                | (OrderFilter::PartiallyFilled, OrderStanding::PartiallyFilled)
                | (OrderFilter::Filled | OrderFilter::Ended, OrderStanding::Filled)
                | (OrderFilter::Cancelled | OrderFilter::Ended, OrderStanding::Cancelled)
                | (OrderFilter::Expired | OrderFilter::Ended, OrderStanding::Expired)
        )
    }
}

/// Which of the caller's orders to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderPage {
    /// Those that stand so; all open and scheduled ones when left out.
    #[param(inline)]
    pub state: Option<OrderFilter>,
    /// Of ended ones: look at this many orders, up to 500; fewer may pass the filter.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Of ended ones: only those before, the `next` of an earlier page.
    pub before: Option<String>,
}

/// Some of the caller's orders.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderList {
    /// The orders: open ones by id, ended ones from the one that ended last.
    pub orders: Vec<OrderReport>,
    /// What to send as `before` to see older ones, if there may be any.
    #[serde(default)]
    pub next: Option<String>,
    /// The state read holds at least everything up to this log entry. Ended orders are listed
    /// from the journal and may be a moment behind what other answers show.
    pub as_of: u64,
}

/// One order.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OrderState {
    /// The order.
    #[serde(flatten)]
    pub order: OrderReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
