//! Currencies: the ISO 4217 codes that the network clears, with their minor units.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A currency of ISO 4217 that the network clears (C-40).
///
/// The list is closed and append-only: its order is part of every encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
#[repr(u8)]
pub enum Currency {
    /// Renminbi.
    Cny = 0,
    /// Hong Kong dollar.
    Hkd = 1,
    /// US dollar.
    Usd = 2,
    /// Singapore dollar.
    Sgd = 3,
    /// Euro.
    Eur = 4,
    /// Yen: no minor unit.
    Jpy = 5,
    /// UAE dirham.
    Aed = 6,
    /// Pound sterling.
    Gbp = 7,
}

impl Currency {
    /// Every currency, in encoding order.
    pub const ALL: [Currency; 8] = [
        Currency::Cny,
        Currency::Hkd,
        Currency::Usd,
        Currency::Sgd,
        Currency::Eur,
        Currency::Jpy,
        Currency::Aed,
        Currency::Gbp,
    ];

    /// The three-letter code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Currency::Cny => "CNY",
            Currency::Hkd => "HKD",
            Currency::Usd => "USD",
            Currency::Sgd => "SGD",
            Currency::Eur => "EUR",
            Currency::Jpy => "JPY",
            Currency::Aed => "AED",
            Currency::Gbp => "GBP",
        }
    }

    /// How many decimals a minor unit stands for.
    #[must_use]
    pub const fn decimals(self) -> u8 {
        match self {
            Currency::Jpy => 0,
            _ => 2,
        }
    }
}

/// A code that is not one of [`Currency::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("currency is not one of CNY, HKD, USD, SGD, EUR, JPY, AED, GBP")]
pub struct UnknownCurrency;

impl FromStr for Currency {
    type Err = UnknownCurrency;
    fn from_str(code: &str) -> Result<Currency, UnknownCurrency> {
        Currency::ALL.into_iter().find(|c| c.code() == code).ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.serialize_str(self.code())
        } else {
            to.serialize_u8(*self as u8)
        }
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
        if from.is_human_readable() {
            crate::text::deserialize(from)
        } else {
            let index = u8::deserialize(from)?;
            let known = Currency::ALL.get(usize::from(index)).copied();
            known.ok_or_else(|| de::Error::custom(UnknownCurrency))
        }
    }
}
