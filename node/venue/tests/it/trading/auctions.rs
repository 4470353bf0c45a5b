//! Auctions of units.

use super::{DEPOSIT, count, held, later, pass, price, range, refused, resale, settle, with};
use crate::world::{World, party, terms};
use gcfn_ledger::Holder;
use gcfn_market::Side;
use gcfn_model::{AuctionId, Currency, Millis, Pool, SeriesId};
use gcfn_venue::{
    AuctionTerms, Event, MoneyAct, Outcome, PartyKind, PartyLimits, Rejection, Role, TradingTerms,
    Units, Verb,
};

fn id() -> AuctionId {
    AuctionId::derive(&[b"auction"])
}

fn open_verb(world: &World, series: SeriesId) -> Verb {
    Verb::OpenAuction(AuctionTerms {
        auction: id(),
        series,
        units: Units::Exactly(vec![range(0, 4)]),
        reserve: price(80_00),
        increment: price(50),
        ends_at: later(world, 3_600),
    })
}

/// Ann sells four coupons from 80.00 on, in steps of 0.50, for an hour.
fn running() -> (World, SeriesId) {
    let (mut world, series) = resale(10);
    let verb = open_verb(&world, series);
    world.user("ann", verb).expect("hers");
    (world, series)
}

fn bid_verb(price_of: u64) -> Verb {
    Verb::Bid { auction: id(), price: price(price_of) }
}

fn bid(world: &mut World, who: &str, price_of: u64) -> Outcome {
    world.user(who, bid_verb(price_of))
}

#[test]
fn the_highest_bid_has_the_coupons_when_the_time_is_over() {
    let (mut world, series) = running();
    assert_eq!(with(&world, series, Holder::OfferLock(party("ann"))), 4);
    bid(&mut world, "ben", 80_00).expect("the reserve");
    assert_eq!(held(&world, "ben"), 321_60);
    bid(&mut world, "cat", 85_00).expect("higher");
    assert_eq!((held(&world, "ben"), world.available("ben")), (0, DEPOSIT), "outbid, free at once");
    pass(&mut world, 3_601);
    assert_eq!(world.coupons("cat", series), 4);
    let sale = world.venue.trades().last().expect("kept").clone();
    assert_eq!((sale.price, sale.quantity), (price(85_00), 4));
    assert_eq!((sale.buyer_fee, sale.seller_fee), (price(1_70), price(34)));
    assert_eq!(held(&world, "cat"), 0);
    settle(&mut world);
    assert_eq!(world.available("cat"), DEPOSIT - 341_70);
}

#[test]
fn a_bid_is_above_the_last_by_the_increment() {
    let (mut world, _) = running();
    let mut no = |who: &str, price_of| refused(&mut world, who, Role::User, bid_verb(price_of));
    assert_eq!(no("ben", 79_99), Rejection::BidTooLow);
    assert_eq!(no("ben", 100_01), Rejection::PriceOutOfRange);
    assert_eq!(no("ann", 90_00), Rejection::ToOneself);
    bid(&mut world, "ben", 80_00).expect("the reserve");
    let mut no = |who: &str, price_of| refused(&mut world, who, Role::User, bid_verb(price_of));
    assert_eq!(no("cat", 80_49), Rejection::BidTooLow);
    bid(&mut world, "cat", 100_00).expect("face");
    let refusal = refused(&mut world, "ben", Role::User, bid_verb(100_00));
    assert_eq!(refusal, Rejection::BidTooLow, "nobody can outbid face");
}

#[test]
fn who_raises_an_own_bid_needs_only_the_difference() {
    let (mut world, _) = running();
    world.register("dan", PartyKind::User);
    world.deposit("dan", Pool::UserCustody, 345_00);
    bid(&mut world, "dan", 80_00).expect("covered");
    bid(&mut world, "dan", 85_00).expect("covered by both");
    assert_eq!(held(&world, "dan"), 341_72);
    let refusal = refused(&mut world, "dan", Role::User, bid_verb(90_00));
    assert_eq!(refusal, Rejection::InsufficientFunds);
}

#[test]
fn an_auction_without_a_bid_returns_the_coupons() {
    let (mut world, series) = running();
    pass(&mut world, 3_601);
    assert_eq!(world.coupons("ann", series), 10);
    assert_eq!(count(&world, |e| matches!(e, Event::AuctionEnded { trade: None, .. })), 1);
    assert_eq!(refused(&mut world, "ben", Role::User, bid_verb(90_00)), Rejection::UnknownAuction);
}

