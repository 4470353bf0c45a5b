//! Commands a second of one trading node's machine on one core, with everything on: ledger, fees,
//! title, limits, events, a salted leaf for every event, epochs closed once a second.
//!
//! `cargo bench -p gcfn-replica` prints the rate and the slowest commands at the usual size, then
//! the time per command as accounts, books and resting orders grow, and how long a snapshot keeps
//! commands waiting.

use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::Signer;
use gcfn_anchor::roster::{Roster, Validator};
use gcfn_banking::{BankEntry, BankReference, Side as Booking};
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BasisPoints, BatchId, BusinessDate, CommandId, Currency, Machine, Millis, NodeId,
    OrderId, PartyId, Pool, SeriesId, Timestamp,
};
use gcfn_replica::{Command, Founded, Genesis, Replica};
use gcfn_venue::{
    Actor, BatchTerms, Fees, OrderTerms, PartyKind, Request, ReserveMode, Role, Terms, Tier,
    TradingDay, Verb,
};
use std::time::{Duration, Instant};

const DAY: u64 = 86_400_000_000;
const START: u64 = 1000 * DAY + 9 * 3_600_000_000;
/// Prices lie this far around the middle, as in the stream of the book's own bench.
const LEVELS: u64 = 235;
const MID: u64 = 9_000;

fn main() {
    let usual = Size { accounts: 10_000, books: 100, resting: 10_000 };
    headline(usual);
    growth(usual);
}

/// How much there is before the clock starts.
#[derive(Clone, Copy, Debug)]
struct Size {
    accounts: usize,
    books: usize,
    resting: usize,
}

#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn headline(size: Size) {
    const COMMANDS: usize = 400_000;
    let mut world = World::new(size);
    let commands = world.stream(COMMANDS);
    let mut took: Vec<Duration> = Vec::with_capacity(COMMANDS);
    let (mut events, mut told) = (Vec::new(), 0usize);
    let begin = Instant::now();
    for (count, command) in commands.iter().enumerate() {
        let start = Instant::now();
        events.clear();
        world.apply(command, &mut events);
        took.push(start.elapsed());
        told += events.len();
        if count % 300_000 == 299_999 {
            world.apply(&Command::CloseEpoch, &mut events);
        }
    }
    let rate = COMMANDS as u128 * 1_000_000_000 / begin.elapsed().as_nanos();
    took.sort_unstable();
    let at = |per_mille: usize| took[(COMMANDS - 1) * per_mille / 1000];
    println!("{size:?}: {rate} commands/s, {told} events");
    println!("p50 {:?}, p99 {:?}, p99.9 {:?}, max {:?}", at(500), at(990), at(999), at(1000));
}

#[expect(clippy::print_stdout, reason = "the figures are what the bench is for")]
fn growth(usual: Size) {
    let grown = [
        (
            "accounts",
            [1_000, 10_000, 100_000, 1_000_000].map(|accounts| Size { accounts, ..usual }).to_vec(),
        ),
        ("books", [100, 1_000, 10_000].map(|books| Size { books, ..usual }).to_vec()),
        (
            "resting orders",
            [1_000, 10_000, 100_000, 1_000_000].map(|resting| Size { resting, ..usual }).to_vec(),
        ),
    ];
    for (what, sizes) in grown {
        println!("{what}:");
        for size in sizes {
            let mut world = World::new(size);
            let commands = world.stream(100_000);
            let mut events = Vec::new();
            let begin = Instant::now();
            for command in &commands {
                events.clear();
                world.apply(command, &mut events);
            }
            let each = begin.elapsed().as_nanos() / commands.len() as u128;
            let begin = Instant::now();
            let bytes = postcard::to_allocvec(&world.replica).expect("plain data").len();
            println!(
                "  {size:?}: {each} ns a command; snapshot {bytes} bytes in {:?}",
                begin.elapsed()
            );
        }
    }
}

/// A node at work.
struct World {
    replica: Replica,
    at: u64,
    number: u64,
    random: Random,
    parties: Vec<PartyId>,
    series: Vec<SeriesId>,
    /// Orders that may still rest.
    placed: Vec<(PartyId, OrderId)>,
    resting: usize,
}

impl World {
    fn new(size: Size) -> World {
        let mut world = World {
            replica: Replica::new(genesis()),
            at: START,
            number: 0,
            random: Random(1),
            parties: Vec::new(),
            series: Vec::new(),
            placed: Vec::new(),
            resting: size.resting,
        };
        for day in 1000..1010u64 {
            let cut_off = instant(day, 18);
            world.venue(gcfn_venue::Command::OpenDay(TradingDay {
                date: date(day),
                cut_off,
                value_date: date(day + 1),
            }));
        }
        world.found(size);
        world.fill(size.resting);
        world
    }

    /// Users with money and coupons, issuers with listed series.
    fn found(&mut self, size: Size) {
        for number in 0..size.accounts {
            let party = PartyId::derive(&[b"user", &number.to_be_bytes()]);
            self.operator(Verb::Register { party, kind: PartyKind::User, kyc: 1 });
            self.deposit(party, Pool::UserCustody, 1_000_000_000);
            self.parties.push(party);
        }
        for number in 0..size.books {
            let issuer = PartyId::derive(&[b"issuer", &number.to_be_bytes()]);
            let series = self.list(issuer, number);
            self.series.push(series);
        }
        // Everybody who sells must hold: a hundredth of the parties buys in every book.
        let holders = self.parties.len().min(200);
        for index in 0..self.series.len() {
            for _ in 0..8 {
                let party = self.parties[self.random.index(holders)];
                let order = self.order(party, self.series[index], Side::Buy, 1_000, None);
                self.must(order);
            }
        }
    }

