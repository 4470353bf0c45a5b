//! What a trading node does by itself because time passes: ticks, epochs, trading days, cycles.
//!
//! The machine has its deadlines in its state; this only sees to it that commands come in which
//! let them pass, and that days and cycles are known ahead of time.

use crate::cycles;
use crate::region::Region;
use anyhow::Result;
use gcfn_cell::{Cell, Clock, SubmitError};
use gcfn_clearing::{House, Schedule};
use gcfn_council::Council;
use gcfn_model::{BusinessDate, RegionId, Timestamp};
use gcfn_replica::{Command, Replica};
use gcfn_venue::{Command as Venue, TradingDay};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How often time is let pass and an epoch is closed.
const BEAT: Duration = Duration::from_millis(250);
/// How many trading days are known ahead.
pub(crate) const DAYS_AHEAD: usize = 5;

/// The scheduler of one trading node.
pub(crate) struct Scheduler {
    /// The cell.
    pub(crate) cell: Cell<Replica>,
    /// What the proposer goes by.
    pub(crate) clock: Arc<dyn Clock>,
    /// The region's days.
    pub(crate) region: Region,
    /// On a node that clears for others: the federation's cell, and for which region.
    pub(crate) federation: Option<(Cell<Council>, RegionId)>,
}

impl Scheduler {
    /// Works for ever, on the replica that leads.
    ///
    /// # Errors
    /// When the cell has stopped or the calendar ends.
    pub(crate) async fn run(self) -> Result<()> {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            if !self.cell.metrics().is_leader() {
                continue;
            }
            let commands = self.due()?;
            if commands.is_empty() {
                continue;
            }
            match self.cell.submit(&commands).await {
                // Without a leader or room there is no work either; the next beat tries again.
                Ok(_) | Err(SubmitError::Busy | SubmitError::NotLeader { .. }) => {}
                Err(SubmitError::Unknown) => tracing::warn!("no quorum answered a tick in time"),
                Err(SubmitError::ShuttingDown) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The commands of one beat: what is new in the calendar, a tick if something is due, and
    /// the end of an epoch if anything has happened in it, with what the last one came to here.
    fn due(&self) -> Result<Vec<Command>> {
        let now = self.clock.now();
        let mut commands = Vec::new();
        let (last_day, cycles, due, open, head, agreed) = self.cell.read(|replica| {
            let agreed = self.region.agreed.as_ref();
            let agreed = agreed.map(|charter| replica.federation().amended(charter));
            let venue = replica.venue();
            let day = venue.days().last().map(|day| day.date);
            let cycles = venue.house().map(dates);
            (day, cycles, venue.next_due(), replica.has_open_epoch(), replica.head(), agreed)
        });
        for day in self.region.trading_days_by(agreed.as_ref(), now, DAYS_AHEAD)? {
            if last_day.is_none_or(|last| last < day.date) {
                self.warn_of(day);
                commands.push(Command::Venue(Venue::OpenDay(day)));
            }
        }
        for schedule in self.cycles(now, cycles) {
            commands.push(Command::Venue(Venue::OpenCycle(schedule)));
        }
        if due.is_some_and(|due| due <= now) {
            commands.push(Command::Venue(Venue::Tick));
        }
        if open || !commands.is_empty() {
            commands.push(Command::Compare(head));
            commands.push(Command::CloseEpoch);
        }
        Ok(commands)
    }

    /// The cycles of this node's house, if it has one, that are still to be opened.
    fn cycles(&self, now: Timestamp, known: Option<BTreeSet<BusinessDate>>) -> Vec<Schedule> {
        let (Some(known), Some((council, region))) = (known, &self.federation) else {
            return Vec::new();
        };
        let calendars = council.read(|council| cycles::calendars_of(council, *region));
        let mut due = cycles::of_regional(&self.region, &calendars, now);
        due.retain(|schedule| !known.contains(&schedule.value_date));
        due
    }

    /// Says when money is to move on a day that nobody has announced yet.
    fn warn_of(&self, day: TradingDay) {
        let firm_until = self.region.template.calendar.firm_until;
        if firm_until < day.value_date.ymd().0 {
            let value_date = day.value_date;
            tracing::warn!(%value_date, firm_until, "the year's days are computed, not announced: \
                compare the region's calendar with its sources");
        }
    }
}

/// The value dates for which a house has cycles.
pub(crate) fn dates(house: &House) -> BTreeSet<BusinessDate> {
    house.cycles().map(|cycle| cycle.schedule.value_date).collect()
}
