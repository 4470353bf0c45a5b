//! Batches before their coupons exist: from draft to the mint (2.1, P-02b, P-03a).

use crate::batch::{Batch, BatchRefusal, BatchState, BatchTerms, RegionBounds, ReserveMode};
use crate::command::Actor;
use crate::indexed::By;
use crate::issuer::Issuer;
use crate::issuing_event::IssuingEvent;
use crate::issuing_terms::signers;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::rating::more;
use crate::refusal::Rejection;
use crate::venue::{Due, Step, Venue};
use gcfn_ledger::{Account, IssuerBucket, Posting};
use gcfn_model::{Amount, BatchId, PartyId, Pool, Rounding, SeriesId, Timestamp};

impl Venue {
    pub(crate) fn draft_batch(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        id: BatchId,
        terms: BatchTerms,
    ) -> Outcome {
        self.active_issuer(issuer)?;
        self.check_terms(&terms, step.at)?;
        if self.batches.contains_key(&id) {
            return Err(Rejection::BatchExists);
        }
        self.take_quota(issuer, Amount::ZERO, terms.total_face()?)?;
        let series = SeriesId::derive(&[self.terms.node.as_str().as_bytes(), id.as_bytes()]);
        self.batches.insert(id, Batch::new(issuer, terms.drafted(step.at), series));
        step.emit(IssuingEvent::BatchDrafted { batch: id, issuer }.into());
        Ok(Done::Accepted)
    }

