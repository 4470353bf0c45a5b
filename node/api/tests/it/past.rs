//! What the machine has forgotten is shown from the journal, and long lists come in pages.

use crate::people::{self, People};
use crate::world::{World, time};
use axum::http::StatusCode;
use gcfn_venue::Command;
use serde_json::{Value, json};

/// Lets so much time pass that nothing can be handed back or disputed any more.
async fn forget(world: &World) {
    *world.gateway.now.lock().unwrap() = time("2026-12-25T01:00:00Z");
    world.gateway.apply(&Command::Tick).unwrap();
    assert_eq!(world.gateway.venue.lock().unwrap().trades().count(), 0);
    world.project().await;
}

#[tokio::test]
async fn a_trade_is_shown_after_the_machine_has_forgotten_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 1).await;
    let trade = bought["trades"][0].clone();
    world.done(&people.ann, "/api/v1/refunds", json!({ "trade": trade })).await;
    world.project().await;
    let path = format!("/api/v1/trades/{}", trade.as_str().unwrap());
    let (_, before) = world.get(&people.ann, &path).await;
    forget(&world).await;

    let (_, mut seen) = world.get(&people.ann, &path).await;
    seen["as_of"] = before["as_of"].clone();
    assert_eq!(seen, before);
    assert_eq!(seen["state"], "reversed");
    let (_, list) = world.get(&people.ann, "/api/v1/trades").await;
    assert_eq!(
        (&list["trades"][0]["trade"], &list["trades"][0]["state"]),
        (&trade, &json!("reversed"))
    );
    let (_, list) = world.get(&people.ann, "/api/v1/refunds").await;
    assert_eq!(list["refunds"][0]["trade"], trade);
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "not Ben's to see");
    let (_, receipt) = world.get(&people.ann, &format!("{path}/receipt")).await;
    assert_eq!(receipt["trade"], trade);
    let (status, _) = world.get(&people.ben, &format!("{path}/receipt")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);

    let refund = json!({ "trade": trade });
    let (_, refused) = world.post(&people.ann, "/api/v1/refunds", refund).await;
    assert_eq!(refused["code"], "UnknownTrade");
}

#[tokio::test]
async fn a_dispute_is_shown_to_its_sides_after_the_machine_has_forgotten_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 1).await;
    let opening = json!({
        "trade": bought["trades"][0], "kind": "buyer_complaint", "evidence": "1".repeat(64),
    });
    let opened = world.done(&people.ann, "/api/v1/disputes", opening).await;
    let path = format!("/api/v1/disputes/{}", opened["dispute"].as_str().unwrap());
    world.done(&people.ann, &format!("{path}/withdraw"), Value::Null).await;
    world.done(&people.ann, "/api/v1/refunds", json!({ "trade": bought["trades"][0] })).await;
    forget(&world).await;

    let (_, list) = world.get(&people.ann, "/api/v1/disputes").await;
    assert_eq!(list["disputes"], json!([]));
    for side in [&people.ann, &people.issuer] {
        let (_, list) = world.get(side, "/api/v1/disputes?span=past").await;
        assert_eq!(list["disputes"][0]["state"], "withdrawn", "{list}");
        let (_, seen) = world.get(side, &path).await;
        assert_eq!(seen["dispute"], list["disputes"][0]);
    }
    let (_, seen) = world.get(&people.issuer, &path).await;
    assert_eq!(seen["dispute"]["by"], Value::Null, "the other side's");
    let (_, list) = world.get(&people.regulator, "/api/v1/disputes?span=past").await;
    assert_eq!(list["disputes"][0]["by"], json!(people.ann.party));
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, list) = world.get(&people.ben, "/api/v1/disputes?span=past").await;
    assert_eq!(list["disputes"], json!([]));
}

#[tokio::test]
async fn long_lists_come_in_pages() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bakery = people::register(&world, &people.operator, "issuer", "Bakery").await;
    people::list(&world, &bakery, [&people.operator, &people.second], &people.merchant).await;
    for (path, rows) in
        [("/api/v1/coupons/batches", "batches"), ("/api/v1/coupons/search", "series")]
    {
        let (_, all) = world.get(&people.ann, path).await;
        assert_eq!((all[rows].as_array().unwrap().len(), &all["next"]), (2, &Value::Null));
        let (_, first) = world.get(&people.ann, &format!("{path}?limit=1")).await;
        assert_eq!(first[rows], json!([all[rows][0]]));
        let next = first["next"].as_str().unwrap();
        let (_, rest) = world.get(&people.ann, &format!("{path}?limit=1&after={next}")).await;
        assert_eq!((&rest[rows], &rest["next"]), (&json!([all[rows][1]]), &Value::Null));
    }
}
