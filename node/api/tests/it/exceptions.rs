//! What two nodes do not say alike, as each of them shows it to its staff and its supervisor.

use crate::people::People;
use crate::world::{World, time, yuan};
use axum::http::StatusCode;
use gcfn_api::Scope;
use gcfn_clearing::Schedule;
use gcfn_model::{Currency, NodeId, OrderId};
use gcfn_venue::{Command, DealOrder, DealRate, Dispatch, Event, Notice};
use serde_json::{Value, json};

const DEALS: &str = "/api/v1/settle/xborder/deals";

fn name(node: &str) -> NodeId {
    node.parse().unwrap()
}

/// The two nodes of `cn` know each other.
async fn node(own: &str, other: &str) -> World {
    let world = World::of(own).await;
    let region = "cn".parse().unwrap();
    let admitted = Notice::MemberAdmitted { node: name(other), region, debit_cap: yuan(1_000_000) };
    world.gateway.apply(&Command::Notice(admitted)).unwrap();
    world
}

/// What `world` has sent to another node since its event number `from`.
fn sent(world: &World, from: usize) -> Vec<Dispatch> {
    let events = world.gateway.events.lock().unwrap();
    let bodies = events.iter().skip(from).filter_map(|event| match event {
        Event::Sent { body, .. } => Some(body.clone()),
        _ => None,
    });
    bodies.collect()
}

#[tokio::test]
async fn both_nodes_show_what_they_do_not_say_alike() {
    let (home, away) = (node("cn-sha", "cn-bj").await, node("cn-bj", "cn-sha").await);
    let people = People::settle_in(&home).await;
    let value_date = "2026-11-24".parse().unwrap();
    let schedule = Schedule {
        value_date,
        cut_off: time("2026-11-23T10:00:00Z"),
        pay_in_from: time("2026-11-24T01:00:00Z"),
        pay_in_by: time("2026-11-24T06:00:00Z"),
    };
    home.gateway.apply(&Command::OpenCycle(schedule)).unwrap();
    // A member's order that its own node knows nothing of: it has lost it, or never sent it.
    let rate = DealRate::Par { home: name("cn-sha"), currency: Currency::Cny, value_date };
    let order = DealOrder {
        order: OrderId::derive(&[b"lost"]),
        series: people.series.parse().unwrap(),
        quantity: 2,
        limit: yuan(90),
        rate,
    };
    let deal = Command::Dispatch { from: name("cn-bj"), body: Dispatch::Deal(order) };
    home.gateway.apply(&deal).unwrap();
    *home.gateway.now.lock().unwrap() = time("2026-11-23T08:00:00Z");
    let before = home.gateway.events.lock().unwrap().len();
    home.gateway.apply(&Command::Tick).unwrap();
    let proposal =
        sent(&home, before).into_iter().find(|of| matches!(of, Dispatch::Propose { .. }));
    let proposal = proposal.unwrap();
    let Dispatch::Propose { ref bundle, .. } = proposal else { panic!() };
    let bundle = bundle.reference;

    let before = away.gateway.events.lock().unwrap().len();
    away.gateway.apply(&Command::Dispatch { from: name("cn-sha"), body: proposal }).unwrap();
    let [body] = sent(&away, before).try_into().unwrap();
    home.gateway.apply(&Command::Dispatch { from: name("cn-bj"), body }).unwrap();

    for (world, with) in [(&home, "cn-bj"), (&away, "cn-sha")] {
        for scope in [Scope::Operator, Scope::Regulator] {
            let key = world.key(scope, None).await;
            let (status, list) = world.get(&key, DEALS).await;
            let [shown] = list["exceptions"].as_array().unwrap().as_slice() else {
                panic!("{status}: {list}")
            };
            let told = [&shown["bundle"], &shown["with"], &shown["by"], &shown["differs"]];
            let expected = [&json!(bundle), &json!(with), &json!("cn-bj"), &json!("trades")];
            assert_eq!(told, expected, "{list}");
            assert!(shown["at"].is_string());
        }
        let user = world.key(Scope::User, None).await;
        let (status, problem): (_, Value) = world.get(&user, DEALS).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{problem}");
    }
}