    /// Changes the terms of a draft.
    pub(crate) fn amend_batch(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        id: BatchId,
        terms: BatchTerms,
    ) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Draft])?;
        if batch.issuer != issuer {
            return Err(Rejection::NotYours);
        }
        let before = batch.total_face();
        self.active_issuer(issuer)?;
        self.check_terms(&terms, step.at)?;
        self.take_quota(issuer, before, terms.total_face()?)?;
        self.change_batch(id, |batch| batch.terms = terms.drafted(step.at));
        step.emit(IssuingEvent::BatchAmended { batch: id }.into());
        Ok(Done::Accepted)
    }

    fn check_terms(&self, terms: &BatchTerms, at: Timestamp) -> Result<(), Rejection> {
        let region = RegionBounds {
            issuing: &self.terms.issuing,
            reserve: self.terms.reserve_mode,
            resales_max: self.terms.resales_max,
            refund_window: self.terms.refund_window,
        };
        terms.check(region, at)
    }

    /// Submits a draft: its version is fixed, and the node checks what must hold before anybody
    /// reviews it. A batch that fails the pre-check is rejected with the reason; terms that are
    /// wrong in themselves are refused, and the batch stays a draft.
    pub(crate) fn submit_batch(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
    ) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Draft])?;
        let (issuer, terms) = (batch.issuer, batch.terms);
        acts_for(actor, issuer)?;
        self.check_terms(&terms, step.at)?;
        self.check_template(issuer, &terms, step.at)?;
        self.change_batch(id, |batch| batch.submitted_by = Some(actor.party));
        self.advance(id, BatchState::Precheck);
        step.emit(IssuingEvent::BatchSubmitted { batch: id }.into());
        if let Err(reason) = self.precheck(issuer, &terms) {
            self.turn_down(step, id, reason, None);
        } else if !self.terms.issuing.screening {
            self.prechecked(step, id);
        }
        Ok(Done::Accepted)
    }

    /// The conditions of a review, in the order of 2.1: who the issuer is, how it stands, and
    /// what the region lets anybody issue.
    fn precheck(&self, issuer: PartyId, terms: &BatchTerms) -> Result<(), BatchRefusal> {
        let standing = self.active_issuer(issuer).map_err(|_| BatchRefusal::IssuerStanding)?;
        let identity = self.party(issuer).map_or(0, |party| party.kyc);
        if identity < self.terms.issuing.kyc_to_issue {
            return Err(BatchRefusal::IssuerIdentity);
        }
        if !standing.rating.may_issue() {
            return Err(BatchRefusal::IssuerGrade);
        }
        if self.terms.issuing.prepaid_only && !terms.is_prepaid_voucher() {
            return Err(BatchRefusal::NotPrepaid);
        }
        Ok(())
    }

    /// What compliance says of a submitted batch, in a region that asks it.
    pub(crate) fn screen_batch(
        &mut self,
        step: &mut Step<'_>,
        id: BatchId,
        clear: bool,
    ) -> Outcome {
        self.batch_in(id, &[BatchState::Precheck])?;
        match clear {
            true => self.prechecked(step, id),
            false => self.turn_down(step, id, BatchRefusal::Compliance, None),
        }
        Ok(Done::Accepted)
    }

    fn prechecked(&mut self, step: &mut Step<'_>, id: BatchId) {
        self.advance(id, BatchState::Review);
        step.emit(IssuingEvent::BatchPrechecked { batch: id }.into());
    }

    /// A reviewer's no.
    pub(crate) fn reject_batch(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: BatchId,
        reason: BatchRefusal,
    ) -> Outcome {
        self.batch_in(id, &[BatchState::Review])?;
        self.turn_down(step, id, reason, Some(by));
        Ok(Done::Accepted)
    }

    fn turn_down(
        &mut self,
        step: &mut Step<'_>,
        id: BatchId,
        reason: BatchRefusal,
        by: Option<PartyId>,
    ) {
        self.advance(id, BatchState::Rejected);
        self.change_batch(id, |batch| batch.rejected = Some(reason));
        self.release_quota(id);
        step.emit(IssuingEvent::BatchRejected { batch: id, reason, by }.into());
    }

    /// The issuer gives a batch up whose coupons do not exist yet: it has its quota again, and what
    /// was set aside for the reserve is deposit again, as before P-02b. Once minted, a batch ends
    /// by a recall.
    pub(crate) fn withdraw_batch(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        id: BatchId,
    ) -> Outcome {
        use BatchState::{Approved, Draft, Funded, Precheck, Review};
        let issuer = self.batch_in(id, &[Draft, Precheck, Review, Approved, Funded])?.issuer;
        if actor.party != issuer {
            return Err(Rejection::NotYours);
        }
        self.free_party(issuer)?;
        self.advance(id, BatchState::Withdrawn);
        self.release_quota(id);
        step.emit(IssuingEvent::BatchWithdrawn { batch: id }.into());
        self.give_back_reserve(step, issuer, id);
        Ok(Done::Accepted)
    }

    /// P-02b undone: deposit again, that pays what waits for the issuer's money. What a critical
    /// default has frozen stays so, and this with it.
    fn give_back_reserve(&mut self, step: &mut Step<'_>, issuer: PartyId, id: BatchId) {
        let reserve = Account::Reserve(issuer, id);
        let amount = self.amount(reserve);
        if amount.is_zero() {
            return;
        }
        let frozen = self.issuer_free(issuer) == Account::Issuer(issuer, IssuerBucket::Restricted);
        let back = if frozen { IssuerBucket::Restricted } else { IssuerBucket::Deposit };
        if let Some(case) = self.defaults.get_mut(&issuer).filter(|_| frozen) {
            case.deposit = more(case.deposit, amount);
        }
        let entry = self.entry(Posting::ReserveFunding);
        self.post(step, entry.with(reserve, Account::Issuer(issuer, back), amount));
        self.deposited(step, issuer, Pool::IssuerEscrow);
    }

    /// One person's approval; enough of them approve the batch. How many are enough goes by its
    /// total face, and who has submitted it is none of them.
    pub(crate) fn approve_batch(
        &mut self,
        step: &mut Step<'_>,
        by: PartyId,
        id: BatchId,
    ) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Review])?;
        if batch.approved_by.contains(&by) || batch.submitted_by == Some(by) {
            return Err(Rejection::SecondPerson);
        }
        let needed = signers(&self.terms.issuing.approval, batch.total_face());
        let enough = needed <= batch.approved_by.len().saturating_add(1);
        self.change_batch(id, |batch| {
            batch.approved_by.insert(by);
        });
        step.emit(IssuingEvent::BatchSigned { batch: id, by }.into());
        if enough {
            self.advance(id, BatchState::Approved);
            step.emit(IssuingEvent::BatchApproved { batch: id }.into());
        }
        Ok(Done::Accepted)
    }

    /// Sets aside from the issuer's deposit what sales at the issue price will not bring (P-02b).
    pub(crate) fn fund_batch(&mut self, step: &mut Step<'_>, actor: Actor, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Approved])?;
        let (issuer, terms) = (batch.issuer, batch.terms);
        acts_for(actor, issuer)?;
        self.free_party(issuer)?;
        if terms.expires_at <= step.at {
            return Err(Rejection::Expired);
        }
        let prefunded = self.prefund_per_coupon(issuer, &terms);
        let reserve = prefunded.checked_mul(terms.quantity).ok_or(Rejection::TooLarge)?;
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        if self.amount(deposit) < reserve {
            return Err(Rejection::ReserveNotFunded);
        }
        let entry = self.entry(Posting::ReserveFunding);
        self.post(step, entry.with(deposit, Account::Reserve(issuer, id), reserve));
        self.change_batch(id, |batch| batch.prefunded = prefunded);
        self.advance(id, BatchState::Funded);
        self.set_quota(step, issuer);
        step.emit(IssuingEvent::BatchFunded { batch: id, reserve }.into());
        Ok(Done::Accepted)
    }

    /// max(0, rho x F - (issue price - seller fee)) in mode `face`; nothing in the others.
    pub(crate) fn prefund_per_coupon(&self, issuer: PartyId, terms: &BatchTerms) -> Amount {
        if terms.reserve != ReserveMode::Face {
            return Amount::ZERO;
        }
        let price = terms.issue_price;
        let brings = price.saturating_sub(self.terms.fees.largest_primary_fee(price));
        let ratio = self.reserve_ratio(issuer);
        ratio.of(terms.face, Rounding::Up).unwrap_or(terms.face).saturating_sub(brings)
    }

    /// Registers the coupons of a funded batch with the issuer (P-03a). From here on they end
    /// when their time has come, listed or not.
    pub(crate) fn mint_batch(&mut self, step: &mut Step<'_>, id: BatchId) -> Outcome {
        let batch = self.batch_in(id, &[BatchState::Funded])?;
        let (issuer, series, terms) = (batch.issuer, batch.series, batch.terms);
        let total = batch.total_face();
        let minted = gcfn_ledger::Terms { face: terms.face, quantity: terms.quantity, home: None };
        self.books.title.register(series, minted).map_err(|_| Rejection::BatchExists)?;
        self.record(issuer, |record| record.issued = more(record.issued, total));
        self.advance(id, BatchState::Registered);
        self.agenda.insert((terms.expires_at, Due::Expire(id)));
        self.agenda.insert((terms.breakage_at, Due::ShareBreakage(id)));
        let (quantity, face) = (terms.quantity, terms.face);
        step.emit(IssuingEvent::BatchMinted { batch: id, series, quantity, face }.into());
        Ok(Done::Accepted)
    }

    /// The issuer, if it may issue: neither its party nor its standing is in the way.
    pub(crate) fn active_issuer(&self, issuer: PartyId) -> Result<&Issuer, Rejection> {
        self.free_party(issuer)?;
        let known = self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        if known.status.may_issue() { Ok(known) } else { Err(Rejection::IssuerNotActive) }
    }

    pub(crate) fn batch_in(&self, id: BatchId, states: &[BatchState]) -> Result<&Batch, Rejection> {
        let batch = self.batches.get(&id).ok_or(Rejection::UnknownBatch)?;
        if states.contains(&batch.state) { Ok(batch) } else { Err(Rejection::BatchState) }
    }

    pub(crate) fn change_batch(&mut self, id: BatchId, change: impl FnOnce(&mut Batch)) {
        self.batches.change(&id, change);
    }

    /// Moves a batch on; the caller has checked that it can.
    pub(crate) fn advance(&mut self, id: BatchId, state: BatchState) {
        self.change_batch(id, |batch| {
            assert!(batch.state.leads_to(state), "{:?} does not lead to {state:?}", batch.state);
            batch.state = state;
        });
    }

    /// Whether an issuer has a batch to which something can still happen.
    pub(crate) fn has_open_batches(&self, issuer: PartyId) -> bool {
        self.batches.any(By::Party(issuer), |batch| !batch.state.is_final())
    }
}
