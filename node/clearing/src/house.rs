//! The house: it takes affirmations, runs cycles, calls and pays through its bank.

use crate::cycle::Affirmed;
use crate::{
    Bundle, BundleRef, ClearingEvent, Cycle, HouseRefusal, OBLIGATIONS_MAX, PayIn, Phase, Schedule,
};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use gcfn_banking::{
    BankEntry, Booked, Creditor, Desk, DeskRefusal, Instruction, Reconciliation, Side, Statement,
};
use gcfn_ledger::{Account, Entry, Ledger, Leg, Posting};
use gcfn_model::{
    Amount, BusinessDate, Currency, HouseId, InstructionId, NodeId, Pool, Position,
    SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// What a payment on the house's account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HousePayment {
    /// The value date of the cycle.
    pub value_date: BusinessDate,
    /// Who pays in, or who is paid.
    pub account: SettlementAccount,
}

/// A clearing house. Its money lives in the ledger of the machine it is part of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    id: HouseId,
    operator: NodeId,
    cycles: BTreeMap<BusinessDate, Cycle>,
    desk: Desk<HousePayment>,
}

impl House {
    /// A house without cycles, whose `CH` accounts are operated by `operator`.
    #[must_use]
    pub fn new(id: HouseId, operator: NodeId) -> House {
        House { id, operator, cycles: BTreeMap::new(), desk: Desk::default() }
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> HouseId {
        self.id
    }

    /// Its bank account, one per currency.
    #[must_use]
    pub fn account(&self) -> SettlementAccount {
        SettlementAccount { node: self.operator, pool: Pool::ClearingHouse }
    }

    /// Every cycle, by value date.
    pub fn cycles(&self) -> impl Iterator<Item = &Cycle> {
        self.cycles.values()
    }

    /// The life of the house's own payments.
    #[must_use]
    pub fn desk(&self) -> &Desk<HousePayment> {
        &self.desk
    }

    /// The same, to record that a payment was sent or answered.
    pub fn desk_mut(&mut self) -> &mut Desk<HousePayment> {
        &mut self.desk
    }

    /// Opens the cycle of a value date; opening it again with the same times changes nothing.
    ///
    /// # Errors
    /// [`HouseRefusal::ScheduleOrder`], [`HouseRefusal::ScheduleDiffers`].
    pub fn open(
        &mut self,
        schedule: Schedule,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        if schedule.pay_in_from < schedule.cut_off || schedule.pay_in_by <= schedule.pay_in_from {
            return Err(HouseRefusal::ScheduleOrder);
        }
        if let Some(cycle) = self.cycles.get(&schedule.value_date) {
            return match cycle.schedule == schedule {
                true => Ok(()),
                false => Err(HouseRefusal::ScheduleDiffers(cycle.id)),
            };
        }
        let cycle = Cycle::new(self.id, schedule);
        events.push(ClearingEvent::CycleOpened { cycle: cycle.id, schedule });
        self.cycles.insert(schedule.value_date, cycle);
        Ok(())
    }

    /// Takes one side's affirmation of a bundle. It counts once every node of `required` has
    /// affirmed the same content; a repeated affirmation changes nothing.
    ///
    /// # Errors
    /// [`HouseRefusal`]; a differing affirmation is refused and recorded as an exception.
    pub fn affirm(
        &mut self,
        by: NodeId,
        bundle: Bundle,
        required: BTreeSet<NodeId>,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        check(&bundle, by)?;
        let no_cycle = HouseRefusal::NoOpenCycle(bundle.value_date);
        let cycle = self.cycles.get_mut(&bundle.value_date).ok_or(no_cycle)?;
        let reference = bundle.reference;
        if let Some(known) = cycle.bundles.get(&reference)
            && known.bundle != bundle
        {
            events.push(ClearingEvent::BundleDisputed { cycle: cycle.id, bundle: reference, by });
            return Err(HouseRefusal::Mismatch);
        }
        if cycle.bundles.get(&reference).is_some_and(|known| known.by.contains(&by)) {
            return Ok(());
        }
        if cycle.phase != Phase::Open {
            return Err(no_cycle);
        }
        if OBLIGATIONS_MAX.saturating_sub(cycle.obligation_count()) < bundle.obligations.len() {
            return Err(HouseRefusal::CycleFull);
        }
        if !cycle.fits(&bundle) {
            return Err(HouseRefusal::PositionTooLarge);
        }
        let fresh = || Affirmed { bundle, required, by: BTreeSet::new() };
        let affirmed = cycle.bundles.entry(reference).or_insert_with(fresh);
        affirmed.by.insert(by);
        if affirmed.is_agreed() {
            events.push(ClearingEvent::BundleAgreed { cycle: cycle.id, bundle: reference });
        }
        Ok(())
    }

    /// Moves every cycle as far as the time allows: cut-off, netting, calls, deadline.
    pub fn tick(&mut self, at: Timestamp, ledger: &mut Ledger, events: &mut Vec<ClearingEvent>) {
        let due: Vec<BusinessDate> = self
            .cycles
            .iter()
            .filter(|(_, cycle)| cycle.phase < Phase::Settled)
            .map(|(date, _)| *date)
            .collect();
        for date in due {
            self.advance(at, date, ledger, events);
        }
    }

    /// When a cycle moves on next without anybody's doing.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let due = |cycle: &Cycle| match cycle.phase {
            Phase::Open => Some(cycle.schedule.cut_off),
            Phase::Closed | Phase::Netted => Some(cycle.schedule.pay_in_from),
            Phase::PayIn => Some(cycle.schedule.pay_in_by),
            _ => None,
        };
        self.cycles.values().filter_map(due).min()
    }

    fn advance(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::Open && cycle.schedule.cut_off <= at {
            close(cycle, events);
        }
        if cycle.phase == Phase::Netted && cycle.schedule.pay_in_from <= at {
            call(cycle, events);
            self.expect_pay_ins(at, date);
            self.settle_if_funded(at, date, ledger, events);
        }
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase == Phase::PayIn && cycle.schedule.pay_in_by <= at {
            drop_unfunded(cycle, events);
            self.settle_if_funded(at, date, ledger, events);
        }
    }

    /// Books what the bank says happened on the house's account.
    ///
    /// A credit with the reference and the amount of a call is a pay-in; a debit is one of the
    /// house's own payments. A credit that nobody was called for goes to suspense; anything
    /// else that does not fit stays a dispute of the desk. Money is never guessed to be
    /// somebody's.
    pub fn booked(
        &mut self,
        at: Timestamp,
        entry: &BankEntry,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Booked<HousePayment> {
        let booked = self.desk.booked(at, entry);
        let own = Account::Bank(Pool::ClearingHouse);
        let posted = match &booked {
            // What comes back is owed to the member again.
            Booked::Received(payment) | Booked::Returned(payment) => {
                let member = Account::ClearingMember(payment.purpose.account.node);
                Some((own, member))
            }
            Booked::Settled(payment) => {
                let member = Account::ClearingMember(payment.purpose.account.node);
                Some((member, own))
            }
            Booked::Unmatched => {
                let suspense = Account::Suspense(Pool::ClearingHouse);
                Some(match entry.side {
                    Side::Credit => (own, suspense),
                    Side::Debit => (suspense, own),
                })
            }
            _ => None,
        };
        if let Some((debit, credit)) = posted {
            let books = Entry::new(Posting::BankConfirmation, entry.currency);
            let books = books.with(debit, credit, entry.amount);
            if ledger.post(&books).is_err() {
                // More was booked than the house ever had: the statement will not tie, and the
                // break stays until somebody has looked.
                let (currency, amount) = (entry.currency, entry.amount);
                events.push(ClearingEvent::UnmatchedEntry { currency, amount });
                return booked;
            }
            events.push(ClearingEvent::Posted(books));
        }
        match &booked {
            Booked::Received(payment) => self.paid_in(at, payment, ledger, events),
            Booked::Settled(payment) => {
                self.paid_out(payment.purpose.value_date, payment.id, events);
            }
            Booked::Unmatched => {
                let (currency, amount) = (entry.currency, entry.amount);
                events.push(ClearingEvent::UnmatchedEntry { currency, amount });
            }
            _ => {}
        }
        booked
    }

    fn paid_in(
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
        let (currency, amount) = (payment.currency, payment.amount);
        let cycle = cycle.id;
        events.push(ClearingEvent::PayInReceived { cycle, account, currency, amount });
        self.settle_if_funded(at, value_date, ledger, events);
    }

    /// Lets the desk know every call, so that it recognises the money when it comes.
    fn expect_pay_ins(&mut self, at: Timestamp, date: BusinessDate) {
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

    fn paid_out(&mut self, date: BusinessDate, id: InstructionId, events: &mut Vec<ClearingEvent>) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        cycle.pay_outs.remove(&id);
        if cycle.phase == Phase::Settled && cycle.pay_outs.is_empty() {
            cycle.phase = Phase::PayOut;
            events.push(ClearingEvent::CyclePaidOut { cycle: cycle.id, nodes: cycle.nodes() });
        }
    }

    /// Settles the cycle in one step if every short account has the money at the house, and
    /// instructs what is owed to the long ones.
    fn settle_if_funded(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let Some(cycle) = self.cycles.get_mut(&date) else { return };
        if cycle.phase != Phase::PayIn || !shortfalls(cycle).is_empty() {
            return;
        }
        let entries = settlement_entries(cycle);
        if !entries.iter().all(|entry| has_room(ledger, entry)) {
            // A member has left so much at the house that no more can be booked for it. The
            // cycle waits until the bank has paid some of it out.
            return;
        }
        for entry in entries {
            ledger.post(&entry).expect("short accounts are funded and long ones have room");
            events.push(ClearingEvent::Posted(entry));
        }
        cycle.phase = Phase::Settled;
        let bundles = cycle.bundles.keys().copied().collect();
        let nodes = parties(cycle.bundles.values().map(|affirmed| &affirmed.bundle));
        events.push(ClearingEvent::CycleSettled { cycle: cycle.id, bundles, nodes });
        let outgoing = pay_outs(self.operator, cycle);
        for instruction in outgoing {
            cycle.pay_outs.insert(instruction.id);
            self.desk.instruct(at, instruction).expect("a pay-out's id is its cycle's own");
            events.push(ClearingEvent::PayOutInstructed { cycle: cycle.id, payment: instruction });
        }
        if cycle.pay_outs.is_empty() {
            cycle.phase = Phase::PayOut;
            events.push(ClearingEvent::CyclePaidOut { cycle: cycle.id, nodes: cycle.nodes() });
            finish_if_reconciled(cycle, events);
        }
    }

    /// Compares a bank statement of the house's account with its books. A clean one lets every
    /// paid-out cycle of that currency go on to `reconciled` and `final`.
    ///
    /// # Errors
    /// [`DeskRefusal`] when the statement itself cannot be read against the books.
    pub fn reconcile(
        &mut self,
        at: Timestamp,
        statement: &Statement,
        ledger: &Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<Reconciliation, DeskRefusal> {
        let books = ledger.balance(Account::Bank(Pool::ClearingHouse), statement.currency);
        let result = self.desk.reconcile(at, statement, books)?;
        if result.is_clean() {
            for cycle in self.cycles.values_mut().filter(|c| c.phase == Phase::PayOut) {
                cycle.reconciled.insert(statement.currency);
                finish_if_reconciled(cycle, events);
            }
        }
        Ok(result)
    }
}

/// Ends a cycle whose currencies are all reconciled; one without obligations has none.
fn finish_if_reconciled(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    if cycle.currencies().is_subset(&cycle.reconciled) {
        cycle.phase = Phase::Final;
        events.push(ClearingEvent::CycleReconciled { cycle: cycle.id });
        events.push(ClearingEvent::CycleFinal { cycle: cycle.id });
    }
}

fn check(bundle: &Bundle, by: NodeId) -> Result<(), HouseRefusal> {
    if bundle.obligations.is_empty() {
        return Err(HouseRefusal::EmptyBundle);
    }
    if bundle.obligations.iter().any(|o| o.amount.is_zero() || o.payer == o.payee) {
        return Err(HouseRefusal::VoidObligation);
    }
    if !bundle.nodes().contains(&by) {
        return Err(HouseRefusal::NotAParty);
    }
    Ok(())
}

/// Closes a cycle at its cut-off and nets what both sides have affirmed.
fn close(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    events.push(ClearingEvent::CycleClosed { cycle: cycle.id });
    let unagreed = cycle.take_unagreed();
    report_failed(cycle, &unagreed, events);
    cycle.renet();
    cycle.phase = Phase::Netted;
    let positions = cycle.positions().collect();
    events.push(ClearingEvent::CycleNetted { cycle: cycle.id, positions });
}

/// Calls every account that is short.
fn call(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    for ((currency, account), amount) in shortfalls(cycle) {
        let id = payment_id(b"pay-in", cycle, currency, account);
        let due = cycle.schedule.pay_in_by;
        let pay_in = PayIn { instruction: id, account, currency, amount, due };
        cycle.pay_ins.insert(Uetr::derive(&[id.as_bytes()]), (pay_in, false));
        let value_date = cycle.schedule.value_date;
        events.push(ClearingEvent::PayInCalled { cycle: cycle.id, value_date, pay_in });
    }
    cycle.phase = Phase::PayIn;
}

/// The id of a payment follows from the cycle, so both sides know it before it is made.
fn payment_id(
    kind: &[u8],
    cycle: &Cycle,
    currency: Currency,
    account: SettlementAccount,
) -> InstructionId {
    InstructionId::derive(&[
        kind,
        cycle.id.as_bytes(),
        account.node.as_str().as_bytes(),
        account.pool.code().as_bytes(),
        currency.code().as_bytes(),
    ])
}

/// What each account is short of after what it has paid in.
fn shortfalls(cycle: &Cycle) -> BTreeMap<(Currency, SettlementAccount), Amount> {
    let balances = cycle.balances().filter(|(_, balance)| *balance < Position::ZERO);
    balances.filter_map(|(key, balance)| Some((key, balance.debit()?))).collect()
}

/// Lets the obligations of accounts that did not pay in leave the cycle, until the rest is
/// funded. Taking a bundle out may make another account short; it is then out as well. Ends
/// because every round takes a bundle out.
fn drop_unfunded(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
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

fn report_failed(cycle: &Cycle, failed: &[Bundle], events: &mut Vec<ClearingEvent>) {
    if !failed.is_empty() {
        let bundles = failed.iter().map(|bundle| bundle.reference).collect();
        let nodes = parties(failed.iter());
        events.push(ClearingEvent::BundlesFailed { cycle: cycle.id, bundles, nodes });
    }
}

/// Every node that owes or is owed in any of `bundles`, with those in which it does.
fn parties<'a>(bundles: impl Iterator<Item = &'a Bundle>) -> BTreeMap<NodeId, Vec<BundleRef>> {
    let mut parties = BTreeMap::<NodeId, Vec<BundleRef>>::new();
    for bundle in bundles {
        for node in bundle.nodes() {
            parties.entry(node).or_default().push(bundle.reference);
        }
    }
    parties
}

/// Whether every account that an entry credits can take all that it credits in all.
fn has_room(ledger: &Ledger, entry: &Entry) -> bool {
    let Some(total) = Amount::sum(entry.legs.iter().map(|leg| leg.amount)) else { return false };
    entry.legs.iter().all(|leg| {
        let balance = ledger.balance(leg.credit, entry.currency).plus(total);
        balance.credit().is_some()
    })
}

/// The one atomic step: per currency, what short members owe becomes what long members have.
/// Positions between pools of one node change nothing that the house owes to that node.
fn settlement_entries(cycle: &Cycle) -> Vec<Entry> {
    let mut entries = Vec::new();
    for currency in cycle.currencies() {
        let of = |sign: fn(Position) -> Option<Amount>| {
            let in_currency = cycle.positions.iter().filter(move |((c, _), _)| *c == currency);
            in_currency
                .filter_map(move |((_, account), &position)| {
                    sign(position).filter(|a| !a.is_zero()).map(|amount| (*account, amount))
                })
                .collect::<Vec<_>>()
        };
        let legs = transfers(of(Position::debit), of(Position::credit));
        if !legs.is_empty() {
            entries.push(Entry { posting: Posting::NetLeg, currency, legs });
        }
    }
    entries
}

/// Pairs what the short owe with what the long are owed, in account order. Both sum to the
/// same, so nothing is left over.
fn transfers(
    short: Vec<(SettlementAccount, Amount)>,
    long: Vec<(SettlementAccount, Amount)>,
) -> Vec<Leg> {
    let mut legs = Vec::new();
    let mut long = long.into_iter();
    let mut owed: Option<(SettlementAccount, Amount)> = None;
    for (payer, mut left) in short {
        while !left.is_zero() {
            let Some((payee, due)) = owed.take().or_else(|| long.next()) else { return legs };
            let amount = left.min(due);
            if payer.node != payee.node {
                legs.push(Leg {
                    debit: Account::ClearingMember(payer.node),
                    credit: Account::ClearingMember(payee.node),
                    amount,
                });
            }
            left = left.saturating_sub(amount);
            let rest = due.saturating_sub(amount);
            owed = (!rest.is_zero()).then_some((payee, rest));
        }
    }
    legs
}

/// One payment to every account with money left in the cycle: the long ones, and whoever paid
/// in for obligations that then left it.
fn pay_outs(operator: NodeId, cycle: &Cycle) -> Vec<Instruction<HousePayment>> {
    let debtor = SettlementAccount { node: operator, pool: Pool::ClearingHouse };
    let value_date = cycle.schedule.value_date;
    let owed = |((currency, account), balance): ((Currency, SettlementAccount), Position)| {
        let amount = balance.credit().filter(|a| !a.is_zero())?;
        let id = payment_id(b"pay-out", cycle, currency, account);
        let creditor = Creditor::Account(account);
        let purpose = HousePayment { value_date, account };
        Some(Instruction { id, debtor, creditor, currency, amount, value_date, purpose })
    };
    cycle.balances().filter_map(owed).collect()
}
