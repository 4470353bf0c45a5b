//! Batches, from draft to a series that trades, and where coupons can be bought.

use crate::auth::Caller;
use crate::documents;
use crate::gateway::ForeignListing;
use crate::handlers::{page_of, templates};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::{
    Accepted, BatchDraft, BatchList, BatchPage, BatchRejection, BatchReport, BatchScreening,
    BatchSummary, BatchSuspension, Drafted, ReserveTopUp,
};
use gcfn_api_wire::listing::{Listing, Reach, SeriesFilter, SeriesList};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::template::{AttributeDocument, SchemaDocument};
use gcfn_api_wire::term::{Money, Text};
use gcfn_model::{Amount, BatchId};
use gcfn_venue::{Batch, BatchState, BatchTerms, Market, Venue, Verb};

pub(crate) async fn draft(call: Write, Body(draft): Body<BatchDraft>) -> Result<Drafted, Problem> {
    let terms = terms(&call, &draft).await?;
    let batch = BatchId::derive(&[call.command.as_bytes()]);
    call.submit(Verb::DraftBatch { batch, terms }).await?;
    Ok(Drafted { batch: Text(batch), as_of: call.as_of() })
}

pub(crate) async fn amend(
    call: Write<BatchId>,
    Body(draft): Body<BatchDraft>,
) -> Result<Accepted, Problem> {
    let terms = terms(&call, &draft).await?;
    call.accepted(Verb::AmendBatch { batch: call.id, terms }).await
}

/// What `draft` says, in the machine's words; its documents are kept.
async fn terms<K>(call: &Write<K>, draft: &BatchDraft) -> Result<BatchTerms, Problem> {
    call.api.amount("face", draft.face)?;
    call.api.amount("issue_price", draft.issue_price)?;
    if let Some(minimum) = draft.minimum_purchase {
        call.api.amount("minimum_purchase", minimum)?;
    }
    let template = match &draft.template {
        Some(sent) => Some(templates::filled(call, sent).await?),
        None => None,
    };
    Ok(draft.terms(call.api.terms(), template))
}

/// Whether a batch is the caller's to see: its issuer's and the overseers' until it is listed,
/// then everybody's.
fn may_see(caller: &Caller, batch: &Batch) -> bool {
    batch.state.is_public() || caller.may_see(batch.issuer)
}

pub(crate) async fn batches(
    call: Read,
    Query(page): Query<BatchPage>,
) -> Result<BatchList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        let beyond = venue.batches_after(page.after.map(|after| after.0));
        let seen = beyond.filter(|(_, batch)| may_see(&call.caller, batch));
        let summary = seen.map(|(id, batch)| (*id, BatchSummary::new(*id, batch, currency)));
        let (batches, next) = page_of(summary, page.limit);
        BatchList { batches, next: next.map(Text), as_of }
    }))
}

pub(crate) async fn batch(call: Read<BatchId>, (): ()) -> Result<BatchReport, Problem> {
    let found = call.api.gateway().read(|venue, as_of| {
        let batch = venue.batch(call.id)?;
        may_see(&call.caller, batch).then(|| BatchReport::new(call.id, venue, as_of))?
    });
    let mut report = found.ok_or(Code::NotFound)?;
    if let Some(used) = report.template {
        let schema = documents::fetch(&call.api, used.schema.0).await?;
        let attributes = documents::fetch(&call.api, used.attributes.0).await?;
        report.schema = Some(SchemaDocument(schema));
        report.attributes = Some(AttributeDocument(attributes));
    }
    Ok(report)
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

pub(crate) async fn screen(
    call: Write<BatchId>,
    Body(found): Body<BatchScreening>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::ScreenBatch { batch: call.id, clear: found.clear }).await
}

pub(crate) async fn reject(
    call: Write<BatchId>,
    Body(sent): Body<BatchRejection>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::RejectBatch { batch: call.id, reason: sent.reason.into() }).await
}

pub(crate) async fn withdraw(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::WithdrawBatch { batch: call.id }).await
}

pub(crate) async fn suspend(
    call: Write<BatchId>,
    Body(sent): Body<BatchSuspension>,
) -> Result<Accepted, Problem> {
    let reason = sent.reason()?;
    call.accepted(Verb::SuspendBatch { batch: call.id, reason }).await
}

pub(crate) async fn resume(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ResumeBatch { batch: call.id }).await
}

pub(crate) async fn delist(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::DelistBatch { batch: call.id }).await
}

pub(crate) async fn recall(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::RecallBatch { batch: call.id }).await
}

pub(crate) async fn top_up(
    call: Write<BatchId>,
    Body(sent): Body<ReserveTopUp>,
) -> Result<Accepted, Problem> {
    let amount = call.api.amount("amount", sent.amount)?;
    call.accepted(Verb::TopUpReserve { batch: call.id, amount }).await
}

pub(crate) async fn compensate(call: Write<BatchId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::CompensateHolders { batch: call.id }).await
}

pub(crate) async fn search(
    call: Read,
    Query(filter): Query<SeriesFilter>,
) -> Result<SeriesList, Problem> {
    let gateway = call.api.gateway();
    let price_max = filter.price_max.as_ref().map(|max| max.amount(call.api.terms().currency));
    let price_max = price_max.transpose();
    let price_max = price_max.map_err(|fault| Problem::rule("price_max", fault.to_string()))?;
    let ((mut series, next), as_of) = gateway.read(|venue, as_of| {
        let beyond = venue.live_batches_after(filter.after.map(|after| after.0));
        let listed = beyond.filter(|(_, batch)| batch.state == BatchState::Listed);
        let cheap = listed.filter(|(_, batch)| {
            price_max
                .is_none_or(|max| venue.market(batch.series).is_some_and(|of| costs(of) <= max))
        });
        let listings = cheap.map(|(id, batch)| (*id, listed_here(venue, batch)));
        let wanted = listings.filter(|(_, listing)| is_wanted(listing, &filter));
        (page_of(wanted, filter.limit), as_of)
    });
    if filter.reach == Reach::Everywhere && next.is_none() && price_max.is_none() {
        let abroad = gateway.listings().into_iter().map(listed_abroad);
        series.extend(abroad.filter(|listing| is_wanted(listing, &filter)));
    }
    Ok(SeriesList { series, next: next.map(Text), as_of })
}

/// What a coupon costs now: the best offer, or the last price where nobody offers any.
fn costs(market: &Market) -> Amount {
    market.book.depth(1).asks.first().map_or_else(|| market.price(), |ask| ask.price)
}

fn is_wanted(listing: &Listing, filter: &SeriesFilter) -> bool {
    let SeriesFilter { currency, issuer, expires_from, expires_before, .. } = filter;
    currency.is_none_or(|Text(wanted)| listing.face.currency == wanted)
        && issuer.is_none_or(|wanted| listing.issuer == Some(wanted))
        && expires_from.is_none_or(|from| from <= listing.expires_at)
        && expires_before.is_none_or(|end| listing.expires_at < end)
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
