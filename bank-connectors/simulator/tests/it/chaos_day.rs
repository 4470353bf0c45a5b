//! Three business days of five banks that do everything wrong at random, by seed, and of two
//! nodes that bank with each of them. Time is told, not read.
//!
//! Statements that did not come are asked for by the nodes themselves. Afterwards the banks behave, and
//! staff do what staff do: ask for statements that were wrong, and take what only the bank has booked. Then every payment is at its end, nothing was paid and
//! given back, and the nodes' books are the banks' to the cent, with no difference left.

use crate::script::of;
use gcfn_banking::{
    BankEntry, BankReference, BankWord, Booked, Break, BreakReason, BreakResolution, Correction,
    Creditor, Desk, DeskAct, DeskEvent, Errand, Instruction, OpenBreak, PaymentState, ReasonCode,
    RecallAnswer, RecallOutcome, Remedy, ReturnNotice, Statement, StatementRequest, StatusChange,
    StatusReport,
};
use gcfn_iso20022::{
    Actor, Agent, Assignment, Cancellation, CancellationRequest, CancelledMessage,
    CancelledPayment, CustomerCreditTransfer, CustomerTransfer, Document, GroupHeader,
    InstitutionCreditTransfer, InstitutionTransfer, Money, OriginalPayment, Party, PaymentIds,
    QueryType, Reason, ReportingPeriod, ReportingRequest, RequestedPayment, RequestedReport,
    Settlement, StatusRequest, read,
};
use gcfn_model::{
    Amount, BusinessDate, Currency, Digest, InstructionId, Millis, NodeId, PartyId, Pool, Position,
    SettlementAccount, Timestamp, Uetr,
};
use gcfn_simulator::{AccountConfig, Bank, BankConfig, Deposit};
use std::collections::{BTreeMap, BTreeSet};

const CURRENCIES: [Currency; 5] =
    [Currency::Cny, Currency::Hkd, Currency::Usd, Currency::Eur, Currency::Jpy];
const HOUR: Millis = Millis(3_600_000);
const NODES: [&str; 2] = ["a", "b"];

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

/// One bank, what is on the way to it, and what its two customers know.
struct Side {
    currency: Currency,
    bank: Bank,
    nodes: BTreeMap<NodeId, Customer>,
    payments: u64,
    dice: Dice,
}

/// What one node knows of its bank.
#[derive(Default)]
struct Customer {
    desk: Desk<u64>,
    /// Its mirror of each account.
    ledger: BTreeMap<SettlementAccount, Position>,
    /// Payments for which money is held, was paid out, was given back.
    held: BTreeSet<u64>,
    paid: BTreeSet<u64>,
    released: BTreeSet<u64>,
    /// What was counted as nobody's.
    suspended: BTreeSet<BankReference>,
}

fn account(number: &str) -> SettlementAccount {
    let (node, pool) = match number {
        "A-UC" => ("a", Pool::UserCustody),
        "A-SH" => ("a", Pool::SettlementHub),
        "B-CH" => ("b", Pool::ClearingHouse),
        other => panic!("no account {other}"),
    };
    SettlementAccount { node: of(node), pool }
}

fn number(account: SettlementAccount) -> &'static str {
    let numbers = ["A-UC", "A-SH", "B-CH"];
    numbers.into_iter().find(|number| self::account(number) == account).expect("an account")
}

/// A script of faults by dice.
fn faults(dice: &mut Dice) -> String {
    let mut lines = String::new();
    for (occasion, last) in
        [("payment", 60), ("deposit", 12), ("question", 40), ("request", 10), ("statement", 9)]
    {
        for n in 1..=last {
            let what = match dice.roll(24) {
                0 => "late",
                1 => "late by 1 day",
                2 | 3 => "twice",
                4 if occasion != "statement" => "wrong amount",
                5 if occasion != "statement" => "wrong currency",
                6 => "malformed",
                7 | 8 => "silent",
                9 => "out of order",
                10 | 11 if occasion == "payment" => "reject AC04",
                12 | 13 if occasion == "payment" => "return AC06 after 1 day",
                14 if occasion == "statement" => "wrong amount",
                _ => continue,
            };
            lines.push_str(&format!("{occasion} {n}: {what}\n"));
        }
    }
    lines
}

