//! What every node serves beside its venue, by the same rules as everything else.

use crate::world::{Key, World, identity, request};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use gcfn_api::Scope;
use gcfn_api_wire::bank::{BankQueue, BankWay};
use gcfn_api_wire::term::Text;
use gcfn_council::{Refusal, Verb};
use gcfn_link::identity::NodeIdentity;
use gcfn_model::{Currency, Timestamp};
use serde_json::{Value, json};
use tower::ServiceExt;

const APPROVALS: &str = "/api/v1/federation/approvals";
const INBOUND: &str = "/api/v1/bank/iso20022/inbound";

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, Value) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let kind = response.headers().get("content-type").cloned();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    if !status.is_success() {
        assert_eq!(kind.unwrap(), "application/problem+json", "{status}");
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    (status, serde_json::from_slice(&bytes).unwrap_or(Value::String(text)))
}

async fn get(router: &Router, path: &str, key: Option<&Key>) -> (StatusCode, Value) {
    ask(router, request("GET", path, key).body(Body::empty()).unwrap()).await
}

fn approval() -> Value {
    json!({ "node": "cn-sha", "request": "0".repeat(64) })
}

#[tokio::test]
async fn anybody_who_is_known_reads_the_directory_and_the_validators_keys() {
    let world = World::new().await;
    for scope in Scope::ALL {
        let key = world.key(scope, None).await;
        for path in ["members", "anchors", "series"] {
            let (status, answer) = world.get(&key, &format!("/api/v1/federation/{path}")).await;
            assert_eq!(status, StatusCode::OK, "{scope} {path}: {answer}");
        }
    }
    let (status, _) = get(&world.router, "/api/v1/federation/members", None).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_key_of_a_wish_is_the_name_of_the_command_in_the_federation() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    for key in ["k", "k", "l"] {
        let (status, answer) = world.post_as(&operator, APPROVALS, key, approval()).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    }
    let said = world.neighbours.said.lock().unwrap().clone();
    let [(first, verb), (again, _), (other, _)] = said.as_slice() else { panic!("{said:?}") };
    assert!(matches!(verb, Verb::Approve(_)), "{verb:?}");
    assert_eq!(first, again);
    assert_ne!(first, other);
}

#[tokio::test]
async fn what_the_federation_refuses_is_a_problem() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    for (refusal, status, code) in [
        (Refusal::WrongStatus, 422, "FederationRefused"),
        (Refusal::IdempotencyConflict, 409, "IdempotencyConflict"),
        (Refusal::UnknownNode, 404, "NotFound"),
    ] {
        *world.neighbours.refuses.lock().unwrap() = Some(refusal);
        let (told, problem) = world.post(&operator, APPROVALS, approval()).await;
        assert_eq!((told.as_u16(), &problem["code"]), (status, &json!(code)), "{problem}");
        assert_eq!(problem["detail"], refusal.to_string());
    }
}

#[tokio::test]
async fn a_wish_in_the_federation_is_read_as_strictly_as_any_other() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let without_key = request("POST", APPROVALS, Some(&operator));
    let without_key = without_key.body(Body::from(approval().to_string())).unwrap();
    let (_, problem) = ask(&world.router, without_key).await;
    assert_eq!(problem["code"], "IdempotencyKeyMissing");
    let unknown = json!({ "node": "cn-sha", "because": "of me" });
    let (_, problem) = world.post(&operator, APPROVALS, unknown).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("UnknownField"), &json!("because")));
    let (_, problem) = world.post(&operator, APPROVALS, json!({ "node": "not a name" })).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("FieldRule"), &json!("node")));
    let text = Request::post(APPROVALS).header("authorization", &operator.header);
    let text = text.header("idempotency-key", "k").header("content-type", "text/plain");
    let (status, _) = ask(&world.router, text.body(Body::from("yes")).unwrap()).await;
    assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(world.neighbours.said.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_quote_is_sized_in_its_base_currency() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let quote = |size: &str, numerator: u64| {
        json!({
            "pair": { "base": "CNY", "counter": "HKD" },
            "bid": { "numerator": numerator, "denominator": 100 },
            "ask": { "numerator": 110, "denominator": 100 },
            "size": { "amount": "1000.00", "currency": size },
            "valid_until": "2026-11-23T02:00:00Z",
        })
    };
    let path = "/api/v1/federation/quotes";
    let (status, answer) = world.post(&operator, path, quote("CNY", 109)).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    let (_, problem) = world.post(&operator, path, quote("HKD", 109)).await;
    let told = (&problem["code"], &problem["field"]);
    assert_eq!(told, (&json!("CurrencyMismatch"), &json!("size")));
    let (_, problem) = world.post(&operator, path, quote("CNY", 0)).await;
    assert_eq!((&problem["code"], &problem["field"]), (&json!("FieldRule"), &json!("bid")));
}

