//! Keys: what seals a value and what it is sealed with. Decides nothing about who may read.

use crate::StoreError;
use crate::db::{Db, Statement};
use core::fmt;
use core::str::FromStr;
use gcfn_model::{Digest, PartyId};
use ring::{aead, hkdf, hmac};

const KEY_BYTES: usize = 32;
/// The first byte of everything sealed: AES-256-GCM, nonce, ciphertext, tag.
const SEAL_VERSION: u8 = 1;

/// The 32 bytes that a node's store is sealed with. The node keeps it outside the database.
#[derive(Clone)]
pub struct VaultKey([u8; KEY_BYTES]);

impl VaultKey {
    /// A new key from the system's randomness.
    #[must_use]
    pub fn generate() -> VaultKey {
        VaultKey(random())
    }

    /// The key with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; KEY_BYTES]) -> VaultKey {
        VaultKey(bytes)
    }

    /// The key as 64 hexadecimal digits, for the operator's key file and nothing else.
    #[must_use]
    pub fn reveal(&self) -> String {
        Digest(self.0).to_string()
    }

    /// The name of this key, safe to show: a hash of it.
    #[must_use]
    pub fn id(&self) -> KeyId {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let tag = hmac::sign(&key, b"gcfn/store/vault-key-id/v1");
        let short = tag.as_ref().iter().take(8);
        KeyId(short.map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A text that is not 64 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("key is not 64 hexadecimal digits")]
pub struct KeyFault;

impl FromStr for VaultKey {
    type Err = KeyFault;
    fn from_str(text: &str) -> Result<VaultKey, KeyFault> {
        let digest: Digest = text.trim().parse().map_err(|_| KeyFault)?;
        Ok(VaultKey(digest.0))
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VaultKey({})", self.id())
    }
}

/// The public name of a [`VaultKey`]: 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyId(String);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Bytes about a person. They never show in `Debug`, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Personal(Vec<u8>);

impl Personal {
    /// The bytes, for the one who asked for them.
    #[must_use]
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// The bytes as text, if they are UTF-8.
    #[must_use]
    pub fn reveal_text(&self) -> Option<&str> {
        core::str::from_utf8(&self.0).ok()
    }
}

impl fmt::Debug for Personal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({} bytes)", self.0.len())
    }
}

/// One AES-256-GCM key.
///
/// Nonces are random, 96 bits: one key seals at most 2^32 values, far above what one subject or
/// one bank archive holds.
pub(crate) struct SealKey(aead::LessSafeKey);

/// What a sealed value belongs to. It is authenticated with the value, so a row that was moved or
/// copied to another place does not open.
pub(crate) struct Place<'a>(pub(crate) &'a [&'a [u8]]);

impl Place<'_> {
    /// The parts, each after its length, so that no two places look alike.
    fn bytes(&self) -> Vec<u8> {
        let lengths = self.0.iter().map(|part| (part.len() as u64).to_le_bytes());
        lengths.zip(self.0).flat_map(|(length, part)| [&length, *part].concat()).collect()
    }
}

impl SealKey {
    pub(crate) fn new(bytes: &[u8; KEY_BYTES]) -> SealKey {
        let key = aead::UnboundKey::new(&aead::AES_256_GCM, bytes);
        SealKey(aead::LessSafeKey::new(key.expect("AES-256 keys have 32 bytes")))
    }

    pub(crate) fn seal(&self, place: &Place<'_>, plaintext: &[u8]) -> Vec<u8> {
        let nonce: [u8; aead::NONCE_LEN] = random();
        let mut text = plaintext.to_vec();
        let aad = aead::Aad::from(place.bytes());
        self.0
            .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .expect("values are far below the 64 GiB that GCM takes");
        [&[SEAL_VERSION], nonce.as_slice(), &text].concat()
    }

    /// The plaintext, or `None` when the key, the place or a single bit is another one.
    pub(crate) fn open(&self, place: &Place<'_>, sealed: &[u8]) -> Option<Personal> {
        let (version, rest) = sealed.split_first()?;
        let (nonce, text) = rest.split_at_checked(aead::NONCE_LEN)?;
        if *version != SEAL_VERSION {
            return None;
        }
        let nonce = aead::Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut text = text.to_vec();
        let length =
            self.0.open_in_place(nonce, aead::Aad::from(place.bytes()), &mut text).ok()?.len();
        text.truncate(length);
        Some(Personal(text))
    }
}

