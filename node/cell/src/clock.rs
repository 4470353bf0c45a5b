//! Where time comes from. The proposer of a cell is the only reader.

use gcfn_model::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of wall time.
pub trait Clock: Send + Sync + 'static {
    /// The time now. May stand still; the proposer takes care that entries never do.
    fn now(&self) -> Timestamp;
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        timestamp(micros(since_epoch))
    }
}

/// Another clock plus an offset that can be moved, for testnets that live a week in a minute.
///
/// Never runs backwards: after a smaller offset is set, it stands still until time catches up.
pub struct ShiftedClock {
    base: Arc<dyn Clock>,
    offset_micros: AtomicU64,
    last_micros: AtomicU64,
}

impl ShiftedClock {
    /// A clock that shows the time of `base` until it is shifted.
    #[must_use]
    pub fn new(base: Arc<dyn Clock>) -> ShiftedClock {
        ShiftedClock { base, offset_micros: AtomicU64::new(0), last_micros: AtomicU64::new(0) }
    }

    /// Sets how far this clock is ahead of its base.
    pub fn set_offset(&self, offset: Duration) {
        self.offset_micros.store(micros(offset), Ordering::Relaxed);
    }

    /// How far this clock is ahead of its base.
    #[must_use]
    pub fn offset(&self) -> Duration {
        Duration::from_micros(self.offset_micros.load(Ordering::Relaxed))
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        let offset = self.offset_micros.load(Ordering::Relaxed);
        let shifted = self.base.now().micros().saturating_add(offset);
        let last = self.last_micros.fetch_max(shifted, Ordering::Relaxed);
        timestamp(shifted.max(last))
    }
}

impl std::fmt::Debug for ShiftedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShiftedClock").field("offset", &self.offset()).finish_non_exhaustive()
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}

/// After the year 9999 time stands still; a clock that is so wrong must not stop a cell.
fn timestamp(micros: u64) -> Timestamp {
    const YEAR_9999: u64 = 253_402_300_799_999_999;
    Timestamp::from_micros(micros.min(YEAR_9999)).expect("clamped to the last timestamp")
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(u64);
    impl Clock for Fixed {
        fn now(&self) -> Timestamp {
            timestamp(self.0)
        }
    }

    #[test]
    fn a_shifted_clock_never_runs_backwards() {
        let clock = ShiftedClock::new(Arc::new(Fixed(1_000_000)));
        assert_eq!(clock.now().micros(), 1_000_000);
        clock.set_offset(Duration::from_secs(5));
        assert_eq!(clock.now().micros(), 6_000_000);
        clock.set_offset(Duration::from_secs(1));
        assert_eq!(clock.now().micros(), 6_000_000);
        clock.set_offset(Duration::from_secs(9));
        assert_eq!(clock.now().micros(), 10_000_000);
    }
}
