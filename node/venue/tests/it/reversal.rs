//! Entries by hand and their mirrors (P-17, DRV-24), and what is owed when money is gone.

use crate::world::{World, cents, instant, party};
use gcfn_ledger::{Account, FeeKind, IssuerBucket, ShareKind, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BatchId, Digest, OrderId, Pool, TradeId};
use gcfn_venue::{
    Done, EntryReference, ManualPosting, ManualReason, MoneyAct, MoneyEvent, PartyKind, Penalty,
    PenaltyReason, Rejection,
};

fn world() -> World {
    let mut world = World::new();
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 100_00);
    }
    world.register("brand", PartyKind::Issuer);
    world.deposit("brand", Pool::IssuerEscrow, 500_00);
    world
}

fn available(who: &str) -> Account {
    Account::User(party(who), UserBucket::Available)
}

fn by_hand(from: Account, to: Account, minor: u64) -> MoneyAct {
    let (reason, evidence) = (ManualReason::Correction, Digest([1; 32]));
    MoneyAct::PostManually(ManualPosting { from, to, amount: cents(minor), reason, evidence })
}

fn reverse(number: u64, on_credit: bool) -> MoneyAct {
    MoneyAct::Reverse { entry: EntryReference::Number(number), on_credit }
}

fn numbered(done: Result<Done, Rejection>) -> u64 {
    match done.expect("two persons may") {
        Done::Numbered { number } => number,
        other => panic!("{other:?} has no number"),
    }
}

/// The number of the first deposit of `who`.
fn deposit_of(world: &World, who: &str) -> u64 {
    let mut entries = world.venue.reversibles();
    let (number, _) = entries.find(|(_, entry)| entry.to == available(who)).expect("a deposit");
    *number
}

fn settle(world: &mut World, day: u64) {
    world.until(day, 19);
    world.until(day, 21);
    world.until(day + 1, 9);
}

#[test]
fn nobody_posts_by_hand_to_what_has_another_side() {
    let mut world = world();
    let fee = Account::Fee(FeeKind::Trade);
    let closed = [
        Account::Bank(Pool::UserCustody),
        Account::Transit(Pool::UserCustody),
        Account::Suspense(Pool::UserCustody),
        Account::User(party("ann"), UserBucket::Hold),
        Account::User(party("ann"), UserBucket::Commit),
        Account::User(party("ann"), UserBucket::Withdrawal),
        Account::Issuer(party("brand"), IssuerBucket::Due),
        Account::Reserve(party("brand"), BatchId::derive(&[b"b"])),
        Account::Clearing,
        Account::Merchant(party("ann")),
        Account::GuaranteeFund,
        Account::ObligationContra,
    ];
    for account in closed {
        assert_eq!(world.two(by_hand(available("ann"), account, 1)), Err(Rejection::NotByHand));
        assert_eq!(world.two(by_hand(account, fee, 1)), Err(Rejection::NotByHand), "{account}");
    }
}

#[test]
fn money_does_not_go_from_one_party_to_another() {
    let mut world = world();
    let transfer = by_hand(available("ann"), available("ben"), 1_00);
    assert_eq!(world.two(transfer), Err(Rejection::MoneyTransfer));
    let stranger = by_hand(available("ann"), available("eve"), 1_00);
    assert_eq!(world.two(stranger), Err(Rejection::UnknownParty));
    let beyond = by_hand(available("ann"), Account::Fee(FeeKind::Trade), 100_01);
    assert_eq!(world.two(beyond), Err(Rejection::InsufficientFunds));
}

#[test]
fn a_posting_between_pools_waits_for_its_cash_and_can_be_stopped_until_it_moves() {
    let mut world = world();
    let fee = Account::Fee(FeeKind::Trade);
    let entry = numbered(world.two(by_hand(available("ann"), fee, 30_00)));
    assert_eq!((world.available("ann"), world.balance(fee)), (70_00, 0));
    world.two(reverse(entry, false)).expect("its cash has not moved");
    assert_eq!(world.available("ann"), 100_00);
    settle(&mut world, 1000);
    assert_eq!(world.balance(fee), 0);

    let entry = numbered(world.two(by_hand(available("ann"), fee, 30_00)));
    world.until(1001, 19);
    assert_eq!(world.two(reverse(entry, false)), Err(Rejection::InSettlement));
    world.until(1001, 21);
    world.until(1002, 9);
    assert_eq!(world.balance(fee), 30_00);
    world.two(reverse(entry, false)).expect("settled");
    settle(&mut world, 1002);
    assert_eq!((world.available("ann"), world.balance(fee)), (100_00, 0));
}

#[test]
fn an_entry_is_reversed_once_and_within_its_window() {
    let mut world = world();
    let free = Account::Issuer(party("brand"), IssuerBucket::Free);
    let deposit = Account::Issuer(party("brand"), IssuerBucket::Deposit);
    let entry = numbered(world.two(by_hand(deposit, free, 50_00)));
    world.two(reverse(entry, false)).expect("an exact mirror");
    assert_eq!((world.balance(deposit), world.balance(free)), (500_00, 0));
    assert_eq!(world.two(reverse(entry, false)), Err(Rejection::AlreadyReversed));
    let late = numbered(world.two(by_hand(deposit, free, 50_00)));
    world.at = instant(1007, 10).micros();
    assert_eq!(world.two(reverse(late, false)), Err(Rejection::UnknownEntry));
}

