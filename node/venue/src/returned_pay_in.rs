//! Pay-ins of this node that its bank has given back, and that a house calls for again.
//!
//! The node pays again what has come back to it, and nothing on the word of a house alone: it waits
//! until its own bank has booked the money. It pays once for all calls that name the same first
//! one; only where its payment was refused does it meet the next.

use crate::event::Event;
use crate::refusal::Rejection;
use crate::settlement::Purpose;
use crate::treasury::counterpart;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_banking::{Creditor, PaymentState, Side, SuspenseItem, is_forgotten};
use gcfn_clearing::{CallAgain, PayIn};
use gcfn_ledger::{Account, Entry, Posting};
use gcfn_model::{Amount, CycleId, HouseId, InstructionId, SettlementAccount, Timestamp, Uetr};
use serde::{Deserialize, Serialize};

/// A pay-in that came back and is called for again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnedPayIn {
    /// The house.
    pub house: HouseId,
    /// The cycle that it was for.
    pub cycle: CycleId,
    /// The house's account to pay to.
    pub pay_to: SettlementAccount,
    /// How it is called for now.
    pub again: CallAgain,
    /// When the house said so first.
    pub since: Timestamp,
    /// By which payment it was met last.
    paid_by: Option<Uetr>,
}

impl Venue {
    /// The pay-ins that came back and are not paid again, as far as the node's banks have said.
    pub fn returned_pay_ins(&self) -> impl Iterator<Item = &ReturnedPayIn> {
        self.returned_pay_ins.values().filter(|of| self.met_by(of) != Some(PaymentState::Settled))
    }

    /// A house calls again for what a bank has taken back from it.
    pub(crate) fn called_again(
        &mut self,
        step: &mut Step<'_>,
        (house, cycle, pay_to): (HouseId, CycleId, SettlementAccount),
        again: CallAgain,
    ) -> Result<(), Rejection> {
        self.check_called_again(step.at, (house, pay_to), again)?;
        let fresh = ReturnedPayIn { house, cycle, pay_to, again, since: step.at, paid_by: None };
        match self.returned_pay_ins.get_mut(&again.first) {
            Some(known) => known.again = again,
            None => {
                self.returned_pay_ins.insert(again.first, fresh);
                let CallAgain { payment, call, .. } = again;
                step.emit(Event::PayInReturned { house, payment, call });
            }
        }
        self.pay_again(step, again.first);
        Ok(())
    }

    /// Whether a call is for no more than this node has paid to the house, in a payment that it
    /// remembers.
    fn check_called_again(
        &self,
        at: Timestamp,
        (house, pay_to): (HouseId, SettlementAccount),
        again: CallAgain,
    ) -> Result<(), Rejection> {
        let CallAgain { payment, first, call, value_date } = again;
        if call.account.node != self.terms.node {
            return Err(Rejection::ForeignAccount);
        }
        let known = self.desk.payment(payment).map(|known| known.instruction);
        let paid = known.filter(|paid| {
            matches!(paid.purpose, Purpose::PayIn { house: by, .. } if by == house)
                && (paid.debtor, paid.currency) == (call.account, call.currency)
                && paid.creditor == Creditor::Account(pay_to)
        });
        let others = self
            .returned_pay_ins
            .values()
            .filter(|of| of.again.payment == payment && of.again.first != first);
        let called = Amount::sum(others.map(|of| of.again.call.amount).chain([call.amount]));
        let within = paid.zip(called).is_some_and(|(paid, called)| called <= paid.amount);
        match within && !call.amount.is_zero() && !is_forgotten(at, value_date) {
            true => Ok(()),
            false => Err(Rejection::NotPermitted),
        }
    }

    /// Money has come back under the reference of `payment`: what waits for it is paid.
    pub(crate) fn has_come_back(&mut self, step: &mut Step<'_>, payment: Uetr) {
        let these = self.returned_pay_ins.values().filter(|of| of.again.payment == payment);
        let these: Vec<InstructionId> = these.map(|of| of.again.first).collect();
        these.into_iter().for_each(|first| self.pay_again(step, first));
    }

    /// Pays again what has come back, unless that is under way.
    fn pay_again(&mut self, step: &mut Step<'_>, first: InstructionId) {
        let Some(of) = self.returned_pay_ins.get(&first).copied() else { return };
        let CallAgain { payment, call, value_date, .. } = of.again;
        let met = self.met_by(&of);
        if met.is_some_and(|state| state.is_open() || state == PaymentState::Settled) {
            return;
        }
        let waits = self.part_of(payment, &call);
        let state = self.desk.payment(payment).map(|known| known.state);
        if waits.is_none() && state != Some(PaymentState::Returned) && of.paid_by.is_none() {
            return;
        }
        if let Some(item) = waits {
            self.close_suspense(step, item.number);
            let pool = call.account.pool;
            let back = Entry::new(Posting::Reversal, item.currency);
            let back = back.with(Account::Suspense(pool), counterpart(pool), item.amount);
            self.post_banked(step, back);
        }
        let purpose = Purpose::PayIn { house: of.house, cycle: of.cycle };
        self.pay_in(step, purpose, (call, of.pay_to, value_date));
        if let Some(known) = self.returned_pay_ins.get_mut(&first) {
            known.paid_by = Some(Uetr::derive(&[call.instruction.as_bytes()]));
        }
    }

    /// What has come back of a payment in part, as much as is called for; it waits in suspense.
    fn part_of(&self, payment: Uetr, call: &PayIn) -> Option<SuspenseItem> {
        let is_part = |item: &&SuspenseItem| {
            (item.uetr, item.account, item.side) == (Some(payment), call.account, Side::Credit)
                && (item.currency, item.amount) == (call.currency, call.amount)
        };
        self.suspense.values().find(is_part).copied()
    }

    fn met_by(&self, of: &ReturnedPayIn) -> Option<PaymentState> {
        Some(self.desk.payment(of.paid_by?)?.state)
    }

    /// Forgets what is about payments that the node has forgotten.
    pub(crate) fn forget_returned_pay_ins(&mut self) {
        let desk = &self.desk;
        self.returned_pay_ins.retain(|_, of| desk.payment(of.again.payment).is_some());
    }
}
