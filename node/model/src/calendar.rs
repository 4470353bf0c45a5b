//! Business calendars: on which days money can settle.

use crate::BusinessDate;
use alloc::collections::BTreeSet;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Serialize};

/// The business days of one currency or region (D-36).
///
/// A day is a business day when it is a make-up working day, or neither a weekend day nor a
/// holiday. Days outside the years that the calendar knows have no answer: a settlement date
/// guessed from weekends alone would be wrong without anybody noticing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// Weekend days, 0 is Monday.
    pub weekend: BTreeSet<u8>,
    /// Days on which banks are closed.
    pub holidays: BTreeSet<BusinessDate>,
    /// Weekend days on which banks are open (mainland China's make-up days).
    pub workdays: BTreeSet<BusinessDate>,
    /// The first day that is known.
    pub first: BusinessDate,
    /// The last day that is known.
    pub last: BusinessDate,
}

/// A date that a calendar does not reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{date} is outside the calendar, which knows {first} to {last}")]
pub struct CalendarFault {
    /// The date asked for.
    pub date: BusinessDate,
    /// The first known day.
    pub first: BusinessDate,
    /// The last known day.
    pub last: BusinessDate,
}

/// Where a date goes that is no business day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Roll {
    /// To the next business day.
    Following,
    /// To the next business day, but to the last one before it where the next is in another
    /// month: what is due in a month stays in it.
    ModifiedFollowing,
    /// To the last business day before it.
    Preceding,
}

/// A text that is no [`Roll`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("roll is following, modified-following or preceding")]
pub struct UnknownRoll;

impl Roll {
    /// Every way to roll.
    pub const ALL: [Roll; 3] = [Roll::Following, Roll::ModifiedFollowing, Roll::Preceding];

    /// Its name: `modified-following`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Roll::Following => "following",
            Roll::ModifiedFollowing => "modified-following",
            Roll::Preceding => "preceding",
        }
    }
}

impl fmt::Display for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Roll {
    type Err = UnknownRoll;
    fn from_str(text: &str) -> Result<Roll, UnknownRoll> {
        Roll::ALL.into_iter().find(|roll| roll.as_str() == text).ok_or(UnknownRoll)
    }
}

impl Calendar {
    /// Whether banks are open on `date`.
    ///
    /// # Errors
    /// [`CalendarFault`] outside the known years.
    pub fn is_business_day(&self, date: BusinessDate) -> Result<bool, CalendarFault> {
        if date < self.first || self.last < date {
            return Err(CalendarFault { date, first: self.first, last: self.last });
        }
        let off = self.weekend.contains(&date.weekday()) || self.holidays.contains(&date);
        Ok(self.workdays.contains(&date) || !off)
    }

    /// `date` itself if it is a business day of every calendar, else the next one (roll
    /// "following").
    ///
    /// # Errors
    /// [`CalendarFault`] when the search leaves the known years.
    pub fn following(
        calendars: &[&Calendar],
        date: BusinessDate,
    ) -> Result<BusinessDate, CalendarFault> {
        let mut date = date;
        while !Self::all_open(calendars, date)? {
            date = date.plus_days(1);
        }
        Ok(date)
    }

    /// `date` itself if it is a business day of every calendar, else the last one before it (roll
    /// "preceding").
    ///
    /// # Errors
    /// [`CalendarFault`] when the search leaves the known years.
    pub fn preceding(
        calendars: &[&Calendar],
        date: BusinessDate,
    ) -> Result<BusinessDate, CalendarFault> {
        let mut date = date;
        while !Self::all_open(calendars, date)? {
            date = date.plus_days(-1);
        }
        Ok(date)
    }

    /// `date` itself if it is a business day of every calendar, else where `roll` takes it.
    ///
    /// # Errors
    /// [`CalendarFault`] when the search leaves the known years. Modified following does not look
    /// beyond the month, so it answers for the end of the last known year.
    pub fn roll(
        calendars: &[&Calendar],
        date: BusinessDate,
        roll: Roll,
    ) -> Result<BusinessDate, CalendarFault> {
        match roll {
            Roll::Following => Self::following(calendars, date),
            Roll::Preceding => Self::preceding(calendars, date),
            Roll::ModifiedFollowing => {
                let month = |date: BusinessDate| (date.ymd().0, date.ymd().1);
                let mut later = date;
                while month(later) == month(date) {
                    if Self::all_open(calendars, later)? {
                        return Ok(later);
                    }
                    later = later.plus_days(1);
                }
                Self::preceding(calendars, date)
            }
        }
    }

    /// The `days`-th business day after `date` on which every calendar is open: T+n.
    ///
    /// `date` itself is first rolled to a business day, so a trade on a holiday counts from
    /// the next open day.
    ///
    /// # Errors
    /// [`CalendarFault`] when the search leaves the known years.
    pub fn value_date(
        calendars: &[&Calendar],
        date: BusinessDate,
        days: u32,
    ) -> Result<BusinessDate, CalendarFault> {
        let mut date = Self::following(calendars, date)?;
        for _ in 0..days {
            date = Self::following(calendars, date.plus_days(1))?;
        }
        Ok(date)
    }

    /// This calendar for the days before `from`, and `later` from there on.
    ///
    /// # Errors
    /// [`CalendarFault`] when this one ends before `from`, or `later` begins after it: days between
    /// would have no answer.
    pub fn amended(&self, from: BusinessDate, later: &Calendar) -> Result<Calendar, CalendarFault> {
        later.is_business_day(from)?;
        let mut amended = later.clone();
        amended.first = self.first.min(from);
        amended.holidays.retain(|day| from <= *day);
        amended.workdays.retain(|day| from <= *day);
        let mut day = amended.first;
        while day < from {
            match (self.is_business_day(day)?, later.weekend.contains(&day.weekday())) {
                (true, true) => amended.workdays.insert(day),
                (false, false) => amended.holidays.insert(day),
                _ => false,
            };
            day = day.plus_days(1);
        }
        Ok(amended)
    }

    /// Whether `date` is a business day of every calendar.
    ///
    /// # Errors
    /// [`CalendarFault`] when a calendar does not know the day, whatever the others say.
    pub fn all_open(calendars: &[&Calendar], date: BusinessDate) -> Result<bool, CalendarFault> {
        let mut open = true;
        for calendar in calendars {
            open &= calendar.is_business_day(date)?;
        }
        Ok(open)
    }
}
