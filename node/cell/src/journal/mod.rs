//! The journal: every applied command with its time and its events, for ever.
//!
//! Everything that leaves the node is made from it. `journal/<first index>.journal`: a header,
//! then one record per entry with commands, tagged with its log index. A record names the record
//! before it, so that a hole cannot pass for silence.
//!
//! It is a product of the log, not a second truth: on a restart it is cut to what the newest
//! snapshot covers, and the replayed log writes the rest again. Therefore it is synced only before
//! a snapshot is taken, and before the log is purged that it came from. Damage in what remains is
//! refused. It deletes nothing by itself: how long records are kept is the region's rule.

mod reader;
mod recent;

pub use reader::{JournalReader, Record};

use crate::format::{self, Format};
use crate::snapshot::Covers;
use crate::{CellConfig, Disk, FileFault, disk};
use gcfn_model::Timestamp;
use recent::{Kept, Recent};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

const JOURNAL: Format = Format { magic: *b"GCFNJRNL", version: 1 };

/// No header is longer: names of cells are short.
const HEADER_BYTES_MAX: usize = 4096;

/// The body of a segment's header.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Header {
    cell: String,
    /// No record in this segment stands below this log index.
    first_index: u64,
    /// The record before the first one.
    previous: u64,
    /// Events before the first record.
    first_event: u64,
    /// Size of the segment before this one, which was closed then; 0 when there was none.
    closed_bytes: u64,
}

/// The body of a record as it is written. Read back as [`reader::Body`].
#[derive(Serialize)]
struct NewBody<'a, C, E> {
    previous: u64,
    at: Timestamp,
    first_event: u64,
    commands: &'a [C],
    events: &'a [E],
}

/// Where each segment ends, by its first index. Readers never look beyond.
type Ends = BTreeMap<u64, u64>;

/// The writing end. One per replica.
#[derive(Debug)]
pub(crate) struct Journal<C, E> {
    dir: PathBuf,
    cell: String,
    disk: Disk,
    segment_bytes: u64,
    ends: watch::Sender<Ends>,
    recent: Arc<Mutex<Recent<C, E>>>,
    current: Option<Current>,
    /// Closed segments that are not known to be durable.
    unsynced: Vec<Unsynced>,
}

/// A file whose last bytes may not be durable.
type Unsynced = (PathBuf, Arc<File>);

#[derive(Debug)]
struct Current {
    first_index: u64,
    path: PathBuf,
    file: Arc<File>,
    end: u64,
}

impl<C: Serialize, E: Serialize> Journal<C, E> {
    /// Opens the journal and cuts it to what the newest snapshot covers.
    ///
    /// Verifies the header of every segment and the records of the last one that remains; the
    /// others were verified when they were the last, and are verified again when they are read.
    pub(crate) fn open(config: &CellConfig, covers: &Covers) -> Result<Journal<C, E>, FileFault> {
        let dir = config.dir.join("journal");
        disk::open_dir(&dir)?;
        let (mut ends, mut last) = (Ends::new(), None);
        for path in disk::list(&dir, "journal")? {
            let (header, start) = read_header(&path, &config.name)?;
            if path != segment_path(&dir, header.first_index) {
                return Err(FileFault::damaged(&path, 0, "name is not that of its first entry"));
            }
            if covers.index() < header.first_index && covers.last_record != header.previous {
                std::fs::remove_file(&path).map_err(FileFault::io("delete", &path))?;
                continue;
            }
            if let Some((before, end)) = ends.iter().next_back()
                && *end != header.closed_bytes
            {
                let before = segment_path(&dir, *before);
                return Err(FileFault::damaged(&before, 0, "size is not that of its closing"));
            }
            let len = std::fs::metadata(&path).map_err(FileFault::io("look at", &path))?.len();
            ends.insert(header.first_index, len);
            last = Some((path, header, start));
        }
        let current = match last {
            None if covers.last_record == 0 => None,
            None => return Err(FileFault::damaged(&dir, 0, "no segment reaches the snapshot")),
            Some((path, header, start)) => {
                let first_index = header.first_index;
                let (file, end) = cut(&path, (&header, start), covers.last_record)?;
                ends.insert(first_index, end);
                Some(Current { first_index, path, file: Arc::new(file), end })
            }
        };
        Ok(Journal {
            dir,
            cell: config.name.clone(),
            disk: config.disk.clone(),
            segment_bytes: config.limits.journal_segment_bytes,
            ends: watch::Sender::new(ends),
            recent: Arc::new(Mutex::new(Recent::new(config.limits.journal_recent_bytes))),
            current,
            unsynced: Vec::new(),
        })
    }

