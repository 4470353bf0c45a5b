//! A party's own data: changed, erased at its wish, told about; and what staff did with it.

use crate::people::{People, register};
use crate::world::{World, money, time};
use axum::http::StatusCode;
use gcfn_api::Scope;
use gcfn_model::Pool;
use serde_json::{Value, json};

const ME: &str = "/api/v1/users/me";

#[tokio::test]
async fn a_party_changes_how_it_is_reached_and_nothing_else() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let ann = register(&world, &operator, "user", "Ann").await;
    let ben = register(&world, &operator, "user", "Ben").await;

    let change = json!({ "phone": "+86 21 5555 0100" });
    let (status, me) = world.call("PATCH", &ann, ME, change.clone()).await;
    assert_eq!((status, &me["phone"]), (StatusCode::OK, &json!("+86 21 5555 0100")));
    assert_eq!(me["name"], "Ann");
    let (status, problem) = world.call("PATCH", &ben, ME, change).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("HandleTaken")));
    assert_eq!(problem["field"], "phone");

    let email = json!({ "email": "ann@example.org" });
    assert_eq!(world.call("PATCH", &ann, ME, email).await.0, StatusCode::OK);
    let half_taken = json!({ "phone": "+86 21 5555 0200", "email": "ann@example.org" });
    let (_, problem) = world.call("PATCH", &ben, ME, half_taken).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("HandleTaken"), &json!("email")));
    let (_, me) = world.get(&ben, ME).await;
    assert_ne!(me["phone"], "+86 21 5555 0200", "all of it or nothing");

    for (wrong, field) in [
        (json!({}), "phone"),
        (json!({ "phone": "none" }), "phone"),
        (json!({ "email": "none" }), "email"),
        (json!({ "name": "Anna" }), "name"),
    ] {
        let (status, problem) = world.call("PATCH", &ann, ME, wrong).await;
        assert!(status.is_client_error());
        assert_eq!(problem["field"], field, "{problem}");
    }
}

