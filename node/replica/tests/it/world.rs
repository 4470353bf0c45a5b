//! Two trading nodes: `cn-sha`, which lists a series, and `de`, whose user buys of it.

use crate::federation::{Federation, founded, rate};
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::header_log::CellHead;
use gcfn_anchor::keys::Signer;
use gcfn_banking::{BankEntry, BankReference, Side as Booking};
use gcfn_ledger::Holder;
use gcfn_market::{Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, BusinessDate, CommandId, Currency, Digest, Machine, OrderId, PartyId, Pool,
    SeriesId, Timestamp,
};
use gcfn_peering::envelope::{Line, SignedEnvelope};
use gcfn_replica::{Command, DISPATCHES, Event, Genesis, Outcome, Refused, Replica, Reply};
use gcfn_venue::{
    Actor, Merchandise, OrderTerms, PartyKind, Request, Role, Terms, Tier, TradingDay, Verb,
};

const HOUR: u64 = 3_600_000_000;

pub(crate) fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a test's name is sound")
}

pub(crate) fn cents(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("a small figure")
}

pub(crate) fn party(name: &str) -> PartyId {
    PartyId::derive(&[name.as_bytes()])
}

pub(crate) fn instant(day: u64, hour: u64) -> Timestamp {
    Timestamp::from_micros((day * 24 + hour) * HOUR).expect("in range")
}

pub(crate) fn date(day: u64) -> BusinessDate {
    BusinessDate::from_days(i32::try_from(day).expect("a small figure"))
}

/// The key of `node`: its name, padded, is the seed.
pub(crate) fn signer(node: &str) -> Signer {
    let mut seed = [0; 32];
    seed.iter_mut().zip(node.bytes()).for_each(|(to, from)| *to = from);
    Signer::from_seed(&seed)
}

/// The line to or from `node` on which venues talk.
pub(crate) fn line(node: &str) -> Line {
    Line { peer: name(node), channel: DISPATCHES }
}

fn terms(node: &str) -> Terms {
    let (region, currency) = match node {
        "de" => ("eu", Currency::Eur),
        _ => ("cn", Currency::Cny),
    };
    let mut terms = Terms::of((name(node), name(region)), (name(region), name(region)), currency);
    terms.issuing.resale_unsettled = true;
    terms
}

pub(crate) fn genesis(node: &str) -> Genesis {
    Genesis {
        terms: terms(node),
        salt_key: SaltKey::from_bytes([7; 32]),
        founded: founded(),
        debit_cap: cents(10_000_00),
        mailbox_capacity: 100,
    }
}

/// All that anybody outside can tell a state by: what the books add up to, the head of the cell
/// if the epoch were closed now, and the next number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Root {
    pub(crate) books: Digest,
    pub(crate) head: CellHead,
    pub(crate) next_seq: u64,
}

pub(crate) fn root(replica: &Replica) -> Root {
    let (mut closed, books) = (replica.clone(), replica.venue().clone().state_root());
    let outcome = closed.apply(instant(2000, 0), &Command::CloseEpoch, &mut Vec::new());
    outcome.expect("an epoch can always be closed");
    Root { books, head: closed.head(), next_seq: replica.next_seq() }
}

/// The snapshot of a state.
pub(crate) fn snapshot(replica: &Replica) -> Vec<u8> {
    postcard::to_allocvec(replica).expect("plain data")
}

/// A node with its log and its journal.
pub(crate) struct Node {
    pub(crate) replica: Replica,
    pub(crate) log: Vec<(Timestamp, Command)>,
    pub(crate) journal: Vec<Event>,
    pub(crate) at: u64,
    said: u64,
}

impl Node {
    /// A node on day 1000 at 09:00, before its first command.
    pub(crate) fn new(genesis: Genesis) -> Node {
        let (replica, at) = (Replica::new(genesis), (1000 * 24 + 9) * HOUR);
        Node { replica, log: Vec::new(), journal: Vec::new(), at, said: 0 }
    }

    /// Applies a command a second after the last.
    pub(crate) fn apply(&mut self, command: &Command) -> Outcome {
        self.at += 1_000_000;
        let at = Timestamp::from_micros(self.at).expect("in range");
        self.log.push((at, command.clone()));
        self.replica.apply(at, command, &mut self.journal)
    }

    pub(crate) fn must(&mut self, command: &Command) -> Reply {
        match self.apply(command) {
            Ok(Reply::Venue(Err(refused))) => panic!("{command:?}: {refused}"),
            Ok(reply) => reply,
            Err(refused) => panic!("{command:?}: {refused}"),
        }
    }

    /// Applies a command that is refused, and checks that it leaves no trace.
    pub(crate) fn refuses(&mut self, command: &Command) -> Refused {
        let before = (root(&self.replica), self.journal.len());
        let refused = self.apply(command).expect_err("it is to be refused");
        assert_eq!((root(&self.replica), self.journal.len()), before, "after {command:?}");
        refused
    }

    pub(crate) fn venue(&mut self, command: gcfn_venue::Command) -> Reply {
        self.must(&Command::Venue(command))
    }

    pub(crate) fn request(&mut self, who: &str, role: Role, verb: Verb) -> Command {
        self.said += 1;
        let id = CommandId::derive(&[&self.said.to_be_bytes()]);
        let actor = Actor { party: party(who), role };
        Command::Venue(gcfn_venue::Command::Request(Request { id, actor, verb }))
    }

    pub(crate) fn ask(&mut self, who: &str, role: Role, verb: Verb) -> Reply {
        let command = self.request(who, role, verb);
        self.must(&command)
    }

    pub(crate) fn register(&mut self, who: &str, kind: PartyKind) {
        self.ask("olga", Role::Operator, Verb::Register { party: party(who), kind, kyc: 1 });
    }

