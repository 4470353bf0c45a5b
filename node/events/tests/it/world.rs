//! A node's end of the bus, and a consumer's.

use crate::journal::Journal;
use gcfn_events::{CURSOR, Config, Progress, Publisher};
use gcfn_model::NodeId;
use gcfn_store::{Store, VaultKey};
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::message::{Headers as _, Message as _};
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A node with a store, a journal and a bus of its own.
pub(crate) struct World {
    pub(crate) brokers: String,
    topic_prefix: String,
    store: Store,
    tasks: JoinSet<()>,
    _folder: tempfile::TempDir,
}

/// A message as a consumer has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) payload: Vec<u8>,
}

impl World {
    pub(crate) async fn new(brokers: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("node.db").display());
        let key = VaultKey::generate();
        let topic_prefix = format!("t-{}", key.id());
        let store = Store::open(&url, &key).await.unwrap();
        let brokers = brokers.to_owned();
        World { brokers, topic_prefix, store, tasks: JoinSet::new(), _folder: folder }
    }

    /// Another node on the same topics, whose store was lost.
    pub(crate) async fn with_empty_store(&self) -> World {
        let topic_prefix = self.topic_prefix.clone();
        World { topic_prefix, ..World::new(&self.brokers).await }
    }

    pub(crate) fn topic(&self) -> String {
        format!("{}.trades", self.topic_prefix)
    }

    pub(crate) fn node() -> NodeId {
        "cn-sha".parse().unwrap()
    }

    /// Starts publishing a journal with `head` entries.
    pub(crate) fn publish(&mut self, journal: Journal) -> watch::Receiver<Progress> {
        let config = Config {
            brokers: self.brokers.clone(),
            topic_prefix: self.topic_prefix.clone(),
            node: World::node(),
            properties: BTreeMap::from([("reconnect.backoff.max.ms".into(), "200".into())]),
        };
        let (publisher, progress) = Publisher::new(journal, self.store.cursors(), config);
        self.tasks.spawn(async move {
            let stopped = publisher.run().await;
            panic!("publisher stopped: {stopped:?}");
        });
        progress
    }

    /// Kills the publisher where it stands.
    pub(crate) async fn kill(&mut self) {
        self.tasks.shutdown().await;
    }

    pub(crate) async fn cursor(&self) -> u64 {
        self.store.cursors().position(CURSOR).await.unwrap()
    }

    /// Reads the trades from their beginning until `enough`.
    pub(crate) async fn consume(&self, enough: impl Fn(&[Received]) -> bool) -> Vec<Received> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &self.brokers)
            .set("group.id", &self.topic_prefix)
            .set("enable.auto.commit", "false")
            .create()
            .unwrap();
        let topic = self.topic();
        let metadata = consumer.fetch_metadata(Some(&topic), DEADLINE).unwrap();
        let mut partitions = TopicPartitionList::new();
        for partition in metadata.topics()[0].partitions() {
            let place = partitions.add_partition_offset(&topic, partition.id(), Offset::Beginning);
            place.unwrap();
        }
        consumer.assign(&partitions).unwrap();

        let mut received = Vec::new();
        while !enough(&received) {
            let message = timeout(DEADLINE, consumer.recv()).await.unwrap().unwrap();
            let id = message.headers().unwrap().get(0);
            assert_eq!(id.key, "gcfn-event-id");
            received.push(Received {
                id: String::from_utf8(id.value.unwrap().to_vec()).unwrap(),
                key: String::from_utf8(message.key().unwrap().to_vec()).unwrap(),
                payload: message.payload().unwrap().to_vec(),
            });
        }
        received
    }
}

/// Waits until `progress` is as `expected`.
pub(crate) async fn until(
    progress: &mut watch::Receiver<Progress>,
    expected: impl FnMut(&Progress) -> bool,
) -> Progress {
    *timeout(DEADLINE, progress.wait_for(expected)).await.unwrap().unwrap()
}

/// Checks what a consumer has against the journal: every event at least once, repeats the same to
/// the byte, and per key the first sight of each in journal order.
pub(crate) fn assert_faithful(journal: &Journal, received: &[Received]) {
    let mut firsts = BTreeMap::<&str, &Received>::new();
    let mut by_key = BTreeMap::<&str, Vec<&str>>::new();
    for message in received {
        if let Some(first) = firsts.insert(&message.id, message) {
            assert_eq!(first, message, "a repeat differs");
        } else {
            by_key.entry(&message.key).or_default().push(&message.id);
        }
    }
    let mut expected = BTreeMap::<String, Vec<String>>::new();
    for event in journal.all() {
        expected.entry(event.key.to_string()).or_default().push(event.id(World::node()));
    }
    let expected: BTreeMap<&str, Vec<&str>> = expected
        .iter()
        .map(|(key, ids)| (key.as_str(), ids.iter().map(String::as_str).collect()))
        .collect();
    assert_eq!(by_key, expected);
}

/// How many different events are among `received`.
pub(crate) fn distinct(received: &[Received]) -> usize {
    received.iter().map(|message| &message.id).collect::<std::collections::BTreeSet<_>>().len()
}
