//! The shell of a supervisor's node: it watches every trading node of its jurisdiction.
//!
//! For each watched cell one task pulls the mirror stream, feeds a [`gcfn_audit::Mirror`], saves
//! it, and compares it with what the network co-signed. What is wrong becomes a filed finding and
//! a line of the log; how late the mirror is becomes a figure, and a finding when it is too late.
//!
//! It only reads: it pulls at its own pace, one record at a time, so a slow supervisor costs the
//! watched node nothing but an open stream. It decides nothing about a cell; `audit` does. Time
//! comes from the clock that it is given.
//!
//! Read in this order: [`Journals`] and [`Rounds`] (what it asks for), `watcher` (what it does
//! with it), [`Findings`] (what comes of it) and [`RegNode`] (all of it together).

mod alarm;
mod console;
mod file;
mod findings;
mod lag;
mod regnode;
mod source;
mod watcher;

pub use file::FileFault;
pub use findings::{Acknowledgement, Filed, Filter, Findings, FindingsFault};
pub use lag::Histogram;
pub use regnode::{Clock, RegNode, Sources, Watched};
pub use source::{Items, Journals, Rounds, SourceFault};
pub use watcher::WatchFault;
