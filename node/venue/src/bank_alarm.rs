//! What somebody has to see to at a bank, as the node's desk has seen it begin and end.
//!
//! A way that takes nothing is not in the machine's state, and how long is too long is the
//! operator's word: the desk watches. The machine remembers what stands, so that each alarm is told
//! once when it begins and once when it ends, also across a restart.

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::rules::Level;
use crate::venue::{Step, Venue};
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};

/// What is wrong at a bank. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BankAlarm {
    /// Its way has taken nothing for longer than payments may wait.
    BankDown,
    /// Payments have waited for its answer for over an hour.
    PaymentsOverdue,
    /// Differences from its books have stood for longer than the region lets them.
    BreaksOverdue,
}

impl BankAlarm {
    /// How bad it is.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            BankAlarm::BankDown => Level::L3,
            BankAlarm::PaymentsOverdue | BankAlarm::BreaksOverdue => Level::L2,
        }
    }
}

/// An alarm that begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankAlarmSeen {
    /// At which bank: that of the accounts in this currency.
    pub currency: Currency,
    /// What.
    pub alarm: BankAlarm,
    /// Whether it stands from now on.
    pub stands: bool,
}

impl Venue {
    /// Every alarm about a bank that stands.
    pub fn bank_alarms(&self) -> impl Iterator<Item = (Currency, BankAlarm)> {
        self.bank_alarms.iter().copied()
    }

    /// The desk has seen an alarm begin or end; the same again changes nothing.
    pub(crate) fn bank_alarm(&mut self, step: &mut Step<'_>, seen: BankAlarmSeen) -> Outcome {
        let key = (seen.currency, seen.alarm);
        let news = match seen.stands {
            true => self.bank_alarms.insert(key),
            false => self.bank_alarms.remove(&key),
        };
        if !news {
            return Ok(Done::Repeated);
        }
        step.emit(Event::BankAlarm(seen));
        Ok(Done::Accepted)
    }
}
