//! The files of the log, and how they are read back.
//!
//! `log/<number>.segment`: a header, then records, then zeros up to the preallocated size. The tag
//! of a record is its sequence number (`lsn`), one more than the record before it, across
//! segments. A closed segment is cut to its records. The header repeats the vote and the bounds of
//! the log, so that older segments can be deleted.
//!
//! `log/synced`: the first `lsn` not known to be durable, rewritten after every sync. It tells a
//! torn tail (never acknowledged, cut) from a damaged record (acknowledged, refused). It is not
//! synced itself: after a power cut it may be old, therefore every record also says what was
//! durable when it was written.

use crate::entry::{Entry, LogId, Vote};
use crate::format::{self, Format, RECORD_HEAD};
use crate::{CellConfig, FileFault, disk};
use openraft::entry::RaftEntry;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

const SEGMENT: Format = Format { magic: *b"GCFN-LOG", version: 1 };
const SYNCED: Format = Format { magic: *b"GCFN-LSN", version: 1 };

/// The body of a segment's header.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Header {
    pub(super) cell: String,
    pub(super) replica: u64,
    pub(super) number: u64,
    pub(super) first_lsn: u64,
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogId>,
    pub(super) purged: Option<LogId>,
}

impl Header {
    pub(super) fn bytes(&self) -> Vec<u8> {
        SEGMENT.header(self)
    }
}

/// The body of one record is what was durable before it, then this.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Op {
    Vote(Vote),
    Entry(Entry),
    /// Entries from this index on are void.
    Truncate(u64),
    Purge(LogId),
    Committed(LogId),
}

impl Op {
    /// What the writer needs to know of it once it is encoded.
    pub(super) fn without_entry(self) -> Option<Op> {
        (!matches!(self, Op::Entry(_))).then_some(self)
    }
}

/// Where a record stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) len: usize,
}

impl Place {
    pub(super) fn bytes(&self) -> usize {
        self.len.saturating_sub(RECORD_HEAD)
    }
}

/// What the files say.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    pub(super) vote: Option<Vote>,
    pub(super) committed: Option<LogId>,
    pub(super) purged: Option<LogId>,
    pub(super) entries: BTreeMap<u64, (LogId, Place)>,
    /// Every segment, with the highest entry in it.
    pub(super) segments: BTreeMap<u64, u64>,
    pub(super) next_lsn: u64,
}

impl Recovered {
    /// The last entry that was in the log.
    pub(crate) fn last_index(&self) -> u64 {
        self.entries.keys().next_back().copied().unwrap_or(0)
    }
}

pub(super) fn path(dir: &Path, number: u64) -> PathBuf {
    dir.join(file_name(number))
}

fn file_name(number: u64) -> String {
    format!("{number:012}.segment")
}

pub(super) fn synced_path(dir: &Path) -> PathBuf {
    dir.join("synced")
}

pub(super) fn synced_bytes(lsn: u64) -> Vec<u8> {
    // Fixed width: the file is overwritten in place.
    SYNCED.header(&lsn.to_le_bytes())
}

/// Reads every record of every segment, cuts a torn tail and refuses anything else.
pub(crate) fn recover(config: &CellConfig) -> Result<Recovered, FileFault> {
    let dir = &config.dir.join("log");
    disk::open_dir(dir)?;
    let paths = disk::list(dir, "segment")?;
    let synced_path = synced_path(dir);
    if paths.is_empty() && !synced_path.exists() {
        config.disk.replace(&synced_path, &synced_bytes(0))?;
        return Ok(Recovered::default());
    }
    let bytes = std::fs::read(&synced_path).map_err(FileFault::io("read", &synced_path))?;
    let (synced, _) = SYNCED.read_header::<[u8; 8]>(&synced_path, &bytes)?;
    let synced = u64::from_le_bytes(synced);

    let mut recovered = Recovered::default();
    for (position, path) in paths.iter().enumerate() {
        let is_last = position.saturating_add(1) == paths.len();
        let bytes = std::fs::read(path).map_err(FileFault::io("read", path))?;
        let scan = Scan { path, bytes: &bytes, is_last, synced };
        let end = recovered.read_segment(config, &scan)?;
        if end < bytes.len() {
            cut(path, end)?;
        }
    }
    if recovered.next_lsn < synced {
        let last = paths.last().unwrap_or(&synced_path);
        return Err(FileFault::damaged(last, 0, "durable records after it are missing"));
    }
    recovered.finish(dir)
}

/// A torn tail was never acknowledged; what is cut here no client was told of.
fn cut(path: &Path, end: usize) -> Result<(), FileFault> {
    let file = File::options().write(true).open(path).map_err(FileFault::io("open", path))?;
    file.set_len(end as u64).map_err(FileFault::io("cut", path))?;
    file.sync_all().map_err(FileFault::io("sync", path))
}

/// One segment in memory.
struct Scan<'a> {
    path: &'a Path,
    bytes: &'a [u8],
    is_last: bool,
    synced: u64,
}

impl Recovered {
    /// The last entry that is no longer held.
    pub(crate) fn purged_index(&self) -> u64 {
        self.purged.map_or(0, |id| id.index)
    }

