//! Issuers: from their application to their end, their quota and their rating.

use crate::handlers::page_of;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::issuer::{
    CreditReport, DefaultDeclaration, IssuerAccount, IssuerFilter, IssuerLine, IssuerList,
    IssuerReview, MerchantGrant, QuotaGrant, QuotaReport,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::Text;
use gcfn_model::PartyId;
use gcfn_venue::{Issuer, Venue, Verb};

pub(crate) async fn apply(call: Write, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApplyAsIssuer).await
}

/// The issuers of the node: those that were ever approved, for everybody.
pub(crate) async fn list(
    call: Read,
    Query(page): Query<IssuerFilter>,
) -> Result<IssuerList, Problem> {
    let after = page.after.map(|Text(issuer)| issuer);
    Ok(call.api.gateway().read(|venue, as_of| {
        let known = venue.issuers_after(after);
        let seen = known.filter(|(id, of)| of.since.is_some() || call.caller.may_see(**id));
        let wanted =
            seen.filter(|(_, of)| page.status.is_none_or(|status| status == of.status.into()));
        let lines = wanted.map(|(id, known)| (*id, line(venue, *id, known)));
        let (issuers, next) = page_of(lines, page.limit);
        IssuerList { issuers, next: next.map(Text), as_of }
    }))
}

fn line(venue: &Venue, id: PartyId, known: &Issuer) -> IssuerLine {
    IssuerLine {
        issuer: Text(id),
        status: known.status.into(),
        tier: known.tier.into(),
        grade: known.grade.name().to_owned(),
        score: known.rating.score.to_string(),
        in_default: venue.default_of(id).is_some(),
        since: known.since.map(Text),
    }
}

/// What `show` makes of the issuer in the path, which is its own and the overseers' to see.
pub(super) fn own<T>(
    call: &Read<PartyId>,
    show: impl FnOnce(&Venue, &Issuer, u64) -> T,
) -> Result<T, Problem> {
    if !call.caller.may_see(call.id) {
        return Err(Code::NotFound.into());
    }
    let found = call.api.gateway().read(|venue, as_of| {
        let known = venue.issuer(call.id)?;
        Some(show(venue, known, as_of))
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn account(call: Read<PartyId>, (): ()) -> Result<IssuerAccount, Problem> {
    let currency = call.api.terms().currency;
    own(&call, |_, known, as_of| IssuerAccount::new(call.id, known, currency, as_of))
}

pub(crate) async fn review(
    call: Write<PartyId>,
    Body(review): Body<IssuerReview>,
) -> Result<Accepted, Problem> {
    let issuer = call.id;
    match review {
        IssuerReview { tier: Some(tier), quota: Some(quota), refusal: None } => {
            let quota = call.api.amount("quota", quota)?;
            call.accepted(Verb::ApproveIssuer { issuer, tier: tier.into(), quota }).await
        }
        IssuerReview { tier: None, quota: None, refusal: Some(reason) } => {
            call.accepted(Verb::RejectIssuer { issuer, reason: reason.into() }).await
        }
        _ => Err(Problem::rule("refusal", "send either tier and quota, or a refusal")),
    }
}

pub(crate) async fn authorise_merchant(
    call: Write<PartyId>,
    Body(grant): Body<MerchantGrant>,
) -> Result<Accepted, Problem> {
    call.must_be(call.id)?;
    call.accepted(Verb::AuthoriseMerchant { merchant: grant.merchant.0 }).await
}

pub(crate) async fn quota(call: Read<PartyId>, (): ()) -> Result<QuotaReport, Problem> {
    let currency = call.api.terms().currency;
    own(&call, |_, known, as_of| QuotaReport::new(known, currency, as_of))
}

pub(crate) async fn grant_quota(
    call: Write<PartyId>,
    Body(grant): Body<QuotaGrant>,
) -> Result<Accepted, Problem> {
    let quota = call.api.amount("quota", grant.quota)?;
    call.accepted(Verb::GrantQuota { issuer: call.id, quota }).await
}

/// Everybody may know how far an issuer is trusted, and why.
pub(crate) async fn credit(call: Read<PartyId>, (): ()) -> Result<CreditReport, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let known = venue.issuer(call.id)?;
        Some(CreditReport::new(call.id, known, venue.terms(), as_of))
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn suspend(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::SuspendIssuer { issuer: call.id }).await
}

pub(crate) async fn reinstate(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ReinstateIssuer { issuer: call.id }).await
}

pub(crate) async fn terminate(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::TerminateIssuer { issuer: call.id }).await
}

pub(crate) async fn uphold_complaint(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::RecordComplaint { issuer: call.id }).await
}

pub(crate) async fn declare_default(
    call: Write<PartyId>,
    Body(sent): Body<DefaultDeclaration>,
) -> Result<Accepted, Problem> {
    let severity = sent.severity.into();
    call.accepted(Verb::DeclareDefault { issuer: call.id, severity }).await
}

pub(crate) async fn close_default(call: Write<PartyId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::CloseDefault { issuer: call.id }).await
}
