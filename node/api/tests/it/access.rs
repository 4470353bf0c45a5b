//! Who may call what: that the door holds to the table, which `docs/api-routes.md` shows.

use crate::people::People;
use crate::sample::call;
use crate::world::{World, request};
use axum::body::Body;

/// One operation of the interface description.
pub(crate) struct Operation {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) roles: Vec<String>,
    pub(crate) summary: String,
    pub(crate) aliases: Vec<String>,
}

impl Operation {
    fn changes(&self) -> bool {
        self.method != "GET" && !self.roles.is_empty()
    }
}

pub(crate) async fn operations(world: &World) -> Vec<Operation> {
    let request = request("GET", "/openapi.json", None).body(Body::empty()).unwrap();
    let (_, document) = world.send(request).await;
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let roles = operation["description"].as_str().unwrap_or_default();
            let roles = roles.trim_start_matches("Roles: ").trim_end_matches('.');
            let roles = roles.split(", ").filter(|role| !role.is_empty()).map(str::to_owned);
            let aliases = operation["x-aliases"].as_array().into_iter().flatten();
            operations.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                roles: roles.collect(),
                summary: operation["summary"].as_str().unwrap().to_owned(),
                aliases: aliases.map(|alias| alias.as_str().unwrap().to_owned()).collect(),
            });
        }
    }
    operations.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    operations
}

#[tokio::test]
async fn a_supervisor_can_change_nothing() {
    let world = World::new().await;
    for operation in operations(&world).await {
        let regulator = operation.roles.iter().any(|role| role == "regulator");
        assert!(!(operation.changes() && regulator), "{} {}", operation.method, operation.path);
    }
}

#[tokio::test]
async fn every_route_admits_exactly_its_roles() {
    let world = World::unlimited().await;
    let people = People::settle_in(&world).await;
    for operation in operations(&world).await {
        // A bank delivers by its certificate alone, whatever its key opens.
        if operation.path == "/api/v1/bank/iso20022/inbound" {
            continue;
        }
        for (scope, key) in people.by_scope() {
            let answer = call(&world, &people, &operation, Some(key)).await;
            let refused = answer["code"] == "NotPermitted";
            let listed = operation.roles.iter().any(|role| role == scope.as_str());
            let open = operation.roles.is_empty();
            let Operation { method, path, .. } = &operation;
            // A role that the door lets in, the machine must not turn away.
            assert_eq!(refused, !listed && !open, "{scope} {method} {path}: {answer}");
        }
        let nobody = call(&world, &people, &operation, None).await;
        let open = operation.roles.is_empty();
        assert_eq!(nobody["code"] == "Unauthenticated", !open || is_token(&operation));
    }
}

fn is_token(operation: &Operation) -> bool {
    operation.path == "/api/v1/users/token"
}
