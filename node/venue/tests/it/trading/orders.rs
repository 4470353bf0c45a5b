//! Orders: their states, their times, and what backs them.

use super::{
    DEPOSIT, count, filled, held, is_open, issuer, later, limit, market, open, order_id, pass,
    place, price, refused, resale, user, with,
};
use crate::world::{World, instant, party};
use gcfn_ledger::{Holder, SerialRange};
use gcfn_market::{Refusal, Side, TimeInForce};
use gcfn_venue::{
    Amendment, CouponFreezeTerms, CouponState, Done, Event, MoneyAct, ORDER_ACTS_MAX, OrderAct,
    OrderKind, OrderState, OrderTerms, PartyKind, Rejection, Role, Tranche, Verb,
};

#[test]
fn an_order_is_open_then_partially_filled_then_filled() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 10, 94_00)).expect("she has ten");
    assert_eq!(open(&world, "a").state(), OrderState::Open);
    assert_eq!(filled(place(&mut world, "ben", limit("b", Side::Buy, series, 4, 94_00))), 4);
    let rest = open(&world, "a");
    assert_eq!((rest.state(), rest.filled, rest.remaining), (OrderState::PartiallyFilled, 4, 6));
    assert_eq!(filled(place(&mut world, "ben", limit("c", Side::Buy, series, 6, 94_00))), 6);
    assert!(!is_open(&world, "a"));
    let told = |remaining: u64| {
        move |event: &Event| {
            matches!(event, Event::OrderTraded { order, remaining: left, .. }
                if *order == order_id("a") && *left == remaining)
        }
    };
    assert_eq!((count(&world, told(6)), count(&world, told(0))), (1, 1));
}

#[test]
fn an_order_leaves_the_book_at_its_time_and_gives_everything_back() {
    let (mut world, series) = market();
    let expires_at = Some(later(&world, 60));
    let terms = OrderTerms { expires_at, ..limit("a", Side::Buy, series, 10, 90_00) };
    place(&mut world, "ann", terms).expect("rests");
    assert!(held(&world, "ann") != 0);
    pass(&mut world, 61);
    assert!(!is_open(&world, "a"));
    assert_eq!(world.available("ann"), DEPOSIT);
    assert_eq!(count(&world, |e| matches!(e, Event::OrderExpired { quantity: 10, .. })), 1);
}

#[test]
fn an_order_that_ends_early_leaves_nothing_due() {
    let (mut world, series) = market();
    let expires_at = Some(later(&world, 60));
    let terms = OrderTerms { expires_at, ..limit("a", Side::Buy, series, 10, 90_00) };
    place(&mut world, "ann", terms).expect("rests");
    world.user("ann", Verb::CancelOrder { order: order_id("a") }).expect("hers");
    place(&mut world, "ann", limit("a", Side::Buy, series, 10, 90_00)).expect("the id is free");
    pass(&mut world, 61);
    assert!(is_open(&world, "a"), "the second order of that id has no end");
}

#[test]
fn a_scheduled_order_holds_its_money_and_enters_the_book_at_its_time() {
    let (mut world, series) = market();
    let not_before = Some(later(&world, 60));
    let terms = OrderTerms { not_before, ..limit("a", Side::Buy, series, 10, 95_00) };
    let done = place(&mut world, "ann", terms).expect("scheduled");
    assert!(matches!(done, Done::Scheduled { .. }));
    assert_eq!(open(&world, "a").state(), OrderState::Scheduled);
    assert_eq!(world.coupons("ann", series), 0, "it trades with nobody yet");
    assert_eq!(held(&world, "ann"), 954_80, "price and highest fee, rounded up per coupon");
    pass(&mut world, 61);
    assert_eq!(world.coupons("ann", series), 10);
    assert_eq!(held(&world, "ann"), 0);
}

#[test]
fn a_scheduled_order_that_the_book_does_not_take_is_cancelled() {
    let (mut world, series) = market();
    let not_before = Some(later(&world, 60));
    let time_in_force = TimeInForce::FillOrKill;
    let terms = limit("a", Side::Buy, series, 101, 95_00);
    place(&mut world, "ann", OrderTerms { not_before, time_in_force, ..terms }).expect("taken");
    pass(&mut world, 61);
    assert!(!is_open(&world, "a"));
    assert_eq!(world.available("ann"), DEPOSIT);
    assert_eq!(count(&world, |e| matches!(e, Event::OrderCancelled { quantity: 101, .. })), 1);
}

