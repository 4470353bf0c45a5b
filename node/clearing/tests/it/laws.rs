//! What holds whatever members, bank and staff do.

use crate::world::{EUR, USD, World, account, at, day, minor, node, owes, staff};
use gcfn_banking::{Payment, Side};
use gcfn_clearing::{
    BundleRef, ClearingEvent, Cycle, Deposit, HousePayment, Layer, Netting, Obligation, Phase,
    Priority, QueueChange, Standing,
};
use gcfn_model::{Currency, Position, SettlementAccount};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use std::collections::{BTreeMap, BTreeSet};

const MEMBERS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// When something is due in [`two_cycles`].
const DUE: [(u64, u64); 6] = [(9, 18), (10, 8), (10, 14), (10, 18), (11, 8), (11, 14)];

/// One thing that somebody does.
#[derive(Clone, Debug)]
enum Step {
    Agree(u64, Vec<(usize, usize, bool, u64)>),
    Affirm(usize, usize, u64),
    Deposit(usize, u8, bool, u64),
    PayBack(usize, u8, bool, u64),
    Cap(usize, bool, Option<u64>),
    Change(usize, u8),
    Netting(Netting),
    Run(u64),
    PayIn(usize),
    /// A bank takes back what a member has paid in, or a part of it.
    TakeBack(usize, bool),
    PayOut,
    /// Time passes until something is due.
    Due,
}

fn step() -> impl Strategy<Value = Step> {
    let member = || 0..MEMBERS.len();
    let leg = (member(), 1..MEMBERS.len(), any::<bool>(), 1u64..500);
    let leg = leg.prop_map(|(payer, off, eur, m)| (payer, (payer + off) % MEMBERS.len(), eur, m));
    let netting = [Netting::Multilateral, Netting::Bilateral, Netting::Gross];
    prop_oneof![
        8 => (10u64..12, prop::collection::vec(leg, 1..3))
            .prop_map(|(value, legs)| Step::Agree(value, legs)),
        1 => (member(), 1..MEMBERS.len(), 1u64..500)
            .prop_map(|(p, off, m)| Step::Affirm(p, (p + off) % MEMBERS.len(), m)),
        5 => (member(), 0u8..3, any::<bool>(), 1u64..900)
            .prop_map(|(of, layer, eur, m)| Step::Deposit(of, layer, eur, m)),
        3 => (member(), 0u8..3, any::<bool>(), 1u64..200)
            .prop_map(|(of, layer, eur, m)| Step::PayBack(of, layer, eur, m)),
        4 => (member(), any::<bool>(), prop::option::weighted(0.8, 1u64..200))
            .prop_map(|(of, eur, limit)| Step::Cap(of, eur, limit)),
        5 => (0usize..4, 0u8..4).prop_map(|(which, what)| Step::Change(which, what)),
        1 => prop::sample::select(netting.to_vec()).prop_map(Step::Netting),
        3 => (10u64..12).prop_map(Step::Run),
        4 => member().prop_map(Step::PayIn),
        3 => (member(), any::<bool>()).prop_map(|(of, whole)| Step::TakeBack(of, whole)),
        2 => Just(Step::PayOut),
        1 => Just(Step::Due),
    ]
}

fn currency(eur: bool) -> Currency {
    if eur { EUR } else { USD }
}

