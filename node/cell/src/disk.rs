//! The one way this crate writes files, so that a test can run out of space.

use crate::FileFault;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes files, optionally up to a quota.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    left: Option<Arc<AtomicU64>>,
}

impl Disk {
    /// A disk that is full after `bytes` more bytes, and its gauge.
    #[must_use]
    pub fn with_quota(bytes: u64) -> Disk {
        Disk { left: Some(Arc::new(AtomicU64::new(bytes))) }
    }

    /// Sets how many bytes are left. Nothing happens to a disk without a quota.
    pub fn set_left(&self, bytes: u64) {
        if let Some(left) = &self.left {
            left.store(bytes, Ordering::Relaxed);
        }
    }

    pub(crate) fn write(&self, file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
        if let Some(left) = &self.left {
            let wanted = bytes.len() as u64;
            left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(wanted)
            })
            .map_err(|_| io::Error::from(io::ErrorKind::StorageFull))?;
        }
        file.write_all_at(bytes, offset)
    }

    /// Makes `path` hold `bytes`, whole or not at all, even through a power cut.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<File, FileFault> {
        self.replace_with(path, |writer| writer.write_all(bytes))
    }

    /// Makes `path` hold what `fill` writes, whole or not at all, even through a power cut.
    pub(crate) fn replace_with(
        &self,
        path: &Path,
        fill: impl FnOnce(&mut Writer<'_>) -> io::Result<()>,
    ) -> Result<File, FileFault> {
        let temporary = path.with_extension("tmp");
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&temporary)
            .map_err(FileFault::io("create", &temporary))?;
        let mut writer = Writer { disk: self, file: &file, offset: 0, buffer: Vec::new() };
        let filled = fill(&mut writer).and_then(|()| writer.flush());
        filled.map_err(FileFault::io("write", &temporary))?;
        file.sync_all().map_err(FileFault::io("sync", &temporary))?;
        std::fs::rename(&temporary, path).map_err(FileFault::io("rename", &temporary))?;
        sync_parent(path)?;
        Ok(file)
    }
}

/// Writes a file from its beginning, in pieces of a size that a disk likes.
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    disk: &'a Disk,
    file: &'a File,
    offset: u64,
    buffer: Vec<u8>,
}

impl Writer<'_> {
    /// How much is written at a time.
    const PIECE: usize = 1 << 20;

    /// Writes `count` zeros. Each piece is synced before the next: what others sync on this disk
    /// meanwhile waits behind a piece and not behind the whole.
    pub(crate) fn zeros(&mut self, count: u64) -> io::Result<()> {
        let piece = vec![0; Writer::PIECE];
        let mut left = count;
        while 0 < left {
            let some = usize::try_from(left).unwrap_or(usize::MAX).min(Writer::PIECE);
            self.write_all(&piece[..some])?;
            self.flush()?;
            self.file.sync_data()?;
            left = left.saturating_sub(some as u64);
        }
        Ok(())
    }
}

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        if Writer::PIECE <= self.buffer.len() {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.disk.write(self.file, &self.buffer, self.offset)?;
        self.offset = self.offset.saturating_add(self.buffer.len() as u64);
        self.buffer.clear();
        Ok(())
    }
}

/// Makes the entry of `path` in its directory durable.
pub(crate) fn sync_parent(path: &Path) -> Result<(), FileFault> {
    let dir = path.parent().expect("every file of a cell stands in its directory");
    File::open(dir).and_then(|dir| dir.sync_all()).map_err(FileFault::io("sync", dir))
}

/// The files in `dir` with this extension, in order of their names.
pub(crate) fn list(dir: &Path, extension: &str) -> Result<Vec<PathBuf>, FileFault> {
    let mut paths = Vec::new();
    let entries = std::fs::read_dir(dir).map_err(FileFault::io("list", dir))?;
    for entry in entries {
        let path = entry.map_err(FileFault::io("list", dir))?.path();
        if path.extension().is_some_and(|found| found == extension) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

/// Makes `dir` if need be, and removes what an interrupted [`Disk::replace`] left in it.
pub(crate) fn open_dir(dir: &Path) -> Result<(), FileFault> {
    std::fs::create_dir_all(dir).map_err(FileFault::io("make directory", dir))?;
    sync_parent(dir)?;
    for leftover in list(dir, "tmp")? {
        std::fs::remove_file(&leftover).map_err(FileFault::io("remove", &leftover))?;
    }
    Ok(())
}
