//! Rules of different parts of the business that meet, each named after what must hold where they
//! do.

use crate::world::{World, cents, instant, party, terms, voucher};
use gcfn_banking::Side as Booking;
use gcfn_ledger::{Account, FeeKind, IssuerBucket, SerialRange, TaxKind, UserBucket};
use gcfn_market::Side;
use gcfn_model::{
    AuctionId, BasisPoints, BatchId, Currency, Digest, DisputeId, Millis, OfferId, OrderId, Pool,
    RedemptionId, SeriesId, TradeId, WithdrawalId,
};
use gcfn_venue::{
    Amendment, ArbitrationDecision, AuctionTerms, BatchTerms, Claimant, Command, CouponFreezeTerms,
    DisputeKind, DisputeTerms, Done, EntryReference, Equaliser, FreezeReason, MaturityAction,
    MoneyAct, OfferTerms, OfferedDeal, Outcome, PartyKind, PartyLimits, Penalty, PenaltyReason,
    RedemptionTerms, Rejection, ReserveMode, Role, Severity, SuspensePart, SuspenseResolution,
    SwapSide, TaxRate, Units, Verb, WithdrawalState, WithdrawalTerms,
};

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

/// A series of 100 coupons with `adjust`ed terms, and ann and ben with money.
fn market(adjust: impl FnOnce(&mut BatchTerms)) -> (World, SeriesId) {
    let mut world = World::new();
    world.admitted("brand", 3_000_00);
    let mut terms = voucher();
    adjust(&mut terms);
    let series = world.issued("brand", "b1", terms);
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    (world, series)
}

fn order_of(world: &World, who: &str) -> OrderId {
    world.venue.orders().find(|open| open.party == party(who)).expect("open").id
}

fn offer(world: &World, deal: OfferedDeal) -> Verb {
    let offer = OfferId::derive(&[b"offer"]);
    let expires_at = instant(world.at / crate::world::DAY, 23);
    Verb::MakeOffer(OfferTerms { offer, deal, expires_at })
}

fn take(quantity: u64) -> Verb {
    Verb::TakeOffer { offer: OfferId::derive(&[b"offer"]), units: Units::Any(quantity) }
}

fn lock(world: &mut World, series: SeriesId) -> RedemptionId {
    let redemption = RedemptionId::derive(&[b"r"]);
    let (merchant, serial, amount) = (party("brand"), None, None);
    let verb =
        Verb::LockRedemption(RedemptionTerms { redemption, merchant, series, serial, amount });
    world.user("ann", verb).expect("hers");
    redemption
}

fn freeze_coupons(world: &mut World, series: SeriesId, end: u64) -> Outcome {
    let range = SerialRange { first: 0, end };
    let terms = CouponFreezeTerms { series, range, reason: FreezeReason::Court };
    world.ask("olga", Role::Operator, Verb::Money(MoneyAct::FreezeCoupons(terms)))
}

#[test]
fn an_amendment_counts_resales_as_the_batch_allows_them() {
    let (mut world, series) = market(|terms| terms.resales_max = 1);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.order("ann", Side::Sell, series, 1, Some(94_00)).expect("hers");
    world.order("ben", Side::Buy, series, 1, Some(94_00)).expect("resold once");
    world.order("ben", Side::Buy, series, 1, None).expect("a new one");
    world.order("ben", Side::Sell, series, 1, Some(94_00)).expect("the new one");
    let order = order_of(&world, "ben");
    let amendment = Amendment { order, price: None, quantity: Some(2) };
    let more = world.user("ben", Verb::AmendOrder(amendment));
    assert_eq!(more, Err(Rejection::ResaleLimit));
}

