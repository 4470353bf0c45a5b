//! Trades and rates.

use crate::auth::Caller;
use crate::gateway::RateRequest;
use crate::handlers::{oversees, past_page, past_row};
use crate::projection::{self, past_trade};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::node::Receipt;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::trading::{
    DealList, DealReport, ExceptionReport, QuoteRequest, RateLock, TradeDetail, TradeList,
    TradePage, TradeReport,
};
use gcfn_model::{Currency, TradeId};
use gcfn_store::{Filter, Page};
use gcfn_venue::Trade;

/// Which trades, the read model knows; how each stands, the machine, as long as it knows it.
pub(crate) async fn trades(
    call: Read,
    Query(page): Query<TradePage>,
) -> Result<TradeList, Problem> {
    let rows = match oversees(&call.caller) {
        true => (projection::TRADE, Filter::All),
        false => (projection::PARTY_TRADE, Filter::Party(call.caller.party)),
    };
    let (Page { rows, next }, as_of) =
        past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, _| {
        let trades = rows.iter().filter_map(past_trade);
        let trades = trades.map(|past| venue.trade(past.id).cloned().unwrap_or(past));
        let trades = trades.filter(|trade| may_see(&call.caller, trade));
        let trades = trades.map(|trade| report(&call.caller, &trade, currency)).collect();
        TradeList { trades, next: next.map(|place| place.to_string()), as_of }
    }))
}

/// A trade that the caller may see: of the machine, or of the read model once the machine knows
/// it no more. With the log entry that it shows at least.
async fn find(call: &Read<TradeId>) -> Result<Option<(Trade, u64)>, Problem> {
    let seen = |trade: &Trade| may_see(&call.caller, trade);
    let known =
        call.api.gateway().read(|venue, as_of| Some((venue.trade(call.id)?.clone(), as_of)));
    if let Some(known) = known {
        return Ok(Some(known).filter(|(trade, _)| seen(trade)));
    }
    let (row, as_of) = past_row(&call.api, (projection::TRADE, &call.id.to_string())).await?;
    Ok(row.as_ref().and_then(past_trade).filter(seen).map(|trade| (trade, as_of)))
}

pub(crate) async fn trade(call: Read<TradeId>, (): ()) -> Result<TradeDetail, Problem> {
    let currency = call.api.terms().currency;
    let (trade, as_of) = find(&call).await?.ok_or(Code::NotFound)?;
    Ok(TradeDetail { trade: report(&call.caller, &trade, currency), as_of })
}

pub(crate) async fn receipt(call: Read<TradeId>, (): ()) -> Result<Receipt, Problem> {
    if find(&call).await?.is_none() {
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

/// The deals with other nodes that have not settled.
pub(crate) async fn deals(call: Read, (): ()) -> Result<DealList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let deals = venue.open_deals().into_iter().map(DealReport::from).collect();
        let exceptions = venue.exceptions().map(ExceptionReport::from).collect();
        DealList { deals, exceptions, as_of }
    }))
}

fn may_see(caller: &Caller, trade: &Trade) -> bool {
    oversees(caller) || trade.buyer == caller.party || trade.seller == caller.party
}

fn report(caller: &Caller, trade: &Trade, currency: Currency) -> TradeReport {
    let report = TradeReport::new(trade, currency);
    if oversees(caller) { report } else { report.seen_by(Text(caller.party)) }
}
