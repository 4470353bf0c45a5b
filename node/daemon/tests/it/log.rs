//! The header log of a node's own cell, followed by a client of transparency logs that was not
//! written here and knows nothing of this network.

use crate::world::{Door, World, until};
use gcfn_anchor::checkpoint::SignedCheckpoint;
use gcfn_model::{CommandId, NodeId};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tlog_tiles::{
    Checkpoint, Error, Tile, TileHashReader, TileReader, check_record, check_tree, prove_record,
    prove_tree, record_hash,
};

/// Of which height tiles are, everywhere.
const HEIGHT: u8 = 8;

/// The tiles of a tree, fetched.
struct Tiles(BTreeMap<String, Vec<u8>>);

impl TileReader for Tiles {
    fn height(&self) -> u8 {
        HEIGHT
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, Error> {
        let found = tiles.iter().map(|tile| self.0.get(&path(tile)).cloned());
        found.collect::<Option<_>>().ok_or(Error::InvalidTile)
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// The client names the height too, which C2SP fixes.
fn path(tile: &Tile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1)
}

async fn fetch(node: &Door, world: &World, path: &str) -> Vec<u8> {
    let asked = node.request(&world.client(None), Method::GET, &format!("/tlog/{path}"));
    let answer = asked.send().await.expect("an answer");
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
    answer.bytes().await.expect("bytes").to_vec()
}

/// The head of a node's log, as the client reads it, once it has `least` epochs; signed by the key
/// that the directory names.
async fn head(node: &Door, world: &World, (signer, least): (&str, u64)) -> Checkpoint {
    let (_, directory) = node.get("/api/v1/federation/members").await;
    let members = directory["members"].as_array().expect("a list");
    let member = members.iter().find(|member| member["node"] == signer).expect("a member");
    until("a head", async || {
        let note = String::from_utf8(fetch(node, world, "checkpoint").await).expect("text");
        let key = member["key"].as_str().expect("a key").parse().expect("a key");
        let signed: SignedCheckpoint = note.parse().expect("a signed note");
        let name: NodeId = signer.parse().expect("a name");
        signed.verify(name, &key).expect("signed by the node");
        let text = note.split_inclusive('\n').take(3).collect::<String>();
        let head = Checkpoint::from_bytes(text.as_bytes()).expect("a checkpoint");
        (least <= head.size()).then_some(head)
    })
    .await
}

/// Everything that there is under a head, hashes and headers.
async fn tree(node: &Door, world: &World, head: &Checkpoint) -> (Tiles, Vec<Vec<u8>>) {
    let (mut tiles, mut entries) = (BTreeMap::new(), Vec::new());
    for tile in Tile::new_tiles(HEIGHT, 0, head.size()) {
        tiles.insert(path(&tile), fetch(node, world, &path(&tile)).await);
        if tile.level() == 0 {
            let bundle = path(&tile).replacen("tile/0/", "tile/entries/", 1);
            let bundle = fetch(node, world, &bundle).await;
            let mut rest = bundle.as_slice();
            while let Some((length, more)) = rest.split_first_chunk() {
                let (entry, more) = more.split_at(usize::from(u16::from_be_bytes(*length)));
                entries.push(entry.to_vec());
                rest = more;
            }
        }
    }
    (Tiles(tiles), entries)
}

async fn register(cn: &Door, name: &str) -> Value {
    let body = json!({ "kind": "user", "kyc": 1, "name": name });
    let id = CommandId::derive(&[name.as_bytes()]).to_string();
    cn.post("/api/v1/users", &id, &body).await.1
}

#[tokio::test]
async fn a_log_client_that_was_not_written_here_follows_a_node() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    register(&cn, "Ann").await;
    for (node, signer, origin) in
        [(&cn, "cn", "gcfn-test/cn"), (&root, "root", "gcfn-test/federation")]
    {
        let old = head(node, &world, (signer, 1)).await;
        assert_eq!((old.origin(), old.extension()), (origin, ""));
        register(&cn, origin).await;
        let new = head(node, &world, (signer, old.size() + 1)).await;
        let (tiles, entries) = tree(node, &world, &new).await;
        assert_eq!(entries.len() as u64, new.size());
        let (size, root) = (new.size(), *new.hash());
        let reader = TileHashReader::new(size, root, &tiles);
        for (number, entry) in (0..).zip(&entries) {
            let proof = prove_record(size, number, &reader).expect("a proof");
            check_record(&proof, size, root, number, record_hash(entry)).expect("it is there");
        }
        let proof = prove_tree(size, old.size(), &reader).expect("a proof");
        check_tree(&proof, size, root, old.size(), *old.hash()).expect("one history");
    }
    root.end().await;
    cn.end().await;
}
