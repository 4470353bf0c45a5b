//! A cycle that only waits for its bank's statement has the house ask for it (CLR-06).

use crate::world::{EUR, World, at, day, owes};
use gcfn_banking::{DeskEvent, StatementRequest};
use gcfn_clearing::{ClearingEvent, Phase};

fn asked(world: &World) -> Vec<StatementRequest> {
    let asked = world.events.iter().filter_map(|event| match event {
        ClearingEvent::Bank(DeskEvent::StatementsAsked(request)) => Some(*request),
        _ => None,
    });
    asked.collect()
}

fn came(world: &World) -> usize {
    let is_end = |event: &&ClearingEvent| {
        matches!(event, ClearingEvent::Bank(DeskEvent::StatementsCame { .. }))
    };
    world.events.iter().filter(is_end).count()
}

/// A cycle of day 10 that is paid in and out, and not stated.
fn paid_out() -> World {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("a");
    world.until(10, 14);
    world.pay_out();
    world.until(10, 15);
    assert_eq!(world.phase(), Phase::PayOut);
    world
}

#[test]
fn the_statement_is_asked_for_twelve_hours_after_the_deadline_and_makes_the_cycle_final() {
    let mut world = paid_out();
    assert_eq!(world.house.next_due(), Some(at(11, 2)), "nobody has to look for it");
    world.until(11, 2);
    let [request] = asked(&world).try_into().expect("one question");
    assert_eq!((request.account, request.currency), (world.house.account(), EUR));
    assert_eq!((request.number, request.from, request.to), (1, day(10), day(10)));
    world.until(11, 3);
    assert_eq!(asked(&world).len(), 1, "the bank has time to answer");
    assert_eq!(world.house.next_due(), Some(at(11, 4)), "two hours of it");
    world.until(11, 4);
    assert_eq!(asked(&world).len(), 2);

    let statement = world.statement(day(10), EUR);
    let heard = world.house.reconcile(world.now, &statement, &world.ledger, &mut world.events);
    assert!(heard.expect("a statement").is_clean());
    assert_eq!((world.phase(), came(&world)), (Phase::Final, 1));
    assert_eq!(world.house.next_due(), None);
}

#[test]
fn a_currency_in_which_nothing_waits_is_not_asked_about() {
    let mut world = paid_out();
    world.statements();
    assert_eq!(world.phase(), Phase::Final);
    for hour in [2, 4, 9] {
        world.until(11, hour);
    }
    assert_eq!(asked(&world), Vec::new());
}

#[test]
fn a_house_waits_as_long_as_it_is_told_to() {
    let mut world = paid_out();
    let grace = gcfn_model::Millis(3_600_000);
    world.house = world.house.clone().with_statement_grace(grace);
    world.until(10, 16);
    assert_eq!(asked(&world).len(), 1);
}