#[test]
fn coupons_are_not_offered_outside_the_book_more_often_than_their_batch_allows() {
    let (mut world, series) = market(|terms| terms.resales_max = 1);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.order("ann", Side::Sell, series, 1, Some(94_00)).expect("hers");
    world.order("ben", Side::Buy, series, 1, Some(94_00)).expect("resold once");
    let listing = OfferedDeal::Listing { series, units: Units::Any(1), price: cents(90_00) };
    let listed = offer(&world, listing);
    assert_eq!(world.user("ben", listed), Err(Rejection::ResaleLimit));
    let terms = AuctionTerms {
        auction: AuctionId::derive(&[b"a"]),
        series,
        units: Units::Any(1),
        reserve: cents(80_00),
        increment: cents(1),
        ends_at: instant(1000, 17),
    };
    assert_eq!(world.user("ben", Verb::OpenAuction(terms)), Err(Rejection::ResaleLimit));
}

#[test]
fn coupons_of_a_redemption_that_waits_for_money_are_not_frozen() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 2);
    world.until(1000, 17);
    let waits = world.redeem("ann", series, "brand", None);
    assert_eq!(waits, Ok(Done::Waiting { value: cents(100_00) }));
    assert_eq!(freeze_coupons(&mut world, series, 2), Err(Rejection::CouponsLocked));
    assert_eq!(world.coupons("ann", series), 1, "refused whole");
}

#[test]
fn a_token_names_one_lock_and_an_ended_one_is_not_used_again() {
    let (mut world, series) = market(|_| ());
    world.order("ann", Side::Buy, series, 3, None).expect("on offer");
    let redemption = lock(&mut world, series);
    let again = |serial| {
        let (merchant, amount) = (party("brand"), Some(cents(1_00)));
        Verb::LockRedemption(RedemptionTerms { redemption, merchant, series, serial, amount })
    };
    assert_eq!(world.user("ann", again(None)), Err(Rejection::RedemptionExists));
    world.user("ann", Verb::CancelRedemption { redemption }).expect("hers");
    let shadow = world.user("ann", again(Some(1)));
    assert_eq!(shadow, Err(Rejection::RedemptionExists), "the merchant was shown another coupon");
    // As long as answers are kept; no timer of the first lock is left to end the second.
    world.until(1001, 10);
    world.user("ann", again(Some(1))).expect("long forgotten");
    world.at += 299_000_000;
    world
        .issuer("brand", Verb::ConfirmRedemption { redemption, detail: None })
        .expect("locked for 5 minutes");
}

#[test]
fn coupons_that_only_a_lock_keeps_from_their_end_are_not_frozen() {
    let (mut world, series) = market(|_| ());
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.until(1007, 23);
    world.at += 3_598_000_000;
    lock(&mut world, series);
    world.until(1008, 0);
    assert_eq!(freeze_coupons(&mut world, series, 1), Err(Rejection::CouponsLocked));
}

#[test]
fn an_order_does_not_grow_beyond_the_value_of_one_order() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.money.limits.party.order_value = cents(200_00);
    let mut world = World::of(region);
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 10_000_00);
    world.order("ann", Side::Buy, series, 2, Some(90_00)).expect("180.00");
    let order = order_of(&world, "ann");
    let amendment = Amendment { order, price: None, quantity: Some(4) };
    let more = world.user("ann", Verb::AmendOrder(amendment));
    assert_eq!(more, Err(Rejection::OrderLimit));
}

#[test]
fn a_bid_does_not_grow_beyond_the_value_of_one_order() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.money.limits.party.order_value = cents(100_00);
    let mut world = World::of(region);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    for _ in 0..2 {
        world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    }
    let auction = AuctionId::derive(&[b"a"]);
    let terms = AuctionTerms {
        auction,
        series,
        units: Units::Any(2),
        reserve: cents(40_00),
        increment: cents(1),
        ends_at: instant(1000, 17),
    };
    world.user("ann", Verb::OpenAuction(terms)).expect("hers");
    world.user("ben", Verb::Bid { auction, price: cents(45_00) }).expect("90.00 and a fee");
    let higher = world.user("ben", Verb::Bid { auction, price: cents(80_00) });
    assert_eq!(higher, Err(Rejection::OrderLimit));
}

