//! The bank: accounts in one currency, what it was asked for, and what it has to say.
//!
//! Knows no clock, no file and no network. Money is created only by [`Bank::deposit`] and ends
//! at other banks: the accounts and what is owed to the outside always sum to zero.

use crate::config::BankConfig;
use crate::fault::{Fault, FaultScript, FaultTarget, Faults, Hold, Occasion, Reason, held};
use crate::order::{Order, Verdict, key};
use crate::outgoing::{self, Letterhead, Outgoing};
use gcfn_banking::{ReasonCode, Side, TransactionStatus};
use gcfn_iso20022::{
    AccountNumber, AccountStatement, Bic, Detail, Document, Entry, Remittance, Text,
};
use gcfn_model::{Amount, BusinessDate, Currency, NodeId, Position, Timestamp, Uetr};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Of how many days the statements are sent again.
const STATEMENTS_KEPT: usize = 31;

/// A bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bank {
    bic: Bic,
    pub(crate) currency: Currency,
    pub(crate) date: BusinessDate,
    /// Between the end of one day and the beginning of the next nothing is booked.
    open: bool,
    pub(crate) accounts: BTreeMap<String, Account>,
    /// What other banks hold of the money here; negative for what they have sent.
    pub(crate) outside: Position,
    pub(crate) orders: BTreeMap<Uetr, (Order, Verdict)>,
    /// What came from outside: to which account, and how it was booked.
    pub(crate) deposits: BTreeMap<Uetr, (String, Amount, Detail)>,
    /// What was booked and booked back.
    pub(crate) returned: BTreeSet<Uetr>,
    /// What is to be booked back, when and why.
    due_back: BTreeMap<Uetr, (BusinessDate, Reason)>,
    outbox: BTreeMap<u64, Outgoing>,
    faults: Faults,
    /// Numbers messages and bookings.
    sequence: u64,
}

/// One account of a bank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number.
    pub number: AccountNumber,
    /// The node that it belongs to, if any.
    pub node: Option<NodeId>,
    /// The holder's name.
    pub name: Text<140>,
    /// What is on it, never negative.
    pub balance: Amount,
    /// What was on it at the beginning of the day.
    pub(crate) opening: Amount,
    /// What was booked on it today.
    pub(crate) movements: Vec<Movement>,
    /// How many statements it has had.
    pub(crate) statements: u64,
    /// Those of the last days, as they should have been.
    #[serde(default)]
    pub(crate) stated: BTreeMap<BusinessDate, AccountStatement>,
}

/// One booking on one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Movement {
    pub(crate) reference: Text<35>,
    pub(crate) side: Side,
    pub(crate) amount: Amount,
    pub(crate) detail: Detail,
}

/// Money that arrives from another bank.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deposit {
    /// The account that is credited.
    pub account: AccountNumber,
    /// How much, as decimal text.
    pub amount: String,
    /// The reference that the payer quotes.
    pub reference: Option<Text<35>>,
    /// The payer's name.
    pub name: Option<Text<140>>,
    /// The payer's account.
    pub iban: Option<AccountNumber>,
}

