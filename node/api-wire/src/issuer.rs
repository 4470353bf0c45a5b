//! Issuers: their account, quota and rating, their money, their defaults.

use crate::issuance::Stage;
use crate::page::list_size;
use crate::party::Bucket;
use crate::settlement::DepositAccount;
use crate::term::{Batch, Money, Party, Text, Time};
use crate::word::words;
use gcfn_model::{Amount, BatchId, Currency, PartyId};
use gcfn_venue::{DefaultCase, FundingCall, Issuer, Terms, Venue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// An issuer's tier.
    IssuerTier = gcfn_venue::Tier {
        /// The first.
        Silver,
        /// The second.
        Gold,
        /// The third.
        Platinum,
        /// The highest.
        Diamond,
    }
}

words! {
    /// Where an issuer stands.
    IssuerStanding = gcfn_venue::IssuerStatus {
        /// Applied, not yet approved.
        Pending,
        /// May issue.
        Active,
        /// May not issue, and its coupons are off the market.
        Suspended,
        /// May issue, within a quota that a default has cut.
        QuotaCut,
        /// May not issue, and its money stands still.
        Frozen,
        /// Not an issuer any more.
        Terminated,
        /// Its application was refused; it may apply again.
        Rejected,
    }
}

words! {
    /// Which factors a score has beside the rates of redemption and breakage.
    CreditFactorSet = gcfn_venue::FactorSet {
        /// Time in the market and user satisfaction.
        Tenure,
        /// Average maturity and user reputation.
        Maturity,
        /// Trade volume and defaults.
        Volume,
    }
}

words! {
    /// Of what the rates of a score are shares.
    CreditRateBase = gcfn_venue::RateBase {
        /// Of the face value sold.
        Sold,
        /// Of the face value minted, sold or not.
        Issued,
    }
}

words! {
    /// Why an application was refused.
    IssuerRefusal = gcfn_venue::IssuerRefusal {
        /// Documents are missing or out of date.
        DocumentsMissing,
        /// The business register does not know it so.
        NotVerified,
        /// Compliance found something against it.
        Compliance,
        /// Its credit does not carry an issuance.
        CreditTooLow,
    }
}

words! {
    /// How bad a default is.
    DefaultSeverity = gcfn_venue::Severity {
        /// One grade down, and a quota cut.
        Minor,
        /// No issuance; the guarantee fund stands in.
        Major,
        /// The issuer's money is frozen and its coupons are marked.
        Critical,
    }
}

words! {
    /// Why an issuer is in default.
    DefaultCause = gcfn_venue::DefaultCause {
        /// Two persons said so.
        Declared,
        /// The issuer did not meet a call for funds, and the fund could not.
        FundingUnmet,
    }
}

/// What one reviewer decides about an application: either `tier` and `quota`, or `refusal`.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "tier": "gold",
    "quota": { "amount": "100000.00", "currency": "CNY" }
}))]
pub struct IssuerReview {
    /// Sets its issuance fee.
    pub tier: Option<IssuerTier>,
    /// How much face value it may have outstanding.
    pub quota: Option<Money>,
    /// Why the application is refused.
    pub refusal: Option<IssuerRefusal>,
}

/// A merchant that may redeem the caller's coupons.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MerchantGrant {
    /// The merchant.
    pub merchant: Party,
}

/// An issuer's new base quota.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuotaGrant {
    /// How much face value it may have outstanding, before its grade and its deposit.
    pub quota: Money,
}

/// An issuer's money that is to move.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IssuerAmount {
    /// How much.
    pub amount: Money,
}

/// An issuer's assurance that it will redeem.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Assurance {
    /// The share of what its sales bring that is kept as deposit from now on, in basis points.
    #[schema(maximum = 10_000)]
    pub share: u32,
}

/// An issuer that does not perform.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DefaultDeclaration {
    /// How bad it is; an open default can only be declared worse.
    pub severity: DefaultSeverity,
}

