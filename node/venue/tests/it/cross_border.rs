//! A trade across two nodes: a user of `de` buys at `cn-sha`.

use crate::world::{World, cents, date, instant, party, terms, voucher};
use gcfn_clearing::PayIn;
use gcfn_ledger::{Account, Holder, Lot, SerialRange, UserBucket};
use gcfn_model::{
    BatchId, Currency, CycleId, InstructionId, LockId, NodeId, OrderId, Pool, Rate, SeriesId,
};
use gcfn_venue::{
    BatchTerms, ClearingNotice, Command, DEAL_QUANTITY_MAX, DealOrder, DealRate, Difference,
    Dispatch, Event, FederationRequest, FillReport, LockedRate, MaturityAction, Merchandise,
    Notice, PartyKind, Rejection, Role, Verb,
};

fn node(name: &str) -> NodeId {
    name.parse().expect("a name")
}

struct Two {
    home: World,
    away: World,
    series: SeriesId,
    rate: LockedRate,
}

fn two() -> Two {
    two_with(voucher())
}

/// The same with a batch on those terms.
fn two_with(batch: BatchTerms) -> Two {
    let mut home = World::of(terms("cn-sha", "cn", Currency::Cny));
    let mut away = World::of(terms("de", "eu", Currency::Eur));
    home.admitted("brand", 2_000_00);
    let series = home.issued("brand", "b1", batch);
    away.register("uwe", PartyKind::User);
    away.deposit("uwe", Pool::UserCustody, 500_00);
    home.member("de", "eu");
    let rate = LockedRate {
        lock: LockId::derive(&[b"l"]),
        holder: node("de"),
        dealer: node("eu"),
        pays: Currency::Eur,
        needs: Currency::Cny,
        rate: Rate::new(780, 100).expect("positive"),
        size: cents(1_000_00),
        expires_at: instant(1000, 12),
        value_date: date(1002),
    };
    away.must(Command::Notice(Notice::Locked(rate)));
    Two { home, away, series, rate }
}

impl Two {
    fn goods(&self) -> Merchandise {
        Merchandise {
            order: OrderId::derive(&[b"o"]),
            home: node("cn-sha"),
            series: self.series,
            face: cents(100_00),
            minted: 100,
            expires_at: instant(1008, 0),
            quantity: 5,
            limit: cents(95_00),
            lock: Some(self.rate.lock),
        }
    }

    /// Carries what the nodes have sent each other until nothing is under way.
    fn carry(&mut self) {
        loop {
            let to_home = take_sent(&mut self.away, node("cn-sha"));
            let to_away = take_sent(&mut self.home, node("de"));
            if to_home.is_empty() && to_away.is_empty() {
                return;
            }
            for body in to_home {
                self.home.must(Command::Dispatch { from: node("de"), body });
            }
            for body in to_away {
                self.away.must(Command::Dispatch { from: node("cn-sha"), body });
            }
        }
    }
}

fn take_sent(world: &mut World, to: NodeId) -> Vec<Dispatch> {
    let mut bodies = Vec::new();
    world.events.retain(|event| match event {
        Event::Sent { to: addressee, body } if *addressee == to => {
            bodies.push(body.clone());
            false
        }
        _ => true,
    });
    bodies
}

fn affirmed(world: &World) -> Vec<FederationRequest> {
    let submitted = world.events.iter().filter_map(|event| match event {
        Event::Submitted(request @ FederationRequest::Affirm { .. }) => Some(request.clone()),
        _ => None,
    });
    submitted.collect()
}

