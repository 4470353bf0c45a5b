//! Issuers: how they are admitted, what quota they have, and how they stand (2.4, ISS-01 to
//! ISS-09).

use crate::credit::{Grade, Rating};
use crate::issuing_event::IssuingEvent;
use crate::issuing_terms::signers;
use crate::monthly::MonthlyVolume;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyKind, Tier};
use crate::rating::IssuerRecord;
use crate::refusal::Rejection;
use crate::venue::{Due, Step, Venue};
use alloc::collections::BTreeSet;
use core::ops::Bound;
use gcfn_ledger::{Account, IssuerBucket};
use gcfn_model::{Amount, BasisPoints, BatchId, PartyId, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

/// Where an issuer stands (2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerStatus {
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
    /// Its application was refused. It may apply again.
    Rejected,
}

impl IssuerStatus {
    /// Every status, in encoding order.
    pub const ALL: [IssuerStatus; 7] = [
        IssuerStatus::Pending,
        IssuerStatus::Active,
        IssuerStatus::Suspended,
        IssuerStatus::QuotaCut,
        IssuerStatus::Frozen,
        IssuerStatus::Terminated,
        IssuerStatus::Rejected,
    ];

    /// Whether an issuer that stands here can come to stand at `next`.
    #[must_use]
    pub const fn leads_to(self, next: IssuerStatus) -> bool {
        use IssuerStatus::{Active, Frozen, Pending, QuotaCut, Rejected, Suspended, Terminated};
        match self {
            Pending => matches!(next, Active | Rejected),
            Rejected => matches!(next, Pending),
            Active => matches!(next, QuotaCut | Suspended | Frozen | Terminated),
            QuotaCut => matches!(next, Active | Suspended | Frozen | Terminated),
            Suspended => matches!(next, Active | Frozen | Terminated),
            Frozen => matches!(next, Suspended),
            Terminated => false,
        }
    }

    /// Whether it may draft, submit and list batches.
    #[must_use]
    pub const fn may_issue(self) -> bool {
        matches!(self, IssuerStatus::Active | IssuerStatus::QuotaCut)
    }

    /// Whether it has been admitted and is still an issuer.
    #[must_use]
    pub const fn is_admitted(self) -> bool {
        self.may_issue() || matches!(self, IssuerStatus::Suspended | IssuerStatus::Frozen)
    }
}

/// Why an application was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IssuerRefusal {
    /// Documents are missing or out of date.
    DocumentsMissing,
    /// The business register does not know it so.
    NotVerified,
    /// Compliance found something against it.
    Compliance,
    /// Its credit does not carry an issuance.
    CreditTooLow,
}

/// What reviewers have signed so far of an issuer's admission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Admission {
    /// The tier.
    pub tier: Tier,
    /// The base quota.
    pub quota: Amount,
    /// Who has signed it.
    pub by: BTreeSet<PartyId>,
}

/// What the venue keeps of an issuer beyond its [`Party`](crate::Party).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issuer {
    /// Where it stands.
    pub status: IssuerStatus,
    /// Its tier.
    pub tier: Tier,
    /// How much face value it may have outstanding in drafts and batches: what was granted, by
    /// its grade, with what its deposit brings, less what a default cut.
    pub quota: Amount,
    /// How much of that is used.
    pub used: Amount,
    /// The merchants that may redeem its coupons (D-07).
    pub merchants: BTreeSet<PartyId>,
    /// When it was first approved.
    pub since: Option<Timestamp>,
    /// What it has listed in the month of its last listing.
    pub listed: Option<MonthlyVolume>,
    /// The base quota that was granted.
    pub granted: Amount,
    /// What is signed of its admission, while that is under review.
    pub admission: Option<Admission>,
    /// Why its last application was refused, if it was.
    pub refused: Option<IssuerRefusal>,
    /// What it has done so far.
    pub record: IssuerRecord,
    /// How it is rated.
    pub rating: Rating,
    /// Its grade, with what its defaults have taken off.
    pub grade: Grade,
    /// How many grades its defaults have taken off.
    pub downgrades: u8,
    /// Whether a default has cut its quota.
    pub quota_cut: bool,
    /// What of its debt to the hub is already on its way there.
    pub repaying: Amount,
    /// The share of its proceeds that it keeps as deposit (ISS-07).
    pub assurance: BasisPoints,
}

