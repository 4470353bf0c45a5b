//! Topics between a node and one partner: records that are handed over one by one with the brokers'
//! confirmation, and what the partner wrote, which counts as read once it is dealt with.
//!
//! This client speaks no TLS, and what partners say to each other may be personal data: a broker
//! that is not on this machine is not spoken to. A TLS proxy on the machine carries records on.

use crate::kafka::{PROMISES, Voice};
use core::fmt;
use gcfn_model::NodeId;
use rdkafka::Message as _;
use rdkafka::client::Client;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{Header, Headers as _, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::{ClientContext, Offset, TopicPartitionList};
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::spawn_blocking;

/// How long brokers may take to say who they are.
const GREETING: Duration = Duration::from_secs(5);
/// How long they may take to confirm a record before nothing is known of it.
const PATIENCE_MS: &str = "30000";
/// A reader that has died is missed after this long.
const SESSION_MS: &str = "10000";
/// A record may wait this long for whoever deals with it: the longest that the library allows.
const WORK_MS: &str = "86400000";

/// Why brokers did not do what they were asked. It holds nothing of a record.
#[derive(Debug, thiserror::Error)]
pub enum PartnerFault {
    /// The settings make no client.
    #[error("set up a client of kafka")]
    Settings(#[source] KafkaError),
    /// No broker answers: nothing was handed over.
    #[error("no broker answers")]
    Unreached(#[source] KafkaError),
    /// A broker is elsewhere: nothing was handed over.
    #[error("broker {0} is not on this machine; let it be reached by a TLS proxy that is")]
    Elsewhere(String),
    /// The record is refused, and nobody has it.
    #[error("brokers refuse the record")]
    Refused(#[source] KafkaError),
    /// The record was handed over, and may have been taken.
    #[error("brokers do not say whether they have the record")]
    Unanswered(#[source] KafkaError),
    /// What the partner wrote cannot be read, or the place not be kept.
    #[error("read the partner's topic")]
    Read(#[source] KafkaError),
}

/// One record for a partner.
#[derive(Clone, Copy)]
pub struct Post<'a> {
    /// What it keeps its order by.
    pub key: &'a str,
    /// What it says.
    pub payload: &'a [u8],
    /// What is said about it.
    pub headers: &'a [(&'a str, &'a [u8])],
}

impl fmt::Debug for Post<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Post({}, {} bytes)", self.key, self.payload.len())
    }
}

/// The way to a topic that a partner reads.
pub struct Poster {
    settings: ClientConfig,
    topic: String,
    /// None before the first record and after a fault: a producer that failed once is given up.
    producer: Mutex<Option<FutureProducer<Voice>>>,
}

impl fmt::Debug for Poster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Poster({})", self.topic)
    }
}

impl Poster {
    /// The way of `node` to `topic`.
    #[must_use]
    pub fn new(node: NodeId, brokers: &str, topic: &str) -> Poster {
        let mut settings = common(node, brokers);
        settings.extend(PROMISES.map(|(name, value)| (name.to_owned(), value.to_owned())));
        // One record at a time, and an answer to each.
        settings.set("message.timeout.ms", PATIENCE_MS).set("linger.ms", "0");
        Poster { settings, topic: topic.to_owned(), producer: Mutex::new(None) }
    }

    /// Hands one record over. Done means that every replica in sync has it. May be dropped while it
    /// waits; then, and after [`PartnerFault::Unanswered`], nothing is known of it.
    ///
    /// # Errors
    /// [`PartnerFault`].
    pub async fn send(&self, post: Post<'_>) -> Result<(), PartnerFault> {
        let producer = self.producer()?;
        let (greeted, topic) = (producer.clone(), self.topic.clone());
        // Asked first: of what was never handed to the library it is known that nobody has it.
        blocking(move || greet(greeted.client(), &topic).map(drop)).await?;
        let headers = post.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(*value) })
        });
        let record = FutureRecord::to(&self.topic).key(post.key).payload(post.payload);
        let delivery = producer.send_result(record.headers(headers));
        let fault = match delivery {
            Err((fault, _)) => PartnerFault::Refused(fault),
            Ok(delivery) => match delivery.await {
                Ok(Ok(_place)) => return Ok(()),
                Ok(Err((fault, _))) if is_refusal(&fault) => PartnerFault::Refused(fault),
                Ok(Err((fault, _))) => PartnerFault::Unanswered(fault),
                Err(_canceled) => PartnerFault::Unanswered(KafkaError::Canceled),
            },
        };
        self.give_up();
        Err(fault)
    }

    fn producer(&self) -> Result<FutureProducer<Voice>, PartnerFault> {
        let mut producer = self.producer.lock().expect("nothing panics while it makes a producer");
        if let Some(producer) = &*producer {
            return Ok(producer.clone());
        }
        let fresh: FutureProducer<Voice> =
            self.settings.create_with_context(Voice).map_err(PartnerFault::Settings)?;
        *producer = Some(fresh.clone());
        Ok(fresh)
    }

    fn give_up(&self) {
        let mut producer = self.producer.lock().expect("nothing panics while it makes a producer");
        *producer = None;
    }
}

