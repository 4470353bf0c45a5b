//! What the money of each issuer has done in each month (REP-17).
//!
//! Counted as it happens: a month of a busy issuer is too long to be read line by line for one
//! report. The month is that of the node's clock, in UTC.

use super::ISSUER_MONTH;
use gcfn_ledger::{Account, Entry, Posting};
use gcfn_model::{Currency, PartyId, Position, Timestamp};
use gcfn_store::{Filter, ReadModel, Row, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// An issuer's month: the body of its row. Sums are text, as they have 128 bits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssuerMonth {
    issuer: PartyId,
    /// Such as `2026-11`.
    pub(crate) month: String,
    pub(crate) currency: Currency,
    /// When it began to be counted, and by which event: its place in lists.
    at: Timestamp,
    seq: u64,
    /// What each bucket had before.
    opening: BTreeMap<String, String>,
    /// What came in and what went out, by reason and bucket.
    flows: BTreeMap<Posting, BTreeMap<String, (String, String)>>,
}

/// What came into a bucket and what went out of it, for one reason.
pub(crate) struct Flow<'m> {
    pub(crate) posting: Posting,
    pub(crate) bucket: &'m str,
    pub(crate) came_in: Position,
    pub(crate) went_out: Position,
}

impl IssuerMonth {
    /// The month that a row tells; `None` when the row is of another kind.
    pub(crate) fn read(row: &Row) -> Option<IssuerMonth> {
        serde_json::from_value(row.body.clone()).ok()
    }

    /// What each bucket had before it.
    pub(crate) fn opening(&self) -> BTreeMap<&str, Position> {
        self.opening.iter().map(|(bucket, minor)| (&**bucket, position(minor))).collect()
    }

    /// What each bucket had after it.
    pub(crate) fn closing(&self) -> BTreeMap<&str, Position> {
        let mut closing = self.opening();
        for flow in self.flows() {
            let bucket = closing.entry(flow.bucket).or_default();
            *bucket = bucket.and(flow.came_in).and(flow.went_out.negated());
        }
        closing.retain(|_, has| *has != Position::ZERO);
        closing
    }

    /// Everything that moved, by reason and bucket.
    pub(crate) fn flows(&self) -> impl Iterator<Item = Flow<'_>> {
        self.flows.iter().flat_map(|(posting, buckets)| {
            buckets.iter().map(|(bucket, (came_in, went_out))| Flow {
                posting: *posting,
                bucket,
                came_in: position(came_in),
                went_out: position(went_out),
            })
        })
    }

    fn begin(issuer: PartyId, month: String, entry: &Entry, at: Timestamp, seq: u64) -> Self {
        let (opening, flows) = (BTreeMap::new(), BTreeMap::new());
        IssuerMonth { issuer, month, currency: entry.currency, at, seq, opening, flows }
    }

    /// Counts what a leg moved into (`came_in`) or out of a bucket.
    fn count(&mut self, posting: Posting, bucket: &str, (came_in, amount): (bool, Position)) {
        let buckets = self.flows.entry(posting).or_default();
        let zero = || ("0".to_owned(), "0".to_owned());
        let (all_in, all_out) = buckets.entry(bucket.to_owned()).or_insert_with(zero);
        let sum = if came_in { all_in } else { all_out };
        *sum = position(sum).and(amount).minor().to_string();
    }

    fn row(&self) -> Row {
        Row {
            kind: ISSUER_MONTH.to_owned(),
            key: format!("{}.{}", self.issuer, self.month),
            party: Some(self.issuer),
            series: None,
            at: self.at,
            seq: self.seq,
            body: serde_json::to_value(self).expect("a month is plain data"),
        }
    }
}

fn position(minor: &str) -> Position {
    minor.parse().map_or(Position::ZERO, Position::from_minor)
}

/// Counts the months of issuers. It keeps the present one of each.
#[derive(Debug, Default)]
pub(super) struct Months {
    present: BTreeMap<PartyId, IssuerMonth>,
    changed: BTreeSet<PartyId>,
    /// The rows of months that ended since the rows were last taken.
    ended: Vec<Row>,
}

impl Months {
    /// Takes an entry, the `seq`th event of the journal. A month that is not at hand is read back.
    pub(super) async fn follow(
        &mut self,
        read_model: &ReadModel,
        (seq, at): (u64, Timestamp),
        entry: &Entry,
    ) -> Result<(), StoreError> {
        for leg in &entry.legs {
            let amount = Position::from(leg.amount);
            for (account, came_in) in [(leg.debit, false), (leg.credit, true)] {
                let Some((issuer, bucket)) = bucket_of(account) else { continue };
                self.turn(read_model, issuer, (seq, at), entry).await?;
                let month = self.present.get_mut(&issuer).expect("the month was turned to");
                month.count(entry.posting, bucket, (came_in, amount));
                self.changed.insert(issuer);
            }
        }
        Ok(())
    }

    /// Makes the month of `at` the present one of an issuer.
    async fn turn(
        &mut self,
        read_model: &ReadModel,
        issuer: PartyId,
        (seq, at): (u64, Timestamp),
        entry: &Entry,
    ) -> Result<(), StoreError> {
        let month: String = at.to_string().chars().take(7).collect();
        let mut last = self.present.remove(&issuer);
        if last.is_none() {
            let page = read_model.page(ISSUER_MONTH, Filter::Party(issuer), None, 1).await?;
            last = page.rows.first().and_then(IssuerMonth::read);
        }
        let present = match last {
            Some(last) if last.month == month => last,
            last => {
                let mut next = IssuerMonth::begin(issuer, month, entry, at, seq);
                if let Some(last) = last {
                    let text = |(bucket, has): (&str, Position)| {
                        (bucket.to_owned(), has.minor().to_string())
                    };
                    next.opening = last.closing().into_iter().map(text).collect();
                    if self.changed.remove(&issuer) {
                        self.ended.push(last.row());
                    }
                }
                next
            }
        };
        self.present.insert(issuer, present);
        Ok(())
    }

    /// The rows of what has changed since they were last taken.
    pub(super) fn take_rows(&mut self) -> Vec<Row> {
        let changed = std::mem::take(&mut self.changed);
        let present = changed.iter().filter_map(|issuer| self.present.get(issuer));
        let rows: Vec<Row> = present.map(IssuerMonth::row).collect();
        std::mem::take(&mut self.ended).into_iter().chain(rows).collect()
    }

    /// How many rows there are to take.
    pub(super) fn rows(&self) -> usize {
        self.changed.len() + self.ended.len()
    }
}

/// An issuer's own accounts at the node, and the reserves of its batches.
const fn bucket_of(account: Account) -> Option<(PartyId, &'static str)> {
    match account {
        Account::Issuer(issuer, bucket) => Some((issuer, bucket.word())),
        Account::Reserve(issuer, _) => Some((issuer, "reserve")),
        _ => None,
    }
}
