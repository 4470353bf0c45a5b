//! Local times of a region as instants.

use gcfn_model::{BusinessDate, Timestamp};
use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::fmt;
use std::str::FromStr;

/// A time of day on the clocks of a region: `17:15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    hour: i8,
    minute: i8,
}

impl LocalTime {
    /// Minutes on the clock from `earlier` to this time; negative where this is the earlier one.
    #[must_use]
    pub fn minutes_since(self, earlier: LocalTime) -> i32 {
        let minutes = |time: LocalTime| i32::from(time.hour) * 60 + i32::from(time.minute);
        minutes(self) - minutes(earlier)
    }
}

/// A text that is not a [`LocalTime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time of day is not HH:MM from 00:00 to 23:59")]
pub struct LocalTimeFault;

impl FromStr for LocalTime {
    type Err = LocalTimeFault;
    fn from_str(text: &str) -> Result<LocalTime, LocalTimeFault> {
        let (hour, minute) = text.split_once(':').ok_or(LocalTimeFault)?;
        let two_digits = |text: &str| {
            let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
            if digits {
                text.parse::<i8>().map_err(|_| LocalTimeFault)
            } else {
                Err(LocalTimeFault)
            }
        };
        let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
        if 23 < hour || 59 < minute {
            return Err(LocalTimeFault);
        }
        Ok(LocalTime { hour, minute })
    }
}

impl fmt::Display for LocalTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// A time zone of the IANA database, as compiled into this build: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A text that names no [`Zone`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("time zone {0:?} is not in the IANA database")]
pub struct UnknownZone(pub String);

impl FromStr for Zone {
    type Err = UnknownZone;
    fn from_str(text: &str) -> Result<Zone, UnknownZone> {
        let zone = TimeZoneDatabase::bundled().get(text);
        zone.map(Zone).map_err(|_| UnknownZone(text.to_owned()))
    }
}

impl Zone {
    /// The instant at which the clocks show `time` on `date`; `None` before 1970 or after 9999.
    ///
    /// Where the clocks go forward and skip it, the instant as far after the jump as `time` is
    /// after the beginning of the gap; where they go back and show it twice, the first. So a
    /// daily job runs once on every day.
    #[must_use]
    pub fn instant(&self, date: BusinessDate, time: LocalTime) -> Option<Timestamp> {
        let (year, month, day) = date.ymd();
        let date = civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        let local = date.ok()?.at(time.hour, time.minute, 0, 0);
        let instant = self.0.to_ambiguous_timestamp(local).compatible().ok()?;
        Timestamp::from_micros(u64::try_from(instant.as_microsecond()).ok()?)
    }

    /// The date that the calendars show at `instant`. In the last hours of the year 9999, when
    /// it is the year 10000 already in some zones, it stays the last date that there is.
    #[must_use]
    pub fn date(&self, instant: Timestamp) -> BusinessDate {
        let micros = i64::try_from(instant.micros()).unwrap_or(i64::MAX);
        let instant = jiff::Timestamp::from_microsecond(micros).unwrap_or(jiff::Timestamp::MAX);
        let date = self.0.to_datetime(instant).date();
        let small = |n: i8| u32::try_from(n).expect("months and days are positive");
        BusinessDate::from_ymd(i32::from(date.year()), small(date.month()), small(date.day()))
            .expect("jiff and the model share the Gregorian calendar")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(zone: &str, date: &str, time: &str) -> String {
        let zone: Zone = zone.parse().expect("a zone");
        let instant = zone.instant(date.parse().expect("a date"), time.parse().expect("a time"));
        instant.expect("in range").to_string()
    }

    #[test]
    fn summer_time_moves_a_cut_off_by_an_hour() {
        let berlin = |date| utc("Europe/Berlin", date, "17:00");
        assert_eq!(berlin("2026-03-27"), "2026-03-27T16:00:00.000000Z");
        assert_eq!(berlin("2026-03-30"), "2026-03-30T15:00:00.000000Z");
        assert_eq!(berlin("2026-10-23"), "2026-10-23T15:00:00.000000Z");
        assert_eq!(berlin("2026-10-26"), "2026-10-26T16:00:00.000000Z");
        assert_eq!(utc("Asia/Shanghai", "2026-07-01", "17:15"), "2026-07-01T09:15:00.000000Z");
    }

    #[test]
    fn a_job_in_the_skipped_hour_runs_after_it_and_in_the_double_hour_once() {
        let berlin = |date, time| utc("Europe/Berlin", date, time);
        assert_eq!(berlin("2026-03-29", "02:00"), "2026-03-29T01:00:00.000000Z");
        assert_eq!(berlin("2026-03-29", "03:00"), "2026-03-29T01:00:00.000000Z");
        assert_eq!(berlin("2026-10-25", "02:00"), "2026-10-25T00:00:00.000000Z");
        assert_eq!(berlin("2026-10-25", "03:00"), "2026-10-25T02:00:00.000000Z");
    }

    #[test]
    fn the_date_is_the_regions_own() {
        let date = |zone: &str, at: &str| {
            let zone: Zone = zone.parse().expect("a zone");
            zone.date(at.parse().expect("an instant")).to_string()
        };
        assert_eq!(date("Asia/Tokyo", "2026-11-20T15:00:00Z"), "2026-11-21");
        assert_eq!(date("America/New_York", "2026-11-21T04:59:59Z"), "2026-11-20");
    }

    #[test]
    fn the_end_of_time_is_a_date_in_every_zone() {
        let end: Timestamp = "9999-12-31T23:59:59Z".parse().expect("an instant");
        for zone in ["Pacific/Kiritimati", "Asia/Shanghai", "Etc/UTC", "Pacific/Pago_Pago"] {
            let zone: Zone = zone.parse().expect("a zone");
            assert!(zone.date(end).to_string().starts_with("9999-12-3"), "{zone:?}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "7:00", "24:00", "12:60", "12:00:00", "-1:00", "12.00"] {
            assert_eq!(text.parse::<LocalTime>(), Err(LocalTimeFault), "{text}");
        }
        assert!("Europe/Bonn".parse::<Zone>().is_err());
    }
}
