//! What the house pays to who has money left in a cycle, and again when the bank did not.

use crate::cycle::Cycle;
use crate::house::{House, HousePayment};
use crate::reconciliation::finish_if_reconciled;
use crate::{ClearingEvent, Phase};
use alloc::vec::Vec;
use gcfn_banking::{Creditor, Instruction, ReasonCode};
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, InstructionId, Millis, SettlementAccount, Timestamp,
    Uetr,
};
use serde::{Deserialize, Serialize};

/// How long the house waits before it asks its bank again.
const RETRY_AFTER: Millis = Millis(86_400_000);

/// What the house owes to one account of a settled cycle, and how far its payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PayOut {
    /// Who is owed.
    pub(crate) account: SettlementAccount,
    /// In which currency.
    pub(crate) currency: Currency,
    /// How much.
    pub(crate) amount: Amount,
    /// Why.
    pub(crate) owed: Owed,
    /// How often the bank has been asked.
    pub(crate) attempts: u32,
    /// What became of the last attempt.
    pub(crate) state: PayOutState,
    /// Whether the bank has booked an attempt that it had refused: it may be paid, and is not asked
    /// for again.
    pub(crate) in_doubt: bool,
}

/// Why an account has money at the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Owed {
    /// It was left in the cycle when that settled: the account is long, or had paid in for
    /// obligations that then left.
    Position,
    /// It was paid in after the cycle had settled without it.
    LatePayIn,
}

/// What became of an attempt to pay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum PayOutState {
    /// The bank has not booked it yet.
    Instructed,
    /// The bank has booked it.
    Paid,
    /// The bank refused it or sent it back.
    Unpaid {
        /// When the bank is asked again. Not where nothing is given: the bank has booked an
        /// attempt that it had refused, and must first say which of the two holds.
        retry_at: Option<Timestamp>,
    },
}

impl PayOut {
    /// A pay-out that the bank is about to be asked for.
    pub(crate) fn first(
        account: SettlementAccount,
        currency: Currency,
        amount: Amount,
        owed: Owed,
    ) -> PayOut {
        let state = PayOutState::Instructed;
        PayOut { account, currency, amount, owed, attempts: 1, state, in_doubt: false }
    }

    /// When the bank is asked again.
    pub(crate) fn retry_at(&self) -> Option<Timestamp> {
        match self.state {
            PayOutState::Unpaid { retry_at } => retry_at,
            PayOutState::Instructed | PayOutState::Paid => None,
        }
    }

    /// The id of an attempt's payment. Every attempt has its own, so that a bank cannot take a new
    /// one for a repeat.
    fn payment_id(&self, cycle: CycleId, attempt: u32) -> InstructionId {
        InstructionId::derive(&[
            match self.owed {
                Owed::Position => b"pay-out",
                Owed::LatePayIn => b"pay-back",
            },
            cycle.as_bytes(),
            self.account.node.as_str().as_bytes(),
            self.account.pool.code().as_bytes(),
            self.currency.code().as_bytes(),
            &attempt.to_be_bytes(),
        ])
    }
}

impl House {
    /// Pays every account what it has left in the cycle.
    pub(crate) fn pay_out(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        let left = cycle.balances().filter_map(|((currency, account), left)| {
            let amount = left.credit().filter(|amount| !amount.is_zero())?;
            Some(PayOut::first(account, currency, amount, Owed::Position))
        });
        let left: Vec<PayOut> = left.collect();
        left.into_iter().for_each(|out| self.owe(at, date, out, events));
        self.move_on_if_paid_out(date, events);
    }

    /// Takes on what is owed, and asks the bank to pay it.
    pub(crate) fn owe(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        out: PayOut,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        cycle.pay_outs.push(out);
        let cycle = cycle.id;
        self.ask_bank(at, (cycle, date), &out, events);
    }

    /// Asks the bank again for what it did not pay, once it is time.
    pub(crate) fn retry_pay_outs(&mut self, at: Timestamp, events: &mut Vec<ClearingEvent>) {
        let mut again = Vec::new();
        for (&date, cycle) in &mut self.cycles {
            let due = |out: &&mut PayOut| out.retry_at().is_some_and(|retry_at| retry_at <= at);
            for out in cycle.pay_outs.iter_mut().filter(due) {
                out.attempts = out.attempts.saturating_add(1);
                out.state = PayOutState::Instructed;
                again.push(((cycle.id, date), *out));
            }
        }
        for (of, out) in again {
            self.ask_bank(at, of, &out, events);
        }
    }

