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
use gcfn_banking::{BankEntry, Side, SuspenseItem};
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{Amount, PartyId, Pool, SettlementAccount, Timestamp};
use serde::{Deserialize, Serialize};

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
    waiting: BTreeMap<u64, SuspenseItem>,
}

impl House {
    /// Every item that waits, oldest first.
    pub fn suspense(&self) -> impl Iterator<Item = &SuspenseItem> {
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
            Side::Debit => self.check_pay_back(&as_deposit(item, (account, layer))),
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
        let deposit = as_deposit(&item, (account, layer));
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
        match self.waiting(credit)?.went_out_as(self.waiting(debit)?) {
            true => Ok(()),
            false => Err(HouseRefusal::SuspenseMismatch),
        }
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

    fn waiting(&self, number: u64) -> Result<&SuspenseItem, HouseRefusal> {
        self.suspense.waiting.get(&number).ok_or(HouseRefusal::UnknownSuspense)
    }

    /// The item under which the whole of an entry waits.
    pub(crate) fn suspended_as(&self, entry: &BankEntry) -> Option<u64> {
        self.suspense().find(|item| item.is_whole(entry)).map(|item| item.number)
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
        let item = SuspenseItem { side, amount, ..SuspenseItem::of(entry, number, at) };
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

/// As what of a deposit an item counts.
fn as_deposit(item: &SuspenseItem, (account, layer): (SettlementAccount, Layer)) -> Deposit {
    Deposit { account, layer, currency: item.currency, amount: item.amount }
}
