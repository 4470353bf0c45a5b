//! A node whose replica has stopped for good: it shows nothing that others may not have.

use crate::access::operations;
use crate::people::People;
use crate::sample::call;
use crate::world::World;
use axum::http::StatusCode;
use gcfn_api::gateway::Unavailable;
use serde_json::json;

/// What is answered nevertheless: whether the node works, and how it is doing.
const ANSWERED: &[&str] = &[
    "/api/v1/dev/status",
    "/api/v1/node/condition",
    "/api/v1/users/token",
    "/healthz",
    "/metrics",
    "/openapi.json",
];

#[tokio::test]
async fn a_halted_replica_shows_nothing_of_its_state() {
    let world = World::unlimited().await;
    let people = People::settle_in(&world).await;
    *world.gateway.down.lock().unwrap() = Some(Unavailable::Halted);
    for operation in operations(&world).await {
        let role = operation.roles.iter().find(|role| *role != "bank");
        let caller = people
            .by_scope()
            .into_iter()
            .find(|(scope, _)| Some(scope.as_str()) == role.map(String::as_str));
        let answer = call(&world, &people, &operation, caller.map(|(_, key)| key)).await;
        let answered = ANSWERED.contains(&operation.path.as_str());
        let is_banks = operation.roles == ["bank"];
        assert_eq!(answer["code"] == "Halted", !answered && !is_banks, "{}", operation.path);
    }
}

#[tokio::test]
async fn a_halted_replica_says_so() {
    let world = World::new().await;
    let people = People::settle_in(&world).await;
    let (_, status) = world.get(&people.ann, "/api/v1/dev/status").await;
    assert_eq!((&status["ready"], &status["halted"]), (&json!(true), &json!(false)));
    *world.gateway.down.lock().unwrap() = Some(Unavailable::Halted);
    let (_, status) = world.get(&people.ann, "/api/v1/dev/status").await;
    assert_eq!((&status["ready"], &status["halted"]), (&json!(false), &json!(true)));
    let (_, condition) = world.get(&people.operator, "/api/v1/node/condition").await;
    assert_eq!(condition["cells"][0]["halted"], json!("its disk is full"));
    let (status, problem) = world.get(&people.ann, "/readyz").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("Halted")));
    let (status, problem) = world.get(&people.ann, "/api/v1/wallets/me").await;
    assert_eq!((status, &problem["code"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("Halted")));
}
