//! Who is let in.

use crate::world::{ALWAYS, LIMIT, LONG_AGO, Node, World, ask, identity, peers, told, validity};
use gcfn_link::authority::{Method, may};
use gcfn_link::ca::{Admitted, CaFault};
use gcfn_link::certificate::{Denied, Denylist};
use gcfn_link::client::{CallFault, Peer, Peers};
use gcfn_link::identity::Role;
use gcfn_link::keys::TlsKey;
use gcfn_link::proto::{FollowRequest, QueryRequest, RaftCall};
use gcfn_link::service::{MESSAGE_BYTES_MAX, Refusal};
use gcfn_link::tls::Credentials;
use gcfn_model::Timestamp;
use rustls_pki_types::ServerName;
use std::sync::Arc;
use tokio::io::AsyncReadExt;

const SHA: &str = "demo/cn/local/cn-sha";
const HK: &str = "demo/hk/regional/hk";

#[tokio::test]
async fn two_members_know_each_other() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    let peers = peers(&world.credentials(HK), &world.trust(), SHA, &node);
    assert_eq!(ask(&peers, "cn-sha").await.expect("an answer"), format!("gcfn://{HK}"));
}

#[tokio::test]
async fn a_journal_is_followed_to_its_end() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    let peers = peers(&world.credentials(HK), &world.trust(), SHA, &node);
    let peer = peers.to("cn-sha".parse().expect("a name")).expect("known");
    let request = FollowRequest { cell: "cn-sha".to_owned(), from_index: 7 };
    let mut following = peer.follow(request, LIMIT).await.expect("a stream");
    for index in 7_u64..10 {
        let record = following.next().await.expect("a record");
        assert_eq!(record, Some(index.to_be_bytes().to_vec()));
    }
    assert_eq!(following.next().await.expect("the end"), None);
    let request = FollowRequest { cell: "us-nyc".to_owned(), from_index: 0 };
    let refused = peer.follow(request, LIMIT).await.expect_err("not here");
    assert_eq!(told(&refused), "cn-sha refused Follow: not found here: cell us-nyc");
}

#[tokio::test]
async fn without_a_certificate_nobody_is_let_in() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    // Not a member at all, so it does not come through `Peers`.
    let mut roots = rustls::RootCertStore::empty();
    let (_, pem) = x509_parser::pem::parse_x509_pem(world.ca.certificate_pem().as_bytes())
        .expect("a certificate");
    roots.add(pem.contents.into()).expect("a root");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = tokio::net::TcpStream::connect(node.address).await.expect("connected");
    let name = ServerName::try_from("localhost").expect("a name");
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut stream = connector.connect(name, tcp).await.expect("the server is in order");
    let refused = stream.read_u8().await.expect_err("closed");
    assert_eq!(refused.to_string(), "received fatal alert: CertificateRequired");
}