#[test]
fn an_auction_is_called_off_only_before_the_first_bid() {
    let (mut world, series) = running();
    let cancel = Verb::CancelAuction { auction: id() };
    assert_eq!(refused(&mut world, "ben", Role::User, cancel.clone()), Rejection::NotYours);
    world.user("ann", cancel.clone()).expect("nobody has bid");
    assert_eq!(world.coupons("ann", series), 10);
    let verb = open_verb(&world, series);
    world.user("ann", verb).expect("the id is free");
    bid(&mut world, "ben", 80_00).expect("the reserve");
    assert_eq!(refused(&mut world, "ann", Role::User, cancel), Rejection::HasBids);
}

#[test]
fn a_frozen_bidder_has_no_bid_and_a_frozen_seller_no_auction() {
    let (mut world, series) = running();
    bid(&mut world, "ben", 85_00).expect("above the reserve");
    world.operator(Verb::Freeze {
        party: party("ben"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    assert_eq!(held(&world, "ben"), 0);
    bid(&mut world, "cat", 80_00).expect("it begins anew");
    world.operator(Verb::Freeze {
        party: party("ann"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    assert_eq!((held(&world, "cat"), world.coupons("ann", series)), (0, 10));
}

#[test]
fn a_late_bid_moves_the_end_where_the_region_says_so() {
    let trading =
        TradingTerms { auction_extension: Millis(300_000), ..TradingTerms::of(Currency::Sgd) };
    let terms = gcfn_venue::Terms { trading, ..terms("sg", "sg", Currency::Sgd) };
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, DEPOSIT);
    }
    world.order("ann", Side::Buy, series, 4, Some(95_00)).expect("covered");
    let verb = open_verb(&world, series);
    world.user("ann", verb).expect("hers");
    pass(&mut world, 3_500);
    bid(&mut world, "ben", 80_00).expect("in time");
    pass(&mut world, 200);
    assert_eq!(world.coupons("ben", series), 0, "it goes on");
    assert_eq!(count(&world, |e| matches!(e, Event::AuctionExtended { .. })), 1);
    pass(&mut world, 101);
    assert_eq!(world.coupons("ben", series), 4);
}

#[test]
fn an_auction_is_of_what_may_be_sold_and_ends_before_it_does() {
    let (mut world, series) = resale(2);
    let verb = open_verb(&world, series);
    let refusal = refused(&mut world, "ann", Role::User, verb);
    assert_eq!(refusal, Rejection::InsufficientCoupons);
    let mut no = |reserve, increment, seconds| {
        let verb = Verb::OpenAuction(AuctionTerms {
            auction: id(),
            series,
            units: Units::Any(2),
            reserve: price(reserve),
            increment: price(increment),
            ends_at: later(&world, seconds),
        });
        refused(&mut world, "ann", Role::User, verb)
    };
    assert_eq!(no(100_01, 1, 60), Rejection::PriceOutOfRange);
    assert_eq!(no(0, 1, 60), Rejection::PriceOutOfRange);
    assert_eq!(no(90_00, 0, 60), Rejection::PriceOutOfRange);
    assert_eq!(no(90_00, 1, 0), Rejection::TimeOutOfRange);
    assert_eq!(no(90_00, 1, 8 * 86_400), Rejection::TimeOutOfRange);
}

#[test]
fn a_bid_counts_until_it_is_outbid() {
    let (mut world, series) = running();
    let own = PartyLimits { open_orders: 1, ..PartyLimits::NONE };
    let limits = MoneyAct::SetLimits { party: party("ben"), limits: Some(own) };
    world.two(limits).expect("two persons");
    bid(&mut world, "ben", 80_00).expect("his one");
    bid(&mut world, "ben", 81_00).expect("the same, higher");
    let order = super::limit("b", Side::Buy, series, 1, 90_00);
    let refusal = super::place(&mut world, "ben", order);
    assert_eq!(refusal, Err(Rejection::OpenOrdersLimit));
    bid(&mut world, "cat", 82_00).expect("higher");
    bid(&mut world, "ben", 85_00).expect("he was outbid");
}
