//! A trade across two nodes of one currency: a user of `sg-b` buys at `sg-a`. No rate, no dealer:
//! the house that both share clears it like what either moves by itself.

use crate::world::{World, cents, date, instant, party, terms, voucher};
use gcfn_banking::{Creditor, Instruction, Side as Booking};
use gcfn_clearing::Phase;
use gcfn_ledger::{Account, Holder, UserBucket};
use gcfn_model::{
    Amount, BusinessDate, Currency, CycleId, NodeId, OrderId, Pool, SeriesId, SettlementAccount,
};
use gcfn_venue::{
    ClearingNotice, Command, DealOrder, DealRate, Difference, Dispatch, Event, FederationRequest,
    Merchandise, Notice, PartyKind, Rejection, Verb,
};
use std::collections::BTreeMap;

fn node(name: &str) -> NodeId {
    name.parse().expect("a name")
}

/// The nodes of a region, whose house `sg` runs, and the series that one of them lists.
struct Region {
    worlds: BTreeMap<NodeId, World>,
    home: NodeId,
    away: NodeId,
    series: SeriesId,
}

/// `home` lists a hundred coupons at 95.00; a user of `away` has 1,000.00.
fn region(home: &str, away: &str) -> Region {
    region_of(home, (away, "sg"))
}

/// The same with the region of `away`.
fn region_of(home: &str, (away, its_region): (&str, &str)) -> Region {
    let mut worlds = BTreeMap::new();
    for name in ["sg", home, away] {
        let mut terms = terms(name, "sg", Currency::Sgd);
        if name == away {
            terms.region = its_region.parse().expect("a name");
        }
        worlds.insert(node(name), World::of(terms));
    }
    let regions = [(node(home), "sg"), (node(away), its_region)];
    for (of, world) in &mut worlds {
        for (node, region) in regions.iter().filter(|(node, _)| node != of) {
            world.member(node.as_str(), region);
        }
    }
    let (home, away) = (node(home), node(away));
    let lister = worlds.get_mut(&home).expect("a node");
    lister.admitted("brand", 2_000_00);
    let series = lister.issued("brand", "b1", voucher());
    let buyer = worlds.get_mut(&away).expect("a node");
    buyer.register("uwe", PartyKind::User);
    buyer.deposit("uwe", Pool::UserCustody, 1_000_00);
    Region { worlds, home, away, series }
}

type Step<'a> = dyn FnMut(&mut Region, &mut dyn FnMut(&mut Region)) + 'a;

fn at_once(region: &mut Region, act: &mut dyn FnMut(&mut Region)) {
    act(region);
}

impl Region {
    fn world(&mut self, node: NodeId) -> &mut World {
        self.worlds.get_mut(&node).expect("a node")
    }

    fn home(&mut self) -> &mut World {
        self.world(self.home)
    }

    fn away(&mut self) -> &mut World {
        self.world(self.away)
    }

    fn goods(&self) -> Merchandise {
        Merchandise {
            order: OrderId::derive(&[b"o"]),
            home: self.home,
            series: self.series,
            face: cents(100_00),
            minted: 100,
            expires_at: instant(1008, 0),
            quantity: 5,
            limit: cents(95_00),
            lock: None,
        }
    }

    fn buy(&mut self) {
        let goods = self.goods();
        self.away().user("uwe", Verb::BuyAbroad(goods)).expect("funded");
    }

    /// What nodes have said to each other and nobody has heard, out of the oldest of each.
    fn said(&mut self) -> Option<(NodeId, NodeId, Dispatch)> {
        for (from, world) in &mut self.worlds {
            let place = world.events.iter().position(|event| matches!(event, Event::Sent { .. }));
            if let Some(Event::Sent { to, body }) = place.map(|place| world.events.remove(place)) {
                return Some((*from, to, body));
            }
        }
        None
    }

    /// Carries what is said, every message a step.
    fn carry(&mut self, step: &mut Step<'_>) {
        while let Some((from, to, body)) = self.said() {
            // A house tells what it refuses, which its sender has to hear and nobody else.
            step(self, &mut |region| {
                drop(region.world(to).apply(&Command::Dispatch { from, body: body.clone() }));
            });
        }
    }

