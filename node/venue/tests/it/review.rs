//! Rules of different parts of the business that meet, each named after what must hold where they
//! do.

use crate::world::{World, cents, instant, party, terms, voucher};
use gcfn_market::Side;
use gcfn_model::{AuctionId, BatchId, OfferId, OrderId, Pool, SeriesId};
use gcfn_venue::{
    Amendment, AuctionTerms, BatchTerms, OfferTerms, OfferedDeal, PartyKind, Rejection, Units, Verb,
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
