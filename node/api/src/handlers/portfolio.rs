//! What the caller's coupons have cost, what they have brought, and what they are worth.
//!
//! Added up when it is asked for, from the caller's own trades and redemptions: most have few, and
//! to keep sums for everybody would cost each trade.

use crate::Api;
use crate::handlers::past_page;
use crate::projection::{PARTY_REDEMPTION, PARTY_TRADE, RedemptionLife, past_trade};
use crate::route::Read;
use gcfn_api_wire::page::PAGE_MAX;
use gcfn_api_wire::portfolio::{Portfolio, PortfolioLine};
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::term::{Money, SignedMoney, Text};
use gcfn_model::{Amount, Currency, PartyId, Position, SeriesId};
use gcfn_store::{Filter, Row};
use gcfn_venue::{Trade, TradeState, ValuedCoupons};
use std::collections::BTreeMap;

/// How many pages of rows are looked at, of each kind.
const PAGES_MAX: usize = 10;

/// What has come of coupons of one series.
#[derive(Default)]
struct Sums {
    bought: u64,
    paid: Position,
    sold: u64,
    received: Position,
    redeemed: Position,
    held: u64,
    worth: Option<Amount>,
}

pub(crate) async fn portfolio(call: Read, (): ()) -> Result<Portfolio, Problem> {
    let party = call.caller.party;
    let mut sums = BTreeMap::<SeriesId, Sums>::new();
    let (trades, all_trades, as_of) = rows(&call.api, PARTY_TRADE, party).await?;
    let (redemptions, all_redemptions, _) = rows(&call.api, PARTY_REDEMPTION, party).await?;
    for trade in trades.iter().filter_map(past_trade) {
        count_trade(sums.entry(trade.series).or_default(), &trade, party);
    }
    let lives = redemptions.iter().filter_map(RedemptionLife::read);
    for life in lives.filter(|life| life.holder == party && life.confirmed == Some(true)) {
        let of = sums.entry(life.series).or_default();
        of.redeemed = of.redeemed.plus(life.value);
    }
    let now = call.api.gateway().read(|venue, _| venue.valued_coupons(party));
    for ValuedCoupons { series, quantity, at_last_price, .. } in now {
        let of = sums.entry(series).or_default();
        (of.held, of.worth) = (quantity, at_last_price);
    }
    let currency = call.api.terms().currency;
    let results = sums.values().map(Sums::result);
    let result = results.fold(Position::ZERO, Position::and);
    Ok(Portfolio {
        party: Text(party),
        positions: sums.iter().map(|(series, of)| line(*series, of, currency)).collect(),
        result: SignedMoney::new(result, currency),
        complete: all_trades && all_redemptions,
        as_of,
    })
}

/// The latest rows of a party, whether these are all, and the log entry that they show at least.
async fn rows(api: &Api, kind: &str, party: PartyId) -> Result<(Vec<Row>, bool, u64), Problem> {
    let (mut rows, mut before, mut as_of) = (Vec::new(), None::<String>, None);
    for _ in 0..PAGES_MAX {
        let of = (kind, Filter::Party(party));
        let (page, shown) = past_page(api, of, before.as_deref(), PAGE_MAX).await?;
        rows.extend(page.rows);
        as_of.get_or_insert(shown);
        before = page.next.map(|place| place.to_string());
        if before.is_none() {
            break;
        }
    }
    Ok((rows, before.is_none(), as_of.unwrap_or(0)))
}

/// Adds a trade of `party`; one that was undone has cost and brought nothing.
fn count_trade(of: &mut Sums, trade: &Trade, party: PartyId) {
    if trade.state == TradeState::Reversed {
        return;
    }
    if trade.buyer == party {
        of.bought = of.bought.saturating_add(trade.quantity);
        of.paid = of.paid.plus(trade.value()).plus(trade.buyer_fee);
    }
    if trade.seller == party {
        of.sold = of.sold.saturating_add(trade.quantity);
        of.received = of.received.plus(trade.value()).minus(trade.seller_fee);
    }
}

impl Sums {
    fn result(&self) -> Position {
        let brought = self.received.and(self.redeemed);
        brought.plus(self.worth.unwrap_or(Amount::ZERO)).and(self.paid.negated())
    }
}

fn line(series: SeriesId, of: &Sums, currency: Currency) -> PortfolioLine {
    let result = of.result();
    let share = result.minor().checked_mul(10_000).and_then(|all| all.checked_div(of.paid.minor()));
    // No sum here is negative: a fee is never more than what it is taken from.
    let money = |sum: Position| Money::new(sum.credit().unwrap_or(Amount::MAX), currency);
    PortfolioLine {
        series: Text(series),
        bought: of.bought,
        paid: money(of.paid),
        sold: of.sold,
        received: money(of.received),
        redeemed: money(of.redeemed),
        held: of.held,
        worth: of.worth.map(|worth| Money::new(worth, currency)),
        result: SignedMoney::new(result, currency),
        return_bp: share.and_then(|share| i64::try_from(share).ok()),
    }
}
