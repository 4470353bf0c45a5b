//! Trades and rates.

use crate::api::store_problem;
use crate::auth::Caller;
use crate::gateway::RateRequest;
use crate::handlers::oversees;
use crate::projection;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::node::Receipt;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::trading::{
    QuoteRequest, RateLock, TradeDetail, TradeList, TradePage, TradeReport,
};
use gcfn_model::{Currency, TradeId};
use gcfn_store::{Filter, Page, Place};
use gcfn_venue::Trade;

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

fn may_see(caller: &Caller, trade: &Trade) -> bool {
    oversees(caller) || trade.buyer == caller.party || trade.seller == caller.party
}

fn report(caller: &Caller, trade: &Trade, currency: Currency) -> TradeReport {
    let report = TradeReport::new(trade, currency);
    if oversees(caller) { report } else { report.seen_by(Text(caller.party)) }
}
