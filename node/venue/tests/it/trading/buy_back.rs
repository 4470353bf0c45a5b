//! An issuer buys its coupons back (P-21).

use super::{
    count, filled, is_open, issuer, later, limit, open, order_id, pass, place, price, range,
    refused, resale, settle, trade, traded, with,
};
use crate::world::{World, party};
use gcfn_ledger::{Account, Holder, IssuerBucket};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{BatchId, OfferId, Pool, SeriesId};
use gcfn_venue::{
    BoughtBack, BuyBack, CouponState, Event, MarketKind, OfferEnd, OfferTerms, OfferedDeal,
    PartyKind, Rejection, Role, TradeKind, TradeState, Units, Verb,
};

/// Enough free proceeds for a buy-back: what sales at 100.00 bring beyond the reserve.
fn rich() -> (World, SeriesId) {
    let terms = gcfn_venue::Terms {
        reserve_mode: gcfn_venue::ReserveMode::None,
        ..crate::world::terms("sg", "sg", gcfn_model::Currency::Sgd)
    };
    let mut world = World::of(terms);
    world.admitted("brand", 2_000_00);
    let voucher = gcfn_venue::BatchTerms {
        reserve: gcfn_venue::ReserveMode::None,
        ..crate::world::voucher()
    };
    let series = world.issued("brand", "b1", voucher);
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, super::DEPOSIT);
    }
    world.order("ann", Side::Buy, series, 20, Some(95_00)).expect("covered");
    settle(&mut world);
    (world, series)
}

fn purse(world: &World, bucket: IssuerBucket) -> u64 {
    world.balance(Account::Issuer(party("brand"), bucket))
}

fn owed(world: &World) -> u64 {
    world.balance(Account::Obligation(party("brand"), BatchId::derive(&[b"b1"])))
}

fn buy_back(series: SeriesId, quantity: u64, then: BoughtBack) -> Verb {
    Verb::BuyBack(BuyBack {
        order: order_id("bb"),
        series,
        quantity,
        limit: price(90_00),
        time_in_force: TimeInForce::GoodTillCancelled,
        expires_at: None,
        then,
    })
}

#[test]
fn a_buy_back_in_the_book_is_held_and_committed_from_free_proceeds() {
    let (mut world, series) = rich();
    let free = purse(&world, IssuerBucket::Free);
    issuer(&mut world, buy_back(series, 10, BoughtBack::Inventory)).expect("covered");
    assert_eq!(purse(&world, IssuerBucket::Hold), 904_50);
    assert_eq!(purse(&world, IssuerBucket::Free), free - 904_50);
    let debt = owed(&world);
    assert_eq!(filled(place(&mut world, "ann", limit("a", Side::Sell, series, 4, 90_00))), 4);
    let sale = world.venue.trades().last().expect("kept").clone();
    assert_eq!(sale.kind, TradeKind::BuyBack(BoughtBack::Inventory));
    assert_eq!(sale.market, MarketKind::B2c);
    assert_eq!((sale.buyer_fee, sale.seller_fee), (price(36), price(1_80)), "maker and taker");
    assert_eq!(owed(&world), debt - 400_00, "the debt is gone at the match");
    assert_eq!(with(&world, series, Holder::Inventory), 4);
    assert_eq!(world.venue.coupon_state(series, 0), Some(CouponState::Listed));
    assert_eq!(purse(&world, IssuerBucket::Commit), 360_36);
    let (before, fees) = (world.available("ann"), world.earned());
    settle(&mut world);
    assert_eq!(purse(&world, IssuerBucket::Commit), 0);
    assert_eq!(world.available("ann"), before + 360_00 - 1_80);
    assert_eq!(world.earned(), fees + 36 + 1_80);
    assert_eq!(trade(&world, sale.id).state, TradeState::Settled);
    assert_eq!(open(&world, "bb").remaining, 6);
    issuer(&mut world, Verb::CancelOrder { order: order_id("bb") }).expect("its own");
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
    assert_eq!(purse(&world, IssuerBucket::Free), free - 360_36);
}

