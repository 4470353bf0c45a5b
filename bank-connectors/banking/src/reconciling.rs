//! Tying the books of a desk to statements, and ending what differs.

use crate::book::{Book, Holding, check_entries};
use crate::{
    BreakResolution, Correction, Desk, DeskEvent, DeskRefusal, Intraday, IntradayReport, OpenBreak,
    Reconciliation, StatedDay, Statement, StatementQuestion, Tied,
};
use gcfn_model::{
    BreakId, BusinessDate, Currency, PartyId, Position, SettlementAccount, Timestamp,
};

/// How far the books of one account are tied.
#[derive(Clone, Copy, Debug)]
pub struct AccountTies<'a> {
    /// The account.
    pub account: SettlementAccount,
    /// Its currency.
    pub currency: Currency,
    book: &'a Book,
}

impl<'a> AccountTies<'a> {
    /// Every day to this one is reconciled.
    #[must_use]
    pub fn closed(&self) -> Option<BusinessDate> {
        self.book.closed_to()
    }

    /// The days that the bank has stated: all that are not reconciled, and a month of the others.
    pub fn stated(&self) -> impl Iterator<Item = (BusinessDate, &'a StatedDay)> + use<'a> {
        self.book.stated()
    }

    /// How the present day stood in the bank's last report, until it is stated.
    #[must_use]
    pub fn intraday(&self) -> Option<&'a Intraday> {
        self.book.intraday()
    }

    /// The question for statements that the bank has not answered.
    #[must_use]
    pub fn asked(&self) -> Option<&'a StatementQuestion> {
        self.book.missing.open()
    }

    /// What differs.
    pub fn breaks(&self) -> impl Iterator<Item = &'a OpenBreak> + use<'a> {
        self.book.breaks()
    }
}

impl<P: Clone + PartialEq> Desk<P> {
    /// Compares a day's statement with what was counted and with `ledger`, the present ledger
    /// position of the account; what was booked after the day is taken out here. Clean means to
    /// the cent, and closes the day. A day with breaks is tied again whenever something was
    /// counted that may end one ([`Desk::review`]), and when it is stated again.
    ///
    /// # Errors
    /// [`DeskRefusal::DayClosed`], [`DeskRefusal::BalanceOutOfRange`],
    /// [`DeskRefusal::ForeignEntry`], [`DeskRefusal::PartMissing`].
    pub fn reconcile(
        &mut self,
        at: Timestamp,
        statement: &Statement,
        ledger: Position,
    ) -> Result<Reconciliation, DeskRefusal> {
        self.in_book((statement.account, statement.currency), |book| {
            book.reconcile(at, statement, ledger)
        })
    }

    /// Takes a part of a long statement that more is to follow of. It confirms nothing before
    /// [`Desk::reconcile`] has had the last one.
    ///
    /// # Errors
    /// As for [`Desk::reconcile`], and [`DeskRefusal::PartMissing`].
    pub fn gather(&mut self, part: &Statement) -> Result<(), DeskRefusal> {
        self.in_book((part.account, part.currency), |book| book.gather(part))
    }

    /// Compares what the bank says of the present day with what was counted so far. It confirms,
    /// closes and ends nothing: money counts with its notification or its statement.
    ///
    /// # Errors
    /// [`DeskRefusal::DayStated`], [`DeskRefusal::ForeignEntry`].
    pub fn provisional(
        &mut self,
        at: Timestamp,
        report: &IntradayReport,
        ledger: Position,
    ) -> Result<(), DeskRefusal> {
        let of = (report.account, report.currency);
        check_entries(of, &report.entries)?;
        self.in_book(of, |book| book.provisional(at, report, ledger))
    }

    /// What is refused opens no book.
    fn in_book<T>(
        &mut self,
        of: Holding,
        act: impl FnOnce(&mut Book) -> Result<T, DeskRefusal>,
    ) -> Result<T, DeskRefusal> {
        if let Some(book) = self.books.get_mut(&of) {
            return act(book);
        }
        let mut book = Book::default();
        let done = act(&mut book)?;
        self.books.insert(of, book);
        Ok(done)
    }

    /// Ties the open days of an account again, after the caller has posted to it: a late
    /// notification may have explained what a statement has.
    pub fn review(
        &mut self,
        at: Timestamp,
        of: (SettlementAccount, Currency),
        ledger: Position,
    ) -> Tied {
        self.books.get_mut(&of).map_or_else(Tied::default, |book| book.review(at, of, ledger))
    }

    /// Every break that has not ended, by account.
    pub fn breaks(&self) -> impl Iterator<Item = &OpenBreak> {
        self.books.values().flat_map(Book::breaks)
    }

    /// How far the books of every account are tied.
    pub fn ties(&self) -> impl Iterator<Item = AccountTies<'_>> {
        let ties = |(&(account, currency), book)| AccountTies { account, currency, book };
        self.books.iter().map(ties)
    }

    /// The break with this name.
    #[must_use]
    pub fn find_break(&self, id: BreakId) -> Option<&OpenBreak> {
        self.books.values().find_map(|book| book.find(id))
    }

    pub(crate) fn check_assign(&self, id: BreakId) -> Result<(), DeskRefusal> {
        self.find_break(id).map(drop).ok_or(DeskRefusal::UnknownBreak)
    }

    pub(crate) fn assign(
        &mut self,
        id: BreakId,
        owner: PartyId,
    ) -> Result<DeskEvent<P>, DeskRefusal> {
        self.check_assign(id)?;
        self.books.values_mut().for_each(|book| book.assign(id, owner));
        Ok(DeskEvent::BreakAssigned { id, owner })
    }

    /// Whether a break may end so.
    ///
    /// # Errors
    /// [`DeskRefusal::UnknownBreak`], [`DeskRefusal::RemedyDoesNotFit`].
    pub fn check_resolve(&self, wish: &BreakResolution) -> Result<(), DeskRefusal> {
        let found = self.find_break(wish.id).ok_or(DeskRefusal::UnknownBreak)?;
        Book::check_remedy(&found.what, wish.remedy)
    }

    /// Does what two persons say about a break. The caller posts what is told, with what was
    /// counted being still `in_suspense` or not, and then lets the account be reviewed, which
    /// ends the break.
    ///
    /// # Errors
    /// As for [`Desk::check_resolve`].
    pub fn resolve(
        &mut self,
        wish: &BreakResolution,
        in_suspense: bool,
    ) -> Result<Correction, DeskRefusal> {
        self.check_resolve(wish)?;
        let found = *self.find_break(wish.id).ok_or(DeskRefusal::UnknownBreak)?;
        let book = self.books.get_mut(&(found.account, found.currency));
        let book = book.ok_or(DeskRefusal::UnknownBreak)?;
        Ok(book.correct(&found, in_suspense))
    }
}