#[test]
fn both_sides_affirm_the_same_and_delivery_is_versus_payment() {
    let mut two = two();
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    two.carry();
    // 475.00 CNY at 7.80 is 60.90 EUR (rounded up), 0.50 % fee is 0.30.
    let committed = Account::User(party("uwe"), UserBucket::Commit);
    assert_eq!(two.away.balance(committed), 60_90 + 30);
    assert_eq!(two.away.available("uwe"), 500_00 - 61_20);
    let title = &two.home.venue.books().title;
    assert_eq!(title.quantity(two.series, Holder::Delivery(node("de"))), 5);
    assert_eq!(two.away.coupons("uwe", two.series), 0, "not before it is paid");

    two.home.until(1000, 19);
    two.carry();
    let (home, away) = (affirmed(&two.home), affirmed(&two.away));
    assert_eq!(home, away);
    let [FederationRequest::Affirm { bundle, uses }] = home.as_slice() else { panic!("one") };
    assert_eq!((uses[0].pays, uses[0].needs), (cents(60_90), cents(475_00)));

    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let pay_in = PayIn {
        instruction: InstructionId::derive(&[b"i"]),
        account: two.away.venue.terms().account(Pool::UserCustody),
        currency: Currency::Eur,
        amount: cents(60_90),
        due: instant(1002, 15),
    };
    let pay_to = gcfn_model::SettlementAccount { node: node("root"), pool: Pool::ClearingHouse };
    let value_date = date(1002);
    let called = ClearingNotice::PayInCalled { house, cycle, value_date, pay_to, pay_in };
    two.away.must(Command::Notice(Notice::Clearing(called)));
    two.away.bank_answers();
    let bundles = vec![bundle.reference];
    let settled = ClearingNotice::Settled { house, cycle, bundles };
    two.away.must(Command::Notice(Notice::Clearing(settled.clone())));
    two.home.must(Command::Notice(Notice::Clearing(settled)));

    assert_eq!(two.away.coupons("uwe", two.series), 5);
    assert_eq!(two.away.balance(committed), 30, "the fee goes with the next day's cycle");
    let omnibus = two.home.venue.books().title.quantity(two.series, Holder::Abroad(node("de")));
    assert_eq!(omnibus, 5);
    let totals = two.away.venue.series_totals(two.series).expect("known");
    assert_eq!(totals.here(), omnibus);
}

#[test]
fn an_operations_desk_sees_a_deal_on_its_way_and_no_user() {
    fn told(world: &World) -> Vec<String> {
        let deals = world.venue.open_deals().into_iter().map(|deal| {
            let with = deal.with.map_or("-".to_owned(), |node| node.to_string());
            let date = deal.value_date.map_or("-".to_owned(), |date| date.days().to_string());
            let [pays, needs] =
                [deal.pays, deal.needs].map(|(amount, of)| format!("{amount} {of}"));
            let (stage, side) = (deal.stage, deal.side);
            format!("{stage:?} {side:?} with {with}: {pays} for {needs} on {date}")
        });
        deals.collect()
    }
    let mut two = two();
    assert_eq!(told(&two.away), ["Locked Buys with -: 12821 EUR for 100000 CNY on 1002"]);
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    assert_eq!(told(&two.away), ["Sent Buys with cn-sha: 6090 EUR for 47500 CNY on 1002"]);
    two.carry();
    assert_eq!(told(&two.away), ["Matched Buys with cn-sha: 6090 EUR for 47500 CNY on 1002"]);
    assert!(told(&two.home).is_empty(), "a trade like any other until the cut-off");
    two.home.until(1000, 19);
    two.carry();
    assert_eq!(told(&two.away), ["Bundled Buys with cn-sha: 6090 EUR for 47500 CNY on 1002"]);
    assert_eq!(told(&two.home), ["Bundled Sells with de: 6090 EUR for 47500 CNY on 1002"]);
    let (away, home) = (two.away.venue.open_deals(), two.home.venue.open_deals());
    assert_eq!((away[0].bundle, away[0].order), (home[0].bundle, home[0].order));
    let house = "federation".parse().expect("a name");
    let bundles = away.iter().filter_map(|deal| deal.bundle).collect();
    let failed = ClearingNotice::Failed { house, cycle: CycleId::derive(&[b"c"]), bundles };
    for world in [&mut two.away, &mut two.home] {
        world.must(Command::Notice(Notice::Clearing(failed.clone())));
        assert!(world.venue.open_deals().is_empty());
    }
}

