//! Topics between a node and a partner: each record once it is confirmed, and read until it is dealt
//! with.

use crate::broker::brokers;
use crate::world::{DEADLINE, World};
use gcfn_events::{PartnerFault, Post, Poster, Reader, Record};
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use tokio::time::timeout;

const TOPIC: &str = "partner";

fn post(payload: &[u8]) -> Post<'_> {
    Post { key: "payment", payload, headers: &[("about", b"it")] }
}

async fn next(reader: &Reader) -> Record {
    timeout(DEADLINE, reader.next()).await.unwrap().unwrap()
}

fn mock() -> (MockCluster<'static, DefaultProducerContext>, Poster) {
    let cluster = MockCluster::new(1).unwrap();
    cluster.create_topic(TOPIC, 1, 1).unwrap();
    let poster = Poster::new(World::node(), &cluster.bootstrap_servers(), TOPIC);
    (cluster, poster)
}

#[tokio::test]
async fn brokers_that_are_down_have_nothing_and_are_found_again() {
    let (cluster, poster) = mock();
    cluster.broker_down(1).unwrap();
    let fault = poster.send(post(b"1")).await.unwrap_err();
    assert!(matches!(fault, PartnerFault::Unreached(_)), "{fault:?}");
    cluster.broker_up(1).unwrap();
    poster.send(post(b"2")).await.unwrap();
    let reader = Reader::open(World::node(), &cluster.bootstrap_servers(), TOPIC).await.unwrap();
    assert_eq!(&*next(&reader).await.payload, b"2", "the first was never handed over");
}

#[tokio::test]
async fn a_record_that_is_refused_is_nowhere() {
    let (cluster, poster) = mock();
    let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::Produce, &[refusal]);
    let fault = poster.send(post(b"1")).await.unwrap_err();
    assert!(matches!(fault, PartnerFault::Refused(_)), "{fault:?}");
    // A producer that failed is given up: the next record goes by a new one.
    poster.send(post(b"2")).await.unwrap();
}

/// A topic of its own at the real broker.
async fn topic(brokers: &str, name: &str) -> String {
    let mut settings = rdkafka::ClientConfig::new();
    let client: AdminClient<DefaultClientContext> =
        settings.set("bootstrap.servers", brokers).create().unwrap();
    let name = format!("{name}-{}", gcfn_store::VaultKey::generate().id());
    let new = NewTopic::new(&name, 1, TopicReplication::Fixed(1));
    client.create_topics([&new], &AdminOptions::new()).await.unwrap();
    name
}

#[tokio::test]
async fn what_was_not_dealt_with_comes_again_and_what_was_does_not() {
    let Some(brokers) = brokers() else { return };
    let topic = topic(&brokers, "dealt").await;
    let poster = Poster::new(World::node(), &brokers, &topic);
    for payload in [b"1", b"2", b"3"] {
        poster.send(post(payload)).await.unwrap();
    }
    let reader = Reader::open(World::node(), &brokers, &topic).await.unwrap();
    let first = next(&reader).await;
    assert_eq!((&*first.payload, first.header("about")), (&b"1"[..], Some(&b"it"[..])));
    reader.done(&first).await.unwrap();
    assert_eq!(&*next(&reader).await.payload, b"2");
    // Killed over the second: whoever reads next gets it again, and not the first.
    drop(reader);
    let reader = Reader::open(World::node(), &brokers, &topic).await.unwrap();
    let second = next(&reader).await;
    assert_eq!((&*second.payload, second.place()), (&b"2"[..], format!("{topic}/0/1")));
    reader.done(&second).await.unwrap();
    assert_eq!(&*next(&reader).await.payload, b"3");
}
