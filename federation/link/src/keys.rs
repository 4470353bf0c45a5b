//! The secrets of a node on disk: its signing seed and its TLS key.
//!
//! A key file begins with a line that says what it is, belongs to its owner alone, and is
//! never overwritten: a lost key is replaced by a new admission, not by a second `init`.

use ed25519_dalek::SigningKey;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

const SEED_MAGIC: &str = "gcfn signing-seed v1";
const TLS_MAGIC: &str = "gcfn tls-key v1";
/// Longer than any key that is written here.
const FILE_BYTES_MAX: u64 = 4096;

/// Why a key file was not written or not read.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// There is a file already.
    #[error("key file {path} exists; a key is never overwritten, move it away first")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The file system refused.
    #[error("{action} key file {path}")]
    File {
        /// What was attempted.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Others than the owner can read it.
    #[error(
        "key file {path} has mode {mode:04o}; anyone may have read it: chmod 0600, or make a new key"
    )]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a key file of the kind that is needed.
    #[error("key file {path} does not hold {expected:?} and a key")]
    Format {
        /// The file.
        path: PathBuf,
        /// The first line that was looked for.
        expected: &'static str,
    },
    /// The operating system gives no random bytes.
    #[error("draw random bytes: {0}")]
    Random(getrandom::Error),
    /// The key cannot be used by the TLS library.
    #[error("use TLS key")]
    Tls(#[from] rcgen::Error),
}

/// The 32 bytes that a node signs with. Wiped from memory when dropped.
pub struct SigningSeed(SigningKey);

impl SigningSeed {
    /// A new seed.
    ///
    /// # Errors
    /// [`KeyFault::Random`].
    pub fn generate() -> Result<SigningSeed, KeyFault> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(KeyFault::Random)?;
        Ok(SigningSeed::from_bytes(&seed))
    }

    /// The seed with these bytes, for fixed keys of a test network.
    #[must_use]
    pub fn from_bytes(seed: &[u8; 32]) -> SigningSeed {
        SigningSeed(SigningKey::from_bytes(seed))
    }

    /// Reads the seed in `path`.
    ///
    /// # Errors
    /// [`KeyFault`], naming the file.
    pub fn load(path: &Path) -> Result<SigningSeed, KeyFault> {
        let text = read_secret(path)?;
        let format = || KeyFault::Format { path: path.to_owned(), expected: SEED_MAGIC };
        let digits = body(&text, SEED_MAGIC).ok_or_else(format)?.trim_end();
        let digest: gcfn_model::Digest = digits.parse().map_err(|_| format())?;
        Ok(SigningSeed::from_bytes(digest.as_bytes()))
    }

    /// Writes the seed to `path`, which must not exist.
    ///
    /// # Errors
    /// [`KeyFault`], naming the file.
    pub fn create(&self, path: &Path) -> Result<(), KeyFault> {
        write_secret(path, &format!("{SEED_MAGIC}\n{}\n", gcfn_model::Digest(self.0.to_bytes())))
    }

    /// The bytes, for the signer.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public key, for the join request.
    #[must_use]
    pub fn verifying_key(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

impl fmt::Debug for SigningSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSeed(..)")
    }
}

/// The private key of a TLS certificate: ECDSA on P-256, which every TLS library speaks.
///
/// On disk it is PEM below the magic line, so other tools read the file too.
pub struct TlsKey(pub(crate) rcgen::KeyPair);

impl TlsKey {
    /// A new key.
    ///
    /// # Errors
    /// [`KeyFault::Tls`].
    pub fn generate() -> Result<TlsKey, KeyFault> {
        Ok(TlsKey(rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?))
    }

    /// Reads the key in `path`.
    ///
    /// # Errors
    /// [`KeyFault`], naming the file.
    pub fn load(path: &Path) -> Result<TlsKey, KeyFault> {
        let text = read_secret(path)?;
        let format = || KeyFault::Format { path: path.to_owned(), expected: TLS_MAGIC };
        let pem = body(&text, TLS_MAGIC).ok_or_else(format)?;
        let pair =
            rcgen::KeyPair::from_pkcs8_pem_and_sign_algo(pem, &rcgen::PKCS_ECDSA_P256_SHA256)
                .map_err(|_| format())?;
        Ok(TlsKey(pair))
    }