#[test]
fn a_rate_that_nobody_used_is_no_deal_once_it_has_expired() {
    let mut two = two();
    two.away.until(1000, 11);
    assert_eq!(two.away.venue.open_deals().len(), 1);
    two.away.until(1000, 12);
    assert!(two.away.venue.open_deals().is_empty());
}

#[test]
fn a_failed_payment_returns_both_sides_to_where_they_were() {
    let mut two = two();
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    two.carry();
    two.home.until(1000, 19);
    two.carry();
    let home = affirmed(&two.home);
    let [FederationRequest::Affirm { bundle, .. }] = home.as_slice() else { panic!("one") };
    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let failed = ClearingNotice::Failed { house, cycle, bundles: vec![bundle.reference] };
    two.away.must(Command::Notice(Notice::Clearing(failed.clone())));
    two.home.must(Command::Notice(Notice::Clearing(failed)));
    assert_eq!(two.away.available("uwe"), 500_00);
    let title = &two.home.venue.books().title;
    assert_eq!(title.quantity(two.series, Holder::Inventory), 5);
    assert_eq!(title.quantity(two.series, Holder::Delivery(node("de"))), 0);
    let away = &two.away.venue.books().title;
    assert_eq!(away.quantity(two.series, Holder::Home(node("cn-sha"))), 100);
}

#[test]
fn a_rate_is_good_once_and_until_it_expires() {
    let mut two = two();
    two.away.at = instant(1000, 12).micros();
    let late = two.away.user("uwe", Verb::BuyAbroad(two.goods()));
    assert_eq!(late, Err(Rejection::LockExpired));
    two.away.at = instant(1000, 11).micros();
    let goods = Merchandise { lock: Some(LockId::derive(&[b"other"])), ..two.goods() };
    assert_eq!(two.away.user("uwe", Verb::BuyAbroad(goods)), Err(Rejection::UnknownLock));
}

#[test]
fn nothing_matched_means_nothing_paid() {
    let mut two = two();
    let goods = Merchandise { limit: cents(90_00), ..two.goods() };
    two.away.user("uwe", Verb::BuyAbroad(goods)).expect("funded");
    assert!(two.away.available("uwe") < 500_00);
    two.carry();
    assert_eq!(two.away.available("uwe"), 500_00);
}

/// What the home node says of the one fill that it makes, before the buyer's node hears of it.
fn one_fill(two: &mut Two) -> (OrderId, FillReport) {
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    for body in take_sent(&mut two.away, node("cn-sha")) {
        two.home.must(Command::Dispatch { from: node("de"), body });
    }
    let sent = take_sent(&mut two.home, node("de"));
    let [Dispatch::DealDone { order, fills, .. }] = sent.as_slice() else { panic!("one") };
    (*order, fills.first().cloned().expect("all of it in one"))
}

#[test]
fn a_fill_whose_ranges_do_not_add_up_is_refused_and_changes_nothing() {
    let mut two = two();
    let (order, fill) = one_fill(&mut two);
    let lot = |first, end| Lot { range: SerialRange { first, end }, ..fill.lots[0] };
    let (first, end) = (fill.lots[0].range.first, fill.lots[0].range.end);
    let wrong = [
        (5, vec![lot(0, u64::MAX), lot(0, u64::MAX), lot(0, 7)]),
        (5, vec![lot(first, end), lot(9, 9)]),
        (5, vec![lot(first, end), lot(9, 8)]),
        (5, vec![lot(u64::MAX - 5, u64::MAX)]),
        (4, vec![lot(first, end)]),
        (0, Vec::new()),
        (0, vec![lot(9, 9)]),
    ];
    let before = two.away.venue.state_root();
    for (quantity, lots) in wrong {
        let fills = vec![FillReport { quantity, lots, ..fill.clone() }];
        let body = Dispatch::DealDone { order, fills, refused: None };
        let outcome = two.away.apply(&Command::Dispatch { from: node("cn-sha"), body });
        assert_eq!(outcome, Err(Rejection::DealState));
        assert_eq!(two.away.venue.state_root(), before);
    }
    let body = Dispatch::DealDone { order, fills: vec![fill], refused: None };
    two.away.must(Command::Dispatch { from: node("cn-sha"), body });
}