fn go(world: &mut World, step: &Step) {
    match step {
        Step::Agree(value, legs) => {
            let leg = |&(p, q, eur, m): &(usize, usize, bool, u64)| {
                owes(MEMBERS[p], MEMBERS[q], currency(eur), m)
            };
            let owed: Vec<Obligation> = legs.iter().map(leg).collect();
            let bundle = world.bundle(*value, &owed);
            for by in bundle.nodes() {
                world.affirm(by, &bundle).ok();
            }
        }
        Step::Affirm(payer, payee, m) => {
            let bundle = world.bundle(10, &[owes(MEMBERS[*payer], MEMBERS[*payee], EUR, *m)]);
            world.affirm(node(MEMBERS[*payer]), &bundle).ok();
        }
        Step::Deposit(of, layer, eur, m) => {
            let layer = Layer::ALL[usize::from(*layer)];
            world.deposit(MEMBERS[*of], layer, currency(*eur), *m);
        }
        Step::PayBack(of, layer, eur, m) => {
            let (account, layer) = (account(MEMBERS[*of]), Layer::ALL[usize::from(*layer)]);
            let deposit = Deposit { account, layer, currency: currency(*eur), amount: minor(*m) };
            world.house.pay_back(world.now, deposit, &mut world.events).ok();
        }
        Step::Cap(of, eur, limit) => {
            let cell = (currency(*eur), account(MEMBERS[*of]));
            world.house.set_cap(cell, limit.map(minor), &mut world.events);
        }
        Step::Change(which, what) => {
            let Some(queued) = world.house.queue().nth(*which).copied() else { return };
            let first = Priority::new(0).expect("in range");
            let changes = [
                QueueChange::Reordered(first),
                QueueChange::Held,
                QueueChange::Released,
                QueueChange::Cancelled,
            ];
            let change = changes[usize::from(*what)];
            world.house.change_queue(staff(), queued.bundle, change, &mut world.events).ok();
        }
        Step::Netting(netting) => world.house.set_netting(*netting, &mut world.events),
        Step::Run(value) => {
            world.house.run(day(*value), &mut world.ledger, &mut world.events).ok();
        }
        Step::PayIn(of) => world.pay_in(MEMBERS[*of]),
        Step::TakeBack(of, whole) => take_back(world, account(MEMBERS[*of]), *whole),
        Step::PayOut => world.pay_out(),
        Step::Due => {
            if let Some((day, hour)) =
                DUE.into_iter().find(|(day, hour)| world.now < at(*day, *hour))
            {
                world.until(day, hour);
            }
        }
    }
}

/// The bank takes back what it has left of the first payment to the house that it can.
fn take_back(world: &mut World, of: SettlementAccount, whole: bool) {
    let left = |payment: &Payment<HousePayment>| {
        payment.instruction.amount.saturating_sub(payment.taken_back)
    };
    let paid = world.house.desk().payments().find(|payment| {
        payment.credited && payment.instruction.debtor == of && !left(payment).is_zero()
    });
    let Some(payment) = paid.copied() else { return };
    let amount = left(&payment).minor();
    let amount = if whole { amount } else { amount.div_ceil(2) };
    let of = (Side::Debit, payment.instruction.currency, minor(amount));
    world.book(of, Some(payment.instruction.uetr()), None);
}

/// The cycles of two value dates are open at the same time.
fn two_cycles() -> World {
    let mut world = World::new();
    world.open(11);
    world
}

/// Who pays what it is called for, and whether the others do when it is too late.
#[derive(Clone, Copy, Debug)]
struct Payers {
    members: [bool; MEMBERS.len()],
    /// Whose banks take back what they have paid, whenever something is due.
    taken_back: [bool; MEMBERS.len()],
    late: bool,
}

fn payers() -> impl Strategy<Value = Payers> {
    let few = || prop::array::uniform5(prop::bool::weighted(0.1));
    (prop::array::uniform5(any::<bool>()), few(), any::<bool>())
        .prop_map(|(members, taken_back, late)| Payers { members, taken_back, late })
}

/// The cycles are brought to their ends.
fn end(world: &mut World, payers: Payers) {
    for (day, hour) in DUE {
        if world.now < at(day, hour) {
            world.until(day, hour);
            let paying = MEMBERS.into_iter().zip(payers.members).filter(|(_, pays)| *pays);
            paying.for_each(|(member, _)| world.pay_in(member));
            world.pay_out();
            let back = MEMBERS.into_iter().zip(payers.taken_back).filter(|(_, back)| *back);
            back.for_each(|(member, _)| take_back(world, account(member), hour != 14));
        }
    }
    if payers.late {
        MEMBERS.into_iter().for_each(|member| world.pay_in(member));
    }
    world.pay_out();
    world.statements();
}

