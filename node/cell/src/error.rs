//! What can go wrong, by who can put it right.

use std::io;
use std::path::{Path, PathBuf};

/// Why a file was not read or written. Always names the file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The operating system refused.
    #[error("{action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// The answer of the operating system.
        source: io::Error,
    },
    /// The file is not what was written. Keep it as evidence and restore this replica.
    #[error("{}: damaged at byte {offset}: {what}; restore this replica from a peer or a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where reading stopped.
        offset: u64,
        /// What is wrong there.
        what: &'static str,
    },
    /// The file is whole, but of another cell or replica.
    #[error("{}: belongs to {found}, this is {expected}", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Whom it names.
        found: String,
        /// Who we are.
        expected: String,
    },
    /// The file was written by another version of this program.
    #[error("{}: format version {found}, this program reads {expected}", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// Ours.
        expected: u32,
    },
}

impl FileFault {
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileFault {
        move |source| FileFault::Io { action, path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &Path, offset: usize, what: &'static str) -> FileFault {
        FileFault::Damaged { path: path.to_owned(), offset: offset as u64, what }
    }

    /// The file or directory that this is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            FileFault::Io { path, .. }
            | FileFault::Damaged { path, .. }
            | FileFault::Foreign { path, .. }
            | FileFault::Version { path, .. } => path,
        }
    }
}

/// openraft's storage traits speak `io::Error`; the fault travels inside.
impl From<FileFault> for io::Error {
    fn from(fault: FileFault) -> io::Error {
        let kind = match &fault {
            FileFault::Io { source, .. } => source.kind(),
            _ => io::ErrorKind::InvalidData,
        };
        io::Error::new(kind, fault)
    }
}

/// Why a cell did not start or change its members.
#[derive(Debug, thiserror::Error)]
pub enum CellError {
    /// A file is damaged, foreign or unreachable.
    #[error(transparent)]
    File(#[from] FileFault),
    /// Another process has this directory open.
    #[error("{}: in use by another process", .0.display())]
    InUse(PathBuf),
    /// The log begins after the newest snapshot ends: a snapshot is missing.
    #[error("{}: the log begins after entry {log_from}, the newest snapshot ends at {snapshot}; restore the missing snapshot", dir.display())]
    SnapshotMissing {
        /// The directory of the replica.
        dir: PathBuf,
        /// The last entry that the log no longer holds.
        log_from: u64,
        /// The last entry that the newest snapshot holds; 0 when there is none.
        snapshot: u64,
    },
    /// A setting cannot work.
    #[error("configuration of cell: {0}")]
    Config(String),
    /// Ask the leader, or wait until there is one.
    #[error("not the leader")]
    NotLeader {
        /// The leader, when known.
        leader: Option<u64>,
    },
    /// The members were not changed, or it is not known whether they were.
    #[error("change members: {0}")]
    Membership(String),
    /// The cell has stopped.
    #[error("cell has stopped: {0}")]
    Stopped(String),
}

/// Why a submission has no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Nothing was done. Ask the leader, or retry when there is one.
    #[error("not the leader")]
    NotLeader {
        /// The leader, when known.
        leader: Option<u64>,
    },
    /// It may or may not take effect. Retry with the same command ids, or look.
    #[error("no quorum answered in time; the outcome is unknown")]
    Unknown,
    /// Nothing was done. This replica cannot write any more and keeps its evidence.
    #[error("cell is halted: {0}")]
    Halted(String),
    /// Nothing was done. Retry after a pause.
    #[error("too many submissions are waiting")]
    Busy,
    /// Nothing was done. Send fewer commands at once.
    #[error("submission has {bytes} bytes, limit is {limit}")]
    TooLarge {
        /// Encoded size of the commands.
        bytes: usize,
        /// The most that one entry may hold.
        limit: usize,
    },
    /// Nothing was done. The replica is going down.
    #[error("cell is shutting down")]
    ShuttingDown,
}

/// Why a journal cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file is damaged, foreign or unreachable.
    #[error(transparent)]
    File(#[from] FileFault),
    /// This replica received a snapshot in place of these entries. Another replica has them.
    #[error(
        "journal has nothing between entries {after} and {resumes_at}; read them from another replica"
    )]
    Gap {
        /// The last entry before the gap that was asked for or read.
        after: u64,
        /// The first record after the gap.
        resumes_at: u64,
    },
    /// The cell has gone.
    #[error("cell has stopped")]
    Stopped,
}
