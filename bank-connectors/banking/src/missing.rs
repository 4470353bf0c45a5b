//! A statement that did not come: which days of an account are missing, and when its bank is asked
//! for them (camt.060).
//!
//! A day is missing once its statement is due, or was asked for by hand, until it is there, or a
//! later day ties: then nothing can have been on it. So are the days before a statement whose number
//! is not the one after the last. At most one question about an account is open, and it names all
//! that is missing when it is asked.

use crate::book::{Book, Holding};
use crate::questions::patience;
use crate::{Desk, DeskEvent, DeskRefusal};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_model::{BusinessDate, Currency, Pool, SettlementAccount, Timestamp};
use serde::{Deserialize, Serialize};

/// What a bank is asked for: the statements of one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRequest {
    /// The account.
    pub account: SettlementAccount,
    /// Its currency.
    pub currency: Currency,
    /// The how manieth question about the account, from 1.
    pub number: u32,
    /// The first day that is missing.
    pub from: BusinessDate,
    /// The last.
    pub to: BusinessDate,
}

/// A question that the bank has not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementQuestion {
    /// What was asked for.
    pub request: StatementRequest,
    /// When it was asked.
    pub since: Timestamp,
    /// When it is asked again; never at the end of time.
    pub again_at: Option<Timestamp>,
    /// How often it was asked without an answer.
    times: u16,
}

/// The days of an account whose statements are missing, and what was asked about them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Missing {
    days: BTreeSet<BusinessDate>,
    /// How many questions there were.
    asked: u32,
    open: Option<StatementQuestion>,
}

/// Days in a row, both ends included.
type Span = (BusinessDate, BusinessDate);

impl Missing {
    /// The question that the bank has not answered.
    pub(crate) fn open(&self) -> Option<&StatementQuestion> {
        self.open.as_ref()
    }

    /// When the bank is asked next: at once where it was not asked for what is missing.
    fn next_question(&self) -> Option<Timestamp> {
        match self.open {
            Some(open) => open.again_at,
            None => self.days.first().map(|_| Timestamp::EPOCH),
        }
    }

    /// The statement of `date` is there.
    pub(crate) fn found(&mut self, date: BusinessDate) {
        self.days.remove(&date);
    }

    /// Every day to `date` is reconciled: nothing is missing of them.
    pub(crate) fn closed(&mut self, date: BusinessDate) {
        self.days = self.days.split_off(&date.plus_days(1));
    }

    fn lacks((from, to): Span, days: impl IntoIterator<Item = Span>) -> bool {
        days.into_iter().any(|(first, last)| first <= to && from <= last)
    }

    /// Ends the question if all that it asked for is there, and asks if something is missing and no
    /// question is open, or one has waited for too long.
    fn chase<P>(
        &mut self,
        at: Timestamp,
        (account, currency): Holding,
        gaps: &[Span],
    ) -> Vec<DeskEvent<P>> {
        let days = self.days.iter().map(|&date| (date, date));
        let missing: Vec<Span> = days.chain(gaps.iter().copied()).collect();
        let (mut events, mut times) = (Vec::new(), 0);
        if let Some(open) = self.open {
            let StatementRequest { number, from, to, .. } = open.request;
            if Missing::lacks((from, to), missing.iter().copied()) {
                if open.again_at.is_none_or(|again| at < again) {
                    return events;
                }
                times = open.times;
            } else {
                events.push(DeskEvent::StatementsCame { account, currency, number });
            }
            self.open = None;
        }
        let first = missing.iter().map(|(first, _)| *first).min();
        let last = missing.iter().map(|(_, last)| *last).max();
        if let Some((from, to)) = first.zip(last) {
            self.asked = self.asked.saturating_add(1);
            let request = StatementRequest { account, currency, number: self.asked, from, to };
            let times = times.saturating_add(1);
            let again_at = at.checked_add(patience(times));
            self.open = Some(StatementQuestion { request, since: at, again_at, times });
            events.push(DeskEvent::StatementsAsked(request));
        }
        events
    }
}

impl<P: Clone + PartialEq> Desk<P> {
    /// The day `date` has ended, and the bank has had its time to state it: what is not there, of
    /// the accounts in every currency that `is_wanted`, is missing, and asked for at once.
    pub fn statements_due(&mut self, date: BusinessDate, is_wanted: impl Fn(Currency) -> bool) {
        let wanted = self.books.iter_mut().filter(|((_, currency), _)| is_wanted(*currency));
        for (_, book) in wanted.filter(|(_, book)| !book.is_stated(date)) {
            book.missing.days.insert(date);
        }
    }

    /// Ends the questions that are answered, and asks for what is missing where no question is
    /// open, or one has waited for too long. To be called when a statement has come.
    pub fn chase_statements(&mut self, at: Timestamp) -> Vec<DeskEvent<P>> {
        let chased = self.books.iter_mut().flat_map(|(&of, book)| {
            let gaps = book.gaps();
            book.missing.chase(at, of, &gaps)
        });
        chased.collect()
    }

    /// Asks for the statements of a day now: of one pool, or of every account in the currency. A day
    /// that is stated and does not tie may be asked for again.
    pub(crate) fn ask_for_statements(
        &mut self,
        at: Timestamp,
        date: BusinessDate,
        of: (Option<Pool>, Currency),
    ) -> Result<Vec<DeskEvent<P>>, DeskRefusal> {
        self.check_ask_for_statements(date, of)?;
        if at.utc().0 < date {
            return Err(DeskRefusal::DayNotBegun);
        }
        let askable = self.books.iter_mut().filter(|(holding, _)| is_of(holding, of));
        for (_, book) in askable.filter(|(_, book)| book.may_ask_for(date).is_ok()) {
            book.missing.days.insert(date);
        }
        Ok(self.chase_statements(at))
    }

    /// Whether there is an account that the bank can be asked about.
    pub(crate) fn check_ask_for_statements(
        &self,
        date: BusinessDate,
        of: (Option<Pool>, Currency),
    ) -> Result<(), DeskRefusal> {
        let books = self.books.iter().filter(|(holding, _)| is_of(holding, of));
        let mut refused = Err(DeskRefusal::UnknownAccount);
        for (_, book) in books {
            match book.may_ask_for(date) {
                Ok(()) => return Ok(()),
                // An answer that is to come says more than a day that is closed.
                Err(refusal) if refused != Err(DeskRefusal::StatementAsked) => {
                    refused = Err(refusal);
                }
                Err(_) => {}
            }
        }
        refused
    }

    /// When the bank is asked for a statement next.
    pub(crate) fn next_statement_question(&self) -> Option<Timestamp> {
        self.books.values().filter_map(|book| book.missing.next_question()).min()
    }
}

fn is_of((account, currency): &Holding, of: (Option<Pool>, Currency)) -> bool {
    *currency == of.1 && of.0.is_none_or(|pool| pool == account.pool)
}

impl Book {
    /// Whether the bank may be asked for the statement of `date`.
    fn may_ask_for(&self, date: BusinessDate) -> Result<(), DeskRefusal> {
        if self.missing.open().is_some() {
            return Err(DeskRefusal::StatementAsked);
        }
        if self.closed_to().is_some_and(|closed| date <= closed) {
            return Err(DeskRefusal::DayClosed);
        }
        Ok(())
    }
}
