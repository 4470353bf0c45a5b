//! What a no looks like, one for each class of failure.

use crate::people::People;
use crate::world::{World, money, request};
use axum::body::Body;
use expect_test::{Expect, expect};
use gcfn_api::gateway::Unavailable;
use gcfn_api::{RateLimits, Scope};
use serde_json::{Value, json};
use std::num::NonZeroU32;

#[expect(clippy::needless_pass_by_value, reason = "`expect![]` makes values")]
fn check((status, mut problem): (axum::http::StatusCode, Value), expected: Expect) {
    let instance = problem["instance"].take();
    assert!(instance.as_str().unwrap().starts_with("urn:gcfn:request:"), "{instance}");
    problem.as_object_mut().unwrap().remove("instance");
    assert_eq!(problem["status"], status.as_u16());
    expected.assert_eq(&serde_json::to_string_pretty(&problem).unwrap());
}

async fn bare(world: &World, method: &str, path: &str) -> (axum::http::StatusCode, Value) {
    world.send(request(method, path, None).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn before_anybody_is_known() {
    let world = World::new().await;
    check(
        bare(&world, "GET", "/api/v1/users/me").await,
        expect![[r#"
        {
          "advice": "send a bearer token, an API key or a client certificate",
          "code": "Unauthenticated",
          "detail": "no credentials that this node accepts",
          "retry": "never",
          "retryable": false,
          "status": 401,
          "title": "Unauthenticated",
          "type": "urn:gcfn:problem:Unauthenticated"
        }"#]],
    );
    check(
        bare(&world, "GET", "/api/v2/users").await,
        expect![[r#"
        {
          "advice": "look the path up in /openapi.json",
          "code": "UnknownRoute",
          "detail": "no such path",
          "retry": "never",
          "retryable": false,
          "status": 404,
          "title": "Unknown route",
          "type": "urn:gcfn:problem:UnknownRoute"
        }"#]],
    );
    check(
        bare(&world, "POST", "/api/v1/node").await,
        expect![[r#"
        {
          "advice": "look the method up in /openapi.json",
          "code": "UnknownMethod",
          "detail": "path has no such method",
          "retry": "never",
          "retryable": false,
          "status": 405,
          "title": "Unknown method",
          "type": "urn:gcfn:problem:UnknownMethod"
        }"#]],
    );
}

#[tokio::test]
async fn what_cannot_be_read() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = "/api/v1/trades/orders";
    let ann = &people.ann;
    let without_key = request("POST", path, Some(ann)).body(Body::from("{}")).unwrap();
    check(
        world.send(without_key).await,
        expect![[r#"
        {
          "advice": "send a key of your own with every change, and the same one when asking again",
          "code": "IdempotencyKeyMissing",
          "detail": "header Idempotency-Key is missing",
          "retry": "never",
          "retryable": false,
          "status": 400,
          "title": "Idempotency key missing",
          "type": "urn:gcfn:problem:IdempotencyKeyMissing"
        }"#]],
    );
    check(
        world.post_as(ann, path, "two words", json!({})).await,
        expect![[r#"
        {
          "advice": "send a UUID or the like",
          "code": "IdempotencyKeyForm",
          "detail": "idempotency key is not 1 to 64 visible ASCII characters",
          "retry": "never",
          "retryable": false,
          "status": 400,
          "title": "Idempotency key form",
          "type": "urn:gcfn:problem:IdempotencyKeyForm"
        }"#]],
    );
    check(
        world.post(ann, path, json!([])).await,
        expect![[r#"
        {
          "advice": "send one JSON object",
          "code": "Malformed",
          "detail": "body is not a JSON object",
          "retry": "never",
          "retryable": false,
          "status": 400,
          "title": "Malformed",
          "type": "urn:gcfn:problem:Malformed"
        }"#]],
    );
    check(
        world.post(ann, path, json!({})).await,
        expect![[r#"
        {
          "advice": "add the field",
          "code": "MissingField",
          "detail": "field is missing",
          "field": "series",
          "retry": "never",
          "retryable": false,
          "status": 400,
          "title": "Missing field",
          "type": "urn:gcfn:problem:MissingField"
        }"#]],
    );
    check(
        world.post(ann, path, json!({ "series": people.series, "colour": "red" })).await,
        expect![[r#"
            {
              "advice": "leave the field out",
              "code": "UnknownField",
              "detail": "field is unknown to this operation",
              "field": "colour",
              "retry": "never",
              "retryable": false,
              "status": 400,
              "title": "Unknown field",
              "type": "urn:gcfn:problem:UnknownField"
            }"#]],
    );
    let long = json!({ "series": "x".repeat(20_000) });
    check(
        world.post(ann, path, long).await,
        expect![[r#"
        {
          "advice": "send less at once",
          "code": "BodyTooLong",
          "detail": "body is longer than this node reads",
          "retry": "never",
          "retryable": false,
          "status": 413,
          "title": "Body too long",
          "type": "urn:gcfn:problem:BodyTooLong"
        }"#]],
    );
    let form = request("POST", path, Some(ann)).header("idempotency-key", "k");
    let mut form = form.body(Body::from("side=buy")).unwrap();
    form.headers_mut().insert("content-type", "application/x-www-form-urlencoded".parse().unwrap());
    check(
        world.send(form).await,
        expect![[r#"
            {
              "advice": "send the content type that /openapi.json names",
              "code": "MediaType",
              "detail": "body is not of the content type that this reads",
              "retry": "never",
              "retryable": false,
              "status": 415,
              "title": "Media type",
              "type": "urn:gcfn:problem:MediaType"
            }"#]],
    );
    check(
        world.get(ann, "/api/v1/coupons/search?currency=XXX").await,
        expect![[r#"
        {
          "advice": "correct the field",
          "code": "FieldRule",
          "detail": "currency is not one of CNY, HKD, USD, SGD, EUR, JPY, AED, GBP, CHF, CAD, AUD, NZD, KRW, TWD, MOP, THB, MYR, INR, IDR, KWD",
          "field": "currency",
          "retry": "never",
          "retryable": false,
          "status": 422,
          "title": "Field rule",
          "type": "urn:gcfn:problem:FieldRule"
        }"#]],
    );
    check(
        world.get(ann, "/api/v1/trades/ord-0000000000000000000000000a").await,
        expect![[r#"
        {
          "advice": "copy the id from where it was told",
          "code": "PathId",
          "detail": "id in the path is not of the kind that stands there",
          "retry": "never",
          "retryable": false,
          "status": 404,
          "title": "Path id",
          "type": "urn:gcfn:problem:PathId"
        }"#]],
    );
}

#[tokio::test]
async fn what_breaks_a_rule() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = "/api/v1/trades/orders";
    let order = |limit: Value| json!({ "series": people.series, "side": "buy", "quantity": 1, "limit": limit });
    check(
        world.post(&people.ann, path, order(money("9.001"))).await,
        expect![[r#"
        {
          "advice": "correct the field",
          "code": "FieldRule",
          "detail": "amount has 3 decimals, CNY allows 2",
          "field": "limit",
          "retry": "never",
          "retryable": false,
          "status": 422,
          "title": "Field rule",
          "type": "urn:gcfn:problem:FieldRule"
        }"#]],
    );
    let dollars = order(json!({ "amount": "9", "currency": "USD" }));
    check(
        world.post(&people.ann, path, dollars).await,
        expect![[r#"
        {
          "advice": "send the amount in the currency asked for",
          "code": "CurrencyMismatch",
          "detail": "amount is in another currency than this asks for",
          "field": "limit",
          "retry": "never",
          "retryable": false,
          "status": 422,
          "title": "Currency mismatch",
          "type": "urn:gcfn:problem:CurrencyMismatch"
        }"#]],
    );
    check(
        world.post(&people.ann, path, order(money("101"))).await,
        expect![[r#"
        {
          "advice": "correct the order",
          "code": "Book",
          "detail": "book refuses the order: price is above the highest price of the book",
          "retry": "never",
          "retryable": false,
          "status": 422,
          "title": "Book",
          "type": "urn:gcfn:problem:Book"
        }"#]],
    );
    check(
        world.post(&people.ben, path, order(money("90"))).await,
        expect![[r#"
        {
          "advice": "deposit more or lower the order",
          "code": "InsufficientFunds",
          "detail": "available money does not cover price and fee",
          "retry": "new_key",
          "retryable": true,
          "status": 422,
          "title": "Insufficient funds",
          "type": "urn:gcfn:problem:InsufficientFunds"
        }"#]],
    );
    let mut draft = crate::people::draft();
    draft["issue_price"] = money("101");
    check(
        world.post(&people.issuer, "/api/v1/coupons/batches", draft).await,
        expect![[r#"
            {
              "advice": "correct the field",
              "code": "BatchTerms",
              "detail": "batch terms are out of range: issue_price must be above zero and, on the utility track, at most face",
              "field": "issue_price",
              "retry": "never",
              "retryable": false,
              "status": 422,
              "title": "Batch terms",
              "type": "urn:gcfn:problem:BatchTerms"
            }"#]],
    );
}

#[tokio::test]
async fn what_a_role_may_not() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    check(
        world.post(&people.regulator, "/api/v1/compliance/freeze", json!({})).await,
        expect![[r#"
            {
              "advice": "ask the operator for another role",
              "code": "NotPermitted",
              "detail": "role may not call this route",
              "retry": "never",
              "retryable": false,
              "status": 403,
              "title": "Not permitted",
              "type": "urn:gcfn:problem:NotPermitted"
            }"#]],
    );
    let fund = format!("/api/v1/coupons/batches/{}/fund", people.batch);
    check(
        world.post(&people.issuer, &fund, Value::Null).await,
        expect![[r#"
        {
          "advice": "look at the batch and take the step that follows",
          "code": "BatchState",
          "detail": "batch is not in the state that this step follows",
          "retry": "new_key",
          "retryable": true,
          "status": 409,
          "title": "Batch state",
          "type": "urn:gcfn:problem:BatchState"
        }"#]],
    );
    let unknown = "/api/v1/coupons/batches/bat-0000000000000000000000000a";
    check(
        world.get(&people.ann, unknown).await,
        expect![[r#"
        {
          "advice": "compare the id with where it was told",
          "code": "NotFound",
          "detail": "no such thing here, or not yours to see",
          "retry": "never",
          "retryable": false,
          "status": 404,
          "title": "Not found",
          "type": "urn:gcfn:problem:NotFound"
        }"#]],
    );
}

#[tokio::test]
async fn what_the_node_cannot_do_now() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let withdrawal = json!({ "amount": money("1") });
    let path = "/api/v1/payments/withdrawals";
    *world.gateway.down.lock().unwrap() = Some(Unavailable::NotLeading);
    check(
        world.post(&people.ann, path, withdrawal.clone()).await,
        expect![[r#"
        {
          "advice": "ask another replica, or this one again",
          "code": "NotLeading",
          "detail": "this replica does not lead now; nothing was done",
          "retry": "same_key",
          "retryable": true,
          "status": 503,
          "title": "Not leading",
          "type": "urn:gcfn:problem:NotLeading"
        }"#]],
    );
    check(
        bare(&world, "GET", "/readyz").await,
        expect![[r#"
        {
          "advice": "ask another replica, or this one again",
          "code": "NotLeading",
          "detail": "this replica does not lead now; nothing was done",
          "retry": "same_key",
          "retryable": true,
          "status": 503,
          "title": "Not leading",
          "type": "urn:gcfn:problem:NotLeading"
        }"#]],
    );
    *world.gateway.down.lock().unwrap() = Some(Unavailable::InDoubt);
    check(
        world.post(&people.ann, path, withdrawal).await,
        expect![[r#"
        {
          "advice": "ask again with the same key: it is done once",
          "code": "InDoubt",
          "detail": "no quorum answered in time; nobody knows yet whether it was done",
          "retry": "same_key",
          "retryable": true,
          "status": 504,
          "title": "In doubt",
          "type": "urn:gcfn:problem:InDoubt"
        }"#]],
    );
    let ahead = request("GET", "/api/v1/node", Some(&people.ann)).header("gcfn-at-least", "9999");
    check(
        world.send(ahead.body(Body::empty()).unwrap()).await,
        expect![[r#"
        {
          "advice": "ask again, or another replica",
          "code": "Behind",
          "detail": "state of this replica is older than asked for",
          "retry": "same_key",
          "retryable": true,
          "status": 503,
          "title": "Behind",
          "type": "urn:gcfn:problem:Behind"
        }"#]],
    );
}

#[tokio::test]
async fn too_often() {
    let two = NonZeroU32::new(2).unwrap();
    let limits = RateLimits { user: two, anonymous: two, ..RateLimits::NETWORK };
    let world = World::with_limits(limits).await;
    let (ann, ben) = (world.key(Scope::User, None).await, world.key(Scope::User, None).await);
    let quick = world.key(Scope::MarketMaker, None).await;
    world.get(&ann, "/api/v1/node").await;
    world.get(&ann, "/api/v1/node").await;
    let third = request("GET", "/api/v1/node", Some(&ann)).body(Body::empty()).unwrap();
    let response = world.response(third).await;
    assert_eq!(response.headers()["retry-after"], "30");
    check(
        world.get(&ann, "/api/v1/node").await,
        expect![[r#"
        {
          "advice": "wait for as long as Retry-After says",
          "code": "RateLimited",
          "detail": "more requests than this credential may send",
          "retry": "same_key",
          "retry_after": 30,
          "retryable": true,
          "status": 429,
          "title": "Rate limited",
          "type": "urn:gcfn:problem:RateLimited"
        }"#]],
    );
    assert!(world.get(&ben, "/api/v1/node").await.0.is_success(), "Ben has a limit of his own");
    for _ in 0..3 {
        assert!(world.get(&quick, "/api/v1/node").await.0.is_success());
    }
    let token = "/api/v1/users/token";
    for expected in [400, 400, 429] {
        assert_eq!(bare(&world, "POST", token).await.0, expected);
        assert_eq!(bare(&world, "GET", "/healthz").await.0, 200, "a probe is not counted");
    }
}
