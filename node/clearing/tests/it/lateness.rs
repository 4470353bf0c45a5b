//! A cycle that is late is told of once (CLR-06).

use crate::world::{EUR, World, at, owes};
use gcfn_clearing::{ClearingEvent, Phase};
use gcfn_model::Millis;

const HOUR: u64 = 3_600_000;

fn warnings(world: &World) -> Vec<Millis> {
    let late = world.events.iter().filter_map(|event| match event {
        ClearingEvent::CycleLate { cycle, by } => {
            assert_eq!(*cycle, world.cycle().id);
            Some(*by)
        }
        _ => None,
    });
    late.collect()
}

/// A cycle that has settled at its deadline, 14:00, and owes what the bank has not paid.
fn unpaid() -> World {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("a");
    world.until(10, 14);
    assert_eq!(world.phase(), Phase::Settled);
    world
}

#[test]
fn a_cycle_that_owes_somebody_an_hour_past_its_deadline_is_late_and_told_so_once() {
    let mut world = unpaid();
    assert_eq!(world.house.next_due(), Some(at(10, 15)), "nobody has to look for it");
    assert_eq!(world.cycle().late_by(at(10, 14)), None);
    world.until(10, 15);
    assert_eq!(warnings(&world), [Millis(HOUR)]);
    world.until(10, 16);
    world.until(11, 9);
    assert_eq!(warnings(&world).len(), 1, "once");
    assert_eq!(world.cycle().late_by(world.now), Some(Millis(19 * HOUR)), "and it grows");
    assert!(world.house.next_due().is_none_or(|due| world.now < due), "it asks for no more time");
    world.pay_out();
    assert_eq!(world.cycle().late_by(world.now), None, "everybody is paid");
}

#[test]
fn a_house_that_was_down_says_how_late_it_has_become() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.until(10, 13);
    world.pay_in("a");
    world.until(10, 20);
    assert_eq!(warnings(&world), [Millis(6 * HOUR)]);
}

#[test]
fn a_cycle_that_pays_everybody_within_the_hour_is_not_late() {
    let mut world = unpaid();
    world.pay_out();
    world.until(10, 20);
    world.statements();
    assert_eq!((world.phase(), warnings(&world)), (Phase::Final, Vec::new()));
    assert_eq!(world.house.next_due(), None);
}

#[test]
fn a_cycle_in_which_nothing_stands_is_never_late() {
    let mut world = World::new();
    for hour in [8, 14, 15, 23] {
        world.until(10, hour);
    }
    assert_eq!(warnings(&world), Vec::new());
}
