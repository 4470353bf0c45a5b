//! Money that nobody has explained: it waits as an item, and ends once.

use crate::world::{EUR, USD, World, account, day, minor, owes, staff};
use gcfn_banking::{
    BankEntry, Break, BreakReason, BreakResolution, DeskAct, Remedy, Side, Statement,
    UNEXPLAINED_FOR,
};
use gcfn_clearing::{ClearingEvent, HouseRefusal, Layer, SuspenseEnd};
use gcfn_ledger::Account;
use gcfn_model::{Currency, Digest, Pool};

/// What the books have in suspense.
fn in_suspense(world: &World, currency: Currency) -> i128 {
    world.ledger.balance(Account::Suspense(Pool::ClearingHouse), currency).minor()
}

fn last_number(world: &World) -> u64 {
    world.house.suspense().last().expect("one waits").number
}

fn comes(world: &mut World, side: Side, amount: u64) -> u64 {
    world.book((side, EUR, minor(amount)), None, None);
    world.every_cent_in_suspense_is_an_item();
    last_number(world)
}

fn resolve(world: &mut World, item: u64, of: &str, layer: Layer) -> Result<(), HouseRefusal> {
    let before = (world.house.clone(), world.ledger.state_of());
    let (ledger, events) = (&mut world.ledger, &mut world.events);
    let done = world.house.resolve_suspense(item, (account(of), layer), ledger, events);
    let after = (world.house.clone(), world.ledger.state_of());
    assert!(done.is_ok() || after == before, "a refusal changes nothing");
    world.every_cent_in_suspense_is_an_item();
    done
}

trait StateOf {
    fn state_of(&self) -> Vec<(Currency, Account, i128)>;
}

impl StateOf for gcfn_ledger::Ledger {
    fn state_of(&self) -> Vec<(Currency, Account, i128)> {
        self.balances().map(|(currency, account, of)| (currency, account, of.minor())).collect()
    }
}

#[test]
fn money_that_nobody_was_called_for_waits_with_its_age_and_owner() {
    let mut world = World::new();
    let item = comes(&mut world, Side::Credit, 70);
    world.house.assign_suspense(item, staff(), &mut world.events).expect("it waits");
    let waiting = *world.house.suspense().next().expect("one");
    assert_eq!((waiting.amount, waiting.owner), (minor(70), Some(staff())));
    let alarm_after = world.house.alarm_after();
    assert_eq!(alarm_after, UNEXPLAINED_FOR, "unless the region says otherwise");
    assert!(!waiting.is_overdue(world.now, alarm_after));
    world.until(10, 9);
    assert!(waiting.is_overdue(world.now, alarm_after), "more than a day");
    let unknown = world.house.assign_suspense(item + 1, staff(), &mut world.events);
    assert_eq!(unknown, Err(HouseRefusal::UnknownSuspense));
}

#[test]
fn it_goes_to_the_deposit_of_whose_it_is_and_stands_for_its_calls() {
    let mut world = World::new();
    world.agree(&[owes("a", "b", EUR, 100)]);
    world.until(9, 18);
    let item = comes(&mut world, Side::Credit, 100);
    let no_deposit = Err(HouseRefusal::NoDeposit);
    assert_eq!(resolve(&mut world, item, "a", Layer::Collateral), no_deposit);
    world.house.open_deposit(account("a"), Layer::Collateral, &mut world.events).expect("new");
    assert_eq!(resolve(&mut world, item, "a", Layer::Collateral), Ok(()));
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 100);
    let gone = Err(HouseRefusal::UnknownSuspense);
    assert_eq!(resolve(&mut world, item, "a", Layer::Collateral), gone, "once");
    world.finish(&[]);
    assert_eq!(world.settled().len(), 1, "a has not paid in, and its money has come");
    world.leaves_no_residue();
}

