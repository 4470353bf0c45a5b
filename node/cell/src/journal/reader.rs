//! Reading the journal: what is stored, then what comes.

use super::{Ends, Recent, read_header, segment_path};
use crate::format::{self, RECORD_HEAD};
use crate::{FileFault, JournalError};
use gcfn_model::Timestamp;
use serde::{Deserialize, de::DeserializeOwned};
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// One applied entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<C, E> {
    /// Its place in the log. Strictly rising; entries without commands leave no record.
    pub index: u64,
    /// When the proposer says it happened. Strictly rising.
    pub at: Timestamp,
    /// How many events came before, since the genesis of the cell.
    pub first_event: u64,
    /// What was asked, refused or not.
    pub commands: Vec<C>,
    /// What happened.
    pub events: Vec<E>,
}

/// The body of a record; see [`super::NewBody`].
#[derive(Debug, Deserialize)]
struct Body<C, E> {
    previous: u64,
    at: Timestamp,
    first_event: u64,
    commands: Vec<C>,
    events: Vec<E>,
}

/// Reads records in order of their index: first the stored ones, then each as it is applied.
///
/// Costs nothing while it waits. Holds no lock, keeps nothing from being written or cut.
pub struct JournalReader<C, E> {
    dir: PathBuf,
    cell: String,
    ends: watch::Receiver<Ends>,
    recent: Arc<Mutex<Recent<C, E>>>,
    /// Records up to this index have been delivered or were not asked for.
    last: u64,
    at: Option<Position>,
}

/// Where a reader stands in a segment.
struct Position {
    first_index: u64,
    offset: u64,
    /// Opened when something is to be read from it.
    file: Option<File>,
}

pub(super) const RECENT: &str = "nothing panics while it holds the recent records";

impl<C, E> JournalReader<C, E> {
    pub(super) fn new(
        dir: PathBuf,
        cell: String,
        (ends, recent): (watch::Receiver<Ends>, Arc<Mutex<Recent<C, E>>>),
        from: u64,
    ) -> JournalReader<C, E> {
        let last = from.saturating_sub(1);
        JournalReader { dir, cell, ends, recent, last, at: None }
    }

    /// The next record, if it is in memory.
    fn take_recent(&mut self) -> Option<Arc<Record<C, E>>> {
        let recent = self.recent.lock().expect(RECENT);
        let kept = recent.after(self.last)?;
        let (record, first_index, offset) = (kept.record.clone(), kept.segment, kept.end);
        drop(recent);
        self.last = record.index;
        match &mut self.at {
            Some(at) if at.first_index == first_index => at.offset = offset,
            at => *at = Some(Position { first_index, offset, file: None }),
        }
        Some(record)
    }
}

impl<C: DeserializeOwned, E: DeserializeOwned> JournalReader<C, E> {
    /// The next record; waits until there is one. Cancelling loses nothing.
    ///
    /// # Errors
    /// [`JournalError::File`] when a file cannot be trusted, [`JournalError::Gap`] when the record
    /// is on other replicas only, [`JournalError::Stopped`] when the cell is gone.
    pub async fn next(&mut self) -> Result<Arc<Record<C, E>>, JournalError> {
        loop {
            self.ends.borrow_and_update();
            if let Some(record) = self.try_next()? {
                return Ok(record);
            }
            self.ends.changed().await.map_err(|_| JournalError::Stopped)?;
        }
    }

    /// The next record, if it is already there.
    ///
    /// # Errors
    /// As [`JournalReader::next`].
    pub fn try_next(&mut self) -> Result<Option<Arc<Record<C, E>>>, JournalError> {
        if let Some(record) = self.take_recent() {
            return Ok(Some(record));
        }
        while self.find_segment()? {
            let Some((index, body)) = self.read_record()? else { continue };
            if index <= self.last {
                continue;
            }
            let body: Body<C, E> = postcard::from_bytes(&body)
                .map_err(|_| self.damaged("record of an unknown kind"))?;
            if self.last < body.previous {
                return Err(JournalError::Gap { after: self.last, resumes_at: index });
            }
            self.last = index;
            let Body { at, first_event, commands, events, .. } = body;
            let record = Record { index, at, first_event, commands, events };
            return Ok(Some(Arc::new(record)));
        }
        Ok(None)
    }

    /// Stands where unread bytes are; false when there are none.
    fn find_segment(&mut self) -> Result<bool, JournalError> {
        let ends = self.ends.borrow();
        if let Some(position) = &self.at {
            let end = ends.get(&position.first_index).copied().unwrap_or(0);
            if position.offset < end {
                return Ok(true);
            }
        }
        let next = match &self.at {
            Some(position) => ends.range(position.first_index.saturating_add(1)..).next(),
            None => ends.range(..=self.last.saturating_add(1)).next_back().or(ends.iter().next()),
        };
        let Some((&first_index, _)) = next else { return Ok(false) };
        drop(ends);
        self.at = Some(self.open(first_index)?);
        // A segment may be empty; then there is nothing here yet.
        let ends = self.ends.borrow();
        let position = self.at.as_ref().expect("it was just opened");
        let end = ends.get(&first_index).copied().unwrap_or(0);
        let is_newest = ends.keys().next_back() == Some(&first_index);
        let found = position.offset < end || !is_newest;
        drop(ends);
        Ok(found)
    }

    fn open(&self, first_index: u64) -> Result<Position, FileFault> {
        let path = segment_path(&self.dir, first_index);
        let (_, start) = read_header(&path, &self.cell)?;
        Ok(Position { first_index, offset: start as u64, file: None })
    }

    /// The record at the current position, unless the segment ends there.
    fn read_record(&mut self) -> Result<Option<(u64, Vec<u8>)>, FileFault> {
        let position = self.at.as_mut().expect("a segment was found");
        let end = self.ends.borrow().get(&position.first_index).copied().unwrap_or(0);
        if end <= position.offset {
            return Ok(None);
        }
        let (path, offset) = (segment_path(&self.dir, position.first_index), position.offset);
        let file = match position.file.take() {
            Some(file) => file,
            None => File::open(&path).map_err(FileFault::io("open", &path))?,
        };
        let file = position.file.insert(file);
        let mut head = [0; RECORD_HEAD];
        file.read_exact_at(&mut head, offset).map_err(FileFault::io("read", &path))?;
        let len = format::peek_record(&head).map(|(len, _)| len.saturating_add(RECORD_HEAD));
        let whole = len.filter(|&len| offset.saturating_add(len as u64) <= end);
        let Some(len) = whole else { return Err(self.damaged("length of a record")) };
        let mut bytes = vec![0; len];
        file.read_exact_at(&mut bytes, offset).map_err(FileFault::io("read", &path))?;
        let Some((index, _)) = format::read_record(&bytes) else {
            return Err(self.damaged("checksum of a record"));
        };
        position.offset = offset.saturating_add(len as u64);
        Ok(Some((index, bytes.split_off(RECORD_HEAD))))
    }

    fn damaged(&self, what: &'static str) -> FileFault {
        let at = self.at.as_ref().map_or((0, 0), |at| (at.first_index, at.offset));
        FileFault::Damaged { path: segment_path(&self.dir, at.0), offset: at.1, what }
    }
}

impl<C, E> std::fmt::Debug for JournalReader<C, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JournalReader").field("last", &self.last).finish_non_exhaustive()
    }
}
