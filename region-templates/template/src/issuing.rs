//! The section `[issuing]`: what is fixed about issuing.

use crate::document::Section;
use crate::region::{Divisible, Maturity, Product};
use gcfn_model::BasisPoints;

/// What is fixed about issuing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Issuing {
    /// The shortest validity of what is not on the utility track, in days.
    pub securities_validity_days_min: u32,
    /// The longest validity of it, in days.
    pub securities_validity_days_max: u32,
    /// Whether only prepaid consumption vouchers are issued.
    pub prepaid_only: bool,
    /// Whether a batch must name a published template.
    pub template_required: bool,
    /// Whether compliance sees a batch before its review.
    pub screening: bool,
    /// How well an issuer must be known: a level, 0 to 3.
    pub kyc_to_issue: u8,
    /// Who signs a batch, by its face value.
    pub approval: SignOff,
    /// Who signs an issuer's admission, by its quota.
    pub onboarding: SignOff,
    /// Of the proceeds, into the issuer's risk reserve.
    pub risk_ratio: BasisPoints,
    /// Of the proceeds, into the guarantee fund.
    pub fund_ratio: BasisPoints,
    /// The quota that a voluntary deposit brings, of the deposit.
    pub deposit_lift: BasisPoints,
    /// What a minor default takes off the quota.
    pub quota_cut: BasisPoints,
    /// What a holder is paid for a recalled coupon.
    pub recall: RecallBasis,
    /// How often an issuer is rated whatever happens, in days.
    pub review_days: u32,
}

/// How many persons sign, by size, in whole units of the region's currency. Above both it is three.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignOff {
    /// Up to this, one person.
    pub one_up_to: u32,
    /// Up to this, two.
    pub two_up_to: u32,
}

/// What a holder is paid for a recalled coupon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecallBasis {
    /// What is left of its face value.
    Face,
    /// The issue price of it.
    IssuePrice,
}

/// Reads the section. What a product may be bounds what may be asked of all of them.
pub(crate) fn read(section: &mut Section<'_>, product: Option<Product>) -> Option<Issuing> {
    let validity_min = section.number("securities_validity_days_min", 0..=36_500);
    let validity_max = section.number("securities_validity_days_max", 1..=36_525);
    section.require(
        validity_min.zip(validity_max).map(|(min, max): (u32, u32)| min <= max),
        "securities_validity_days_max",
        "not less than securities_validity_days_min",
    );
    let prepaid_only = section.flag("prepaid_only");
    section.require(
        prepaid_only.zip(product).map(|(only, product)| !only || is_prepaid(product)),
        "prepaid_only",
        "false, unless product.maturity is less than \"cash\" and product.divisible than \"sale\"",
    );
    let template_required = section.flag("template_required");
    let screening = section.flag("screening");
    let kyc_to_issue = section.number("kyc_to_issue", 0..=3);
    let approval = sign_off(section, "approval_one_up_to", "approval_two_up_to");
    let onboarding = sign_off(section, "onboarding_one_up_to", "onboarding_two_up_to");
    let (risk_ratio, fund_ratio) = (section.rate("risk_ratio"), section.rate("fund_ratio"));
    section.together([(risk_ratio, "risk_ratio"), (fund_ratio, "fund_ratio")]);
    let deposit_lift = section.number("deposit_lift", 0..=1_000_000).map(BasisPoints);
    let quota_cut = section.rate("quota_cut");
    let recall = section
        .choice("recall", &[("face", RecallBasis::Face), ("issue-price", RecallBasis::IssuePrice)]);
    let review_days = section.number("review_days", 1..=3650);
    Some(Issuing {
        securities_validity_days_min: validity_min?,
        securities_validity_days_max: validity_max?,
        prepaid_only: prepaid_only?,
        template_required: template_required?,
        screening: screening?,
        kyc_to_issue: kyc_to_issue?,
        approval: approval?,
        onboarding: onboarding?,
        risk_ratio: risk_ratio?,
        fund_ratio: fund_ratio?,
        deposit_lift: deposit_lift?,
        quota_cut: quota_cut?,
        recall: recall?,
        review_days: review_days?,
    })
}

fn is_prepaid(product: Product) -> bool {
    product.maturity != Maturity::Cash && product.divisible != Divisible::Sale
}

fn sign_off(section: &mut Section<'_>, one: &'static str, two: &'static str) -> Option<SignOff> {
    let (one_up_to, two_up_to) = (section.units_or_none(one), section.units_or_none(two));
    let rises = one_up_to.zip(two_up_to).map(|(one, two)| one <= two);
    section.require(rises, two, &format!("not less than {one}"));
    Some(SignOff { one_up_to: one_up_to?, two_up_to: two_up_to? })
}
