//! Orders over REST: scheduled, changed, many at once, taken back, remembered.

use crate::people::People;
use crate::world::{World, money, time};
use axum::http::StatusCode;
use gcfn_model::Pool;
use gcfn_venue::Command;
use serde_json::{Value, json};

const ORDERS: &str = "/api/v1/trades/orders";

fn bid(people: &People, quantity: u64, limit: &str) -> Value {
    json!({ "series": people.series, "side": "buy", "quantity": quantity, "limit": money(limit) })
}

/// Time passes until `at`.
fn pass(world: &World, at: &str) {
    *world.gateway.now.lock().unwrap() = time(at);
    world.gateway.apply(&Command::Tick).unwrap();
}

#[tokio::test]
async fn an_order_waits_for_its_time_is_changed_and_remembered() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut order = bid(&people, 4, "80");
    order["not_before"] = json!("2026-11-23T02:00:00Z");
    order["expires_at"] = json!("2026-11-23T03:00:00Z");
    order["display"] = json!(2);
    let placed = world.done(&people.ann, ORDERS, order).await;
    assert_eq!(placed["not_before"], "2026-11-23T02:00:00.000000Z");
    let path = format!("{ORDERS}/{}", placed["order"].as_str().unwrap());
    let shown = async |state: &str| {
        let (_, list) = world.get(&people.ann, &format!("{ORDERS}?state={state}")).await;
        list["orders"].as_array().unwrap().len()
    };
    assert_eq!((shown("scheduled").await, shown("open").await), (1, 0));

    let change = json!({ "limit": money("81"), "quantity": 3 });
    let (status, changed) = world.call("PATCH", &people.ann, &path, change.clone()).await;
    assert_eq!((status, &changed["resting"]), (StatusCode::OK, &json!(3)));
    let (status, _) = world.call("PATCH", &people.ben, &path, change).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "not Ben's to change");

    pass(&world, "2026-11-23T02:00:00Z");
    assert_eq!((shown("scheduled").await, shown("open").await), (0, 1));
    let (_, depth) =
        world.get(&people.ben, &format!("/api/v1/market/depth/{}", people.series)).await;
    assert_eq!(depth["bids"], json!([{ "price": money("81.00"), "quantity": 2 }]), "an iceberg");

    pass(&world, "2026-11-23T03:00:00Z");
    assert_eq!(shown("open").await, 0);
    world.project().await;
    assert_eq!((shown("expired").await, shown("ended").await, shown("filled").await), (1, 1, 0));
    let (_, ended) = world.get(&people.ann, &path).await;
    assert_eq!((&ended["state"], &ended["remaining"]), (&json!("expired"), &json!(3)));
    assert_eq!(ended["price"], money("81.00"));
    assert_eq!(ended["ended_at"], "2026-11-23T03:00:00.000000Z");
    assert_eq!(world.get(&people.ben, &path).await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get(&people.regulator, &path).await.0, StatusCode::OK);
}

#[tokio::test]
async fn what_an_order_traded_before_it_ended_is_remembered() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut order = bid(&people, 101, "10");
    order["limit"] = money("90");
    order["time_in_force"] = json!("immediate_or_cancel");
    world.deposit(people.ann.party, Pool::UserCustody, 20_000);
    let placed = world.done(&people.ann, ORDERS, order).await;
    assert_eq!((&placed["filled"], &placed["cancelled"]), (&json!(100), &json!(1)));
    world.project().await;
    let (_, list) = world.get(&people.ann, &format!("{ORDERS}?state=ended")).await;
    let order = &list["orders"][0];
    assert_eq!((&order["filled"], &order["remaining"]), (&json!(100), &json!(1)));
    assert_eq!(order["state"], "cancelled");
    let (_, list) = world.get(&people.issuer, &format!("{ORDERS}?state=filled")).await;
    assert_eq!(list["orders"][0]["filled"], 100, "the issuer's own offer");
}

#[tokio::test]
async fn all_orders_are_taken_back_at_once() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    for limit in ["80", "81", "82"] {
        world.done(&people.ann, ORDERS, bid(&people, 1, limit)).await;
    }
    let (status, refused) = world.call("DELETE", &people.operator, ORDERS, Value::Null).await;
    assert_eq!((status.as_u16(), &refused["field"]), (400, &json!("party")));
    let others = format!("{ORDERS}?party={}", people.ann.party);
    let (_, refused) = world.call("DELETE", &people.ben, &others, Value::Null).await;
    assert_eq!(refused["code"], "NotYours");
    let own = format!("{ORDERS}?series={}", people.series);
    let (_, cancelled) = world.call("DELETE", &people.ann, &own, Value::Null).await;
    assert_eq!(cancelled["orders"], 3);
    let (_, cancelled) = world.call("DELETE", &people.operator, &others, Value::Null).await;
    assert_eq!(cancelled["orders"], 0);
}

