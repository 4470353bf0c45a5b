//! A bank that exchanges files: a folder on a disk that both sides, or their file transfer, see.
//!
//! `out/` and `ack/` are the bank's to read, `in/` is the bank's to write. A file is there whole or
//! not at all: it is written in `tmp/`, synced, and renamed into place; the bank does the same, or
//! writes under a name that begins with a dot. The signature of `<name>` is in `<name>.sig`, which is
//! in place before the file itself: whoever sees a message sees its signature. What was read is
//! answered for in `ack/` and then goes to `done/`, or to `broken/` with the reason beside it. Both
//! hold messages in clear: the operator empties them, the archive keeps its sealed copy.
//!
//! What the node makes is private: folders are its user's alone, and a file may be read by whoever
//! the operator has let into the folder as its group, and by nobody else.

use crate::channel::{Channel, Message};
use crate::intake::{Arrival, Intake, Verdict};
use gcfn_anchor::keys::Signature;
use gcfn_store::Archive;
use serde_json::json;
use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// Numbers the files that this process has begun to write.
static WRITES: AtomicU64 = AtomicU64::new(0);
/// A folder of the node is its user's alone.
const FOLDER_MODE: u32 = 0o700;
/// A file is as open as its folder, and to nobody beyond the group.
const FILE_MODE_MAX: u32 = 0o660;
/// Names in `ack/`, `done/` and `broken/` are cut to this many bytes: what is put behind them has to
/// fit the 255 that a system takes.
const NAME_BYTES_MAX: usize = 200;
/// What stands behind the name of a file whose refusal it tells of.
const REASON: &str = ".reason";
/// What stands behind the name of a file whose signature it is.
const SIGNATURE: &str = ".sig";
/// More than a signature and the end of its line have.
const SIGNATURE_BYTES_MAX: u64 = 256;

/// A folder of the system, and what was to be done in it. Names that a bank has given its files are
/// not in it: they may be a person's.
#[derive(Debug, thiserror::Error)]
#[error("{action} {path}")]
pub struct FolderFault {
    /// What was to be done.
    pub action: &'static str,
    /// With which folder, or file of this node.
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

/// Where one side reads and writes, and what it has for itself.
#[derive(Clone, Copy, Debug)]
struct Places {
    reads: &'static str,
    writes: &'static str,
    answers: &'static str,
    done: &'static str,
    broken: &'static str,
    fresh: &'static str,
}

/// The node's side.
const NODE: Places = Places {
    reads: "in",
    writes: "out",
    answers: "ack",
    done: "done",
    broken: "broken",
    fresh: "tmp",
};
/// The bank's side, where a bank of this code is at the other end.
const BANK: Places = Places {
    reads: "out",
    writes: "in",
    answers: "bank/ack",
    done: "bank/done",
    broken: "bank/broken",
    fresh: "bank/tmp",
};

/// Files to and from one bank. Clones share the folder.
#[derive(Clone, Debug)]
pub struct FolderChannel(Arc<Folder>);

#[derive(Debug)]
struct Folder {
    root: PathBuf,
    places: Places,
    /// Whether this process has made what is not there.
    made: Mutex<bool>,
}

/// A file from the other side.
#[derive(Debug)]
pub struct FilePlace {
    path: PathBuf,
    /// Whether all of it was read.
    is_whole: bool,
}

impl FolderChannel {
    /// The channel in the folder `root`. It is made ready with the first use, and only once: a
    /// folder that is gone later has been taken away, by whoever knows why.
    #[must_use]
    pub fn new(root: &Path) -> FolderChannel {
        FolderChannel::at(root, NODE)
    }

    /// The same folder as its bank has it: it reads what nodes write.
    #[must_use]
    pub fn of_bank(root: &Path) -> FolderChannel {
        FolderChannel::at(root, BANK)
    }

    /// The node's side of the folder `root`, made ready at once.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub fn open(root: &Path) -> Result<FolderChannel, FolderFault> {
        FolderChannel::new(root).ready()
    }

