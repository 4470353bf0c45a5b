//! Whatever a bank books, the node goes on: what its books cannot take is a break.

use crate::chaos::run::whole;
use crate::world::{DAY, World, cents, date, party};
use gcfn_banking::{
    BankEntry, DeskRefusal, Side as Booking, Statement, StatusReport, TransactionStatus,
};
use gcfn_ledger::{Account, LedgerFault, UserBucket};
use gcfn_model::{Amount, Currency, Pool, Position, SettlementAccount, Uetr, WithdrawalId};
use gcfn_venue::{BankAlarm, BankAlarmSeen, Command, Done, Event, PartyKind, Rejection, Verb};

const BANK: Account = Account::Bank(Pool::UserCustody);
const SUSPENSE: Account = Account::Suspense(Pool::UserCustody);

fn custody() -> World {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world
}

fn booked(world: &mut World, side: Booking, amount: Amount) -> BankEntry {
    let account = world.venue.terms().account(Pool::UserCustody);
    let entry = world.entry(account, side, amount, None, None);
    world.must(Command::BankBooked(entry));
    entry
}

/// Why entries were not posted, in order.
fn unposted(world: &World) -> Vec<LedgerFault> {
    let faults = world.events.iter().filter_map(|event| match event {
        Event::BankUnposted { fault, .. } => Some(*fault),
        _ => None,
    });
    faults.collect()
}

/// How many breaks the day's statement of the custody account leaves. Ends the day.
fn breaks(world: &mut World) -> usize {
    world.events.clear();
    world.statements();
    world.at += DAY;
    let found = world.events.iter().find_map(|event| match event {
        Event::Reconciled { pool: Pool::UserCustody, result, .. } => Some(result.breaks.len()),
        _ => None,
    });
    found.expect("a statement of every pool")
}

#[test]
fn a_bank_fee_above_the_booked_balance_is_a_break_that_a_credit_resolves() {
    let mut world = custody();
    world.deposit("ann", Pool::UserCustody, 3_00);
    let fee = booked(&mut world, Booking::Debit, cents(5_00));
    assert_eq!(unposted(&world), [LedgerFault::Overdrawn(BANK)]);
    assert_eq!(world.balance(BANK), 3_00, "nothing of it is booked");
    assert_eq!(world.venue.unposted().len(), 1);
    assert_ne!(breaks(&mut world), 0, "books and statement differ by the fee");

    world.must(Command::BankBooked(fee));
    assert_eq!(world.venue.unposted().len(), 1, "a repeat is not counted again");
    world.deposit("ann", Pool::UserCustody, 10_00);
    assert_eq!(world.balance(BANK), 8_00);
    let suspense = world.venue.books().money.balance(SUSPENSE, fee.currency);
    assert_eq!(suspense, Position::ZERO.minus(cents(5_00)));
    assert!(world.venue.unposted().is_empty());
    assert_eq!(breaks(&mut world), 0);
}

#[test]
fn a_debit_booked_before_its_credit_is_posted_with_the_credit() {
    let mut world = custody();
    booked(&mut world, Booking::Debit, cents(7_00));
    assert_eq!(unposted(&world), [LedgerFault::Overdrawn(BANK)]);
    booked(&mut world, Booking::Credit, cents(7_00));
    assert_eq!((world.balance(BANK), world.balance(SUSPENSE)), (0, 0));
    assert_eq!(breaks(&mut world), 0);
}

#[test]
fn a_payment_honoured_on_overdraft_is_posted_once_the_account_is_covered() {
    let mut world = custody();
    world.deposit("ann", Pool::UserCustody, 100_00);
    let withdrawal = WithdrawalId::derive(&[b"w"]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: cents(100_00) }).expect("covered");
    booked(&mut world, Booking::Debit, cents(50_00));
    world.bank_answers();
    assert_eq!(unposted(&world), [LedgerFault::Overdrawn(BANK)]);
    let leaving = Account::User(party("ann"), UserBucket::Withdrawal);
    assert_eq!((world.balance(BANK), world.balance(leaving)), (50_00, 99_90));
    assert_ne!(breaks(&mut world), 0);

    booked(&mut world, Booking::Credit, cents(50_00));
    assert_eq!((world.balance(BANK), world.balance(leaving)), (10, 0));
    assert_eq!(breaks(&mut world), 0);
}

#[test]
fn credits_above_what_an_account_can_have_are_a_break() {
    let mut world = custody();
    booked(&mut world, Booking::Credit, Amount::MAX);
    world.deposit("ann", Pool::UserCustody, 1_00);
    assert_eq!(unposted(&world), [LedgerFault::AboveMax(BANK)]);
    assert_eq!(world.available("ann"), 0, "money counts when it is booked");
    let told = world.events.iter().any(|event| matches!(event, Event::DepositReceived { .. }));
    assert!(!told);
    booked(&mut world, Booking::Debit, cents(1_00));
    assert_eq!(world.available("ann"), 1_00);
}

