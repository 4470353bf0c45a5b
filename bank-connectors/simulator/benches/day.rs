//! What a bank's day costs a node: payments in full, and the statement of a long one.
//!
//! Both run over the bytes that cross the wire: every message is written and read. Nothing is
//! kept on a disk and no network is between: these are the figures of messages, desk and bank.
//!
//! `cargo bench -p gcfn-simulator`
#![expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
#![expect(clippy::unwrap_used, reason = "a bench stops at what does not hold")]

use gcfn_banking::{
    BankEntry, BankReference, Booked, Creditor, Desk, Instruction, Side, Statement, StatusReport,
};
use gcfn_iso20022::{
    AccountStatement, Agent, Balance, BusinessMessage, Detail, Document, Entry, EntryStatus,
    GroupHeader, InstitutionCreditTransfer, InstitutionTransfer, Money, PaymentIds, Reason,
    Settlement, Statements, pages, read, write,
};
use gcfn_model::{
    Amount, BusinessDate, Currency, InstructionId, NodeId, Pool, Position, SettlementAccount,
    Timestamp, Uetr,
};
use gcfn_simulator::{AccountConfig, Bank, BankConfig, Deposit};
use std::str::FromStr;
use std::time::{Duration, Instant};

const PAYMENTS: u64 = 10_000;
const ENTRIES: u64 = 100_000;
const RUNS: usize = 5;
const NODES: [&str; 2] = ["a", "b"];

fn of<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

fn account(node: &str) -> SettlementAccount {
    SettlementAccount { node: of(node), pool: Pool::UserCustody }
}

fn number(node: NodeId) -> &'static str {
    if node == of("a") { "A-UC" } else { "B-UC" }
}

fn main() {
    statement();
    payments();
}

/// The memory of the process at its peak, in MiB, since it was asked last.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok());
    // Where the kernel does not let it, the peak is that of the whole run: never too small.
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    kib.unwrap_or_default() / 1024
}

fn shown(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let ms = |at: usize| times.get(at).map_or(0, Duration::as_millis);
    format!("{} ms ({} to {})", ms(RUNS / 2), ms(0), ms(RUNS - 1))
}

/// The statement of a day with 100,000 entries, all of which were notified before.
fn statement() {
    let (bytes, entries) = long_statement();
    let (mib, _) = (bytes.len() >> 20, peak());
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let mut desk = Desk::<u64>::new();
        for entry in &entries {
            assert_eq!(desk.booked(Timestamp::EPOCH, entry), Booked::Unmatched);
        }
        let ledger = entries.iter().map(BankEntry::change).sum();
        let begun = Instant::now();
        reconcile(&mut desk, &bytes, ledger);
        times.push(begun.elapsed());
    }
    println!(
        "camt.053 of {ENTRIES} entries, {mib} MiB, read page by page, checked and reconciled:"
    );
    println!("  {}", shown(times));
    println!("  peak memory {} MiB, the message in it", peak());
}

/// Reads a statement of `a` page by page, each through the desk before the next is read.
fn reconcile(desk: &mut Desk<u64>, bytes: &[u8], ledger: Position) {
    for page in pages(bytes).unwrap() {
        let page = page.unwrap();
        let Document::Statements(message) = page.message.document else { unreachable!() };
        let stated = message.statements.first().unwrap().booked(account("a")).unwrap();
        let stated = Statement { after: page.before, ..stated };
        if page.last {
            let done = desk.reconcile(Timestamp::EPOCH, &stated, ledger).unwrap();
            assert!(done.is_clean(), "{done:?}");
            assert_eq!(u64::from(done.matched), ENTRIES);
        } else {
            desk.gather(&stated).unwrap();
        }
    }
}

fn long_statement() -> (Vec<u8>, Vec<BankEntry>) {
    let date: BusinessDate = of("2026-11-23");
    let amount = Amount::from_minor(12_345).unwrap();
    let mut counted = Vec::new();
    let entry = |n: u64| {
        let reference = format!("BANKCNSH-{n:010}");
        counted.push(BankEntry {
            account: account("a"),
            currency: Currency::Cny,
            amount,
            side: Side::Credit,
            uetr: None,
            bank_reference: BankReference::of(&reference),
            reference: None,
            booked_on: date,
        });
        Entry {
            money: Money { amount, currency: Currency::Cny },
            side: Side::Credit,
            status: EntryStatus::Booked,
            booked_on: Some(date),
            value_on: Some(date),
            bank_reference: Some(of(&reference)),
            details: vec![Detail {
                end_to_end: Some(of(&format!("E2E-{n:010}"))),
                debtor_name: Some(of("Ann Example")),
                debtor_account: Some(of("DEBTOR-000001")),
                ..Detail::default()
            }],
        }
    };
    let entries = (0..ENTRIES).map(entry).collect();
    let closing = counted.iter().map(BankEntry::change).sum();
    let statement = AccountStatement {
        id: of("STMT-1"),
        page: None,
        sequence: Some(1),
        account: of("A-UC"),
        currency: Currency::Cny,
        opening: Balance::new(Position::ZERO, date).unwrap(),
        closing: Balance::new(closing, date).unwrap(),
        entries,
    };
    let statements = vec![statement];
    let document = Document::Statements(Statements { group: group("MSG-1"), statements });
    (write(&BusinessMessage { header: None, document }), counted)
}

fn group(id: &str) -> GroupHeader {
    GroupHeader { id: of(id), created_at: Timestamp::EPOCH }
}

/// Two nodes and their bank.
struct World {
    bank: Bank,
    desks: [Desk<u64>; 2],
    ledgers: [Position; 2],
}