impl Side {
    fn new(currency: Currency, seed: u64) -> Side {
        let held = |number: &str, node: Option<&str>| AccountConfig {
            number: of(number),
            node: node.map(of),
            name: of("holder"),
        };
        let accounts = vec![
            held("A-UC", Some("a")),
            held("A-SH", Some("a")),
            held("B-CH", Some("b")),
            held("CUSTOMER", None),
        ];
        let config = BankConfig {
            network: "gcfn-test".parse().unwrap(),
            bic: of("BANKCNSH"),
            currency,
            date: of("2026-11-23"),
            accounts,
            nodes: Vec::new(),
        };
        let mut dice = Dice(seed);
        let mut bank = Bank::new(&config);
        bank.follow(faults(&mut dice).parse().expect("a script"));
        let nodes = NODES.map(|node| (of(node), Customer::default())).into();
        Side { currency, bank, nodes, payments: 0, dice }
    }

    fn node(&mut self, node: &str) -> &mut Customer {
        self.nodes.get_mut(&of::<NodeId>(node)).expect("a customer")
    }

    /// What happens in an hour in which the bank books.
    fn hour(&mut self, at: Timestamp) {
        if self.dice.roll(4) == 0 {
            let amount = (1_000 + self.dice.roll(9_000)).to_string();
            let deposit =
                Deposit { account: of("A-UC"), amount, reference: None, name: None, iban: None };
            self.bank.deposit(&deposit).expect("an open bank");
        }
        for _ in 0..self.dice.roll(3) {
            self.pay(at);
        }
        if self.dice.roll(6) == 0 && 0 < self.payments {
            self.recall(at);
        }
    }

    fn pay(&mut self, at: Timestamp) {
        self.payments += 1;
        let (purpose, bank_date) = (self.payments, self.bank.date());
        let creditor = match self.dice.roll(3) {
            0 => Creditor::Account(account("A-SH")),
            1 => Creditor::Account(account("B-CH")),
            _ => Creditor::Party(PartyId::from_bytes([7; 16])),
        };
        let payment = Instruction {
            id: InstructionId::derive(&[self.currency.code().as_bytes(), &purpose.to_be_bytes()]),
            debtor: account("A-UC"),
            creditor,
            currency: self.currency,
            amount: Amount::from_minor(100 + self.dice.roll(500)).expect("an amount"),
            value_date: bank_date.plus_days(i32::try_from(self.dice.roll(2)).expect("small")),
            purpose,
        };
        let a = self.node("a");
        a.desk.instruct(at, payment).expect("a new payment");
        a.held.insert(purpose);
        if creditor == Creditor::Account(account("B-CH")) {
            self.node("b").desk.expect(at, payment).expect("a new payment");
        }
        self.hand_over(at, &payment);
    }

    /// The channel loses what it does not know of, every so often, and hands it over as often.
    fn hand_over(&mut self, at: Timestamp, payment: &Instruction<u64>) {
        let luck = self.dice.roll(10);
        if luck != 0 {
            self.say(&message(payment));
        }
        let (a, uetr) = (self.node("a"), payment.uetr());
        if luck < 2 {
            let word = a.desk.heard(at, &BankWord::Unanswered(uetr)).expect("a payment of a");
            self.do_all(at, word);
        } else {
            a.desk.sent(at, uetr).expect("a payment of a");
        }
    }

    fn recall(&mut self, at: Timestamp) {
        let chosen = 1 + self.dice.roll(self.payments);
        let a = self.node("a");
        let payment = a.desk.payments().find(|payment| payment.instruction.purpose == chosen);
        let uetr = payment.expect("it was instructed").instruction.uetr();
        let asked = a.desk.recall(at, uetr, ReasonCode::DUPLICATE).ok();
        self.do_all(at, asked);
    }

    /// Node `a` says something to the bank, which reads what was written.
    fn say(&mut self, document: &Document) {
        self.bank.receive(of("a"), document).expect("for a bank");
    }

    fn do_all(&mut self, at: Timestamp, events: impl IntoIterator<Item = DeskEvent<u64>>) {
        for event in events {
            match event {
                DeskEvent::Errand { payment, errand } => match errand {
                    Errand::Ask { .. } => self.say(&question(&payment)),
                    Errand::Recall { .. } => self.say(&request(&payment)),
                    Errand::Resend { .. } => self.hand_over(at, &payment),
                },
                DeskEvent::Cancelled(payment) => self.node("a").release(payment.purpose),
                DeskEvent::StatementsAsked(request) => {
                    let asker = request.account.node;
                    self.bank.receive(asker, &statements(&request)).expect("for a bank");
                }
                _ => {}
            }
        }
    }

