//! What the three file formats share: a checked header, and records with a checksum.
//!
//! ```text
//! header  magic [u8; 8] | version u32 | length u32 | crc32c u32 | body (postcard)
//! record  crc32c u32    | length u32  | tag u64    | body
//! ```
//! Integers are little-endian. A checksum covers everything else in its header or record.

use crate::FileFault;
use serde::{Serialize, de::DeserializeOwned};
use std::path::Path;

/// The most that one record may hold, in bytes. A larger length is damage.
pub(crate) const RECORD_BYTES_MAX: usize = 256 << 20;

const PREAMBLE: usize = 20;
/// Bytes before the body of a record.
pub(crate) const RECORD_HEAD: usize = 16;

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Format {
    pub(crate) magic: [u8; 8],
    pub(crate) version: u32,
}

impl Format {
    /// The header of a new file.
    pub(crate) fn header(self, body: &impl Serialize) -> Vec<u8> {
        let body = encode(body);
        let mut bytes = Vec::with_capacity(PREAMBLE.saturating_add(body.len()));
        bytes.extend_from_slice(&self.magic);
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&length(&body).to_le_bytes());
        let crc = crc32c::crc32c_append(crc32c::crc32c(&bytes), &body);
        bytes.extend_from_slice(&crc.to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Reads the header of `path` from the first `bytes` of it; also says where it ends.
    pub(crate) fn read_header<H: DeserializeOwned>(
        self,
        path: &Path,
        bytes: &[u8],
    ) -> Result<(H, usize), FileFault> {
        let damaged = |offset, what| FileFault::damaged(path, offset, what);
        let Some((magic, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(damaged(0, "file is too short"));
        };
        if *magic != self.magic {
            return Err(damaged(0, "magic is not that of this kind of file"));
        }
        let (version, rest) = take_u32(rest).ok_or_else(|| damaged(8, "file is too short"))?;
        if version != self.version {
            let path = path.to_owned();
            return Err(FileFault::Version { path, found: version, expected: self.version });
        }
        let (len, rest) = take_u32(rest).ok_or_else(|| damaged(12, "file is too short"))?;
        let (crc, rest) = take_u32(rest).ok_or_else(|| damaged(16, "file is too short"))?;
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let body = rest.get(..len).ok_or_else(|| damaged(12, "header is cut short"))?;
        if crc32c::crc32c_append(crc32c::crc32c(&bytes[..16]), body) != crc {
            return Err(damaged(16, "checksum of the header"));
        }
        let header = postcard::from_bytes(body).map_err(|_| damaged(PREAMBLE, "header"))?;
        Ok((header, PREAMBLE.saturating_add(len)))
    }
}

/// Appends one record to `to`.
pub(crate) fn write_record(to: &mut Vec<u8>, tag: u64, body: &[u8]) {
    let len = length(body).to_le_bytes();
    let tag = tag.to_le_bytes();
    let crc = checksum(&len, &tag, body);
    to.extend_from_slice(&crc.to_le_bytes());
    to.extend_from_slice(&len);
    to.extend_from_slice(&tag);
    to.extend_from_slice(body);
}

/// The record at the start of `bytes`: its tag and its body. `None` when there is no whole one.
pub(crate) fn read_record(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (crc, rest) = take_u32(bytes)?;
    let (len, rest) = take_u32(rest)?;
    let (tag, rest) = rest.split_first_chunk::<8>()?;
    let len = usize::try_from(len).ok().filter(|len| (1..=RECORD_BYTES_MAX).contains(len))?;
    let body = rest.get(..len)?;
    (checksum(&bytes[4..8], tag, body) == crc).then(|| (u64::from_le_bytes(*tag), body))
}

/// What a record's head says of it, before its checksum is known to be right: length and tag.
pub(crate) fn peek_record(head: &[u8; RECORD_HEAD]) -> Option<(usize, u64)> {
    let (len, rest) = take_u32(&head[4..])?;
    let (tag, _) = rest.split_first_chunk::<8>()?;
    let len = usize::try_from(len).ok().filter(|len| (1..=RECORD_BYTES_MAX).contains(len))?;
    Some((len, u64::from_le_bytes(*tag)))
}

/// The one encoding of this crate's own types.
pub(crate) fn encode(value: &(impl Serialize + ?Sized)) -> Vec<u8> {
    postcard::to_allocvec(value).expect("state, commands and events serialize into memory")
}

fn checksum(len: &[u8], tag: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c(len), tag), body)
}

fn length(body: &[u8]) -> u32 {
    assert!(body.len() <= RECORD_BYTES_MAX, "{} bytes in one record", body.len());
    u32::try_from(body.len()).expect("below the limit of a record")
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*head), rest))
}
