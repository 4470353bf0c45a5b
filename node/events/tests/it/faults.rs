//! Brokers that go away, come back and refuse.

use crate::journal::Journal;
use crate::world::{World, assert_faithful, distinct, until};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::DefaultProducerContext;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

const JOURNAL: fn() -> Journal = || Journal { head: 400, keys: 7 };

async fn mock() -> (MockCluster<'static, DefaultProducerContext>, World) {
    let cluster = MockCluster::new(1).unwrap();
    let world = World::new(&cluster.bootstrap_servers()).await;
    cluster.create_topic(&world.topic(), 3, 1).unwrap();
    (cluster, world)
}

async fn assert_all_there(world: &World) {
    let expected = JOURNAL().all().len();
    let received = world.consume(|received| distinct(received) == expected).await;
    assert_faithful(&JOURNAL(), &received);
}

#[tokio::test]
async fn brokers_that_are_down_cost_nothing_but_time() {
    let (cluster, mut world) = mock().await;
    cluster.broker_down(1).unwrap();
    let mut progress = world.publish(JOURNAL());

    let waiting = until(&mut progress, |progress| progress.stalled).await;
    assert_eq!((waiting.position, waiting.lag()), (0, 400));
    assert_eq!(world.cursor().await, 0);

    cluster.broker_up(1).unwrap();
    let done = until(&mut progress, |progress| progress.lag() == 0).await;
    assert_eq!((done.position, done.stalled), (400, false));
    assert_all_there(&world).await;
}

#[tokio::test]
async fn passing_refusals_are_retried_in_order() {
    let (cluster, mut world) = mock().await;
    let passing = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    cluster.request_errors(RDKafkaApiKey::Produce, &[passing; 5]);
    let mut progress = world.publish(JOURNAL());

    until(&mut progress, |progress| progress.position == 400).await;
    assert_all_there(&world).await;
}

#[tokio::test]
async fn lasting_refusals_hold_the_cursor_until_the_operator_acts() {
    let (cluster, mut world) = mock().await;
    let refusal = RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED;
    cluster.request_errors(RDKafkaApiKey::Produce, &[refusal; 4]);
    let mut progress = world.publish(JOURNAL());

    until(&mut progress, |progress| progress.stalled).await;
    until(&mut progress, |progress| progress.position == 400).await;
    assert_all_there(&world).await;
}
