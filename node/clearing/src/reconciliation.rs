//! What the bank says of the house's account: bookings, answers and statements.

use crate::cycle::Cycle;
use crate::house::{House, HousePayment};
use crate::{ClearingEvent, Phase};
use alloc::vec::Vec;
use gcfn_banking::{
    BankEntry, BankWord, Booked, DeskAct, DeskEvent, DeskRefusal, Dispute, Instruction,
    IntradayReport, Reconciliation, Side, Statement, StatusChange, StatusReport, Tied,
};
use gcfn_ledger::{Account, Entry, Ledger, Posting};
use gcfn_model::{Amount, Currency, Pool, Position, Timestamp, Uetr};

impl House {
    /// Books what the bank says happened on the house's account.
    ///
    /// A credit with the reference and the amount of a call is a pay-in; a debit is one of the
    /// house's own payments, or a pay-in that its bank takes back. A credit that nobody was called for, or not for that much, goes to
    /// suspense; a debit that does not fit stays a dispute of the desk. Money is never guessed to
    /// be somebody's.
    pub fn booked(
        &mut self,
        at: Timestamp,
        entry: &BankEntry,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Booked<HousePayment> {
        let booked = self.desk.booked(at, entry);
        self.count(at, entry, booked, (ledger, events))
    }

    /// Posts what an entry means, and does what follows from it.
    pub(crate) fn count(
        &mut self,
        at: Timestamp,
        entry: &BankEntry,
        booked: Booked<HousePayment>,
        (ledger, events): (&mut Ledger, &mut Vec<ClearingEvent>),
    ) -> Booked<HousePayment> {
        self.act_on(at, entry, &booked, (ledger, events));
        self.review(at, entry.currency, ledger, events);
        booked
    }

    fn act_on(
        &mut self,
        at: Timestamp,
        entry: &BankEntry,
        booked: &Booked<HousePayment>,
        (ledger, events): (&mut Ledger, &mut Vec<ClearingEvent>),
    ) {
        let deposit = self.deposit_named_by(entry).filter(|_| *booked == Booked::Unmatched);
        let member = deposit.map(|(of, _)| Account::ClearingMember(of.node));
        if let Some(other) = member.or_else(|| self.other_side(booked)) {
            let moved = (entry.side, entry.currency, entry.amount);
            let books = moved_at_bank(ledger, Posting::BankConfirmation, moved, other);
            if ledger.post(&books).is_err() {
                // More was booked than the house ever had: the statement will not tie, and the
                // break stays until somebody has looked.
                let (currency, amount) = (entry.currency, entry.amount);
                events.push(ClearingEvent::UnmatchedEntry { currency, amount });
                return;
            }
            events.push(ClearingEvent::Posted(books));
        }
        if self.has_gone_back(booked, events) {
            return;
        }
        match booked {
            Booked::Received(payment) => {
                self.note_booking(payment, entry);
                self.paid_in(at, payment, ledger, events);
            }
            Booked::Settled(payment) => {
                self.note_booking(payment, entry);
                self.paid_out(payment, events);
            }
            Booked::Returned(payment) => {
                self.note_booking(payment, entry);
                self.not_paid_out(at, payment, events);
            }
            Booked::TakenBack(payment) => {
                self.note_booking(payment, entry);
                self.taken_back(at, payment, entry.amount, events);
            }
            Booked::Unmatched if let Some(deposit) = deposit => {
                self.deposited(deposit, entry, events);
            }
            Booked::Unmatched | Booked::Suspended(_) => {
                self.suspend(at, entry, (entry.side, entry.amount), events);
            }
            Booked::Disputed(Dispute::NotPayable { uetr }) => {
                let refused = self.desk.payment(*uetr).map(|payment| payment.instruction);
                if let Some(payment) = refused {
                    self.perhaps_paid_out(at, &payment, events);
                }
            }
            Booked::Disputed(_) | Booked::Repeat | Booked::DayClosed => {}
        }
    }

    /// The bank's answer to a payment of the house. It moves no money; what is refused is asked
    /// for again later.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::status`].
    pub fn status(
        &mut self,
        at: Timestamp,
        report: StatusReport,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<StatusChange<HousePayment>, DeskRefusal> {
        let change = self.desk.status(at, report)?;
        match &change {
            StatusChange::Rejected { instruction, .. } => {
                self.unpaid(at, instruction, events);
            }
            StatusChange::Answered(event) => self.at_bank(at, *event, events),
            StatusChange::Accepted(_) | StatusChange::Unchanged => {}
        }
        Ok(change)
    }

    /// Hears the bank's word about a payment of the house; says whether it was news.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::heard`].
    pub fn heard(
        &mut self,
        at: Timestamp,
        word: &BankWord,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<bool, DeskRefusal> {
        let news = self.desk.heard(at, word)?;
        if let Some(event) = news {
            self.at_bank(at, event, events);
        }
        Ok(news.is_some())
    }

    /// Does what staff ask about a payment of the house, or a break of its account.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::carry_out`].
    pub fn act_at_bank(
        &mut self,
        at: Timestamp,
        act: DeskAct,
        ledger: &mut Ledger,
        events: &mut Vec<ClearingEvent>,
    ) -> Result<(), DeskRefusal> {
        if let DeskAct::Resolve(wish) = act {
            return self.resolve_break(at, &wish, ledger, events);
        }
        for event in self.desk.carry_out(at, act)? {
            self.at_bank(at, event, events);
        }
        Ok(())
    }

    /// Asks the bank about every payment that it has been silent about for too long, and for
    /// statements that it was asked for and has not sent.
    pub(crate) fn ask_bank_about(&mut self, at: Timestamp, events: &mut Vec<ClearingEvent>) {
        for event in self.desk.ask_due(at) {
            self.at_bank(at, event, events);
        }
    }

    /// What the bank has given up is owed still.
    fn at_bank(
        &mut self,
        at: Timestamp,
        event: DeskEvent<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) {
        events.push(ClearingEvent::Bank(event));
        if let DeskEvent::Cancelled(payment) = &event {
            self.unpaid(at, payment, events);
        }
    }

    /// The bank has not made a payment, and will not.
    fn unpaid(
        &mut self,
        at: Timestamp,
        payment: &Instruction<HousePayment>,
        events: &mut Vec<ClearingEvent>,
    ) {
        match self.returned_by(payment) {
            Some(deposit) => self.keep_again(deposit, events),
            None => self.not_paid_out(at, payment, events),
        }
    }

    /// A payment of the house is signed and archived.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::signed`].
    pub fn signed(&mut self, at: Timestamp, uetr: Uetr) -> Result<(), DeskRefusal> {
        self.desk.signed(at, uetr)
    }

    /// A payment of the house was handed to the bank; its age counts from here.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::sent`].
    pub fn sent(&mut self, at: Timestamp, uetr: Uetr) -> Result<(), DeskRefusal> {
        self.desk.sent(at, uetr)
    }

    /// Compares a bank statement of the house's account with its books. A clean one confirms the
    /// currency to every settled cycle whose bookings in it are covered; a cycle that is paid out
    /// and confirmed in all its currencies is final.
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
        let currency = statement.currency;
        let result = self.desk.reconcile(at, statement, mirror(ledger, currency))?;
        self.tied(currency, &result.tied, events);
        events.extend(self.desk.chase_statements(at).into_iter().map(ClearingEvent::Bank));
        Ok(result)
    }

    /// Takes a part of a long statement that more is to follow of.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::gather`].
    pub fn gather(&mut self, part: &Statement) -> Result<(), DeskRefusal> {
        self.desk.gather(part)
    }

    /// Compares what the bank says of the present day so far. Confirms nothing.
    ///
    /// # Errors
    /// [`DeskRefusal`] as for [`gcfn_banking::Desk::provisional`].
    pub fn provisional(
        &mut self,
        at: Timestamp,
        report: &IntradayReport,
        ledger: &Ledger,
    ) -> Result<(), DeskRefusal> {
        self.desk.provisional(at, report, mirror(ledger, report.currency))
    }

    /// Ties the open days again after something was posted to the account.
    pub(crate) fn review(
        &mut self,
        at: Timestamp,
        currency: Currency,
        ledger: &Ledger,
        events: &mut Vec<ClearingEvent>,
    ) {
        let of = (self.account(), currency);
        let tied = self.desk.review(at, of, mirror(ledger, currency));
        self.tied(currency, &tied, events);
    }

    /// Tells which breaks have ended, and what is confirmed by the days that have closed.
    fn tied(&mut self, currency: Currency, tied: &Tied, events: &mut Vec<ClearingEvent>) {
        let ended = tied.ended.iter().map(|&id| DeskEvent::BreakEnded { id });
        events.extend(ended.map(ClearingEvent::Bank));
        let Some(closed) = tied.closed else { return };
        let covered = |cycle: &&mut Cycle| {
            matches!(cycle.phase, Phase::Settled | Phase::PayOut)
                && cycle.last_booking(currency) <= closed
        };
        for cycle in self.cycles.values_mut().filter(covered) {
            cycle.reconciled.insert(currency);
            finish_if_reconciled(cycle, events);
        }
    }

    /// Whose money an entry moves by the house's books; nobody's where it does not count.
    fn other_side(&self, booked: &Booked<HousePayment>) -> Option<Account> {
        match booked {
            // What comes back is owed to the member again.
            Booked::Received(payment) | Booked::Returned(payment) | Booked::Settled(payment) => {
                Some(Account::ClearingMember(payment.purpose.account.node))
            }
            Booked::TakenBack(payment) => Some(self.bearer(payment)),
            Booked::Unmatched | Booked::Suspended(_) => {
                Some(Account::Suspense(Pool::ClearingHouse))
            }
            Booked::Disputed(_) | Booked::Repeat | Booked::DayClosed => None,
        }
    }

    /// Remembers until when the bank has booked for a cycle: only a statement of that day or a
    /// later one confirms it.
    fn note_booking(&mut self, payment: &Instruction<HousePayment>, entry: &BankEntry) {
        if let Some(cycle) = self.cycles.get_mut(&payment.purpose.value_date) {
            let last = cycle.booked.entry(entry.currency).or_insert(entry.booked_on);
            *last = entry.booked_on.max(*last);
            cycle.reconciled.remove(&entry.currency);
        }
    }
}

/// An entry by which the bank has moved so much between the house's account and `other`. What it
/// takes beyond what is there it has lent: that is money under way, which the next to come in is.
pub(crate) fn moved_at_bank(
    ledger: &Ledger,
    posting: Posting,
    (side, currency, amount): (Side, Currency, Amount),
    other: Account,
) -> Entry {
    let (own, lent) = (Account::Bank(Pool::ClearingHouse), Account::Transit(Pool::ClearingHouse));
    let entry = Entry::new(posting, currency);
    match side {
        Side::Credit => {
            let owed = ledger.balance(lent, currency).debit().unwrap_or(Amount::ZERO).min(amount);
            entry.with(lent, other, owed).with(own, other, amount.saturating_sub(owed))
        }
        Side::Debit => {
            let there = ledger.amount(own, currency).min(amount);
            entry.with(other, own, there).with(other, lent, amount.saturating_sub(there))
        }
    }
}

/// What the house's account holds by its own books; below zero where the bank has lent.
fn mirror(ledger: &Ledger, currency: Currency) -> Position {
    let balance = |account| ledger.balance(account, currency);
    let (own, lent) = (Account::Bank(Pool::ClearingHouse), Account::Transit(Pool::ClearingHouse));
    balance(own).and(balance(lent))
}

/// Ends a cycle that is paid out and confirmed in all its currencies; one without obligations
/// has none.
pub(crate) fn finish_if_reconciled(cycle: &mut Cycle, events: &mut Vec<ClearingEvent>) {
    if cycle.phase == Phase::PayOut && cycle.is_paid_out() && cycle.is_reconciled() {
        cycle.phase = Phase::Final;
        events.push(ClearingEvent::CycleReconciled { cycle: cycle.id });
        events.push(ClearingEvent::CycleFinal { cycle: cycle.id });
    }
}
