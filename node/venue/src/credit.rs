//! How far an issuer is trusted: a score, the grade that follows from it, and what a grade is
//! allowed.
//!
//! The score is the four-factor formula of C-47, whose last two factors a region chooses (C-48).
//! It is in integers and rounded once, so that every replica and everybody who recomputes it gets
//! the same. Pure: whoever asks brings the factors. There is one scale (D-03): a score is 0 to
//! 10 000, hundredths of a point of 100.

mod factors;
mod tenure;

pub use factors::{FactorSet, RateBase};

use crate::fees::major_units;
use gcfn_model::{Amount, BasisPoints, Currency, Millis, Rounding};
use serde::{Deserialize, Serialize};

/// What a score is computed from. Values are face values over the issuer's whole time here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreditFactors {
    /// What was minted.
    pub issued: Amount,
    /// What was sold.
    pub sold: Amount,
    /// What of it was redeemed.
    pub redeemed: Amount,
    /// What of it expired unredeemed.
    pub expired: Amount,
    /// What holders traded among themselves.
    pub resold: Amount,
    /// How many redemptions there were.
    pub redemptions: u64,
    /// How long a coupon took to be redeemed, on average by face; `None` without redemptions.
    pub redemption_period: Option<Millis>,
    /// How many defaults there were.
    pub defaults: u64,
    /// Whole months since the issuer was first approved.
    pub tenure_months: u32,
    /// How content its users are: 0 to 10 000.
    pub satisfaction: BasisPoints,
}

/// A credit score: hundredths of a point, 0 to 10 000; `60.00` is 6 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Score(u16);

impl Score {
    /// The best.
    pub const MAX: Score = Score(10_000);

    /// `hundredths` of a point, or [`Score::MAX`] where that is less.
    #[must_use]
    pub const fn of(hundredths: u16) -> Score {
        if hundredths < Score::MAX.0 { Score(hundredths) } else { Score::MAX }
    }

    /// The score in hundredths of a point.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }
}

impl core::fmt::Display for Score {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Score(hundredths) = *self;
        let (points, rest) = (hundredths.saturating_div(100), hundredths.wrapping_rem(100));
        write!(f, "{points}.{rest:02}")
    }
}

/// A credit grade, best first (C-49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Grade {
    /// Top quota, least reserve.
    #[serde(rename = "AAA")]
    Aaa,
    /// High quota.
    #[serde(rename = "AA")]
    Aa,
    /// Standard.
    #[serde(rename = "A")]
    A,
    /// Limited quota; where a new issuer begins.
    #[serde(rename = "BBB")]
    Bbb,
    /// Issues nothing until it is better.
    #[serde(rename = "BB")]
    Bb,
}

impl Grade {
    /// Every grade, best first.
    pub const ALL: [Grade; 5] = [Grade::Aaa, Grade::Aa, Grade::A, Grade::Bbb, Grade::Bb];

    /// The grade as agencies write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Grade::Aaa => "AAA",
            Grade::Aa => "AA",
            Grade::A => "A",
            Grade::Bbb => "BBB",
            Grade::Bb => "BB",
        }
    }

    /// The same grade on the scale A to E (C-49).
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Grade::Aaa => 'A',
            Grade::Aa => 'B',
            Grade::A => 'C',
            Grade::Bbb => 'D',
            Grade::Bb => 'E',
        }
    }

    /// This grade's entry of a table that has one for each, best first.
    #[must_use]
    pub const fn of<T: Copy>(self, table: &[T; 5]) -> T {
        let [aaa, aa, a, bbb, bb] = *table;
        match self {
            Grade::Aaa => aaa,
            Grade::Aa => aa,
            Grade::A => a,
            Grade::Bbb => bbb,
            Grade::Bb => bb,
        }
    }
}

impl core::fmt::Display for Grade {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.name())
    }
}

/// The weights of the four factors (C-47); they sum to 10 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditWeights {
    /// Of the redemption rate.
    pub redemption: BasisPoints,
    /// Of what did not expire.
    pub breakage: BasisPoints,
    /// Of the time in the market, or what the set of factors has in its place.
    pub tenure: BasisPoints,
    /// Of user satisfaction, or what the set of factors has in its place.
    pub satisfaction: BasisPoints,
}

/// The start of an issuer that has no history yet (C-50).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provisional {
    /// What it scores meanwhile, whatever the formula gives.
    pub floor: Score,
    /// Its score counts from this many redemptions on.
    pub redemptions: u64,
    /// Or from this many months on, whichever comes first.
    pub months: u32,
}

/// How issuers are scored and graded, and what each grade is allowed: from the region's template.
/// Tables by grade are best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditRules {
    /// Which factors there are (C-48).
    pub factors: FactorSet,
    /// What the rates are shares of (C-51).
    pub rate_base: RateBase,
    /// The mean redemption period from which on average maturity earns nothing.
    pub maturity: Millis,
    /// The weights of the factors.
    pub weights: CreditWeights,
    /// The weight of a model's score where one arrives (C-47); 0 leaves it out.
    pub model_weight: BasisPoints,
    /// From which score on an issuer is AAA, AA, A, BBB.
    pub bands: [Score; 4],
    /// The start of an issuer without history.
    pub provisional: Provisional,
    /// A new issuer's quota of face value (ISS-04).
    pub quota_base: Amount,
    /// How much of a base quota a grade has (CSC-04).
    pub quota: [BasisPoints; 5],
    /// The share of the reserve base that a grade sets aside (C-28).
    pub reserve_ratio: [BasisPoints; 5],
}