    /// The bank books what is asked for, both sides of it, every payment a step.
    fn bank(&mut self, step: &mut Step<'_>) {
        while let Some((debtor, creditor, uetr, amount)) = self.asked() {
            step(self, &mut |region| {
                let of = region.world(debtor.node);
                let debit = of.entry(debtor, Booking::Debit, amount, Some(uetr), None);
                of.must(Command::BankBooked(debit));
                let of = region.world(creditor.node);
                let credit = of.entry(creditor, Booking::Credit, amount, Some(uetr), None);
                of.must(Command::BankBooked(credit));
            });
        }
    }

    fn asked(
        &mut self,
    ) -> Option<(SettlementAccount, SettlementAccount, gcfn_model::Uetr, Amount)> {
        fn told<P>(
            payment: &Instruction<P>,
        ) -> (SettlementAccount, SettlementAccount, gcfn_model::Uetr, Amount) {
            let Creditor::Account(creditor) = payment.creditor else { panic!("between nodes") };
            (payment.debtor, creditor, payment.uetr(), payment.amount)
        }
        for world in self.worlds.values_mut() {
            let asks = |event: &Event| match event {
                Event::Instructed(payment) => Some(told(payment)),
                Event::Clearing(event) => event.instructed().map(told),
                _ => None,
            };
            if let Some(place) = world.events.iter().position(|event| asks(event).is_some()) {
                return asks(&world.events.remove(place));
            }
        }
        None
    }

    /// Time passes at every node, one after the other.
    fn until(&mut self, day: u64, hour: u64, step: &mut Step<'_>) {
        for of in self.worlds.keys().copied().collect::<Vec<_>>() {
            step(self, &mut |region| {
                let world = region.world(of);
                world.at = instant(day, hour).micros();
                world.must(Command::Tick);
            });
        }
        self.carry(step);
    }

    /// The day ends and its cycle runs, with the bank paying what `pays` says.
    fn settle(&mut self, pays: bool, step: &mut Step<'_>) {
        for (day, hour) in [(1000, 19), (1000, 21), (1001, 9)] {
            self.until(day, hour, step);
        }
        if pays {
            for _ in 0..3 {
                self.bank(step);
                self.carry(step);
            }
        }
        self.until(1001, 16, step);
        for _ in 0..3 {
            self.bank(step);
            self.carry(step);
        }
    }

    /// What the buyer has, and what the home counts at the buyer's node.
    fn legs(&mut self) -> (u64, u64) {
        let (series, away) = (self.series, self.away);
        let here = self.away().coupons("uwe", series);
        let there = self.home().venue.books().title.quantity(series, Holder::Abroad(away));
        (here, there)
    }

    fn delivery(&mut self) -> u64 {
        let (series, away) = (self.series, self.away);
        self.home().venue.books().title.quantity(series, Holder::Delivery(away))
    }

    fn phase(&mut self, value_date: BusinessDate) -> Option<Phase> {
        let house = self.world(node("sg")).venue.house().expect("its house");
        house.cycle(value_date).map(|cycle| cycle.phase)
    }
}

fn committed() -> Account {
    Account::User(party("uwe"), UserBucket::Commit)
}

fn bought(home: &str, away: &str) -> Region {
    let mut region = region(home, away);
    region.buy();
    region.carry(&mut at_once);
    region
}

#[test]
fn the_house_that_both_share_delivers_against_payment_the_next_day() {
    for (home, away) in [("sg-a", "sg-b"), ("sg", "sg-b"), ("sg-a", "sg")] {
        let mut region = bought(home, away);
        assert_eq!(region.away().balance(committed()), 475_00 + 2_38, "the price and 0.50 %");
        assert_eq!((region.legs(), region.delivery()), ((0, 0), 5), "not before it is paid");
        region.settle(true, &mut at_once);
        assert_eq!((region.legs(), region.delivery()), ((5, 5), 0), "{away} at {home}");
        assert_eq!(region.away().balance(committed()), 2_38, "the fee goes with the next cycle");
        let totals = region.worlds[&region.away].venue.series_totals(region.series);
        assert_eq!(totals.expect("known").here(), 5);
        assert!(region.phase(date(1001)) >= Some(Phase::PayOut), "everybody is paid");
        let submits =
            |event: &Event| matches!(event, Event::Submitted(FederationRequest::Affirm { .. }));
        assert!(!region.worlds.values().any(|world| world.events.iter().any(submits)));
    }
}

