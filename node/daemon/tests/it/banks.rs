//! A bank's word counts for what that bank keeps, and for nothing else.

use crate::world::{Node, World, answer, now, until};
use axum::http::StatusCode;
use gcfn_banking::Side;
use gcfn_iso20022::{
    AccountNotification, Agent, Bic, BusinessMessage, Detail, Document, Entry, EntryStatus,
    GroupHeader, Header, Money, Notifications, PaymentStatus, Remittance, TransactionReport, write,
};
use gcfn_link::identity::Role;
use gcfn_model::{Amount, CommandId, Currency, Uetr};
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// A bank: its name in the network, its code, and its client.
struct Bank {
    bic: Bic,
    http: Client,
}

impl Bank {
    fn new(world: &World, name: &str, bic: &str) -> Bank {
        let bic = bic.parse().expect("a code");
        Bank { bic, http: world.client(Some((Role::Bank, name))) }
    }

    async fn says(&self, node: &Node, id: &str, document: Document) -> StatusCode {
        let header = Header {
            from: Agent::bic(self.bic.clone()),
            to: Agent { other: Some("cn".parse().expect("a name")), ..Agent::default() },
            id: id.parse().expect("an id"),
            created_at: now(),
        };
        let message = write(&BusinessMessage { header: Some(header), document });
        let asked = node.request(&self.http, Method::POST, "/api/v1/bank/iso20022/inbound");
        answer(asked.body(message)).await.0
    }
}

fn group(id: &str) -> GroupHeader {
    GroupHeader { id: id.parse().expect("an id"), created_at: now() }
}

/// 1000 yuan came in on `account` for `party`.
fn booked(id: &str, account: &str, party: &str) -> Document {
    let remittance =
        Remittance { reference: Some(party.parse().expect("short")), text: Vec::new() };
    let entry = Entry {
        money: Money {
            amount: Amount::from_minor(100_000).expect("some"),
            currency: Currency::Cny,
        },
        side: Side::Credit,
        status: EntryStatus::Booked,
        booked_on: Some(now().utc().0),
        value_on: None,
        bank_reference: Some("BANK-1".parse().expect("short")),
        details: vec![Detail { remittance, ..Detail::default() }],
    };
    let notification = AccountNotification {
        id: id.parse().expect("an id"),
        account: account.parse().expect("a number"),
        currency: None,
        entries: vec![entry],
    };
    Document::Notifications(Notifications { group: group(id), notifications: vec![notification] })
}

/// A payment stands at `status`.
fn status(id: &str, uetr: Uetr, status: &str) -> Document {
    let report = TransactionReport {
        original: None,
        instruction: None,
        end_to_end: None,
        transaction: None,
        uetr: Some(uetr),
        status: Some(status.parse().expect("a status")),
        reasons: Vec::new(),
    };
    let (groups, transactions) = (Vec::new(), vec![report]);
    Document::PaymentStatus(PaymentStatus { group: group(id), groups, transactions })
}

/// What the node answers the holder of `key`, who posts `body`, or looks.
async fn as_user(
    node: &Node,
    http: &Client,
    key: &Value,
    path: &str,
    body: Option<Value>,
) -> Value {
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let key = format!("ApiKey {}", key.as_str().expect("a key"));
    let id = CommandId::derive(&[path.as_bytes()]).to_string();
    let asked = node.request(http, method, path).header("authorization", key);
    let asked = asked.header("idempotency-key", id);
    let (status, answer) = match body {
        Some(body) => crate::world::answer(asked.json(&body)).await,
        None => crate::world::answer(asked).await,
    };
    assert!(status.is_success(), "{path}: {answer}");
    answer
}

/// The node's first payment, as its operator sees it.
async fn payment(node: &Node) -> Option<Value> {
    let (_, list) = node.get("/api/v1/settle/instructions").await;
    list["instructions"].get(0).cloned()
}

#[tokio::test]
async fn a_status_of_another_banks_payment_is_refused() {
    let world = World::new();
    let node = world.start("cn").await;
    let (keeper, other) =
        (Bank::new(&world, "bank-cny", "GCFNCNSH"), Bank::new(&world, "bank-hkd", "GCFNHKHH"));
    let body = json!({ "kind": "user", "kyc": 2, "name": "Ann" });
    let id = CommandId::derive(&[b"ann"]).to_string();
    let (_, ann) = node.post("/api/v1/users", &id, &body).await;
    let (http, key) = (world.client(None), &ann["api_key"]);

    // Money comes in; a foreign bank's word for it is not taken.
    let how = as_user(&node, &http, key, "/api/v1/payments/deposits", None).await;
    let number = how["account"]["number"].as_str().expect("a number");
    let party = ann["deposit_reference"].as_str().expect("a reference");
    let foreign = other.says(&node, "OTHER-1", booked("OTHER-1", number, party)).await;
    assert_eq!(foreign, StatusCode::BAD_REQUEST);
    let own = keeper.says(&node, "KEEPER-1", booked("KEEPER-1", number, party)).await;
    assert_eq!(own, StatusCode::ACCEPTED);

    // Some of it leaves again, once the calendar has been opened.
    until("a trading day", async || {
        let (_, cycles) = node.get("/api/v1/settle/cycles").await;
        cycles["cycles"].get(0).is_some().then_some(())
    })
    .await;
    let iban = json!({ "iban": "CN0012345678" });
    as_user(&node, &http, key, "/api/v1/users/me/bank-accounts", Some(iban)).await;
    let amount = json!({ "amount": { "amount": "100.00", "currency": "CNY" } });
    as_user(&node, &http, key, "/api/v1/payments/withdrawals", Some(amount)).await;
    let draft = until("the payment", async || payment(&node).await).await;
    let uetr: Uetr = draft["uetr"].as_str().expect("one").parse().expect("one");

    for (n, said) in ["ACSP", "ACSC", "RJCT"].into_iter().enumerate() {
        let id = format!("OTHER-2{n}");
        let told = other.says(&node, &id, status(&id, uetr, said)).await;
        assert_eq!(told, StatusCode::FORBIDDEN, "{said}");
    }
    assert_eq!(payment(&node).await, Some(draft), "it stands as it stood");
    let told = keeper.says(&node, "KEEPER-2", status("KEEPER-2", uetr, "RJCT")).await;
    assert_eq!(told, StatusCode::ACCEPTED);
    assert_eq!(payment(&node).await, None, "it is over");
    node.end().await;
}

#[tokio::test]
async fn nobody_but_a_bank_of_the_node_speaks_as_one() {
    let world = World::new();
    let node = world.start("cn").await;
    let document = || status("ANY-1", Uetr::derive(&[b"any"]), "ACSP");
    let stranger = Bank::new(&world, "bank-eur", "GCFNDEFF");
    assert_eq!(stranger.says(&node, "ANY-1", document()).await, StatusCode::FORBIDDEN);
    let mut bank = Bank::new(&world, "bank-cny", "GCFNCNSH");
    for (role, expected) in
        [(Role::Regulator, StatusCode::FORBIDDEN), (Role::Operator, StatusCode::FORBIDDEN)]
    {
        bank.http = world.client(Some((role, "bank-cny")));
        assert_eq!(bank.says(&node, "ANY-1", document()).await, expected, "{role}");
    }
    bank.http = world.client(None);
    assert_eq!(bank.says(&node, "ANY-1", document()).await, StatusCode::UNAUTHORIZED);
    node.end().await;
}
