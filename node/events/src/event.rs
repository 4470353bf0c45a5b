//! What is told: events, their topics, and the envelope that travels.

use core::fmt;
use gcfn_model::{Currency, CycleId, NodeId, PartyId, SeriesId, SettlementAccount, Timestamp};
use serde::Serialize;
use serde_json::Value as Json;

/// The version of the envelope. It changes when a field is removed or changes its meaning; a new
/// field does not change it, and consumers skip what they do not know.
pub const SCHEMA: u16 = 1;

/// Where an event is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// `trade.*`: matches and settlements, keyed by series.
    Trades,
    /// `clearing.*`: cycles from opening to finality, keyed by cycle or account.
    Cycles,
    /// `risk.*`: alerts and circuit breakers, keyed by party, series or bank.
    Alerts,
}

impl Topic {
    /// The last part of the topic's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Topic::Trades => "trades",
            Topic::Cycles => "cycles",
            Topic::Alerts => "alerts",
        }
    }
}

/// What kind of thing happened: `trade.matched`, `clearing.settled`, `risk.alert_raised`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventType {
    name: &'static str,
    topic: Topic,
}

impl EventType {
    /// The type of this name, or `None` when its first word has no topic: it stays inside.
    #[must_use]
    pub fn new(name: &'static str) -> Option<EventType> {
        let topic = match name.split_once('.')?.0 {
            "trade" => Topic::Trades,
            "clearing" => Topic::Cycles,
            "risk" => Topic::Alerts,
            _ => return None,
        };
        Some(EventType { name, topic })
    }

    /// The name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Where it is published.
    #[must_use]
    pub const fn topic(self) -> Topic {
        self.topic
    }
}

/// What events keep their order by: those of one key reach consumers in the journal's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// One order book.
    Series(SeriesId),
    /// One participant, by pseudonym.
    Party(PartyId),
    /// One clearing cycle.
    Cycle(CycleId),
    /// One node's pool.
    Account(SettlementAccount),
    /// One bank of the node, by the currency of the accounts that it keeps.
    Bank(Currency),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Series(id) => id.fmt(f),
            Key::Party(id) => id.fmt(f),
            Key::Cycle(id) => id.fmt(f),
            Key::Account(account) => account.fmt(f),
            Key::Bank(currency) => currency.fmt(f),
        }
    }
}

/// One thing that happened, as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The journal entry that it came from.
    pub seq: u64,
    /// Its place among the events of that entry.
    pub ordinal: u32,
    /// What kind of thing.
    pub kind: EventType,
    /// What it keeps its order by.
    pub key: Key,
    /// When, by the log.
    pub at: Timestamp,
    /// The rest: pseudonymous ids, amounts as text, never personal data.
    pub data: Json,
}

impl Event {
    /// The id that consumers tell repeats by: `<node>/<seq>/<ordinal>`. It follows from the log,
    /// so every replica of a node gives the same event the same id.
    #[must_use]
    pub fn id(&self, node: NodeId) -> String {
        format!("{node}/{}/{}", self.seq, self.ordinal)
    }

    /// The bytes that travel: one JSON object, the same for the same event, always.
    #[must_use]
    pub fn envelope(&self, node: NodeId) -> Vec<u8> {
        let envelope = Envelope {
            schema: SCHEMA,
            id: self.id(node),
            seq: self.seq,
            kind: self.kind.name,
            at: self.at,
            node,
            data: &self.data,
        };
        serde_json::to_vec(&envelope).expect("text keys and plain values serialize")
    }
}

/// The field order is the byte order.
#[derive(Serialize)]
struct Envelope<'a> {
    schema: u16,
    id: String,
    seq: u64,
    #[serde(rename = "type")]
    kind: &'static str,
    at: Timestamp,
    node: NodeId,
    data: &'a Json,
}