#[test]
fn a_home_sells_no_more_than_was_ordered() {
    let mut two = two();
    let (order, fill) = one_fill(&mut two);
    let range = SerialRange { first: 0, end: 6 };
    let lots = vec![Lot { range, ..fill.lots[0] }];
    let fills = vec![FillReport { quantity: 6, price: cents(10_00), lots, ..fill }];
    let body = Dispatch::DealDone { order, fills, refused: None };
    let outcome = two.away.apply(&Command::Dispatch { from: node("cn-sha"), body });
    assert_eq!(outcome, Err(Rejection::DealState));
}

#[test]
fn a_house_has_no_say_in_the_bundles_of_another() {
    let mut two = two();
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    two.carry();
    two.home.until(1000, 19);
    two.carry();
    let home = affirmed(&two.home);
    let [FederationRequest::Affirm { bundle, .. }] = home.as_slice() else { panic!("one") };
    let cycle = CycleId::derive(&[b"c"]);
    let notices = |house: &str| {
        let (house, bundles) = (house.parse().expect("a name"), vec![bundle.reference]);
        let reason = gcfn_clearing::HouseRefusal::Mismatch;
        [
            ClearingNotice::Failed { house, cycle, bundles: bundles.clone() },
            ClearingNotice::Settled { house, cycle, bundles },
            ClearingNotice::Refused { house, bundle: bundle.reference, reason },
        ]
    };
    for (world, regional) in [(&mut two.home, "cn"), (&mut two.away, "eu")] {
        let before = world.venue.state_root();
        for notice in notices("federation") {
            let body = Dispatch::Clearing(notice);
            let outcome = world.apply(&Command::Dispatch { from: node(regional), body });
            assert_eq!(outcome, Err(Rejection::NotPermitted));
        }
        for notice in notices(regional) {
            let body = Dispatch::Clearing(notice.clone());
            world.must(Command::Dispatch { from: node(regional), body });
            let outcome = world.apply(&Command::Notice(Notice::Clearing(notice)));
            assert_eq!(outcome, Err(Rejection::NotPermitted));
        }
        assert_eq!(world.venue.state_root(), before);
    }
    let [failed, ..] = notices("federation");
    two.away.must(Command::Notice(Notice::Clearing(failed)));
    assert_eq!(two.away.available("uwe"), 500_00, "the federation has");
}

/// A deal of five coupons that `de` sends as its own, at `cost` of its money for one of ours.
fn deal_at(two: &Two, name: &[u8], cost: u64) -> Command {
    let rate = Rate::new(1, cost).expect("positive");
    let rate = DealRate::Locked(LockedRate { rate, ..two.rate });
    let order = OrderId::derive(&[name]);
    let (series, quantity, limit) = (two.series, 5, cents(95_00));
    let body = Dispatch::Deal(DealOrder { order, series, quantity, limit, rate });
    Command::Dispatch { from: node("de"), body }
}

#[test]
fn a_deal_at_a_rate_that_no_amount_can_pay_is_refused() {
    let mut two = two();
    let deal = deal_at(&two, b"a", 100_000_000_000_000);
    two.home.must(deal);
    let sent = take_sent(&mut two.home, node("de"));
    let [Dispatch::DealDone { fills, refused, .. }] = sent.as_slice() else { panic!("one") };
    assert!(fills.is_empty());
    assert_eq!(*refused, Some(Rejection::TooLarge));
}

