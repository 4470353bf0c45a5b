//! What backs the coupons, and what happens when it is not enough (3.2 invariant 4, P-09b, P-15).

use crate::world::{World, cents, instant, party, terms, voucher};
use gcfn_ledger::{Account, FeeKind, Holder, IssuerBucket, ShareKind};
use gcfn_model::{Amount, AuctionId, BatchId, Currency, Pool, RedemptionId, WithdrawalId};
use gcfn_venue::{
    AuctionTerms, BatchTerms, DefaultCause, Done, Event, IssuerStatus, IssuingEvent, MoneyAct,
    PartyKind, RedemptionTerms, Rejection, ReserveMode, Role, Severity, Units, Verb,
};

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

fn of_brand(bucket: IssuerBucket) -> Account {
    Account::Issuer(party("brand"), bucket)
}

/// A region that asks for the proceeds, and a batch whose buyer has ten coupons, settled. The
/// issuer has nothing but the reserve: 949.05 for 1,000.00 of face.
fn sold_below_face() -> (World, gcfn_model::SeriesId) {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 10);
    world.settle(1000);
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 0, "the fee took it");
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 949_05);
    (world, series)
}

/// The same, with nine redeemed: 49.05 are left for the last.
fn short() -> (World, gcfn_model::SeriesId) {
    let (mut world, series) = sold_below_face();
    world.register("cafe", PartyKind::Merchant);
    world.issuer("brand", Verb::AuthoriseMerchant { merchant: party("cafe") }).expect("hers");
    for _ in 0..9 {
        assert_eq!(world.redeem("ann", series, "cafe", None), Ok(Done::Accepted));
    }
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 49_05);
    (world, series)
}

fn waits(world: &mut World, series: gcfn_model::SeriesId) {
    let value = cents(100_00);
    assert_eq!(world.redeem("ann", series, "cafe", None), Ok(Done::Waiting { value }));
    let locked = Holder::RedeemLock(party("ann"));
    assert_eq!(world.venue.books().title.quantity(series, locked), 1, "the coupon stays locked");
}

#[test]
fn invariant_4_holds_per_batch_and_is_visible() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 10);
    assert_eq!(world.venue.required_reserve(b1()), Some(Amount::ZERO), "nothing has settled");
    world.settle(1000);
    assert_eq!(world.venue.required_reserve(b1()), Some(cents(1_000_00)), "face in mode face");
    assert!(world.venue.required_reserve(b1()) <= world.venue.reserve_of(b1()));
    world.redeem("ann", series, "brand", Some(40_00)).expect("funded");
    assert_eq!(world.venue.required_reserve(b1()), Some(cents(960_00)));
    let (world, _) = sold_below_face();
    assert_eq!(world.venue.required_reserve(b1()), Some(cents(949_05)), "what sales brought");
}

#[test]
fn a_46_a_low_reserve_calls_the_issuer_and_blocks_its_listings() {
    let (mut world, series) = sold_below_face();
    world.redeem("ann", series, "brand", None).expect("funded");
    // 849.05 are left for nine coupons that brought 854.15.
    assert!(world.batch("b1").reserve_low);
    let called = world.events.iter().find_map(|event| match event {
        Event::Issuing(IssuingEvent::FundingCalled { amount, due, .. }) => Some((*amount, *due)),
        _ => None,
    });
    assert_eq!(called, Some((cents(5_10), instant(1002, 18))));
    let low = world.issuer("brand", Verb::WithdrawDeposit { amount: cents(1) });
    assert_eq!(low, Err(Rejection::ReserveLow));
    world.deposit("brand", Pool::IssuerEscrow, 100_00);
    assert!(!world.batch("b1").reserve_low, "the deposit fills it");
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 94_90);
    world.issuer("brand", Verb::WithdrawDeposit { amount: cents(94_90) }).expect("not needed");
}

#[test]
fn a_46_nothing_new_is_listed_while_a_reserve_is_low() {
    let (mut world, series) = sold_below_face();
    let batch = BatchId::derive(&[b"b2"]);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, quantity: 10, ..voucher() };
    world.issuer("brand", Verb::DraftBatch { batch, terms }).expect("sound");
    world.issuer("brand", Verb::SubmitBatch { batch }).expect("a draft");
    world.operator(Verb::ApproveBatch { batch });
    world.issuer("brand", Verb::FundBatch { batch }).expect("nothing to fund");
    world.operator(Verb::MintBatch { batch });
    world.redeem("ann", series, "brand", None).expect("funded");
    let blocked = world.issuer("brand", Verb::ListBatch { batch });
    assert_eq!(blocked, Err(Rejection::ReserveLow));
    world.deposit("brand", Pool::IssuerEscrow, 100_00);
    world.issuer("brand", Verb::ListBatch { batch }).expect("the reserve is full");
}