    /// Takes in one segment; says where its records end.
    fn read_segment(&mut self, config: &CellConfig, scan: &Scan<'_>) -> Result<usize, FileFault> {
        let Scan { path, bytes, .. } = *scan;
        let (header, mut at) = SEGMENT.read_header::<Header>(path, bytes)?;
        self.check_header(config, path, &header)?;
        if self.segments.is_empty() {
            self.vote = header.vote;
            self.committed = header.committed;
            self.purged = header.purged;
            self.next_lsn = header.first_lsn;
        }
        let mut highest = 0;
        while at < bytes.len() {
            let Some((lsn, body)) = format::read_record(&bytes[at..]) else { break };
            let parsed: Result<(u64, Op), _> = postcard::from_bytes(body);
            let Ok((_, op)) = parsed.map_err(drop) else {
                return Err(FileFault::damaged(path, at, "record of an unknown kind"));
            };
            if lsn != self.next_lsn {
                return Err(FileFault::damaged(path, at, "records are missing before this one"));
            }
            let len = RECORD_HEAD.saturating_add(body.len());
            let place = Place { segment: header.number, offset: at as u64, len };
            if let Op::Entry(entry) = &op {
                highest = highest.max(entry.log_id().index);
            }
            self.take(op, place);
            self.next_lsn = lsn.saturating_add(1);
            at = at.saturating_add(len);
        }
        self.segments.insert(header.number, highest);
        if at < bytes.len() && (!scan.is_last || scan.is_damage(at, self.next_lsn)) {
            return Err(FileFault::damaged(path, at, "checksum of a record"));
        }
        Ok(at)
    }

    fn check_header(
        &self,
        config: &CellConfig,
        path: &Path,
        header: &Header,
    ) -> Result<(), FileFault> {
        let found = format!("replica {} of cell {}", header.replica, header.cell);
        let expected = format!("replica {} of cell {}", config.replica, config.name);
        if found != expected {
            return Err(FileFault::Foreign { path: path.to_owned(), found, expected });
        }
        let Some(&last) = self.segments.keys().next_back() else { return Ok(()) };
        if header.number != last.saturating_add(1) {
            return Err(FileFault::damaged(path, 0, "the segment before this one is missing"));
        }
        if header.first_lsn != self.next_lsn {
            let before = path.with_file_name(file_name(last));
            return Err(FileFault::damaged(&before, 0, "records at its end are missing"));
        }
        Ok(())
    }

    fn take(&mut self, op: Op, place: Place) {
        match op {
            Op::Vote(vote) => self.vote = Some(vote),
            Op::Committed(id) => self.committed = Some(id),
            Op::Purge(id) => self.purged = Some(id),
            Op::Truncate(from) => {
                self.entries.split_off(&from);
            }
            Op::Entry(entry) => {
                self.entries.insert(entry.log_id().index, (entry.log_id(), place));
            }
        }
    }

    /// Drops what is purged and demands that the rest has no hole.
    fn finish(mut self, dir: &Path) -> Result<Recovered, FileFault> {
        let mut expected = self.purged.map_or(0, |id| id.index.saturating_add(1));
        self.entries = self.entries.split_off(&expected);
        for (&index, &(_, place)) in &self.entries {
            if index != expected {
                let path = path(dir, place.segment);
                let offset = usize::try_from(place.offset).unwrap_or(usize::MAX);
                return Err(FileFault::damaged(&path, offset, "entries are missing before this"));
            }
            expected = expected.saturating_add(1);
        }
        Ok(self)
    }
}

impl Scan<'_> {
    /// Whether what stands at `at`, where record `lsn` should, was once durable: because the file
    /// `synced` says so, or because a later record was written after `lsn` was.
    fn is_damage(&self, at: usize, lsn: u64) -> bool {
        if lsn < self.synced {
            return true;
        }
        let later = (at.saturating_add(1)..self.bytes.len()).filter_map(|at| {
            let rest = &self.bytes[at..];
            let (len, tag) = format::peek_record(rest.first_chunk()?)?;
            let plausible = lsn < tag && tag < lsn.saturating_add(1 << 24) && len < rest.len();
            let (_, body) = if plausible { format::read_record(rest)? } else { return None };
            postcard::take_from_bytes::<u64>(body).ok().map(|(durable, _)| durable)
        });
        later.into_iter().any(|durable| lsn < durable)
    }
}

/// Reads single entries back, keeping the last segment open.
pub(super) struct Reader<'a> {
    dir: &'a Path,
    open: Option<(u64, File)>,
}

impl Reader<'_> {
    pub(super) fn new(dir: &Path) -> Reader<'_> {
        Reader { dir, open: None }
    }

    pub(super) fn read(&mut self, place: Place) -> Result<Entry, FileFault> {
        let path = path(self.dir, place.segment);
        let file = match self.open.take() {
            Some((segment, file)) if segment == place.segment => file,
            _ => File::open(&path).map_err(FileFault::io("open", &path))?,
        };
        let mut bytes = vec![0; place.len];
        file.read_exact_at(&mut bytes, place.offset).map_err(FileFault::io("read", &path))?;
        self.open = Some((place.segment, file));
        let record = format::read_record(&bytes);
        let parsed = record.and_then(|(_, body)| postcard::from_bytes::<(u64, Op)>(body).ok());
        match parsed {
            Some((_, Op::Entry(entry))) => Ok(entry),
            _ => {
                let offset = usize::try_from(place.offset).unwrap_or(usize::MAX);
                Err(FileFault::damaged(&path, offset, "checksum of a record"))
            }
        }
    }
}
