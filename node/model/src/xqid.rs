//! The number of one coupon.

use crate::SeriesId;
use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The place of a coupon in its series, counted from 0 at minting.
pub type Serial = u64;

/// The identity of one coupon (XQID): series, serial and two check digits.
///
/// Text form: `<series>.<serial>.<check>`, for example
/// `ser-0000000000000000000000000a.17.07`. The check digits are ISO 7064 MOD 97-10 over the
/// rest, with two digits for every character: one mistyped or two swapped characters are always
/// seen. An IBAN has one digit for a digit, and misses one letter in 97 that stands for a digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Xqid {
    /// The series the coupon belongs to.
    pub series: SeriesId,
    /// Its number within the series.
    pub serial: Serial,
}

/// Why a text is not an [`Xqid`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum XqidFault {
    /// Not three parts of the right form.
    #[error("coupon number is not <series>.<serial>.<check>")]
    Format,
    /// The check digits do not fit the rest: a typing error.
    #[error("coupon number has wrong check digits; compare it with the original")]
    Check,
}

impl Xqid {
    /// Two digits that make the whole number congruent 1 modulo 97.
    #[must_use]
    pub fn check_digits(self) -> u8 {
        let text = alloc::format!("{}{}", self.series, self.serial);
        let values = text.chars().filter_map(|character| character.to_digit(36));
        let rest = values.chain([0]).fold(0u32, |rest, value| {
            rest.saturating_mul(100).saturating_add(value).rem_euclid(97)
        });
        u8::try_from(98u32.saturating_sub(rest)).expect("between 2 and 98")
    }
}

impl FromStr for Xqid {
    type Err = XqidFault;
    fn from_str(text: &str) -> Result<Xqid, XqidFault> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(XqidFault::Format);
        let series = part()?.parse().map_err(|_| XqidFault::Format)?;
        let serial_text = part()?;
        let serial = serial_text.parse::<Serial>().map_err(|_| XqidFault::Format)?;
        let check = part()?;
        let id = Xqid { series, serial };
        if parts.next().is_some() || check.len() != 2 || alloc::format!("{serial}") != serial_text {
            return Err(XqidFault::Format);
        }
        if check.parse() != Ok(id.check_digits()) {
            return Err(XqidFault::Check);
        }
        Ok(id)
    }
}

impl fmt::Display for Xqid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{:02}", self.series, self.serial, self.check_digits())
    }
}

impl Serialize for Xqid {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.collect_str(self)
        } else {
            (self.series, self.serial).serialize(to)
        }
    }
}

impl<'de> Deserialize<'de> for Xqid {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Xqid, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            <(SeriesId, Serial)>::deserialize(from).map(|(series, serial)| Xqid { series, serial })
        }
    }
}
