//! Documents that the log names by their digests: schemas of templates and what fills them.
//!
//! They say what coupons promise and are everybody's to read once the coupons are: nothing
//! personal belongs here, and nothing is sealed.

use crate::StoreError;
use crate::archive::sha256;
use crate::db::{Db, Statement};
use gcfn_model::Digest;

const KEEP: Statement = Statement::new(
    "keep a document",
    "INSERT INTO document (digest, body) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING",
);
const FETCH: Statement =
    Statement::new("fetch a document", "SELECT body FROM document WHERE digest = $1");

/// The documents of a node, by their digests.
#[derive(Clone, Debug)]
pub struct Documents {
    pub(crate) db: Db,
}

impl Documents {
    /// Keeps `body`, once however often it comes, and returns its SHA-256.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn keep(&self, body: &[u8]) -> Result<Digest, StoreError> {
        let digest = sha256(body);
        self.db.execute(&KEEP, &[digest.as_bytes().as_slice().into(), body.into()]).await?;
        Ok(digest)
    }

    /// The document with this digest, if it was kept here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when it is not the one that was kept.
    pub async fn fetch(&self, digest: Digest) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.db.row(&FETCH, &[digest.as_bytes().as_slice().into()]).await?;
        let Some(row) = row else { return Ok(None) };
        let body = Some(row.get::<Vec<u8>>(0)?).filter(|body| sha256(body) == digest);
        body.map(Some).ok_or(StoreError::Damaged { table: "document", what: "a document" })
    }
}
