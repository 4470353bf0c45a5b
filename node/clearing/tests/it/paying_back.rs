//! Deposits on their way back: what may leave the house, and what stands for something.

use crate::world::{EUR, USD, World, account, day, minor, owes};
use gcfn_banking::{Side, StatusReport, TransactionStatus};
use gcfn_clearing::{ClearingEvent, Deposit, HouseRefusal, Layer};
use gcfn_model::{Amount, SettlementAccount, Uetr};

fn deposit(of: &str, layer: Layer, amount: u64) -> Deposit {
    let amount = Amount::from_minor(amount).expect("in range");
    Deposit { account: account(of), layer, currency: EUR, amount }
}

fn pay_back(world: &mut World, of: &str, layer: Layer, amount: u64) -> Result<(), HouseRefusal> {
    let before = world.house.clone();
    let done = world.house.pay_back(world.now, deposit(of, layer, amount), &mut world.events);
    assert!(done.is_ok() || world.house == before, "a refusal changes nothing");
    done
}

/// The payment that brings the last deposit back.
fn on_its_way(world: &World) -> Uetr {
    let payment = world.events.iter().rev().find_map(|event| match event {
        ClearingEvent::DepositReturning { payment, .. } => Some(payment.uetr()),
        _ => None,
    });
    payment.expect("one is")
}

#[test]
fn a_deposit_that_stands_for_nothing_goes_back_to_whose_it_is() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 100);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 60), Ok(()));
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 40, "it stands for nothing any more");
    assert_eq!(world.owed_to("a", EUR), 100, "until the bank has paid it");
    world.pay_out();
    assert_eq!(world.owed_to("a", EUR), 40);
    let paid = ClearingEvent::DepositReturned(deposit("a", Layer::Collateral, 60));
    assert_eq!(world.events.last(), Some(&paid));
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn no_more_goes_back_than_is_there_of_the_account_its_layer_and_currency() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 100);
    world.deposit("a", Layer::Deposit, USD, 100);
    let none = Err(HouseRefusal::DepositAmount);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 0), none);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 101), none);
    assert_eq!(pay_back(&mut world, "a", Layer::Deposit, 1), none, "it is in another currency");
    assert_eq!(pay_back(&mut world, "b", Layer::Collateral, 1), none, "it is another's");
    let house = SettlementAccount { ..world.house.account() };
    let own = Deposit { account: house, ..deposit("a", Layer::Collateral, 1) };
    let refused = world.house.pay_back(world.now, own, &mut world.events);
    assert_eq!(refused, Err(HouseRefusal::NotAMember));
}

#[test]
fn what_covers_an_exposure_stays_until_it_is_paid_in() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 100);
    world.deposit("a", Layer::FundShare, EUR, 20);
    world.agree(&[owes("a", "b", EUR, 90)]);
    let needed = Err(HouseRefusal::DepositNeeded);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 31), needed);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 30), Ok(()), "90 of 120 are needed");
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 1), needed);
    world.until(9, 18);
    world.until(10, 8);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 1), needed, "called and not paid");
    world.pay_in("a");
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 70), Ok(()));
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn what_is_owed_back_to_the_fund_is_not_taken_out_past_it() {
    let mut world = World::new();
    world.deposit("b", Layer::FundShare, EUR, 500);
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.agree(&[owes("b", "c", EUR, 600)]);
    world.until(9, 18);
    world.until(10, 8);
    world.pay_in("b");
    world.until(10, 14);
    assert_eq!(world.settled().len(), 2, "the fund stands in for a");
    world.deposit("a", Layer::Collateral, EUR, 100);
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 1), Err(HouseRefusal::DepositNeeded));
    world.pay_in("a");
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 100), Ok(()));
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn what_a_run_has_settled_with_stays_whatever_else_is_kept() {
    let mut world = World::new();
    world.deposit("a", Layer::Deposit, EUR, 100);
    world.deposit("a", Layer::Collateral, EUR, 500);
    world.agree(&[owes("a", "b", EUR, 80)]);
    world.house.run(day(10), &mut world.ledger, &mut world.events).expect("open");
    assert_eq!(pay_back(&mut world, "a", Layer::Deposit, 21), Err(HouseRefusal::DepositNeeded));
    assert_eq!(pay_back(&mut world, "a", Layer::Deposit, 20), Ok(()));
    assert_eq!(pay_back(&mut world, "a", Layer::Collateral, 500), Ok(()));
    world.finish(&["a"]);
    world.leaves_no_residue();
}

#[test]
fn the_guarantee_fund_stays_between_netting_and_settlement() {
    let mut world = World::new();
    world.deposit("c", Layer::FundShare, EUR, 100);
    world.agree(&[owes("a", "b", EUR, 90)]);
    world.until(9, 18);
    let stands = HouseRefusal::FundNeeded(world.cycle().id);
    assert_eq!(pay_back(&mut world, "c", Layer::FundShare, 1), Err(stands));
    world.until(10, 8);
    world.pay_in("a");
    assert_eq!(pay_back(&mut world, "c", Layer::FundShare, 100), Ok(()), "it has settled");
    world.finish(&[]);
    world.leaves_no_residue();
}

#[test]
fn what_the_bank_does_not_pay_back_is_kept_and_asked_for_under_a_new_id() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 100);
    pay_back(&mut world, "a", Layer::Collateral, 100).expect("free");
    let uetr = on_its_way(&world);
    let report = StatusReport { uetr, status: TransactionStatus::Rejected, reason: None };
    world.house.status(world.now, report, &mut world.events).expect("known");
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 100);

    pay_back(&mut world, "a", Layer::Collateral, 100).expect("free");
    let again = on_its_way(&world);
    assert_ne!(again, uetr);
    world.book((Side::Debit, EUR, minor(100)), Some(again), None);
    assert_eq!(world.owed_to("a", EUR), 0);
    world.book((Side::Credit, EUR, minor(100)), Some(again), None);
    assert_eq!(world.owed_to("a", EUR), 100, "it came back");
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 100);
    world.leaves_no_residue();
}
