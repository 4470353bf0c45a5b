//! The feed through a node's own door: a WebSocket over TLS, as a market maker opens it.

use crate::banks::{Bank, booked};
use crate::world::{Node, World, answer, until};
use axum::http::StatusCode;
use futures::{SinkExt, StreamExt};
use gcfn_link::tls::client_by_address;
use gcfn_model::{CommandId, Timestamp};
use reqwest::Method;
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// Opens the feed of `node` with the credential `key`.
async fn open(
    world: &World,
    node: &Node,
    key: &str,
) -> Result<WebSocketStream<TlsStream<TcpStream>>, Error> {
    let mut tls = client_by_address(None, &world.network().ca).expect("a configuration");
    // A WebSocket begins in HTTP/1.1.
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let stream = TcpStream::connect(node.api).await.expect("somebody listens");
    let name = ServerName::IpAddress(node.api.ip().into());
    let stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await.expect("TLS");
    let url = format!("wss://{}/api/v1/mm/stream", node.api);
    let mut request = url.into_client_request().expect("a request");
    let key = format!("ApiKey {key}").parse().expect("a header");
    request.headers_mut().insert("authorization", key);
    Ok(client_async(request, stream).await?.0)
}

async fn told(feed: &mut WebSocketStream<TlsStream<TcpStream>>) -> Value {
    loop {
        let message = tokio::time::timeout(crate::world::LIMIT, feed.next()).await;
        let message = message.expect("in time").expect("open").expect("whole");
        if let Message::Text(text) = message {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
}

/// A node's callers by their keys.
struct Callers<'n> {
    world: &'n World,
    node: &'n Node,
    wishes: std::cell::Cell<u64>,
}

impl Callers<'_> {
    /// What `key` has done, which must be done.
    async fn done(&self, key: &str, path: &str, body: &Value) -> Value {
        let wish = self.wishes.replace(self.wishes.get() + 1);
        let id = CommandId::derive(&[&wish.to_be_bytes()]).to_string();
        let http = self.world.client(None);
        let asked = self.node.request(&http, Method::POST, path);
        let asked = asked.header("authorization", format!("ApiKey {}", key.trim()));
        let asked = asked.header("idempotency-key", id);
        let asked = if body.is_null() { asked } else { asked.json(body) };
        let (status, answer) = answer(asked).await;
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    /// The bank tells the node that the issuer has paid 1000 yuan in.
    async fn deposit(&self, party: &str) {
        let path = format!("/api/v1/issuers/{party}/deposit");
        let shown = async || self.node.get(&path).await.1;
        let told = shown().await;
        let account = told["account"]["number"].as_str().expect("a number");
        let bank = Bank::new(self.world, "bank-cny", "GCFNCNSH");
        let status = bank.says(self.node, "PAID-1", booked("PAID-1", account, party)).await;
        assert_eq!(status, StatusCode::ACCEPTED);
        until("the deposit", async || {
            (shown().await["deposit"]["amount"] == "1000.00").then_some(())
        })
        .await;
    }

    /// A listed series of 100 coupons of 10 yuan, for which the issuer has deposited 1000; with the
    /// key of that issuer.
    async fn list_series(&self) -> (String, String) {
        let files = self.world.files("cn");
        let path = files.path("keys/operator.key");
        let operator = &std::fs::read_to_string(path).expect("a key");
        let text = |answer: &Value, field: &str| answer[field].as_str().expect("text").to_owned();
        let body = json!({ "kind": "issuer", "kyc": 2, "name": "Teahouse" });
        let registered = self.done(operator, "/api/v1/users", &body).await;
        let (issuer, party) = (text(&registered, "api_key"), text(&registered, "party"));
        self.done(&issuer, "/api/v1/issuers", &Value::Null).await;
        self.deposit(&party).await;
        let money = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
        let review = json!({ "tier": "gold", "quota": money("100000") });
        self.done(operator, &format!("/api/v1/issuers/{party}/review"), &review).await;
        let days = |days: u64| {
            let micros = crate::world::now().micros() + days * 86_400_000_000;
            Timestamp::from_micros(micros).expect("a time")
        };
        let draft = json!({
            "face": money("10"), "quantity": 100, "issue_price": money("10"),
            "expires_at": days(60), "breakage_at": days(61),
        });
        let drafted = self.done(&issuer, "/api/v1/coupons/batches", &draft).await;
        let batch = format!("/api/v1/coupons/batches/{}", text(&drafted, "batch"));
        let steps = [
            (issuer.as_str(), "submit"),
            (operator, "review"),
            (&issuer, "fund"),
            (operator, "mint"),
            (&issuer, "list"),
        ];
        for (key, step) in steps {
            self.done(key, &format!("{batch}/{step}"), &Value::Null).await;
        }
        let (status, report) = self.node.get(&batch).await;
        assert_eq!(status, StatusCode::OK, "{report}");
        (text(&report, "series"), issuer)
    }
}

#[tokio::test]
async fn a_book_is_followed_through_the_nodes_tls_door() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let callers = Callers { world: &world, node: &cn, wishes: std::cell::Cell::new(0) };
    let (series, issuer) = callers.list_series().await;

    let Err(Error::Http(refused)) = open(&world, &cn, "key-0.0").await else {
        panic!("whoever comes may follow")
    };
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);

    let mut feed = open(&world, &cn, &issuer).await.expect("a WebSocket");
    let wish = json!({ "subscribe": [{ "series": series }] }).to_string();
    feed.send(Message::Text(wish.into())).await.expect("sent");
    let snapshot = told(&mut feed).await;
    assert_eq!((&snapshot["type"], &snapshot["series"]), (&json!("snapshot"), &json!(series)));
    assert_eq!(snapshot["asks"][0]["quantity"], 100, "{snapshot}");

    let (_, orders) = {
        let http = world.client(None);
        let asked = cn.request(&http, Method::GET, "/api/v1/trades/orders");
        answer(asked.header("authorization", format!("ApiKey {issuer}"))).await
    };
    let order = orders["orders"][0]["order"].as_str().expect("the issue is an order");
    let http = world.client(None);
    let asked = cn.request(&http, Method::DELETE, &format!("/api/v1/trades/orders/{order}"));
    let asked = asked.header("authorization", format!("ApiKey {issuer}"));
    let (status, ended) = answer(asked.header("idempotency-key", "end-the-issue")).await;
    assert_eq!(status, StatusCode::OK, "{ended}");
    let change = told(&mut feed).await;
    assert_eq!(change["type"], "change", "{change}");
    let next = snapshot["sequence"].as_u64().map(|sequence| sequence + 1);
    assert_eq!(change["sequence"].as_u64(), next, "{change}");

    feed.send(Message::Text("{}{".into())).await.expect("sent");
    let end = told(&mut feed).await;
    assert_eq!((&end["type"], &end["reason"]), (&json!("end"), &json!("misunderstood")), "{end}");
    root.end().await;
    cn.end().await;
}
