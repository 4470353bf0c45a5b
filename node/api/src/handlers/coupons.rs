//! Single coupons: where one stands, and what holds some in place.

use crate::auth::Caller;
use crate::handlers::past_page;
use crate::projection;
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::coupon::{
    CouponFreezeList, CouponFreezeReport, CouponFreezing, CouponReport, CouponThaw, HolderClass,
    PledgeList, PledgeRelease, PledgeReport, Pledging,
};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::node::Receipt;
use gcfn_api_wire::personal::{CouponHistory, CouponPassage, LogPage};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::{Holder, SerialRange};
use gcfn_model::{PartyId, SeriesId, Xqid};
use gcfn_store::{Filter, Page};
use gcfn_venue::{CouponFreezeTerms, MoneyAct, PledgeTerms, Rejection, Trade, Venue};

pub(crate) async fn coupon(call: Read<Xqid>, (): ()) -> Result<CouponReport, Problem> {
    let found = call.api.gateway().read(|venue, as_of| report(&call.caller, venue, call.id, as_of));
    found.ok_or_else(|| Code::NotFound.into())
}

/// A coupon of a series that the caller may know of: of a batch that is or was on the market, of
/// another node, or of the caller's own batch.
fn report(caller: &Caller, venue: &Venue, coupon: Xqid, as_of: u64) -> Option<CouponReport> {
    let Xqid { series, serial } = coupon;
    let state = venue.coupon_state(series, serial)?;
    let (holder, lot) = venue.books().title.holder_of(series, serial)?;
    let batch = venue.batch_of(series);
    if batch.is_some_and(|(_, of)| !of.state.is_public() && !caller.may_see(of.issuer)) {
        return None;
    }
    let (held, holder) = class_of(holder);
    let currency = venue.terms().currency;
    let face = venue.books().title.terms(series)?.face;
    Some(CouponReport {
        coupon: Text(coupon),
        batch: batch.map(|(id, _)| Text(id)),
        issuer: batch.map(|(_, of)| Text(of.issuer)),
        state: state.into(),
        held,
        holder: holder.filter(|party| caller.may_see(*party)).map(Text),
        face: Money::new(face, currency),
        left: Money::new(lot.left, currency),
        resales: lot.resales,
        expires_at: batch.map(|(_, of)| Text(of.terms.expires_at)),
        as_of,
    })
}

/// The proof of who holds a coupon: for whoever may see that.
pub(crate) async fn proof(call: Read<Xqid>, (): ()) -> Result<Receipt, Problem> {
    let seen = call.api.gateway().read(|venue, as_of| report(&call.caller, venue, call.id, as_of));
    let seen = seen.ok_or(Code::NotFound)?;
    // Who holds it is a part of the proof.
    let is_somebodys = !matches!(
        seen.held,
        HolderClass::Issuer | HolderClass::UnderWay | HolderClass::Abroad | HolderClass::Ended
    );
    if is_somebodys && seen.holder.is_none() {
        return Err(Code::NotPermitted.into());
    }
    let receipt = call.api.gateway().coupon_receipt(call.id).await;
    receipt.map(Receipt).map_err(|reason| Code::from(reason).into())
}

/// The trades that a coupon went through, by the journal. What a gift or a redemption moves is not
/// told coupon by coupon there.
pub(crate) async fn history(
    call: Read<Xqid>,
    Query(page): Query<LogPage>,
) -> Result<CouponHistory, Problem> {
    let visible = call
        .api
        .gateway()
        .read(|venue, as_of| report(&call.caller, venue, call.id, as_of).is_some());
    if !visible {
        return Err(Code::NotFound.into());
    }
    let Xqid { series, serial } = call.id;
    let rows = (projection::TRADE, Filter::Series(series));
    let found = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let (Page { rows, next }, as_of) = found;
    let currency = call.api.terms().currency;
    let trades = rows.iter().filter_map(|row| serde_json::from_value(row.body.clone()).ok());
    let passages = trades.filter_map(|trade: Trade| {
        let lot =
            trade.lots.iter().find(|lot| (lot.range.first..lot.range.end).contains(&serial))?;
        let seen = |party| Some(party).filter(|party| call.caller.may_see(*party)).map(Text);
        Some(CouponPassage {
            trade: Text(trade.id),
            at: Text(trade.at),
            price: Money::new(trade.price, currency),
            resales: lot.resales,
            seller: seen(trade.seller),
            buyer: seen(trade.buyer),
        })
    });
    let trades = passages.collect();
    Ok(CouponHistory {
        coupon: Text(call.id),
        trades,
        next: next.map(|place| place.to_string()),
        as_of,
    })
}

