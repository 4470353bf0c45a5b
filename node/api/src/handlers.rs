//! What each route does: read a wish, name it in the machine's words, say what became of it.
//!
//! Nothing about money is decided here. A handler checks what the machine cannot know: that an
//! amount is in the venue's currency, and whether a thing is the caller's to see.

pub(crate) mod admin;
pub(crate) mod alliances;
pub(crate) mod bank;
pub(crate) mod clearing;
pub(crate) mod coupons;
pub(crate) mod desk;
pub(crate) mod disputes;
pub(crate) mod federation;
pub(crate) mod fees;
pub(crate) mod gifts;
pub(crate) mod issuance;
pub(crate) mod issuer_money;
pub(crate) mod issuers;
pub(crate) mod log;
pub(crate) mod makers;
pub(crate) mod market;
pub(crate) mod node;
pub(crate) mod notices;
pub(crate) mod offers;
pub(crate) mod orders;
pub(crate) mod papers;
pub(crate) mod party;
pub(crate) mod personal;
pub(crate) mod portfolio;
pub(crate) mod promotions;
pub(crate) mod reconciliation;
pub(crate) mod redemption;
pub(crate) mod registration;
pub(crate) mod risk;
pub(crate) mod settlement;
pub(crate) mod staff;
pub(crate) mod statements;
pub(crate) mod statistics;
pub(crate) mod stream;
pub(crate) mod supervision;
pub(crate) mod templates;
pub(crate) mod trading;
pub(crate) mod wallet;

pub use registration::vault_field;

use crate::api::{Api, store_problem};
use crate::auth::Caller;
use crate::projection::PROJECTION;
use gcfn_api_wire::page::PAGE_MAX;
use gcfn_api_wire::problem::Problem;
use gcfn_store::{Filter, Page, Place, Row};
use gcfn_venue::Role;

/// A page of what there is: at most `limit` of `found`, and the key beyond which there is more.
pub(crate) fn page_of<K, T>(
    mut found: impl Iterator<Item = (K, T)>,
    limit: u32,
) -> (Vec<T>, Option<K>) {
    let limit = usize::try_from(limit.clamp(1, PAGE_MAX)).unwrap_or(1);
    let (mut shown, mut last) = (Vec::new(), None);
    for (key, one) in found.by_ref().take(limit) {
        shown.push(one);
        last = Some(key);
    }
    let next = last.filter(|_| found.next().is_some());
    (shown, next)
}

/// A page of what has happened, newest first, and the log entry that it shows at least.
///
/// The entry is read before the rows: they may show more than it promises, never less. What the
/// machine has applied would promise rows that the projection has yet to write.
pub(crate) async fn past_page(
    api: &Api,
    (kind, filter): (&str, Filter),
    before: Option<&str>,
    limit: u32,
) -> Result<(Page, u64), Problem> {
    let from = before.map(str::parse::<Place>).transpose();
    let from = from.map_err(|fault| Problem::rule("before", fault.to_string()))?;
    let as_of = api.store().cursors().position(PROJECTION).await;
    let as_of = as_of.map_err(|fault| store_problem(&fault))?;
    let page = api.store().read_model().page(kind, filter, from.as_ref(), limit).await;
    Ok((page.map_err(|fault| store_problem(&fault))?, as_of))
}

/// The row of what has happened to one thing, and the log entry that it shows at least.
pub(crate) async fn past_row(
    api: &Api,
    (kind, key): (&str, &str),
) -> Result<(Option<Row>, u64), Problem> {
    let as_of = api.store().cursors().position(PROJECTION).await;
    let as_of = as_of.map_err(|fault| store_problem(&fault))?;
    let row = api.store().read_model().get(kind, key).await;
    Ok((row.map_err(|fault| store_problem(&fault))?, as_of))
}

/// Whether the caller watches over the node rather than trades at it.
pub(crate) fn oversees(caller: &Caller) -> bool {
    matches!(caller.scope.role(), Role::Operator | Role::Regulator)
}
