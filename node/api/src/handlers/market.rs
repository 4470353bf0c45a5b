//! What everybody may know of a market, and when it stands still.

use crate::handlers::past_page;
use crate::projection::{TRADE, past_trade};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::fee_quote::{FeeQuestion, QuotedFee};
use gcfn_api_wire::feed::level;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::market::{
    BookAct, BookHalt, CurveFilter, CurvePoint, DepthRange, HaltList, Level, MarketCurve,
    MarketDepth, MarketQuote, OrderBook, PastPrice, PriceHistory, PricePage, SuggestedPrice,
    SuggestionRequest,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_api_wire::trading::OrdersCancelled;
use gcfn_market::{Depth, Phase, PriceLevel};
use gcfn_model::{Currency, SeriesId, Timestamp};
use gcfn_store::Filter;
use gcfn_venue::{Batch, Done, Market, TradeLine, TradeState, Venue, Verb};

const LEVELS_MAX: usize = 100;
const DAY_MS: u64 = 86_400_000;

pub(crate) async fn depth(
    call: Read<SeriesId>,
    Query(range): Query<DepthRange>,
) -> Result<MarketDepth, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let market = venue.market(call.id)?;
        let depth = market.book.depth(range.levels.clamp(1, LEVELS_MAX));
        Some(MarketDepth {
            series: Text(call.id),
            bids: depth.bids.iter().map(|bid| shown(bid, currency)).collect(),
            asks: depth.asks.iter().map(|ask| shown(ask, currency)).collect(),
            last_price: market.last_price.map(|price| Money::new(price, currency)),
            sequence: depth.sequence,
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

fn shown(level: &PriceLevel, currency: Currency) -> Level {
    Level { price: Money::new(level.price, currency), quantity: level.quantity }
}

pub(crate) async fn order_book(call: Read<SeriesId>, (): ()) -> Result<OrderBook, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let book = &venue.market(call.id)?.book;
        let Depth { sequence, bids, asks } = book.depth(usize::MAX);
        Some(OrderBook {
            series: Text(call.id),
            phase: book.phase().into(),
            bids: bids.iter().map(|bid| level(bid, currency)).collect(),
            asks: asks.iter().map(|ask| level(ask, currency)).collect(),
            sequence,
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn quote(call: Read<SeriesId>, (): ()) -> Result<MarketQuote, Problem> {
    let currency = call.api.terms().currency;
    let found = call.api.gateway().read(|venue, as_of| {
        let market = venue.market(call.id)?;
        let face = venue.books().title.terms(call.id)?.face;
        let best = market.book.depth(1);
        Some(MarketQuote {
            series: Text(call.id),
            face: Money::new(face, currency),
            price: Money::new(market.price(), currency),
            discount: market.discount(face).0,
            bid: best.bids.first().map(|bid| shown(bid, currency)),
            ask: best.asks.first().map(|ask| shown(ask, currency)),
            last_price: market.last_price.map(|price| Money::new(price, currency)),
            phase: market.book.phase().into(),
            phase_ends: market.call_ends.map(Text),
            as_of,
        })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

/// What a series was traded at. Trades that were undone are left out: nobody paid their price.
pub(crate) async fn prices(
    call: Read<SeriesId>,
    Query(page): Query<PricePage>,
) -> Result<PriceHistory, Problem> {
    let rows = (TRADE, Filter::Series(call.id));
    if call.api.gateway().read(|venue, _| venue.market(call.id).is_none()) {
        return Err(Code::NotFound.into());
    }
    let (found, as_of) = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let currency = call.api.terms().currency;
    let trades = found.rows.iter().filter_map(past_trade);
    let trades = trades.filter(|trade| trade.state != TradeState::Reversed);
    let trades = trades.map(|trade| PastPrice {
        at: Text(trade.at),
        price: Money::new(trade.price, currency),
        quantity: trade.quantity,
        primary: trade.primary(),
    });
    let (series, trades) = (Text(call.id), trades.collect());
    Ok(PriceHistory { series, trades, next: found.next.map(|place| place.to_string()), as_of })
}

pub(crate) async fn curve(
    call: Read,
    Query(filter): Query<CurveFilter>,
) -> Result<MarketCurve, Problem> {
    let now = call.api.node().now();
    Ok(call.api.gateway().read(|venue, as_of| {
        let listed = venue.live_batches_after(None).filter(|(_, batch)| {
            batch.terms.expires_at > now
                && filter.issuer.is_none_or(|issuer| issuer == Text(batch.issuer))
        });
        let points = listed.filter_map(|(_, batch)| {
            Some(point(venue, (batch.series, venue.market(batch.series)?), batch, now))
        });
        let mut points: Vec<CurvePoint> = points.collect();
        points.sort_by_key(|point| (point.expires_at, point.series));
        MarketCurve { points, as_of }
    }))
}

fn point(
    venue: &Venue,
    (series, market): (SeriesId, &Market),
    batch: &Batch,
    now: Timestamp,
) -> CurvePoint {
    let (currency, face) = (venue.terms().currency, batch.terms.face);
    let left = batch.terms.expires_at.since(now);
    CurvePoint {
        series: Text(series),
        issuer: Text(batch.issuer),
        grade: venue.issuer(batch.issuer).map(|issuer| issuer.grade),
        expires_at: Text(batch.terms.expires_at),
        days_left: left.0.checked_div(DAY_MS).unwrap_or(0),
        face: Money::new(face, currency),
        price: Money::new(market.price(), currency),
        discount: market.discount(face).0,
    }
}

pub(crate) async fn suggest(
    call: Read,
    Query(asked): Query<SuggestionRequest>,
) -> Result<SuggestedPrice, Problem> {
    let now = call.api.node().now();
    let series = asked.series;
    let found = call.api.gateway().read(|venue, as_of| {
        let inputs = venue.pricing_inputs(series.0, now)?;
        let suggestion = venue.terms().pricing.suggest(&inputs);
        let currency = venue.terms().currency;
        Some(SuggestedPrice::new(series, (&inputs, &suggestion), currency, as_of))
    });
    found.ok_or_else(|| Problem::from(Code::NotFound).at("series"))
}

pub(crate) async fn quote_fee(
    call: Read,
    Query(asked): Query<FeeQuestion>,
) -> Result<QuotedFee, Problem> {
    let value = asked.value.amount(call.api.terms().currency);
    let value = value.map_err(|fault| Problem::rule("value", fault.to_string()))?;
    let line = TradeLine {
        kind: asked.market.into(),
        side: asked.side.into(),
        liquidity: asked.liquidity.into(),
        value,
        trades_this_month: 0,
    };
    Ok(call.api.gateway().read(|venue, as_of| {
        let quote = venue.quote_fee(call.caller.party, line);
        QuotedFee {
            rate: quote.rate.0,
            reduction: quote.reduction.0,
            trades_this_month: quote.line.trades_this_month,
            fee: call.api.money(quote.fee),
            total: quote.total().map(|total| call.api.money(total)),
            as_of,
        }
    }))
}

pub(crate) async fn halts(call: Read, (): ()) -> Result<HaltList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let live = venue.live_batches_after(None);
        let books = live.filter_map(|(_, of)| Some((of.series, venue.market(of.series)?)));
        let still = books.filter(|(_, market)| market.book.phase() != Phase::Continuous);
        let books = still.map(|(series, market)| BookHalt {
            series: Text(series),
            phase: market.book.phase().into(),
            until: market.call_ends.map(Text),
        });
        HaltList { books: books.collect(), as_of }
    }))
}

pub(crate) async fn halt(call: Write, Body(sent): Body<BookAct>) -> Result<Accepted, Problem> {
    call.accepted(Verb::HaltSeries { series: sent.series.0 }).await
}

pub(crate) async fn resume(call: Write<SeriesId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ResumeSeries { series: call.id }).await
}

pub(crate) async fn empty(call: Write<SeriesId>, (): ()) -> Result<OrdersCancelled, Problem> {
    let orders = match call.submit(Verb::CancelBook { series: call.id }).await? {
        Done::CancelledOrders { orders } => orders,
        _ => 0,
    };
    Ok(OrdersCancelled { orders, as_of: call.as_of() })
}
