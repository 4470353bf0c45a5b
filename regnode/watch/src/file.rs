//! A mirror on disk: whole or not at all, and refused when it is damaged.
//!
//! ```text
//! magic "GCFNMIRR" | version u32 | length u64 | crc32c u32 | body (postcard)
//! ```
//! Integers are little-endian. The checksum covers everything else.

use gcfn_audit::Mirror;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const MAGIC: [u8; 8] = *b"GCFNMIRR";
const VERSION: u32 = 1;
/// Bytes before the checksum, and before the body.
const CHECKED: usize = 20;
const PREAMBLE: usize = 24;

/// Why a saved mirror cannot be read or written. Somebody has to look: a supervisor's node does
/// not throw away by itself what it has verified.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The system refuses: look at rights and space.
    #[error("{action} {path}")]
    Io {
        /// What was to be done.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Not what was written. Without the file the mirror begins again at the genesis.
    #[error("{path} is damaged: {what}; remove it to verify again from the genesis")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: &'static str,
    },
    /// Written by another version of the program.
    #[error("{path} has version {found}, this program reads {VERSION}")]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
    },
}

fn fault<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileFault + 'a {
    move |source| FileFault::Io { action, path: path.to_owned(), source }
}

/// The mirror at `path`, or `None` when none was saved.
pub(crate) fn load(path: &Path) -> Result<Option<Mirror>, FileFault> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(fault("read", path)(error)),
    };
    let body = checked(path, &bytes)?;
    let mirror = Mirror::resume(body).map_err(|_| damaged(path, "body is no mirror"))?;
    Ok(Some(mirror))
}

/// Makes `path` hold a mirror's bytes, even through a power cut.
pub(crate) fn replace(path: &Path, body: &[u8]) -> Result<(), FileFault> {
    let mut bytes = Vec::with_capacity(PREAMBLE.saturating_add(body.len()));
    bytes.extend_from_slice(&MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(body.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&checksum(&bytes, body).to_le_bytes());
    bytes.extend_from_slice(body);

    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary).map_err(fault("create", &temporary))?;
    file.write_all(&bytes).map_err(fault("write", &temporary))?;
    file.sync_all().map_err(fault("sync", &temporary))?;
    std::fs::rename(&temporary, path).map_err(fault("rename", &temporary))?;
    let dir = path.parent().expect("a mirror's file stands in its directory");
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(fault("sync", dir))
}

fn checked<'a>(path: &Path, bytes: &'a [u8]) -> Result<&'a [u8], FileFault> {
    let (head, body) =
        bytes.split_at_checked(PREAMBLE).ok_or_else(|| damaged(path, "file is too short"))?;
    let (checked, crc) = head.split_at(CHECKED);
    if checked[..8] != MAGIC {
        return Err(damaged(path, "magic is not that of a mirror"));
    }
    let version = u32::from_le_bytes(checked[8..12].try_into().expect("four bytes"));
    if version != VERSION {
        return Err(FileFault::Version { path: path.to_owned(), found: version });
    }
    if checked[12..] != (body.len() as u64).to_le_bytes() {
        return Err(damaged(path, "length"));
    }
    if crc != checksum(checked, body).to_le_bytes() {
        return Err(damaged(path, "checksum"));
    }
    Ok(body)
}

fn checksum(head: &[u8], body: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(head), body)
}

fn damaged(path: &Path, what: &'static str) -> FileFault {
    FileFault::Damaged { path: path.to_owned(), what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_bit_and_every_cut_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("sg.mirror");
        assert!(load(&path).expect("none is no fault").is_none());
        replace(&path, b"body").expect("written");
        let bytes = std::fs::read(&path).expect("there");
        assert_eq!(checked(&path, &bytes).expect("whole"), b"body");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(checked(&path, &flipped).is_err(), "bit {bit}");
        }
        for len in 0..bytes.len() {
            assert!(checked(&path, &bytes[..len]).is_err(), "{len} bytes");
        }
        // Whole, but no mirror.
        assert!(matches!(load(&path), Err(FileFault::Damaged { .. })));
    }
}
