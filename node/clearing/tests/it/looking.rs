//! Preview and replay: what would happen, and whether what has happened follows.

use crate::world::{EUR, World, account, day, minor, owes};
use gcfn_clearing::{HouseRefusal, Layer, Netting};

#[test]
fn a_preview_says_what_then_happens_and_changes_nothing() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 40);
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.agree(&[owes("a", "b", EUR, 30)]);
    world.agree(&[owes("b", "c", EUR, 20)]);
    let before = world.house.clone();
    let preview = world.house.preview(day(10)).expect("open");
    assert_eq!(world.house, before);

    world.until(9, 18);
    assert_eq!(preview.positions, world.cycle().positions().collect::<Vec<_>>());
    let missing = preview.default.missing.get(&(EUR, account("a"))).copied();
    assert_eq!(missing, Some(minor(130)));
    world.until(10, 8);
    assert_eq!(world.calls(), [("a".to_owned(), 130)]);
    assert_eq!(world.house.preview(day(10)).expect("open").default, preview.default);
    world.until(10, 14);
    assert_eq!(world.failed(), preview.default.leaving);
    let settled = HouseRefusal::CycleSettled(world.cycle().id);
    assert_eq!(world.house.preview(day(10)), Err(settled));
}

#[test]
fn netting_is_replayed_from_the_obligations_to_the_byte() {
    let mut world = World::new();
    for (payer, payee, amount) in [("a", "b", 100), ("b", "c", 70), ("c", "a", 20), ("d", "b", 9)] {
        world.agree(&[owes(payer, payee, EUR, amount)]);
    }
    let not_yet = HouseRefusal::NotNetted(world.cycle().id);
    assert_eq!(world.house.replay(day(10)), Err(not_yet));
    world.until(9, 18);
    let netted = world.house.replay(day(10)).expect("netted");
    assert!(netted.identical && netted.recorded == netted.recomputed);
    assert_eq!(netted.obligations, 4);
    world.finish(&["a"]);
    let again = world.house.replay(day(10)).expect("netted");
    assert!(again.identical);
    assert_ne!(again.input, netted.input, "what left is not in it any more");
}

#[test]
fn the_houses_terms_say_how_much_must_be_paid_in_and_not_what_is_paid_out() {
    for (netting, called) in [
        (Netting::Multilateral, [("a".to_owned(), 60)].to_vec()),
        (Netting::Bilateral, [("a".to_owned(), 80), ("b".to_owned(), 70)].to_vec()),
        (Netting::Gross, [("a".to_owned(), 100), ("b".to_owned(), 90)].to_vec()),
    ] {
        let mut world = World::new();
        world.house.set_netting(netting, &mut world.events);
        world.agree(&[owes("a", "b", EUR, 100)]);
        world.agree(&[owes("b", "a", EUR, 20)]);
        world.agree(&[owes("b", "c", EUR, 70)]);
        let of_c = [owes("c", "a", EUR, 20)];
        world.agree(&of_c);
        world.until(9, 18);
        world.until(10, 8);
        let without_c: Vec<_> = world.calls().into_iter().filter(|(of, _)| of != "c").collect();
        assert_eq!(without_c, called, "{netting}");
        world.finish(&["a", "b", "c"]);
        let left = |world: &World, of| {
            let paid = world.cycle().pay_ins().filter(|(call, _)| call.account == account(of));
            let paid: u64 = paid.map(|(call, _)| call.amount.minor()).sum();
            i128::from(world.paid_out_to(of, EUR)) - i128::from(paid)
        };
        assert_eq!(["a", "b", "c"].map(|of| left(&world, of)), [-60, 10, 50], "{netting}");
        world.leaves_no_residue();
    }
}
