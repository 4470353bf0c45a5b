//! What the money of a party has done.

use crate::page::page_size;
use crate::term::{SignedMoney, Time};
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