fn close(world: &mut World, who: &str) -> Outcome {
    let close = MoneyAct::CloseParty { party: party(who) };
    world.ask("olga", Role::Operator, Verb::Money(close))
}

/// Ann has given ben a coupon that has settled.
fn given() -> (World, SeriesId) {
    let (mut world, series) = market(|terms| terms.maturity = MaturityAction::Cash);
    world.register("cat", PartyKind::User);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.user("ann", Verb::Gift { to: party("cat"), series, quantity: 1 }).expect("hers");
    world.settle(1000);
    (world, series)
}

#[test]
fn a_party_that_is_still_to_be_paid_for_its_coupons_stays() {
    let (mut world, _) = given();
    world.two(Verb::RecallBatch { batch: b1() }).expect("funded");
    assert_eq!(close(&mut world, "cat"), Err(Rejection::PartyNotEmpty));
    world.settle(1001);
    assert_eq!(world.available("cat"), 100_00);
}

/// Cat owes 50.00: a deposit of hers was reversed after she had spent it.
fn owing(world: &mut World, series: SeriesId) {
    world.deposit("cat", Pool::UserCustody, 101_00);
    let own = |(number, entry): (&u64, &gcfn_venue::ReversibleEntry)| {
        let of_cat = Account::User(party("cat"), UserBucket::Available);
        (entry.to == of_cat).then_some(*number)
    };
    let number = world.venue.reversibles().find_map(own).expect("numbered");
    world.order("cat", Side::Buy, series, 1, None).expect("on offer");
    let entry = EntryReference::Number(number);
    world.two(MoneyAct::Reverse { entry, on_credit: true }).expect("on credit");
}

#[test]
fn what_a_holder_is_paid_at_maturity_repays_what_it_owes() {
    let (mut world, series) = market(|terms| terms.maturity = MaturityAction::Cash);
    world.register("cat", PartyKind::User);
    owing(&mut world, series);
    let owed = world.venue.receivable(party("cat"), Pool::UserCustody).minor();
    assert!(0 < owed);
    world.settle(1007);
    world.settle(1008);
    assert_eq!(world.venue.receivable(party("cat"), Pool::UserCustody).minor(), 0);
    assert_eq!(world.available("cat"), 100_00 - owed);
}

const DISPUTE: DisputeId = DisputeId::from_bytes([1; 16]);

fn undo(world: &mut World, by: (&str, Role), trade: TradeId) -> Outcome {
    let (dispute, kind) = (DISPUTE, DisputeKind::RefundRequest);
    let terms = DisputeTerms { dispute, trade, kind, evidence: Digest([2; 32]) };
    world.ask(by.0, by.1, Verb::Money(MoneyAct::OpenDispute(terms)))?;
    for act in [MoneyAct::TakeUpDispute { dispute }, MoneyAct::ArbitrateDispute { dispute }] {
        world.ask("hana", Role::Operator, Verb::Money(act))?;
    }
    let (refund, reasons) = (true, Digest([3; 32]));
    world.two(MoneyAct::DecideDispute(ArbitrationDecision { dispute, refund, reasons }))
}

#[test]
fn a_coupon_that_was_redeemed_in_part_is_not_handed_back_for_its_whole_price() {
    let (mut world, series) = market(|_| ());
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.order("ann", Side::Sell, series, 1, Some(94_00)).expect("hers");
    world.order("ben", Side::Buy, series, 1, Some(94_00)).expect("resold");
    world.settle(1000);
    let trade = world.venue.trades().find(|trade| !trade.primary()).expect("the resale").id;
    world.redeem("ben", series, "brand", Some(60_00)).expect("in part");
    let undone = undo(&mut world, ("ben", Role::User), trade);
    assert_eq!(undone, Err(Rejection::CouponsRedeemed));
}

