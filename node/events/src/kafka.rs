//! The producer: what we ask of librdkafka, and its voice in our log.

use crate::event::Event;
use gcfn_model::NodeId;
use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord};
use std::collections::BTreeMap;

/// What a node has to know of its event bus.
#[derive(Clone, Debug)]
pub struct Config {
    /// Brokers to begin with, `host:port,host:port`.
    pub brokers: String,
    /// What topics begin with: `<prefix>.trades`, `<prefix>.cycles`, `<prefix>.alerts`.
    pub topic_prefix: String,
    /// Whose events these are.
    pub node: NodeId,
    /// Further settings of librdkafka, such as TLS and SASL. They cannot weaken the promises of
    /// this crate: those are set last.
    pub properties: BTreeMap<String, String>,
}

/// What the promises of this crate rest on.
pub(crate) const PROMISES: [(&str, &str); 5] = [
    // Retries inside the library neither double nor reorder.
    ("enable.idempotence", "true"),
    // Taken means taken by every replica in sync.
    ("acks", "all"),
    // Never give up by itself: a message that timed out alone would let later ones of its key
    // overtake it.
    ("message.timeout.ms", "0"),
    // The same key goes to the same partition as from a Java producer.
    ("partitioner", "murmur2_random"),
    ("linger.ms", "5"),
];

/// A connection to the brokers.
pub(crate) struct Producer {
    kafka: FutureProducer<Voice>,
    node: NodeId,
    topic_prefix: String,
}

impl Producer {
    pub(crate) fn new(config: &Config) -> Result<Producer, KafkaError> {
        let mut settings = ClientConfig::new();
        settings.set("client.id", format!("gcfn-{}", config.node));
        settings.set("reconnect.backoff.max.ms", "5000");
        settings.extend(config.properties.iter().map(|(k, v)| (k.clone(), v.clone())));
        settings.set("bootstrap.servers", config.brokers.as_str());
        settings.extend(PROMISES.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Ok(Producer {
            kafka: settings.create_with_context(Voice)?,
            node: config.node,
            topic_prefix: config.topic_prefix.clone(),
        })
    }

    /// Hands `event` to the library; the future is the brokers' answer.
    pub(crate) fn send(&self, event: &Event) -> Result<DeliveryFuture, KafkaError> {
        let topic = format!("{}.{}", self.topic_prefix, event.kind.topic().name());
        let (id, key) = (event.id(self.node), event.key.to_string());
        let payload = event.envelope(self.node);
        let headers = OwnedHeaders::new()
            .insert(Header { key: "gcfn-event-id", value: Some(&id) })
            .insert(Header { key: "gcfn-event-type", value: Some(event.kind.name()) });
        let record = FutureRecord::to(&topic).key(&key).payload(&payload).headers(headers);
        self.kafka.send_result(record).map_err(|(fault, _)| fault)
    }
}

/// Passes the library's messages to our log. What matters is logged where it is handled.
pub(crate) struct Voice;

impl ConsumerContext for Voice {}

impl ClientContext for Voice {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical => {
                tracing::error!(facility, message, "kafka client");
            }
            _ => tracing::debug!(facility, message, "kafka client"),
        }
    }

    fn error(&self, fault: KafkaError, reason: &str) {
        tracing::debug!(%fault, reason, "kafka client");
    }
}
