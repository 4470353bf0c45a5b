//! What a party's money has done, line by line.

use crate::people::People;
use crate::world::{World, money, time};
use axum::http::StatusCode;
use gcfn_model::Pool;
use serde_json::{Value, json};

/// A line in short: why, and what it comes to.
fn short(line: &Value) -> String {
    let changes = line["changes"].as_array().unwrap().iter();
    let changes = changes.map(|change| {
        let (bucket, by) = (change["bucket"].as_str().unwrap(), &change["by"]["amount"]);
        format!("{bucket} {}", by.as_str().unwrap())
    });
    let changes: Vec<_> = changes.collect();
    let total = line["total"]["amount"].as_str().unwrap();
    format!("{}: {} = {total}", line["reason"].as_str().unwrap(), changes.join(", "))
}

#[tokio::test]
async fn a_user_sees_what_the_money_has_done() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    let taken = json!({ "amount": money("100") });
    world.done(&people.ann, "/api/v1/payments/withdrawals", taken).await;
    world.project().await;
    let (_, statement) = world.get(&people.ann, "/api/v1/wallets/me/statement").await;
    let lines: Vec<String> = statement["lines"].as_array().unwrap().iter().map(short).collect();
    assert_eq!(
        lines,
        [
            "withdrawal_request: avail -100.00, commit 0.10, wdrl 99.90 = 0.00",
            "primary_match: avail -90.18, commit 90.18 = 0.00",
            "user_deposit: avail 5000.00 = 5000.00",
        ]
    );
    let (_, none) = world.get(&people.ben, "/api/v1/wallets/me/statement").await;
    assert_eq!(none["lines"], json!([]));

    let path = format!("/api/v1/admin/users/{}/statement?limit=1", people.ann.party);
    let (_, page) = world.get(&people.regulator, &path).await;
    assert_eq!(short(&page["lines"][0]), lines[0]);
    let next = page["next"].as_str().unwrap();
    let (_, page) = world.get(&people.operator, &format!("{path}&before={next}")).await;
    assert_eq!(short(&page["lines"][0]), lines[1]);
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

/// A month in short.
fn month(report: &Value) -> String {
    let buckets = |name: &str| {
        let all = report[name].as_array().unwrap().iter();
        let all = all.map(|one| {
            format!("{} {}", one["bucket"].as_str().unwrap(), one["by"]["amount"].as_str().unwrap())
        });
        all.collect::<Vec<_>>().join(", ")
    };
    let name = report["month"].as_str().unwrap();
    format!("{name}: {} -> {}", buckets("opening"), buckets("closing"))
}

#[tokio::test]
async fn an_issuers_months_begin_with_what_the_last_one_left() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/issuers/{}/reports", people.issuer.party);
    world.project().await;
    let (_, reports) = world.get(&people.issuer, &path).await;
    let months: Vec<String> = reports["months"].as_array().unwrap().iter().map(month).collect();
    let paid_in = reports["months"][0]["flows"].as_array().unwrap();
    let paid_in = paid_in.iter().find(|flow| flow["reason"] == "issuer_deposit").unwrap();
    assert_eq!(paid_in["came_in"]["amount"], "5000.00");
    assert_eq!(months.len(), 1, "{months:?}");
    assert!(months[0].starts_with("2026-11:  -> "), "{months:?}");

    *world.gateway.now.lock().unwrap() = time("2026-12-01T00:00:00Z");
    world.deposit(people.issuer.party, Pool::IssuerEscrow, 7);
    world.project().await;
    let (_, reports) = world.get(&people.operator, &path).await;
    let months: Vec<String> = reports["months"].as_array().unwrap().iter().map(month).collect();
    let [latest, first] = months.as_slice() else { panic!("{months:?}") };
    let left = first.split(" -> ").nth(1).unwrap();
    assert!(latest.starts_with(&format!("2026-12: {left} -> ")), "{months:?}");
    let (status, _) = world.get(&people.ann, &path).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_portfolio_adds_up_what_coupons_have_cost_and_brought() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let undone = people.buy(&world, 5).await;
    world.done(&people.ann, "/api/v1/refunds", json!({ "trade": undone["trades"][0] })).await;
    people.buy(&world, 3).await;
    let path = format!("/api/v1/coupons/{}/redeem/lock", people.series);
    let locked = world.done(&people.ann, &path, json!({ "merchant": people.merchant.party })).await;
    let confirm = format!("/api/v1/redemptions/{}/confirm", locked["redemption"].as_str().unwrap());
    world.done(&people.merchant, &confirm, Value::Null).await;
    world.project().await;

    let (_, portfolio) = world.get(&people.ann, "/api/v1/wallets/me/portfolio").await;
    assert_eq!(portfolio["complete"], true);
    let line = &portfolio["positions"][0];
    assert_eq!((&line["bought"], &line["paid"]), (&json!(3), &money("270.54")));
    assert_eq!((&line["held"], &line["worth"]), (&json!(2), &money("180.00")));
    assert_eq!((&line["redeemed"], &line["received"]), (&money("100.00"), &money("0.00")));
    assert_eq!((&line["result"], &line["return_bp"]), (&money("9.46"), &json!(349)));
    assert_eq!(portfolio["result"], money("9.46"));
    let (status, _) = world.get(&people.ann, "/api/b2c/portfolio").await;
    assert_eq!(status, StatusCode::OK, "as the founding documents call it");
}