/// Calls `SHA` with the given certificates and says what the caller is told.
async fn refusal(
    (callers, caller): (&World, gcfn_link::tls::Credentials),
    (servers, server): (&World, gcfn_link::tls::Credentials),
) -> String {
    let node = Node::open(&server, &servers.trust()).await;
    let address = node.address.to_string();
    let peers = peers(&caller, &callers.trust(), SHA, &node);
    let fault = ask(&peers, "cn-sha").await.expect_err("refused");
    assert!(matches!(fault, CallFault::NotTrusted { .. }), "{fault:?}");
    told(&fault).replace(&address, "ADDRESS")
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused_by_either_side() {
    let (world, other) = (World::new(), World::new());
    let by_server = refusal((&world, other.credentials(HK)), (&world, world.credentials(SHA)));
    assert_eq!(
        by_server.await,
        "cn-sha and this node do not accept each other: \
         ADDRESS does not accept this node's certificate: it was signed by another authority"
    );
    let by_client = refusal((&world, world.credentials(HK)), (&world, other.credentials(SHA)));
    assert_eq!(
        by_client.await,
        "cn-sha and this node do not accept each other: distrust ADDRESS: \
         invalid peer certificate: UnknownIssuer"
    );
}

#[tokio::test]
async fn an_expired_certificate_is_refused_by_either_side() {
    let world = World::new();
    let expired = |who| world.credentials_valid(who, LONG_AGO);
    let by_server = refusal((&world, expired(HK)), (&world, world.credentials(SHA))).await;
    assert!(by_server.ends_with("certificate: it is expired or not yet valid"), "{by_server}");
    let by_client = refusal((&world, world.credentials(HK)), (&world, expired(SHA))).await;
    assert!(by_client.contains("certificate expired: "), "{by_client}");
}

/// A certificate that expires in a moment; to the second, as certificates have it.
fn for_a_moment(world: &World, who: &str) -> Credentials {
    let now = rustls_pki_types::UnixTime::now().as_secs();
    let until = Timestamp::from_micros((now + 3) * 1_000_000).expect("a time").to_string();
    world.credentials_valid(who, (ALWAYS.0, &until))
}

/// Calls without a pause, so that the connection is never idle, until one is refused for good.
async fn until_refused(world: &World, caller: &Credentials, called: &Credentials) -> String {
    let node = Node::open(called, &world.trust()).await;
    let identity = called.certificate().identity;
    let expected = identity.to_string().replacen("gcfn://", "", 1);
    let peers = peers(caller, &world.trust(), &expected, &node);
    ask(&peers, identity.node.as_str()).await.expect("not yet expired");
    let refused = async {
        loop {
            match ask(&peers, identity.node.as_str()).await {
                Ok(_) | Err(CallFault::Broken { .. } | CallFault::Unreachable { .. }) => {}
                Err(fault) => return fault,
            }
        }
    };
    let fault = tokio::time::timeout(LIMIT, refused).await.expect("in time");
    assert!(matches!(fault, CallFault::NotTrusted { .. }), "{fault:?}");
    told(&fault)
}

#[tokio::test]
async fn an_open_connection_ends_with_the_certificate_of_either_side() {
    let world = World::new();
    let (sha, brief) = (world.credentials(SHA), for_a_moment(&world, HK));
    let (of_caller, of_called) =
        tokio::join!(until_refused(&world, &brief, &sha), until_refused(&world, &sha, &brief));
    assert!(of_caller.ends_with("it is expired or not yet valid"), "{of_caller}");
    assert!(of_called.contains("certificate expired: "), "{of_called}");
}

#[tokio::test]
async fn a_second_run_of_a_node_is_not_heard_while_the_first_is_connected() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    let key = TlsKey::generate().expect("a key");
    let pem = world.issue(HK, ALWAYS, &key).pem;
    // The same key and certificate, loaded twice: a copy of the node's folder.
    let run = || Credentials::new(&pem, &key).expect("credentials");
    let first = peers(&run(), &world.trust(), SHA, &node);
    let second = peers(&run(), &world.trust(), SHA, &node);
    ask(&first, "cn-sha").await.expect("the first");
    for _ in 0..3 {
        let fault = ask(&second, "cn-sha").await.expect_err("the second");
        let text =
            format!("cn-sha refused Query: runs twice: another run of gcfn://{HK} is connected");
        assert_eq!(told(&fault), text);
        ask(&first, "cn-sha").await.expect("the first goes on");
    }
    // When the first has ended, whoever starts next is the node.
    drop(first);
    let heard = async { while ask(&second, "cn-sha").await.is_err() {} };
    tokio::time::timeout(LIMIT, heard).await.expect("in time");
}

#[tokio::test]
async fn a_certificate_of_another_network_is_refused_even_under_the_same_authority() {
    let world = World::new();
    let node =
        Node::open(&world.credentials(SHA), &world.trust_as("live", Denylist::default())).await;
    let peers = peers(&world.credentials(HK), &world.trust(), SHA, &node);
    let told = told(&ask(&peers, "cn-sha").await.expect_err("refused"));
    assert!(told.ends_with("certificate: its identity is refused"), "{told}");

    let key = TlsKey::generate().expect("a key");
    let admitted = Admitted { identity: identity("live/cn/local/cn-sha"), hosts: vec![] };
    let request = key.certificate_request().expect("a request");
    let refused = world.ca.issue(&request, &admitted, validity(ALWAYS)).expect_err("refused");
    assert!(matches!(refused, CaFault::OtherNetwork { .. }));
}

