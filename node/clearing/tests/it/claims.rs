//! Pay-ins that a bank takes back: nothing is undone, and whoever had paid in pays again.

use crate::world::{EUR, World, account, at, minor, node, owes};
use gcfn_banking::{Booked, Dispute, Side};
use gcfn_clearing::{CallAgain, Claim, ClearingEvent, Deposit, HouseRefusal, Layer, Phase};
use gcfn_model::{Timestamp, Uetr};

/// `a` has paid `b` 100 in a cycle that has been final for a day.
fn settled() -> World {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.finish(&["a"]);
    world.until(12, 9);
    world
}

fn claim(world: &World) -> Claim {
    let claims: Vec<&Claim> = world.house.claims().collect();
    let [claim] = claims.as_slice() else { panic!("{claims:?}") };
    (*claim).clone()
}

/// What is called for again, in order: by when, and how much.
fn called_again(world: &World) -> Vec<(Timestamp, u64)> {
    let calls = world.events.iter().filter_map(|event| match event {
        ClearingEvent::PayInCalledAgain { again: CallAgain { call, .. }, .. } => {
            Some((call.due, call.amount.minor()))
        }
        _ => None,
    });
    calls.collect()
}

fn drawn(world: &World) -> Vec<(String, Layer, u64)> {
    let drawn = world.events.iter().filter_map(|event| match event {
        ClearingEvent::CoverDrawn { account: of, from, .. } => {
            assert_eq!(*of, account("a"));
            Some((from.account.node.to_string(), from.layer, from.amount.minor()))
        }
        _ => None,
    });
    drawn.collect()
}

#[test]
fn what_is_taken_back_after_the_end_is_owed_again_and_nothing_of_the_cycle_is_undone() {
    let mut world = settled();
    let before = world.cycle().positions().collect::<Vec<_>>();
    world.take_back("a", 100);

    assert_eq!((world.phase(), world.failed()), (Phase::Final, vec![]));
    assert_eq!(world.cycle().positions().collect::<Vec<_>>(), before);
    assert_eq!(world.paid_out_to("b", EUR), 100, "whoever was owed keeps it");
    let owed = claim(&world);
    assert_eq!((owed.account(), owed.open, owed.missed()), (account("a"), minor(100), 0));
    assert_eq!(world.receivable("a", EUR), 100);
    assert_eq!(called_again(&world), [(at(13, 9), 100)], "a day, for no cycle is open");
    world.leaves_no_residue();

    world.pay_in("a");
    assert_eq!(world.house.claims().count(), 0);
    assert_eq!(world.receivable("a", EUR), 0);
    world.until(14, 9);
    assert_eq!(called_again(&world).len(), 1, "it is paid once");
    world.statements();
    world.leaves_no_residue();
}

#[test]
fn it_is_due_with_the_next_cycle_that_has_not_called() {
    let mut world = settled();
    world.open(13);
    world.take_back("a", 100);
    assert_eq!(called_again(&world), [(at(13, 14), 100)]);
}

#[test]
fn what_is_not_paid_in_time_is_drawn_as_in_a_default_and_called_for_until_it_is_paid() {
    let mut world = settled();
    world.deposit("a", Layer::Collateral, EUR, 20);
    world.deposit("b", Layer::FundShare, EUR, 20);
    world.deposit("c", Layer::FundShare, EUR, 40);
    world.take_back("a", 100);
    world.until(13, 9);
    let drawn_for = |of: &str, layer, amount| (of.to_owned(), layer, amount);
    let all = [
        drawn_for("a", Layer::Collateral, 20),
        drawn_for("b", Layer::FundShare, 20),
        drawn_for("c", Layer::FundShare, 40),
    ];
    assert_eq!(drawn(&world), all);
    let owed = claim(&world);
    assert_eq!((owed.open, owed.owed(), owed.missed()), (minor(20), minor(80), 1));
    assert_eq!(world.receivable("a", EUR), 20, "the house itself is short of the rest");
    assert_eq!(called_again(&world), [(at(13, 9), 100), (at(14, 9), 100)]);

    world.deposit("d", Layer::FundShare, EUR, 50);
    world.until(14, 9);
    assert_eq!(drawn(&world)[3..], [drawn_for("d", Layer::FundShare, 20)]);
    assert_eq!((claim(&world).open, world.receivable("a", EUR)), (minor(0), 0));

    world.pay_in("a");
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 20);
    let shares = ["b", "c", "d"].map(|of| world.deposited(of, Layer::FundShare, EUR));
    assert_eq!(shares, [20, 40, 50], "everybody has his own back");
    assert_eq!(world.house.claims().count(), 0);
    world.leaves_no_residue();
}

#[test]
fn a_payment_that_was_under_way_when_it_was_called_again_meets_the_claim_and_a_second_one_waits() {
    let mut world = settled();
    world.take_back("a", 100);
    let first = claim(&world).again.call.instruction;
    world.until(13, 9);
    let second = claim(&world).again.call.instruction;
    assert_ne!(first, second);
    for call in [first, second] {
        let uetr = Uetr::derive(&[call.as_bytes()]);
        world.book((Side::Credit, EUR, minor(100)), Some(uetr), None);
    }
    assert_eq!(world.house.claims().count(), 0);
    let waiting: Vec<u64> = world.house.suspense().map(|item| item.amount.minor()).collect();
    assert_eq!(waiting, [100], "nobody guesses whose it is");
    world.leaves_no_residue();
}

