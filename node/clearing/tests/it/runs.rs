//! Liquidity-saving runs: what settles with the money at hand, and what becomes of it in the cycle.

use crate::world::{EUR, World, day, owes};
use gcfn_clearing::{ClearingEvent, HouseRefusal, Layer, RunPlan, Saving};
use gcfn_model::Position;

fn run(world: &mut World) -> RunPlan {
    world.house.run(day(10), &mut world.ledger, &mut world.events).expect("an open cycle")
}

fn saved(offered: i128, settled: i128, used: i128) -> Vec<Saving> {
    let [offered, settled, used] = [offered, settled, used].map(Position::from_minor);
    [Saving { currency: EUR, offered, settled, used }].to_vec()
}

#[test]
fn a_circle_settles_without_money_and_nobody_is_called_for_it() {
    let mut world = World::new();
    for (payer, payee) in [("a", "b"), ("b", "c"), ("c", "a")] {
        world.agree(&[owes(payer, payee, EUR, 500)]);
    }
    let plan = run(&mut world);
    assert_eq!((plan.bundles.len(), plan.savings), (3, saved(1_500, 1_500, 0)));
    assert_eq!(world.settled().len(), 3);
    world.until(9, 18);
    world.until(10, 8);
    assert_eq!(world.calls(), []);
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn a_deposit_settles_more_than_itself_and_is_called_back_with_the_cycle() {
    let mut world = World::new();
    world.deposit("a", Layer::Deposit, EUR, 100);
    for (payer, payee) in [("a", "b"), ("b", "c"), ("c", "d")] {
        world.agree(&[owes(payer, payee, EUR, 100)]);
    }
    let too_much = world.agree(&[owes("a", "d", EUR, 1)]);
    let plan = run(&mut world);
    assert_eq!(plan.savings, saved(301, 300, 100), "three settled for each that was used");
    assert_eq!(world.cycle().savings(), plan.savings);
    assert!(!world.settled().contains(&too_much));
    assert_eq!((world.owed_to("a", EUR), world.owed_to("d", EUR)), (0, 100));

    world.until(9, 18);
    world.until(10, 8);
    assert_eq!(world.calls(), [("a".to_owned(), 101)]);
    world.finish(&["a"]);
    assert_eq!(world.paid_out_to("d", EUR), 101);
    assert_eq!(world.deposited("a", Layer::Deposit, EUR), 100);
    world.leaves_no_residue();
}

#[test]
fn who_does_not_pay_in_has_its_deposit_stand_for_what_was_settled_with_it() {
    let mut world = World::new();
    world.deposit("a", Layer::Deposit, EUR, 100);
    world.agree(&[owes("a", "b", EUR, 90)]);
    run(&mut world);
    let late = world.agree(&[owes("a", "b", EUR, 11)]);
    world.finish(&[]);
    assert_eq!(world.failed(), [late]);
    assert_eq!(world.paid_out_to("b", EUR), 90);
    assert_eq!(world.deposited("a", Layer::Deposit, EUR), 10);
    world.leaves_no_residue();
}

#[test]
fn the_same_money_does_not_stand_for_two_cycles() {
    let mut world = World::new();
    world.deposit("a", Layer::Deposit, EUR, 100);
    world.agree(&[owes("a", "b", EUR, 70)]);
    run(&mut world);
    world.open(11);
    for (payer, payee, amount) in [("a", "c", 40), ("b", "c", 70)] {
        let bundle = world.bundle(11, &[owes(payer, payee, EUR, amount)]);
        for by in bundle.nodes() {
            world.affirm(by, &bundle).expect("taken");
        }
    }
    let next = world.house.plan_run(day(11)).expect("open");
    assert_eq!(next.bundles, [], "70 of the deposit stand for day 10, and what b has is paid out");
}

#[test]
fn a_run_is_refused_where_nothing_can_be_run() {
    let mut world = World::new();
    let on = |world: &mut World, date| {
        world.house.run(date, &mut world.ledger, &mut world.events).map(|plan| plan.bundles.len())
    };
    assert_eq!(on(&mut world, day(12)), Err(HouseRefusal::NoCycle(day(12))));
    assert_eq!(on(&mut world, day(10)), Ok(0));
    world.finish(&[]);
    let settled = HouseRefusal::CycleSettled(world.cycle().id);
    assert_eq!(on(&mut world, day(10)), Err(settled));
    let runs = world.events.iter().filter(|e| matches!(e, ClearingEvent::LiquidityRun { .. }));
    assert_eq!(runs.count(), 1);
}
