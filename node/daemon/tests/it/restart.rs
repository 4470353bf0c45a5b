//! What was acknowledged is there after a restart, from the log and from a snapshot with it.

use crate::world::{LIMIT, Node, World, answer, recorded, venue, venue_in};
use axum::http::StatusCode;
use gcfn_model::{CommandId, Digest};
use gcfn_replica::Replica;
use reqwest::Method;
use serde_json::{Value, json};

/// Registers users `numbers`: their parties and keys, as the node has acknowledged them.
async fn register(node: &Node, numbers: std::ops::Range<u64>) -> Vec<(Value, String)> {
    let mut registered = Vec::new();
    for number in numbers {
        let body = json!({ "kind": "user", "kyc": 2, "name": format!("user {number}") });
        let id = CommandId::derive(&[&number.to_be_bytes()]).to_string();
        let (status, answer) = node.post("/api/v1/users", &id, &body).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        let key = answer["api_key"].as_str().expect("a key").to_owned();
        registered.push((answer["party"].clone(), key));
    }
    registered
}

/// Everybody is still who they were.
async fn known(world: &World, node: &Node, registered: &[(Value, String)]) {
    let http = world.client(None);
    for (party, key) in registered {
        let asked = node.request(&http, Method::GET, "/api/v1/users/me");
        let asked = asked.header("authorization", format!("ApiKey {key}"));
        let (status, me) = answer(asked).await;
        assert_eq!((status, &me["party"]), (StatusCode::OK, party), "{me}");
    }
}

fn root(replica: &Replica) -> Digest {
    replica.venue().clone().state_root()
}

/// Every command that was ever recorded.
fn history(cell: &gcfn_cell::Cell<Replica>) -> Vec<String> {
    recorded(cell).iter().map(|command| format!("{command:?}")).collect()
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_restarts() {
    let world = World::new();
    let files = world.files("cn");
    let node = world.start("cn").await;
    let mut people = register(&node, 0..5).await;
    node.end().await;

    // From the log alone; then a snapshot is taken.
    let cell = venue(&files, "cn").await;
    let before = history(&cell);
    cell.snapshot().await.expect("asked for");
    let taken = cell.until(|metrics| 0 < metrics.snapshot_index);
    tokio::time::timeout(LIMIT, taken).await.expect("in time").expect("taken");
    cell.shutdown().await;

    // From the snapshot and what was logged behind it.
    let node = world.start("cn").await;
    known(&world, &node, &people).await;
    people.extend(register(&node, 5..8).await);
    node.end().await;
    let node = world.start("cn").await;
    known(&world, &node, &people).await;
    node.end().await;

    let cell = venue(&files, "cn").await;
    let (after, with_snapshot) = (history(&cell), cell.read(root));
    cell.shutdown().await;
    assert_eq!(after[..before.len()], before);

    // The log alone, without any snapshot, comes to the same root.
    let bare = world.dir("bare");
    std::fs::create_dir_all(&bare).expect("made");
    crate::world::copy(&files.path("data/venue"), &bare);
    std::fs::remove_dir_all(bare.join("snapshots")).expect("removed");
    std::fs::remove_dir_all(bare.join("journal")).expect("removed");
    let cell = venue_in(&files, &bare, "cn").await;
    assert_eq!((cell.read(root), history(&cell)), (with_snapshot, after));
    cell.shutdown().await;
}
