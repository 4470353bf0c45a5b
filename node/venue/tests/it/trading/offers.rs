//! Offers outside the book: listings, blocks, swaps.

use super::{
    DEPOSIT, count, held, later, limit, pass, place, price, range, refused, resale, settle, trade,
    traded, user, with,
};
use crate::world::{World, cents, party};
use gcfn_ledger::{Account, Holder, UserBucket};
use gcfn_market::Side;
use gcfn_model::{OfferId, Pool, SeriesId};
use gcfn_venue::{
    Equaliser, Event, MoneyAct, OfferEnd, OfferTerms, OfferedDeal, Outcome, PartyKind, PartyLimits,
    RedemptionTerms, Rejection, Role, SwapSide, TradeKind, TradeState, Units, Verb,
};

fn id() -> OfferId {
    OfferId::derive(&[b"offer"])
}

fn make(world: &World, deal: OfferedDeal) -> Verb {
    Verb::MakeOffer(OfferTerms { offer: id(), deal, expires_at: later(world, 3_600) })
}

fn take(units: Units) -> Verb {
    Verb::TakeOffer { offer: id(), units }
}

fn listing(series: SeriesId, units: Units, price_of: u64) -> OfferedDeal {
    OfferedDeal::Listing { series, units, price: price(price_of) }
}

fn block(series: SeriesId, quantity: u64, price_of: u64, to: &str) -> OfferedDeal {
    let (units, to) = (Units::Any(quantity), user(to));
    OfferedDeal::Block { series, units, price: price(price_of), to }
}

fn ended(world: &World, how: OfferEnd) -> usize {
    count(world, |e| matches!(e, Event::OfferEnded { how: ended, .. } if *ended == how))
}

/// Ann lists ten coupons at 90.00.
fn listed() -> (World, SeriesId) {
    let (mut world, series) = resale(20);
    let verb = make(&world, listing(series, Units::Exactly(vec![range(5, 15)]), 90_00));
    world.user("ann", verb).expect("hers");
    (world, series)
}

#[test]
fn a_listing_locks_exactly_its_units() {
    let (world, series) = listed();
    assert_eq!(with(&world, series, Holder::OfferLock(party("ann"))), 10);
    let title = &world.venue.books().title;
    let (holder, _) = title.holder_of(series, 5).expect("minted");
    assert_eq!(holder, Holder::OfferLock(party("ann")));
}

#[test]
fn anybody_takes_some_of_a_listing_and_the_next_takes_the_rest() {
    let (mut world, _) = listed();
    let some = traded(world.user("ben", take(Units::Exactly(vec![range(7, 9)]))));
    let sale = trade(&world, some);
    assert_eq!((sale.kind, sale.quantity), (TradeKind::Resale, 2));
    assert_eq!((sale.price, sale.value()), (price(90_00), price(180_00)));
    assert_eq!((sale.buyer_fee, sale.seller_fee), (price(90), price(18)), "taker and maker");
    assert_eq!(sale.lots[0].range, range(7, 9));
    assert_eq!(sale.lots[0].resales, 1);
    traded(world.user("cat", take(Units::Any(8))));
    assert_eq!(ended(&world, OfferEnd::Taken), 1);
    assert_eq!(world.venue.offers().count(), 0);
    settle(&mut world);
    assert_eq!(trade(&world, some).state, TradeState::Settled);
    assert_eq!(world.available("ben"), DEPOSIT - 180_90);
    assert_eq!(world.balance(Account::User(party("ben"), UserBucket::Commit)), 0);
}

#[test]
fn nothing_is_taken_that_is_not_offered_or_not_paid_for() {
    let (mut world, _) = listed();
    let mut ask = |who: &str, units| refused(&mut world, who, Role::User, take(units));
    assert_eq!(ask("ben", Units::Any(11)), Rejection::InsufficientCoupons);
    let beyond = Units::Exactly(vec![range(14, 16)]);
    assert_eq!(ask("ben", beyond), Rejection::InsufficientCoupons);
    assert_eq!(ask("ben", Units::Any(0)), Rejection::QuantityZero);
    let crossed = Units::Exactly(vec![range(7, 9), range(8, 10)]);
    assert_eq!(ask("ben", crossed), Rejection::Units);
    assert_eq!(ask("ann", Units::Any(1)), Rejection::ToOneself);
    let mut poor = |who: &str| {
        world.register(who, PartyKind::User);
        refused(&mut world, who, Role::User, take(Units::Any(1)))
    };
    assert_eq!(poor("dan"), Rejection::InsufficientFunds);
}

