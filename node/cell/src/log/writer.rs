//! The one thread that writes the log.

use super::Shared;
use super::ahead::Ahead;
use super::segment::{self, Header, Op, Place, Recovered};
use crate::entry::{LogId, Types};
use crate::format::{self, RECORD_HEAD};
use crate::halt::Halt;
use crate::{CellConfig, Disk, FileFault};
use openraft::storage::IOFlushed;
use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use tokio::sync::oneshot;

/// Records to be written together, and whom to tell.
pub(super) struct Job {
    pub(super) records: Vec<Pending>,
    pub(super) done: Done,
}

/// One encoded record.
pub(super) struct Pending {
    /// The entry in it, if it is one.
    pub(super) id: Option<LogId>,
    /// The operation in it, if it is no entry.
    pub(super) op: Option<Op>,
    pub(super) body: Vec<u8>,
}

/// Whom to tell that a job is durable, or that it is not.
pub(super) enum Done {
    Flushed(IOFlushed<Types>),
    Reply(oneshot::Sender<io::Result<()>>),
    /// Nobody waits: it is written with the next job that somebody waits for.
    Lazy,
}

/// Owns the files.
pub(super) struct Writer {
    dir: PathBuf,
    disk: Disk,
    segment_bytes: u64,
    ahead: Ahead,
    shared: Arc<Shared>,
    /// What the header of the next segment will say.
    header: Header,
    segments: BTreeMap<u64, u64>,
    current: Option<Current>,
    synced_file: File,
    next_lsn: u64,
    durable: u64,
    /// Encoded records that are not written yet, and what they are.
    buffer: Vec<u8>,
    buffered: Vec<(Option<LogId>, usize)>,
    lazy: Vec<Pending>,
    halt: Arc<Halt>,
    /// Why nothing is written any more. After a failed sync nobody knows what the disk holds.
    failed: Option<io::Error>,
}

/// The segment being written.
struct Current {
    number: u64,
    file: File,
    end: u64,
    size: u64,
}

impl Writer {
    pub(super) fn new(
        config: &CellConfig,
        recovered: Recovered,
        shared: Arc<Shared>,
        halt: Arc<Halt>,
    ) -> Result<Writer, FileFault> {
        let dir = config.dir.join("log");
        let path = segment::synced_path(&dir);
        let synced_file =
            File::options().write(true).open(&path).map_err(FileFault::io("open", &path))?;
        let last = recovered.segments.keys().next_back().copied().unwrap_or(0);
        Ok(Writer {
            header: Header {
                cell: config.name.clone(),
                replica: config.replica,
                number: last,
                first_lsn: 0,
                vote: recovered.vote,
                committed: recovered.committed,
                purged: recovered.purged,
            },
            ahead: Ahead::new(&dir, &config.disk, config.limits.log_segment_bytes)?,
            dir,
            disk: config.disk.clone(),
            segment_bytes: config.limits.log_segment_bytes,
            shared,
            segments: recovered.segments,
            current: None,
            synced_file,
            next_lsn: recovered.next_lsn,
            durable: recovered.next_lsn,
            buffer: Vec::new(),
            buffered: Vec::new(),
            lazy: Vec::new(),
            failed: None,
            halt,
        })
    }

    /// Writes until every sender is gone.
    pub(super) fn run(mut self, queue: &mpsc::Receiver<Job>) {
        while let Ok(first) = queue.recv() {
            let mut records = std::mem::take(&mut self.lazy);
            let mut waiting = Vec::new();
            for job in std::iter::once(first).chain(std::iter::from_fn(|| queue.try_recv().ok())) {
                records.extend(job.records);
                if !matches!(job.done, Done::Lazy) {
                    waiting.push(job.done);
                }
            }
            if waiting.is_empty() {
                self.lazy = records;
            } else {
                self.answer(records, waiting);
            }
        }
        let last = std::mem::take(&mut self.lazy);
        self.answer(last, Vec::new());
    }

    fn answer(&mut self, records: Vec<Pending>, waiting: Vec<Done>) {
        if self.failed.is_none()
            && let Err(fault) = self.write(records)
        {
            let error = io::Error::from(fault);
            self.halt.because(&error);
            self.failed = Some(error);
        }
        for done in waiting {
            let result = match &self.failed {
                None => Ok(()),
                Some(error) => Err(io::Error::new(error.kind(), error.to_string())),
            };
            match done {
                Done::Flushed(callback) => callback.io_completed(result),
                Done::Reply(reply) => drop(reply.send(result)),
                Done::Lazy => {}
            }
        }
    }

