//! One coupon's way through the API.

use crate::people::People;
use crate::world::{World, money, request};
use axum::body::Body;
use axum::http::StatusCode;
use gcfn_api::gateway::Node as _;
use serde_json::{Value, json};

#[tokio::test]
async fn bought_given_redeemed_and_accounted_for() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 3).await;
    assert_eq!((&bought["filled"], &bought["resting"]), (&json!(3), &json!(0)));

    let gift = json!({ "to": people.ben.party, "quantity": 1 });
    let series = &people.series;
    world.done(&people.ann, &format!("/api/v1/coupons/{series}/transfer"), gift).await;

    let lock = json!({ "merchant": people.merchant.party, "amount": money("40") });
    let path = format!("/api/v1/coupons/{series}/redeem/lock");
    let locked = world.done(&people.ben, &path, lock).await;
    assert_eq!(locked["value"], money("40.00"));
    let redemption = locked["redemption"].as_str().unwrap();
    let confirm = format!("/api/v1/redemptions/{redemption}/confirm");
    world.done(&people.merchant, &confirm, Value::Null).await;

    let (_, assets) = world.get(&people.ben, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 1);
    assert_eq!(assets["coupons"][0]["redeemable"], money("60.00"));
    let (_, assets) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    let bucket = |name: &str| {
        let buckets = assets["money"].as_array().unwrap();
        buckets.iter().find(|bucket| bucket["bucket"] == name).unwrap()["money"].clone()
    };
    // Three at 90 and the taker's fee of 0.2 %.
    assert_eq!(bucket("commit"), money("270.54"));
    assert_eq!(bucket("avail"), money("4729.46"));

    let (_, report) = world.get(&people.regulator, "/api/v1/node/conservation").await;
    assert_eq!(report["imbalances"], json!([]));
    assert_eq!(report["series"][0]["minted"], 100);
    assert_eq!(report["series"][0]["held"], 3);
}

#[tokio::test]
async fn an_order_rests_shows_and_is_taken_out() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let order = json!({
        "series": people.series, "side": "buy", "quantity": 2, "limit": money("80.50"),
    });
    let placed = world.done(&people.ann, "/api/v1/trades/orders", order).await;
    assert_eq!(placed["resting"], 2);

    let depth = format!("/api/v1/market/depth/{}?levels=1", people.series);
    let (_, depth) = world.get(&people.bank, &depth).await;
    assert_eq!(depth["bids"], json!([{ "price": money("80.50"), "quantity": 2 }]));
    assert_eq!(depth["asks"], json!([{ "price": money("90.00"), "quantity": 100 }]));

    let (_, orders) = world.get(&people.ann, "/api/v1/trades/orders").await;
    assert_eq!(orders["orders"][0]["order"], placed["order"]);
    let path = format!("/api/v1/trades/orders/{}", placed["order"].as_str().unwrap());
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND, "not Ben's to see");
    let (_, order) = world.get(&people.ann, &path).await;
    assert_eq!(order["remaining"], 2);

    let delete = request("DELETE", &path, Some(&people.ann)).header("idempotency-key", "x");
    let (_, cancelled) = world.send(delete.body(Body::empty()).unwrap()).await;
    assert_eq!(cancelled["quantity"], 2);
    let (status, _) = world.get(&people.ann, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_trade_shows_its_parties_themselves_only() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let bought = people.buy(&world, 1).await;
    people.buy(&world, 2).await;
    world.project().await;

    let (_, page) = world.get(&people.ann, "/api/v1/trades?limit=1").await;
    assert_eq!(page["trades"].as_array().unwrap().len(), 1);
    assert_eq!(page["trades"][0]["quantity"], 2, "newest first");
    let next = page["next"].as_str().unwrap();
    let (_, page) = world.get(&people.ann, &format!("/api/v1/trades?limit=1&before={next}")).await;
    assert_eq!(page["trades"][0]["trade"], bought["trades"][0]);

    let path = format!("/api/v1/trades/{}", bought["trades"][0].as_str().unwrap());
    let (_, seen) = world.get(&people.ann, &path).await;
    assert_eq!(seen["buyer"], json!(people.ann.party));
    assert_eq!((&seen["seller"], &seen["state"]), (&Value::Null, &json!("matched")));
    let (_, seen) = world.get(&people.regulator, &path).await;
    assert_eq!(seen["seller"], json!(people.issuer.party));
    let (status, _) = world.get(&people.ben, &path).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = world.get(&people.ben, &format!("{path}/receipt")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (_, receipt) = world.get(&people.ann, &format!("{path}/receipt")).await;
    assert_eq!(receipt["trade"], bought["trades"][0]);
}

#[tokio::test]
async fn a_list_of_trades_promises_no_more_than_its_rows_show() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    world.project().await;
    let projected = world.gateway.applied();
    let bought = people.buy(&world, 2).await;
    assert!(projected < bought["as_of"].as_u64().unwrap());

    let (_, list) = world.get(&people.ann, "/api/v1/trades").await;
    assert_eq!(list["trades"].as_array().unwrap().len(), 1, "the second is not projected yet");
    assert_eq!(list["as_of"], projected);

    world.project().await;
    let (_, list) = world.get(&people.ann, "/api/v1/trades").await;
    assert_eq!(list["trades"].as_array().unwrap().len(), 2);
    assert_eq!(list["as_of"], bought["as_of"]);
}

