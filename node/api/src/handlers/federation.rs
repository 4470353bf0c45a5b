//! The federation: what everybody may know of it, and what a node's operator says in it.

use crate::gateway::Unavailable;
use crate::route::{Body, Open, Read, Write};
use gcfn_api_wire::decision::{DecisionList, NewDebitCap, NewNodeKey};
use gcfn_api_wire::federation::{
    Anchors, Application, Approval, Heard, JoinRequest, LockList, MemberList, NewCalendar,
    NewQuote, QuoteList, Ratio, SeriesListed,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::CycleList;
use gcfn_api_wire::term::Text;
use gcfn_council::{Decision, Pair, Quote, Verb};
use gcfn_link::ca::check_request;
use gcfn_model::{NodeId, QuoteId, Rate};

fn unavailable(unavailable: Unavailable) -> Problem {
    Code::from(unavailable).into()
}

pub(crate) async fn members(call: Read, (): ()) -> Result<MemberList, Problem> {
    call.api.federation().members().await.map_err(unavailable)
}

pub(crate) async fn anchors(call: Read, (): ()) -> Result<Anchors, Problem> {
    call.api.federation().anchors().await.map_err(unavailable)
}

pub(crate) async fn series(call: Read, (): ()) -> Result<SeriesListed, Problem> {
    call.api.federation().series().await.map_err(unavailable)
}

pub(crate) async fn cycles(call: Read, (): ()) -> Result<CycleList, Problem> {
    call.api.federation().cycles().ok_or_else(|| Code::NotFound.into())
}

/// What dealers offer now.
pub(crate) async fn quotes(call: Read, (): ()) -> Result<QuoteList, Problem> {
    call.api.federation().quotes().await.map_err(unavailable)
}

pub(crate) async fn locks(call: Read, (): ()) -> Result<LockList, Problem> {
    call.api.federation().locks().ok_or_else(|| Code::NotFound.into())
}

/// This node's word for an applicant, in its operator's name.
pub(crate) async fn approve(call: Write, Body(approval): Body<Approval>) -> Result<Heard, Problem> {
    let Approval { node: Text(node), request } = approval;
    let request = match request {
        Some(Text(request)) => request,
        None => {
            let members = call.api.federation().members().await.map_err(unavailable)?.members;
            let applicant = members.into_iter().find(|member| member.node.0 == node);
            let request = applicant.and_then(|applicant| applicant.request);
            request.ok_or_else(|| Problem::from(Code::NotFound).at("node"))?.0
        }
    };
    decide(&call, Decision::Admit { node, request }).await
}

/// This node's word for a decision, in its operator's name.
async fn decide<K>(call: &Write<K>, decision: Decision) -> Result<Heard, Problem> {
    call.in_federation(Verb::Approve(decision)).await
}

pub(crate) async fn suspend(call: Write<NodeId>, (): ()) -> Result<Heard, Problem> {
    decide(&call, Decision::Suspend { node: call.id }).await
}

pub(crate) async fn resume(call: Write<NodeId>, (): ()) -> Result<Heard, Problem> {
    decide(&call, Decision::Resume { node: call.id }).await
}

pub(crate) async fn remove(call: Write<NodeId>, (): ()) -> Result<Heard, Problem> {
    decide(&call, Decision::Remove { node: call.id }).await
}

pub(crate) async fn rotate_key(
    call: Write<NodeId>,
    Body(NewNodeKey { key }): Body<NewNodeKey>,
) -> Result<Heard, Problem> {
    decide(&call, Decision::RotateKey { node: call.id, key }).await
}

pub(crate) async fn cap_debit(
    call: Write<NodeId>,
    Body(cap): Body<NewDebitCap>,
) -> Result<Heard, Problem> {
    decide(&call, cap.of(call.id)).await
}

/// What waits for the word of more validators.
pub(crate) async fn decisions(call: Read, (): ()) -> Result<DecisionList, Problem> {
    call.api.federation().read(DecisionList::of).ok_or_else(|| Code::NotFound.into())
}

/// This node's word for other days of a currency, in its operator's name.
pub(crate) async fn change_calendar(
    call: Write,
    Body(calendar): Body<NewCalendar>,
) -> Result<Heard, Problem> {
    call.in_federation(Verb::ChangeCalendar(Box::new(calendar.change()))).await
}

pub(crate) async fn quote(call: Write, Body(quote): Body<NewQuote>) -> Result<Heard, Problem> {
    let NewQuote { pair, bid, ask, size, valid_until } = quote;
    let pair = Pair { base: pair.base.0, counter: pair.counter.0 };
    if size.currency != pair.base {
        return Err(Problem::from(Code::CurrencyMismatch).at("size"));
    }
    let quote = Quote {
        id: QuoteId::derive(&[call.command.as_bytes()]),
        pair,
        bid: rate("bid", bid)?,
        ask: rate("ask", ask)?,
        size: size.amount,
        valid_until: valid_until.0,
    };
    call.in_federation(Verb::Quote(quote)).await
}

fn rate(field: &str, Ratio { numerator, denominator }: Ratio) -> Result<Rate, Problem> {
    let rate = Rate::new(numerator, denominator);
    rate.map_err(|fault| Problem::rule(field, fault.to_string()))
}

/// An applicant's own signed request; whoever brings it only carries it.
pub(crate) async fn apply(
    call: Open,
    Body(JoinRequest(request)): Body<JoinRequest>,
) -> Result<Heard, Problem> {
    check_request(&request.request.certificate_request)
        .map_err(|fault| Problem::rule("request.certificate_request", fault.to_string()))?;
    call.api.federation().apply(request).await?;
    Ok(Heard { at: Text(call.api.node().now()), proposal: None })
}

pub(crate) async fn application(call: Open<NodeId>, (): ()) -> Result<Application, Problem> {
    call.api.federation().application(call.id).ok_or_else(|| Code::NotFound.into())
}
