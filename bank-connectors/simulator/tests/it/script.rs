//! The only test code that calls the bank: one line in, what the bank says about it out.
//! Node `a` sends every payment; payment `n` has the UETR that follows from `n`.

use expect_test::Expect;
use gcfn_banking::Side;
use gcfn_iso20022::{
    AccountNumber, Actor, Agent, Assignment, CancellationRequest, CancelledMessage,
    CancelledPayment, CustomerCreditTransfer, CustomerTransfer, Document, Entry, GroupHeader,
    InitiatedPayment, InitiatedTransfer, InstitutionCreditTransfer, InstitutionTransfer, Money,
    OriginalPayment, Party, PaymentIds, PaymentInitiation, PaymentReturn, QueryType, Reason,
    ReportingPeriod, ReportingRequest, RequestedPayment, RequestedReport, ReturnedTransfer,
    Settlement, StatusRequest, Text, TransactionReport, read,
};
use gcfn_model::{Amount, BusinessDate, Currency, NodeId, Timestamp, Uetr};
use gcfn_simulator::{AccountConfig, Bank, BankConfig, Deposit, FaultTarget, NodeConfig};
use std::collections::BTreeMap;
use std::fmt::{Debug, Write};
use std::str::FromStr;

pub(crate) fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Two nodes `a` and `b`, three pools and one customer.
pub(crate) fn config() -> BankConfig {
    let account = |number: &str, node: Option<&str>| AccountConfig {
        number: of(number),
        node: node.map(of),
        name: of("holder"),
    };
    let node = |name: &str| NodeConfig {
        node: of(name),
        api: Some(format!("https://{name}.test")),
        folder: None,
        key: None,
    };
    BankConfig {
        network: of("gcfn-test"),
        bic: of("BANKCNSH"),
        currency: Currency::Cny,
        date: of("2026-11-23"),
        accounts: vec![
            account("A-UC", Some("a")),
            account("A-SH", Some("a")),
            account("B-CH", Some("b")),
            account("CUSTOMER", None),
        ],
        nodes: vec![node("a"), node("b")],
    }
}

pub(crate) fn uetr(number: &str) -> Uetr {
    Uetr::derive(&[number.as_bytes()])
}

fn ids(number: Option<&str>) -> PaymentIds {
    PaymentIds {
        instruction: None,
        end_to_end: of("E2E"),
        transaction: None,
        uetr: number.map(uetr),
    }
}

fn group() -> GroupHeader {
    GroupHeader { id: of("MSG"), created_at: Timestamp::EPOCH }
}

fn money(decimal: &str) -> Money {
    let currency = Currency::Cny;
    Money { amount: Amount::parse(decimal, currency).unwrap(), currency }
}

/// A pacs.009 between two accounts.
pub(crate) fn between(number: Option<&str>, accounts: (&str, &str), decimal: &str) -> Document {
    on(number, accounts, decimal, of("2026-11-23"))
}

fn on(
    number: Option<&str>,
    (from, to): (&str, &str),
    decimal: &str,
    date: BusinessDate,
) -> Document {
    Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
        group: group(),
        settlement: Settlement::default(),
        transfers: vec![InstitutionTransfer {
            settlement_date: Some(date),
            debtor_account: Some(of(from)),
            creditor_account: Some(of(to)),
            ..InstitutionTransfer::new(
                ids(number),
                money(decimal),
                Agent::default(),
                Agent::default(),
            )
        }],
    })
}

fn to_customer(number: &str, from: &str, to: (&str, &str), decimal: &str) -> Document {
    let (agent, account) = to;
    Document::CustomerCreditTransfer(CustomerCreditTransfer {
        group: group(),
        settlement: Settlement::default(),
        transfers: vec![CustomerTransfer {
            debtor_account: Some(of(from)),
            creditor: Party::named(of("Bob")),
            creditor_account: Some(of(account)),
            ..CustomerTransfer::new(
                ids(Some(number)),
                money(decimal),
                Agent::bic(of("BANKCNSH")),
                Agent::bic(of(agent)),
            )
        }],
    })
}

fn initiation(number: &str, from: &str, to: &str, decimal: &str) -> Document {
    Document::PaymentInitiation(PaymentInitiation {
        group: group(),
        initiator: Party::default(),
        payments: vec![InitiatedPayment::new(
            of("BLOCK"),
            of("2026-11-23"),
            of(from),
            Agent::bic(of("BANKCNSH")),
            vec![InitiatedTransfer {
                creditor: Some(Party::named(of("Bob"))),
                creditor_account: Some(of(to)),
                ..InitiatedTransfer::new(ids(Some(number)), money(decimal))
            }],
        )],
    })
}

fn original(number: &str) -> OriginalPayment {
    OriginalPayment { uetr: Some(uetr(number)), ..OriginalPayment::default() }
}

