//! Points: what brings them, and what they bring (FEE-17, P-24).

use crate::world::{World, cents, party, terms};
use gcfn_ledger::{Account, ShareKind};
use gcfn_model::{Amount, Currency, Digest};
use gcfn_venue::{
    Done, EntryReference, Event, MoneyAct, Outcome, PartyKind, PointEvent, PointReason, Rejection,
    Role, Terms, Verb,
};

/// A region where ten points bring one dollar, and a platform that has earned something.
fn paying() -> World {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.money.points.per_unit = 10;
    paying_in(terms)
}

/// A platform that has earned something.
fn paying_in(terms: Terms) -> World {
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    world.buyer("cleo", series, 60);
    world.settle(1000);
    world.until(1001, 19);
    world
}

fn points(world: &World, who: &str) -> u64 {
    world.venue.points(party(who)).balance
}

fn pay(world: &mut World, who: &str, points: u64) -> Outcome {
    world.user(who, Verb::Money(MoneyAct::PayPoints { points }))
}

fn register(world: &mut World, who: &str, kind: PartyKind, kyc: u8) {
    world.operator(Verb::Register { party: party(who), kind, kyc });
}

#[test]
fn registration_a_real_name_and_good_reviews_bring_points() {
    let mut world = World::new();
    register(&mut world, "ann", PartyKind::User, 0);
    register(&mut world, "shop", PartyKind::Merchant, 1);
    assert_eq!((points(&world, "ann"), points(&world, "shop")), (100, 0));
    let known = |kyc| MoneyAct::SetKyc { party: party("ann"), kyc }.into();
    world.operator(known(1));
    assert_eq!(points(&world, "ann"), 300);
    world.operator(known(0));
    world.operator(known(2));
    assert_eq!(points(&world, "ann"), 300, "a name is known once");
    let (coffee, tea) = (Digest([1; 32]), Digest([2; 32]));
    let review = |who, review| MoneyAct::RewardReview { party: party(who), review };
    world.two(review("ann", coffee)).expect("two persons");
    world.two(review("ann", tea)).expect("two persons");
    assert_eq!(points(&world, "ann"), 302, "reviews add up");
    let refused = world.ask("olga", Role::Operator, review("shop", Digest([3; 32])).into());
    assert_eq!(refused, Err(Rejection::PartyKind));
    let again = world.ask("olga", Role::Operator, review("ann", tea).into());
    assert_eq!(again, Err(Rejection::ReviewRewarded), "a review brings points once");
    let told = world.events.iter().filter_map(|event| match event {
        Event::Points(PointEvent::Granted { points, reason, .. }) => Some((*points, *reason)),
        _ => None,
    });
    use PointReason::{RealName, Registered, Review};
    let all = [(100, Registered), (200, RealName), (1, Review(coffee)), (1, Review(tea))];
    assert_eq!(told.collect::<Vec<_>>(), all);
}

#[test]
fn points_are_paid_out_of_the_platforms_share_where_the_region_says_what_they_bring() {
    let mut world = paying();
    register(&mut world, "ann", PartyKind::User, 1);
    let share = Account::Share(ShareKind::Platform);
    let before = world.balance(share);
    assert_eq!(pay(&mut world, "ann", 301), Err(Rejection::PointsShort));
    assert_eq!(pay(&mut world, "ann", 0), Err(Rejection::AmountZero));
    pay(&mut world, "ann", 255).expect("she has 300");
    assert_eq!(points(&world, "ann"), 45);
    assert_eq!(before - world.balance(share), 25_50);
    world.settle(1002);
    assert_eq!(world.available("ann"), 25_50);
    world.freeze("ann");
    assert_eq!(pay(&mut world, "ann", 10), Err(Rejection::Frozen));
}

#[test]
fn points_come_back_when_what_they_brought_is_taken_back() {
    let mut world = paying();
    register(&mut world, "ann", PartyKind::User, 1);
    let Ok(Done::Numbered { number }) = pay(&mut world, "ann", 255) else { panic!("she has 300") };
    world.settle(1002);
    let entry = EntryReference::Number(number);
    let reversal = MoneyAct::Reverse { entry, on_credit: false };
    world.two(reversal).expect("two persons");
    assert_eq!((points(&world, "ann"), world.available("ann")), (300, 0));
    let returned = PointEvent::Returned { party: party("ann"), points: 255 };
    assert!(world.events.contains(&Event::Points(returned)));
}

#[test]
fn points_are_no_money_where_the_region_says_nothing_or_the_platform_has_none() {
    let mut world = World::new();
    register(&mut world, "ann", PartyKind::User, 1);
    assert_eq!(pay(&mut world, "ann", 1), Err(Rejection::PointsNotPaid));
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.money.points.per_unit = 10;
    let mut world = World::of(terms);
    register(&mut world, "ann", PartyKind::User, 1);
    assert_eq!(pay(&mut world, "ann", 10), Err(Rejection::InsufficientFunds));
    assert_eq!(points(&world, "ann"), 300);
}

#[test]
fn points_end_with_the_party_and_are_worth_no_more_than_they_say() {
    let mut world = paying();
    register(&mut world, "ann", PartyKind::User, 1);
    world.operator(MoneyAct::CloseParty { party: party("ann") }.into());
    assert_eq!(points(&world, "ann"), 0);
    let terms = world.venue.terms().money.points;
    assert_eq!(terms.worth(19, Currency::Sgd), Some(cents(1_90)));
    assert_eq!(terms.worth(19, Currency::Jpy).map(Amount::minor), Some(1), "rounded down");
    assert_eq!(terms.worth(u64::MAX, Currency::Sgd), None);
}

#[test]
fn points_that_bring_nothing_stay() {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.money.points.per_unit = 1_000;
    let mut world = paying_in(terms);
    register(&mut world, "ann", PartyKind::User, 1);
    pay(&mut world, "ann", 199).expect("worth 0.19");
    assert_eq!(points(&world, "ann"), 110, "ten for a cent");
}