#[test]
fn what_is_bought_back_is_sold_again_or_retired() {
    let (mut world, series) = rich();
    issuer(&mut world, buy_back(series, 2, BoughtBack::Retired)).expect("covered");
    place(&mut world, "ann", limit("a", Side::Sell, series, 2, 90_00)).expect("hers");
    assert_eq!(with(&world, series, Holder::Recalled), 2);
    assert_eq!(with(&world, series, Holder::Inventory), 0);
    issuer(&mut world, buy_back(series, 2, BoughtBack::Inventory)).expect("covered");
    place(&mut world, "ann", limit("a", Side::Sell, series, 2, 90_00)).expect("hers");
    let (order, not_before, expires_at) = (order_id("t"), None, None);
    let (quantity, price_of) = (2, price(95_00));
    let tranche =
        gcfn_venue::Tranche { order, series, quantity, price: price_of, not_before, expires_at };
    issuer(&mut world, Verb::OfferTranche(tranche)).expect("they are new again");
    let debt = owed(&world);
    place(&mut world, "ben", limit("b", Side::Buy, series, 82, 95_00)).expect("covered");
    assert_eq!(owed(&world), debt + 8_200_00);
    assert!(!is_open(&world, "t"));
}

#[test]
fn an_issuer_buys_back_only_its_own_and_only_what_it_can_pay() {
    let (mut world, series) = resale(10);
    let verb = buy_back(series, 10, BoughtBack::Inventory);
    // In mode `face` sales leave 0.05 of ten coupons.
    let refusal = refused(&mut world, "brand", Role::Issuer, verb.clone());
    assert_eq!(refusal, Rejection::InsufficientFunds);
    assert_eq!(refused(&mut world, "ann", Role::User, verb.clone()), Rejection::NotPermitted);
    world.listed("other", "b2");
    assert_eq!(refused(&mut world, "other", Role::Issuer, verb), Rejection::NotYours);
}

#[test]
fn a_buy_back_does_not_meet_the_issuers_own_offer() {
    let (mut world, series) = rich();
    let wanted = BuyBack {
        order: order_id("bb"),
        series,
        quantity: 1,
        limit: price(95_00),
        time_in_force: TimeInForce::GoodTillCancelled,
        expires_at: None,
        then: BoughtBack::Inventory,
    };
    let done = issuer(&mut world, Verb::BuyBack(wanted)).expect("stopped at its own offer");
    assert!(matches!(done, gcfn_venue::Done::Order { filled: 0, cancelled: 1, .. }));
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
}

fn id() -> OfferId {
    OfferId::derive(&[b"tender"])
}

fn tender(world: &World, series: SeriesId, to: Option<&str>) -> Verb {
    let (quantity, price, to) = (5, price(92_00), to.map(party));
    let then = BoughtBack::Retired;
    let deal = OfferedDeal::BuyBack { series, quantity, price, to, then };
    Verb::MakeOffer(OfferTerms { offer: id(), deal, expires_at: later(world, 3_600) })
}

#[test]
fn holders_take_a_direct_buy_back_until_it_is_used_up() {
    let (mut world, series) = rich();
    let verb = tender(&world, series, None);
    issuer(&mut world, verb).expect("covered");
    assert_eq!(purse(&world, IssuerBucket::Hold), 462_30);
    let take = |units| Verb::TakeOffer { offer: id(), units };
    let debt = owed(&world);
    let exact = Units::Exactly(vec![range(3, 5)]);
    let first = traded(world.user("ann", take(exact)));
    let first = trade(&world, first);
    assert_eq!((first.seller, first.quantity), (party("ann"), 2));
    assert_eq!(world.venue.coupon_state(series, 3), Some(CouponState::Recalled));
    assert_eq!(owed(&world), debt - 200_00);
    let refusal = refused(&mut world, "ann", Role::User, take(Units::Any(4)));
    assert_eq!(refusal, Rejection::InsufficientCoupons, "three are left of the offer");
    traded(world.user("ann", take(Units::Any(3))));
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
    let taken = |e: &Event| matches!(e, Event::OfferEnded { how: OfferEnd::Taken, .. });
    assert_eq!(count(&world, taken), 1);
    settle(&mut world);
    assert_eq!(purse(&world, IssuerBucket::Commit), 0);
}