#[test]
fn an_offer_is_withdrawn_or_expires_and_gives_its_coupons_back() {
    let (mut world, series) = listed();
    let withdraw = Verb::WithdrawOffer { offer: id() };
    assert_eq!(refused(&mut world, "ben", Role::User, withdraw.clone()), Rejection::NotYours);
    world.user("ann", withdraw.clone()).expect("hers");
    assert_eq!(world.coupons("ann", series), 20);
    assert_eq!(refused(&mut world, "ann", Role::User, withdraw), Rejection::UnknownOffer);
    let verb = make(&world, listing(series, Units::Any(3), 90_00));
    world.user("ann", verb).expect("hers");
    pass(&mut world, 3_601);
    assert_eq!(world.coupons("ann", series), 20);
    assert_eq!((ended(&world, OfferEnd::Withdrawn), ended(&world, OfferEnd::Expired)), (1, 1));
}

#[test]
fn an_offer_that_has_ended_is_not_taken() {
    let (mut world, _) = listed();
    traded(world.user("ben", take(Units::Any(10))));
    let refusal = refused(&mut world, "cat", Role::User, take(Units::Any(1)));
    assert_eq!(refusal, Rejection::UnknownOffer);
}

#[test]
fn a_freeze_and_the_coupons_end_take_offers_back() {
    let (mut world, series) = listed();
    world.operator(Verb::Freeze {
        party: party("ann"),
        reason: gcfn_venue::FreezeReason::Compliance,
    });
    assert_eq!(world.coupons("ann", series), 20);
    assert_eq!(
        refused(&mut world, "ben", Role::User, take(Units::Any(1))),
        Rejection::UnknownOffer
    );
}

#[test]
fn what_may_not_be_sold_may_not_be_offered() {
    let (mut world, series) = listed();
    let again = make(&world, listing(series, Units::Any(1), 90_00));
    assert_eq!(refused(&mut world, "ann", Role::User, again), Rejection::OfferExists);
    let mut offer = |units, price_of, hours: u64| {
        let (offer, deal) = (OfferId::derive(&[b"x"]), listing(series, units, price_of));
        let expires_at = later(&world, hours * 3_600);
        let verb = Verb::MakeOffer(OfferTerms { offer, deal, expires_at });
        refused(&mut world, "ann", Role::User, verb)
    };
    assert_eq!(offer(Units::Any(11), 90_00, 1), Rejection::InsufficientCoupons);
    let locked = Units::Exactly(vec![range(5, 6)]);
    assert_eq!(offer(locked, 90_00, 1), Rejection::InsufficientCoupons);
    assert_eq!(offer(Units::Any(1), 100_01, 1), Rejection::PriceOutOfRange);
    assert_eq!(offer(Units::Any(1), 0, 1), Rejection::PriceOutOfRange);
    assert_eq!(offer(Units::Any(0), 90_00, 1), Rejection::QuantityZero);
    assert_eq!(offer(Units::Any(1), 90_00, 24 * 31), Rejection::TimeOutOfRange);
    assert_eq!(offer(Units::Any(1), 90_00, 24 * 8), Rejection::TimeOutOfRange);
}

#[test]
fn coupons_resold_as_often_as_they_may_are_not_offered() {
    let (mut world, series) = resale(1);
    let names = ["ann", "ben", "cat", "ann"];
    for pair in names.windows(2) {
        let verb = make(&world, listing(series, Units::Any(1), 90_00));
        world.user(pair[0], verb).expect("below the limit");
        traded(world.user(pair[1], take(Units::Any(1))));
    }
    let verb = make(&world, listing(series, Units::Any(1), 90_00));
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::ResaleLimit);
}