#[test]
fn deals_that_no_one_amount_can_pay_go_in_bundles_of_their_own() {
    let mut two = two();
    for name in [b"a", b"b"] {
        let deal = deal_at(&two, name, 20_000_000_000_000);
        two.home.must(deal);
    }
    two.home.events.clear();
    two.home.until(1000, 19);
    let owed = |request: &FederationRequest| match request {
        FederationRequest::Affirm { bundle, uses } => {
            let by_member = bundle.obligations.iter().filter(|owed| owed.payer.node == node("de"));
            let by_member: Vec<_> = by_member.map(|owed| owed.amount).collect();
            (bundle.trades, by_member, uses.len())
        }
        other => panic!("{other:?}"),
    };
    let pays = cents(475_00 * 20_000_000_000_000);
    let bundles: Vec<_> = affirmed(&two.home).iter().map(owed).collect();
    assert_eq!(bundles, vec![(1, vec![pays], 1); 2]);
    assert_eq!(take_sent(&mut two.home, node("de")).iter().filter(is_proposal).count(), 2);
}

fn is_proposal(body: &&Dispatch) -> bool {
    matches!(body, Dispatch::Propose { .. })
}

#[test]
fn an_order_whose_answer_might_not_fit_an_envelope_is_refused() {
    let mut two = two();
    let goods = Merchandise { quantity: DEAL_QUANTITY_MAX + 1, limit: cents(1), ..two.goods() };
    assert_eq!(two.away.user("uwe", Verb::BuyAbroad(goods)), Err(Rejection::DealTooLong));
    let Command::Dispatch { from, body: Dispatch::Deal(deal) } = deal_at(&two, b"a", 1) else {
        panic!("a deal")
    };
    let body =
        Dispatch::Deal(DealOrder { quantity: DEAL_QUANTITY_MAX + 1, limit: cents(1), ..deal });
    two.home.must(Command::Dispatch { from, body });
    let sent = take_sent(&mut two.home, node("de"));
    let [Dispatch::DealDone { refused, .. }] = sent.as_slice() else { panic!("one") };
    assert_eq!(*refused, Some(Rejection::DealTooLong));
}

/// The day has ended: what the home node proposes, before the buyer's node hears of it.
fn proposal(two: &mut Two) -> Dispatch {
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    two.carry();
    two.home.until(1000, 19);
    let mut sent = take_sent(&mut two.home, node("de"));
    sent.retain(|body| is_proposal(&body));
    let [proposal] = sent.as_slice() else { panic!("one") };
    proposal.clone()
}

/// What a node says that does not stand by a proposal.
fn disagreed(proposal: &Dispatch, differs: Difference) -> Dispatch {
    let Dispatch::Propose { bundle, .. } = proposal else { panic!("a proposal") };
    Dispatch::Disagreed { bundle: bundle.reference, differs }
}

#[test]
fn a_trade_is_proposed_once_by_its_own_home() {
    let mut two = two();
    let proposal = proposal(&mut two);
    let Dispatch::Propose { bundle, uses, trades } = proposal.clone() else { panic!("one") };
    let before = two.away.venue.state_root();
    let twice = Dispatch::Propose {
        bundle: bundle.clone(),
        uses: [uses.clone(), uses].concat(),
        trades: [trades.clone(), trades].concat(),
    };
    for (from, body) in [("cn-sha", twice), ("hk", proposal.clone())] {
        two.away.must(Command::Dispatch { from: node(from), body });
        assert_eq!(
            take_sent(&mut two.away, node(from)),
            [disagreed(&proposal, Difference::Trades)]
        );
        assert_eq!(two.away.venue.state_root(), before);
    }
    let propose = Command::Dispatch { from: node("cn-sha"), body: proposal };
    two.away.must(propose.clone());
    assert_eq!(two.away.apply(&propose), Err(Rejection::DealState));
    assert_eq!(affirmed(&two.away).len(), 1);
}

