//! What a batch promises, and where it stands (2.1, C-28, C-34, C-36 to C-38, C-61).

use crate::indexed::{By, Concerns};
use crate::issuing_terms::{IssuingTerms, ValidityDays};
use crate::pricing::Track;
use crate::refusal::{Rejection, TermsField};
use crate::template::TemplateRef;
use alloc::collections::BTreeSet;
use gcfn_model::{Amount, Digest, Millis, PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// The most coupons of one batch.
pub(crate) const QUANTITY_MAX: u64 = 1_000_000_000;
const DAY: u64 = 86_400_000;

/// What an issuer sets aside per coupon sold (C-28), the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReserveMode {
    /// Its face value; what the price does not bring, the issuer deposits before listing.
    Face,
    /// What its sale brings.
    Proceeds,
    /// Nothing.
    None,
}

/// What a coupon gives its holder (C-61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponKind {
    /// Goods or services for its face.
    Voucher,
    /// Its face off a purchase.
    Discount,
    /// Something for nothing.
    Gift,
}

/// What a coupon is made of (C-61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponForm {
    /// Printed.
    Physical,
    /// An entry in the books and nothing else.
    Digital,
    /// Made to be traded.
    Financialised,
}

/// For what a coupon may be split (C-37), the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DivisibleFor {
    /// For nothing.
    None,
    /// It may be redeemed in parts.
    Redeem,
    /// It may be redeemed in parts, and what is left of it sold.
    Sale,
}

/// What becomes of coupons that end unused (C-34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MaturityAction {
    /// They are worth nothing; the reserve is shared between issuer and platform.
    Breakage,
    /// Holders are paid what is left of the face.
    Cash,
    /// Holders are paid the issue price of what is left of the face.
    Refund,
}

impl MaturityAction {
    /// Its rank for a holder: on the utility track the issue price is at most the face.
    const fn worth(self) -> u8 {
        match self {
            MaturityAction::Breakage => 0,
            MaturityAction::Refund => 1,
            MaturityAction::Cash => 2,
        }
    }
}

/// The terms of a batch: fixed when it is submitted.
///
/// Free text is not among them: it lives outside the log, under the digests of the template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchTerms {
    /// Face value of one coupon.
    pub face: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// What the first buyer pays for one.
    pub issue_price: Amount,
    /// From this instant on the batch may be listed.
    pub lists_from: Timestamp,
    /// From this instant on coupons may be redeemed; from the start when it has passed.
    pub starts_at: Timestamp,
    /// From this instant on nothing is redeemed or traded (00:00 of the region).
    pub expires_at: Timestamp,
    /// From this instant on the reserve of what expired is shared out (02:00 of the region).
    pub breakage_at: Timestamp,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// What it is made of.
    pub form: CouponForm,
    /// What class of product it is.
    pub track: Track,
    /// The least purchase that a coupon may be used for. The merchant minds it: what is bought
    /// never reaches the node (C-32).
    pub minimum_purchase: Amount,
    /// For what a coupon may be split; at most what the region allows.
    pub divisible_for: DivisibleFor,
    /// Whether coupons may be given or sold on.
    pub transferable: bool,
    /// How often a coupon may be resold; at most as often as the region allows (C-38).
    pub resales_max: u8,
    /// How long the first buyer may hand a coupon back; at most as long as the region allows.
    pub refund_window: Millis,
    /// What becomes of coupons that end unused; on the utility track no less than the region's.
    pub maturity: MaturityAction,
    /// What is set aside per coupon sold; no laxer than the region asks for.
    pub reserve: ReserveMode,
    /// The published template that promises it.
    pub template: Option<TemplateRef>,
}

/// Where a batch stands (2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchState {
    /// May still be changed by the issuer.
    Draft,
    /// Pre-checked, waiting for approval.
    Review,
    /// Approved by enough persons.
    Approved,
    /// Its reserve is set aside.
    Funded,
    /// Its coupons exist and are not on offer.
    Registered,
    /// Its coupons trade.
    Listed,
    /// Its coupons have expired; some may still be locked or frozen.
    Expired,
    /// No coupon is alive; nothing is left to do.
    Closed,
    /// Submitted: its version is fixed and it waits for the word of compliance.
    Precheck,
    /// Its coupons stand still, and may be redeemed.
    Suspended,
    /// Refused at its pre-check or review.
    Rejected,
    /// Given up by its issuer.
    Withdrawn,
    /// Its coupons were taken back and paid for.
    Recalled,
}

impl BatchState {
    /// Every state, in encoding order.
    pub const ALL: [BatchState; 13] = [
        BatchState::Draft,
        BatchState::Review,
        BatchState::Approved,
        BatchState::Funded,
        BatchState::Registered,
        BatchState::Listed,
        BatchState::Expired,
        BatchState::Closed,
        BatchState::Precheck,
        BatchState::Suspended,
        BatchState::Rejected,
        BatchState::Withdrawn,
        BatchState::Recalled,
    ];

