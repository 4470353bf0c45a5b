//! Asking twice does it once.

use crate::people::People;
use crate::world::{Key, World, money};
use axum::http::StatusCode;
use gcfn_api::Scope;
use serde_json::json;

#[tokio::test]
async fn the_same_key_and_content_get_the_same_answer() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let order = json!({ "series": people.series, "side": "buy", "quantity": 2 });
    let path = "/api/v1/trades/orders";
    let (_, first) = world.post_as(&people.ann, path, "k", order.clone()).await;
    world.deposit(people.ben.party, gcfn_model::Pool::UserCustody, 1);
    let (status, again) = world.post_as(&people.ann, path, "k", order.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_eq!(first, again, "the log entry that it names included");
    let (_, assets) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 2, "bought once");

    let other = json!({ "series": people.series, "side": "buy", "quantity": 3 });
    let (status, refused) = world.post_as(&people.ann, path, "k", other).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("IdempotencyConflict")));
}

#[tokio::test]
async fn a_refusal_is_kept_too() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let order = json!({ "series": people.series, "side": "buy", "quantity": 1 });
    let path = "/api/v1/trades/orders";
    let (_, refused) = world.post_as(&people.ben, path, "k", order.clone()).await;
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("InsufficientFunds"), &json!("new_key"))
    );
    world.deposit(people.ben.party, gcfn_model::Pool::UserCustody, 1000);
    let (_, again) = world.post_as(&people.ben, path, "k", order.clone()).await;
    assert_eq!(again["code"], "InsufficientFunds");
    let (status, _) = world.post_as(&people.ben, path, "k2", order).await;
    assert_eq!(status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_key_is_its_callers_own() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let withdrawal = json!({ "amount": money("10") });
    let path = "/api/v1/payments/withdrawals";
    world.deposit(people.ben.party, gcfn_model::Pool::UserCustody, 1000);
    let (_, of_ann) = world.post_as(&people.ann, path, "k", withdrawal.clone()).await;
    let (status, of_ben) = world.post_as(&people.ben, path, "k", withdrawal).await;
    assert_eq!(status, StatusCode::CREATED);
    assert_ne!(of_ann["withdrawal"], of_ben["withdrawal"]);
}

#[tokio::test]
async fn a_registration_sent_again_is_the_same_party() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let path = "/api/v1/users";
    let body = json!({ "kind": "user", "kyc": 1, "name": "Ann", "phone": "+86 21 5555 0100" });
    let (_, first) = world.post_as(&operator, path, "k", body.clone()).await;
    let (status, again) = world.post_as(&operator, path, "k", body).await;
    assert_eq!((status, &first), (StatusCode::CREATED, &again), "the same key, too");

    let other = json!({ "kind": "user", "kyc": 1, "name": "Bob" });
    let (status, refused) = world.post_as(&operator, path, "k", other).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("IdempotencyConflict")));

    let taken = json!({ "kind": "user", "kyc": 1, "name": "Bob", "phone": "+862155550100" });
    let (status, refused) = world.post(&operator, path, taken).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("HandleTaken")));
}

#[tokio::test]
async fn a_registration_sent_eight_times_at_once_makes_one_key() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let known = world.store.credentials().list().await.unwrap().len();
    let body = json!({ "kind": "user", "kyc": 1, "name": "Ann" });
    let calls = (0..8).map(|_| world.post_as(&operator, "/api/v1/users", "k", body.clone()));
    let answers = futures::future::join_all(calls).await;
    let (status, first) = &answers[0];
    assert_eq!(*status, StatusCode::CREATED);
    for answer in &answers {
        assert_eq!(&answer.1, first);
    }
    assert_eq!(world.store.credentials().list().await.unwrap().len(), known + 1);
    let header = format!("ApiKey {}", first["api_key"].as_str().unwrap());
    let ann = Key { party: first["party"].as_str().unwrap().parse().unwrap(), header };
    assert_eq!(world.get(&ann, "/api/v1/users/me").await.0, StatusCode::OK);

    let (_, ben) = world.post(&operator, "/api/v1/users", body).await;
    assert_ne!(&ben["api_key"], &first["api_key"], "another wish makes another key");
}

#[tokio::test]
async fn a_key_that_was_revoked_is_not_opened_again_by_a_repeat() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let body = json!({ "kind": "user", "kyc": 1, "name": "Ann" });
    let (_, first) = world.post_as(&operator, "/api/v1/users", "k", body.clone()).await;
    let key = first["api_key"].as_str().unwrap();
    let id = key.split('.').next().unwrap();
    let now = *world.gateway.now.lock().unwrap();
    assert!(world.store.credentials().revoke(id, now).await.unwrap());
    world.post_as(&operator, "/api/v1/users", "k", body).await;
    let party = first["party"].as_str().unwrap().parse().unwrap();
    let ann = Key { party, header: format!("ApiKey {key}") };
    assert_eq!(world.get(&ann, "/api/v1/users/me").await.0, StatusCode::UNAUTHORIZED);
}