#[tokio::test]
async fn personal_data_is_erased_once_nothing_has_it_kept() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let ann = register(&world, &operator, "user", "Ann").await;
    let order = json!({ "party": ann.party });
    let erase = async || {
        let (status, answer) =
            world.post(&operator, "/api/v1/compliance/erasure", order.clone()).await;
        let word = if status.is_success() { "status" } else { "code" };
        answer[word].as_str().unwrap().to_owned()
    };
    let path = "/api/v1/users/me/erasure";
    assert_eq!(world.get(&ann, path).await.1["status"], "not_requested");
    assert_eq!(world.done(&ann, path, Value::Null).await["status"], "requested");
    assert_eq!(erase().await, "MustBeKept", "the party is still here");

    let close = format!("/api/v1/admin/users/{}/close", ann.party);
    world.done(&operator, &close, Value::Null).await;
    let (_, list) = world.get(&operator, "/api/v1/compliance/erasure").await;
    assert_eq!(list["erasures"][0]["status"], "deferred", "{list}");
    assert_eq!(list["erasures"][0]["deferred_until"], "2031-11-27T01:00:00.000000Z");
    assert_eq!(erase().await, "MustBeKept", "the law has it kept");

    *world.gateway.now.lock().unwrap() = time("2031-11-27T01:00:00Z");
    let (_, list) = world.get(&operator, "/api/v1/compliance/erasure").await;
    assert_eq!(list["erasures"][0]["status"], "due");
    assert_eq!(erase().await, "completed");
    assert_eq!(erase().await, "completed", "done again it is done");
    let (_, list) = world.get(&operator, "/api/v1/compliance/erasure").await;
    assert_eq!(list["erasures"].as_array().unwrap().len(), 1);
    assert_eq!(list["erasures"][0]["erased_at"], "2031-11-27T01:00:00.000000Z");
    assert!(world.store.vault().fields(ann.party).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_party_is_told_what_has_happened_to_it() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let gift = json!({ "to": people.ben.party, "quantity": 1 });
    world.done(&people.ann, &format!("/api/v1/coupons/{}/transfer", people.series), gift).await;
    world.project().await;

    let kinds = async |key| {
        let (_, list) = world.get(key, "/api/v1/users/me/notifications").await;
        let notices = list["notices"].as_array().unwrap().iter();
        notices.map(|notice| notice["kind"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&people.ann).await, ["trade_matched", "deposit_received"]);
    assert_eq!(kinds(&people.ben).await, ["coupons_received"]);
    let (_, page) = world.get(&people.ann, "/api/v1/users/me/notifications?limit=1").await;
    let next = page["next"].as_str().unwrap();
    let path = format!("/api/v1/users/me/notifications?limit=1&before={next}");
    let (_, page) = world.get(&people.ann, &path).await;
    assert_eq!(page["notices"][0]["amount"], money("5000.00"));

    assert_eq!(page["reminders"], json!([]), "months are left");
    *world.gateway.now.lock().unwrap() = time("2027-05-30T16:00:00Z");
    let (_, page) = world.get(&people.ben, "/api/v1/users/me/notifications").await;
    let reminder = &page["reminders"][0];
    assert_eq!(reminder["kind"], "coupons_expiring");
    assert_eq!(
        (&reminder["at"], &reminder["quantity"]),
        (&json!("2027-05-31T16:00:00.000000Z"), &json!(1))
    );
}

#[tokio::test]
async fn what_staff_change_is_kept_for_the_supervisor() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    *world.gateway.now.lock().unwrap() = time("2026-11-23T02:00:00Z");
    let freeze = json!({ "party": people.ann.party });
    world.done(&people.operator, "/api/v1/compliance/freeze", freeze).await;
    let quota = format!("/api/v1/issuers/{}/quota", people.ben.party);
    let (status, _) = world.post(&people.operator, &quota, json!({ "quota": money("1") })).await;
    assert!(status.is_client_error());
    let odd = "/api/v1/issuers/Ann%20Example/quota";
    world.post(&people.operator, odd, json!({ "quota": money("1") })).await;

    let (_, log) = world.get(&people.regulator, "/api/v1/admin/logs?limit=3").await;
    let calls = log["calls"].as_array().unwrap();
    let lines: Vec<_> = calls.iter().map(|call| (&call["action"], &call["outcome"])).collect();
    assert!(lines.contains(&(&json!("POST /api/v1/compliance/freeze"), &json!("Done"))));
    let of_ben = calls.iter().find(|call| call["subject"] == json!(people.ben.party)).unwrap();
    assert_eq!(of_ben["action"], "POST /api/v1/issuers/{issuer}/quota");
    assert_ne!(of_ben["outcome"], "Done");
    assert!(calls.iter().all(|call| call["by"] == json!(people.operator.party)));
    assert!(!log.to_string().contains("Example"), "{log}");
    let next = log["next"].as_str().unwrap();
    let (_, older) =
        world.get(&people.regulator, &format!("/api/v1/admin/logs?before={next}")).await;
    let older = older["calls"].as_array().unwrap();
    assert!(older.iter().any(|call| call["action"] == "POST /api/v1/users"), "{older:?}");
    assert!(older.iter().all(|call| !calls.contains(call)));
    assert_eq!(world.get(&people.ann, "/api/v1/admin/logs").await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn staff_page_through_the_parties() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, first) = world.get(&people.operator, "/api/v1/admin/users?limit=3").await;
    let next = first["next"].as_str().unwrap();
    let (_, rest) =
        world.get(&people.operator, &format!("/api/v1/admin/users?limit=3&after={next}")).await;
    let mut parties: Vec<&str> = Vec::new();
    for page in [&first, &rest] {
        let lines = page["parties"].as_array().unwrap().iter();
        parties.extend(lines.map(|line| line["party"].as_str().unwrap()));
    }
    assert_eq!(parties.len(), 4);
    assert!(parties.is_sorted());
    assert_eq!(rest["next"], Value::Null);
    let (_, merchants) = world.get(&people.operator, "/api/v1/admin/users?kind=merchant").await;
    assert_eq!(merchants["parties"][0]["party"], json!(people.merchant.party));
    assert_eq!(merchants["parties"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_holds_a_coupon_is_proven_to_its_holder_and_to_staff() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let series: gcfn_model::SeriesId = people.series.parse().unwrap();
    let proof = |serial| format!("/api/v1/coupons/{}/proof", gcfn_model::Xqid { series, serial });
    for key in [&people.ann, &people.operator] {
        assert_eq!(world.get(key, &proof(0)).await.0, StatusCode::OK);
    }
    let (_, problem) = world.get(&people.ben, &proof(0)).await;
    assert_eq!(problem["code"], "NotPermitted", "it would tell him who holds it");
    assert_eq!(world.get(&people.ben, &proof(5)).await.0, StatusCode::OK, "nobody holds it yet");
    let (_, problem) = world.get(&people.operator, &proof(1_000_000)).await;
    assert_eq!(problem["code"], "NotFound");
}

#[tokio::test]
async fn that_an_order_is_open_is_proven_to_its_owner_and_to_staff() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let wish =
        json!({ "series": people.series, "side": "buy", "quantity": 1, "limit": money("60") });
    let placed = world.done(&people.ann, "/api/v1/trades/orders", wish).await;
    let order = placed["order"].as_str().unwrap();
    let proof = format!("/api/v1/trades/orders/{order}/proof");
    for key in [&people.ann, &people.operator, &people.regulator] {
        let (status, shown) = world.get(key, &proof).await;
        assert_eq!((status, &shown["order"]), (StatusCode::OK, &json!(order)));
    }
    assert_eq!(world.get(&people.ben, &proof).await.0, StatusCode::NOT_FOUND, "not his");
    let unknown = format!("/api/v1/trades/orders/{}/proof", people.series);
    assert_eq!(world.get(&people.ann, &unknown).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_coupon_shows_the_trades_that_it_went_through() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    world.deposit(people.ben.party, Pool::UserCustody, 1000);
    let sell =
        json!({ "series": people.series, "side": "sell", "quantity": 1, "limit": money("89") });
    world.done(&people.ann, "/api/v1/trades/orders", sell).await;
    let buy =
        json!({ "series": people.series, "side": "buy", "quantity": 1, "limit": money("91") });
    world.done(&people.ben, "/api/v1/trades/orders", buy).await;
    world.project().await;

    let series: gcfn_model::SeriesId = people.series.parse().unwrap();
    let history =
        |serial| format!("/api/v1/coupons/{}/history", gcfn_model::Xqid { series, serial });
    let (_, seen) = world.get(&people.ben, &history(0)).await;
    let prices: Vec<_> =
        seen["trades"].as_array().unwrap().iter().map(|trade| &trade["price"]["amount"]).collect();
    assert_eq!(prices, ["89.00", "90.00"], "{seen}");
    assert_eq!(seen["trades"][0]["buyer"], json!(people.ben.party));
    assert_eq!(seen["trades"][0]["seller"], Value::Null, "others are not told");
    let (_, seen) = world.get(&people.regulator, &history(0)).await;
    assert_eq!(seen["trades"][0]["seller"], json!(people.ann.party));
    let (_, seen) = world.get(&people.ben, &history(1)).await;
    assert_eq!(seen["trades"].as_array().unwrap().len(), 1);
    let (status, _) = world.get(&people.ben, &history(100)).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_issuer_sees_what_its_coupons_have_come_to() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 4).await;
    let path = format!("/api/v1/issuers/{}/bi", people.issuer.party);
    let (status, figures) = world.get(&people.issuer, &path).await;
    assert_eq!(status, StatusCode::OK);
    let batch = &figures["batches"][0];
    assert_eq!(
        (&batch["issued"], &batch["unsold"], &batch["circulating"]),
        (&json!(100), &json!(96), &json!(4))
    );
    assert_eq!((&batch["redeemed"], &figures["redemption_bp"]), (&json!(0), &json!(0)));
    assert_eq!(batch["last_price"], money("90.00"));
    assert_eq!(world.get(&people.ann, &path).await.0, StatusCode::FORBIDDEN);
}
