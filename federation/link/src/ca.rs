//! The network's certificate authority: what an admission becomes.
//!
//! The authority signs what the federation has admitted and decides nothing: the identity in a
//! certificate comes from the admission, the key from the request, and the time from the
//! caller. Everything else that a request asks for is ignored.

use crate::certificate::Serial;
use crate::identity::{NodeIdentity, Role};
use crate::keys::{KeyFault, TlsKey};
use gcfn_model::{NetworkId, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType, SerialNumber,
};
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

/// From when until when a certificate is valid, both inclusive, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first instant.
    pub not_before: Timestamp,
    /// The last instant.
    pub not_after: Timestamp,
}

/// Whom the federation has admitted, and where it is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Who it is.
    pub identity: NodeIdentity,
    /// DNS names and IP addresses that ordinary HTTPS clients reach it by, beside loopback.
    pub hosts: Vec<String>,
}

/// A certificate as issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issued {
    /// The certificate, PEM.
    pub pem: String,
    /// Its serial number, to revoke it by.
    pub serial: Serial,
}

/// Why no certificate was issued.
#[derive(Debug, thiserror::Error)]
pub enum CaFault {
    /// The identity is of another network.
    #[error("{identity} is not of {network}, which this authority signs for")]
    OtherNetwork {
        /// Who was to be certified.
        identity: NodeIdentity,
        /// The authority's network.
        network: NetworkId,
    },
    /// The request is not a PKCS#10 request signed with its own key.
    #[error("certificate request is not PKCS#10 signed with the key it carries")]
    Request(#[source] rcgen::Error),
    /// A host name cannot be written in a certificate.
    #[error("host name {host:?} is not plain ASCII")]
    Host {
        /// The name.
        host: String,
    },
    /// The validity ends before it begins.
    #[error("validity ends at {} before it begins at {}", .0.not_after, .0.not_before)]
    Validity(Validity),
    /// The certificate of the authority does not fit its key.
    #[error("certificate of the authority is not a CA certificate of {network} made with this key")]
    Authority {
        /// The network.
        network: NetworkId,
    },
    /// Keys.
    #[error("make key of the authority")]
    Key(#[from] KeyFault),
    /// The TLS library.
    #[error("sign certificate")]
    Sign(#[from] rcgen::Error),
}

/// The certificate authority of one network.
pub struct NetworkCa {
    network: NetworkId,
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl NetworkCa {
    /// A new authority for `network`, and its key to be kept.
    ///
    /// # Errors
    /// [`CaFault`].
    pub fn create(network: NetworkId, validity: Validity) -> Result<(NetworkCa, TlsKey), CaFault> {
        let key = TlsKey::generate()?;
        let mut params = params(validity)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::OrganizationName, network.as_str());
        // Authorities of one network have different names, so that a certificate of the one
        // before is refused as unknown and not as forged.
        let serial = draw_serial()?;
        params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
        params.distinguished_name.push(DnType::CommonName, format!("GCFN network CA {serial}"));
        let pem = params.self_signed(&key.0)?.pem();
        Ok((NetworkCa::open(network, &pem, &key)?, key))
    }

    /// The authority of `network` from its certificate and its key.
    ///
    /// # Errors
    /// [`CaFault::Authority`]: the two do not belong together.
    pub fn open(network: NetworkId, pem: &str, key: &TlsKey) -> Result<NetworkCa, CaFault> {
        let misfit = || CaFault::Authority { network };
        let (_, block) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|_| misfit())?;
        let certificate = block.parse_x509().map_err(|_| misfit())?;
        let organization = certificate.subject().iter_organization().next();
        let ours = organization.and_then(|name| name.as_str().ok()) == Some(network.as_str());
        let public = &certificate.public_key().subject_public_key.data;
        if !certificate.is_ca() || !ours || **public != *key.0.public_key_raw() {
            return Err(misfit());
        }
        let pair = KeyPair::try_from(key.der())?;
        let issuer = Issuer::from_ca_cert_pem(pem, pair)?;
        Ok(NetworkCa { network, issuer, pem: pem.to_owned() })
    }

    /// The authority's certificate, PEM: what every node of the network trusts.
    #[must_use]
    pub fn certificate_pem(&self) -> &str {
        &self.pem
    }

    /// Issues a certificate for the key in `request` (PKCS#10, PEM), in the name of `admitted`.
    ///
    /// To rotate, issue again for the same or a new key: both certificates are valid until the
    /// older one expires or is denied by its serial number.
    ///
    /// # Errors
    /// [`CaFault`].
    pub fn issue(
        &self,
        request: &str,
        admitted: &Admitted,
        validity: Validity,
    ) -> Result<Issued, CaFault> {
        let identity = admitted.identity;
        if identity.network != self.network {
            return Err(CaFault::OtherNetwork { identity, network: self.network });
        }
        let mut request = read_request(request)?;
        let serial = draw_serial()?;
        let mut params = params(validity)?;
        params.is_ca = IsCa::ExplicitNoCa;
        params.serial_number = Some(SerialNumber::from_slice(serial.as_bytes()));
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = purposes(identity.role);
        params.use_authority_key_identifier_extension = true;
        params.distinguished_name.push(DnType::OrganizationName, self.network.as_str());
        params.distinguished_name.push(DnType::CommonName, identity.node.as_str());
        params.subject_alt_names = alternative_names(admitted)?;
        request.params = params;
        Ok(Issued { pem: request.signed_by(&self.issuer)?.pem(), serial })
    }
}

/// Checks what an authority would be asked to certify, before anybody is.
///
/// # Errors
/// [`CaFault::Request`].
pub fn check_request(request: &str) -> Result<(), CaFault> {
    read_request(request).map(drop)
}

fn read_request(request: &str) -> Result<CertificateSigningRequestParams, CaFault> {
    CertificateSigningRequestParams::from_pem(request).map_err(CaFault::Request)
}

impl fmt::Debug for NetworkCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkCa").field("network", &self.network).finish_non_exhaustive()
    }
}

fn params(validity: Validity) -> Result<CertificateParams, CaFault> {
    if validity.not_after < validity.not_before {
        return Err(CaFault::Validity(validity));
    }
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let seconds = |at: Timestamp| Duration::from_secs(at.micros() / 1_000_000);
    params.not_before = epoch + seconds(validity.not_before);
    params.not_after = epoch + seconds(validity.not_after);
    Ok(params)
}

fn draw_serial() -> Result<Serial, CaFault> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(KeyFault::Random)?;
    Ok(Serial::from_random(bytes))
}

/// Nodes and banks both call and are called; operators only call.
fn purposes(role: Role) -> Vec<ExtendedKeyUsagePurpose> {
    match role {
        Role::Root | Role::Regional | Role::Local | Role::Regulator | Role::Bank => {
            vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]
        }
        Role::Operator => vec![ExtendedKeyUsagePurpose::ClientAuth],
    }
}

/// The identity first, which nodes check; then the addresses, which ordinary clients check.
fn alternative_names(admitted: &Admitted) -> Result<Vec<SanType>, CaFault> {
    let ascii = |host: &str| {
        host.to_owned().try_into().map_err(|_| CaFault::Host { host: host.to_owned() })
    };
    let mut names = vec![
        SanType::URI(ascii(&admitted.identity.to_string())?),
        SanType::DnsName(ascii("localhost")?),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    for host in &admitted.hosts {
        names.push(match host.parse::<IpAddr>() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(ascii(host)?),
        });
    }
    Ok(names)
}