#[test]
fn what_is_not_paid_returns_both_sides_to_where_they_were() {
    for (home, away) in [("sg-a", "sg-b"), ("sg", "sg-b")] {
        let mut region = bought(home, away);
        region.settle(false, &mut at_once);
        assert_eq!((region.legs(), region.delivery()), ((0, 0), 0));
        assert_eq!(region.away().available("uwe"), 1_000_00);
        let series = region.series;
        assert_eq!(region.home().venue.books().title.quantity(series, Holder::Inventory), 5);
    }
}

#[test]
fn an_operations_desk_sees_it_and_no_dealer() {
    let mut region = bought("sg-a", "sg-b");
    let told = |world: &World| {
        let deals = world.venue.open_deals().into_iter();
        let deals = deals.map(|deal| {
            let date = deal.value_date.map(BusinessDate::days);
            assert_eq!((deal.dealer, deal.lock), (None, None));
            (format!("{:?} {:?}", deal.stage, deal.side), deal.pays, deal.needs, date)
        });
        deals.collect::<Vec<_>>()
    };
    let paid = (cents(475_00), Currency::Sgd);
    let deal = |said: &str| vec![(said.to_owned(), paid, paid, Some(1001))];
    assert_eq!(told(region.away()), deal("Matched Buys"));
    region.until(1000, 19, &mut at_once);
    assert_eq!(told(region.away()), deal("Bundled Buys"));
    assert_eq!(told(region.home()), deal("Bundled Sells"));
    region.settle(true, &mut at_once);
    assert!(told(region.away()).is_empty() && told(region.home()).is_empty());
}

#[test]
fn nodes_of_different_regions_settle_at_the_federation_a_day_later() {
    let mut region = region_of("sg-a", ("sg-b", "eu"));
    region.buy();
    region.carry(&mut at_once);
    region.until(1000, 19, &mut at_once);
    let affirmed = |world: &World| {
        let said = world.events.iter().filter_map(|event| match event {
            Event::Submitted(FederationRequest::Affirm { bundle, uses }) => {
                Some((bundle.clone(), uses.clone()))
            }
            _ => None,
        });
        said.collect::<Vec<_>>()
    };
    let (home, away) = (affirmed(region.home()), affirmed(region.away()));
    assert_eq!(home, away);
    let [(bundle, uses)] = home.as_slice() else { panic!("one") };
    assert!(uses.is_empty());
    assert_eq!(bundle.value_date, date(1002));
    let owed: Vec<_> = bundle.obligations.iter().map(|o| (o.payer, o.payee.node)).collect();
    let custody = SettlementAccount { node: region.away, pool: Pool::UserCustody };
    assert!(owed.iter().all(|of| *of == (custody, region.home)));

    let (house, cycle) = ("federation".parse().expect("a name"), CycleId::derive(&[b"c"]));
    let bundles = vec![bundle.reference];
    let regional = ClearingNotice::Settled { house: "sg".parse().expect("a name"), cycle, bundles };
    let body = Dispatch::Clearing(regional.clone());
    region.home().must(Command::Dispatch { from: node("sg"), body });
    assert_eq!(region.legs(), (0, 0), "it is not for the house of the region to say");
    let bundles = vec![bundle.reference];
    let settled =
        Command::Notice(Notice::Clearing(ClearingNotice::Settled { house, cycle, bundles }));
    region.away().must(settled.clone());
    region.home().must(settled);
    assert_eq!(region.legs(), (5, 5));
}

#[test]
fn an_order_that_comes_too_late_for_its_value_date_is_refused() {
    let mut region = region("sg-a", "sg-b");
    region.buy();
    let (from, to, body) = region.said().expect("the order");
    region.home().at = instant(1000, 18).micros();
    region.world(to).must(Command::Dispatch { from, body });
    let answered = core::iter::from_fn(|| region.said()).find_map(|(from, to, body)| match body {
        Dispatch::DealDone { refused, .. } => Some((from, to, body.clone(), refused)),
        _ => None,
    });
    let (from, to, body, refused) = answered.expect("its answer");
    assert_eq!(refused, Some(Rejection::ValueDateMissed));
    region.world(to).must(Command::Dispatch { from, body });
    assert_eq!(region.away().available("uwe"), 1_000_00);
}

