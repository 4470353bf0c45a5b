//! What the root does at the federation's house by hand, and what the validators decide of it.

use crate::world::{World, amount, at, name};
use gcfn_banking::{
    BankEntry, BankReference, BreakReason, BreakResolution, DeskAct, DeskRefusal, Remedy, Side,
};
use gcfn_clearing::{Deposit, HouseRefusal, Layer, Netting, Schedule};
use gcfn_council::{Command, Decision, Done, Event, HouseAct, Refusal, StaffWish, Verb};
use gcfn_model::{BreakId, Currency, Digest, PartyId, Pool, SettlementAccount};
use gcfn_venue::ClearingAct;

fn account(node: &str) -> SettlementAccount {
    SettlementAccount { node: name(node), pool: Pool::UserCustody }
}

/// What `by` of the root's staff wishes.
fn staff(by: &str, wish: StaffWish) -> Verb {
    Verb::Staff { by: person(by), wish }
}

fn person(by: &str) -> PartyId {
    PartyId::derive(&[by.as_bytes()])
}

fn clearing(by: &str, act: ClearingAct) -> Verb {
    staff(by, StaffWish::Do(HouseAct::Clearing(act)))
}

#[test]
fn the_root_works_at_the_house_and_sets_neither_caps_nor_terms() {
    let mut world = World::new();
    let value_date = "2026-11-27".parse().expect("a date");
    let run = clearing("ann", ClearingAct::Run { value_date });
    let (outcome, _) = world.say("root", run.clone());
    assert_eq!(outcome, Err(Refusal::House(HouseRefusal::NoCycle(value_date))));
    let schedule =
        Schedule { value_date, cut_off: at(100), pay_in_from: at(110), pay_in_by: at(120) };
    world.say("root", Verb::OpenCycle(schedule)).0.expect("new");
    assert_eq!(world.say("root", run.clone()).0, Ok(Done::Accepted));
    assert_eq!(world.say("cn", run).0, Err(Refusal::NotPermitted));

    let open = ClearingAct::OpenDeposit { account: account("cn-sha"), layer: Layer::Deposit };
    assert_eq!(world.say("root", clearing("ann", open)).0, Ok(Done::Accepted));
    assert_eq!(world.council.house().deposit_references().count(), 1);
    let (account, currency) = (account("cn-sha"), Currency::Cny);
    for act in [
        ClearingAct::SetCap { account, currency, limit: None },
        ClearingAct::SetNetting(Netting::Gross),
    ] {
        assert_eq!(world.say("root", clearing("ann", act)).0, Err(Refusal::NotPermitted));
    }
}

/// A house at which `cn-sha` keeps 500 HKD as collateral.
fn with_deposit() -> (World, Deposit) {
    let mut world = World::new();
    let (account, layer) = (account("cn-sha"), Layer::Collateral);
    let open = ClearingAct::OpenDeposit { account, layer };
    world.say("root", clearing("ann", open)).0.expect("new");
    let (reference, ..) = world.council.house().deposit_references().next().expect("one");
    let entry = BankEntry {
        account: world.council.house().account(),
        currency: Currency::Hkd,
        amount: amount(500),
        side: Side::Credit,
        uetr: None,
        bank_reference: BankReference::of("in"),
        reference: Some(reference),
        booked_on: "2026-11-23".parse().expect("a date"),
    };
    world.say("root", Verb::BankBooked(entry)).0.expect("its own account");
    let deposit = Deposit { account, layer, currency: Currency::Hkd, amount: amount(200) };
    (world, deposit)
}

