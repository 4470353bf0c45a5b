//! What a member's certificate says, and which certificates are no longer believed.

use crate::identity::{IdentityFault, NodeIdentity, SCHEME};
use gcfn_model::{NodeId, Timestamp};
use rustls_pki_types::UnixTime;
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use x509_parser::extensions::GeneralName;

/// The serial number of a certificate: 16 bytes, unique under one network CA.
///
/// Text form: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Serial([u8; 16]);

impl Serial {
    /// A serial number from random bytes.
    ///
    /// The first bits are fixed to 01, so that its DER form is positive and 16 bytes long.
    #[must_use]
    pub(crate) fn from_random(mut bytes: [u8; 16]) -> Serial {
        bytes[0] = bytes[0] & 0x3f | 0x40;
        Serial(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not a [`Serial`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("serial number is not 32 hexadecimal digits")]
pub struct SerialFault;

impl FromStr for Serial {
    type Err = SerialFault;
    fn from_str(text: &str) -> Result<Serial, SerialFault> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(SerialFault);
        }
        u128::from_str_radix(text, 16).map(|n| Serial(n.to_be_bytes())).map_err(|_| SerialFault)
    }
}

/// Why a certificate is not a member's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Not an X.509 certificate.
    #[error("certificate is not readable X.509")]
    Encoding,
    /// Carries no identity, or more than one.
    #[error("certificate names {0} gcfn:// identities, exactly one is needed")]
    Identities(usize),
    /// Carries something that is not an identity.
    #[error("certificate")]
    Identity(#[from] IdentityFault),
    /// The network CA gives 16-byte serial numbers.
    #[error("certificate serial number has {0} bytes, the network CA gives 16")]
    Serial(usize),
    /// Expires before 1970 or after 9999.
    #[error("certificate expires outside the years 1970 to 9999")]
    Validity,
}

/// What a member's certificate says. Reading is not verifying: see [`PeerIdentity`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberCertificate {
    /// Whom it speaks for.
    pub identity: NodeIdentity,
    /// Its serial number.
    pub serial: Serial,
    /// The last second at which it is valid.
    pub not_after: Timestamp,
}

impl MemberCertificate {
    /// How long it is still valid, by real time: zero when it has expired.
    #[must_use]
    pub fn left(&self) -> Duration {
        // Valid to the end of its last second.
        let until = Duration::from_micros(self.not_after.micros()) + Duration::from_secs(1);
        until.saturating_sub(Duration::from_secs(UnixTime::now().as_secs()))
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateFault`]: it is not a member's certificate.
    pub fn read(der: &[u8]) -> Result<MemberCertificate, CertificateFault> {
        let (_, certificate) =
            x509_parser::parse_x509_certificate(der).map_err(|_| CertificateFault::Encoding)?;
        let names =
            certificate.subject_alternative_name().map_err(|_| CertificateFault::Encoding)?;
        let identities: Vec<&str> = names
            .iter()
            .flat_map(|names| &names.value.general_names)
            .filter_map(|name| match name {
                GeneralName::URI(uri) if uri.starts_with(SCHEME) => Some(*uri),
                _ => None,
            })
            .collect();
        let [identity] = identities[..] else {
            return Err(CertificateFault::Identities(identities.len()));
        };
        let serial = certificate.raw_serial();
        let not_after = u64::try_from(certificate.validity().not_after.timestamp())
            .ok()
            .and_then(|seconds| Timestamp::from_micros(seconds.checked_mul(1_000_000)?));
        Ok(MemberCertificate {
            identity: identity.parse()?,
            serial: Serial(serial.try_into().map_err(|_| CertificateFault::Serial(serial.len()))?),
            not_after: not_after.ok_or(CertificateFault::Validity)?,
        })
    }
}

/// Who is at the other end of a connection, as proven by its handshake.
///
/// Holding one is the proof: it is made after a handshake with a verified certificate and in
/// no other way, except by [`PeerIdentity::dangerously_assume`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerIdentity(MemberCertificate);

impl PeerIdentity {
    pub(crate) fn verified(certificate: MemberCertificate) -> PeerIdentity {
        PeerIdentity(certificate)
    }

    /// Takes a peer's word for who it is: for tests of handlers, without a connection.
    #[must_use]
    pub fn dangerously_assume(certificate: MemberCertificate) -> PeerIdentity {
        PeerIdentity(certificate)
    }

    /// Who it is.
    #[must_use]
    pub const fn identity(&self) -> NodeIdentity {
        self.0.identity
    }

    /// The certificate that proved it.
    #[must_use]
    pub const fn certificate(&self) -> &MemberCertificate {
        &self.0
    }
}

/// Certificates and nodes that are refused although their certificate is in order.
///
/// Cloning shares the list. It is asked at every handshake and again at every call, so that a
/// decision of the federation takes effect at once, on open connections as well.
#[derive(Clone, Debug, Default)]
pub struct Denylist(Arc<RwLock<Denied>>);

/// What a [`Denylist`] holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Denied {
    /// Nodes that are suspended or removed.
    pub nodes: BTreeSet<NodeId>,
    /// Certificates that were revoked, of nodes that have another.
    pub serials: BTreeSet<Serial>,
}

impl Denylist {
    /// Puts `denied` in the place of what was denied before.
    pub fn replace(&self, denied: Denied) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = denied;
    }

    /// Whether `certificate` is refused.
    #[must_use]
    pub fn refuses(&self, certificate: &MemberCertificate) -> bool {
        let denied = self.0.read().unwrap_or_else(PoisonError::into_inner);
        denied.nodes.contains(&certificate.identity.node)
            || denied.serials.contains(&certificate.serial)
    }
}
