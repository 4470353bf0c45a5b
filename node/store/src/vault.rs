//! Personal data: sealed per person, findable only by who holds the node's keys, and shredded by
//! destroying one key.
//!
//! Knows nothing of what the fields mean, nor of who may read them.

use crate::db::{Db, Statement, Tx};
use crate::keys::{Keyring, Personal, Place, SealKey};
use crate::{StoreError, names};
use gcfn_model::{PartyId, Timestamp};
use ring::hmac;
use std::sync::Arc;

/// Adds the subject or locks its row, and answers its key: one writer per subject at a time.
const SUBJECT: Statement = Statement::new(
    "open a vault subject",
    "INSERT INTO vault_subject (subject, sealed_key) VALUES ($1, $2)
     ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
     RETURNING sealed_key",
);
const PUT: Statement = Statement::new(
    "write a vault field",
    "INSERT INTO vault_field (subject, field, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (subject, field) DO UPDATE SET sealed = excluded.sealed",
);
const READ: Statement = Statement::new(
    "read a vault field",
    "SELECT s.sealed_key, f.sealed FROM vault_field f JOIN vault_subject s USING (subject)
     WHERE f.subject = $1 AND f.field = $2",
);
const FIELDS: Statement = Statement::new(
    "list vault fields",
    "SELECT field FROM vault_field WHERE subject = $1 ORDER BY field",
);
const SHRED: Statement = Statement::new(
    "destroy a vault key",
    "INSERT INTO vault_subject (subject, sealed_key, shredded_at) VALUES ($1, NULL, $2)
     ON CONFLICT (subject) DO UPDATE SET sealed_key = NULL, shredded_at = excluded.shredded_at
     WHERE vault_subject.shredded_at IS NULL",
);
const DROP_FIELD: Statement = Statement::new(
    "delete a vault field",
    "DELETE FROM vault_field WHERE subject = $1 AND field = $2",
);
const DROP_FIELDS: Statement =
    Statement::new("delete vault fields", "DELETE FROM vault_field WHERE subject = $1");
const DROP_HANDLES: Statement =
    Statement::new("delete vault handles", "DELETE FROM vault_handle WHERE subject = $1");
const SHREDDED_AT: Statement = Statement::new(
    "read a vault subject",
    "SELECT shredded_at FROM vault_subject WHERE subject = $1",
);
const WITH_FIELD: Statement = Statement::new(
    "list subjects with a field",
    "SELECT subject FROM vault_field WHERE field = $1 ORDER BY subject",
);
const SHREDDED: Statement = Statement::new(
    "list shredded subjects",
    "SELECT subject, shredded_at FROM vault_subject WHERE shredded_at IS NOT NULL
     ORDER BY shredded_at, subject",
);
/// Both engines keep old row versions for a while; these let go of them.
const SCRUB_SQLITE: Statement =
    Statement::new("empty the write-ahead log", "PRAGMA wal_checkpoint(TRUNCATE)");
const SCRUB_POSTGRES: Statement =
    Statement::new("vacuum the vault", "VACUUM vault_subject, vault_field, vault_handle");

const RELEASE: Statement = Statement::new(
    "release a vault handle",
    "DELETE FROM vault_handle WHERE subject = $1 AND kind = $2",
);
/// Answers whose the handle is now: the claimant's, or whose it already was.
const CLAIM: Statement = Statement::new(
    "claim a vault handle",
    "INSERT INTO vault_handle (kind, mac, subject) VALUES ($1, $2, $3)
     ON CONFLICT (kind, mac) DO UPDATE SET kind = excluded.kind
     RETURNING subject",
);
const FIND: Statement = Statement::new(
    "find a vault handle",
    "SELECT subject FROM vault_handle WHERE kind = $1 AND mac = $2",
);

/// What a person can be found by. A person has at most one of each, and each belongs to one
/// person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handle {
    /// A telephone number; spaces, dashes, dots and brackets in it do not matter.
    Phone,
    /// An e-mail address; case and outer spaces do not matter.
    Email,
}

impl Handle {
    const fn name(self) -> &'static str {
        match self {
            Handle::Phone => "phone",
            Handle::Email => "email",
        }
    }

    /// The one way to write `value`, so that a person is found however it was typed.
    fn normal(self, value: &str) -> String {
        match self {
            Handle::Phone => value.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect(),
            Handle::Email => value.trim().to_lowercase(),
        }
    }
}

/// Whether handles could be claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// They are the subject's now.
    Held,
    /// This one is another subject's; nothing changed.
    Taken(Handle),
}

/// The vault of personal data.
#[derive(Clone)]
pub struct Vault {
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keyring>,
}

impl Vault {
    /// Writes `plaintext` as `field` of `subject`, replacing what was there.
    ///
    /// # Errors
    /// [`StoreError::Shredded`] for a subject that was shredded, [`StoreError::Refused`] for a
    /// field name other than 1 to 64 of `a`-`z`, `0`-`9`, `_`, `.`, `-`.
    pub async fn put(
        &self,
        subject: PartyId,
        field: &str,
        plaintext: &[u8],
    ) -> Result<(), StoreError> {
        names::check("vault field", field)?;
        let mut tx = self.db.begin().await?;
        let key = self.lock(&mut tx, subject).await?;
        let sealed = key.seal(&Place(&[b"field", subject.as_bytes(), field.as_bytes()]), plaintext);
        tx.execute(&PUT, &[(&subject).into(), field.into(), sealed.as_slice().into()]).await?;
        tx.commit().await
    }

