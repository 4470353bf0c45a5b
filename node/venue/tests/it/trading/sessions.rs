//! Phases of a book: the breaker, halts, calls, and the feed of its changes.

use super::{
    DEPOSIT, count, filled, held, is_open, limit, market, open, order_id, pass, place, price,
    refused, resale,
};
use crate::world::{World, date, instant, terms};
use gcfn_market::{BookView, Depth, Phase, Refusal, Side, TimeInForce};
use gcfn_model::{BasisPoints, BatchId, Currency, Millis, Pool, SeriesId};
use gcfn_venue::{
    Amendment, CallTerms, Command, Done, Event, OrderTerms, PartyKind, PhaseReason, Rejection,
    Role, SuspensionReason, TradingDay, TradingTerms, Verb,
};

fn phase(world: &World, series: SeriesId) -> Phase {
    world.venue.market(series).expect("listed").book.phase()
}

/// Ann asks for 80.00, far below the issue price of 95.00, and ben takes it.
fn interrupted() -> (World, SeriesId) {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 5, 80_00)).expect("hers");
    let done = place(&mut world, "ben", limit("b", Side::Buy, series, 5, 90_00)).expect("rests");
    assert!(matches!(done, Done::Order { filled: 0, resting: 5, .. }));
    (world, series)
}

#[test]
fn a_01_a_price_ten_percent_away_interrupts_the_book() {
    let (world, series) = interrupted();
    assert_eq!(phase(&world, series), Phase::Auction);
    let why = |event: &Event| {
        let Event::PhaseChanged { why, until, .. } = event else { return false };
        *why == PhaseReason::Breaker && until.is_some()
    };
    assert_eq!(count(&world, why), 1);
}

#[test]
fn a_price_within_the_band_does_not() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 5, 85_50)).expect("hers");
    assert_eq!(filled(place(&mut world, "ben", limit("b", Side::Buy, series, 5, 90_00))), 5);
    assert_eq!(phase(&world, series), Phase::Continuous);
}

#[test]
fn an_interrupted_book_opens_again_at_one_price() {
    let (mut world, series) = interrupted();
    place(&mut world, "cat", limit("c", Side::Buy, series, 2, 85_00)).expect("rests");
    pass(&mut world, 301);
    assert_eq!(phase(&world, series), Phase::Continuous);
    assert_eq!(world.coupons("ben", series), 5);
    assert_eq!(world.coupons("cat", series), 0);
    let found: Vec<_> = world
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Uncrossed { price, quantity, .. } => Some((*price, *quantity)),
            _ => None,
        })
        .collect();
    assert_eq!(
        found,
        [(price(90_00), 5)],
        "nobody is left over above 85.00, and this is nearest to the last price"
    );
    assert!(!is_open(&world, "a") && !is_open(&world, "b"));
    assert_eq!(held(&world, "ben"), 0);
    let bought = world.venue.trades().last().expect("kept").clone();
    assert_eq!((bought.buyer_fee, bought.seller_fee), (price(45), price(45)), "both rested");
    // The band is around 90.00 from now on.
    assert_eq!(filled(place(&mut world, "ann", limit("d", Side::Sell, series, 1, 85_00))), 1);
    assert_eq!(open(&world, "c").remaining, 1);
}

#[test]
fn the_reference_is_what_was_paid_a_window_ago() {
    let (mut world, series) = resale(30);
    let step = |world: &mut World, to: u64, name: &str| {
        place(world, "ann", limit(name, Side::Sell, series, 1, to)).expect("hers");
        let name = format!("{name}b");
        filled(place(world, "ben", limit(&name, Side::Buy, series, 1, to)))
    };
    assert_eq!(step(&mut world, 88_00, "a"), 1);
    assert_eq!(step(&mut world, 84_00, "b"), 0, "within the window 95.00 is the reference");
    pass(&mut world, 301);
    pass(&mut world, 400);
    assert_eq!(phase(&world, series), Phase::Continuous);
    assert_eq!(step(&mut world, 78_00, "c"), 1, "a window later 84.00 is");
}

