//! Disputes: a side of a trade opens one, staff decide it.

use crate::auth::Caller;
use crate::route::{Body, Read, Write};
use gcfn_api_wire::dispute::{
    DisputeDecision, DisputeDetail, DisputeList, DisputeOpened, DisputeOpening, DisputeReport,
    Evidence,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::DisputeId;
use gcfn_venue::{ArbitrationDecision, Dispute, DisputeTerms, MoneyAct, Venue};

pub(crate) async fn open(
    call: Write,
    Body(sent): Body<DisputeOpening>,
) -> Result<DisputeOpened, Problem> {
    let dispute = DisputeId::derive(&[call.command.as_bytes()]);
    let DisputeOpening { trade: Text(trade), kind, evidence: Text(evidence) } = sent;
    let terms = DisputeTerms { dispute, trade, kind: kind.into(), evidence };
    call.submit(MoneyAct::OpenDispute(terms).into()).await?;
    Ok(DisputeOpened { dispute: Text(dispute), as_of: call.as_of() })
}

/// A dispute is shown to the sides of its trade, and to whoever watches over the node.
fn shown(
    caller: &Caller,
    venue: &Venue,
    (id, dispute): (&DisputeId, &Dispute),
) -> Option<DisputeReport> {
    let report = DisputeReport::new(*id, dispute);
    if caller.oversees() {
        return Some(report);
    }
    let trade = venue.trade(dispute.trade);
    let side = trade.is_some_and(|of| [of.buyer, of.seller].contains(&caller.party));
    (side || dispute.by == caller.party).then(|| report.seen_by(Text(caller.party)))
}

pub(crate) async fn disputes(call: Read, (): ()) -> Result<DisputeList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let disputes = venue.disputes().filter_map(|entry| shown(&call.caller, venue, entry));
        DisputeList { disputes: disputes.collect(), as_of }
    }))
}

pub(crate) async fn dispute(call: Read<DisputeId>, (): ()) -> Result<DisputeDetail, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let dispute = shown(&call.caller, venue, (&call.id, venue.dispute(call.id)?))?;
        Some(DisputeDetail { dispute, as_of })
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn add_evidence(
    call: Write<DisputeId>,
    Body(sent): Body<Evidence>,
) -> Result<Accepted, Problem> {
    let (dispute, Text(evidence)) = (call.id, sent.evidence);
    call.accepted(MoneyAct::AddEvidence { dispute, evidence }.into()).await
}

pub(crate) async fn withdraw(call: Write<DisputeId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::WithdrawDispute { dispute: call.id }.into()).await
}

pub(crate) async fn take_up(call: Write<DisputeId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::TakeUpDispute { dispute: call.id }.into()).await
}

pub(crate) async fn arbitrate(call: Write<DisputeId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::ArbitrateDispute { dispute: call.id }.into()).await
}

pub(crate) async fn decide(
    call: Write<DisputeId>,
    Body(sent): Body<DisputeDecision>,
) -> Result<Accepted, Problem> {
    let DisputeDecision { refund, reasons: Text(reasons) } = sent;
    let decision = ArbitrationDecision { dispute: call.id, refund, reasons };
    call.accepted(MoneyAct::DecideDispute(decision).into()).await
}