#[test]
fn what_takes_two_persons_is_done_at_the_second_persons_word() {
    let (mut world, deposit) = with_deposit();
    let pay_back = ClearingAct::PayBack(deposit);
    let kept =
        |world: &World| world.council.house().deposits().map(|deposit| deposit.amount).next();

    let (outcome, events) = world.say("root", clearing("ann", pay_back.clone()));
    let Ok(Done::Waits(id)) = outcome else { panic!("{outcome:?}") };
    assert!(matches!(events.as_slice(), [Event::Accepted(_)]), "it is on record: {events:?}");
    assert_eq!(kept(&world), Some(amount(500)), "nothing is done");
    for again in [clearing("ann", pay_back.clone()), staff("ann", StaffWish::Approve(id))] {
        assert_eq!(world.say("root", again).0, Err(Refusal::SecondPerson));
    }
    assert_eq!(world.say("cn", staff("bob", StaffWish::Approve(id))).0, Err(Refusal::NotPermitted));
    assert_eq!(world.council.ballots().count(), 1);

    let (outcome, events) = world.say("root", staff("bob", StaffWish::Approve(id)));
    assert_eq!(outcome, Ok(Done::Accepted));
    assert_eq!(kept(&world), Some(amount(300)));
    let (act, [first, second]) = (HouseAct::Clearing(pay_back.clone()), ["ann", "bob"].map(person));
    assert_eq!(events.last(), Some(&Event::Seconded { act, first, second }));
    let gone = world.say("root", staff("bob", StaffWish::Approve(id))).0;
    assert_eq!(gone, Err(Refusal::UnknownProposal), "it is done once");

    // The second may also send the same.
    for (by, left) in [("ann", 300), ("bob", 100)] {
        world.say("root", clearing(by, pay_back.clone())).0.expect("sound");
        assert_eq!(kept(&world), Some(amount(left)));
    }
}

#[test]
fn what_waits_is_given_up_lapses_or_waits_on_when_it_has_become_impossible() {
    let (mut world, deposit) = with_deposit();
    let pay_back = |amount| ClearingAct::PayBack(Deposit { amount, ..deposit });
    let waits = |world: &mut World, act| match world.say("root", clearing("ann", act)).0 {
        Ok(Done::Waits(id)) => id,
        other => panic!("{other:?}"),
    };
    let too_much = world.say("root", clearing("ann", pay_back(amount(501)))).0;
    assert_eq!(too_much, Err(Refusal::House(HouseRefusal::DepositAmount)), "foreseen");

    let id = waits(&mut world, pay_back(amount(200)));
    assert_eq!(world.say("root", staff("ann", StaffWish::Dismiss(id))).0, Ok(Done::Accepted));
    assert_eq!(world.council.ballots().count(), 0);
    let unknown = Err(Refusal::UnknownProposal);
    assert_eq!(world.say("root", staff("bob", StaffWish::Dismiss(id))).0, unknown);

    let [large, small] = [400, 200].map(|of| waits(&mut world, pay_back(amount(of))));
    world.say("root", staff("bob", StaffWish::Approve(large))).0.expect("enough is there");
    let refused = world.say("root", staff("bob", StaffWish::Approve(small))).0;
    assert_eq!(refused, Err(Refusal::House(HouseRefusal::DepositAmount)));
    assert_eq!(world.council.ballots().count(), 1, "it waits on");
    world.now = at(604_800);
    world.apply(&Command::Tick).0.expect("a week passes");
    assert_eq!(world.council.ballots().count(), 0);
    assert_eq!(world.say("root", staff("bob", StaffWish::Approve(small))).0, unknown, "lapsed");
}

#[test]
fn the_root_alone_does_not_do_what_takes_two_persons() {
    let (mut world, deposit) = with_deposit();
    let alone = Verb::Clearing(ClearingAct::PayBack(deposit));
    assert_eq!(world.say("root", alone).0, Err(Refusal::TwoPersons));
    let resolution = BreakResolution {
        id: BreakId::derive(&[]),
        remedy: Remedy::Explained,
        reason: BreakReason::Other,
        evidence: Digest::ZERO,
    };
    let resolve = DeskAct::Resolve(resolution);
    assert_eq!(world.say("root", Verb::Bank(resolve)).0, Err(Refusal::TwoPersons));
    let named = staff("ann", StaffWish::Do(HouseAct::Bank(resolve)));
    let unknown = Err(Refusal::Desk(DeskRefusal::UnknownBreak));
    assert_eq!(world.say("root", named).0, unknown, "foreseen");
}

#[test]
fn a_debit_cap_that_the_validators_decide_counts_at_the_house() {
    let mut world = World::new();
    let (node, currency) = (name("cn-sha"), Currency::Hkd);
    let decision = Decision::CapDebit { node, currency, debit_cap: amount(500) };
    for validator in ["root", "cn", "hk"] {
        world.say(validator, Verb::Approve(decision)).0.expect("a validator's word");
    }
    let caps: Vec<_> = world.council.house().caps().collect();
    let [(found, of, cap)] = caps.as_slice() else { panic!("{caps:?}") };
    assert_eq!((*found, *of, cap.limit), (currency, account("cn-sha"), amount(500)));
}