#[test]
fn a_refund_to_an_issuer_is_paid_into_its_escrow() {
    let (mut world, series) = market(|_| ());
    world.admitted("shop", 1_000_00);
    world.issuer("shop", Verb::WithdrawDeposit { amount: cents(500_00) }).expect("free");
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    let listing = OfferedDeal::Listing { series, units: Units::Any(1), price: cents(90_00) };
    let listed = offer(&world, listing);
    world.user("ann", listed).expect("hers");
    world.issuer("shop", take(1)).expect("covered");
    world.settle(1000);
    let trade = world.venue.trades().find(|trade| !trade.primary()).expect("the resale").id;
    let free = Account::Issuer(party("shop"), IssuerBucket::Free);
    let before = world.balance(free);
    undo(&mut world, ("shop", Role::Issuer), trade).expect("settled");
    world.settle(1001);
    assert_eq!(world.balance(free), before + 90_00);
    assert_eq!(world.available("shop"), 0, "an issuer has no custody account");
}

#[test]
fn a_refund_from_an_issuer_is_taken_from_its_free_proceeds() {
    let (mut world, series) = market(|_| ());
    world.admitted("shop", 1_000_00);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.user("ann", Verb::Gift { to: party("shop"), series, quantity: 1 }).expect("hers");
    let listing = OfferedDeal::Listing { series, units: Units::Any(1), price: cents(90_00) };
    let listed = offer(&world, listing);
    world.issuer("shop", listed).expect("its own");
    world.user("ben", take(1)).expect("covered");
    world.settle(1000);
    let trade = world.venue.trades().find(|trade| !trade.primary()).expect("the resale").id;
    let (ben, free) = (world.available("ben"), Account::Issuer(party("shop"), IssuerBucket::Free));
    assert!(0 < world.balance(free));
    undo(&mut world, ("ben", Role::User), trade).expect("settled");
    world.settle(1001);
    assert_eq!(world.balance(free), 0, "what the sale brought, without its fee");
    assert_eq!(world.available("ben"), ben + 90_00);
}

fn fine(world: &mut World, who: &str) -> u64 {
    let done = world.two(MoneyAct::ImposePenalty(Penalty {
        party: party(who),
        amount: cents(50_00),
        reason: PenaltyReason::RuleBreach,
        evidence: Digest([1; 32]),
    }));
    match done {
        Ok(Done::Numbered { number }) => number,
        other => panic!("{other:?}"),
    }
}

fn reverse(world: &mut World, number: u64) -> Outcome {
    let entry = EntryReference::Number(number);
    world.two(MoneyAct::Reverse { entry, on_credit: false })
}

#[test]
fn a_penalty_is_reversed_after_the_fees_were_shared_out() {
    let (mut world, _) = market(|_| ());
    let number = fine(&mut world, "ann");
    world.settle(1000);
    world.settle(1001);
    assert_eq!(world.balance(Account::Fee(FeeKind::Penalty)), 0, "shared out");
    reverse(&mut world, number).expect("within its window");
    world.settle(1002);
    assert_eq!(world.available("ann"), 10_000_00);
}

#[test]
fn what_is_reversed_to_a_party_that_is_free_again_is_free() {
    let (mut world, _) = market(|_| ());
    world.freeze("ann");
    let number = fine(&mut world, "ann");
    let reason = FreezeReason::Compliance;
    world.two(Verb::Unfreeze { party: party("ann"), reason }).expect("frozen");
    reverse(&mut world, number).expect("its cash has not moved");
    assert_eq!(world.available("ann"), 10_000_00);
}

