//! The unique end-to-end transaction reference of a payment.

use crate::digest::Hasher;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A UETR: a version 4 UUID in lower case (ISO 20022 `UUIDv4Identifier`).
///
/// It is derived from the instruction that it tracks, so a resent payment carries the same one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uetr([u8; 16]);

/// A text that is not a UETR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("UETR is not a lower-case version 4 UUID")]
pub struct UetrFault;

impl Uetr {
    /// The UETR that follows from `parts`.
    #[must_use]
    pub fn derive(parts: &[&[u8]]) -> Uetr {
        let mut hasher = Hasher::new("gcfn/uetr/v1");
        for part in parts {
            hasher.part(part);
        }
        let mut bytes = [0u8; 16];
        for (to, from) in bytes.iter_mut().zip(hasher.finish().0) {
            *to = from;
        }
        let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
        *version = (*version & 0x0f) | 0x40;
        *variant = (*variant & 0x3f) | 0x80;
        Uetr(bytes)
    }
}

impl FromStr for Uetr {
    type Err = UetrFault;
    fn from_str(text: &str) -> Result<Uetr, UetrFault> {
        let groups = text.split('-').map(str::len);
        if !groups.eq([8, 4, 4, 4, 12]) {
            return Err(UetrFault);
        }
        let mut bytes = [0u8; 16];
        let mut digits = text.bytes().filter(|&b| b != b'-').map(|b| match b {
            b'0'..=b'9' => Some(b & 0x0f),
            b'a'..=b'f' => Some((b & 0x0f).saturating_add(9)),
            _ => None,
        });
        for byte in &mut bytes {
            let high = digits.next().flatten().ok_or(UetrFault)?;
            let low = digits.next().flatten().ok_or(UetrFault)?;
            *byte = (high << 4) | low;
        }
        let [_, _, _, _, _, _, version, _, variant, ..] = bytes;
        if version & 0xf0 != 0x40 || variant & 0xc0 != 0x80 {
            return Err(UetrFault);
        }
        Ok(Uetr(bytes))
    }
}

impl fmt::Display for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uetr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Uetr {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { self.0.serialize(to) }
    }
}

impl<'de> Deserialize<'de> for Uetr {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Uetr, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            <[u8; 16]>::deserialize(from).map(Uetr)
        }
    }
}
