//! What goes from node to node.

use alloc::vec::Vec;
use gcfn_anchor::canon::{Canon, sha256};
use gcfn_anchor::keys::{Domain, PublicKey, Signature, Signer, WrongSignature, verify};
use gcfn_model::{Digest, NodeId, Timestamp};
use serde::{Deserialize, Serialize};

/// How many bytes a body may have: 512 KiB, so that an envelope with all that is around it fits
/// into one entry of the addressee's log.
pub const BODY_BYTES_MAX: usize = 512 << 10;

/// One of the streams between two nodes. They are independent: if one halts, the others go on.
///
/// What a number stands for is agreed between the machines at both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Channel(pub u16);

/// A node at the far end, and the channel to or from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Line {
    /// The other node.
    pub peer: NodeId,
    /// The channel.
    pub channel: Channel,
}

/// One message, chained to the one before it on its channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// The sender.
    pub from: NodeId,
    /// The addressee.
    pub to: NodeId,
    /// The channel.
    pub channel: Channel,
    /// Counted from 1 without holes, for each sender, addressee and channel.
    pub seq: u64,
    /// The digest of the previous envelope, zero for the first.
    pub prev: Digest,
    /// When it was posted, by the sender's log.
    pub sent_at: Timestamp,
    /// What is said: at most [`BODY_BYTES_MAX`] bytes, with pseudonymous references only.
    pub body: Vec<u8>,
}

impl Envelope {
    /// The canonical bytes, layout `gcfn/envelope/v1`: what is signed.
    #[must_use]
    pub fn canonical(&self) -> Vec<u8> {
        Canon::new("gcfn/envelope/v1")
            .text(self.from.as_str())
            .text(self.to.as_str())
            .number(u64::from(self.channel.0))
            .number(self.seq)
            .digest(&self.prev)
            .time(self.sent_at)
            .bytes(&self.body)
            .finish()
    }

    /// SHA-256 of the canonical bytes: the `prev` of the next envelope.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&self.canonical())
    }

    /// Signs the envelope with the sender's key. A shell does this, when it sends.
    #[must_use]
    pub fn sign(self, signer: &Signer) -> SignedEnvelope {
        let signature = signer.sign(Domain::Envelope, &self.canonical());
        SignedEnvelope { envelope: self, signature }
    }
}

/// An envelope as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedEnvelope {
    /// The envelope.
    pub envelope: Envelope,
    /// The sender's signature over its canonical bytes.
    pub signature: Signature,
}

impl SignedEnvelope {
    /// Checks that the holder of `key` signed the envelope.
    pub fn verify(&self, key: &PublicKey) -> Result<(), WrongSignature> {
        verify(key, Domain::Envelope, &self.envelope.canonical(), &self.signature)
    }
}

#[cfg(test)]
mod tests;