    fn ask_bank(
        &mut self,
        at: Timestamp,
        (cycle, value_date): (CycleId, BusinessDate),
        out: &PayOut,
        events: &mut Vec<ClearingEvent>,
    ) {
        let &PayOut { account, currency, amount, .. } = out;
        let payment = Instruction {
            id: out.payment_id(cycle, out.attempts),
            debtor: self.account(),
            creditor: Creditor::Account(account),
            currency,
            amount,
            // A bank does not pay on a day that has passed.
            value_date: value_date.max(at.utc().0),
            purpose: HousePayment { value_date, account },
        };
        self.desk.instruct(at, payment).expect("a payment's id is its cycle's and attempt's own");
        events.push(ClearingEvent::PayOutInstructed { cycle, payment });
    }

    /// The bank has booked a payment of the house.
    pub(crate) fn paid_out(
        &mut self,
        payment: &Instruction<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) {
        if let Some((_, out)) = self.pay_out_of(payment) {
            out.state = PayOutState::Paid;
            self.move_on_if_paid_out(payment.purpose.value_date, events);
        }
    }

    /// The bank refused a payment of the house, or sent it back. It is owed still, so the bank is
    /// asked again, a day apart, until it pays: each time somebody is told, and can see to the
    /// cause.
    pub(crate) fn not_paid_out(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some((cycle, out)) = self.pay_out_of(payment) else { return };
        let retry_at = at.checked_add(RETRY_AFTER).filter(|_| !out.in_doubt);
        out.state = PayOutState::Unpaid { retry_at };
        events.push(ClearingEvent::PayOutFailed { cycle, payment: *payment, retry_at });
    }

    /// The bank booked a payment that it had refused. It may be made already, so it is not asked
    /// for again: a new attempt that is a draft does not leave, and one that has left, or is about
    /// to, is asked back.
    pub(crate) fn perhaps_paid_out(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) {
        let HousePayment { value_date, account } = payment.purpose;
        let Some(cycle) = self.cycles.get_mut(&value_date) else { return };
        let id = cycle.id;
        let attempted = |out: &&mut PayOut| {
            let attempts = 1..=out.attempts;
            out.account == account
                && attempts.into_iter().any(|n| out.payment_id(id, n) == payment.id)
        };
        let Some(out) = cycle.pay_outs.iter_mut().find(attempted) else { return };
        let last = Uetr::derive(&[out.payment_id(id, out.attempts).as_bytes()]);
        out.in_doubt = true;
        let is_draft = out.state == PayOutState::Instructed && self.desk.cancel(at, last).is_ok();
        if is_draft || matches!(out.state, PayOutState::Unpaid { .. }) {
            out.state = PayOutState::Unpaid { retry_at: None };
        } else if out.state == PayOutState::Instructed
            && let Ok(asked) = self.desk.recall(at, last, ReasonCode::DUPLICATE)
        {
            events.push(ClearingEvent::Bank(asked));
        }
        let payment = *payment;
        events.push(ClearingEvent::PayOutFailed { cycle: id, payment, retry_at: None });
    }

    /// The pay-out whose last attempt `payment` is, and its cycle.
    fn pay_out_of(
        &mut self,
        payment: &Instruction<HousePayment>,
    ) -> Option<(CycleId, &mut PayOut)> {
        let HousePayment { value_date, account } = payment.purpose;
        let Cycle { id, pay_outs, .. } = self.cycles.get_mut(&value_date)?;
        let is_last = |out: &&mut PayOut| {
            out.account == account && out.payment_id(*id, out.attempts) == payment.id
        };
        Some((*id, pay_outs.iter_mut().find(is_last)?))
    }

    fn move_on_if_paid_out(&mut self, date: BusinessDate, events: &mut Vec<ClearingEvent>) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::Settled && cycle.is_paid_out() {
            cycle.phase = Phase::PayOut;
            events.push(ClearingEvent::CyclePaidOut { cycle: cycle.id, nodes: cycle.nodes() });
            finish_if_reconciled(cycle, events);
        }
    }
}
