//! Books as they move: whole, in order, and at no cost to the node.

use crate::people::People;
use crate::world::{Key, World, money, request, signed, time};
use axum::body::Body;
use futures::{SinkExt, StreamExt};
use gcfn_api_wire::feed::{FeedChange, FeedEnd, FeedEndReason, FeedMessage, FeedSnapshot};
use gcfn_api_wire::proto::feed_message::Told;
use gcfn_api_wire::proto::market_data_client::MarketDataClient;
use gcfn_api_wire::proto::{FollowRequest, Followed};
use gcfn_market::{BookView, LevelChange};
use gcfn_model::SeriesId;
use gcfn_venue::Event;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::{Value, json};
use tokio::io::DuplexStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{WebSocketStream, client_async};

const STREAM: &str = "/api/v1/mm/stream";

/// A follower with a connection of its own.
struct Follower(WebSocketStream<DuplexStream>);

impl Follower {
    async fn connect(world: &World, key: &Key) -> Follower {
        let (client, server) = tokio::io::duplex(1 << 20);
        let service = TowerToHyperService::new(world.router.clone());
        gcfn_telemetry::spawn("server", async move {
            let http = hyper::server::conn::http1::Builder::new();
            http.serve_connection(TokioIo::new(server), service).with_upgrades().await
        });
        let mut request = format!("ws://node{STREAM}").into_client_request().unwrap();
        request.headers_mut().insert("authorization", key.header.parse().unwrap());
        Follower(client_async(request, client).await.unwrap().0)
    }

    async fn say(&mut self, said: Value) {
        self.0.send(Message::Text(said.to_string().into())).await.unwrap();
    }

    async fn follow(&mut self, series: &str, last_sequence: Option<u64>) {
        let book = json!({ "series": series, "last_sequence": last_sequence });
        self.say(json!({ "subscribe": [book] })).await;
    }

