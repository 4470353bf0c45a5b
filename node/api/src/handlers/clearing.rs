//! The clearing house that the node runs: what it would do, what waits there, and what staff do.

use crate::gateway::Federation;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::clearing::{
    CapList, ClearingDeposits, ClearingPositions, ClearingPreview, ClearingQueue, ClearingReplay,
    CycleOf, DepositBack, NewCap, NewDeposit, NewNetting, NewPriority, RunRequest,
};
use gcfn_api_wire::federation::Heard;
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_clearing::{Deposit, House, HouseRefusal, Priority, QueueChange};
use gcfn_council::Verb;
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
    let federation: &dyn Federation = call.api.federation();
    let (mut look, mut seen) = (Some(look), None);
    federation.look_at_house(&mut |house, as_of| {
        seen = look.take().map(|look| look(house, as_of));
    });
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

pub(crate) async fn run(call: Write, Body(sent): Body<RunRequest>) -> Result<Accepted, Problem> {
    call.accepted(ClearingAct::Run { value_date: sent.value_date.0 }.into()).await
}

/// The root's word at the federation's house.
async fn say<K>(call: &Write<K>, act: ClearingAct) -> Result<Heard, Problem> {
    call.api.federation().say(call.command, Verb::Clearing(act)).await?;
    Ok(Heard { at: Text(call.api.node().now()) })
}

pub(crate) async fn federation_run(
    call: Write,
    Body(sent): Body<RunRequest>,
) -> Result<Heard, Problem> {
    say(&call, ClearingAct::Run { value_date: sent.value_date.0 }).await
}

async fn federation_change(call: Write<Digest>, change: QueueChange) -> Result<Heard, Problem> {
    say(&call, ClearingAct::ChangeQueue { bundle: call.id, change }).await
}

pub(crate) async fn federation_reorder(
    call: Write<Digest>,
    Body(sent): Body<NewPriority>,
) -> Result<Heard, Problem> {
    federation_change(call, reordered(sent)?).await
}

pub(crate) async fn federation_hold(call: Write<Digest>, (): ()) -> Result<Heard, Problem> {
    federation_change(call, QueueChange::Held).await
}

pub(crate) async fn federation_release(call: Write<Digest>, (): ()) -> Result<Heard, Problem> {
    federation_change(call, QueueChange::Released).await
}

pub(crate) async fn federation_cancel(call: Write<Digest>, (): ()) -> Result<Heard, Problem> {
    federation_change(call, QueueChange::Cancelled).await
}

pub(crate) async fn federation_pay_back(
    call: Write,
    Body(sent): Body<DepositBack>,
) -> Result<Heard, Problem> {
    say(&call, going_back(sent)).await
}

pub(crate) async fn federation_open_deposit(
    call: Write,
    Body(sent): Body<NewDeposit>,
) -> Result<Heard, Problem> {
    say(&call, opening(sent)).await
}

fn reordered(sent: NewPriority) -> Result<QueueChange, Problem> {
    let priority = Priority::new(sent.priority);
    let priority = priority.map_err(|fault| Problem::rule("priority", fault.to_string()))?;
    Ok(QueueChange::Reordered(priority))
}

fn opening(sent: NewDeposit) -> ClearingAct {
    let account = SettlementAccount { node: sent.node.0, pool: sent.pool.into() };
    ClearingAct::OpenDeposit { account, layer: sent.layer.into() }
}

fn going_back(sent: DepositBack) -> ClearingAct {
    let account = SettlementAccount { node: sent.node.0, pool: sent.pool.into() };
    let (layer, Money { amount, currency }) = (sent.layer.into(), sent.amount);
    ClearingAct::PayBack(Deposit { account, layer, currency, amount })
}

async fn change(call: Write<Digest>, change: QueueChange) -> Result<Accepted, Problem> {
    call.accepted(ClearingAct::ChangeQueue { bundle: call.id, change }.into()).await
}

pub(crate) async fn reorder(
    call: Write<Digest>,
    Body(sent): Body<NewPriority>,
) -> Result<Accepted, Problem> {
    change(call, reordered(sent)?).await
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
    call.accepted(ClearingAct::SetCap { account, currency, limit }.into()).await
}

pub(crate) async fn set_netting(
    call: Write,
    Body(sent): Body<NewNetting>,
) -> Result<Accepted, Problem> {
    call.accepted(ClearingAct::SetNetting(sent.netting.into()).into()).await
}

pub(crate) async fn open_deposit(
    call: Write,
    Body(sent): Body<NewDeposit>,
) -> Result<Accepted, Problem> {
    call.accepted(opening(sent).into()).await
}

pub(crate) async fn pay_back(
    call: Write,
    Body(sent): Body<DepositBack>,
) -> Result<Accepted, Problem> {
    call.accepted(going_back(sent).into()).await
}
