//! What a node's API serves beside its venue: the same rules on every role, and the network's
//! public facts to whoever the node knows.

use crate::world::{World, answer, until};
use axum::http::StatusCode;
use gcfn_link::identity::Role;
use gcfn_model::CommandId;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_root_shows_its_figures_to_its_operator_alone() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let nobody = world.client(None);
    for node in [&cn, &root] {
        let bare = node.request(&nobody, Method::GET, "/metrics");
        let (status, problem) = answer(bare).await;
        assert_eq!(
            (status, &problem["code"]),
            (StatusCode::UNAUTHORIZED, &json!("Unauthenticated"))
        );
        let figures = node.text("/metrics").await;
        for name in
            ["gcfn_build_info", "gcfn_http_requests_total", "gcfn_bank_instructions_pending"]
        {
            assert!(figures.contains(&format!("\n{name}{{")), "{name} in {figures}");
        }
    }
    let (status, report) = root.get("/api/v1/node").await;
    assert_eq!((status, &report["role"]), (StatusCode::OK, &json!("root")));
    let (status, problem) = root.get("/api/v1/trades").await;
    assert_eq!((status, &problem["code"]), (StatusCode::NOT_FOUND, &json!("UnknownRoute")));
    root.end().await;
    cn.end().await;
}

#[tokio::test]
async fn the_operator_sees_how_the_node_does() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let condition = until("a final round", async || {
        let (_, condition) = cn.get("/api/v1/node/condition").await;
        condition["finality"]["round"].is_u64().then_some(condition)
    })
    .await;
    assert_eq!(condition["ready"], true, "{condition}");
    let cells = condition["cells"].as_array().expect("a list");
    let of = |name: &str| cells.iter().find(|cell| cell["cell"] == name).expect("a cell");
    let (own, federation) = (of("cn"), of("federation"));
    assert_eq!((&own["state"], &own["leader"]), (&json!("leader"), &json!("cn")), "{condition}");
    assert_eq!((&own["voters"], &federation["voters"]), (&json!(1), &json!(2)), "{condition}");
    assert!(own["applied_index"].as_u64() <= own["log_index"].as_u64(), "{condition}");
    assert!(own["applied_index"].as_u64() > Some(0), "{condition}");
    assert!(federation["leader"].is_string() && own["halted"].is_null(), "{condition}");
    assert!(condition["certificate"]["days_left"].as_u64() > Some(0), "{condition}");
    let disk = &condition["disk"];
    assert!(Some(0) < disk["free_bytes"].as_u64(), "{condition}");
    assert!(disk["free_bytes"].as_u64() <= disk["total_bytes"].as_u64(), "{condition}");

    let (_, condition) = root.get("/api/v1/node/condition").await;
    let cells = condition["cells"].as_array().expect("a list");
    assert_eq!(cells.len(), 1, "the root has no venue: {condition}");
    root.end().await;
    cn.end().await;
}

#[tokio::test]
async fn a_user_reads_the_keys_that_verify_a_receipt() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let body = json!({ "kind": "user", "kyc": 1, "name": "Ann" });
    let id = CommandId::derive(&[b"ann"]).to_string();
    let (_, ann) = cn.post("/api/v1/users", &id, &body).await;
    let http = world.client(None);
    let key = format!("ApiKey {}", ann["api_key"].as_str().expect("a key"));
    for path in ["members", "anchors"] {
        let path = format!("/api/v1/federation/{path}");
        let asked = cn.request(&http, Method::GET, &path).header("authorization", &key);
        let (status, shown) = answer(asked).await;
        assert_eq!(status, StatusCode::OK, "{path}: {shown}");
        let known = shown["members"].as_array().map(Vec::len);
        let validators = shown["roster"]["validators"].as_object().map(serde_json::Map::len);
        assert_eq!(known.or(validators), Some(2), "{shown}");
    }
    root.end().await;
    cn.end().await;
}

#[tokio::test]
async fn a_supervisor_of_another_jurisdiction_reads_nothing() {
    let world = World::new();
    let cn = world.start("cn").await;
    let stranger = world.client_of("eu", Role::Regulator, "reg-eu");
    for path in ["/api/v1/trades", "/api/v1/node/conservation", "/api/v1/federation/members"] {
        let (status, problem) = answer(cn.request(&stranger, Method::GET, path)).await;
        let told: (StatusCode, &Value) = (status, &problem["code"]);
        assert_eq!(told, (StatusCode::FORBIDDEN, &json!("ForeignCertificate")), "{path}");
    }
    cn.end().await;
}

#[tokio::test]
async fn the_same_wish_in_the_federation_is_answered_alike() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let path = "/api/v1/federation/approvals";
    let body = json!({ "node": "nobody", "request": "0".repeat(64) });
    let (status, first) = until("the federation's answer", async || {
        let (status, answer) = root.post(path, "k", &body).await;
        (answer["code"] != "InDoubt").then_some((status, answer))
    })
    .await;
    let (_, again) = root.post(path, "k", &body).await;
    assert_eq!((status, &first["code"]), (StatusCode::NOT_FOUND, &json!("NotFound")), "{first}");
    assert_eq!(first["detail"], again["detail"]);
    let other = json!({ "node": "somebody", "request": "0".repeat(64) });
    let (status, refused) = root.post(path, "k", &other).await;
    assert_eq!((status, &refused["code"]), (StatusCode::CONFLICT, &json!("IdempotencyConflict")));
    root.end().await;
    cn.end().await;
}
