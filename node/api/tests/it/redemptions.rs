//! A redemption is seen by its two sides, from its lock until long after the money has moved.

use crate::people::People;
use crate::world::{Key, World, money, time};
use axum::http::StatusCode;
use gcfn_venue::Command;
use serde_json::{Value, json};

/// Ann locks a coupon at the merchant; gives the token.
async fn lock(world: &World, people: &People) -> String {
    let lock = json!({ "merchant": people.merchant.party });
    let path = format!("/api/v1/coupons/{}/redeem/lock", people.series);
    let locked = world.done(&people.ann, &path, lock).await;
    locked["redemption"].as_str().unwrap().to_owned()
}

async fn list(world: &World, key: &Key, query: &str) -> Vec<Value> {
    let (_, list) = world.get(key, &format!("/api/v1/redemptions{query}")).await;
    list["redemptions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_merchant_sees_what_a_token_is_for_before_confirming_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let token = lock(&world, &people).await;
    let path = format!("/api/v1/redemptions/{token}");

    let (_, seen) = world.get(&people.merchant, &path).await;
    assert_eq!((&seen["state"], &seen["value"]), (&json!("locked"), &money("100.00")));
    assert_eq!((&seen["series"], &seen["serial"]), (&json!(people.series), &json!(0)));
    assert_eq!(seen["until"], "2026-11-23T01:10:00.000000Z");
    assert_eq!(seen["holder"], Value::Null, "the merchant is not told whose it is");
    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["holder"], json!(people.ann.party));
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "not Ben's to see");

    world.done(&people.merchant, &format!("{path}/confirm"), Value::Null).await;
    let (_, seen) = world.get(&people.merchant, &path).await;
    assert_eq!((&seen["state"], &seen["until"]), (&json!("confirmed"), &Value::Null));
}

#[tokio::test]
async fn redemptions_are_listed_while_they_are_open_and_ever_after() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let (first, second) = (lock(&world, &people).await, lock(&world, &people).await);
    assert_eq!(list(&world, &people.ann, "").await.len(), 2);
    assert_eq!(list(&world, &people.merchant, "").await.len(), 2);
    assert_eq!(list(&world, &people.operator, "").await.len(), 2);
    assert!(list(&world, &people.ben, "").await.is_empty());
    let (_, page) = world.get(&people.ann, "/api/v1/redemptions?limit=1").await;
    let next = page["next"].as_str().unwrap();
    let rest = list(&world, &people.ann, &format!("?after={next}")).await;
    assert_eq!(rest.len(), 1);

    let cancel = format!("/api/v1/redemptions/{first}/cancel");
    world.done(&people.ann, &cancel, Value::Null).await;
    world
        .done(&people.merchant, &format!("/api/v1/redemptions/{second}/confirm"), Value::Null)
        .await;
    world.project().await;
    let past = list(&world, &people.merchant, "?span=past").await;
    let states: Vec<_> = past.iter().map(|one| (&one["redemption"], &one["state"])).collect();
    let [second, first] = [json!(second), json!(first)];
    let confirmed = (&second, &json!("confirmed"));
    assert_eq!(states, [confirmed, (&first, &json!("released"))], "the latest first");
    assert!(past.iter().all(|one| one["holder"].is_null() && !one["ended_at"].is_null()));
    let path = format!("/api/v1/redemptions/{}", first.as_str().unwrap());
    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!((&seen["state"], &seen["holder"]), (&json!("released"), &json!(people.ann.party)));
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_lock_that_lapses_is_a_released_redemption() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    let token = lock(&world, &people).await;
    *world.gateway.now.lock().unwrap() = time("2026-11-23T01:10:00Z");
    world.gateway.apply(&Command::Tick).unwrap();
    world.project().await;
    let (_, seen) = world.get(&people.ann, &format!("/api/v1/redemptions/{token}")).await;
    assert_eq!(seen["state"], "released");
}

#[tokio::test]
async fn an_issuer_sees_what_was_redeemed_of_its_series_by_digest_and_not_whose_it_was() {
    const BASKET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let token = lock(&world, &people).await;
    let path = format!("/api/v1/redemptions/{token}");
    let confirm = json!({ "detail": BASKET });
    world.done(&people.merchant, &format!("{path}/confirm"), confirm).await;

    let of_series = format!("?series={}", people.series);
    for query in [of_series.clone(), format!("{of_series}&span=past")] {
        world.project().await;
        let seen = list(&world, &people.issuer, &query).await;
        let [seen] = seen.as_slice() else { panic!("{seen:?} is not one redemption") };
        assert_eq!((&seen["detail"], &seen["holder"]), (&json!(BASKET), &Value::Null), "{query}");
        assert!(list(&world, &people.ben, &query).await.is_empty(), "not Ben's to see");
        let holder = &list(&world, &people.regulator, &query).await[0]["holder"];
        assert_eq!(*holder, json!(people.ann.party));
    }
}
