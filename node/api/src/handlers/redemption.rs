//! Using coupons: gifts, redemptions, refunds.

use crate::auth::Caller;
use crate::handlers::{page_of, past_page, past_row};
use crate::projection::{PARTY_REDEMPTION, REDEMPTION, REFUND, RedemptionLife, past_trade};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::issuance::Accepted;
use gcfn_api_wire::page::Span;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::redemption::{
    Confirmation, CustodianGift, CustodianLock, Gift, Locked, RedemptionDetail, RedemptionList,
    RedemptionLock, RedemptionPage, RedemptionReport, RedemptionStage, RefundList, RefundPage,
    RefundReport, RefundRequest,
};
use gcfn_api_wire::term::{Money, Text};
use gcfn_model::{Currency, PartyId, RedemptionId, SeriesId};
use gcfn_store::Filter;
use gcfn_venue::{CustodianAct, Done, MoneyAct, RedemptionTerms, Venue, Verb};

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
    let terms = RedemptionTerms { redemption, merchant, series: call.id, serial, amount };
    locked(call, terms, Verb::LockRedemption(terms)).await
}

/// Locks by `verb` what `terms` name.
async fn locked<K>(call: Write<K>, terms: RedemptionTerms, verb: Verb) -> Result<Locked, Problem> {
    let Done::Locked { value } = call.submit(verb).await? else {
        unreachable!("a lock is answered with what it locks")
    };
    Ok(Locked {
        redemption: Text(terms.redemption),
        series: Text(terms.series),
        value: call.api.money(value),
        as_of: call.as_of(),
    })
}

/// Staff give coupons away for a holder whose coupons the platform keeps.
pub(crate) async fn give_as_custodian(
    call: Write<PartyId>,
    Body(gift): Body<CustodianGift>,
) -> Result<Accepted, Problem> {
    let CustodianGift { series: Text(series), to: Text(to), quantity } = gift;
    let act = CustodianAct::Give { to, series, quantity };
    call.accepted(MoneyAct::ActAsCustodian { party: call.id, act }.into()).await
}

/// Staff lock a coupon for a holder whose coupons the platform keeps.
pub(crate) async fn lock_as_custodian(
    call: Write<PartyId>,
    Body(lock): Body<CustodianLock>,
) -> Result<Locked, Problem> {
    let redemption: RedemptionId = call.api.unguessable(call.command);
    let CustodianLock { series: Text(series), merchant: Text(merchant), serial, amount } = lock;
    let amount = amount.map(|money| call.api.amount("amount", money)).transpose()?;
    let terms = RedemptionTerms { redemption, merchant, series, serial, amount };
    let act = MoneyAct::ActAsCustodian { party: call.id, act: CustodianAct::Lock(terms) };
    locked(call, terms, act.into()).await
}

pub(crate) async fn confirm(
    call: Write<RedemptionId>,
    Body(sent): Body<Confirmation>,
) -> Result<Accepted, Problem> {
    let detail = sent.detail.map(|Text(detail)| detail);
    call.accepted(Verb::ConfirmRedemption { redemption: call.id, detail }).await
}

pub(crate) async fn cancel(call: Write<RedemptionId>, (): ()) -> Result<Accepted, Problem> {
    call.accepted(Verb::CancelRedemption { redemption: call.id }).await
}

/// A redemption is its holder's, its merchant's and its issuer's to see; merchant and issuer are not
/// told whose it is (C-32).
fn shown(caller: &Caller, venue: &Venue, report: RedemptionReport) -> Option<RedemptionReport> {
    let holds = report.holder.is_some_and(|Text(holder)| caller.may_see(holder));
    let issuer = venue.batch_of(report.series.0).map(|(_, batch)| batch.issuer);
    let others = [Some(report.merchant.0), issuer].into_iter().flatten();
    let sees = holds || others.into_iter().any(|party| caller.may_see(party));
    let holder = report.holder.filter(|_| holds);
    sees.then_some(RedemptionReport { holder, ..report })
}