#[test]
fn nothing_that_an_issuer_in_critical_default_has_open_becomes_free() {
    let (mut world, series) = market(|_| ());
    world.admitted("shop", 1_000_00);
    world.issuer("shop", Verb::WithdrawDeposit { amount: cents(500_00) }).expect("free");
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    let auction = AuctionId::derive(&[b"a"]);
    let terms = AuctionTerms {
        auction,
        series,
        units: Units::Any(1),
        reserve: cents(80_00),
        increment: cents(1),
        ends_at: instant(1000, 17),
    };
    world.user("ann", Verb::OpenAuction(terms)).expect("hers");
    world.issuer("shop", Verb::Bid { auction, price: cents(80_00) }).expect("covered");
    let (issuer, severity) = (party("shop"), Severity::Critical);
    world.two(Verb::DeclareDefault { issuer, severity }).expect("admitted");
    world.user("ben", Verb::Bid { auction, price: cents(81_00) }).expect("higher");
    let of = |bucket| world.balance(Account::Issuer(party("shop"), bucket));
    assert_eq!((of(IssuerBucket::Free), of(IssuerBucket::Hold)), (0, 0));
    assert_eq!(of(IssuerBucket::Restricted), 1_000_00);
}

#[test]
fn what_an_issuer_sells_while_its_money_stands_still_stands_still() {
    let (mut world, series) = market(|_| ());
    world.admitted("shop", 1_000_00);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.user("ann", Verb::Gift { to: party("shop"), series, quantity: 1 }).expect("hers");
    let listing = OfferedDeal::Listing { series, units: Units::Any(1), price: cents(90_00) };
    let listed = offer(&world, listing);
    world.issuer("shop", listed).expect("its own");
    world.user("ben", take(1)).expect("covered");
    let (issuer, severity) = (party("shop"), Severity::Critical);
    world.two(Verb::DeclareDefault { issuer, severity }).expect("admitted");
    world.settle(1000);
    assert_eq!(world.balance(Account::Issuer(issuer, IssuerBucket::Free)), 0);
}

#[test]
fn a_buy_back_lets_go_of_no_reserve_that_others_rely_on() {
    let (mut world, series) = market(|_| ());
    world.issuer("brand", Verb::WithdrawDeposit { amount: cents(500_00) }).expect("free");
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.settle(1000);
    let reserve = Account::Reserve(party("brand"), b1());
    let before = world.balance(reserve);
    world.order("ben", Side::Buy, series, 1, None).expect("unsettled");
    let then = gcfn_venue::BoughtBack::Inventory;
    let (quantity, price, to) = (1, cents(95_00), None);
    let back = offer(&world, OfferedDeal::BuyBack { series, quantity, price, to, then });
    world.issuer("brand", back).expect("covered");
    world.user("ben", take(1)).expect("his");
    assert_eq!(world.balance(reserve), before, "ann's coupon is paid for");
}

#[test]
fn a_withdrawal_is_held_for_its_own_time_though_its_id_was_used_before() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.money.withdrawals =
        WithdrawalTerms { approval_from: cents(500_00), held_for: Millis(3_600_000) };
    let mut world = World::of(region);
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, 1_000_00);
    let withdrawal = WithdrawalId::from_bytes([1; 16]);
    let ask = |minor| Verb::Withdraw { withdrawal, amount: cents(minor) };
    world.user("ann", ask(1_00)).expect("covered");
    world.user("ann", Verb::Money(MoneyAct::CancelWithdrawal { withdrawal })).expect("held");
    world.at += 3_500_000_000;
    world.user("ann", ask(400_00)).expect("covered");
    world.at += 200_000_000;
    world.must(Command::Tick);
    let state = world.venue.withdrawal(withdrawal).map(|known| known.state);
    assert_eq!(state, Some(WithdrawalState::Held));
    world.until(1000, 12);
    assert!(world.venue.withdrawal(withdrawal).is_none(), "it is paid in its time");
}