#[test]
fn an_immediate_order_that_reaches_the_band_is_cancelled_and_none_comes_in_an_auction() {
    let (mut world, series) = resale(10);
    place(&mut world, "ann", limit("a", Side::Sell, series, 5, 80_00)).expect("hers");
    let time_in_force = TimeInForce::ImmediateOrCancel;
    let immediate = |name| OrderTerms { time_in_force, ..limit(name, Side::Buy, series, 5, 90_00) };
    let done = place(&mut world, "ben", immediate("b")).expect("cancelled");
    assert!(matches!(done, Done::Order { filled: 0, cancelled: 5, .. }));
    assert_eq!(world.available("ben"), DEPOSIT);
    let refusal = refused(&mut world, "ben", Role::User, Verb::PlaceOrder(immediate("c")));
    assert_eq!(refusal, Rejection::Book(Refusal::MustRest));
}

#[test]
fn a_halted_book_takes_nothing_and_lets_orders_go() {
    let (mut world, series) = market();
    place(&mut world, "ann", limit("a", Side::Buy, series, 3, 90_00)).expect("rests");
    world.operator(Verb::HaltSeries { series });
    let verb = Verb::PlaceOrder(limit("b", Side::Buy, series, 1, 90_00));
    assert_eq!(refused(&mut world, "ann", Role::User, verb), Rejection::Book(Refusal::Halted));
    let again = Verb::HaltSeries { series };
    assert_eq!(refused(&mut world, "olga", Role::Operator, again), Rejection::PhaseState);
    let changed = |to: Option<u64>, quantity| {
        let price = to.map(price);
        Verb::AmendOrder(Amendment { order: order_id("a"), price, quantity })
    };
    for more in [changed(None, Some(4)), changed(Some(89_00), None)] {
        assert_eq!(refused(&mut world, "ann", Role::User, more), Rejection::Book(Refusal::Halted));
    }
    let before = world.available("ann");
    world.user("ann", changed(None, Some(1))).expect("less of it");
    assert_eq!(world.available("ann"), before + 2 * 90_45);
    world.user("ann", Verb::CancelOrder { order: order_id("a") }).expect("hers");
    pass(&mut world, 3_600);
    assert_eq!(phase(&world, series), Phase::Halted, "it does not go on by itself");
}

#[test]
fn a_halted_book_goes_on_with_a_call() {
    let (mut world, series) = market();
    let resume = Verb::ResumeSeries { series };
    assert_eq!(refused(&mut world, "olga", Role::Operator, resume.clone()), Rejection::PhaseState);
    world.operator(Verb::HaltSeries { series });
    world.operator(resume);
    assert_eq!(phase(&world, series), Phase::Auction);
    place(&mut world, "ann", limit("a", Side::Buy, series, 4, 95_00)).expect("rests");
    pass(&mut world, 301);
    assert_eq!(phase(&world, series), Phase::Continuous);
    assert_eq!(world.coupons("ann", series), 4);
}

/// The issuer's batch leaves the market and is on it again.
fn suspended_and_resumed(world: &mut World) {
    let batch = BatchId::derive(&[b"b1"]);
    world.operator(Verb::SuspendBatch { batch, reason: SuspensionReason::Risk });
    world.operator(Verb::ResumeBatch { batch });
}

#[test]
fn a_halted_book_goes_on_with_a_call_when_its_batch_is_resumed() {
    let (mut world, series) = market();
    world.operator(Verb::HaltSeries { series });
    suspended_and_resumed(&mut world);
    assert_eq!(phase(&world, series), Phase::Auction);
    pass(&mut world, 301);
    assert_eq!(phase(&world, series), Phase::Continuous);
}

#[test]
fn an_auction_that_a_suspension_has_cut_short_is_held_anew() {
    let (mut world, series) = interrupted();
    suspended_and_resumed(&mut world);
    assert_eq!(phase(&world, series), Phase::Auction);
    pass(&mut world, 301);
    assert_eq!(phase(&world, series), Phase::Continuous);
}

#[test]
fn an_issuer_cannot_delist_a_halted_batch() {
    let (mut world, series) = market();
    world.operator(Verb::HaltSeries { series });
    let delist = Verb::DelistBatch { batch: BatchId::derive(&[b"b1"]) };
    let refusal = refused(&mut world, "brand", Role::Issuer, delist);
    assert_eq!(refusal, Rejection::Book(Refusal::Halted));
}

#[test]
fn a_halt_takes_the_place_of_a_running_auction() {
    let (mut world, series) = interrupted();
    world.operator(Verb::HaltSeries { series });
    pass(&mut world, 301);
    assert_eq!(phase(&world, series), Phase::Halted);
    assert_eq!(world.coupons("ben", series), 0);
}

