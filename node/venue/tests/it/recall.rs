//! Recall: every coupon back, every holder paid (P-25).

use crate::world::{World, cents, party, terms, voucher};
use gcfn_ledger::{Account, Holder, IssuerBucket, UserBucket};
use gcfn_market::Side;
use gcfn_model::{BatchId, Currency, RedemptionId, SeriesId};
use gcfn_venue::{
    BatchState, BatchTerms, Done, Event, IssuingEvent, IssuingTerms, RecallBasis, RedemptionTerms,
    Rejection, ReserveMode, Role, Terms, Verb,
};

fn b1() -> BatchId {
    BatchId::derive(&[b"b1"])
}

fn recall() -> Verb {
    Verb::RecallBatch { batch: b1() }
}

/// Six coupons with ann and four with ben, settled.
fn sold(region: Terms) -> (World, SeriesId) {
    let mut world = World::of(region);
    world.admitted("brand", 2_000_00);
    let reserve = world.venue.terms().reserve_mode;
    let series = world.issued("brand", "b1", BatchTerms { reserve, ..voucher() });
    world.buyer("ann", series, 6);
    world.buyer("ben", series, 4);
    world.settle(1000);
    (world, series)
}

fn region() -> Terms {
    terms("sg", "sg", Currency::Sgd)
}

#[test]
fn an_issuer_recalls_with_an_operators_approval() {
    let (mut world, series) = sold(region());
    world.admitted("rival", 1);
    assert_eq!(world.issuer("rival", recall()), Err(Rejection::NotYours));
    let proposal = match world.issuer("brand", recall()) {
        Ok(Done::Proposed { proposal }) => proposal,
        other => panic!("{other:?} is not a proposal"),
    };
    assert_eq!(world.issuer("brand", recall()), Err(Rejection::SecondPerson));
    assert_eq!(world.issuer("rival", recall()), Err(Rejection::NotYours));
    assert_eq!(world.coupons("ann", series), 6);
    world.operator(Verb::ApproveProposal { proposal });
    assert_eq!(world.batch("b1").state, BatchState::Recalled);
}