impl Venue {
    pub(crate) fn apply_as_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        if self.party(issuer)?.kind != PartyKind::Issuer {
            return Err(Rejection::PartyKind);
        }
        match self.issuers.get_mut(&issuer) {
            Some(known) if known.status == IssuerStatus::Rejected => {
                known.status = IssuerStatus::Pending;
                known.refused = None;
            }
            Some(_) => return Err(Rejection::IssuerExists),
            None => {
                let rating = self.terms.credit.rate(&IssuerRecord::EMPTY.factors(0), None);
                self.issuers.insert(issuer, Issuer::applied(rating));
            }
        }
        step.emit(IssuingEvent::IssuerSubmitted { issuer }.into());
        Ok(Done::Accepted)
    }

    /// One reviewer's approval; enough of them admit the issuer. How many are enough goes by the
    /// quota. Approving something else than the others did begins the count anew.
    pub(crate) fn approve_issuer(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        issuer: PartyId,
        (tier, quota): (Tier, Amount),
    ) -> Outcome {
        let needed = signers(&self.terms.issuing.onboarding, quota);
        let known = self.issuer_in(issuer, &[IssuerStatus::Pending])?;
        let signed = known.admission.clone().filter(|a| (a.tier, a.quota) == (tier, quota));
        let mut admission = signed.unwrap_or(Admission { tier, quota, by: BTreeSet::new() });
        if !admission.by.insert(by) {
            return Err(Rejection::SecondPerson);
        }
        let enough = needed <= admission.by.len();
        let Some(known) = self.issuers.get_mut(&issuer) else {
            return Err(Rejection::UnknownIssuer);
        };
        if !enough {
            known.admission = Some(admission);
            step.emit(IssuingEvent::IssuerSigned { issuer, by }.into());
            return Ok(Done::Accepted);
        }
        known.admission = None;
        known.status = IssuerStatus::Active;
        known.tier = tier;
        known.granted = quota;
        known.since = known.since.or(Some(step.at));
        step.emit(IssuingEvent::IssuerApproved { issuer, tier, quota }.into());
        self.rate_issuer(step, issuer);
        self.plan_review(step, issuer);
        Ok(Done::Accepted)
    }

    pub(crate) fn reject_issuer(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        reason: IssuerRefusal,
    ) -> Outcome {
        self.issuer_in(issuer, &[IssuerStatus::Pending])?;
        self.stand(issuer, IssuerStatus::Rejected);
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.admission = None;
            known.refused = Some(reason);
        }
        step.emit(IssuingEvent::IssuerRejected { issuer, reason }.into());
        Ok(Done::Accepted)
    }

    /// Grants an admitted issuer another base quota; two persons must.
    pub(crate) fn grant_quota(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        quota: Amount,
    ) -> Outcome {
        self.check_admitted(issuer)?;
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.granted = quota;
        }
        self.set_quota(step, issuer);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_admitted(&self, issuer: PartyId) -> Result<(), Rejection> {
        let known = self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        if known.status.is_admitted() { Ok(()) } else { Err(Rejection::IssuerState) }
    }

    pub(crate) fn suspend_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        self.issuer_in(issuer, &[IssuerStatus::Active, IssuerStatus::QuotaCut])?;
        self.suspend(step, issuer);
        Ok(Done::Accepted)
    }

    /// Takes an issuer that may issue, and all its listed batches, off the market.
    pub(crate) fn suspend(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        self.stand(issuer, IssuerStatus::Suspended);
        step.emit(IssuingEvent::IssuerSuspended { issuer }.into());
        self.suspend_batches_of(step, issuer);
    }

    /// Lets a suspended or cut issuer issue as before; two persons must. Its batches are resumed
    /// one by one.
    pub(crate) fn reinstate_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        self.check_reinstate(issuer)?;
        self.stand(issuer, IssuerStatus::Active);
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.quota_cut = false;
            known.downgrades = 0;
        }
        step.emit(IssuingEvent::IssuerReinstated { issuer }.into());
        self.rate_issuer(step, issuer);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_reinstate(&self, issuer: PartyId) -> Result<(), Rejection> {
        let out = [IssuerStatus::Suspended, IssuerStatus::QuotaCut];
        let known = self.issuer_in(issuer, &out)?;
        if self.defaults.contains_key(&issuer) {
            return Err(Rejection::DefaultOpen);
        }
        if self.calls.contains_key(&issuer) {
            return Err(Rejection::FundsCalled);
        }
        if known.rating.may_issue() { Ok(()) } else { Err(Rejection::GradeTooLow) }
    }

    /// Ends an issuer that has nothing outstanding; two persons must.
    pub(crate) fn terminate_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        self.check_terminate(issuer)?;
        self.stand(issuer, IssuerStatus::Terminated);
        self.leave_alliances(step, issuer);
        step.emit(IssuingEvent::IssuerTerminated { issuer }.into());
        Ok(Done::Accepted)
    }

    pub(crate) fn check_terminate(&self, issuer: PartyId) -> Result<(), Rejection> {
        self.check_admitted(issuer)?;
        if self.defaults.contains_key(&issuer) {
            return Err(Rejection::DefaultOpen);
        }
        match self.has_open_batches(issuer) {
            true => Err(Rejection::BatchesOpen),
            false => Ok(()),
        }
    }

    /// An issuer names a merchant that may redeem its coupons; without this nobody but the
    /// issuer itself may (D-07).
    pub(crate) fn authorise_merchant(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        merchant: PartyId,
    ) -> Outcome {
        if self.party(merchant)?.kind != PartyKind::Merchant {
            return Err(Rejection::PartyKind);
        }
        self.active_issuer(issuer)?;
        let known = self.issuers.get_mut(&issuer).ok_or(Rejection::UnknownIssuer)?;
        known.merchants.insert(merchant);
        step.emit(IssuingEvent::MerchantAuthorised { issuer, merchant }.into());
        Ok(Done::Accepted)
    }

    /// Uses `total` of an issuer's quota in place of `before`.
    pub(crate) fn take_quota(
        &mut self,
        issuer: PartyId,
        before: Amount,
        total: Amount,
    ) -> Result<(), Rejection> {
        let known = self.issuers.get_mut(&issuer).ok_or(Rejection::UnknownIssuer)?;
        let others = known.used.saturating_sub(before);
        let used = others.checked_add(total).ok_or(Rejection::TooLarge)?;
        if known.quota < used {
            return Err(Rejection::QuotaExceeded);
        }
        known.used = used;
        Ok(())
    }

    /// Gives back the quota of a batch that has come to its end.
    pub(crate) fn release_quota(&mut self, id: BatchId) {
        let Some(batch) = self.batches.get(&id) else { return };
        let (issuer, total) = (batch.issuer, batch.total_face());
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.used = known.used.saturating_sub(total);
        }
    }

    /// Works out what an issuer's quota is now.
    pub(crate) fn set_quota(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let deposit = self.amount(Account::Issuer(issuer, IssuerBucket::Deposit));
        let Some(quota) = self.quota_with(issuer, deposit) else { return };
        let Some(known) = self.issuers.get_mut(&issuer) else { return };
        if known.quota != quota {
            known.quota = quota;
            step.emit(IssuingEvent::QuotaChanged { issuer, quota }.into());
        }
    }

    /// What an issuer's quota would be with that deposit.
    pub(crate) fn quota_with(&self, issuer: PartyId, deposit: Amount) -> Option<Amount> {
        let known = self.issuers.get(&issuer)?;
        let lift = self.terms.issuing.deposit_lift.of(deposit, Rounding::Down);
        let granted = self.terms.credit.quota(known.grade, known.granted);
        let quota = granted.checked_add(lift.unwrap_or(Amount::MAX)).unwrap_or(Amount::MAX);
        if !known.quota_cut {
            return Some(quota);
        }
        let kept = BasisPoints::ONE.0.saturating_sub(self.terms.issuing.quota_cut.0);
        BasisPoints(kept).of(quota, Rounding::Down)
    }

    pub(crate) fn issuer_in(
        &self,
        issuer: PartyId,
        statuses: &[IssuerStatus],
    ) -> Result<&Issuer, Rejection> {
        let known = self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        if statuses.contains(&known.status) { Ok(known) } else { Err(Rejection::IssuerState) }
    }

    /// Moves an issuer's standing on; the caller has checked that it can.
    pub(crate) fn stand(&mut self, issuer: PartyId, status: IssuerStatus) {
        if let Some(known) = self.issuers.get_mut(&issuer) {
            assert!(known.status.leads_to(status), "{:?} to {status:?}", known.status);
            known.status = status;
        }
    }

    pub(crate) fn plan_review(&mut self, step: &Step<'_>, issuer: PartyId) {
        if let Some(next) = step.at.checked_add(self.terms.issuing.review_every) {
            self.agenda.insert((next, Due::ReviewIssuer(issuer)));
        }
    }

    /// The periodic review (CSC-08). It ends with the issuer.
    pub(crate) fn review_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        if self.check_admitted(issuer).is_ok() {
            self.rate_issuer(step, issuer);
            self.plan_review(step, issuer);
        }
    }

    /// Every issuer, with how it stands.
    pub fn issuers(&self) -> impl Iterator<Item = (&PartyId, &Issuer)> {
        self.issuers.iter()
    }

    /// The issuers beyond `after`, in the order of pseudonyms.
    pub fn issuers_after(
        &self,
        after: Option<PartyId>,
    ) -> impl Iterator<Item = (&PartyId, &Issuer)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.issuers.range((from, Bound::Unbounded))
    }
}

impl Issuer {
    fn applied(rating: Rating) -> Issuer {
        Issuer {
            status: IssuerStatus::Pending,
            tier: Tier::Silver,
            quota: Amount::ZERO,
            used: Amount::ZERO,
            merchants: BTreeSet::new(),
            since: None,
            listed: None,
            granted: Amount::ZERO,
            admission: None,
            refused: None,
            record: IssuerRecord::EMPTY,
            rating,
            grade: rating.grade,
            downgrades: 0,
            quota_cut: false,
            repaying: Amount::ZERO,
            assurance: BasisPoints(0),
        }
    }
}