#[tokio::test]
async fn a_member_cannot_stand_in_for_another() {
    let world = World::new();
    let shown = |who| refusal((&world, world.credentials(HK)), (&world, world.credentials(who)));
    let start = "cn-sha and this node do not accept each other: wrong peer at ADDRESS: peer is";
    assert_eq!(
        shown("demo/cn/local/cn-bj").await,
        format!("{start} gcfn://demo/cn/local/cn-bj, expected gcfn://{SHA}")
    );
    // The same name with another role or region is somebody else as well.
    assert_eq!(
        shown("demo/cn/regulator/cn-sha").await,
        format!("{start} gcfn://demo/cn/regulator/cn-sha, expected gcfn://{SHA}")
    );
    assert_eq!(
        shown("demo/hk/local/cn-sha").await,
        format!("{start} gcfn://demo/hk/local/cn-sha, expected gcfn://{SHA}")
    );
}

async fn call(peer: &Peer, method: Method) -> Result<(), CallFault> {
    let cell = "cn-sha".to_owned();
    let payload = vec![];
    match method {
        Method::Raft => peer.raft(RaftCall { cell, kind: 1, payload }, LIMIT).await.map(drop),
        Method::Deliver => peer.deliver(vec![payload], LIMIT).await.map(drop),
        Method::Submit => peer.submit(payload, LIMIT).await.map(drop),
        Method::Follow => peer.follow(FollowRequest { cell, from_index: 0 }, LIMIT).await.map(drop),
        Method::Query => peer.query(QueryRequest { what: cell, payload }, LIMIT).await.map(drop),
    }
}

