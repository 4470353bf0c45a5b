//! What validators decide of members, at nodes that run.

use crate::world::{Door, World, until};
use gcfn_anchor::keys::PublicKey;
use gcfn_daemon::signing_key::prepare;
use gcfn_model::CommandId;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

/// What a validator says of `cn`, until the federation has heard it.
async fn say(
    door: &Door,
    http: &Client,
    (method, what): (Method, &str),
    body: &Value,
) -> (StatusCode, Value) {
    let id = CommandId::derive(&[what.as_bytes(), door.api.to_string().as_bytes()]).to_string();
    let path = format!("/api/v1/federation/members/cn/{what}");
    until("the federation's answer", async || {
        let asked = door.request(http, method.clone(), &path).header("idempotency-key", &id);
        let (status, answer) = door.as_operator(asked, body).await;
        (answer["code"] != "InDoubt").then_some((status, answer))
    })
    .await
}

/// The number of the last final round, and the key by which it names `cn`.
async fn final_round(door: &Door) -> Option<(u64, String)> {
    let (_, anchors) = door.get("/api/v1/federation/anchors").await;
    let key = anchors["roster"]["validators"]["cn"]["key"].as_str()?.to_owned();
    Some((anchors["round"]["number"].as_u64()?, key))
}

/// Waits for a round after number `after` that names `cn` by `key`.
async fn goes_on(door: &Door, after: u64, key: PublicKey) -> u64 {
    let named = until("a round that the key co-signs", async || {
        let (number, named) = final_round(door).await?;
        (after < number && named == key.to_string()).then_some(number)
    });
    named.await
}

/// Two validators: no round is final without both, by the last key as by the next.
#[tokio::test]
async fn a_validator_changes_its_key_while_it_runs() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let http = world.client(None);
    let files = world.files("cn");
    until("a first round", async || final_round(&root).await).await;
    let next = prepare(&files).expect("made");

    let body = json!({ "key": next });
    let (status, first) = say(&root, &http, (Method::PUT, "key"), &body).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{first}");
    assert!(first["proposal"].is_string(), "it waits: {first}");
    until("the decision at the other validator", async || {
        let (_, pending) = cn.get("/api/v1/federation/decisions").await;
        (pending["decisions"][0]["by"] == json!(["root"])).then_some(())
    })
    .await;
    let (status, second) = say(&cn, &http, (Method::PUT, "key"), &body).await;
    assert_eq!((status, &second["proposal"]), (StatusCode::ACCEPTED, &Value::Null), "{second}");

    let number = goes_on(&root, 0, next).await;
    let number = goes_on(&root, number, next).await;
    assert!(
        !files.path("keys/signing-next.key").exists()
            && files.path("keys/signing-last.key").exists()
    );
    cn.end().await;
    let cn = world.start("cn").await;
    goes_on(&root, number, next).await;
    root.end().await;
    cn.end().await;
}

#[tokio::test]
async fn a_cap_is_decided_and_nobody_is_suspended_whom_the_log_needs() {
    let world = World::new();
    let (cn, root) = (world.start("cn").await, world.start("root").await);
    let http = world.client(None);
    let (status, problem) = say(&root, &http, (Method::POST, "suspend"), &json!({})).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    assert_eq!(problem["detail"], "no majority of the validators would be left");

    let limit = json!({ "limit": { "amount": "500.00", "currency": "CNY" } });
    for door in [&*root, &*cn] {
        let (status, answer) = say(door, &http, (Method::PUT, "debit-cap"), &limit).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
    }
    until("the cap at the federation's house", async || {
        let (_, caps) = root.get("/api/v1/settle/house/caps").await;
        (caps["caps"][0]["limit"]["amount"] == "500.00").then_some(())
    })
    .await;
    until("the cap in the directory of the other validator", async || {
        let (_, members) = cn.get("/api/v1/federation/members").await;
        let members = members["members"].as_array().expect("a list").clone();
        let cn_shown = members.iter().find(|member| member["node"] == "cn").expect("known");
        (cn_shown["debit_caps"] == json!([limit["limit"]])).then_some(())
    })
    .await;
    root.end().await;
    cn.end().await;
}
