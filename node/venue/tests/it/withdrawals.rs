//! Withdrawals: held, reviewed, cancelled while they have not left (P-14).

use crate::world::{World, cents, instant, party, terms};
use gcfn_banking::{StatusReport, TransactionStatus};
use gcfn_ledger::{Account, FeeKind, UserBucket};
use gcfn_model::{Currency, Millis, Pool, WithdrawalId};
use gcfn_venue::{
    Command, Event, MoneyAct, Outcome, PartyKind, Rejection, Role, Verb, WithdrawalState,
    WithdrawalTerms,
};

const WITHDRAWAL: WithdrawalId = WithdrawalId::from_bytes([1; 16]);

/// A world whose withdrawals from 500.00 on are reviewed, and all held for an hour.
fn world() -> World {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.money.withdrawals =
        WithdrawalTerms { approval_from: cents(500_00), held_for: Millis(3_600_000) };
    let mut world = World::of(terms);
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    world
}

fn withdraw(world: &mut World, minor: u64) -> Outcome {
    world.user("ann", Verb::Withdraw { withdrawal: WITHDRAWAL, amount: cents(minor) })
}

fn cancel(world: &mut World, who: &str) -> Outcome {
    world.user(who, Verb::Money(MoneyAct::CancelWithdrawal { withdrawal: WITHDRAWAL }))
}

fn approve(world: &mut World, who: &str) -> Outcome {
    let approve = MoneyAct::ApproveWithdrawal { withdrawal: WITHDRAWAL };
    world.ask(who, Role::Operator, Verb::Money(approve))
}

fn instructed(world: &World) -> usize {
    world.events.iter().filter(|event| matches!(event, Event::Instructed(_))).count()
}

fn state(world: &World) -> Option<WithdrawalState> {
    world.venue.withdrawal(WITHDRAWAL).map(|known| known.state)
}

#[test]
fn a_withdrawal_is_cancelled_while_it_is_held_and_costs_nothing() {
    let mut world = world();
    withdraw(&mut world, 100_00).expect("covered");
    assert_eq!((state(&world), instructed(&world)), (Some(WithdrawalState::Held), 0));
    assert_eq!(world.available("ann"), 900_00);
    assert_eq!(cancel(&mut world, "eve"), Err(Rejection::NotYours));
    cancel(&mut world, "ann").expect("hers");
    assert_eq!(world.available("ann"), 1_000_00);
    assert_eq!(cancel(&mut world, "ann"), Err(Rejection::UnknownWithdrawal));
    world.until(1000, 12);
    assert_eq!(instructed(&world), 0);
    for hour in [19, 21] {
        world.until(1000, hour);
    }
    world.until(1001, 9);
    assert_eq!(world.balance(Account::Fee(FeeKind::Withdrawal)), 0);
}

#[test]
fn what_has_left_is_the_banks_to_stop() {
    let mut world = world();
    withdraw(&mut world, 100_00).expect("covered");
    world.at = instant(1000, 11).micros();
    world.must(Command::Tick);
    assert_eq!(state(&world), Some(WithdrawalState::Instructed));
    assert_eq!(cancel(&mut world, "ann"), Err(Rejection::WithdrawalSent));
    world.bank_answers();
    assert_eq!(state(&world), None);
    assert_eq!(world.balance(Account::Bank(Pool::UserCustody)), 1_000_00 - 99_90);
}

#[test]
fn a_large_withdrawal_waits_for_an_operator() {
    let mut world = world();
    withdraw(&mut world, 500_00).expect("covered");
    assert_eq!(state(&world), Some(WithdrawalState::Review));
    world.until(1000, 12);
    assert_eq!(instructed(&world), 0, "time alone lets nothing large go");
    assert_eq!(approve(&mut world, "ann"), Err(Rejection::SecondPerson));
    approve(&mut world, "olga").expect("a second person");
    assert_eq!(approve(&mut world, "oscar"), Err(Rejection::WithdrawalSent));
    world.at = instant(1000, 14).micros();
    world.must(Command::Tick);
    assert_eq!(instructed(&world), 1);
}

#[test]
fn an_operator_stops_a_large_withdrawal() {
    let mut world = world();
    withdraw(&mut world, 500_00).expect("covered");
    let stop = MoneyAct::CancelWithdrawal { withdrawal: WITHDRAWAL };
    world.operator(Verb::Money(stop));
    assert_eq!(world.available("ann"), 1_000_00);
    withdraw(&mut world, 100_00).expect("the id is free again");
}

#[test]
fn a_freeze_keeps_what_was_about_to_leave() {
    let mut world = world();
    withdraw(&mut world, 500_00).expect("covered");
    world.freeze("ann");
    let restricted = Account::User(party("ann"), UserBucket::Restricted);
    assert_eq!(world.balance(restricted), 1_000_00);
    assert_eq!(approve(&mut world, "olga"), Err(Rejection::UnknownWithdrawal));
    assert_eq!(withdraw(&mut world, 100_00), Err(Rejection::Frozen));
}

#[test]
fn level_0_looks_and_does_not_withdraw() {
    let mut world = world();
    world.operator(Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 0 }));
    assert_eq!(withdraw(&mut world, 100_00), Err(Rejection::KycTooLow));
    let beyond = Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 4 });
    assert_eq!(world.ask("olga", Role::Operator, beyond), Err(Rejection::PartyKind));
    world.operator(Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 1 }));
    withdraw(&mut world, 100_00).expect("level 1 may");
}

#[test]
fn a_withdrawal_that_the_bank_refuses_costs_nothing() {
    let mut world = world();
    withdraw(&mut world, 100_00).expect("covered");
    world.at = instant(1000, 11).micros();
    world.must(Command::Tick);
    let uetr = world.events.iter().find_map(|event| match event {
        Event::Instructed(payment) => Some(payment.uetr()),
        _ => None,
    });
    let uetr = uetr.expect("instructed");
    // The day is over before the bank speaks.
    world.at = instant(1000, 19).micros();
    world.must(Command::Tick);
    let (status, reason) = (TransactionStatus::Rejected, Some("AC04".parse().expect("a code")));
    world.must(Command::BankStatus(StatusReport { uetr, status, reason }));
    assert_eq!(world.available("ann"), 1_000_00, "P-14a is reversed, its fee too");
    world.events.clear();
    world.settle(1001);
    assert_eq!(world.earned(), 0);
}

#[test]
fn a_withdrawal_that_the_bank_has_paid_costs_its_fee() {
    let mut world = world();
    withdraw(&mut world, 100_00).expect("covered");
    world.until(1000, 12);
    assert_eq!(state(&world), None);
    world.settle(1000);
    assert_eq!((world.available("ann"), world.earned()), (900_00, 10));
}