#[test]
fn holders_are_paid_the_face_that_is_left_whatever_holds_their_coupons() {
    let (mut world, series) = sold(region());
    world.redeem("ann", series, "brand", Some(30_00)).expect("funded");
    world.order("ann", Side::Sell, series, 2, Some(99_00)).expect("rests");
    world.order("ann", Side::Buy, series, 1, Some(90_00)).expect("rests");
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption: RedemptionId::derive(&[b"r"]),
        merchant: party("brand"),
        series,
        serial: None,
        amount: None,
    });
    world.user("ben", lock).expect("his");
    world.operator(Verb::Freeze {
        party: party("ben"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    let ann = world.available("ann") + world.balance(Account::User(party("ann"), UserBucket::Hold));
    let restricted = Account::User(party("ben"), UserBucket::Restricted);
    let ben = world.balance(restricted);
    world.two(recall()).expect("funded");
    assert_eq!(world.venue.orders().count(), 0);
    let title = &world.venue.books().title;
    assert_eq!(title.quantity(series, Holder::Recalled), 100, "inventory too");
    assert_eq!(world.balance(Account::Obligation(party("brand"), b1())), 0);
    let paid = world.events.iter().find_map(|event| match event {
        Event::Issuing(IssuingEvent::BatchRecalled { paid, .. }) => Some(*paid),
        _ => None,
    });
    assert_eq!(paid, Some(cents(970_00)));
    world.settle(1001);
    assert_eq!(world.available("ann"), ann + 570_00);
    assert_eq!(world.balance(restricted), ben + 400_00, "a frozen holder's stays frozen");
    assert_eq!(world.balance(Account::Issuer(party("brand"), IssuerBucket::Due)), 0);
    assert_eq!(world.balance(Account::Reserve(party("brand"), b1())), 0, "the rest is free");
    let issuer = world.venue.issuer(party("brand")).expect("known");
    assert_eq!(issuer.used.minor(), 0);
}

#[test]
fn a_region_may_say_that_the_issue_price_is_paid() {
    let mut region = region();
    region.issuing =
        IssuingTerms { recall_basis: RecallBasis::IssuePrice, ..IssuingTerms::of(Currency::Sgd) };
    let (mut world, series) = sold(region);
    world.redeem("ann", series, "brand", Some(30_00)).expect("funded");
    let ann = world.available("ann");
    world.two(recall()).expect("funded");
    world.settle(1001);
    assert_eq!(world.available("ann") - ann, 541_50, "95 % of 570.00");
}

#[test]
fn a_recall_that_is_not_funded_is_refused_at_the_first_person() {
    let mut region = region();
    region.reserve_mode = ReserveMode::None;
    let (mut world, series) = sold(region);
    let free = world.balance(Account::Issuer(party("brand"), IssuerBucket::Free));
    let withdrawal = gcfn_model::WithdrawalId::derive(&[b"w"]);
    let pay_out = Verb::PayOutProceeds { withdrawal, amount: cents(free) };
    world.issuer("brand", pay_out).expect("free");
    let deposit = world.balance(Account::Issuer(party("brand"), IssuerBucket::Deposit));
    world.issuer("brand", Verb::WithdrawDeposit { amount: cents(deposit) }).expect("free");
    let withdrawal = gcfn_model::WithdrawalId::derive(&[b"v"]);
    let pay_out = Verb::PayOutProceeds { withdrawal, amount: cents(deposit) };
    world.issuer("brand", pay_out).expect("free");
    let before = world.venue.state_root();
    let refused = world.ask("olga", Role::Operator, recall());
    assert_eq!(refused, Err(Rejection::RecallNotFunded));
    assert_eq!(world.venue.state_root(), before);
    assert_eq!(world.coupons("ann", series), 6);
}

#[test]
fn a_redemption_that_waits_ends_with_a_recall() {
    let mut region = region();
    region.reserve_mode = ReserveMode::Proceeds;
    let mut world = World::of(region);
    world.admitted("brand", 120_00);
    let terms = BatchTerms { reserve: ReserveMode::Proceeds, ..voucher() };
    let series = world.issued("brand", "b1", terms);
    world.buyer("ann", series, 1);
    world.settle(1000);
    let waits = world.redeem("ann", series, "brand", None);
    assert_eq!(waits, Ok(Done::Waiting { value: cents(100_00) }));
    assert_eq!(world.ask("olga", Role::Operator, recall()), Err(Rejection::RecallNotFunded));
    world.order("ann", Side::Buy, series, 9, None).expect("on offer");
    assert!(world.venue.funding_call(party("brand")).is_some());
    world.settle(1001);
    // The proceeds of the nine have paid for the redemption, in time.
    assert!(world.venue.funding_call(party("brand")).is_none());
    assert!(world.venue.default_of(party("brand")).is_none());
}

#[test]
fn recalled_purchases_are_not_refunded_and_recalled_coupons_do_nothing() {
    let (mut world, series) = sold(region());
    let of_ann = |trade: &&gcfn_venue::Trade| trade.buyer == party("ann");
    let trade = world.venue.trades().find(of_ann).expect("settled").id;
    world.two(recall()).expect("funded");
    let refund = world.user("ann", Verb::Refund { trade });
    assert_eq!(refund, Err(Rejection::CouponsRecalled));
    let gift = world.user("ann", Verb::Gift { to: party("ben"), series, quantity: 1 });
    assert_eq!(gift, Err(Rejection::CouponsRecalled));
    let redeem = world.redeem("ann", series, "brand", None);
    assert_eq!(redeem, Err(Rejection::CouponsRecalled));
    assert_eq!(world.ask("olga", Role::Operator, recall()), Err(Rejection::BatchState));
}

#[test]
fn an_issuer_among_the_holders_is_paid_into_its_free_money() {
    let (mut world, series) = sold(region());
    world.admitted("shop", 1);
    world.user("ann", Verb::Gift { to: party("shop"), series, quantity: 2 }).expect("hers");
    world.two(recall()).expect("funded");
    world.settle(1001);
    assert_eq!(world.balance(Account::Issuer(party("shop"), IssuerBucket::Free)), 200_00);
    assert_eq!(world.available("shop"), 0);
}
