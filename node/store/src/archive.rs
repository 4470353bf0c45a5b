//! Bank messages exactly as sent and received, for as long as the region's law asks.
//!
//! Does not read them: what is kept is what crossed the wire, before any parser saw it.

use crate::StoreError;
use crate::db::{Db, Row, Statement};
use crate::keys::{Keyring, Personal, Place};
use gcfn_model::{Digest, Timestamp, Uetr};
use ring::digest;
use std::sync::Arc;

const KEEP: Statement = Statement::new(
    "archive a bank message",
    "INSERT INTO archive (direction, bank, digest, message_id, kind, uetr, at, signature, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (direction, bank, digest) DO UPDATE
         SET message_id = excluded.message_id, kind = excluded.kind, uetr = excluded.uetr,
             at = excluded.at, signature = excluded.signature
         WHERE archive.kind LIKE 'refused: %' AND excluded.kind NOT LIKE 'refused: %'",
);
const FETCH: Statement = Statement::new(
    "fetch a bank message",
    "SELECT sealed FROM archive WHERE direction = $1 AND bank = $2 AND digest = $3",
);
const LIST: Statement = Statement::new(
    "list bank messages",
    "SELECT direction, bank, digest, message_id, kind, uetr, at, signature FROM archive
     WHERE (at, digest) > ($1, $2) ORDER BY at, digest LIMIT $3",
);
const TRACE: Statement = Statement::new(
    "trace a payment",
    "SELECT direction, bank, digest, message_id, kind, uetr, at, signature FROM archive
     WHERE uetr = $1 ORDER BY at, digest",
);
const PRUNE: Statement = Statement::new(
    "let old bank messages go",
    "DELETE FROM archive WHERE (direction, bank, digest) IN
         (SELECT direction, bank, digest FROM archive WHERE at < $1 ORDER BY at LIMIT $2)",
);
const NAMED: Statement = Statement::new(
    "find a bank message by its id",
    "SELECT direction, bank, digest, message_id, kind, uetr, at, signature FROM archive
     WHERE bank = $1 AND message_id = $2 AND direction = $3 ORDER BY at, digest",
);

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the bank to the node.
    Received,
    /// From the node to the bank.
    Sent,
}

impl Direction {
    const fn name(self) -> &'static str {
        match self {
            Direction::Received => "received",
            Direction::Sent => "sent",
        }
    }

    fn from_name(name: &str) -> Option<Direction> {
        [Direction::Received, Direction::Sent].into_iter().find(|d| d.name() == name)
    }
}

/// What is known of a message without opening it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Which way it went.
    pub direction: Direction,
    /// The bank at the other end, by the name the node knows it under.
    pub bank: String,
    /// The sender's message identification (`MsgId`).
    pub message_id: String,
    /// The message definition, `pacs.009.001.08`; of what was not taken [`Label::REFUSED`] and the
    /// reason.
    pub kind: String,
    /// The payment that it is about, if it is about one.
    pub uetr: Option<Uetr>,
    /// When it was received or handed over.
    pub at: Timestamp,
    /// The sender's detached signature, as it was beside the message. Not looked at here.
    pub signature: Option<Vec<u8>>,
}

impl Label {
    /// How the kind of what was not taken begins, in and out.
    pub const REFUSED: &'static str = "refused: ";
}

/// A message in the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its label.
    pub label: Label,
    /// SHA-256 of its bytes: with direction and bank, its identity.
    pub digest: Digest,
}

/// The archive of bank messages.
#[derive(Clone)]
pub struct Archive {
    pub(crate) db: Db,
    pub(crate) keys: Arc<Keyring>,
}