#[test]
fn a_scheduled_order_can_be_cancelled_and_is_when_its_party_is_frozen() {
    let (mut world, series) = resale(10);
    let not_before = Some(later(&world, 60));
    for name in ["a", "b"] {
        let terms = limit(name, Side::Sell, series, 5, 99_00);
        place(&mut world, "ann", OrderTerms { not_before, ..terms }).expect("scheduled");
    }
    assert_eq!(world.coupons("ann", series), 0);
    world.user("ann", Verb::CancelOrder { order: order_id("a") }).expect("hers");
    assert_eq!(world.coupons("ann", series), 5);
    world.operator(Verb::Freeze {
        party: party("ann"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    assert_eq!(world.coupons("ann", series), 10);
    pass(&mut world, 61);
    assert_eq!(world.coupons("ann", series), 10);
}

#[test]
fn a_scheduled_sale_offers_nothing_before_it_is_in_the_book() {
    let (mut world, series) = market();
    let bought = place(&mut world, "ann", limit("b", Side::Buy, series, 4, 95_00));
    let Ok(Done::Order { trades, .. }) = bought else { panic!("{bought:?}") };
    let later = Some(later(&world, 60));
    let sale = |name| OrderTerms { not_before: later, ..limit(name, Side::Sell, series, 2, 99_00) };
    let state = |world: &World, serial| world.venue.coupon_state(series, serial);
    place(&mut world, "ann", sale("a")).expect("scheduled");
    place(&mut world, "ann", sale("c")).expect("scheduled");
    assert_eq!(state(&world, 0), Some(CouponState::Sold), "held, and not offered");
    let refund = Verb::Refund { trade: trades[0] };
    let locked = world.user("ann", refund.clone());
    assert_eq!(locked, Err(Rejection::CouponsLocked), "while the order keeps them");
    let less = Amendment { order: order_id("a"), price: None, quantity: Some(1) };
    world.user("ann", Verb::AmendOrder(less)).expect("hers");
    assert_eq!(world.coupons("ann", series), 1);
    let more = Amendment { quantity: Some(2), ..less };
    world.user("ann", Verb::AmendOrder(more)).expect("she has one");
    world.user("ann", Verb::CancelOrder { order: order_id("c") }).expect("hers");
    pass(&mut world, 61);
    assert_eq!(state(&world, 0), Some(CouponState::InCirculation), "in the book, it is offered");
    assert_eq!(state(&world, 3), Some(CouponState::Sold), "the other order never was");
    assert_eq!(world.user("ann", refund), Err(Rejection::CouponsLocked));
    world.user("ann", Verb::CancelOrder { order: order_id("a") }).expect("hers");
    assert_eq!(world.coupons("ann", series), 4);
    let offered = world.user("ann", Verb::Refund { trade: trades[0] });
    assert_eq!(offered, Err(Rejection::NotRefundable));
}

#[test]
fn a_freeze_of_coupons_ends_the_scheduled_sale_that_keeps_them_and_no_other() {
    let (mut world, series) = resale(10);
    let not_before = Some(later(&world, 60));
    for name in ["a", "b"] {
        let terms = limit(name, Side::Sell, series, 5, 99_00);
        place(&mut world, "ann", OrderTerms { not_before, ..terms }).expect("scheduled");
    }
    let (range, reason) = (SerialRange { first: 0, end: 1 }, gcfn_venue::FreezeReason::Court);
    let freeze = MoneyAct::FreezeCoupons(CouponFreezeTerms { series, range, reason });
    world.operator(freeze.into());
    assert!(!is_open(&world, "a"));
    assert!(is_open(&world, "b"));
    assert_eq!(world.coupons("ann", series), 4);
}

#[test]
fn an_order_may_be_for_any_time_until_its_coupons_end_and_for_none_after() {
    let (mut world, series) = market();
    let end = instant(1008, 0);
    let after = end.next();
    let late = |name, not_before, expires_at| {
        let terms = limit(name, Side::Buy, series, 1, 90_00);
        Verb::PlaceOrder(OrderTerms { not_before, expires_at, ..terms })
    };
    world.user("ann", late("a", None, Some(end))).expect("until the end");
    for (not_before, expires_at) in [
        (None, Some(after)),
        (Some(after), None),
        (None, Some(later(&world, 0))),
        (Some(later(&world, 60)), Some(later(&world, 30))),
    ] {
        let verb = late("b", not_before, expires_at);
        let refusal = refused(&mut world, "ann", Role::User, verb);
        assert_eq!(refusal, Rejection::TimeOutOfRange);
    }
    for day in 1000..1008 {
        world.until(day, 19);
        world.until(day, 21);
        world.until(day + 1, 9);
    }
    let refusal = refused(&mut world, "ann", Role::User, late("c", None, None));
    assert_eq!(refusal, Rejection::Expired);
    assert_eq!(world.available("ann"), DEPOSIT, "the open order ended with the coupons");
}

#[test]
fn an_iceberg_shows_a_slice_and_trades_whole() {
    let (mut world, series) = resale(20);
    let terms = limit("a", Side::Sell, series, 20, 94_00);
    place(&mut world, "ann", OrderTerms { display: Some(5), ..terms }).expect("she has twenty");
    let depth = world.venue.market(series).expect("listed").book.depth(9);
    assert_eq!((depth.asks[0].price, depth.asks[0].quantity), (price(94_00), 5));
    assert_eq!(filled(place(&mut world, "ben", limit("b", Side::Buy, series, 12, 94_00))), 12);
    assert_eq!(open(&world, "a").remaining, 8);
    assert_eq!(world.coupons("ben", series), 12);
}

#[test]
fn an_amendment_adjusts_what_is_held_before_anything_else() {
    let (mut world, series) = market();
    place(&mut world, "ann", limit("a", Side::Buy, series, 10, 90_00)).expect("rests");
    assert_eq!(held(&world, "ann"), 904_50);
    let amend = |price_to: Option<u64>, quantity| {
        let price = price_to.map(price);
        Verb::AmendOrder(Amendment { order: order_id("a"), price, quantity })
    };
    world.user("ann", amend(Some(92_00), Some(5))).expect("covered");
    assert_eq!(held(&world, "ann"), 462_30);
    assert_eq!(world.available("ann"), DEPOSIT - 462_30);
    let refusal = refused(&mut world, "ann", Role::User, amend(None, Some(1_000)));
    assert_eq!(refusal, Rejection::InsufficientFunds);
    let refusal = refused(&mut world, "ann", Role::User, amend(Some(101_00), None));
    assert_eq!(refusal, Rejection::Book(Refusal::PriceAboveMax));
    let refusal = refused(&mut world, "ann", Role::User, amend(None, Some(0)));
    assert_eq!(refusal, Rejection::QuantityZero);
    let refusal = refused(&mut world, "ben", Role::User, amend(None, Some(1)));
    assert_eq!(refusal, Rejection::NotYours);
    assert_eq!(filled(world.user("ann", amend(Some(95_00), None))), 5, "it meets the issuer");
    assert_eq!((world.coupons("ann", series), held(&world, "ann")), (5, 0));
}

#[test]
fn amending_a_sell_order_moves_coupons_in_and_out_of_its_lock() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 4, 99_00)).expect("she has ten");
    let amend = |quantity| {
        Verb::AmendOrder(Amendment { order: order_id("a"), price: None, quantity: Some(quantity) })
    };
    world.user("ann", amend(9)).expect("five more");
    assert_eq!((world.coupons("ann", series), open(&world, "a").remaining), (1, 9));
    world.user("ann", amend(2)).expect("seven less");
    assert_eq!((world.coupons("ann", series), open(&world, "a").remaining), (8, 2));
    let refusal = refused(&mut world, "ann", Role::User, amend(11));
    assert_eq!(refusal, Rejection::InsufficientCoupons);
}

