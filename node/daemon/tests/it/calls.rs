//! Callers who show a certificate that does not carry what they ask for.

use crate::world::{World, answer, recorded, venue};
use axum::http::StatusCode;
use gcfn_link::identity::Role;
use gcfn_model::CommandId;
use gcfn_replica::Command;
use reqwest::Method;
use serde_json::{Value, json};

/// Where nobody is asked who it is.
const OPEN: [&str; 2] = ["/api/v1/users/token", "/api/v1/federation/join-requests"];

/// Every operation that changes something, as the node itself describes its interface; ids in
/// paths are made up.
fn changing(description: &Value) -> Vec<(Method, String)> {
    let paths = description["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            let method: Method = method.to_uppercase().parse().expect("a method");
            if method != Method::GET && !OPEN.contains(&path.as_str()) {
                let path =
                    path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
                operations.push((method, path.collect::<Vec<_>>().join("/")));
            }
        }
    }
    operations
}

#[tokio::test]
async fn a_supervisor_who_wants_to_change_something_leaves_no_trace() {
    let world = World::new();
    let node = world.start("cn").await;
    let supervisor = world.client(Some((Role::Regulator, "reg-cn")));
    let look = node.request(&supervisor, Method::GET, "/api/v1/node");
    assert_eq!(answer(look).await.0, StatusCode::OK);

    let (_, description) = node.get("/openapi.json").await;
    let operations = changing(&description);
    assert!(10 < operations.len(), "{operations:?}");
    for (number, (method, path)) in (0_u64..).zip(&operations) {
        let id = CommandId::derive(&[&number.to_be_bytes()]).to_string();
        let asked = node.request(&supervisor, method.clone(), path).header("idempotency-key", id);
        let body = json!({ "kind": "user", "kyc": 2, "name": "Eve" });
        let asked = asked.json(&body).send().await.expect("an answer");
        let kind = asked.headers().get("content-type").cloned().expect("a type");
        let status = asked.status();
        let problem: Value = asked.json().await.expect("a problem");
        let call = format!("{method} {path}: {problem}");
        assert_eq!((status, &problem["status"]), (StatusCode::FORBIDDEN, &json!(403)), "{call}");
        assert_eq!(
            (kind.as_bytes(), &problem["code"]),
            (&b"application/problem+json"[..], &json!("NotPermitted")),
            "{call}"
        );
    }
    node.end().await;

    let cell = venue(&world.files("cn"), "cn").await;
    let asked =
        |command: &Command| matches!(command, Command::Venue(gcfn_venue::Command::Request(_)));
    assert!(!recorded(&cell).iter().any(asked), "a request was recorded");
    cell.shutdown().await;
}
