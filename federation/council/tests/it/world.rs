//! A small network with fixed keys, and a council that is replayed and restored as it goes.

use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::{Domain, Signer};
use gcfn_council::{
    Charter, Command, Council, Endpoints, Event, Founder, Genesis, Outcome, Params, Profile,
    Request, Role, SignedCommand, Verb,
};
use gcfn_model::{
    Amount, BusinessDate, Calendar, CommandId, Currency, Machine, Millis, NetworkId, NodeId,
    Timestamp,
};
use std::collections::BTreeMap;

pub(crate) fn name<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a test's name is sound")
}

pub(crate) fn amount(minor: u64) -> Amount {
    Amount::from_minor(minor).expect("a test's amount is small")
}

pub(crate) fn at(second: u64) -> Timestamp {
    Timestamp::from_micros(second * 1_000_000).expect("tests are in range")
}

/// The key of `node`: its name, padded, is the seed.
pub(crate) fn signer(node: &str) -> Signer {
    let mut seed = [0; 32];
    seed.iter_mut().zip(node.bytes()).for_each(|(to, from)| *to = from);
    Signer::from_seed(&seed)
}

pub(crate) fn network() -> NetworkId {
    name("gcfn-test")
}

pub(crate) fn profile(node: &str, region: &str, role: Role, currency: Option<Currency>) -> Profile {
    let endpoints = Endpoints { api: format!("{node}.test:80"), link: format!("{node}.test:81") };
    let key = signer(node).public_key();
    Profile {
        node: name(node),
        region: name(region),
        role,
        key,
        endpoints,
        currency,
        dealer: false,
    }
}

/// Weekends off, the years 2026 and 2027, and the given holidays.
pub(crate) fn calendar(holidays: &[&str]) -> Calendar {
    Calendar {
        weekend: [5, 6].into(),
        holidays: holidays.iter().map(|day| name(day)).collect(),
        workdays: [].into(),
        first: name("2026-01-01"),
        last: name("2027-12-31"),
    }
}

/// Validators `root`, `cn`, `hk` and `sg` of weight 1; locals `cn-sha`, `hk-kln` and the dealers
/// `sg-fx`, `hk-fx` and `cn-fx`; the regulator `cn-reg`.
pub(crate) fn charter() -> Charter {
    use Currency::{Cny, Hkd, Sgd};
    use Role::{Local, Regional, Regulator, Root};
    let founder = |node, region, role, currency| {
        let mut profile = profile(node, region, role, currency);
        profile.dealer = node.ends_with("-fx");
        Founder { weight: u64::from(role.validates()), profile }
    };
    let founders = vec![
        founder("root", "global", Root, None),
        founder("cn", "cn", Regional, Some(Cny)),
        founder("hk", "hk", Regional, Some(Hkd)),
        founder("sg", "sg", Regional, Some(Sgd)),
        founder("cn-sha", "cn", Local, Some(Cny)),
        founder("hk-kln", "hk", Local, Some(Hkd)),
        founder("sg-fx", "sg", Local, Some(Sgd)),
        founder("hk-fx", "hk", Local, Some(Hkd)),
        founder("cn-fx", "cn", Local, Some(Cny)),
        founder("cn-reg", "cn", Regulator, None),
    ];
    let params = Params {
        round_interval: Millis(10_000),
        round_timeout: Millis(5_000),
        debit_caps: BTreeMap::from([(Cny, amount(1_000)), (Hkd, amount(2_000))]),
        ..Params::default()
    };
    let calendars = BTreeMap::from([
        (Cny, calendar(&["2026-11-24"])),
        (Hkd, calendar(&["2026-11-26"])),
        (Sgd, calendar(&[])),
    ]);
    let salt_key = SaltKey::from_bytes([7; 32]);
    Charter { network: network(), founders, params, calendars, salt_key }
}

pub(crate) fn genesis(consenting: &[&str]) -> Genesis {
    let charter = charter();
    let consent = |node: &&str| charter.consent(name(node), &signer(node));
    let consents = consenting.iter().map(consent).collect();
    Genesis { charter, consents }
}

pub(crate) fn council() -> Council {
    Council::new(genesis(&["root", "cn", "hk"])).expect("enough consent")
}

/// A council at work.
pub(crate) struct World {
    pub(crate) council: Council,
    /// Restored from its snapshot before every command: it must do the same.
    shadow: Council,
    pub(crate) now: Timestamp,
    /// Whose key differs from the one that follows from its name.
    pub(crate) keys: BTreeMap<NodeId, String>,
    pub(crate) last: Option<SignedCommand>,
    pub(crate) events: Vec<Event>,
    commands: u64,
}

impl World {
    pub(crate) fn new() -> World {
        World {
            council: council(),
            shadow: council(),
            now: at(0),
            keys: BTreeMap::new(),
            last: None,
            events: Vec::new(),
            commands: 0,
        }
    }

    pub(crate) fn signer(&self, node: &str) -> Signer {
        signer(self.keys.get(&name::<NodeId>(node)).map_or(node, String::as_str))
    }

    /// A command id that was not used before.
    pub(crate) fn fresh_id(&mut self) -> CommandId {
        self.commands += 1;
        CommandId::derive(&[&self.commands.to_be_bytes()])
    }

    pub(crate) fn request(&mut self, author: &str, verb: Verb) -> Request {
        let (author, id) = (name(author), self.fresh_id());
        let expires_at = self.now.checked_add(Millis(60_000)).expect("in range");
        Request { author, id, expires_at, verb }
    }

    /// Signs and applies one command. Returns the answer and what happened.
    pub(crate) fn send(&mut self, request: Request) -> (Outcome, Vec<Event>) {
        let signer = self.signer(request.author.as_str());
        let command = request.sign(network(), &signer);
        self.last = Some(command.clone());
        self.apply(&Command::Signed(Box::new(command)))
    }

    pub(crate) fn say(&mut self, author: &str, verb: Verb) -> (Outcome, Vec<Event>) {
        let request = self.request(author, verb);
        self.send(request)
    }

    pub(crate) fn apply(&mut self, command: &Command) -> (Outcome, Vec<Event>) {
        let root = self.council.state_root();
        let mut events = Vec::new();
        let outcome = self.council.apply(self.now, command, &mut events);
        let was_due = events.iter().any(|event| matches!(event, Event::Clearing(_)));
        if outcome.is_err() && !was_due {
            assert_eq!(self.council.state_root(), root, "a refused command changes nothing");
        }

        let snapshot = postcard::to_allocvec(&self.shadow).expect("a snapshot encodes");
        self.shadow = postcard::from_bytes(&snapshot).expect("a snapshot decodes");
        let mut again = Vec::new();
        assert_eq!(self.shadow.apply(self.now, command, &mut again), outcome);
        assert_eq!(again, events);
        assert_eq!(self.shadow.state_root(), self.council.state_root());
        self.events.extend(events.iter().cloned());
        (outcome, events)
    }

    pub(crate) fn today(&self) -> BusinessDate {
        self.council.date().expect("a date was opened")
    }

    pub(crate) fn cosignature(&self, node: &str, number: u64) -> gcfn_anchor::keys::Signature {
        let round = self.council.open_rounds().find(|round| round.number == number);
        let bytes = round.map(gcfn_anchor::round::Round::canonical).unwrap_or_default();
        self.signer(node).sign(Domain::Round, &bytes)
    }
}
