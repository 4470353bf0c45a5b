//! What a party may do in a day, and what the rules notice (RSK-05, C-43, C-44, A-02 to A-17).

use crate::world::{World, cents, party, terms};
use gcfn_market::Side;
use gcfn_model::{Currency, Pool, SeriesId, WithdrawalId};
use gcfn_venue::{
    Amendment, LimitTerms, MoneyAct, MoneyEvent, OrderTerms, Outcome, PartyClass, PartyKind,
    PartyLimits, Rejection, Rule, Verb,
};

/// A market with ann and ben, under limits that `adjust` has changed.
fn market(adjust: impl FnOnce(&mut LimitTerms)) -> (World, SeriesId) {
    let mut terms = terms("sg", "sg", Currency::Sgd);
    adjust(&mut terms.money.limits);
    let mut world = World::of(terms);
    let series = world.listed("brand", "b1");
    for user in ["ann", "ben"] {
        world.register(user, PartyKind::User);
        world.deposit(user, Pool::UserCustody, 10_000_00);
    }
    (world, series)
}

fn buy(world: &mut World, series: SeriesId, quantity: u64, price: u64) -> Outcome {
    world.order("ann", Side::Buy, series, quantity, Some(price))
}

fn gift(world: &mut World, to: &str, series: SeriesId, quantity: u64) -> Outcome {
    world.user("ann", Verb::Gift { to: party(to), series, quantity })
}

fn flagged(world: &World, rule: Rule) -> usize {
    let of_rule =
        |event: &&MoneyEvent| matches!(event, MoneyEvent::Flagged { rule: r, .. } if *r == rule);
    world.told().filter(of_rule).count()
}

fn review(world: &mut World, who: &str, rule: Rule) {
    world.operator(Verb::Money(MoneyAct::ReviewFlag { party: party(who), rule }));
}

#[test]
fn an_order_is_bounded_by_itself_and_by_what_the_day_has_left() {
    let (mut world, series) = market(|limits| {
        limits.party.order_value = cents(500_00);
        limits.party.traded_daily = cents(900_00);
    });
    assert_eq!(buy(&mut world, series, 6, 90_00), Err(Rejection::OrderLimit));
    buy(&mut world, series, 5, 90_00).expect("rests: 450.00 reserved");
    assert_eq!(buy(&mut world, series, 5, 95_00), Err(Rejection::DailyTradeLimit));
    buy(&mut world, series, 4, 95_00).expect("380.00 traded: 830.00 in all");
    assert_eq!(buy(&mut world, series, 1, 90_00), Err(Rejection::DailyTradeLimit));
    let order = world.venue.orders().find(|open| open.party == party("ann")).expect("open").id;
    world.user("ann", Verb::CancelOrder { order }).expect("hers");
    buy(&mut world, series, 5, 95_00).expect("what is cancelled does not count");
    world.until(1000, 19);
    buy(&mut world, series, 5, 95_00).expect("the region's next day");
}

#[test]
fn open_orders_are_counted_until_they_trade_or_are_cancelled() {
    let (mut world, series) = market(|limits| limits.party.open_orders = 2);
    buy(&mut world, series, 1, 90_00).expect("one");
    buy(&mut world, series, 1, 91_00).expect("two");
    assert_eq!(buy(&mut world, series, 1, 92_00), Err(Rejection::OpenOrdersLimit));
    world.order("ben", Side::Buy, series, 2, Some(95_00)).expect("he has none open");
    world.order("ben", Side::Sell, series, 1, Some(91_00)).expect("meets hers");
    buy(&mut world, series, 1, 92_00).expect("one has traded");
}

