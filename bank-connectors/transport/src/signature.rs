//! The signature beside a message between a node and a bank: detached, over its exact bytes.
//!
//! It says who wrote what to whom in which network, so that a message cannot be handed to another
//! bank, or back to its sender, as if it had been meant for them. The message itself stays as its
//! definition has it: whoever does not check signatures reads it as before.

use core::fmt;
use core::str::FromStr;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_anchor::keys::{Domain, PublicKey, Signature, Signer, verify};
use gcfn_iso20022::Bic;
use gcfn_model::{NetworkId, NodeId};
use std::sync::Arc;

/// The header that carries a signature beside a message, over HTTPS and in a queue.
pub const SIGNATURE_HEADER: &str = "gcfn-signature";

/// Who writes to whom: what a signature says beside the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondents {
    network: NetworkId,
    from: String,
    to: String,
}

impl Correspondents {
    /// A node writes to its bank.
    #[must_use]
    pub fn to_bank(network: NetworkId, node: NodeId, bank: &Bic) -> Correspondents {
        Correspondents { network, from: node.to_string(), to: bank.to_string() }
    }

    /// A bank writes to a node.
    #[must_use]
    pub fn to_node(network: NetworkId, bank: &Bic, node: NodeId) -> Correspondents {
        Correspondents { network, from: bank.to_string(), to: node.to_string() }
    }

    /// The canonical bytes, layout `gcfn/bank-message/v1`: what is signed.
    fn canonical(&self, message: &[u8]) -> Vec<u8> {
        Canon::new("gcfn/bank-message/v1")
            .text(self.network.as_str())
            .text(&self.from)
            .text(&self.to)
            .digest(&sha256(message))
            .finish()
    }
}

/// Why a message is not taken for what its sender wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// Its sender's messages are signed, and nothing is beside it.
    #[error("message is not signed; its sender's messages must be")]
    Missing,
    /// What is beside it is no signature, of whomever.
    #[error("signature is not 128 lower-case hexadecimal digits")]
    Form,
    /// It was not made by the sender's key, over these bytes, for this receiver.
    #[error("signature is not of the sender's key over this message to this receiver")]
    Wrong,
}

/// What a receiver knows of a sender: by what its messages are checked.
#[derive(Clone, Debug)]
pub struct Check {
    correspondents: Correspondents,
    key: PublicKey,
}

impl Check {
    /// Messages between `correspondents` are signed with `key`, and must be.
    #[must_use]
    pub fn new(correspondents: Correspondents, key: PublicKey) -> Check {
        Check { correspondents, key }
    }

    /// Whether `message` is what the sender wrote.
    ///
    /// # Errors
    /// [`SignatureFault::Missing`], [`SignatureFault::Wrong`].
    pub fn check(
        &self,
        message: &[u8],
        signature: Option<&Signature>,
    ) -> Result<(), SignatureFault> {
        let signature = signature.ok_or(SignatureFault::Missing)?;
        let signed = self.correspondents.canonical(message);
        let verified = verify(&self.key, Domain::BankMessage, &signed, signature);
        verified.map_err(|_| SignatureFault::Wrong)
    }
}

/// A signature as it stands in a header or in a file, where a line may end behind it.
///
/// # Errors
/// [`SignatureFault::Form`].
pub fn read_signature(text: &[u8]) -> Result<Signature, SignatureFault> {
    let text = core::str::from_utf8(text.trim_ascii_end()).map_err(|_| SignatureFault::Form)?;
    Signature::from_str(text).map_err(|_| SignatureFault::Form)
}

/// What a sender signs its messages to one receiver with. Clones share it.
#[derive(Clone)]
pub struct Pen {
    correspondents: Correspondents,
    signer: Arc<dyn Fn() -> Arc<Signer> + Send + Sync>,
}

impl Pen {
    /// Messages between `correspondents` are signed by `signer`.
    #[must_use]
    pub fn new(correspondents: Correspondents, signer: Arc<Signer>) -> Pen {
        Pen::following(correspondents, move || signer.clone())
    }

    /// Each message between `correspondents` is signed by whichever `signer` there is then: a
    /// sender may be given another key while it writes.
    #[must_use]
    pub fn following(
        correspondents: Correspondents,
        signer: impl Fn() -> Arc<Signer> + Send + Sync + 'static,
    ) -> Pen {
        Pen { correspondents, signer: Arc::new(signer) }
    }

    /// Signs `message`. The same message always has the same signature under the same key.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Signature {
        (self.signer)().sign(Domain::BankMessage, &self.correspondents.canonical(message))
    }
}

impl fmt::Debug for Pen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pen({:?}, {:?})", (self.signer)(), self.correspondents)
    }
}