#[tokio::test]
async fn an_issuer_sells_in_tranches_and_buys_back() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, taken_back) = world.call("DELETE", &people.issuer, ORDERS, Value::Null).await;
    assert_eq!(taken_back["orders"], 1);
    let tranche = |limit: &str| json!({ "series": people.series, "side": "sell", "quantity": 40, "limit": money(limit) });
    let placed = world.done(&people.issuer, ORDERS, tranche("95")).await;
    assert_eq!(placed["resting"], 40);
    let (_, refused) = world.post(&people.issuer, ORDERS, tranche("10")).await;
    assert_eq!(refused["code"], "BelowReserve");
    let (_, refused) = world.post(&people.issuer, ORDERS, bid(&people, 1, "90")).await;
    assert_eq!((&refused["code"], &refused["field"]), (&json!("FieldRule"), &json!("side")));

    let wanted = json!({
        "series": people.series, "quantity": 1, "limit": money("90"), "then": "retired",
    });
    let (_, refused) = world.post(&people.issuer, "/api/v1/trades/buyback", wanted).await;
    assert_eq!(refused["code"], "InsufficientFunds", "nothing sold is settled yet");
}

#[tokio::test]
async fn each_act_of_a_batch_has_its_own_answer() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let resting = world.done(&people.ann, ORDERS, bid(&people, 1, "80")).await;
    let resting = &resting["order"];
    let acts = json!({ "acts": [
        { "place": bid(&people, 2, "90") },
        { "amend": { "order": resting, "quantity": 5 } },
        { "place": bid(&people, 1, "101") },
        { "cancel": { "order": resting } },
        { "cancel": { "order": resting } },
    ] });
    let path = "/api/v1/mm/batch-orders";
    let (status, answer) = world.post_as(&people.ann, path, "batch", acts.clone()).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    let told: Vec<_> = answer["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| {
            let count = |field: &str| outcome[field].as_u64().unwrap();
            let code = outcome["refused"]["code"].as_str().unwrap_or("done").to_owned();
            (count("filled"), count("resting"), count("cancelled"), code)
        })
        .collect();
    let done = |filled, resting, cancelled| (filled, resting, cancelled, "done".to_owned());
    let refused = |code: &str| (0, 0, 0, code.to_owned());
    let expected =
        [done(2, 0, 0), done(0, 5, 0), refused("Book"), done(0, 0, 5), refused("UnknownOrder")];
    assert_eq!(told, expected);
    assert_eq!(world.post_as(&people.ann, path, "batch", acts).await.1, answer, "done once");

    let both =
        json!({ "acts": [{ "cancel": { "order": resting }, "place": bid(&people, 1, "80") }] });
    let (_, refused) = world.post(&people.ann, path, both).await;
    assert_eq!(refused["field"], "acts[0].place");
    let mut dollars = bid(&people, 1, "80");
    dollars["limit"]["currency"] = json!("USD");
    let (_, refused) =
        world.post(&people.ann, path, json!({ "acts": [{ "place": dollars }] })).await;
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("CurrencyMismatch"), &json!("acts[0].limit"))
    );
    let (_, refused) = world.post(&people.ann, path, json!({ "acts": [] })).await;
    assert_eq!(refused["code"], "BatchSize");
}

#[tokio::test]
async fn each_of_many_gifts_has_its_own_answer() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 3).await;
    let gift =
        |to: &gcfn_model::PartyId| json!({ "to": to, "series": people.series, "quantity": 1 });
    let mut named = gift(&people.ben.party);
    named.as_object_mut().unwrap().remove("quantity");
    named["serials"] = json!([{ "first": 2, "end": 3 }]);
    let gifts = json!({ "gifts": [gift(&people.ben.party), gift(&people.ann.party), named] });
    let given = world.done(&people.ann, "/api/v1/coupons/gifts", gifts).await;
    let codes = given["outcomes"].as_array().unwrap().iter();
    let codes: Vec<_> = codes.map(|outcome| outcome["refused"]["code"].as_str()).collect();
    assert_eq!(codes, [None, Some("ToOneself"), None]);
    let (_, assets) = world.get(&people.ben, "/api/v1/users/me/assets").await;
    assert_eq!(assets["coupons"][0]["free"], 2);

    let nothing = json!({ "gifts": [{ "to": people.ben.party, "series": people.series }] });
    let (_, refused) = world.post(&people.ann, "/api/v1/coupons/gifts", nothing).await;
    assert_eq!(
        (&refused["code"], &refused["field"]),
        (&json!("MissingField"), &json!("gifts[0].quantity"))
    );
}
