//! A node at work, and what its parties send.

use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::Signer;
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_banking::{BankEntry, BankReference, Side as Booking};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, BusinessDate, CommandId, Currency, Machine, NodeId, OrderId, PartyId, Pool,
    SeriesId, Timestamp,
};
use gcfn_replica::{Command, Event, Founded, Genesis, Outcome, Replica, Reply};
use gcfn_venue::{
    Actor, MoneyAct, OrderTerms, PartyClass, PartyKind, Request, ReserveMode, Role, Terms, Tier,
    TradingDay, Verb,
};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::str::FromStr;

const DAY: u64 = 86_400_000_000;
const START: u64 = 1000 * DAY + 9 * 3_600_000_000;
/// Between two commands, in microseconds: what a node does at 300,000 a second.
const PAUSE: u64 = 3;
/// Prices lie this far around the middle, as in the stream of the book's own bench.
const LEVELS: u64 = 235;
const MID: u64 = 9_000;
/// Parties that sell. They quote all day, so no rule counts their trades.
const SELLERS: usize = 200;
/// Sellers of one book.
const SELLERS_OF_BOOK: usize = 8;

/// How much there is before the clock starts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) accounts: usize,
    pub(crate) books: usize,
    pub(crate) resting: usize,
}

/// A node with its parties.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) replica: Replica,
    at: u64,
    number: u64,
    random: Random,
    parties: Vec<PartyId>,
    series: Vec<(SeriesId, Vec<PartyId>)>,
    open: OpenOrders,
    resting: usize,
}

/// The orders that rest, so that only such are cancelled.
#[derive(Clone, Debug, Default)]
struct OpenOrders {
    list: Vec<(PartyId, OrderId)>,
    places: BTreeMap<OrderId, usize>,
}

impl OpenOrders {
    fn add(&mut self, party: PartyId, order: OrderId) {
        self.places.insert(order, self.list.len());
        self.list.push((party, order));
    }

    fn remove(&mut self, order: OrderId) {
        let Some(place) = self.places.remove(&order) else { return };
        self.list.swap_remove(place);
        if let Some((_, moved)) = self.list.get(place) {
            self.places.insert(*moved, place);
        }
    }
}

/// Whether the venue, or the node before it, refused.
pub(crate) fn is_refused(outcome: &Outcome) -> bool {
    matches!(outcome, Err(_) | Ok(Reply::Venue(Err(_))))
}

impl World {
    pub(crate) fn new(size: Size) -> World {
        let mut world = World {
            replica: Replica::new(genesis()),
            at: START,
            number: 0,
            random: Random(1),
            parties: Vec::new(),
            series: Vec::new(),
            open: OpenOrders::default(),
            resting: size.resting,
        };
        for day in 1000..1010u64 {
            let (cut_off, value_date) = (instant(day, 18), date(day + 1));
            let day = TradingDay { date: date(day), cut_off, value_date };
            world.venue(gcfn_venue::Command::OpenDay(day));
        }
        world.found(size);
        while world.open.list.len() < size.resting {
            let command = world.limit();
            drop(world.send(&command));
        }
        world
    }

    pub(crate) fn next_instant(&mut self) -> Timestamp {
        self.at += PAUSE;
        Timestamp::from_micros(self.at).expect("in range")
    }

    pub(crate) fn close_epoch(&mut self) {
        self.must(&Command::CloseEpoch);
    }

    /// Limit orders, six market orders in a hundred, and cancellations that hold the number of
    /// resting orders: the shape of the book's own bench. Every command is applied here, so that
    /// the next one is asked of what there is then.
    pub(crate) fn stream(&mut self, count: usize) -> Vec<Command> {
        let mut commands = Vec::with_capacity(count);
        for sent in 0..count {
            let command = match self.random.below(1000) {
                0..60 => self.market(),
                60..440 if self.resting <= self.open.list.len() => self.cancel(),
                _ => self.limit(),
            };
            drop(self.send(&command));
            commands.push(command);
            if sent % crate::EPOCH == crate::EPOCH - 1 {
                self.close_epoch();
            }
        }
        commands
    }