#[test]
fn an_amendment_evades_nothing_that_a_new_order_is_refused_for() {
    let (mut world, series) = market(|limits| limits.frequency_limit = 2);
    world.order("ann", Side::Buy, series, 4, Some(95_00)).expect("new coupons");
    world.order("ann", Side::Sell, series, 3, Some(99_00)).expect("hers");
    let order = world.venue.orders().find(|open| open.party == party("ann")).expect("open").id;
    world.order("ben", Side::Buy, series, 1, Some(90_00)).expect("rests");
    world.order("ann", Side::Buy, series, 1, Some(95_00)).expect("her second trade");
    assert_eq!(flagged(&world, Rule::FrequencyLimit), 1);
    let amend = |to: Option<u64>, quantity| {
        let price = to.map(cents);
        Verb::AmendOrder(Amendment { order, price, quantity })
    };
    let cheaper = world.user("ann", amend(Some(90_00), Some(1)));
    assert_eq!(cheaper, Err(Rejection::UnderReview), "it would trade with ben");
    world.user("ann", amend(None, Some(2))).expect("less of it, like a cancellation");
    review(&mut world, "ann", Rule::FrequencyLimit);
    let low = PartyLimits { order_value: cents(150_00), ..PartyLimits::NONE };
    world.two(MoneyAct::SetLimits { party: party("ann"), limits: Some(low) }).expect("two");
    assert_eq!(world.user("ann", amend(Some(98_00), None)), Err(Rejection::OrderLimit));
    world.operator(MoneyAct::SetKyc { party: party("ann"), kyc: 0 }.into());
    let cheap = world.user("ann", amend(Some(90_00), Some(1)));
    assert_eq!(cheap, Err(Rejection::KycTooLow), "who may not trade may only take back");
    world.user("ann", amend(None, Some(1))).expect("less of it");
}

#[test]
fn withdrawals_count_when_they_are_asked_for() {
    let (mut world, _) = market(|limits| limits.party.withdrawn_daily = cents(100_00));
    let withdraw = |world: &mut World, name: &[u8], minor| {
        let withdrawal = WithdrawalId::derive(&[name]);
        world.user("ann", Verb::Withdraw { withdrawal, amount: cents(minor) })
    };
    withdraw(&mut world, b"1", 80_00).expect("within");
    let beyond = withdraw(&mut world, b"2", 20_01);
    assert_eq!(beyond, Err(Rejection::DailyWithdrawalLimit));
    withdraw(&mut world, b"3", 20_00).expect("all of it");
}

#[test]
fn a_party_has_limits_of_its_own_by_two_persons() {
    let (mut world, series) = market(|limits| limits.party.order_value = cents(100_00));
    let limits = Some(PartyLimits { order_value: cents(200_00), ..PartyLimits::NONE });
    let set = |limits| MoneyAct::SetLimits { party: party("ann"), limits };
    world.two(set(limits)).expect("two persons");
    buy(&mut world, series, 2, 95_00).expect("hers");
    let ben = world.order("ben", Side::Buy, series, 2, Some(95_00));
    assert_eq!(ben, Err(Rejection::OrderLimit));
    world.two(set(None)).expect("two persons");
    assert_eq!(buy(&mut world, series, 2, 95_00), Err(Rejection::OrderLimit));
}

#[test]
fn transfers_are_counted_by_the_day() {
    let (mut world, series) = market(|limits| limits.party.transfers_daily = 2);
    buy(&mut world, series, 5, 95_00).expect("covered");
    gift(&mut world, "ben", series, 1).expect("one");
    gift(&mut world, "ben", series, 1).expect("two");
    assert_eq!(gift(&mut world, "ben", series, 1), Err(Rejection::DailyTransferLimit));
    world.until(1000, 19);
    gift(&mut world, "ben", series, 1).expect("the next day");
}