    /// The nodes hear all that the bank does not hold back, and ask what is due.
    fn talk(&mut self, at: Timestamp) {
        for _ in 0..20 {
            let mut quiet = true;
            for node in NODES.map(of::<NodeId>) {
                while let Some((number, xml)) =
                    self.bank.next_for(node).map(|(number, out)| (number, out.xml.clone()))
                {
                    quiet = false;
                    self.bank.delivered(number);
                    // What cannot be read is refused; the statement tells what it would have told.
                    let Ok(heard) = read(xml.as_bytes()) else { continue };
                    self.hear(at, node, heard.document);
                }
            }
            for node in NODES {
                let due = self.node(node).desk.ask_due(at);
                quiet &= due.is_empty();
                self.do_all(at, due);
            }
            if quiet {
                return;
            }
        }
        panic!("bank and node do not come to an end");
    }

    fn hear(&mut self, at: Timestamp, node: NodeId, document: Document) {
        let currency = self.currency;
        let customer = self.nodes.get_mut(&node).expect("a customer");
        let mut events = Vec::new();
        match document {
            Document::PaymentStatus(message) => {
                for report in message.transactions {
                    let reason = report.reasons.iter().find_map(Reason::reason_code);
                    let (uetr, status) = (report.uetr.expect("one"), report.status.expect("one"));
                    events.extend(customer.status(at, StatusReport { uetr, status, reason }));
                }
            }
            Document::Notifications(message) => {
                for notification in message.notifications {
                    let account = account(&notification.account.to_string());
                    let own = notification.entries.iter().filter(|e| e.money.currency == currency);
                    for entry in own.flat_map(|entry| entry.booked(account).expect("one entry")) {
                        customer.booked(at, &entry);
                    }
                }
            }
            Document::Statements(message) => {
                for statement in message.statements {
                    let account = account(&statement.account.to_string());
                    customer.reconcile(at, &statement.booked(account).expect("an own account"));
                }
                events.extend(customer.desk.chase_statements(at));
            }
            Document::Resolution(message) => {
                for payment in message.details.iter().flat_map(|details| &details.payments) {
                    let outcome = match payment.status.expect("one") {
                        Cancellation::Accepted => RecallOutcome::Granted,
                        Cancellation::Pending => RecallOutcome::Pending,
                        Cancellation::Rejected => RecallOutcome::Refused,
                    };
                    let (uetr, reason) = (payment.original.uetr.expect("one"), None);
                    let word = BankWord::Recall(RecallAnswer { uetr, outcome, reason });
                    events.extend(customer.desk.heard(at, &word).ok().flatten());
                }
            }
            Document::PaymentReturn(message) => {
                for returned in message.returns {
                    let uetr = returned.original.uetr.expect("one");
                    let word = BankWord::Returning(ReturnNotice { uetr, reason: None });
                    events.extend(customer.desk.heard(at, &word).ok().flatten());
                }
            }
            other => panic!("a bank does not send {}", other.definition()),
        }
        self.do_all(at, events);
    }

    /// Staff: statements that are wrong are asked for, what only the bank has booked is taken, and
    /// what was notified wrongly counts as stated.
    fn staff(&mut self, at: Timestamp, day: BusinessDate) {
        let (pool, currency) = (None, self.currency);
        for node in NODES {
            let act = DeskAct::AskForStatements { pool, currency, date: day };
            // Refused where all ties, or an answer is to come.
            let asked = self.node(node).desk.carry_out(at, act).unwrap_or_default();
            self.do_all(at, asked);
        }
        self.talk(at);
        self.nodes.values_mut().for_each(|node| node.resolve(at));
    }

    fn check(&self, seed: u64) {
        let context = format!("{} of seed {seed}", self.currency);
        let a = &self.nodes[&of::<NodeId>("a")];
        for payment in a.desk.payments() {
            let (state, purpose) = (payment.state, payment.instruction.purpose);
            let (paid, released) = (a.paid.contains(&purpose), a.released.contains(&purpose));
            assert!(!(paid && released), "{context}: {purpose} is paid and given back");
            match state {
                PaymentState::Settled | PaymentState::Returned => assert!(paid, "{context}"),
                PaymentState::Rejected(_) | PaymentState::Cancelled => {
                    assert!(released, "{context}: {purpose} holds money for nothing");
                }
                open => panic!("{context}: {purpose} is {open:?}: {payment:?}"),
            }
        }
        for held in self.bank.accounts() {
            let Some(node) = held.node else { continue };
            let (customer, account) = (&self.nodes[&node], account(&held.number.to_string()));
            let books = customer.ledger.get(&account).copied().unwrap_or_default();
            assert!(customer.desk.ties().all(|ties| ties.asked().is_none()), "{context}: stated");
            let differs: Vec<_> = customer.desk.breaks().filter(|b| b.account == account).collect();
            assert_eq!(differs, [] as [&OpenBreak; 0], "{context}: {}", number(account));
            let held = Position::from(held.balance);
            assert_eq!(books, held, "{context}: {} to the cent", number(account));
        }
    }
}

