//! The values that elements hold, each validated where it enters. Identifiers with check digits
//! are in [`crate::identifier`].

use crate::identifier::{AccountNumber, Ascii, Bic, Country, Iban, Lei};
use gcfn_model::{Amount, BusinessDate, Currency, TimeFault, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// Free text of 1 to `MAX` characters without control characters (`Max35Text`, `Max140Text`).
///
/// Free text can hold anybody's name, so its debug form shows only how long it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text<const MAX: usize>(String);

/// Why a text is not a [`Text`] or a [`Reference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Empty, or longer than allowed.
    #[error("text is not 1 to {max} characters")]
    Length {
        /// The most characters allowed.
        max: usize,
    },
    /// A character that is not allowed.
    #[error("text has a character that is not allowed")]
    Character,
}

/// Whether the schema has room for `text`: it counts characters, not bytes.
fn fits(text: &str, max: usize) -> bool {
    // No character has more than four bytes, and most texts are ASCII and short.
    !text.is_empty() && (text.len() <= max || text.chars().count() <= max)
}

impl<const MAX: usize> Text<MAX> {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> FromStr for Text<MAX> {
    type Err = TextFault;
    fn from_str(text: &str) -> Result<Text<MAX>, TextFault> {
        if !fits(text, MAX) {
            return Err(TextFault::Length { max: MAX });
        }
        let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
        let plain = text.bytes().all(|b| matches!(b, b' '..=b'~'));
        if plain || text.chars().all(allowed) {
            Ok(Text(text.to_owned()))
        } else {
            Err(TextFault::Character)
        }
    }
}

impl<const MAX: usize> fmt::Display for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const MAX: usize> fmt::Debug for Text<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Text({} characters)", self.0.chars().count())
    }
}

/// An identification: `Max35Text` of printable ASCII. It names messages and payments, never
/// people.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference(Ascii<35>);

impl Reference {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Reference {
    type Err = TextFault;
    fn from_str(text: &str) -> Result<Reference, TextFault> {
        if !fits(text, 35) {
            return Err(TextFault::Length { max: 35 });
        }
        let printable = text.bytes().all(|b| matches!(b, b' '..=b'~'));
        Ascii::new(text).filter(|_| printable).map(Reference).ok_or(TextFault::Character)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Values are text in every encoding.
macro_rules! serialize_as_text {
    ($([$($generics:tt)*] $name:ty;)*) => {$(
        impl<$($generics)*> Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de, $($generics)*> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<$name, D::Error> {
                Cow::<str>::deserialize(from)?.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

serialize_as_text! {
    [const MAX: usize] Text<MAX>;
    [] Reference;
    [] Bic;
    [] Iban;
    [] Lei;
    [] Country;
    [] Rate;
    [] AccountNumber;
}

/// An exchange rate as it is written (`BaseOneRate`): a decimal of at most 11 digits, 10 of them
/// after the point. Nothing is computed with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate(Ascii<12>);

/// A text that is not a [`Rate`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rate is not a decimal of at most 11 digits, 10 of them after the point")]
pub struct RateFault;

impl FromStr for Rate {
    type Err = RateFault;
    fn from_str(text: &str) -> Result<Rate, RateFault> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let count = whole.len().saturating_add(fraction.len());
        if !digits(whole) || !digits(fraction) || 11 < count || 10 < fraction.len() {
            return Err(RateFault);
        }
        Ascii::new(text).map(Rate).ok_or(RateFault)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
    }
}

/// An amount and its currency, as one element of a message holds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    /// How much.
    pub amount: Amount,
    /// Of what.
    pub currency: Currency,
}

/// Reads `ISODate`; a time zone, which the type allows, does not change which day is named.
pub(crate) fn parse_date(text: &str) -> Result<BusinessDate, gcfn_model::DateFault> {
    let fault = gcfn_model::DateFault;
    let (date, zone) = text.split_at_checked(10).ok_or(fault)?;
    match zone {
        "" | "Z" => date.parse(),
        _ => offset_minutes(zone).ok_or(fault).and_then(|_| date.parse()),
    }
}

/// Reads `ISODateTime` with `Z`, with an offset, or without either, which is read as UTC.
/// Fractions beyond microseconds are dropped.
pub(crate) fn parse_time(text: &str) -> Result<Timestamp, TimeFault> {
    let (date, rest) = text.split_at_checked(10).ok_or(TimeFault::Format)?;
    let (clock, rest) = rest.split_at_checked(9).ok_or(TimeFault::Format)?;
    let second = second_of(clock).ok_or(TimeFault::Format)?;
    let (micros, zone) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest).ok_or(TimeFault::Format)?,
        None => (0, rest),
    };
    let minutes = match zone {
        "" | "Z" => 0,
        _ => offset_minutes(zone).ok_or(TimeFault::Format)?,
    };
    let local = Timestamp::from_utc(date.parse()?, second).ok_or(TimeFault::Range)?;
    let micros = i64::try_from(local.micros())
        .ok()
        .and_then(|local| local.checked_add(micros))
        .and_then(|local| local.checked_sub(i64::from(minutes).checked_mul(60_000_000)?))
        .and_then(|micros| u64::try_from(micros).ok());
    micros.and_then(Timestamp::from_micros).ok_or(TimeFault::Range)
}

/// `T08:30:00` as seconds of the day.
fn second_of(clock: &str) -> Option<u32> {
    let (hour, rest) = clock.strip_prefix('T')?.split_once(':')?;
    let (minute, second) = rest.split_once(':')?;
    let (hour, minute, second) = (two_digits(hour)?, two_digits(minute)?, two_digits(second)?);
    if 23 < hour || 59 < minute || 59 < second {
        return None;
    }
    hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)
}

/// The digits after the point as microseconds, and what follows them.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let padded = digits.bytes().chain(std::iter::repeat(b'0')).take(6);
    let micros = padded
        .fold(0i64, |micros, b| micros.saturating_mul(10).saturating_add(i64::from(b & 0x0f)));
    Some((micros, rest))
}

fn two_digits(text: &str) -> Option<u32> {
    match text.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
            let tens = u32::from(tens & 0x0f).checked_mul(10)?;
            tens.checked_add(u32::from(ones & 0x0f))
        }
        _ => None,
    }
}

/// `+08:00` as minutes.
fn offset_minutes(zone: &str) -> Option<i32> {
    let (sign, clock) = zone.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    if 14 < hours || 59 < minutes {
        return None;
    }
    let total = i32::try_from(hours.checked_mul(60)?.checked_add(minutes)?).ok()?;
    match sign {
        "+" => Some(total),
        "-" => total.checked_neg(),
        _ => None,
    }
}
