//! Batches, series and where coupons can be bought.

use crate::page::list_size;
use crate::problem::Problem;
use crate::template::{
    AttributeDocument, CouponKind, SchemaDocument, TemplateUse, TemplateUsed, Track,
};
use crate::term::{Batch, Hash, Money, Party, Proposal, Series, Text, Time};
use crate::word::words;
use gcfn_model::{Amount, BatchId, Currency, Millis};
use gcfn_venue::{BatchTerms, SuspensionReason, TemplateRef, Terms, Venue};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

words! {
    /// What a coupon is made of.
    CouponForm = gcfn_venue::CouponForm {
        /// Printed.
        Physical,
        /// An entry in the books and nothing else.
        Digital,
        /// Made to be traded.
        Financialised,
    }
}

words! {
    /// For what a coupon may be split.
    DivisibleFor = gcfn_venue::DivisibleFor {
        /// For nothing.
        None,
        /// It may be redeemed in parts.
        Redeem,
        /// It may be redeemed in parts, and what is left of it sold.
        Sale,
    }
}

words! {
    /// What becomes of coupons that end unused.
    MaturityAction = gcfn_venue::MaturityAction {
        /// They are worth nothing; the reserve is shared between issuer and platform.
        Breakage,
        /// Holders are paid what is left of the face.
        Cash,
        /// Holders are paid the issue price of what is left of the face.
        Refund,
    }
}

words! {
    /// What an issuer sets aside per coupon sold.
    ReserveMode = gcfn_venue::ReserveMode {
        /// Its face value; what the price does not bring, the issuer deposits before listing.
        Face,
        /// What its sale brings.
        Proceeds,
        /// Nothing.
        None,
    }
}

/// The terms of a batch, in the currency of the venue. What is left out is as the region has it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchDraft {
    /// Face value of one coupon.
    pub face: Money,
    /// How many coupons.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    pub quantity: u64,
    /// What the first buyer pays for one; at most its face on the utility track.
    pub issue_price: Money,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
    /// From this instant on the reserve of what expired is shared out.
    pub breakage_at: Time,
    /// Whether a coupon may be redeemed in parts.
    #[serde(default)]
    pub divisible: bool,
    /// For what a coupon may be split; as `divisible` says when left out.
    pub divisible_for: Option<DivisibleFor>,
    /// Whether coupons may be given or sold on.
    #[serde(default = "transferable")]
    #[schema(default = true)]
    pub transferable: bool,
    /// From this instant on the batch may be listed; at once when left out.
    pub lists_from: Option<Time>,
    /// From this instant on coupons may be redeemed; at once when left out.
    pub starts_at: Option<Time>,
    /// What a coupon gives; a voucher when left out.
    pub kind: Option<CouponKind>,
    /// What it is made of; digital when left out.
    pub form: Option<CouponForm>,
    /// What class of product it is; utility when left out.
    pub track: Option<Track>,
    /// The least purchase that a coupon may be used for; the merchant minds it.
    pub minimum_purchase: Option<Money>,
    /// How often a coupon may be resold; at most as often as the region allows.
    pub resales_max: Option<u8>,
    /// How long the first buyer may hand a coupon back, in seconds; at most as long as the region
    /// allows.
    pub refund_window_seconds: Option<u64>,
    /// What becomes of coupons that end unused; breakage when left out.
    pub maturity: Option<MaturityAction>,
    /// What is set aside per coupon sold; no laxer than the region asks for.
    pub reserve: Option<ReserveMode>,
    /// The published template that promises it, where there is one.
    pub template: Option<TemplateUse>,
}

const fn transferable() -> bool {
    true
}

impl BatchDraft {
    /// The same in the machine's words; what it does not say is as the region has it. The caller
    /// has compared the currencies, and kept the documents that `template` names.
    #[must_use]
    pub fn terms(&self, region: &Terms, template: Option<TemplateRef>) -> BatchTerms {
        let ends = (self.expires_at.0, self.breakage_at.0);
        let goods = (self.face.amount, self.quantity);
        let usual = region.voucher(goods, self.issue_price.amount, ends);
        let divisible = if self.divisible { DivisibleFor::Redeem } else { DivisibleFor::None };
        let window = self.refund_window_seconds.map(|seconds| Millis(seconds.saturating_mul(1000)));
        BatchTerms {
            lists_from: self.lists_from.map_or(usual.lists_from, |Text(at)| at),
            starts_at: self.starts_at.map_or(usual.starts_at, |Text(at)| at),
            kind: self.kind.map_or(usual.kind, Into::into),
            form: self.form.map_or(usual.form, Into::into),
            track: self.track.map_or(usual.track, Into::into),
            minimum_purchase: self.minimum_purchase.map_or(Amount::ZERO, |money| money.amount),
            divisible_for: self.divisible_for.unwrap_or(divisible).into(),
            transferable: self.transferable,
            resales_max: self.resales_max.unwrap_or(usual.resales_max),
            refund_window: window.unwrap_or(usual.refund_window),
            maturity: self.maturity.map_or(usual.maturity, Into::into),
            reserve: self.reserve.map_or(usual.reserve, Into::into),
            template,
            ..usual
        }
    }
}

