//! What has happened, as REST lists it.

use super::refusal;
use crate::people::People;
use crate::world::{World, signed, time};
use gcfn_api_wire::proto::venue::records_client::RecordsClient;
use gcfn_api_wire::proto::venue::{
    ListCyclesRequest, ListTradesRequest, ShowDepthRequest, ShowTradeRequest,
};
use gcfn_clearing::Schedule;
use gcfn_venue::Command;
use serde_json::to_value;
use tonic::Code;

fn client(world: &World) -> RecordsClient<axum::Router> {
    RecordsClient::new(world.router.clone())
}

#[tokio::test]
async fn trades_are_those_of_the_rest_api_page_by_page() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    people.buy(&world, 1).await;
    people.buy(&world, 2).await;
    world.project().await;
    let mut client = client(&world);
    let first = ListTradesRequest { limit: Some(1), before: None };
    let first = client.list_trades(signed(&people.ann, first)).await.unwrap().into_inner();
    let (_, expected) = world.get(&people.ann, "/api/v1/trades?limit=1").await;
    assert_eq!(to_value(&first).unwrap(), expected);
    let second = ListTradesRequest { limit: Some(1), before: first.next };
    let second = client.list_trades(signed(&people.ann, second)).await.unwrap().into_inner();
    assert_eq!(second.trades[0].quantity, 1, "newest first");

    let trade = second.trades[0].trade.clone();
    let path = format!("/api/v1/trades/{trade}");
    let ask = ShowTradeRequest { trade };
    let (_, expected) = world.get(&people.ann, &path).await;
    let shown = client.show_trade(signed(&people.ann, ask.clone())).await.unwrap();
    assert_eq!(to_value(shown.into_inner()).unwrap(), expected);
    let not_hers = client.show_trade(signed(&people.ben, ask)).await;
    assert_eq!(refusal(not_hers), (Code::NotFound, "NotFound never".to_owned()));
}

#[tokio::test]
async fn cycles_are_the_overseers_to_see() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let schedule = Schedule {
        value_date: "2026-11-24".parse().unwrap(),
        cut_off: time("2026-11-23T09:00:00Z"),
        pay_in_from: time("2026-11-24T01:00:00Z"),
        pay_in_by: time("2026-11-24T03:00:00Z"),
    };
    world.gateway.apply(&Command::OpenCycle(schedule)).unwrap();
    people.buy(&world, 1).await;
    for passed in ["2026-11-23T08:01:00Z", "2026-11-23T09:01:00Z"] {
        *world.gateway.now.lock().unwrap() = time(passed);
        world.gateway.apply(&Command::Tick).unwrap();
    }
    let ask = |key| signed(key, ListCyclesRequest {});
    let cycles = client(&world).list_cycles(ask(&people.bank)).await.unwrap().into_inner();
    let (_, expected) = world.get(&people.bank, "/api/v1/settle/cycles").await;
    assert_ne!(cycles.cycles[0].positions, [], "{expected}");
    assert_eq!(to_value(cycles).unwrap(), expected);
    let refused = refusal(client(&world).list_cycles(ask(&people.ann)).await);
    assert_eq!(refused, (Code::PermissionDenied, "NotPermitted never".to_owned()));
}

#[tokio::test]
async fn a_page_that_no_list_has_named_is_refused() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let page = ListTradesRequest { limit: None, before: Some("a&limit=1".to_owned()) };
    let refused = refusal(client(&world).list_trades(signed(&people.ann, page)).await);
    assert_eq!(refused, (Code::InvalidArgument, "FieldRule never before".to_owned()));
}

#[tokio::test]
async fn the_depth_of_a_book_is_that_of_the_rest_api() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let ask = ShowDepthRequest { series: people.series.clone(), levels: Some(1) };
    let shown = client(&world).show_depth(signed(&people.bank, ask)).await.unwrap();
    let path = format!("/api/v1/market/depth/{}?levels=1", people.series);
    let (_, expected) = world.get(&people.bank, &path).await;
    assert_eq!(to_value(shown.into_inner()).unwrap(), expected);
}
