//! The clearing house that the node runs: what it would do, what waits there, and what staff do.

use crate::handlers::desk::suspended;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::claims::ClaimList;
use gcfn_api_wire::clearing::{
    CapList, ClearingDeposits, ClearingPositions, ClearingPreview, ClearingQueue, ClearingReplay,
    CycleOf, DepositBack, NewCap, NewDeposit, NewNetting, NewPriority, RunRequest,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::money::{SuspenseList, SuspenseMatching, SuspensePage};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::reconciliation::BreakOwner;
use gcfn_api_wire::term::Money;
use gcfn_clearing::{Deposit, House, HouseRefusal, Layer, Priority, QueueChange};
use gcfn_model::{Digest, SettlementAccount};
use gcfn_venue::{ClearingAct, Rejection};

/// What `look` makes of the house that the node runs: its venue's, or, without a venue, the
/// federation's, of which it has a replica then.
fn of_house<T>(
    call: &Read,
    look: impl FnOnce(&House, u64) -> Result<T, HouseRefusal>,
) -> Result<T, Problem> {
    if let Some(gateway) = call.api.venue() {
        let seen = gateway.read(|venue, as_of| {
            let house = venue.house().ok_or(Rejection::NoHouse)?;
            look(house, as_of).map_err(Rejection::House)
        });
        return seen.map_err(Problem::from);
    }
    let seen = call.api.federation().read(|council, as_of| look(council.house(), as_of));
    let seen = seen.ok_or(Problem::from(Code::NotFound))?;
    seen.map_err(|refusal| Rejection::House(refusal).into())
}

pub(crate) async fn positions(
    call: Read,
    Query(of): Query<CycleOf>,
) -> Result<ClearingPositions, Problem> {
    of_house(&call, |house, as_of| ClearingPositions::new(house, of.value_date.0, as_of))
}

pub(crate) async fn preview(
    call: Read,
    Query(of): Query<CycleOf>,
) -> Result<ClearingPreview, Problem> {
    of_house(&call, |house, as_of| ClearingPreview::new(house, of.value_date.0, as_of))
}

pub(crate) async fn replay(
    call: Read,
    Query(of): Query<CycleOf>,
) -> Result<ClearingReplay, Problem> {
    of_house(&call, |house, as_of| ClearingReplay::new(house, of.value_date.0, as_of))
}

pub(crate) async fn queue(call: Read, (): ()) -> Result<ClearingQueue, Problem> {
    of_house(&call, |house, as_of| Ok(ClearingQueue::new(house, as_of)))
}

pub(crate) async fn caps(call: Read, (): ()) -> Result<CapList, Problem> {
    of_house(&call, |house, as_of| Ok(CapList::new(house, as_of)))
}

pub(crate) async fn deposits(call: Read, (): ()) -> Result<ClearingDeposits, Problem> {
    of_house(&call, |house, as_of| Ok(ClearingDeposits::new(house, as_of)))
}

pub(crate) async fn claims(call: Read, (): ()) -> Result<ClaimList, Problem> {
    of_house(&call, |house, as_of| Ok(ClaimList::new(house, as_of)))
}

pub(crate) async fn suspense(
    call: Read,
    Query(page): Query<SuspensePage>,
) -> Result<SuspenseList, Problem> {
    let now = call.api.node().now();
    of_house(&call, |house, as_of| {
        let items = house.suspense().filter(|item| page.after < Some(item.number));
        Ok(suspended(items, (now, house.alarm_after()), page.limit, as_of))
    })
}

pub(crate) async fn run(call: Write, Body(sent): Body<RunRequest>) -> Result<Accepted, Problem> {
    call.at_house(ClearingAct::Run { value_date: sent.value_date.0 }).await
}

async fn change(call: Write<Digest>, change: QueueChange) -> Result<Accepted, Problem> {
    call.at_house(ClearingAct::ChangeQueue { bundle: call.id, change }).await
}

pub(crate) async fn reorder(
    call: Write<Digest>,
    Body(sent): Body<NewPriority>,
) -> Result<Accepted, Problem> {
    let priority = Priority::new(sent.priority);
    let priority = priority.map_err(|fault| Problem::rule("priority", fault.to_string()))?;
    change(call, QueueChange::Reordered(priority)).await
}

pub(crate) async fn hold(call: Write<Digest>, (): ()) -> Result<Accepted, Problem> {
    change(call, QueueChange::Held).await
}

pub(crate) async fn release(call: Write<Digest>, (): ()) -> Result<Accepted, Problem> {
    change(call, QueueChange::Released).await
}

pub(crate) async fn cancel(call: Write<Digest>, (): ()) -> Result<Accepted, Problem> {
    change(call, QueueChange::Cancelled).await
}

pub(crate) async fn set_cap(call: Write, Body(sent): Body<NewCap>) -> Result<Accepted, Problem> {
    let account = SettlementAccount { node: sent.node.0, pool: sent.pool.into() };
    let currency = sent.currency.0;
    if sent.limit.is_some_and(|limit| limit.currency != currency) {
        return Err(Problem::from(Code::CurrencyMismatch).at("limit"));
    }
    let limit = sent.limit.map(|limit| limit.amount);
    call.at_house(ClearingAct::SetCap { account, currency, limit }).await
}

pub(crate) async fn set_netting(
    call: Write,
    Body(sent): Body<NewNetting>,
) -> Result<Accepted, Problem> {
    call.at_house(ClearingAct::SetNetting(sent.netting.into())).await
}

fn deposit_of(sent: NewDeposit) -> (SettlementAccount, Layer) {
    (SettlementAccount { node: sent.node.0, pool: sent.pool.into() }, sent.layer.into())
}

pub(crate) async fn open_deposit(
    call: Write,
    Body(sent): Body<NewDeposit>,
) -> Result<Accepted, Problem> {
    let (account, layer) = deposit_of(sent);
    call.at_house(ClearingAct::OpenDeposit { account, layer }).await
}

pub(crate) async fn pay_back(
    call: Write,
    Body(sent): Body<DepositBack>,
) -> Result<Accepted, Problem> {
    let account = SettlementAccount { node: sent.node.0, pool: sent.pool.into() };
    let (layer, Money { amount, currency }) = (sent.layer.into(), sent.amount);
    call.at_house(ClearingAct::PayBack(Deposit { account, layer, currency, amount })).await
}

pub(crate) async fn assign_suspense(
    call: Write<u64>,
    Body(sent): Body<BreakOwner>,
) -> Result<Accepted, Problem> {
    let owner = sent.owner.map_or(call.caller.party, |owner| owner.0);
    call.at_house(ClearingAct::AssignSuspense { item: call.id, owner }).await
}

pub(crate) async fn resolve_suspense(
    call: Write<u64>,
    Body(sent): Body<NewDeposit>,
) -> Result<Accepted, Problem> {
    let (account, layer) = deposit_of(sent);
    call.at_house(ClearingAct::ResolveSuspense { item: call.id, account, layer }).await
}

pub(crate) async fn match_suspense(
    call: Write,
    Body(sent): Body<SuspenseMatching>,
) -> Result<Accepted, Problem> {
    let SuspenseMatching { credit, debit } = sent;
    call.at_house(ClearingAct::MatchSuspense { credit, debit }).await
}
