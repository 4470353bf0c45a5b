//! The only test code that calls the desk: one line in, one line out; line `n` happens at
//! second `n`, and later by as many hours as `wait` lines have said. Payments go from `UC` to `SH`; the purpose of a payment is its number.

use expect_test::Expect;
use gcfn_banking::{
    BankEntry, BankReference, BankWord, Booked, Break, BreakReason, BreakResolution, Correction,
    Creditor, Desk, DeskAct, DeskEvent, DeskRefusal, Dispute, Instruction, IntradayReport,
    OpenBreak, RecallAnswer, RecallOutcome, Remedy, ReturnNotice, Side, Statement,
    StatementRequest, StatusChange, StatusReport,
};
use gcfn_model::{
    Amount, BusinessDate, Currency, Digest, InstructionId, Millis, PartyId, Pool, Position,
    SettlementAccount, Timestamp,
};
use std::fmt::Write;

/// Runs `script` and compares what every line answered.
pub(crate) fn check(script: &str, expected: Expect) {
    let mut desk = Desk::new();
    let mut answers = String::new();
    let mut waited = 0;
    for (index, line) in script.lines().enumerate() {
        let line = line.trim();
        waited +=
            line.strip_prefix("wait ").map_or(0, |hours| hours.parse::<u64>().unwrap() * 3600);
        let at = second(index as u64 + 1 + waited);
        writeln!(answers, "{line} -> {}", run(&mut desk, at, line)).unwrap();
    }
    expected.assert_eq(&answers);
}

pub(crate) fn second(second: u64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).unwrap()
}

pub(crate) fn days_after(at: Timestamp, days: u64) -> Timestamp {
    at.checked_add(Millis(days * 86_400_000)).unwrap()
}

pub(crate) fn account(code: &str) -> SettlementAccount {
    let pool = Pool::ALL.into_iter().find(|pool| pool.code() == code).unwrap();
    SettlementAccount { node: "cn-sha".parse().unwrap(), pool }
}

pub(crate) fn payment(number: u8, amount: u64) -> Instruction<u8> {
    Instruction {
        id: InstructionId::from_bytes([number; 16]),
        debtor: account("UC"),
        creditor: Creditor::Account(account("SH")),
        currency: Currency::Cny,
        amount: Amount::from_minor(amount).unwrap(),
        value_date: BusinessDate::from_days(1),
        purpose: number,
    }
}

/// `A 1 UC debit 100 for 7`: reference, day, account, side, amount, payment.
pub(crate) fn entry(text: &str) -> BankEntry {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [reference, day, on, side, amount, rest @ ..] = words.as_slice() else {
        panic!("not an entry: {text}")
    };
    BankEntry {
        account: account(on),
        currency: Currency::Cny,
        amount: Amount::from_minor(amount.parse().unwrap()).unwrap(),
        side: if *side == "debit" { Side::Debit } else { Side::Credit },
        uetr: rest.last().map(|number| payment(number.parse().unwrap(), 1).uetr()),
        bank_reference: BankReference::of(reference),
        reference: None,
        booked_on: BusinessDate::from_days(day.parse().unwrap()),
    }
}

