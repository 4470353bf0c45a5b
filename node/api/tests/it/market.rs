//! What everybody may know of a market, and when it stands still.

use crate::people::People;
use crate::world::{World, money};
use serde_json::{Value, json};

#[tokio::test]
async fn a_series_has_a_price_a_place_on_the_curve_and_a_suggestion() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let quotes = format!("/api/v1/market/quotes/{}", people.series);
    let (_, quote) = world.get(&people.ann, &quotes).await;
    assert_eq!((&quote["price"], &quote["last_price"]), (&money("90.00"), &Value::Null));
    people.buy(&world, 1).await;
    let (_, quote) = world.get(&people.bank, &quotes).await;
    assert_eq!((&quote["last_price"], &quote["discount"]), (&money("90.00"), &json!(1_000)));
    assert_eq!(quote["ask"], json!({ "price": money("90.00"), "quantity": 99 }));
    assert_eq!((&quote["bid"], &quote["phase"]), (&Value::Null, &json!("continuous")));

    let (_, curve) = world.get(&people.ann, "/api/v1/market/curve").await;
    let point = &curve["points"][0];
    assert_eq!((&point["series"], &point["price"]), (&json!(people.series), &money("90.00")));
    assert_eq!(point["days_left"], 189);
    let other = format!("/api/v1/market/curve?issuer={}", people.ben.party);
    assert_eq!(world.get(&people.ann, &other).await.1["points"], json!([]));

    let asked = format!("/api/v1/market/price-suggestion?series={}", people.series);
    let (_, suggested) = world.get(&people.ann, &asked).await;
    let factor = |name: &str| suggested[name].as_i64().unwrap();
    let off = factor("time_discount") + factor("credit_premium") + factor("liquidity_premium");
    // Everybody sells: the book takes off as much as it may.
    assert_eq!((factor("sell_quantity"), factor("liquidity_premium")), (99, 1_000));
    let expected = format!("{}.{:02}", (10_000 - off) / 100, (10_000 - off) % 100);
    assert_eq!(suggested["price"], money(&expected), "it can be computed again");
    let nothing = "/api/v1/market/price-suggestion?series=ser-0000000000000000000000000a";
    assert_eq!(world.get(&people.ann, nothing).await.1["field"], "series");
}

#[tokio::test]
async fn a_fee_is_quoted_with_what_it_follows_from() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let quote =
        async |query: &str| world.get(&people.ann, &format!("/api/v1/fees/quote?{query}")).await.1;
    let asked = quote("market=c2c&side=buy&value=250").await;
    assert_eq!((&asked["fee"], &asked["total"]), (&money("0.50"), &money("250.50")));
    assert_eq!((&asked["rate"], &asked["trades_this_month"]), (&json!(20), &json!(1)));
    let asked = quote("market=c2c&side=sell&liquidity=maker&value=250.00").await;
    assert_eq!((&asked["fee"], &asked["total"]), (&money("0.25"), &money("249.75")));
    assert_eq!(quote("market=c2c&side=sell&value=1.005").await["field"], "value");
    assert_eq!(quote("market=c2c&side=sell&value=-1").await["field"], "value");
}

#[tokio::test]
async fn a_book_is_halted_resumed_and_emptied() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let series = json!({ "series": people.series });
    world.done(&people.operator, "/api/v1/market/halts", series.clone()).await;
    let (status, refused) = world.post(&people.operator, "/api/v1/market/halts", series).await;
    assert_eq!((status.as_u16(), &refused["code"]), (409, &json!("PhaseState")));
    let (_, halts) = world.get(&people.ann, "/api/v1/market/halts").await;
    assert_eq!(halts["books"][0]["phase"], "halted");
    let resume = format!("/api/v1/market/halts/{}", people.series);
    world.call("DELETE", &people.operator, &resume, Value::Null).await;
    let (_, halts) = world.get(&people.ann, "/api/v1/market/halts").await;
    assert_eq!(halts["books"][0]["phase"], "auction", "a call comes first");
    assert!(halts["books"][0]["until"].is_string());

    let (_, book) =
        world.get(&people.ann, &format!("/api/v1/mm/orderbook/{}", people.series)).await;
    assert_eq!(book["asks"], json!([{ "price": money("90.00"), "quantity": 100, "orders": 1 }]));
    let empty = format!("/api/v1/market/orders/{}", people.series);
    let (_, emptied) = world.call("DELETE", &people.operator, &empty, Value::Null).await;
    assert_eq!(emptied["orders"], 1);
    let (_, book) =
        world.get(&people.ann, &format!("/api/v1/mm/orderbook/{}", people.series)).await;
    assert_eq!(book["asks"], json!([]));
}