#[tokio::test]
async fn coupons_of_another_node_are_found_and_quoted() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, here) = world.get(&people.ann, "/api/v1/coupons/search").await;
    assert_eq!(here["series"].as_array().unwrap().len(), 1);
    let (_, found) =
        world.get(&people.ann, "/api/v1/coupons/search?reach=everywhere&currency=HKD").await;
    assert_eq!(found["series"][0]["home"], "hk-hkg");

    let needs = json!({ "needs": { "amount": "200", "currency": "HKD" } });
    let locked = world.done(&people.ann, "/api/v1/settle/xborder/quotes", needs).await;
    assert_eq!((&locked["pays"], &locked["numerator"]), (&json!("CNY"), &json!(109)));

    let order = json!({
        "series": found["series"][0]["series"],
        "side": "buy",
        "quantity": 2,
        "limit": { "amount": "99", "currency": "HKD" },
        "rate_lock": locked["lock"],
    });
    // The federation has not told this venue of the lock: the machine says so.
    let (_, refused) = world.post(&people.ann, "/api/v1/trades/orders", order).await;
    assert_eq!(refused["code"], "UnknownLock");
}

#[tokio::test]
async fn coupons_of_a_node_of_one_currency_are_bought_without_a_rate() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, found) =
        world.get(&people.ann, "/api/v1/coupons/search?reach=everywhere&currency=CNY").await;
    let listed = found["series"].as_array().unwrap().iter();
    let listed = listed.clone().find(|series| series["home"] == "cn-bj").unwrap();
    let order = |changes: Value| {
        let mut order = json!({
            "series": listed["series"], "side": "buy", "quantity": 2, "limit": money("99"),
        });
        let changes = changes.as_object().unwrap().clone();
        order.as_object_mut().unwrap().extend(changes);
        order
    };
    // The federation has not told this venue of the node: the machine says so.
    let (_, refused) = world.post(&people.ann, "/api/v1/trades/orders", order(json!({}))).await;
    assert_eq!(refused["code"], "UnknownMember");
    let (node, region) = ("cn-bj".parse().unwrap(), "cn".parse().unwrap());
    let debit_cap = crate::world::yuan(1_000);
    let admitted = gcfn_venue::Notice::MemberAdmitted { node, region, debit_cap };
    world.gateway.apply(&gcfn_venue::Command::Notice(admitted)).unwrap();

    let sent = world.done(&people.ann, "/api/v1/trades/orders", order(json!({}))).await;
    assert_eq!(sent["sent_to"], "cn-bj");
    let (_, deals) = world.get(&people.operator, "/api/v1/settle/xborder/deals").await;
    let deal = &deals["deals"][0];
    assert_eq!((&deal["stage"], &deal["with"]), (&json!("sent"), &json!("cn-bj")));
    assert_eq!((&deal["dealer"], &deal["lock"]), (&Value::Null, &Value::Null));
    assert_eq!((&deal["pays"], &deal["needs"]), (&money("198.00"), &money("198.00")));

    let lock = gcfn_model::LockId::from_bytes([1; 16]).to_string();
    let wrong = [
        (json!({ "rate_lock": lock }), "FieldRule", "rate_lock"),
        (json!({ "side": "sell" }), "FieldRule", "side"),
        (json!({ "limit": { "amount": "99", "currency": "HKD" } }), "CurrencyMismatch", "limit"),
        (json!({ "limit": null }), "MissingField", "limit"),
    ];
    for (changes, code, field) in wrong {
        let (_, refused) = world.post(&people.ann, "/api/v1/trades/orders", order(changes)).await;
        assert_eq!((&refused["code"], &refused["field"]), (&json!(code), &json!(field)));
    }
    let (_, abroad) =
        world.get(&people.ann, "/api/v1/coupons/search?reach=everywhere&currency=HKD").await;
    let unpaid = json!({
        "series": abroad["series"][0]["series"], "side": "buy", "quantity": 2,
        "limit": { "amount": "99", "currency": "HKD" },
    });
    let (_, refused) = world.post(&people.ann, "/api/v1/trades/orders", unpaid).await;
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("MissingField"), &json!("rate_lock"))
    );
}