#[test]
fn a_home_takes_its_own_money_on_days_of_its_own() {
    let mut region = region("sg-a", "sg-b");
    let (from, series) = (region.away, region.series);
    let mut refusal = |currency, value_date: u64| {
        let order = OrderId::derive(&[&value_date.to_be_bytes()]);
        let rate = DealRate::Par { home: region.home, currency, value_date: date(value_date) };
        let deal = DealOrder { order, series, quantity: 1, limit: cents(95_00), rate };
        region.home().must(Command::Dispatch { from, body: Dispatch::Deal(deal) });
        match region.said() {
            Some((_, _, Dispatch::DealDone { refused, .. })) => refused,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refusal(Currency::Eur, 1001), Some(Rejection::LockMismatch));
    assert_eq!(refusal(Currency::Sgd, 1000), Some(Rejection::ValueDateMissed));
    assert_eq!(refusal(Currency::Sgd, 1020), Some(Rejection::ValueDateMissed), "no day of its own");
    assert_eq!(refusal(Currency::Sgd, 1003), None, "later than it must be");
}

#[test]
fn nobody_buys_at_par_of_a_node_that_is_not_admitted() {
    let mut region = region("sg-a", "sg-b");
    let stranger = Merchandise { home: node("sg-z"), ..region.goods() };
    let refused = region.away().user("uwe", Verb::BuyAbroad(stranger));
    assert_eq!(refused, Err(Rejection::UnknownMember));
    let free = Merchandise { limit: cents(0), ..region.goods() };
    let refused = region.away().user("uwe", Verb::BuyAbroad(free));
    assert_eq!(refused, Err(Rejection::PriceOutOfRange));
}

#[test]
fn what_the_home_never_answers_or_proposes_lapses_after_its_value_date() {
    for answered in [false, true] {
        let mut region = region("sg-a", "sg-b");
        region.buy();
        if answered {
            region.carry(&mut at_once);
        }
        region.away().until(1001, 23);
        assert!(region.away().available("uwe") < 1_000_00, "the value date has not passed");
        region.away().until(1002, 0);
        assert_eq!(region.away().available("uwe"), 1_000_00);
    }
}

#[test]
fn a_house_that_takes_no_more_for_the_day_returns_both_sides() {
    let mut region = bought("sg-a", "sg-b");
    // The house closes the cycle before anybody's cut-off has come to it.
    region.world(node("sg")).at = instant(1000, 20).micros();
    region.world(node("sg")).must(Command::Tick);
    region.settle(true, &mut at_once);
    assert_eq!((region.legs(), region.delivery()), ((0, 0), 0));
    assert_eq!(region.away().available("uwe"), 1_000_00);
}

#[test]
fn a_bundle_that_says_something_else_is_not_affirmed() {
    type Change = fn(&mut gcfn_clearing::Bundle);
    let mut region = bought("sg-a", "sg-b");
    region.home().at = instant(1000, 19).micros();
    region.home().must(Command::Tick);
    let proposed = core::iter::from_fn(|| region.said()).find_map(|(_, _, body)| match body {
        Dispatch::Propose { bundle, uses, trades } => Some((bundle, uses, trades)),
        _ => None,
    });
    let (bundle, uses, trades) = proposed.expect("one");
    while region.said().is_some() {}
    let wrong: [(Change, Difference); 6] = [
        (|bundle| bundle.value_date = date(1002), Difference::Obligations),
        (|bundle| bundle.obligations[0].amount = cents(1), Difference::Obligations),
        (|bundle| bundle.obligations[0].payer.pool = Pool::SettlementHub, Difference::Obligations),
        (|bundle| bundle.obligations[0].payee.node = node("sg"), Difference::Obligations),
        (|bundle| bundle.obligations[0].currency = Currency::Eur, Difference::Obligations),
        (|bundle| bundle.trades_root = gcfn_model::Digest::ZERO, Difference::Proof),
    ];
    let (from, before) = (region.home, region.away().venue.state_root());
    for (change, differs) in wrong {
        let (mut bundle, uses, trades) = (bundle.clone(), uses.clone(), trades.clone());
        change(&mut bundle);
        let told = Dispatch::Disagreed { bundle: bundle.reference, differs };
        let body = Dispatch::Propose { bundle, uses, trades };
        region.away().must(Command::Dispatch { from, body });
        assert_eq!(region.said(), Some((region.away, from, told)));
        assert_eq!(region.away().venue.state_root(), before);
    }
    let body = Dispatch::Propose { bundle, uses, trades };
    region.away().must(Command::Dispatch { from, body });
}

/// The exceptions that a node shows: who says that it differs from whom, and in what.
fn exceptions(world: &World) -> Vec<(String, Difference)> {
    let shown =
        world.venue.exceptions().map(|(_, of)| (format!("{}|{}", of.by, of.with), of.differs));
    shown.collect()
}

#[test]
fn both_sides_see_in_what_a_proposal_differs() {
    let mut region = bought("sg-a", "sg-b");
    // The buyer's node has given the purchase up before its home proposes it.
    region.away().until(1002, 0);
    region.until(1000, 19, &mut at_once);
    let differs = Difference::Trades;
    assert_eq!(exceptions(region.away()), [("sg-b|sg-a".to_owned(), differs)]);
    assert_eq!(exceptions(region.home()), [("sg-b|sg-b".to_owned(), differs)]);
    let (away, home) = (region.away, region.home);
    for of in [away, home] {
        let told = |event: &Event| matches!(event, Event::AffirmationDiffers { .. });
        assert_eq!(region.world(of).events.iter().filter(|event| told(event)).count(), 1);
    }
    region.settle(true, &mut at_once);
    assert_eq!((region.legs(), region.delivery()), ((0, 0), 0), "the cycle gives it up");
    for day in 1003..=1009 {
        region.home().until(day, 19);
    }
    assert!(exceptions(region.home()).is_empty(), "shown for a week");
}

#[test]
fn a_house_that_hears_two_things_tells_both() {
    let mut region = bought("sg-a", "sg-b");
    region.home().at = instant(1000, 19).micros();
    region.home().must(Command::Tick);
    let mut affirmed = None;
    while let Some((from, to, body)) = region.said() {
        match body {
            Dispatch::Affirm(bundle) if from == region.away => affirmed = Some(bundle),
            body => drop(region.world(to).must(Command::Dispatch { from, body })),
        }
    }
    let mut bundle = affirmed.expect("the buyer's node stands by it");
    bundle.obligations[0].amount = cents(1);
    let (away, house) = (region.away, node("sg"));
    let body = Dispatch::Affirm(bundle);
    drop(region.world(house).apply(&Command::Dispatch { from: away, body }));
    region.carry(&mut at_once);
    let differs = Difference::Obligations;
    assert_eq!(exceptions(region.home()), [("sg-b|sg-b".to_owned(), differs)]);
    assert_eq!(exceptions(region.away()), [("sg-b|sg-a".to_owned(), differs)]);
    assert_eq!(region.away().available("uwe"), 1_000_00, "its affirmation was refused");
}

/// Loses all that is not in the states of the nodes.
fn crash(region: &mut Region) {
    for world in region.worlds.values_mut() {
        let bytes = postcard::to_allocvec(&world.venue).expect("plain data");
        world.venue = postcard::from_bytes(&bytes).expect("its own bytes");
    }
}

/// A deal from its order to its end, with a crash of all nodes before the step of that number.
/// Returns what they have come to, and how many steps there were.
fn deal_with_a_crash(
    (home, away): (&str, &str),
    pays: bool,
    before: Option<usize>,
) -> (Vec<Vec<u8>>, usize) {
    let (mut region, mut steps) = (region(home, away), 0);
    let mut step = |region: &mut Region, act: &mut dyn FnMut(&mut Region)| {
        if before == Some(steps) {
            crash(region);
        }
        steps += 1;
        act(region);
    };
    step(&mut region, &mut |region| region.buy());
    region.carry(&mut step);
    region.settle(pays, &mut step);
    assert_eq!(region.legs(), if pays { (5, 5) } else { (0, 0) }, "both legs or none");
    let states = region.worlds.values().map(|world| postcard::to_allocvec(&world.venue));
    (states.map(|state| state.expect("plain data")).collect(), steps)
}

#[test]
fn a_deal_at_par_comes_to_the_same_whichever_step_a_crash_comes_before() {
    for between in [("sg-a", "sg-b"), ("sg", "sg-b"), ("sg-a", "sg")] {
        for pays in [true, false] {
            let (through, steps) = deal_with_a_crash(between, pays, None);
            assert!(15 <= steps, "{steps} steps are no deal");
            for before in 0..steps {
                let (crashed, _) = deal_with_a_crash(between, pays, Some(before));
                assert!(crashed == through, "{between:?}: before step {before}, pays: {pays}");
            }
        }
    }
}