/// A batch that was drafted.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Drafted {
    /// Its id.
    pub batch: Batch,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A step that was taken, or that waits for something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// Set when nothing is done before a second person sends the same or approves this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Set when what was done is known by a number from now on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Set when it waits for an issuer's money: the face value that will be redeemed then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Money>,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

words! {
    /// Where a batch stands.
    Stage = gcfn_venue::BatchState {
        /// May still be changed by the issuer.
        Draft,
        /// Waits for approval.
        Review,
        /// Approved by enough persons.
        Approved,
        /// Its reserve is set aside.
        Funded,
        /// Its coupons exist.
        Registered,
        /// Its coupons trade.
        Listed,
        /// Its coupons have expired.
        Expired,
        /// Nothing is left to do.
        Closed,
        /// Submitted, and not yet screened.
        Precheck,
        /// Its coupons stand still.
        Suspended,
        /// Refused.
        Rejected,
        /// Given up by its issuer.
        Withdrawn,
        /// Its coupons were taken back.
        Recalled,
    }
}

words! {
    /// Why a batch was rejected.
    BatchRefusal = gcfn_venue::BatchRefusal {
        /// The issuer may not issue at present.
        IssuerStanding,
        /// The issuer is not identified well enough.
        IssuerIdentity,
        /// The issuer's computed grade is too low.
        IssuerGrade,
        /// Only prepaid consumption vouchers are issued here.
        NotPrepaid,
        /// Compliance found something against it.
        Compliance,
        /// What is promised is unclear.
        TermsUnclear,
        /// Documents are missing.
        DocumentsMissing,
        /// The issuer is unlikely to redeem it.
        RiskTooHigh,
    }
}

/// What compliance has found about a submitted batch.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchScreening {
    /// Whether the batch may be reviewed; it is rejected when not.
    pub clear: bool,
}

/// A batch that is not approved.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchRejection {
    /// Why.
    pub reason: BatchRefusal,
}

/// Why a batch is to stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionCause {
    /// Risk control.
    Risk,
    /// A supervisor's directive.
    Directive,
    /// Its issuer was frozen or suspended.
    Issuer,
}

impl From<SuspensionReason> for SuspensionCause {
    fn from(reason: SuspensionReason) -> SuspensionCause {
        match reason {
            SuspensionReason::Risk => SuspensionCause::Risk,
            SuspensionReason::Directive(_) => SuspensionCause::Directive,
            SuspensionReason::Issuer => SuspensionCause::Issuer,
        }
    }
}

/// A batch that is to stand still.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BatchSuspension {
    /// Why.
    pub reason: SuspensionCause,
    /// The digest of the directive, where that is the reason.
    pub document: Option<Hash>,
}

impl BatchSuspension {
    /// The reason in the machine's words.
    ///
    /// # Errors
    /// A [`Problem`] when a directive comes without its document, or a document without one.
    pub fn reason(&self) -> Result<SuspensionReason, Problem> {
        match (self.reason, self.document) {
            (SuspensionCause::Directive, Some(Text(digest))) => {
                Ok(SuspensionReason::Directive(digest))
            }
            (SuspensionCause::Risk, None) => Ok(SuspensionReason::Risk),
            (SuspensionCause::Issuer, None) => Ok(SuspensionReason::Issuer),
            _ => Err(Problem::rule("document", "a directive, and nothing else, has a document")),
        }
    }
}

/// Money to be added to the reserve of a batch.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReserveTopUp {
    /// How much, out of the issuer's deposit and then its free proceeds.
    pub amount: Money,
}

/// Which of the batches that the caller may see to show.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BatchPage {
    /// At most this many, up to 500.
    #[serde(default = "list_size")]
    #[param(default = 100, minimum = 1, maximum = 500)]
    pub limit: u32,
    /// Only those beyond: the `next` of an earlier page.
    pub after: Option<Batch>,
}

/// Some of the batches that the caller may see.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchList {
    /// The batches, by id.
    pub batches: Vec<BatchSummary>,
    /// What to send as `after` to see more, if there may be any.
    pub next: Option<Batch>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A batch in one line.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchSummary {
    /// Its id.
    pub batch: Batch,
    /// Whose it is.
    pub issuer: Party,
    /// The series of its coupons.
    pub series: Series,
    /// Where it stands.
    pub state: Stage,
    /// Face value of one coupon.
    pub face: Money,
    /// How many coupons.
    pub quantity: u64,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
}

