//! Room for the next segment, made while the current one fills.

use crate::{Disk, FileFault, disk};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

/// Makes one file of zeros ahead, on a thread of its own. By its name it becomes a segment.
pub(super) struct Ahead {
    path: PathBuf,
    disk: Disk,
    bytes: u64,
    making: Option<JoinHandle<Result<File, FileFault>>>,
}

impl Ahead {
    /// Files of `bytes` zeros in `dir`. What a crash has left of one is deleted.
    pub(super) fn new(dir: &Path, disk: &Disk, bytes: u64) -> Result<Ahead, FileFault> {
        let path = dir.join("next.zeros");
        match std::fs::remove_file(&path) {
            Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
                Err(FileFault::io("delete", &path)(fault))
            }
            _ => Ok(Ahead { path, disk: disk.clone(), bytes, making: None }),
        }
    }

    /// Begins to make the file, unless it is made or being made. Without a thread to spare it is
    /// made when it is needed.
    pub(super) fn begin(&mut self) {
        if self.making.is_none() {
            let (path, disk, bytes) = (self.path.clone(), self.disk.clone(), self.bytes);
            let make = move || zeros(&disk, &path, bytes);
            self.making = std::thread::Builder::new().name("log-ahead".into()).spawn(make).ok();
        }
    }

    /// The durable file `path`: `head`, and zeros up to `size`. Waits for what is being made; what
    /// could not be made ahead, or is too small, is made now.
    pub(super) fn take(&mut self, path: &Path, head: &[u8], size: u64) -> Result<File, FileFault> {
        let made = self.making.take().and_then(|making| making.join().ok()?.ok());
        let file = match made {
            Some(file) if size <= self.bytes => file,
            Some(_) | None => zeros(&self.disk, &self.path, size)?,
        };
        self.disk.write(&file, head, 0).map_err(FileFault::io("write", &self.path))?;
        file.sync_data().map_err(FileFault::io("sync", &self.path))?;
        std::fs::rename(&self.path, path).map_err(FileFault::io("rename", &self.path))?;
        disk::sync_parent(path)?;
        Ok(file)
    }
}

impl Drop for Ahead {
    /// Once the writer has ended another process may have the folder: nothing is written then.
    fn drop(&mut self) {
        if let Some(making) = self.making.take() {
            drop(making.join());
        }
    }
}

fn zeros(disk: &Disk, path: &Path, bytes: u64) -> Result<File, FileFault> {
    disk.replace_with(path, |file| file.zeros(bytes))
}
