//! A certificate that expires while its node runs: nobody believes it any more, the node goes on,
//! and the next certificate is shown without a restart.

use crate::starts::{authority, certify, regional};
use crate::world::{World, now, until};
use axum::http::StatusCode;
use gcfn_link::ca::Validity;
use gcfn_model::{Millis, Timestamp};

fn until_then(until: Millis) -> Validity {
    let not_before = Timestamp::from_micros(now().micros() - 3_600_000_000).expect("a time");
    Validity { not_before, not_after: now().checked_add(until).expect("a time") }
}

#[tokio::test]
async fn a_certificate_that_expires_while_the_node_runs() {
    let world = World::new();
    let cn = world.start("cn").await;
    let root = world.start("root").await;
    // The one that expires is put in the place of the first while the node runs.
    certify(&world, &authority(&world), regional(&world), until_then(Millis(6_000)));
    // Every look is a connection of its own: an open one would not show the certificate again.
    let looks = async || {
        let asked = world.client(None).get(format!("https://{}/readyz", cn.api)).send().await;
        asked.map(|answer| answer.status())
    };
    assert_eq!(looks().await.expect("not yet expired"), StatusCode::OK);
    until("refusal by callers", async || looks().await.is_err().then_some(())).await;

    // Other nodes refuse it too: the rounds, which need both validators, stand still.
    let round = async || {
        let (_, anchors) = root.get("/api/v1/federation/anchors").await;
        anchors["round"]["number"].as_u64().unwrap_or(0)
    };
    let stands = round().await;
    certify(&world, &authority(&world), regional(&world), until_then(Millis(86_400_000)));
    until("the new certificate", async || looks().await.ok().filter(StatusCode::is_success)).await;
    until("a later round", async || (stands < round().await).then_some(())).await;
    let figures = cn.text("/metrics").await;
    let expires = figures.lines().find(|line| line.starts_with("gcfn_certificate_expiry_"));
    assert!(expires.is_some(), "the end of the certificate is a figure");
    cn.end().await;
    root.end().await;
}
