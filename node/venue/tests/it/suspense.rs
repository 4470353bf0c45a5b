//! Bank movements that nobody has explained: numbered, resolved once, never lost (P-01, P-27).

use crate::world::{DAY, World, cents, date, party};
use gcfn_banking::{BankEntry, Side as Booking};
use gcfn_ledger::{Account, IssuerBucket, ShareKind};
use gcfn_model::{Digest, Pool, Position};
use gcfn_venue::{
    BankDifference, Claimant, Command, Done, MoneyAct, MoneyEvent, PartyKind, Rejection, Role,
    SuspensePart, SuspenseResolution, Verb,
};

const SUSPENSE: Account = Account::Suspense(Pool::UserCustody);

fn world() -> World {
    let mut world = World::new();
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
    }
    world.register("brand", PartyKind::Issuer);
    world
}

fn booked(world: &mut World, pool: Pool, side: Booking, minor: u64) -> BankEntry {
    let account = world.venue.terms().account(pool);
    let entry = world.entry(account, side, cents(minor), None, None);
    world.must(Command::BankBooked(entry));
    entry
}

fn number(world: &World) -> u64 {
    world.venue.suspense().last().expect("an item").number
}

fn to(item: u64, parts: &[(Claimant, u64)]) -> MoneyAct {
    let part =
        |&(claimant, minor): &(Claimant, u64)| SuspensePart { claimant, amount: cents(minor) };
    MoneyAct::ResolveSuspense(SuspenseResolution { item, parts: parts.iter().map(part).collect() })
}

fn settle(world: &mut World, day: u64) {
    world.until(day, 19);
    world.until(day, 21);
    world.until(day + 1, 9);
}

#[test]
fn an_unmatched_movement_is_an_item_with_the_banks_references() {
    let mut world = world();
    let entry = booked(&mut world, Pool::UserCustody, Booking::Credit, 7_00);
    let item = *world.venue.suspense().next().expect("one");
    assert_eq!((item.account, item.amount, item.side), (entry.account, entry.amount, entry.side));
    assert_eq!(item.bank_reference, entry.bank_reference);
    world.must(Command::BankBooked(entry));
    assert_eq!(world.venue.suspense().count(), 1, "a repeat is no second item");
}

#[test]
fn an_item_finds_its_owner_once_and_takes_two_persons() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 7_00);
    let resolve = to(number(&world), &[(Claimant::User(party("ann")), 7_00)]);
    let first = world.ask("olga", Role::Operator, Verb::Money(resolve.clone()));
    assert!(matches!(first, Ok(Done::Proposed { .. })));
    assert_eq!(world.available("ann"), 0);
    let alone = world.ask("olga", Role::Operator, Verb::Money(resolve.clone()));
    assert_eq!(alone, Err(Rejection::SecondPerson));
    world.ask("oscar", Role::Operator, Verb::Money(resolve.clone())).expect("a second person");
    assert_eq!((world.available("ann"), world.balance(SUSPENSE)), (7_00, 0));
    assert_eq!(world.two(resolve), Err(Rejection::UnknownSuspense), "it is gone exactly once");
}

#[test]
fn an_item_is_split_whole_or_not_at_all() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 7_00);
    let item = number(&world);
    let (ann, ben) = (Claimant::User(party("ann")), Claimant::User(party("ben")));
    let wrong =
        [[(ann, 5_00), (ben, 1_00)], [(ann, 5_00), (ann, 2_00)], [(ann, 5_00), (ben, 3_00)]];
    for parts in wrong {
        assert_eq!(world.two(to(item, &parts)), Err(Rejection::SuspenseParts));
    }
    world.two(to(item, &[(ann, 5_00), (ben, 2_00)])).expect("the whole of it");
    assert_eq!((world.available("ann"), world.available("ben")), (5_00, 2_00));
}

#[test]
fn money_on_the_wrong_account_gets_to_its_pool_with_the_next_settlement() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 900_00);
    let brand = Claimant::Issuer(party("brand"));
    world.two(to(number(&world), &[(brand, 900_00)])).expect("across pools");
    let deposit = Account::Issuer(party("brand"), IssuerBucket::Deposit);
    assert_eq!(world.balance(deposit), 0, "the cash has not moved");
    settle(&mut world, 1000);
    assert_eq!((world.balance(deposit), world.balance(SUSPENSE)), (900_00, 0));
    assert_eq!(world.balance(Account::Bank(Pool::IssuerEscrow)), 900_00);
    assert_eq!(world.balance(Account::Bank(Pool::UserCustody)), 0);
}

#[test]
fn what_the_bank_took_is_borne_by_whom_two_persons_name() {
    let mut world = world();
    world.deposit("ann", Pool::UserCustody, 10_00);
    booked(&mut world, Pool::UserCustody, Booking::Debit, 4_00);
    let item = number(&world);
    let ben = to(item, &[(Claimant::User(party("ben")), 4_00)]);
    assert_eq!(world.two(ben), Err(Rejection::InsufficientFunds));
    let fund = to(item, &[(Claimant::GuaranteeFund, 4_00)]);
    assert_eq!(world.two(fund), Err(Rejection::SuspenseParts));
    world.two(to(item, &[(Claimant::User(party("ann")), 4_00)])).expect("she has it");
    assert_eq!((world.available("ann"), world.balance(SUSPENSE)), (6_00, 0));
}