#[test]
fn a_redemption_is_drawn_from_reserve_free_deposit_and_risk_in_that_order() {
    let (mut world, series) = short();
    world.deposit("brand", Pool::IssuerEscrow, 70_00);
    // The deposit has filled the reserve up to 94.91, rounded up.
    let reserve = world.balance(Account::Reserve(party("brand"), b1()));
    let deposit = world.balance(of_brand(IssuerBucket::Deposit));
    assert_eq!(reserve + deposit, 119_05);
    assert_eq!(world.redeem("ann", series, "brand", None), Ok(Done::Accepted));
    assert_eq!(world.batch("b1").proceeds, Amount::ZERO);
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 19_05, "the reserve first");
}

#[test]
fn a_redemption_short_of_reserve_waits_and_a_deposit_executes_it_at_once() {
    let (mut world, series) = short();
    waits(&mut world, series);
    let call = world.venue.funding_call(party("brand")).expect("called");
    assert_eq!(call.due, Some(instant(1002, 18)), "P-09b: the cut-off of T+1");
    world.deposit("brand", Pool::IssuerEscrow, 50_94);
    assert!(world.venue.funding_call(party("brand")).is_some(), "one cent is missing");
    world.until(1001, 12);
    let locked = Holder::RedeemLock(party("ann"));
    let title = &world.venue.books().title;
    assert_eq!(title.quantity(series, locked), 1, "its lock does not time out");
    world.deposit("brand", Pool::IssuerEscrow, 1);
    assert!(world.venue.funding_call(party("brand")).is_none());
    let title = &world.venue.books().title;
    assert_eq!(title.quantity(series, Holder::Redeemed), 10);
    world.until(1002, 19);
    assert!(world.venue.default_of(party("brand")).is_none());
}

#[test]
fn p_09b_a_call_is_due_at_the_cut_off_of_the_trading_day_after_its_own() {
    let (mut world, series) = short();
    world.until(1001, 19);
    waits(&mut world, series);
    let call = world.venue.funding_call(party("brand")).expect("called");
    assert_eq!(call.due, Some(instant(1003, 18)), "after its cut-off it is the next day's call");
}

#[test]
fn later_redemptions_wait_behind_those_that_wait_already() {
    let (mut world, series) = sold_below_face();
    for _ in 0..8 {
        world.redeem("ann", series, "brand", None).expect("funded");
    }
    world.redeem("ann", series, "brand", Some(95_00)).expect("funded");
    // 54.05 are left for two coupons: 5.00 of one, 100.00 of the other.
    let last = Verb::LockRedemption(RedemptionTerms {
        redemption: RedemptionId::derive(&[b"last"]),
        merchant: party("brand"),
        series,
        serial: Some(9),
        amount: None,
    });
    world.user("ann", last).expect("hers");
    let confirm =
        Verb::ConfirmRedemption { redemption: RedemptionId::derive(&[b"last"]), detail: None };
    let value = cents(100_00);
    assert_eq!(world.issuer("brand", confirm), Ok(Done::Waiting { value }));
    let value = cents(5_00);
    let small = world.redeem("ann", series, "brand", None);
    assert_eq!(small, Ok(Done::Waiting { value }), "54.05 would pay for it alone");
    let call = world.venue.funding_call(party("brand")).expect("called");
    assert_eq!(call.redemptions.len(), 2);
    let out = world.issuer("brand", Verb::WithdrawDeposit { amount: cents(1) });
    assert_eq!(out, Err(Rejection::FundsCalled));
}

#[test]
fn p_15b_the_guarantee_fund_pays_what_the_issuer_does_not() {
    let (mut world, series) = short();
    world.register("sponsor", PartyKind::User);
    world.deposit("sponsor", Pool::GuaranteeFund, 60_00);
    assert_eq!(world.venue.fund_available(), cents(60_00));
    waits(&mut world, series);
    world.until(1002, 18);
    assert_eq!(world.venue.fund_available(), cents(9_05), "50.95 are promised");
    let case = world.venue.default_of(party("brand")).expect("it did not pay");
    assert_eq!((case.severity, case.cause), (Severity::Major, DefaultCause::FundingUnmet));
    world.settle(1003);
    assert_eq!(world.venue.fund_available(), cents(9_05));
    assert_eq!(world.venue.books().title.quantity(series, Holder::Redeemed), 10);
    assert!(world.venue.funding_call(party("brand")).is_none());
}