fn question(number: &str) -> Document {
    let payments = vec![RequestedPayment { id: None, original: original(number) }];
    let (instructing, instructed, messages) = (None, None, Vec::new());
    let group = group();
    Document::StatusRequest(StatusRequest { group, instructing, instructed, messages, payments })
}

fn request(number: &str) -> Document {
    let actor = || Actor::Agent(Agent::bic(of("BANKCNSH")));
    let payment = CancelledPayment {
        id: None,
        case: None,
        original: original(number),
        assigner: None,
        assignee: None,
        reasons: Vec::new(),
    };
    Document::CancellationRequest(CancellationRequest {
        assignment: Assignment {
            id: of("RCL"),
            assigner: actor(),
            assignee: actor(),
            created_at: Timestamp::EPOCH,
        },
        case: None,
        underlying: vec![CancelledMessage { group: None, payments: vec![payment] }],
    })
}

fn give_back(number: &str, decimal: &str) -> Document {
    returned(uetr(number), decimal)
}

fn returned(uetr: Uetr, decimal: &str) -> Document {
    let original = OriginalPayment { uetr: Some(uetr), ..OriginalPayment::default() };
    Document::PaymentReturn(PaymentReturn {
        group: group(),
        settlement: Settlement::default(),
        instructing: None,
        instructed: None,
        original: None,
        returns: vec![ReturnedTransfer::new(original, money(decimal))],
    })
}

/// Of the account's days `from` to `to`, if any are named.
fn report(definition: &str, account: &str, days: Option<(&str, &str)>) -> Document {
    let owner = Actor::Party(Party::default());
    let request = RequestedReport {
        id: None,
        definition: of(definition),
        account: Some(of(account)),
        owner,
        servicer: None,
        period: days.map(|(from, to)| ReportingPeriod {
            from: of(from),
            to: Some(of(to)),
            query: QueryType::All,
        }),
    };
    Document::ReportingRequest(ReportingRequest {
        group: group(),
        sender: None,
        requests: vec![request],
    })
}

pub(crate) fn deposit(account: &str, amount: &str) -> Deposit {
    Deposit {
        account: of(account),
        amount: amount.to_owned(),
        reference: Some(of("pty-00000000000000000000000001")),
        name: Some(of("Ann")),
        iban: Some(of("GB82WEST12345698765432")),
    }
}

/// Runs `script` and compares what the bank has said after each line.
pub(crate) fn check(script: &str, expected: Expect) {
    let mut bank = Bank::new(&config());
    let mut said = String::new();
    let mut seen = 0;
    for line in script.lines() {
        let line = line.trim();
        writeln!(said, "{line}").unwrap();
        if let Some(told) = run(&mut bank, line) {
            writeln!(said, "  {told}").unwrap();
        }
        let known = seen;
        for (number, outgoing) in bank.outbox().filter(|&(number, _)| known < number) {
            let held = if outgoing.held.is_some() { "held, " } else { "" };
            let message = message(outgoing.xml.as_bytes());
            writeln!(said, "  {held}{}: {message}", outgoing.to).unwrap();
            seen = number;
        }
    }
    expected.assert_eq(&said);
}

fn run(bank: &mut Bank, line: &str) -> Option<String> {
    let words: Vec<&str> = line.split(' ').collect();
    let a: NodeId = of("a");
    match words.as_slice() {
        ["deposit", account, amount] => {
            return bank
                .deposit(&deposit(account, amount))
                .err()
                .map(|refusal| refusal.to_string());
        }
        ["pay", number, from, to, amount] => {
            bank.receive(a, &between(Some(number), (from, to), amount)).unwrap();
        }
        ["pay", number, from, to, amount, "on", date] => {
            bank.receive(a, &on(Some(number), (from, to), amount, of(date))).unwrap();
        }
        ["untracked", from, to, amount] => {
            bank.receive(a, &between(None, (from, to), amount)).unwrap();
        }
        ["customer", number, from, to, amount] => {
            bank.receive(a, &to_customer(number, from, ("BANKCNSH", to), amount)).unwrap();
        }
        ["abroad", number, from, amount] => {
            bank.receive(a, &to_customer(number, from, ("OTHRUS33", "X"), amount)).unwrap();
        }
        ["initiate", number, from, to, amount] => {
            bank.receive(a, &initiation(number, from, to, amount)).unwrap();
        }
        ["ask", number] => bank.receive(a, &question(number)).unwrap(),
        ["recall", number] => bank.receive(a, &request(number)).unwrap(),
        ["return", node, number, amount] => {
            bank.receive(of(node), &give_back(number, amount)).unwrap();
        }
        ["return", node, "last", "deposit", amount] => {
            let uetr = bank.deposits().last().unwrap();
            bank.receive(of(node), &returned(uetr, amount)).unwrap();
        }
        ["report", definition, account] => {
            bank.receive(a, &report(definition, account, None)).unwrap();
        }
        ["report", definition, account, from, to] => {
            bank.receive(a, &report(definition, account, Some((from, to)))).unwrap();
        }
        ["script", rest @ ..] => {
            let text = rest.join(" ").replace(';', "\n");
            match text.parse() {
                Ok(script) => bank.follow(script),
                Err(fault) => return Some(fault.to_string()),
            }
        }
        ["end"] => bank.end_day(),
        ["date", date] => {
            return bank.begin_day(of(date)).err().map(|refusal| refusal.to_string());
        }
        ["fault", fault, target @ ..] => {
            let fault = serde_json::from_value((*fault).into()).unwrap();
            let target = match target {
                ["for", number] => FaultTarget::Payment(uetr(number)),
                [count] => FaultTarget::Next(of(count)),
                _ => panic!("not a target: {line}"),
            };
            bank.misbehave(fault, target);
        }
        ["release"] => return Some(format!("{} released", bank.release())),
        ["accounts"] => return Some(accounts(bank)),
        _ => panic!("no such line: {line}"),
    }
    None
}

