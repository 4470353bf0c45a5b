//! What holds for every order, repetition and contradiction of a bank's answers.

use crate::script::{account, entry, payment, second};
use gcfn_banking::{
    BankEntry, Booked, Desk, PaymentState, Statement, StatusReport, TransactionStatus,
};
use gcfn_model::{BusinessDate, Currency, Position, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

const PAYMENTS: u8 = 4;
const AMOUNT: u64 = 100;

/// One thing that the outbox or the bank says.
#[derive(Clone, Debug)]
enum Word {
    Sent(u8),
    Status(u8, TransactionStatus),
    Entry(BankEntry),
}

fn any_word() -> impl Strategy<Value = Word> {
    let number = 1..=PAYMENTS;
    let status = proptest::sample::select(TransactionStatus::ALL.to_vec());
    let entry = (number.clone(), 0..6u8, any::<bool>(), any::<bool>(), 99..=AMOUNT).prop_map(
        |(number, reference, debit, on_debtor, amount)| {
            let side = if debit { "debit" } else { "credit" };
            let on = if on_debtor { "UC" } else { "SH" };
            entry(&format!("R{reference} 1 {on} {side} {amount} for {number}"))
        },
    );
    prop_oneof![
        1 => number.clone().prop_map(Word::Sent),
        3 => (number, status).prop_map(|(number, status)| Word::Status(number, status)),
        4 => entry.prop_map(Word::Entry),
    ]
}

/// What an honest bank says of payment `number`, which it executes.
fn honest(number: u8) -> Vec<Word> {
    let on = |reference: &str, account, side| {
        let text = format!("{reference}{number} 1 {account} {side} {AMOUNT} for {number}");
        Word::Entry(entry(&text))
    };
    vec![
        Word::Sent(number),
        Word::Status(number, TransactionStatus::InProcess),
        Word::Status(number, TransactionStatus::SettlementCompleted),
        on("out", "UC", "debit"),
        on("in", "SH", "credit"),
    ]
}

fn desk() -> Desk<u8> {
    let mut desk = Desk::new();
    for number in 1..=PAYMENTS {
        desk.instruct(Timestamp::EPOCH, payment(number, AMOUNT)).unwrap();
    }
    desk
}

/// How far a payment has come; it never goes back.
fn rank(state: PaymentState) -> u8 {
    match state {
        PaymentState::Expected | PaymentState::Draft => 0,
        PaymentState::Sent => 1,
        PaymentState::Accepted => 2,
        PaymentState::Settled | PaymentState::Rejected(_) | PaymentState::Cancelled => 3,
        PaymentState::Returned => 4,
    }
}

/// Tells the desk `words` and keeps a ledger of exactly what counts.
#[derive(Default)]
struct Told {
    settled: BTreeMap<u8, u32>,
    received: BTreeMap<u8, u32>,
    returned: BTreeMap<u8, u32>,
    ledger: BTreeMap<&'static str, Position>,
}

impl Told {
    fn tell(&mut self, desk: &mut Desk<u8>, words: &[Word]) {
        for (index, word) in words.iter().enumerate() {
            let at = second(index as u64);
            let before: Vec<u8> = desk.payments().map(|p| rank(p.state)).collect();
            match word {
                Word::Sent(number) => {
                    desk.sent(at, payment(*number, AMOUNT).uetr()).unwrap();
                }
                Word::Status(number, status) => {
                    let uetr = payment(*number, AMOUNT).uetr();
                    // A contradiction is refused; either way the laws below hold.
                    drop(desk.status(at, StatusReport { uetr, status: *status, reason: None }));
                }
                Word::Entry(entry) => self.count(desk.booked(at, entry), entry),
            }
            let after = desk.payments().map(|p| rank(p.state));
            assert!(before.into_iter().zip(after).all(|(before, after)| before <= after));
        }
    }

    fn count(&mut self, meaning: Booked<u8>, entry: &BankEntry) {
        let tally = match &meaning {
            Booked::Settled(paid) => self.settled.entry(paid.purpose),
            Booked::Received(paid) => self.received.entry(paid.purpose),
            Booked::Returned(paid) => self.returned.entry(paid.purpose),
            Booked::Unmatched
            | Booked::Suspended(_)
            | Booked::Repeat
            | Booked::DayClosed
            | Booked::Disputed(_) => return,
        };
        *tally.or_default() += 1;
        let balance = self.ledger.entry(entry.account.pool.code()).or_default();
        *balance = balance.and(entry.change());
    }

    fn balance(&self, code: &str) -> Position {
        self.ledger.get(code).copied().unwrap_or_default()
    }
}

proptest! {
    #[test]
    fn each_payment_counts_at_most_once(words in prop::collection::vec(any_word(), 0..60)) {
        let (mut desk, mut told) = (desk(), Told::default());
        told.tell(&mut desk, &words);
        for tally in [&told.settled, &told.received, &told.returned] {
            prop_assert!(tally.values().all(|&count| count == 1));
        }
        prop_assert!(told.returned.keys().all(|number| told.settled.contains_key(number)));
    }

    #[test]
    fn an_honest_bank_may_shuffle_and_repeat(
        words in Just((1..=PAYMENTS).flat_map(honest).chain((1..=PAYMENTS).flat_map(honest))
            .collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (mut desk, mut told) = (desk(), Told::default());
        told.tell(&mut desk, &words);
        prop_assert_eq!(told.settled.len(), usize::from(PAYMENTS));
        prop_assert_eq!(told.received.len(), usize::from(PAYMENTS));
        let at = second(1000);
        for code in ["UC", "SH"] {
            let of = |word: &Word| match word {
                Word::Entry(entry) if entry.account == account(code) => Some(*entry),
                _ => None,
            };
            let statement = Statement {
                account: account(code),
                currency: Currency::Cny,
                date: BusinessDate::from_days(1),
                opening: Position::ZERO,
                closing: told.balance(code),
                entries: (1..=PAYMENTS).flat_map(honest).filter_map(|word| of(&word)).collect(),
            };
            let reconciliation = desk.reconcile(at, &statement, told.balance(code)).unwrap();
            prop_assert!(reconciliation.is_clean(), "{:?}", reconciliation);
        }
        prop_assert_eq!(desk.prune(at), usize::from(PAYMENTS));
        prop_assert_eq!(desk.payments().count(), 0);
    }
}
