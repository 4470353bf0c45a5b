//! Pay-ins that a bank has taken back, and what their payers owe the house for it.
//!
//! A bank may book a payment back of its own accord, days after its cycle was final. Nothing of
//! the cycle is undone by it: everybody keeps what has settled. What the house is short of is its
//! claim on who had paid in: a receivable in its books, called for again with a deadline of its
//! own, and counted against the account's cap. What is not paid by then is drawn as in a default: the
//! account's own money at the house, then everybody's part of the guarantee fund. Who owes it is
//! called again, deadline after deadline, until it has paid; then everybody has his own back.
//!
//! Before its cycle has settled, a pay-in that is taken back is one that has not come.

use crate::cycle::Cycle;
use crate::house::{House, HousePayment};
use crate::waterfall::{Cover, covers};
use crate::{ClearingEvent, PayIn, Phase};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_banking::{Creditor, Instruction};
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, InstructionId, Millis, NodeId, PartyId, Pool,
    Position, SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// How long a payer has where no cycle is open whose deadline could be its own.
const DAY: Millis = Millis(86_400_000);

/// The pseudonym of a node in the books of another.
#[must_use]
pub fn member_party(node: NodeId) -> PartyId {
    PartyId::derive(&[b"member", node.as_str().as_bytes()])
}

/// A call for what a bank has taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallAgain {
    /// The pay-in that the bank has taken back.
    pub payment: Uetr,
    /// The first call for what was taken back. All calls that name it are about the same money: it
    /// is paid once.
    pub first: InstructionId,
    /// Who pays what by when.
    pub call: PayIn,
    /// The day on which the bank is to pay it.
    pub value_date: BusinessDate,
}

/// What an account owes the house because its bank has taken a pay-in back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The cycle that was paid in for.
    pub cycle: CycleId,
    /// Its value date.
    pub value_date: BusinessDate,
    /// When the bank took it back.
    pub since: Timestamp,
    /// How it is called for now.
    pub again: CallAgain,
    /// What nobody stands for: the house itself is short of it.
    pub open: Amount,
    /// What was drawn for it.
    pub(crate) covers: Vec<Cover>,
    /// Every call for it, the last one last.
    calls: Vec<InstructionId>,
}

impl Claim {
    /// Who owes it.
    #[must_use]
    pub fn account(&self) -> SettlementAccount {
        self.again.call.account
    }

    /// What its payer owes to the house and to others who stand in for it; what was drawn of the
    /// payer's own is paid.
    #[must_use]
    pub fn owed(&self) -> Amount {
        let own = self.covers.iter().filter(|cover| cover.from == cover.account);
        own.fold(self.again.call.amount, |owed, cover| owed.saturating_sub(cover.amount))
    }

    /// How often its deadline has passed.
    #[must_use]
    pub fn missed(&self) -> usize {
        self.calls.len().saturating_sub(1)
    }

    fn cell(&self) -> (Currency, SettlementAccount) {
        (self.again.call.currency, self.account())
    }
}

