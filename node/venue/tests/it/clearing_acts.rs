//! What staff do at the clearing house of their node, and what its members hear of it.

use crate::world::{World, cents, date, party, terms};
use gcfn_banking::Side as Booking;
use gcfn_clearing::{
    Bundle, ClearingEvent, Deposit, HouseRefusal, Layer, Netting, Obligation, Priority, QueueChange,
};
use gcfn_ledger::Account;
use gcfn_model::{Currency, Digest, Hasher, Millis, Pool, SettlementAccount};
use gcfn_venue::{
    ClearingAct, ClearingNotice, Command, Dispatch, Done, Event, Outcome, Rejection, Role,
};

fn custody(node: &str) -> SettlementAccount {
    SettlementAccount { node: node.parse().expect("a name"), pool: Pool::UserCustody }
}

/// A house whose region has the local `sg-1`.
fn house() -> World {
    let mut world = World::new();
    world.member("sg-1", "sg");
    world
}

/// That a node's custody account owes its hub `minor` on day 1001.
fn bundle_of(local: &str, minor: u64) -> Bundle {
    let payer = custody(local);
    let payee = SettlementAccount { pool: Pool::SettlementHub, ..payer };
    let reference =
        Hasher::new("bundle").part(local.as_bytes()).part(&minor.to_be_bytes()).finish();
    let (currency, amount) = (Currency::Sgd, cents(minor));
    Bundle {
        reference,
        value_date: date(1001),
        obligations: vec![Obligation { payer, payee, currency, amount }],
        trades: 1,
        trades_root: Digest::ZERO,
    }
}

/// A local of `sg` affirms it.
fn affirmed(world: &mut World, local: &str, minor: u64) -> Digest {
    let (from, bundle) = (custody(local).node, bundle_of(local, minor));
    let reference = bundle.reference;
    world.must(Command::Dispatch { from, body: Dispatch::Affirm(bundle) });
    reference
}

fn cap(local: &str, minor: u64) -> ClearingAct {
    let limit = Some(cents(minor));
    ClearingAct::SetCap { account: custody(local), currency: Currency::Sgd, limit }
}

fn by_olga(world: &mut World, act: ClearingAct) -> Outcome {
    world.ask("olga", Role::Operator, act.into())
}

fn happened(world: &World, is: impl Fn(&ClearingEvent) -> bool) -> bool {
    world.events.iter().any(|event| matches!(event, Event::Clearing(event) if is(event)))
}

/// Whether a node was told by its house that a bundle has settled ahead, or that it has failed.
fn told(world: &World, node: &str, ahead: bool) -> Vec<Digest> {
    let notices = world.events.iter().filter_map(|event| match event {
        Event::Sent { to, body: Dispatch::Clearing(notice) } if to.as_str() == node => Some(notice),
        _ => None,
    });
    let bundles = notices.filter_map(|notice| match notice {
        ClearingNotice::SettledAhead { bundles, .. } if ahead => Some(bundles.clone()),
        ClearingNotice::Failed { bundles, .. } if !ahead => Some(bundles.clone()),
        _ => None,
    });
    bundles.flatten().collect()
}

#[test]
fn a_cap_takes_two_persons_and_what_exceeds_it_waits_until_somebody_acts() {
    let mut world = house();
    world.two(cap("sg-1", 5_00)).expect("two persons");
    affirmed(&mut world, "sg-1", 5_00);
    let waiting = affirmed(&mut world, "sg-1", 1_00);
    assert!(happened(
        &world,
        |e| matches!(e, ClearingEvent::BundleQueued { bundle, .. } if *bundle == waiting)
    ));

    let change = |change| ClearingAct::ChangeQueue { bundle: waiting, change };
    let urgent = QueueChange::Reordered(Priority::new(0).expect("in range"));
    assert_eq!(by_olga(&mut world, change(urgent)), Ok(Done::Accepted));
    assert_eq!(by_olga(&mut world, change(QueueChange::Held)), Ok(Done::Accepted));
    let again = by_olga(&mut world, change(QueueChange::Held));
    assert_eq!(again, Err(Rejection::House(HouseRefusal::HoldUnchanged)));
    assert_eq!(by_olga(&mut world, change(QueueChange::Cancelled)), Ok(Done::Accepted));
    assert_eq!(told(&world, "sg-1", false), [waiting]);
    let gone = by_olga(&mut world, change(urgent));
    assert_eq!(gone, Err(Rejection::House(HouseRefusal::NotQueued)));
    let by = party("olga");
    assert!(happened(&world, |event| {
        matches!(event, ClearingEvent::QueueChanged { by: who, change: QueueChange::Held, .. } if *who == by)
    }));
}

