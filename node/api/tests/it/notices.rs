//! What a party is told, as it wants to be told.

use crate::people::People;
use crate::world::{Key, World, money, time};
use axum::http::StatusCode;
use serde_json::{Value, json};

const PREFS: &str = "/api/v1/users/me/notification-prefs";

async fn kinds(world: &World, key: &Key, list: &str) -> Vec<Value> {
    let (_, told) = world.get(key, "/api/v1/users/me/notifications").await;
    told[list].as_array().unwrap().iter().map(|notice| notice["kind"].clone()).collect()
}

async fn want(world: &World, key: &Key, wanted: Value) -> (StatusCode, Value) {
    world.call("PUT", key, PREFS, wanted).await
}

#[tokio::test]
async fn a_party_says_what_it_wants_to_be_told() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    world.project().await;
    assert_eq!(kinds(&world, &people.ann, "notices").await, ["trade_matched", "deposit_received"]);
    let (_, usual) = world.get(&people.ann, PREFS).await;
    assert_eq!(usual, json!({ "muted": [], "remind_days": 7, "price_alerts": [] }));

    let (status, _) = want(&world, &people.ann, json!({ "muted": ["trade_matched"] })).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(kinds(&world, &people.ann, "notices").await, ["deposit_received"]);
    let (_, kept) = world.get(&people.ann, PREFS).await;
    assert_eq!(kept["muted"], json!(["trade_matched"]));
    let (_, of_ben) = world.get(&people.ben, PREFS).await;
    assert_eq!(of_ben["muted"], json!([]));
}

#[tokio::test]
async fn coupons_are_reminded_of_as_early_as_their_holder_wants() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    // They end on 2027-05-31.
    *world.gateway.now.lock().unwrap() = time("2027-05-10T00:00:00Z");
    assert!(kinds(&world, &people.ann, "reminders").await.is_empty());
    want(&world, &people.ann, json!({ "remind_days": 30 })).await;
    assert_eq!(kinds(&world, &people.ann, "reminders").await, ["coupons_expiring"]);
}

#[tokio::test]
async fn a_price_is_told_of_while_it_is_reached() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let alert = |below: &str, above: &str| {
        json!({ "price_alerts": [{
        "series": people.series, "below": money(below), "above": money(above),
    }] })
    };
    want(&world, &people.ben, alert("80.00", "95.00")).await;
    people.buy(&world, 1).await;
    assert!(kinds(&world, &people.ben, "reminders").await.is_empty(), "traded at 90");
    want(&world, &people.ben, alert("90.00", "95.00")).await;
    assert_eq!(kinds(&world, &people.ben, "reminders").await, ["price_below"]);
    want(&world, &people.ben, alert("80.00", "85.00")).await;
    assert_eq!(kinds(&world, &people.ben, "reminders").await, ["price_above"]);
}

#[tokio::test]
async fn what_cannot_be_wanted_is_refused() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let series = &people.series;
    for (wanted, field) in [
        (json!({ "muted": ["account_frozen"] }), "muted"),
        (json!({ "remind_days": 0 }), "remind_days"),
        (json!({ "remind_days": 91 }), "remind_days"),
        (json!({ "price_alerts": [{ "series": series }] }), "price_alerts.below"),
        (
            json!({ "price_alerts": [{
                "series": "ser-0000000000000000000000000a", "below": money("1"),
            }] }),
            "price_alerts.series",
        ),
        (
            json!({ "price_alerts": [{
                "series": series, "above": { "amount": "1", "currency": "USD" },
            }] }),
            "price_alerts.above",
        ),
    ] {
        let (status, refused) = want(&world, &people.ann, wanted).await;
        assert!(status.is_client_error(), "{refused}");
        assert_eq!(refused["field"], field);
    }
}
