//! What becomes of fees, what is given back of them, and what nodes stake (P-19, P-20b, P-24, P-29).

use crate::world::{World, cents, party, terms};
use gcfn_clearing::member_party;
use gcfn_ledger::{Account, FeeKind, ShareKind, TaxKind};
use gcfn_market::Side;
use gcfn_model::{
    BasisPoints, Currency, Digest, DisputeId, NodeId, Pool, SeriesId, TradeId, WithdrawalId,
};
use gcfn_venue::{
    Command, DisputeKind, DisputeTerms, Done, EntryReference, MoneyAct, MoneyEvent, MoneyTerms,
    Notice, Outcome, PartyKind, Rejection, ShareTable, Slashing, TaxRate, Verb,
};

/// A market with ann and ben, under money terms that `adjust` has changed.
fn market(adjust: impl FnOnce(&mut MoneyTerms)) -> (World, SeriesId) {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    adjust(&mut terms.money);
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    (world, series)
}

fn settle(world: &mut World, day: u64) {
    world.until(day, 19);
    world.until(day, 21);
    world.until(day + 1, 9);
}

fn share(world: &World, kind: ShareKind) -> u64 {
    world.balance(Account::Share(kind))
}

#[test]
fn fees_are_split_at_the_cut_off_and_no_cent_is_lost() {
    let (mut world, _) = market(|terms| {
        terms.shares = ShareTable { region: BasisPoints(3_333), partner: BasisPoints(1_000) };
    });
    // The issuance fee of gold: 1.20 % of 10,000.00.
    settle(&mut world, 1000);
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), 120_00);
    world.until(1001, 19);
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), 0);
    let shares = [ShareKind::Platform, ShareKind::Region, ShareKind::Partner];
    assert_eq!(shares.map(|kind| share(&world, kind)), [68_01, 39_99, 12_00]);
    let swept = |event: &&MoneyEvent| matches!(event, MoneyEvent::FeesShared { .. });
    assert_eq!(world.told().filter(swept).count(), 1);
}

#[test]
fn fees_that_a_refund_may_ask_back_wait_for_its_window() {
    let (mut world, series) = market(|_| ());
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("covered");
    let trade = world.venue.trades().next().expect("one").id;
    settle(&mut world, 1000);
    settle(&mut world, 1001);
    assert_eq!(world.balance(Account::Fee(FeeKind::Trade)), 4_75 + 95, "not swept");
    world.user("ann", Verb::Refund { trade }).expect("in the window");
    settle(&mut world, 1002);
    assert_eq!(world.available("ann"), 10_000_00);
}

#[test]
fn a_share_is_paid_to_a_registered_partys_bank() {
    let (mut world, _) = market(|_| ());
    settle(&mut world, 1000);
    world.until(1001, 19);
    let pay = |to: &str, minor| MoneyAct::PayShare {
        share: ShareKind::Platform,
        to: party(to),
        amount: cents(minor),
    };
    assert_eq!(world.two(pay("eve", 1_00)), Err(Rejection::UnknownParty));
    assert_eq!(world.two(pay("ben", 120_01)), Err(Rejection::InsufficientFunds));
    let before = world.balance(Account::Bank(Pool::SettlementHub));
    world.two(pay("ben", 100_00)).expect("two persons");
    assert_eq!(share(&world, ShareKind::Platform), 20_00);
    world.bank_answers();
    assert_eq!(world.balance(Account::Merchant(party("ben"))), 0);
    assert_eq!(world.balance(Account::Bank(Pool::SettlementHub)), before - 100_00);
}

#[test]
fn a_rebate_comes_out_of_the_platforms_share_and_can_be_reversed() {
    let (mut world, _) = market(|_| ());
    let rebate = MoneyAct::GrantRebate { party: party("ann"), amount: cents(50_00) };
    assert_eq!(world.two(rebate.clone()), Err(Rejection::InsufficientFunds));
    settle(&mut world, 1000);
    settle(&mut world, 1001);
    let Ok(Done::Numbered { number }) = world.two(rebate) else { panic!("two persons") };
    settle(&mut world, 1002);
    assert_eq!(world.available("ann"), 10_050_00);
    let entry = EntryReference::Number(number);
    world.two(MoneyAct::Reverse { entry, on_credit: false }).expect("she still has it");
    settle(&mut world, 1003);
    assert_eq!((world.available("ann"), share(&world, ShareKind::Platform)), (10_000_00, 120_00));
}

