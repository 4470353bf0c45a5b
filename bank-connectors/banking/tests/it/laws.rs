//! What holds for every order, repetition and contradiction of a bank's answers.

use crate::script::{account, days_after, entry, payment, second};
use gcfn_banking::{
    BankEntry, BankWord, Booked, Desk, DeskEvent, PaymentState, ReasonCode, RecallAnswer,
    RecallOutcome, Statement, StatusChange, StatusReport, TransactionStatus,
};
use gcfn_model::{BusinessDate, Currency, Position, Timestamp};
use proptest::prelude::*;
use std::collections::BTreeMap;

const PAYMENTS: u8 = 4;
const AMOUNT: u64 = 100;

/// One thing that the outbox, the bank or staff say.
#[derive(Clone, Debug)]
enum Word {
    Sent(u8),
    Unanswered(u8),
    Status(u8, TransactionStatus, Option<ReasonCode>),
    Entry(BankEntry),
    Recall(u8),
    Answer(u8, RecallOutcome),
    HoursLater(u64),
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
    let reasons = [ReasonCode::NO_RECORD, ReasonCode::DUPLICATE, ReasonCode::INSUFFICIENT_FUNDS];
    let reason = prop::option::of(proptest::sample::select(reasons.to_vec()));
    let outcomes = [RecallOutcome::Granted, RecallOutcome::Pending, RecallOutcome::Refused];
    let outcome = proptest::sample::select(outcomes.to_vec());
    prop_oneof![
        1 => number.clone().prop_map(Word::Sent),
        1 => number.clone().prop_map(Word::Unanswered),
        3 => (number.clone(), status, reason).prop_map(|(n, status, why)| Word::Status(n, status, why)),
        4 => entry.prop_map(Word::Entry),
        1 => number.clone().prop_map(Word::Recall),
        1 => (number, outcome).prop_map(|(number, outcome)| Word::Answer(number, outcome)),
        1 => (1..100u64).prop_map(Word::HoursLater),
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
        Word::Status(number, TransactionStatus::InProcess, None),
        Word::Status(number, TransactionStatus::SettlementCompleted, None),
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

/// How far a payment has come. Until the bank has said the last word it may go back to not being
/// known; from then on it never does.
fn rank(state: PaymentState) -> u8 {
    match state {
        PaymentState::Expected | PaymentState::Draft | PaymentState::Signed => 0,
        PaymentState::Sent | PaymentState::Accepted | PaymentState::Unknown => 1,
        PaymentState::Settled | PaymentState::Rejected(_) | PaymentState::Cancelled => 2,
        PaymentState::Returned => 3,
    }
}

/// Tells the desk `words` and keeps a ledger of exactly what counts.
#[derive(Default)]
struct Told {
    settled: BTreeMap<u8, u32>,
    received: BTreeMap<u8, u32>,
    returned: BTreeMap<u8, u32>,
    /// How much was taken back of what was received.
    taken_back: BTreeMap<u8, u64>,
    /// What was held was given back: the bank refused or gave up.
    released: BTreeMap<u8, u32>,
    ledger: BTreeMap<&'static str, Position>,
}

impl Told {
    fn tell(&mut self, desk: &mut Desk<u8>, words: &[Word]) {
        let mut later = 0;
        for (index, word) in words.iter().enumerate() {
            let before: Vec<u8> = desk.payments().map(|p| rank(p.state)).collect();
            if let Word::HoursLater(hours) = word {
                later += hours * 3600;
            }
            let at = second(index as u64 + later);
            self.say(desk, at, word);
            let after = desk.payments().map(|p| rank(p.state));
            assert!(before.into_iter().zip(after).all(|(before, after)| before <= after));
        }
    }

    /// Contradictions are refused; either way the laws below hold.
    fn say(&mut self, desk: &mut Desk<u8>, at: Timestamp, word: &Word) {
        let uetr = |number: &u8| payment(*number, AMOUNT).uetr();
        match word {
            Word::Sent(number) => desk.sent(at, uetr(number)).unwrap_or_default(),
            Word::Unanswered(number) => {
                self.hear(desk.heard(at, &BankWord::Unanswered(uetr(number))).ok().flatten());
            }
            Word::Status(number, status, reason) => {
                let report = StatusReport { uetr: uetr(number), status: *status, reason: *reason };
                match desk.status(at, report) {
                    Ok(StatusChange::Rejected { instruction, .. }) => {
                        self.release(instruction.purpose);
                    }
                    Ok(StatusChange::Answered(event)) => self.hear([event]),
                    Ok(StatusChange::Accepted(_) | StatusChange::Unchanged) | Err(_) => {}
                }
            }
            Word::Entry(entry) => self.count(desk.booked(at, entry), entry),
            Word::Recall(number) => {
                self.hear(desk.recall(at, uetr(number), ReasonCode::DUPLICATE).ok());
            }
            Word::Answer(number, outcome) => {
                let answer = RecallAnswer { uetr: uetr(number), outcome: *outcome, reason: None };
                self.hear(desk.heard(at, &BankWord::Recall(answer)).ok().flatten());
            }
            Word::HoursLater(_) => {
                self.hear(desk.ask_due(at));
                assert!(desk.next_question().is_none_or(|next| at < next), "all was asked");
            }
        }
    }

    fn hear(&mut self, events: impl IntoIterator<Item = DeskEvent<u8>>) {
        for event in events {
            if let DeskEvent::Cancelled(payment) = event {
                self.release(payment.purpose);
            }
        }
    }

    fn release(&mut self, number: u8) {
        *self.released.entry(number).or_default() += 1;
    }

    fn count(&mut self, meaning: Booked<u8>, entry: &BankEntry) {
        let mut parts = 0;
        let tally = match &meaning {
            Booked::TakenBack(paid) => {
                *self.taken_back.entry(paid.purpose).or_default() += entry.amount.minor();
                &mut parts
            }
            Booked::Settled(paid) => self.settled.entry(paid.purpose).or_default(),
            Booked::Received(paid) => self.received.entry(paid.purpose).or_default(),
            Booked::Returned(paid) => self.returned.entry(paid.purpose).or_default(),
            Booked::Unmatched
            | Booked::Suspended(_)
            | Booked::Repeat
            | Booked::DayClosed
            | Booked::Disputed(_) => return,
        };
        *tally += 1;
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
        for tally in [&told.settled, &told.received, &told.returned, &told.released] {
            prop_assert!(tally.values().all(|&count| count == 1));
        }
        for (number, amount) in &told.taken_back {
            prop_assert!(told.received.contains_key(number) && *amount <= AMOUNT);
        }
        // What was given back is not paid as well.
        prop_assert!(told.released.keys().all(|number| !told.settled.contains_key(number)));
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
                sequence: None,
after: 0,
                opening: Position::ZERO,
                closing: told.balance(code),
                entries: (1..=PAYMENTS).flat_map(honest).filter_map(|word| of(&word)).collect(),
            };
            let reconciliation = desk.reconcile(at, &statement, told.balance(code)).unwrap();
            prop_assert!(reconciliation.is_clean(), "{:?}", reconciliation);
        }
        prop_assert_eq!(desk.prune(at), 0, "a bank may still be asked for them");
        prop_assert_eq!(desk.prune(days_after(at, 500)), usize::from(PAYMENTS));
        prop_assert_eq!(desk.payments().count(), 0);
    }
}