fn run(desk: &mut Desk<u8>, at: Timestamp, line: &str) -> String {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    let words: Vec<&str> = rest.split_whitespace().collect();
    let number = |index: usize| words[index].parse::<u64>().unwrap();
    let payment = |amount| payment(u8::try_from(number(0)).unwrap(), amount);
    let uetr = || payment(1).uetr();
    let state = |desk: &Desk<u8>| format!("{:?}", desk.payment(uetr()).unwrap().state);
    match verb {
        "pay" => told(desk.instruct(at, payment(number(1))), |_| state(desk)),
        "expect" => told(desk.expect(at, payment(number(1))), |_| state(desk)),
        "cancel" => told(desk.cancel(at, uetr()), |_| state(desk)),
        "signed" => told(desk.signed(at, uetr()), |()| state(desk)),
        "sent" => told(desk.sent(at, uetr()), |()| state(desk)),
        "status" => {
            let reason = words.get(2).map(|code| code.parse().unwrap());
            let status = words[1].parse().unwrap();
            told(desk.status(at, StatusReport { uetr: uetr(), status, reason }), changed)
        }
        // Asks about all that is due after the wait.
        "wait" => events(desk.ask_due(at)),
        "ask" => events(desk.ask(at, uetr())),
        "unanswered" => told(desk.heard(at, &BankWord::Unanswered(uetr())), events),
        "recall" => told(desk.recall(at, uetr(), words[1].parse().unwrap()), event),
        "answer" => {
            let outcome = match words[1] {
                "granted" => RecallOutcome::Granted,
                "pending" => RecallOutcome::Pending,
                _ => RecallOutcome::Refused,
            };
            let reason = words.get(2).map(|code| code.parse().unwrap());
            let answer = RecallAnswer { uetr: uetr(), outcome, reason };
            told(desk.heard(at, &BankWord::Recall(answer)), events)
        }
        "returning" => {
            let notice = ReturnNotice { uetr: uetr(), reason: Some(words[1].parse().unwrap()) };
            told(desk.heard(at, &BankWord::Returning(notice)), events)
        }
        "state" => state(desk),
        "over" => desk.is_over(uetr()).to_string(),
        "booked" => booked(desk.booked(at, &entry(rest))),
        "overdue" => {
            let waiting = desk.overdue(at, Millis(number(0) * 1000));
            let named: Vec<String> =
                waiting.map(|p| format!("{} {:?}", p.instruction.purpose, p.state)).collect();
            if named.is_empty() { "none".to_owned() } else { named.join(", ") }
        }
        "statement" => reconciled(desk, at, rest),
        "part" => told(desk.gather(&stated(rest).0), |()| "taken".to_owned()),
        "report" => reported(desk, at, rest),
        "review" => {
            let [on, "ledger", ledger] = words.as_slice() else { panic!("not a review: {rest}") };
            let of = (account(on), Currency::Cny);
            let ledger = Position::from_minor(ledger.parse().unwrap());
            let tied = desk.review(at, of, ledger);
            let closed = tied.closed.map_or("nothing".to_owned(), |day| day.days().to_string());
            format!("{} ended, closes {closed}", tied.ended.len())
        }
        "assign" => {
            let (id, owner) = (named(desk, words[0]), PartyId::from_bytes([7; 16]));
            told(desk.carry_out(at, DeskAct::Assign { id, owner }), events)
        }
        "resolve" => {
            let remedy = match words[1] {
                "as-stated" => Remedy::AsStated,
                "never-booked" => Remedy::NeverBooked,
                _ => Remedy::Explained,
            };
            let (reason, evidence) = (BreakReason::Other, Digest::ZERO);
            let wish = BreakResolution { id: named(desk, words[0]), remedy, reason, evidence };
            told(desk.resolve(&wish, words.get(2) == Some(&"in-suspense")), corrected)
        }
        "as-stated" => booked(desk.booked_as_stated(at, &entry(rest))),
        "breaks" => {
            let mut lines: Vec<String> = desk.breaks().map(known).collect();
            lines.sort_by_key(|line| order(line));
            lines.concat()
        }
        // The statements of a day are due, and asked for.
        "due" => {
            desk.statements_due(day(words[0]), |_| true);
            events(desk.chase_statements(at))
        }
        "chase" => events(desk.chase_statements(at)),
        "ask-statement" => {
            let pool = words.get(1).map(|code| account(code).pool);
            let (currency, date) = (Currency::Cny, day(words[0]));
            let act = DeskAct::AskForStatements { pool, currency, date };
            told(desk.carry_out(at, act), events)
        }
        "prune" => desk.prune(at).to_string(),
        // When so many days have passed and nobody was asked.
        "prune-after" => desk.prune(days_after(at, number(0))).to_string(),
        _ => panic!("no such verb: {verb}"),
    }
}

fn day(number: &str) -> BusinessDate {
    BusinessDate::from_days(number.parse().unwrap())
}

fn told<T>(answer: Result<T, DeskRefusal>, show: impl FnOnce(T) -> String) -> String {
    answer.map_or_else(|refusal| refusal.to_string(), show)
}

fn changed(change: StatusChange<u8>) -> String {
    match change {
        StatusChange::Unchanged => "Unchanged".to_owned(),
        StatusChange::Accepted(_) => "Accepted".to_owned(),
        StatusChange::Rejected { reason, .. } => format!("Rejected {}", reason.unwrap()),
        StatusChange::Answered(said) => event(said),
    }
}

