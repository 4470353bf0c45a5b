//! Coupons whose purchase has not settled (2.3, `pending_settlement`).

use crate::world::{World, cents, instant, party, terms};
use gcfn_ledger::SerialRange;
use gcfn_market::Side;
use gcfn_model::{Currency, OfferId, SeriesId};
use gcfn_venue::{
    Amendment, OfferTerms, OfferedDeal, Outcome, PartyKind, Rejection, Terms, Units, Verb,
};

/// A region where what is not settled is not sold on; ann has bought four coupons today.
fn bought() -> (World, SeriesId) {
    let mut terms: Terms = terms("sg", "sg", Currency::Sgd);
    terms.issuing.resale_unsettled = false;
    let mut world = World::of(terms);
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
