//! Orders, trades, prices and rates.

use crate::api::store_problem;
use crate::auth::Caller;
use crate::gateway::{ForeignListing, RateRequest};
use crate::projection;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::node::Receipt;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Lock, Money, Text};
use gcfn_api_wire::trading::{
    DepthRange, Level, MarketDepth, NewOrder, OrderCancelled, OrderList, OrderReport, OrderState,
    Placed, QuoteRequest, RateLock, Side, TradeDetail, TradeList, TradePage, TradeReport,
};
use gcfn_model::{Currency, NodeId, OrderId, SeriesId, TradeId};
use gcfn_store::{Filter, Page, Place};
use gcfn_venue::{Done, Merchandise, OrderTerms, Role, Trade, Verb};

const LEVELS_MAX: usize = 100;

pub(crate) async fn place(call: Write, Body(sent): Body<NewOrder>) -> Result<Placed, Problem> {
    let order = OrderId::derive(&[call.command.as_bytes()]);
    let (verb, sent_to) = match sent.rate_lock {
        Some(lock) => abroad(&call, order, sent, lock)?,
        None => (Verb::PlaceOrder(terms(&call, order, sent)?), None),
    };
    let order = Text(order);
    let (filled, resting, cancelled, trades) = match call.submit(verb).await? {
        Done::Order { filled, resting, cancelled, trades } => {
            (filled, resting, cancelled, trades.into_iter().map(Text).collect())
        }
        _ => (0, 0, 0, Vec::new()),
    };
    let as_of = call.as_of();
    Ok(Placed { order, filled, resting, cancelled, trades, sent_to: sent_to.map(Text), as_of })
}

fn terms(call: &Write, order: OrderId, sent: NewOrder) -> Result<OrderTerms, Problem> {
    let limit = sent.limit.map(|money| call.api.amount("limit", money)).transpose()?;
    Ok(OrderTerms {
        order,
        series: sent.series.0,
        side: sent.side.into(),
        quantity: sent.quantity,
        limit,
        time_in_force: sent.time_in_force.into(),
        display: None,
        not_before: None,
        expires_at: None,
    })
}

/// An order for a series that another node lists, as the directory tells it.
fn abroad(
    call: &Write,
    order: OrderId,
    sent: NewOrder,
    Text(lock): Lock,
) -> Result<(Verb, Option<NodeId>), Problem> {
    let listing = call.api.gateway().listing(sent.series.0);
    let listing = listing.ok_or_else(|| Problem::from(Code::NotFound).at("series"))?;
    let ForeignListing { series, home, face, minted, currency, expires_at } = listing;
    if sent.side != Side::Buy {
        return Err(Problem::rule("side", "coupons of another node can only be bought"));
    }
    let limit = sent.limit.ok_or_else(|| Problem::from(Code::MissingField).at("limit"))?;
    if limit.currency != currency {
        return Err(Problem::from(Code::CurrencyMismatch).at("limit"));
    }
    let (quantity, limit) = (sent.quantity, limit.amount);
    let goods =
        Merchandise { order, home, series, face, minted, expires_at, quantity, limit, lock };
    Ok((Verb::BuyAbroad(goods), Some(home)))
}

pub(crate) async fn cancel(call: Write<OrderId>, (): ()) -> Result<OrderCancelled, Problem> {
    let Done::Cancelled { quantity } = call.submit(Verb::CancelOrder { order: call.id }).await?
    else {
        unreachable!("a cancellation is answered with what had not traded")
    };
    Ok(OrderCancelled { order: Text(call.id), quantity, as_of: call.as_of() })
}

pub(crate) async fn orders(call: Read, (): ()) -> Result<OrderList, Problem> {
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, as_of| {
        let own = venue.orders().filter(|order| order.party == call.caller.party);
        OrderList { orders: own.map(|order| OrderReport::new(order, currency)).collect(), as_of }
    }))
}