fn events(said: impl IntoIterator<Item = DeskEvent<u8>>) -> String {
    let said: Vec<String> = said.into_iter().map(event).collect();
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ") }
}

fn event(said: DeskEvent<u8>) -> String {
    match said {
        DeskEvent::Errand { payment, errand } => format!("{errand:?} for {}", payment.purpose),
        DeskEvent::Cancelled(payment) => format!("Cancelled {}", payment.purpose),
        DeskEvent::Recalled { .. } => "Recalled".to_owned(),
        DeskEvent::RecallRefused { reason, .. } => format!("RecallRefused {reason:?}"),
        DeskEvent::Returning { reason, .. } => format!("Returning {reason:?}"),
        DeskEvent::BreakAssigned { .. } => "BreakAssigned".to_owned(),
        DeskEvent::BreakResolved(_) => "BreakResolved".to_owned(),
        DeskEvent::BreakEnded { .. } => "BreakEnded".to_owned(),
        DeskEvent::StatementsAsked(StatementRequest { account, number, from, to, .. }) => {
            let (from, to) = (from.days(), to.days());
            format!("StatementsAsked {number} of {}, {from} to {to}", account.pool)
        }
        DeskEvent::StatementsCame { account, number, .. } => {
            format!("StatementsCame {number} of {}", account.pool)
        }
    }
}

fn booked(meaning: Booked<u8>) -> String {
    match meaning {
        Booked::Settled(_) => "Settled".to_owned(),
        Booked::TakenBack(_) => "TakenBack".to_owned(),
        Booked::Received(_) => "Received".to_owned(),
        Booked::Returned(_) => "Returned".to_owned(),
        Booked::Unmatched => "Unmatched".to_owned(),
        Booked::Repeat => "Repeat".to_owned(),
        Booked::DayClosed => "DayClosed".to_owned(),
        Booked::Suspended(dispute) => format!("{}, in suspense", disputed(dispute)),
        Booked::Disputed(dispute) => disputed(dispute),
    }
}

fn disputed(dispute: Dispute) -> String {
    match dispute {
        Dispute::WrongAmount { expected, got, .. } => format!("WrongAmount {expected}, {got}"),
        Dispute::WrongAccount { .. } => "WrongAccount".to_owned(),
        Dispute::BookedTwice { .. } => "BookedTwice".to_owned(),
        Dispute::NotPayable { .. } => "NotPayable".to_owned(),
        Dispute::NotPaid { .. } => "NotPaid".to_owned(),
        Dispute::Altered { .. } => "Altered".to_owned(),
    }
}

/// The break of the entry with this reference, or of this class.
fn named(desk: &Desk<u8>, name: &str) -> gcfn_model::BreakId {
    let reference = BankReference::of(name);
    let is = |open: &&OpenBreak| match open.what.entry() {
        Some(entry) => entry.bank_reference == reference,
        None => difference(&open.what).starts_with(name),
    };
    desk.breaks().find(is).map_or(gcfn_model::BreakId::from_bytes([0; 16]), |open| open.id)
}

fn known(open: &OpenBreak) -> String {
    let since = open.since.micros() / 1_000_000;
    let owner = if open.owner.is_some() { ", owned" } else { "" };
    format!("\n  {} on {} since {since}{owner}", difference(&open.what), open.date.days())
}

fn corrected(correction: Correction) -> String {
    match correction {
        Correction::Nothing => "Nothing".to_owned(),
        Correction::Book(bank) => format!("Book {}", bank.amount),
        Correction::TakeBack(ours) => format!("TakeBack {}", ours.amount),
        Correction::Rebook { ours, bank } => format!("Rebook {}, {}", ours.amount, bank.amount),
        Correction::Amend { ours, bank } => format!("Amend {}, {}", ours.amount, bank.amount),
    }
}

