//! What a trading node does by itself because time passes: ticks, epochs, trading days, cycles.
//!
//! The machine has its deadlines in its state; this only sees to it that commands come in which
//! let them pass, and that days and cycles are known ahead of time.

use crate::region::Region;
use anyhow::Result;
use gcfn_cell::{Cell, Clock, SubmitError};
use gcfn_replica::{Command, Replica};
use gcfn_venue::Command as Venue;
use std::sync::Arc;
use std::time::Duration;

/// How often time is let pass and an epoch is closed.
const BEAT: Duration = Duration::from_millis(250);
/// How many trading days and cycle days are known ahead.
pub(crate) const DAYS_AHEAD: usize = 5;
const CYCLES_AHEAD: i32 = 12;

/// The scheduler of one trading node.
pub(crate) struct Scheduler {
    /// The cell.
    pub(crate) cell: Cell<Replica>,
    /// What the proposer goes by.
    pub(crate) clock: Arc<dyn Clock>,
    /// The region's days.
    pub(crate) region: Region,
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
        let (last_day, cycles, due, open, head) = self.cell.read(|replica| {
            let venue = replica.venue();
            let day = venue.days().last().map(|day| day.date);
            let cycles = venue
                .house()
                .map(|house| house.cycles().map(|cycle| cycle.schedule.value_date).max());
            (day, cycles, venue.next_due(), replica.has_open_epoch(), replica.head())
        });
        for day in self.region.trading_days(now, DAYS_AHEAD)? {
            if last_day.is_none_or(|last| last < day.date) {
                commands.push(Command::Venue(Venue::OpenDay(day)));
            }
        }
        if let Some(last) = cycles {
            for schedule in self.region.cycles(now, CYCLES_AHEAD) {
                if last.is_none_or(|last| last < schedule.value_date) {
                    commands.push(Command::Venue(Venue::OpenCycle(schedule)));
                }
            }
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
}
