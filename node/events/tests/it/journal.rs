//! A journal in memory: every third entry has no events, every fifth has two.

use gcfn_events::{Batch, Event, EventType, Key, Source, SourceError};
use gcfn_model::{Id, PartyId, Timestamp};
use serde_json::json;

pub(crate) struct Journal {
    pub(crate) head: u64,
    /// How many keys the events have.
    pub(crate) keys: u64,
}

pub(crate) fn event(seq: u64, ordinal: u32, key: u64) -> Event {
    let buyer: PartyId = Id::derive(&[b"ada"]);
    Event {
        seq,
        ordinal,
        kind: EventType::new("trade.matched").unwrap(),
        key: Key::Series(Id::derive(&[&key.to_le_bytes()])),
        at: Timestamp::from_micros(seq * 1_000_000).unwrap(),
        data: json!({ "price": "1250", "buyer": buyer }),
    }
}

impl Journal {
    fn entry(&self, seq: u64) -> Vec<Event> {
        let events = match seq {
            _ if seq.is_multiple_of(5) => 2,
            _ if seq.is_multiple_of(3) => 0,
            _ => 1,
        };
        (0..events).map(|ordinal| event(seq, ordinal, seq % self.keys)).collect()
    }

    /// Every event of the journal.
    pub(crate) fn all(&self) -> Vec<Event> {
        (1..=self.head).flat_map(|seq| self.entry(seq)).collect()
    }
}

impl Source for Journal {
    async fn read(&mut self, after: u64, _limit: usize) -> Result<Batch, SourceError> {
        if self.head <= after {
            return std::future::pending().await;
        }
        // Short stretches, so that there are many places to be killed at.
        let upto = self.head.min(after + 40);
        Ok(Batch { events: (after + 1..=upto).flat_map(|seq| self.entry(seq)).collect(), upto })
    }

    fn head(&self) -> u64 {
        self.head
    }
}
