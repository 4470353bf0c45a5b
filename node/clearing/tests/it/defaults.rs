//! Who has not paid in by the deadline, and who pays for it.

use crate::world::{EUR, USD, World, owes};
use gcfn_clearing::{ClearingEvent, Layer};

fn drawn(world: &World) -> Vec<(String, Layer, u64)> {
    let drawn = world.events.iter().filter_map(|event| match event {
        ClearingEvent::CoverDrawn { from, .. } => {
            Some((from.account.node.to_string(), from.layer, from.amount.minor()))
        }
        _ => None,
    });
    drawn.collect()
}

#[test]
fn of_what_a_defaulter_owes_the_least_that_its_money_does_not_carry_leaves() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 70);
    let [large, middle, small] = [60, 40, 10].map(|m| world.agree(&[owes("a", "b", EUR, m)]));
    world.finish(&[]);
    assert_eq!(world.failed(), [middle]);
    assert!(world.settled().contains(&large) && world.settled().contains(&small));
    assert_eq!(drawn(&world), [("a".to_owned(), Layer::Collateral, 70)]);
    assert_eq!(world.paid_out_to("b", EUR), 70);
    world.leaves_no_residue();
}

#[test]
fn its_own_money_is_drawn_layer_by_layer() {
    let mut world = World::new();
    world.deposit("a", Layer::FundShare, EUR, 30);
    world.deposit("a", Layer::Deposit, EUR, 20);
    world.deposit("a", Layer::Collateral, EUR, 10);
    world.deposit("c", Layer::FundShare, EUR, 1_000);
    world.agree(&[owes("a", "b", EUR, 45)]);
    world.finish(&[]);
    let of_a = |layer, amount| ("a".to_owned(), layer, amount);
    let expected =
        [of_a(Layer::Collateral, 10), of_a(Layer::Deposit, 20), of_a(Layer::FundShare, 15)];
    assert_eq!(drawn(&world), expected);
    assert_eq!(world.failed(), []);
    world.leaves_no_residue();
}

/// `a` owes `b`, which owes `c` out of it; `a` owes `d` as well, which needs nothing.
fn chain(world: &mut World) -> [gcfn_clearing::BundleRef; 3] {
    let first = world.agree(&[owes("a", "b", EUR, 100)]);
    let second = world.agree(&[owes("b", "c", EUR, 90)]);
    let third = world.agree(&[owes("a", "d", EUR, 50)]);
    [first, second, third]
}

#[test]
fn the_fund_pays_what_members_who_did_nothing_wrong_would_fail_without() {
    let mut world = World::new();
    world.deposit("c", Layer::FundShare, EUR, 90);
    world.deposit("d", Layer::FundShare, EUR, 60);
    let [_, _, third] = chain(&mut world);
    world.finish(&[]);
    assert_eq!(world.failed(), [third], "d is only not paid");
    let share = |of: &str, amount| (of.to_owned(), Layer::FundShare, amount);
    assert_eq!(drawn(&world), [share("c", 60), share("d", 40)]);
    assert_eq!((world.paid_out_to("b", EUR), world.paid_out_to("c", EUR)), (10, 90));
    world.leaves_no_residue();
}

#[test]
fn where_the_fund_is_not_enough_they_leave_too() {
    let mut world = World::new();
    world.deposit("c", Layer::FundShare, EUR, 99);
    let mut left = chain(&mut world);
    world.finish(&[]);
    let mut failed = world.failed();
    failed.sort_unstable();
    left.sort_unstable();
    assert_eq!(failed, left);
    assert_eq!(drawn(&world), []);
    world.leaves_no_residue();
}

#[test]
fn who_pays_late_gives_everybody_his_own_back_and_has_the_rest() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 5);
    world.deposit("c", Layer::FundShare, EUR, 150);
    chain(&mut world);
    world.finish(&[]);
    assert_eq!(world.deposited("c", Layer::FundShare, EUR), 55);
    let paid_before = world.paid_out_to("a", EUR);
    world.until(11, 9);
    world.pay_in("a");
    assert_eq!(world.deposited("c", Layer::FundShare, EUR), 150);
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 5);
    assert_eq!(world.paid_out_to("a", EUR) - paid_before, 150 - 100);
    world.pay_out();
    world.leaves_no_residue();
}

#[test]
fn both_currencies_of_a_deal_leave_together() {
    let mut world = World::new();
    let deal = world.agree(&[owes("a", "x", EUR, 100), owes("x", "b", USD, 110)]);
    world.finish(&["x"]);
    assert_eq!(world.failed(), [deal]);
    assert_eq!(world.paid_out_to("x", USD), 110, "what it had paid in");
    assert_eq!((world.paid_out_to("b", USD), world.paid_out_to("x", EUR)), (0, 0));
    world.leaves_no_residue();
}

#[test]
fn a_cycle_says_when_it_was_netted_again_and_when_it_is_final() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.agree(&[owes("c", "b", EUR, 100)]);
    world.finish(&["c"]);
    let told = |is: fn(&ClearingEvent) -> bool| world.events.iter().position(is);
    let missed = told(|e| matches!(e, ClearingEvent::PayInMissed { .. }));
    let renetted = told(|e| matches!(e, ClearingEvent::CycleRenetted { .. }));
    let settled = told(|e| matches!(e, ClearingEvent::CycleSettled { .. }));
    let last = told(|e| matches!(e, ClearingEvent::CycleFinal { .. }));
    assert!(missed.is_some() && missed < renetted && renetted < settled && settled < last);
    assert_eq!(world.cycle().positions().count(), 2, "b and c");
}
