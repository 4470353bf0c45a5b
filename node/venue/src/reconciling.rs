//! Statements of a bank against the books, and what two persons say about a difference (P-27).
//!
//! A correction is between an account's mirror and suspense: nobody's money is touched by what a
//! bank has said wrongly, before somebody has said whose it is.

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use alloc::collections::BTreeSet;
use gcfn_banking::{
    BankEntry, Break, BreakResolution, Correction, DeskAct, DeskEvent, DeskRefusal, IntradayReport,
    Side, Statement, SuspenseItem,
};
use gcfn_ledger::{Account, Entry, Posting};
use gcfn_model::{Currency, Pool, Position, SettlementAccount};

impl Venue {
    /// Compares a statement with the books and records every break.
    pub(crate) fn bank_statement(&mut self, step: &mut Step<'_>, statement: &Statement) -> Outcome {
        let (account, currency) = (statement.account, statement.currency);
        self.check_own(account)?;
        let pool = account.pool;
        let result = if pool == Pool::ClearingHouse {
            self.house_statement(step, statement)?
        } else {
            let books = self.at_bank(pool, currency);
            let result = self.desk.reconcile(step.at, statement, books);
            let result = result.map_err(Rejection::from)?;
            let ended = result.tied.ended.iter().map(|&id| DeskEvent::BreakEnded { id });
            ended.for_each(|event| step.emit(Event::Bank(event)));
            result
        };
        step.emit(Event::Reconciled { pool, currency, result });
        for event in self.desk.chase_statements(step.at) {
            step.emit(Event::Bank(event));
        }
        Ok(Done::Accepted)
    }

    /// Staff ask for the statements of a day: of the node's accounts, or of its house's.
    pub(crate) fn ask_for_statements(
        &mut self,
        step: &mut Step<'_>,
        pool: Option<Pool>,
        act: DeskAct,
    ) -> Outcome {
        let at = step.at;
        let own = match pool {
            Some(Pool::ClearingHouse) => Err(DeskRefusal::UnknownAccount),
            _ => self.desk.carry_out(at, act),
        };
        let has_house = self.house.is_some() && pool.is_none_or(|of| of == Pool::ClearingHouse);
        let of_house = match has_house {
            true => self.in_house(step, |house, ledger, events| {
                house.act_at_bank(at, act, ledger, events)
            })?,
            false => Err(DeskRefusal::UnknownAccount),
        };
        match (own, of_house) {
            // What is known of an account says more than that there is none.
            (Err(DeskRefusal::UnknownAccount), Err(refusal)) | (Err(refusal), Err(_)) => {
                Err(refusal.into())
            }
            (own, _) => {
                for event in own.into_iter().flatten() {
                    step.emit(Event::Bank(event));
                }
                Ok(Done::Accepted)
            }
        }
    }

    /// Takes a part of a long statement that more is to follow of.
    pub(crate) fn bank_part(&mut self, step: &mut Step<'_>, part: &Statement) -> Outcome {
        self.check_own(part.account)?;
        let taken = match part.account.pool {
            Pool::ClearingHouse => self.in_house(step, |house, _, _| house.gather(part))?,
            _ => self.desk.gather(part),
        };
        taken.map(|()| Done::Accepted).map_err(Rejection::from)
    }

    /// Compares what the bank says of the present day so far. Nothing counts or ends by it.
    pub(crate) fn bank_report(&mut self, step: &mut Step<'_>, report: &IntradayReport) -> Outcome {
        let (account, currency, at) = (report.account, report.currency, step.at);
        self.check_own(account)?;
        let compared = if account.pool == Pool::ClearingHouse {
            self.in_house(step, |house, ledger, _| house.provisional(at, report, ledger))?
        } else {
            let books = self.at_bank(account.pool, currency);
            self.desk.provisional(at, report, books)
        };
        compared.map(|()| Done::Accepted).map_err(Rejection::from)
    }

