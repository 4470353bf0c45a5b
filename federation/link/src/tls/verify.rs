//! Which certificates are believed: signed by the network's authority, in time, of this
//! network, not denied, and, when a node is called, of the very node that was meant.
//!
//! The signature comes first: an unsigned statement is not looked into.

use super::{TlsFault, certificates};
use crate::certificate::{CertificateFault, Denylist, MemberCertificate};
use crate::identity::NodeIdentity;
use gcfn_model::NetworkId;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError,
    PeerIncompatible, RootCertStore, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use std::sync::Arc;

/// Whom a node believes. Cloning shares the deny list.
#[derive(Clone, Debug)]
pub struct Trust {
    network: NetworkId,
    roots: Arc<RootCertStore>,
    denied: Denylist,
}

impl Trust {
    /// Believes the certificates of `network` that the authorities in `ca_pem` signed, except
    /// those on `denied`. While an authority is replaced, `ca_pem` holds the old and the new.
    ///
    /// # Errors
    /// [`TlsFault`]: `ca_pem` holds no usable certificate.
    pub fn new(network: NetworkId, ca_pem: &str, denied: Denylist) -> Result<Trust, TlsFault> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(ca_pem, "network CA file")? {
            roots.add(certificate).map_err(|source| TlsFault::Rustls {
                action: "trust certificate of the network CA",
                source,
            })?;
        }
        Ok(Trust { network, roots: Arc::new(roots), denied })
    }

    /// Who is refused although their certificate is in order.
    #[must_use]
    pub fn denied(&self) -> &Denylist {
        &self.denied
    }

    /// Checks what a certificate with a good signature says.
    fn member(&self, der: &CertificateDer<'_>) -> Result<MemberCertificate, PeerFault> {
        let certificate = MemberCertificate::read(der)?;
        if certificate.identity.network != self.network {
            let (found, ours) = (certificate.identity, self.network);
            return Err(PeerFault::OtherNetwork { found, ours });
        }
        if self.denied.refuses(&certificate) {
            return Err(PeerFault::Denied { identity: certificate.identity });
        }
        Ok(certificate)
    }
}

/// Why a certificate that the network's authority signed is refused all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerFault {
    /// Not a member's.
    #[error("peer")]
    Certificate(#[from] CertificateFault),
    /// Of another network.
    #[error("peer is {found}, this network is {ours}")]
    OtherNetwork {
        /// Who it is.
        found: NodeIdentity,
        /// Which network this is.
        ours: NetworkId,
    },
    /// Suspended, removed or revoked.
    #[error("peer {identity} is denied: its node is suspended or its certificate revoked")]
    Denied {
        /// Who it is.
        identity: NodeIdentity,
    },
    /// A member, but not the one that was called.
    #[error("peer is {found}, expected {expected}")]
    NotExpected {
        /// Who was called.
        expected: NodeIdentity,
        /// Who answered.
        found: NodeIdentity,
    },
}

impl From<PeerFault> for Error {
    /// The typed fault stays inside, for whoever refuses; the peer only ever sees an alert.
    fn from(fault: PeerFault) -> Error {
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(fault))))
    }
}

impl PeerFault {
    /// The fault inside a TLS error, if that is what it is.
    #[must_use]
    pub fn within(error: &Error) -> Option<&PeerFault> {
        match error {
            Error::InvalidCertificate(CertificateError::Other(other)) => other.0.downcast_ref(),
            _ => None,
        }
    }
}

/// Whether a client must show a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientPolicy {
    Required,
    Optional,
}

/// Verifies who calls this node.
#[derive(Debug)]
pub(super) struct MemberVerifier {
    trust: Trust,
    chain: Arc<dyn ClientCertVerifier>,
}

impl MemberVerifier {
    pub(super) fn new(
        trust: Trust,
        policy: ClientPolicy,
        provider: Arc<CryptoProvider>,
    ) -> Result<MemberVerifier, TlsFault> {
        let roots = Arc::clone(&trust.roots);
        let chain = WebPkiClientVerifier::builder_with_provider(roots, provider);
        let chain = match policy {
            ClientPolicy::Required => chain,
            ClientPolicy::Optional => chain.allow_unauthenticated(),
        };
        let chain = chain.build().map_err(|fault| TlsFault::Rustls {
            action: "build verifier of client certificates",
            source: Error::General(fault.to_string()),
        })?;
        Ok(MemberVerifier { trust, chain })
    }
}

impl ClientCertVerifier for MemberVerifier {
    fn client_auth_mandatory(&self) -> bool {
        self.chain.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.chain.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let verified = self.chain.verify_client_cert(end_entity, intermediates, now)?;
        self.trust.member(end_entity)?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOfferedOrEnabled.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chain.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chain.supported_verify_schemes()
    }
}

/// Verifies that the server is the node that was called.
#[derive(Debug)]
pub(super) struct NodeVerifier {
    trust: Trust,
    expected: NodeIdentity,
    provider: Arc<CryptoProvider>,
}

impl NodeVerifier {
    pub(super) fn new(
        trust: Trust,
        expected: NodeIdentity,
        provider: Arc<CryptoProvider>,
    ) -> NodeVerifier {
        NodeVerifier { trust, expected, provider }
    }
}

impl ServerCertVerifier for NodeVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let algorithms = self.provider.signature_verification_algorithms.all;
        let parsed = ParsedCertificate::try_from(end_entity)?;
        verify_server_cert_signed_by_trust_anchor(
            &parsed,
            &self.trust.roots,
            intermediates,
            now,
            algorithms,
        )?;
        let found = self.trust.member(end_entity)?.identity;
        if found != self.expected {
            return Err(PeerFault::NotExpected { expected: self.expected, found }.into());
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(PeerIncompatible::Tls12NotOfferedOrEnabled.into())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