impl Archive {
    /// Keeps `bytes` under `label` and returns their SHA-256. The same bytes from the same bank
    /// are kept once: the second is told apart by [`Filed::again`]. What was refused at first and
    /// is taken now, because it is signed now or an account is listed now, has its label from now.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn keep(&self, label: &Label, bytes: &[u8]) -> Result<Filed, StoreError> {
        let digest = sha256(bytes);
        let place = (label.direction.name(), label.bank.as_str(), digest);
        let sealed = self.keys.archive.seal(&Place(&parts(&place)), bytes);
        let uetr = label.uetr.map(|uetr| uetr.to_string());
        let args = [
            place.0.into(),
            place.1.into(),
            digest.as_bytes().as_slice().into(),
            label.message_id.as_str().into(),
            label.kind.as_str().into(),
            uetr.as_deref().into(),
            label.at.into(),
            label.signature.as_deref().into(),
            sealed.as_slice().into(),
        ];
        let added = self.db.execute(&KEEP, &args).await?;
        Ok(Filed { digest, again: added == 0 })
    }

    /// The bytes of a message.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when they are not the ones that were kept.
    pub async fn fetch(
        &self,
        direction: Direction,
        bank: &str,
        digest: Digest,
    ) -> Result<Option<Personal>, StoreError> {
        let args = [direction.name().into(), bank.into(), digest.as_bytes().as_slice().into()];
        let Some(row) = self.db.row(&FETCH, &args).await? else { return Ok(None) };
        let place = (direction.name(), bank, digest);
        let bytes = self.keys.archive.open(&Place(&parts(&place)), &row.get::<Vec<u8>>(0)?);
        let bytes = bytes.filter(|bytes| sha256(bytes.reveal()) == digest);
        bytes.map(Some).ok_or(StoreError::Damaged { table: "archive", what: "a message" })
    }

    /// At most `limit` messages after `after`, oldest first; from the beginning without one.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn list(&self, after: Option<&Kept>, limit: u32) -> Result<Vec<Kept>, StoreError> {
        let digest = after.map_or(Digest::ZERO, |kept| kept.digest);
        let at = after.map_or(Timestamp::EPOCH, |kept| kept.label.at);
        let args = [at.into(), digest.as_bytes().as_slice().into(), i64::from(limit).into()];
        self.db.rows(&LIST, &args).await?.iter().map(kept).collect()
    }

    /// Every message with the id that its sender gave it, oldest first: more than one where a
    /// bank repeats an id.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn named(
        &self,
        direction: Direction,
        bank: &str,
        message_id: &str,
    ) -> Result<Vec<Kept>, StoreError> {
        let args = [bank.into(), message_id.into(), direction.name().into()];
        self.db.rows(&NAMED, &args).await?.iter().map(kept).collect()
    }

    /// Lets at most `limit` messages from before `before` go, the oldest first, and returns how
    /// many: fewer than `limit` when no more are left.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn prune(&self, before: Timestamp, limit: u32) -> Result<u64, StoreError> {
        self.db.execute(&PRUNE, &[before.into(), i64::from(limit).into()]).await
    }

    /// The identity that `bytes` have, or would have, in the archive: their SHA-256.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Digest {
        sha256(bytes)
    }

    /// Every message about the payment `uetr`, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn trace(&self, uetr: Uetr) -> Result<Vec<Kept>, StoreError> {
        let uetr = uetr.to_string();
        self.db.rows(&TRACE, &[uetr.as_str().into()]).await?.iter().map(kept).collect()
    }
}

/// What became of a message that was to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filed {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// Whether it had been kept before.
    pub again: bool,
}

fn parts<'a>((direction, bank, digest): &'a (&str, &str, Digest)) -> [&'a [u8]; 4] {
    [b"message", direction.as_bytes(), bank.as_bytes(), digest.as_bytes()]
}

fn kept(row: &Row) -> Result<Kept, StoreError> {
    let damaged = |what| StoreError::Damaged { table: "archive", what };
    let digest: Vec<u8> = row.get(2)?;
    let uetr = row.get::<Option<String>>(5)?.map(|uetr| uetr.parse()).transpose();
    let direction = Direction::from_name(&row.get::<String>(0)?);
    let label = Label {
        direction: direction.ok_or(damaged("a direction"))?,
        bank: row.get(1)?,
        message_id: row.get(3)?,
        kind: row.get(4)?,
        uetr: uetr.map_err(|_| damaged("a UETR"))?,
        at: row.time(6)?.ok_or(damaged("a time"))?,
        signature: row.get(7)?,
    };
    let digest = digest.try_into().map(Digest).map_err(|_| damaged("a digest"))?;
    Ok(Kept { label, digest })
}

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    let digest = digest::digest(&digest::SHA256, bytes);
    Digest(digest.as_ref().try_into().expect("SHA-256 has 32 bytes"))
}

impl core::fmt::Debug for Archive {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Archive").finish_non_exhaustive()
    }
}
