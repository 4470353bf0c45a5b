//! Cycles that are late: an hour past their deadline not everybody is paid (CLR-06).

use crate::{ClearingEvent, Cycle, House, Phase};
use alloc::vec::Vec;
use gcfn_model::{Millis, Timestamp};

/// How long after its pay-in deadline a cycle may take to pay everybody before it is late.
const LATE: Millis = Millis(3_600_000);

impl Cycle {
    /// How long after its pay-in deadline it still owes somebody, once that is an hour or more.
    #[must_use]
    pub fn late_by(&self, at: Timestamp) -> Option<Millis> {
        let late_from = self.late_from().filter(|_| self.phase < Phase::PayOut)?;
        (late_from <= at).then(|| at.since(self.schedule.pay_in_by))
    }

    fn late_from(&self) -> Option<Timestamp> {
        self.schedule.pay_in_by.checked_add(LATE)
    }

    /// When somebody has to be warned of it, unless everybody is paid before.
    pub(crate) fn warning_at(&self) -> Option<Timestamp> {
        self.late_from().filter(|_| self.phase < Phase::PayOut && !self.warned)
    }
}

impl House {
    /// Warns of every cycle that has become late, once.
    pub(crate) fn warn_of_late(&mut self, at: Timestamp, events: &mut Vec<ClearingEvent>) {
        for cycle in self.cycles.values_mut().filter(|cycle| !cycle.warned) {
            if let Some(by) = cycle.late_by(at) {
                cycle.warned = true;
                events.push(ClearingEvent::CycleLate { cycle: cycle.id, by });
            }
        }
    }
}