#[test]
fn a_scheduled_order_is_amended_in_the_schedule() {
    let (mut world, series) = market();
    let not_before = Some(later(&world, 60));
    let terms = OrderTerms { not_before, ..limit("a", Side::Buy, series, 10, 90_00) };
    place(&mut world, "ann", terms).expect("scheduled");
    let amendment =
        Amendment { order: order_id("a"), price: Some(price(95_00)), quantity: Some(2) };
    world.user("ann", Verb::AmendOrder(amendment)).expect("covered");
    pass(&mut world, 61);
    assert_eq!(world.coupons("ann", series), 2);
    assert_eq!(held(&world, "ann"), 0);
}

#[test]
fn a_party_takes_back_its_orders_of_one_book_or_of_all() {
    let (mut world, first) = market();
    let second = world.listed("other", "b2");
    for (name, series) in [("a", first), ("b", first), ("c", second)] {
        place(&mut world, "ann", limit(name, Side::Buy, series, 1, 90_00)).expect("rests");
    }
    place(&mut world, "ben", limit("d", Side::Buy, first, 1, 90_00)).expect("rests");
    let cancel = |series| Verb::CancelOrders { party: user("ann"), series };
    let refusal = refused(&mut world, "ben", Role::User, cancel(None));
    assert_eq!(refusal, Rejection::NotYours);
    let done = world.user("ann", cancel(Some(first)));
    assert_eq!(done, Ok(Done::CancelledOrders { orders: 2 }));
    assert!(is_open(&world, "c"));
    assert_eq!(world.user("ann", cancel(None)), Ok(Done::CancelledOrders { orders: 1 }));
    assert!(is_open(&world, "d"));
    assert_eq!(world.available("ann"), DEPOSIT);
}

