//! Asking twice does it once.

use crate::people::People;
use crate::world::{World, money};
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
    let (status, mut again) = world.post_as(&people.ann, path, "k", order.clone()).await;
    assert_eq!(status, StatusCode::CREATED);
    again["as_of"] = first["as_of"].clone();
    assert_eq!(first, again);
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
    assert_eq!((status, &first["party"]), (StatusCode::CREATED, &again["party"]));

    let other = json!({ "kind": "user", "kyc": 1, "name": "Bob" });
    let (status, refused) = world.post_as(&operator, path, "k", other).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("IdempotencyConflict")));

    let taken = json!({ "kind": "user", "kyc": 1, "name": "Bob", "phone": "+862155550100" });
    let (status, refused) = world.post(&operator, path, taken).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("HandleTaken")));
}
