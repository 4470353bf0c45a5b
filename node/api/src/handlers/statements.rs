//! What the money of a party has done, by the journal.

use crate::Api;
use crate::handlers::issuers::own as own_issuer;
use crate::handlers::past_page;
use crate::projection::{ISSUER_MONTH, IssuerMonth, STATEMENT, StatementLine};
use crate::route::{Query, Read};
use gcfn_api_wire::problem::Problem;
use gcfn_api_wire::statement::{
    BucketChange, MonthFlow, MonthList, MonthReport, Statement, StatementEntry, StatementPage,
};
use gcfn_api_wire::term::{SignedMoney, Text};
use gcfn_ledger::Posting;
use gcfn_model::{PartyId, Position, Timestamp};
use gcfn_store::Filter;
use std::collections::BTreeMap;

/// The caller's own.
pub(crate) async fn own(
    call: Read,
    Query(page): Query<StatementPage>,
) -> Result<Statement, Problem> {
    statement(&call.api, call.caller.party, &page).await
}

/// Anybody's, for staff and supervisors.
pub(crate) async fn of_party(
    call: Read<PartyId>,
    Query(page): Query<StatementPage>,
) -> Result<Statement, Problem> {
    statement(&call.api, call.id, &page).await
}

async fn statement(api: &Api, party: PartyId, page: &StatementPage) -> Result<Statement, Problem> {
    let rows = (STATEMENT, Filter::Party(party));
    let (found, as_of) = past_page(api, rows, page.before.as_deref(), page.limit).await?;
    let lines = found.rows.iter().filter_map(|row| Some(entry(row.at, &StatementLine::read(row)?)));
    Ok(Statement { lines: lines.collect(), next: found.next.map(|place| place.to_string()), as_of })
}

fn entry(at: Timestamp, line: &StatementLine) -> StatementEntry {
    let (currency, posting) = (line.currency, line.posting);
    let changes = line.changes();
    let total = line.changes().fold(Position::ZERO, |sum, (_, by)| sum.and(by));
    StatementEntry {
        at: Text(at),
        reason: in_words(posting),
        posting: posting.code().to_owned(),
        changes: changes
            .map(|(bucket, by)| BucketChange {
                bucket: bucket.to_owned(),
                by: SignedMoney::new(by, currency),
            })
            .collect(),
        total: SignedMoney::new(total, currency),
    }
}

/// What an issuer's money has done, month by month.
pub(crate) async fn months(
    call: Read<PartyId>,
    Query(page): Query<StatementPage>,
) -> Result<MonthList, Problem> {
    own_issuer(&call, |_, _, _| ())?;
    let rows = (ISSUER_MONTH, Filter::Party(call.id));
    let (found, as_of) = past_page(&call.api, rows, page.before.as_deref(), page.limit).await?;
    let months = found.rows.iter().filter_map(IssuerMonth::read);
    let months = months.map(|month| month_report(&month)).collect();
    let next = found.next.map(|place| place.to_string());
    Ok(MonthList { issuer: Text(call.id), months, next, as_of })
}

fn month_report(month: &IssuerMonth) -> MonthReport {
    let money = |position| SignedMoney::new(position, month.currency);
    let has = |buckets: BTreeMap<&str, Position>| {
        let shown = buckets
            .into_iter()
            .map(|(bucket, has)| BucketChange { bucket: bucket.to_owned(), by: money(has) });
        shown.collect()
    };
    let flows = month.flows().map(|flow| MonthFlow {
        reason: in_words(flow.posting),
        posting: flow.posting.code().to_owned(),
        bucket: flow.bucket.to_owned(),
        came_in: money(flow.came_in),
        went_out: money(flow.went_out),
    });
    MonthReport {
        month: month.month.clone(),
        opening: has(month.opening()),
        flows: flows.collect(),
        closing: has(month.closing()),
    }
}

/// The name of a line of the posting table as the API writes words.
fn in_words(posting: Posting) -> String {
    let mut words = String::new();
    for letter in format!("{posting:?}").chars() {
        if letter.is_ascii_uppercase() && !words.is_empty() {
            words.push('_');
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}