#[test]
fn a_used_coupon_is_listed_by_its_serial_and_for_no_more_than_is_left_of_it() {
    let (mut world, series) = resale(2);
    let redemption = gcfn_model::RedemptionId::derive(&[b"r"]);
    let (merchant, amount) = (party("brand"), Some(cents(40_00)));
    let lock = Verb::LockRedemption(RedemptionTerms {
        redemption,
        merchant,
        series,
        serial: Some(0),
        amount,
    });
    world.user("ann", lock).expect("hers");
    world
        .ask("brand", Role::Issuer, Verb::ConfirmRedemption { redemption, detail: None })
        .expect("its own");
    let used = || Units::Exactly(vec![range(0, 1)]);
    let verb = make(&world, listing(series, used(), 60_01));
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::PriceOutOfRange);
    let verb = make(&world, listing(series, used(), 60_00));
    world.user("ann", verb).expect("what is left");
    traded(world.user("ben", take(used())));
    let title = &world.venue.books().title;
    assert_eq!(title.value(series, Holder::Party(party("ben"))), cents(60_00));
}

#[test]
fn a_block_is_large_and_within_the_wider_band_and_for_the_one_it_names() {
    let mut terms = *World::new().venue.terms();
    terms.trading.offers.block_min = cents(4_000_00);
    let (mut world, series) = block_world(terms);
    let verb = make(&world, block(series, 47, 85_00, "ben"));
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::BlockTooSmall);
    let verb = make(&world, block(series, 60, 75_99, "ben"));
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::OutsideBand);
    let verb = make(&world, block(series, 60, 84_00, "ben"));
    world.user("ann", verb).expect("outside the book's band and within that of blocks");
    assert_eq!(refused(&mut world, "cat", Role::User, take(Units::Any(60))), Rejection::NotYours);
    let id = traded(world.user("ben", take(Units::Any(1))));
    assert_eq!((trade(&world, id).kind, trade(&world, id).quantity), (TradeKind::Block, 60));
    assert_eq!(world.venue.market(series).expect("listed").price(), price(95_00), "no book price");
}

fn block_world(terms: gcfn_venue::Terms) -> (World, SeriesId) {
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben", "cat"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, DEPOSIT);
    }
    let buy = super::limit("a", Side::Buy, series, 100, 95_00);
    place(&mut world, "ann", buy).expect("covered");
    (world, series)
}

#[test]
fn who_an_offer_is_for_may_decline_it_and_nobody_else() {
    let mut terms = *World::new().venue.terms();
    terms.trading.offers.block_min = cents(100_00);
    let (mut world, series) = block_world(terms);
    let verb = make(&world, block(series, 10, 90_00, "ben"));
    world.user("ann", verb).expect("large enough");
    let decline = Verb::DeclineOffer { offer: id() };
    assert_eq!(refused(&mut world, "cat", Role::User, decline.clone()), Rejection::NotYours);
    world.user("ben", decline).expect("it is for him");
    assert_eq!(world.coupons("ann", series), 100);
    assert_eq!(ended(&world, OfferEnd::Declined), 1);
}

/// Two merchants with ten coupons each, of two brands.
fn brands() -> (World, SeriesId, SeriesId) {
    let mut world = World::new();
    let (hotel, diner) = (world.listed("hotel", "h"), world.listed("diner", "d"));
    for (shop, series) in [("inn", hotel), ("bar", diner)] {
        world.register(shop, PartyKind::Merchant);
        world.deposit(shop, Pool::UserCustody, DEPOSIT);
        let buy = super::limit(shop, Side::Buy, series, 10, 95_00);
        place(&mut world, shop, buy).expect("covered");
    }
    settle(&mut world);
    (world, hotel, diner)
}

fn swap(gives: SeriesId, wants: SeriesId, equaliser: Option<Equaliser>) -> OfferedDeal {
    let (gives_quantity, wants_quantity, to) = (6, 5, user("bar"));
    OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, to, equaliser }
}

fn take_swap(world: &mut World) -> Outcome {
    world.user("bar", take(Units::Any(0)))
}

