//! The shell: what survives, who is let in, what arrives.

use crate::script::{accounts, between, config, deposit, of};
use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Method, Request, StatusCode};
use axum::routing::post;
use gcfn_anchor::keys::Signer;
use gcfn_iso20022::{BYTES_MAX, BusinessMessage, write};
use gcfn_link::certificate::{MemberCertificate, PeerIdentity};
use gcfn_link::identity::Role;
use gcfn_simulator::{NodeConfig, SharedBank, deliver, exchange, router};
use gcfn_transport::{Check, Correspondents, FolderChannel, Intake, Pen, Verdict, read_signature};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, mpsc};
use tower::ServiceExt;

fn peer(node: &str, role: Role) -> PeerIdentity {
    let text = format!("gcfn://test/cn/{role}/{node}");
    let san = rcgen::SanType::URI(text.try_into().unwrap());
    let mut params = rcgen::CertificateParams::default();
    params.subject_alt_names = vec![san];
    params.serial_number = Some(rcgen::SerialNumber::from_slice(&[1; 16]));
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap();
    PeerIdentity::dangerously_assume(MemberCertificate::read(certificate.der()).unwrap())
}

async fn call(app: &Router, peer: Option<PeerIdentity>, path: &str, body: &str) -> StatusCode {
    let mut request = Request::builder()
        .method(if body.is_empty() { Method::GET } else { Method::POST })
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    app.clone().oneshot(request).await.unwrap().status()
}

fn payment() -> String {
    let document = between(Some("1"), ("A-UC", "B-CH"), "60.00");
    String::from_utf8(write(&BusinessMessage { header: None, document })).unwrap()
}

#[tokio::test]
async fn a_killed_bank_comes_back_knowing_everything() {
    let folder = tempfile::tempdir().unwrap();
    let bank = SharedBank::open(folder.path(), &config(), None).unwrap();
    bank.change(|bank| bank.deposit(&deposit("A-UC", "100.00"))).await.unwrap().unwrap();
    let app = router(bank.clone());
    let node = peer("a", Role::Local);
    assert_eq!(call(&app, Some(node), "/iso20022", &payment()).await, StatusCode::ACCEPTED);
    let before = bank.read(Clone::clone).await;

    let again = SharedBank::open(folder.path(), &config(), None).unwrap();
    assert_eq!(again.read(Clone::clone).await, before);
    assert_eq!(
        call(&router(again.clone()), Some(node), "/iso20022", &payment()).await,
        StatusCode::ACCEPTED
    );
    assert_eq!(again.read(accounts).await, "A-SH 0.00, A-UC 40.00, B-CH 60.00, CUSTOMER 0.00");
}

#[tokio::test]
async fn a_file_of_another_kind_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bank.json"), "{\"format\":\"x\"}").unwrap();
    let fault = SharedBank::open(folder.path(), &config(), None).unwrap_err();
    assert!(fault.to_string().ends_with("bank.json is not of format gcfn-bank/2"));
}