#[test]
fn a_call_that_ends_when_no_day_is_open_waits_for_the_next() {
    let mut world = World::new();
    let series = world.listed_until("brand", "b1", 1020);
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, DEPOSIT);
    world.at = instant(1009, 17).micros() + 59 * 60_000_000;
    world.operator(Verb::HaltSeries { series });
    world.operator(Verb::ResumeSeries { series });
    place(&mut world, "ann", limit("a", Side::Buy, series, 4, 95_00)).expect("rests");
    pass(&mut world, 3_600);
    assert_eq!((phase(&world, series), world.coupons("ann", series)), (Phase::Auction, 0));
    let (date, value_date) = (date(1012), date(1013));
    let day = TradingDay { date, cut_off: instant(1012, 18), value_date };
    world.must(Command::OpenDay(day));
    pass(&mut world, 301);
    assert_eq!((phase(&world, series), world.coupons("ann", series)), (Phase::Continuous, 4));
}

/// A world whose days open with a call of 10 minutes and close with one of 20.
fn with_calls() -> (World, SeriesId) {
    let calls = CallTerms { opening: Some(Millis(600_000)), closing: Some(Millis(1_200_000)) };
    let trading = TradingTerms { calls, ..TradingTerms::of(Currency::Sgd) };
    let terms = gcfn_venue::Terms { trading, ..terms("sg", "sg", Currency::Sgd) };
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    world.register("ann", PartyKind::User);
    world.deposit("ann", Pool::UserCustody, DEPOSIT);
    (world, series)
}

#[test]
fn a_day_closes_and_the_next_opens_with_a_call() {
    let (mut world, series) = with_calls();
    assert_eq!(phase(&world, series), Phase::Continuous);
    world.at = instant(1000, 17).micros() + 41 * 60_000_000;
    pass(&mut world, 0);
    assert_eq!(phase(&world, series), Phase::Auction);
    place(&mut world, "ann", limit("a", Side::Buy, series, 4, 95_00)).expect("rests");
    world.at = instant(1000, 18).micros() + 60_000_000;
    pass(&mut world, 0);
    assert_eq!(world.coupons("ann", series), 4);
    let sale = world.venue.trades().next().expect("one");
    assert_eq!(sale.value_date, date(1001), "the trades are the closing day's own");
    assert_eq!(phase(&world, series), Phase::Auction, "the next day's opening call");
    pass(&mut world, 600);
    assert_eq!(phase(&world, series), Phase::Continuous);
}

#[test]
fn who_follows_the_changes_of_a_book_has_the_book() {
    let (mut world, series) = resale(20);
    let depth = |world: &World| -> Depth {
        world.venue.market(series).expect("listed").book.depth(usize::MAX)
    };
    let start = depth(&world);
    let seen = world.events.len();
    let iceberg = OrderTerms { display: Some(2), ..limit("a", Side::Sell, series, 8, 94_00) };
    place(&mut world, "ann", iceberg).expect("hers");
    place(&mut world, "ben", limit("b", Side::Buy, series, 5, 94_00)).expect("covered");
    place(&mut world, "ben", limit("c", Side::Buy, series, 5, 90_00)).expect("covered");
    world.user("ann", Verb::CancelOrder { order: order_id("a") }).expect("hers");
    place(&mut world, "ann", limit("d", Side::Sell, series, 3, 80_00)).expect("hers");
    world.operator(Verb::HaltSeries { series });
    world.operator(Verb::ResumeSeries { series });
    place(&mut world, "cat", limit("e", Side::Buy, series, 3, 80_00)).expect("covered");
    pass(&mut world, 301);
    let mut view = BookView::from(start);
    for event in &world.events[seen..] {
        if let Event::BookMoved { sequence, levels, .. } = event {
            view.apply(*sequence, levels).expect("no change is missing");
        }
    }
    assert_eq!(view.depth(usize::MAX), depth(&world));
}

#[test]
fn the_price_shown_is_the_last_one_and_the_discount_is_below_face() {
    let (mut world, series) = resale(10);
    let shown = |world: &World| {
        let market = world.venue.market(series).expect("listed");
        (market.price(), market.discount(price(100_00)))
    };
    assert_eq!(shown(&world), (price(95_00), BasisPoints(500)));
    place(&mut world, "ann", limit("a", Side::Sell, series, 1, 87_50)).expect("hers");
    place(&mut world, "ben", limit("b", Side::Buy, series, 1, 87_50)).expect("covered");
    assert_eq!(shown(&world), (price(87_50), BasisPoints(1_250)));
}