impl House {
    /// What accounts owe because their banks have taken pay-ins back, oldest first.
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter()
    }

    /// What an account owes by all of them.
    pub(crate) fn claimed(&self, of: (Currency, SettlementAccount)) -> Position {
        let these = self.claims.iter().filter(|claim| claim.cell() == of);
        these.fold(Position::ZERO, |sum, claim| sum.plus(claim.owed()))
    }

    /// When a deadline passes next.
    pub(crate) fn next_claim_due(&self) -> Option<Timestamp> {
        self.claims.iter().map(|claim| claim.again.call.due).min()
    }

    /// Whose account in the books bears what the bank takes back of a pay-in: before its cycle has
    /// settled the money is its payer's, afterwards the house has a claim.
    pub(crate) fn bearer(&self, payment: &Instruction<HousePayment>) -> Account {
        let node = payment.purpose.account.node;
        match self.cycles.get(&payment.purpose.value_date) {
            Some(cycle) if has_yet_to_settle(cycle, payment) => Account::ClearingMember(node),
            _ => receivable(node),
        }
    }

    /// The bank has taken back `amount` of a pay-in: it is called for again.
    pub(crate) fn taken_back(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        amount: Amount,
        events: &mut Vec<ClearingEvent>,
    ) {
        let due = self.next_deadline(at);
        let HousePayment { value_date, account } = payment.purpose;
        let (uetr, currency) = (payment.uetr(), payment.currency);
        let gone = self.desk.payment(uetr).map_or(amount, |known| known.taken_back);
        let instruction = call_id(payment.id.as_bytes(), &gone.minor().to_be_bytes());
        let call = PayIn { instruction, account, currency, amount, due };
        let Some(cycle) = self.cycles.get_mut(&value_date) else { return };
        let id = cycle.id;
        events.push(ClearingEvent::PayInReturned {
            cycle: id,
            payment: uetr,
            account,
            currency,
            amount,
        });
        let again = CallAgain { payment: uetr, first: instruction, call, value_date };
        if has_yet_to_settle(cycle, payment) {
            let call = PayIn { due: cycle.schedule.pay_in_by, ..call };
            cycle.replace_pay_in(uetr, call);
            self.call_again(at, (id, value_date), CallAgain { call, ..again }, events);
            return;
        }
        let (open, covers, calls) = (amount, Vec::new(), [instruction].to_vec());
        let claim = Claim { cycle: id, value_date, since: at, again, open, covers, calls };
        self.claims.push(claim);
        self.count_claims((currency, account));
        self.call_again(at, (id, value_date), again, events);
    }

    /// Lets the desk know a call, and tells who must meet it.
    fn call_again(
        &mut self,
        at: Timestamp,
        (cycle, date): (CycleId, BusinessDate),
        again: CallAgain,
        events: &mut Vec<ClearingEvent>,
    ) {
        let PayIn { instruction: id, account, currency, amount, .. } = again.call;
        // A bank does not pay on a day that has passed.
        let value_date = date.max(at.utc().0);
        let expected = Instruction {
            id,
            debtor: account,
            creditor: Creditor::Account(self.account()),
            currency,
            amount,
            value_date,
            purpose: HousePayment { value_date: date, account },
        };
        self.desk.expect(at, expected).expect("every call has an id of its own");
        let again = CallAgain { value_date, ..again };
        events.push(ClearingEvent::PayInCalledAgain { cycle, again });
    }

    /// Draws what stands for who has not paid by the deadline, as far as it goes, and calls again.
    pub(crate) fn miss_claims(
        &mut self,
        at: Timestamp,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let due = |claim: &Claim| claim.again.call.due <= at;
        if !self.claims.iter().any(due) {
            return;
        }
        let next = self.next_deadline(at);
        for mut claim in core::mem::take(&mut self.claims) {
            if due(&claim) {
                let PayIn { account, currency, amount, .. } = claim.again.call;
                let cycle = claim.cycle;
                events.push(ClearingEvent::PayInMissed { cycle, account, currency, amount });
                self.cover(&mut claim, ledger, events);
                let number = u64::try_from(claim.calls.len()).unwrap_or(u64::MAX).to_be_bytes();
                let instruction = call_id(claim.again.first.as_bytes(), &number);
                claim.calls.push(instruction);
                claim.again.call = PayIn { instruction, due: next, ..claim.again.call };
                self.call_again(at, (cycle, claim.value_date), claim.again, events);
            }
            self.claims.push(claim);
        }
        self.count_all_claims(events);
    }

    fn cover(&mut self, claim: &mut Claim, ledger: &mut Ledger, events: &mut Vec<ClearingEvent>) {
        let short = BTreeMap::from([(claim.cell(), claim.open)]);
        let mut purses = self.free_deposits(None);
        for cover in covers(&short, &mut purses) {
            let Cover { currency, account, from, layer, amount } = cover;
            let entry = Entry::new(Posting::Receivable, currency).with(
                Account::ClearingMember(from.node),
                receivable(account.node),
                amount,
            );
            ledger.post(&entry).expect("deposits lie on their members' accounts");
            events.push(ClearingEvent::Posted(entry));
            self.deposits.draw((currency, from, layer), amount);
            claim.open = claim.open.saturating_sub(amount);
            claim.covers.push(cover);
            let (cycle, from) = (claim.cycle, cover.deposit());
            events.push(ClearingEvent::CoverDrawn { cycle, account, from });
        }
    }

    /// Whether a payment meets a claim: everybody who stood in for the payer has his own back, the
    /// last drawn first, and the house the rest. No other call for it is expected any more.
    pub(crate) fn meets_claim(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> bool {
        let called = |claim: &Claim| claim.calls.contains(&payment.id);
        let Some(index) = self.claims.iter().position(called) else { return false };
        let claim = self.claims.remove(index);
        for other in claim.calls.iter().filter(|id| **id != payment.id) {
            // What comes all the same waits in suspense.
            let _gone = self.desk.cancel(at, Uetr::derive(&[other.as_bytes()]));
        }
        let node = claim.account().node;
        let entry = Entry::new(Posting::Receivable, payment.currency).with(
            Account::ClearingMember(node),
            receivable(node),
            claim.open,
        );
        if !claim.open.is_zero() {
            ledger.post(&entry).expect("it has just been paid in, and is as large as the claim");
            events.push(ClearingEvent::Posted(entry));
        }
        for cover in claim.covers.iter().rev() {
            self.put_back(claim.cycle, *cover, ledger, events);
        }
        self.count_all_claims(events);
        true
    }

    /// What counts against caps by claims may have changed.
    fn count_all_claims(&mut self, events: &mut Vec<ClearingEvent>) {
        let capped: Vec<(Currency, SettlementAccount)> = self.caps.0.keys().copied().collect();
        capped.into_iter().for_each(|of| self.count_claims(of));
        self.drain_queue(events);
    }

    pub(crate) fn count_claims(&mut self, of: (Currency, SettlementAccount)) {
        let claimed = self.claimed(of);
        if let Some(cap) = self.caps.0.get_mut(&of) {
            cap.claimed = claimed;
        }
    }

    /// By when what is called for now is to be paid: with the next cycle that has not called yet.
    fn next_deadline(&self, at: Timestamp) -> Timestamp {
        let next = self.cycles.values().find(|cycle| at < cycle.schedule.pay_in_from);
        let next = next.map(|cycle| cycle.schedule.pay_in_by);
        next.or_else(|| at.checked_add(DAY)).unwrap_or(at)
    }
}

/// What the house has a claim to, by its books.
fn receivable(node: NodeId) -> Account {
    Account::Receivable(Pool::ClearingHouse, member_party(node))
}

/// Whether the cycle counts on a pay-in still.
fn has_yet_to_settle(cycle: &Cycle, payment: &Instruction<HousePayment>) -> bool {
    cycle.phase < Phase::Settled && cycle.pay_ins.contains_key(&payment.uetr())
}

/// The id of a call: of the first for a payment by how much of it has gone back in all, of a later
/// one by the first and its number.
fn call_id(of: &[u8], which: &[u8]) -> InstructionId {
    InstructionId::derive(&[b"pay-in-again", of, which])
}