#[tokio::test]
async fn money_in_and_out() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, how) = world.get(&people.ann, "/api/v1/payments/deposits").await;
    assert_eq!(how["reference"], json!(people.ann.party));
    assert_eq!(how["account"], json!({ "bic": "GCFNCNSH", "number": "100001" }));

    let withdrawal = json!({ "amount": money("100") });
    world.done(&people.ann, "/api/v1/payments/withdrawals", withdrawal).await;
    *world.gateway.now.lock().unwrap() = crate::world::time("2026-11-23T01:01:00Z");
    world.gateway.apply(&gcfn_venue::Command::Tick).unwrap();
    let (_, list) = world.get(&people.bank, "/api/v1/settle/instructions").await;
    let instruction = &list["instructions"][0];
    assert_eq!(instruction["amount"], money("99.90"));
    assert_eq!(
        (&instruction["purpose"], &instruction["state"]),
        (&json!("withdrawal"), &json!("draft"))
    );
    assert_eq!(instruction["age_seconds"], 60);
}

#[tokio::test]
async fn a_frozen_user_can_look_and_do_nothing_else() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 2).await;
    let ann = json!({ "party": people.ann.party });
    world.done(&people.operator, "/api/v1/compliance/freeze", ann.clone()).await;

    let order = json!({ "series": people.series, "side": "buy", "quantity": 1 });
    let gift = json!({ "to": people.ben.party, "quantity": 1 });
    let transfer = format!("/api/v1/coupons/{}/transfer", people.series);
    let withdrawal = json!({ "amount": money("1") });
    let wishes = [
        ("/api/v1/trades/orders", order.clone()),
        (transfer.as_str(), gift),
        ("/api/v1/payments/withdrawals", withdrawal),
    ];
    for (path, body) in wishes {
        let (status, refused) = world.post(&people.ann, path, body).await;
        assert!(status.is_client_error(), "{path}: {refused}");
        assert_eq!(refused["code"], "Frozen", "{path}");
    }
    let (status, _) = world.get(&people.ann, "/api/v1/users/me/assets").await;
    assert!(status.is_success());

    let proposed = world.done(&people.operator, "/api/v1/compliance/unfreeze", ann).await;
    let (_, waiting) = world.get(&people.operator, "/api/v1/admin/proposals").await;
    let [proposal] = waiting["proposals"].as_array().unwrap().as_slice() else {
        panic!("{waiting} is not one proposal")
    };
    assert_eq!(proposal["proposal"], proposed["proposal"]);
    assert_eq!(proposal["wish"]["Unfreeze"]["party"], people.ann.party.to_string());
    let approve =
        format!("/api/v1/admin/proposals/{}/approve", proposal["proposal"].as_str().unwrap());
    let (status, refused) = world.post(&people.operator, &approve, Value::Null).await;
    assert_eq!((status.as_u16(), &refused["code"]), (403, &json!("SecondPerson")));
    world.done(&people.second, &approve, Value::Null).await;
    world.done(&people.ann, "/api/v1/trades/orders", order).await;
}
