//! A *cell*: one Raft group that replicates one [`gcfn_model::Machine`].
//!
//! Decides when a command is durable, in which order commands stand and what time they carry.
//! Knows nothing of what the machine does, of how bytes reach another replica ([`Transport`] moves
//! them), or of who may ask. Nothing else in the house names openraft.
//!
//! One command's way: [`Cell::submit`] → batcher (stamps the time, merges submissions into one
//! entry) → Raft log (fsynced by a quorum) → apply on every replica → journal → the answer.
//! Three kinds of files keep it, each with a magic, a version and checksums, each refused by name
//! when damaged: log segments, snapshots, journal segments.

mod batcher;
mod cell;
mod clock;
mod config;
mod disk;
mod entry;
mod error;
mod format;
mod halt;
mod journal;
mod log;
mod metrics;
mod network;
mod replica;
mod snapshot;

pub use cell::Cell;
pub use clock::{Clock, ShiftedClock, SystemClock};
pub use config::{CellConfig, Limits, Timing};
pub use disk::Disk;
pub use error::{CellError, FileFault, JournalError, SubmitError};
pub use journal::{JournalReader, Record};
pub use metrics::{Applied, CellMetrics, Role};
pub use network::{CallKind, RaftCall, Transport, TransportError};
