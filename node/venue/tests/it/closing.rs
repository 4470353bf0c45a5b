//! A party leaves when it has nothing here any more.

use crate::world::{World, cents, party};
use gcfn_market::Side;
use gcfn_model::{Pool, WithdrawalId};
use gcfn_venue::{MoneyAct, Outcome, PartyKind, Rejection, Role, Verb};

fn close(world: &mut World, who: &str) -> Outcome {
    let close = MoneyAct::CloseParty { party: party(who) };
    world.ask("olga", Role::Operator, Verb::Money(close))
}

#[test]
fn a_party_with_money_coupons_or_business_stays() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
    }
    world.deposit("ann", Pool::UserCustody, 95_48);
    assert_eq!(close(&mut world, "ann"), Err(Rejection::PartyNotEmpty), "money");
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    assert_eq!(close(&mut world, "ann"), Err(Rejection::PartyNotEmpty), "a trade");
    let gift = Verb::Gift { to: party("ben"), series, quantity: 1 };
    world.user("ann", gift).expect("hers");
    assert_eq!(close(&mut world, "ben"), Err(Rejection::PartyNotEmpty), "coupons");
    assert_eq!(close(&mut world, "brand"), Err(Rejection::PartyNotEmpty), "a batch");
    assert_eq!(close(&mut world, "eve"), Err(Rejection::UnknownParty));
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    assert_eq!(world.available("ann"), 0);
    close(&mut world, "ann").expect("everything has settled");
}

#[test]
fn a_closed_partys_pseudonym_is_not_used_again() {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 10_00);
    let (withdrawal, amount) = (WithdrawalId::derive(&[b"w"]), cents(10_00));
    world.user("ann", Verb::Withdraw { withdrawal, amount }).expect("all of it");
    assert_eq!(close(&mut world, "ann"), Err(Rejection::PartyNotEmpty), "it is under way");
    world.bank_answers();
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    close(&mut world, "ann").expect("nothing is left");
    let register = Verb::Register { party: party("ann"), kind: PartyKind::User, kyc: 1 };
    let again = world.ask("olga", Role::Operator, register);
    assert_eq!(again, Err(Rejection::PartyExists));
    world.deposit("ann", Pool::UserCustody, 5_00);
    assert_eq!(world.venue.suspense().count(), 1, "money that still names it is nobody's");
}

#[test]
fn what_the_bank_returns_to_a_party_that_has_left_waits_in_suspense() {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 10_00);
    let (withdrawal, amount) = (WithdrawalId::derive(&[b"w"]), cents(10_00));
    world.user("ann", Verb::Withdraw { withdrawal, amount }).expect("all of it");
    let sent = world.events.iter().find_map(|event| match event {
        gcfn_venue::Event::Instructed(payment) => Some(*payment),
        _ => None,
    });
    let payment = sent.expect("instructed");
    world.bank_answers();
    world.until(1000, 19);
    world.until(1000, 21);
    world.until(1001, 9);
    close(&mut world, "ann").expect("nothing is left");
    let credit = gcfn_banking::Side::Credit;
    let uetr = Some(payment.uetr());
    let entry = world.entry(payment.debtor, credit, payment.amount, uetr, None);
    world.must(gcfn_venue::Command::BankBooked(entry));
    assert_eq!(world.venue.suspense().next().map(|item| item.amount), Some(payment.amount));
    assert_eq!(world.available("ann"), 0);
}

#[test]
fn a_frozen_party_does_not_leave() {
    let mut world = World::new();
    world.register("ann", PartyKind::User);
    world.freeze("ann");
    assert_eq!(close(&mut world, "ann"), Err(Rejection::Frozen));
}

#[test]
fn a_market_maker_ends_its_making_before_it_leaves_and_is_forgotten_with_it() {
    let mut world = World::new();
    let maker = party("mia");
    world.operator(Verb::Register { party: maker, kind: PartyKind::User, kyc: 3 });
    world.two(Verb::AppointMaker { maker }).expect("two persons");
    assert_eq!(close(&mut world, "mia"), Err(Rejection::PartyNotEmpty), "it makes markets");
    world.operator(Verb::TerminateMaker { maker });
    assert!(world.venue.market_maker(maker).is_some(), "a former one");
    close(&mut world, "mia").expect("nothing is left");
    assert!(world.venue.market_maker(maker).is_none());
}
