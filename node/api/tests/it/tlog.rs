//! The log of the node's own cell, as anybody may follow it.

use crate::world::{World, request};
use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Value, json};
use tower::ServiceExt;

struct Answer {
    status: StatusCode,
    kind: String,
    cached: String,
    body: Vec<u8>,
}

async fn get(world: &World, path: &str) -> Answer {
    let asked = request("GET", path, None).body(Body::empty()).unwrap();
    let response = world.router.clone().oneshot(asked).await.unwrap();
    let header = |name| response.headers()[name].to_str().unwrap().to_owned();
    let (status, kind, cached) = (response.status(), header(CONTENT_TYPE), header(CACHE_CONTROL));
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec();
    Answer { status, kind, cached, body }
}

#[tokio::test]
async fn anybody_fetches_the_signed_head_and_keeps_it_from_caches() {
    let world = World::new().await;
    let head = get(&world, "/tlog/checkpoint").await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(
        (head.kind.as_str(), head.cached.as_str()),
        ("text/plain; charset=utf-8", "no-store")
    );
    let note = String::from_utf8(head.body).unwrap();
    assert!(note.starts_with("test/cn-sha\n1\n"), "{note}");
    assert!(note.contains("\n\n\u{2014} test/cn-sha "), "{note}");
}

#[tokio::test]
async fn a_tile_is_bytes_that_may_be_kept_for_ever() {
    let world = World::new().await;
    for path in ["/tlog/tile/0/000.p/1", "/tlog/tile/entries/000.p/1"] {
        let tile = get(&world, path).await;
        assert_eq!((tile.status, tile.body), (StatusCode::OK, vec![7; 32]), "{path}");
        assert_eq!(tile.kind, "application/octet-stream");
        assert_eq!(tile.cached, "public, max-age=31536000, immutable");
    }
}

#[tokio::test]
async fn what_is_not_there_yet_and_what_is_no_tile_are_told_apart_and_never_kept() {
    let world = World::new().await;
    for (path, code) in [
        ("/tlog/tile/0/000", "NotFound"),
        ("/tlog/tile/entries/x001/000", "NotFound"),
        ("/tlog/tile/0/0", "PathId"),
        ("/tlog/tile/0/000.p/256", "PathId"),
        ("/tlog/tile/0/..%2f000", "PathId"),
        ("/tlog/tile/", "UnknownRoute"),
    ] {
        let answer = get(&world, path).await;
        let problem: Value = serde_json::from_slice(&answer.body).unwrap();
        let no = (answer.status, &problem["code"]);
        assert_eq!(no, (StatusCode::NOT_FOUND, &json!(code)), "{path}");
        assert_eq!(answer.cached, "no-store");
    }
}
