//! The values that elements hold, each validated where it enters.

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

fn check_text(text: &str, max: usize, allowed: fn(char) -> bool) -> Result<String, TextFault> {
    // The schema counts characters, not bytes.
    if text.is_empty() || max < text.chars().count() {
        return Err(TextFault::Length { max });
    }
    if !text.chars().all(allowed) {
        return Err(TextFault::Character);
    }
    Ok(text.to_owned())
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
        let allowed = |c: char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
        check_text(text, MAX, allowed).map(Text)
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
pub struct Reference(String);

impl Reference {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = TextFault;
    fn from_str(text: &str) -> Result<Reference, TextFault> {
        check_text(text, 35, |c| matches!(c, ' '..='~')).map(Reference)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A business identifier code (ISO 9362): 8 or 11 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bic(String);

/// A text that is not a [`Bic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("BIC is not 4 letters or digits, 2 letters, 2 and possibly 3 more letters or digits")]
pub struct BicFault;

impl FromStr for Bic {
    type Err = BicFault;
    fn from_str(text: &str) -> Result<Bic, BicFault> {
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let country = text.bytes().skip(4).take(2).all(|b| b.is_ascii_uppercase());
        let formed = matches!(text.len(), 8 | 11) && text.bytes().all(upper) && country;
        if formed { Ok(Bic(text.to_owned())) } else { Err(BicFault) }
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An international bank account number (ISO 13616), without spaces. Its debug form is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Iban(String);

/// Why a text is not an [`Iban`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IbanFault {
    /// Not of the form of an IBAN.
    #[error("IBAN is not 2 letters, 2 digits and up to 30 letters or digits")]
    Format,
    /// The check digits do not fit: a typing error.
    #[error("IBAN has wrong check digits; compare it with the original")]
    Check,
}

impl FromStr for Iban {
    type Err = IbanFault;
    fn from_str(text: &str) -> Result<Iban, IbanFault> {
        let (head, body) = text.split_at_checked(4).ok_or(IbanFault::Format)?;
        let (country, check) = head.split_at_checked(2).ok_or(IbanFault::Format)?;
        let formed = country.bytes().all(|b| b.is_ascii_uppercase())
            && check.bytes().all(|b| b.is_ascii_digit())
            && (1..=30).contains(&body.len())
            && body.bytes().all(|b| b.is_ascii_alphanumeric());
        if !formed {
            return Err(IbanFault::Format);
        }
        // ISO 7064 MOD 97-10 over the rearranged number, letters as 10 to 35.
        let rest = body.chars().chain(head.chars()).fold(0u32, |rest, c| {
            let value = c.to_digit(36).unwrap_or(0);
            let shift = if value < 10 { 10 } else { 100 };
            rest.saturating_mul(shift).saturating_add(value).rem_euclid(97)
        });
        if rest == 1 { Ok(Iban(text.to_owned())) } else { Err(IbanFault::Check) }
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Iban(masked)")
    }
}

/// An account at a bank.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountNumber {
    /// By IBAN.
    Iban(Iban),
    /// By the bank's own numbering (`Othr/Id`).
    Other(Text<34>),
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AccountNumber::Iban(iban) => iban.fmt(f),
            AccountNumber::Other(number) => number.fmt(f),
        }
    }
}

impl FromStr for AccountNumber {
    type Err = TextFault;
    /// An IBAN if it is one with right check digits, else the bank's own number.
    fn from_str(text: &str) -> Result<AccountNumber, TextFault> {
        match text.parse() {
            Ok(iban) => Ok(AccountNumber::Iban(iban)),
            Err(_) => text.parse().map(AccountNumber::Other),
        }
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
    [] AccountNumber;
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
    let zone = text.bytes().skip(10).position(|b| matches!(b, b'Z' | b'+' | b'-'));
    let end = zone.map_or(text.len(), |at| at.saturating_add(10));
    let (local, zone) = text.split_at_checked(end).ok_or(TimeFault::Format)?;
    let minutes = match zone {
        "" | "Z" => 0,
        _ => offset_minutes(zone).ok_or(TimeFault::Format)?,
    };
    let (clock, fraction) = local.split_once('.').unwrap_or((local, "0"));
    let micros: String = fraction.chars().take(6).collect();
    let stamp: Timestamp = format!("{clock}.{micros}Z").parse()?;
    let micros = i64::try_from(stamp.micros())
        .ok()
        .and_then(|micros| micros.checked_sub(i64::from(minutes).checked_mul(60_000_000)?))
        .and_then(|micros| u64::try_from(micros).ok());
    micros.and_then(Timestamp::from_micros).ok_or(TimeFault::Range)
}

/// `+08:00` as minutes.
fn offset_minutes(zone: &str) -> Option<i32> {
    let (sign, clock) = zone.split_at_checked(1)?;
    let (hours, minutes) = clock.split_once(':')?;
    let number = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<i32>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    if 14 < hours || 59 < minutes {
        return None;
    }
    let total = hours.checked_mul(60)?.checked_add(minutes)?;
    match sign {
        "+" => Some(total),
        "-" => total.checked_neg(),
        _ => None,
    }
}