#[test]
fn fills_name_every_trade_once() {
    let mut two = two();
    let (order, fill) = one_fill(&mut two);
    let (first, end) = (fill.lots[0].range.first, fill.lots[0].range.end);
    let part = |first, end, quantity| FillReport {
        quantity,
        lots: vec![Lot { range: SerialRange { first, end }, ..fill.lots[0] }],
        ..fill.clone()
    };
    let fills = vec![part(first, first + 2, 2), part(first + 2, end, 3)];
    let body = Dispatch::DealDone { order, fills, refused: None };
    let outcome = two.away.apply(&Command::Dispatch { from: node("cn-sha"), body });
    assert_eq!(outcome, Err(Rejection::DealState));
}

#[test]
fn a_deal_that_its_home_never_answers_lapses_after_its_value_date() {
    let mut two = two();
    let (order, fill) = one_fill(&mut two);
    two.away.until(1002, 23);
    assert!(two.away.available("uwe") < 500_00, "the value date has not passed");
    two.away.until(1003, 0);
    assert_eq!(two.away.available("uwe"), 500_00);
    assert!(two.away.events.contains(&Event::DealReleased { order }));
    let body = Dispatch::DealDone { order, fills: vec![fill], refused: None };
    let late = two.away.apply(&Command::Dispatch { from: node("cn-sha"), body });
    assert_eq!(late, Err(Rejection::DealState));
}

#[test]
fn a_purchase_that_its_home_never_proposes_lapses_after_its_value_date() {
    let mut two = two();
    let proposal = proposal(&mut two);
    two.away.until(1003, 0);
    assert_eq!(two.away.available("uwe"), 500_00);
    let away = &two.away.venue.books().title;
    assert_eq!(away.quantity(two.series, Holder::Home(node("cn-sha"))), 100);
    let told = disagreed(&proposal, Difference::Trades);
    two.away.must(Command::Dispatch { from: node("cn-sha"), body: proposal });
    assert_eq!(take_sent(&mut two.away, node("cn-sha")), [told]);
    assert!(affirmed(&two.away).is_empty());
}

#[test]
fn coupons_are_given_to_people_only() {
    let mut two = two();
    let home = &mut two.home;
    home.register("ann", PartyKind::User);
    home.deposit("ann", Pool::UserCustody, 500_00);
    home.order("ann", gcfn_market::Side::Buy, two.series, 1, Some(95_00)).expect("funded");
    let give = |to| Verb::Gift { to, series: two.series, quantity: 1 };
    let to_member = home.user("ann", give(gcfn_clearing::member_party(node("de"))));
    assert_eq!(to_member, Err(Rejection::PartyKind));
    assert_eq!(home.user("ann", give(party("ann"))), Err(Rejection::ToOneself));
    assert_eq!(home.coupons("ann", two.series), 1);
}

#[test]
fn coupons_that_are_paid_at_maturity_are_not_sold_to_other_nodes() {
    let mut two = two_with(BatchTerms { maturity: MaturityAction::Cash, ..voucher() });
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    for body in take_sent(&mut two.away, node("cn-sha")) {
        two.home.must(Command::Dispatch { from: node("de"), body });
    }
    let refused = take_sent(&mut two.home, node("de")).into_iter().find_map(|body| match body {
        Dispatch::DealDone { refused, .. } => refused,
        _ => None,
    });
    assert_eq!(refused, Some(Rejection::PaidAtHome));
}

#[test]
fn a_batch_with_coupons_at_other_nodes_is_not_recalled() {
    let mut two = two();
    two.away.user("uwe", Verb::BuyAbroad(two.goods())).expect("funded");
    two.carry();
    let recall = Verb::RecallBatch { batch: BatchId::derive(&[b"b1"]) };
    let refused = two.home.ask("olga", Role::Operator, recall);
    assert_eq!(refused, Err(Rejection::CouponsAbroad));
}

