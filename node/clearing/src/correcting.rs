//! What two persons say about a difference between the bank's books and the house's (P-27).
//!
//! Every correction is between the account's mirror and suspense: nobody's money is touched by
//! what a bank has said wrongly, before somebody has said whose it is.

use crate::ClearingEvent;
use crate::house::House;
use crate::reconciliation::moved_at_bank;
use crate::suspense::SuspenseEnd;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Break, BreakResolution, Correction, DeskEvent, DeskRefusal, Side};
use gcfn_ledger::{Account, Ledger, Posting};
use gcfn_model::{Pool, Position, Timestamp};

impl House {
    /// Ends a break as two persons say.
    pub(crate) fn resolve_break(
        &mut self,
        at: Timestamp,
        wish: &BreakResolution,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), DeskRefusal> {
        let found = *self.desk.find_break(wish.id).ok_or(DeskRefusal::UnknownBreak)?;
        let waiting = match &found.what {
            Break::WrongAmount { ours, .. } | Break::OursOnly(ours) | Break::StatedNoMore(ours) => {
                self.suspended_as(ours)
            }
            _ => None,
        };
        let correction = self.desk.resolve(wish, waiting.is_some())?;
        events.push(ClearingEvent::Bank(DeskEvent::BreakResolved(*wish)));
        let currency = found.currency;
        match correction {
            Correction::Nothing => {}
            Correction::Book(bank) => self.book_as_stated(at, &bank, (ledger, events)),
            Correction::TakeBack(ours) => {
                let change = (ours.change().negated(), waiting);
                self.move_mirror(at, &ours, change, (ledger, events));
            }
            Correction::Rebook { ours, bank } => {
                let change = (ours.change().negated(), waiting);
                self.move_mirror(at, &ours, change, (ledger, events));
                self.book_as_stated(at, &bank, (ledger, events));
            }
            Correction::Amend { ours, bank } => {
                let change = bank.change().and(ours.change().negated());
                self.move_mirror(at, &bank, (change, None), (ledger, events));
            }
        }
        self.review(at, currency, ledger, events);
        Ok(())
    }

    fn book_as_stated(
        &mut self,
        at: Timestamp,
        bank: &BankEntry,
        books: (&mut Ledger, &mut Vec<ClearingEvent>),
    ) {
        let booked = self.desk.booked_as_stated(at, bank);
        self.count(at, bank, booked, books);
    }

    /// Moves the mirror of the account by `change`, from or to suspense: by ending the item that
    /// waits there, or with a new one. What the books cannot take stays a break: the day does not
    /// tie.
    fn move_mirror(
        &mut self,
        at: Timestamp,
        of: &BankEntry,
        (change, waiting): (Position, Option<u64>),
        (ledger, events): (&mut Ledger, &mut Vec<ClearingEvent>),
    ) {
        let (side, amount) = match (change.credit(), change.debit()) {
            (Some(amount), _) => (Side::Credit, amount),
            (None, Some(amount)) => (Side::Debit, amount),
            (None, None) => return,
        };
        if amount.is_zero() {
            return;
        }
        let (currency, suspense) = (of.currency, Account::Suspense(Pool::ClearingHouse));
        let moved = (side, currency, amount);
        let entry = moved_at_bank(ledger, Posting::BankDifference, moved, suspense);
        if ledger.post(&entry).is_err() {
            events.push(ClearingEvent::UnmatchedEntry { currency, amount });
            return;
        }
        events.push(ClearingEvent::Posted(entry));
        match waiting {
            Some(number) => self.end_suspense(number, SuspenseEnd::TakenBack, events),
            None => self.suspend(at, of, (side, amount), events),
        }
    }
}
