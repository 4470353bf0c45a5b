//! Damaged data keeps a node from starting, by the name of the file. (What damage is noticed is
//! tested where the files are written, in `gcfn-cell`; here, that the daemon says so and that it
//! makes nothing anew in the place of what it cannot read.)

use crate::world::{LIMIT, World, venue};
use axum::http::StatusCode;
use serde_json::json;
use std::path::{Path, PathBuf};

/// A regional that has run and stopped, with a log and a snapshot.
async fn stopped() -> World {
    let world = World::new();
    let node = world.start("cn").await;
    let ann = json!({ "kind": "user", "kyc": 2, "name": "Ann" });
    let (status, answer) = node.post("/api/v1/users", &id(1), &ann).await;
    assert_eq!(status, StatusCode::CREATED, "{answer}");
    node.end().await;
    let cell = venue(&world.files("cn"), "cn").await;
    cell.snapshot().await.expect("asked for");
    let taken = cell.until(|metrics| 0 < metrics.snapshot_index);
    tokio::time::timeout(LIMIT, taken).await.expect("in time").expect("taken");
    cell.shutdown().await;
    world
}

fn id(n: u64) -> String {
    gcfn_model::CommandId::derive(&[&n.to_be_bytes()]).to_string()
}

/// The first file in a folder.
fn first(dir: &Path) -> PathBuf {
    let entries = std::fs::read_dir(dir).expect("read").map(|entry| entry.expect("one").path());
    entries.filter(|path| path.extension().is_some()).min().expect("a file")
}

/// Changes `path` in two ways; either is refused by its name, and nothing is repaired silently.
async fn refused(world: &World, path: &Path) {
    let whole = std::fs::read(path).expect("read");
    let used = whole.iter().rposition(|byte| *byte != 0).expect("written") + 1;
    let mut flipped = whole.clone();
    flipped[used / 2] ^= 1;
    for (how, bytes) in [("flipped", &flipped[..]), ("cut", &whole[..used / 2])] {
        std::fs::write(path, bytes).expect("written");
        let told = world.refusal("cn").await;
        assert!(told.contains(path.to_str().expect("text")), "{how}: {told}");
        assert!(std::fs::read(path).expect("read") == bytes, "{how}: written over");
    }
    std::fs::write(path, whole).expect("written");
}

#[tokio::test]
async fn a_damaged_log_snapshot_or_journal_is_named() {
    let world = stopped().await;
    let venue = world.files("cn").path("data/venue");
    refused(&world, &first(&venue.join("snapshots"))).await;
    refused(&world, &first(&venue.join("log"))).await;
    refused(&world, &first(&venue.join("journal"))).await;
    // As it was, it starts.
    world.start("cn").await.end().await;
}

#[tokio::test]
async fn a_damaged_genesis_is_named_and_not_made_anew() {
    let world = stopped().await;
    for name in ["data/genesis.json", "genesis.json"] {
        let path = world.files("cn").path(name);
        let whole = std::fs::read(&path).expect("read");
        std::fs::write(&path, &whole[..whole.len() / 2]).expect("written");
        let told = world.refusal("cn").await;
        assert!(told.starts_with(&format!("understand {}: ", path.display())), "{told}");
        assert_eq!(std::fs::read(&path).expect("read").len(), whole.len() / 2);
        std::fs::write(&path, whole).expect("written");
    }
    world.start("cn").await.end().await;
}

#[tokio::test]
async fn another_vault_key_is_refused_by_the_name_of_its_file() {
    let world = stopped().await;
    let path = world.files("cn").path("keys/vault.key");
    let other = gcfn_store::VaultKey::generate();
    std::fs::write(&path, other.reveal().as_bytes()).expect("written");
    let told = world.refusal("cn").await;
    assert!(told.contains(path.to_str().expect("text")), "{told}");
}
