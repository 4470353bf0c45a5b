//! A difference between a bank's books and the node's: owned, aged, and ended by what explains it
//! or by two persons, with every correction in suspense (P-27).

use crate::world::{DAY, World, cents, date, party};
use gcfn_banking::{
    BankEntry, Break, BreakReason, BreakResolution, DeskAct, DeskEvent, DeskRefusal,
    IntradayReport, OpenBreak, Remedy, Side as Booking, Statement,
};
use gcfn_ledger::{Account, UserBucket};
use gcfn_model::{Amount, Digest, PartyId, Pool, Position, WithdrawalId};
use gcfn_venue::{Command, Event, PartyKind, Rejection, Role, Verb};

const BANK: Account = Account::Bank(Pool::UserCustody);
const SUSPENSE: Account = Account::Suspense(Pool::UserCustody);

fn world() -> World {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 100_00);
    world
}

/// The bank books `minor`, and tells `told` if it tells anything.
fn booked(
    world: &mut World,
    (side, minor): (Booking, u64),
    named: Option<PartyId>,
    told: Option<u64>,
) -> BankEntry {
    let account = world.venue.terms().account(Pool::UserCustody);
    let entry = world.entry(account, side, cents(minor), None, named);
    if let Some(told) = told {
        world.must(Command::BankBooked(BankEntry { amount: cents(told), ..entry }));
    }
    entry
}

fn breaks(world: &World) -> Vec<OpenBreak> {
    world.venue.desk().breaks().copied().collect()
}

/// The break of an entry, not of a balance.
fn of_entry(world: &World) -> OpenBreak {
    let found = breaks(world).into_iter().find(|found| found.what.entry().is_some());
    found.expect("an entry differs")
}

fn resolution(found: &OpenBreak, remedy: Remedy) -> Verb {
    let (reason, evidence) = (BreakReason::NotificationWrong, Digest([7; 32]));
    Verb::Bank(DeskAct::Resolve(BreakResolution { id: found.id, remedy, reason, evidence }))
}

fn suspense(world: &World) -> Vec<(Booking, Amount)> {
    world.venue.suspense().map(|item| (item.side, item.amount)).collect()
}

fn ended(world: &World) -> usize {
    let is_end = |event: &&Event| matches!(event, Event::Bank(DeskEvent::BreakEnded { .. }));
    world.events.iter().filter(is_end).count()
}

#[test]
fn a_deposit_notified_with_too_much_ends_as_stated_and_the_difference_is_in_suspense() {
    let mut world = world();
    booked(&mut world, (Booking::Credit, 10_00), Some(party("ann")), Some(10_01));
    assert_eq!(world.available("ann"), 110_01);
    world.statements();
    let found = of_entry(&world);
    assert!(matches!(found.what, Break::WrongAmount { .. }));
    assert_eq!(breaks(&world).len(), 2, "the entry and the ledger: {:?}", breaks(&world));

    let as_stated = resolution(&found, Remedy::AsStated);
    let first = world.ask("olga", Role::Operator, as_stated.clone());
    assert!(matches!(first, Ok(gcfn_venue::Done::Proposed { .. })));
    assert_eq!(breaks(&world).len(), 2, "one person alone ends nothing");
    world.ask("oscar", Role::Operator, as_stated).expect("a second person");
    assert_eq!((breaks(&world).len(), ended(&world)), (0, 2));
    assert_eq!((world.balance(BANK), world.available("ann")), (110_00, 110_01));
    assert_eq!(suspense(&world), [(Booking::Debit, cents(1))], "somebody has a cent too much");

    world.at += DAY;
    world.statements();
    assert!(breaks(&world).is_empty(), "the next day ties");
}

