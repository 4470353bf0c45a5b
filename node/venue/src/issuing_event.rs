//! What can happen to issuers, their templates and their batches.

use crate::batch::{BatchRefusal, SuspensionReason};
use crate::credit::{Grade, Score};
use crate::defaults::{DefaultCause, Severity};
use crate::event::Event;
use crate::holders::PaymentReason;
use crate::issuer::IssuerRefusal;
use crate::party::Tier;
use gcfn_model::{Amount, BatchId, Digest, PartyId, SeriesId, TemplateId, Timestamp};
use serde::{Deserialize, Serialize};

/// What can happen to issuers, their templates and their batches. Append-only: the order of variants is
/// the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IssuingEvent {
    /// An issuer applied.
    IssuerSubmitted {
        /// The issuer.
        issuer: PartyId,
    },
    /// An issuer may issue.
    IssuerApproved {
        /// The issuer.
        issuer: PartyId,
        /// Its tier.
        tier: Tier,
        /// Its quota.
        quota: Amount,
    },
    /// A merchant may redeem an issuer's coupons.
    MerchantAuthorised {
        /// The issuer.
        issuer: PartyId,
        /// The merchant.
        merchant: PartyId,
    },
    /// A batch was drafted.
    BatchDrafted {
        /// The batch.
        batch: BatchId,
        /// Whose it is.
        issuer: PartyId,
    },
    /// A batch was submitted and passed the pre-check.
    BatchSubmitted {
        /// The batch.
        batch: BatchId,
    },
    /// A person approved a batch.
    BatchSigned {
        /// The batch.
        batch: BatchId,
        /// Who.
        by: PartyId,
    },
    /// Enough persons approved a batch.
    BatchApproved {
        /// The batch.
        batch: BatchId,
    },
    /// A batch's reserve is set aside.
    BatchFunded {
        /// The batch.
        batch: BatchId,
        /// How much was set aside.
        reserve: Amount,
    },
    /// A batch's coupons exist.
    BatchMinted {
        /// The batch.
        batch: BatchId,
        /// Their series.
        series: SeriesId,
        /// How many.
        quantity: u64,
        /// Face value of one.
        face: Amount,
    },
    /// A series trades.
    SeriesListed {
        /// The batch.
        batch: BatchId,
        /// The series.
        series: SeriesId,
        /// What the issuer asks for one coupon.
        issue_price: Amount,
    },
    /// Coupons of a series expired.
    SeriesExpired {
        /// The series.
        series: SeriesId,
        /// Face value that expired with holders.
        value: Amount,
    },
    /// The reserve of an expired series was shared out.
    BreakageDistributed {
        /// The series.
        series: SeriesId,
        /// To the issuer.
        issuer_share: Amount,
        /// To the platform.
        platform_share: Amount,
    },
    /// A version of a template was published.
    TemplatePublished {
        /// The template.
        template: TemplateId,
        /// The version.
        version: u32,
        /// The digest of its schema.
        schema: Digest,
        /// Who published it.
        by: PartyId,
    },
    /// No more batches are submitted under a version of a template.
    TemplateRetired {
        /// The template.
        template: TemplateId,
        /// The version.
        version: u32,
    },
    /// The terms of a draft were changed.
    BatchAmended {
        /// The batch.
        batch: BatchId,
    },
    /// A batch passed its pre-check and is under review.
    BatchPrechecked {
        /// The batch.
        batch: BatchId,
    },
    /// A batch was rejected.
    BatchRejected {
        /// The batch.
        batch: BatchId,
        /// Why.
        reason: BatchRefusal,
        /// The reviewer; the node itself when left out.
        by: Option<PartyId>,
    },
    /// A batch was given up.
    BatchWithdrawn {
        /// The batch.
        batch: BatchId,
    },
    /// The coupons of a batch stand still.
    BatchSuspended {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
        /// Why.
        reason: SuspensionReason,
    },
    /// The coupons of a batch trade again.
    BatchResumed {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
    },
    /// A batch was taken off the market.
    BatchDelisted {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
    },
    /// No coupon of a batch is alive any more.
    BatchClosed {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
    },
    /// The coupons of a batch were taken back.
    BatchRecalled {
        /// The batch.
        batch: BatchId,
        /// Its series.
        series: SeriesId,
        /// What its holders are paid together.
        paid: Amount,
    },
    /// A holder will be paid for coupons that have ended.
    HolderPaid {
        /// Of which series.
        series: SeriesId,
        /// Who.
        holder: PartyId,
        /// How much.
        amount: Amount,
        /// Why.
        reason: PaymentReason,
    },
    /// A reviewer signed an issuer's admission; others must as well.
    IssuerSigned {
        /// The issuer.
        issuer: PartyId,
        /// Who.
        by: PartyId,
    },
    /// An application to issue was refused.
    IssuerRejected {
        /// The issuer.
        issuer: PartyId,
        /// Why.
        reason: IssuerRefusal,
    },
    /// An issuer may not issue, and its batches are off the market.
    IssuerSuspended {
        /// The issuer.
        issuer: PartyId,
    },
    /// An issuer may issue again.
    IssuerReinstated {
        /// The issuer.
        issuer: PartyId,
    },
    /// An issuer is none any more.
    IssuerTerminated {
        /// The issuer.
        issuer: PartyId,
    },
    /// An issuer's score or grade changed.
    IssuerGraded {
        /// The issuer.
        issuer: PartyId,
        /// Its score.
        score: Score,
        /// Its grade, with what defaults have taken off.
        grade: Grade,
        /// Whether it has too little history for its own score to count.
        provisional: bool,
    },
    /// An issuer's quota changed.
    QuotaChanged {
        /// The issuer.
        issuer: PartyId,
        /// What it is now.
        quota: Amount,
    },
    /// A complaint about an issuer was upheld.
    ComplaintRecorded {
        /// The issuer.
        issuer: PartyId,
        /// How many there have been.
        complaints: u64,
    },
    /// An issuer took deposit back into its free money.
    DepositTakenBack {
        /// The issuer.
        issuer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// The reserve of a batch is below what it must be.
    ReserveLow {
        /// The batch.
        batch: BatchId,
        /// Whose it is.
        issuer: PartyId,
        /// What is in it.
        reserve: Amount,
        /// What should be.
        required: Amount,
    },
    /// The reserve of a batch is what it must be again.
    ReserveRestored {
        /// The batch.
        batch: BatchId,
        /// Whose it is.
        issuer: PartyId,
    },
    /// An issuer must bring money.
    FundingCalled {
        /// The issuer.
        issuer: PartyId,
        /// How much is missing.
        amount: Amount,
        /// By when.
        due: Timestamp,
    },
    /// Everything that waited for an issuer's money has been paid.
    FundingMet {
        /// The issuer.
        issuer: PartyId,
    },
    /// The guarantee fund pays what a reserve is short of.
    FundCovers {
        /// Whose reserve.
        issuer: PartyId,
        /// Of which batch.
        batch: BatchId,
        /// How much.
        amount: Amount,
    },
    /// An issuer is in default, or its default is worse than before.
    DefaultDeclared {
        /// The issuer.
        issuer: PartyId,
        /// How bad it is.
        severity: Severity,
        /// Why.
        cause: DefaultCause,
    },
    /// An issuer's default was closed.
    DefaultClosed {
        /// The issuer.
        issuer: PartyId,
    },
}

impl From<IssuingEvent> for Event {
    fn from(event: IssuingEvent) -> Event {
        Event::Issuing(event)
    }
}
