//! The node's own certificate. Before it is shown to anybody: what others would refuse later,
//! handshake by handshake, the node's operator is told at the start. While the node runs: how
//! long it is still good, and the next one as soon as it lies in its place.

use crate::files::NodeFiles;
use anyhow::{Context, Result, anyhow};
use gcfn_cell::{Clock, SystemClock};
use gcfn_link::keys::TlsKey;
use gcfn_link::tls::Credentials;
use gcfn_telemetry::Gauge;
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

/// How long before its end a certificate is spoken of, once for each, as the end comes near.
const WARNINGS: [Duration; 3] =
    [Duration::from_secs(30 * DAY), Duration::from_secs(7 * DAY), Duration::from_secs(DAY)];
const DAY: u64 = 86_400;
const BEAT: Duration = Duration::from_secs(1);

/// Keeps what the node shows in step with its files for ever: a certificate that is put in the
/// place of the old one, with its key or for the same key, is shown from the next handshake on,
/// and no connection is dropped for it. A node whose certificate expires goes on for those whom
/// it has promised something: it trades, it cannot talk, and it says so.
///
/// # Errors
/// Never: it works for ever.
pub(crate) async fn keep(files: NodeFiles, ca: String, mine: Credentials) -> Result<()> {
    let text = || std::fs::read_to_string(files.path("certificate.pem")).unwrap_or_default();
    let (mut seen, mut said) = (text(), WARNINGS.len() + 1);
    loop {
        let found = text();
        if found != seen {
            match take(&files, &ca, &mine) {
                Ok(()) => {
                    let until = mine.certificate().not_after;
                    tracing::info!(%until, "another certificate is shown from now on");
                }
                Err(fault) => {
                    tracing::error!(error = format!("{fault:#}"), "the certificate is not taken");
                }
            }
            (seen, said) = (found, WARNINGS.len() + 1);
        }
        let certificate = mine.certificate();
        let seconds = certificate.not_after.micros() / 1_000_000;
        Gauge::CertificateExpiry.set(&[], i64::try_from(seconds).unwrap_or(i64::MAX));
        let left = certificate.left();
        let stage = stage(left);
        if stage < said {
            warn(&files, left, stage);
        }
        said = stage;
        tokio::time::sleep(BEAT).await;
    }
}

/// The number of warnings that are still to come.
fn stage(left: Duration) -> usize {
    if left.is_zero() { 0 } else { 1 + WARNINGS.iter().filter(|warning| **warning < left).count() }
}

fn warn(files: &NodeFiles, left: Duration, stage: usize) {
    let path = files.path("certificate.pem");
    let (path, days) = (path.display(), left.as_secs() / DAY);
    match stage {
        0 => tracing::error!(
            "{path} has expired: other nodes and banks refuse this node until a new one is there"
        ),
        1 | 2 => tracing::error!("{path} expires in {days} days; put a new one in its place"),
        3 => tracing::warn!("{path} expires in {days} days; put a new one in its place"),
        _ => {}
    }
}

/// Shows what lies in the files, if it is good now.
fn take(files: &NodeFiles, ca: &str, mine: &Credentials) -> Result<()> {
    let path = files.path("certificate.pem");
    let tls = TlsKey::load(&files.path("keys/tls.key"))?;
    let pem = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
    verify(&pem, ca).with_context(|| path.display().to_string())?;
    mine.replace(&pem, &tls).with_context(|| path.display().to_string())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_announced_three_times_and_once_it_has_come() {
        let days = |days: u64| stage(Duration::from_secs(days * DAY));
        assert_eq!([365, 31, 30, 8, 7, 2, 1].map(days), [4, 4, 3, 3, 2, 2, 1]);
        assert_eq!((stage(Duration::from_secs(1)), stage(Duration::ZERO)), (1, 0));
    }
}