#[test]
fn a_run_settles_with_a_deposit_and_tells_the_members_whose_bundles_settled() {
    let mut world = house();
    let open = ClearingAct::OpenDeposit { account: custody("sg-1"), layer: Layer::Deposit };
    assert_eq!(by_olga(&mut world, open), Ok(Done::Accepted));
    let house = world.venue.house().expect("its own");
    let (reference, ..) = house.deposit_references().next().expect("one");
    let own = world.venue.terms().account(Pool::ClearingHouse);
    let entry = world.entry(own, Booking::Credit, cents(7_00), None, Some(reference));
    world.must(Command::BankBooked(entry));

    let [small, _large] = [5_00, 8_00].map(|minor| affirmed(&mut world, "sg-1", minor));
    let run = ClearingAct::Run { value_date: date(1001) };
    assert_eq!(by_olga(&mut world, run), Ok(Done::Accepted));
    assert_eq!(told(&world, "sg-1", true), [small]);
    let never = by_olga(&mut world, ClearingAct::Run { value_date: date(1777) });
    assert_eq!(never, Err(Rejection::House(HouseRefusal::NoCycle(date(1777)))));
    let of_house = ClearingAct::OpenDeposit { account: own, layer: Layer::Collateral };
    assert_eq!(by_olga(&mut world, of_house), Err(Rejection::House(HouseRefusal::NotAMember)));
}

#[test]
fn a_deposit_goes_back_on_the_word_of_two_unless_it_covers_what_is_owed() {
    let mut world = house();
    let (account, layer) = (custody("sg-1"), Layer::Collateral);
    by_olga(&mut world, ClearingAct::OpenDeposit { account, layer }).expect("a member's");
    let house = world.venue.house().expect("its own");
    let (reference, ..) = house.deposit_references().next().expect("one");
    let own = world.venue.terms().account(Pool::ClearingHouse);
    let entry = world.entry(own, Booking::Credit, cents(7_00), None, Some(reference));
    world.must(Command::BankBooked(entry));
    affirmed(&mut world, "sg-1", 5_00);

    let back = |minor| {
        let (currency, amount) = (Currency::Sgd, cents(minor));
        ClearingAct::PayBack(Deposit { account, layer, currency, amount })
    };
    let needed = Rejection::House(HouseRefusal::DepositNeeded);
    assert_eq!(by_olga(&mut world, back(2_01)), Err(needed), "told to the first person already");
    assert!(
        matches!(by_olga(&mut world, back(2_00)), Ok(Done::Proposed { .. })),
        "one is not enough"
    );
    world.two(back(1_00)).expect("two persons");
    let kept: Vec<u64> = deposits(&world);
    assert_eq!(kept, [6_00]);
    world.bank_answers();
    assert!(happened(&world, |e| matches!(e, ClearingEvent::DepositReturned(_))));
    assert_eq!(world.balance(Account::ClearingMember(account.node)), 6_00);
}

fn deposits(world: &World) -> Vec<u64> {
    let house = world.venue.house().expect("its own");
    house.deposits().map(|kept| kept.amount.minor()).collect()
}

#[test]
fn only_staff_of_a_node_with_a_house_may_act_there() {
    let mut world = World::new();
    let netting = ClearingAct::SetNetting(Netting::Gross);
    for role in [Role::User, Role::Issuer, Role::Bank, Role::Regulator] {
        let asked = world.ask("ann", role, netting.clone().into());
        assert_eq!(asked, Err(Rejection::NotPermitted));
    }
    world.two(netting.clone()).expect("two persons");
    assert_eq!(world.venue.house().expect("its own").netting(), Netting::Gross);
    let mut local = World::of(terms("cn-sha", "cn", Currency::Cny));
    let asked = local.ask("olga", Role::Operator, netting.into());
    assert_eq!(asked, Err(Rejection::NoHouse));
}

#[test]
fn a_house_begins_with_the_terms_of_its_region() {
    for netting in [Netting::Multilateral, Netting::Bilateral, Netting::Gross] {
        let mut terms = terms("sg", "sg", Currency::Sgd);
        terms.netting = netting;
        let mut world = World::of(terms);
        let now = |world: &World| world.venue.house().expect("its own").netting();
        assert_eq!(now(&world), netting);
        let other = if netting == Netting::Gross { Netting::Bilateral } else { Netting::Gross };
        world.two(ClearingAct::SetNetting(other)).expect("two persons");
        assert_eq!(now(&world), other, "until staff say otherwise");
    }
}

#[test]
fn a_house_clears_for_the_nodes_of_its_region_and_for_no_other() {
    let mut world = house();
    world.member("hk", "cn");
    for stranger in ["hk", "nobody"] {
        let (from, bundle) = (custody(stranger).node, bundle_of(stranger, 5_00));
        let reference = bundle.reference;
        let refused = world.apply(&Command::Dispatch { from, body: Dispatch::Affirm(bundle) });
        assert_eq!(refused, Err(Rejection::House(HouseRefusal::NotCleared)), "{stranger}");
        let mut cycles = world.venue.house().expect("its own").cycles();
        assert!(!cycles.any(|cycle| cycle.is_affirmed_by(from, &reference)), "{stranger}");
    }
}

#[test]
fn a_house_raises_the_alarm_at_the_age_that_its_region_says() {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.money.alarm_after = Millis(3_600_000);
    let world = World::of(terms);
    assert_eq!(world.venue.house().expect("one").alarm_after(), Millis(3_600_000));
}
