//! What somebody finds out before buying: who issues, what is on offer, at what prices and fees.

use crate::people::{People, register};
use crate::world::{World, money};
use axum::http::StatusCode;
use serde_json::{Value, json};

#[tokio::test]
async fn everybody_sees_who_issues_and_how_far_it_is_trusted() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let applicant = register(&world, &people.operator, "issuer", "Bakery").await;
    world.done(&applicant, "/api/v1/issuers", Value::Null).await;
    let (_, list) = world.get(&people.ben, "/api/v1/issuers").await;
    let issuers = list["issuers"].as_array().unwrap();
    assert_eq!(issuers.len(), 1, "an applicant is nobody's business yet");
    assert_eq!(issuers[0]["issuer"], json!(people.issuer.party));
    let standing = ["status", "grade", "score", "in_default"].map(|name| &issuers[0][name]);
    assert_eq!(standing, [&json!("active"), &json!("BBB"), &json!("60.00"), &json!(false)]);

    let (_, list) = world.get(&people.operator, "/api/v1/issuers?status=pending").await;
    assert_eq!(list["issuers"][0]["issuer"], json!(applicant.party));
    let (_, own) = world.get(&applicant, "/api/v1/issuers?status=pending").await;
    assert_eq!(own["issuers"].as_array().unwrap().len(), 1, "it sees itself");
    let (_, page) = world.get(&people.operator, "/api/v1/issuers?limit=1").await;
    let next = page["next"].as_str().unwrap();
    let (_, rest) = world.get(&people.operator, &format!("/api/v1/issuers?after={next}")).await;
    assert_eq!(rest["issuers"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_search_finds_what_is_asked_for() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let search = async |query: &str| {
        let (status, found) =
            world.get(&people.ben, &format!("/api/v1/coupons/search?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {found}");
        let homes = found["series"].as_array().unwrap().iter();
        homes.map(|one| one["home"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(" ")
    };
    let issuer = people.issuer.party;
    assert_eq!(search("reach=everywhere").await, "cn-sha hk-hkg cn-bj");
    assert_eq!(search(&format!("issuer={issuer}&reach=everywhere")).await, "cn-sha");
    assert_eq!(search(&format!("issuer={}", people.ben.party)).await, "");
    assert_eq!(search("price_max=89.99").await, "", "the best offer is 90.00");
    assert_eq!(search("price_max=90&reach=everywhere").await, "cn-sha");
    assert_eq!(search("expires_before=2026-12-01T00:00:00Z").await, "");
    assert_eq!(search("expires_from=2026-12-01T00:00:00Z").await, "cn-sha");
    let (_, refused) = world.get(&people.ben, "/api/v1/coupons/search?price_max=1.234").await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("FieldRule"), &json!("price_max")));
}

#[tokio::test]
async fn everybody_sees_what_coupons_were_traded_at_and_not_by_whom() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let undone = people.buy(&world, 1).await;
    people.buy(&world, 2).await;
    world.done(&people.ann, "/api/v1/refunds", json!({ "trade": undone["trades"][0] })).await;
    world.project().await;
    let path = format!("/api/v1/market/prices/{}", people.series);
    let (_, history) = world.get(&people.ben, &path).await;
    let at = "2026-11-23T01:00:00.000000Z";
    let expected = json!([{ "at": at, "price": money("90.00"), "quantity": 2, "primary": true }]);
    assert_eq!(history["trades"], expected, "nobody paid what was undone");
    let nowhere = "/api/v1/market/prices/ser-0000000000000000000000000a";
    assert_eq!(world.get(&people.ben, nowhere).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_fee_is_public() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, fees) = world.get(&people.ben, "/api/v1/fees").await;
    let trade = fees["trade"].as_array().unwrap();
    assert_eq!(trade.len(), 16, "four markets, two sides, who came first");
    let taker = json!({ "market": "c2c", "side": "buy", "liquidity": "taker", "rate_bp": 20 });
    assert!(trade.contains(&taker));
    assert_eq!(fees["issuance"][1]["tier"], "gold");
    assert_eq!((&fees["issuance"][1]["rate_bp"], &fees["withdrawal_bp"]), (&json!(80), &json!(10)));
}
