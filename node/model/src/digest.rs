//! A 32-byte digest and the hash that ids and books are derived with.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 32 bytes of hash output. Which hash made it is said where it is used.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// All zero: stands for "nothing before this" at the start of a chain.
    pub const ZERO: Digest = Digest([0; 32]);

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// BLAKE3-256 with a domain name, for ids and inside an epoch.
///
/// Every part is preceded by its length, so that no two lists of parts hash alike.
#[derive(Clone, Debug)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// A hasher whose output depends on `domain`.
    #[must_use]
    pub fn new(domain: &str) -> Hasher {
        let mut hasher = Hasher(blake3::Hasher::new());
        hasher.part(domain.as_bytes());
        hasher
    }

    /// Adds one part.
    pub fn part(&mut self, bytes: &[u8]) -> &mut Hasher {
        self.begin_part(bytes.len() as u64).add(bytes)
    }

    /// Begins a part of `len` bytes, which are then added piece by piece.
    pub fn begin_part(&mut self, len: u64) -> &mut Hasher {
        self.0.update(&len.to_le_bytes());
        self
    }

    /// Adds bytes to the part that was begun.
    pub fn add(&mut self, bytes: &[u8]) -> &mut Hasher {
        self.0.update(bytes);
        self
    }

    /// The digest of all parts.
    #[must_use]
    pub fn finish(&self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }
}

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("digest is not 64 lower-case hexadecimal digits")]
pub struct DigestFault;

impl FromStr for Digest {
    type Err = DigestFault;
    fn from_str(text: &str) -> Result<Digest, DigestFault> {
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return Err(DigestFault);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let pair = core::str::from_utf8(pair).map_err(|_| DigestFault)?;
            if !pair.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(DigestFault);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| DigestFault)?;
        }
        Ok(Digest(bytes))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { self.0.serialize(to) }
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Digest, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            <[u8; 32]>::deserialize(from).map(Digest)
        }
    }
}