#[test]
fn an_operator_empties_a_book() {
    let (mut world, series) = market();
    place(&mut world, "ann", limit("a", Side::Buy, series, 1, 90_00)).expect("rests");
    let verb = Verb::CancelBook { series };
    assert_eq!(refused(&mut world, "ann", Role::User, verb.clone()), Rejection::NotPermitted);
    assert_eq!(world.operator(verb), Done::CancelledOrders { orders: 2 });
    assert_eq!(with(&world, series, Holder::Inventory), 100, "the issuer's offer as well");
}

#[test]
fn a_batch_of_orders_answers_each() {
    let (mut world, series) = market();
    let acts = vec![
        OrderAct::Place(limit("a", Side::Buy, series, 2, 90_00)),
        OrderAct::Place(limit("b", Side::Buy, series, 1_000_000, 90_00)),
        OrderAct::Amend(Amendment { order: order_id("a"), price: None, quantity: Some(1) }),
        OrderAct::Cancel(order_id("a")),
        OrderAct::Cancel(order_id("a")),
    ];
    let Done::Batch { outcomes } = world.user("ann", Verb::BatchOrders(acts)).expect("a batch")
    else {
        panic!("a batch has answers")
    };
    assert!(matches!(outcomes[0], Ok(Done::Order { resting: 2, .. })));
    assert_eq!(outcomes[1], Err(Rejection::InsufficientFunds));
    assert!(matches!(outcomes[2], Ok(Done::Order { resting: 1, .. })));
    assert_eq!(outcomes[3], Ok(Done::Cancelled { quantity: 1 }));
    assert_eq!(outcomes[4], Err(Rejection::UnknownOrder));
    assert_eq!(world.available("ann"), DEPOSIT);
}

#[test]
fn a_batch_has_one_to_a_hundred_acts() {
    let (mut world, _) = market();
    for size in [0, ORDER_ACTS_MAX + 1] {
        let verb = Verb::BatchOrders(vec![OrderAct::Cancel(order_id("a")); size]);
        assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::BatchSize);
    }
}

#[test]
fn an_issuer_sells_in_tranches_reprices_and_withdraws_them() {
    let (mut world, series) = market();
    let first = world.venue.orders().find(|open| open.primary()).expect("listed").id;
    issuer(&mut world, Verb::CancelOrder { order: first }).expect("its own");
    assert_eq!(with(&world, series, Holder::Inventory), 100);
    let tranche = |name: &str, quantity, price_of| {
        let (not_before, expires_at) = (None, None);
        let (order, price) = (order_id(name), price(price_of));
        Verb::OfferTranche(Tranche { order, series, quantity, price, not_before, expires_at })
    };
    issuer(&mut world, tranche("t1", 30, 96_00)).expect("from the inventory");
    issuer(&mut world, tranche("t2", 30, 98_00)).expect("from the inventory");
    let refusal = refused(&mut world, "brand", Role::Issuer, tranche("t3", 41, 98_00));
    assert_eq!(refusal, Rejection::InsufficientCoupons);
    let refusal = refused(&mut world, "brand", Role::Issuer, tranche("t3", 1, 94_00));
    assert_eq!(refusal, Rejection::BelowReserve);
    let reprice = |to| {
        let price = Some(price(to));
        Verb::AmendOrder(Amendment { order: order_id("t2"), price, quantity: None })
    };
    issuer(&mut world, reprice(95_00)).expect("funded");
    let refusal = refused(&mut world, "brand", Role::Issuer, reprice(94_00));
    assert_eq!(refusal, Rejection::BelowReserve);
    assert_eq!(filled(place(&mut world, "ann", limit("a", Side::Buy, series, 31, 96_00))), 31);
    assert_eq!((open(&world, "t1").remaining, is_open(&world, "t2")), (29, false));
}

#[test]
fn a_tranche_that_meets_resting_bids_is_a_primary_sale_at_their_price() {
    let (mut world, series) = market();
    world.operator(Verb::CancelBook { series });
    place(&mut world, "ann", limit("a", Side::Buy, series, 3, 97_00)).expect("rests");
    let (not_before, expires_at) = (None, None);
    let (order, price) = (order_id("t"), price(96_00));
    let tranche = Tranche { order, series, quantity: 10, price, not_before, expires_at };
    issuer(&mut world, Verb::OfferTranche(tranche)).expect("from the inventory");
    assert_eq!(world.coupons("ann", series), 3);
    let sale = world.venue.trades().next().expect("one");
    assert!(sale.primary());
    assert_eq!(sale.price, super::price(97_00));
    assert_eq!(open(&world, "t").kind, OrderKind::Primary);
}