/// The guarantee fund has paid 50.95 of its 60.00 for brand.
fn subrogated() -> World {
    let (mut world, series) = short();
    world.register("sponsor", PartyKind::User);
    world.deposit("sponsor", Pool::GuaranteeFund, 60_00);
    waits(&mut world, series);
    world.until(1002, 18);
    world.settle(1003);
    world
}

#[test]
fn what_the_fund_has_paid_the_issuer_owes_it_and_repays_first() {
    let mut world = subrogated();
    let (brand, fund) = (party("brand"), Pool::GuaranteeFund);
    let deposit = Account::Issuer(brand, IssuerBucket::Deposit);
    assert_eq!(world.venue.receivable(brand, fund), cents(50_95));
    assert_eq!(world.balance(Account::GuaranteeFund), 60_00, "9.05 in cash and the claim");
    world.deposit("brand", Pool::IssuerEscrow, 30_00);
    assert_eq!((world.venue.receivable(brand, fund), world.balance(deposit)), (cents(20_95), 0));
    assert_eq!(world.venue.fund_available(), cents(9_05), "it comes with the next settlement");
    world.settle(1004);
    assert_eq!(world.venue.fund_available(), cents(39_05));
    world.deposit("brand", Pool::IssuerEscrow, 30_00);
    assert_eq!((world.venue.receivable(brand, fund), world.balance(deposit)), (cents(0), 9_05));
    world.settle(1005);
    assert_eq!(world.venue.fund_available(), cents(60_00), "whole again");
}

/// What was held for a bid is no new money and repays nothing when it comes back; so what the fund
/// has a claim on is not paid out before it.
#[test]
fn the_fund_is_repaid_before_an_issuer_is_paid_out() {
    let (mut world, series) = sold_below_face();
    world.deposit("brand", Pool::IssuerEscrow, 200_00);
    world.issuer("brand", Verb::WithdrawDeposit { amount: cents(200_00) }).expect("voluntary");
    let rival = world.listed("rival", "b2");
    world.buyer("cat", rival, 2);
    let auction = AuctionId::derive(&[b"x"]);
    let (units, reserve, increment) = (Units::Any(2), cents(1_00), cents(1));
    let ends_at = instant(1004, 12);
    let terms = AuctionTerms { auction, series: rival, units, reserve, increment, ends_at };
    world.user("cat", Verb::OpenAuction(terms)).expect("hers");
    let bid = |price| Verb::Bid { auction, price: cents(price) };
    world.issuer("brand", bid(99_00)).expect("covered by its free proceeds");

    world.register("sponsor", PartyKind::User);
    world.deposit("sponsor", Pool::GuaranteeFund, 60_00);
    world.register("cafe", PartyKind::Merchant);
    world.issuer("brand", Verb::AuthoriseMerchant { merchant: party("cafe") }).expect("hers");
    for _ in 0..10 {
        world.redeem("ann", series, "cafe", None).expect("paid, or waiting");
    }
    world.until(1003, 18);
    world.settle(1003);
    let fund = Pool::GuaranteeFund;
    let owed = world.venue.receivable(party("brand"), fund);
    assert!(!owed.is_zero(), "the fund has paid");
    world.two(Verb::CloseDefault { issuer: party("brand") }).expect("nothing waits any more");
    world.register("ben", PartyKind::User);
    world.deposit("ben", Pool::UserCustody, 500_00);
    world.user("ben", bid(99_50)).expect("higher");
    let free = world.balance(of_brand(IssuerBucket::Free));
    assert!(owed.minor() < free, "its bid has come back: {free}");
    assert_eq!(world.venue.receivable(party("brand"), fund), owed, "and has repaid nothing");

    let pay_out = |id: &[u8], minor| {
        let withdrawal = WithdrawalId::derive(&[id]);
        Verb::PayOutProceeds { withdrawal, amount: cents(minor) }
    };
    let beyond = free - owed.minor() + 1;
    assert_eq!(world.issuer("brand", pay_out(b"1", beyond)), Err(Rejection::InsufficientFunds));
    world.issuer("brand", pay_out(b"2", beyond - 1)).expect("what nobody has a claim on");
}

