//! A bank that exchanges files: a folder on a disk that both sides, or their file transfer, see.
//!
//! `out/` is the bank's to read, `in/` the bank's to write. A file is there whole or not at all:
//! it is written in `tmp/`, synced, and renamed into place; the bank does the same, or writes
//! under a name that begins with a dot. What was read goes to `done/` or `broken/`, which hold
//! messages in clear: the operator empties them, the archive keeps its sealed copy.

use crate::channel::{Channel, Message};
use core::fmt;
use gcfn_iso20022::BYTES_MAX;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::spawn_blocking;

/// Numbers the files that this process has begun to write.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// A folder of the system, and what was to be done in it.
#[derive(Debug, thiserror::Error)]
#[error("{action} {path}")]
pub struct FolderFault {
    /// What was to be done.
    pub action: &'static str,
    /// With which file or folder.
    pub path: PathBuf,
    /// What the system says.
    pub source: io::Error,
}

impl FolderFault {
    fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FolderFault {
        let path = path.to_owned();
        move |source| FolderFault { action, path, source }
    }
}

/// Files to and from one bank.
#[derive(Clone, Debug)]
pub struct FolderChannel {
    root: PathBuf,
}

/// A file from the bank. Holds personal data; its debug form shows none.
pub struct Arrival {
    path: PathBuf,
    /// What is in it; of a file larger than any message only the beginning, which is too large
    /// to be read as one.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arrival({}, {} bytes)", self.path.display(), self.bytes.len())
    }
}

impl FolderChannel {
    /// The channel in the folder `root`; makes what is not there.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub fn open(root: &Path) -> Result<FolderChannel, FolderFault> {
        for name in ["out", "in", "done", "broken", "tmp"] {
            let path = root.join(name);
            fs::create_dir_all(&path).map_err(FolderFault::at("make folder", &path))?;
        }
        // What a crash has left half written is in the archive and will be written again.
        let fresh = root.join("tmp");
        empty(&fresh).map_err(FolderFault::at("empty folder", &fresh))?;
        Ok(FolderChannel { root: root.to_owned() })
    }

    /// The first file in `in/` by name, if there is one. It stays there until it is put away.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub async fn next(&self) -> Result<Option<Arrival>, FolderFault> {
        let folder = self.root.join("in");
        blocking(move || {
            let Some(path) = first(&folder).map_err(FolderFault::at("list", &folder))? else {
                return Ok(None);
            };
            let mut bytes = Vec::new();
            let limit = u64::try_from(BYTES_MAX).expect("4 MiB").saturating_add(1);
            File::open(&path)
                .and_then(|file| file.take(limit).read_to_end(&mut bytes))
                .map_err(FolderFault::at("read", &path))?;
            Ok(Some(Arrival { path, bytes }))
        })
        .await
    }

    /// Puts a file that was taken in into `done/`.
    ///
    /// # Errors
    /// [`FolderFault`]: it will be read again, which changes nothing.
    pub async fn done(&self, arrival: Arrival) -> Result<(), FolderFault> {
        self.put_away(arrival, "done").await
    }

    /// Puts a file that was refused into `broken/`.
    ///
    /// # Errors
    /// [`FolderFault`]: it will be read again, and refused again.
    pub async fn broken(&self, arrival: Arrival) -> Result<(), FolderFault> {
        self.put_away(arrival, "broken").await
    }

    async fn put_away(&self, arrival: Arrival, folder: &str) -> Result<(), FolderFault> {
        let folder = self.root.join(folder);
        blocking(move || {
            let from = arrival.path;
            let name = from.file_name().expect("a listed file has a name").to_string_lossy();
            // A bank may use a name every day: what came before is not overwritten.
            let numbered = (2..).map(|n: u64| folder.join(format!("{name}.{n}")));
            let mut names = std::iter::once(folder.join(&*name)).chain(numbered);
            let to = names.find(|to| !to.exists()).expect("numbers do not run out");
            fs::rename(&from, &to).map_err(FolderFault::at("put away", &from))
        })
        .await
    }
}

impl Channel for FolderChannel {
    type Fault = FolderFault;

    async fn send(&self, message: &Message) -> Result<(), FolderFault> {
        let (root, message) = (self.root.clone(), message.clone());
        blocking(move || {
            // A name for each write: one that was given up may still be under way.
            let number = WRITES.fetch_add(1, Ordering::Relaxed);
            let (fresh, out) = (root.join(format!("tmp/{number}.xml")), root.join("out"));
            write_synced(&fresh, &message.bytes).map_err(FolderFault::at("write", &fresh))?;
            fs::rename(&fresh, out.join(format!("{}.xml", message.id)))
                .and_then(|()| File::open(&out)?.sync_all())
                .map_err(FolderFault::at("put message into", &out))
        })
        .await
    }

    /// A file is there whole or not at all, and the same name again is the same file.
    fn may_have_arrived(_: &FolderFault) -> bool {
        false
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn empty(folder: &Path) -> io::Result<()> {
    fs::read_dir(folder)?.try_for_each(|entry| fs::remove_file(entry?.path()))
}

/// The first file by name that is not being written.
fn first(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut first: Option<PathBuf> = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if !hidden && entry.file_type()?.is_file() {
            let path = entry.path();
            first = Some(first.map_or(path.clone(), |first| first.min(path)));
        }
    }
    Ok(first)
}

/// Runs file work where it holds nothing up.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
