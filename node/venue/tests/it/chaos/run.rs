//! A venue under chaos: what is asked of it next, and what is checked after each command.

use super::crowd::{IDLERS, ISSUERS, MERCHANTS, STAFF, USERS, crowd};
use super::drawn::Chaos;
use super::fees::Fees;
use super::known::hexadecimal;
use super::laws::{self, Feed};
use super::tally::Tally;
use crate::world::party;
use gcfn_clearing::House;
use gcfn_model::{CommandId, Machine, PartyId, Timestamp};
use gcfn_venue::{
    Actor, BatchState, Command, Done, Event, MoneyAct, Outcome, Rejection, Request, Role, Venue,
    Verb,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The most commands of one kind that are kept to be varied.
const KEPT_MAX: usize = 32;

/// How many commands are tried on a copy, until one is carried out: a command that is refused
/// changes nothing, and the paths behind it are seen by those that are not.
const TRIALS: [u64; 4] = [1, 16, 64, 256];

/// A venue, what was asked of it, and what is drawn next.
pub(crate) struct Run {
    pub(crate) venue: Venue,
    /// The venue before the first command, for the replay.
    begun: Venue,
    chaos: Chaos,
    at: u64,
    requests: u64,
    /// Commands that were carried out, by their kind, to be varied.
    corpus: BTreeMap<Vec<u8>, Vec<Command>>,
    /// Which role may not send which verb.
    barred: BTreeSet<(Vec<u8>, Role)>,
    log: Vec<(Timestamp, Command, Outcome)>,
    feed: Feed,
    fees: Fees,
    kinds: Vec<Kind>,
    /// What was asked for and what was carried out, time passing apart.
    pub(crate) tally: Tally,
}

/// A kind of request.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    /// What it is called.
    pub(crate) name: &'static str,
    /// As [`kind`] tells it.
    bytes: Vec<u8>,
    /// Which variant it is, of an act about money or of a verb.
    variant: usize,
    is_act: bool,
}

/// Every kind of request that there is, with a plain one of each.
pub(crate) fn every_kind() -> Vec<(Kind, Verb)> {
    let mut chaos = Chaos::of_bytes(&[]);
    let verbs = chaos.every_variant::<Verb>().into_iter().enumerate();
    let verbs = verbs.filter(|(_, (_, verb))| !matches!(verb, Verb::Money(_)));
    let verbs = verbs.map(|(variant, (name, verb))| (variant, name, verb, false));
    let acts = chaos.every_variant::<MoneyAct>().into_iter().enumerate();
    let acts = acts.map(|(variant, (name, act))| (variant, name, Verb::Money(act), true));
    let kinds = verbs.chain(acts).map(|(variant, name, verb, is_act)| {
        (Kind { name, bytes: kind(&verb), variant, is_act }, verb)
    });
    kinds.collect()
}

/// The bytes of a whole venue.
pub(crate) fn whole(venue: &Venue) -> Vec<u8> {
    postcard::to_allocvec(venue).expect("plain data")
}

fn encoded<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_allocvec(value).expect("plain data")
}

/// Which verb it is, as far as roles go: its variant, and the one inside it.
fn kind(verb: &Verb) -> Vec<u8> {
    let variants = if matches!(verb, Verb::Money(_)) { 2 } else { 1 };
    encoded(verb).into_iter().take(variants).collect()
}

/// Which command it is, and of a request which verb.
fn kind_of(command: &Command) -> Vec<u8> {
    match command {
        Command::Request(request) => kind(&request.verb),
        other => [u8::MAX].into_iter().chain(encoded(other).into_iter().take(1)).collect(),
    }
}

