//! Calls for money: who is short, what is expected of whom, and what leaves with who has not paid.

use crate::house::{House, HousePayment, report_failed};
use crate::pay_out::{Owed, PayOut};
use crate::{ClearingEvent, Cycle, PayIn, Phase};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_banking::{Creditor, Instruction};
use gcfn_ledger::Ledger;
use gcfn_model::{
    Amount, BusinessDate, Currency, InstructionId, Position, SettlementAccount, Timestamp, Uetr,
};

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
        if phase < Phase::Settled {
            self.settle_if_funded(at, value_date, ledger, events);
        } else {
            // The cycle has gone on without it: nobody but the payer has a claim on the money.
            let out = PayOut::first(account, currency, amount, Owed::LatePayIn);
            self.owe(at, value_date, out, events);
        }
    }
}

/// Calls every account that is short.
pub(crate) fn call(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    for ((currency, account), amount) in shortfalls(cycle) {
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

/// What each account is short of after what it has paid in.
pub(crate) fn shortfalls(cycle: &Cycle) -> BTreeMap<(Currency, SettlementAccount), Amount> {
    let balances = cycle.balances().filter(|(_, balance)| *balance < Position::ZERO);
    balances.filter_map(|(key, balance)| Some((key, balance.debit()?))).collect()
}

/// Lets the obligations of accounts that did not pay in leave the cycle, until the rest is
/// funded. Taking a bundle out may make another account short; it is then out as well. Ends
/// because every round takes a bundle out.
pub(crate) fn drop_unfunded(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    let mut failed = Vec::new();
    loop {
        let short = shortfalls(cycle);
        if short.is_empty() {
            break;
        }
        for (&(currency, account), &amount) in &short {
            let missed = ClearingEvent::PayInMissed { cycle: cycle.id, account, currency, amount };
            events.push(missed);
        }
        let accounts = short.into_keys().collect();
        failed.extend(cycle.take_owed_by(&accounts));
        cycle.renet();
    }
    report_failed(cycle, &failed, events);
}