#[test]
fn a_swap_moves_title_both_ways_at_once_and_its_money_with_the_day() {
    let (mut world, hotel, diner) = brands();
    let equaliser = Some(Equaliser { payer: SwapSide::Taker, amount: price(80_00) });
    let before = (world.available("inn"), world.available("bar"));
    let fees = world.earned();
    let verb = make(&world, swap(hotel, diner, equaliser));
    world.user("inn", verb).expect("its own coupons");
    // The fee on five coupons at 95.00, as the one who was there first.
    assert_eq!(held(&world, "inn"), 48);
    take_swap(&mut world).expect("it has five");
    assert_eq!((world.coupons("inn", diner), world.coupons("inn", hotel)), (5, 4));
    assert_eq!((world.coupons("bar", diner), world.coupons("bar", hotel)), (5, 6));
    assert_eq!(world.available("inn"), before.0 - 48, "the difference comes with the day");
    settle(&mut world);
    // The taker's fee on six coupons at 95.00 is 2.85.
    assert_eq!(world.available("inn"), before.0 - 48 + 80_00);
    assert_eq!(world.available("bar"), before.1 - 80_00 - 2_85);
    assert_eq!(world.earned(), fees + 48 + 2_85);
    assert_eq!(world.balance(Account::Clearing), 0);
}

#[test]
fn the_offerer_may_owe_the_difference_and_nobody_may() {
    for equaliser in [Some(Equaliser { payer: SwapSide::Offerer, amount: price(9_00) }), None] {
        let (mut world, hotel, diner) = brands();
        let before = (world.available("inn"), world.available("bar"));
        let verb = make(&world, swap(hotel, diner, equaliser));
        world.user("inn", verb).expect("its own coupons");
        take_swap(&mut world).expect("it has five");
        settle(&mut world);
        let paid = equaliser.map_or(0, |equaliser| equaliser.amount.minor());
        assert_eq!(world.available("inn"), before.0 - 48 - paid);
        assert_eq!(world.available("bar"), before.1 - 2_85 + paid);
    }
}

#[test]
fn a_swap_is_between_businesses() {
    let (mut world, hotel, diner) = brands();
    world.register("ann", PartyKind::User);
    let deal = match swap(hotel, diner, None) {
        OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, equaliser, .. } => {
            let to = user("ann");
            OfferedDeal::Swap { gives, gives_quantity, wants, wants_quantity, to, equaliser }
        }
        other => other,
    };
    let verb = make(&world, deal);
    assert_eq!(refused(&mut world, "inn", Role::User, verb), Rejection::PartyKind);
}

#[test]
fn a_swap_is_not_taken_without_what_it_wants() {
    let (mut world, hotel, diner) = brands();
    let verb = make(&world, swap(hotel, diner, None));
    world.user("inn", verb).expect("its own coupons");
    let gift = Verb::Gift { to: party("inn"), series: diner, quantity: 6 };
    world.user("bar", gift).expect("its own");
    let verb = take(Units::Any(0));
    assert_eq!(refused(&mut world, "bar", Role::User, verb), Rejection::InsufficientCoupons);
}

#[test]
fn an_offer_counts_towards_the_day_of_who_made_it_until_it_ends() {
    let (mut world, series) = resale(20);
    let own = PartyLimits { traded_daily: price(1_000_00), ..PartyLimits::NONE };
    let limits = MoneyAct::SetLimits { party: party("ann"), limits: Some(own) };
    world.two(limits).expect("two persons");
    let ten = make(&world, listing(series, Units::Any(10), 90_00));
    world.user("ann", ten).expect("900.00 of 1,000.00");
    let sale = limit("s", Side::Sell, series, 2, 95_00);
    assert_eq!(place(&mut world, "ann", sale), Err(Rejection::DailyTradeLimit));
    traded(world.user("ben", take(Units::Any(10))));
    assert_eq!(place(&mut world, "ann", sale), Err(Rejection::DailyTradeLimit), "it was traded");
    settle(&mut world);
    let ten = make(&world, listing(series, Units::Any(10), 90_00));
    world.user("ann", ten).expect("the next day");
    world.user("ann", Verb::WithdrawOffer { offer: id() }).expect("hers");
    place(&mut world, "ann", sale).expect("what has ended does not count");
}

#[test]
fn who_takes_an_offer_is_within_the_own_limits() {
    let (mut world, _) = listed();
    let own = PartyLimits { order_value: price(400_00), ..PartyLimits::NONE };
    let limits = MoneyAct::SetLimits { party: party("ben"), limits: Some(own) };
    world.two(limits).expect("two persons");
    let five = refused(&mut world, "ben", Role::User, take(Units::Any(5)));
    assert_eq!(five, Rejection::OrderLimit, "450.00");
    traded(world.user("ben", take(Units::Any(4))));
}