/// Which roles a venue lets send which verbs, found out by asking it.
fn barred(venue: &Venue) -> BTreeSet<(Vec<u8>, Role)> {
    let (mut venue, mut barred) = (venue.clone(), BTreeSet::new());
    for (_, verb) in every_kind() {
        for role in [Role::User, Role::Issuer, Role::Operator, Role::Bank, Role::Regulator] {
            let actor = Actor { party: party("nobody"), role };
            let id = CommandId::derive(&[&kind(&verb), &encoded(&role)]);
            let asked = Command::Request(Request { id, actor, verb: verb.clone() });
            let outcome = venue.apply(venue.now(), &asked, &mut Vec::new());
            if outcome == Err(Rejection::NotPermitted) {
                barred.insert((kind(&verb), role));
            }
        }
    }
    barred
}

impl Run {
    pub(crate) fn new(chaos: Chaos, variant: u64) -> Run {
        let world = crowd(variant);
        let mut run = Run {
            feed: Feed::of(&world.venue),
            fees: Fees::of(&world.venue, &world.events),
            begun: world.venue.clone(),
            venue: world.venue.clone(),
            chaos,
            at: world.at,
            requests: 0,
            corpus: BTreeMap::new(),
            barred: barred(&world.venue),
            log: Vec::new(),
            kinds: every_kind().into_iter().map(|(kind, _)| kind).collect(),
            tally: Tally::default(),
        };
        run.chaos.known.learn(&format!("{:?} {:?}", run.venue, world.events));
        world.done.iter().for_each(|command| run.keep(command));
        for name in USERS.into_iter().chain(IDLERS).chain(MERCHANTS).chain(ISSUERS).chain(STAFF) {
            run.chaos.known.learn(&party(name).to_string());
        }
        run
    }

    /// Draws a command and applies it, at a time that has passed since the last.
    pub(crate) fn step(&mut self) {
        self.pass_time();
        self.look();
        let Some(command) = self.command() else { return };
        self.ask(&command);
    }

    /// Whether the bytes that it draws from are used up.
    pub(crate) fn is_spent(&self) -> bool {
        self.chaos.is_spent()
    }

    fn pass_time(&mut self) {
        let micros = match self.chaos.below(120) {
            0 => self.chaos.below(30 * 3_600) * 1_000_003,
            1..6 => self.chaos.below(3_600) * 1_000_003,
            6..9 => self.venue.next_due().map_or(0, |due| due.micros().saturating_sub(self.at)),
            _ => self.chaos.below(5_000),
        };
        // Two thousand years are enough.
        self.at = self.at.saturating_add(micros).min(60_000_000_000_000_000);
        self.chaos.known.now = self.at;
    }

    /// Sees what is there at present.
    fn look(&mut self) {
        let venue = &self.venue;
        let trades = venue.trades().collect::<Vec<_>>();
        let newest = trades.len().saturating_sub(16);
        let listed = venue.batches().filter(|(_, batch)| batch.state == BatchState::Listed);
        let listed: Vec<[u8; 16]> = listed.map(|(_, batch)| *batch.series.as_bytes()).collect();
        let people = USERS.into_iter().chain(IDLERS).chain(MERCHANTS).chain(ISSUERS).map(party);
        let people = people.filter(|who| venue.find_party(*who).is_some());
        let people: Vec<[u8; 16]> = people.map(|who| *who.as_bytes()).collect();
        let redemptions = venue.redemptions().filter(|(_, of)| !of.confirmed);
        let payments = venue.desk().payments();
        let payments = payments.filter_map(|of| hexadecimal(&of.instruction.uetr().to_string()));
        let mut living: BTreeMap<_, Vec<_>> = [
            ("batch", venue.batches().map(|(id, _)| *id.as_bytes()).collect()),
            ("order", venue.orders().map(|open| *open.id.as_bytes()).collect()),
            ("offer", venue.offers().map(|(id, _)| *id.as_bytes()).collect()),
            ("auction", venue.auctions().map(|(id, _)| *id.as_bytes()).collect()),
            ("redemption", redemptions.map(|(id, _)| *id.as_bytes()).collect()),
            ("withdrawal", venue.withdrawals().map(|(id, _)| *id.as_bytes()).collect()),
            ("alliance", venue.alliances().map(|(id, _)| *id.as_bytes()).collect()),
            ("dispute", venue.disputes().map(|(id, _)| *id.as_bytes()).collect()),
            ("proposal", venue.proposals().map(|(id, _)| *id.as_bytes()).collect()),
            ("trade", trades[newest..].iter().map(|trade| *trade.id.as_bytes()).collect()),
            ("issuer", venue.issuers().map(|(who, _)| *who.as_bytes()).collect()),
            ("maker", venue.market_makers().map(|(who, _)| *who.as_bytes()).collect()),
            ("payment", payments.collect()),
            ("id", venue.desk().breaks().map(|found| *found.id.as_bytes()).collect()),
            ("merchant", MERCHANTS.map(|who| *party(who).as_bytes()).to_vec()),
        ]
        .into();
        living.extend(["series", "gives", "wants"].map(|field| (field, listed.clone())));
        let parties = ["party", "to", "by", "of", "pledgee", "reference", "from"];
        living.extend(parties.map(|field| (field, people.clone())));
        self.chaos.known.living = living;
        let of_house = venue.house().into_iter().flat_map(House::suspense);
        let suspense = venue.suspense().map(|item| item.number);
        let suspense: Vec<u64> = suspense.chain(of_house.map(|item| item.number)).collect();
        let of_suspense = ["credit", "debit", "item"].map(|field| (field, suspense.clone()));
        let mut numbers: BTreeMap<_, Vec<u64>> = of_suspense.into();
        numbers.insert("freeze", venue.coupon_freezes().map(|(number, _)| *number).collect());
        numbers.insert("pledge", venue.pledges().map(|(number, _)| *number).collect());
        self.chaos.known.living_numbers = numbers;
    }

