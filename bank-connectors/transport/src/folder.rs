//! A bank that exchanges files: a folder on a disk that both sides, or their file transfer, see.
//!
//! `out/` is the bank's to read, `in/` the bank's to write. A file is there whole or not at all:
//! it is written in `tmp/`, synced, and renamed into place; the bank does the same, or writes
//! under a name that begins with a dot. The signature of `<name>` is in `<name>.sig`, which is in
//! place before the file itself: whoever sees a message sees its signature. What was read goes to `done/` or `broken/`, which hold
//! messages in clear: the operator empties them, the archive keeps its sealed copy.

use crate::channel::{Channel, Message};
use core::fmt;
use gcfn_anchor::keys::Signature;
use gcfn_iso20022::BYTES_MAX;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::spawn_blocking;

/// Numbers the files that this process has begun to write.
static WRITES: AtomicU64 = AtomicU64::new(0);

/// What a signature's file is called behind the name of its message.
const SIGNATURE_SUFFIX: &str = ".sig";
/// More than a signature and the end of its line have.
const SIGNATURE_BYTES_MAX: u64 = 256;

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
    places: Places,
}

/// Where one side reads and writes, and what it has for itself.
#[derive(Clone, Copy, Debug)]
struct Places {
    reads: &'static str,
    writes: &'static str,
    done: &'static str,
    broken: &'static str,
    fresh: &'static str,
}

/// The node's side.
const NODE: Places =
    Places { reads: "in", writes: "out", done: "done", broken: "broken", fresh: "tmp" };
/// The bank's side, where a bank of this code is at the other end.
const BANK: Places = Places {
    reads: "out",
    writes: "in",
    done: "bank/done",
    broken: "bank/broken",
    fresh: "bank/tmp",
};

/// A file from the other side. Holds personal data; its debug form shows none.
pub struct Arrival {
    path: PathBuf,
    /// What is in it; of a file larger than any message only the beginning, which is too large
    /// to be read as one.
    pub bytes: Vec<u8>,
    /// What is in the file of its signature, where there is one.
    pub signature: Option<Vec<u8>>,
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
        FolderChannel::open_at(root, NODE)
    }

    /// The same folder as its bank has it: it reads what nodes write.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub fn open_as_bank(root: &Path) -> Result<FolderChannel, FolderFault> {
        FolderChannel::open_at(root, BANK)
    }

    fn open_at(root: &Path, places: Places) -> Result<FolderChannel, FolderFault> {
        let Places { reads, writes, done, broken, fresh } = places;
        for name in [reads, writes, done, broken, fresh] {
            let path = root.join(name);
            fs::create_dir_all(&path).map_err(FolderFault::at("make folder", &path))?;
        }
        // What a crash has left half written is known to its sender and will be written again.
        let fresh = root.join(fresh);
        empty(&fresh).map_err(FolderFault::at("empty folder", &fresh))?;
        Ok(FolderChannel { root: root.to_owned(), places })
    }

    /// Puts a message into place under `name`, its signature before it. The same name again is
    /// the same message.
    ///
    /// # Errors
    /// [`FolderFault`]: the other side sees no message of this name, or the one from before.
    pub async fn put(
        &self,
        name: &str,
        bytes: &[u8],
        signature: Option<&Signature>,
    ) -> Result<(), FolderFault> {
        let Places { writes, fresh, .. } = self.places;
        // A name for each write: one that was given up may still be under way.
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let fresh = self.root.join(fresh).join(format!("{number}.xml"));
        let folder = self.root.join(writes);
        let file = folder.join(format!("{name}.xml"));
        let signature =
            signature.map(|signature| (format!("{signature}\n").into_bytes(), beside(&file)));
        let files = signature.into_iter().chain([(bytes.to_vec(), file)]);
        let files: Vec<_> = files.collect();
        blocking(move || {
            for (bytes, to) in files {
                write_synced(&fresh, &bytes).map_err(FolderFault::at("write", &fresh))?;
                fs::rename(&fresh, to)
                    .and_then(|()| File::open(&folder)?.sync_all())
                    .map_err(FolderFault::at("put message into", &folder))?;
            }
            Ok(())
        })
        .await
    }

    /// The first message from the other side by name, if there is one. It stays there until it is put away.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub async fn next(&self) -> Result<Option<Arrival>, FolderFault> {
        let folder = self.root.join(self.places.reads);
        blocking(move || {
            let Some(path) = first(&folder).map_err(FolderFault::at("list", &folder))? else {
                return Ok(None);
            };
            let mut bytes = Vec::new();
            let limit = u64::try_from(BYTES_MAX).expect("4 MiB").saturating_add(1);
            File::open(&path)
                .and_then(|file| file.take(limit).read_to_end(&mut bytes))
                .map_err(FolderFault::at("read", &path))?;
            let signature = read_beside(&path)?;
            Ok(Some(Arrival { path, bytes, signature }))
        })
        .await
    }

    /// Puts a file that was taken in into `done/`.
    ///
    /// # Errors
    /// [`FolderFault`]: it will be read again, which changes nothing.
    pub async fn done(&self, arrival: Arrival) -> Result<(), FolderFault> {
        self.put_away(arrival, self.places.done).await
    }

    /// Puts a file that was refused into `broken/`.
    ///
    /// # Errors
    /// [`FolderFault`]: it will be read again, and refused again.
    pub async fn broken(&self, arrival: Arrival) -> Result<(), FolderFault> {
        self.put_away(arrival, self.places.broken).await
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
            // The message first: without it its signature is in nobody's way.
            fs::rename(&from, &to).map_err(FolderFault::at("put away", &from))?;
            let signature = beside(&from);
            match fs::rename(&signature, beside(&to)) {
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(()),
                moved => moved.map_err(FolderFault::at("put away", &signature)),
            }
        })
        .await
    }
}

impl Channel for FolderChannel {
    type Fault = FolderFault;

    async fn send(&self, message: &Message) -> Result<(), FolderFault> {
        self.put(message.id.as_str(), &message.bytes, Some(&message.signature)).await
    }

    /// A file is there whole or not at all, and the same name again is the same file.
    fn may_have_arrived(_: &FolderFault) -> bool {
        false
    }
}

/// The name of the signature of the file `of`.
fn beside(of: &Path) -> PathBuf {
    let mut name = of.as_os_str().to_owned();
    name.push(SIGNATURE_SUFFIX);
    PathBuf::from(name)
}

/// The signature of the file `of`, where there is one.
fn read_beside(of: &Path) -> Result<Option<Vec<u8>>, FolderFault> {
    let path = beside(of);
    let mut bytes = Vec::new();
    let read =
        File::open(&path).and_then(|file| file.take(SIGNATURE_BYTES_MAX).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok(Some(bytes)),
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(FolderFault::at("read", &path)(fault)),
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

/// The first message by name that is not being written.
fn first(folder: &Path) -> io::Result<Option<PathBuf>> {
    let mut first: Option<PathBuf> = None;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.as_encoded_bytes();
        let hidden = name.starts_with(b".") || name.ends_with(SIGNATURE_SUFFIX.as_bytes());
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
