//! The calendars of the currencies, and how validators change them.
//!
//! The charter has a calendar for each currency as it was known at the founding. Holidays are
//! announced, weekends are moved, and a network lives longer than its first calendars: validators
//! of two thirds of the weight decide which days count from a day to come on. Days before it, and
//! what was worked out from them, stay as they are; so does every day on which a locked rate
//! settles.

use crate::ballots::Motion;
use crate::command::SignedCommand;
use crate::council::{Council, Step};
use crate::decision::Approval;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use alloc::boxed::Box;
use gcfn_clearing::member_party;
use gcfn_model::{BusinessDate, Calendar, Currency};
use serde::{Deserialize, Serialize};

/// The most days that a calendar names: a hundred years of holidays.
pub const CALENDAR_DAYS_MAX: usize = 4_096;

/// The longest time that a calendar knows, in days: every replica looks at each of them.
const CALENDAR_SPAN_MAX: i32 = 36_600;

/// From a day on, these are the business days of a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarChange {
    /// Of which currency.
    pub currency: Currency,
    /// The first day that it says anything of.
    pub from: BusinessDate,
    /// The days from there on.
    pub calendar: Calendar,
}

impl CalendarChange {
    fn check(&self, today: BusinessDate) -> Result<(), Refusal> {
        let Calendar { weekend, holidays, workdays, first, last } = &self.calendar;
        let span = last.days().saturating_sub(first.days());
        let sound = weekend.len() < 7
            && weekend.iter().all(|day| *day < 7)
            && holidays.len().saturating_add(workdays.len()) <= CALENDAR_DAYS_MAX
            && (0..CALENDAR_SPAN_MAX).contains(&span)
            && (*first..=*last).contains(&self.from);
        if !sound {
            return Err(Refusal::CalendarShape);
        }
        if self.from <= today { Err(Refusal::CalendarPast(today)) } else { Ok(()) }
    }
}

impl Council {
    /// A validator stands by a change of a calendar, which counts once enough do.
    pub(crate) fn change_calendar(
        &mut self,
        step: &mut Step<'_>,
        command: &SignedCommand,
        change: &CalendarChange,
    ) -> Outcome {
        let today = self.date.ok_or(Refusal::NoDate)?;
        change.check(today)?;
        let amended = self.amended_by(change)?;
        if self.calendars.get(&change.currency) == Some(&amended) {
            return Ok(Done::Repeated);
        }
        let by = (member_party(command.request.author), step.at);
        let motion = Motion::Calendar(Box::new(change.clone()));
        let Some(approvals) = self.carried(&motion, by, Approval::of(command)) else {
            return Ok(Done::Waits(motion.id()));
        };
        self.calendars.insert(change.currency, amended);
        step.emit(Event::CalendarChanged { change: Box::new(change.clone()), approvals });
        Ok(Done::Accepted)
    }

    /// The calendar as it would be, unless that would close a day that is agreed on.
    fn amended_by(&self, change: &CalendarChange) -> Result<Calendar, Refusal> {
        let CalendarChange { currency, from, calendar } = change;
        let Some(known) = self.calendars.get(currency) else { return Ok(calendar.clone()) };
        let amended = known.amended(*from, calendar).map_err(|_| Refusal::CalendarGap)?;
        let settling = self.locks.rates().map(|(rate, _)| rate);
        let mut settling = settling.filter(|rate| [rate.pays, rate.needs].contains(currency));
        let closed = settling.find(|rate| amended.is_business_day(rate.value_date) != Ok(true));
        closed.map_or(Ok(amended), |rate| Err(Refusal::CalendarTaken(rate.value_date)))
    }
}