impl Customer {
    fn release(&mut self, purpose: u64) {
        assert!(self.held.remove(&purpose), "{purpose} is given back once, and not when paid");
        self.released.insert(purpose);
    }

    fn status(&mut self, at: Timestamp, report: StatusReport) -> Option<DeskEvent<u64>> {
        match self.desk.status(at, report) {
            Ok(StatusChange::Rejected { instruction, .. }) => {
                self.release(instruction.purpose);
                None
            }
            Ok(StatusChange::Answered(event)) => Some(event),
            Ok(StatusChange::Accepted(_) | StatusChange::Unchanged) | Err(_) => None,
        }
    }

    fn booked(&mut self, at: Timestamp, entry: &BankEntry) {
        let meaning = self.desk.booked(at, entry);
        self.count(at, entry, meaning);
    }

    fn count(&mut self, at: Timestamp, entry: &BankEntry, meaning: Booked<u64>) {
        match meaning {
            Booked::Settled(payment) => {
                assert!(self.held.remove(&payment.purpose), "what is paid was held");
                self.paid.insert(payment.purpose);
            }
            Booked::Suspended(_) => drop(self.suspended.insert(entry.bank_reference)),
            Booked::Received(_)
            | Booked::Returned(_)
            | Booked::TakenBack(_)
            | Booked::Unmatched => {}
            Booked::Repeat | Booked::DayClosed | Booked::Disputed(_) => return,
        }
        self.shift(entry.account, entry.change());
        self.review(at, (entry.account, entry.currency));
    }

    fn shift(&mut self, account: SettlementAccount, change: Position) {
        let mirror = self.ledger.entry(account).or_default();
        *mirror = mirror.and(change);
    }

    fn review(&mut self, at: Timestamp, of: (SettlementAccount, Currency)) {
        let ledger = self.ledger.get(&of.0).copied().unwrap_or_default();
        self.desk.review(at, of, ledger);
    }

    fn reconcile(&mut self, at: Timestamp, statement: &Statement) {
        let ledger = self.ledger.get(&statement.account).copied().unwrap_or_default();
        // What is stated again of a day that ties is no news.
        let _refused = self.desk.reconcile(at, statement, ledger);
    }

    /// Two persons let the statements count, entry by entry.
    fn resolve(&mut self, at: Timestamp) {
        let of_entry = |found: &OpenBreak| {
            matches!(found.what, Break::BankOnly(_) | Break::WrongAmount { .. })
        };
        loop {
            let found = self.desk.breaks().find(|found| of_entry(found)).copied();
            let Some(found) = found else { return };
            let (id, evidence) = (found.id, Digest::ZERO);
            let (remedy, reason) = (Remedy::AsStated, BreakReason::NotificationWrong);
            let reference = found.what.entry().expect("of an entry").bank_reference;
            let in_suspense = self.suspended.contains(&reference);
            let wish = BreakResolution { id, remedy, reason, evidence };
            let bank = match self.desk.resolve(&wish, in_suspense).expect("it fits") {
                Correction::Book(bank) => bank,
                Correction::Rebook { ours, bank } => {
                    self.shift(ours.account, ours.change().negated());
                    bank
                }
                Correction::Amend { ours, bank } => {
                    self.shift(ours.account, bank.change().and(ours.change().negated()));
                    self.review(at, (found.account, found.currency));
                    continue;
                }
                other => panic!("{other:?} for an entry"),
            };
            let meaning = self.desk.booked_as_stated(at, &bank);
            self.count(at, &bank, meaning);
        }
    }
}

fn group() -> GroupHeader {
    GroupHeader { id: of("MSG"), created_at: Timestamp::EPOCH }
}