    /// Users with money and coupons, issuers with listed series.
    fn found(&mut self, size: Size) {
        for number in 0..size.accounts {
            let party = PartyId::derive(&[b"user", &number.to_be_bytes()]);
            self.operator(Verb::Register { party, kind: PartyKind::User, kyc: 3 });
            let money = if number < SELLERS { 100_000_000_000_000 } else { 1_000_000_000 };
            self.deposit(party, Pool::UserCustody, money);
            self.parties.push(party);
        }
        for number in 0..size.accounts.min(SELLERS) {
            let (party, class) = (self.parties[number], PartyClass::MarketMaker);
            self.ask_two(Verb::Money(MoneyAct::Classify { party, class }));
        }
        let coupons = 2_000 + 8 * u64::try_from(size.resting / size.books).expect("a small figure");
        for number in 0..size.books {
            let issuer = PartyId::derive(&[b"issuer", &number.to_be_bytes()]);
            let series = self.list(issuer, number);
            let mut sellers = Vec::with_capacity(SELLERS_OF_BOOK);
            for _ in 0..SELLERS_OF_BOOK {
                let seller = self.parties[self.random.index(SELLERS)];
                let order = self.order(seller, series, Side::Buy, coupons, None);
                self.must(&order);
                sellers.push(seller);
            }
            self.series.push((series, sellers));
        }
    }

    fn list(&mut self, issuer: PartyId, number: usize) -> SeriesId {
        self.operator(Verb::Register { party: issuer, kind: PartyKind::Issuer, kyc: 3 });
        self.deposit(issuer, Pool::IssuerEscrow, 1_000_000_000_000);
        self.ask(issuer, Role::Issuer, Verb::ApplyAsIssuer);
        let approval =
            Verb::ApproveIssuer { issuer, tier: Tier::Gold, quota: cents(100_000_000_000_000) };
        self.ask_three(&approval);
        let batch = BatchId::derive(&[b"batch", &number.to_be_bytes()]);
        let ends = (instant(1300, 0), instant(1300, 2));
        let region = self.replica.venue().terms();
        let terms = region.voucher((cents(10_000), 100_000_000), cents(9_500), ends);
        self.ask(issuer, Role::Issuer, Verb::DraftBatch { batch, terms });
        self.ask(issuer, Role::Issuer, Verb::SubmitBatch { batch });
        self.ask_three(&Verb::ApproveBatch { batch });
        self.ask(issuer, Role::Issuer, Verb::FundBatch { batch });
        self.operator(Verb::MintBatch { batch });
        self.ask(issuer, Role::Issuer, Verb::ListBatch { batch });
        let found = self.replica.venue().batches().find(|(id, _)| **id == batch);
        found.expect("drafted").1.series
    }

    fn cancel(&mut self) -> Command {
        let (party, order) = self.open.list[self.random.index(self.open.list.len())];
        self.request(party, Role::User, Verb::CancelOrder { order })
    }

    fn limit(&mut self) -> Command {
        let (side, distance) = (self.random.side(), self.random.below(LEVELS));
        let price = match side {
            Side::Buy => MID + 2 - distance,
            Side::Sell => MID - 2 + distance,
        };
        let quantity = 1 + self.random.below(10);
        self.anybody(side, quantity, Some(price))
    }

    fn market(&mut self) -> Command {
        let (side, quantity) = (self.random.side(), 1 + self.random.below(30));
        self.anybody(side, quantity, None)
    }

    /// An order of any party that can back it, in any book.
    fn anybody(&mut self, side: Side, quantity: u64, limit: Option<u64>) -> Command {
        let (buyer, book) =
            (self.random.index(self.parties.len()), self.random.index(self.series.len()));
        let seller = self.random.index(SELLERS_OF_BOOK);
        let (series, sellers) = &self.series[book];
        let (series, seller) = (*series, sellers[seller]);
        let party = if side == Side::Buy { self.parties[buyer] } else { seller };
        self.order(party, series, side, quantity, limit)
    }

    fn order(
        &mut self,
        party: PartyId,
        series: SeriesId,
        side: Side,
        quantity: u64,
        limit: Option<u64>,
    ) -> Command {
        self.number += 1;
        let order = OrderId::derive(&[b"order", &self.number.to_be_bytes()]);
        let terms = OrderTerms {
            order,
            series,
            side,
            quantity,
            limit: limit.map(cents),
            time_in_force: TimeInForce::GoodTillCancelled,
            display: None,
            not_before: None,
            expires_at: None,
        };
        self.request(party, Role::User, Verb::PlaceOrder(terms))
    }