/// What is taken back may have gone back already by another way: it is where it is to be.
#[test]
fn what_has_gone_back_already_is_not_moved_again() {
    let mut world = world();
    let (fee, share) = (Account::Fee(FeeKind::Trade), Account::Share(ShareKind::Platform));
    numbered(world.two(by_hand(available("ann"), fee, 30_00)));
    settle(&mut world, 1000);
    settle(&mut world, 1001);
    assert_eq!(world.balance(share), 30_00, "shared out");

    let number = numbered(world.two(by_hand(share, fee, 10_00)));
    settle(&mut world, 1002);
    assert_eq!((world.balance(fee), world.balance(share)), (0, 30_00), "shared out again");
    world.two(reverse(number, false)).expect("it is there");
    assert_eq!((world.balance(fee), world.balance(share)), (0, 30_00));
}

#[test]
fn a_reversed_deposit_goes_to_suspense_for_the_bank_still_has_it() {
    let mut world = world();
    let entry = deposit_of(&world, "ann");
    world.two(reverse(entry, false)).expect("she has not used it");
    assert_eq!(world.available("ann"), 0);
    assert_eq!(world.balance(Account::Suspense(Pool::UserCustody)), 100_00);
    let item = world.venue.suspense().next().expect("it waits for its owner");
    assert_eq!(item.amount, cents(100_00));
}

#[test]
fn what_is_gone_is_owed_and_later_credits_repay_it() {
    let mut world = world();
    let entry = deposit_of(&world, "ann");
    let away = by_hand(available("ann"), Account::Fee(FeeKind::Trade), 80_00);
    world.two(away).expect("covered");
    assert_eq!(world.two(reverse(entry, false)), Err(Rejection::InsufficientFunds));
    world.two(reverse(entry, true)).expect("on credit");
    let owed = Account::Receivable(Pool::UserCustody, party("ann"));
    assert_eq!((world.available("ann"), world.balance(owed)), (0, 80_00));
    assert_eq!(world.venue.receivable(party("ann"), Pool::UserCustody), cents(80_00));
    world.deposit("ann", Pool::UserCustody, 50_00);
    assert_eq!((world.available("ann"), world.balance(owed)), (0, 30_00));
    world.deposit("ann", Pool::UserCustody, 50_00);
    assert_eq!((world.available("ann"), world.balance(owed)), (20_00, 0));
    assert_eq!(world.venue.receivables().count(), 0);
    let repaid = |event: &&MoneyEvent| matches!(event, MoneyEvent::Repaid { .. });
    assert_eq!(world.told().filter(repaid).count(), 2);
}

#[test]
fn what_is_owed_is_written_off_by_two_persons_out_of_the_platforms_share() {
    let mut world = world();
    let entry = deposit_of(&world, "ann");
    let away = by_hand(available("ann"), Account::Share(ShareKind::Platform), 80_00);
    world.two(away).expect("covered");
    world.two(reverse(entry, true)).expect("on credit");
    let (who, pool) = (party("ann"), Pool::UserCustody);
    let write_off = |minor| MoneyAct::WriteOff { party: who, pool, amount: cents(minor) };
    assert_eq!(world.two(write_off(80_01)), Err(Rejection::NothingOwed));
    assert_eq!(world.two(write_off(80_00)), Err(Rejection::InsufficientFunds));
    settle(&mut world, 1000);
    world.two(write_off(80_00)).expect("the platform has it now");
    settle(&mut world, 1001);
    assert_eq!(world.balance(Account::Receivable(pool, who)), 0);
    assert_eq!(world.balance(Account::Share(ShareKind::Platform)), 0);
}

#[test]
fn what_has_an_undoing_of_its_own_is_not_reversed_by_hand() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 500_00);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    let trade = world.venue.trades().next().expect("one").id;
    let references = [
        EntryReference::Trade(trade),
        EntryReference::Trade(TradeId::derive(&[b"none"])),
        EntryReference::Order(OrderId::derive(&[b"none"])),
    ];
    for entry in references {
        let reverse = MoneyAct::Reverse { entry, on_credit: true };
        assert_eq!(world.two(reverse), Err(Rejection::HasOwnReversal));
    }
}

#[test]
fn a_penalty_is_taken_with_the_settlement_and_can_be_reversed() {
    let mut world = world();
    let penalty = |who: &str, minor| {
        MoneyAct::ImposePenalty(Penalty {
            party: party(who),
            amount: cents(minor),
            reason: PenaltyReason::RuleBreach,
            evidence: Digest([1; 32]),
        })
    };
    assert_eq!(world.two(penalty("ann", 100_01)), Err(Rejection::InsufficientFunds));
    assert_eq!(world.two(penalty("brand", 1)), Err(Rejection::InsufficientFunds), "free only");
    let entry = numbered(world.two(penalty("ann", 10_00)));
    settle(&mut world, 1000);
    let fee = Account::Fee(FeeKind::Penalty);
    assert_eq!((world.available("ann"), world.balance(fee)), (90_00, 10_00));
    world.two(reverse(entry, false)).expect("it was a mistake");
    settle(&mut world, 1001);
    assert_eq!((world.available("ann"), world.balance(fee)), (100_00, 0));
}