#[tokio::test]
async fn each_role_has_its_calls() {
    let folder = tempfile::tempdir().unwrap();
    let bank = SharedBank::open(folder.path(), &config(), None).unwrap();
    let app = router(bank.clone());
    let (node, operator) = (peer("a", Role::Local), peer("ops", Role::Operator));
    let regulator = peer("reg", Role::Regulator);
    let date = "{\"date\":\"2026-11-24\"}";
    let fault = "{\"fault\":\"late\",\"target\":{\"next\":2}}";
    let script = "{\"script\":\"payment 1: late\"}";
    let unclear = "{\"script\":\"payment 1: later\"}";
    let wrong =
        "{\"account\":\"A-XX\",\"amount\":\"1\",\"reference\":null,\"name\":null,\"iban\":null}";
    let cases = [
        (None, "/iso20022", payment(), StatusCode::FORBIDDEN),
        (Some(regulator), "/iso20022", payment(), StatusCode::FORBIDDEN),
        (Some(node), "/iso20022", "<broken".to_owned(), StatusCode::BAD_REQUEST),
        (Some(node), "/iso20022", payment(), StatusCode::ACCEPTED),
        (Some(node), "/control/date", date.to_owned(), StatusCode::FORBIDDEN),
        (Some(operator), "/control/date", date.to_owned(), StatusCode::NO_CONTENT),
        (Some(operator), "/control/date", date.to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (Some(operator), "/control/date", String::new(), StatusCode::OK),
        (Some(node), "/control/date", String::new(), StatusCode::FORBIDDEN),
        (Some(operator), "/control/fault", fault.to_owned(), StatusCode::NO_CONTENT),
        (Some(operator), "/control/script", script.to_owned(), StatusCode::NO_CONTENT),
        (Some(operator), "/control/script", unclear.to_owned(), StatusCode::BAD_REQUEST),
        (Some(node), "/control/script", script.to_owned(), StatusCode::FORBIDDEN),
        (Some(operator), "/control/deposit", wrong.to_owned(), StatusCode::UNPROCESSABLE_ENTITY),
        (Some(operator), "/control/release", "{}".to_owned(), StatusCode::OK),
        (Some(operator), "/control/end-of-day", "{}".to_owned(), StatusCode::NO_CONTENT),
        (Some(operator), "/control/outbox", String::new(), StatusCode::OK),
        (Some(operator), "/accounts", String::new(), StatusCode::OK),
        (Some(node), "/accounts", String::new(), StatusCode::FORBIDDEN),
        (None, "/healthz", String::new(), StatusCode::OK),
    ];
    for (caller, path, body, expected) in cases {
        assert_eq!(call(&app, caller, path, &body).await, expected, "{path} {body}");
    }
}

#[tokio::test]
async fn a_node_with_a_key_is_heard_by_its_signature_and_what_the_bank_says_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (node, bank_key) = (Signer::from_seed(&[1; 32]), Arc::new(Signer::from_seed(&[2; 32])));
    let mut config = config();
    config.nodes[0].key = Some(node.public_key());
    let bank = SharedBank::open(folder.path(), &config, Some(&bank_key)).unwrap();
    bank.change(|bank| bank.deposit(&deposit("A-UC", "100.00"))).await.unwrap().unwrap();
    let (app, xml) = (router(bank.clone()), payment());
    let to_bank = Correspondents::to_bank(config.network, of("a"), &config.bic);
    let signed = Pen::new(to_bank, Arc::new(node)).sign(xml.as_bytes()).to_string();
    let pay = async |signature: Option<&str>| {
        let mut request = Request::post("/iso20022");
        if let Some(signature) = signature {
            request = request.header("gcfn-signature", signature);
        }
        let mut request = request.body(Body::from(xml.clone())).unwrap();
        request.extensions_mut().insert(peer("a", Role::Local));
        app.clone().oneshot(request).await.unwrap().status()
    };
    let other = Pen::new(
        Correspondents::to_bank(config.network, of("b"), &config.bic),
        Arc::new(Signer::from_seed(&[1; 32])),
    );
    for wrong in [None, Some("signed"), Some(&*other.sign(xml.as_bytes()).to_string())] {
        assert_eq!(pay(wrong).await, StatusCode::FORBIDDEN, "{wrong:?}");
    }
    assert_eq!(bank.read(accounts).await, "A-SH 0.00, A-UC 100.00, B-CH 0.00, CUSTOMER 0.00");
    assert_eq!(pay(Some(&signed)).await, StatusCode::ACCEPTED);
    assert_eq!(bank.read(accounts).await, "A-SH 0.00, A-UC 40.00, B-CH 60.00, CUSTOMER 0.00");

    let said = bank.sign(of("a"), b"<Document/>");
    let to_node = Correspondents::to_node(config.network, &config.bic, of("a"));
    let check = Check::new(to_node, bank_key.public_key());
    assert_eq!(check.check(b"<Document/>", said.as_ref()), Ok(()));
}

/// A node that answers as told, then takes everything.
#[derive(Clone)]
struct Node {
    answers: Arc<Mutex<Vec<StatusCode>>>,
    heard: mpsc::Sender<String>,
}

