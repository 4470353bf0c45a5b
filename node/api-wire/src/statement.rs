//! What the money of a party has done.

use crate::page::page_size;
use crate::term::{Party, SignedMoney, Time};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which lines of a statement to show.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StatementPage {
    /// At most this many, up to 500.
    #[serde(default = "page_size")]
    #[param(default = 50, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those before: the `next` of an earlier page.
    pub before: Option<String>,
}

/// What the money of a party has done, the latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Statement {
    /// The lines.
    pub lines: Vec<StatementEntry>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry; it is made from the journal.
    pub as_of: u64,
}

/// One thing that has happened to the money of a party.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StatementEntry {
    /// When.
    pub at: Time,
    /// Why: the line of the posting table, in words.
    #[schema(example = "user_deposit")]
    pub reason: String,
    /// Its number in the posting table.
    #[schema(example = "P-01")]
    pub posting: String,
    /// What each use of the money has more or less than before.
    pub changes: Vec<BucketChange>,
    /// What that comes to; what the party owes counts against it.
    pub total: SignedMoney,
}

/// What money for one use has more or less than before.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BucketChange {
    /// What it may be used for, as `wallets/me` calls it; `reserve` for the reserves of an
    /// issuer's batches, `owed` for what the party owes.
    #[schema(example = "avail")]
    pub bucket: String,
    /// How much.
    pub by: SignedMoney,
}

/// What the money of an issuer has done, month by month, the latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthList {
    /// The issuer.
    pub issuer: Party,
    /// The months in which something happened.
    pub months: Vec<MonthReport>,
    /// What to send as `before` to see older ones, if there may be any.
    pub next: Option<String>,
    /// The list holds at least everything up to this log entry; it is made from the journal.
    pub as_of: u64,
}

/// What the money of an issuer did in a month: its own accounts, and the reserves of its batches.
/// For every bucket, what it had at the beginning, what came in and what went out come to what
/// it had at the end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthReport {
    /// Which, in UTC; the latest may still go on.
    #[schema(example = "2026-11")]
    pub month: String,
    /// What each bucket had at its beginning; empty ones are left out.
    pub opening: Vec<BucketChange>,
    /// What moved, by reason and bucket.
    pub flows: Vec<MonthFlow>,
    /// What each bucket had at its end, or has now.
    pub closing: Vec<BucketChange>,
}

/// What came into a bucket and what went out of it in a month, for one reason.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct MonthFlow {
    /// Why: the line of the posting table, in words.
    #[schema(example = "issuer_deposit")]
    pub reason: String,
    /// Its number in the posting table.
    #[schema(example = "P-02a")]
    pub posting: String,
    /// Which bucket.
    #[schema(example = "deposit")]
    pub bucket: String,
    /// What came in.
    pub came_in: SignedMoney,
    /// What went out.
    pub went_out: SignedMoney,
}
