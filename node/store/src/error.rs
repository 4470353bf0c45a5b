//! Why the store could not do what was asked, by who can put it right.

use crate::KeyId;
use gcfn_model::PartyId;

/// A fault of the store.
///
/// No variant carries personal data: fields are pseudonyms, names of ours, or the database's own
/// words, and every value that the database could quote is sealed or hashed before it gets there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operator wrote a store URL that names no engine.
    #[error("store URL begins with neither sqlite:// nor postgres://")]
    UnknownEngine,
    /// The operator's store URL names an engine but cannot be read. The URL itself is left out:
    /// it may hold a password.
    #[error("store URL cannot be read; expected sqlite:///path/file.db or postgres://user@host/db")]
    UnreadableUrl {
        /// What the engine's driver says.
        source: sqlx::Error,
    },
    /// The database file cannot be made or opened; the operator looks at folder and rights.
    #[error("open store file {path}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The operator gave this node another vault key than the one its store was made with.
    #[error(
        "vault key is {got}, this store is sealed with {expected}; give the node that key, \
         or rotate from it"
    )]
    WrongVaultKey {
        /// The key that the store was sealed with.
        expected: KeyId,
        /// The key that was given.
        got: KeyId,
    },
    /// The tables were made by another version of the program, or cannot be made.
    #[error("bring store tables up to date")]
    Schema {
        /// What the migration says.
        source: sqlx::migrate::MigrateError,
    },
    /// The database does not answer; the operator brings it back, the caller may try again.
    #[error("{action}: database {place} is out of reach")]
    Unreachable {
        /// What was to be done.
        action: &'static str,
        /// The database: its file, or its host and name.
        place: String,
        /// What the driver says.
        source: sqlx::Error,
    },
    /// The caller wrote data of a subject whose data was shredded. Give the person a new pseudonym.
    #[error("subject {subject} was shredded and takes no more data")]
    Shredded {
        /// The pseudonym.
        subject: PartyId,
    },
    /// The caller used a name or a number that the store has no room for.
    #[error("{what} is not {allowed}")]
    Refused {
        /// What was given.
        what: &'static str,
        /// What is accepted.
        allowed: &'static str,
    },
    /// What lies in a table is not what was put there: another key, a torn restore, a stranger.
    /// The operator restores it; the node never goes on with it.
    #[error("table {table} holds {what} that cannot be trusted; restore it from a backup")]
    Damaged {
        /// The table.
        table: &'static str,
        /// What in it.
        what: &'static str,
    },
    /// The database refused a statement of ours: a fault of this program.
    #[error("{action}: database refused the statement")]
    Statement {
        /// What was to be done.
        action: &'static str,
        /// What the driver says.
        source: sqlx::Error,
    },
}

impl StoreError {
    /// Sorts the driver's fault by who can put it right.
    pub(crate) fn from_driver(
        action: &'static str,
        place: String,
        source: sqlx::Error,
    ) -> StoreError {
        use sqlx::Error;
        match source {
            Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed => {
                StoreError::Unreachable { action, place, source }
            }
            Error::Database(ref refusal) if is_passing(refusal.code().as_deref()) => {
                StoreError::Unreachable { action, place, source }
            }
            source => StoreError::Statement { action, source },
        }
    }

    /// Whether the same call may succeed later without anybody changing anything here.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, StoreError::Unreachable { .. })
    }
}

/// Whether a database's refusal is about its state, not about our statement: SQLite busy, locked
/// or full; PostgreSQL connection, resource, operator-intervention and system classes, and
/// transactions that lost against others.
fn is_passing(code: Option<&str>) -> bool {
    let Some(code) = code else { return false };
    if let Ok(number) = code.parse::<u32>()
        && code.len() < 5
    {
        // The low byte is SQLite's primary code, the rest its detail.
        return matches!(number & 0xff, 5 | 6 | 10 | 13);
    }
    ["08", "40", "53", "57", "58"].iter().any(|class| code.starts_with(class))
}