    fn request(&mut self, party: PartyId, role: Role, verb: Verb) -> Command {
        self.number += 1;
        let id = CommandId::derive(&[b"command", &self.number.to_be_bytes()]);
        let actor = Actor { party, role };
        Command::Venue(gcfn_venue::Command::Request(Request { id, actor, verb }))
    }

    fn ask(&mut self, party: PartyId, role: Role, verb: Verb) {
        let command = self.request(party, role, verb);
        self.must(&command);
    }

    fn operator(&mut self, verb: Verb) {
        self.ask(PartyId::derive(&[b"olga"]), Role::Operator, verb);
    }

    fn ask_two(&mut self, verb: Verb) {
        self.operator(verb.clone());
        self.ask(PartyId::derive(&[b"omar"]), Role::Operator, verb);
    }

    fn ask_three(&mut self, verb: &Verb) {
        for who in [b"olga", b"omar", b"otto"] {
            self.ask(PartyId::derive(&[who]), Role::Operator, verb.clone());
        }
    }

    fn deposit(&mut self, party: PartyId, pool: Pool, minor: u64) {
        self.number += 1;
        let terms = self.replica.venue().terms();
        self.venue(gcfn_venue::Command::BankBooked(BankEntry {
            account: terms.account(pool),
            currency: terms.currency,
            amount: cents(minor),
            side: Booking::Credit,
            uetr: None,
            bank_reference: BankReference::of(&format!("B{}", self.number)),
            reference: Some(party),
            booked_on: date(1000),
        }));
    }

    fn venue(&mut self, command: gcfn_venue::Command) {
        self.must(&Command::Venue(command));
    }

    fn must(&mut self, command: &Command) {
        let outcome = self.send(command);
        assert!(!is_refused(&outcome), "{command:?}: {outcome:?}");
    }

    /// Applies a command, and sees what has become of orders.
    fn send(&mut self, command: &Command) -> Outcome {
        let (mut events, at) = (Vec::new(), self.next_instant());
        let outcome = self.replica.apply(at, command, &mut events);
        for event in &events {
            if let Event::Venue(event) = event {
                self.see(event);
            }
        }
        outcome
    }

    fn see(&mut self, event: &gcfn_venue::Event) {
        match event {
            gcfn_venue::Event::OrderAccepted { order, party, .. } => self.open.add(*party, *order),
            gcfn_venue::Event::OrderTraded { order, remaining: 0, .. }
            | gcfn_venue::Event::OrderCancelled { order, .. } => self.open.remove(*order),
            _ => {}
        }
    }
}

fn name<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("a name")
}

fn genesis() -> Genesis {
    let validator = Validator { key: Signer::from_seed(&[1; 32]).public_key(), weight: 1 };
    let root: NodeId = "root".parse().expect("a name");
    let network = "gcfn-bench".parse().expect("a name");
    let roster = Roster { network, validators: [(root, validator)].into() };
    let currency = Currency::Cny;
    let usual = Terms::of((name("cn-sha"), name("cn")), (name("cn"), name("cn")), currency);
    let mut terms = Terms { reserve_mode: ReserveMode::Proceeds, resales_max: 255, ..usual };
    terms.issuing.resale_unsettled = true;
    Genesis {
        terms,
        salt_key: SaltKey::from_bytes([7; 32]),
        founded: Founded { roster, founders: Vec::new() },
        debit_cap: Amount::ZERO,
        mailbox_capacity: 100,
    }
}

fn cents(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("in range")
}

fn date(day: u64) -> BusinessDate {
    BusinessDate::from_days(i32::try_from(day).expect("a small figure"))
}

fn instant(day: u64, hour: u64) -> Timestamp {
    Timestamp::from_micros(day * DAY + hour * 3_600_000_000).expect("in range")
}

/// SplitMix64: the same stream on every machine.
#[derive(Clone, Debug)]
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn index(&mut self, len: usize) -> usize {
        usize::try_from(self.below(len as u64)).expect("an index")
    }

    fn side(&mut self) -> Side {
        if self.below(2) == 0 { Side::Buy } else { Side::Sell }
    }
}
