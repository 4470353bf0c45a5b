//! Ratios of integers: prices of one currency in another, and fee rates in basis points.

use crate::Amount;
use core::fmt;
use serde::{Deserialize, Serialize};

/// How a product that does not come out even becomes a whole minor unit.
///
/// The caller says where the residue goes; nothing is rounded without saying so (D-35).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, a half away from zero: fees.
    HalfUp,
    /// Never more than the exact value: what is paid out.
    Down,
    /// Never less than the exact value: what is paid in.
    Up,
}

/// `amount * numerator / denominator`, rounded as told; `None` above [`Amount::MAX`].
fn scaled(amount: Amount, numerator: u64, denominator: u64, rounding: Rounding) -> Option<Amount> {
    let product = u128::from(amount.minor()).checked_mul(u128::from(numerator))?;
    let denominator = u128::from(denominator);
    let whole = product.checked_div(denominator)?;
    let rest = product.checked_rem(denominator)?;
    let up = match rounding {
        Rounding::HalfUp => denominator <= rest.checked_mul(2)?,
        Rounding::Down => false,
        Rounding::Up => rest != 0,
    };
    let rounded = whole.checked_add(u128::from(up))?;
    u64::try_from(rounded).ok().and_then(Amount::from_minor)
}

/// A ratio of one currency's minor units to another's: `numerator` of the counter currency for
/// `denominator` of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rate {
    numerator: u64,
    denominator: u64,
}

/// A ratio with a zero in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("rate has a zero numerator or denominator")]
pub struct RateFault;

impl Rate {
    /// `numerator / denominator`, both above zero.
    ///
    /// # Errors
    /// [`RateFault`] when either is zero.
    pub const fn new(numerator: u64, denominator: u64) -> Result<Rate, RateFault> {
        if numerator == 0 || denominator == 0 {
            return Err(RateFault);
        }
        Ok(Rate { numerator, denominator })
    }

    /// Counter-currency units.
    #[must_use]
    pub const fn numerator(self) -> u64 {
        self.numerator
    }

    /// Base-currency units.
    #[must_use]
    pub const fn denominator(self) -> u64 {
        self.denominator
    }

    /// `base` converted to the counter currency; `None` above [`Amount::MAX`] or for a rate of
    /// zeros read from outside.
    #[must_use]
    pub fn counter(self, base: Amount, rounding: Rounding) -> Option<Amount> {
        scaled(base, self.numerator, self.denominator, rounding)
    }

    /// `counter` converted back to the base currency; `None` as for [`Rate::counter`].
    #[must_use]
    pub fn base(self, counter: Amount, rounding: Rounding) -> Option<Amount> {
        scaled(counter, self.denominator, self.numerator, rounding)
    }

    /// Orders by value without rounding.
    #[must_use]
    pub fn compare(self, other: Rate) -> core::cmp::Ordering {
        let left = u128::from(self.numerator).checked_mul(u128::from(other.denominator));
        let right = u128::from(other.numerator).checked_mul(u128::from(self.denominator));
        left.cmp(&right)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Hundredths of a percent: fee rates, ratios, haircuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BasisPoints(pub u32);

impl BasisPoints {
    /// The whole.
    pub const ONE: BasisPoints = BasisPoints(10_000);

    /// This share of `amount`; `None` above [`Amount::MAX`].
    #[must_use]
    pub fn of(self, amount: Amount, rounding: Rounding) -> Option<Amount> {
        scaled(amount, u64::from(self.0), 10_000, rounding)
    }
}
