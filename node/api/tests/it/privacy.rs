//! Personal data goes to the vault and to its owner, and nowhere else.

use crate::log;
use crate::world::{Key, World, request};
use axum::body::Body;
use axum::http::StatusCode;
use gcfn_api::Scope;
use gcfn_model::PartyId;
use serde_json::{Value, json};

const CANARIES: [&str; 4] =
    ["Quetzalcoatl Zhang", "+86 21 7777 1234", "canary@example.org", "CN98CANARY7654321"];

fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |canary: &&str| bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
    CANARIES.into_iter().filter(holds).collect()
}

fn registration() -> Value {
    let [name, phone, email, iban] = CANARIES;
    json!({ "kind": "user", "kyc": 1, "name": name, "phone": phone, "email": email, "iban": iban })
}

#[tokio::test]
async fn canaries_stay_in_the_vault() {
    log::begin();
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;

    let registered = world.done(&operator, "/api/v1/users", registration()).await;
    assert_eq!(found_in(registered.to_string().as_bytes()), [""; 0]);
    let party: PartyId = registered["party"].as_str().unwrap().parse().unwrap();
    let header = format!("ApiKey {}", registered["api_key"].as_str().unwrap());
    let owner = Key { party, header };

    for path in ["/api/v1/users/me", "/api/v1/users/me/bank-accounts", "/api/v1/users/me/assets"] {
        let (_, of_operator) = world.get(&operator, path).await;
        assert_eq!(found_in(of_operator.to_string().as_bytes()), [""; 0], "{path}");
    }
    let (_, me) = world.get(&owner, "/api/v1/users/me").await;
    assert_eq!(found_in(me.to_string().as_bytes()), CANARIES[..3], "the owner sees its own");
    let (_, accounts) = world.get(&owner, "/api/v1/users/me/bank-accounts").await;
    assert_eq!(accounts, json!({ "accounts": ["*************4321"] }));
    let forgotten = world.call("DELETE", &owner, "/api/v1/users/me/bank-accounts", Value::Null);
    assert_eq!(forgotten.await.0, StatusCode::OK);
    let (_, accounts) = world.get(&owner, "/api/v1/users/me/bank-accounts").await;
    assert_eq!(accounts, json!({ "accounts": [] }));

    let venue = postcard::to_allocvec(&*world.gateway.venue.lock().unwrap()).unwrap();
    assert_eq!(found_in(&venue), [""; 0]);
    let events = postcard::to_allocvec(&*world.gateway.events.lock().unwrap()).unwrap();
    assert_eq!(found_in(&events), [""; 0]);
    let log = log::so_far();
    assert!(log.contains(&operator.party.to_string()), "the log was kept");
    assert_eq!(found_in(log.as_bytes()), [""; 0]);
}

#[tokio::test]
async fn a_refusal_repeats_nothing_that_was_sent() {
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    let [name, phone, ..] = CANARIES;
    let wrong = [
        json!({ "kind": name, "kyc": 1, "name": name }),
        json!({ "kind": "user", "kyc": phone, "name": name }),
        json!({ "kind": "user", "kyc": 1, "name": { "first": name } }),
        json!({ "kind": "user", "kyc": 1, "name": name, "phone": format!("{phone} home") }),
        json!({ "kind": "user", "kyc": 1, "name": name, "iban": "CN98 CANARY7654321" }),
        json!({ "kind": "user", "kyc": 9, "name": name }),
        json!({ "kind": "user", "kyc": 1, "name": name, name: 1 }),
    ];
    for body in wrong {
        let (status, problem) = world.post(&operator, "/api/v1/users", body.clone()).await;
        assert!(status.is_client_error(), "{body}");
        assert_eq!(found_in(problem.to_string().as_bytes()), [""; 0], "{problem}");
    }
}

#[tokio::test]
async fn every_change_leaves_one_line_for_the_auditor() {
    log::begin();
    let world = World::new().await;
    let operator = world.key(Scope::Operator, None).await;
    world.done(&operator, "/api/v1/users", registration()).await;
    let unread = request("POST", "/api/v1/refunds", Some(&operator)).header("idempotency-key", "k");
    world.send(unread.body(Body::from(r#"{"trade":"x"}"#)).unwrap()).await;
    world.get(&operator, "/api/v1/node").await;

    let (log, party) = (log::so_far(), operator.party.to_string());
    // Lines of other tests may be half written.
    let lines = log.lines().filter(|line| line.contains(&party));
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let audit: Vec<Value> = lines.filter(|line| line["target"] == "gcfn_api::audit").collect();
    let told: Vec<[&str; 3]> = audit
        .iter()
        .map(|line| ["scope", "route", "outcome"].map(|f| line[f].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [["operator", "/api/v1/users", "Done"], ["operator", "/api/v1/refunds", "FieldRule"],]
    );
}
