//! A node's request to be admitted, signed with its own key before anybody knows that key.

use crate::profile::{Profile, TEXT_MAX};
use crate::refusal::Refusal;
use alloc::string::String;
use alloc::vec::Vec;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_anchor::keys::{Domain, Signature, Signer, verify};
use gcfn_model::{Digest, NetworkId};
use serde::{Deserialize, Serialize};

/// The most bytes of a certificate request, in its text form.
const CERTIFICATE_REQUEST_MAX: usize = 4096;

/// What a node asks the validators to approve.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRequest {
    /// The network that it wants to join.
    pub network: NetworkId,
    /// Who it is.
    pub profile: Profile,
    /// Where its regulator has its filing.
    pub filing: String,
    /// Where its deposit is held.
    pub deposit: String,
    /// What the network's authority is to certify: PKCS #10 in its text form.
    pub certificate_request: String,
}

/// A request and the applicant's signature, which shows that it holds the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedJoinRequest {
    /// The request.
    pub request: JoinRequest,
    /// By the key in its profile.
    pub signature: Signature,
}

impl JoinRequest {
    /// The canonical bytes, layout `gcfn/join-request/v1`: the request in postcard.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        let bytes = postcard::to_allocvec(self).expect("a request is plain data");
        Canon::new("gcfn/join-request/v1").bytes(&bytes).finish()
    }

    /// SHA-256 of the canonical bytes: what an approval names.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.canonical())
    }

    /// Signs the request with the applicant's own key.
    #[must_use]
    pub fn sign(self, signer: &Signer) -> SignedJoinRequest {
        let signature = signer.sign(Domain::JoinRequest, &self.canonical());
        SignedJoinRequest { request: self, signature }
    }
}

impl SignedJoinRequest {
    /// Checks what follows from the request alone.
    pub(crate) fn check(&self, network: NetworkId) -> Result<(), Refusal> {
        let JoinRequest { profile, filing, deposit, certificate_request, .. } = &self.request;
        let bytes = self.request.canonical();
        verify(&profile.key, Domain::JoinRequest, &bytes, &self.signature)
            .map_err(|_| Refusal::JoinSignature)?;
        if self.request.network != network {
            return Err(Refusal::OtherNetwork);
        }
        profile.check().map_err(Refusal::Profile)?;
        if TEXT_MAX < filing.len()
            || TEXT_MAX < deposit.len()
            || CERTIFICATE_REQUEST_MAX < certificate_request.len()
        {
            return Err(Refusal::TooLong);
        }
        Ok(())
    }
}