/// Whether the brokers, or the library before them, have said no: then nobody has the record.
fn is_refusal(fault: &KafkaError) -> bool {
    let code = fault.rdkafka_error_code();
    code.is_some_and(|code| {
        matches!(
            code,
            Code::MessageSizeTooLarge
                | Code::MessageBatchTooLarge
                | Code::TopicAuthorizationFailed
                | Code::ClusterAuthorizationFailed
                | Code::UnknownTopic
                | Code::UnknownPartition
                | Code::UnknownTopicOrPartition
                | Code::InvalidTopic
                | Code::PolicyViolation
        )
    })
}

/// What a partner wrote, as it came. Its debug form shows nothing of it.
#[derive(Clone)]
pub struct Record {
    /// What it says; nothing where there is nothing.
    pub payload: Arc<[u8]>,
    headers: Arc<[(String, Vec<u8>)]>,
    topic: String,
    partition: i32,
    offset: i64,
}

impl Record {
    /// What is said about it under `name`, if anything: the first, where there are several.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_slice())
    }

    /// Where it stands, which no other record does: `topic/partition/offset`.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}/{}/{}", self.topic, self.partition, self.offset)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Record({}, {} bytes)", self.place(), self.payload.len())
    }
}

/// A topic that a partner writes, read by one node.
pub struct Reader {
    consumer: Arc<StreamConsumer<Voice>>,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reader")
    }
}

impl Reader {
    /// Reads `topic` for `node` from where it has come to; from its beginning at first. The reader
    /// before it, if it lives still, reads no more.
    ///
    /// # Errors
    /// [`PartnerFault`].
    pub async fn open(node: NodeId, brokers: &str, topic: &str) -> Result<Reader, PartnerFault> {
        let mut settings = common(node, brokers);
        settings
            .set("group.id", format!("gcfn-{node}"))
            .set("group.instance.id", format!("gcfn-{node}-{topic}"))
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("session.timeout.ms", SESSION_MS)
            .set("max.poll.interval.ms", WORK_MS);
        let consumer: StreamConsumer<Voice> =
            settings.create_with_context(Voice).map_err(PartnerFault::Settings)?;
        let (consumer, topic) = (Arc::new(consumer), topic.to_owned());
        let greeted = consumer.clone();
        blocking(move || {
            greet(greeted.client(), &topic)?;
            greeted.subscribe(&[&topic]).map_err(PartnerFault::Read)
        })
        .await?;
        Ok(Reader { consumer })
    }

    /// The next record. Waits until there is one, and may be dropped while it waits.
    ///
    /// # Errors
    /// [`PartnerFault::Read`]: the reader is to be opened anew.
    pub async fn next(&self) -> Result<Record, PartnerFault> {
        let record = self.consumer.recv().await.map_err(PartnerFault::Read)?;
        let headers = record.headers().into_iter().flat_map(|headers| headers.iter());
        let headers = headers.map(|Header { key, value }| {
            (key.to_owned(), value.map(<[u8]>::to_vec).unwrap_or_default())
        });
        Ok(Record {
            headers: headers.collect(),
            payload: record.payload().unwrap_or_default().into(),
            topic: record.topic().to_owned(),
            partition: record.partition(),
            offset: record.offset(),
        })
    }

    /// `record`, and everything before it in its partition, was dealt with.
    ///
    /// # Errors
    /// [`PartnerFault::Read`]: it comes again, from a reader that is opened anew.
    pub async fn done(&self, record: &Record) -> Result<(), PartnerFault> {
        let mut places = TopicPartitionList::new();
        let next = Offset::Offset(record.offset.saturating_add(1));
        places
            .add_partition_offset(&record.topic, record.partition, next)
            .map_err(PartnerFault::Read)?;
        let consumer = self.consumer.clone();
        blocking(move || consumer.commit(&places, CommitMode::Sync).map_err(PartnerFault::Read))
            .await
    }
}

fn common(node: NodeId, brokers: &str) -> ClientConfig {
    let mut settings = ClientConfig::new();
    settings
        .set("client.id", format!("gcfn-{node}"))
        .set("bootstrap.servers", brokers)
        .set("reconnect.backoff.max.ms", "5000");
    settings
}

/// Finds out whether brokers answer, and that all of them are on this machine.
fn greet<C: ClientContext>(client: &Client<C>, topic: &str) -> Result<(), PartnerFault> {
    let told = client.fetch_metadata(Some(topic), GREETING).map_err(PartnerFault::Unreached)?;
    let is_here = |host: &str| {
        host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback())
    };
    match told.brokers().iter().find(|broker| !is_here(broker.host())) {
        Some(broker) => Err(PartnerFault::Elsewhere(broker.host().to_owned())),
        None => Ok(()),
    }
}

/// Runs a call of the library that waits where it holds nothing up.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match spawn_blocking(work).await {
        Ok(done) => done,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
