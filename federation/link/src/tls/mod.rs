//! TLS 1.3 between members: who shows what, and who is believed.
//!
//! - Only TLS 1.3, only the ring provider, which is passed by hand: no process-wide default.
//! - No session resumption on either side. A resumed session skips the certificates, and with
//!   them expiry, denial and rotation; nodes hold their connections open, so it gains nothing.
//! - Node to node, a server is believed for the *identity* in its certificate, not for its
//!   host name: addresses move, identities do not. Host names stand in the certificate for
//!   ordinary clients of the API.

mod verify;

pub use verify::{PeerFault, Trust};

use crate::certificate::{CertificateFault, MemberCertificate};
use crate::identity::NodeIdentity;
use crate::keys::TlsKey;
use crate::run::Run;
use rustls::client::{ResolvesClientCert, Resumption};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, ServerConfig, SignatureScheme};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use std::fmt;
use std::sync::Arc;
use tokio::sync::watch;
use verify::{ClientPolicy, MemberVerifier, NodeVerifier};

/// Why TLS could not be set up from what the operator gave.
#[derive(Debug, thiserror::Error)]
pub enum TlsFault {
    /// No certificate in a PEM text.
    #[error("{what} holds no PEM certificate")]
    NoCertificate {
        /// Which text.
        what: &'static str,
    },
    /// The node's own certificate is not a member's.
    #[error("node certificate")]
    Own(#[from] CertificateFault),
    /// The replacement certificate speaks for somebody else.
    #[error("new certificate is for {found}, this node is {ours}")]
    OtherIdentity {
        /// In the new certificate.
        found: NodeIdentity,
        /// In the present one.
        ours: NodeIdentity,
    },
    /// The system has no random bytes to tell this run of the node from another by.
    #[error("draw random bytes: {0}")]
    Random(String),
    /// The TLS library refused.
    #[error("{action}")]
    Rustls {
        /// What was attempted.
        action: &'static str,
        /// The reason.
        source: rustls::Error,
    },
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

const ALPN: [&[u8]; 2] = [b"h2", b"http/1.1"];

fn alpn() -> Vec<Vec<u8>> {
    ALPN.iter().map(|name| name.to_vec()).collect()
}

/// A node's certificate and key. Cloning shares them; [`Credentials::replace`] changes them for
/// every configuration made from any clone, from the next handshake on.
#[derive(Clone)]
pub struct Credentials {
    shown: Arc<watch::Sender<Shown>>,
    run: Run,
}

#[derive(Clone)]
struct Shown {
    certificate: MemberCertificate,
    key: Arc<CertifiedKey>,
}

impl Shown {
    fn new(chain_pem: &str, key: &TlsKey) -> Result<Shown, TlsFault> {
        let chain = certificates(chain_pem, "node certificate")?;
        let certificate = MemberCertificate::read(&chain[0])?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.der()));
        let key = CertifiedKey::from_der(chain, key, &provider()).map_err(|source| {
            TlsFault::Rustls { action: "match node certificate with TLS key", source }
        })?;
        Ok(Shown { certificate, key: Arc::new(key) })
    }
}

impl Credentials {
    /// The certificate in `chain_pem` with its `key`.
    ///
    /// # Errors
    /// [`TlsFault`]: the certificate is not a member's or does not fit the key.
    pub fn new(chain_pem: &str, key: &TlsKey) -> Result<Credentials, TlsFault> {
        let shown = Arc::new(watch::Sender::new(Shown::new(chain_pem, key)?));
        let run = Run::draw().map_err(|fault| TlsFault::Random(fault.to_string()))?;
        Ok(Credentials { shown, run })
    }

    /// Shows another certificate of the same identity from now on, with its key.
    ///
    /// # Errors
    /// [`TlsFault`], and the present certificate stays.
    pub fn replace(&self, chain_pem: &str, key: &TlsKey) -> Result<(), TlsFault> {
        let shown = Shown::new(chain_pem, key)?;
        let (found, ours) = (shown.certificate.identity, self.certificate().identity);
        if found != ours {
            return Err(TlsFault::OtherIdentity { found, ours });
        }
        self.shown.send_replace(shown);
        Ok(())
    }

    /// What the certificate says: who this node is, and until when.
    #[must_use]
    pub fn certificate(&self) -> MemberCertificate {
        self.shown.borrow().certificate
    }

    /// Which run of the node these were loaded for: it stays when the certificate is replaced.
    #[must_use]
    pub fn run(&self) -> Run {
        self.run
    }

    fn key(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.shown.borrow().key)
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.certificate()).finish()
    }
}

impl ResolvesServerCert for Credentials {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

impl ResolvesClientCert for Credentials {
    fn resolve(
        &self,
        _issuers: &[&[u8]],
        _schemes: &[SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// A server that only members can talk to: for the link between nodes.
///
/// # Errors
/// [`TlsFault::Rustls`].
pub fn server_mutual(mine: &Credentials, trust: &Trust) -> Result<Arc<ServerConfig>, TlsFault> {
    server(mine, trust, ClientPolicy::Required)
}

/// A server for everybody, which verifies the certificate of who shows one: for the API.
///
/// # Errors
/// [`TlsFault::Rustls`].
pub fn server_optional(mine: &Credentials, trust: &Trust) -> Result<Arc<ServerConfig>, TlsFault> {
    server(mine, trust, ClientPolicy::Optional)
}

fn server(
    mine: &Credentials,
    trust: &Trust,
    policy: ClientPolicy,
) -> Result<Arc<ServerConfig>, TlsFault> {
    let verifier = MemberVerifier::new(trust.clone(), policy, provider())?;
    let mut config = ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|source| TlsFault::Rustls { action: "choose TLS 1.3", source })?
        .with_client_cert_verifier(Arc::new(verifier))
        .with_cert_resolver(Arc::new(mine.clone()));
    config.alpn_protocols = alpn();
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(Arc::new(config))
}

/// A client that shows this node's certificate and talks to `expected` and nobody else.
///
/// # Errors
/// [`TlsFault::Rustls`].
pub fn client(
    mine: &Credentials,
    trust: &Trust,
    expected: NodeIdentity,
) -> Result<Arc<ClientConfig>, TlsFault> {
    let verifier = NodeVerifier::new(trust.clone(), expected, provider());
    let mut config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|source| TlsFault::Rustls { action: "choose TLS 1.3", source })?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_client_cert_resolver(Arc::new(mine.clone()));
    config.alpn_protocols = alpn();
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    Ok(Arc::new(config))
}

/// A client for doors that are known by their address and not by their node's name: whoever
/// answers there must show a certificate of the network's authority for that address. Shows
/// `mine`, or nothing.
///
/// # Errors
/// [`TlsFault`].
pub fn client_by_address(
    mine: Option<&Credentials>,
    ca_pem: &str,
) -> Result<ClientConfig, TlsFault> {
    let rustls = |action| move |source| TlsFault::Rustls { action, source };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(ca_pem, "network CA")? {
        roots.add(certificate).map_err(rustls("believe the network CA"))?;
    }
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(rustls("choose TLS 1.3"))?
        .with_root_certificates(roots);
    let mut config = match mine {
        Some(mine) => config.with_client_cert_resolver(Arc::new(mine.clone())),
        None => config.with_no_client_auth(),
    };
    config.alpn_protocols = alpn();
    Ok(config)
}

pub(crate) fn certificates(
    pem: &str,
    what: &'static str,
) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    let chain = chain.map_err(|_| TlsFault::NoCertificate { what })?;
    if chain.is_empty() { Err(TlsFault::NoCertificate { what }) } else { Ok(chain) }
}
