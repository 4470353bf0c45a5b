//! The clearing house of the node, from outside.

use crate::people::People;
use crate::world::{Key, World, money, time};
use axum::http::StatusCode;
use gcfn_clearing::{Bundle, Obligation, Schedule};
use gcfn_model::{Amount, Currency, Digest, Hasher, NodeId, Pool, SettlementAccount};
use gcfn_venue::{Command, Dispatch, Notice};
use serde_json::{Value, json};

const HOUSE: &str = "/api/v1/settle/house";
const DAY: &str = "2027-01-05";

/// The local that affirms.
const LOCAL: &str = "cn-bjs";

/// The house's cycle of [`DAY`] is open, and its region has the local.
async fn opened() -> (World, People) {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let schedule = Schedule {
        value_date: DAY.parse().unwrap(),
        cut_off: time("2027-01-04T18:00:00Z"),
        pay_in_from: time("2027-01-05T08:00:00Z"),
        pay_in_by: time("2027-01-05T14:00:00Z"),
    };
    world.gateway.apply(&Command::OpenCycle(schedule)).unwrap();
    let region = world.gateway.venue.lock().unwrap().terms().region;
    let debit_cap = Amount::from_minor(1_000_000).unwrap();
    let admitted = Notice::MemberAdmitted { node: LOCAL.parse().unwrap(), region, debit_cap };
    world.gateway.apply(&Command::Notice(admitted)).unwrap();
    (world, people)
}

/// A local affirms that its custody account owes its hub so many cents.
fn affirmed(world: &World, minor: u64) -> String {
    let node: NodeId = LOCAL.parse().unwrap();
    let account = |pool| SettlementAccount { node, pool };
    let bundle = Bundle {
        reference: Hasher::new("bundle").part(&minor.to_be_bytes()).finish(),
        value_date: DAY.parse().unwrap(),
        obligations: vec![Obligation {
            payer: account(Pool::UserCustody),
            payee: account(Pool::SettlementHub),
            currency: Currency::Cny,
            amount: Amount::from_minor(minor).unwrap(),
        }],
        trades: 1,
        trades_root: Digest::ZERO,
    };
    let reference = bundle.reference.to_string();
    let body = Dispatch::Affirm(bundle);
    world.gateway.apply(&Command::Dispatch { from: node, body }).unwrap();
    reference
}

async fn waiting(world: &World, key: &Key) -> Vec<(Value, Value)> {
    let (_, list) = world.get(key, &format!("{HOUSE}/queue")).await;
    let queue = list["queue"].as_array().unwrap().iter();
    queue.map(|queued| (queued["bundle"].clone(), queued["priority"].clone())).collect()
}

#[tokio::test]
async fn a_cap_takes_two_and_the_queue_behind_it_is_worked_by_hand() {
    let (world, people) = opened().await;
    let cap = json!({
        "node": LOCAL, "pool": "user_custody", "currency": "CNY", "limit": money("1.00"),
    });
    let caps = format!("{HOUSE}/caps");
    let (_, first) = world.call("PUT", &people.operator, &caps, cap.clone()).await;
    assert!(first["proposal"].is_string(), "{first}");
    let (status, _) = world.call("PUT", &people.second, &caps, cap).await;
    assert_eq!(status, StatusCode::OK);

    affirmed(&world, 100);
    let [first, second] = [200, 300].map(|minor| affirmed(&world, minor));
    let (_, list) = world.get(&people.regulator, &caps).await;
    assert_eq!(list["caps"][0]["exposure"], money("1.00"));
    let (at, five) = (|of: &str| format!("{HOUSE}/queue/{of}"), json!(5));
    let expected = [(json!(first), five.clone()), (json!(second), five.clone())];
    assert_eq!(waiting(&world, &people.operator).await, expected);

    let reorder = format!("{}/reorder", at(&second));
    let (_, problem) = world.post(&people.operator, &reorder, json!({ "priority": 10 })).await;
    assert_eq!(problem["field"], "priority");
    world.done(&people.operator, &reorder, json!({ "priority": 0 })).await;
    let expected = [(json!(second), json!(0)), (json!(first), five)];
    assert_eq!(waiting(&world, &people.operator).await, expected);
    for act in ["hold", "release", "cancel"] {
        let path = format!("{}/{act}", at(&second));
        world.done(&people.operator, &path, Value::Null).await;
    }
    assert_eq!(waiting(&world, &people.operator).await.len(), 1);
    let path = format!("{}/hold", at(&second));
    let (status, problem) = world.post(&people.operator, &path, Value::Null).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("House")));
}

#[tokio::test]
async fn what_would_happen_is_shown_and_a_run_does_it() {
    let (world, people) = opened().await;
    let deposit = json!({ "node": LOCAL, "pool": "user_custody", "layer": "deposit" });
    world.done(&people.operator, &format!("{HOUSE}/deposits"), deposit).await;
    let (_, list) = world.get(&people.operator, &format!("{HOUSE}/deposits")).await;
    assert!(list["deposits"][0]["reference"].is_string());
    affirmed(&world, 250);

    let of_day = |what: &str| format!("{HOUSE}/{what}?value_date={DAY}");
    let (_, preview) = world.get(&people.regulator, &of_day("preview")).await;
    let missing = json!([{ "account": "cn-bjs/UC", "amount": money("2.50"), "paid": false }]);
    assert_eq!(preview["missing"], missing);
    assert_eq!((&preview["netting"], &preview["run"]), (&json!("multilateral"), &json!([])));
    assert_eq!(preview["leaving"].as_array().unwrap().len(), 1);
    let (_, positions) = world.get(&people.operator, &of_day("positions")).await;
    assert_eq!(positions["positions"], preview["positions"]);
    let cut_off = json!([{ "what": "time", "at": "2027-01-04T18:00:00.000000Z" }]);
    assert_eq!((&positions["waits_for"], &positions["unaffirmed"]), (&cut_off, &json!([])));
    world.done(&people.operator, &format!("{HOUSE}/run"), json!({ "value_date": DAY })).await;

    let (status, problem) = world.get(&people.operator, &of_day("replay")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("House")));
    let (status, _) = world.get(&people.ann, &of_day("preview")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, _) =
        world.call("PUT", &people.operator, &format!("{HOUSE}/netting"), json!({})).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
