//! Coupons whose purchase has not settled (2.3, `pending_settlement`).

use crate::world::{World, cents, instant, party, terms, voucher};
use gcfn_ledger::SerialRange;
use gcfn_market::Side;
use gcfn_model::{Currency, OfferId, SeriesId};
use gcfn_venue::{
    Amendment, BatchTerms, BoughtBack, OfferTerms, OfferedDeal, Outcome, PartyKind, Rejection,
    ReserveMode, Terms, Units, Verb,
};

/// A region where what is not settled is not sold on.
fn unsettled() -> Terms {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    terms.issuing.resale_unsettled = false;
    terms
}

/// Such a region; ann has bought four coupons today.
fn bought() -> (World, SeriesId) {
    let mut world = World::of(unsettled());
    let series = world.listed("brand", "b1");
    world.buyer("ann", series, 4);
    world.register("ben", PartyKind::User);
    (world, series)
}

fn sells(world: &mut World, who: &str, series: SeriesId, quantity: u64) -> Outcome {
    world.order(who, Side::Sell, series, quantity, Some(94_00))
}

fn lists(world: &mut World, series: SeriesId, units: Units) -> Outcome {
    let offer = OfferId::derive(&[&world.at.to_be_bytes()]);
    let deal = OfferedDeal::Listing { series, units, price: cents(94_00) };
    world.user("ann", Verb::MakeOffer(OfferTerms { offer, deal, expires_at: instant(1003, 9) }))
}

#[test]
fn a_coupon_is_sold_on_once_its_purchase_has_settled() {
    let (mut world, series) = bought();
    assert_eq!(sells(&mut world, "ann", series, 1), Err(Rejection::PurchaseUnsettled));
    assert_eq!(lists(&mut world, series, Units::Any(1)), Err(Rejection::PurchaseUnsettled));
    let first = SerialRange { first: 0, end: 1 };
    let named = lists(&mut world, series, Units::Exactly([first].to_vec()));
    assert_eq!(named, Err(Rejection::PurchaseUnsettled));
    assert_eq!(sells(&mut world, "ann", series, 5), Err(Rejection::InsufficientCoupons));
    world.settle(1000);
    sells(&mut world, "ann", series, 1).expect("it has settled");
    lists(&mut world, series, Units::Any(1)).expect("it has settled");
}

#[test]
fn what_has_settled_is_sold_while_the_rest_waits() {
    let (mut world, series) = bought();
    world.settle(1000);
    world.order("ann", Side::Buy, series, 2, Some(95_00)).expect("on offer");
    assert_eq!(sells(&mut world, "ann", series, 5), Err(Rejection::PurchaseUnsettled));
    sells(&mut world, "ann", series, 3).expect("settled yesterday");
    let order = world.venue.orders_of(party("ann"), Some(series))[0].id;
    let more =
        |quantity| Verb::AmendOrder(Amendment { order, price: None, quantity: Some(quantity) });
    assert_eq!(world.user("ann", more(5)), Err(Rejection::PurchaseUnsettled));
    world.user("ann", more(4)).expect("the fourth has settled");
    world.settle(1001);
    world.user("ann", more(6)).expect("all have settled");
}

#[test]
fn a_coupon_that_waits_is_used_and_given_away_and_waits_with_whoever_has_it() {
    let (mut world, series) = bought();
    world.redeem("ann", series, "brand", None).expect("it is hers to use");
    let gift = Verb::Gift { to: party("ben"), series, quantity: 1 };
    world.user("ann", gift).expect("it is hers to give");
    assert_eq!(sells(&mut world, "ben", series, 1), Err(Rejection::PurchaseUnsettled));
    world.settle(1000);
    sells(&mut world, "ben", series, 1).expect("it has settled");
}

#[test]
fn a_purchase_that_is_handed_back_waits_no_more() {
    let (mut world, series) = bought();
    let trade = world.venue.trades().next().expect("hers").id;
    world.user("ann", Verb::Refund { trade }).expect("within the window");
    world.settle(1000);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("on offer");
    assert_eq!(sells(&mut world, "ann", series, 1), Err(Rejection::PurchaseUnsettled));
    world.settle(1001);
    sells(&mut world, "ann", series, 1).expect("it has settled");
}

#[test]
fn what_has_not_settled_is_not_sold_back_to_its_issuer_either() {
    let mut terms = unsettled();
    terms.reserve_mode = ReserveMode::None;
    let mut world = World::of(terms);
    world.admitted("brand", 2_000_00);
    let voucher = BatchTerms { reserve: ReserveMode::None, ..voucher() };
    let series = world.issued("brand", "b1", voucher);
    world.buyer("ann", series, 4);
    let offer = OfferId::from_bytes([3; 16]);
    let (then, to) = (BoughtBack::Inventory, None);
    let deal = OfferedDeal::BuyBack { series, quantity: 4, price: cents(80_00), to, then };
    world.settle(1000);
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("on offer");
    let terms = OfferTerms { offer, deal, expires_at: instant(1003, 9) };
    world.issuer("brand", Verb::MakeOffer(terms)).expect("of its proceeds");
    let sells = |units| Verb::TakeOffer { offer, units };
    let newest = SerialRange { first: 4, end: 5 };
    let refused = world.user("ann", sells(Units::Exactly([newest].to_vec())));
    assert_eq!(refused, Err(Rejection::PurchaseUnsettled));
    world.user("ann", sells(Units::Any(2))).expect("settled yesterday");
}
