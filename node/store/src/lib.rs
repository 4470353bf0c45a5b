//! SQL: what a node keeps that is not consensus state.
//!
//! One [`Store`], opened by URL: SQLite in a file of the node's own, or PostgreSQL. It holds
//! personal data ([`Vault`]), bank messages ([`Archive`]), API keys ([`Credentials`]), documents
//! that the log names ([`Documents`]), what staff have asked for ([`AuditLog`]), how far each consumer of the journal has come
//! ([`Cursors`]) and what can be rebuilt from it ([`ReadModel`]).
//!
//! It decides nothing about money or membership, reads no clock, and knows no message format.
//! Personal data lies here sealed under a key per person and shows in no column, no error and no
//! `Debug`. This is the only crate that names sqlx.

mod archive;
mod audit;
mod credentials;
mod cursors;
mod db;
mod documents;
mod error;
mod keys;
mod names;
mod read_model;
mod schema;
mod vault;

pub use archive::{Archive, Direction, Filed, Kept, Label};
pub use audit::{AuditLog, Noted, NotedPlace};
pub use credentials::{Credential, Credentials, Grant, Secret, SecretFault};
pub use cursors::Cursors;
pub use documents::Documents;
pub use error::StoreError;
pub use keys::{KeyFault, KeyId, Personal, VaultKey};
pub use read_model::{Filter, PAGE_MAX, Page, Place, PlaceFault, ReadModel, Row};
pub use vault::{Claim, Handle, Vault};

use db::Db;
use keys::Keyring;
use std::sync::Arc;

/// An open store. Clones share its connections.
#[derive(Clone)]
pub struct Store {
    db: Db,
    keys: Arc<Keyring>,
    credentials: Credentials,
}

impl Store {
    /// Opens the store at `url`, makes it if it is not there, and brings its tables up to date.
    ///
    /// - `sqlite:///path/file.db`: a file readable by this user only; write-ahead log, every
    ///   commit synced but those of the read model.
    /// - `postgres://user@host/database`: an existing database, shared by a node's replicas.
    ///
    /// # Errors
    /// [`StoreError::WrongVaultKey`] when the store is sealed with another key; the other
    /// variants say what the operator has to put right.
    pub async fn open(url: &str, key: &VaultKey) -> Result<Store, StoreError> {
        let db = Db::open(url).await?;
        let keys = Arc::new(Keyring::open(&db, key).await?);
        let credentials = Credentials::new(db.clone(), keys.clone());
        Ok(Store { db, keys, credentials })
    }

    /// Seals the store with `new` instead of `old`: the next [`Store::open`] takes `new` only.
    /// Backups sealed with `old` are out of reach once `old` is destroyed.
    ///
    /// # Errors
    /// [`StoreError::WrongVaultKey`] when `old` is not the key of this store.
    pub async fn rotate(&self, old: &VaultKey, new: &VaultKey) -> Result<(), StoreError> {
        Keyring::rotate(&self.db, old, new).await
    }

    /// Personal data.
    #[must_use]
    pub fn vault(&self) -> Vault {
        Vault { db: self.db.clone(), keys: self.keys.clone() }
    }

    /// Bank messages.
    #[must_use]
    pub fn archive(&self) -> Archive {
        Archive { db: self.db.clone(), keys: self.keys.clone() }
    }

    /// API keys.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.credentials.clone()
    }

    /// What staff have asked for.
    #[must_use]
    pub fn audit(&self) -> AuditLog {
        AuditLog { db: self.db.clone() }
    }

    /// Documents that the log names by their digests.
    #[must_use]
    pub fn documents(&self) -> Documents {
        Documents { db: self.db.clone() }
    }

    /// Cursors over the journal.
    #[must_use]
    pub fn cursors(&self) -> Cursors {
        Cursors { db: self.db.clone() }
    }

    /// Projections of the journal.
    #[must_use]
    pub fn read_model(&self) -> ReadModel {
        ReadModel { db: self.db.clone() }
    }

    /// Closes every connection after what is under way.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

impl core::fmt::Debug for Store {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Store").field("db", &self.db).finish_non_exhaustive()
    }
}