#[tokio::test]
async fn every_role_is_held_to_the_table_on_the_wire() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    for role in Role::ALL {
        let caller = world.credentials(&format!("demo/cn/{role}/caller"));
        let peers = peers(&caller, &world.trust(), SHA, &node);
        let peer = peers.to("cn-sha".parse().expect("a name")).expect("known");
        for method in Method::ALL {
            match call(&peer, method).await {
                Ok(()) => assert!(may(role, method), "{role} was let through to {method}"),
                Err(fault) => {
                    assert!(!may(role, method), "{role} was refused {method}: {fault:?}");
                    let text = format!(
                        "cn-sha refused {method}: not allowed: a {role} may not call {method}"
                    );
                    assert_eq!(told(&fault), text);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_suspended_node_is_cut_off_on_its_open_connection() {
    let world = World::new();
    let denied = Denylist::default();
    let node = Node::open(&world.credentials(SHA), &world.trust_as("demo", denied.clone())).await;
    let caller = world.credentials(HK);
    let peers = peers(&caller, &world.trust(), SHA, &node);
    ask(&peers, "cn-sha").await.expect("not yet suspended");

    let hk = caller.certificate().identity.node;
    denied.replace(Denied { nodes: [hk].into(), ..Denied::default() });
    let fault = ask(&peers, "cn-sha").await.expect_err("suspended");
    assert!(
        matches!(&fault, CallFault::Refused { source: Refusal::NotAllowed(_), .. }),
        "{fault:?}"
    );

    let fresh = self::peers(&caller, &world.trust(), SHA, &node);
    let fault = ask(&fresh, "cn-sha").await.expect_err("suspended");
    assert!(told(&fault).ends_with("its identity is refused"), "{fault:?}");

    denied.replace(Denied::default());
    ask(&peers, "cn-sha").await.expect("resumed");
}

#[tokio::test]
async fn certificates_rotate_under_load() {
    let world = World::new();
    let denied = Denylist::default();
    let trust = world.trust_as("demo", denied.clone());
    let (server, caller) = (world.credentials(SHA), world.credentials(HK));
    let node = Node::open(&server, &trust).await;
    let peers = peers(&caller, &trust, SHA, &node);

    let mut load = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let peers = peers.clone();
        load.spawn(async move {
            for _ in 0..50 {
                ask(&peers, "cn-sha").await.expect("no call fails");
                tokio::task::yield_now().await;
            }
        });
    }
    for _ in 0..10 {
        for (credentials, who) in [(&server, SHA), (&caller, HK)] {
            let old = credentials.certificate().serial;
            let key = TlsKey::generate().expect("a key");
            let issued = world.issue(who, ALWAYS, &key);
            credentials.replace(&issued.pem, &key).expect("replaced");
            assert_eq!(credentials.certificate().serial, issued.serial);
            assert_ne!(issued.serial, old);
        }
        ask(&peers, "cn-sha").await.expect("with the new certificates");
    }
    load.join_all().await;

    // The old certificate is revoked, the node has another: nothing is noticed.
    let old = caller.certificate().serial;
    let key = TlsKey::generate().expect("a key");
    caller.replace(&world.issue(HK, ALWAYS, &key).pem, &key).expect("replaced");
    denied.replace(Denied { serials: [old].into(), ..Denied::default() });
    ask(&peers, "cn-sha").await.expect("with a certificate that is not revoked");
}

#[tokio::test]
async fn a_certificate_is_only_replaced_by_one_of_the_same_node() {
    let world = World::new();
    let credentials = world.credentials(SHA);
    let key = TlsKey::generate().expect("a key");
    let other = world.issue(HK, ALWAYS, &key);
    let refused = credentials.replace(&other.pem, &key).expect_err("refused");
    assert_eq!(
        refused.to_string(),
        format!("new certificate is for gcfn://{HK}, this node is gcfn://{SHA}")
    );
    let mine = world.issue(SHA, ALWAYS, &key);
    let misfit = TlsKey::generate().expect("a key");
    let refused = credentials.replace(&mine.pem, &misfit).expect_err("refused");
    assert!(told(&refused).starts_with("match node certificate with TLS key"), "{refused:?}");
}

#[tokio::test]
async fn what_a_request_asks_for_beside_its_key_is_ignored() {
    let world = World::new();
    let key = rcgen::KeyPair::generate().expect("a key");
    let mut params =
        rcgen::CertificateParams::new(vec!["evil.example".to_owned()]).expect("params");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let uri = "gcfn://demo/sg/root/root".try_into().expect("text");
    params.subject_alt_names.push(rcgen::SanType::URI(uri));
    let request = params.serialize_request(&key).expect("a request").pem().expect("PEM");
    let admitted = Admitted { identity: identity(SHA), hosts: vec!["node.example".to_owned()] };
    let issued = world.ca.issue(&request, &admitted, validity(ALWAYS)).expect("issued");

    let (_, pem) = x509_parser::pem::parse_x509_pem(issued.pem.as_bytes()).expect("PEM");
    let certificate = pem.parse_x509().expect("X.509");
    assert!(!certificate.is_ca());
    let names = certificate.subject_alternative_name().expect("readable").expect("present");
    let names = format!("{:?}", names.value.general_names);
    assert!(names.contains(SHA) && names.contains("node.example"), "{names}");
    assert!(!names.contains("evil") && !names.contains("root"), "{names}");
}

#[tokio::test]
async fn messages_have_a_largest_size() {
    let world = World::new();
    let node = Node::open(&world.credentials(SHA), &world.trust()).await;
    let peers = peers(&world.credentials(HK), &world.trust(), SHA, &node);
    let peer = peers.to("cn-sha".parse().expect("a name")).expect("known");
    let raft = |bytes| RaftCall { cell: "cn-sha".to_owned(), kind: 3, payload: vec![7; bytes] };

    let large = MESSAGE_BYTES_MAX - 1024;
    let reply = peer.raft(raft(large), LIMIT).await.expect("within the limit");
    assert_eq!(reply.payload.len(), large);

    let fault = peer.raft(raft(MESSAGE_BYTES_MAX), LIMIT).await.expect_err("too large");
    let text = "Raft to cn-sha has 16777231 bytes, the limit is 16777216; cut it";
    assert_eq!(told(&fault), text);
    call(&peer, Method::Query).await.expect("the connection still works");
}

#[tokio::test]
async fn an_unknown_peer_and_an_unreachable_one_are_told_apart() {
    let world = World::new();
    let trust = world.trust();
    let peers = Peers::new(world.credentials(HK), trust.clone());
    let fault = ask(&peers, "cn-sha").await.expect_err("unknown");
    assert_eq!(told(&fault), "cn-sha is not a known peer");

    // A port that was just free: nobody listens.
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bound");
    let address = gone.local_addr().expect("an address");
    drop(gone);
    peers.set(identity(SHA), &address.to_string()).expect("a peer");
    for _ in 0..2 {
        let fault = ask(&peers, "cn-sha").await.expect_err("unreachable");
        assert!(matches!(fault, CallFault::Unreachable { .. }), "{fault:?}");
        assert!(told(&fault).starts_with("cn-sha is unreachable: connect to 127.0.0.1:"));
    }

    let node = Node::open(&world.credentials(SHA), &trust).await;
    peers.set(identity(SHA), &node.address.to_string()).expect("a peer");
    ask(&peers, "cn-sha").await.expect("found at its new address");
}