#[test]
fn the_fund_itself_bears_what_it_gives_up() {
    let mut world = subrogated();
    let (party, pool) = (party("brand"), Pool::GuaranteeFund);
    let wish = |minor| MoneyAct::WriteOff { party, pool, amount: cents(minor) };
    assert_eq!(world.two(wish(50_96)), Err(Rejection::NothingOwed));
    world.two(wish(50_95)).expect("two persons");
    assert_eq!(world.balance(Account::GuaranteeFund), 9_05);
    assert_eq!(world.venue.fund_available(), cents(9_05), "that much was there before, too");
    assert_eq!(world.venue.receivable(party, pool), cents(0));
}

#[test]
fn fees_that_an_issuer_never_pays_are_given_up_by_two_persons() {
    let mut world = World::new();
    world.admitted("brand", 510_00);
    world.lists("brand", "b1");
    let (party, pool) = (party("brand"), Pool::SettlementHub);
    let owed = world.venue.receivable(party, pool);
    assert_eq!(owed, cents(120_00), "the fee of the listing");
    let listed: Vec<_> = world.venue.receivables().collect();
    assert_eq!(listed, [(party, pool, owed)]);
    let wish = |minor| MoneyAct::WriteOff { party, pool, amount: cents(minor) };
    assert_eq!(world.two(wish(0)), Err(Rejection::AmountZero));
    assert_eq!(world.two(wish(120_01)), Err(Rejection::NothingOwed));
    world.operator(wish(100_00).into());
    assert_eq!(world.venue.receivable(party, pool), owed, "one person gives nothing up");
    world.ask("oscar", Role::Operator, wish(100_00).into()).expect("seconded");
    assert_eq!(world.venue.receivable(party, pool), cents(20_00));
    // What was never collected is no fee, and nobody's share.
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), 20_00);
    world.until(1000, 19);
    assert_eq!(world.balance(Account::Share(ShareKind::Platform)), 0);
}

#[test]
fn what_the_fund_sends_in_vain_goes_back_to_it() {
    let (mut world, series) = short();
    world.register("sponsor", PartyKind::User);
    world.deposit("sponsor", Pool::GuaranteeFund, 60_00);
    waits(&mut world, series);
    world.until(1002, 18);
    world.deposit("brand", Pool::IssuerEscrow, 50_95);
    assert_eq!(world.venue.books().title.quantity(series, Holder::Redeemed), 10);
    world.settle(1003);
    assert_eq!(world.balance(Account::GuaranteeFund), 9_05, "50.95 are on their way back");
    world.settle(1004);
    assert_eq!(world.balance(Account::GuaranteeFund), 60_00);
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 0);
}

#[test]
fn unmet_by_issuer_and_fund_the_lock_is_released_and_a_major_default_opens() {
    let (mut world, series) = short();
    waits(&mut world, series);
    world.until(1002, 18);
    let case = world.venue.default_of(party("brand")).expect("opened");
    assert_eq!((case.severity, case.cause), (Severity::Major, DefaultCause::FundingUnmet));
    assert_eq!(world.coupons("ann", series), 1, "it is hers again");
    let issuer = world.venue.issuer(party("brand")).expect("known");
    assert_eq!(issuer.status, IssuerStatus::Suspended);
    let released = |e: &&Event| matches!(e, Event::RedemptionReleased { .. });
    assert_eq!(world.events.iter().filter(released).count(), 1);
}

#[test]
fn money_for_the_guarantee_fund_that_names_nobody_waits_in_suspense() {
    let mut world = World::new();
    let account = world.venue.terms().account(Pool::GuaranteeFund);
    let credit = gcfn_banking::Side::Credit;
    let entry = world.entry(account, credit, cents(7_00), None, None);
    world.must(gcfn_venue::Command::BankBooked(entry));
    assert_eq!(world.balance(Account::Suspense(Pool::GuaranteeFund)), 7_00);
    assert_eq!(world.balance(Account::GuaranteeFund), 0);
}

#[test]
fn a_top_up_comes_from_the_deposit_and_then_from_free_proceeds() {
    let mut world = World::new();
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 10);
    world.settle(1000);
    // 1,370.00 are left of the deposit, and 0.05 of the proceeds are free.
    let top_up = |amount| Verb::TopUpReserve { batch: b1(), amount: cents(amount) };
    assert_eq!(world.issuer("brand", top_up(1_370_06)), Err(Rejection::ReserveNotFunded));
    assert_eq!(world.issuer("brand", top_up(0)), Err(Rejection::AmountZero));
    let before = world.balance(Account::Reserve(party("brand"), b1()));
    world.issuer("brand", top_up(1_370_05)).expect("covered");
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), before + 1_370_05);
    assert_eq!(world.balance(of_brand(IssuerBucket::Deposit)), 0);
    assert_eq!(world.balance(of_brand(IssuerBucket::Free)), 0);
}