fn message(payment: &Instruction<u64>) -> Document {
    let ids = PaymentIds {
        instruction: None,
        end_to_end: of(&payment.id.to_string()),
        transaction: None,
        uetr: Some(payment.uetr()),
    };
    let money = Money { amount: payment.amount, currency: payment.currency };
    let settlement = Settlement::default();
    match payment.creditor {
        Creditor::Account(to) => Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
            group: group(),
            settlement,
            transfers: vec![InstitutionTransfer {
                settlement_date: Some(payment.value_date),
                debtor_account: Some(of(number(payment.debtor))),
                creditor_account: Some(of(number(to))),
                ..InstitutionTransfer::new(ids, money, Agent::default(), Agent::default())
            }],
        }),
        Creditor::Party(_) => Document::CustomerCreditTransfer(CustomerCreditTransfer {
            group: group(),
            settlement,
            transfers: vec![CustomerTransfer {
                settlement_date: Some(payment.value_date),
                debtor_account: Some(of(number(payment.debtor))),
                creditor: Party::named(of("Bob")),
                creditor_account: Some(of("CUSTOMER")),
                ..CustomerTransfer::new(ids, money, Agent::default(), Agent::bic(of("BANKCNSH")))
            }],
        }),
    }
}

fn original(uetr: Uetr) -> OriginalPayment {
    OriginalPayment { uetr: Some(uetr), ..OriginalPayment::default() }
}

fn question(payment: &Instruction<u64>) -> Document {
    let payments = vec![RequestedPayment { id: None, original: original(payment.uetr()) }];
    let (group, instructing, instructed, messages) = (group(), None, None, Vec::new());
    Document::StatusRequest(StatusRequest { group, instructing, instructed, messages, payments })
}

fn request(payment: &Instruction<u64>) -> Document {
    let actor = || Actor::Agent(Agent::bic(of("BANKCNSH")));
    let (assigner, assignee, created_at) = (actor(), actor(), Timestamp::EPOCH);
    let asked = CancelledPayment {
        id: None,
        case: None,
        original: original(payment.uetr()),
        assigner: None,
        assignee: None,
        reasons: Vec::new(),
    };
    Document::CancellationRequest(CancellationRequest {
        assignment: Assignment { id: of("RCL"), assigner, assignee, created_at },
        case: None,
        underlying: vec![CancelledMessage { group: None, payments: vec![asked] }],
    })
}

fn statements(asked: &StatementRequest) -> Document {
    let (id, servicer) = (None, None);
    let (from, to, query) = (asked.from, Some(asked.to), QueryType::All);
    let period = Some(ReportingPeriod { from, to, query });
    let (definition, owner) = (of("camt.053.001.08"), Actor::Party(Party::default()));
    let account = Some(of(number(asked.account)));
    let request = RequestedReport { id, definition, account, owner, servicer, period };
    let (group, sender, requests) = (group(), None, vec![request]);
    Document::ReportingRequest(ReportingRequest { group, sender, requests })
}

/// Runs the days of one seed, from eight in the morning of each to eight in the next.
fn run(seed: u64) {
    let banks = (0..).zip(CURRENCIES).map(|(n, currency)| Side::new(currency, seed * 100 + n));
    let mut banks: Vec<Side> = banks.collect();
    let first: BusinessDate = of("2026-11-23");
    for day in 0..8 {
        let date = first.plus_days(day);
        let mut at = Timestamp::from_utc(date, 8 * 3600).expect("a time");
        for hour in 0..24 {
            for side in &mut banks {
                if day == 3 && hour == 0 {
                    // From now on the bank behaves, and says all that it has held back.
                    side.bank.follow(of(""));
                    side.bank.release();
                }
                if hour == 0 && day != 0 {
                    side.bank.begin_day(date).expect("the next day");
                    side.talk(at);
                    side.staff(at, date.plus_days(-1));
                }
                if hour < 12 && day < 3 {
                    side.hour(at);
                }
                if hour == 12 {
                    side.bank.end_day();
                }
                if hour == 20 {
                    let desks = side.nodes.values_mut().map(|node| &mut node.desk);
                    desks.for_each(|desk| desk.statements_due(date, |_| true));
                }
                side.talk(at);
            }
            at = at.checked_add(HOUR).expect("a time");
        }
    }
    let paid: usize = banks.iter().map(|side| side.nodes[&of::<NodeId>("a")].paid.len()).sum();
    assert!(20 < paid, "seed {seed}: something is paid: {paid}");
    banks.iter().for_each(|side| side.check(seed));
}

#[test]
fn after_three_days_of_every_fault_all_is_final_and_the_books_are_the_banks() {
    (0..12).for_each(run);
}