#[test]
fn money_that_waits_in_suspense_with_a_wrong_amount_is_booked_anew() {
    let mut world = world();
    booked(&mut world, (Booking::Credit, 10_00), None, Some(10_01));
    assert_eq!(suspense(&world), [(Booking::Credit, cents(10_01))]);
    world.statements();
    let wish = resolution(&of_entry(&world), Remedy::AsStated);
    world.two(wish).expect("two persons");
    assert_eq!(suspense(&world), [(Booking::Credit, cents(10_00))]);
    assert_eq!((world.balance(BANK), world.balance(SUSPENSE)), (110_00, 10_00));
    assert!(breaks(&world).is_empty());
}

#[test]
fn a_deposit_that_is_stated_anew_is_not_credited_again() {
    let mut world = world();
    let entry = booked(&mut world, (Booking::Credit, 10_01), Some(party("ann")), Some(10_00));
    // The statement does not add up either, so that its day stays open.
    let account = world.venue.terms().account(Pool::UserCustody);
    let stated = |minor, closing| Statement {
        account,
        currency: entry.currency,
        date: entry.booked_on,
        sequence: None,
        after: 0,
        opening: Position::ZERO,
        closing: Position::ZERO.plus(cents(closing)),
        entries: vec![BankEntry { amount: cents(minor), ..entry }],
    };
    world.must(Command::BankStatement(stated(10_01, 999_99)));
    let wrong = |world: &World| {
        let found = breaks(world).into_iter();
        let mut wrong = found.filter(|found| matches!(found.what, Break::WrongAmount { .. }));
        wrong.next().expect("the amount differs")
    };
    let found = wrong(&world);
    world.two(resolution(&found, Remedy::AsStated)).expect("two persons");
    assert_eq!(suspense(&world), [(Booking::Credit, cents(1))]);

    world.must(Command::BankStatement(stated(10_00, 999_99)));
    let found = wrong(&world);
    world.two(resolution(&found, Remedy::AsStated)).expect("two persons");
    assert_eq!((world.balance(BANK), world.available("ann")), (110_00, 110_00));
    assert_eq!(suspense(&world), [(Booking::Credit, cents(1)), (Booking::Debit, cents(1))]);
    assert_eq!(world.balance(SUSPENSE), 0);
}

#[test]
fn a_notification_that_comes_late_ends_the_break_by_itself() {
    let mut world = world();
    let entry = booked(&mut world, (Booking::Credit, 10_00), Some(party("ann")), None);
    world.statements();
    let found = of_entry(&world);
    assert_eq!(found.what, Break::BankOnly(entry));
    world.at += DAY;
    let later = gcfn_model::Timestamp::from_micros(world.at + 1).expect("a time");
    assert!(found.is_overdue(later, world.venue.terms().money.alarm_after));
    world.must(Command::BankBooked(entry));
    assert_eq!((breaks(&world).len(), ended(&world)), (0, 2));
    assert_eq!(world.available("ann"), 110_00);
}

#[test]
fn what_was_never_notified_is_booked_as_stated() {
    let mut world = world();
    booked(&mut world, (Booking::Credit, 10_00), Some(party("ann")), None);
    booked(&mut world, (Booking::Debit, 3_00), None, None);
    world.statements();
    assert_eq!(breaks(&world).len(), 3);
    while let Some(found) = breaks(&world).into_iter().find(|found| found.what.entry().is_some()) {
        world.two(resolution(&found, Remedy::AsStated)).expect("two persons");
    }
    assert!(breaks(&world).is_empty());
    assert_eq!((world.balance(BANK), world.available("ann")), (107_00, 110_00));
    assert_eq!(suspense(&world), [(Booking::Debit, cents(3_00))]);
}