fn invited(world: &mut World, who: &str, of: &str) -> Outcome {
    world.user(who, Verb::Money(MoneyAct::JoinByInvitation { of: party(of) }))
}

/// What inviters were told that they get, in order.
fn rewards(world: &World) -> Vec<u64> {
    let rewards = world.told().filter_map(|event| match event {
        MoneyEvent::InviterRewarded { amount, .. } => Some(amount.minor()),
        _ => None,
    });
    rewards.collect()
}

/// Ben, whom ann invited, buys new coupons; he may hand them back for seven days.
fn buys(world: &mut World, series: SeriesId, quantity: u64) -> TradeId {
    match world.order("ben", Side::Buy, series, quantity, Some(95_00)) {
        Ok(Done::Order { trades, .. }) => trades[0],
        other => panic!("{other:?}"),
    }
}

#[test]
fn who_invited_a_friend_is_rewarded_once_when_the_first_purchase_cannot_be_handed_back() {
    let (mut world, series) = market(|_| ());
    assert_eq!(invited(&mut world, "ben", "ben"), Err(Rejection::ToOneself));
    assert_eq!(invited(&mut world, "ben", "brand"), Err(Rejection::PartyKind));
    invited(&mut world, "ben", "ann").expect("before his first trade");
    assert_eq!(invited(&mut world, "ben", "ann"), Err(Rejection::InvitationClosed));
    buys(&mut world, series, 30);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    assert_eq!(invited(&mut world, "ann", "ben"), Err(Rejection::InvitationClosed));
    let before = world.available("ann");
    for day in 1000..1007 {
        settle(&mut world, day);
    }
    assert_eq!(rewards(&world), [], "settled, and still his to hand back");
    world.until(1007, 10);
    // 5 % of 2,850.00 would be 142.50: capped.
    assert_eq!(rewards(&world), [100_00]);
    world.order("ben", Side::Sell, series, 1, Some(94_00)).expect("his");
    world.order("ann", Side::Buy, series, 1, Some(94_00)).expect("covered");
    let paid = world.available("ann");
    settle(&mut world, 1007);
    assert_eq!(world.available("ann"), paid + 100_00);
    assert!(paid < before, "she has paid for a coupon meanwhile");
    assert_eq!(rewards(&world), [100_00], "once");
}

#[test]
fn nobody_is_rewarded_for_a_purchase_that_was_handed_back_but_for_the_next() {
    let (mut world, series) = market(|_| ());
    invited(&mut world, "ben", "ann").expect("before his first trade");
    let first = buys(&mut world, series, 30);
    settle(&mut world, 1000);
    world.user("ben", Verb::Refund { trade: first }).expect("within the window");
    settle(&mut world, 1001);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    world.order("ann", Side::Sell, series, 1, Some(90_00)).expect("hers");
    let from_a_holder = world.order("ben", Side::Buy, series, 1, Some(90_00));
    from_a_holder.expect("a purchase that nobody hands back");
    settle(&mut world, 1002);
    assert_eq!(rewards(&world), [4_50], "final once it has settled");
    for day in 1003..1007 {
        settle(&mut world, day);
    }
    world.until(1007, 10);
    assert_eq!(rewards(&world), [4_50]);
}

#[test]
fn a_purchase_in_dispute_is_not_final_before_the_dispute_is_over() {
    let (mut world, series) = market(|_| ());
    invited(&mut world, "ben", "ann").expect("before his first trade");
    let (trade, dispute) = (buys(&mut world, series, 2), DisputeId::derive(&[b"d"]));
    for day in 1000..1006 {
        settle(&mut world, day);
    }
    let (kind, evidence) = (DisputeKind::RefundRequest, Digest([1; 32]));
    let wish = DisputeTerms { dispute, trade, kind, evidence };
    world.user("ben", MoneyAct::OpenDispute(wish).into()).expect("his purchase");
    settle(&mut world, 1006);
    world.until(1007, 10);
    assert_eq!(rewards(&world), []);
    world.user("ben", MoneyAct::WithdrawDispute { dispute }.into()).expect("his dispute");
    assert_eq!(rewards(&world), [9_50]);
}