fn caps_count_right(world: &World) {
    for (currency, of, cap) in world.house.caps() {
        let mut unsettled = 0;
        for cycle in world.house.cycles().filter(|cycle| cycle.phase < Phase::Settled) {
            let agreed = cycle.bundles().filter(|(_, standing)| *standing == Standing::Agreed);
            for owed in agreed.flat_map(|(bundle, _)| &bundle.obligations) {
                let minor = i128::from(owed.amount.minor());
                unsettled += if (owed.currency, owed.payee) == (currency, of) { minor } else { 0 };
                unsettled -= if (owed.currency, owed.payer) == (currency, of) { minor } else { 0 };
            }
        }
        assert_eq!(cap.unsettled, Position::from_minor(unsettled));
        let claims = world
            .house
            .claims()
            .filter(|claim| (claim.again.call.currency, claim.account()) == (currency, of));
        let claimed: i128 = claims.map(|claim| i128::from(claim.owed().minor())).sum();
        assert_eq!(cap.claimed, Position::from_minor(claimed));
    }
}

/// What settled is what the accounts have in the end, and no bundle both settled and failed.
fn never_one_leg(world: &World, all: &BTreeMap<BundleRef, Vec<Obligation>>) {
    let (settled, failed) = (world.settled(), world.failed());
    let once: BTreeSet<&BundleRef> = settled.iter().chain(&failed).collect();
    assert_eq!(once.len(), settled.len() + failed.len(), "a bundle has one end");
    for currency in [EUR, USD] {
        for of in MEMBERS {
            let owed = settled.iter().filter_map(|bundle| all.get(bundle)).flatten();
            let own = owed.filter(|o| o.currency == currency).map(|o| {
                let minor = i128::from(o.amount.minor());
                let received = if o.payee == account(of) { minor } else { 0 };
                received - if o.payer == account(of) { minor } else { 0 }
            });
            let own: i128 = own.sum();
            let brought: i128 = world
                .booked
                .iter()
                .zip(owners(world))
                .filter(|(entry, owner)| entry.currency == currency && *owner == Some(of))
                .map(|(entry, _)| entry.change().minor())
                .sum();
            let helped = helped(world, of, currency);
            let has = world.owed_to(of, currency) - world.receivable(of, currency);
            assert_eq!(brought + own + helped, has, "{of} {currency}");
        }
    }
}

/// What others have given for an account, less what it has given for others.
fn helped(world: &World, of: &str, currency: Currency) -> i128 {
    let given = world.events.iter().filter_map(|event| match event {
        ClearingEvent::CoverDrawn { account, from, .. } => Some((*account, *from, 1)),
        ClearingEvent::CoverRestored { account, to, .. } => Some((*account, *to, -1)),
        _ => None,
    });
    let of_currency = given.filter(|(_, deposit, _)| deposit.currency == currency);
    let change = of_currency.map(|(for_whom, deposit, sign)| {
        let minor = sign * i128::from(deposit.amount.minor());
        let got = if for_whom == account(of) { minor } else { 0 };
        got - if deposit.account == account(of) { minor } else { 0 }
    });
    change.sum()
}

/// Whose each booking of the bank is.
fn owners(world: &World) -> Vec<Option<&'static str>> {
    let references: BTreeMap<_, _> =
        world.house.deposit_references().map(|(reference, of, _)| (reference, of)).collect();
    let owner = |entry: &gcfn_banking::BankEntry| {
        let payment = entry.uetr.and_then(|uetr| world.house.desk().payment(uetr));
        let of_payment = payment.map(|payment| payment.instruction.purpose.account);
        let of_deposit = entry.reference.and_then(|reference| references.get(&reference).copied());
        let of = of_payment.or(of_deposit)?;
        MEMBERS.into_iter().find(|member| account(member) == of)
    };
    world.booked.iter().map(owner).collect()
}

fn bundles_of(world: &World, known: &mut BTreeMap<BundleRef, Vec<Obligation>>) {
    for (bundle, _) in world.house.cycles().flat_map(Cycle::bundles) {
        known.insert(bundle.reference, bundle.obligations.clone());
    }
}

