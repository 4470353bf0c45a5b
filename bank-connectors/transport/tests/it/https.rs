//! A bank behind HTTP. TLS is the client's business and tested where it is set up.

use crate::world::{Machine, NODE_KEY, World, pay_in, signer, to_bank};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use gcfn_model::Uetr;
use gcfn_transport::{
    Channel, Check, Departure, HttpsChannel, HttpsFault, Message, Pen, read_signature,
};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

type Calls = Arc<Mutex<Vec<([String; 2], Bytes)>>>;

/// A bank that is closed at the first call and takes what comes after it.
async fn bank(calls: Calls) -> String {
    let take = move |headers: HeaderMap, body: Bytes| async move {
        let mut calls = calls.lock().unwrap();
        let heads = ["content-type", "gcfn-signature"];
        calls.push((heads.map(|name| headers[name].to_str().unwrap().to_owned()), body));
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
    let ([kind, signature], bytes) = &calls[0];
    assert_eq!(kind, "application/xml");
    let signature = read_signature(signature.as_bytes()).unwrap();
    let check = Check::new(to_bank(), signer(NODE_KEY).public_key());
    assert_eq!(check.check(bytes, Some(&signature)), Ok(()));
}

#[tokio::test]
async fn a_bank_that_is_not_there_has_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let (id, uetr, bytes) = ("MSG-1".parse().unwrap(), Uetr::derive(&[b"x"]), b"x".to_vec());
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(&bytes);
    let message = Message { id, uetr: Some(uetr), bytes, signature };
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
    assert_eq!(machine.told_after(), [Departure::Unanswered(pay_in(1).uetr())]);
    assert_eq!(outbox.position(), 1);
}