    /// Writes `records` in order and makes them durable with one sync.
    fn write(&mut self, records: Vec<Pending>) -> Result<(), FileFault> {
        let mut purged = false;
        for record in records {
            let needed = record.body.len().saturating_add(RECORD_HEAD).saturating_add(10) as u64;
            let full = self.current.as_ref().is_none_or(|current| {
                current.size < current.end.saturating_add(self.buffer.len() as u64) + needed
            });
            if full {
                self.flush()?;
                self.next_segment(needed)?;
            }
            purged |= matches!(record.op, Some(Op::Purge(_)));
            self.put(&record);
        }
        self.flush()?;
        if purged { self.delete_purged() } else { Ok(()) }
    }

    fn put(&mut self, record: &Pending) {
        match &record.op {
            Some(Op::Vote(vote)) => self.header.vote = Some(*vote),
            Some(Op::Purge(id)) => self.header.purged = Some(*id),
            Some(Op::Committed(id)) => self.header.committed = Some(*id),
            Some(Op::Truncate(_) | Op::Entry(_)) | None => {}
        }
        if let (Some(id), Some(current)) = (record.id, &self.current) {
            let highest = self.segments.entry(current.number).or_default();
            *highest = (*highest).max(id.index);
        }
        let mut body = format::encode(&self.durable);
        body.extend_from_slice(&record.body);
        format::write_record(&mut self.buffer, self.next_lsn, &body);
        self.buffered.push((record.id, RECORD_HEAD.saturating_add(body.len())));
        self.next_lsn = self.next_lsn.saturating_add(1);
    }

    fn flush(&mut self) -> Result<(), FileFault> {
        let Some(current) = self.current.as_mut().filter(|_| !self.buffer.is_empty()) else {
            return Ok(());
        };
        let path = segment::path(&self.dir, current.number);
        self.disk
            .write(&current.file, &self.buffer, current.end)
            .map_err(FileFault::io("write", &path))?;
        current.file.sync_data().map_err(FileFault::io("sync", &path))?;
        self.durable = self.next_lsn;
        let synced_path = segment::synced_path(&self.dir);
        self.disk
            .write(&self.synced_file, &segment::synced_bytes(self.durable), 0)
            .map_err(FileFault::io("write", &synced_path))?;

        let mut tail = self.shared.tail();
        for (id, len) in self.buffered.drain(..) {
            let place = Place { segment: current.number, offset: current.end, len };
            if let Some(id) = id {
                tail.written(id, place);
            }
            current.end = current.end.saturating_add(len as u64);
        }
        tail.evict(self.shared.cache_bytes_max);
        self.buffer.clear();
        if current.size / 2 < current.end {
            self.ahead.begin();
        }
        Ok(())
    }

    /// Closes the current segment and starts one with room for `needed` bytes.
    ///
    /// It is full of zeros, so that space runs out here, between records, and a sync of records
    /// writes no metadata.
    fn next_segment(&mut self, needed: u64) -> Result<(), FileFault> {
        if let Some(current) = self.current.take() {
            let path = segment::path(&self.dir, current.number);
            current.file.set_len(current.end).map_err(FileFault::io("cut", &path))?;
            current.file.sync_all().map_err(FileFault::io("sync", &path))?;
        }
        self.header.number = self.header.number.saturating_add(1);
        self.header.first_lsn = self.next_lsn;
        let head = self.header.bytes();
        let end = head.len() as u64;
        let size = self.segment_bytes.max(end.saturating_add(needed));
        let number = self.header.number;
        let file = self.ahead.take(&segment::path(&self.dir, number), &head, size)?;
        self.segments.insert(number, 0);
        self.current = Some(Current { number, file, end, size });
        Ok(())
    }

    /// Deletes segments from the oldest on, as long as nothing in them is needed.
    fn delete_purged(&mut self) -> Result<(), FileFault> {
        let purged = self.header.purged.map_or(0, |id| id.index);
        while let Some(oldest) = self.segments.first_entry() {
            let is_current = self.current.as_ref().is_some_and(|c| c.number == *oldest.key());
            if is_current || purged < *oldest.get() {
                return Ok(());
            }
            let path = segment::path(&self.dir, *oldest.key());
            std::fs::remove_file(&path).map_err(FileFault::io("delete", &path))?;
            oldest.remove();
        }
        Ok(())
    }
}
