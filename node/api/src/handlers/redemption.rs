//! Using coupons: gifts, redemptions, refunds.

use crate::handlers::past_page;
use crate::projection::{REFUND, past_trade};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::redemption::{
    Gift, Locked, RedemptionLock, RefundList, RefundPage, RefundReport, RefundRequest,
};
use gcfn_api_wire::term::Text;
use gcfn_model::{RedemptionId, SeriesId};
use gcfn_store::Filter;
use gcfn_venue::{Done, Verb};

pub(crate) async fn gift(
    call: Write<SeriesId>,
    Body(gift): Body<Gift>,
) -> Result<Accepted, Problem> {
    let Gift { to: Text(to), quantity } = gift;
    call.accepted(Verb::Gift { to, series: call.id, quantity }).await
}

pub(crate) async fn lock(
    call: Write<SeriesId>,
    Body(lock): Body<RedemptionLock>,
) -> Result<Locked, Problem> {
    // What the holder shows the merchant: it must not follow from what the merchant knows.
    let redemption: RedemptionId = call.api.unguessable(call.command);
    let RedemptionLock { merchant: Text(merchant), serial, amount } = lock;
    let amount = amount.map(|money| call.api.amount("amount", money)).transpose()?;
    let series = call.id;
    let verb = Verb::LockRedemption { redemption, merchant, series, serial, amount };
    let Done::Locked { value } = call.submit(verb).await? else {
        unreachable!("a lock is answered with what it locks")
    };
    Ok(Locked {
        redemption: Text(redemption),
        series: Text(series),
        value: call.api.money(value),
        as_of: call.as_of(),
    })
}

pub(crate) async fn confirm(call: Write<RedemptionId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::ConfirmRedemption { redemption: call.id }).await
}

pub(crate) async fn cancel(call: Write<RedemptionId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::CancelRedemption { redemption: call.id }).await
}

pub(crate) async fn refund(
    call: Write,
    Body(request): Body<RefundRequest>,
) -> Result<Accepted, Problem> {
    call.accepted(Verb::Refund { trade: request.trade.0 }).await
}

/// The caller's purchases that were undone; overseers see all. The machine remembers them for a
/// while only, so they are read from the journal.
pub(crate) async fn refunds(
    call: Read,
    Query(page): Query<RefundPage>,
) -> Result<RefundList, Problem> {
    let filter = match call.caller.oversees() {
        true => Filter::All,
        false => Filter::Party(call.caller.party),
    };
    let rows = (REFUND, filter);
    let (found, as_of) = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let currency = call.api.terms().currency;
    let undone = found.rows.iter().filter_map(past_trade);
    let refunds = undone.map(|trade| RefundReport::new(&trade, currency)).collect();
    Ok(RefundList { refunds, next: found.next.map(|place| place.to_string()), as_of })
}