/// 20 an hour are tagged, and nothing is refused for it; 500 an hour wait for a review.
#[test]
fn many_trades_in_an_hour_are_tagged_and_too_many_wait_for_a_review() {
    let (mut world, series) = market(|limits| limits.frequency_limit = 30);
    for _ in 0..20 {
        buy(&mut world, series, 1, 95_00).expect("covered");
    }
    assert_eq!(flagged(&world, Rule::FrequencyFlag), 0);
    buy(&mut world, series, 1, 95_00).expect("the 21st is tagged, not refused");
    assert_eq!(flagged(&world, Rule::FrequencyFlag), 1);
    for _ in 21..30 {
        buy(&mut world, series, 1, 95_00).expect("not refused yet");
    }
    assert_eq!(flagged(&world, Rule::FrequencyFlag), 1, "once until it is reviewed");
    assert_eq!(flagged(&world, Rule::FrequencyLimit), 1);
    assert_eq!(buy(&mut world, series, 1, 95_00), Err(Rejection::UnderReview));
    world.until(1000, 11);
    assert_eq!(buy(&mut world, series, 1, 95_00), Err(Rejection::UnderReview), "time clears none");
    review(&mut world, "ann", Rule::FrequencyLimit);
    buy(&mut world, series, 1, 95_00).expect("somebody has looked");
}

#[test]
fn the_hour_rolls() {
    let (mut world, series) = market(|_| ());
    for hour in 9..13 {
        world.at = crate::world::instant(1000, hour).micros();
        for _ in 0..15 {
            buy(&mut world, series, 1, 95_00).expect("covered");
        }
    }
    assert_eq!(flagged(&world, Rule::FrequencyFlag), 0);
}

#[test]
fn a_market_maker_is_not_counted() {
    let (mut world, series) = market(|limits| limits.frequency_limit = 5);
    let class = MoneyAct::Classify { party: party("ann"), class: PartyClass::MarketMaker };
    assert_eq!(world.two(class.clone()), Err(Rejection::KycTooLow));
    world.operator(Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 3 }));
    world.two(class).expect("L3");
    let lower = Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 2 });
    let lower = world.ask("olga", gcfn_venue::Role::Operator, lower);
    assert_eq!(lower, Err(Rejection::KycTooLow), "not while it makes markets");
    for _ in 0..25 {
        buy(&mut world, series, 1, 95_00).expect("quoting is its business");
    }
    assert_eq!(world.venue.flags().count(), 0);
}

#[test]
fn trades_to_and_fro_between_two_parties_are_noticed() {
    let (mut world, series) = market(|_| ());
    buy(&mut world, series, 1, 95_00).expect("covered");
    for round in 1..=3 {
        assert_eq!(flagged(&world, Rule::Brushing), 0, "before round {round} is full");
        for (seller, buyer) in [("ann", "ben"), ("ben", "ann")] {
            // A coupon may be resold three times only, so they take a new one now and then.
            world.order(seller, Side::Buy, series, 1, Some(95_00)).expect("covered");
            world.order(seller, Side::Sell, series, 1, Some(90_00)).expect("hers or his");
            world.order(buyer, Side::Buy, series, 1, Some(90_00)).expect("covered");
        }
    }
    assert_eq!(flagged(&world, Rule::Brushing), 2, "both of them");
}

#[test]
fn large_trades_and_large_days_are_reported() {
    let (mut world, series) = market(|limits| {
        limits.large_amount = cents(400_00);
        limits.large_single = cents(500_00);
        limits.large_daily = cents(900_00);
    });
    buy(&mut world, series, 5, 95_00).expect("475.00");
    assert_eq!(flagged(&world, Rule::LargeAmount), 1);
    let reports = |world: &World| {
        let single = |event: &&MoneyEvent| matches!(event, MoneyEvent::LargeTrade { .. });
        let day = |event: &&MoneyEvent| matches!(event, MoneyEvent::LargeDay { .. });
        (world.told().filter(single).count(), world.told().filter(day).count())
    };
    assert_eq!(reports(&world), (0, 0));
    buy(&mut world, series, 6, 95_00).expect("570.00");
    assert_eq!(reports(&world), (1, 1));
    buy(&mut world, series, 1, 95_00).expect("95.00");
    assert_eq!(reports(&world), (1, 1), "the day is reported when it becomes large");
}