    /// The next message; `None` when the node has closed the connection.
    async fn next(&mut self) -> Option<FeedMessage> {
        loop {
            match self.0.next().await?.ok()? {
                Message::Text(text) => return serde_json::from_str(&text).ok(),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    async fn snapshot(&mut self) -> FeedSnapshot {
        match self.next().await {
            Some(FeedMessage::Snapshot(snapshot)) => snapshot,
            other => panic!("{other:?} is no snapshot"),
        }
    }

    /// The next change of the book, past trades and phases.
    async fn change(&mut self) -> FeedChange {
        loop {
            match self.next().await {
                Some(FeedMessage::Change(change)) => return change,
                Some(FeedMessage::Trade(_) | FeedMessage::Phase(_)) => {}
                other => panic!("{other:?} is no change"),
            }
        }
    }

    async fn end(&mut self) -> FeedEnd {
        loop {
            match self.next().await {
                Some(FeedMessage::End(end)) => return end,
                Some(_) => {}
                None => panic!("closed without a word"),
            }
        }
    }
}

/// The venue's own book.
fn book(world: &World, series: &str) -> gcfn_market::Depth {
    let series: SeriesId = series.parse().unwrap();
    world.gateway.venue.lock().unwrap().market(series).unwrap().book.depth(usize::MAX)
}

async fn order(world: &World, key: &Key, people: &People, side: &str, terms: (u64, &str)) -> Value {
    let (quantity, limit) = terms;
    let order = json!({
        "series": people.series, "side": side, "quantity": quantity, "limit": money(limit),
    });
    world.done(key, "/api/v1/trades/orders", order).await
}

/// A busy while in the book: orders that rest, trade, change and leave, a halt and a call.
async fn bustle(world: &World, people: &People) {
    for (quantity, limit) in [(2, "80"), (3, "81"), (1, "80"), (4, "90")] {
        order(world, &people.ann, people, "buy", (quantity, limit)).await;
    }
    let resting = order(world, &people.ann, people, "sell", (2, "95")).await;
    let path = format!("/api/v1/trades/orders/{}", resting["order"].as_str().unwrap());
    world.call("PATCH", &people.ann, &path, json!({ "quantity": 1 })).await;
    world.call("PATCH", &people.ann, &path, json!({ "limit": money("96") })).await;
    world.call("DELETE", &people.ann, &path, Value::Null).await;
    let halt = json!({ "series": people.series });
    world.done(&people.operator, "/api/v1/market/halts", halt).await;
    let resume = format!("/api/v1/market/halts/{}", people.series);
    world.call("DELETE", &people.operator, &resume, Value::Null).await;
    order(world, &people.ann, people, "buy", (1, "91")).await;
}

#[tokio::test]
async fn a_book_rebuilt_from_the_feed_equals_the_book() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut follower = Follower::connect(&world, &people.bank).await;
    follower.follow(&people.series, None).await;
    let snapshot = follower.snapshot().await;
    let mut view = BookView::from(gcfn_market::Depth::from(&snapshot));
    bustle(&world, &people).await;
    let whole = book(&world, &people.series);
    assert!(snapshot.sequence + 8 < whole.sequence);
    while view.sequence() < whole.sequence {
        let change = follower.change().await;
        assert_eq!(change.sequence, view.sequence() + 1, "in order and without a gap");
        let levels: Vec<LevelChange> = change.levels.into_iter().map(Into::into).collect();
        view.apply(change.sequence, &levels).unwrap();
    }
    assert_eq!(view.depth(usize::MAX), whole);
}

#[tokio::test]
async fn trades_are_told_behind_the_change_that_they_made_and_name_nobody() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut follower = Follower::connect(&world, &people.ben).await;
    follower.follow(&people.series, None).await;
    follower.snapshot().await;
    let bought = people.buy(&world, 2).await;
    let change = follower.change().await;
    let Some(FeedMessage::Trade(trade)) = follower.next().await else { panic!() };
    assert_eq!((trade.sequence, trade.quantity), (change.sequence, 2));
    assert_eq!(json!(trade.trade), bought["trades"][0]);
    let told = serde_json::to_string(&trade).unwrap();
    assert!(!told.contains("pty-"), "{told}");
}

#[tokio::test]
async fn who_comes_back_is_told_what_it_has_missed() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut first = Follower::connect(&world, &people.ann).await;
    first.follow(&people.series, None).await;
    let seen = first.snapshot().await.sequence;
    drop(first);
    bustle(&world, &people).await;
    let mut again = Follower::connect(&world, &people.ann).await;
    again.follow(&people.series, Some(seen)).await;
    let last = book(&world, &people.series).sequence;
    for sequence in seen + 1..=last {
        assert_eq!(again.change().await.sequence, sequence);
    }
    // Nothing is missing: the next that comes is the next change.
    order(&world, &people.ann, &people, "buy", (1, "79")).await;
    assert_eq!(again.change().await.sequence, last + 1);
    // Who names a change that has not been has seen another book.
    again.follow(&people.series, Some(last + 100)).await;
    assert_eq!(again.snapshot().await.sequence, last + 1);
}

#[tokio::test]
async fn a_slow_follower_is_cut_off_with_a_reason_and_costs_nobody_else() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut slow = Follower::connect(&world, &people.ann).await;
    slow.follow(&people.series, None).await;
    let start = slow.snapshot().await.sequence;
    let series = people.series.parse().unwrap();
    // The node publishes without waiting: nobody reads in between.
    for sequence in start + 1..start + 6_000 {
        world.gateway.feed.publish(&Event::BookMoved { series, sequence, levels: Vec::new() });
    }
    let mut next = start + 1;
    let end = loop {
        match slow.next().await.unwrap() {
            FeedMessage::Change(change) => {
                assert_eq!(change.sequence, next, "what is told is in order");
                next += 1;
            }
            FeedMessage::End(end) => break end,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(end.reason, FeedEndReason::TooSlow);
    assert!(next < start + 6_000, "it was cut off");
    assert!(slow.next().await.is_none());
}

#[tokio::test]
async fn what_makes_no_sense_ends_the_conversation() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    for (said, code, field) in [
        (json!({ "subscribe": [{ "series": "ser-x" }] }), "FieldRule", Some("subscribe.series")),
        (json!({ "follow": [] }), "UnknownField", Some("follow")),
        (json!([]), "Malformed", None),
        (
            json!({ "subscribe": [{ "series": "ser-0000000000000000000000000a" }] }),
            "NotFound",
            Some("series"),
        ),
    ] {
        let mut follower = Follower::connect(&world, &people.ann).await;
        follower.say(said).await;
        let end = follower.end().await;
        assert_eq!(end.reason, FeedEndReason::Misunderstood);
        assert_eq!((end.code.as_deref(), end.field.as_deref()), (Some(code), field));
        assert!(follower.next().await.is_none());
    }
}

