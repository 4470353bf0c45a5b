//! What caps let in, and what waits for them.

use crate::world::{EUR, World, account, at, minor, node, owes, staff};
use gcfn_clearing::{ClearingEvent, HouseRefusal, Priority, QueueChange, Standing};
use gcfn_model::Digest;

/// A house at which `a` may owe 100 euro cents.
fn capped() -> World {
    let mut world = World::new();
    world.house.set_cap((EUR, account("a")), Some(minor(100)), &mut world.events);
    world
}

fn waiting(world: &World) -> Vec<Digest> {
    world.house.queue().map(|queued| queued.bundle).collect()
}

fn exposure(world: &World) -> i128 {
    world.house.caps().next().expect("one").2.exposure().minor()
}

fn change(world: &mut World, bundle: Digest, change: QueueChange) -> Result<(), HouseRefusal> {
    world.house.change_queue(staff(), bundle, change, &mut world.events)
}

#[test]
fn what_an_account_owes_above_its_cap_waits_until_it_is_owed_enough() {
    let mut world = capped();
    world.agree(&[owes("a", "b", EUR, 100)]);
    let above = world.agree(&[owes("a", "c", EUR, 1)]);
    assert_eq!(waiting(&world), [above]);
    assert_eq!(exposure(&world), 100);
    world.agree(&[owes("c", "a", EUR, 1)]);
    assert_eq!(waiting(&world), []);
    assert_eq!(exposure(&world), 100);
    let entered = ClearingEvent::BundleAgreed { cycle: world.cycle().id, bundle: above };
    assert_eq!(world.events.last(), Some(&entered));
}

#[test]
fn what_a_node_has_affirmed_counts_before_the_other_side_has_and_not_what_others_hope_for() {
    let mut world = capped();
    let mine = world.bundle(10, &[owes("a", "b", EUR, 60)]);
    let hoped = world.bundle(10, &[owes("a", "b", EUR, 90)]);
    world.affirm(node("a"), &mine).expect("taken");
    world.affirm(node("b"), &hoped).expect("taken");
    assert_eq!(exposure(&world), 60);
    let above = world.agree(&[owes("a", "c", EUR, 41)]);
    assert_eq!(waiting(&world), [above]);
    world.agree(&[owes("a", "c", EUR, 40)]);
    assert_eq!(exposure(&world), 100);
}

#[test]
fn one_that_waits_is_not_overtaken_by_the_same_payer_and_holds_up_nobody_else() {
    let mut world = capped();
    world.house.set_cap((EUR, account("b")), Some(minor(100)), &mut world.events);
    let large = world.agree(&[owes("a", "c", EUR, 500)]);
    let small = world.agree(&[owes("a", "c", EUR, 101)]);
    let other = world.agree(&[owes("b", "c", EUR, 101)]);
    assert_eq!(waiting(&world), [large, small, other]);
    world.agree(&[owes("c", "a", EUR, 50), owes("c", "b", EUR, 50)]);
    assert_eq!(waiting(&world), [large, small]);
    change(&mut world, small, QueueChange::Reordered(Priority::new(1).expect("one"))).expect("ok");
    assert_eq!(waiting(&world), [large]);
}

#[test]
fn the_queue_is_reordered_held_and_cancelled_by_hand_and_each_is_told_of() {
    let mut world = capped();
    let [first, second, third] = [300, 200, 150].map(|m| world.agree(&[owes("a", "b", EUR, m)]));
    let urgent = QueueChange::Reordered(Priority::new(0).expect("in range"));
    change(&mut world, third, urgent).expect("queued");
    assert_eq!(waiting(&world), [third, first, second]);
    change(&mut world, third, QueueChange::Held).expect("not held");
    assert_eq!(change(&mut world, third, QueueChange::Held), Err(HouseRefusal::HoldUnchanged));
    change(&mut world, first, QueueChange::Cancelled).expect("queued");
    assert_eq!(world.failed(), [first]);
    world.house.set_cap((EUR, account("a")), None, &mut world.events);
    assert_eq!(waiting(&world), [third], "held");
    change(&mut world, third, QueueChange::Released).expect("held");
    assert_eq!(waiting(&world), []);
    assert_eq!(change(&mut world, third, urgent), Err(HouseRefusal::NotQueued));
    assert_eq!(Priority::new(10), Err(HouseRefusal::PriorityOutOfRange));
    let told = world.events.iter().filter_map(|event| match event {
        ClearingEvent::QueueChanged { bundle, by, change, .. } => Some((*bundle, *by, *change)),
        _ => None,
    });
    let expected = [
        (third, staff(), urgent),
        (third, staff(), QueueChange::Held),
        (first, staff(), QueueChange::Cancelled),
        (third, staff(), QueueChange::Released),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn what_still_waits_at_the_cut_off_leaves_and_what_offsets_itself_settles() {
    let mut world = capped();
    let alone = world.agree(&[owes("a", "b", EUR, 500)]);
    let there = world.agree(&[owes("a", "c", EUR, 300)]);
    world.agree(&[owes("c", "d", EUR, 300)]);
    world.agree(&[owes("d", "a", EUR, 200)]);
    let back = world.agree(&[owes("d", "a", EUR, 100)]);
    world.until(9, 18);
    assert_eq!(world.failed(), [alone]);
    assert!(world.settled().contains(&there) && world.settled().contains(&back));
    let standing = |of| world.cycle().bundles().find(|(b, _)| b.reference == of).map(|(_, s)| s);
    assert_eq!(standing(there), Some(Standing::Settled));
    assert_eq!(waiting(&world), []);
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn a_cap_counts_what_has_not_settled_and_nothing_after() {
    let mut world = capped();
    world.agree(&[owes("a", "b", EUR, 80)]);
    world.open(11);
    let next = world.bundle(11, &[owes("a", "b", EUR, 30)]);
    for by in next.nodes() {
        world.affirm(by, &next).expect("taken");
    }
    assert_eq!(waiting(&world), [next.reference], "every value date counts");
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("a");
    assert_eq!(waiting(&world), []);
    assert_eq!(exposure(&world), 30);
    assert!(world.now < at(10, 18), "before its own cut-off");
}