#[test]
fn an_inviter_gets_nothing_that_the_platform_does_not_have() {
    let (mut world, series) = market(|_| ());
    invited(&mut world, "ben", "ann").expect("before his first trade");
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("covered");
    world.order("ann", Side::Sell, series, 1, Some(90_00)).expect("hers");
    world.order("ben", Side::Buy, series, 1, Some(90_00)).expect("covered");
    settle(&mut world, 1000);
    assert_eq!(rewards(&world), [0], "no fee has been shared yet");
}

#[test]
fn tax_is_withheld_on_top_into_the_hub() {
    let (mut world, series) = market(|terms| {
        terms.taxes.withdrawal = TaxRate { kind: TaxKind::Withholding, rate: BasisPoints(500) };
        terms.taxes.resale = TaxRate { kind: TaxKind::Stamp, rate: BasisPoints(100) };
    });
    let (withdrawal, amount) = (WithdrawalId::derive(&[b"w"]), cents(100_00));
    world.user("ann", Verb::Withdraw { withdrawal, amount }).expect("covered");
    assert_eq!(world.available("ann"), 10_000_00 - 105_00);
    world.bank_answers();
    world.order("ann", Side::Buy, series, 10, Some(95_00)).expect("covered");
    world.order("ann", Side::Sell, series, 10, Some(90_00)).expect("hers");
    world.order("ben", Side::Buy, series, 10, Some(90_00)).expect("covered");
    let before = world.available("ann");
    settle(&mut world, 1000);
    assert_eq!(world.balance(Account::Tax(TaxKind::Withholding)), 5_00);
    // 900.00 less 0.10 % fee and 1 % stamp.
    assert_eq!(world.available("ann"), before + 900_00 - 90 - 9_00);
    settle(&mut world, 1001);
    assert_eq!(world.balance(Account::Tax(TaxKind::Stamp)), 9_00);
}

fn member(world: &mut World) -> NodeId {
    let node: NodeId = "hk-hkg".parse().expect("a name");
    let region = "hk".parse().expect("a name");
    let debit_cap = cents(1_000_00);
    world.must(Command::Notice(Notice::MemberAdmitted { node, region, debit_cap }));
    node
}

#[test]
fn a_stake_is_paid_in_by_reference_and_given_back_or_cut_by_two() {
    let (mut world, _) = market(|_| ());
    let node = member(&mut world);
    let account = world.venue.terms().account(Pool::SettlementHub);
    let reference = Some(member_party(node));
    let credit = gcfn_banking::Side::Credit;
    let entry = world.entry(account, credit, cents(500_00), None, reference);
    world.must(Command::BankBooked(entry));
    let stake = Account::Stake(node);
    assert_eq!(world.balance(stake), 500_00);
    let slash = |minor| {
        let (amount, evidence) = (cents(minor), Digest([5; 32]));
        MoneyAct::Slash(Slashing { node, amount, evidence })
    };
    assert_eq!(world.two(slash(500_01)), Err(Rejection::InsufficientFunds));
    world.two(slash(100_00)).expect("two persons");
    assert_eq!(world.balance(Account::Fee(FeeKind::Penalty)), 100_00);
    let back = |node| MoneyAct::ReturnStake { node, amount: cents(400_00) };
    let stranger = "us-nyc".parse().expect("a name");
    assert_eq!(world.two(back(stranger)), Err(Rejection::UnknownMember));
    world.two(back(node)).expect("two persons");
    world.bank_answers();
    assert_eq!(
        (world.balance(stake), world.balance(Account::Bank(Pool::SettlementHub))),
        (0, 100_00)
    );
}
