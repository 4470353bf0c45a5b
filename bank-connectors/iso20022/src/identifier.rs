//! Identifiers of banks, accounts, firms and countries, with their check digits.

use crate::country::{COUNTRIES, IBAN_LENGTHS};
use crate::value::{Text, TextFault};
use std::fmt;
use std::str::FromStr;

/// A short ASCII text, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ascii<const MAX: usize> {
    /// Zero after the text, so that the order is that of the text.
    bytes: [u8; MAX],
    len: u8,
}

impl<const MAX: usize> Ascii<MAX> {
    /// `text`, if it is ASCII without zeros and fits.
    pub(crate) fn new(text: &str) -> Option<Ascii<MAX>> {
        let mut bytes = [0; MAX];
        if !text.bytes().all(|b| matches!(b, 1..=127)) {
            return None;
        }
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Ascii { bytes, len: u8::try_from(text.len()).ok()? })
    }

    pub(crate) fn as_str(&self) -> &str {
        let text = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        std::str::from_utf8(text).expect("only ASCII is kept")
    }
}

impl<const MAX: usize> fmt::Debug for Ascii<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// ISO 7064 MOD 97-10: the number that `digits` write, letters as 10 to 35.
fn mod_97(digits: impl Iterator<Item = u8>) -> u32 {
    digits.fold(0u32, |rest, digit| {
        let value = char::from(digit).to_digit(36).unwrap_or(0);
        let shift = if value < 10 { 10 } else { 100 };
        rest.saturating_mul(shift).saturating_add(value).rem_euclid(97)
    })
}

/// A country (ISO 3166-1), or `XK`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Country([u8; 2]);

/// A text that is not a [`Country`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("country is not a code of ISO 3166-1")]
pub struct CountryFault;

impl FromStr for Country {
    type Err = CountryFault;
    fn from_str(text: &str) -> Result<Country, CountryFault> {
        let code: [u8; 2] = text.as_bytes().try_into().map_err(|_| CountryFault)?;
        COUNTRIES.binary_search(&code).map(|_| Country(code)).map_err(|_| CountryFault)
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(std::str::from_utf8(&self.0).expect("codes are ASCII"))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A legal entity identifier (ISO 17442): 18 letters or digits and 2 check digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lei(Ascii<20>);

/// Why a text is not a [`Lei`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LeiFault {
    /// Not of the form of an LEI.
    #[error("LEI is not 18 capital letters or digits and 2 digits")]
    Format,
    /// The check digits do not fit: a typing error.
    #[error("LEI has wrong check digits; compare it with the original")]
    Check,
}

impl FromStr for Lei {
    type Err = LeiFault;
    fn from_str(text: &str) -> Result<Lei, LeiFault> {
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let checked = text.bytes().skip(18).all(|b| b.is_ascii_digit());
        if text.len() != 20 || !text.bytes().all(upper) || !checked {
            return Err(LeiFault::Format);
        }
        let fits = mod_97(text.bytes()) == 1;
        Ascii::new(text).filter(|_| fits).map(Lei).ok_or(LeiFault::Check)
    }
}

impl fmt::Display for Lei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
    }
}

impl fmt::Debug for Lei {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// A business identifier code (ISO 9362): 8 or 11 characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bic(Ascii<11>);

/// A text that is not a [`Bic`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("BIC is not 4 letters or digits, a country, 2 and possibly 3 more letters or digits")]
pub struct BicFault;

impl FromStr for Bic {
    type Err = BicFault;
    fn from_str(text: &str) -> Result<Bic, BicFault> {
        let upper = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        let formed = matches!(text.len(), 8 | 11) && text.bytes().all(upper);
        let country = text.get(4..6).and_then(|country| country.parse::<Country>().ok());
        Ascii::new(text).filter(|_| formed && country.is_some()).map(Bic).ok_or(BicFault)
    }
}

impl fmt::Display for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
    }
}

impl fmt::Debug for Bic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// An international bank account number (ISO 13616), without spaces. Its debug form is masked.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Iban(Ascii<34>);

/// Why a text is not an [`Iban`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IbanFault {
    /// Not of the form of an IBAN.
    #[error("IBAN is not 2 letters, 2 digits and up to 30 capital letters or digits")]
    Format,
    /// The country has no IBANs, or of another length.
    #[error("IBAN is not of the length of its country, or the country has none")]
    Length,
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
            && body.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if !formed {
            return Err(IbanFault::Format);
        }
        let registered = country.as_bytes().try_into().is_ok_and(|country: [u8; 2]| {
            IBAN_LENGTHS.binary_search_by_key(&country, |&(known, _)| known).is_ok_and(|at| {
                IBAN_LENGTHS.get(at).map(|&(_, l)| usize::from(l)) == Some(text.len())
            })
        });
        if !registered {
            return Err(IbanFault::Length);
        }
        // The check covers the number with its head moved to the end.
        let checked = mod_97(body.bytes().chain(head.bytes())) == 1;
        Ascii::new(text).filter(|_| checked).map(Iban).ok_or(IbanFault::Check)
    }
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0.as_str())
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