/// An issuer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerAccount {
    /// Its pseudonym.
    pub issuer: Party,
    /// Where it stands.
    pub status: IssuerStanding,
    /// Its tier.
    pub tier: IssuerTier,
    /// Its grade, with what its defaults have taken off.
    #[schema(example = "BBB")]
    pub grade: String,
    /// How much face value it may have outstanding.
    pub quota: Money,
    /// How much of that is used.
    pub used: Money,
    /// Who may redeem its coupons.
    pub merchants: Vec<Party>,
    /// When it was first approved.
    pub since: Option<Time>,
    /// How many persons have signed its application, while that is under review.
    pub signed: usize,
    /// Why its last application was refused, if it was.
    pub refused: Option<IssuerRefusal>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl IssuerAccount {
    /// `known` as its account is shown.
    #[must_use]
    pub fn new(issuer: PartyId, known: &Issuer, currency: Currency, as_of: u64) -> IssuerAccount {
        IssuerAccount {
            issuer: Text(issuer),
            status: known.status.into(),
            tier: known.tier.into(),
            grade: known.grade.name().to_owned(),
            quota: Money::new(known.quota, currency),
            used: Money::new(known.used, currency),
            merchants: known.merchants.iter().copied().map(Party::from).collect(),
            since: known.since.map(Text),
            signed: known.admission.as_ref().map_or(0, |admission| admission.by.len()),
            refused: known.refused.map(Into::into),
            as_of,
        }
    }
}

/// Which issuers to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IssuerFilter {
    /// Only those that stand here. Applicants and refused ones are shown to staff and supervisors.
    #[param(inline)]
    pub status: Option<IssuerStanding>,
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Party>,
}

/// Issuers, by pseudonym.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerList {
    /// The issuers.
    pub issuers: Vec<IssuerLine>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Party>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What everybody may know of an issuer, in one line.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerLine {
    /// Its pseudonym.
    pub issuer: Party,
    /// Where it stands.
    pub status: IssuerStanding,
    /// Its tier.
    pub tier: IssuerTier,
    /// Its grade, with what its defaults have taken off.
    #[schema(example = "BBB")]
    pub grade: String,
    /// Its score: 0 to 100 with two decimals.
    #[schema(example = "60.00")]
    pub score: String,
    /// Whether it is in default.
    pub in_default: bool,
    /// When it was first approved.
    pub since: Option<Time>,
}

/// How an issuer's quota comes about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct QuotaReport {
    /// The base quota that was granted.
    pub granted: Money,
    /// What it comes to with the issuer's grade, its deposit and what a default has cut.
    pub quota: Money,
    /// How much of that is used.
    pub used: Money,
    /// Whether a default has cut it.
    pub cut: bool,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl QuotaReport {
    /// The quota of `known`.
    #[must_use]
    pub fn new(known: &Issuer, currency: Currency, as_of: u64) -> QuotaReport {
        let money = |amount| Money::new(amount, currency);
        QuotaReport {
            granted: money(known.granted),
            quota: money(known.quota),
            used: money(known.used),
            cut: known.quota_cut,
            as_of,
        }
    }
}

/// How far an issuer is trusted, and why: everybody may know.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditReport {
    /// The issuer.
    pub issuer: Party,
    /// Its score: 0 to 100 with two decimals.
    #[schema(example = "60.00")]
    pub score: String,
    /// The grade that it issues under, with what its defaults have taken off.
    #[schema(example = "BBB")]
    pub grade: String,
    /// The grade of the score alone.
    #[schema(example = "BBB")]
    pub grade_of_score: String,
    /// Whether it has too little history for its score to count against it.
    pub provisional: bool,
    /// How many grades its defaults have taken off.
    pub downgrades: u8,
    /// What the score is computed from.
    pub factors: CreditFactorReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// What a score is computed from: face values over the issuer's whole time, and by which of the
/// region's rules. Whoever has them computes the score again.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct CreditFactorReport {
    /// Which factors it has.
    pub set: CreditFactorSet,
    /// Of what its rates are shares.
    pub rate_base: CreditRateBase,
    /// What was minted.
    pub issued: Money,
    /// What was sold to first holders and not handed back.
    pub sold: Money,
    /// What of it was redeemed.
    pub redeemed: Money,
    /// What of it expired unredeemed.
    pub expired: Money,
    /// How many redemptions there were.
    pub redemptions: u64,
    /// What holders traded among themselves.
    pub resold: Money,
    /// How long a coupon took to be redeemed, on average by face, in milliseconds; none without
    /// redemptions.
    pub redemption_period_ms: Option<u64>,
    /// How many defaults were opened.
    pub defaults: u64,
    /// How many complaints of users were upheld.
    pub complaints: u64,
    /// The share of redemptions without a complaint, in basis points.
    pub satisfaction_bp: u32,
    /// When it was first approved.
    pub since: Option<Time>,
}

