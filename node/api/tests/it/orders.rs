//! Many orders at once, over gRPC.

use crate::people::People;
use crate::world::{Key, World, signed};
use gcfn_api::Scope;
use gcfn_api_wire::proto::outcome::Result as Told;
use gcfn_api_wire::proto::trading_client::TradingClient;
use gcfn_api_wire::proto::{
    Amend, AmendOrdersRequest, Cancel, CancelOrdersRequest, NewOrder, Outcomes, PlaceOrdersRequest,
    Side, TimeInForce,
};
use tonic::Code;

/// A client that calls the router instead of a socket.
fn client(world: &World) -> TradingClient<axum::Router> {
    TradingClient::new(world.router.clone())
}

fn order(people: &People, key: &str, quantity: u64, limit: &str) -> NewOrder {
    NewOrder {
        idempotency_key: key.to_owned(),
        series: people.series.clone(),
        side: Side::Buy.into(),
        quantity,
        limit: Some(limit.to_owned()),
        time_in_force: TimeInForce::Unspecified.into(),
        display: None,
        not_before: None,
        expires_at: None,
    }
}

fn told(outcomes: &Outcomes) -> Vec<String> {
    let tell = |outcome: &gcfn_api_wire::proto::Outcome| match outcome.result.as_ref().unwrap() {
        Told::Placed(placed) => format!("{} filled, {} resting", placed.filled, placed.resting),
        Told::Cancelled(cancelled) => format!("{} cancelled", cancelled.quantity),
        Told::Scheduled(scheduled) => format!("enters at {}", scheduled.not_before),
        Told::Refusal(refusal) => format!("{} {}", refusal.code, refusal.field),
    };
    outcomes.outcomes.iter().map(tell).collect()
}

#[tokio::test]
async fn a_batch_is_one_submission_with_one_outcome_each() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let maker = world.key(Scope::MarketMaker, Some(people.ann.party)).await;
    let mut astray = order(&people, "d", 1, "80");
    astray.series = "ser-x".to_owned();
    let orders = vec![
        order(&people, "a", 2, "90"),
        order(&people, "b", 3, "80.50"),
        order(&people, "c", 1, "80.505"),
        astray,
        order(&people, "e", 1, "101"),
    ];
    let batch = PlaceOrdersRequest { orders };
    let placed = client(&world).place_orders(signed(&maker, batch.clone())).await.unwrap();
    let expected = [
        "2 filled, 0 resting",
        "0 filled, 3 resting",
        "FieldRule limit",
        "FieldRule series",
        "Book ",
    ];
    assert_eq!(told(placed.get_ref()), expected);
    let again = client(&world).place_orders(signed(&maker, batch)).await.unwrap();
    assert_eq!(placed.get_ref().outcomes, again.get_ref().outcomes, "done once");

    let Some(Told::Placed(resting)) = &placed.get_ref().outcomes[1].result else { panic!() };
    let cancels = vec![Cancel { idempotency_key: "f".to_owned(), order: resting.order.clone() }];
    let cancels = signed(&maker, CancelOrdersRequest { cancels });
    let cancelled = client(&world).cancel_orders(cancels).await.unwrap();
    assert_eq!(told(cancelled.get_ref()), ["3 cancelled"]);
}

#[tokio::test]
async fn an_order_may_wait_for_its_time_and_be_changed() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut later = order(&people, "a", 4, "80");
    later.not_before = Some("2026-11-23T02:00:00Z".to_owned());
    later.expires_at = Some("2026-11-24T02:00:00Z".to_owned());
    later.display = Some(2);
    let mut never = order(&people, "b", 1, "80");
    never.not_before = Some("soon".to_owned());
    let orders = PlaceOrdersRequest { orders: vec![later, never] };
    let placed = client(&world).place_orders(signed(&people.ann, orders)).await.unwrap();
    let expected = ["enters at 2026-11-23T02:00:00.000000Z", "FieldRule not_before"];
    assert_eq!(told(placed.get_ref()), expected);

    let Some(Told::Scheduled(scheduled)) = &placed.get_ref().outcomes[0].result else { panic!() };
    let amend = |key: &str, limit: Option<&str>, quantity| Amend {
        idempotency_key: key.to_owned(),
        order: scheduled.order.clone(),
        limit: limit.map(str::to_owned),
        quantity,
    };
    let amends = vec![amend("c", Some("81"), Some(3)), amend("d", None, Some(0))];
    let amends = signed(&people.ann, AmendOrdersRequest { amends });
    let amended = client(&world).amend_orders(amends).await.unwrap();
    assert_eq!(told(amended.get_ref()), ["0 filled, 3 resting", "QuantityZero "]);
}

#[tokio::test]
async fn a_stream_answers_batch_by_batch() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let batch = |key: &str| PlaceOrdersRequest { orders: vec![order(&people, key, 1, "90")] };
    let batches = futures::stream::iter([batch("a"), batch("b")]);
    let answers = client(&world).stream_orders(signed(&people.ann, batches)).await.unwrap();
    let mut answers = answers.into_inner();
    for _ in 0..2 {
        let answer = answers.message().await.unwrap().unwrap();
        assert_eq!(told(&answer), ["1 filled, 0 resting"]);
    }
    assert!(answers.message().await.unwrap().is_none());
}

#[tokio::test]
async fn who_may_not_trade_is_told_so() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let one = || PlaceOrdersRequest { orders: vec![order(&people, "a", 1, "90")] };
    let refused =
        async |key: &Key| client(&world).place_orders(signed(key, one())).await.unwrap_err();
    let status = refused(&people.regulator).await;
    assert_eq!(status.code(), Code::PermissionDenied);
    assert_eq!(status.metadata().get("gcfn-code").unwrap(), "NotPermitted");
    let nobody = Key { header: "Bearer x.y.z".to_owned(), ..people.ann };
    assert_eq!(refused(&nobody).await.code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_batch_has_a_size() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    for count in [0, 101] {
        let orders = vec![order(&people, "a", 1, "90"); count];
        let batch = signed(&people.ann, PlaceOrdersRequest { orders });
        let status = client(&world).place_orders(batch).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}
