//! What waits for an issuer's money: redemptions and maturities that it cannot pay at once, the
//! call for the rest, and the guarantee fund behind it (P-09b, P-15b, A-21).
//!
//! A confirmed redemption that is short of reserve waits with its coupon locked. The issuer is
//! called and has until the cut-off of T+1; a deposit executes what waits at once. If the issuer
//! does not pay, it is in major default. The fund pays for it, if it has enough for all of it, and
//! has the holders' claim on the issuer from then on; else the coupons are their holders' again.

use crate::defaults::{DefaultCause, Severity};
use crate::issuing_event::IssuingEvent;
use crate::settlement::{Item, issuer_due};
use crate::venue::{Due, Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_ledger::{Account, Posting};
use gcfn_model::{Amount, BatchId, Millis, PartyId, Pool, RedemptionId, Timestamp};
use serde::{Deserialize, Serialize};

/// How long an issuer has where no trading day is open.
const ONE_DAY: Millis = Millis(86_400_000);

/// What an issuer is called for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FundingCall {
    /// When it must have paid; `None` once that has passed and nobody pays.
    pub due: Option<Timestamp>,
    /// The redemptions that wait, in the order of their confirmation.
    pub redemptions: Vec<RedemptionId>,
    /// The matured batches whose holders wait.
    pub matured: Vec<BatchId>,
}

impl FundingCall {
    fn is_met(&self) -> bool {
        self.redemptions.is_empty() && self.matured.is_empty()
    }
}

/// What waits for money.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Claim {
    Redemption(RedemptionId),
    Matured(BatchId),
}

impl Venue {
    /// Puts a claim behind those that wait already, and calls the issuer for what is missing.
    pub(crate) fn wait_for_funds(&mut self, step: &mut Step<'_>, issuer: PartyId, claim: Claim) {
        let due = self.funding_due_at(step.at);
        let call = self.calls.entry(issuer).or_default();
        match claim {
            Claim::Redemption(id) => call.redemptions.push(id),
            Claim::Matured(id) if call.matured.contains(&id) => {}
            Claim::Matured(id) => call.matured.push(id),
        }
        let due = *call.due.get_or_insert(due);
        self.agenda.insert((due, Due::CallFunding(issuer)));
        let amount = Amount::sum(self.missing(issuer).into_values()).unwrap_or(Amount::MAX);
        step.emit(IssuingEvent::FundingCalled { issuer, amount, due }.into());
    }

    /// When an issuer that is called at `at` must have paid: at the cut-off of the trading day
    /// after that of the call (P-09b), or a day later than what is known where none is open.
    pub(crate) fn funding_due_at(&self, at: Timestamp) -> Timestamp {
        let mut to_come = self.days.values().map(|day| day.cut_off).filter(|cut_off| at < *cut_off);
        let today = to_come.next().unwrap_or(at);
        to_come.next().unwrap_or_else(|| today.checked_add(ONE_DAY).unwrap_or(today))
    }

    fn next_cut_off(&self, at: Timestamp) -> Timestamp {
        let day = self.trading_day(at).map(|day| day.cut_off);
        day.unwrap_or_else(|_| at.checked_add(ONE_DAY).unwrap_or(at))
    }

    /// Money has come in: whatever it pays for now is executed, first come, first served.
    pub(crate) fn meet_calls(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let Some(mut call) = self.calls.remove(&issuer) else { return };
        call.redemptions.retain(|id| !self.pay_waiting(step, *id));
        call.matured.retain(|id| !self.pay_matured(step, *id));
        // What a redemption left of its coupon may have matured meanwhile.
        if let Some(newer) = self.calls.remove(&issuer) {
            call.due = call.due.or(newer.due);
            let more = newer.matured.into_iter().filter(|id| !call.matured.contains(id));
            let more: Vec<BatchId> = more.collect();
            call.matured.extend(more);
        }
        if call.is_met() {
            if let Some(due) = call.due {
                self.agenda.remove(&(due, Due::CallFunding(issuer)));
            }
            step.emit(IssuingEvent::FundingMet { issuer }.into());
        } else {
            self.calls.insert(issuer, call);
        }
    }

    /// A claim no longer waits: its batch was recalled or its holders compensated.
    pub(crate) fn forget_claims(&mut self, issuer: PartyId, id: BatchId) {
        let Some(call) = self.calls.get_mut(&issuer) else { return };
        let redemptions = &self.redemptions;
        call.redemptions.retain(|redemption| redemptions.contains_key(redemption));
        call.matured.retain(|matured| *matured != id);
        if call.is_met() {
            if let Some(due) = call.due {
                self.agenda.remove(&(due, Due::CallFunding(issuer)));
            }
            self.calls.remove(&issuer);
        }
    }

    /// What is missing for everything that waits, per batch, once all that the issuer has is
    /// used.
    fn missing(&self, issuer: PartyId) -> BTreeMap<BatchId, Amount> {
        let mut wanted = BTreeMap::<BatchId, Amount>::new();
        let mut want = |id, amount: Amount| {
            let sum = wanted.entry(id).or_insert(Amount::ZERO);
            *sum = sum.checked_add(amount).unwrap_or(Amount::MAX);
        };
        let Some(call) = self.calls.get(&issuer) else { return wanted };
        for redemption in call.redemptions.iter().filter_map(|id| self.redemptions.get(id)) {
            if let Account::Obligation(_, id) = self.obligation(redemption.series) {
                want(id, redemption.value);
            }
        }
        for id in &call.matured {
            want(*id, self.matured_value(*id));
        }
        let mut own = self.own_means(issuer);
        wanted.retain(|id, amount| {
            let beyond = amount.saturating_sub(self.amount(Account::Reserve(issuer, *id)));
            let drawn = beyond.min(own);
            own = own.saturating_sub(drawn);
            *amount = beyond.saturating_sub(drawn);
            !amount.is_zero()
        });
        wanted
    }