#[test]
fn a_refused_statement_says_which_field_broke_which_rule() {
    let mut world = custody();
    let entry = booked(&mut world, Booking::Credit, cents(1_00));
    let account = world.venue.terms().account(Pool::UserCustody);
    let (opening, closing, date) = (Position::ZERO, Position::ZERO.plus(cents(1_00)), date(1000));
    let (currency, entries) = (Currency::Sgd, vec![entry]);
    let day =
        Statement { account, currency, date, sequence: None, after: 0, opening, closing, entries };
    let refused = |world: &mut World, statement: &Statement| {
        let statement = Command::BankStatement(statement.clone());
        world.apply(&statement).expect_err("a statement that does not fit")
    };
    let beyond = Position::ZERO.plus(Amount::MAX).plus(cents(1));
    let large = Statement { closing: beyond, ..day.clone() };
    assert_eq!(refused(&mut world, &large), Rejection::Desk(DeskRefusal::BalanceOutOfRange));
    let node = "hk".parse().expect("a name");
    let abroad = Statement { account: SettlementAccount { node, ..account }, ..day.clone() };
    assert_eq!(refused(&mut world, &abroad), Rejection::ForeignAccount);
    world.must(Command::BankStatement(day.clone()));
    let changed = refused(&mut world, &day);
    assert_eq!(changed, Rejection::Desk(DeskRefusal::DayClosed));
    assert_eq!(
        changed.to_string(),
        "bank desk refuses: day is reconciled; take a changed statement up with the bank"
    );
}

#[test]
fn what_is_said_of_a_payment_is_refused_for_its_own_reason() {
    let mut world = custody();
    world.deposit("ann", Pool::UserCustody, 100_00);
    let withdrawal = WithdrawalId::derive(&[b"w"]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: cents(100_00) }).expect("covered");
    let payment = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(*payment),
        _ => None,
    });
    let uetr = payment.expect("instructed").uetr();
    let (status, reason) = (TransactionStatus::Rejected, None);
    let rejects = |uetr| Command::BankStatus(StatusReport { uetr, status, reason });
    let unknown = Uetr::derive(&[b"nobody's"]);
    assert_eq!(world.apply(&rejects(unknown)), Err(Rejection::UnknownInstruction));
    assert_eq!(world.apply(&Command::BankSent(unknown)), Err(Rejection::UnknownInstruction));
    world.bank_answers();
    let booked = world.apply(&rejects(uetr));
    assert_eq!(booked, Err(Rejection::Desk(DeskRefusal::BookedAlready)));
}

#[test]
fn a_refused_statement_leaves_no_trace() {
    let mut world = World::new();
    let account = world.venue.terms().account(Pool::GuaranteeFund);
    let other = world.venue.terms().account(Pool::UserCustody);
    let entry = world.entry(other, Booking::Credit, cents(1_00), None, None);
    let nothing = Position::ZERO;
    let statement = Statement {
        account,
        currency: Currency::Sgd,
        date: date(1000),
        sequence: None,
        after: 0,
        opening: nothing,
        closing: nothing,
        entries: vec![entry],
    };
    world.must(Command::Tick);
    world.at -= 1_000;
    let before = whole(&world.venue);
    let refused = world.apply(&Command::BankStatement(statement));
    assert_eq!(refused, Err(Rejection::Desk(DeskRefusal::ForeignEntry)));
    assert!(whole(&world.venue) == before);
}

#[test]
fn an_alarm_is_told_once_when_it_begins_and_once_when_it_ends() {
    let mut world = World::new();
    let seen = |currency, stands| {
        let alarm = BankAlarm::BankDown;
        Command::BankAlarm(BankAlarmSeen { currency, alarm, stands })
    };
    let (here, abroad) = (Currency::Sgd, Currency::Hkd);
    assert_eq!(world.must(seen(here, false)), Done::Repeated, "it never stood");
    assert_eq!(world.must(seen(here, true)), Done::Accepted);
    assert_eq!(world.must(seen(here, true)), Done::Repeated);
    assert_eq!(world.must(seen(abroad, true)), Done::Accepted);
    assert_eq!(world.must(seen(here, false)), Done::Accepted);
    assert_eq!(world.must(seen(here, false)), Done::Repeated);
    let told = world.events.iter().filter_map(|event| match event {
        Event::BankAlarm(seen) => Some((seen.currency, seen.stands)),
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [(here, true), (abroad, true), (here, false)]);
    let stand: Vec<_> = world.venue.bank_alarms().collect();
    assert_eq!(stand, [(abroad, BankAlarm::BankDown)]);
}
