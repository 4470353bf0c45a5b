//! The clearing house of the node, from outside.

use crate::people::People;
use crate::world::{Key, World, money, time};
use axum::http::StatusCode;
use gcfn_banking::{BankEntry, BankReference, Side};
use gcfn_clearing::{Bundle, Cycle, House, Obligation, PayIn, Schedule};
use gcfn_model::{Amount, Currency, Digest, Hasher, NodeId, Pool, SettlementAccount, Uetr};
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

/// The bank books so many cents on the house's account, which nobody can explain.
fn unexplained(world: &World, side: Side, minor: u64) {
    let account = SettlementAccount { node: "cn-sha".parse().unwrap(), pool: Pool::ClearingHouse };
    let entry = BankEntry {
        account,
        currency: Currency::Cny,
        amount: Amount::from_minor(minor).unwrap(),
        side,
        uetr: None,
        bank_reference: BankReference::of(&world.fresh()),
        reference: None,
        booked_on: "2026-11-23".parse().unwrap(),
    };
    world.gateway.apply(&Command::BankBooked(entry)).unwrap();
}

#[tokio::test]
async fn what_nobody_has_explained_at_the_house_is_an_item_that_two_persons_end() {
    let (world, people) = opened().await;
    for (side, minor) in [(Side::Credit, 250), (Side::Credit, 70), (Side::Debit, 70)] {
        unexplained(&world, side, minor);
    }
    let path = format!("{HOUSE}/suspense");
    world.done(&people.operator, &format!("{path}/1/assign"), json!({})).await;
    *world.gateway.now.lock().unwrap() = time("2026-11-24T01:00:01Z");
    let (_, list) = world.get(&people.regulator, &path).await;
    let items = list["items"].as_array().unwrap();
    let told = |of: &str| items.iter().map(|item| item[of].clone()).collect::<Vec<_>>();
    assert_eq!(told("item"), [1, 2, 3]);
    assert_eq!(told("side"), ["credit", "credit", "debit"]);
    assert_eq!(told("amount"), [money("2.50"), money("0.70"), money("0.70")]);
    assert_eq!(told("owner"), [json!(people.operator.party), Value::Null, Value::Null]);
    assert_eq!(items[0]["age_seconds"], 86_401);
    assert_eq!(items[0]["overdue"], true);

    let deposit = json!({ "node": LOCAL, "pool": "user_custody", "layer": "collateral" });
    let resolve = format!("{path}/1/resolve");
    let (status, problem) = world.post(&people.operator, &resolve, deposit.clone()).await;
    assert_eq!((status, &problem["code"]), (StatusCode::CONFLICT, &json!("House")), "foreseen");
    world.done(&people.operator, &format!("{HOUSE}/deposits"), deposit.clone()).await;
    let both = [(resolve, deposit), (format!("{path}/match"), json!({ "credit": 2, "debit": 3 }))];
    for (path, body) in both {
        let first = world.done(&people.operator, &path, body.clone()).await;
        assert!(first["proposal"].is_string(), "{path}: {first}");
        let second = world.done(&people.second, &path, body).await;
        assert_eq!(second["proposal"], Value::Null, "{path}: {second}");
    }
    let (_, list) = world.get(&people.operator, &path).await;
    assert_eq!(list["items"], json!([]));
    let (_, list) = world.get(&people.operator, &format!("{HOUSE}/deposits")).await;
    assert_eq!(list["deposits"][0]["amounts"], json!([money("2.50")]));
}

/// The bank credits the house with what the local was called for.
fn paid_in(world: &World) {
    let call = {
        let venue = world.gateway.venue.lock().unwrap();
        let mut calls = venue.house().into_iter().flat_map(House::cycles).flat_map(Cycle::pay_ins);
        calls.next().expect("the local is called").0
    };
    booked(world, Side::Credit, call);
}

/// The bank books a pay-in, or takes it back.
fn booked(world: &World, side: Side, call: PayIn) {
    let entry = BankEntry {
        account: SettlementAccount { node: "cn-sha".parse().unwrap(), pool: Pool::ClearingHouse },
        currency: call.currency,
        amount: call.amount,
        side,
        uetr: Some(Uetr::derive(&[call.instruction.as_bytes()])),
        bank_reference: BankReference::of(&world.fresh()),
        reference: None,
        booked_on: DAY.parse().unwrap(),
    };
    world.gateway.apply(&Command::BankBooked(entry)).unwrap();
}