    /// Whether a batch in this state can come to stand at `next`: the table of 2.1.
    #[must_use]
    pub const fn leads_to(self, next: BatchState) -> bool {
        use BatchState::{
            Approved, Closed, Draft, Expired, Funded, Listed, Precheck, Recalled, Registered,
            Rejected, Review, Suspended, Withdrawn,
        };
        match self {
            Draft => matches!(next, Precheck | Withdrawn),
            Precheck => matches!(next, Review | Rejected | Withdrawn),
            Review => matches!(next, Approved | Rejected | Withdrawn),
            Approved => matches!(next, Funded | Withdrawn),
            Funded => matches!(next, Registered | Withdrawn),
            Registered => matches!(next, Listed | Expired | Recalled | Closed),
            Listed => matches!(next, Suspended | Registered | Expired | Recalled | Closed),
            Suspended => matches!(next, Listed | Expired | Recalled | Closed),
            Expired => matches!(next, Recalled | Closed),
            Closed | Rejected | Withdrawn | Recalled => false,
        }
    }

    /// Whether its coupons exist and have not ended.
    #[must_use]
    pub const fn is_live(self) -> bool {
        matches!(self, BatchState::Registered | BatchState::Listed | BatchState::Suspended)
    }

    /// Whether its coupons existed and have ended.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(self, BatchState::Expired | BatchState::Closed | BatchState::Recalled)
    }

    /// Whether nothing ever happens to it again.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            BatchState::Closed
                | BatchState::Rejected
                | BatchState::Withdrawn
                | BatchState::Recalled
        )
    }

    /// Whether anybody may know of it: it is, or was, on the market.
    #[must_use]
    pub const fn is_public(self) -> bool {
        matches!(self, BatchState::Listed | BatchState::Suspended) || self.has_ended()
    }
}

/// Why a batch was rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchRefusal {
    /// Pre-check: the issuer may not issue at present.
    IssuerStanding,
    /// Pre-check: the issuer is not identified well enough.
    IssuerIdentity,
    /// Pre-check: the issuer's computed grade is too low.
    IssuerGrade,
    /// Pre-check: only prepaid consumption vouchers are issued here (ISS-43).
    NotPrepaid,
    /// Compliance found something against it.
    Compliance,
    /// Review: what is promised is unclear.
    TermsUnclear,
    /// Review: documents are missing.
    DocumentsMissing,
    /// Review: the issuer is unlikely to redeem it.
    RiskTooHigh,
}

/// Why a batch was suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SuspensionReason {
    /// Risk control.
    Risk,
    /// A supervisor's directive, by the digest of the document.
    Directive(Digest),
    /// Its issuer was frozen or suspended.
    Issuer,
}

/// An issuance programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Whose it is.
    pub issuer: PartyId,
    /// What it promises.
    pub terms: BatchTerms,
    /// Where it stands.
    pub state: BatchState,
    /// Who has submitted it, and so does not approve it.
    pub submitted_by: Option<PartyId>,
    /// Who has approved it.
    pub approved_by: BTreeSet<PartyId>,
    /// What is set aside per coupon before it is sold.
    pub prefunded: Amount,
    /// The series of its coupons.
    pub series: SeriesId,
    /// The face value that was with holders when it expired.
    pub expired: Amount,
    /// How much of that has been shared out (D-02).
    pub shared: Amount,
    /// Net sale proceeds of the coupons that are outstanding and settled: the reserve base in
    /// mode `proceeds`.
    pub proceeds: Amount,
    /// Face value sold whose money has not moved yet.
    pub unsettled: Amount,
    /// Whether its reserve is below what it must be.
    pub reserve_low: bool,
    /// Whether its issuer has defaulted: holders are warned.
    pub risk_marked: bool,
    /// Why it is suspended, while it is.
    pub suspended: Option<SuspensionReason>,
    /// Why it was rejected, if it was.
    pub rejected: Option<BatchRefusal>,
    /// How often its inventory has been put on offer; the first time it is listed.
    pub offers: u32,
    /// When the first of its coupons was sold.
    pub first_sold: Option<Timestamp>,
}

impl Batch {
    pub(crate) fn new(issuer: PartyId, terms: BatchTerms, series: SeriesId) -> Batch {
        Batch {
            issuer,
            terms,
            state: BatchState::Draft,
            submitted_by: None,
            approved_by: BTreeSet::new(),
            prefunded: Amount::ZERO,
            series,
            expired: Amount::ZERO,
            shared: Amount::ZERO,
            proceeds: Amount::ZERO,
            unsettled: Amount::ZERO,
            reserve_low: false,
            risk_marked: false,
            suspended: None,
            rejected: None,
            offers: 0,
            first_sold: None,
        }
    }

