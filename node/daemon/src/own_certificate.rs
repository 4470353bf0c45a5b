//! The node's own certificate, before it is shown to anybody: what others would refuse later,
//! handshake by handshake, the node's operator is told at the start.

use crate::files::NodeFiles;
use anyhow::{Context, Result, anyhow};
use gcfn_cell::{Clock, SystemClock};
use gcfn_link::keys::TlsKey;
use gcfn_link::tls::Credentials;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::ring;
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, UnixTime};
use std::time::Duration;

/// What the node shows: its certificate, which the authority in `ca` must have signed and which
/// must be good now, with its key.
///
/// # Errors
/// Names the file that is wrong.
pub(crate) fn own_credentials(files: &NodeFiles, ca: &str) -> Result<Credentials> {
    let (shown, key) = (files.path("certificate.pem"), files.path("keys/tls.key"));
    let tls = TlsKey::load(&key)?;
    let pem =
        std::fs::read_to_string(&shown).with_context(|| format!("read {}", shown.display()))?;
    let misfit = || format!("use {} with {}", shown.display(), key.display());
    let credentials = Credentials::new(&pem, &tls).with_context(misfit)?;
    verify(&pem, ca).with_context(|| shown.display().to_string())?;
    Ok(credentials)
}

/// Verifies by real time, whatever the network's clock says.
fn verify(pem: &str, ca: &str) -> Result<()> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(ca).context("the authority in network.json")? {
        roots.add(authority).context("the authority in network.json")?;
    }
    let chain = certificates(pem)?;
    let (own, between) = chain.split_first().context("no certificate")?;
    let own = ParsedCertificate::try_from(own)?;
    let now = UnixTime::since_unix_epoch(Duration::from_micros(SystemClock.now().micros()));
    let algorithms = ring::default_provider().signature_verification_algorithms.all;
    verify_server_cert_signed_by_trust_anchor(&own, &roots, between, now, algorithms)
        .map_err(in_words)
}

fn certificates(pem: &str) -> Result<Vec<CertificateDer<'static>>> {
    let chain = CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>();
    chain.map_err(|fault| anyhow!("{fault}"))
}

fn in_words(error: Error) -> anyhow::Error {
    let Error::InvalidCertificate(why) = &error else { return error.into() };
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            anyhow!("the certificate has expired; the network's authority must issue a new one")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            anyhow!("the certificate is not valid yet; look at this machine's clock")
        }
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            anyhow!("the certificate is not from the authority in network.json")
        }
        _ => error.into(),
    }
}