/// Payments from one node to another at one bank: instructed, sent, accepted, booked on both
/// sides, notified to both, and tied by both their statements.
fn payments() {
    let times = (0..RUNS).map(|_| {
        let mut world = World::new();
        let begun = Instant::now();
        for purpose in 1..=PAYMENTS {
            world.pay(purpose);
        }
        world.bank.end_day();
        world.hear();
        let took = begun.elapsed();
        world.check();
        took
    });
    let mut times: Vec<Duration> = times.collect();
    times.sort_unstable();
    let median = times.get(RUNS / 2).map_or(1, Duration::as_micros).max(1);
    let rate = u128::from(PAYMENTS) * 1_000_000 / median;
    println!("{PAYMENTS} instructions in full, end to end: {}", shown(times));
    println!("  {rate} a second");
}

impl World {
    fn new() -> World {
        let held = |node: &str| AccountConfig {
            number: of(number(of(node))),
            node: Some(of(node)),
            name: of("holder"),
        };
        let mut bank = Bank::new(&BankConfig {
            network: "gcfn-bench".parse().expect("a network"),
            bic: of("BANKCNSH"),
            currency: Currency::Cny,
            date: of("2026-11-23"),
            accounts: NODES.map(held).into(),
            nodes: Vec::new(),
        });
        let amount = "1000000000".to_owned();
        let deposit =
            Deposit { account: of("A-UC"), amount, reference: None, name: None, iban: None };
        bank.deposit(&deposit).unwrap();
        let mut world = World {
            bank,
            desks: [Desk::new(), Desk::new()],
            ledgers: [Position::ZERO, Position::ZERO],
        };
        world.hear();
        world
    }

    fn pay(&mut self, purpose: u64) {
        let payment = Instruction {
            id: InstructionId::derive(&[&purpose.to_be_bytes()]),
            debtor: account("a"),
            creditor: Creditor::Account(account("b")),
            currency: Currency::Cny,
            amount: Amount::from_minor(100 + purpose).unwrap(),
            value_date: of("2026-11-23"),
            purpose,
        };
        let [payer, payee] = &mut self.desks;
        payer.instruct(Timestamp::EPOCH, payment).unwrap();
        payee.expect(Timestamp::EPOCH, payment).unwrap();
        let bytes = write(&BusinessMessage { header: None, document: instruction(&payment) });
        let message = read(&bytes).unwrap();
        self.bank.receive(of("a"), &message.document).unwrap();
        payer.sent(Timestamp::EPOCH, payment.uetr()).unwrap();
        self.hear();
    }

    /// Both nodes hear all that the bank has to say.
    fn hear(&mut self) {
        for (index, node) in NODES.into_iter().enumerate() {
            while let Some((number, xml)) =
                self.bank.next_for(of(node)).map(|(number, out)| (number, out.xml.clone()))
            {
                self.bank.delivered(number);
                let heard = read(xml.as_bytes()).map(|message| vec![(message.document, 0, true)]);
                // What is too long for one reading is read page by page.
                let heard = heard.unwrap_or_else(|_| {
                    let pages = pages(xml.as_bytes()).unwrap().map(Result::unwrap);
                    pages.map(|page| (page.message.document, page.before, page.last)).collect()
                });
                for (document, after, last) in heard {
                    self.take(index, document, (after, last));
                }
            }
        }
    }

    fn take(&mut self, index: usize, document: Document, (after, last): (u32, bool)) {
        let desk = self.desks.get_mut(index).unwrap();
        let ledger = self.ledgers.get_mut(index).unwrap();
        let own = account(NODES.get(index).unwrap());
        let at = Timestamp::EPOCH;
        match document {
            Document::PaymentStatus(message) => {
                for report in message.transactions {
                    let reason = report.reasons.iter().find_map(Reason::reason_code);
                    let (uetr, status) = (report.uetr.unwrap(), report.status.unwrap());
                    desk.status(at, StatusReport { uetr, status, reason }).unwrap();
                }
            }
            Document::Notifications(message) => {
                let entries = message.notifications.iter().flat_map(|notified| &notified.entries);
                for entry in entries.flat_map(|entry| entry.booked(own).unwrap()) {
                    desk.booked(at, &entry);
                    *ledger = ledger.and(entry.change());
                }
            }
            Document::Statements(message) => {
                let stated = message.statements.first().unwrap().booked(own).unwrap();
                let stated = Statement { after, ..stated };
                if last {
                    assert!(desk.reconcile(at, &stated, *ledger).unwrap().is_clean());
                } else {
                    desk.gather(&stated).unwrap();
                }
            }
            other => panic!("a bank does not send {}", other.definition()),
        }
    }

    fn check(&self) {
        for desk in &self.desks {
            let open = desk.payments().filter(|payment| payment.state.is_open()).count();
            assert_eq!((open, desk.breaks().count()), (0, 0));
            assert_eq!(desk.ties().filter(|ties| ties.closed().is_some()).count(), 1);
        }
    }
}

fn instruction(payment: &Instruction<u64>) -> Document {
    let ids = PaymentIds {
        instruction: None,
        end_to_end: of(&payment.id.to_string()),
        transaction: None,
        uetr: Some(payment.uetr()) as Option<Uetr>,
    };
    let money = Money { amount: payment.amount, currency: payment.currency };
    let transfer = InstitutionTransfer {
        settlement_date: Some(payment.value_date),
        debtor_account: Some(of("A-UC")),
        creditor_account: Some(of("B-UC")),
        ..InstitutionTransfer::new(ids, money, Agent::default(), Agent::default())
    };
    Document::InstitutionCreditTransfer(InstitutionCreditTransfer {
        group: group("MSG"),
        settlement: Settlement::default(),
        transfers: vec![transfer],
    })
}