#[test]
fn somebody_looks_after_an_item_that_waits() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 4_00);
    let (item, owner) = (number(&world), party("olga"));
    world.operator(MoneyAct::AssignSuspense { item, owner }.into());
    let waiting = world.venue.suspense().next().expect("one");
    assert_eq!((waiting.number, waiting.owner), (item, Some(owner)));
    let unknown = MoneyAct::AssignSuspense { item: item + 1, owner };
    let unknown = world.ask("olga", Role::Operator, unknown.into());
    assert_eq!(unknown, Err(Rejection::UnknownSuspense));
}

#[test]
fn what_came_in_and_went_out_again_explains_itself() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 4_00);
    let credit = number(&world);
    booked(&mut world, Pool::UserCustody, Booking::Credit, 5_00);
    let other = number(&world);
    booked(&mut world, Pool::UserCustody, Booking::Debit, 4_00);
    let debit = number(&world);
    let matched = |credit, debit| MoneyAct::MatchSuspense { credit, debit };
    assert_eq!(world.two(matched(other, debit)), Err(Rejection::SuspenseMismatch));
    assert_eq!(world.two(matched(debit, credit)), Err(Rejection::SuspenseMismatch));
    world.two(matched(credit, debit)).expect("equal and opposite");
    assert_eq!(world.venue.suspense().count(), 1);
}

#[test]
fn an_item_whose_booking_the_books_could_not_take_waits_for_it() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Debit, 4_00);
    let resolve = to(number(&world), &[(Claimant::Platform, 4_00)]);
    assert_eq!(world.two(resolve), Err(Rejection::BankBreakOpen));
}

#[test]
fn a_bank_difference_is_recognised_both_ways() {
    let mut world = world();
    world.deposit("ann", Pool::UserCustody, 10_00);
    let found = |side, minor| BankDifference {
        pool: Pool::UserCustody,
        side,
        amount: cents(minor),
        booked_on: date(1000),
        statement: Digest([7; 32]),
    };
    let recognise = |side, minor| MoneyAct::RecogniseDifference(found(side, minor));
    let more = world.two(recognise(Booking::Credit, 3_00)).expect("the bank has more");
    assert!(matches!(more, Done::Numbered { .. }));
    assert_eq!(world.balance(SUSPENSE), 3_00);
    world.two(recognise(Booking::Debit, 5_00)).expect("the bank has less");
    let position = world.venue.books().money.balance(SUSPENSE, world.venue.terms().currency);
    assert_eq!(position, Position::ZERO.minus(cents(2_00)));
    let beyond = world.two(recognise(Booking::Debit, 50_00));
    assert_eq!(beyond, Err(Rejection::InsufficientFunds));
}

#[test]
fn interest_is_its_owners() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 1_00);
    let item = number(&world);
    world.two(MoneyAct::RecogniseInterest { item }).expect("a credit");
    settle(&mut world, 1000);
    assert_eq!(world.balance(Account::Share(ShareKind::Platform)), 1_00);
}

#[test]
fn money_in_another_currency_is_sent_back_by_the_bank() {
    let mut world = world();
    let account = world.venue.terms().account(Pool::UserCustody);
    let mut entry = world.entry(account, Booking::Credit, cents(7_00), None, Some(party("ann")));
    entry.currency = gcfn_model::Currency::Usd;
    world.must(Command::BankBooked(entry));
    let resolve = to(number(&world), &[(Claimant::User(party("ann")), 7_00)]);
    assert_eq!(world.two(resolve), Err(Rejection::SuspenseCurrency));
}

/// A balance that is in the books only is found, and to the cent.
#[test]
fn d_14_a_statement_is_compared_both_ways_in_integers() {
    let mut world = world();
    world.deposit("ann", Pool::UserCustody, 10_00);
    let unknown_to_the_bank = BankDifference {
        pool: Pool::UserCustody,
        side: Booking::Credit,
        amount: cents(1),
        booked_on: date(1000),
        statement: Digest([7; 32]),
    };
    world.two(MoneyAct::RecogniseDifference(unknown_to_the_bank)).expect("one cent");
    world.events.clear();
    world.statements();
    world.at += DAY;
    let breaks = world.events.iter().find_map(|event| match event {
        gcfn_venue::Event::Reconciled { pool: Pool::UserCustody, result, .. } => {
            Some(result.breaks.len())
        }
        _ => None,
    });
    assert_ne!(breaks, Some(0));
}

#[test]
fn every_item_is_told_when_it_opens_and_closes() {
    let mut world = world();
    booked(&mut world, Pool::UserCustody, Booking::Credit, 7_00);
    let item = number(&world);
    world.two(to(item, &[(Claimant::User(party("ann")), 7_00)])).expect("whole");
    let closed = MoneyEvent::SuspenseClosed { number: item };
    let opened = |event: &&MoneyEvent| matches!(event, MoneyEvent::SuspenseOpened(_));
    assert_eq!(world.told().filter(opened).count(), 1);
    assert!(world.told().any(|event| *event == closed));
}
