//! The clock of a testnet: what moves it, who follows it, and what becomes of a node whose
//! calendar it has left behind.

use crate::world::{Node, World, answer, until};
use axum::http::StatusCode;
use gcfn_daemon::init::init;
use gcfn_daemon::network::introduce;
use gcfn_link::identity::Role;
use reqwest::Method;
use serde_json::{Value, json};

const CLOCK: &str = "/api/v1/testnet/clock";
const DAY_MS: u64 = 86_400_000;

/// Asks `node` to move its clock, as its operator.
async fn put(world: &World, name: &str, node: &Node, offset_ms: u64) -> (StatusCode, Value) {
    let key = std::fs::read_to_string(world.files(name).path("keys/operator.key")).expect("a key");
    let asked = node.request(&world.client(None), Method::PUT, CLOCK);
    let asked = asked.header("authorization", format!("ApiKey {}", key.trim()));
    let asked = asked.header("idempotency-key", offset_ms.to_string());
    answer(asked.json(&json!({ "offset_ms": offset_ms }))).await
}

#[tokio::test]
async fn a_clock_is_not_moved_out_of_range_nor_back_and_the_node_starts_again() {
    let world = World::new();
    let node = world.start("cn").await;
    assert_eq!(put(&world, "cn", &node, 3 * DAY_MS).await.0, StatusCode::OK);
    for (offset, code) in
        [(u64::MAX, "ClockTooFar"), (2 * DAY_MS, "ClockGoesBack"), (3_650 * DAY_MS, "NoCalendar")]
    {
        let (status, problem) = put(&world, "cn", &node, offset).await;
        assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &code.into()));
    }
    node.end().await;
    let node = world.start("cn").await;
    let (_, shown) = node.get(CLOCK).await;
    assert_eq!(shown["offset_ms"], 3 * DAY_MS);
    node.end().await;
}

#[tokio::test]
async fn a_node_that_loses_a_task_ends_with_its_cause() {
    let world = World::new();
    let years = 9 * 365 * DAY_MS;
    world.files("cn").write_json("data/clock.json", &years).expect("written");
    let told = world.refusal("cn").await;
    assert!(told.starts_with("task scheduler failed: "), "{told}");
    assert!(told.contains("outside the calendar"), "{told}");
}

#[tokio::test]
async fn a_node_that_joins_begins_with_the_clock_of_the_network() {
    let world = World::new();
    // The root is ready when its cell has a leader, which takes both.
    let cn = world.start("cn").await;
    let root = world.start("root").await;
    for (name, node) in [("root", &root), ("cn", &cn)] {
        assert_eq!(put(&world, name, node, 3 * DAY_MS).await.0, StatusCode::OK);
    }
    init(&world.told("new", Role::Local)).expect("made");
    introduce(&world.dir("root"), &world.dir("new")).expect("introduced");
    let approved = async {
        for validator in [&root, &cn] {
            let body = json!({ "node": "new" });
            until("the request", async || {
                let (status, _) = validator.post("/api/v1/federation/approvals", "-", &body).await;
                (status == StatusCode::ACCEPTED).then_some(())
            })
            .await;
        }
    };
    let (new, ()) = tokio::join!(world.start("new"), approved);
    let (_, shown) = new.get(CLOCK).await;
    assert_eq!(shown["offset_ms"], 3 * DAY_MS);
    for node in [new, cn, root] {
        node.end().await;
    }
}
