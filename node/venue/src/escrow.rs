//! An issuer's own money: the deposit that it may take back, the proceeds that it keeps as one, and
//! those that it may have paid to its bank (P-02a, P-02c, P-02d, P-14).

use crate::event::Event;
use crate::issuing_event::IssuingEvent;
use crate::money_event::MoneyEvent;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::Purpose;
use crate::venue::{Step, Venue};
use gcfn_banking::{Creditor, Instruction};
use gcfn_ledger::{Account, IssuerBucket, Posting};
use gcfn_model::{Amount, BasisPoints, InstructionId, PartyId, Pool, Rounding, WithdrawalId};
use serde::{Deserialize, Serialize};

/// Free proceeds on their way to an issuer's own bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct IssuerPayout {
    pub(crate) issuer: PartyId,
    pub(crate) amount: Amount,
}

impl Venue {
    /// Takes a voluntary deposit back into free money, as far as neither quota nor reserves need
    /// it (ISS-06).
    pub(crate) fn withdraw_deposit(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        amount: Amount,
    ) -> Outcome {
        self.unburdened(issuer)?;
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        let deposit = Account::Issuer(issuer, IssuerBucket::Deposit);
        let left = self.amount(deposit).checked_sub(amount).ok_or(Rejection::InsufficientFunds)?;
        let used = self.issuers.get(&issuer).map_or(Amount::ZERO, |known| known.used);
        if self.quota_with(issuer, left).is_none_or(|quota| quota < used) {
            return Err(Rejection::QuotaExceeded);
        }
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let entry = self.entry(Posting::DepositRelease).with(deposit, free, amount);
        self.post(step, entry);
        self.repay_hub(step, issuer);
        self.set_quota(step, issuer);
        step.emit(IssuingEvent::DepositTakenBack { issuer, amount }.into());
        Ok(Done::Accepted)
    }

    /// Keeps a share of what comes in from now on as deposit: the issuer's assurance that it will
    /// redeem (ISS-07, ESC-13).
    pub(crate) fn keep_assurance(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        share: BasisPoints,
    ) -> Outcome {
        self.free_party(issuer)?;
        self.check_admitted(issuer)?;
        if BasisPoints::ONE < share {
            return Err(Rejection::ShareOutOfRange);
        }
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.assurance = share;
        }
        step.emit(MoneyEvent::AssuranceSet { issuer, share }.into());
        Ok(Done::Accepted)
    }

    /// The issuer's assurance out of proceeds that have arrived, as far as they are free.
    pub(crate) fn assure(&mut self, step: &mut Step<'_>, issuer: PartyId, proceeds: Amount) {
        let Some(known) = self.issuers.get(&issuer) else { return };
        let [free, deposit] = [IssuerBucket::Free, IssuerBucket::Deposit]
            .map(|bucket| Account::Issuer(issuer, bucket));
        let wanted = known.assurance.of(proceeds, Rounding::HalfUp).unwrap_or(Amount::MAX);
        let amount = wanted.min(self.amount(free));
        if amount.is_zero() {
            return;
        }
        let entry = self.entry(Posting::Assurance).with(free, deposit, amount);
        self.post(step, entry);
        self.set_quota(step, issuer);
    }

    /// Pays free proceeds to the issuer's bank. They leave when the bank says so.
    pub(crate) fn pay_out_proceeds(
        &mut self,
        step: &mut Step<'_>,
        issuer: PartyId,
        withdrawal: WithdrawalId,
        amount: Amount,
    ) -> Outcome {
        self.unburdened(issuer)?;
        let known = |id| self.withdrawals.contains_key(id) || self.issuer_payouts.contains_key(id);
        if known(&withdrawal) {
            return Err(Rejection::WithdrawalExists);
        }
        if amount.is_zero() {
            return Err(Rejection::AmountZero);
        }
        let free = Account::Issuer(issuer, IssuerBucket::Free);
        let owed = Amount::sum(Pool::ALL.into_iter().map(|pool| self.receivable(issuer, pool)));
        let spoken_for = owed.unwrap_or(Amount::MAX);
        if self.amount(free).saturating_sub(spoken_for) < amount {
            return Err(Rejection::InsufficientFunds);
        }
        let value_date = self.trading_day(step.at)?.value_date;
        let leaving = Account::Issuer(issuer, IssuerBucket::Withdrawal);
        let entry = self.entry(Posting::WithdrawalRequest).with(free, leaving, amount);
        self.post(step, entry);
        self.issuer_payouts.insert(withdrawal, IssuerPayout { issuer, amount });
        step.emit(Event::WithdrawalRequested { withdrawal, party: issuer, amount });
        // An id that was used and forgotten may come again; an instruction's may not.
        let number = self.next_number().to_be_bytes();
        let id = InstructionId::derive(&[b"issuer-payout", withdrawal.as_bytes(), &number]);
        let purpose = Purpose::IssuerPayOut(withdrawal);
        let to = (Pool::IssuerEscrow, Creditor::Party(issuer));
        self.instruct(step, (id, purpose), to, amount, value_date);
        Ok(Done::Accepted)
    }

    /// Whether nothing has a claim on an issuer's money before the issuer itself: no freeze, no
    /// default, no call for funds, no reserve that is too low.
    fn unburdened(&self, issuer: PartyId) -> Result<(), Rejection> {
        self.free_party(issuer)?;
        self.issuers.get(&issuer).ok_or(Rejection::UnknownIssuer)?;
        if self.defaults.contains_key(&issuer) {
            return Err(Rejection::DefaultOpen);
        }
        if self.calls.contains_key(&issuer) {
            return Err(Rejection::FundsCalled);
        }
        self.check_standing(issuer)
    }

    /// The bank has paid the issuer.
    pub(crate) fn issuer_paid(
        &mut self,
        step: &mut Step<'_>,
        withdrawal: WithdrawalId,
    ) -> Option<Account> {
        let paid = self.issuer_payouts.remove(&withdrawal)?;
        step.emit(Event::WithdrawalPaid { withdrawal });
        Some(Account::Issuer(paid.issuer, IssuerBucket::Withdrawal))
    }

    /// The bank refused to pay the issuer: the money is free again.
    pub(crate) fn issuer_payout_failed(&mut self, step: &mut Step<'_>, withdrawal: WithdrawalId) {
        let Some(failed) = self.issuer_payouts.remove(&withdrawal) else { return };
        let from = Account::Issuer(failed.issuer, IssuerBucket::Withdrawal);
        let entry = self.entry(Posting::Reversal);
        let entry = entry.with(from, self.issuer_free(failed.issuer), failed.amount);
        self.post(step, entry);
        step.emit(Event::WithdrawalFailed { withdrawal });
    }

    /// Where a payment to an issuer goes that its bank has sent back.
    pub(crate) fn issuer_returned(&self, payment: &Instruction<Purpose>) -> Account {
        match payment.creditor {
            Creditor::Party(issuer) => self.issuer_free(issuer),
            Creditor::Account(_) => Account::Suspense(payment.debtor.pool),
        }
    }
}