/// In what sort of hands a coupon is, and in whose.
fn class_of(holder: Holder) -> (HolderClass, Option<PartyId>) {
    match holder {
        Holder::Inventory | Holder::InventoryLock => (HolderClass::Issuer, None),
        Holder::Party(of) => (HolderClass::Holder, Some(of)),
        Holder::OrderLock(of) | Holder::OfferLock(of) => (HolderClass::Offered, Some(of)),
        Holder::RedeemLock(of) => (HolderClass::InRedemption, Some(of)),
        Holder::Frozen(of) => (HolderClass::Frozen, Some(of)),
        Holder::Pledged(of) => (HolderClass::Pledged, Some(of)),
        Holder::Delivery(_) => (HolderClass::UnderWay, None),
        Holder::Abroad(_) | Holder::Home(_) => (HolderClass::Abroad, None),
        Holder::Redeemed | Holder::Expired | Holder::Recalled => (HolderClass::Ended, None),
    }
}

pub(crate) async fn freeze(
    call: Write<SeriesId>,
    Body(sent): Body<CouponFreezing>,
) -> Result<Accepted, Problem> {
    let reason = sent.reason.reason(sent.document)?;
    let range: SerialRange = sent.serials.into();
    let terms = CouponFreezeTerms { series: call.id, range, reason };
    call.accepted(MoneyAct::FreezeCoupons(terms).into()).await
}

pub(crate) async fn unfreeze(
    call: Write<SeriesId>,
    Body(sent): Body<CouponThaw>,
) -> Result<Accepted, Problem> {
    let of_series = call.api.gateway().read(|venue, _| {
        venue.coupon_freeze(sent.freeze).is_none_or(|freeze| freeze.series == call.id)
    });
    if !of_series {
        return Err(Problem::from(Rejection::UnknownCouponFreeze).at("freeze"));
    }
    call.accepted(MoneyAct::UnfreezeCoupons { freeze: sent.freeze }.into()).await
}

pub(crate) async fn freezes(call: Read, (): ()) -> Result<CouponFreezeList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let freezes = venue.coupon_freezes().map(|(id, of)| CouponFreezeReport::new(*id, of));
        CouponFreezeList { freezes: freezes.collect(), as_of }
    }))
}

pub(crate) async fn pledge(
    call: Write<SeriesId>,
    Body(sent): Body<Pledging>,
) -> Result<Accepted, Problem> {
    let Pledging { pledgee: Text(pledgee), quantity } = sent;
    let terms = PledgeTerms { pledgee, series: call.id, quantity };
    call.accepted(MoneyAct::Pledge(terms).into()).await
}

pub(crate) async fn release_pledge(
    call: Write,
    Body(sent): Body<PledgeRelease>,
) -> Result<Accepted, Problem> {
    call.accepted(MoneyAct::ReleasePledge { pledge: sent.pledge }.into()).await
}

/// The pledges that the caller has given or holds; overseers see all.
pub(crate) async fn pledges(call: Read, (): ()) -> Result<PledgeList, Problem> {
    Ok(call.api.gateway().read(|venue, as_of| {
        let seen = venue
            .pledges()
            .filter(|(_, of)| call.caller.may_see(of.holder) || call.caller.may_see(of.pledgee));
        let pledges = seen.map(|(number, of)| PledgeReport::new(*number, of));
        PledgeList { pledges: pledges.collect(), as_of }
    }))
}