    /// The bank's side of it, made ready at once.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub fn open_as_bank(root: &Path) -> Result<FolderChannel, FolderFault> {
        FolderChannel::of_bank(root).ready()
    }

    fn ready(self) -> Result<FolderChannel, FolderFault> {
        self.0.make()?;
        Ok(self)
    }

    fn at(root: &Path, places: Places) -> FolderChannel {
        let made = Mutex::new(false);
        FolderChannel(Arc::new(Folder { root: root.to_owned(), places, made }))
    }

    /// What the other side sends, looked for `every` so often. Of a file that is longer than
    /// `bytes_max` only the beginning is read, which is one byte longer than that.
    #[must_use]
    pub fn intake(&self, bytes_max: usize, every: Duration) -> FolderIntake {
        FolderIntake { folder: self.0.clone(), bytes_max, every }
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
        let (folder, bytes, name) = (self.0.clone(), bytes.to_vec(), format!("{name}.xml"));
        let signature = signature.map(|signature| format!("{signature}\n"));
        blocking(move || {
            folder.make()?;
            let into = folder.places.writes;
            if let Some(signature) = signature {
                folder.put(into, &format!("{name}{SIGNATURE}"), signature.as_bytes())?;
            }
            folder.put(into, &name, &bytes)
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

/// The files of the other side, in the order of their names.
#[derive(Debug)]
pub struct FolderIntake {
    folder: Arc<Folder>,
    bytes_max: usize,
    every: Duration,
}

impl FolderIntake {
    /// The first message, if there is one. It stays there until it is put away.
    ///
    /// # Errors
    /// [`FolderFault`].
    pub async fn first(&self) -> Result<Option<Arrival<FilePlace>>, FolderFault> {
        let (folder, bytes_max) = (self.folder.clone(), self.bytes_max);
        blocking(move || folder.first(bytes_max)).await
    }
}

impl Intake for FolderIntake {
    type Fault = FolderFault;
    type Place = FilePlace;

    async fn next(&mut self) -> Result<Arrival<FilePlace>, FolderFault> {
        loop {
            if let Some(arrival) = self.first().await? {
                return Ok(arrival);
            }
            sleep(self.every).await;
        }
    }

    /// Says first what has become of the file: after a crash it is read, judged and said again, in
    /// the same words.
    async fn put_away(
        &mut self,
        arrival: Arrival<FilePlace>,
        verdict: &Verdict,
    ) -> Result<(), FolderFault> {
        let (folder, verdict) = (self.folder.clone(), verdict.clone());
        blocking(move || folder.put_away(&arrival, &verdict)).await
    }
}

impl Folder {
    /// Makes what is not there, once. Folders that are there keep their owner and mode.
    fn make(&self) -> Result<(), FolderFault> {
        let mut made = self.made.lock().expect("nothing panics while it makes folders");
        if *made {
            return Ok(());
        }
        let Places { reads, writes, answers, done, broken, fresh } = self.places;
        for name in [reads, writes, answers, done, broken, fresh] {
            let path = self.root.join(name);
            let builder = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(&path);
            builder.map_err(FolderFault::at("make folder", &path))?;
        }
        // What a crash has left half written is known to its sender and will be written again.
        let fresh = self.root.join(fresh);
        empty(&fresh).map_err(FolderFault::at("empty folder", &fresh))?;
        *made = true;
        Ok(())
    }

    /// Puts a file into `folder` in one step, in place of one of the same name.
    fn put(&self, folder: &str, name: &str, bytes: &[u8]) -> Result<(), FolderFault> {
        // A name for each write: one that was given up may still be under way.
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let fresh = self.root.join(self.places.fresh).join(number.to_string());
        let into = self.root.join(folder);
        let mode = fs::metadata(&into).map(|folder| folder.permissions().mode() & FILE_MODE_MAX);
        let mode = mode.map_err(FolderFault::at("look at", &into))?;
        write_synced(&fresh, mode, bytes).map_err(FolderFault::at("write", &fresh))?;
        fs::rename(&fresh, into.join(name))
            .and_then(|()| File::open(&into)?.sync_all())
            .map_err(FolderFault::at("put a file into", &into))
    }

    fn first(&self, bytes_max: usize) -> Result<Option<Arrival<FilePlace>>, FolderFault> {
        self.make()?;
        let folder = self.root.join(self.places.reads);
        let Some(path) = first(&folder).map_err(FolderFault::at("list", &folder))? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        File::open(&path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(FolderFault::at("read the first file of", &folder))?;
        let signature = read_beside(&path)
            .map_err(FolderFault::at("read the first file's signature in", &folder))?;
        let is_whole = bytes.len() <= bytes_max;
        let place = FilePlace { path, is_whole };
        Ok(Some(Arrival { bytes: bytes.into(), signature, place }))
    }

    fn put_away(&self, arrival: &Arrival<FilePlace>, verdict: &Verdict) -> Result<(), FolderFault> {
        let FilePlace { path, is_whole } = &arrival.place;
        let name = shortened(path.file_name().expect("a listed file has a name"));
        // A name may be used again: by its digest the bank tells which of its files is meant.
        let sha256 = is_whole.then(|| Archive::digest(&arrival.bytes));
        let (said, ending, into) = match verdict {
            Verdict::Taken => (json!({ "file": name, "sha256": sha256 }), "ack", self.places.done),
            Verdict::Refused(refusal) => {
                let said = json!({ "file": name, "sha256": sha256, "refused": refusal });
                (said, "refused", self.places.broken)
            }
        };
        let said = said.to_string().into_bytes();
        self.put(self.places.answers, &format!("{name}.{ending}"), &said)?;
        let folder = self.root.join(into);
        // A bank may use a name every day: what came before is not overwritten, nor is a file taken
        // for the reason of another.
        let numbered = (2..).map(|n: u64| format!("{name}.{n}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        let is_free = |to: &String| {
            !to.ends_with(REASON) && !to.ends_with(SIGNATURE) && !folder.join(to).exists()
        };
        let to = names.find(is_free).expect("numbers do not run out");
        if let Verdict::Refused(_) = verdict {
            self.put(into, &format!("{to}{REASON}"), &said)?;
        }
        // The message first: without it its signature is in nobody's way.
        let away = FolderFault::at("put a file away into", &folder);
        let to = folder.join(to);
        fs::rename(path, &to)
            .and_then(|()| if_any(fs::rename(beside(path), beside(&to))).map(drop))
            .map_err(away)
    }
}

/// The name of the signature of the file `of`.
fn beside(of: &Path) -> PathBuf {
    let mut name = of.as_os_str().to_owned();
    name.push(SIGNATURE);
    PathBuf::from(name)
}

/// The signature of the file `of`, where there is one.
fn read_beside(of: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = if_any(File::open(beside(of)))? else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(SIGNATURE_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// What was done with a file that need not be there, and cannot where its name would be too long.
fn if_any<T>(done: io::Result<T>) -> io::Result<Option<T>> {
    match done {
        Err(fault) if matches!(fault.kind(), ErrorKind::NotFound | ErrorKind::InvalidFilename) => {
            Ok(None)
        }
        done => done.map(Some),
    }
}

/// A name of a bank's file, as text, and short enough to be made longer.
fn shortened(name: &OsStr) -> String {
    let name = name.to_string_lossy();
    let end = (0..=NAME_BYTES_MAX).rev().find(|end| name.is_char_boundary(*end));
    name.get(..end.unwrap_or_default()).unwrap_or(&name).to_owned()
}

fn write_synced(path: &Path, mode: u32, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    // The folder's owner has chosen who reads in it, not the mask of this process.
    file.set_permissions(Permissions::from_mode(mode))?;
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
        let hidden = name.starts_with(b".") || name.ends_with(SIGNATURE.as_bytes());
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
