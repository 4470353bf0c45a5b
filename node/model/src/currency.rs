//! Currencies: the ISO 4217 codes that the network clears, with their minor units.

use core::fmt;
use core::str::FromStr;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Makes [`Currency`] of one table: the place in every encoding, the code, the decimals.
macro_rules! currencies {
    (
        $(#[$first_doc:meta])* $first:ident = $first_place:literal, $first_code:literal, $first_decimals:literal;
        $($(#[$doc:meta])* $name:ident = $place:literal, $code:literal, $decimals:literal;)*
    ) => {
        /// A currency of ISO 4217 that the network clears (C-40).
        ///
        /// The list is closed and append-only: its order is part of every encoding.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Currency {
            $(#[$first_doc])*
            $first = $first_place,
            $($(#[$doc])* $name = $place,)*
        }

        impl Currency {
            /// Every currency, in encoding order.
            pub const ALL: [Currency; [$first_code, $($code),*].len()] =
                [Currency::$first, $(Currency::$name),*];

            /// Every code, in encoding order, for people.
            pub const CODES: &str = concat!($first_code, $(", ", $code),*);

            /// The three-letter code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self {
                    Currency::$first => $first_code,
                    $(Currency::$name => $code,)*
                }
            }

            /// How many decimals a minor unit stands for: its exponent in ISO 4217.
            #[must_use]
            pub const fn decimals(self) -> u8 {
                match self {
                    Currency::$first => $first_decimals,
                    $(Currency::$name => $decimals,)*
                }
            }
        }
    };
}

currencies! {
    /// Renminbi.
    Cny = 0, "CNY", 2;
    /// Hong Kong dollar.
    Hkd = 1, "HKD", 2;
    /// US dollar.
    Usd = 2, "USD", 2;
    /// Singapore dollar.
    Sgd = 3, "SGD", 2;
    /// Euro.
    Eur = 4, "EUR", 2;
    /// Yen: no minor unit.
    Jpy = 5, "JPY", 0;
    /// UAE dirham.
    Aed = 6, "AED", 2;
    /// Pound sterling.
    Gbp = 7, "GBP", 2;
    /// Swiss franc.
    Chf = 8, "CHF", 2;
    /// Canadian dollar.
    Cad = 9, "CAD", 2;
    /// Australian dollar.
    Aud = 10, "AUD", 2;
    /// New Zealand dollar.
    Nzd = 11, "NZD", 2;
    /// Won: no minor unit.
    Krw = 12, "KRW", 0;
    /// New Taiwan dollar: two decimals in ISO 4217, though none is paid in.
    Twd = 13, "TWD", 2;
    /// Pataca.
    Mop = 14, "MOP", 2;
    /// Baht.
    Thb = 15, "THB", 2;
    /// Malaysian ringgit.
    Myr = 16, "MYR", 2;
    /// Indian rupee.
    Inr = 17, "INR", 2;
    /// Rupiah: two decimals in ISO 4217, though none is paid in.
    Idr = 18, "IDR", 2;
    /// Kuwaiti dinar: a thousand fils.
    Kwd = 19, "KWD", 3;
}

/// A code that is not one of [`Currency::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("currency is not one of {}", Currency::CODES)]
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
