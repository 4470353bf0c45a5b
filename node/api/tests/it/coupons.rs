//! Single coupons: seen by anybody, in somebody's hands, held in place.

use crate::people::People;
use crate::world::{World, money};
use axum::http::StatusCode;
use gcfn_model::{SeriesId, Xqid};
use serde_json::{Value, json};

fn coupon(people: &People, serial: u64) -> String {
    let series: SeriesId = people.series.parse().unwrap();
    format!("/api/v1/coupons/{}", Xqid { series, serial })
}

#[tokio::test]
async fn a_coupon_shows_its_holder_to_nobody_else() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    let (_, seen) = world.get(&people.ann, &coupon(&people, 0)).await;
    assert_eq!((&seen["state"], &seen["held"]), (&json!("sold"), &json!("holder")));
    assert_eq!(seen["holder"], json!(people.ann.party));
    assert_eq!((&seen["face"], &seen["batch"]), (&money("100.00"), &json!(people.batch)));
    let (_, seen) = world.get(&people.ben, &coupon(&people, 0)).await;
    assert_eq!((&seen["held"], &seen["holder"]), (&json!("holder"), &Value::Null));
    let (_, seen) = world.get(&people.regulator, &coupon(&people, 0)).await;
    assert_eq!(seen["holder"], json!(people.ann.party));
    let (_, unsold) = world.get(&people.ben, &coupon(&people, 99)).await;
    assert_eq!((&unsold["state"], &unsold["held"]), (&json!("listed"), &json!("issuer")));

    let (status, _) = world.get(&people.ann, &coupon(&people, 100)).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "no such serial");
    let mistyped = format!("/api/v1/coupons/{}.0.00", people.series);
    let (_, problem) = world.get(&people.ann, &mistyped).await;
    assert_eq!(problem["code"], "PathId", "the check digits do not fit");
}

#[tokio::test]
async fn coupons_are_frozen_by_one_and_set_free_by_two() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let path = format!("/api/v1/coupons/{}", people.series);
    let wish = json!({ "serials": { "first": 0, "end": 2 }, "reason": "risk" });
    let frozen = world.done(&people.operator, &format!("{path}/freeze"), wish).await;
    let (_, assets) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    assert_eq!(
        (&assets["coupons"][0]["free"], &assets["coupons"][0]["frozen"]),
        (&json!(1), &json!(2))
    );
    let (_, list) = world.get(&people.regulator, "/api/v1/compliance/coupon-freezes").await;
    let freeze = &list["freezes"][0];
    assert_eq!(freeze["coupons"][0]["holder"], json!(people.ann.party));
    assert_eq!(frozen["number"], freeze["freeze"]);

    let thaw = json!({ "freeze": freeze["freeze"] });
    let elsewhere = "/api/v1/coupons/ser-0000000000000000000000000a/unfreeze";
    let (_, problem) = world.post(&people.operator, elsewhere, thaw.clone()).await;
    assert_eq!(problem["code"], "UnknownCouponFreeze");
    for person in [&people.operator, &people.second] {
        world.done(person, &format!("{path}/unfreeze"), thaw.clone()).await;
    }
    let (_, seen) = world.get(&people.ann, &coupon(&people, 0)).await;
    assert_eq!(seen["held"], "holder");
}

#[tokio::test]
async fn a_pledge_is_released_by_its_pledgee() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let path = format!("/api/v1/coupons/{}/pledge", people.series);
    let wish = json!({ "pledgee": people.ben.party, "quantity": 2 });
    let pledged = world.done(&people.ann, &path, wish).await;
    let (_, list) = world.get(&people.ben, "/api/v1/coupons/pledges").await;
    assert_eq!(list["pledges"][0]["serials"], json!([{ "first": 0, "end": 2 }]));
    assert_eq!(list["pledges"][0]["pledge"], pledged["number"]);
    let (_, list) = world.get(&people.issuer, "/api/v1/coupons/pledges").await;
    assert_eq!(list["pledges"], json!([]), "no affair of the issuer's");

    let release = json!({ "pledge": pledged["number"] });
    let (_, refused) =
        world.post(&people.ann, "/api/v1/coupons/pledges/release", release.clone()).await;
    assert_eq!(refused["code"], "NotYours");
    world.done(&people.ben, "/api/v1/coupons/pledges/release", release).await;
    let (_, assets) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 2);
}

#[tokio::test]
async fn coupons_are_worth_their_last_price() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let (_, worth) = world.get(&people.ann, "/api/v1/wallets/me/valuation").await;
    assert_eq!(worth["coupons"][0]["quantity"], 3);
    assert_eq!(
        (&worth["at_last_prices"], &worth["redeemable"]),
        (&money("270.00"), &money("300.00"))
    );
    assert_eq!(worth["money"], money("5000.00"), "what is committed is Ann's until it settles");
    let (_, wallet) = world.get(&people.ann, "/api/v1/wallets/me").await;
    assert_eq!(wallet["coupons"][0]["free"], 3);
    let (_, identity) = world.get(&people.ann, "/api/v1/users/me/kyc").await;
    assert_eq!((&identity["kyc"], &identity["kyc_to_trade"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn a_refund_and_a_withdrawal_show_to_whom_they_belong() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 1).await;
    world.done(&people.ann, "/api/v1/refunds", json!({ "trade": bought["trades"][0] })).await;
    world.project().await;
    let (_, list) = world.get(&people.ann, "/api/v1/refunds").await;
    assert_eq!(list["refunds"][0]["value"], money("90.00"));
    let (_, list) = world.get(&people.ben, "/api/v1/refunds").await;
    assert_eq!(list["refunds"], json!([]));

    let wish = json!({ "amount": money("100") });
    let taken = world.done(&people.ann, "/api/v1/payments/withdrawals", wish).await;
    let (_, list) = world.get(&people.ann, "/api/v1/payments/withdrawals").await;
    assert_eq!(list["withdrawals"][0]["withdrawal"], taken["withdrawal"]);
    assert_eq!(list["withdrawals"][0]["state"], "instructed");
    let (_, list) = world.get(&people.ben, "/api/v1/payments/withdrawals").await;
    assert_eq!(list["withdrawals"], json!([]));
    let id = taken["withdrawal"].as_str().unwrap();
    let path = format!("/api/v1/payments/withdrawals/{id}/cancel");
    let (_, refused) = world.post(&people.ann, &path, Value::Null).await;
    assert_eq!(refused["code"], "WithdrawalSent");
}