#[test]
fn a_fee_that_is_owed_is_shared_out_once_it_is_paid() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::None;
    let mut world = World::of(region);
    world.register("ann", PartyKind::User);
    world.admitted("brand", 1);
    let terms = BatchTerms { reserve: ReserveMode::None, ..voucher() };
    world.issued("brand", "b1", terms);
    let owed = Account::Receivable(Pool::SettlementHub, party("brand"));
    let owed = world.balance(owed);
    assert!(0 < owed, "nothing covers the fee of the listing");
    world.settle(1000);
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), owed + 1, "no cash stands behind it");
    let shared = gcfn_ledger::ShareKind::ALL.iter().map(|kind| Account::Share(*kind));
    assert_eq!(shared.map(|share| world.balance(share)).sum::<u64>(), 0);
    world.settle(1001);
    assert_eq!(world.balance(Account::Fee(FeeKind::Issue)), owed, "what was paid is shared");
}

#[test]
fn a_resale_of_an_issuer_is_taxed_as_any() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.money.taxes.resale = TaxRate { kind: TaxKind::Stamp, rate: BasisPoints(100) };
    let mut world = World::of(region);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    world.admitted("shop", 1_000_00);
    world.order("ann", Side::Buy, series, 1, None).expect("on offer");
    world.user("ann", Verb::Gift { to: party("shop"), series, quantity: 1 }).expect("hers");
    let listing = OfferedDeal::Listing { series, units: Units::Any(1), price: cents(90_00) };
    let listed = offer(&world, listing);
    world.issuer("shop", listed).expect("its own");
    world.user("ben", take(1)).expect("covered");
    world.settle(1000);
    world.settle(1001);
    assert_eq!(world.balance(Account::Tax(TaxKind::Stamp)), 90);
}

#[test]
fn a_deposit_that_was_in_suspense_pays_what_waits_for_it() {
    let mut region = terms("sg", "sg", Currency::Sgd);
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 2);
    world.redeem("ann", series, "brand", None).expect("confirmed");
    assert!(world.venue.funding_call(party("brand")).is_some());
    let account = world.venue.terms().account(Pool::IssuerEscrow);
    let entry = world.entry(account, Booking::Credit, cents(200_00), None, None);
    world.must(Command::BankBooked(entry));
    let item = world.venue.suspense().last().expect("an item").number;
    let (claimant, amount) = (Claimant::Issuer(party("brand")), cents(200_00));
    let parts = [SuspensePart { claimant, amount }].to_vec();
    world.two(MoneyAct::ResolveSuspense(SuspenseResolution { item, parts })).expect("whole");
    assert!(world.venue.funding_call(party("brand")).is_none());
}

#[test]
fn an_auction_and_the_taking_of_a_swap_are_bounded_as_other_orders_are() {
    let (mut world, series) = market(|_| ());
    for shop in ["inn", "bar"] {
        world.register(shop, PartyKind::Merchant);
        world.deposit(shop, Pool::UserCustody, 1_000_00);
    }
    let diner = world.listed("other", "b2");
    world.order("inn", Side::Buy, series, 1, None).expect("on offer");
    world.order("bar", Side::Buy, diner, 1, None).expect("on offer");
    let limits = Some(PartyLimits { order_value: cents(50_00), ..PartyLimits::NONE });
    world.two(MoneyAct::SetLimits { party: party("bar"), limits }).expect("known");
    let swap = OfferedDeal::Swap {
        gives: series,
        gives_quantity: 1,
        wants: diner,
        wants_quantity: 1,
        to: party("bar"),
        equaliser: Some(Equaliser { payer: SwapSide::Taker, amount: cents(60_00) }),
    };
    let offered = offer(&world, swap);
    world.user("inn", offered).expect("its own");
    assert_eq!(world.user("bar", take(1)), Err(Rejection::OrderLimit));
    let terms = AuctionTerms {
        auction: AuctionId::derive(&[b"a"]),
        series: diner,
        units: Units::Any(1),
        reserve: cents(60_00),
        increment: cents(1),
        ends_at: instant(1000, 17),
    };
    assert_eq!(world.user("bar", Verb::OpenAuction(terms)), Err(Rejection::OrderLimit));
}