    /// Appends a record, which `previous` is the one before of. Readers that look find it; those that
    /// wait are woken by [`Journal::announce`].
    pub(crate) fn append(
        &mut self,
        previous: u64,
        record: Arc<Record<C, E>>,
    ) -> Result<(), FileFault> {
        let Record { index, at, first_event, ref commands, ref events } = *record;
        let body = NewBody { previous, at, first_event, commands, events };
        let mut bytes = Vec::new();
        format::write_record(&mut bytes, index, &format::encode(&body));
        let full = |current: &Current| self.segment_bytes < current.end + bytes.len() as u64;
        if self.current.as_ref().is_none_or(full) {
            self.start_segment(index, previous, first_event)?;
        }
        let current = self.current.as_mut().expect("a segment was just started");
        self.disk
            .write(&current.file, &bytes, current.end)
            .map_err(FileFault::io("write", &current.path))?;
        current.end = current.end.saturating_add(bytes.len() as u64);
        let (segment, end) = (current.first_index, current.end);
        let kept = Kept { record, previous, segment, end, bytes: bytes.len() };
        self.recent.lock().expect(reader::RECENT).push(kept);
        self.ends.send_if_modified(|ends| {
            ends.insert(segment, end);
            false
        });
        Ok(())
    }

    /// Wakes the readers that wait. Apart from appending, so that whoever waits for an answer is
    /// served before them.
    pub(crate) fn announce(&self) {
        self.ends.send_modify(|_| ());
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// What is to be synced for everything appended so far to be durable. The caller does it, so
    /// that entries need not wait for the disk.
    pub(crate) fn unsynced(&mut self) -> Vec<Unsynced> {
        let mut files = std::mem::take(&mut self.unsynced);
        files.extend(self.current.as_ref().map(Current::unsynced));
        files
    }

    /// Goes on after a snapshot from another replica: the records before it are not here.
    pub(crate) fn skip_to(&mut self, covers: &Covers) -> Result<(), FileFault> {
        self.start_segment(covers.index().saturating_add(1), covers.last_record, covers.events)
    }

    /// A reader of the records of entries from `index` on.
    pub(crate) fn reader(&self, index: u64) -> JournalReader<C, E> {
        let (dir, cell) = (self.dir.clone(), self.cell.clone());
        JournalReader::new(dir, cell, (self.ends.subscribe(), self.recent.clone()), index)
    }

    fn start_segment(
        &mut self,
        first_index: u64,
        previous: u64,
        first_event: u64,
    ) -> Result<(), FileFault> {
        let closed_bytes = self.current.as_ref().map_or(0, |current| current.end);
        let cell = self.cell.clone();
        let header = Header { cell, first_index, previous, first_event, closed_bytes };
        let path = segment_path(&self.dir, first_index);
        let bytes = JOURNAL.header(&header);
        let file = self.disk.replace(&path, &bytes)?;
        let end = bytes.len() as u64;
        let started = Current { first_index, path, file: Arc::new(file), end };
        let closed = self.current.replace(started);
        self.unsynced.extend(closed.as_ref().map(Current::unsynced));
        self.ends.send_modify(|ends| {
            ends.insert(first_index, end);
        });
        Ok(())
    }
}

impl Current {
    fn unsynced(&self) -> Unsynced {
        (self.path.clone(), self.file.clone())
    }
}

/// Makes these files durable.
pub(crate) fn sync(files: Vec<Unsynced>) -> Result<(), FileFault> {
    files
        .into_iter()
        .try_for_each(|(path, file)| file.sync_data().map_err(FileFault::io("sync", &path)))
}

fn segment_path(dir: &Path, first_index: u64) -> PathBuf {
    dir.join(format!("{first_index:020}.journal"))
}

/// The header of the segment at `path`, and where it ends.
fn read_header(path: &Path, cell: &str) -> Result<(Header, usize), FileFault> {
    let mut head = vec![0; HEADER_BYTES_MAX];
    let file = File::open(path).map_err(FileFault::io("open", path))?;
    let read = file.read_at(&mut head, 0).map_err(FileFault::io("read", path))?;
    let (header, start) = JOURNAL.read_header::<Header>(path, &head[..read])?;
    if header.cell == cell {
        return Ok((header, start));
    }
    let (path, found, expected) = (path.to_owned(), header.cell, cell.to_owned());
    Err(FileFault::Foreign { path, found, expected })
}

/// Cuts the segment after the record of entry `through`; the file, and where it ends now.
fn cut(
    path: &Path,
    (header, start): (&Header, usize),
    through: u64,
) -> Result<(File, u64), FileFault> {
    let bytes = std::fs::read(path).map_err(FileFault::io("read", path))?;
    let (mut at, mut last) = (start, header.previous);
    while last < through {
        let Some((index, body)) = format::read_record(&bytes[at..]) else {
            return Err(FileFault::damaged(path, at, "checksum of a record"));
        };
        at = at.saturating_add(format::RECORD_HEAD).saturating_add(body.len());
        last = index;
    }
    if last != through {
        return Err(FileFault::damaged(path, at, "record of the snapshot's last entry is missing"));
    }
    let file = File::options().read(true).write(true).open(path);
    let file = file.map_err(FileFault::io("open", path))?;
    file.set_len(at as u64).map_err(FileFault::io("cut", path))?;
    Ok((file, at as u64))
}
