//! Using coupons: gifts, redemptions, refunds.

use crate::route::{Body, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::redemption::{
    Gift, Locked, RedemptionLock, RefundList, RefundReport, RefundRequest,
};
use gcfn_api_wire::term::Text;
use gcfn_model::{RedemptionId, SeriesId};
use gcfn_venue::{Done, TradeState, Verb};

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

/// The caller's purchases that were undone; overseers see all.
pub(crate) async fn refunds(call: Read, (): ()) -> Result<RefundList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let undone = venue.trades().filter(|trade| trade.state == TradeState::Reversed);
        let seen = undone.filter(|trade| call.caller.may_see(trade.buyer));
        let currency = venue.terms().currency;
        RefundList {
            refunds: seen.map(|trade| RefundReport::new(trade, currency)).collect(),
            as_of,
        }
    }))
}
