//! A real broker.

use crate::journal::Journal;
use crate::world::{World, assert_faithful, distinct, until};
use std::io::Write as _;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const JOURNAL: fn() -> Journal = || Journal { head: 2_000, keys: 17 };

pub(crate) fn brokers() -> Option<String> {
    let brokers = std::env::var("GCFN_TEST_KAFKA").ok();
    if brokers.is_none() {
        // Past the capture of test output: whoever runs the tests has to see the gap.
        let gap = "SKIPPED: GCFN_TEST_KAFKA is not set; `make test` starts a broker\n";
        std::io::stderr().write_all(gap.as_bytes()).unwrap();
    }
    brokers
}

#[tokio::test]
async fn killed_half_way_it_goes_on_and_loses_nothing() {
    let Some(brokers) = brokers() else { return };
    let mut world = World::new(&brokers).await;
    for half in [300, 1_100] {
        let mut progress = world.publish(JOURNAL());
        until(&mut progress, |progress| half <= progress.position).await;
        world.kill().await;
        let cursor = world.cursor().await;
        assert!(half <= cursor && cursor < 2_000, "killed at {cursor}");
    }
    let mut progress = world.publish(JOURNAL());
    until(&mut progress, |progress| progress.lag() == 0 && 0 < progress.head).await;
    assert_eq!(world.cursor().await, 2_000);

    let expected = JOURNAL().all().len();
    let received = world.consume(|received| distinct(received) == expected).await;
    assert_faithful(&JOURNAL(), &received);
}

#[tokio::test]
async fn a_lost_cursor_repeats_everything_under_the_same_ids() {
    let Some(brokers) = brokers() else { return };
    let mut first = World::new(&brokers).await;
    let mut second = first.with_empty_store().await;
    for world in [&mut first, &mut second] {
        let mut progress = world.publish(JOURNAL());
        until(&mut progress, |progress| progress.position == 2_000).await;
    }
    let expected = JOURNAL().all().len();
    let received = first.consume(|received| received.len() == 2 * expected).await;
    assert_eq!(distinct(&received), expected);
    assert_faithful(&JOURNAL(), &received);
}

#[tokio::test]
async fn a_broker_that_is_out_of_reach_is_waited_for() {
    let Some(brokers) = brokers() else { return };
    // A way to the broker that is not there yet: bound, so that nobody else takes the port, and
    // closed again until the outbox has noticed.
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = door.local_addr().unwrap();
    drop(door);
    let mut world = World::new(&address.to_string()).await;
    let mut progress = world.publish(JOURNAL());
    let waiting = until(&mut progress, |progress| progress.stalled).await;
    assert_eq!((waiting.position, waiting.lag()), (0, 2_000));
    assert_eq!(world.cursor().await, 0);

    let door = TcpListener::bind(address).await.unwrap();
    let mut tasks = JoinSet::new();
    let behind = brokers.clone();
    tasks.spawn(async move {
        let mut calls = JoinSet::new();
        loop {
            let (mut near, _) = door.accept().await.unwrap();
            let brokers = behind.clone();
            calls.spawn(async move {
                let mut far = TcpStream::connect(brokers).await.unwrap();
                // Either side hangs up when it likes.
                drop(copy_bidirectional(&mut near, &mut far).await);
            });
        }
    });
    let done = until(&mut progress, |progress| progress.lag() == 0).await;
    assert_eq!((done.position, done.stalled), (2_000, false));
    world.brokers = brokers;
    let expected = JOURNAL().all().len();
    let received = world.consume(|received| distinct(received) == expected).await;
    assert_faithful(&JOURNAL(), &received);
}
