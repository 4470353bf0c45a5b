//! Asking for the statements that keep a cycle from being final (CLR-06).

use crate::waiting::Wait;
use crate::{Cycle, House, Phase};
use alloc::collections::BTreeSet;
use gcfn_model::{BusinessDate, Currency, Millis, Timestamp};
use serde::{Deserialize, Serialize};

/// How long after the pay-in deadline of a day a bank may take to state it, where nothing else is
/// said: into the next morning.
pub const STATEMENT_GRACE: Millis = Millis(12 * 3_600_000);

/// Until when the house has asked for statements, and how long it waits before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statements {
    pub(crate) grace: Millis,
    /// The last value date whose statements were due.
    due_to: Option<BusinessDate>,
}

impl Default for Statements {
    fn default() -> Statements {
        Statements { grace: STATEMENT_GRACE, due_to: None }
    }
}

impl House {
    /// When the statements of a value date are due next.
    pub(crate) fn statement_due(&self) -> Option<Timestamp> {
        self.days_to_state().next().map(|(_, due)| due)
    }

    /// The value dates of cycles that are not final whose statements have not been due, each with
    /// when they are.
    fn days_to_state(&self) -> impl Iterator<Item = (BusinessDate, Timestamp)> {
        let Statements { grace, due_to } = self.statements;
        let left = self.cycles.values().filter(move |cycle| {
            due_to < Some(cycle.schedule.value_date) && cycle.phase < Phase::Final
        });
        left.filter_map(move |cycle| {
            Some((cycle.schedule.value_date, cycle.schedule.pay_in_by.checked_add(grace)?))
        })
    }

    /// Expects the statements of the days that are due now: in the currencies in which a cycle
    /// waits for one of that day or before.
    pub(crate) fn expect_statements(&mut self, at: Timestamp) {
        let due = self.days_to_state().take_while(|(_, due)| *due <= at);
        let Some((date, _)) = due.last() else { return };
        self.statements.due_to = Some(date);
        let open = self.cycles.values().filter(|cycle| cycle.phase < Phase::Final);
        let waits = open.flat_map(Cycle::waits_for).filter_map(|wait| match wait {
            Wait::Statement { currency, covering } if covering <= date => Some(currency),
            _ => None,
        });
        let waits: BTreeSet<Currency> = waits.collect();
        self.desk.statements_due(date, |currency| waits.contains(&currency));
    }
}
