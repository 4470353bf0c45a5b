//! Coupons found, bought abroad, given, redeemed and handed back.

use super::{refusal, sum};
use crate::people::People;
use crate::world::{World, money, signed, time, yuan};
use gcfn_api_wire::proto::venue::coupons_client::CouponsClient;
use gcfn_api_wire::proto::venue::{
    BuyAbroadRequest, ConfirmRequest, GiftRequest, LockRateRequest, LockRedemptionRequest, Money,
    RedemptionStep, RefundRequest, SearchRequest, ShowCouponRequest, ShowRedemptionRequest,
};
use gcfn_model::{Currency, Rate, Xqid};
use gcfn_venue::{Command, LockedRate, Notice};
use serde_json::{json, to_value};
use tonic::Code;

/// The digest of what was bought.
const BASKET: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

fn client(world: &World) -> CouponsClient<axum::Router> {
    CouponsClient::new(world.router.clone())
}

fn gift(people: &People, key: &str, quantity: u64) -> GiftRequest {
    GiftRequest {
        idempotency_key: key.to_owned(),
        series: people.series.clone(),
        to: people.ben.party.to_string(),
        quantity,
    }
}

fn lock(people: &People, key: &str) -> LockRedemptionRequest {
    LockRedemptionRequest {
        idempotency_key: key.to_owned(),
        series: people.series.clone(),
        merchant: people.merchant.party.to_string(),
        serial: None,
        amount: sum("40"),
    }
}

fn step(key: &str, redemption: &str) -> RedemptionStep {
    RedemptionStep { idempotency_key: key.to_owned(), redemption: redemption.to_owned() }
}

/// The rate of `lock`, as the federation tells the node of it.
fn held(lock: &str) -> LockedRate {
    LockedRate {
        lock: lock.parse().unwrap(),
        holder: "cn-sha".parse().unwrap(),
        dealer: "hk-hkg".parse().unwrap(),
        pays: Currency::Cny,
        needs: Currency::Hkd,
        rate: Rate::new(109, 100).unwrap(),
        size: yuan(200),
        expires_at: time("2026-11-23T03:00:00Z"),
        value_date: "2026-11-25".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_coupon_is_that_of_the_rest_api() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    let xqid = Xqid { series: people.series.parse().unwrap(), serial: 0 }.to_string();
    let ask = ShowCouponRequest { xqid: xqid.clone() };
    let shown = client(&world).show_coupon(signed(&people.ann, ask)).await.unwrap().into_inner();
    let (_, expected) = world.get(&people.ann, &format!("/api/v1/coupons/{xqid}")).await;
    assert_eq!(to_value(shown).unwrap(), expected);
}

#[tokio::test]
async fn coupons_are_given_redeemed_and_handed_back() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let People { ann, ben, merchant, .. } = &people;
    let kept = people.buy(&world, 3).await;
    let returned = people.buy(&world, 1).await;
    let mut client = client(&world);
    let refund = RefundRequest {
        idempotency_key: "a".to_owned(),
        trade: returned["trades"][0].as_str().unwrap().to_owned(),
    };
    client.refund(signed(ann, refund)).await.unwrap();

    let given = client.gift(signed(ann, gift(&people, "b", 2))).await.unwrap().into_inner();
    let again = client.gift(signed(ann, gift(&people, "b", 2))).await.unwrap().into_inner();
    assert_eq!(given, again);

    let locked = client.lock_redemption(signed(ben, lock(&people, "c"))).await.unwrap();
    let locked = locked.into_inner();
    assert_eq!(locked.value, sum("40.00"));
    let path = format!("/api/v1/coupons/{}/redeem/lock", people.series);
    let body = json!({ "merchant": merchant.party, "amount": money("40") });
    let (_, over_rest) = world.post_as(ben, &path, "c", body).await;
    assert_eq!(to_value(&locked).unwrap(), over_rest, "the same wish by the other door");
    client.cancel_redemption(signed(ben, step("d", &locked.redemption))).await.unwrap();
    let locked = client.lock_redemption(signed(ben, lock(&people, "e"))).await.unwrap();
    let redemption = locked.into_inner().redemption;
    let asked = ShowRedemptionRequest { redemption: redemption.clone() };
    let shown = client.show_redemption(signed(merchant, asked)).await.unwrap().into_inner();
    assert_eq!((&*shown.state, shown.value, shown.holder), ("locked", sum("40.00"), None));
    let confirmed = ConfirmRequest {
        idempotency_key: "f".to_owned(),
        redemption: redemption.clone(),
        detail: Some(BASKET.to_owned()),
    };
    client.confirm_redemption(signed(merchant, confirmed)).await.unwrap();

    let (_, assets) = world.get(ben, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 2, "given once");
    assert_eq!(assets["coupons"][0]["redeemable"], money("160.00"));
    let (_, assets) = world.get(ann, "/api/v1/users/me/assets").await;
    assert_eq!((&kept["filled"], &assets["coupons"][0]["free"]), (&json!(3), &json!(1)));
}

