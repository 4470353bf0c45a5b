//! Whether issuers could pay if holders came to redeem at once.

use crate::people::People;
use crate::world::{World, money};
use axum::http::StatusCode;
use serde_json::{Value, json};

const PATH: &str = "/api/v1/risk/liquidity";

/// Called, reserves, own means and shortfall of the only issuer.
fn figures(report: &Value) -> [&str; 4] {
    let issuer = &report["issuers"][0];
    ["called", "reserves", "own_means", "shortfall"]
        .map(|name| issuer[name]["amount"].as_str().unwrap())
}

#[tokio::test]
async fn supervisors_see_who_could_not_pay_if_all_came_at_once() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 50).await;
    let (_, report) = world.get(&people.regulator, PATH).await;
    assert_eq!(report["outstanding"], money("5000.00"));
    // Ten a coupon and the seller's fee were set aside of 5000; issuing costs 80.
    assert_eq!(figures(&report), ["5000.00", "1009.00", "3911.00", "80.00"]);
    let (_, report) = world.get(&people.operator, &format!("{PATH}?stress_bp=5000")).await;
    assert_eq!(figures(&report), ["2500.00", "1009.00", "3911.00", "0.00"]);

    let (status, refused) = world.get(&people.operator, &format!("{PATH}?stress_bp=10001")).await;
    assert_eq!(
        (status, &refused["field"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("stress_bp"))
    );
    assert_eq!(world.get(&people.issuer, PATH).await.0, StatusCode::FORBIDDEN);
    let (status, _) = world.get(&people.regulator, "/api/risk/liquidity").await;
    assert_eq!(status, StatusCode::OK, "as the founding documents call it");
}

#[tokio::test]
async fn supervisors_see_what_is_at_banks() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    for path in ["/api/v1/trust/accounts", "/api/bank/trust"] {
        let (_, accounts) = world.get(&people.regulator, path).await;
        let users = accounts["pools"].as_array().unwrap().iter().find(|of| of["pool"] == "UC");
        assert_eq!(users.unwrap()["at_bank"], money("5000.00"));
    }
}
