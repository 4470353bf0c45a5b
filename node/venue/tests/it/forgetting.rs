//! What a node remembers of payments that are long over.

use crate::world::{World, cents, date, instant};
use gcfn_banking::{Side as Booking, StatusReport, TransactionStatus};
use gcfn_clearing::PayIn;
use gcfn_ledger::Account;
use gcfn_model::{CycleId, InstructionId, Pool, SettlementAccount, Uetr, WithdrawalId};
use gcfn_venue::{
    ClearingNotice, Command, Event, Notice, Outcome, PartyKind, Rejection, TradingDay, Verb,
};

const SUSPENSE: Account = Account::Suspense(Pool::UserCustody);

/// The next trading day opens on the day before it.
fn open(world: &mut World, day: u64) {
    world.at = instant(day - 1, 12).micros();
    let (date, cut_off, value_date) = (date(day), instant(day, 18), date(day + 1));
    world.must(Command::OpenDay(TradingDay { date, cut_off, value_date }));
}

/// Ann has 10.00 and has taken out 4.00 of it, which the bank has paid and stated on day 1000.
fn paid() -> (World, Uetr) {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 10_00);
    let withdrawal = WithdrawalId::from_bytes([1; 16]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: cents(4_00) }).expect("covered");
    let instructed = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(payment.uetr()),
        _ => None,
    });
    world.bank_answers();
    world.statements();
    (world, instructed.expect("it has left"))
}

fn comes_back(world: &mut World, payment: Uetr) {
    let account = world.venue.terms().account(Pool::UserCustody);
    let entry = world.entry(account, Booking::Credit, cents(4_00), Some(payment), None);
    world.must(Command::BankBooked(entry));
}

#[test]
fn a_payment_is_remembered_for_as_long_as_it_may_come_back() {
    let (mut world, payment) = paid();
    open(&mut world, 1401);
    assert!(world.venue.desk().payment(payment).is_some());
    comes_back(&mut world, payment);
    assert_eq!((world.available("ann"), world.balance(SUSPENSE)), (10_00, 0));
}

#[test]
fn a_payment_that_is_long_over_leaves_the_state_when_a_day_opens() {
    let (mut world, payment) = paid();
    open(&mut world, 1403);
    assert_eq!(world.venue.desk().payments().count(), 0);
    let report = StatusReport { uetr: payment, status: TransactionStatus::Rejected, reason: None };
    let unknown = Err(Rejection::UnknownInstruction);
    assert_eq!(world.apply(&Command::BankStatus(report)), unknown);
    assert_eq!(world.available("ann"), 6_00, "a late word releases nothing");

    // Whose it is has to be said: it counts, and is nobody's.
    comes_back(&mut world, payment);
    assert_eq!((world.available("ann"), world.balance(SUSPENSE)), (6_00, 4_00));
}

/// The federation's house calls for 5.00 for a value date.
fn called(world: &mut World, day: u64) -> Outcome {
    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let pay_in = PayIn {
        instruction: InstructionId::derive(&[b"i"]),
        account: world.venue.terms().account(Pool::UserCustody),
        currency: world.venue.terms().currency,
        amount: cents(5_00),
        due: instant(day, 15),
    };
    let root = "root".parse().expect("a name");
    let pay_to = SettlementAccount { node: root, pool: Pool::ClearingHouse };
    let value_date = date(day);
    let notice = ClearingNotice::PayInCalled { house, cycle, value_date, pay_to, pay_in };
    world.apply(&Command::Notice(Notice::Clearing(notice)))
}

#[test]
fn a_call_for_a_day_long_past_is_not_met_for_it_may_have_been() {
    let (mut world, _) = paid();
    let instructed = |world: &World| {
        let is_payment = |event: &&Event| matches!(event, Event::Instructed(_));
        world.events.iter().filter(is_payment).count()
    };
    called(&mut world, 1001).expect("a house may call");
    called(&mut world, 1001).expect("and say so twice");
    assert_eq!(instructed(&world), 1, "it is paid once");
    let uetr = Uetr::derive(&[InstructionId::derive(&[b"i"]).as_bytes()]);
    let status = TransactionStatus::Rejected;
    world.must(Command::BankStatus(StatusReport { uetr, status, reason: None }));

    open(&mut world, 1404);
    assert_eq!(world.venue.desk().payments().count(), 0, "the payment is forgotten");
    assert_eq!(called(&mut world, 1001), Err(Rejection::NotPermitted));
    assert_eq!(instructed(&world), 1);
}
