//! The door itself: optional certificates, slow callers, closing time.

use crate::world::{Node, World, ask, identity, peers};
use axum::Router;
use axum::extract::Extension;
use axum::routing::get;
use gcfn_link::certificate::PeerIdentity;
use gcfn_link::client::CallFault;
use gcfn_link::listener::Limits;
use gcfn_link::tls::{client, server_optional};
use rustls_pki_types::ServerName;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;

const SHA: &str = "demo/cn/local/cn-sha";

async fn whoami(peer: Option<Extension<PeerIdentity>>) -> String {
    peer.map_or("nobody".to_owned(), |Extension(peer)| peer.identity().node.to_string())
}

async fn get_over(node: &Node, mut config: rustls::ClientConfig, path: &str) -> io::Result<String> {
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let tcp = TcpStream::connect(node.address).await.expect("connected");
    let name = ServerName::try_from("localhost").expect("a name");
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, tcp).await.expect("a handshake");
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut response = String::new();
    stream.read_to_string(&mut response).await?;
    Ok(response)
}

fn anonymous(world: &World) -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    let (_, pem) = x509_parser::pem::parse_x509_pem(world.ca.certificate_pem().as_bytes())
        .expect("a certificate");
    roots.add(pem.contents.into()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth()
}

#[tokio::test]
async fn the_open_door_knows_whoever_shows_a_certificate() {
    let world = World::new();
    let trust = world.trust();
    let tls = server_optional(&world.credentials(SHA), &trust).expect("a configuration");
    let node = Node::serve(tls, Limits::API, Router::new().route("/", get(whoami))).await;

    // An ordinary client checks the host name against the certificate, and gets in.
    let response = get_over(&node, anonymous(&world), "/").await.expect("a response");
    assert!(response.starts_with("HTTP/1.1 200") && response.ends_with("nobody"), "{response}");

    let bank = world.credentials("demo/cn/bank/icbc");
    let config = client(&bank, &trust, identity(SHA)).expect("a configuration");
    let response = get_over(&node, config.as_ref().clone(), "/").await.expect("a response");
    assert!(response.starts_with("HTTP/1.1 200") && response.ends_with("icbc"), "{response}");
}

#[tokio::test]
async fn a_caller_that_says_nothing_is_shown_out() {
    let world = World::new();
    let tls = server_optional(&world.credentials(SHA), &world.trust()).expect("a configuration");
    let limits =
        Limits { handshake_timeout: Duration::from_millis(20), connections_max: 1, ..Limits::API };
    let node = Node::serve(tls, limits, Router::new().route("/", get(whoami))).await;

    let mut silent = TcpStream::connect(node.address).await.expect("connected");
    // Meanwhile the only place is taken; the next caller waits its turn and is served.
    let response = get_over(&node, anonymous(&world), "/").await.expect("a response");
    assert!(response.ends_with("nobody"), "{response}");
    assert_eq!(silent.read(&mut [0; 16]).await.expect("closed in order"), 0);
}

#[tokio::test]
async fn at_closing_time_what_was_begun_is_finished() {
    let world = World::new();
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = Router::new().route(
        "/slow",
        get({
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            move || async move {
                begun.notify_one();
                go_on.notified().await;
                "finished"
            }
        }),
    );
    let tls = server_optional(&world.credentials(SHA), &world.trust()).expect("a configuration");
    let mut node = Node::serve(tls, Limits::API, app).await;

    let closing = async {
        begun.notified().await;
        node.stop.send(true).expect("still open");
        go_on.notify_one();
    };
    let (response, ()) = tokio::join!(get_over(&node, anonymous(&world), "/slow"), closing);
    assert!(response.expect("a response").ends_with("finished"));
    node.serving.join_next().await.expect("one task").expect("ended in order");
    TcpStream::connect(node.address).await.expect_err("the door is closed");
}

#[tokio::test]
async fn a_request_that_never_ends_is_cut_off_after_the_drain_time() {
    let world = World::new();
    let begun = Arc::new(Notify::new());
    let app = Router::new().route(
        "/endless",
        get({
            let begun = Arc::clone(&begun);
            move || async move {
                begun.notify_one();
                std::future::pending::<&str>().await
            }
        }),
    );
    let tls = server_optional(&world.credentials(SHA), &world.trust()).expect("a configuration");
    let limits = Limits { drain: Duration::from_millis(20), ..Limits::API };
    let mut node = Node::serve(tls, limits, app).await;
    let closing = async {
        begun.notified().await;
        node.stop.send(true).expect("still open");
    };
    let (response, ()) = tokio::join!(get_over(&node, anonymous(&world), "/endless"), closing);
    response.expect_err("cut off");
    node.serving.join_next().await.expect("one task").expect("ended in order");
}

#[tokio::test]
async fn a_node_that_comes_back_is_found_again() {
    let world = World::new();
    let trust = world.trust();
    let credentials = world.credentials(SHA);
    let mut node = Node::open(&credentials, &trust).await;
    let peers = peers(&world.credentials("demo/hk/regional/hk"), &trust, SHA, &node);
    ask(&peers, "cn-sha").await.expect("an answer");

    node.stop.send(true).expect("still open");
    node.serving.join_next().await.expect("one task").expect("ended in order");
    let fault = ask(&peers, "cn-sha").await.expect_err("gone");
    assert!(matches!(fault, CallFault::Unreachable { .. } | CallFault::Broken { .. }), "{fault:?}");

    let back = Node::open(&credentials, &trust).await;
    peers.set(identity(SHA), &back.address.to_string()).expect("a peer");
    ask(&peers, "cn-sha").await.expect("an answer again");
}