#[test]
fn an_issuer_has_no_order_of_a_holder_and_a_holder_no_tranche() {
    let (mut world, series) = market();
    let verb = Verb::PlaceOrder(limit("a", Side::Buy, series, 1, 95_00));
    let refusal = refused(&mut world, "brand", Role::Issuer, verb.clone());
    assert_eq!(refusal, Rejection::NotPermitted);
    assert_eq!(refused(&mut world, "brand", Role::User, verb), Rejection::PartyKind);
    let (order, price, not_before, expires_at) = (order_id("t"), price(96_00), None, None);
    let tranche = Tranche { order, series, quantity: 1, price, not_before, expires_at };
    let verb = Verb::OfferTranche(tranche);
    assert_eq!(refused(&mut world, "ann", Role::User, verb.clone()), Rejection::NotPermitted);
    world.listed("other", "b2");
    assert_eq!(refused(&mut world, "other", Role::Issuer, verb), Rejection::NotYours);
}

#[test]
fn whoever_meets_whom_makes_the_kind_of_a_trade() {
    use gcfn_venue::MarketKind::{B2b, B2c, C2c, Primary};
    let (mut world, series) = resale(10);
    for shop in ["cafe", "deli"] {
        world.register(shop, PartyKind::Merchant);
        world.deposit(shop, gcfn_model::Pool::UserCustody, DEPOSIT);
    }
    assert_eq!(world.venue.trades().next().expect("one").market, Primary);
    let mut hand = |seller: &str, buyer: &str| {
        let before: Vec<_> = world.venue.trades().map(|trade| trade.id).collect();
        place(&mut world, seller, limit(seller, Side::Sell, series, 1, 94_00)).expect("has one");
        place(&mut world, buyer, limit(buyer, Side::Buy, series, 1, 94_00)).expect("covered");
        let new = world.venue.trades().find(|trade| !before.contains(&trade.id));
        new.expect("one more").market
    };
    assert_eq!(hand("ann", "ben"), C2c);
    assert_eq!(hand("ann", "cafe"), B2c);
    assert_eq!(hand("cafe", "deli"), B2b);
    assert_eq!(hand("deli", "ben"), B2c);
}

#[test]
fn a_coupon_is_sold_until_it_is_offered_and_circulates_from_then_on() {
    let (mut world, series) = market();
    let state = |world: &crate::world::World, serial| {
        world.venue.coupon_state(series, serial).expect("minted")
    };
    assert_eq!(state(&world, 0), CouponState::Listed);
    place(&mut world, "ann", limit("a", Side::Buy, series, 3, 95_00)).expect("covered");
    assert_eq!(state(&world, 0), CouponState::Sold);
    place(&mut world, "ann", limit("b", Side::Sell, series, 1, 99_00)).expect("hers");
    world.user("ann", Verb::CancelOrder { order: order_id("b") }).expect("hers");
    assert_eq!(state(&world, 0), CouponState::InCirculation, "an offer is enough");
    assert_eq!(state(&world, 1), CouponState::Sold);
    assert_eq!(world.venue.coupon_state(series, 100), None);
}

#[test]
fn a_party_never_trades_with_itself() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 5, 94_00)).expect("hers");
    let done = place(&mut world, "ann", limit("b", Side::Buy, series, 5, 94_00)).expect("stopped");
    assert!(matches!(done, Done::Order { filled: 0, cancelled: 5, .. }));
    assert_eq!(held(&world, "ann"), 0);
}

#[test]
fn d_10_orders_for_any_coupon_of_a_series_meet_in_one_book() {
    let (mut world, series) = resale(2);
    place(&mut world, "ann", limit("a", Side::Sell, series, 1, 94_00)).expect("hers");
    place(&mut world, "ann", limit("b", Side::Sell, series, 1, 94_00)).expect("hers");
    assert_eq!(filled(place(&mut world, "ben", limit("c", Side::Buy, series, 2, 94_00))), 2);
}

#[test]
fn d_11_an_order_above_face_is_refused_by_name() {
    let (mut world, series) = market();
    let verb = Verb::PlaceOrder(limit("a", Side::Buy, series, 1, 100_01));
    let refusal = refused(&mut world, "ann", Role::User, verb);
    assert_eq!(refusal, Rejection::Book(Refusal::PriceAboveMax));
}
