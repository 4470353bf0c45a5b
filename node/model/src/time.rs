//! Instants. A machine is told the time; it never asks for it.

use crate::{BusinessDate, DateFault};
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant: microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Text form: RFC 3339 in UTC, `2026-11-21T01:43:00.000000Z`. Civil dates are
/// [`BusinessDate`]s of a region and are never derived from this without its time zone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(u64);

/// A span of time in milliseconds. Never stands for a number of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub u64);

const MICROS_PER_SECOND: u64 = 1_000_000;
const SECONDS_PER_DAY: u64 = 86_400;
/// 9999-12-31T23:59:59.999999Z, the last instant with a four-digit year.
const MICROS_MAX: u64 = 253_402_300_799_999_999;

impl Timestamp {
    /// The beginning of Unix time.
    pub const EPOCH: Timestamp = Timestamp(0);

    /// `micros` after [`Timestamp::EPOCH`], or `None` after the year 9999.
    #[must_use]
    pub const fn from_micros(micros: u64) -> Option<Timestamp> {
        if micros <= MICROS_MAX { Some(Timestamp(micros)) } else { None }
    }

    /// Microseconds since [`Timestamp::EPOCH`].
    #[must_use]
    pub const fn micros(self) -> u64 {
        self.0
    }

    /// This instant plus `span`, or `None` after the year 9999.
    #[must_use]
    pub fn checked_add(self, span: Millis) -> Option<Timestamp> {
        self.0.checked_add(span.0.checked_mul(1000)?).and_then(Self::from_micros)
    }

    /// How long after `earlier` this is; zero when it is not after.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Millis {
        Millis(self.0.saturating_sub(earlier.0).checked_div(1000).unwrap_or(0))
    }

    /// The smallest later instant.
    #[must_use]
    pub fn next(self) -> Timestamp {
        Timestamp(self.0.saturating_add(1).min(MICROS_MAX))
    }

    /// The UTC calendar date and the second within it.
    #[must_use]
    pub fn utc(self) -> (BusinessDate, u32) {
        let seconds = self.0.div_euclid(MICROS_PER_SECOND);
        let days = seconds.div_euclid(SECONDS_PER_DAY);
        let days = i32::try_from(days).expect("the year 9999 is day 2932896");
        let second = seconds.rem_euclid(SECONDS_PER_DAY);
        (BusinessDate::from_days(days), u32::try_from(second).expect("below 86400"))
    }

    /// The instant `second` seconds into the UTC day `date`; `None` before 1970 or after 9999.
    #[must_use]
    pub fn from_utc(date: BusinessDate, second: u32) -> Option<Timestamp> {
        let days = u64::try_from(date.days()).ok()?;
        let seconds = days.checked_mul(SECONDS_PER_DAY)?.checked_add(u64::from(second))?;
        Self::from_micros(seconds.checked_mul(MICROS_PER_SECOND)?)
    }
}

/// Why a text is not a [`Timestamp`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimeFault {
    /// Not RFC 3339 in UTC.
    #[error("time is not RFC 3339 in UTC, such as 2026-11-21T01:43:00Z")]
    Format,
    /// The date part is wrong.
    #[error(transparent)]
    Date(#[from] DateFault),
    /// Before 1970 or after 9999.
    #[error("time is before 1970 or after 9999")]
    Range,
}

impl FromStr for Timestamp {
    type Err = TimeFault;
    fn from_str(text: &str) -> Result<Timestamp, TimeFault> {
        let (date, time) = text.split_once('T').ok_or(TimeFault::Format)?;
        let time = time.strip_suffix('Z').ok_or(TimeFault::Format)?;
        let date: BusinessDate = date.parse()?;
        let (clock, fraction) = time.split_once('.').unwrap_or((time, "0"));
        if fraction.is_empty() || 6 < fraction.len() || clock.len() != 8 {
            return Err(TimeFault::Format);
        }
        let mut fields = clock.split(':').map(two_digits);
        let mut field = || fields.next().flatten().ok_or(TimeFault::Format);
        let (hour, minute, second) = (field()?, field()?, field()?);
        if 23 < hour || 59 < minute || 59 < second {
            return Err(TimeFault::Range);
        }
        let second = hour
            .saturating_mul(3600)
            .saturating_add(minute.saturating_mul(60))
            .saturating_add(second);
        let micros =
            fraction.bytes().chain(core::iter::repeat(b'0')).take(6).try_fold(0u64, |n, b| {
                b.is_ascii_digit().then(|| n.saturating_mul(10).saturating_add(u64::from(b & 0x0f)))
            });
        let whole = Timestamp::from_utc(date, second).ok_or(TimeFault::Range)?;
        let micros = micros.ok_or(TimeFault::Format)?;
        whole.0.checked_add(micros).and_then(Timestamp::from_micros).ok_or(TimeFault::Range)
    }
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, second) = self.utc();
        let micros = self.0.rem_euclid(MICROS_PER_SECOND);
        let (hour, rest) = (second.div_euclid(3600), second.rem_euclid(3600));
        let (minute, second) = (rest.div_euclid(60), rest.rem_euclid(60));
        write!(f, "{date}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.collect_str(self) } else { to.serialize_u64(self.0) }
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            let micros = u64::deserialize(from)?;
            Timestamp::from_micros(micros).ok_or_else(|| serde::de::Error::custom(TimeFault::Range))
        }
    }
}