#[tokio::test]
async fn what_a_bank_takes_back_of_a_pay_in_is_a_claim_until_it_is_paid_again() {
    let (world, people) = opened().await;
    affirmed(&world, 250);
    for now in ["2027-01-04T18:00:00Z", "2027-01-05T08:00:00Z"] {
        *world.gateway.now.lock().unwrap() = time(now);
        world.gateway.apply(&Command::Tick).unwrap();
    }
    paid_in(&world);
    let call = |world: &World| {
        let venue = world.gateway.venue.lock().unwrap();
        let house = venue.house().unwrap();
        let again = house.claims().next().map(|claim| claim.again.call);
        let paid = house.cycles().flat_map(Cycle::pay_ins).next().unwrap().0;
        again.unwrap_or(paid)
    };
    booked(&world, Side::Debit, call(&world));
    let (claims, alerts) = (format!("{HOUSE}/claims"), "/api/v1/risk/alerts");
    for key in [&people.operator, &people.regulator] {
        let (_, list) = world.get(key, &claims).await;
        let [claim] = list["claims"].as_array().unwrap().as_slice() else { panic!("{list}") };
        let told = ["account", "amount"].map(|of| &claim[of]);
        assert_eq!(told, [&json!("cn-bjs/UC"), &money("2.50")]);
        let owed = json!({ "claimed": money("2.50"), "open": money("2.50"), "missed": 0 });
        assert_eq!(claim["owed"], owed);
        let (_, list) = world.get(key, alerts).await;
        assert_eq!(list["returned_pay_ins"], json!([claim]));
    }
    let (status, _) = world.get(&people.ann, &claims).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    booked(&world, Side::Credit, call(&world));
    for (path, of) in [(claims.as_str(), "claims"), (alerts, "returned_pay_ins")] {
        let (_, list) = world.get(&people.operator, path).await;
        assert_eq!(list[of], json!([]), "{path}");
    }
}

#[tokio::test]
async fn a_cycle_that_is_late_is_among_the_alerts_until_everybody_is_paid() {
    let (world, people) = opened().await;
    affirmed(&world, 250);
    let alerts = "/api/v1/risk/alerts";
    let at = |now: &str| {
        *world.gateway.now.lock().unwrap() = time(now);
        world.gateway.apply(&Command::Tick).unwrap();
    };
    at("2027-01-04T18:00:00Z");
    at("2027-01-05T08:00:00Z");
    paid_in(&world);
    at("2027-01-05T14:59:59Z");
    let (_, list) = world.get(&people.operator, alerts).await;
    assert_eq!(list["late_cycles"], json!([]), "an hour is given");

    at("2027-01-05T15:30:00Z");
    for key in [&people.operator, &people.regulator] {
        let (_, list) = world.get(key, alerts).await;
        let [late] = list["late_cycles"].as_array().unwrap().as_slice() else { panic!("{list}") };
        let told = ["value_date", "phase", "level", "due", "late_seconds"].map(|of| &late[of]);
        let due = json!("2027-01-05T14:00:00.000000Z");
        let expected = [&json!(DAY), &json!("settled"), &json!("l2"), &due, &json!(5_400)];
        assert_eq!(told, expected, "{list}");
    }
    let (status, _) = world.get(&people.ann, alerts).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let payment = {
        let venue = world.gateway.venue.lock().unwrap();
        let desk = venue.house().unwrap().desk();
        let open = desk.payments().find(|payment| payment.state.is_open());
        open.expect("the hub is to be paid").instruction
    };
    let paid = BankEntry {
        account: payment.debtor,
        currency: payment.currency,
        amount: payment.amount,
        side: Side::Debit,
        uetr: Some(payment.uetr()),
        bank_reference: BankReference::of("pay-out"),
        reference: None,
        booked_on: DAY.parse().unwrap(),
    };
    world.gateway.apply(&Command::BankBooked(paid)).unwrap();
    let (_, list) = world.get(&people.operator, alerts).await;
    assert_eq!(list["late_cycles"], json!([]), "everybody is paid");
}