    /// How long holders have been able to redeem its coupons: since the first was sold, or since
    /// they became valid. Of a single coupon nobody keeps when it was sold.
    pub(crate) fn usable_for(&self, at: Timestamp) -> Millis {
        let sold = self.first_sold.unwrap_or(self.terms.starts_at);
        at.since(sold.max(self.terms.starts_at))
    }

    /// Face value of all its coupons.
    pub(crate) fn total_face(&self) -> Amount {
        self.terms.total_face().expect("checked when it was drafted")
    }
}

impl Concerns for Batch {
    fn concerns(&self) -> [Option<By>; 3] {
        let alive = self.state.is_live().then_some(By::Alive);
        [Some(By::Party(self.issuer)), Some(By::Series(self.series)), alive]
    }
}

/// What of a region bounds the terms of a batch.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RegionBounds<'a> {
    pub(crate) issuing: &'a IssuingTerms,
    pub(crate) reserve: ReserveMode,
    pub(crate) resales_max: u8,
    pub(crate) refund_window: Millis,
}

impl BatchTerms {
    pub(crate) fn total_face(&self) -> Result<Amount, Rejection> {
        self.face.checked_mul(self.quantity).ok_or(Rejection::TooLarge)
    }

    /// The terms as they stand when drafted at `at`: a validity does not begin before.
    pub(crate) fn drafted(self, at: Timestamp) -> BatchTerms {
        BatchTerms { starts_at: self.starts_at.max(at), ..self }
    }

    /// How long coupons will be valid, seen from `at`: what has passed of it does not count.
    pub(crate) fn validity(&self, at: Timestamp) -> Millis {
        self.expires_at.since(self.starts_at.max(at))
    }

    /// Whether a coupon may be redeemed in parts.
    #[must_use]
    pub const fn redeems_in_parts(&self) -> bool {
        matches!(self.divisible_for, DivisibleFor::Redeem | DivisibleFor::Sale)
    }

    /// The first rule of the product that the terms break, in the order of the fields.
    pub(crate) fn check(&self, region: RegionBounds<'_>, at: Timestamp) -> Result<(), Rejection> {
        let wrong = |field| Err(Rejection::BatchTerms(field));
        if self.face.is_zero() {
            return wrong(TermsField::Face);
        }
        if self.quantity == 0 || QUANTITY_MAX < self.quantity {
            return wrong(TermsField::Quantity);
        }
        let above_face = self.track == Track::Utility && self.face < self.issue_price;
        if self.issue_price.is_zero() || above_face {
            return wrong(TermsField::IssuePrice);
        }
        if self.expires_at <= at || self.breakage_at < self.expires_at {
            return wrong(TermsField::ExpiresAt);
        }
        if self.expires_at <= self.starts_at || self.expires_at <= self.lists_from {
            return wrong(TermsField::StartsAt);
        }
        self.check_product(region, at)?;
        self.issue_price.checked_mul(self.quantity).ok_or(Rejection::TooLarge)?;
        self.total_face().map(|_| ())
    }

    fn check_product(&self, region: RegionBounds<'_>, at: Timestamp) -> Result<(), Rejection> {
        let wrong = |field| Err(Rejection::BatchTerms(field));
        let limits = match self.track {
            Track::Utility => region.issuing.validity_utility,
            Track::Securities => region.issuing.validity_securities,
        };
        if !limits.contain(self.validity(at)) {
            return wrong(TermsField::Validity);
        }
        if region.issuing.divisible_for < self.divisible_for {
            return wrong(TermsField::DivisibleFor);
        }
        if region.resales_max < self.resales_max {
            return wrong(TermsField::ResalesMax);
        }
        if region.refund_window < self.refund_window {
            return wrong(TermsField::RefundWindow);
        }
        let floor = region.issuing.maturity.worth();
        if self.track == Track::Utility && self.maturity.worth() < floor {
            return wrong(TermsField::Maturity);
        }
        if region.reserve < self.reserve {
            return wrong(TermsField::Reserve);
        }
        if region.issuing.template_required && self.template.is_none() {
            return wrong(TermsField::Template);
        }
        Ok(())
    }

    /// Whether it is a prepaid consumption voucher and nothing else (ISS-43).
    pub(crate) fn is_prepaid_voucher(&self) -> bool {
        self.track == Track::Utility
            && self.form != CouponForm::Financialised
            && self.divisible_for != DivisibleFor::Sale
            && self.maturity != MaturityAction::Cash
    }
}

impl ValidityDays {
    /// Whether a validity of `span` is within the limits; a day that has begun counts.
    pub(crate) fn contain(self, span: Millis) -> bool {
        let days = span.0.div_ceil(DAY);
        u64::from(self.min) <= days && days <= u64::from(self.max)
    }
}
