//! How banks' books and the node's tie, and what staff do about what differs. A node that trades
//! has its own accounts and those of its house; the root has the federation's house.

use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::reconciliation::{
    BreakEnd, BreakList, BreakOwner, BreakReport, PoolTie, ReconciliationList, ReconciliationOf,
    StatementsWanted,
};
use gcfn_banking::{AccountTies, OpenBreak};
use gcfn_ledger::Ledger;
use gcfn_model::{BreakId, Currency, Millis, Pool, Timestamp};

fn listed<'a>(
    found: impl Iterator<Item = &'a OpenBreak>,
    (now, alarm_after): (Timestamp, Millis),
    as_of: u64,
) -> BreakList {
    let mut found: Vec<&OpenBreak> = found.collect();
    found.sort_by_key(|found| (found.since, found.date, found.what));
    let breaks = found.into_iter().map(|found| BreakReport::new(found, now, alarm_after));
    let breaks = breaks.collect();
    BreakList { breaks, as_of }
}

/// Every difference at the venue's desk and at that of the house that the node runs.
pub(crate) async fn breaks(call: Read, (): ()) -> Result<BreakList, Problem> {
    let now = call.api.node().now();
    if let Some(gateway) = call.api.venue() {
        return Ok(gateway.read(|venue, as_of| {
            let house = venue.house().into_iter().flat_map(|house| house.desk().breaks());
            let age = (now, venue.terms().money.alarm_after);
            listed(venue.desk().breaks().chain(house), age, as_of)
        }));
    }
    let seen = call.api.federation().read(|council, as_of| {
        let house = council.house();
        listed(house.desk().breaks(), (now, house.alarm_after()), as_of)
    });
    seen.ok_or(Code::NotFound.into())
}

fn tied<'a>(
    asked: ReconciliationOf,
    ties: impl Iterator<Item = AccountTies<'a>>,
    as_of: u64,
) -> ReconciliationList {
    let (mut days, mut waiting) = (Vec::new(), Vec::new());
    for ties in ties {
        days.extend(asked.days(&ties));
        waiting.extend(asked.asked(&ties));
    }
    days.sort_by_key(|day| day.date.0);
    ReconciliationList { days, asked: waiting, pools: Vec::new(), as_of }
}

/// The pools in which anything was ever booked.
fn pools(asked: ReconciliationOf, money: &Ledger) -> Vec<PoolTie> {
    let currencies = Currency::ALL.into_iter().filter(|currency| asked.is_of(*currency));
    let pools = currencies.flat_map(|currency| Pool::ALL.map(|pool| (pool, currency)));
    let kept = pools.map(|(pool, of)| (pool, of, money.pool_position(pool, of)));
    let used = kept.filter(|(.., position)| *position != gcfn_ledger::PoolPosition::default());
    used.map(|(pool, of, position)| PoolTie::new(pool, position, of)).collect()
}

/// How the accounts of the venue and of the house that the node runs tie.
pub(crate) async fn accounts(
    call: Read,
    Query(asked): Query<ReconciliationOf>,
) -> Result<ReconciliationList, Problem> {
    if let Some(gateway) = call.api.venue() {
        return Ok(gateway.read(|venue, as_of| {
            let house = venue.house().into_iter().flat_map(|house| house.desk().ties());
            let list = tied(asked, venue.desk().ties().chain(house), as_of);
            ReconciliationList { pools: pools(asked, &venue.books().money), ..list }
        }));
    }
    let seen = call
        .api
        .federation()
        .read(|council, as_of| tied(asked, council.house().desk().ties(), as_of));
    seen.ok_or(Code::NotFound.into())
}

/// Asks now; the answer is among the days that [`accounts`] shows.
pub(crate) async fn ask_for_statements(
    call: Write,
    Body(sent): Body<StatementsWanted>,
) -> Result<Accepted, Problem> {
    call.at_house(sent.act()).await
}

pub(crate) async fn assign(
    call: Write<BreakId>,
    Body(sent): Body<BreakOwner>,
) -> Result<Accepted, Problem> {
    call.at_house(sent.of(call.id, call.caller.party)).await
}

pub(crate) async fn resolve(
    call: Write<BreakId>,
    Body(sent): Body<BreakEnd>,
) -> Result<Accepted, Problem> {
    call.at_house(sent.of(call.id)).await
}