/// An issuer's score with what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    /// The score; the provisional one of a new issuer until its own counts.
    pub score: Score,
    /// The grade of that score.
    pub grade: Grade,
    /// Whether the issuer has too little history for its own score to count, for it or against it.
    pub provisional: bool,
}

impl Rating {
    /// Whether the issuer may issue: only a computed score suspends it (C-50, D-32).
    #[must_use]
    pub const fn may_issue(&self) -> bool {
        self.provisional || !matches!(self.grade, Grade::Bb)
    }
}

impl CreditRules {
    /// The network's rules (C-28, C-47 to C-51), with the base quota in `currency`. Quota factors
    /// are a proposal: the new issuer's grade has the base quota, and each better one more.
    #[must_use]
    pub const fn standard(currency: Currency) -> CreditRules {
        CreditRules {
            factors: FactorSet::Tenure,
            rate_base: RateBase::Sold,
            maturity: Millis(365 * 86_400_000),
            weights: CreditWeights {
                redemption: BasisPoints(3_500),
                breakage: BasisPoints(2_500),
                tenure: BasisPoints(2_000),
                satisfaction: BasisPoints(2_000),
            },
            model_weight: BasisPoints(0),
            bands: [Score(9_000), Score(8_000), Score(7_000), Score(6_000)],
            provisional: Provisional { floor: Score(6_000), redemptions: 100, months: 6 },
            quota_base: major_units(currency, 100_000),
            quota: [
                BasisPoints(100_000),
                BasisPoints(50_000),
                BasisPoints(20_000),
                BasisPoints(10_000),
                BasisPoints(0),
            ],
            reserve_ratio: [BasisPoints::ONE; 5],
        }
    }

    /// Rates an issuer. One without enough history has the provisional score: a few redemptions
    /// raise it no more than a few complaints lower it (C-50). `model` is a model's score of it,
    /// whose signature the caller has checked.
    #[must_use]
    pub fn rate(&self, factors: &CreditFactors, model: Option<Score>) -> Rating {
        let computed = self.blend(self.score(factors), model);
        let provisional = factors.redemptions < self.provisional.redemptions
            && factors.tenure_months < self.provisional.months;
        let score = if provisional { self.provisional.floor } else { computed };
        Rating { score, grade: self.grade(score), provisional }
    }

    /// The score of the formula: `w1 Rr + w2 (1 - Br) + w3 x + w4 y`, rounded half up once, where
    /// `x` and `y` are `ln(Mt + 1) / ln(37)` and `Us`, or what the region's set of factors has in
    /// their place.
    ///
    /// Every term is at most its weight (D-05), so the score is at most 100. Without sales
    /// nothing has been redeemed and nothing has expired.
    #[must_use]
    pub fn score(&self, factors: &CreditFactors) -> Score {
        let weight = |weight: BasisPoints| u128::from(weight.0);
        let face = |amount: Amount| u128::from(amount.minor());
        let base = self.base(factors);
        let kept = base.saturating_sub(face(factors.expired));
        let redeemed = face(factors.redeemed).min(base);
        let [third, fourth] = self.shares(factors);

        // The rates are fractions of the base, the other terms of SCALE: over one denominator the
        // largest term is 10^4 x 10^18 x 10^8.
        let scale = u128::from(tenure::SCALE);
        let rates = weight(self.weights.redemption)
            .saturating_mul(redeemed)
            .saturating_add(weight(self.weights.breakage).saturating_mul(kept));
        let others = weight(self.weights.tenure)
            .saturating_mul(third)
            .saturating_add(weight(self.weights.satisfaction).saturating_mul(fourth));
        let sum = rates.saturating_mul(scale).saturating_add(others.saturating_mul(base));
        nearest(sum, base.saturating_mul(scale))
    }

    /// `(1 - w) x base + w x model`, half up (C-47).
    fn blend(&self, base: Score, model: Option<Score>) -> Score {
        let Some(model) = model else { return base };
        let whole = u128::from(BasisPoints::ONE.0);
        let weight = u128::from(self.model_weight.0).min(whole);
        let base = u128::from(base.0).saturating_mul(whole.saturating_sub(weight));
        nearest(base.saturating_add(u128::from(model.0).saturating_mul(weight)), whole)
    }

    /// The grade of a score. Bands are half-open: no score falls between two (D-04).
    #[must_use]
    pub fn grade(&self, score: Score) -> Grade {
        let reached = Grade::ALL.into_iter().zip(self.bands).find(|(_, from)| *from <= score);
        reached.map_or(Grade::Bb, |(grade, _)| grade)
    }

    /// The quota of a grade, from the base quota; rounded down.
    #[must_use]
    pub fn quota(&self, grade: Grade, base: Amount) -> Amount {
        grade.of(&self.quota).of(base, Rounding::Down).unwrap_or(Amount::MAX)
    }

    /// The share of the reserve base that an issuer of this grade sets aside.
    #[must_use]
    pub const fn reserve_ratio(&self, grade: Grade) -> BasisPoints {
        grade.of(&self.reserve_ratio)
    }
}

/// `numerator / denominator` hundredths of a point, half up, at most [`Score::MAX`].
fn nearest(numerator: u128, denominator: u128) -> Score {
    let doubled = numerator.saturating_mul(2).saturating_add(denominator);
    let rounded = doubled.checked_div(denominator.saturating_mul(2)).unwrap_or(0);
    Score::of(u16::try_from(rounded).unwrap_or(Score::MAX.0))
}