#[test]
fn before_the_cycle_has_settled_it_has_not_come_and_the_deadline_stays() {
    for pays in [true, false] {
        let mut world = World::new();
        let first = world.agree(&[owes("a", "b", EUR, 100)]);
        world.agree(&[owes("c", "b", EUR, 30)]);
        world.until(9, 18);
        world.until(10, 8);
        world.pay_in("a");
        world.take_back("a", 100);
        assert_eq!((world.phase(), world.house.claims().count()), (Phase::PayIn, 0));
        assert_eq!(called_again(&world), [(at(10, 14), 100)]);
        world.pay_in("c");
        if pays {
            world.pay_in("a");
            assert_eq!(world.phase(), Phase::Settled);
        }
        world.until(10, 14);
        world.pay_out();
        world.statements();
        assert_eq!(world.phase(), Phase::Final);
        assert_eq!(world.failed(), if pays { vec![] } else { vec![first] });
        world.leaves_no_residue();
    }
}

#[test]
fn a_part_is_owed_as_a_part_and_no_more_than_was_paid_is_ever_owed() {
    let mut world = settled();
    let disputes = |world: &mut World, amount| match world.take_back("a", amount) {
        Booked::Disputed(dispute) => dispute,
        other => panic!("{other:?}"),
    };
    let uetr = world.paid("a");
    world.take_back("a", 40);
    assert_eq!(claim(&world).open, minor(40));
    let (expected, got) = (minor(60), minor(61));
    assert_eq!(disputes(&mut world, 61), Dispute::WrongAmount { uetr, expected, got });
    world.take_back("a", 60);
    let owed: Vec<u64> = world.house.claims().map(|claim| claim.open.minor()).collect();
    assert_eq!(owed, [40, 60]);
    assert_eq!(disputes(&mut world, 60), Dispute::BookedTwice { uetr });
    assert_eq!(world.receivable("a", EUR), 100);
    world.pay_in("a");
    assert_eq!(world.house.claims().count(), 0);
    world.leaves_no_residue();
}

#[test]
fn before_the_settlement_a_part_has_not_come_and_the_rest_has() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100), owes("c", "b", EUR, 30)]);
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("a");
    world.take_back("a", 40);
    let calls = [("a".to_owned(), 40), ("c".to_owned(), 30)];
    assert_eq!(world.calls(), calls);
    ["a", "c"].into_iter().for_each(|of| world.pay_in(of));
    assert_eq!(world.phase(), Phase::Settled);
    world.take_back("a", 40);
    assert_eq!(claim(&world).open, minor(40), "the cycle has settled with it");
}

#[test]
fn what_is_paid_again_may_be_taken_back_again() {
    let mut world = settled();
    for _ in 0..3 {
        world.take_back("a", 100);
        assert_eq!(world.receivable("a", EUR), 100);
        world.pay_in("a");
        assert_eq!(world.house.claims().count(), 0);
    }
    world.statements();
    world.leaves_no_residue();
}

#[test]
fn what_is_owed_again_counts_against_the_cap_until_it_is_paid() {
    let mut world = settled();
    let cell = (EUR, account("a"));
    world.house.set_cap(cell, Some(minor(120)), &mut world.events);
    world.open(14);
    world.take_back("a", 100);
    let bundle = world.bundle(14, &[owes("a", "b", EUR, 30)]);
    world.affirm(node("a"), &bundle).expect("taken");
    world.affirm(node("b"), &bundle).expect("taken");
    let (_, _, cap) = world.house.caps().next().expect("one");
    assert_eq!((cap.claimed.minor(), cap.unsettled.minor()), (100, 0));
    assert_eq!(world.house.queue().count(), 1, "it waits for the cap");
    world.house.set_cap(cell, Some(minor(110)), &mut world.events);
    assert_eq!(world.house.caps().next().expect("one").2.claimed.minor(), 100, "counted anew");

    world.pay_in("a");
    assert_eq!(world.house.queue().count(), 0);
    assert_eq!(world.house.caps().next().expect("one").2.claimed.minor(), 0);
}

#[test]
fn no_deposit_goes_back_that_stands_for_it() {
    let mut world = settled();
    world.deposit("a", Layer::Collateral, EUR, 130);
    world.take_back("a", 100);
    let back = |amount| Deposit {
        account: account("a"),
        layer: Layer::Collateral,
        currency: EUR,
        amount: minor(amount),
    };
    assert_eq!(world.house.check_pay_back(&back(31)), Err(HouseRefusal::DepositNeeded));
    assert_eq!(world.house.check_pay_back(&back(30)), Ok(()));
}

#[test]
fn what_the_bank_takes_beyond_what_is_there_it_has_lent_and_every_day_ties() {
    let mut world = settled();
    assert_eq!(world.at_bank(EUR), 0, "all is paid out");
    world.take_back("a", 100);
    assert_eq!(world.at_bank(EUR), -100);
    world.statements();
    assert_eq!(world.house.desk().breaks().count(), 0, "below zero as well");
    world.until(13, 8);
    world.deposit("b", Layer::FundShare, EUR, 30);
    assert_eq!(world.at_bank(EUR), -70);
    world.until(13, 9);
    assert_eq!(drawn(&world), [("b".to_owned(), Layer::FundShare, 30)]);
    world.pay_in("a");
    assert_eq!((world.at_bank(EUR), world.deposited("b", Layer::FundShare, EUR)), (30, 30));
    world.statements();
    world.leaves_no_residue();
}
