//! Money on the house's account that nobody has explained, one numbered item each (P-01b, P-27).
//!
//! Nobody was called for it, or not for that much; or the bank took what nobody had asked it to
//! pay. An item is a bank's entry, or what one was counted wrongly by. It waits, with its age and
//! whoever looks after it, until it ends, once and whole: two persons say whose deposit it is or
//! who bears it, or that two items explain each other; or a break that it is of ends.

use crate::deposit::{Deposit, Layer};
use crate::house::House;
use crate::{ClearingEvent, HouseRefusal};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, BankReference, Side};
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{
    Amount, BusinessDate, Currency, Millis, PartyId, Pool, SettlementAccount, Timestamp, Uetr,
};
use serde::{Deserialize, Serialize};

/// One movement of the house's account in suspense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseItem {
    /// Its running number.
    pub number: u64,
    /// The currency of the account.
    pub currency: Currency,
    /// Credit: the bank has more than the books can name. Debit: it has less.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// The payment it belongs to, where the bank names one.
    pub uetr: Option<Uetr>,
    /// What the bank calls it.
    pub bank_reference: BankReference,
    /// The bank's booking day.
    pub booked_on: BusinessDate,
    /// When it came into suspense.
    pub at: Timestamp,
    /// Which member of staff looks after it, by pseudonym.
    pub owner: Option<PartyId>,
}

/// How an item ends. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SuspenseEnd {
    /// It is a member's: this much was added to its deposit, or taken from it.
    Deposit(Deposit),
    /// The item of this number explains it: what came in went out again.
    Matched(u64),
    /// The break that it was of has ended: it was never booked, or was booked anew.
    TakenBack,
}

/// What waits. The numbers go on when items have ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Suspense {
    last: u64,
    waiting: BTreeMap<u64, HouseItem>,
}

impl HouseItem {
    /// Whether it is older than `alarm_after`: an alarm.
    #[must_use]
    pub fn is_overdue(&self, at: Timestamp, alarm_after: Millis) -> bool {
        alarm_after < at.since(self.at)
    }

    fn as_deposit(&self, (account, layer): (SettlementAccount, Layer)) -> Deposit {
        Deposit { account, layer, currency: self.currency, amount: self.amount }
    }
}

impl House {
    /// Every item that waits, oldest first.
    pub fn suspense(&self) -> impl Iterator<Item = &HouseItem> {
        self.suspense.waiting.values()
    }

    /// Says who looks after an item.
    ///
    /// # Errors
    /// [`HouseRefusal::UnknownSuspense`].
    pub fn assign_suspense(
        &mut self,
        number: u64,
        owner: PartyId,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        let item = self.suspense.waiting.get_mut(&number);
        item.ok_or(HouseRefusal::UnknownSuspense)?.owner = Some(owner);
        events.push(ClearingEvent::SuspenseAssigned { number, owner });
        Ok(())
    }

    /// Whether an item can go to, or be borne by, a deposit.
    ///
    /// # Errors
    /// [`HouseRefusal::UnknownSuspense`], [`HouseRefusal::NoDeposit`]; for money that the bank took
    /// as for [`House::check_pay_back`].
    pub fn check_resolve_suspense(
        &self,
        number: u64,
        (account, layer): (SettlementAccount, Layer),
    ) -> Result<(), HouseRefusal> {
        let item = self.waiting(number)?;
        if !self.deposit_references().any(|(_, of, as_what)| (of, as_what) == (account, layer)) {
            return Err(HouseRefusal::NoDeposit);
        }
        match item.side {
            Side::Credit => Ok(()),
            Side::Debit => self.check_pay_back(&item.as_deposit((account, layer))),
        }
    }

    /// Brings an item to the deposit whose it is, or takes it from that of who bears it.
    ///
    /// # Errors
    /// As for [`House::check_resolve_suspense`]; [`HouseRefusal::NoRoom`]. Nothing has changed.
    pub fn resolve_suspense(
        &mut self,
        number: u64,
        (account, layer): (SettlementAccount, Layer),
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        self.check_resolve_suspense(number, (account, layer))?;
        let item = *self.waiting(number)?;
        let deposit = item.as_deposit((account, layer));
        let (suspense, member) =
            (Account::Suspense(Pool::ClearingHouse), Account::ClearingMember(account.node));
        let entry = Entry::new(Posting::DepositResolved, item.currency);
        let entry = match item.side {
            Side::Credit => entry.with(suspense, member, item.amount),
            Side::Debit => entry.with(member, suspense, item.amount),
        };
        ledger.post(&entry).map_err(|_| HouseRefusal::NoRoom)?;
        events.push(ClearingEvent::Posted(entry));
        match item.side {
            Side::Credit => self.deposits.add(deposit.place(), item.amount),
            Side::Debit => drop(self.deposits.draw(deposit.place(), item.amount)),
        }
        self.end_suspense(number, SuspenseEnd::Deposit(deposit), events);
        Ok(())
    }

    /// Whether two items explain each other.
    ///
    /// # Errors
    /// [`HouseRefusal::UnknownSuspense`], [`HouseRefusal::SuspenseMismatch`].
    pub fn check_match_suspense(&self, credit: u64, debit: u64) -> Result<(), HouseRefusal> {
        let (credit, debit) = (self.waiting(credit)?, self.waiting(debit)?);
        let sides = (credit.side, debit.side) == (Side::Credit, Side::Debit);
        let same = (credit.currency, credit.amount) == (debit.currency, debit.amount);
        if sides && same { Ok(()) } else { Err(HouseRefusal::SuspenseMismatch) }
    }

    /// What came in went out again. Nothing is posted, for together they are nothing.
    ///
    /// # Errors
    /// As for [`House::check_match_suspense`].
    pub fn match_suspense(
        &mut self,
        credit: u64,
        debit: u64,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), HouseRefusal> {
        self.check_match_suspense(credit, debit)?;
        self.end_suspense(credit, SuspenseEnd::Matched(debit), events);
        self.end_suspense(debit, SuspenseEnd::Matched(credit), events);
        Ok(())
    }

    fn waiting(&self, number: u64) -> Result<&HouseItem, HouseRefusal> {
        self.suspense.waiting.get(&number).ok_or(HouseRefusal::UnknownSuspense)
    }

    /// The item under which the whole of an entry waits.
    pub(crate) fn suspended_as(&self, entry: &BankEntry) -> Option<u64> {
        let is = |item: &&HouseItem| {
            (item.currency, item.bank_reference, item.side, item.amount)
                == (entry.currency, entry.bank_reference, entry.side, entry.amount)
        };
        self.suspense().find(is).map(|item| item.number)
    }

    /// `amount` of an entry has been booked in suspense.
    pub(crate) fn suspend(
        &mut self,
        at: Timestamp,
        entry: &BankEntry,
        (side, amount): (Side, Amount),
        events: &mut Vec<ClearingEvent>,
    ) {
        let number = self.suspense.last.saturating_add(1);
        let item = HouseItem {
            number,
            currency: entry.currency,
            side,
            amount,
            uetr: entry.uetr,
            bank_reference: entry.bank_reference,
            booked_on: entry.booked_on,
            at,
            owner: None,
        };
        self.suspense.last = number;
        self.suspense.waiting.insert(number, item);
        events.push(ClearingEvent::SuspenseOpened(item));
    }

    pub(crate) fn end_suspense(
        &mut self,
        number: u64,
        end: SuspenseEnd,
        events: &mut Vec<ClearingEvent>,
    ) {
        if self.suspense.waiting.remove(&number).is_some() {
            events.push(ClearingEvent::SuspenseEnded { number, end });
        }
    }
}