/// A word for what has happened, as far as the laws are about it.
fn kind(event: &ClearingEvent) -> Option<&'static str> {
    Some(match event {
        ClearingEvent::BundlesSettled { .. } => "settled ahead",
        ClearingEvent::CycleSettled { bundles, .. } if !bundles.is_empty() => "settled",
        ClearingEvent::BundlesFailed { .. } => "failed",
        ClearingEvent::PayInReceived { .. } => "paid in",
        ClearingEvent::PayInMissed { .. } => "missed",
        ClearingEvent::CycleRenetted { positions, .. } if !positions.is_empty() => "netted again",
        ClearingEvent::BundleQueued { .. } => "queued",
        ClearingEvent::QueueChanged { .. } => "queue changed",
        ClearingEvent::CoverDrawn { account, from, .. } if from.account == *account => "own cover",
        ClearingEvent::CoverDrawn { .. } => "cover of the fund",
        ClearingEvent::CoverRestored { .. } => "restored",
        ClearingEvent::PayInReturned { .. } => "taken back",
        ClearingEvent::DepositReturned(_) => "deposit returned",
        ClearingEvent::CycleFinal { .. } => "final",
        _ => return None,
    })
}

/// A law holds of nothing where nothing happens: the steps that the laws are tried on lead to
/// everything that they speak of, and often.
#[test]
fn the_laws_are_tried_on_everything_that_can_happen() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeMap::<&str, usize>::new();
    for _ in 0..300 {
        let steps = prop::collection::vec(step(), 1..60).new_tree(&mut runner).expect("steps");
        let payers = payers().new_tree(&mut runner).expect("payers").current();
        let mut world = two_cycles();
        steps.current().iter().for_each(|step| go(&mut world, step));
        end(&mut world, payers);
        let kinds: BTreeSet<&str> = world.events.iter().filter_map(kind).collect();
        kinds.into_iter().for_each(|kind| *seen.entry(kind).or_default() += 1);
    }
    let rare: Vec<_> = seen.iter().filter(|(_, cases)| **cases < 10).collect();
    assert_eq!((seen.len(), rare), (14, Vec::new()), "of 300 cases: {seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_cycle_ends_final_whole_and_without_residue(
        steps in prop::collection::vec(step(), 1..60), payers in payers(),
    ) {
        let mut world = two_cycles();
        let mut known = BTreeMap::new();
        for step in &steps {
            go(&mut world, step);
            bundles_of(&world, &mut known);
            caps_count_right(&world);
            let mut sums = BTreeMap::<Currency, Position>::new();
            for line in world.house.cycles().flat_map(Cycle::positions) {
                let sum = sums.entry(line.currency).or_default();
                *sum = sum.and(line.position);
            }
            prop_assert!(sums.values().all(|sum| *sum == Position::ZERO));
        }
        end(&mut world, payers);
        for cycle in world.house.cycles() {
            prop_assert_eq!(cycle.phase, Phase::Final);
            let replay = world.house.replay(cycle.schedule.value_date);
            prop_assert!(replay.expect("netted").identical);
        }
        never_one_leg(&world, &known);
        world.leaves_no_residue();
    }

    /// A crash between any two steps: what is on disk goes on, and comes to the same.
    #[test]
    fn a_crash_between_any_two_steps_changes_nothing(
        steps in prop::collection::vec(step(), 1..40), payers in payers(),
    ) {
        let restored = |world: &World| -> World {
            let bytes = postcard::to_allocvec(world).expect("plain data");
            postcard::from_bytes(&bytes).expect("as it was written")
        };
        let (mut through, mut crashing) = (two_cycles(), two_cycles());
        for step in &steps {
            go(&mut through, step);
            go(&mut crashing, step);
            crashing = restored(&crashing);
        }
        end(&mut through, payers);
        end(&mut crashing, payers);
        prop_assert_eq!(&through.house, &crashing.house);
        prop_assert_eq!(&through.events, &crashing.events);
        let balances = |world: &World| world.ledger.balances().collect::<Vec<_>>();
        prop_assert_eq!(balances(&through), balances(&crashing));
        let bytes = |world: &World| postcard::to_allocvec(world).expect("plain data");
        prop_assert_eq!(bytes(&through), bytes(&crashing), "byte for byte");
    }

    /// The same commands, the same events: nothing depends on anything else.
    #[test]
    fn a_replay_of_the_same_steps_tells_the_same(
        steps in prop::collection::vec(step(), 1..40), payers in payers(),
    ) {
        let play = || {
            let mut world = two_cycles();
            steps.iter().for_each(|step| go(&mut world, step));
            end(&mut world, payers);
            world.events
        };
        let (once, again): (Vec<ClearingEvent>, Vec<ClearingEvent>) = (play(), play());
        prop_assert_eq!(once, again);
    }
}
