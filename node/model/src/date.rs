//! Civil dates of the proleptic Gregorian calendar.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A civil date of some region, as days since 1970-01-01.
///
/// Text form: `2026-11-21`. Which region's date it is, and whether it is a business day there,
/// is the business of a [`Calendar`](crate::Calendar).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BusinessDate(i32);

/// Why a text is not a [`BusinessDate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("date is not a day of the calendar written as YYYY-MM-DD")]
pub struct DateFault;

impl BusinessDate {
    /// The date `days` after 1970-01-01.
    #[must_use]
    pub const fn from_days(days: i32) -> BusinessDate {
        BusinessDate(days)
    }

    /// Days since 1970-01-01.
    #[must_use]
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The date of a year, month and day, if there is one.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<BusinessDate> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        let date = BusinessDate(days_from_civil(year, month, day)?);
        (date.ymd() == (year, month, day)).then_some(date)
    }

    /// Year, month and day.
    #[must_use]
    pub fn ymd(self) -> (i32, u32, u32) {
        civil_from_days(self.0)
    }

    /// Days since Monday: 0 is Monday, 6 is Sunday.
    #[must_use]
    pub fn weekday(self) -> u8 {
        let day = i64::from(self.0).saturating_add(3).rem_euclid(7);
        u8::try_from(day).expect("a remainder of 7")
    }

    /// The date `days` later, or earlier when negative.
    #[must_use]
    pub fn plus_days(self, days: i32) -> BusinessDate {
        BusinessDate(self.0.saturating_add(days))
    }
}

/// Howard Hinnant's `days_from_civil`, for years 1 to 9999.
fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    let year = i64::from(if month <= 2 { year.checked_sub(1)? } else { year });
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = i64::from((month.checked_add(9)?).rem_euclid(12));
    let day_of_year =
        shifted.checked_mul(153)?.checked_add(2)?.div_euclid(5).checked_add(i64::from(day))?;
    let day_of_era = year_of_era
        .checked_mul(365)?
        .checked_add(year_of_era.div_euclid(4))?
        .checked_sub(year_of_era.div_euclid(100))?
        .checked_add(day_of_year)?
        .checked_sub(1)?;
    let days = era.checked_mul(146_097)?.checked_add(day_of_era)?.checked_sub(719_468)?;
    i32::try_from(days).ok()
}

/// Howard Hinnant's `civil_from_days`.
#[expect(clippy::arithmetic_side_effects, reason = "i64 holds every step for 32-bit days")]
fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let small = |n: i64| u32::try_from(n).expect("a month or a day");
    (i32::try_from(year).expect("32-bit days span 32-bit years"), small(month), small(day))
}

impl FromStr for BusinessDate {
    type Err = DateFault;
    fn from_str(text: &str) -> Result<BusinessDate, DateFault> {
        let mut fields = text.split('-');
        let mut field = |width: usize| {
            let field = fields.next().filter(|f| f.len() == width).ok_or(DateFault)?;
            if !field.bytes().all(|b| b.is_ascii_digit()) {
                return Err(DateFault);
            }
            field.parse::<u32>().map_err(|_| DateFault)
        };
        let (year, month, day) = (field(4)?, field(2)?, field(2)?);
        if fields.next().is_some() {
            return Err(DateFault);
        }
        let year = i32::try_from(year).map_err(|_| DateFault)?;
        BusinessDate::from_ymd(year, month, day).ok_or(DateFault)
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for BusinessDate {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_i32(self.0) }
    }
}

impl<'de> Deserialize<'de> for BusinessDate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<BusinessDate, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            i32::deserialize(from).map(BusinessDate)
        }
    }
}
