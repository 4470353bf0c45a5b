//! Calls for money: who is short, what is expected of whom, and what becomes of it when it comes.

use crate::house::{House, HousePayment};
use crate::pay_out::{Owed, PayOut};
use crate::{ClearingEvent, Cycle, PayIn, Phase};
use alloc::vec::Vec;
use gcfn_banking::{Creditor, Instruction};
use gcfn_ledger::Ledger;
use gcfn_model::{BusinessDate, Currency, InstructionId, SettlementAccount, Timestamp, Uetr};

impl House {
    /// Lets the desk know every call, so that it recognises the money when it comes.
    pub(crate) fn expect_pay_ins(&mut self, at: Timestamp, date: BusinessDate) {
        let creditor = Creditor::Account(self.account());
        let Some(cycle) = self.cycles.get(&date) else { return };
        for (call, _) in cycle.pay_ins.values() {
            let expected = Instruction {
                id: call.instruction,
                debtor: call.account,
                creditor,
                currency: call.currency,
                amount: call.amount,
                value_date: date,
                purpose: HousePayment { value_date: date, account: call.account },
            };
            self.desk.expect(at, expected).expect("a pay-in's id is its cycle's own");
        }
    }

    /// The bank has booked a pay-in.
    pub(crate) fn paid_in(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let HousePayment { value_date, account } = payment.purpose;
        let Some(cycle) = self.cycles.get_mut(&value_date) else { return };
        if let Some((_, paid)) = cycle.pay_ins.get_mut(&payment.uetr()) {
            *paid = true;
        }
        let (currency, amount, phase) = (payment.currency, payment.amount, cycle.phase);
        let cycle = cycle.id;
        events.push(ClearingEvent::PayInReceived { cycle, account, currency, amount });
        if self.meets_claim(at, payment, ledger, events) {
            return;
        }
        let restored = self.restore(value_date, (currency, account), amount, ledger, events);
        if phase < Phase::Settled {
            self.settle_if_funded(at, value_date, ledger, events);
            return;
        }
        // The cycle has gone on without it: beside what was drawn for it, nobody but the payer has
        // a claim on the money.
        let amount = amount.saturating_sub(restored);
        if !amount.is_zero() {
            let out = PayOut::first(account, currency, amount, Owed::LatePayIn);
            self.owe(at, value_date, out, events);
        }
    }
}

/// Calls every account that is short.
pub(crate) fn call(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    for ((currency, account), amount) in cycle.shortfalls() {
        let id = pay_in_id(cycle, currency, account);
        let due = cycle.schedule.pay_in_by;
        let pay_in = PayIn { instruction: id, account, currency, amount, due };
        cycle.pay_ins.insert(Uetr::derive(&[id.as_bytes()]), (pay_in, false));
        let value_date = cycle.schedule.value_date;
        events.push(ClearingEvent::PayInCalled { cycle: cycle.id, value_date, pay_in });
    }
    cycle.phase = Phase::PayIn;
}

/// The id of a pay-in follows from the cycle, so both sides know it before it is made.
fn pay_in_id(cycle: &Cycle, currency: Currency, account: SettlementAccount) -> InstructionId {
    InstructionId::derive(&[
        b"pay-in",
        cycle.id.as_bytes(),
        account.node.as_str().as_bytes(),
        account.pool.code().as_bytes(),
        currency.code().as_bytes(),
    ])
}