/// `UC 1 balance 70 ledger 75: A credit 100, B debit 30`.
fn reported(desk: &mut Desk<u8>, at: Timestamp, text: &str) -> String {
    let (head, entries) = text.split_once(':').unwrap();
    let words: Vec<&str> = head.split_whitespace().collect();
    let [on, day, "balance", balance, "ledger", ledger] = words.as_slice() else {
        panic!("not a report: {text}")
    };
    let position = |text: &str| Position::from_minor(text.parse().unwrap());
    let report = IntradayReport {
        account: account(on),
        currency: Currency::Cny,
        date: BusinessDate::from_days(day.parse().unwrap()),
        balance: Some(position(balance)),
        entries: listed(on, day, entries),
    };
    told(desk.provisional(at, &report, position(ledger)), |()| {
        let ties = desk.ties().find(|ties| ties.account == account(on)).unwrap();
        let intraday = ties.intraday().unwrap();
        let breaks: Vec<String> = intraday.breaks.iter().map(difference).collect();
        let (matched, open) = (intraday.matched, intraday.open);
        format!("matched {matched}, {open} open: {}", breaks.join(", "))
    })
}

fn listed(on: &str, day: &str, entries: &str) -> Vec<BankEntry> {
    let entries = entries.split(',').filter(|text| !text.is_empty()).map(|text| {
        let (reference, rest) = text.trim().split_once(' ').unwrap();
        entry(&format!("{reference} {day} {on} {rest}"))
    });
    entries.collect()
}

/// `UC 1 open 0 close 70 ledger 75: A credit 100, B debit 30`, the statement and the ledger;
/// `UC 1 number 4 open ...` with its number, `UC 1 after 2 open ...` after so many parts.
fn stated(text: &str) -> (Statement, Position) {
    let (head, entries) = text.split_once(':').unwrap();
    let mut words: Vec<&str> = head.split_whitespace().collect();
    let mut said = |what: &str| {
        (words[2] == what).then(|| {
            words.remove(2);
            words.remove(2).parse::<u64>().unwrap()
        })
    };
    let (sequence, after) = (said("number"), said("after").unwrap_or_default());
    let [on, day, "open", opening, "close", closing, "ledger", ledger] = words.as_slice() else {
        panic!("not a statement: {text}")
    };
    let position = |text: &str| Position::from_minor(text.parse().unwrap());
    let statement = Statement {
        account: account(on),
        currency: Currency::Cny,
        date: BusinessDate::from_days(day.parse().unwrap()),
        sequence,
        after: u32::try_from(after).unwrap(),
        opening: position(opening),
        closing: position(closing),
        entries: listed(on, day, entries),
    };
    (statement, position(ledger))
}

fn reconciled(desk: &mut Desk<u8>, at: Timestamp, text: &str) -> String {
    let (statement, ledger) = stated(text);
    told(desk.reconcile(at, &statement, ledger), |reconciliation| {
        let clean = if reconciliation.is_clean() { ", clean" } else { "" };
        let mut text = format!("matched {}{clean}", reconciliation.matched);
        let mut lines: Vec<String> = reconciliation
            .breaks
            .iter()
            .map(|open| {
                let since = open.since.micros() / 1_000_000;
                format!("\n  {} since {since}", difference(&open.what))
            })
            .collect();
        // Entries are ordered by their hashed reference, which no reader can follow.
        lines[..].sort_by_key(|line| order(line));
        lines.iter().for_each(|line| text.push_str(line));
        text
    })
}

fn order(line: &str) -> (usize, String) {
    let classes = ["Bank", "Ours", "Wrong", "Stated", "Opening", "Out", "Sum", "Ledger"];
    let class = classes.iter().position(|class| line.trim().starts_with(class));
    (class.unwrap(), line.to_owned())
}

fn difference(what: &Break) -> String {
    match what {
        Break::BankOnly(entry) => format!("BankOnly {}", entry.amount),
        Break::OursOnly(entry) => format!("OursOnly {}", entry.amount),
        Break::WrongAmount { ours, bank } => {
            format!("WrongAmount {}, {}", ours.amount, bank.amount)
        }
        Break::OpeningDiffers { closed, opening } => format!("OpeningDiffers {closed}, {opening}"),
        Break::SumDiffers { sum, closing } => format!("SumDiffers {sum}, {closing}"),
        Break::LedgerDiffers { ledger, closing } => format!("LedgerDiffers {ledger}, {closing}"),
        Break::StatedTwice(entry) => format!("StatedTwice {}", entry.amount),
        Break::StatedNoMore(entry) => format!("StatedNoMore {}", entry.amount),
        Break::OutOfSequence { due, stated } => format!("OutOfSequence {due}, {stated}"),
    }
}