impl CreditReport {
    /// The rating of `known`.
    #[must_use]
    pub fn new(issuer: PartyId, known: &Issuer, terms: &Terms, as_of: u64) -> CreditReport {
        let (record, rating, rules) = (&known.record, &known.rating, &terms.credit);
        let money = |amount| Money::new(amount, terms.currency);
        CreditReport {
            issuer: Text(issuer),
            score: rating.score.to_string(),
            grade: known.grade.name().to_owned(),
            grade_of_score: rating.grade.name().to_owned(),
            provisional: rating.provisional,
            downgrades: known.downgrades,
            factors: CreditFactorReport {
                set: rules.factors.into(),
                rate_base: rules.rate_base.into(),
                issued: money(record.issued),
                sold: money(record.sold),
                redeemed: money(record.redeemed),
                expired: money(record.expired),
                redemptions: record.redemptions,
                resold: money(record.resold),
                redemption_period_ms: record.redemption_period().map(|period| period.0),
                defaults: record.defaults,
                complaints: record.complaints,
                satisfaction_bp: record.factors(0).satisfaction.0,
                since: known.since.map(Text),
            },
            as_of,
        }
    }
}

/// An issuer's money at this node, and what it stands behind.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerFinance {
    /// The issuer.
    pub issuer: Party,
    /// Money by what it may be used for; empty buckets are left out.
    pub money: Vec<Bucket>,
    /// The reserves of its batches that have coupons.
    pub reserves: Vec<ReserveReport>,
    /// What the issuer owes to the node's pools.
    pub owed: Money,
    /// What it is called for, while it is.
    pub funding_call: Option<FundingCallReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// The reserve of one batch.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReserveReport {
    /// The batch.
    pub batch: Batch,
    /// Where it stands.
    pub state: Stage,
    /// The face value that holders may still redeem.
    pub outstanding: Money,
    /// What is in the reserve.
    pub reserved: Money,
    /// What must be in it.
    pub required: Money,
    /// Whether it is below that.
    pub low: bool,
}

impl ReserveReport {
    /// The reserve of `batch`, of which `outstanding` may still be redeemed.
    #[must_use]
    pub fn new(
        id: BatchId,
        batch: &gcfn_venue::Batch,
        outstanding: Amount,
        venue: &Venue,
    ) -> Option<ReserveReport> {
        let currency = venue.terms().currency;
        Some(ReserveReport {
            batch: Text(id),
            state: batch.state.into(),
            outstanding: Money::new(outstanding, currency),
            reserved: Money::new(venue.reserve_of(id)?, currency),
            required: Money::new(venue.required_reserve(id)?, currency),
            low: batch.reserve_low,
        })
    }
}

/// What an issuer is called for.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FundingCallReport {
    /// When it must have paid; nothing once that has passed and a default is declared.
    pub due: Option<Time>,
    /// How many confirmed redemptions wait for its money.
    pub redemptions: usize,
    /// The matured batches whose holders wait.
    pub matured: Vec<Batch>,
}

impl From<&FundingCall> for FundingCallReport {
    fn from(call: &FundingCall) -> FundingCallReport {
        FundingCallReport {
            due: call.due.map(Text),
            redemptions: call.redemptions.len(),
            matured: call.matured.iter().copied().map(Text).collect(),
        }
    }
}

/// An issuer's voluntary deposit, and how to add to it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerDeposit {
    /// What is deposited.
    pub deposit: Money,
    /// What is added to it of what its sales bring.
    pub assurance: Assurance,
    /// What the payer writes as structured reference; without it the money waits in suspense.
    pub reference: Party,
    /// The node's account for it; nothing where it has none.
    pub account: Option<DepositAccount>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An issuer's proceeds.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct IssuerProceeds {
    /// What may be paid to its bank.
    pub free: Money,
    /// What is on its way there.
    pub on_the_way: Money,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// Whether an issuer performs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DefaultReport {
    /// Its open default, if there is one.
    pub default: Option<OpenDefault>,
    /// What it is called for, while it is.
    pub funding_call: Option<FundingCallReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An open default.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OpenDefault {
    /// How bad it is.
    pub severity: DefaultSeverity,
    /// Why it came to that.
    pub cause: DefaultCause,
    /// When it was opened.
    pub opened_at: Time,
}

impl From<&DefaultCase> for OpenDefault {
    fn from(case: &DefaultCase) -> OpenDefault {
        OpenDefault {
            severity: case.severity.into(),
            cause: case.cause.into(),
            opened_at: Text(case.opened_at),
        }
    }
}
