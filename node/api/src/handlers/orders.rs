//! Orders: placed, changed, taken back, looked at.

use crate::gateway::ForeignListing;
use crate::handlers::{oversees, past_page, past_row};
use crate::projection::{self, OrderLife};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::makers::{BatchAnswer, OrderAct, OrderBatch, OrderOutcome};
use gcfn_api_wire::node::Receipt;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_api_wire::trading::{
    BuyBackOrder, NewOrder, OrderAmendment, OrderCancelled, OrderFilter, OrderList, OrderPage,
    OrderReport, OrderState, OrdersCancelled, OrdersToCancel, Placed, Side, TimeInForce,
};
use gcfn_model::{NodeId, OrderId};
use gcfn_store::{Filter, Page};
use gcfn_venue::{
    Amendment, BuyBack, Done, Merchandise, ORDER_ACTS_MAX, OrderTerms, Role, Tranche, Verb,
};
use std::num::NonZeroU32;

pub(crate) async fn place(call: Write, Body(sent): Body<NewOrder>) -> Result<Placed, Problem> {
    let order = OrderId::derive(&[call.command.as_bytes()]);
    let (verb, sent_to) = match call.caller.scope.role() {
        Role::Issuer => (Verb::OfferTranche(tranche(&call, order, &sent)?), None),
        _ => match call.api.gateway().listing(sent.series.0) {
            Some(listing) => abroad(&call, order, sent, listing)?,
            None if sent.rate_lock.is_some() => {
                return Err(Problem::from(Code::NotFound).at("series"));
            }
            None => (Verb::PlaceOrder(terms(&call, order, &sent)?), None),
        },
    };
    let done = call.submit(verb).await?;
    let placed = placed(order, done, call.as_of());
    Ok(Placed { sent_to: sent_to.map(Text), ..placed })
}

fn terms<K>(call: &Write<K>, order: OrderId, sent: &NewOrder) -> Result<OrderTerms, Problem> {
    let limit = sent.limit.map(|money| call.api.amount("limit", money)).transpose()?;
    Ok(OrderTerms {
        order,
        series: sent.series.0,
        side: sent.side.into(),
        quantity: sent.quantity,
        limit,
        time_in_force: sent.time_in_force.into(),
        display: sent.display,
        not_before: sent.not_before.map(|time| time.0),
        expires_at: sent.expires_at.map(|time| time.0),
    })
}

/// An issuer has no orders but its offer of new coupons, and buys back by a route of its own.
fn tranche(call: &Write, order: OrderId, sent: &NewOrder) -> Result<Tranche, Problem> {
    let only = |field, rule: &'static str| Err(Problem::rule(field, rule));
    if sent.side != Side::Sell {
        return only("side", "an issuer sells new coupons, and buys back by trades/buyback");
    }
    if sent.time_in_force != TimeInForce::GoodTillCancelled {
        return only("time_in_force", "an offer of new coupons is good till cancelled");
    }
    if sent.display.is_some() {
        return only("display", "an offer of new coupons is shown whole");
    }
    if sent.rate_lock.is_some() {
        return only("rate_lock", "an offer of new coupons is for this node's book");
    }
    let limit = sent.limit.ok_or_else(|| Problem::from(Code::MissingField).at("limit"))?;
    Ok(Tranche {
        order,
        series: sent.series.0,
        quantity: sent.quantity,
        price: call.api.amount("limit", limit)?,
        not_before: sent.not_before.map(|time| time.0),
        expires_at: sent.expires_at.map(|time| time.0),
    })
}

/// An order for a series that another node lists, as the directory tells it.
fn abroad(
    call: &Write,
    order: OrderId,
    sent: NewOrder,
    listing: ForeignListing,
) -> Result<(Verb, Option<NodeId>), Problem> {
    let ForeignListing { series, home, face, minted, currency, expires_at } = listing;
    if sent.side != Side::Buy {
        return Err(Problem::rule("side", "coupons of another node can only be bought"));
    }
    let local = [
        ("display", sent.display.is_some()),
        ("not_before", sent.not_before.is_some()),
        ("expires_at", sent.expires_at.is_some()),
    ];
    if let Some((field, _)) = local.into_iter().find(|(_, said)| *said) {
        return Err(Problem::rule(field, "an order at another node is immediate and shown whole"));
    }
    let limit = sent.limit.ok_or_else(|| Problem::from(Code::MissingField).at("limit"))?;
    if limit.currency != currency {
        return Err(Problem::from(Code::CurrencyMismatch).at("limit"));
    }
    let at_par = currency == call.api.terms().currency;
    let lock = match sent.rate_lock {
        None if !at_par => return Err(Problem::from(Code::MissingField).at("rate_lock")),
        Some(_) if at_par => {
            return Err(Problem::rule(
                "rate_lock",
                "currency is the venue's own: no rate is needed",
            ));
        }
        lock => lock.map(|Text(lock)| lock),
    };
    let (quantity, limit) = (sent.quantity, limit.amount);
    let goods =
        Merchandise { order, home, series, face, minted, expires_at, quantity, limit, lock };
    Ok((Verb::BuyAbroad(goods), Some(home)))
}

