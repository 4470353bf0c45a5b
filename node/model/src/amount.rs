//! Money: one movement is an [`Amount`], a sum or a net position is a [`Position`].

use crate::Currency;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, de};

/// A non-negative sum of money in minor units (cents, fen), without its currency.
///
/// - Range: 0 to [`Amount::MAX`] (10^18 - 1), the 18 digits of ISO 20022
///   `ActiveCurrencyAndAmount`. Larger values are refused where they would arise.
/// - There are no operators: every sum is checked and says what happens when it does not fit.
/// - An account, an order or a message says which currency it is in; an amount alone does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Amount(u64);

impl Amount {
    /// No money.
    pub const ZERO: Amount = Amount(0);
    /// The largest single movement: 10^18 - 1 minor units.
    pub const MAX: Amount = Amount(999_999_999_999_999_999);

    /// `minor` units, or `None` above [`Amount::MAX`].
    #[must_use]
    pub const fn from_minor(minor: u64) -> Option<Amount> {
        if minor <= Self::MAX.0 { Some(Amount(minor)) } else { None }
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.0
    }

    /// Whether there is no money in it.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `self + other`, or `None` above [`Amount::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Amount) -> Option<Amount> {
        self.0.checked_add(other.0).and_then(Self::from_minor)
    }

    /// `self - other`, or `None` below zero.
    #[must_use]
    pub fn checked_sub(self, other: Amount) -> Option<Amount> {
        self.0.checked_sub(other.0).map(Amount)
    }

    /// `self - other`, but never below zero: what is left of a claim after part of it was met.
    #[must_use]
    pub fn saturating_sub(self, other: Amount) -> Amount {
        Amount(self.0.saturating_sub(other.0))
    }

    /// `self` taken `count` times, or `None` above [`Amount::MAX`].
    #[must_use]
    pub fn checked_mul(self, count: u64) -> Option<Amount> {
        self.0.checked_mul(count).and_then(Self::from_minor)
    }

    /// The sum of `amounts`, or `None` above [`Amount::MAX`].
    pub fn sum(amounts: impl IntoIterator<Item = Amount>) -> Option<Amount> {
        amounts.into_iter().try_fold(Amount::ZERO, Amount::checked_add)
    }

    /// Reads decimal text such as `1250.50` exactly: never rounds, no sign, no exponent.
    ///
    /// # Errors
    /// [`AmountFault`] when the text is not decimal, has more decimals than the currency, or
    /// is above [`Amount::MAX`].
    pub fn parse(text: &str, currency: Currency) -> Result<Amount, AmountFault> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(AmountFault::NotDecimal);
        }
        let decimals = usize::from(currency.decimals());
        let digits = fraction.trim_end_matches('0');
        if decimals < digits.len() {
            return Err(AmountFault::TooPrecise { got: digits.len(), currency });
        }
        let padding = decimals.saturating_sub(digits.len());
        let zeros = core::iter::repeat_n(b'0', padding);
        let mut digits = whole.bytes().chain(digits.bytes()).chain(zeros);
        digits
            .try_fold(0u64, |minor, digit| {
                minor.checked_mul(10)?.checked_add(u64::from(digit & 0x0f))
            })
            .and_then(Amount::from_minor)
            .ok_or(AmountFault::TooLarge)
    }

    /// Decimal text with the currency's decimals, as messages and people write it.
    #[must_use]
    pub fn decimal(self, currency: Currency) -> String {
        Position::from(self).decimal(currency)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Amount, D::Error> {
        Amount::from_minor(u64::deserialize(from)?)
            .ok_or_else(|| de::Error::custom("amount above 10^18 - 1 minor units"))
    }
}

/// Why a text is not an [`Amount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// Not digits with at most one point.
    #[error("amount is not decimal digits with at most one point")]
    NotDecimal,
    /// More decimals than the currency has.
    #[error("amount has {got} decimals, {currency} allows {}", currency.decimals())]
    TooPrecise {
        /// Significant decimals found.
        got: usize,
        /// The currency that has fewer.
        currency: Currency,
    },
    /// Above [`Amount::MAX`].
    #[error("amount is above 10^18 - 1 minor units")]
    TooLarge,
}

/// A sum of money in minor units that may be owed either way: balances, totals, net positions.
///
/// 128 bits hold 2^64 movements of [`Amount::MAX`], so sums of amounts cannot overflow in
/// practice; the arithmetic is checked all the same and the machine stops rather than wraps.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Position(i128);

impl Position {
    /// Nothing owed.
    pub const ZERO: Position = Position(0);

    /// `minor` units; negative is owed by the holder.
    #[must_use]
    pub const fn from_minor(minor: i128) -> Position {
        Position(minor)
    }

    /// The number of minor units, signed.
    #[must_use]
    pub const fn minor(self) -> i128 {
        self.0
    }

    /// This position with `amount` more.
    #[must_use]
    pub fn plus(self, amount: Amount) -> Position {
        self.and(Position::from(amount))
    }

    /// This position with `amount` less.
    #[must_use]
    pub fn minus(self, amount: Amount) -> Position {
        self.and(Position::from(amount).negated())
    }

    /// The sum of two positions.
    #[must_use]
    pub fn and(self, other: Position) -> Position {
        Position(self.0.checked_add(other.0).expect("128 bits hold every sum of 64-bit amounts"))
    }

    /// The same sum owed the other way.
    #[must_use]
    pub fn negated(self) -> Position {
        Position(self.0.checked_neg().expect("128 bits hold every sum of 64-bit amounts"))
    }

    /// The size as an amount when it is not negative.
    #[must_use]
    pub fn credit(self) -> Option<Amount> {
        u64::try_from(self.0).ok().and_then(Amount::from_minor)
    }

    /// The size as an amount when it is not positive.
    #[must_use]
    pub fn debit(self) -> Option<Amount> {
        self.negated().credit()
    }

    /// Decimal text with the currency's decimals and a leading minus where negative.
    #[must_use]
    pub fn decimal(self, currency: Currency) -> String {
        let sign = if self.0 < 0 { "-" } else { "" };
        let minor = self.0.unsigned_abs();
        match currency.decimals() {
            0 => alloc::format!("{sign}{minor}"),
            decimals => {
                let scale = 10u128.checked_pow(u32::from(decimals)).expect("at most 4 decimals");
                let (whole, rest) = (minor.div_euclid(scale), minor.rem_euclid(scale));
                let width = usize::from(decimals);
                alloc::format!("{sign}{whole}.{rest:0width$}")
            }
        }
    }
}

impl From<Amount> for Position {
    fn from(amount: Amount) -> Position {
        Position(i128::from(amount.0))
    }
}

impl core::iter::Sum for Position {
    fn sum<I: Iterator<Item = Position>>(positions: I) -> Position {
        positions.fold(Position::ZERO, Position::and)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
