//! Preview and replay: what would happen, and whether what has happened follows.

use crate::world::{EUR, World, account, at, day, minor, node, owes};
use gcfn_clearing::{HouseRefusal, Layer, Netting, Phase, Wait};

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

#[test]
fn a_cycle_says_what_it_waits_for_until_it_is_final() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    let waits = |world: &World| world.cycle().waits_for();
    assert_eq!(waits(&world), [Wait::Time(at(9, 18))]);
    world.until(9, 18);
    assert_eq!(waits(&world), [Wait::Time(at(10, 8))]);
    world.until(10, 8);
    let (account_of, amount) = (account, minor(100));
    let short = Wait::PayIn { account: account_of("a"), currency: EUR, amount };
    assert_eq!(waits(&world), [short]);
    world.pay_in("a");
    let unpaid = Wait::PayOut { account: account_of("b"), currency: EUR, amount, refused: false };
    let statement = Wait::Statement { currency: EUR, covering: day(10) };
    assert_eq!(waits(&world), [unpaid, statement]);
    world.pay_out();
    assert_eq!(waits(&world), [statement], "the bank has yet to confirm it");
    world.statements();
    assert_eq!((world.phase(), waits(&world)), (Phase::Final, Vec::new()));
}

#[test]
fn what_one_side_has_not_affirmed_or_affirmed_otherwise_is_shown_with_its_name() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 1)]);
    let mine = world.bundle(10, &[owes("a", "b", EUR, 60)]);
    world.affirm(node("a"), &mine).expect("taken");
    let shown = |world: &World| {
        let all: Vec<_> = world.cycle().unaffirmed().collect();
        let [one] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!(one.bundle, &mine);
        (one.by.iter().copied().collect::<Vec<_>>(), one.missing.clone(), one.disputed_by.clone())
    };
    assert_eq!(shown(&world), (vec![node("a")], vec![node("b")], vec![]));
    let mut other = mine.clone();
    other.obligations = vec![owes("a", "b", EUR, 61)];
    assert_eq!(world.affirm(node("b"), &other), Err(HouseRefusal::Mismatch));
    assert_eq!(shown(&world), (vec![node("a")], vec![node("b")], vec![node("b")]));
    world.affirm(node("b"), &mine).expect("it has looked again");
    assert_eq!(world.cycle().unaffirmed().count(), 0);
    world.finish(&["a"]);
}