async fn inbound(State(node): State<Node>, body: String) -> StatusCode {
    let answer = node.answers.lock().await.pop().unwrap_or(StatusCode::OK);
    node.heard.send(body).await.unwrap();
    answer
}

#[tokio::test]
async fn messages_are_repeated_until_taken_and_then_forgotten() {
    rustls::crypto::ring::default_provider().install_default().unwrap();
    let (heard, mut listen) = mpsc::channel(8);
    let answers = Arc::new(Mutex::new(vec![StatusCode::OK, StatusCode::SERVICE_UNAVAILABLE]));
    let app = Router::new()
        .route("/api/v1/bank/iso20022/inbound", post(inbound))
        .with_state(Node { answers, heard });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}/", listener.local_addr().unwrap());
    let mut config = config();
    config.nodes = vec![NodeConfig { node: of("a"), api: Some(api), folder: None, key: None }];

    let folder = tempfile::tempdir().unwrap();
    let bank = SharedBank::open(folder.path(), &config, None).unwrap();
    bank.change(|bank| bank.deposit(&deposit("A-UC", "1.00"))).await.unwrap().unwrap();
    let story = async {
        let first = listen.recv().await.unwrap();
        assert_eq!(listen.recv().await.unwrap(), first, "the first was not taken");
        bank.change(|bank| bank.deposit(&deposit("A-UC", "2.00"))).await.unwrap().unwrap();
        let second = listen.recv().await.unwrap();
        assert!(second.contains(">2.00<") && second != first);
    };
    tokio::select! {
        () = story => {}
        served = async { axum::serve(listener, app).await } => panic!("{served:?}"),
        ended = deliver(bank.clone(), reqwest::Client::new()) => panic!("{ended:?}"),
    }
}

/// Signed both ways: what the node puts there is booked, what the bank says comes in order.
#[tokio::test]
async fn a_bank_at_the_other_end_of_a_folder_answers_there() {
    let (home, shared) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (node, bank_key) =
        (Arc::new(Signer::from_seed(&[1; 32])), Arc::new(Signer::from_seed(&[2; 32])));
    let mut config = config();
    config.nodes[0].key = Some(node.public_key());
    let bank = SharedBank::open(home.path(), &config, Some(&bank_key)).unwrap();
    bank.change(|bank| bank.deposit(&deposit("A-UC", "100.00"))).await.unwrap().unwrap();
    let to_bank = Correspondents::to_bank(config.network, of("a"), &config.bic);
    let to_node = Correspondents::to_node(config.network, &config.bic, of("a"));
    let (pen, check) = (Pen::new(to_bank, node), Check::new(to_node, bank_key.public_key()));

    let channel = FolderChannel::new(shared.path());
    let end = FolderChannel::of_bank(shared.path());
    let story = async {
        let mut intake = channel.intake(BYTES_MAX, Duration::from_millis(5));
        let mut next = async || {
            let arrival = intake.next().await.unwrap();
            let signature = read_signature(arrival.signature.as_ref().unwrap()).unwrap();
            check.check(&arrival.bytes, Some(&signature)).unwrap();
            let text = String::from_utf8(arrival.bytes.to_vec()).unwrap();
            intake.put_away(arrival, &Verdict::Taken).await.unwrap();
            text
        };
        assert!(next().await.contains(">100.00<"), "the deposit");
        let xml = payment();
        // Unsigned at first: it is set aside and nothing of it is booked.
        channel.put("1", xml.as_bytes(), None).await.unwrap();
        channel.put("2", xml.as_bytes(), Some(&pen.sign(xml.as_bytes()))).await.unwrap();
        assert!(next().await.contains("ACSC"));
        assert!(next().await.contains("camt.054"));
        assert_eq!(bank.read(accounts).await, "A-SH 0.00, A-UC 40.00, B-CH 60.00, CUSTOMER 0.00");
        assert!(shared.path().join("bank/broken/1.xml").exists());
        assert!(shared.path().join("bank/done/2.xml.sig").exists());
    };
    tokio::select! {
        () = story => {}
        ended = exchange(bank.clone(), of("a"), end) => panic!("{ended:?}"),
    }
}