    pub(crate) fn deposit(&mut self, who: &str, pool: Pool, minor: u64) {
        self.said += 1;
        let entry = BankEntry {
            account: self.replica.venue().terms().account(pool),
            currency: self.replica.venue().terms().currency,
            amount: cents(minor),
            side: Booking::Credit,
            uetr: None,
            bank_reference: BankReference::of(&format!("BANK-{}", self.said)),
            reference: Some(party(who)),
            booked_on: date(1000),
        };
        self.venue(gcfn_venue::Command::BankBooked(entry));
    }

    /// A listed batch of 100 coupons of face 100.00 at 95.00.
    fn listed(&mut self) -> SeriesId {
        let batch = BatchId::derive(&[b"b1"]);
        self.register("brand", PartyKind::Issuer);
        self.deposit("brand", Pool::IssuerEscrow, 2_000_00);
        let (issuer, quota) = (party("brand"), cents(1_000_000_00));
        let ends = (instant(1008, 0), instant(1008, 2));
        let region = self.replica.venue().terms();
        let terms = region.voucher((cents(100_00), 100), cents(95_00), ends);
        let (issuing, operating) = (Role::Issuer, Role::Operator);
        self.ask("brand", issuing, Verb::ApplyAsIssuer);
        self.ask("olga", operating, Verb::ApproveIssuer { issuer, tier: Tier::Gold, quota });
        self.ask("brand", issuing, Verb::DraftBatch { batch, terms });
        self.ask("brand", issuing, Verb::SubmitBatch { batch });
        self.ask("olga", operating, Verb::ApproveBatch { batch });
        self.ask("oscar", operating, Verb::ApproveBatch { batch });
        self.ask("brand", issuing, Verb::FundBatch { batch });
        self.ask("olga", operating, Verb::MintBatch { batch });
        self.ask("brand", issuing, Verb::ListBatch { batch });
        self.replica.venue().batches().next().expect("listed").1.series
    }

    pub(crate) fn order(
        &mut self,
        who: &str,
        side: Side,
        series: SeriesId,
        quantity: u64,
        limit: u64,
    ) -> Command {
        let order = OrderId::derive(&[who.as_bytes(), &self.said.to_be_bytes()]);
        let (limit, time_in_force) = (Some(cents(limit)), TimeInForce::GoodTillCancelled);
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
        self.request(who, Role::User, Verb::PlaceOrder(terms))
    }

    /// What waits for `to`, signed.
    pub(crate) fn outbox(&self, to: &str) -> Vec<SignedEnvelope> {
        let me = signer(self.replica.venue().terms().node.as_str());
        self.replica.pending(line(to)).cloned().map(|envelope| envelope.sign(&me)).collect()
    }

    pub(crate) fn delivery(&self, series: SeriesId, of: &str) -> u64 {
        self.replica.venue().books().title.quantity(series, Holder::Delivery(name(of)))
    }
}

/// Opens three trading days.
fn opened(genesis: Genesis) -> Node {
    let mut node = Node::new(genesis);
    for day in 1000..1003 {
        let (cut_off, value_date) = (instant(day, 18), date(day + 1));
        node.venue(gcfn_venue::Command::OpenDay(TradingDay {
            date: date(day),
            cut_off,
            value_date,
        }));
    }
    node
}

/// `cn-sha` with a listed series and two users with 1,000.00 CNY each.
pub(crate) fn home() -> (Node, SeriesId) {
    let mut home = opened(genesis("cn-sha"));
    let series = home.listed();
    for user in ["ann", "ben"] {
        home.register(user, PartyKind::User);
        home.deposit(user, Pool::UserCustody, 1_000_00);
    }
    (home, series)
}

/// Both nodes; a user of `de` has 500.00 EUR, and three rates are locked: `l1` to `l3`.
pub(crate) struct Two {
    pub(crate) home: Node,
    pub(crate) away: Node,
    pub(crate) series: SeriesId,
    pub(crate) federation: Federation,
}

impl Two {
    pub(crate) fn new() -> Two {
        Two::with(genesis("de"))
    }

    /// The same with another `de`.
    pub(crate) fn with(de: Genesis) -> Two {
        let ((home, series), mut away) = (home(), opened(de));
        away.register("uwe", PartyKind::User);
        away.deposit("uwe", Pool::UserCustody, 500_00);
        let mut federation = Federation::new();
        for lock in ["l1", "l2", "l3"] {
            away.must(&Command::Federation(Box::new(federation.locks(lock))));
        }
        Two { home, away, series, federation }
    }

    /// `uwe` orders five coupons at 95.00 CNY with the rate of `lock`.
    pub(crate) fn buys(&mut self, lock: &str) {
        let order = self.order(lock);
        assert!(matches!(self.away.must(&order), Reply::Venue(Ok(_))));
    }

    /// The same, not yet sent.
    pub(crate) fn order(&mut self, lock: &str) -> Command {
        let goods = Merchandise {
            order: OrderId::derive(&[lock.as_bytes()]),
            home: name("cn-sha"),
            series: self.series,
            face: cents(100_00),
            minted: 100,
            expires_at: instant(1008, 0),
            quantity: 5,
            limit: cents(95_00),
            lock: Some(rate(lock).lock),
        };
        self.away.request("uwe", Role::User, Verb::BuyAbroad(goods))
    }

    /// What `de` has sent after three orders.
    pub(crate) fn three_orders(&mut self) -> [SignedEnvelope; 3] {
        ["l1", "l2", "l3"].into_iter().for_each(|lock| self.buys(lock));
        self.away.outbox("cn-sha").try_into().expect("one envelope for each order")
    }
}