impl BatchSummary {
    /// `batch` in one line.
    #[must_use]
    pub fn new(id: BatchId, batch: &gcfn_venue::Batch, currency: Currency) -> BatchSummary {
        BatchSummary {
            batch: Text(id),
            issuer: Text(batch.issuer),
            series: Text(batch.series),
            state: batch.state.into(),
            face: Money::new(batch.terms.face, currency),
            quantity: batch.terms.quantity,
            expires_at: Text(batch.terms.expires_at),
        }
    }
}

/// A batch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchReport {
    /// Its id.
    pub batch: Batch,
    /// Whose it is.
    pub issuer: Party,
    /// The series of its coupons.
    pub series: Series,
    /// Where it stands.
    pub state: Stage,
    /// Face value of one coupon.
    pub face: Money,
    /// How many coupons.
    pub quantity: u64,
    /// What the first buyer pays for one.
    pub issue_price: Money,
    /// From this instant on the batch may be listed.
    pub lists_from: Time,
    /// From this instant on coupons may be redeemed.
    pub starts_at: Time,
    /// From this instant on nothing is redeemed or traded.
    pub expires_at: Time,
    /// From this instant on the reserve of what expired is shared out.
    pub breakage_at: Time,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// What it is made of.
    pub form: CouponForm,
    /// What class of product it is.
    pub track: Track,
    /// The least purchase that a coupon may be used for.
    pub minimum_purchase: Money,
    /// Whether a coupon may be redeemed in parts.
    pub divisible: bool,
    /// For what a coupon may be split.
    pub divisible_for: DivisibleFor,
    /// Whether coupons may be given or sold on.
    pub transferable: bool,
    /// How often a coupon may be resold.
    pub resales_max: u8,
    /// How long the first buyer may hand a coupon back, in seconds.
    pub refund_window_seconds: u64,
    /// What becomes of coupons that end unused.
    pub maturity: MaturityAction,
    /// What is set aside per coupon sold.
    pub reserve: ReserveMode,
    /// The template that promises it, by the digests of its documents.
    pub template: Option<TemplateUsed>,
    /// The document behind `template.schema`: a JSON Schema.
    pub schema: Option<SchemaDocument>,
    /// The document behind `template.attributes`: what the batch says under that schema.
    pub attributes: Option<AttributeDocument>,
    /// How many persons have approved it.
    pub approvals: usize,
    /// Why it was rejected, if it was.
    pub rejected: Option<BatchRefusal>,
    /// Why it stands still, while it does.
    pub suspended: Option<SuspensionCause>,
    /// What is in its reserve.
    pub reserved: Money,
    /// What must be in its reserve.
    pub required_reserve: Money,
    /// Whether its reserve is below what it must be.
    pub reserve_low: bool,
    /// Whether its issuer has defaulted: holders are warned.
    pub risk_marked: bool,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

impl BatchReport {
    /// The batch `id` of `venue` as it is shown, without its documents; `None` for an unknown one.
    #[must_use]
    pub fn new(id: BatchId, venue: &Venue, as_of: u64) -> Option<BatchReport> {
        let batch = venue.batch(id)?;
        let (terms, currency) = (batch.terms, venue.terms().currency);
        let money = |amount| Money::new(amount, currency);
        Some(BatchReport {
            batch: Text(id),
            issuer: Text(batch.issuer),
            series: Text(batch.series),
            state: batch.state.into(),
            face: money(terms.face),
            quantity: terms.quantity,
            issue_price: money(terms.issue_price),
            lists_from: Text(terms.lists_from),
            starts_at: Text(terms.starts_at),
            expires_at: Text(terms.expires_at),
            breakage_at: Text(terms.breakage_at),
            kind: terms.kind.into(),
            form: terms.form.into(),
            track: terms.track.into(),
            minimum_purchase: money(terms.minimum_purchase),
            divisible: terms.redeems_in_parts(),
            divisible_for: terms.divisible_for.into(),
            transferable: terms.transferable,
            resales_max: terms.resales_max,
            refund_window_seconds: terms.refund_window.0 / 1000,
            maturity: terms.maturity.into(),
            reserve: terms.reserve.into(),
            template: terms.template.map(Into::into),
            schema: None,
            attributes: None,
            approvals: batch.approved_by.len(),
            rejected: batch.rejected.map(Into::into),
            suspended: batch.suspended.map(Into::into),
            reserved: money(venue.reserve_of(id)?),
            required_reserve: money(venue.required_reserve(id)?),
            reserve_low: batch.reserve_low,
            risk_marked: batch.risk_marked,
            as_of,
        })
    }
}