/// A message that asks a bank for nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0} asks for nothing; a bank takes pacs.004, pacs.008, pacs.009, pacs.028, pain.001, \
     camt.056 and camt.060"
)]
pub struct NotForABank(pub &'static str);

/// Why a control call changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ControlRefusal {
    /// No such account; see `GET /accounts`.
    #[error("no such account at this bank")]
    UnknownAccount,
    /// The amount is not one of the bank's currency.
    #[error(transparent)]
    Amount(#[from] gcfn_model::AmountFault),
    /// The balance would have more than 18 digits.
    #[error("balance would have more than 18 digits")]
    BalanceTooLarge,
    /// The day has ended; tell the bank the next date first.
    #[error("day has ended; tell the bank the next date first")]
    Closed,
    /// The date is not after the present one.
    #[error("date is not after {0}, the present one")]
    NotLater(BusinessDate),
}

/// Reasons of `ExternalStatusReason1Code` that this bank gives.
fn reason(code: &str) -> ReasonCode {
    code.parse().expect("a code of the list")
}

impl Bank {
    /// A bank with nothing on its accounts.
    #[must_use]
    pub fn new(config: &BankConfig) -> Bank {
        let mut bank = Bank {
            bic: config.bic.clone(),
            currency: config.currency,
            date: config.date,
            open: true,
            accounts: BTreeMap::new(),
            outside: Position::ZERO,
            orders: BTreeMap::new(),
            deposits: BTreeMap::new(),
            returned: BTreeSet::new(),
            due_back: BTreeMap::new(),
            outbox: BTreeMap::new(),
            faults: Faults::default(),
            sequence: 0,
        };
        bank.open_accounts(config);
        bank
    }

    /// Opens the accounts of `config` that do not exist yet.
    pub fn open_accounts(&mut self, config: &BankConfig) {
        for account in &config.accounts {
            self.accounts.entry(key(&account.number)).or_insert_with(|| Account {
                number: account.number.clone(),
                node: account.node,
                name: account.name.clone(),
                balance: Amount::ZERO,
                opening: Amount::ZERO,
                movements: Vec::new(),
                statements: 0,
                stated: BTreeMap::new(),
            });
        }
    }

    /// The business date.
    #[must_use]
    pub fn date(&self) -> BusinessDate {
        self.date
    }

    /// The currency of every account.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Whether the bank books: its day has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Every account, by number.
    pub fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values()
    }

    /// The payments that came from outside, in UETR order.
    pub fn deposits(&self) -> impl Iterator<Item = Uetr> {
        self.deposits.keys().copied()
    }

    /// What waits to be delivered, in the order in which it was said.
    pub fn outbox(&self) -> impl Iterator<Item = (u64, &Outgoing)> {
        self.outbox.iter().map(|(&number, outgoing)| (number, outgoing))
    }

    /// The first message for `node` that is not held back.
    #[must_use]
    pub fn next_for(&self, node: NodeId) -> Option<(u64, &Outgoing)> {
        self.outbox().find(|(_, outgoing)| outgoing.to == node && outgoing.held.is_none())
    }

    /// Forgets a message that its node has taken.
    pub fn delivered(&mut self, number: u64) {
        self.outbox.remove(&number);
    }

    /// Takes a message of the node `sender`: answers each payment in it and books what it can, or
    /// answers what it asks.
    ///
    /// The same payment again gets the same answer and is not booked again; another payment
    /// under the same UETR is refused with `DUPL`.
    ///
    /// # Errors
    /// [`NotForABank`] for messages that only banks send.
    pub fn receive(&mut self, sender: NodeId, document: &Document) -> Result<(), NotForABank> {
        let first = self.sequence;
        let fault = match document {
            Document::InstitutionCreditTransfer(message) => {
                self.take_orders(sender, Order::of_institutions(sender, document, message))
            }
            Document::CustomerCreditTransfer(message) => {
                self.take_orders(sender, Order::of_customers(sender, document, message))
            }
            Document::PaymentInitiation(message) => {
                self.take_orders(sender, Order::initiated(sender, document, message))
            }
            Document::StatusRequest(asked) => self.answer_questions(sender, asked),
            Document::CancellationRequest(asked) => self.answer_requests(sender, asked),
            Document::ReportingRequest(asked) => self.answer_reports(sender, asked),
            Document::PaymentReturn(sent) => self.take_returns(sender, document, sent),
            Document::PaymentStatus(_)
            | Document::InitiationStatus(_)
            | Document::Resolution(_)
            | Document::Reports(_)
            | Document::Statements(_)
            | Document::Notifications(_) => return Err(NotForABank(document.definition())),
        };
        if fault == Some(Fault::OutOfOrder) {
            self.turn_round(first);
        }
        self.check_books();
        Ok(())
    }

    fn take_orders(&mut self, sender: NodeId, orders: Vec<Order>) -> Option<Fault> {
        let fault = self.occasion(Occasion::Payment, orders.first().and_then(Order::uetr));
        let mut booked = Vec::new();
        let mut answered = Vec::new();
        for order in orders {
            let verdict = self.take(&order, fault.as_ref(), &mut booked);
            answered.push((order, verdict));
        }
        self.answer(sender, &answered, fault.as_ref());
        self.notify(booked, fault.as_ref());
        fault
    }

    /// The fault that applies to what happens now.
    pub(crate) fn occasion(&mut self, occasion: Occasion, uetr: Option<Uetr>) -> Option<Fault> {
        self.faults.take(occasion, uetr)
    }

    /// Credits money that comes from another bank, and notifies the account's node.
    ///
    /// # Errors
    /// [`ControlRefusal`].
    pub fn deposit(&mut self, deposit: &Deposit) -> Result<(), ControlRefusal> {
        if !self.open {
            return Err(ControlRefusal::Closed);
        }
        let amount = Amount::parse(&deposit.amount, self.currency)?;
        let account = key(&deposit.account);
        let held = self.accounts.get(&account).ok_or(ControlRefusal::UnknownAccount)?;
        let balance = held.balance.checked_add(amount).ok_or(ControlRefusal::BalanceTooLarge)?;
        let name = held.name.clone();

        let number = self.number().to_be_bytes();
        let uetr = Uetr::derive(&[self.bic.to_string().as_bytes(), b"deposit", &number]);
        let detail = Detail {
            end_to_end: Some("NOTPROVIDED".parse().expect("ISO's word for no reference")),
            uetr: Some(uetr),
            debtor_name: deposit.name.clone(),
            debtor_account: deposit.iban.clone(),
            creditor_name: Some(name),
            creditor_account: Some(deposit.account.clone()),
            remittance: Remittance { text: Vec::new(), reference: deposit.reference.clone() },
            ..Detail::default()
        };
        self.outside = self.outside.minus(amount);
        self.deposits.insert(uetr, (account.clone(), amount, detail.clone()));
        let booked = self.book(&account, Side::Credit, balance, (amount, detail));
        let fault = self.occasion(Occasion::Deposit, Some(uetr));
        self.notify(vec![booked], fault.as_ref());
        self.check_books();
        Ok(())
    }

    /// Ends the day: a statement of every node's account. Nothing is booked until the next date.
    pub fn end_day(&mut self) {
        if !self.open {
            return;
        }
        self.open = false;
        let accounts: Vec<String> = self.accounts.keys().cloned().collect();
        for number in accounts {
            let Some(account) = self.accounts.get(&number) else { continue };
            if let Some(node) = account.node {
                let account = account.clone();
                let head = self.letterhead(node);
                let statement = outgoing::statement(&head, &account, self.currency, self.date);
                self.state(head, &number, statement);
            }
            if let Some(account) = self.accounts.get_mut(&number) {
                account.opening = account.balance;
                account.movements.clear();
            }
        }
    }

    /// Sends the statement of an account, and remembers it as it should be.
    fn state(&mut self, head: Letterhead, number: &str, statement: AccountStatement) {
        let fault = self.occasion(Occasion::Statement, None);
        if let Some(account) = self.accounts.get_mut(number) {
            account.statements += 1;
            account.stated.insert(self.date, statement.clone());
            if STATEMENTS_KEPT < account.stated.len() {
                account.stated.pop_first();
            }
        }
        let mut said = statement;
        if fault == Some(Fault::WrongAmount) {
            said.closing.amount = one_more(said.closing.amount);
        }
        let document = outgoing::stated(head.group(), said);
        self.post(head, document, fault.as_ref());
    }

    /// Begins the business day `date`, after ending the present one if it has not ended, and
    /// books what has waited for it.
    ///
    /// # Errors
    /// [`ControlRefusal::NotLater`].
    pub fn begin_day(&mut self, date: BusinessDate) -> Result<(), ControlRefusal> {
        if date <= self.date {
            return Err(ControlRefusal::NotLater(self.date));
        }
        self.end_day();
        (self.date, self.open) = (date, true);
        let waiting = self.orders.values().filter(|(order, verdict)| {
            *verdict == Verdict::PENDING && order.date.is_none_or(|due| due <= date)
        });
        let due: Vec<Order> = waiting.map(|(order, _)| order.clone()).collect();
        for order in due {
            let mut booked = Vec::new();
            let verdict = self.settle(&order, &mut booked);
            if let Some((_, known)) = order.uetr().and_then(|uetr| self.orders.get_mut(&uetr)) {
                *known = verdict;
            }
            self.answer(order.sender, &[(order.clone(), verdict)], None);
            self.notify(booked, None);
        }
        self.book_back();
        for outgoing in self.outbox.values_mut() {
            outgoing.held.take_if(|hold| matches!(*hold, Hold::Until(due) if due <= date));
        }
        self.check_books();
        Ok(())
    }

    /// Books back what is due to go back today; what is not booked yet waits.
    fn book_back(&mut self) {
        let due: Vec<(Uetr, Reason)> = self
            .due_back
            .iter()
            .filter(|(_, (due, _))| *due <= self.date)
            .map(|(uetr, (_, reason))| (*uetr, *reason))
            .collect();
        for (uetr, reason) in due {
            if self.give_back(uetr, reason.0, None) || self.returned.contains(&uetr) {
                self.due_back.remove(&uetr);
            }
        }
    }

    /// Switches a misbehaviour on.
    pub fn misbehave(&mut self, fault: Fault, target: FaultTarget) {
        self.faults.set(fault, target);
    }

    /// Misbehaves by `script` from now on.
    pub fn follow(&mut self, script: FaultScript) {
        self.faults.follow(script);
    }

    /// Lets everything go that was held back; returns how much that was.
    pub fn release(&mut self) -> usize {
        let held = self.outbox.values_mut().filter_map(|outgoing| outgoing.held.take());
        held.count()
    }

    /// Decides on one order; pushes what it books.
    fn take(&mut self, order: &Order, fault: Option<&Fault>, booked: &mut Vec<Booked>) -> Verdict {
        let Some(uetr) = order.uetr() else {
            return Verdict::rejected(reason("CH21"));
        };
        if let Some((known, verdict)) = self.orders.get(&uetr) {
            let same = known.is_same_business(order);
            return if same { *verdict } else { Verdict::rejected(ReasonCode::DUPLICATE) };
        }
        let waits = !self.open || order.date.is_some_and(|due| self.date < due);
        let verdict = match self.check(order) {
            Err(reason) => Verdict::rejected(reason),
            Ok(_) if let Some(Fault::Reject(Reason(code))) = fault => Verdict::rejected(*code),
            Ok(_) if waits => Verdict::PENDING,
            Ok(_) => self.settle(order, booked),
        };
        self.orders.insert(uetr, (order.clone(), verdict));
        if let Some(Fault::Return(reason, days)) = fault {
            let due = self.date.plus_days(i32::from(*days));
            self.due_back.insert(uetr, (due, *reason));
        }
        verdict
    }

    /// The account here that an order is paid to; none where it is at another bank.
    pub(crate) fn creditor_here(&self, order: &Order) -> Option<String> {
        let elsewhere = order.creditor_agent.as_ref().is_some_and(|agent| agent != &self.bic);
        let number = order.detail.creditor_account.as_ref().map(key);
        number.filter(|number| !elsewhere && self.accounts.contains_key(number))
    }

    /// What can be said of an order whatever is on the accounts: the accounts to debit and, if
    /// it is one of this bank, to credit.
    fn check(&self, order: &Order) -> Result<(String, Option<String>), ReasonCode> {
        if order.money.currency != self.currency {
            return Err(reason("AM03"));
        }
        if order.money.amount.is_zero() {
            return Err(reason("AM01"));
        }
        let debtor = order.detail.debtor_account.as_ref().map(key);
        let debtor = debtor.and_then(|number| self.accounts.get_key_value(&number));
        let (number, account) = debtor.ok_or(ReasonCode::INCORRECT_ACCOUNT)?;
        if account.node != Some(order.sender) {
            return Err(reason("AG01"));
        }
        let elsewhere = order.creditor_agent.as_ref().is_some_and(|agent| agent != &self.bic);
        let creditor = order.detail.creditor_account.as_ref().map(key);
        match creditor {
            Some(_) if elsewhere => Ok((number.clone(), None)),
            Some(creditor) if self.accounts.contains_key(&creditor) => {
                Ok((number.clone(), Some(creditor)))
            }
            _ => Err(reason("AC03")),
        }
    }

    /// Books an order, if it can be.
    fn settle(&mut self, order: &Order, booked: &mut Vec<Booked>) -> Verdict {
        let (debtor, creditor) = match self.check(order) {
            Ok(accounts) => accounts,
            Err(reason) => return Verdict::rejected(reason),
        };
        let amount = order.money.amount;
        let balance = |bank: &Bank, number: &String| bank.accounts.get(number).map(|a| a.balance);
        let Some(left) = balance(self, &debtor).and_then(|held| held.checked_sub(amount)) else {
            return Verdict::rejected(ReasonCode::INSUFFICIENT_FUNDS);
        };
        let moved = || (amount, order.detail.clone());
        booked.push(self.book(&debtor, Side::Debit, left, moved()));
        match creditor {
            Some(creditor) => {
                let more = balance(self, &creditor).and_then(|held| held.checked_add(amount));
                let more = more.expect("all money of a bank fits one account");
                booked.push(self.book(&creditor, Side::Credit, more, moved()));
            }
            None => self.outside = self.outside.plus(amount),
        }
        Verdict::SETTLED
    }

    /// Books `amount` on `number`, whose balance becomes `balance`.
    pub(crate) fn book(
        &mut self,
        number: &str,
        side: Side,
        balance: Amount,
        (amount, detail): (Amount, Detail),
    ) -> Booked {
        let sequence = self.number();
        let reference = format!("{}-{sequence:010}", self.bic);
        let reference = reference.parse().expect("11 and 10 digits fit 35 characters");
        let movement = Movement { reference, side, amount, detail };
        let account = self.accounts.get_mut(number).expect("the caller has found the account");
        account.balance = balance;
        account.movements.push(movement.clone());
        Booked { account: number.to_owned(), movement }
    }

    pub(crate) fn answer(
        &mut self,
        to: NodeId,
        answered: &[(Order, Verdict)],
        fault: Option<&Fault>,
    ) {
        let head = self.letterhead(to);
        if let Some(document) = outgoing::status(head.group(), answered) {
            self.post(head, document, fault);
        }
    }

    pub(crate) fn notify(&mut self, booked: Vec<Booked>, fault: Option<&Fault>) {
        for Booked { account, movement } in booked {
            let Some(node) = self.accounts.get(&account).and_then(|held| held.node) else {
                continue;
            };
            let mut entry = movement.entry(self.currency, self.date);
            match fault {
                Some(Fault::WrongAmount) => falsify(&mut entry, |money| {
                    money.amount = one_more(money.amount);
                }),
                Some(Fault::WrongCurrency) => falsify(&mut entry, |money| {
                    let dollars = money.currency == Currency::Usd;
                    money.currency = if dollars { Currency::Eur } else { Currency::Usd };
                }),
                _ => {}
            }
            let head = self.letterhead(node);
            let Some(held) = self.accounts.get(&account) else { continue };
            let document = outgoing::notification(head.group(), held, entry);
            self.post(head, document, fault);
        }
    }

    /// Puts a message into the outbox, as `fault` has it.
    pub(crate) fn post(&mut self, head: Letterhead, document: Document, fault: Option<&Fault>) {
        let to = head.to;
        let mut xml = head.message(document);
        if fault == Some(&Fault::BrokenXml) {
            let half = xml.len() / 2;
            let cut = (half..xml.len()).find(|&at| xml.is_char_boundary(at)).unwrap_or(half);
            xml.truncate(cut);
        }
        let copies = match fault {
            Some(Fault::Silent) => 0,
            Some(Fault::AnswerTwice) => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let number = self.number();
            let held = held(fault, self.date);
            self.outbox.insert(number, Outgoing { to, xml: xml.clone(), held });
        }
    }

    /// Says what was said after number `first` the other way round.
    fn turn_round(&mut self, first: u64) {
        let said: Vec<u64> = self.outbox.range(first + 1..).map(|(number, _)| *number).collect();
        let mut turned: Vec<Outgoing> =
            said.iter().filter_map(|number| self.outbox.remove(number)).collect();
        turned.reverse();
        self.outbox.extend(said.into_iter().zip(turned));
    }

    pub(crate) fn letterhead(&mut self, to: NodeId) -> Letterhead {
        let number = self.number();
        let id = format!("{}-M{number:010}", self.bic).parse();
        let second = u32::try_from(number % 86_400).expect("below 86400");
        let at = Timestamp::from_utc(self.date, second).expect("business dates are after 1970");
        let id = id.expect("12 and 10 digits fit 35 characters");
        Letterhead { bic: self.bic.clone(), to, id, at }
    }

    fn number(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// Money neither appears nor vanishes.
    fn check_books(&self) {
        let held: Position = self.accounts.values().map(|a| Position::from(a.balance)).sum();
        assert_eq!(held.minor() + self.outside.minor(), 0, "accounts and outside sum to zero");
    }

    /// How an order stands, for tests and the console.
    #[must_use]
    pub fn status(&self, uetr: Uetr) -> Option<TransactionStatus> {
        self.orders.get(&uetr).map(|(_, verdict)| verdict.status)
    }
}

/// A booking and where it was made.
pub(crate) struct Booked {
    account: String,
    movement: Movement,
}

/// The entry with other money.
fn falsify(entry: &mut Entry, change: impl Fn(&mut gcfn_iso20022::Money)) {
    change(&mut entry.money);
    for detail in &mut entry.details {
        detail.money = Some(entry.money);
    }
}

/// One minor unit too much.
fn one_more(amount: Amount) -> Amount {
    let one = Amount::from_minor(1).expect("one is an amount");
    amount.checked_add(one).unwrap_or(Amount::ZERO)
}
