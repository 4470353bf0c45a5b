//! Disputes: a side of a trade opens one, staff decide it.

use crate::api::store_problem;
use crate::auth::Caller;
use crate::handlers::{page_of, past_page};
use crate::projection::{self, past_dispute};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::dispute::{
    DisputeDecision, DisputeDetail, DisputeList, DisputeOpened, DisputeOpening, DisputePage,
    DisputeReport, Evidence,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::page::Span;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::DisputeId;
use gcfn_store::{Filter, Row};
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

pub(crate) async fn disputes(
    call: Read,
    Query(page): Query<DisputePage>,
) -> Result<DisputeList, Problem> {
    if page.span == Span::Past {
        return past(call, page).await;
    }
    let after = page.after.map(|Text(dispute)| dispute);
    Ok(call.api.gateway().read(|venue, as_of| {
        let known = venue.disputes_after(after);
        let seen = known.filter_map(|of| Some((*of.0, shown(&call.caller, venue, of)?)));
        let (disputes, next) = page_of(seen, page.limit);
        DisputeList { disputes, next: next.map(|dispute| dispute.to_string()), as_of }
    }))
}

/// Disputes that the machine has forgotten, and the read model knows.
async fn past(call: Read, page: DisputePage) -> Result<DisputeList, Problem> {
    let rows = match call.caller.oversees() {
        true => (projection::DISPUTE, Filter::All),
        false => (projection::PARTY_DISPUTE, Filter::Party(call.caller.party)),
    };
    let (found, as_of) = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let disputes = found.rows.iter().filter_map(|row| seen_in(&call.caller, row)).collect();
    Ok(DisputeList { disputes, next: found.next.map(|place| place.to_string()), as_of })
}

fn seen_in(caller: &Caller, row: &Row) -> Option<DisputeReport> {
    let (id, dispute) = past_dispute(row)?;
    let report = DisputeReport::new(id, &dispute);
    Some(if caller.oversees() { report } else { report.seen_by(Text(caller.party)) })
}

pub(crate) async fn dispute(call: Read<DisputeId>, (): ()) -> Result<DisputeDetail, Problem> {
    let known = call.api.gateway().read(|venue, as_of| {
        let dispute = venue.dispute(call.id)?;
        Some((shown(&call.caller, venue, (&call.id, dispute)), as_of))
    });
    let (dispute, as_of) = match known {
        Some(known) => known,
        None => forgotten(&call).await?,
    };
    Ok(DisputeDetail { dispute: dispute.ok_or(Code::NotFound)?, as_of })
}

/// A forgotten dispute as far as the caller may see it: a side of its trade has a row of it.
async fn forgotten(call: &Read<DisputeId>) -> Result<(Option<DisputeReport>, u64), Problem> {
    let store = call.api.store();
    let as_of = store.cursors().position(projection::PROJECTION).await;
    let as_of = as_of.map_err(|fault| store_problem(&fault))?;
    let keys = match call.caller.oversees() {
        true => [(projection::DISPUTE, call.id.to_string())].to_vec(),
        false => ["buyer", "seller"]
            .map(|side| (projection::PARTY_DISPUTE, format!("{}.{side}", call.id)))
            .to_vec(),
    };
    for (kind, key) in keys {
        let row = store.read_model().get(kind, &key).await;
        let row = row.map_err(|fault| store_problem(&fault))?;
        let own = |row: &Row| row.party.is_none_or(|party| party == call.caller.party);
        if let Some(row) = row.filter(own) {
            return Ok((seen_in(&call.caller, &row), as_of));
        }
    }
    Ok((None, as_of))
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
