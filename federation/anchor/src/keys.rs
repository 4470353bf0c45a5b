//! Signing keys and signatures: the only place that names Ed25519.
//!
//! Every signature is made for one [`Domain`], so that what was signed for one purpose is
//! worth nothing for another.

use crate::canon::sha256;
use crate::hex;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::fmt;
use core::str::FromStr;
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use gcfn_model::Digest;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What a signature is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain {
    /// The text of a C2SP signed note. Signed as it is, so that tools not written here can
    /// verify it. No other domain can produce such a text: a note has no control characters.
    Note,
    /// A validator's co-signature of a round.
    Round,
    /// An envelope between two nodes.
    Envelope,
    /// A command in the federation's log.
    Command,
    /// A node's request to be admitted.
    JoinRequest,
    /// A message between a node and a bank.
    BankMessage,
}

impl Domain {
    /// The bytes that are signed: 0x00, the domain's name, 0x00, and the message.
    fn signed_bytes(self, message: &[u8]) -> Vec<u8> {
        let name: &[u8] = match self {
            Domain::Note => return message.to_vec(),
            Domain::Round => b"gcfn/round",
            Domain::Envelope => b"gcfn/envelope",
            Domain::Command => b"gcfn/command",
            Domain::JoinRequest => b"gcfn/join-request",
            Domain::BankMessage => b"gcfn/bank-message",
        };
        [b"\0", name, b"\0", message].concat()
    }
}

/// An Ed25519 public key: 32 bytes; 64 lower-case hexadecimal digits as text.
///
/// Not every 32 bytes are a sound key. With bytes that are not, nothing verifies.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// The key with these bytes (RFC 8032).
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> PublicKey {
        PublicKey(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The key's id in a signed note, under `name`.
    ///
    /// Source: C2SP signed-note, "Ed25519 signatures".
    #[must_use]
    pub fn key_id(&self, name: &str) -> [u8; 4] {
        let Digest([a, b, c, d, ..]) = sha256(&[name.as_bytes(), b"\n\x01", &self.0].concat());
        [a, b, c, d]
    }

    /// The key under `name`, as tools that verify signed notes take it: `<name>+<key id>+<key>`.
    ///
    /// Source: C2SP signed-note, "Verifier keys".
    #[must_use]
    pub fn verifier_key(&self, name: &str) -> String {
        let id = u32::from_be_bytes(self.key_id(name));
        let key = STANDARD.encode([[1].as_slice(), &self.0].concat());
        format!("{name}+{id:08x}+{key}")
    }
}

/// An Ed25519 signature: 64 bytes; 128 lower-case hexadecimal digits as text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Signature([[u8; 32]; 2]); // R and s: serde knows arrays of up to 32 bytes

impl Signature {
    /// The signature with these bytes (RFC 8032), if they are 64.
    #[must_use]
    pub fn from_slice(bytes: &[u8]) -> Option<Signature> {
        let (halves, rest) = bytes.as_chunks::<32>();
        if rest.is_empty() { halves.try_into().ok().map(Signature) } else { None }
    }

    /// The 64 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_flattened()
    }
}

/// A signature that was not made by this key, for this domain, over this message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("signature does not belong to this key, purpose and message")]
pub struct WrongSignature;

/// Checks that the holder of `key` signed `message` for `domain`.
///
/// Strict: a function of the bytes alone, with the same answer on every machine; keys and
/// signatures of small order, which would fit several messages, are refused.
pub fn verify(
    key: &PublicKey,
    domain: Domain,
    message: &[u8],
    signature: &Signature,
) -> Result<(), WrongSignature> {
    let Signature([r, s]) = *signature;
    let signature = ed25519_dalek::Signature::from_components(r, s);
    let key = VerifyingKey::from_bytes(&key.0).map_err(|_| WrongSignature)?;
    key.verify_strict(&domain.signed_bytes(message), &signature).map_err(|_| WrongSignature)
}

/// A node's private key. Zeroed when dropped; never printed, never serialized.
pub struct Signer(SigningKey);

impl Signer {
    /// The key that follows from a 32-byte seed. The caller zeroes its own copy of the seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Signer {
        Signer(SigningKey::from_bytes(seed))
    }

    /// The key that everybody else knows.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs `message` for `domain`. The same message always has the same signature.
    #[must_use]
    pub fn sign(&self, domain: Domain, message: &[u8]) -> Signature {
        let signature = self.0.sign(&domain.signed_bytes(message));
        Signature([*signature.r_bytes(), *signature.s_bytes()])
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer of {}", self.public_key())
    }
}

/// A text that is not a key or a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{noun} is not {digits} lower-case hexadecimal digits")]
pub struct KeyFault {
    /// What was to be read.
    pub noun: &'static str,
    /// How many digits it has.
    pub digits: usize,
}

impl FromStr for PublicKey {
    type Err = KeyFault;
    fn from_str(text: &str) -> Result<PublicKey, KeyFault> {
        let bytes = hex::read(text).and_then(|bytes| bytes.try_into().ok());
        bytes.map(PublicKey).ok_or(KeyFault { noun: "public key", digits: 64 })
    }
}

impl FromStr for Signature {
    type Err = KeyFault;
    fn from_str(text: &str) -> Result<Signature, KeyFault> {
        let signature = hex::read(text).and_then(|bytes| Signature::from_slice(&bytes));
        signature.ok_or(KeyFault { noun: "signature", digits: 128 })
    }
}

/// Hexadecimal digits for people, the bare bytes in postcard.
macro_rules! printed_as_hex {
    ($($name:ident)*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                hex::write(self.as_bytes(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { self.0.serialize(to) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                if !from.is_human_readable() {
                    return Deserialize::deserialize(from).map($name);
                }
                String::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}
printed_as_hex!(PublicKey Signature);

#[cfg(test)]
mod tests;
