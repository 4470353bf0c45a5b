//! Alarms about banks, told to the machine when they begin and end: its journal takes them to the
//! event bus.

use super::BankDesk;
use crate::gauges::OVERDUE;
use anyhow::Result;
use gcfn_cell::{Cell, SubmitError};
use gcfn_model::{Currency, Timestamp};
use gcfn_replica::{Command, Replica};
use gcfn_venue::{BankAlarm, BankAlarmSeen, Venue};
use std::collections::BTreeSet;
use std::time::Duration;

/// How often is looked.
const BEAT: Duration = Duration::from_secs(2);

type Alarms = BTreeSet<(Currency, BankAlarm)>;

impl BankDesk {
    /// Watches the banks of a trading node for ever, on the replica that leads.
    ///
    /// # Errors
    /// When the cell has stopped.
    pub(crate) async fn watch(self, cell: Cell<Replica>) -> Result<()> {
        loop {
            tokio::time::sleep(BEAT).await;
            if !cell.metrics().is_leader() {
                continue;
            }
            let news = self.news(&cell);
            if news.is_empty() {
                continue;
            }
            match cell.submit(&news).await {
                // It is seen again at the next look.
                Ok(_) | Err(SubmitError::Busy | SubmitError::NotLeader { .. }) => {}
                Err(SubmitError::Unknown) => tracing::warn!("no quorum heard of an alarm in time"),
                Err(SubmitError::ShuttingDown) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// What has begun or ended since the machine was told.
    fn news(&self, cell: &Cell<Replica>) -> Vec<Command> {
        let now = self.clock.now();
        let (known, mut stand) = cell.read(|replica| {
            let venue = replica.venue();
            (venue.bank_alarms().collect::<Alarms>(), overdue(venue, now))
        });
        for (currency, is_down) in self.queues.ways(now, &self.till.drafts()) {
            let alarm = (currency, BankAlarm::BankDown);
            if is_down.unwrap_or(known.contains(&alarm)) {
                stand.insert(alarm);
            }
        }
        let told = |of: &Alarms, before: &Alarms, stands| -> Vec<Command> {
            let changed = of.difference(before).copied();
            let seen = changed.map(|(currency, alarm)| BankAlarmSeen { currency, alarm, stands });
            seen.map(gcfn_venue::Command::BankAlarm).map(Command::Venue).collect()
        };
        [told(&stand, &known, true), told(&known, &stand, false)].concat()
    }
}

/// What has waited for too long at a venue's desk and at that of its house.
fn overdue(venue: &Venue, now: Timestamp) -> Alarms {
    let own = venue.desk().overdue(now, OVERDUE).map(|payment| payment.instruction.currency);
    let house = venue.house().into_iter();
    let of_house = house.flat_map(|house| house.desk().overdue(now, OVERDUE));
    let of_house = of_house.map(|payment| payment.instruction.currency);
    let payments = own.chain(of_house).map(|currency| (currency, BankAlarm::PaymentsOverdue));
    let house = venue.house().into_iter();
    let breaks = venue.desk().breaks().chain(house.flat_map(|house| house.desk().breaks()));
    let age = venue.terms().money.alarm_after;
    let breaks = breaks.filter(|found| found.is_overdue(now, age));
    let breaks = breaks.map(|found| (found.currency, BankAlarm::BreaksOverdue));
    payments.chain(breaks).collect()
}
