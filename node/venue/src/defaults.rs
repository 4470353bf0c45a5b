//! Issuers that do not perform: minor, major and critical defaults (RSK-22, P-15, A-28).
//!
//! Each severity does what the lesser ones do. Minor: one grade down and a quota cut. Major: no
//! issuance, and the guarantee fund fills the reserves. Critical: the issuer's money stands
//! still, its coupons are marked, and what the reserves have may be shared among the holders.

use crate::batch::BatchState;
use crate::event::Event;
use crate::holders::{PaymentReason, Payout};
use crate::issuer::IssuerStatus;
use crate::issuing_event::IssuingEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeMap;
use gcfn_ledger::{Account, IssuerBucket, Posting};
use gcfn_model::{Amount, BatchId, PartyId, Rate, Rounding, Timestamp};
use serde::{Deserialize, Serialize};

/// How bad a default is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// One grade down, and a quota cut.
    Minor,
    /// No issuance; the guarantee fund stands in.
    Major,
    /// The issuer's money is frozen and its coupons are marked.
    Critical,
}

/// Why a case was opened or raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DefaultCause {
    /// Two persons said so.
    Declared,
    /// The issuer did not meet a call for funds, whether or not the fund could.
    FundingUnmet,
}

/// An open default of an issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefaultCase {
    /// How bad it is.
    pub severity: Severity,
    /// Why it came to that.
    pub cause: DefaultCause,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What of the issuer's restricted money was its deposit.
    pub deposit: Amount,
    /// What of the issuer's restricted money was its risk reserve.
    pub risk: Amount,
}

