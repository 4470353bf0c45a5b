//! Outboxes over the journal: Kafka.
//!
//! What happened at the node is told to consumers outside it, at least once and in order per key,
//! under ids by which they drop what they have seen. A [`Publisher`] walks the journal behind a
//! durable cursor that moves only when the brokers have taken everything up to it, so a broker
//! that is down, a node that is killed and a bus that is set up a year later lose nothing.
//!
//! Beside it: single records to and from a partner, by a topic for each direction ([`Poster`],
//! [`Reader`]).
//!
//! Decides nothing and may be left out: a node without Kafka is whole. The bus carries pseudonymous ids
//! only; personal data never comes near it. Uses no Kafka transactions. This is the only crate
//! that names rdkafka.

mod event;
mod kafka;
mod outbox;
mod partner;

pub use event::{Event, EventType, Key, SCHEMA, Topic};
pub use kafka::Config;
pub use outbox::{Batch, CURSOR, OutboxError, Progress, Publisher, Source, SourceError};
pub use partner::{PartnerFault, Post, Poster, Reader, Record};
