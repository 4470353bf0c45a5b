//! What the desk is told of a bank's entry.

use crate::examples::{account_statement, entry, money, of};
use gcfn_banking::{BankReference, Desk, Instruction};
use gcfn_iso20022::{BookingFault, Detail, Entry, EntryStatus};
use gcfn_model::{Currency, PartyId, Pool, Position, SettlementAccount, Timestamp};

fn account() -> SettlementAccount {
    SettlementAccount { node: of("cn-sha"), pool: Pool::UserCustody }
}

#[test]
fn a_deposit_names_its_depositor_and_no_person() {
    let booked = entry().booked(account()).unwrap();
    let [deposit] = booked.as_slice() else { panic!("one entry, one booking") };
    assert_eq!(deposit.reference, Some(of::<PartyId>("pty-0000000000000000000000000c")));
    assert_eq!(deposit.bank_reference, BankReference::of("BANK-2026-000017"));
    assert_eq!(deposit.amount.minor(), 125_050);
}

#[test]
fn a_batch_is_split_only_when_it_adds_up() {
    let share =
        |decimal| Detail { money: Some(money(decimal, Currency::Cny)), ..Detail::default() };
    let batch = Entry { details: vec![share("1000"), share("250.50")], ..entry() };
    let booked = batch.booked(account()).unwrap();
    let references: Vec<_> = booked.iter().map(|entry| entry.bank_reference).collect();
    assert_eq!(
        references,
        ["#0", "#1"].map(|n| BankReference::of(&format!("BANK-2026-000017{n}")))
    );
    let short = Entry { details: vec![share("1000"), share("250.49")], ..entry() };
    assert_eq!(short.booked(account()), Err(BookingFault::DetailsDiffer));
}

#[test]
fn what_cannot_be_counted_once_is_not_counted() {
    let pending = Entry { status: EntryStatus::Pending, ..entry() };
    assert_eq!(pending.booked(account()), Ok(vec![]));
    let dateless = Entry { booked_on: None, ..entry() };
    assert_eq!(dateless.booked(account()), Err(BookingFault::NoDate));
    let nameless = Entry { bank_reference: None, ..entry() };
    assert_eq!(nameless.booked(account()), Err(BookingFault::NoReference));
}

#[test]
fn a_statement_reconciles_with_what_its_notification_booked() {
    let mut desk: Desk<Instruction<()>> = Desk::new();
    for booked in entry().booked(account()).unwrap() {
        desk.booked(Timestamp::EPOCH, &booked);
    }
    let statement = account_statement().booked(account()).unwrap();
    let ledger = Position::from_minor(120_050);
    assert!(desk.reconcile(Timestamp::EPOCH, &statement, ledger).unwrap().is_clean());
}