    /// What is asked next: something drawn, or something that was carried out once, varied; mostly
    /// a request that is likely to be carried out.
    fn command(&mut self) -> Option<Command> {
        let drawn = match self.chaos.below(8) {
            0 => self.chaos.draw::<Command>()?,
            1..3 if !self.corpus.is_empty() => self.varied()?,
            _ => return self.likely(),
        };
        Some(match drawn {
            // An id that was used is refused, so it is mostly another.
            Command::Request(request) if !self.chaos.once_in(16) => {
                Command::Request(Request { id: self.fresh(), ..request })
            }
            other => other,
        })
    }

    /// A request of a kind that was seldom carried out. Several are tried on a copy, and the first
    /// that is carried out there is asked; where none is, the last.
    fn likely(&mut self) -> Option<Command> {
        let kinds = self.kinds.clone();
        let mut kind = self.chaos.pick(&kinds)?;
        for _ in 0..2 {
            let other = self.chaos.pick(&kinds)?;
            if self.tally.done(other.name) < self.tally.done(kind.name) {
                kind = other;
            }
        }
        let (mut copy, at) = (self.venue.clone(), self.now());
        copy.apply(at, &Command::Tick, &mut Vec::new()).expect("time passes");
        let mut last = None;
        for _ in 0..self.chaos.pick(&TRIALS)? {
            let Some(verb) = self.verb(&kind) else { continue };
            let request = Request { id: self.fresh(), actor: self.actor(&verb), verb };
            let asked = Command::Request(request);
            let tried = AssertUnwindSafe(|| copy.apply(at, &asked, &mut Vec::new()));
            let outcome = catch_unwind(tried);
            last = Some(asked);
            // What panics is asked again, to be told of with what came before it.
            if outcome.is_ok_and(|outcome| outcome.is_err()) {
                continue;
            }
            break;
        }
        last
    }

    /// A verb of that kind: drawn, or like one that was carried out once.
    fn verb(&mut self, kind: &Kind) -> Option<Verb> {
        let kept = self.corpus.get(&kind.bytes).cloned().unwrap_or_default();
        match self.chaos.pick(&kept) {
            Some(Command::Request(like)) if !self.chaos.once_in(3) => {
                self.chaos.draw_like(&like.verb)
            }
            _ if kind.is_act => self.chaos.draw_variant(kind.variant).map(Verb::Money),
            _ => self.chaos.draw_variant(kind.variant),
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.at).expect("in range")
    }