/// What the machine did with an order, as it is told.
pub(crate) fn placed(order: OrderId, done: Done, as_of: u64) -> Placed {
    let outcome = OrderOutcome::new(order, Ok(done));
    let OrderOutcome { order, filled, resting, cancelled, trades, not_before, .. } = outcome;
    Placed { order, filled, resting, cancelled, trades, not_before, sent_to: None, as_of }
}

pub(crate) async fn amend(
    call: Write<OrderId>,
    Body(sent): Body<OrderAmendment>,
) -> Result<Placed, Problem> {
    let amendment = amendment(&call, call.id, sent)?;
    let done = call.submit(Verb::AmendOrder(amendment)).await?;
    Ok(placed(call.id, done, call.as_of()))
}

fn amendment<K>(
    call: &Write<K>,
    order: OrderId,
    sent: OrderAmendment,
) -> Result<Amendment, Problem> {
    let price = sent.limit.map(|money| call.api.amount("limit", money)).transpose()?;
    Ok(Amendment { order, price, quantity: sent.quantity })
}

pub(crate) async fn cancel(call: Write<OrderId>, (): ()) -> Result<OrderCancelled, Problem> {
    let done = call.submit(Verb::CancelOrder { order: call.id }).await?;
    let outcome = OrderOutcome::new(call.id, Ok(done));
    Ok(OrderCancelled { order: Text(call.id), quantity: outcome.cancelled, as_of: call.as_of() })
}

pub(crate) async fn cancel_all(
    call: Write,
    Query(which): Query<OrdersToCancel>,
) -> Result<OrdersCancelled, Problem> {
    let own = (call.caller.scope.role() != Role::Operator).then_some(call.caller.party);
    let party = which.party.map(|party| party.0).or(own);
    let party = party.ok_or_else(|| Problem::from(Code::MissingField).at("party"))?;
    let series = which.series.map(|series| series.0);
    let orders = match call.submit(Verb::CancelOrders { party, series }).await? {
        Done::CancelledOrders { orders } => orders,
        _ => 0,
    };
    Ok(OrdersCancelled { orders, as_of: call.as_of() })
}

pub(crate) async fn buy_back(
    call: Write,
    Body(sent): Body<BuyBackOrder>,
) -> Result<Placed, Problem> {
    let order = OrderId::derive(&[call.command.as_bytes()]);
    let wanted = BuyBack {
        order,
        series: sent.series.0,
        quantity: sent.quantity,
        limit: call.api.amount("limit", sent.limit)?,
        time_in_force: sent.time_in_force.into(),
        expires_at: sent.expires_at.map(|time| time.0),
        then: sent.then.into(),
    };
    let done = call.submit(Verb::BuyBack(wanted)).await?;
    Ok(placed(order, done, call.as_of()))
}

/// Several acts as one wish. Each counts as a request, as if it had come alone.
pub(crate) async fn batch(
    call: Write,
    Body(sent): Body<OrderBatch>,
) -> Result<BatchAnswer, Problem> {
    if sent.acts.is_empty() || ORDER_ACTS_MAX < sent.acts.len() {
        return Err(Problem::from(Code::BatchSize).at("acts"));
    }
    let others = u32::try_from(sent.acts.len().saturating_sub(1)).unwrap_or(u32::MAX);
    if let Some(others) = NonZeroU32::new(others) {
        call.api.limiters().admit(&call.caller, others)?;
    }
    let mut acts = Vec::with_capacity(sent.acts.len());
    for (number, act) in sent.acts.iter().enumerate() {
        let read = read_act(&call, number, act);
        acts.push(read.map_err(|problem| in_act(number, problem))?);
    }
    let orders: Vec<OrderId> = acts.iter().map(|(order, _)| *order).collect();
    let acts = acts.into_iter().map(|(_, act)| act).collect();
    let outcomes = match call.submit(Verb::BatchOrders(acts)).await? {
        Done::Batch { outcomes } => outcomes,
        _ => Vec::new(),
    };
    let told = orders.into_iter().zip(outcomes);
    let outcomes = told.map(|(order, outcome)| OrderOutcome::new(order, outcome)).collect();
    Ok(BatchAnswer { outcomes, as_of: call.as_of() })
}

