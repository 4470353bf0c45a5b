//! The calendars of the currencies, and how validators change them.
//!
//! The charter has a calendar for each currency as it was known at the founding. Holidays are
//! announced, weekends are moved, and a network lives longer than its first calendars: validators
//! of two thirds of the weight decide which days count from a day to come on. Days before it, and
//! what was worked out from them, stay as they are; so does every day on which a locked rate
//! settles.

use crate::command::SignedCommand;
use crate::council::{Council, Step};
use crate::decision::Approval;
use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::canon::sha256;
use gcfn_model::{BusinessDate, Calendar, Currency, Digest, Millis, NodeId, Timestamp};
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

/// A change that waits for more approvals.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct PendingCalendar {
    change: CalendarChange,
    votes: BTreeMap<NodeId, (Timestamp, Approval)>,
}

impl CalendarChange {
    /// SHA-256 of the change in postcard: under what its approvals are counted together.
    #[must_use]
    pub fn digest(&self) -> Digest {
        sha256(&postcard::to_allocvec(self).expect("a change is plain data"))
    }

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
        self.forget_calendar_votes(step.at, self.params.approval_lifetime);
        let approval = Approval::of(command);
        if let Some(approvals) = self.vote_for_calendar(step.at, change, approval) {
            self.calendars.insert(change.currency, amended);
            // Others of the currency were looked at beside other days.
            self.pending_calendars.retain(|_, other| other.change.currency != change.currency);
            step.emit(Event::CalendarChanged { change: Box::new(change.clone()), approvals });
        }
        Ok(Done::Accepted)
    }

    /// The changes of calendars that wait for more approvals, with who has approved.
    pub fn pending_calendars(
        &self,
    ) -> impl Iterator<Item = (&CalendarChange, impl Iterator<Item = &NodeId>)> {
        self.pending_calendars.values().map(|pending| (&pending.change, pending.votes.keys()))
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

    /// Drops the approvals that are older than `lifetime`.
    fn forget_calendar_votes(&mut self, at: Timestamp, lifetime: Millis) {
        for pending in self.pending_calendars.values_mut() {
            pending.votes.retain(|_, (given_at, _)| at.since(*given_at) < lifetime);
        }
        self.pending_calendars.retain(|_, pending| !pending.votes.is_empty());
    }

    /// Counts an approval, which takes the place of what its author said before of the same
    /// currency. Returns all of them once they are enough.
    fn vote_for_calendar(
        &mut self,
        at: Timestamp,
        change: &CalendarChange,
        approval: Approval,
    ) -> Option<Vec<Approval>> {
        for other in self.pending_calendars.values_mut() {
            if other.change.currency == change.currency {
                other.votes.remove(&approval.by);
            }
        }
        let fresh = || PendingCalendar { change: change.clone(), votes: BTreeMap::new() };
        let pending = self.pending_calendars.entry(change.digest()).or_insert_with(fresh);
        pending.votes.insert(approval.by, (at, approval));
        let names: Vec<NodeId> = pending.votes.keys().copied().collect();
        let all: Vec<Approval> = pending.votes.values().map(|(_, approval)| *approval).collect();
        self.pending_calendars.retain(|_, pending| !pending.votes.is_empty());
        self.directory.roster().is_two_thirds(names).then_some(all)
    }
}
