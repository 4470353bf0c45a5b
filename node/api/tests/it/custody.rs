//! Who keeps a holder's coupons: itself, or the platform by agreement (C-31, ESC-11).

use crate::people::People;
use crate::world::{World, money};
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The digest of the agreement that the holder has signed.
const AGREEMENT: &str = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";

/// Two persons put Ann's coupons into the platform's custody.
async fn take_into_custody(world: &World, people: &People) {
    let path = format!("/api/v1/admin/users/{}/custody", people.ann.party);
    let custody = json!({ "keeper": "platform", "agreement": AGREEMENT });
    let proposed = world.done(&people.operator, &path, custody).await;
    approve(world, people, &proposed).await;
}

/// The second person approves what the first has proposed.
async fn approve(world: &World, people: &People, proposed: &Value) {
    let proposal = proposed["proposal"].as_str().unwrap();
    let approve = format!("/api/v1/admin/proposals/{proposal}/approve");
    world.done(&people.second, &approve, Value::Null).await;
}

#[tokio::test]
async fn staff_act_for_a_holder_that_has_signed_and_for_nobody_else() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let gifts = format!("/api/v1/admin/users/{}/gifts", people.ann.party);
    let gift = json!({ "series": people.series, "to": people.ben.party, "quantity": 1 });
    let (_, refused) = world.post(&people.operator, &gifts, gift.clone()).await;
    assert_eq!(refused["code"], "OwnCustody");

    take_into_custody(&world, &people).await;
    let (_, me) = world.get(&people.ann, "/api/v1/users/me").await;
    assert_eq!(me["custody"], json!({ "keeper": "platform", "agreement": AGREEMENT }));
    let own = format!("/api/v1/coupons/{}/transfer", people.series);
    let wish = json!({ "to": people.ben.party, "quantity": 1 });
    let (_, refused) = world.post(&people.ann, &own, wish).await;
    assert_eq!(refused["code"], "PlatformCustody");
    let proposed = world.done(&people.operator, &gifts, gift).await;
    approve(&world, &people, &proposed).await;

    let locks = format!("/api/v1/admin/users/{}/redemptions", people.ann.party);
    let lock = json!({ "series": people.series, "merchant": people.merchant.party, "amount": money("40") });
    let locked = world.done(&people.operator, &locks, lock).await;
    assert_eq!(locked["value"], money("40.00"));
    let token = locked["redemption"].as_str().unwrap();
    let (_, seen) = world.get(&people.ann, &format!("/api/v1/redemptions/{token}")).await;
    assert_eq!(seen["holder"], json!(people.ann.party));
    let (_, assets) = world.get(&people.ben, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 1);
}

#[tokio::test]
async fn an_agreement_is_of_the_platform_s_custody_and_of_no_other() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let path = format!("/api/v1/admin/users/{}/custody", people.ann.party);
    for wrong in
        [json!({ "keeper": "platform" }), json!({ "keeper": "own", "agreement": AGREEMENT })]
    {
        let (status, refused) = world.post(&people.operator, &path, wrong).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
        assert_eq!(
            (&refused["code"], &refused["field"]),
            (&json!("FieldRule"), &json!("agreement"))
        );
    }
}