#[tokio::test]
async fn coupons_of_another_node_are_found_and_quoted() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut client = client(&world);
    let (currency, reach) = (Some("HKD".to_owned()), Some("everywhere".to_owned()));
    let query = SearchRequest { currency, reach, ..SearchRequest::default() };
    let found = client.search(signed(&people.ann, query)).await.unwrap().into_inner();
    let path = "/api/v1/coupons/search?reach=everywhere&currency=HKD";
    let (_, expected) = world.get(&people.ann, path).await;
    assert_eq!(to_value(&found).unwrap(), expected);

    let dollars =
        |amount: &str| Some(Money { amount: amount.to_owned(), currency: "HKD".to_owned() });
    let needs = LockRateRequest { idempotency_key: "a".to_owned(), needs: dollars("200") };
    let locked = client.lock_rate(signed(&people.ann, needs)).await.unwrap().into_inner();
    let body = json!({ "needs": { "amount": "200", "currency": "HKD" } });
    let (_, over_rest) =
        world.post_as(&people.ann, "/api/v1/settle/xborder/quotes", "a", body).await;
    assert_eq!(to_value(&locked).unwrap(), over_rest);

    let purchase = BuyAbroadRequest {
        idempotency_key: "b".to_owned(),
        series: found.series[0].series.clone(),
        quantity: 2,
        limit: dollars("99"),
        rate_lock: Some(locked.lock.clone()),
    };
    // The federation has not told this venue of the lock: the machine says so.
    let refused = client.buy_abroad(signed(&people.ann, purchase.clone())).await;
    assert!(refusal(refused).1.starts_with("UnknownLock"));
    let unpaid = BuyAbroadRequest { rate_lock: Some(String::new()), ..purchase.clone() };
    let refused = refusal(client.buy_abroad(signed(&people.ann, unpaid)).await);
    assert_eq!(refused, (Code::InvalidArgument, "FieldRule never rate_lock".to_owned()));

    let told = Notice::Locked(held(&locked.lock));
    world.gateway.apply(&Command::Notice(told)).unwrap();
    let paid = BuyAbroadRequest { idempotency_key: "c".to_owned(), ..purchase };
    let sent = client.buy_abroad(signed(&people.ann, paid)).await.unwrap().into_inner();
    assert_eq!(sent.sent_to, "hk-hkg");
}

#[tokio::test]
async fn what_rest_refuses_is_refused_alike() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let given = client(&world).gift(signed(&people.ann, gift(&people, "a", 1))).await;
    let none = (Code::FailedPrecondition, "InsufficientCoupons new_key".to_owned());
    assert_eq!(refusal(given), none);
    let not_permitted = (Code::PermissionDenied, "NotPermitted never".to_owned());
    let given = client(&world).gift(signed(&people.issuer, gift(&people, "b", 1))).await;
    assert_eq!(refusal(given), not_permitted);
    let locked = client(&world).lock_redemption(signed(&people.operator, lock(&people, "c"))).await;
    assert_eq!(refusal(locked), not_permitted);
}