    /// The issuer has had its time.
    pub(crate) fn funding_due(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        self.meet_calls(step, issuer);
        if !self.calls.contains_key(&issuer) {
            return;
        }
        if self.fund_promised.contains_key(&issuer) {
            return self.ask_again(step, issuer);
        }
        let missing = self.missing(issuer);
        let total = Amount::sum(missing.values().copied()).unwrap_or(Amount::MAX);
        match total <= self.fund_available() {
            true => {
                self.cover(step, issuer, missing);
                self.ask_again(step, issuer);
            }
            false => self.leave_unpaid(step, issuer),
        }
        self.declare(step, issuer, Severity::Major, DefaultCause::FundingUnmet);
    }

    fn ask_again(&mut self, step: &Step<'_>, issuer: PartyId) {
        let due = self.next_cut_off(step.at);
        if let Some(call) = self.calls.get_mut(&issuer) {
            call.due = Some(due);
            self.agenda.insert((due, Due::CallFunding(issuer)));
        }
    }

    /// What the guarantee fund has and has not promised. What issuers owe it is not there.
    #[must_use]
    pub fn fund_available(&self) -> Amount {
        let fund = self.books.money.pool_position(Pool::GuaranteeFund, self.terms.currency);
        let owed = fund.receivable.credit().unwrap_or(Amount::ZERO);
        let promised = self.fund_promised.values().flat_map(BTreeMap::values).copied();
        let promised = Amount::sum(promised).expect("no more than the fund has");
        self.amount(Account::GuaranteeFund).saturating_sub(owed).saturating_sub(promised)
    }

    /// The fund pays what is missing into the reserves, with the next settlement (P-15b).
    pub(crate) fn cover(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        missing: BTreeMap<BatchId, Amount>,
    ) {
        for (batch, amount) in missing {
            let promised = self.fund_promised.entry(issuer).or_default();
            let promised = promised.entry(batch).or_insert(Amount::ZERO);
            *promised = promised.checked_add(amount).expect("no more than the fund has");
            self.add_item(Item::GuaranteeCover { issuer, batch, amount });
            step.emit(IssuingEvent::FundCovers { issuer, batch, amount }.into());
        }
    }

    /// The fund's money has arrived, and the issuer owes it to the fund: what the issuer brings
    /// later repays it first. What the issuer could pay meanwhile goes back to the fund, so that it
    /// never becomes the issuer's.
    pub(crate) fn covered(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        (batch, amount): (BatchId, Amount),
    ) {
        self.check_reserve(step, batch);
        let used = self.still_missing(issuer, batch).min(amount);
        let spare = amount.saturating_sub(used);
        let fund = Account::GuaranteeFund;
        let entry = self
            .entry(Posting::DefaultCover)
            .with(fund, Account::Reserve(issuer, batch), used)
            .with(fund, issuer_due(issuer), spare)
            .with_transit(Pool::GuaranteeFund, Pool::IssuerEscrow, amount);
        self.post(step, entry);
        let owed = self.lend(step, issuer, Pool::GuaranteeFund, used);
        let claim = self.entry(Posting::Receivable).with(owed, fund, used);
        self.post(step, claim);
        self.promise_kept(issuer, (batch, amount));
        if !spare.is_zero() {
            self.add_item(Item::FundContribution { issuer, amount: spare });
        }
        self.check_reserve(step, batch);
        self.meet_calls(step, issuer);
    }

    fn promise_kept(&mut self, issuer: PartyId, (batch, amount): (BatchId, Amount)) {
        let Some(promised) = self.fund_promised.get_mut(&issuer) else { return };
        if let Some(open) = promised.get_mut(&batch) {
            *open = open.saturating_sub(amount);
        }
        promised.retain(|_, open| !open.is_zero());
        if promised.is_empty() {
            self.fund_promised.remove(&issuer);
        }
    }

    /// What a batch is short of now, for those who wait or for its reserve.
    fn still_missing(&self, issuer: PartyId, id: BatchId) -> Amount {
        let waiting = self.missing(issuer).remove(&id).unwrap_or(Amount::ZERO);
        let low = self.batches.get(&id).is_some_and(|batch| batch.reserve_low);
        let required = self.required_reserve(id).filter(|_| low).unwrap_or(Amount::ZERO);
        let reserve = self.reserve_of(id).unwrap_or(Amount::ZERO);
        waiting.max(required.saturating_sub(reserve))
    }

    /// Nobody pays: locked coupons are their holders' again. Holders of matured coupons keep them
    /// until they are paid or compensated.
    fn leave_unpaid(&mut self, step: &mut Step<'_>, issuer: PartyId) {
        let Some(call) = self.calls.get_mut(&issuer) else { return };
        call.due = None;
        let released = core::mem::take(&mut call.redemptions);
        if call.is_met() {
            self.calls.remove(&issuer);
        }
        for id in released {
            self.release_lock(step, id);
        }
    }

    /// What the fund has promised to the reserve of a batch and has not paid yet.
    pub(crate) fn promised_to(&self, id: BatchId) -> Amount {
        let issuer = self.batches.get(&id).map(|batch| batch.issuer);
        let promised = issuer.and_then(|issuer| self.fund_promised.get(&issuer)?.get(&id));
        promised.copied().unwrap_or(Amount::ZERO)
    }

    /// What an issuer is called for, while it is.
    #[must_use]
    pub fn funding_call(&self, issuer: PartyId) -> Option<&FundingCall> {
        self.calls.get(&issuer)
    }
}
