//! A bank behind HTTP. TLS is the client's business and tested where it is set up.

use crate::world::{Machine, World, pay_in};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use gcfn_model::Uetr;
use gcfn_transport::{Channel, Departure, HttpsChannel, HttpsFault, Message};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

type Calls = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A bank that is closed at the first call and takes what comes after it.
async fn bank(calls: Calls) -> String {
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let mut calls = calls.lock().unwrap();
        let kind = headers["content-type"].to_str().unwrap().to_owned();
        calls.push((kind, body));
        if calls.len() == 1 { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::ACCEPTED }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let serve = axum::serve(listener, Router::new().route("/iso20022", post(take)));
    #[expect(clippy::disallowed_methods, reason = "a bank is no task of the node")]
    tokio::spawn(async move { serve.await.unwrap() });
    url
}

fn client() -> reqwest::Client {
    // Another test of this process may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}

#[tokio::test]
async fn a_closed_bank_is_asked_again_with_the_same_bytes() {
    let (world, calls) = (World::new().await, Calls::default());
    let channel = HttpsChannel::new(client(), &bank(calls.clone()).await);
    let mut outbox = world.outbox(channel).await;
    Machine::default().deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    let calls = calls.lock().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!(calls[0], calls[1]);
    assert_eq!(calls[0].0, "application/xml");
}

#[tokio::test]
async fn a_bank_that_is_not_there_has_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let message =
        Message { id: "MSG-1".parse().unwrap(), uetr: Uetr::derive(&[b"x"]), bytes: b"x".to_vec() };
    let fault = HttpsChannel::new(client(), &url).send(&message).await.unwrap_err();
    assert!(matches!(fault, HttpsFault::Unreached(_)), "{fault:?}");
    assert!(!HttpsChannel::may_have_arrived(&fault));
}

#[tokio::test]
async fn a_bank_that_hangs_up_without_a_word_may_have_the_message() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let channel = HttpsChannel::new(client(), &url);
    let (world, machine) = (World::new().await, Machine::default());
    let mut outbox = world.outbox(channel).await;
    let orders = [pay_in(1)];
    let hang_up = async {
        loop {
            drop(listener.accept().await.unwrap());
        }
    };
    tokio::select! {
        delivered = machine.deliver(&mut outbox, 1, &orders) => delivered.unwrap(),
        () = hang_up => {}
    }
    // It is not handed over again, and what comes after it is not held up.
    assert_eq!(machine.told(), [Departure::Unanswered(pay_in(1).uetr())]);
    assert_eq!(outbox.position(), 1);
}