/// A redemption by the journal. The machine forgets a confirmed one once its money has moved.
fn past(life: &RedemptionLife, currency: Currency) -> RedemptionReport {
    let state = match life.confirmed {
        None => RedemptionStage::Locked,
        Some(true) => RedemptionStage::Settled,
        Some(false) => RedemptionStage::Released,
    };
    RedemptionReport {
        redemption: Text(life.redemption),
        state,
        series: Text(life.series),
        serial: life.serial,
        value: Money::new(life.value, currency),
        holder: Some(Text(life.holder)),
        merchant: Text(life.merchant),
        until: None,
        locked_at: Some(Text(life.locked_at)),
        ended_at: life.ended_at.map(Text),
        detail: life.detail.map(Text),
    }
}

/// The caller's redemptions, as holder or as merchant; overseers see all.
pub(crate) async fn redemptions(
    call: Read,
    Query(page): Query<RedemptionPage>,
) -> Result<RedemptionList, Problem> {
    if page.span == Span::Past {
        return past_redemptions(call, page).await;
    }
    let party = (!call.caller.oversees()).then_some(call.caller.party);
    let series = page.series.map(|Text(series)| series);
    let after = page.after.map(|Text(redemption)| redemption);
    Ok(call.api.gateway().read(|venue, as_of| {
        let currency = venue.terms().currency;
        // Others have few of the series at most: theirs are gone through, not the series'.
        let sees_series =
            |of| venue.batch_of(of).is_some_and(|(_, of)| call.caller.may_see(of.issuer));
        let known = venue.redemptions_after(party, series.filter(|of| sees_series(*of)), after);
        let known = known.filter(|(_, of)| series.is_none_or(|series| of.series == series));
        let seen = known.filter_map(|(id, known)| {
            let report = RedemptionReport::new(*id, known, currency);
            Some((*id, shown(&call.caller, venue, report)?))
        });
        let (redemptions, next) = page_of(seen, page.limit);
        RedemptionList { redemptions, next: next.map(|id| id.to_string()), as_of }
    }))
}

async fn past_redemptions(call: Read, page: RedemptionPage) -> Result<RedemptionList, Problem> {
    let rows = match (page.series, call.caller.oversees()) {
        (Some(Text(series)), _) => (REDEMPTION, Filter::Series(series)),
        (None, true) => (REDEMPTION, Filter::All),
        (None, false) => (PARTY_REDEMPTION, Filter::Party(call.caller.party)),
    };
    let (found, as_of) = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let currency = call.api.terms().currency;
    Ok(call.api.gateway().read(|venue, _| {
        let lives = found.rows.iter().filter_map(RedemptionLife::read);
        let reports = lives.map(|life| as_it_stands(venue, &life, currency));
        let seen = reports.filter_map(|report| shown(&call.caller, venue, report));
        let next = found.next.as_ref().map(ToString::to_string);
        RedemptionList { redemptions: seen.collect(), next, as_of }
    }))
}

/// What the journal knows, and where it stands by the machine, as long as that knows it.
fn as_it_stands(venue: &Venue, life: &RedemptionLife, currency: Currency) -> RedemptionReport {
    let by_journal = past(life, currency);
    match venue.redemption(life.redemption) {
        Some(known) => {
            let now = RedemptionReport::new(life.redemption, known, currency);
            let RedemptionReport { locked_at, ended_at, .. } = by_journal;
            RedemptionReport { locked_at, ended_at, ..now }
        }
        None => by_journal,
    }
}

pub(crate) async fn redemption(
    call: Read<RedemptionId>,
    (): (),
) -> Result<RedemptionDetail, Problem> {
    let currency = call.api.terms().currency;
    let known = call.api.gateway().read(|venue, as_of| {
        let known = venue.redemption(call.id)?;
        Some((RedemptionReport::new(call.id, known, currency), as_of))
    });
    let (report, as_of) = match known {
        Some(known) => known,
        None => {
            let (life, as_of) = past_row(&call.api, (REDEMPTION, &call.id.to_string())).await?;
            let life = life.as_ref().and_then(RedemptionLife::read).ok_or(Code::NotFound)?;
            (past(&life, currency), as_of)
        }
    };
    let seen = call.api.gateway().read(|venue, _| shown(&call.caller, venue, report));
    let redemption = seen.ok_or(Code::NotFound)?;
    Ok(RedemptionDetail { redemption, as_of })
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
