//! What a coupon might be worth: a suggested price with the factors behind it (PRC-08).
//!
//! Advice only: nobody is held to it and no order is made from it. Pure and in integers: each
//! factor is a share of face value in basis points, rounded to the nearest, and the price follows
//! from the factors as they are shown, so that whoever reads them can compute it again.

use crate::credit::Grade;
use gcfn_model::{Amount, BasisPoints, Millis};
use serde::{Deserialize, Serialize};

/// How the factors become a price (C-52).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PricingModel {
    /// `F x (1 - dt - rc - lp)` (PRC-01).
    Additive3,
    /// `F x (1 - dt) x (1 - rc)` (PRC-02).
    Mult2,
}

/// What class of product a coupon is (CPN-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Track {
    /// A consumption voucher: it never sells above face value.
    Utility,
    /// Any other: the price may be above face value.
    Securities,
}

/// How prices are suggested: from the region's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricingRules {
    /// The formula.
    pub model: PricingModel,
    /// The discount at the end of the validity; before, in proportion (PRC-03).
    pub time_discount_max: BasisPoints,
    /// The premium of each grade, AAA first (PRC-04).
    pub credit_premium: [BasisPoints; 5],
    /// The premium of an issuer without a grade.
    pub unrated_premium: BasisPoints,
    /// The premium of a book where everybody sells, before it is limited (PRC-05).
    pub liquidity_slope: BasisPoints,
    /// The most that a book of buyers adds to the price.
    pub liquidity_bonus_max: BasisPoints,
    /// The most that a book of sellers takes from it.
    pub liquidity_premium_max: BasisPoints,
}

/// What a suggestion goes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PricingInputs {
    /// Face value of one coupon.
    pub face: Amount,
    /// From its sale to its end.
    pub validity_total: Millis,
    /// From now to its end.
    pub validity_left: Millis,
    /// The issuer's grade; none where it has not been rated.
    pub grade: Option<Grade>,
    /// How many coupons are offered.
    pub sell_quantity: u64,
    /// How many are asked for.
    pub buy_quantity: u64,
    /// The class of product.
    pub track: Track,
}

/// A suggested price. Factors are shares of face value in basis points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceSuggestion {
    /// Per coupon, rounded half up.
    pub price: Amount,
    /// What the time that has passed takes off.
    pub time_discount: BasisPoints,
    /// What the issuer's credit takes off.
    pub credit_premium: BasisPoints,
    /// What the state of the book takes off; below zero, it adds. Zero in the model without it.
    pub liquidity_premium: i32,
}

impl PricingRules {
    /// The network's rules (PRC-01 to PRC-05).
    pub const STANDARD: PricingRules = PricingRules {
        model: PricingModel::Additive3,
        time_discount_max: BasisPoints(1_500),
        credit_premium: [
            BasisPoints(0),
            BasisPoints(300),
            BasisPoints(600),
            BasisPoints(1_000),
            BasisPoints(1_500),
        ],
        unrated_premium: BasisPoints(2_000),
        liquidity_slope: BasisPoints(1_000),
        liquidity_bonus_max: BasisPoints(500),
        liquidity_premium_max: BasisPoints(1_000),
    };

    /// Suggests a price: never below zero, and on the utility track never above face (PRC-07).
    #[must_use]
    pub fn suggest(&self, inputs: &PricingInputs) -> PriceSuggestion {
        let time_discount = self.time_discount(inputs.validity_total, inputs.validity_left);
        let credit_premium = self.credit_premium(inputs.grade);
        let (share, liquidity_premium) = match self.model {
            PricingModel::Additive3 => {
                let lp = self.liquidity_premium(inputs.sell_quantity, inputs.buy_quantity);
                let off = signed(time_discount).saturating_add(signed(credit_premium));
                let left = signed(BasisPoints::ONE).saturating_sub(off.saturating_add(lp.into()));
                (u128::try_from(left).unwrap_or(0).saturating_mul(ONE), lp)
            }
            PricingModel::Mult2 => (rest(time_discount).saturating_mul(rest(credit_premium)), 0),
        };
        let price = self.price(inputs, share);
        PriceSuggestion { price, time_discount, credit_premium, liquidity_premium }
    }

    /// `share` of face in 10^-8, half up.
    fn price(&self, inputs: &PricingInputs, share: u128) -> Amount {
        let whole = ONE.saturating_mul(ONE);
        let product = u128::from(inputs.face.minor()).saturating_mul(share);
        let rounded = product.saturating_add(whole.saturating_div(2)).checked_div(whole);
        let price = rounded.and_then(|price| u64::try_from(price).ok());
        let price = price.and_then(Amount::from_minor).unwrap_or(Amount::MAX);
        match inputs.track {
            Track::Utility => price.min(inputs.face),
            Track::Securities => price,
        }
    }

    /// The premium of a grade. A grade whose premium is zero is not a missing one (D-01), and
    /// BB has its own although it issues nothing: its coupons are still in circulation (D-06).
    #[must_use]
    pub const fn credit_premium(&self, grade: Option<Grade>) -> BasisPoints {
        match grade {
            Some(grade) => grade.of(&self.credit_premium),
            None => self.unrated_premium,
        }
    }

    /// `(total - left) / total` of the largest discount. A coupon without a validity has lost
    /// nothing of it.
    fn time_discount(&self, total: Millis, left: Millis) -> BasisPoints {
        let (total, passed) = (u128::from(total.0.max(1)), total.0.saturating_sub(left.0));
        let discount = nearest(self.time_discount_max, u128::from(passed), total);
        discount.min(self.time_discount_max)
    }

    /// `clamp((sell - buy) / (sell + buy) x slope)`; an empty book is a balanced one (PRC-05).
    fn liquidity_premium(&self, sell: u64, buy: u64) -> i32 {
        let total = u128::from(sell).saturating_add(u128::from(buy)).max(1);
        let surplus = u128::from(sell.abs_diff(buy));
        let size = nearest(self.liquidity_slope, surplus, total);
        let (limit, sign) = match buy <= sell {
            true => (self.liquidity_premium_max, 1),
            false => (self.liquidity_bonus_max, -1),
        };
        i32::try_from(size.min(limit).0).unwrap_or(i32::MAX).saturating_mul(sign)
    }
}

const ONE: u128 = 10_000;

fn signed(BasisPoints(share): BasisPoints) -> i128 {
    i128::from(share)
}

/// The whole less `off`.
fn rest(off: BasisPoints) -> u128 {
    u128::from(BasisPoints::ONE.0.saturating_sub(off.0))
}

/// `rate x part / whole`, to the nearest, a half away from zero.
fn nearest(BasisPoints(rate): BasisPoints, part: u128, whole: u128) -> BasisPoints {
    let doubled = u128::from(rate).saturating_mul(part).saturating_mul(2).saturating_add(whole);
    let rounded = doubled.checked_div(whole.saturating_mul(2)).unwrap_or(0);
    BasisPoints(u32::try_from(rounded).unwrap_or(u32::MAX))
}
