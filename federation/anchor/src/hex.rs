//! Bytes as lower-case hexadecimal text in formats that people read, as bytes in the others.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Writes two digits for each byte.
pub(crate) fn write(bytes: &[u8], to: &mut impl Write) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(to, "{byte:02x}"))
}

/// Reads what [`write`] wrote. Upper case is refused: one value has one text.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| match b {
        b'0'..=b'9' | b'a'..=b'f' => char::from(b).to_digit(16).and_then(|d| u8::try_from(d).ok()),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |&[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// For `#[serde(with = "hex")]` on bytes of any length.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    if !to.is_human_readable() {
        return bytes.serialize(to);
    }
    let mut text = String::new();
    write(bytes, &mut text).map_err(serde::ser::Error::custom)?;
    to.serialize_str(&text)
}

/// For `#[serde(with = "hex")]` on bytes of any length.
pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    if !from.is_human_readable() {
        return Vec::deserialize(from);
    }
    let text = String::deserialize(from)?;
    read(&text).ok_or_else(|| de::Error::custom("bytes are not lower-case hexadecimal digits"))
}
