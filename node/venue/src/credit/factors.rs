//! The sets of factors that the documents score by, and what share of its weight each factor of a
//! set earns.
//!
//! A share is a whole number of [`SCALE`], rounded down where it is a quotient, and never more than
//! the whole. Normalisations that no document gives are proposals; `docs/credit.md` has the reasons.

use super::tenure::{self, SCALE};
use super::{CreditFactors, CreditRules};
use gcfn_model::{Amount, BasisPoints};
use serde::{Deserialize, Serialize};

/// Which factors a score has beside the rates of redemption and of breakage (C-48, CSC-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactorSet {
    /// Time in the market and user satisfaction (000 §7.1).
    Tenure,
    /// Average maturity and user reputation (003 §2.6, CSC-19).
    Maturity,
    /// Trade volume and default events (003 §3.6).
    Volume,
}

/// Of what the rates of redemption, breakage and trade are shares (C-51, CSC-11, CSC-12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateBase {
    /// The face value sold.
    Sold,
    /// The face value minted, sold or not.
    Issued,
}

impl CreditRules {
    /// The face value that the rates are shares of; at least one, so that they always are shares.
    pub(super) fn base(&self, factors: &CreditFactors) -> u128 {
        let base = match self.rate_base {
            RateBase::Sold => factors.sold,
            RateBase::Issued => factors.issued,
        };
        u128::from(base.minor()).max(1)
    }

    /// The shares of the third and the fourth factor.
    pub(super) fn shares(&self, factors: &CreditFactors) -> [u128; 2] {
        match self.factors {
            FactorSet::Tenure => {
                [u128::from(tenure::share(factors.tenure_months)), satisfaction(factors)]
            }
            FactorSet::Maturity => [self.swiftness(factors), self.reputation(factors)],
            FactorSet::Volume => [self.turnover(factors), faithfulness(factors)],
        }
    }

    /// `1 - Mt / maturity`: the whole for coupons that are redeemed at once, nothing where they take
    /// as long as the region's longest, or where none was redeemed.
    fn swiftness(&self, factors: &CreditFactors) -> u128 {
        let Some(period) = factors.redemption_period else { return 0 };
        let longest = self.maturity.0.max(1);
        part(u128::from(longest.saturating_sub(period.0)), u128::from(longest))
    }

    /// Satisfaction, as far as there are redemptions enough to know it by: reputation is earned,
    /// where satisfaction is whole until somebody complains.
    fn reputation(&self, factors: &CreditFactors) -> u128 {
        let enough = self.provisional.redemptions.max(1);
        let known = u128::from(factors.redemptions.min(enough));
        part(satisfaction(factors).saturating_mul(known), u128::from(enough).saturating_mul(WHOLE))
    }

    /// What was traded between holders, by the base of the rates: the whole once every coupon has
    /// changed hands on average.
    fn turnover(&self, factors: &CreditFactors) -> u128 {
        let face = |amount: Amount| u128::from(amount.minor());
        part(face(factors.resold), self.base(factors))
    }
}

const WHOLE: u128 = SCALE as u128;

/// The share of redemptions that nobody complained about.
fn satisfaction(factors: &CreditFactors) -> u128 {
    let whole = BasisPoints::ONE;
    part(u128::from(factors.satisfaction.min(whole).0), u128::from(whole.0))
}

/// `1 / (1 + Dv)`: half of it goes with the first default.
fn faithfulness(factors: &CreditFactors) -> u128 {
    part(1, u128::from(factors.defaults).saturating_add(1))
}

/// `numerator / denominator` of [`SCALE`], rounded down, at most the whole.
fn part(numerator: u128, denominator: u128) -> u128 {
    let scaled = numerator.min(denominator).saturating_mul(WHOLE);
    scaled.checked_div(denominator).unwrap_or(0)
}