#[test]
fn transfers_to_many_are_held_until_somebody_has_looked() {
    let (mut world, series) = market(|_| ());
    buy(&mut world, series, 20, 95_00).expect("covered");
    let names: Vec<String> = (0..12).map(|n| format!("friend-{n}")).collect();
    for name in &names {
        world.register(name, PartyKind::User);
    }
    for name in names.iter().take(11) {
        gift(&mut world, name, series, 1).expect("the 11th is noticed, not refused");
    }
    assert_eq!(flagged(&world, Rule::FanOut), 1);
    assert_eq!(gift(&mut world, &names[0], series, 1), Err(Rejection::UnderReview));
    review(&mut world, "ann", Rule::FanOut);
    gift(&mut world, &names[11], series, 1).expect("somebody has looked");
    let again = Verb::Money(MoneyAct::ReviewFlag { party: party("ann"), rule: Rule::FanOut });
    let again = world.ask("olga", gcfn_venue::Role::Operator, again);
    assert_eq!(again, Err(Rejection::UnknownFlag));
}

#[test]
fn a_large_transfer_asks_that_both_sides_are_well_identified() {
    let (mut world, series) = market(|_| ());
    buy(&mut world, series, 40, 95_00).expect("covered");
    gift(&mut world, "ben", series, 29).expect("2,900.00 of face");
    let large = |world: &mut World| gift(world, "ben", series, 30);
    world.order("ann", Side::Buy, series, 40, Some(95_00)).expect("covered");
    assert_eq!(large(&mut world), Err(Rejection::TravelRule));
    world.operator(Verb::Money(MoneyAct::SetKyc { party: party("ann"), kyc: 2 }));
    assert_eq!(large(&mut world), Err(Rejection::TravelRule), "one side is not enough");
    world.operator(Verb::Money(MoneyAct::SetKyc { party: party("ben"), kyc: 2 }));
    large(&mut world).expect("both");
}

/// Values just below whatever limit the region has, not below one figure of one currency.
#[test]
fn d_15_structuring_follows_the_regions_limit() {
    let (mut world, series) = market(|limits| limits.travel_rule = cents(400_00));
    for _ in 0..2 {
        buy(&mut world, series, 4, 95_00).expect("380.00: 95 % of the limit");
    }
    buy(&mut world, series, 3, 95_00).expect("285.00: far below it");
    assert_eq!(flagged(&world, Rule::Structuring), 0);
    buy(&mut world, series, 4, 95_00).expect("the third of the day");
    assert_eq!(flagged(&world, Rule::Structuring), 1);
    assert_eq!(Rule::Structuring.level(), gcfn_venue::Level::L1);
}

#[test]
fn d_16_every_threshold_has_its_currency() {
    let yen = LimitTerms::of(Currency::Jpy);
    assert_eq!((yen.currency, yen.travel_rule), (Currency::Jpy, cents(3_000)));
    let dollars = LimitTerms::of(Currency::Sgd);
    assert_eq!((dollars.currency, dollars.travel_rule), (Currency::Sgd, cents(3_000_00)));
}

#[test]
fn an_order_of_any_kind_is_bounded() {
    let (mut world, series) = market(|limits| limits.party.order_value = cents(100_00));
    let order = gcfn_model::OrderId::derive(&[b"market"]);
    let time_in_force = gcfn_market::TimeInForce::ImmediateOrCancel;
    let (side, quantity, limit) = (Side::Buy, 2, None);
    let terms = OrderTerms {
        order,
        series,
        side,
        quantity,
        limit,
        time_in_force,
        display: None,
        not_before: None,
        expires_at: None,
    };
    let refused = world.user("ann", Verb::PlaceOrder(terms));
    assert_eq!(refused, Err(Rejection::OrderLimit), "a market order counts at its worst price");
}