#[tokio::test]
async fn a_bank_that_takes_nothing_is_an_alarm_while_it_does() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    for is_late in [true, false] {
        let queue = BankQueue {
            bank: "GCFNCNSH".to_owned(),
            currency: Text(Currency::Cny),
            way: BankWay::Folder,
            waiting: 2,
            attempts: 7,
            since: Some(Text(Timestamp::EPOCH)),
            age_seconds: 901,
            is_late,
        };
        *world.neighbours.queues.lock().unwrap() = vec![queue.clone()];
        let shown = serde_json::to_value(queue).unwrap();
        let (_, list) = world.get(&operator, "/api/v1/settle/instructions").await;
        assert_eq!(list["queues"], json!([shown]));
        let (_, alerts) = world.get(&operator, "/api/v1/risk/alerts").await;
        let alarm = is_late.then(|| json!({ "level": "l3", "queue": shown }));
        assert_eq!(alerts["banks_down"], Value::Array(alarm.into_iter().collect()));
    }
}

#[tokio::test]
async fn a_bank_delivers_by_its_certificate_alone() {
    let world = World::new().await;
    let ca = crate::credentials::Authority::new();
    let deliver = async |certificate: &str, kind: &str, message: &'static str| {
        let asked = Request::post(INBOUND).header("content-type", kind);
        let asked = asked.header("gcfn-signature", "signed");
        let mut asked = asked.body(Body::from(message)).unwrap();
        asked.extensions_mut().insert(ca.peer(certificate));
        let (status, answer) = ask(&world.router, asked).await;
        (status.as_u16(), answer["code"].as_str().unwrap_or("taken").to_owned())
    };
    let bank = "cn/bank/bank-cny";
    let told = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(deliver(bank, "application/xml", "<Document/>").await, told(202, "taken"));
    assert_eq!(deliver(bank, "application/xml", "nonsense").await, told(400, "BankMessage"));
    assert_eq!(deliver(bank, "application/xml", "").await, told(400, "BankMessage"));
    assert_eq!(deliver(bank, "application/json", "{}").await, told(415, "MediaType"));
    let foreign = deliver("eu/bank/bank-eur", "application/xml", "<Document/>").await;
    assert_eq!(foreign, told(403, "ForeignCertificate"));

    // A key that the node has made up cannot name a bank.
    let key = world.key(Scope::Bank, None).await;
    let asked = Request::post(INBOUND).header("authorization", &key.header);
    let asked = asked.header("content-type", "application/xml");
    let (_, problem) = ask(&world.router, asked.body(Body::from("<Document/>")).unwrap()).await;
    assert_eq!(problem["code"], "NotPermitted");

    let delivered = world.neighbours.delivered.lock().unwrap().clone();
    let bank: NodeIdentity = identity(bank);
    assert_eq!(delivered, [(bank, b"<Document/>".to_vec(), Some(b"signed".to_vec()))]);
}

#[tokio::test]
async fn a_question_about_findings_that_is_not_understood_is_refused() {
    let world = World::new().await;
    let supervisor = world.key(Scope::Regulator, None).await;
    let path = "/api/v1/regnode/findings";
    for query in ["severity=L1&cell=cn-sha&acknowledged=true", "acknowledged=false", ""] {
        let (status, answer) = world.get(&supervisor, &format!("{path}?{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {answer}");
    }
    for query in ["severity=L9", "cell=", "acknowledged=perhaps", "party=ann"] {
        let (status, problem) = world.get(&supervisor, &format!("{path}?{query}")).await;
        assert!(status.is_client_error(), "{query}: {problem}");
        assert_eq!(problem["status"], status.as_u16());
    }
    assert_eq!(world.neighbours.filters.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn a_node_without_a_venue_goes_by_the_same_rules() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    for (own, supervises) in [("global/root/root", false), ("cn/regulator/reg-cn", true)] {
        let router = world.without_venue(own, supervises);
        let (status, report) = get(&router, "/api/v1/node", Some(&operator)).await;
        assert_eq!((status, &report["currency"]), (StatusCode::OK, &Value::Null), "{report}");
        let (status, _) = get(&router, "/metrics", None).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{own}");
        let (status, figures) = get(&router, "/metrics", Some(&operator)).await;
        assert_eq!((status, figures), (StatusCode::OK, json!("gcfn_build_info 1\n")));

        let (_, document) = get(&router, "/openapi.json", None).await;
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.contains_key("/api/v1/federation/members"), "{own}");
        assert!(!paths.contains_key("/api/v1/trades"), "{own} has no venue");
        assert_eq!(paths.contains_key("/api/v1/regnode/status"), supervises, "{own}");
        let (_, problem) = get(&router, "/api/v1/trades", Some(&operator)).await;
        assert_eq!(problem["code"], "UnknownRoute", "{own}");
        let posted = request("POST", "/api/v1/node", None).body(Body::empty()).unwrap();
        let (_, problem) = ask(&router, posted).await;
        assert_eq!(problem["code"], "UnknownMethod", "{own}");
    }
}