    /// The `field` of `subject`; `None` if it was never written or the subject was shredded.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when what is there was sealed for another place or altered.
    pub async fn get(&self, subject: PartyId, field: &str) -> Result<Option<Personal>, StoreError> {
        let row = self.db.row(&READ, &[(&subject).into(), field.into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let Some(key) = row.get::<Option<Vec<u8>>>(0)? else { return Ok(None) };
        let key = self.keys.subject_key(subject, &key).ok_or(DAMAGED_KEY)?;
        let sealed: Vec<u8> = row.get(1)?;
        let damaged = StoreError::Damaged { table: "vault_field", what: "a field" };
        key.open(&Place(&[b"field", subject.as_bytes(), field.as_bytes()]), &sealed)
            .map(Some)
            .ok_or(damaged)
    }

    /// Deletes the `field` of `subject`. Says whether it was there.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the field is gone if only the clean-up after it failed.
    pub async fn remove(&self, subject: PartyId, field: &str) -> Result<bool, StoreError> {
        let removed = self.db.execute(&DROP_FIELD, &[(&subject).into(), field.into()]).await?;
        self.db.maintain(&SCRUB_SQLITE, &SCRUB_POSTGRES).await?;
        Ok(removed == 1)
    }

    /// The names of the fields that `subject` has, in order.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn fields(&self, subject: PartyId) -> Result<Vec<String>, StoreError> {
        let rows = self.db.rows(&FIELDS, &[(&subject).into()]).await?;
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Destroys the key of `subject`, and with it every copy of its data, here and in backups
    /// that do not hold the key. Says whether there was anything left to destroy.
    ///
    /// # Errors
    /// [`StoreError`] of the database; the key is gone if only the clean-up after it failed.
    pub async fn shred(&self, subject: PartyId, at: Timestamp) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let shredded = tx.execute(&SHRED, &[(&subject).into(), at.into()]).await? == 1;
        tx.execute(&DROP_HANDLES, &[(&subject).into()]).await?;
        tx.execute(&DROP_FIELDS, &[(&subject).into()]).await?;
        tx.commit().await?;
        self.db.maintain(&SCRUB_SQLITE, &SCRUB_POSTGRES).await?;
        Ok(shredded)
    }

    /// When `subject` was shredded, if it was.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn shredded_at(&self, subject: PartyId) -> Result<Option<Timestamp>, StoreError> {
        let row = self.db.row(&SHREDDED_AT, &[(&subject).into()]).await?;
        row.map_or(Ok(None), |row| row.time(0))
    }

    /// Who has a `field`, in order.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn with_field(&self, field: &str) -> Result<Vec<PartyId>, StoreError> {
        let rows = self.db.rows(&WITH_FIELD, &[field.into()]).await?;
        let subjects = rows.iter().map(|row| row.id(0)?.ok_or(DAMAGED_KEY));
        subjects.collect()
    }

    /// Who was shredded, and when, in that order.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn shredded(&self) -> Result<Vec<(PartyId, Timestamp)>, StoreError> {
        let rows = self.db.rows(&SHREDDED, &[]).await?;
        let subjects = rows
            .iter()
            .map(|row| Ok((row.id(0)?.ok_or(DAMAGED_KEY)?, row.time(1)?.ok_or(DAMAGED_KEY)?)));
        subjects.collect()
    }

    /// Makes `subject` findable by all of `handles`, instead of by its earlier ones of those kinds,
    /// or by none of them.
    ///
    /// # Errors
    /// [`StoreError::Shredded`] for a subject that was shredded.
    pub async fn claim(
        &self,
        subject: PartyId,
        handles: &[(Handle, &str)],
    ) -> Result<Claim, StoreError> {
        let mut tx = self.db.begin().await?;
        self.lock(&mut tx, subject).await?;
        for &(kind, value) in handles {
            let mac = self.mac(kind, value);
            tx.execute(&RELEASE, &[(&subject).into(), kind.name().into()]).await?;
            let args = [kind.name().into(), mac.as_ref().into(), (&subject).into()];
            let row = tx.row(&CLAIM, &args).await?.expect("an insert that returns has a row");
            if row.id(0)?.is_some_and(|holder: PartyId| holder != subject) {
                return Ok(Claim::Taken(kind)); // The transaction is undone.
            }
        }
        tx.commit().await.map(|()| Claim::Held)
    }

    /// Who can be found by `value`.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn find(&self, kind: Handle, value: &str) -> Result<Option<PartyId>, StoreError> {
        let mac = self.mac(kind, value);
        let row = self.db.row(&FIND, &[kind.name().into(), mac.as_ref().into()]).await?;
        row.map_or(Ok(None), |row| row.id(0))
    }

    /// The key of `subject`, made if it is new; its row is locked until the transaction ends.
    async fn lock(&self, tx: &mut Tx, subject: PartyId) -> Result<SealKey, StoreError> {
        let fresh = self.keys.new_subject_key(subject);
        let row = tx.row(&SUBJECT, &[(&subject).into(), fresh.as_slice().into()]).await?;
        let row = row.expect("an insert that returns has a row");
        let sealed = row.get::<Option<Vec<u8>>>(0)?.ok_or(StoreError::Shredded { subject })?;
        self.keys.subject_key(subject, &sealed).ok_or(DAMAGED_KEY)
    }

    fn mac(&self, kind: Handle, value: &str) -> hmac::Tag {
        let text = format!("{}:{}", kind.name(), kind.normal(value));
        hmac::sign(&self.keys.handles, text.as_bytes())
    }
}

const DAMAGED_KEY: StoreError = StoreError::Damaged { table: "vault_subject", what: "a key" };

impl core::fmt::Debug for Vault {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Vault").finish_non_exhaustive()
    }
}
