//! How banks' books and the node's tie, and what staff do about what differs. A node that trades
//! has its own accounts and those of its house; the root has the federation's house.

use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::federation::Heard;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::reconciliation::{
    BreakEnd, BreakList, BreakOwner, BreakReport, PoolTie, ReconciliationList, ReconciliationOf,
};
use gcfn_api_wire::term::Text;
use gcfn_banking::{AccountTies, DeskAct, OpenBreak};
use gcfn_ledger::Ledger;
use gcfn_model::{BreakId, Currency, Pool, Timestamp};
use gcfn_venue::Verb;

fn listed<'a>(found: impl Iterator<Item = &'a OpenBreak>, now: Timestamp, as_of: u64) -> BreakList {
    let mut found: Vec<&OpenBreak> = found.collect();
    found.sort_by_key(|found| (found.since, found.date, found.what));
    let breaks = found.into_iter().map(|found| BreakReport::new(found, now)).collect();
    BreakList { breaks, as_of }
}

/// Every difference at the venue's desk and at that of its clearing house, if it runs one.
pub(crate) async fn breaks(call: Read, (): ()) -> Result<BreakList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let house = venue.house().into_iter().flat_map(|house| house.desk().breaks());
        listed(venue.desk().breaks().chain(house), venue.now(), as_of)
    }))
}

/// Every difference at the desk of the federation's house.
pub(crate) async fn federation_breaks(call: Read, (): ()) -> Result<BreakList, Problem> {
    let (now, mut seen) = (call.api.node().now(), None);
    call.api.federation().look_at_house(&mut |house, as_of| {
        seen = Some(listed(house.desk().breaks(), now, as_of));
    });
    seen.ok_or(Code::NotFound.into())
}

fn tied<'a>(
    asked: ReconciliationOf,
    ties: impl Iterator<Item = AccountTies<'a>>,
    as_of: u64,
) -> ReconciliationList {
    let mut days: Vec<_> = ties.flat_map(|ties| asked.days(&ties)).collect();
    days.sort_by_key(|day| day.date.0);
    ReconciliationList { days, pools: Vec::new(), as_of }
}

/// The pools in which anything was ever booked.
fn pools(asked: ReconciliationOf, money: &Ledger) -> Vec<PoolTie> {
    let currencies = Currency::ALL.into_iter().filter(|currency| asked.is_of(*currency));
    let pools = currencies.flat_map(|currency| Pool::ALL.map(|pool| (pool, currency)));
    let kept = pools.map(|(pool, of)| (pool, of, money.pool_position(pool, of)));
    let used = kept.filter(|(.., position)| *position != gcfn_ledger::PoolPosition::default());
    used.map(|(pool, of, position)| PoolTie::new(pool, position, of)).collect()
}

/// How the accounts of the venue and of its house tie.
pub(crate) async fn accounts(
    call: Read,
    Query(asked): Query<ReconciliationOf>,
) -> Result<ReconciliationList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let house = venue.house().into_iter().flat_map(|house| house.desk().ties());
        let list = tied(asked, venue.desk().ties().chain(house), as_of);
        ReconciliationList { pools: pools(asked, &venue.books().money), ..list }
    }))
}

/// How the accounts of the federation's house tie.
pub(crate) async fn federation_accounts(
    call: Read,
    Query(asked): Query<ReconciliationOf>,
) -> Result<ReconciliationList, Problem> {
    let mut seen = None;
    call.api.federation().look_at_house(&mut |house, as_of| {
        seen = Some(tied(asked, house.desk().ties(), as_of));
    });
    seen.ok_or(Code::NotFound.into())
}

pub(crate) async fn assign(
    call: Write<BreakId>,
    Body(sent): Body<BreakOwner>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::Bank(sent.of(call.id, call.caller.party))).await
}

pub(crate) async fn resolve(
    call: Write<BreakId>,
    Body(sent): Body<BreakEnd>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::Bank(sent.of(call.id))).await
}

pub(crate) async fn federation_assign(
    call: Write<BreakId>,
    Body(sent): Body<BreakOwner>,
) -> Result<Heard, Problem> {
    say(&call, sent.of(call.id, call.caller.party)).await
}

pub(crate) async fn federation_resolve(
    call: Write<BreakId>,
    Body(sent): Body<BreakEnd>,
) -> Result<Heard, Problem> {
    say(&call, sent.of(call.id)).await
}

/// The root's word at the desk of the federation's house.
async fn say(call: &Write<BreakId>, act: DeskAct) -> Result<Heard, Problem> {
    call.api.federation().say(call.command, gcfn_council::Verb::Bank(act)).await?;
    Ok(Heard { at: Text(call.api.node().now()) })
}
