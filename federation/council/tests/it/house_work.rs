//! What the root does at the federation's house by hand, and what the validators decide of it.

use crate::world::{World, amount, at, name};
use gcfn_clearing::{HouseRefusal, Layer, Netting, Schedule};
use gcfn_council::{Decision, Done, Refusal, Verb};
use gcfn_model::{Currency, Pool, SettlementAccount};
use gcfn_venue::ClearingAct;

fn account(node: &str) -> SettlementAccount {
    SettlementAccount { node: name(node), pool: Pool::UserCustody }
}

#[test]
fn the_root_works_at_the_house_and_sets_neither_caps_nor_terms() {
    let mut world = World::new();
    let value_date = "2026-11-27".parse().expect("a date");
    let run = Verb::Clearing(ClearingAct::Run { value_date });
    let (outcome, _) = world.say("root", run.clone());
    assert_eq!(outcome, Err(Refusal::House(HouseRefusal::NoCycle(value_date))));
    let schedule =
        Schedule { value_date, cut_off: at(100), pay_in_from: at(110), pay_in_by: at(120) };
    world.say("root", Verb::OpenCycle(schedule)).0.expect("new");
    assert_eq!(world.say("root", run.clone()).0, Ok(Done::Accepted));
    assert_eq!(world.say("cn", run).0, Err(Refusal::NotPermitted));

    let open = ClearingAct::OpenDeposit { account: account("cn-sha"), layer: Layer::Deposit };
    assert_eq!(world.say("root", Verb::Clearing(open)).0, Ok(Done::Accepted));
    assert_eq!(world.council.house().deposit_references().count(), 1);
    let (account, currency) = (account("cn-sha"), Currency::Cny);
    for act in [
        ClearingAct::SetCap { account, currency, limit: None },
        ClearingAct::SetNetting(Netting::Gross),
    ] {
        assert_eq!(world.say("root", Verb::Clearing(act)).0, Err(Refusal::NotPermitted));
    }
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
