//! The section `[money]`: how the money desk works.

use crate::document::Section;
use gcfn_model::BasisPoints;

/// How the money desk works. Amounts are whole units of the region's currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Money {
    /// How long an entry by hand can be reversed, in days.
    pub reversal_days: u32,
    /// From which amount on an operator approves a withdrawal, where one does.
    pub withdrawal_approval_from: Option<u32>,
    /// How long a withdrawal can be cancelled before it is sent, in minutes.
    pub withdrawal_hold_minutes: u32,
    /// Until a dispute is taken up, in hours.
    pub dispute_answer_hours: u32,
    /// Until it escalates, in hours from its submission.
    pub dispute_escalate_hours: u32,
    /// Until it is resolved, in hours from its submission.
    pub dispute_resolve_hours: u32,
    /// How long after a trade a dispute may be opened, in days.
    pub dispute_open_days: u32,
    /// Of the fees, to the region operator.
    pub share_region: BasisPoints,
    /// Of the fees, to the partner who brought the business; the rest is the platform's.
    pub share_partner: BasisPoints,
    /// Of an invited user's first settled trade, to who invited it.
    pub referral_rate: BasisPoints,
    /// At most.
    pub referral_cap: u32,
    /// What brings points, and what points bring.
    pub points: Points,
    /// Withheld from the seller of a resale, of its value.
    pub tax_resale: Tax,
    /// Withheld on a withdrawal, on top of it.
    pub tax_withdrawal: Tax,
    /// Who has the bank's interest.
    pub interest_to: InterestOwner,
    /// How long a proposal waits for a second person, in hours.
    pub proposal_hours: u32,
    /// How long money may wait unexplained before it is an alarm, in hours.
    pub unexplained_hours: u32,
}

/// What brings a user points, and what points bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points {
    /// For registering, once.
    pub register: u32,
    /// For being known by one's real name, once.
    pub real_name: u32,
    /// The identity level that says that one is.
    pub real_name_kyc: u8,
    /// For a review that was found good.
    pub review: u32,
    /// How many points bring one whole unit of the currency; none is paid out where it is zero.
    pub per_unit: u32,
}

/// What is withheld on one kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    /// As what.
    pub kind: TaxKind,
    /// Of the event's value.
    pub rate: BasisPoints,
}

/// As what a tax is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxKind {
    /// On income, from who is paid.
    Withholding,
    /// On the transfer.
    Stamp,
    /// On the sale.
    Sales,
}

/// Who has the bank's interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterestOwner {
    /// The network operator.
    Platform,
    /// The region operator.
    Region,
    /// The guarantee fund.
    GuaranteeFund,
}

/// Reads the section.
pub(crate) fn read(section: &mut Section<'_>) -> Option<Money> {
    let reversal_days = section.number("reversal_days", 0..=365);
    let withdrawal_approval_from = section.optional("withdrawal_approval_from", Section::units);
    let withdrawal_hold_minutes = section.number("withdrawal_hold_minutes", 0..=10_080);
    let dispute_answer_hours = hours(section, "dispute_answer_hours");
    let dispute_escalate_hours = hours(section, "dispute_escalate_hours");
    let dispute_resolve_hours = hours(section, "dispute_resolve_hours");
    section.rising([
        (dispute_answer_hours, "dispute_answer_hours"),
        (dispute_escalate_hours, "dispute_escalate_hours"),
        (dispute_resolve_hours, "dispute_resolve_hours"),
    ]);
    let dispute_open_days = section.number("dispute_open_days", 1..=3650);
    let (region, partner) = (section.rate("share_region"), section.rate("share_partner"));
    section.together([(region, "share_region"), (partner, "share_partner")]);
    let referral_rate = section.rate("referral_rate");
    let referral_cap = section.units_or_none("referral_cap");
    let points = points(section);
    let tax_resale = tax(section, "tax_resale", "tax_resale_kind");
    let tax_withdrawal = tax(section, "tax_withdrawal", "tax_withdrawal_kind");
    let interest_to = section.choice(
        "interest_to",
        &[
            ("platform", InterestOwner::Platform),
            ("region", InterestOwner::Region),
            ("guarantee-fund", InterestOwner::GuaranteeFund),
        ],
    );
    let proposal_hours = hours(section, "proposal_hours");
    let unexplained_hours = hours(section, "unexplained_hours");
    Some(Money {
        reversal_days: reversal_days?,
        withdrawal_approval_from: withdrawal_approval_from?,
        withdrawal_hold_minutes: withdrawal_hold_minutes?,
        dispute_answer_hours: dispute_answer_hours?,
        dispute_escalate_hours: dispute_escalate_hours?,
        dispute_resolve_hours: dispute_resolve_hours?,
        dispute_open_days: dispute_open_days?,
        share_region: region?,
        share_partner: partner?,
        referral_rate: referral_rate?,
        referral_cap: referral_cap?,
        points: points?,
        tax_resale: tax_resale?,
        tax_withdrawal: tax_withdrawal?,
        interest_to: interest_to?,
        proposal_hours: proposal_hours?,
        unexplained_hours: unexplained_hours?,
    })
}

fn hours(section: &mut Section<'_>, key: &'static str) -> Option<u32> {
    section.number(key, 1..=8760)
}

fn tax(section: &mut Section<'_>, rate: &'static str, kind: &'static str) -> Option<Tax> {
    let rate = section.rate(rate);
    let kind = section.choice(
        kind,
        &[
            ("withholding", TaxKind::Withholding),
            ("stamp", TaxKind::Stamp),
            ("sales", TaxKind::Sales),
        ],
    );
    Some(Tax { kind: kind?, rate: rate? })
}

fn points(section: &mut Section<'_>) -> Option<Points> {
    let register = section.number("points_register", 0..=1_000_000);
    let real_name = section.number("points_real_name", 0..=1_000_000);
    let real_name_kyc = section.number("points_real_name_kyc", 0..=3);
    let review = section.number("points_review", 0..=1_000_000);
    let per_unit = section.number("points_per_unit", 0..=1_000_000);
    Some(Points {
        register: register?,
        real_name: real_name?,
        real_name_kyc: real_name_kyc?,
        review: review?,
        per_unit: per_unit?,
    })
}