/// The order that an act is about, and the act in the machine's words.
fn read_act(
    call: &Write,
    number: usize,
    act: &OrderAct,
) -> Result<(OrderId, gcfn_venue::OrderAct), Problem> {
    match (act.place, act.amend, act.cancel) {
        (Some(sent), None, None) => {
            if sent.rate_lock.is_some() {
                return Err(Problem::rule("rate_lock", "an order at another node comes alone"));
            }
            let place = u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes();
            let order = OrderId::derive(&[call.command.as_bytes(), &place]);
            Ok((order, gcfn_venue::OrderAct::Place(terms(call, order, &sent)?)))
        }
        (None, Some(sent), None) => {
            let amendment = amendment(call, sent.order.0, sent.amendment())?;
            Ok((sent.order.0, gcfn_venue::OrderAct::Amend(amendment)))
        }
        (None, None, Some(sent)) => Ok((sent.order.0, gcfn_venue::OrderAct::Cancel(sent.order.0))),
        _ => Err(Problem::rule("place", "exactly one of place, amend and cancel is said")),
    }
}

/// The same problem, told of the act that it is in.
fn in_act(number: usize, problem: Problem) -> Problem {
    let field = problem.field.clone().unwrap_or_default();
    problem.at(format!("acts[{number}].{field}"))
}

pub(crate) async fn list(call: Read, Query(page): Query<OrderPage>) -> Result<OrderList, Problem> {
    if page.state.is_some_and(OrderFilter::is_past) {
        return ended(call, page).await;
    }
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, as_of| {
        let own = venue.orders_of(call.caller.party, None);
        let own = own.iter().map(|order| OrderReport::new(order, currency));
        let wanted = own.filter(|order| page.state.is_none_or(|state| state.passes(order.state)));
        OrderList { orders: wanted.collect(), next: None, as_of }
    }))
}

/// Orders that have ended, which the machine has forgotten and the read model knows.
async fn ended(call: Read, page: OrderPage) -> Result<OrderList, Problem> {
    let rows = (projection::ORDER, Filter::Party(call.caller.party));
    let (Page { rows, next }, as_of) =
        past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let currency = call.api.terms().currency;
    let reports = rows.iter().filter_map(OrderLife::read).map(|life| life.report(currency));
    let wanted = reports.filter(|order| page.state.is_some_and(|state| state.passes(order.state)));
    let orders = wanted.collect();
    Ok(OrderList { orders, next: next.map(|place| place.to_string()), as_of })
}

pub(crate) async fn show(call: Read<OrderId>, (): ()) -> Result<OrderState, Problem> {
    let currency = call.api.terms().currency;
    let visible =
        |order: &OrderReport| order.party == Text(call.caller.party) || oversees(&call.caller);
    let open = call.api.gateway().read(|venue, as_of| {
        let order = venue.order(call.id).map(|order| OrderReport::new(order, currency))?;
        Some(OrderState { order, as_of })
    });
    let found = match open {
        Some(open) => Some(open),
        None => known(&call).await?,
    };
    found.filter(|found| visible(&found.order)).ok_or_else(|| Code::NotFound.into())
}

/// The proof that one of the caller's orders is open, or that anybody's is, for overseers.
pub(crate) async fn proof(call: Read<OrderId>, (): ()) -> Result<Receipt, Problem> {
    let owner = call.api.gateway().read(|venue, _| Some(venue.order(call.id)?.party));
    owner.filter(|owner| call.caller.may_see(*owner)).ok_or(Code::NotFound)?;
    let receipt = call.api.gateway().order_receipt(call.id).await;
    receipt.map(Receipt).map_err(|reason| Code::from(reason).into())
}

/// An order that is not open any more, as far as the read model knows it to have ended.
async fn known(call: &Read<OrderId>) -> Result<Option<OrderState>, Problem> {
    let (row, as_of) = past_row(&call.api, (projection::ORDER, &call.id.to_string())).await?;
    let life = row.as_ref().and_then(OrderLife::read).filter(OrderLife::has_ended);
    let currency = call.api.terms().currency;
    Ok(life.map(|life| OrderState { order: life.report(currency), as_of }))
}
