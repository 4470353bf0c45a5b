//! Orders, trades and rates.

mod orders;

pub use orders::{
    BoughtBack, BuyBackOrder, NewOrder, OrderAmendment, OrderCancelled, OrderFilter, OrderList,
    OrderPage, OrderReport, OrderStanding, OrderState, OrdersCancelled, OrdersToCancel, Placed,
    Side, TimeInForce,
};

use crate::page::page_size;
use crate::term::{
    CurrencyCode, Date, Hash, Lock, Money, Node, Order, Party, Series, Text, Time, Trade,
};
use gcfn_clearing::BundleRef;
use gcfn_model::Currency;
use gcfn_venue::{
    BundleException, DealSide, DealStage, Difference, LockedRate, OpenDeal, TradeState,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// The deals across nodes that have not settled.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DealList {
    /// The deals, by how far they have come.
    pub deals: Vec<DealReport>,
    /// The bundles of the last week that the other node and this one do not say alike.
    pub exceptions: Vec<ExceptionReport>,
    /// The log index that this holds at least.
    pub as_of: u64,
}

/// A bundle that another node and this one do not say alike. Both see it; unless they come to
/// agree, the bundle leaves its cycle and both sides return to where they were.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ExceptionReport {
    /// The bundle.
    pub bundle: Hash,
    /// The other node.
    pub with: Node,
    /// Who says that it differs.
    pub by: Node,
    /// In what: `trades`, `obligations` or `proof`.
    #[schema(value_type = String, example = "trades")]
    pub differs: Difference,
    /// Since when it is known.
    pub at: Time,
}

impl From<(BundleRef, BundleException)> for ExceptionReport {
    fn from((bundle, exception): (BundleRef, BundleException)) -> ExceptionReport {
        ExceptionReport {
            bundle: Text(bundle),
            with: Text(exception.with),
            by: Text(exception.by),
            differs: exception.differs,
            at: Text(exception.at),
        }
    }
}

/// A deal across nodes that has not settled. Who the user is, only the user's node knows.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct DealReport {
    /// How far it has come: `locked`, `sent`, `matched` or `bundled`.
    #[schema(value_type = String, example = "bundled")]
    pub stage: DealStage,
    /// Whose side this node is on: `buys` or `sells`. It sells from the cut-off on; before that its
    /// sale is among its trades.
    #[schema(value_type = String, example = "buys")]
    pub side: DealSide,
    /// The node on the other side; none while a rate is only held.
    pub with: Option<Node>,
    /// Who stands by the rate; none where both nodes keep one currency.
    pub dealer: Option<Node>,
    /// The lock of its rate, while it is needed; none where there is no rate.
    pub lock: Option<Lock>,
    /// The order of the buyer's node.
    pub order: Option<Order>,
    /// The trade in the home node's book.
    pub trade: Option<Trade>,
    /// What the buyer's node pays, a dealer if there is one: at most, before it has matched.
    pub pays: Money,
    /// What the home node is paid: at most, before it has matched.
    pub needs: Money,
    /// Until when a held rate can be used.
    pub expires_at: Option<Time>,
    /// When it settles, in both currencies.
    pub value_date: Option<Date>,
    /// The bundle that it settles in.
    pub bundle: Option<Hash>,
}

impl From<OpenDeal> for DealReport {
    fn from(deal: OpenDeal) -> DealReport {
        let money = |(amount, currency)| Money::new(amount, currency);
        DealReport {
            stage: deal.stage,
            side: deal.side,
            with: deal.with.map(Text),
            dealer: deal.dealer.map(Text),
            lock: deal.lock.map(Text),
            order: deal.order.map(Text),
            trade: deal.trade.map(Text),
            pays: money(deal.pays),
            needs: money(deal.needs),
            expires_at: deal.expires_at.map(Text),
            value_date: deal.value_date.map(Text),
            bundle: deal.bundle.map(Text),
        }
    }
}
