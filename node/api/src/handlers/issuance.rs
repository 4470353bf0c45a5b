//! Batches, from draft to a series that trades, and where coupons can be bought.

use crate::gateway::ForeignListing;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::{
    Accepted, BatchDraft, BatchReport, Drafted, Listing, Reach, SeriesFilter, SeriesList,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_model::BatchId;
use gcfn_venue::{Batch, BatchState, Role, Venue, Verb};

pub(crate) async fn draft(call: Write, Body(draft): Body<BatchDraft>) -> Result<Drafted, Problem> {
    call.api.amount("face", draft.face)?;
    call.api.amount("issue_price", draft.issue_price)?;
    let batch = BatchId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::DraftBatch { batch, terms: draft.terms(call.api.terms()) }).await?;
    Ok(Drafted { batch: Text(batch), as_of: call.as_of() })
}

/// A batch is its issuer's and the overseers' to see until it is listed, then everybody's.
pub(crate) async fn batch(call: Read<BatchId>, (): ()) -> Result<BatchReport, Problem> {
    let currency = call.api.terms().currency;
    let viewer = &call.caller;
    let overseer = matches!(viewer.scope.role(), Role::Operator | Role::Regulator);
    let found = call.api.gateway().read(|venue, as_of| {
        let (_, batch) = venue.batches().find(|(id, _)| **id == call.id)?;
        let public = batch.state.is_public();
        let visible = public || overseer || batch.issuer == viewer.party;
        visible.then(|| BatchReport::new(call.id, batch, currency, as_of))
    });
    found.ok_or_else(|| Code::NotFound.into())
}

pub(crate) async fn submit(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::SubmitBatch { batch: call.id }).await
}

pub(crate) async fn review(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ApproveBatch { batch: call.id }).await
}

pub(crate) async fn fund(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::FundBatch { batch: call.id }).await
}

pub(crate) async fn mint(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::MintBatch { batch: call.id }).await
}

pub(crate) async fn list(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ListBatch { batch: call.id }).await
}

pub(crate) async fn search(
    call: Read,
    Query(filter): Query<SeriesFilter>,
) -> Result<SeriesList, Problem> {
    let gateway = call.api.gateway();
    let (mut series, as_of) = gateway.read(|venue, as_of| {
        let listed = venue.batches().filter(|(_, batch)| batch.state == BatchState::Listed);
        (listed.map(|(_, batch)| listed_here(venue, batch)).collect::<Vec<_>>(), as_of)
    });
    if filter.reach == Reach::Everywhere {
        series.extend(gateway.listings().into_iter().map(listed_abroad));
    }
    if let Some(Text(wanted)) = filter.currency {
        series.retain(|listing| listing.face.currency == wanted);
    }
    Ok(SeriesList { series, as_of })
}

fn listed_here(venue: &Venue, batch: &Batch) -> Listing {
    let terms = venue.terms();
    let last_price = venue.market(batch.series).and_then(|market| market.last_price);
    Listing {
        series: Text(batch.series),
        home: Text(terms.node),
        issuer: Some(Text(batch.issuer)),
        face: Money::new(batch.terms.face, terms.currency),
        minted: batch.terms.quantity,
        expires_at: Text(batch.terms.expires_at),
        last_price: last_price.map(|price| Money::new(price, terms.currency)),
    }
}

fn listed_abroad(listing: ForeignListing) -> Listing {
    Listing {
        series: Text(listing.series),
        home: Text(listing.home),
        issuer: None,
        face: Money::new(listing.face, listing.currency),
        minted: listing.minted,
        expires_at: Text(listing.expires_at),
        last_price: None,
    }
}
