//! An issuer sells new coupons cheaper for a time.

use crate::people::People;
use crate::world::{World, money, time};
use axum::http::StatusCode;
use gcfn_venue::Command;
use serde_json::{Value, json};

const AFTERNOON: &str = "2026-11-23T05:00:00.000000Z";
const EVENING: &str = "2026-11-23T07:00:00.000000Z";

fn later(world: &World, at: &str) {
    *world.gateway.now.lock().unwrap() = time(at);
    world.gateway.apply(&Command::Tick).unwrap();
}

#[tokio::test]
async fn a_promotion_begins_sells_first_and_ends_by_itself() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/issuers/{}/promotions", people.issuer.party);
    let wish = json!({
        "series": people.series, "quantity": 40, "discount_bp": 1000,
        "begins_at": AFTERNOON, "ends_at": EVENING,
    });
    let (_, refused) = world.post(&people.issuer, &path, wish.clone()).await;
    assert_eq!(refused["code"], "InsufficientCoupons", "all are on offer at 90 already");

    let (_, orders) = world.get(&people.issuer, "/api/v1/trades/orders").await;
    let listed =
        format!("/api/v1/trades/orders/{}", orders["orders"][0]["order"].as_str().unwrap());
    let fewer = world
        .call("PATCH", &people.issuer, &listed, json!({ "quantity": 60, "limit": money("97") }))
        .await;
    assert_eq!(fewer.0, StatusCode::OK, "{}", fewer.1);
    let promoted = world.done(&people.issuer, &path, wish).await;
    assert_eq!(promoted["not_before"], AFTERNOON);
    let (_, seen) = world.get(&people.ben, &path).await;
    let promotion = &seen["promotions"][0];
    assert_eq!((&promotion["price"], &promotion["discount_bp"]), (&money("90.00"), &json!(1000)));
    assert_eq!((&promotion["kind"], &promotion["left"]), (&json!("voucher"), &json!(40)));
    assert_eq!(
        (&promotion["begins_at"], &promotion["ends_at"]),
        (&json!(AFTERNOON), &json!(EVENING))
    );

    let cheaper = json!({
        "series": people.series, "quantity": 1, "discount_bp": 1500, "ends_at": EVENING,
    });
    let (_, refused) = world.post(&people.issuer, &path, cheaper).await;
    assert_eq!(refused["code"], "BelowReserve", "its reserve was funded for sales at 90");

    later(&world, AFTERNOON);
    let bought = people.buy(&world, 1).await;
    assert_eq!(bought["filled"], 1);
    let (_, seen) = world.get(&people.ann, &path).await;
    let promotion = &seen["promotions"][0];
    assert_eq!((&promotion["sold"], &promotion["begins_at"]), (&json!(1), &Value::Null));

    let change = json!({ "promotion": promotion["promotion"], "discount_bp": 500 });
    let (status, changed) = world.call("PUT", &people.issuer, &path, change.clone()).await;
    assert_eq!(status, StatusCode::OK, "{changed}");
    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["promotions"][0]["price"], money("95.00"));

    later(&world, EVENING);
    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["promotions"], json!([]));
    let quote = format!("/api/v1/market/quotes/{}", people.series);
    let (_, quote) = world.get(&people.ann, &quote).await;
    assert_eq!(quote["ask"], json!({ "price": money("97.00"), "quantity": 60 }));
    let (_, refused) = world.call("PUT", &people.issuer, &path, change).await;
    assert_eq!(refused["code"], "UnknownOrder", "it is over");
}

#[tokio::test]
async fn a_promotion_is_the_issuers_own_and_leaves_something_of_the_price() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/issuers/{}/promotions", people.issuer.party);
    let wish = |discount: u32, series: &str| {
        json!({
            "series": series, "quantity": 1, "discount_bp": discount, "ends_at": EVENING,
        })
    };
    for (discount, series, expected) in [
        (0, &*people.series, "FieldRule discount_bp"),
        (10_000, &*people.series, "FieldRule discount_bp"),
        (20_000, &*people.series, "FieldRule discount_bp"),
        (1500, "ser-0000000000000000000000000a", "UnknownSeries series"),
    ] {
        let (_, refused) = world.post(&people.issuer, &path, wish(discount, series)).await;
        let [code, field] = ["code", "field"].map(|name| refused[name].as_str().unwrap_or("-"));
        assert_eq!(format!("{code} {field}"), expected);
    }
    let elsewhere = format!("/api/v1/issuers/{}/promotions", people.ann.party);
    let (_, refused) = world.post(&people.issuer, &elsewhere, wish(1500, &people.series)).await;
    assert_eq!(refused["code"], "NotYours");
    assert_eq!(world.get(&people.ben, &elsewhere).await.0, StatusCode::NOT_FOUND);
    let alias = format!("/api/b2b/promo/{}", people.issuer.party);
    assert_eq!(world.get(&people.ben, &alias).await.0, StatusCode::OK);
}