/// Loses all that is not in the states of both nodes.
fn crash(two: &mut Two) {
    for world in [&mut two.home, &mut two.away] {
        let bytes = postcard::to_allocvec(&world.venue).expect("plain data");
        world.venue = postcard::from_bytes(&bytes).expect("its own bytes");
    }
}

type Step<'a> = dyn FnMut(&mut Two, &mut dyn FnMut(&mut Two)) + 'a;

/// Carries what the nodes have sent each other, every message a step.
fn carry_by(two: &mut Two, step: &mut Step<'_>) {
    loop {
        let to_home = take_sent(&mut two.away, node("cn-sha"));
        let to_away = take_sent(&mut two.home, node("de"));
        if to_home.is_empty() && to_away.is_empty() {
            return;
        }
        for body in to_home {
            let said = Command::Dispatch { from: node("de"), body };
            step(two, &mut |two| drop(two.home.must(said.clone())));
        }
        for body in to_away {
            let said = Command::Dispatch { from: node("cn-sha"), body };
            step(two, &mut |two| drop(two.away.must(said.clone())));
        }
    }
}

/// A deal from its order to its end, with a crash of both nodes before the step of that number.
/// Returns what both have come to, and how many steps there were.
fn deal_with_a_crash(settles: bool, before: Option<usize>) -> ([Vec<u8>; 2], usize) {
    let (mut two, mut steps) = (two(), 0);
    let mut step = |two: &mut Two, act: &mut dyn FnMut(&mut Two)| {
        if before == Some(steps) {
            crash(two);
        }
        steps += 1;
        act(two);
    };
    step(&mut two, &mut |two| {
        let goods = two.goods();
        two.away.user("uwe", Verb::BuyAbroad(goods)).expect("funded");
    });
    carry_by(&mut two, &mut step);
    step(&mut two, &mut |two| two.home.until(1000, 19));
    carry_by(&mut two, &mut step);
    let requests = affirmed(&two.home);
    let [FederationRequest::Affirm { bundle, .. }] = requests.as_slice() else { panic!("one") };

    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let called = ClearingNotice::PayInCalled {
        house,
        cycle,
        value_date: date(1002),
        pay_to: gcfn_model::SettlementAccount { node: node("root"), pool: Pool::ClearingHouse },
        pay_in: PayIn {
            instruction: InstructionId::derive(&[b"i"]),
            account: two.away.venue.terms().account(Pool::UserCustody),
            currency: Currency::Eur,
            amount: cents(60_90),
            due: instant(1002, 15),
        },
    };
    step(&mut two, &mut |two| {
        two.away.must(Command::Notice(Notice::Clearing(called.clone())));
    });
    step(&mut two, &mut |two| two.away.bank_answers());
    let bundles = vec![bundle.reference];
    let end = match settles {
        true => ClearingNotice::Settled { house, cycle, bundles },
        false => ClearingNotice::Failed { house, cycle, bundles },
    };
    let end = Command::Notice(Notice::Clearing(end));
    step(&mut two, &mut |two| drop(two.away.must(end.clone())));
    step(&mut two, &mut |two| drop(two.home.must(end.clone())));
    step(&mut two, &mut |_| ());
    let legs = (
        two.away.coupons("uwe", two.series),
        two.home.venue.books().title.quantity(two.series, Holder::Abroad(node("de"))),
    );
    assert_eq!(legs, if settles { (5, 5) } else { (0, 0) }, "both legs or none");
    let state = |world: &World| postcard::to_allocvec(&world.venue).expect("plain data");
    ([state(&two.home), state(&two.away)], steps)
}

#[test]
fn a_deal_comes_to_the_same_whichever_step_a_crash_comes_before() {
    for settles in [true, false] {
        let (through, steps) = deal_with_a_crash(settles, None);
        assert!(8 <= steps, "{steps} steps are no deal");
        for before in 0..steps {
            let (crashed, _) = deal_with_a_crash(settles, Some(before));
            assert!(crashed == through, "a crash before step {before}, settles: {settles}");
        }
    }
}