    fn fresh(&mut self) -> CommandId {
        self.requests += 1;
        CommandId::derive(&[b"chaos", &self.requests.to_be_bytes()])
    }

    /// Somebody, mostly in a role that may send such a verb.
    fn actor(&mut self, verb: &Verb) -> Actor {
        let kind = kind(verb);
        let mut actor = self.anybody();
        for _ in 0..32 {
            if !self.barred.contains(&(kind.clone(), actor.role)) {
                break;
            }
            actor = self.anybody();
        }
        actor
    }

    fn anybody(&mut self) -> Actor {
        if self.chaos.once_in(8) {
            let known = self.chaos.known.of_field("party").to_vec();
            let role = self.chaos.pick(&[Role::User, Role::Issuer, Role::Operator]);
            let known = self.chaos.pick(&known).map(PartyId::from_bytes);
            if let (Some(party), Some(role)) = (known, role) {
                return Actor { party, role };
            }
        }
        let (role, names): (_, &[&str]) = match self.chaos.below(16) {
            0..5 => (Role::User, &USERS),
            5 => (Role::User, &IDLERS),
            6 => (Role::User, &MERCHANTS),
            7..11 => (Role::Issuer, &ISSUERS[..2]),
            11 => (Role::Issuer, &MERCHANTS),
            _ => (Role::Operator, &STAFF),
        };
        let name = self.chaos.pick(names).expect("somebody");
        Actor { party: party(name), role }
    }

    /// Something like a command that was carried out once, by the same or by somebody else.
    fn varied(&mut self) -> Option<Command> {
        let kinds: Vec<_> = self.corpus.keys().cloned().collect();
        // Some of every kind, and more of what there is more of.
        let mut kind = self.chaos.pick(&kinds)?;
        for _ in 0..2 {
            let other = self.chaos.pick(&kinds)?;
            if self.corpus[&kind].len() < self.corpus[&other].len() {
                kind = other;
            }
        }
        let command = self.chaos.pick(&self.corpus[&kind])?;
        if self.chaos.once_in(4) {
            return self.damaged(&command);
        }
        let Command::Request(Request { id, actor, verb }) = command else {
            return self.chaos.draw_like(&command);
        };
        let verb = self.chaos.draw_like(&verb)?;
        let actor = if self.chaos.once_in(2) { self.actor(&verb) } else { actor };
        Some(Command::Request(Request { id, actor, verb }))
    }

    /// A command with some of its bytes changed, if that can be read as one.
    fn damaged(&mut self, command: &Command) -> Option<Command> {
        let bytes = encoded(command);
        (0..16).find_map(|_| {
            let mut bytes = bytes.clone();
            for _ in 0..=self.chaos.below(3) {
                self.vary(&mut bytes);
            }
            postcard::from_bytes(&bytes).ok()
        })
    }

    /// Changes, inserts or deletes one byte.
    fn vary(&mut self, bytes: &mut Vec<u8>) {
        let place = usize::try_from(self.chaos.below(bytes.len() as u64)).expect("short");
        let byte = self.chaos.next().to_le_bytes()[0];
        match self.chaos.below(8) {
            0 => bytes.insert(place, byte),
            1 if place < bytes.len() => drop(bytes.remove(place)),
            2..4 if place < bytes.len() => bytes[place] = byte,
            _ if place < bytes.len() => bytes[place] ^= 1 << (byte % 8),
            _ => bytes.push(byte),
        }
    }

    /// Applies a command after whatever is due, so that what changes is its own doing, and counts
    /// whether it was carried out. A request that was not its sender's to make is made by others,
    /// and what two persons must ask for is often asked by a second.
    fn ask(&mut self, command: &Command) {
        self.apply(&Command::Tick).expect("time passes");
        let outcome = self.insist(command);
        let carried_out = outcome.is_ok_and(|done| !matches!(done, Done::Proposed { .. }));
        if *command != Command::Tick {
            let name = self.name_of(command);
            self.tally.note(name, carried_out);
        }
    }