pub(crate) async fn order(call: Read<OrderId>, (): ()) -> Result<OrderState, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let order = venue.order(call.id)?;
        let visible = order.party == call.caller.party || oversees(&call.caller);
        visible.then(|| OrderState { order: OrderReport::new(order, currency), as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

/// Which trades, the read model knows; how each stands, the machine.
pub(crate) async fn trades(
    call: Read,
    Query(page): Query<TradePage>,
) -> Result<TradeList, Problem> {
    let (kind, filter) = match oversees(&call.caller) {
        true => (projection::TRADE, Filter::All),
        false => (projection::PARTY_TRADE, Filter::Party(call.caller.party)),
    };
    let from = page.before.map(|text| text.parse::<Place>()).transpose();
    let from = from.map_err(|fault| Problem::rule("before", fault.to_string()))?;
    let store = call.api.store();
    // Read before the rows: they may show more than it promises, never less. What the machine
    // has applied would promise trades that the projection has yet to write.
    let as_of = store.cursors().position(projection::PROJECTION).await;
    let as_of = as_of.map_err(|fault| store_problem(&fault))?;
    let found = store.read_model().page(kind, filter, from.as_ref(), page.limit).await;
    let Page { rows, next } = found.map_err(|fault| store_problem(&fault))?;
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, _| {
        let ids = rows.iter().filter_map(|row| row.key.split('.').next()?.parse().ok());
        let trades = ids.filter_map(|id| venue.trade(id));
        let trades = trades.filter(|trade| may_see(&call.caller, trade));
        let trades = trades.map(|trade| report(&call.caller, trade, currency)).collect();
        TradeList { trades, next: next.map(|place| place.to_string()), as_of }
    }))
}

pub(crate) async fn trade(call: Read<TradeId>, (): ()) -> Result<TradeDetail, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let trade = venue.trade(call.id).filter(|trade| may_see(&call.caller, trade))?;
        Some(TradeDetail { trade: report(&call.caller, trade, currency), as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn receipt(call: Read<TradeId>, (): ()) -> Result<Receipt, Problem> {
    let visible = call
        .api
        .gateway()
        .read(|venue, _| venue.trade(call.id).is_some_and(|trade| may_see(&call.caller, trade)));
    if !visible {
        return Err(Code::NotFound.into());
    }
    let receipt = call.api.gateway().receipt(call.id).await;
    receipt.map(Receipt).map_err(|reason| Code::from(reason).into())
}

pub(crate) async fn depth(
    call: Read<SeriesId>,
    Query(range): Query<DepthRange>,
) -> Result<MarketDepth, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let market = venue.market(call.id)?;
        let depth = market.book.depth(range.levels.clamp(1, LEVELS_MAX));
        let level = |price, quantity| Level { price: Money::new(price, currency), quantity };
        Some(MarketDepth {
            series: Text(call.id),
            bids: depth.bids.iter().map(|bid| level(bid.price, bid.quantity)).collect(),
            asks: depth.asks.iter().map(|ask| level(ask.price, ask.quantity)).collect(),
            last_price: market.last_price.map(|price| Money::new(price, currency)),
            sequence: depth.sequence,
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn lock_rate(
    call: Write,
    Body(request): Body<QuoteRequest>,
) -> Result<RateLock, Problem> {
    let Money { amount: size, currency: needs } = request.needs;
    let pays = call.api.terms().currency;
    if needs == pays {
        return Err(Problem::rule("needs", "currency is the venue's own: no rate is needed"));
    }
    let (command, party) = (call.command, call.caller.party);
    let ask = RateRequest { command, party, pays, needs, size };
    let locked = call.api.gateway().lock_rate(ask).await.map_err(Code::from)?;
    Ok(locked.into())
}

/// Whether the caller watches over the node rather than trades at it.
fn oversees(caller: &Caller) -> bool {
    matches!(caller.scope.role(), Role::Operator | Role::Regulator)
}

fn may_see(caller: &Caller, trade: &Trade) -> bool {
    oversees(caller) || trade.buyer == caller.party || trade.seller == caller.party
}

fn report(caller: &Caller, trade: &Trade, currency: Currency) -> TradeReport {
    let report = TradeReport::new(trade, currency);
    if oversees(caller) { report } else { report.seen_by(Text(caller.party)) }
}
