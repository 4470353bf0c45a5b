//! What two persons say about a difference between the bank's books and the house's (P-27).
//!
//! Every correction is between the account's mirror and suspense: nobody's money is touched by
//! what a bank has said wrongly, before somebody has said whose it is.

use crate::ClearingEvent;
use crate::house::House;
use alloc::vec::Vec;
use gcfn_banking::{BankEntry, Break, BreakResolution, Correction, DeskEvent, DeskRefusal};
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{Currency, Pool, Position, Timestamp};

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
        let in_suspense = match found.what {
            Break::WrongAmount { ours, .. } => self.waits_in_suspense(&ours),
            _ => false,
        };
        let correction = self.desk.resolve(wish, in_suspense)?;
        events.push(ClearingEvent::Bank(DeskEvent::BreakResolved(*wish)));
        let currency = found.currency;
        match correction {
            Correction::Nothing => {}
            Correction::Book(bank) => self.book_as_stated(at, &bank, (ledger, events)),
            Correction::TakeBack(ours) => {
                move_mirror(currency, ours.change().negated(), ledger, events);
            }
            Correction::Rebook { ours, bank } => {
                move_mirror(currency, ours.change().negated(), ledger, events);
                self.book_as_stated(at, &bank, (ledger, events));
            }
            Correction::Amend { ours, bank } => {
                let change = bank.change().and(ours.change().negated());
                move_mirror(currency, change, ledger, events);
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

    /// Whether an entry was counted as nobody's: it names neither a deposit nor a payment that
    /// has been counted with it.
    fn waits_in_suspense(&self, entry: &BankEntry) -> bool {
        let payment = entry.uetr.and_then(|uetr| self.desk.payment(uetr));
        let counted = payment.is_some_and(|payment| payment.has_counted(entry));
        !counted && self.deposit_named_by(entry).is_none()
    }
}

/// Moves the mirror of the account by `change`, from or to suspense. What the books cannot take
/// stays a break: the day does not tie.
fn move_mirror(
    currency: Currency,
    change: Position,
    ledger: &mut Ledger,
    events: &mut Vec<ClearingEvent>,
) {
    let own = Account::Bank(Pool::ClearingHouse);
    let suspense = Account::Suspense(Pool::ClearingHouse);
    let (debit, credit, amount) = match (change.credit(), change.debit()) {
        (Some(amount), _) => (own, suspense, amount),
        (None, Some(amount)) => (suspense, own, amount),
        (None, None) => return,
    };
    if amount.is_zero() {
        return;
    }
    let entry = Entry::new(Posting::BankDifference, currency).with(debit, credit, amount);
    events.push(match ledger.post(&entry) {
        Ok(_) => ClearingEvent::Posted(entry),
        Err(_) => ClearingEvent::UnmatchedEntry { currency, amount },
    });
}