pub(crate) fn accounts(bank: &Bank) -> String {
    let rows = bank
        .accounts()
        .map(|account| format!("{} {}", account.number, account.balance.decimal(bank.currency())));
    rows.collect::<Vec<String>>().join(", ")
}

fn message(xml: &[u8]) -> String {
    let Ok(message) = read(xml) else { return "unreadable".to_owned() };
    match message.document {
        Document::PaymentStatus(status) => format!("pacs.002 {}", reports(&status.transactions)),
        Document::InitiationStatus(status) => {
            format!("pain.002 {}", reports(&status.payments[0].transactions))
        }
        Document::Notifications(notifications) => {
            let notification = &notifications.notifications[0];
            format!("camt.054 {} {}", notification.account, entry(&notification.entries[0]))
        }
        Document::Statements(statements) => {
            let statement = &statements.statements[0];
            let currency = statement.currency;
            format!(
                "camt.053 {} {} {} to {}, {} entries",
                statement.account,
                statement.closing.date,
                statement.opening.amount.decimal(currency),
                statement.closing.amount.decimal(currency),
                statement.entries.len(),
            )
        }
        Document::Resolution(resolution) => {
            let [details] = resolution.details.try_into().unwrap();
            let [payment] = details.payments.try_into().unwrap();
            let reasons: Vec<String> =
                payment.reasons.iter().map(|r| r.reason_code().unwrap().to_string()).collect();
            let number = numbered(payment.original.uetr);
            format!("camt.029 {number} {} {}", resolution.status, reasons.join(" "))
                .trim()
                .to_owned()
        }
        Document::PaymentReturn(message) => {
            let [returned] = message.returns.try_into().unwrap();
            let reason = returned.reasons[0].reason_code().unwrap();
            format!("pacs.004 {} {reason}", numbered(returned.original.uetr))
        }
        Document::Reports(reports) => {
            let report = &reports.reports[0];
            format!("camt.052 {}, {} entries", report.account, report.entries.len())
        }
        other => panic!("a bank does not send {}", other.definition()),
    }
}

fn reports(reports: &[TransactionReport]) -> String {
    let shown = reports.iter().map(|report| {
        let mut text = format!("{} {}", numbered(report.uetr), report.status.unwrap());
        let reasons = report.reasons.iter().filter_map(Reason::reason_code);
        reasons.for_each(|reason| write!(text, " {reason}").unwrap());
        text
    });
    shown.collect::<Vec<String>>().join(", ")
}

/// The number of the payment with this UETR.
fn numbered(uetr: Option<Uetr>) -> String {
    let known: BTreeMap<Uetr, String> =
        (1..10).map(|n| (self::uetr(&n.to_string()), n.to_string())).collect();
    uetr.and_then(|uetr| known.get(&uetr).cloned()).unwrap_or_else(|| "-".to_owned())
}

fn entry(entry: &Entry) -> String {
    let side = if entry.side == Side::Credit { "credit" } else { "debit" };
    let amount = entry.money.amount.decimal(entry.money.currency);
    let detail = &entry.details[0];
    let from = match (&detail.debtor_name, &detail.debtor_account) {
        (Some(name), Some(account @ AccountNumber::Iban(_))) => format!(" from {name} {account}"),
        _ => String::new(),
    };
    let reference = detail.remittance.reference.as_ref().map(Text::to_string);
    let reference = reference.unwrap_or_else(|| numbered(detail.uetr));
    format!("{side} {amount}{from} for {reference}")
}
