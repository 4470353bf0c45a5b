//! What staff have asked the node to change: who, what, about what, and what came of it.
//!
//! It holds pseudonyms, routes and ids, and no word of what was sent. Lines are added and never
//! changed.

use crate::db::{Db, Row, Statement};
use crate::{StoreError, names};
use core::fmt;
use core::str::FromStr;
use gcfn_model::{PartyId, Timestamp};

const NOTE: Statement = Statement::new(
    "note a call",
    "INSERT INTO audit (request, at, party, scope, action, subject, outcome)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (request) DO NOTHING",
);
const LIST: Statement = Statement::new(
    "list calls",
    "SELECT request, at, party, scope, action, subject, outcome FROM audit
     WHERE (at, request) < ($1, $2) ORDER BY at DESC, request DESC LIMIT $3",
);

/// One call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// The node's name of the request.
    pub request: String,
    /// When it was answered.
    pub at: Timestamp,
    /// Who asked, by pseudonym.
    pub party: PartyId,
    /// With which scope.
    pub scope: String,
    /// The method and the path, with its variables by name.
    pub action: String,
    /// What stood in the variable part of the path.
    pub subject: Option<String>,
    /// `Done`, or the code of the refusal.
    pub outcome: String,
}

/// Where a page of calls ends. Text form: `<micros>.<request>`, for links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotedPlace {
    at: Timestamp,
    request: String,
}

impl NotedPlace {
    /// Just before `noted`.
    #[must_use]
    pub fn before(noted: &Noted) -> NotedPlace {
        NotedPlace { at: noted.at, request: noted.request.clone() }
    }
}

impl fmt::Display for NotedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.at.micros(), self.request)
    }
}

impl FromStr for NotedPlace {
    type Err = crate::PlaceFault;
    fn from_str(text: &str) -> Result<NotedPlace, crate::PlaceFault> {
        let (at, request) = text.split_once('.').ok_or(crate::PlaceFault)?;
        let at = at.parse().ok().and_then(Timestamp::from_micros).ok_or(crate::PlaceFault)?;
        Ok(NotedPlace { at, request: request.to_owned() })
    }
}

/// The calls of a node's staff.
#[derive(Clone, Debug)]
pub struct AuditLog {
    pub(crate) db: Db,
}

impl AuditLog {
    /// Adds a line; the same request again adds nothing.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a scope that is not a name; others of the database.
    pub async fn note(&self, noted: &Noted) -> Result<(), StoreError> {
        names::check("scope", &noted.scope)?;
        let args = [
            noted.request.as_str().into(),
            noted.at.into(),
            (&noted.party).into(),
            noted.scope.as_str().into(),
            noted.action.as_str().into(),
            noted.subject.as_deref().into(),
            noted.outcome.as_str().into(),
        ];
        self.db.execute(&NOTE, &args).await.map(drop)
    }

    /// At most `limit` calls, newest first, before the place where an earlier page ended.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn page(
        &self,
        from: Option<&NotedPlace>,
        limit: u32,
    ) -> Result<Vec<Noted>, StoreError> {
        let at = from.map_or(i64::MAX.into(), |place| place.at.into());
        let request = from.map_or("", |place| place.request.as_str());
        let limit = i64::from(limit.clamp(1, crate::PAGE_MAX));
        let args = [at, request.into(), limit.into()];
        self.db.rows(&LIST, &args).await?.iter().map(noted).collect()
    }
}

fn noted(row: &Row) -> Result<Noted, StoreError> {
    let damaged = |what| StoreError::Damaged { table: "audit", what };
    Ok(Noted {
        request: row.get(0)?,
        at: row.time(1)?.ok_or(damaged("a time"))?,
        party: row.id(2)?.ok_or(damaged("a party"))?,
        scope: row.get(3)?,
        action: row.get(4)?,
        subject: row.get(5)?,
        outcome: row.get(6)?,
    })
}
