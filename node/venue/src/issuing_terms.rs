//! What the region's template fixes about issuing.

use crate::batch::{DivisibleFor, MaturityAction};
use crate::fees::major_units;
use gcfn_model::{Amount, BasisPoints, Currency, Millis};
use serde::{Deserialize, Serialize};

/// How long coupons may be valid, in days from the start of their validity to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidityDays {
    /// At least.
    pub min: u32,
    /// At most.
    pub max: u32,
}

/// How many persons must sign something, by its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    /// Up to and including this amount.
    pub up_to: Amount,
    /// This many.
    pub persons: u8,
}

/// What a holder gets for a recalled coupon, in proportion to what is left of its face (O-09).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecallBasis {
    /// Its face value.
    Face,
    /// What its first buyer paid.
    IssuePrice,
}

/// The terms of issuing: from the region's template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuingTerms {
    /// The validity of coupons on the utility track (C-36, D-28).
    pub validity_utility: ValidityDays,
    /// The validity of all others; stored value in the US has a minimum of five years.
    pub validity_securities: ValidityDays,
    /// The most that a batch may split its coupons for (C-37).
    pub divisible_for: DivisibleFor,
    /// What becomes of unused coupons of a batch that says nothing of it; on the utility track
    /// its holders get no less (C-34).
    pub maturity: MaturityAction,
    /// Whether only prepaid consumption vouchers are issued: on the utility track, not split for
    /// sale, without a promise of money back (ISS-43).
    pub prepaid_only: bool,
    /// Whether a batch must name a published template (CPN-30).
    pub template_required: bool,
    /// Whether a submitted batch waits for the word of compliance before its review.
    pub screening: bool,
    /// The identity level that issuing asks for.
    pub kyc_to_issue: u8,
    /// Who must sign a batch, by its total face, in rising order.
    pub approval: [SignOff; 3],
    /// Who must sign an issuer's admission, by its quota, in rising order.
    pub onboarding: [SignOff; 3],
    /// The share of the proceeds that feeds the issuer's risk reserve (C-39).
    pub risk_ratio: BasisPoints,
    /// The share of the proceeds that goes to the guarantee fund (C-39).
    pub fund_ratio: BasisPoints,
    /// How much quota a voluntary deposit brings, per amount deposited (ISS-06).
    pub deposit_lift: BasisPoints,
    /// What a minor default takes off the quota (RSK-22).
    pub quota_cut: BasisPoints,
    /// What a recalled coupon is paid.
    pub recall_basis: RecallBasis,
    /// How often an issuer is rated whatever happens (CSC-08).
    pub review_every: Millis,
    /// Whether coupons may be sold on before their purchase has settled (2.3).
    pub resale_unsettled: bool,
}

const DAY: u64 = 86_400_000;

impl SignOff {
    /// One person up to `one` whole units of `currency`, two up to `two`, three above.
    #[must_use]
    pub const fn levels(currency: Currency, one: u32, two: u32) -> [SignOff; 3] {
        [
            SignOff { up_to: major_units(currency, one), persons: 1 },
            SignOff { up_to: major_units(currency, two), persons: 2 },
            SignOff { up_to: Amount::MAX, persons: 3 },
        ]
    }
}

impl IssuingTerms {
    /// The network's defaults. Sourced: 365 days (004), redeem only (C-37), breakage (C-34),
    /// ratios of 0 (C-39), a review each quarter (000). Proposals, in whole units of `currency`
    /// where they are money: the limits of who signs, the deposit that lifts the quota by itself,
    /// the quota cut by half, recall at face. What is not settled is not sold on (2.3).
    #[must_use]
    pub const fn of(currency: Currency) -> IssuingTerms {
        IssuingTerms {
            validity_utility: ValidityDays { min: 0, max: 365 },
            validity_securities: ValidityDays { min: 0, max: 36_525 },
            divisible_for: DivisibleFor::Redeem,
            maturity: MaturityAction::Breakage,
            prepaid_only: false,
            template_required: false,
            screening: false,
            kyc_to_issue: 1,
            approval: SignOff::levels(currency, 1_000, 1_000_000_000),
            onboarding: SignOff::levels(currency, 10_000_000, 1_000_000_000),
            risk_ratio: BasisPoints(0),
            fund_ratio: BasisPoints(0),
            deposit_lift: BasisPoints::ONE,
            quota_cut: BasisPoints(5_000),
            recall_basis: RecallBasis::Face,
            review_every: Millis(91 * DAY),
            resale_unsettled: false,
        }
    }
}

/// How many persons must sign something of `size`.
pub(crate) fn signers(levels: &[SignOff; 3], size: Amount) -> usize {
    let [.., last] = levels;
    let level = levels.iter().find(|level| size <= level.up_to).unwrap_or(last);
    usize::from(level.persons)
}
