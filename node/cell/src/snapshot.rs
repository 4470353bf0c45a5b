//! Snapshots: the whole machine in one file, at one log entry.
//!
//! `snapshots/<index>.snapshot`: a header that says what the state covers and how long it is, the
//! state in postcard, and a BLAKE3 digest of both. Written to a temporary name, synced and
//! renamed. The last two are kept; the newest must be whole, or the cell does not start.

use crate::entry::{LogId, Membership};
use crate::format::Format;
use crate::{Disk, FileFault, disk};
use gcfn_model::{Digest, Hasher, Timestamp};
use serde::{Deserialize, Serialize};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

const SNAPSHOT: Format = Format { magic: *b"GCFNSNAP", version: 1 };
const KEPT: usize = 2;
const DIGEST: usize = 32;
const DIGEST_DOMAIN: &str = "gcfn cell snapshot v1";

/// What a snapshot covers, beside the machine itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Covers {
    pub(crate) last: Option<LogId>,
    pub(crate) membership: Membership,
    /// Time of the last commands; 0 when there were none.
    pub(crate) at_micros: u64,
    /// Events so far.
    pub(crate) events: u64,
    /// The last entry with commands.
    pub(crate) last_record: u64,
}

impl Covers {
    pub(crate) fn index(&self) -> u64 {
        self.last.map_or(0, |id| id.index)
    }

    pub(crate) fn at(&self) -> Timestamp {
        Timestamp::from_micros(self.at_micros).unwrap_or(Timestamp::EPOCH)
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Header {
    cell: String,
    covers: Covers,
    state_bytes: u64,
}

/// A snapshot whose digest was verified when this was made.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotFile {
    pub(crate) path: PathBuf,
    pub(crate) covers: Covers,
}

/// The snapshots of one replica.
#[derive(Debug)]
pub(crate) struct Snapshots {
    dir: PathBuf,
    /// One is taken while another arrives: they take turns with the directory.
    turn: Mutex<()>,
    cell: String,
    disk: Disk,
}

impl Snapshots {
    pub(crate) fn open(dir: &Path, cell: &str, disk: &Disk) -> Result<Snapshots, FileFault> {
        let dir = dir.join("snapshots");
        disk::open_dir(&dir)?;
        Ok(Snapshots { dir, turn: Mutex::new(()), cell: cell.to_owned(), disk: disk.clone() })
    }

    /// The newest snapshot and the state in it.
    pub(crate) fn newest(&self) -> Result<Option<(SnapshotFile, Vec<u8>)>, FileFault> {
        match disk::list(&self.dir, "snapshot")?.pop() {
            Some(path) => self.load(&path).map(Some),
            None => Ok(None),
        }
    }

    /// Makes `state` the newest snapshot. It is serialized into the file, twice: its length
    /// stands before it, and it may be too large to be in memory a second time.
    pub(crate) fn save(
        &self,
        covers: Covers,
        state: &impl Serialize,
    ) -> Result<SnapshotFile, FileFault> {
        let mut length = Length(0);
        serialize(state, &mut length).expect("counting does not fail");
        let header = Header { cell: self.cell.clone(), covers, state_bytes: length.0 };
        let start = SNAPSHOT.header(&header);
        let path = self.path(&header.covers);
        let _turn = self.turn.lock().expect("no panic under this lock");
        self.disk.replace_with(&path, |file| {
            file.write_all(&start)?;
            let mut hasher = Hasher::new(DIGEST_DOMAIN);
            hasher.part(&start).begin_part(header.state_bytes);
            let mut hashed = Hashed { hasher, to: &mut *file };
            serialize(state, &mut hashed)?;
            let digest = hashed.hasher.finish();
            file.write_all(digest.as_bytes())
        })?;
        self.prune()?;
        Ok(SnapshotFile { path, covers: header.covers })
    }

    /// Stores a snapshot received from another replica beside the others, after verifying it.
    pub(crate) fn receive(&self, bytes: &[u8]) -> Result<SnapshotFile, FileFault> {
        let path = self.dir.join("received.incoming");
        let (covers, _) = self.verify(&path, bytes)?;
        self.disk.replace(&path, bytes)?;
        Ok(SnapshotFile { path, covers })
    }

    /// Makes a received snapshot the newest one.
    pub(crate) fn adopt(&self, received: SnapshotFile) -> Result<SnapshotFile, FileFault> {
        let SnapshotFile { path: from, covers } = received;
        let path = self.path(&covers);
        let _turn = self.turn.lock().expect("no panic under this lock");
        std::fs::rename(&from, &path).map_err(FileFault::io("rename", &from))?;
        disk::sync_parent(&path)?;
        self.prune()?;
        Ok(SnapshotFile { path, covers })
    }

    /// Reads and verifies the snapshot at `path`.
    pub(crate) fn load(&self, path: &Path) -> Result<(SnapshotFile, Vec<u8>), FileFault> {
        let bytes = std::fs::read(path).map_err(FileFault::io("read", path))?;
        let (covers, state) = self.verify(path, &bytes)?;
        let state = state.to_vec();
        Ok((SnapshotFile { path: path.to_owned(), covers }, state))
    }

    fn path(&self, covers: &Covers) -> PathBuf {
        self.dir.join(format!("{:020}.snapshot", covers.index()))
    }

    fn prune(&self) -> Result<(), FileFault> {
        let mut paths = disk::list(&self.dir, "snapshot")?;
        paths.truncate(paths.len().saturating_sub(KEPT));
        for old in paths {
            std::fs::remove_file(&old).map_err(FileFault::io("delete", &old))?;
        }
        Ok(())
    }

    fn verify<'a>(&self, path: &Path, bytes: &'a [u8]) -> Result<(Covers, &'a [u8]), FileFault> {
        let (header, start) = SNAPSHOT.read_header::<Header>(path, bytes)?;
        if header.cell != self.cell {
            let (found, expected) = (header.cell, self.cell.clone());
            return Err(FileFault::Foreign { path: path.to_owned(), found, expected });
        }
        let rest = &bytes[start..];
        let state_bytes = usize::try_from(header.state_bytes).unwrap_or(usize::MAX);
        if rest.len() != state_bytes.saturating_add(DIGEST) {
            return Err(FileFault::damaged(path, bytes.len(), "length of the state"));
        }
        let (state, found) = rest.split_at(state_bytes);
        if digest(&bytes[..start], state).as_bytes() != found {
            return Err(FileFault::damaged(path, start, "digest of the state"));
        }
        Ok((header.covers, state))
    }
}

fn digest(header: &[u8], state: &[u8]) -> Digest {
    Hasher::new(DIGEST_DOMAIN).part(header).part(state).finish()
}

fn serialize(state: &impl Serialize, to: &mut impl Write) -> io::Result<()> {
    // What it writes is mostly single bytes.
    let mut kept = Kept { to: BufWriter::with_capacity(1 << 16, to), fault: None };
    match postcard::to_io(state, &mut kept) {
        Ok(_) => kept.to.flush(),
        Err(error) => Err(kept.fault.unwrap_or_else(|| io::Error::other(error))),
    }
}

/// Keeps why a writer failed: postcard only says that it did.
struct Kept<W> {
    to: W,
    fault: Option<io::Error>,
}

impl<W: Write> Write for Kept<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes).map_err(|fault| {
            let kind = fault.kind();
            self.fault = Some(fault);
            kind.into()
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Hashes what it passes on.
struct Hashed<W> {
    hasher: Hasher,
    to: W,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hasher.add(bytes);
        self.to.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// How many bytes were written.
struct Length(u64);

impl Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 = self.0.saturating_add(bytes.len() as u64);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