    fn list(&mut self, issuer: PartyId, number: usize) -> SeriesId {
        self.operator(Verb::Register { party: issuer, kind: PartyKind::Issuer, kyc: 1 });
        self.deposit(issuer, Pool::IssuerEscrow, 1_000_000_000_000);
        self.ask(issuer, Role::Issuer, Verb::ApplyAsIssuer);
        let quota = cents(100_000_000_000_000);
        self.operator(Verb::ApproveIssuer { issuer, tier: Tier::Gold, quota });
        let batch = BatchId::derive(&[b"batch", &number.to_be_bytes()]);
        let terms = BatchTerms {
            face: cents(10_000),
            quantity: 100_000_000,
            issue_price: cents(9_500),
            expires_at: instant(1300, 0),
            breakage_at: instant(1300, 2),
            divisible: true,
            transferable: true,
        };
        self.ask(issuer, Role::Issuer, Verb::DraftBatch { batch, terms });
        self.ask(issuer, Role::Issuer, Verb::SubmitBatch { batch });
        for who in [b"olga", b"omar"] {
            self.ask(PartyId::derive(&[who]), Role::Operator, Verb::ApproveBatch { batch });
        }
        self.ask(issuer, Role::Issuer, Verb::FundBatch { batch });
        self.operator(Verb::MintBatch { batch });
        self.ask(issuer, Role::Issuer, Verb::ListBatch { batch });
        let found = self.replica.venue().batches().find(|(id, _)| **id == batch);
        found.expect("drafted").1.series
    }

    fn fill(&mut self, resting: usize) {
        for _ in 0..resting {
            let command = self.limit();
            let mut events = Vec::new();
            self.apply(&command, &mut events);
        }
    }

    /// Limit orders, six in a hundred at any price, and cancellations that hold the number of
    /// resting orders: the shape of the book's own bench.
    fn stream(&mut self, count: usize) -> Vec<Command> {
        let mut commands = Vec::with_capacity(count);
        while commands.len() < count {
            let draw = self.random.below(1000);
            let command = match draw {
                0..60 => self.market(),
                60..440 if self.resting <= self.placed.len() => {
                    let index = self.random.index(self.placed.len());
                    let (party, order) = self.placed.swap_remove(index);
                    self.request(party, Role::User, Verb::CancelOrder { order })
                }
                _ => self.limit(),
            };
            commands.push(command);
        }
        commands
    }

    fn limit(&mut self) -> Command {
        let (side, distance) = (self.random.side(), self.random.below(LEVELS));
        let price = match side {
            Side::Buy => MID + 2 - distance,
            Side::Sell => MID - 2 + distance,
        };
        let quantity = 1 + self.random.below(10);
        let command = self.anybody(side, quantity, Some(price));
        if let Command::Venue(gcfn_venue::Command::Request(request)) = &command
            && let Verb::PlaceOrder(terms) = &request.verb
        {
            self.placed.push((request.actor.party, terms.order));
        }
        command
    }

    fn market(&mut self) -> Command {
        let (side, quantity) = (self.random.side(), 1 + self.random.below(30));
        self.anybody(side, quantity, None)
    }

    fn anybody(&mut self, side: Side, quantity: u64, limit: Option<u64>) -> Command {
        let parties = match side {
            Side::Buy => self.parties.len(),
            Side::Sell => self.parties.len().min(200),
        };
        let party = self.parties[self.random.index(parties)];
        let series = self.series[self.random.index(self.series.len())];
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
        let (limit, time_in_force) = (limit.map(cents), TimeInForce::GoodTillCancelled);
        let terms = OrderTerms { order, series, side, quantity, limit, time_in_force };
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
        self.must(command);
    }

    fn operator(&mut self, verb: Verb) {
        self.ask(PartyId::derive(&[b"olga"]), Role::Operator, verb);
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
        self.must(Command::Venue(command));
    }

    fn must(&mut self, command: Command) {
        let mut events = Vec::new();
        self.at += 1;
        let at = Timestamp::from_micros(self.at).expect("in range");
        match self.replica.apply(at, &command, &mut events) {
            Ok(gcfn_replica::Reply::Venue(Err(refused))) => panic!("{command:?}: {refused}"),
            Ok(_) => {}
            Err(refused) => panic!("{command:?}: {refused}"),
        }
    }

    fn apply(&mut self, command: &Command, events: &mut Vec<gcfn_replica::Event>) {
        self.at += 1;
        let at = Timestamp::from_micros(self.at).expect("in range");
        drop(self.replica.apply(at, command, events));
    }
}

fn genesis() -> Genesis {
    let validator = Validator { key: Signer::from_seed(&[1; 32]).public_key(), weight: 1 };
    let root: NodeId = "root".parse().expect("a name");
    let network = "gcfn-bench".parse().expect("a name");
    let roster = Roster { network, validators: [(root, validator)].into() };
    Genesis {
        terms: Terms {
            node: "cn-sha".parse().expect("a name"),
            region: "cn".parse().expect("a name"),
            currency: Currency::Cny,
            house: "cn".parse().expect("a name"),
            house_node: "cn".parse().expect("a name"),
            fees: Fees {
                taker: BasisPoints(50),
                maker: BasisPoints(10),
                issue: [150, 120, 100, 80].map(BasisPoints),
                redeem: BasisPoints(10),
                withdrawal: BasisPoints(10),
                breakage: BasisPoints(1000),
            },
            reserve_mode: ReserveMode::Proceeds,
            reserve_ratio: BasisPoints::ONE,
            refund_window: Millis(7 * 86_400_000),
            redeem_lock: Millis(300_000),
            resales_max: 255,
            kyc_to_trade: 1,
            outcome_kept: Millis(86_400_000),
            proposal_kept: Millis(86_400_000),
        },
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