    /// Writes the key to `path`, which must not exist.
    ///
    /// # Errors
    /// [`KeyFault`], naming the file.
    pub fn create(&self, path: &Path) -> Result<(), KeyFault> {
        write_secret(path, &format!("{TLS_MAGIC}\n{}", self.0.serialize_pem()))
    }

    /// A request for a certificate (PKCS#10, PEM), signed with this key: it proves that the
    /// asker holds the key and says nothing else. Who the asker is, the network has decided.
    ///
    /// # Errors
    /// [`KeyFault::Tls`].
    pub fn certificate_request(&self) -> Result<String, KeyFault> {
        let mut params = rcgen::CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        Ok(params.serialize_request(&self.0)?.pem()?)
    }

    pub(crate) fn der(&self) -> Vec<u8> {
        self.0.serialize_der()
    }
}

impl fmt::Debug for TlsKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsKey(..)")
    }
}

/// What follows the magic line.
fn body<'a>(text: &'a str, magic: &str) -> Option<&'a str> {
    text.strip_prefix(magic)?.strip_prefix('\n')
}

fn write_secret(path: &Path, text: &str) -> Result<(), KeyFault> {
    let file = |action| move |source| KeyFault::File { action, path: path.to_owned(), source };
    let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut opened = match opened {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            return Err(KeyFault::Exists { path: path.to_owned() });
        }
        opened => opened.map_err(file("create"))?,
    };
    opened.write_all(text.as_bytes()).map_err(file("write"))?;
    opened.sync_all().map_err(file("sync"))
}

fn read_secret(path: &Path) -> Result<String, KeyFault> {
    let file = |action| move |source| KeyFault::File { action, path: path.to_owned(), source };
    // One handle throughout: what is checked is what is read.
    let mut opened = File::open(path).map_err(file("open"))?;
    let about = opened.metadata().map_err(file("open"))?;
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFault::Permissions { path: path.to_owned(), mode });
    }
    if FILE_BYTES_MAX < about.len() {
        let source = io::Error::other("longer than any key");
        return Err(file("read")(source));
    }
    let mut text = String::new();
    opened.read_to_string(&mut text).map_err(file("read"))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("the file exists").permissions().mode() & 0o777
    }

    #[test]
    fn keys_come_back_as_they_were_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let (seed_path, tls_path) = (folder.path().join("seed"), folder.path().join("tls"));
        let (seed, tls) =
            (SigningSeed::generate().expect("seed"), TlsKey::generate().expect("key"));
        seed.create(&seed_path).expect("written");
        tls.create(&tls_path).expect("written");
        assert_eq!((mode(&seed_path), mode(&tls_path)), (0o600, 0o600));
        assert_eq!(SigningSeed::load(&seed_path).expect("read").to_bytes(), seed.to_bytes());
        assert_eq!(TlsKey::load(&tls_path).expect("read").der(), tls.der());
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("seed");
        SigningSeed::from_bytes(&[1; 32]).create(&path).expect("written");
        let fault = SigningSeed::from_bytes(&[2; 32]).create(&path).expect_err("refused");
        assert!(matches!(fault, KeyFault::Exists { .. }));
        assert_eq!(SigningSeed::load(&path).expect("read").to_bytes(), [1; 32]);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("seed");
        SigningSeed::from_bytes(&[1; 32]).create(&path).expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        let fault = SigningSeed::load(&path).expect_err("refused").to_string();
        assert!(fault.contains("mode 0640") && fault.contains("seed"), "{fault}");
    }

    #[test]
    fn a_key_of_the_other_kind_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("seed");
        SigningSeed::from_bytes(&[1; 32]).create(&path).expect("written");
        let fault = TlsKey::load(&path).expect_err("refused").to_string();
        assert!(fault.contains("gcfn tls-key v1"), "{fault}");
    }
}