#[tokio::test]
async fn no_follower_outlives_its_token_or_the_life_of_one() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let key = people.ann.header.strip_prefix("ApiKey ").unwrap();
    let body = Body::from(json!({ "api_key": key }).to_string());
    let asked = request("POST", "/api/v1/users/token", None).body(body).unwrap();
    let (_, token) = world.send(asked).await;
    let header = format!("Bearer {}", token["token"].as_str().unwrap());
    let bearer = Key { party: people.ann.party, header };
    // A key does not expire; what it has opened does, for it may be revoked meanwhile.
    let mut followers = Vec::new();
    for key in [&bearer, &people.ben] {
        let mut follower = Follower::connect(&world, key).await;
        follower.follow(&people.series, None).await;
        follower.snapshot().await;
        followers.push(follower);
    }
    *world.gateway.now.lock().unwrap() = time(token["expires_at"].as_str().unwrap());
    order(&world, &people.ann, &people, "buy", (1, "79")).await;
    order(&world, &people.ann, &people, "buy", (1, "78")).await;
    for mut follower in followers {
        assert_eq!(follower.end().await.reason, FeedEndReason::Expired);
    }
}

#[tokio::test]
async fn a_closing_node_sends_its_followers_away() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let mut follower = Follower::connect(&world, &people.ann).await;
    follower.follow(&people.series, None).await;
    follower.snapshot().await;
    world.gateway.feed.close();
    assert_eq!(follower.end().await.reason, FeedEndReason::Closing);
    let (status, refused) = world.get(&people.ann, STREAM).await;
    assert_eq!((status.as_u16(), &refused["code"]), (400, &json!("NoUpgrade")));
}

#[tokio::test]
async fn books_are_followed_over_grpc_as_well() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let follow = |series: &str, last_sequence| FollowRequest {
        books: vec![Followed { series: series.to_owned(), last_sequence }],
    };
    let mut client = MarketDataClient::new(world.router.clone());
    let refused = client.follow(signed(&people.ann, follow("ser-x", None))).await.unwrap_err();
    assert_eq!(refused.code(), tonic::Code::InvalidArgument);

    let told = client.follow(signed(&people.ann, follow(&people.series, None))).await.unwrap();
    let mut told = told.into_inner();
    let first = told.message().await.unwrap().unwrap();
    let Some(Told::Snapshot(snapshot)) = first.told else { panic!() };
    assert_eq!((&*snapshot.asks[0].price, snapshot.asks[0].quantity), ("90.00", 100));
    people.buy(&world, 1).await;
    let change = told.message().await.unwrap().unwrap();
    assert_eq!(change.sequence, first.sequence + 1);
    let Some(Told::Change(change)) = change.told else { panic!() };
    assert_eq!((change.bids.len(), change.asks[0].quantity), (0, 99));
    let Some(Told::Trade(trade)) = told.message().await.unwrap().unwrap().told else { panic!() };
    assert_eq!((&*trade.price, trade.quantity), ("90.00", 1));
    world.gateway.feed.close();
    assert_eq!(told.message().await.unwrap_err().code(), tonic::Code::Unavailable);
}