/// Every key of an open store, each for one purpose.
pub(crate) struct Keyring {
    /// Seals the data keys of subjects.
    pub(crate) subjects: SealKey,
    /// Seals bank messages.
    pub(crate) archive: SealKey,
    /// Hashes telephone numbers and e-mail addresses.
    pub(crate) handles: hmac::Key,
    /// Hashes the secrets of credentials.
    pub(crate) credentials: hmac::Key,
}

const ADD: Statement = Statement::new(
    "seal a new store",
    "INSERT INTO keyring (id, vault_key_id, sealed_root) VALUES (1, $1, $2)
     ON CONFLICT (id) DO NOTHING",
);
const READ: Statement =
    Statement::new("read the keyring", "SELECT vault_key_id, sealed_root FROM keyring");
const RESEAL: Statement = Statement::new(
    "seal the store with a new vault key",
    "UPDATE keyring SET vault_key_id = $1, sealed_root = $2 WHERE vault_key_id = $3",
);
const ROOT: Place<'static> = Place(&[b"gcfn/store/root/v1"]);

impl Keyring {
    /// Opens the store's root key with `vault_key`; a new store gets a new root.
    pub(crate) async fn open(db: &Db, vault_key: &VaultKey) -> Result<Keyring, StoreError> {
        let sealed = SealKey::new(&vault_key.0).seal(&ROOT, &random::<KEY_BYTES>());
        // Two replicas may open a new database together: one row wins, both read that one.
        db.execute(&ADD, &[vault_key.id().0.as_str().into(), sealed.as_slice().into()]).await?;
        Ok(Keyring::derive(&read_root(db, vault_key).await?))
    }

    /// Seals the root with `new` instead of `old`. Nothing else changes.
    pub(crate) async fn rotate(db: &Db, old: &VaultKey, new: &VaultKey) -> Result<(), StoreError> {
        let root = read_root(db, old).await?;
        let sealed = SealKey::new(&new.0).seal(&ROOT, &root);
        let (old, new) = (old.id(), new.id());
        let args = [new.0.as_str().into(), sealed.as_slice().into(), old.0.as_str().into()];
        match db.execute(&RESEAL, &args).await? {
            1 => Ok(()),
            _ => Err(StoreError::WrongVaultKey { expected: new, got: old }),
        }
    }

    fn derive(root: &[u8; KEY_BYTES]) -> Keyring {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"gcfn/store/v1").extract(root);
        let seal = |purpose: &str| {
            let info = [purpose.as_bytes()];
            let okm = root.expand(&info, &aead::AES_256_GCM).expect("32 bytes is a legal length");
            SealKey(aead::LessSafeKey::new(okm.into()))
        };
        let mac = |purpose: &str| {
            let info = [purpose.as_bytes()];
            let okm = root.expand(&info, hmac::HMAC_SHA256).expect("32 bytes is a legal length");
            hmac::Key::from(okm)
        };
        Keyring {
            subjects: seal("vault subjects"),
            archive: seal("bank archive"),
            handles: mac("vault handles"),
            credentials: mac("credentials"),
        }
    }

    /// A new data key for `subject`, sealed for its row.
    pub(crate) fn new_subject_key(&self, subject: PartyId) -> Vec<u8> {
        self.subjects.seal(&Place(&[b"subject", subject.as_bytes()]), &random::<KEY_BYTES>())
    }

    /// The data key of `subject` from its row.
    pub(crate) fn subject_key(&self, subject: PartyId, sealed: &[u8]) -> Option<SealKey> {
        let key = self.subjects.open(&Place(&[b"subject", subject.as_bytes()]), sealed)?;
        key.0.as_slice().try_into().ok().map(SealKey::new)
    }
}

async fn read_root(db: &Db, vault_key: &VaultKey) -> Result<[u8; KEY_BYTES], StoreError> {
    let damaged = |what| StoreError::Damaged { table: "keyring", what };
    let row = db.row(&READ, &[]).await?.ok_or(damaged("no key"))?;
    let (expected, got) = (KeyId(row.get(0)?), vault_key.id());
    if expected != got {
        return Err(StoreError::WrongVaultKey { expected, got });
    }
    let root = SealKey::new(&vault_key.0).open(&ROOT, &row.get::<Vec<u8>>(1)?);
    let root = root.ok_or(damaged("a root key"))?;
    root.0.as_slice().try_into().map_err(|_| damaged("a root key"))
}

/// Fresh bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("a node cannot run without the system's randomness");
    bytes
}
