//! Market makers over REST: admitted, bound, reported on, penalised.

use crate::people::{People, register};
use crate::world::{World, money, time};
use gcfn_api::Scope;
use gcfn_model::Pool;
use gcfn_venue::{Command, TradingDay};
use serde_json::{Value, json};

#[tokio::test]
async fn a_market_maker_is_admitted_bound_and_reported_on() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let body = json!({ "kind": "user", "kyc": 3, "name": "Mia" });
    let registered = world.done(&people.operator, "/api/v1/users", body).await;
    let party = registered["party"].as_str().unwrap().parse().unwrap();
    let mia = world.key(Scope::MarketMaker, Some(party)).await;
    world.deposit(party, Pool::UserCustody, 20_000);

    let (_, refused) = world.post(&people.ann, "/api/v1/mm/applications", Value::Null).await;
    assert_eq!(refused["code"], "KycTooLow");
    world.done(&mia, "/api/v1/mm/applications", Value::Null).await;
    let approve = format!("/api/v1/mm/applications/{party}/approve");
    let proposed = world.done(&people.operator, &approve, Value::Null).await;
    assert!(proposed["proposal"].is_string(), "two persons must");
    world.done(&people.second, &approve, Value::Null).await;
    let (_, makers) = world.get(&mia, "/api/v1/mm/applications").await;
    assert_eq!(makers["makers"][0]["status"], "active");
    assert_eq!(makers["makers"][0]["deposit"], money("10000.00"));
    let (_, makers) = world.get(&people.ben, "/api/v1/mm/applications").await;
    assert_eq!(makers["makers"], json!([]), "not Ben's to see");

    let duty = json!({ "max_spread": 500, "min_depth": 1, "uptime": 9_000, "response_ms": 1_000 });
    let bound = json!({ "maker": party, "series": people.series, "duty": duty });
    world.done(&people.operator, "/api/v1/mm/obligations", bound).await;
    let (_, duties) = world.get(&mia, "/api/v1/mm/obligations").await;
    assert_eq!(duties["duties"][0]["duty"], duty);
    assert_eq!(duties["duties"][0]["state"], "lapsed");

    let next = TradingDay {
        date: "2026-11-24".parse().unwrap(),
        cut_off: time("2026-11-24T08:00:00Z"),
        value_date: "2026-11-25".parse().unwrap(),
    };
    world.gateway.apply(&Command::OpenDay(next)).unwrap();
    *world.gateway.now.lock().unwrap() = time("2026-11-23T08:00:00Z");
    world.gateway.apply(&Command::Tick).unwrap();
    world.project().await;
    let reports = "/api/v1/mm/obligations/reports";
    let (_, list) = world.get(&mia, reports).await;
    let report = &list["reports"][0];
    assert_eq!((&report["uptime"], &report["met"]), (&json!(0), &json!(false)), "{list}");
    assert_eq!((&report["owed"], &report["date"]), (&json!(9_000), &json!("2026-11-23")));
    let (_, list) = world.get(&people.ben, reports).await;
    assert_eq!(list["reports"], json!([]));

    let penalties = format!("/api/v1/mm/makers/{party}/penalties");
    let proposed = world.done(&people.operator, &penalties, json!({ "amount": money("5") })).await;
    assert!(proposed["proposal"].is_string(), "two persons must");
    world.done(&people.second, &penalties, json!({ "amount": money("5") })).await;
    let lift = format!("/api/v1/mm/obligations/{}?maker={party}", people.series);
    let (status, _) = world.call("DELETE", &people.operator, &lift, Value::Null).await;
    assert!(status.is_success());
    world.done(&people.operator, &format!("/api/v1/mm/makers/{party}/suspend"), Value::Null).await;
    world.done(&people.operator, &format!("/api/v1/mm/makers/{party}/resume"), Value::Null).await;
    world.done(&mia, "/api/v1/mm/departures", Value::Null).await;
    let (_, makers) = world.get(&people.regulator, "/api/v1/mm/applications").await;
    assert_eq!(makers["makers"][0]["status"], "terminated");
}

#[tokio::test]
async fn a_node_appoints_an_account_of_its_own() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let own = register(&world, &people.operator, "user", "House account").await;
    let appointment = json!({ "maker": own.party });
    let (_, refused) = world.post(&people.operator, "/api/v1/mm/appointments", appointment).await;
    assert_eq!(refused["code"], "KycTooLow");
    let (_, refused) = world.post(&own, "/api/v1/mm/departures", Value::Null).await;
    assert_eq!(refused["code"], "UnknownMaker");
}
