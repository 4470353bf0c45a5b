//! Business calendars: on which days money can settle.

use crate::BusinessDate;
use alloc::collections::BTreeSet;
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

    fn all_open(calendars: &[&Calendar], date: BusinessDate) -> Result<bool, CalendarFault> {
        for calendar in calendars {
            if !calendar.is_business_day(date)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
