//! Who has not paid in, against every way in which a cycle could go on: the rule is compared with
//! one that tries all sets of bundles, and that knows nothing of how the house searches.

use crate::world::{EUR, World, account, day, owes};
use gcfn_clearing::{BundleRef, DefaultPlan, Layer, Obligation};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};

const MEMBERS: [&str; 4] = ["a", "b", "c", "d"];

/// A cycle at its deadline.
#[derive(Clone, Debug)]
struct Case {
    owed: Vec<(usize, usize, u64)>,
    collateral: [u64; 4],
    fund: [u64; 4],
    pays: [bool; 4],
}

fn case() -> impl Strategy<Value = Case> {
    let owed = (0usize..4, 1usize..4, 1u64..300).prop_map(|(p, off, m)| (p, (p + off) % 4, m));
    let owed = prop::collection::vec(owed, 1..9);
    let money = || prop::array::uniform4(prop_oneof![Just(0u64), 1u64..400]);
    let pays = prop::array::uniform4(any::<bool>());
    (owed, money(), money(), pays).prop_map(|(owed, collateral, fund, pays)| Case {
        owed,
        collateral,
        fund,
        pays,
    })
}

type Owed = BTreeMap<BundleRef, Obligation>;

/// Plays the case until the deadline is about to pass.
fn play(case: &Case, with_fund: bool) -> (World, Owed) {
    let mut world = World::new();
    let mut owed = Owed::new();
    for (index, member) in MEMBERS.into_iter().enumerate() {
        if case.collateral[index] != 0 {
            world.deposit(member, Layer::Collateral, EUR, case.collateral[index]);
        }
        if with_fund && case.fund[index] != 0 {
            world.deposit(member, Layer::FundShare, EUR, case.fund[index]);
        }
    }
    for &(payer, payee, amount) in &case.owed {
        let obligation = owes(MEMBERS[payer], MEMBERS[payee], EUR, amount);
        owed.insert(world.agree(&[obligation]), obligation);
    }
    world.until(9, 18);
    world.until(10, 8);
    for (member, pays) in MEMBERS.into_iter().zip(case.pays) {
        if pays {
            world.pay_in(member);
        }
    }
    (world, owed)
}

/// What a member is owed, less what it owes, in these bundles.
fn position<'a>(of: &str, set: impl Iterator<Item = &'a Obligation>) -> i128 {
    set.fold(0, |sum, owed| {
        let minor = i128::from(owed.amount.minor());
        sum + if owed.payee == account(of) { minor } else { 0 }
            - if owed.payer == account(of) { minor } else { 0 }
    })
}

/// What a member has for the cycle: what it has paid in, and if it has not paid what it was called
/// for, what it keeps at the house.
fn has(world: &World, of: &str) -> i128 {
    let calls = world.cycle().pay_ins().filter(|(call, _)| call.account == account(of));
    let calls: Vec<_> = calls.collect();
    let paid = calls.iter().filter(|(_, paid)| *paid).map(|(call, _)| call.amount.minor());
    let paid: u64 = paid.sum();
    let kept = world.house.deposits().filter(|kept| kept.account == account(of));
    let kept: u64 = kept.map(|kept| kept.amount.minor()).sum();
    i128::from(if calls.iter().all(|(_, paid)| *paid) { paid } else { kept })
}

/// The most value of all sets that everybody can pay out of his own.
fn best(world: &World, owed: &Owed) -> u64 {
    let all: Vec<&Obligation> = owed.values().collect();
    let sets = (0u32..1 << all.len()).filter_map(|set| {
        let chosen = || (0..all.len()).filter(move |n| set >> n & 1 == 1).map(|n| all[n]);
        let funded = MEMBERS.iter().all(|of| 0 <= has(world, of) + position(of, chosen()));
        funded.then(|| chosen().map(|owed| owed.amount.minor()).sum())
    });
    sets.max().expect("to settle nothing is always funded")
}

fn kept<'a>(plan: &DefaultPlan, owed: &'a Owed) -> Vec<&'a Obligation> {
    let leaving: BTreeSet<&BundleRef> = plan.leaving.iter().collect();
    owed.iter().filter(|(bundle, _)| !leaving.contains(bundle)).map(|(_, owed)| owed).collect()
}

fn value(set: &[&Obligation]) -> u64 {
    set.iter().map(|owed| owed.amount.minor()).sum()
}

/// Whether everybody can pay for `set` with what it has paid in and what is drawn for it.
fn is_covered(world: &World, plan: &DefaultPlan, set: &[&Obligation]) -> bool {
    MEMBERS.iter().all(|of| {
        let drawn = plan.covers.iter().filter(|cover| cover.account == account(of));
        let drawn: u64 = drawn.map(|cover| cover.amount.minor()).sum();
        let paid = world.cycle().pay_ins().filter(|(c, paid)| *paid && c.account == account(of));
        let paid: u64 = paid.map(|(call, _)| call.amount.minor()).sum();
        0 <= i128::from(drawn + paid) + position(of, set.iter().copied())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_stays_without_a_fund_is_worth_as_much_as_the_best_of_all_sets(case in case()) {
        let (world, owed) = play(&case, false);
        let Ok(plan) = world.house.plan_default(day(10)) else { return Ok(()) };
        let stays = kept(&plan, &owed);
        prop_assert_eq!(value(&stays), best(&world, &owed));
        prop_assert!(is_covered(&world, &plan, &stays));
        prop_assert!(plan.covers.iter().all(|cover| cover.from == cover.account));
    }

    /// The fund only adds: what stays is funded, is worth no less than without it, and nobody gives
    /// more than he keeps, or for somebody who has paid what he was called for.
    #[test]
    fn the_fund_only_adds(case in case()) {
        let (world, owed) = play(&case, true);
        let Ok(plan) = world.house.plan_default(day(10)) else { return Ok(()) };
        let stays = kept(&plan, &owed);
        prop_assert!(best(&world, &owed) <= value(&stays));
        prop_assert!(is_covered(&world, &plan, &stays));
        for cover in &plan.covers {
            prop_assert!(plan.missing.contains_key(&(EUR, cover.account)));
            let of = plan.covers.iter().filter(|c| (c.from, c.layer) == (cover.from, cover.layer));
            let drawn: u64 = of.map(|cover| cover.amount.minor()).sum();
            let node = cover.from.node.to_string();
            prop_assert!(drawn <= world.deposited(&node, cover.layer, EUR));
        }
    }
}

/// That the comparison is one: in many of the cases something leaves and something stays, and in
/// some of them the fund helps.
#[test]
fn the_cases_are_hard_enough() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut chosen, mut helped) = (0, 0);
    for _ in 0..256 {
        let case = case().new_tree(&mut runner).expect("a case").current();
        let (world, owed) = play(&case, true);
        if let Ok(plan) = world.house.plan_default(day(10)) {
            chosen += usize::from(!plan.leaving.is_empty() && plan.leaving.len() < owed.len());
            helped += usize::from(plan.covers.iter().any(|cover| cover.from != cover.account));
        }
    }
    assert!(50 < chosen && 20 < helped, "{chosen} with a choice, {helped} with the fund");
}