    fn insist(&mut self, command: &Command) -> Outcome {
        let mut outcome = self.apply(command);
        let Command::Request(Request { verb, .. }) = command else { return outcome };
        for _ in 0..6 {
            match &outcome {
                Err(Rejection::NotPermitted | Rejection::NotYours | Rejection::SecondPerson) => {}
                Ok(Done::Proposed { .. }) if !self.chaos.once_in(4) => {}
                _ => break,
            }
            let (id, actor) = (self.fresh(), self.actor(verb));
            outcome = self.apply(&Command::Request(Request { id, actor, verb: verb.clone() }));
        }
        outcome
    }

    fn name_of(&self, command: &Command) -> &'static str {
        let Command::Request(Request { verb, .. }) = command else { return "no request" };
        let bytes = kind(verb);
        let known = self.kinds.iter().find(|kind| kind.bytes == bytes);
        known.map_or("unknown", |kind| kind.name)
    }

    /// Applies a command and checks every law.
    fn apply(&mut self, command: &Command) -> Outcome {
        let at = self.now();
        let before = whole(&self.venue.without_answers());
        let mut events = Vec::new();
        let applied = AssertUnwindSafe(|| self.venue.apply(at, command, &mut events));
        let Ok(outcome) = catch_unwind(applied) else {
            panic!("after {} commands, at {at:?}: {command:?}", self.log.len())
        };
        self.log.push((at, command.clone(), outcome.clone()));
        if let Some(wrong) = self.wrong(&before, command, (&outcome, &events)) {
            panic!("{wrong}, after {} commands: {command:?}", self.log.len());
        }
        laws::encodes(command);
        laws::encodes(&outcome);
        events.iter().for_each(laws::encodes);
        self.learn(command, &events, &outcome);
        outcome
    }

    /// What a command has done that it must not; nothing, short of a defect.
    fn wrong(
        &mut self,
        before: &[u8],
        command: &Command,
        (outcome, events): (&Outcome, &[Event]),
    ) -> Option<String> {
        if let Err(refusal) = outcome {
            if whole(&self.venue.without_answers()) != before {
                return Some(format!("{refusal:?} left a trace in the state"));
            }
            // Another node is told why, for it waits for an answer.
            let answers = |event: &&Event| match (command, event) {
                (Command::Dispatch { from, .. }, Event::Sent { to, .. }) => from == to,
                _ => false,
            };
            if !events.iter().all(|event| answers(&event)) {
                return Some(format!("{refusal:?} told of {events:?}"));
            }
        }
        let broken = laws::broken(&self.venue);
        let broken = broken.or_else(|| self.feed.follow(events, &self.venue));
        broken.or_else(|| self.fees.follow(events, &self.venue))
    }

    fn keep(&mut self, command: &Command) {
        let kept = self.corpus.entry(kind_of(command)).or_default();
        if kept.len() < KEPT_MAX {
            kept.push(command.clone());
        }
    }

    fn learn(&mut self, command: &Command, events: &[Event], outcome: &Outcome) {
        for event in events {
            self.chaos.known.learn(&format!("{event:?}"));
        }
        self.chaos.known.learn(&format!("{outcome:?}"));
        if outcome.is_ok() && *command != Command::Tick {
            self.keep(command);
        }
    }

    /// Plays the log again through a snapshot taken after any command: every answer and the whole
    /// state must be the same.
    pub(crate) fn replay(&mut self) {
        let mut again = self.begun.clone();
        let cut = self.chaos.below(self.log.len() as u64 + 1);
        for (index, (at, command, outcome)) in self.log.iter().enumerate() {
            if index as u64 == cut {
                again = postcard::from_bytes(&whole(&again)).expect("its own bytes");
            }
            let answered = again.apply(*at, command, &mut Vec::new());
            assert_eq!(answered, *outcome, "replayed after a snapshot at {cut}: {command:?}");
        }
        assert_eq!(again.state_root(), self.venue.state_root(), "after a snapshot at {cut}");
        assert!(whole(&again) == whole(&self.venue), "another state, after a snapshot at {cut}");
    }
}