    fn check_own(&self, account: SettlementAccount) -> Result<(), Rejection> {
        if account.node == self.terms.node { Ok(()) } else { Err(Rejection::ForeignAccount) }
    }

    fn at_bank(&self, pool: Pool, currency: Currency) -> Position {
        self.books.money.balance(Account::Bank(pool), currency)
    }

    /// Ties every account on which something differs, after a bank's entry was posted: what
    /// waited for it on other accounts may have been posted with it.
    pub(crate) fn review(&mut self, step: &mut Step<'_>) {
        let differ = self.desk.breaks().map(|found| (found.account, found.currency));
        let differ: BTreeSet<(SettlementAccount, Currency)> = differ.collect();
        for (account, currency) in differ {
            let books = self.at_bank(account.pool, currency);
            for id in self.desk.review(step.at, (account, currency), books).ended {
                step.emit(Event::Bank(DeskEvent::BreakEnded { id }));
            }
        }
    }

    /// Ends a break of the node's accounts as two persons say.
    pub(crate) fn resolve_break(&mut self, step: &mut Step<'_>, wish: &BreakResolution) -> Outcome {
        let found = self.desk.find_break(wish.id).copied();
        let found = found.ok_or(DeskRefusal::UnknownBreak).map_err(Rejection::from)?;
        let waiting = match &found.what {
            Break::WrongAmount { ours, .. } | Break::OursOnly(ours) | Break::StatedNoMore(ours) => {
                self.suspended_as(ours)
            }
            _ => None,
        };
        let correction = self.desk.resolve(wish, waiting.is_some()).map_err(Rejection::from)?;
        step.emit(Event::Bank(DeskEvent::BreakResolved(*wish)));
        match correction {
            Correction::Nothing => {}
            Correction::Book(bank) => self.book_as_stated(step, &bank)?,
            Correction::TakeBack(ours) => {
                self.move_mirror(step, &ours, ours.change().negated(), waiting);
            }
            Correction::Rebook { ours, bank } => {
                self.move_mirror(step, &ours, ours.change().negated(), waiting);
                self.book_as_stated(step, &bank)?;
            }
            Correction::Amend { ours, bank } => {
                let change = bank.change().and(ours.change().negated());
                self.move_mirror(step, &bank, change, None);
            }
        }
        self.review(step);
        Ok(Done::Accepted)
    }

    fn book_as_stated(&mut self, step: &mut Step<'_>, bank: &BankEntry) -> Result<(), Rejection> {
        let booked = self.desk.booked_as_stated(step.at, bank);
        self.count(step, bank, &booked).map(drop)
    }

    /// The number under which the whole of an entry waits in suspense.
    fn suspended_as(&self, entry: &BankEntry) -> Option<u64> {
        self.suspense().find(|item| item.is_whole(entry)).map(|item| item.number)
    }

    /// Moves the mirror of the account of `entry` by `change`, from or to suspense: by closing
    /// the item that waits there, or with a new one.
    fn move_mirror(
        &mut self,
        step: &mut Step<'_>,
        entry: &BankEntry,
        change: Position,
        waiting: Option<u64>,
    ) {
        let pool = entry.account.pool;
        let (bank, suspense) = (Account::Bank(pool), Account::Suspense(pool));
        let (side, debit, credit) = match change < Position::ZERO {
            false => (Side::Credit, bank, suspense),
            true => (Side::Debit, suspense, bank),
        };
        let amount = change.credit().or_else(|| change.debit()).unwrap_or(entry.amount);
        let posted = Entry::new(Posting::BankDifference, entry.currency);
        self.post_banked(step, posted.with(debit, credit, amount));
        match waiting {
            Some(number) => self.close_suspense(step, number),
            None => {
                let item = SuspenseItem { side, amount, ..SuspenseItem::of(entry, 0, step.at) };
                self.put_in_suspense(step, item);
            }
        }
    }
}
