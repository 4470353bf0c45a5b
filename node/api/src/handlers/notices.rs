//! What a party is told, and what of that it wants to be told.
//!
//! Nothing is sent: an app asks. What the party wants is kept with its personal data, and goes
//! with it.

use crate::Api;
use crate::api::store_problem;
use crate::handlers::{past_page, vault_field};
use crate::projection::{self, Told};
use crate::route::{Body, Query, Read, Write};
use gcfn_api_wire::notices::{
    Notice, NoticeKind, NoticeList, NoticePrefs, PRICE_ALERTS_MAX, PriceAlert, REMIND_DAYS_MAX,
};
use gcfn_api_wire::personal::LogPage;
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::term::{Money, Text};
use gcfn_ledger::Holder;
use gcfn_model::{Millis, PartyId, Timestamp};
use gcfn_store::{Filter, Page};
use gcfn_venue::Venue;

const DAY: u64 = 86_400_000;
/// What is told whatever a party wants.
const ALWAYS: [NoticeKind; 2] = [NoticeKind::AccountFrozen, NoticeKind::AccountUnfrozen];

pub(crate) async fn prefs(call: Read, (): ()) -> Result<NoticePrefs, Problem> {
    prefs_of(&call.api, call.caller.party).await
}

pub(crate) async fn set_prefs(
    call: Write,
    Body(sent): Body<NoticePrefs>,
) -> Result<NoticePrefs, Problem> {
    check(&call.api, &sent)?;
    let text = serde_json::to_string(&sent).expect("what a party wants is plain data");
    let vault = call.api.store().vault();
    let written = vault.put(call.caller.party, vault_field::NOTICES, text.as_bytes()).await;
    written.map_err(|fault| store_problem(&fault))?;
    Ok(sent)
}

fn check(api: &Api, sent: &NoticePrefs) -> Result<(), Problem> {
    if sent.muted.iter().any(|kind| ALWAYS.contains(kind)) {
        return Err(Problem::rule("muted", "a freeze and its end are always told"));
    }
    if !(1..=REMIND_DAYS_MAX).contains(&sent.remind_days) {
        return Err(Problem::rule("remind_days", "it is 1 to 90"));
    }
    if sent.muted.len() > 10 {
        return Err(Problem::rule("muted", "every kind is said once"));
    }
    if PRICE_ALERTS_MAX < sent.price_alerts.len() {
        return Err(Problem::rule("price_alerts", "there are at most 50"));
    }
    for PriceAlert { series, below, above } in &sent.price_alerts {
        let limits = [("price_alerts.below", below), ("price_alerts.above", above)];
        for (field, limit) in limits {
            limit.map(|limit| api.amount(field, limit)).transpose()?;
        }
        if below.is_none() && above.is_none() {
            return Err(Problem::rule("price_alerts.below", "say below, above or both"));
        }
        if api.gateway().read(|venue, _| venue.market(series.0).is_none()) {
            return Err(Problem::from(Code::NotFound).at("price_alerts.series"));
        }
    }
    Ok(())
}

async fn prefs_of(api: &Api, party: PartyId) -> Result<NoticePrefs, Problem> {
    let kept = api.store().vault().get(party, vault_field::NOTICES).await;
    let kept = kept.map_err(|fault| store_problem(&fault))?;
    let read = kept.and_then(|kept| serde_json::from_str(kept.reveal_text()?).ok());
    Ok(read.unwrap_or_default())
}

/// What has happened to the caller, by the journal, and what it should know now, by the state.
pub(crate) async fn notices(
    call: Read,
    Query(page): Query<LogPage>,
) -> Result<NoticeList, Problem> {
    let party = call.caller.party;
    let prefs = prefs_of(&call.api, party).await?;
    let rows = (projection::NOTICE, Filter::Party(party));
    let found = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let (Page { rows, next }, as_of) = found;
    let currency = call.api.terms().currency;
    let is_wanted = |notice: &Notice| !prefs.muted.contains(&notice.kind);
    let notices = rows.iter().filter_map(|row| {
        let told: Told = serde_json::from_value(row.body.clone()).ok()?;
        Some(told.notice(row.at, currency)).filter(is_wanted)
    });
    let now = call.api.node().now();
    let mut reminders = call.api.gateway().read(|venue, _| {
        let mut reminders = reminders(venue, party, (now, prefs.remind_days));
        reminders.extend(prefs.price_alerts.iter().filter_map(|alert| reached(venue, alert)));
        reminders
    });
    reminders.retain(is_wanted);
    Ok(NoticeList {
        reminders,
        notices: notices.collect(),
        next: next.map(|place| place.to_string()),
        as_of,
    })
}

/// What `party` should know of the coupons that it holds: those that end within `days`.
fn reminders(venue: &Venue, party: PartyId, (now, days): (Timestamp, u32)) -> Vec<Notice> {
    let title = &venue.books().title;
    let soon = now.checked_add(Millis(u64::from(days) * DAY)).unwrap_or(now);
    let mut reminders = Vec::new();
    let held = venue.series_held_by(party).into_iter();
    for (_, batch) in held.filter_map(|series| venue.batch_of(series)) {
        let places = [Holder::Party(party), Holder::OrderLock(party), Holder::OfferLock(party)];
        let held = places.map(|place| title.quantity(batch.series, place)).iter().sum::<u64>();
        if held == 0 {
            continue;
        }
        let mut remind = |kind, at| {
            let (series, quantity) = (Some(Text(batch.series)), Some(held));
            reminders.push(Notice { series, quantity, ..Notice::new(kind, at) });
        };
        let ends = batch.terms.expires_at;
        if now < ends && ends <= soon {
            remind(NoticeKind::CouponsExpiring, ends);
        }
        if let Some(case) = venue.default_of(batch.issuer) {
            remind(NoticeKind::IssuerDefaulted, case.opened_at);
        }
    }
    reminders
}

/// Whether a price that a party asked to be told of is reached by the last trade.
fn reached(venue: &Venue, alert: &PriceAlert) -> Option<Notice> {
    let Text(series) = alert.series;
    let price = venue.market(series)?.last_price?;
    let is_below = alert.below.is_some_and(|below| price <= below.amount);
    let is_above = alert.above.is_some_and(|above| above.amount <= price);
    let kind = match (is_below, is_above) {
        (true, _) => NoticeKind::PriceBelow,
        (_, true) => NoticeKind::PriceAbove,
        _ => return None,
    };
    let amount = Some(Money::new(price, venue.terms().currency));
    Some(Notice { series: Some(alert.series), amount, ..Notice::new(kind, venue.now()) })
}