#[test]
fn a_payment_debited_with_another_amount_is_taken_as_stated_into_suspense() {
    let mut world = world();
    let withdrawal = WithdrawalId::derive(&[b"w"]);
    world.user("ann", Verb::Withdraw { withdrawal, amount: cents(50_00) }).expect("covered");
    let payment = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(*payment),
        _ => None,
    });
    let payment = payment.expect("instructed");
    let debit = Booking::Debit;
    let entry = world.entry(payment.debtor, debit, cents(49_00), Some(payment.uetr()), None);
    world.must(Command::BankBooked(entry));
    assert_eq!(world.balance(BANK), 100_00, "it contradicts, and is not counted");
    world.statements();
    world.two(resolution(&of_entry(&world), Remedy::AsStated)).expect("two persons");
    assert!(breaks(&world).is_empty());
    assert_eq!(world.balance(BANK), 51_00);
    assert_eq!(suspense(&world), [(Booking::Debit, cents(49_00))]);
    let leaving = Account::User(party("ann"), UserBucket::Withdrawal);
    assert_ne!(world.balance(leaving), 0, "what is held for the payment stays held");
}

#[test]
fn money_that_the_bank_never_booked_is_taken_back() {
    let mut world = world();
    booked(&mut world, (Booking::Credit, 10_00), Some(party("ann")), Some(10_00));
    world.booked.pop();
    world.statements();
    let found = of_entry(&world);
    assert!(matches!(found.what, Break::OursOnly(_)));
    let unfit = world.two(resolution(&found, Remedy::Explained));
    assert_eq!(unfit, Err(Rejection::Desk(DeskRefusal::RemedyDoesNotFit)));
    world.two(resolution(&found, Remedy::NeverBooked)).expect("two persons");
    assert!(breaks(&world).is_empty());
    assert_eq!((world.balance(BANK), world.available("ann")), (100_00, 110_00));
    assert_eq!(suspense(&world), [(Booking::Debit, cents(10_00))]);
    let again = world.two(resolution(&found, Remedy::NeverBooked));
    assert_eq!(again, Err(Rejection::Desk(DeskRefusal::UnknownBreak)));
}

#[test]
fn an_operator_takes_a_break_on_and_it_stays_his() {
    let mut world = world();
    booked(&mut world, (Booking::Credit, 10_00), None, None);
    world.statements();
    let (id, owner) = (of_entry(&world).id, party("olga"));
    world.operator(Verb::Bank(DeskAct::Assign { id, owner }));
    world.at += DAY;
    world.statements();
    assert_eq!(of_entry(&world).owner, Some(owner));
    let by_user = world.ask("ann", Role::User, Verb::Bank(DeskAct::Assign { id, owner }));
    assert_eq!(by_user, Err(Rejection::NotPermitted));
    let unknown = DeskAct::Assign { id: gcfn_model::BreakId::from_bytes([1; 16]), owner };
    let refused = world.ask("olga", Role::Operator, Verb::Bank(unknown));
    assert_eq!(refused, Err(Rejection::Desk(DeskRefusal::UnknownBreak)));
}

#[test]
fn a_report_during_the_day_is_compared_and_counts_for_nothing() {
    let mut world = world();
    let entry = booked(&mut world, (Booking::Credit, 10_00), Some(party("ann")), None);
    let (account, currency) = (entry.account, entry.currency);
    let balance = Some(Position::ZERO.plus(cents(110_00)));
    let report = |entries| IntradayReport {
        account,
        currency,
        date: date(world.at / DAY),
        balance,
        entries,
    };
    let (own, foreign) = (
        report(world.booked.clone()),
        report(vec![BankEntry { currency: gcfn_model::Currency::Cny, ..entry }]),
    );
    world.must(Command::BankReport(own));
    let ties = world.venue.desk().ties().find(|ties| ties.account == account).expect("a book");
    let so_far = ties.intraday().expect("a report");
    assert_eq!((so_far.matched, so_far.open), (1, 1));
    assert_eq!(so_far.breaks, [Break::BankOnly(entry)]);
    assert_eq!((so_far.balance, so_far.ledger.minor()), (balance, 100_00));
    assert_eq!((world.available("ann"), breaks(&world).len()), (100_00, 0));
    let refused = world.apply(&Command::BankReport(foreign));
    assert_eq!(refused, Err(Rejection::Desk(DeskRefusal::ForeignEntry)));
}
