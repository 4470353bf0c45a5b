//! The byte layout of everything that is hashed or signed between nodes.
//!
//! postcard carries values; these bytes only ever go into a hash or a signature, so that the
//! encoding of a message may change without changing what was agreed. There is no decoder:
//! whoever checks has the value and writes the bytes again.

use alloc::vec::Vec;
use gcfn_model::{Digest, Timestamp};
use sha2::{Digest as _, Sha256};

/// Canonical bytes in the making: fields in the order that the layout names, nothing between.
///
/// A number is 8 bytes, big-endian. A digest is its 32 bytes. Text and bytes are their length
/// as a number, then themselves. The layout's name, with its version, is the first text.
#[derive(Clone, Debug)]
pub struct Canon(Vec<u8>);

impl Canon {
    /// Begins the layout of this name, for example `gcfn/epoch/v1`.
    #[must_use]
    pub fn new(layout: &str) -> Canon {
        Canon(Vec::new()).text(layout)
    }

    /// Appends a number.
    #[must_use]
    pub fn number(mut self, number: u64) -> Canon {
        self.0.extend_from_slice(&number.to_be_bytes());
        self
    }

    /// Appends an instant: its microseconds, as a number.
    #[must_use]
    pub fn time(self, at: Timestamp) -> Canon {
        self.number(at.micros())
    }

    /// Appends a digest.
    #[must_use]
    pub fn digest(mut self, digest: &Digest) -> Canon {
        self.0.extend_from_slice(digest.as_bytes());
        self
    }

    /// Appends text.
    #[must_use]
    pub fn text(self, text: &str) -> Canon {
        self.bytes(text.as_bytes())
    }

    /// Appends bytes of any length.
    #[must_use]
    pub fn bytes(self, bytes: &[u8]) -> Canon {
        let mut canon = self.number(bytes.len() as u64);
        canon.0.extend_from_slice(bytes);
        canon
    }

    /// The bytes.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.0
    }
}

/// SHA-256 of `bytes`.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}