#[test]
fn who_bears_what_the_bank_took_bears_it_out_of_what_is_not_needed() {
    let mut world = World::new();
    world.deposit("root", Layer::Collateral, EUR, 50);
    world.deposit("a", Layer::Collateral, EUR, 50);
    let item = comes(&mut world, Side::Debit, 30);
    assert_eq!(resolve(&mut world, item, "root", Layer::Collateral), Ok(()));
    assert_eq!(world.deposited("root", Layer::Collateral, EUR), 20);
    let item = comes(&mut world, Side::Debit, 30);
    let short = Err(HouseRefusal::DepositAmount);
    assert_eq!(resolve(&mut world, item, "root", Layer::Collateral), short);
    world.leaves_no_residue();
}

#[test]
fn two_items_that_are_together_nothing_explain_each_other() {
    let mut world = World::new();
    world.deposit("a", Layer::Collateral, EUR, 50);
    let debit = comes(&mut world, Side::Debit, 30);
    let credit = comes(&mut world, Side::Credit, 30);
    world.book((Side::Credit, USD, minor(30)), None, None);
    let foreign = last_number(&world);
    let mismatch = Err(HouseRefusal::SuspenseMismatch);
    assert_eq!(world.house.match_suspense(debit, credit, &mut world.events), mismatch);
    assert_eq!(world.house.match_suspense(foreign, debit, &mut world.events), mismatch);
    assert_eq!(world.house.match_suspense(credit, debit, &mut world.events), Ok(()));
    world.every_cent_in_suspense_is_an_item();
    assert_eq!(in_suspense(&world, EUR), 0);
    let ended = ClearingEvent::SuspenseEnded { number: debit, end: SuspenseEnd::Matched(credit) };
    assert_eq!(world.events.last(), Some(&ended));
}

/// The bank's statement of a day leaves `entry` out.
fn never_booked(world: &mut World, entry: BankEntry) {
    world.booked.retain(|known| *known != entry);
    world.until(9, 20);
    let statement: Statement = world.statement(day(9), EUR);
    let result = world.house.reconcile(world.now, &statement, &world.ledger, &mut world.events);
    assert!(!result.expect("a new day").is_clean());
    let found = world.house.desk().breaks().find(|found| matches!(found.what, Break::OursOnly(_)));
    let (remedy, reason) = (Remedy::NeverBooked, BreakReason::NotificationWrong);
    let id = found.expect("one is ours only").id;
    let wish = DeskAct::Resolve(BreakResolution { id, remedy, reason, evidence: Digest::ZERO });
    let (ledger, events) = (&mut world.ledger, &mut world.events);
    world.house.act_at_bank(world.now, wish, ledger, events).expect("it fits");
    world.every_cent_in_suspense_is_an_item();
}

#[test]
fn what_was_never_booked_is_taken_back_with_its_item() {
    let mut world = World::new();
    let item = comes(&mut world, Side::Credit, 70);
    let entry = *world.booked.last().expect("it was booked");
    never_booked(&mut world, entry);
    assert_eq!(in_suspense(&world, EUR), 0);
    let ended = ClearingEvent::SuspenseEnded { number: item, end: SuspenseEnd::TakenBack };
    assert!(world.events.contains(&ended));
}

#[test]
fn what_was_never_booked_and_has_gone_to_somebody_is_an_item_that_somebody_bears() {
    let mut world = World::new();
    world.house.open_deposit(account("a"), Layer::Collateral, &mut world.events).expect("new");
    let item = comes(&mut world, Side::Credit, 70);
    let entry = *world.booked.last().expect("it was booked");
    resolve(&mut world, item, "a", Layer::Collateral).expect("it waits");
    never_booked(&mut world, entry);
    assert_eq!(in_suspense(&world, EUR), -70);
    let item = last_number(&world);
    assert_eq!(resolve(&mut world, item, "a", Layer::Collateral), Ok(()), "who had it");
    assert_eq!(world.deposited("a", Layer::Collateral, EUR), 0);
    world.leaves_no_residue();
}