impl Venue {
    /// Opens a case, or raises an open one; two persons must.
    pub(crate) fn declare_default(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        severity: Severity,
    ) -> Outcome {
        self.check_declare(issuer, severity)?;
        self.declare(step, issuer, severity, DefaultCause::Declared);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_declare(
        &self,
        issuer: PartyId,
        severity: Severity,
    ) -> Result<(), Rejection> {
        self.check_admitted(issuer)?;
        match self.defaults.get(&issuer).is_some_and(|case| severity <= case.severity) {
            true => Err(Rejection::DefaultOpen),
            false => Ok(()),
        }
    }

    pub(crate) fn declare(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        severity: Severity,
        cause: DefaultCause,
    ) {
        let known = self.defaults.get(&issuer).copied();
        let before = known.map(|case| case.severity);
        if Some(severity) <= before {
            return;
        }
        let opened_at = known.map_or(step.at, |case| case.opened_at);
        let (deposit, risk) = (Amount::ZERO, Amount::ZERO);
        let case = DefaultCase { severity, cause, opened_at, deposit, risk };
        self.defaults.insert(issuer, case);
        step.emit(IssuingEvent::DefaultDeclared { issuer, severity, cause }.into());
        if before.is_none() {
            self.record(issuer, |record| record.defaults = record.defaults.saturating_add(1));
            self.take_a_grade(issuer);
            self.rate_issuer(step, issuer);
        }
        if before < Some(Severity::Major) && Severity::Major <= severity {
            if self.issuers.get(&issuer).is_some_and(|known| known.status.may_issue()) {
                self.suspend(step, issuer);
            }
            self.fill_reserves(step, issuer);
        }
        if severity == Severity::Critical {
            self.freeze_issuer(step, issuer);
        }
        self.set_quota(step, issuer);
    }

    fn take_a_grade(&mut self, issuer: PartyId) {
        let Some(known) = self.issuers.get_mut(&issuer) else { return };
        known.downgrades = known.downgrades.saturating_add(1);
        known.quota_cut = true;
        if known.status == IssuerStatus::Active {
            known.status = IssuerStatus::QuotaCut;
        }
    }

    /// P-15b: the reserves that are too low are filled from the risk reserve, the deposit and the
    /// guarantee fund, as far as each of them goes.
    fn fill_reserves(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        for id in self.batches_of(issuer, |batch| batch.state.is_live()) {
            let reserve = Account::Reserve(issuer, id);
            let required = self.required_reserve(id).unwrap_or(Amount::ZERO);
            let mut missing = required.saturating_sub(self.amount(reserve));
            let mut entry = self.entry(Posting::DefaultCover);
            for bucket in [IssuerBucket::Risk, IssuerBucket::Deposit] {
                let source = Account::Issuer(issuer, bucket);
                let part = self.amount(source).min(missing);
                entry = entry.with(source, reserve, part);
                missing = missing.saturating_sub(part);
            }
            self.post(step, entry);
            missing = missing.saturating_sub(self.promised_to(id));
            let from_fund = missing.min(self.fund_available());
            if !from_fund.is_zero() {
                self.cover(step, issuer, BTreeMap::from([(id, from_fund)]));
            }
            self.check_reserve(step, id);
        }
    }

    /// P-15c: the issuer's money stands still, for the holders, that behind its bids and offers too.
    /// Reserves stay where they are, and the case remembers what was deposit and risk reserve.
    fn freeze_issuer(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        self.stand(issuer, IssuerStatus::Frozen);
        self.cancel_orders_of(step, issuer);
        let [deposit, risk] = [IssuerBucket::Deposit, IssuerBucket::Risk]
            .map(|bucket| self.amount(Account::Issuer(issuer, bucket)));
        if let Some(case) = self.defaults.get_mut(&issuer) {
            (case.deposit, case.risk) = (deposit, risk);
        }
        let frozen = Account::Issuer(issuer, IssuerBucket::Restricted);
        let mut entry = self.entry(Posting::DefaultFreeze);
        for bucket in [IssuerBucket::Free, IssuerBucket::Deposit, IssuerBucket::Risk] {
            let account = Account::Issuer(issuer, bucket);
            entry = entry.with(account, frozen, self.amount(account));
        }
        self.post(step, entry);
        self.mark_coupons(step, issuer, true);
    }

    fn mark_coupons(&mut self, step: &mut Step<'_>, issuer: PartyId, marked: bool) {
        for id in self.batches_of(issuer, |batch| batch.state.is_public()) {
            let turned = self.batches.change(&id, |batch| {
                let before = core::mem::replace(&mut batch.risk_marked, marked);
                (before != marked).then_some(batch.series)
            });
            if let Some(series) = turned.flatten() {
                step.emit(Event::CouponsMarked { batch: id, series, marked });
            }
        }
    }

    /// Closes a case; two persons must. What was frozen is again what it was; the issuer issues
    /// only once it is reinstated.
    pub(crate) fn close_default(&mut self, step: &mut Step<'_>, issuer: PartyId) -> Outcome {
        self.check_close(issuer)?;
        let case = self.defaults.remove(&issuer).ok_or(Rejection::NoDefault)?;
        if self.issuers.get(&issuer).is_some_and(|known| known.status == IssuerStatus::Frozen) {
            self.stand(issuer, IssuerStatus::Suspended);
        }
        self.unfreeze_means(step, issuer, &case);
        self.mark_coupons(step, issuer, false);
        step.emit(IssuingEvent::DefaultClosed { issuer }.into());
        self.rate_issuer(step, issuer);
        Ok(Done::Accepted)
    }

    /// P-15c undone. Payments have taken of the frozen money in the order of P-09b, what was free
    /// first and the risk reserve last, and all that has come in was free.
    fn unfreeze_means(&mut self, step: &mut Step<'_>, issuer: PartyId, case: &DefaultCase) {
        let frozen = Account::Issuer(issuer, IssuerBucket::Restricted);
        let left = self.amount(frozen);
        let risk = case.risk.min(left);
        let left = left.saturating_sub(risk);
        let deposit = case.deposit.min(left);
        let free = left.saturating_sub(deposit);
        let of = |bucket| Account::Issuer(issuer, bucket);
        let entry = self
            .entry(Posting::DefaultFreeze)
            .with(frozen, of(IssuerBucket::Free), free)
            .with(frozen, of(IssuerBucket::Deposit), deposit)
            .with(frozen, of(IssuerBucket::Risk), risk);
        self.post(step, entry);
    }

    pub(crate) fn check_close(&self, issuer: PartyId) -> Result<(), Rejection> {
        self.defaults.get(&issuer).ok_or(Rejection::NoDefault)?;
        match self.calls.contains_key(&issuer) {
            true => Err(Rejection::FundsCalled),
            false => Ok(()),
        }
    }

    /// P-15d: what the reserve of a batch has is shared among its holders by what is left of
    /// their coupons' face, and the coupons are taken back; two persons must. What no share
    /// comes to stays with the issuer's frozen money.
    pub(crate) fn compensate(&mut self, step: &mut Step<'_>, id: BatchId) -> Outcome {
        self.check_compensate(id)?;
        self.clear_series(step, id);
        let (issuer, payout) = self.check_compensate(id)?;
        self.pay_holders(step, id, payout);
        self.take_back(step, issuer, id);
        Ok(Done::Accepted)
    }

    pub(crate) fn check_compensate(&self, id: BatchId) -> Result<(PartyId, Payout), Rejection> {
        let ended = [
            BatchState::Listed,
            BatchState::Suspended,
            BatchState::Registered,
            BatchState::Expired,
        ];
        let batch = self.batch_in(id, &ended)?;
        let issuer = batch.issuer;
        let case = self.defaults.get(&issuer).ok_or(Rejection::NoDefault)?;
        if case.severity != Severity::Critical {
            return Err(Rejection::DefaultNotCritical);
        }
        self.none_abroad(batch.series)?;
        if batch.state == BatchState::Expired && !self.locks_of(batch.series).is_empty() {
            return Err(Rejection::HoldsOpen);
        }
        let reserve = self.amount(Account::Reserve(issuer, id));
        let total = self.held_value(batch.series);
        let share = Rate::new(reserve.min(total).minor(), total.minor()).ok();
        let part = |value| share.and_then(|share| share.counter(value, Rounding::Down));
        let payout = self.payout(batch.series, PaymentReason::Compensation, |value| {
            Some(part(value).unwrap_or(Amount::ZERO))
        });
        Ok((issuer, payout.ok_or(Rejection::TooLarge)?))
    }

    /// An issuer's open default.
    #[must_use]
    pub fn default_of(&self, issuer: PartyId) -> Option<&DefaultCase> {
        self.defaults.get(&issuer)
    }
}
