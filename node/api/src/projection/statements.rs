//! What the money of parties has done: the lines of their statements.

use super::STATEMENT;
use gcfn_ledger::{Account, Entry, IssuerBucket, Posting, UserBucket};
use gcfn_model::{Currency, PartyId, Position, Timestamp};
use gcfn_store::Row;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What an entry did to the money of one party: the body of its row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StatementLine {
    /// Why it was posted.
    pub(crate) posting: Posting,
    /// In which currency.
    pub(crate) currency: Currency,
    /// How much more each bucket has than before, in minor units: text, as sums have 128 bits.
    changes: BTreeMap<String, String>,
}

impl StatementLine {
    /// The line that a row tells; `None` when the row is of another kind.
    #[must_use]
    pub(crate) fn read(row: &Row) -> Option<StatementLine> {
        serde_json::from_value(row.body.clone()).ok()
    }

    /// Each bucket with how much more it has than before.
    pub(crate) fn changes(&self) -> impl Iterator<Item = (&str, Position)> {
        let read = |minor: &String| minor.parse().ok().map(Position::from_minor);
        self.changes.iter().filter_map(move |(bucket, minor)| Some((&**bucket, read(minor)?)))
    }
}

/// The rows of an entry, the `seq`th event of the journal: one for each party whose money it
/// moved. What is only set aside for an order, or free again, is no line: the order tells it.
pub(super) fn rows((seq, at): (u64, Timestamp), entry: &Entry) -> impl Iterator<Item = Row> {
    let (posting, currency) = (entry.posting, entry.currency);
    changes(entry).into_iter().map(move |(party, changes)| {
        let text =
            |(bucket, by): (&'static str, Position)| (bucket.to_owned(), by.minor().to_string());
        let changes = changes.into_iter().map(text).collect();
        let line = StatementLine { posting, currency, changes };
        Row {
            kind: STATEMENT.to_owned(),
            key: format!("{seq:020}.{party}"),
            party: Some(party),
            series: None,
            at,
            seq,
            body: serde_json::to_value(line).expect("a line is plain data"),
        }
    })
}

/// By how much an entry changes what a statement shows of each party.
fn changes(entry: &Entry) -> BTreeMap<PartyId, BTreeMap<&'static str, Position>> {
    let mut all = BTreeMap::<PartyId, BTreeMap<&'static str, Position>>::new();
    for leg in &entry.legs {
        let less = Position::from(leg.amount).negated();
        for (account, by) in [(leg.debit, less), (leg.credit, Position::from(leg.amount))] {
            let Some((party, bucket)) = shown_of(account) else { continue };
            let known = all.entry(party).or_default().entry(bucket).or_default();
            *known = known.and(by);
        }
    }
    for changes in all.values_mut() {
        changes.retain(|_, by| *by != Position::ZERO);
    }
    all.retain(|_, changes| !changes.is_empty());
    all
}

/// Whose money an account is, and as what a statement shows it. What is set aside for an open order
/// is still there to be used, for the order can be cancelled. A receivable is money that is owed:
/// it counts against the party.
const fn shown_of(account: Account) -> Option<(PartyId, &'static str)> {
    match account {
        Account::User(party, UserBucket::Hold) => Some((party, UserBucket::Available.word())),
        Account::User(party, bucket) => Some((party, bucket.word())),
        Account::Issuer(party, IssuerBucket::Hold) => Some((party, IssuerBucket::Free.word())),
        Account::Issuer(party, bucket) => Some((party, bucket.word())),
        Account::Reserve(party, _) => Some((party, "reserve")),
        Account::Merchant(party) => Some((party, "payable")),
        Account::Receivable(_, party) => Some((party, "owed")),
        _ => None,
    }
}
