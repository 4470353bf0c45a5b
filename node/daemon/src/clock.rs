//! The node's clock: real time, and on a testnet real time plus an offset that survives a
//! restart, so that a node that comes back does not fall behind its own log.

use crate::files::NodeFiles;
use anyhow::{Context, Result};
use gcfn_cell::{Clock, ShiftedClock, SystemClock};
use gcfn_model::Timestamp;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

const FILE: &str = "data/clock.json";
/// How far a clock may be ahead: beyond the years of any calendar, and far from the last one
/// that a date can have.
const OFFSET_MAX: Duration = Duration::from_secs(10 * 366 * 86_400);

/// Why a clock is not moved. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClockFault {
    /// Beyond what a clock may be ahead.
    #[error("an offset of {0} ms is too far; at most {max} ms are allowed",
        max = OFFSET_MAX.as_millis())]
    TooFar(u128),
    /// Before what the clock shows already, and what was recorded by it.
    #[error(
        "the clock shows {shown} and never goes back; an offset of at least {least} ms is \
        needed"
    )]
    Backwards {
        /// What it shows.
        shown: Timestamp,
        /// The offset that it has.
        least: u128,
    },
    /// The node's own fault.
    #[error("{0:#}")]
    NotWritten(#[source] anyhow::Error),
}

/// The clock of a node, and what moves it.
#[derive(Clone)]
pub(crate) struct NodeClock {
    shifted: Arc<ShiftedClock>,
    files: NodeFiles,
    /// Two moves at once are made one after the other.
    moving: Arc<Mutex<()>>,
}

impl NodeClock {
    /// The clock of the node with these files. `movable` on a testnet only.
    ///
    /// # Errors
    /// When the remembered offset cannot be read, or is none that was ever taken.
    pub(crate) fn open(files: &NodeFiles, movable: bool) -> Result<NodeClock> {
        let shifted = Arc::new(ShiftedClock::new(Arc::new(SystemClock)));
        if movable && files.path(FILE).exists() {
            let offset = Duration::from_millis(files.read_json(FILE)?);
            let path = files.path(FILE);
            check_range(offset).with_context(|| {
                format!("{}: write the network's offset there, in milliseconds", path.display())
            })?;
            shifted.set_offset(offset);
        }
        Ok(NodeClock { shifted, files: files.clone(), moving: Arc::default() })
    }

    /// The clock, for machines.
    #[must_use]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.shifted.clone()
    }

    /// How far it is ahead of real time.
    #[must_use]
    pub(crate) fn offset(&self) -> Duration {
        self.shifted.offset()
    }

    /// What the clock would show under `offset`, if it may be moved there.
    ///
    /// # Errors
    /// [`ClockFault`] but for the file.
    pub(crate) fn would_show(&self, offset: Duration) -> Result<Timestamp, ClockFault> {
        check_range(offset)?;
        if offset < self.offset() {
            let least = self.offset().as_millis();
            return Err(ClockFault::Backwards { shown: self.shifted.now(), least });
        }
        let ahead = offset.saturating_sub(self.offset()).as_micros();
        let shown = u128::from(self.shifted.now().micros()) + ahead;
        let shown = u64::try_from(shown).ok().and_then(Timestamp::from_micros);
        shown.ok_or(ClockFault::TooFar(offset.as_millis()))
    }

    /// Moves the clock to real time plus `offset`; it never goes back. A refusal changes nothing.
    ///
    /// # Errors
    /// [`ClockFault`].
    pub(crate) fn shift(&self, offset: Duration) -> Result<(), ClockFault> {
        let _one_at_a_time = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        self.would_show(offset)?;
        remember(&self.files, offset).map_err(ClockFault::NotWritten)?;
        self.shifted.set_offset(offset);
        Ok(())
    }
}

/// Has a node begin with the clock of the network that it joins: what it signs would be from the
/// past for all others. A clock that it has already is its own.
///
/// # Errors
/// When the file cannot be written, or the network's clock is one that no node takes.
pub(crate) fn begin_with(files: &NodeFiles, offset: Duration) -> Result<()> {
    check_range(offset)?;
    if files.path(FILE).exists() { Ok(()) } else { remember(files, offset) }
}

fn check_range(offset: Duration) -> Result<(), ClockFault> {
    if offset <= OFFSET_MAX { Ok(()) } else { Err(ClockFault::TooFar(offset.as_millis())) }
}

fn remember(files: &NodeFiles, offset: Duration) -> Result<()> {
    files.write_json(FILE, &offset.as_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> (tempfile::TempDir, NodeFiles, NodeClock) {
        let dir = tempfile::tempdir().expect("a folder");
        let files = NodeFiles::new(dir.path());
        let clock = NodeClock::open(&files, true).expect("nothing is remembered");
        (dir, files, clock)
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn a_moved_clock_is_remembered() {
        let (_dir, files, clock) = clock();
        clock.shift(HOUR).expect("ahead");
        clock.shift(HOUR).expect("where it is");
        assert_eq!(NodeClock::open(&files, true).expect("read").offset(), HOUR);
    }

    #[test]
    fn a_date_out_of_range_is_refused_and_not_remembered() {
        let (_dir, files, clock) = clock();
        let fault = clock.shift(Duration::from_millis(u64::MAX)).expect_err("out of range");
        assert!(matches!(fault, ClockFault::TooFar(_)), "{fault}");
        assert!(!files.path(FILE).exists());
    }

    #[test]
    fn a_clock_that_is_to_go_back_stays_where_it_is() {
        let (_dir, files, clock) = clock();
        clock.shift(HOUR).expect("ahead");
        let fault = clock.shift(HOUR / 2).expect_err("backwards");
        assert!(matches!(fault, ClockFault::Backwards { least: 3_600_000, .. }), "{fault}");
        assert_eq!(NodeClock::open(&files, true).expect("read").offset(), HOUR);
    }

    #[test]
    fn an_offset_from_before_it_was_checked_is_named_with_its_file() {
        let (_dir, files, _) = clock();
        files.write_json(FILE, &u64::MAX).expect("written");
        let fault = NodeClock::open(&files, true).err().expect("refused");
        let told = format!("{fault:#}");
        assert!(told.contains("data/clock.json") && told.contains("too far"), "{told}");
    }

    #[test]
    fn a_node_that_joins_begins_with_the_networks_clock_once() {
        let (_dir, files, _) = clock();
        begin_with(&files, HOUR).expect("written");
        begin_with(&files, HOUR * 2).expect("left as it is");
        assert_eq!(NodeClock::open(&files, true).expect("read").offset(), HOUR);
    }
}
