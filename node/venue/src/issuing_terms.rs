//! What the region's template fixes about issuing.

use gcfn_model::{Amount, BasisPoints, Millis};
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
    /// Whether a batch may say that coupons are split for sale (C-37).
    pub split_for_sale: bool,
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
}

const DAY: u64 = 86_400_000;

const fn up_to(minor: u64, persons: u8) -> SignOff {
    match Amount::from_minor(minor) {
        Some(up_to) => SignOff { up_to, persons },
        None => SignOff { up_to: Amount::MAX, persons },
    }
}

impl IssuingTerms {
    /// The network's defaults. Sourced: 365 days (004), redeem only (C-37), ratios of 0 (C-39),
    /// a review each quarter (000). Proposals: the limits of who signs, the deposit that lifts
    /// the quota by itself, the quota cut by half, recall at face.
    pub const DEFAULT: IssuingTerms = IssuingTerms {
        validity_utility: ValidityDays { min: 0, max: 365 },
        validity_securities: ValidityDays { min: 0, max: 36_525 },
        split_for_sale: false,
        prepaid_only: false,
        template_required: false,
        screening: false,
        kyc_to_issue: 1,
        approval: [up_to(100_000, 1), up_to(100_000_000_000, 2), up_to(u64::MAX, 3)],
        onboarding: [up_to(1_000_000_000, 1), up_to(100_000_000_000, 2), up_to(u64::MAX, 3)],
        risk_ratio: BasisPoints(0),
        fund_ratio: BasisPoints(0),
        deposit_lift: BasisPoints::ONE,
        quota_cut: BasisPoints(5_000),
        recall_basis: RecallBasis::Face,
        review_every: Millis(91 * DAY),
    };
}

/// How many persons must sign something of `size`.
pub(crate) fn signers(levels: &[SignOff; 3], size: Amount) -> usize {
    let [.., last] = levels;
    let level = levels.iter().find(|level| size <= level.up_to).unwrap_or(last);
    usize::from(level.persons)
}
