//! API keys and the subjects of tokens: who may call, and for whom.
//!
//! Checks a secret; what a scope may do is the API's business.

mod recent;

use crate::db::{Db, Row, Statement};
use crate::keys::{Keyring, random};
use crate::{StoreError, names};
use core::fmt;
use core::str::FromStr;
use gcfn_model::{Digest, PartyId, Timestamp};
use recent::{Known, Recent};
use ring::hmac;
use std::sync::Arc;

const CREATE: Statement = Statement::new(
    "create a credential",
    "INSERT INTO credential (id, scope, party, secret_mac, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
);
const READ: Statement = Statement::new(
    "read a credential",
    "SELECT id, scope, party, created_at, expires_at, revoked_at, secret_mac
     FROM credential WHERE id = $1",
);
const LIST: Statement = Statement::new(
    "list credentials",
    "SELECT id, scope, party, created_at, expires_at, revoked_at
     FROM credential ORDER BY created_at, id",
);
const REVOKE: Statement = Statement::new(
    "revoke a credential",
    "UPDATE credential SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
);

/// The secret half of a credential: 32 bytes that nobody can guess. The store shows it once and forgets it.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret with these bytes, which nobody can guess.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Secret {
        Secret(bytes)
    }

    /// The secret as 64 hexadecimal digits, for the one who will use it.
    #[must_use]
    pub fn reveal(&self) -> String {
        Digest(self.0).to_string()
    }
}

/// A text that is not a [`Secret`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("secret is not 64 hexadecimal digits")]
pub struct SecretFault;

impl FromStr for Secret {
    type Err = SecretFault;
    fn from_str(text: &str) -> Result<Secret, SecretFault> {
        text.parse().map(|digest: Digest| Secret(digest.0)).map_err(|_| SecretFault)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What a new credential is to allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The role or scope, as the API names it.
    pub scope: String,
    /// Whom the caller acts for; `None` for operators and services.
    pub party: Option<PartyId>,
    /// When it is made.
    pub created_at: Timestamp,
    /// From when it is refused; `None` never.
    pub expires_at: Option<Timestamp>,
}

/// A credential, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its public half.
    pub id: String,
    /// What it allows.
    pub grant: Grant,
    /// Since when it is refused.
    pub revoked_at: Option<Timestamp>,
}

/// The credentials of a node.
#[derive(Clone)]
pub struct Credentials {
    db: Db,
    keys: Arc<Keyring>,
    recent: Arc<Recent>,
}

impl Credentials {
    pub(crate) fn new(db: Db, keys: Arc<Keyring>) -> Credentials {
        Credentials { db, keys, recent: Arc::default() }
    }

    /// Makes a credential; its id and its secret, which nobody can read again.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for a scope that is not a name.
    pub async fn create(&self, grant: &Grant) -> Result<(String, Secret), StoreError> {
        let id = random::<8>().iter().fold("key-".to_owned(), |id, byte| format!("{id}{byte:02x}"));
        let secret = Secret(random());
        self.insert(&id, &secret, grant).await?;
        Ok((id, secret))
    }

    /// Makes the credential `id` with a secret that was agreed elsewhere: testnets and nodes that
    /// are set up from a file.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an id or a scope that is not a name, or an id that is in use.
    pub async fn insert(&self, id: &str, secret: &Secret, grant: &Grant) -> Result<(), StoreError> {
        match self.add(id, secret, grant).await? {
            0 => Err(StoreError::Refused { what: "credential id", allowed: "one that is free" }),
            _ => Ok(()),
        }
    }

    /// Makes the credential `id`, whose id and secret follow from one another, unless it is there
    /// already: asked again it stays as it was made first, and what was revoked stays revoked.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an id or a scope that is not a name.
    pub async fn grant_once(
        &self,
        id: &str,
        secret: &Secret,
        grant: &Grant,
    ) -> Result<(), StoreError> {
        self.add(id, secret, grant).await.map(drop)
    }

    /// How many were made: one, or none when the id is in use.
    async fn add(&self, id: &str, secret: &Secret, grant: &Grant) -> Result<u64, StoreError> {
        names::check("credential id", id)?;
        names::check("scope", &grant.scope)?;
        let mac = self.mac(id, secret);
        let args = [
            id.into(),
            grant.scope.as_str().into(),
            (&grant.party).into(),
            mac.as_ref().into(),
            grant.created_at.into(),
            grant.expires_at.into(),
        ];
        self.db.execute(&CREATE, &args).await
    }

    /// The credential `id`, if `secret` is its secret and it is neither expired nor revoked `at`
    /// this time. The comparison takes the same time for every wrong secret. One that is
    /// revoked meanwhile through another replica may be good for two seconds more.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn authenticate(
        &self,
        id: &str,
        secret: &Secret,
        at: Timestamp,
    ) -> Result<Option<Credential>, StoreError> {
        let known = match self.recent.find(id, at) {
            Some(known) => known,
            None => match self.read(id, at).await? {
                Some(known) => known,
                None => return Ok(None),
            },
        };
        let Known { credential, mac, .. } = known;
        let proven = hmac::verify(&self.keys.credentials, &message(id, secret), &mac).is_ok();
        let expired = credential.grant.expires_at.is_some_and(|end| end <= at);
        let usable = proven && !expired && credential.revoked_at.is_none();
        Ok(usable.then_some(credential))
    }

    async fn read(&self, id: &str, at: Timestamp) -> Result<Option<Known>, StoreError> {
        let Some(row) = self.db.row(&READ, &[id.into()]).await? else { return Ok(None) };
        let known = Known { credential: credential(&row)?, mac: row.get(6)?, read_at: at };
        self.recent.remember(known.clone());
        Ok(Some(known))
    }

    /// Refuses `id` from now on and says whether it was usable until now.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn revoke(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let revoked = self.db.execute(&REVOKE, &[id.into(), at.into()]).await? == 1;
        self.recent.forget(id);
        Ok(revoked)
    }

    /// Every credential, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] of the database.
    pub async fn list(&self) -> Result<Vec<Credential>, StoreError> {
        self.db.rows(&LIST, &[]).await?.iter().map(credential).collect()
    }

    fn mac(&self, id: &str, secret: &Secret) -> hmac::Tag {
        hmac::sign(&self.keys.credentials, &message(id, secret))
    }
}

/// What is hashed: the secret of one credential is not the secret of another.
fn message(id: &str, secret: &Secret) -> Vec<u8> {
    [secret.0.as_slice(), id.as_bytes()].concat()
}

fn credential(row: &Row) -> Result<Credential, StoreError> {
    let damaged = StoreError::Damaged { table: "credential", what: "a time" };
    let grant = Grant {
        scope: row.get(1)?,
        party: row.id(2)?,
        created_at: row.time(3)?.ok_or(damaged)?,
        expires_at: row.time(4)?,
    };
    Ok(Credential { id: row.get(0)?, grant, revoked_at: row.time(5)? })
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}