#[test]
fn a_direct_buy_back_may_name_its_seller() {
    let (mut world, series) = rich();
    let verb = tender(&world, series, Some("ben"));
    issuer(&mut world, verb).expect("covered");
    let take = Verb::TakeOffer { offer: id(), units: Units::Any(1) };
    assert_eq!(refused(&mut world, "ann", Role::User, take), Rejection::NotYours);
    issuer(&mut world, Verb::WithdrawOffer { offer: id() }).expect("its own");
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
}

#[test]
fn only_the_issuer_offers_to_buy_back_and_it_takes_no_listing_of_its_own_coupons() {
    let (mut world, series) = rich();
    let verb = tender(&world, series, None);
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::NotYours);
    let deal = OfferedDeal::Listing { series, units: Units::Any(1), price: price(90_00) };
    let terms = OfferTerms { offer: id(), deal, expires_at: later(&world, 60) };
    world.user("ann", Verb::MakeOffer(terms)).expect("hers");
    let take = Verb::TakeOffer { offer: id(), units: Units::Any(1) };
    assert_eq!(refused(&mut world, "brand", Role::Issuer, take), Rejection::OwnSeries);
}

/// All hundred coupons are with ann and ben, who ask 90.00 for each.
fn sold_out() -> (World, SeriesId) {
    let (mut world, series) = rich();
    place(&mut world, "ben", limit("rest", Side::Buy, series, 80, 95_00)).expect("covered");
    settle(&mut world);
    for (user, quantity) in [("ann", 20), ("ben", 80)] {
        let all = limit(&format!("{user}-all"), Side::Sell, series, quantity, 90_00);
        place(&mut world, user, all).expect("theirs");
    }
    (world, series)
}

fn closed(world: &World) -> bool {
    world.batch("b1").state == gcfn_venue::BatchState::Closed
}

#[test]
fn a_batch_closes_when_its_issuer_retires_the_last_coupon_of_it() {
    let (mut world, series) = sold_out();
    issuer(&mut world, buy_back(series, 99, BoughtBack::Retired)).expect("covered");
    assert!(!closed(&world), "one is alive");
    let last = Verb::BuyBack(BuyBack {
        order: order_id("last"),
        series,
        quantity: 2,
        limit: price(90_00),
        time_in_force: TimeInForce::GoodTillCancelled,
        expires_at: None,
        then: BoughtBack::Retired,
    });
    issuer(&mut world, last).expect("covered");
    assert!(closed(&world));
    assert!(!is_open(&world, "last"), "what is left of the order ends with the batch");
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
    assert_eq!(world.venue.issuer(party("brand")).expect("known").used, price(0));
    settle(&mut world);
    assert_eq!(purse(&world, IssuerBucket::Commit), 0);
}

#[test]
fn a_batch_closes_when_its_last_coupons_are_offered_back_and_retired() {
    let (mut world, series) = sold_out();
    issuer(&mut world, buy_back(series, 97, BoughtBack::Retired)).expect("covered");
    world.user("ben", Verb::CancelOrder { order: order_id("ben-all") }).expect("three are left");
    let verb = tender(&world, series, None);
    issuer(&mut world, verb).expect("covered");
    traded(world.user("ben", Verb::TakeOffer { offer: id(), units: Units::Any(3) }));
    assert!(closed(&world));
    assert_eq!(purse(&world, IssuerBucket::Hold), 0, "the rest of the offer ends with it");
    settle(&mut world);
}

#[test]
fn a_batch_closes_when_a_call_retires_the_last_coupon_of_it() {
    let (mut world, series) = sold_out();
    world.operator(Verb::HaltSeries { series });
    world.operator(Verb::ResumeSeries { series });
    issuer(&mut world, buy_back(series, 100, BoughtBack::Retired)).expect("rests in the call");
    assert!(!closed(&world));
    pass(&mut world, 301);
    assert!(closed(&world));
    assert_eq!(purse(&world, IssuerBucket::Hold), 0);
}
