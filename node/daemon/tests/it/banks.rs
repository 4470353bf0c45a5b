//! A bank's word counts for what that bank keeps, and for nothing else.

use crate::world::{Node, World, answer, bank_signer, now, until};
use axum::http::StatusCode;
use gcfn_anchor::keys::Signer;
use gcfn_banking::Side;
use gcfn_iso20022::{
    AccountNotification, Agent, Bic, BusinessMessage, Detail, Document, Entry, EntryStatus,
    GroupHeader, Header, Money, Notifications, PaymentStatus, Remittance, TransactionReport, write,
};
use gcfn_link::identity::Role;
use gcfn_model::{Amount, CommandId, Currency, Uetr};
use gcfn_transport::{Correspondents, Pen, SIGNATURE_HEADER};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::sync::Arc;

/// A bank: its name in the network, its code, and its client.
pub(crate) struct Bank {
    bic: Bic,
    http: Client,
}

impl Bank {
    pub(crate) fn new(world: &World, name: &str, bic: &str) -> Bank {
        let bic = bic.parse().expect("a code");
        Bank { bic, http: world.client(Some((Role::Bank, name))) }
    }

    pub(crate) async fn says(&self, node: &Node, id: &str, document: Document) -> StatusCode {
        let to = Agent { other: Some("cn".parse().expect("a name")), ..Agent::default() };
        let from = Agent::bic(self.bic.clone());
        let header = Header::new(from, to, id.parse().expect("an id"), now());
        let message = write(&BusinessMessage { header: Some(header), document });
        let asked = node.request(&self.http, Method::POST, "/api/v1/bank/iso20022/inbound");
        let asked = asked.header("content-type", "application/xml");
        // The node has the key of one of its banks only, and judges no other signature.
        let asked =
            asked.header(SIGNATURE_HEADER, self.sign("gcfn-test", &bank_signer(), &message));
        answer(asked.body(message)).await.0
    }

    fn sign(&self, network: &str, signer: &Arc<Signer>, message: &[u8]) -> String {
        let network = network.parse().expect("a network");
        let to_node = Correspondents::to_node(network, &self.bic, "cn".parse().expect("a name"));
        Pen::new(to_node, signer.clone()).sign(message).to_string()
    }
}

/// The bank of Hong Kong dollars has a key in `node.toml`: certificates alone are not enough.
#[tokio::test]
async fn a_bank_that_signs_is_heard_by_its_signature() {
    let world = World::new();
    let node = world.start("cn").await;
    let bank = Bank::new(&world, "bank-hkd", "GCFNHKHH");
    let document = status("HKD-1", Uetr::derive(&[b"unheard of"]), "ACSP");
    let message = write(&BusinessMessage { header: None, document });
    let say = async |signature: Option<String>| {
        let asked = node.request(&bank.http, Method::POST, "/api/v1/bank/iso20022/inbound");
        let asked = asked.header("content-type", "application/xml").body(message.clone());
        let asked = signature
            .into_iter()
            .fold(asked, |asked, signature| asked.header(SIGNATURE_HEADER, signature));
        answer(asked).await
    };
    let other = Arc::new(Signer::from_seed(&[8; 32]));
    let refused = [
        (None, "message is not signed; its sender's messages must be"),
        (Some("00".to_owned()), "signature is not 128 lower-case hexadecimal digits"),
        (
            Some(bank.sign("another", &bank_signer(), &message)),
            "signature is not of the sender's key over this",
        ),
        (
            Some(bank.sign("gcfn-test", &other, &message)),
            "signature is not of the sender's key over this",
        ),
    ];
    for (signature, detail) in refused {
        let (code, problem) = say(signature).await;
        assert_eq!((code, &problem["code"]), (StatusCode::FORBIDDEN, &json!("BankSignature")));
        assert_eq!(problem["field"], "gcfn-signature");
        assert!(problem["detail"].as_str().expect("text").starts_with(detail), "{problem}");
    }
    let (code, told) = say(Some(bank.sign("gcfn-test", &bank_signer(), &message))).await;
    assert_eq!(code, StatusCode::ACCEPTED, "{told}");
    node.end().await;
}

fn group(id: &str) -> GroupHeader {
    GroupHeader { id: id.parse().expect("an id"), created_at: now() }
}

/// 1000 yuan came in on `account` for `party`.
pub(crate) fn booked(id: &str, account: &str, party: &str) -> Document {
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
        uetr: Some(uetr),
        status: Some(status.parse().expect("a status")),
        ..TransactionReport::default()
    };
    let (groups, transactions) = (Vec::new(), vec![report]);
    Document::PaymentStatus(PaymentStatus { group: group(id), groups, transactions })
}

/// What the node answers the holder of `key`, who posts `body`, or looks.
pub(crate) async fn as_user(
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
pub(crate) async fn payment(node: &Node) -> Option<Value> {
    let (_, list) = node.get("/api/v1/settle/instructions").await;
    list["instructions"].get(0).cloned()
}

/// The same once its message is signed: its bank is not there, so it stays so.
async fn signed(node: &Node) -> Option<Value> {
    payment(node).await.filter(|payment| payment["state"] == "signed")
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
    let draft = until("the payment", async || signed(&node).await).await;
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

/// A withdrawal booked as `amount` under the bank's own reference.
fn debited(id: &str, account: &str, uetr: Uetr, amount: u64) -> Document {
    let Document::Notifications(mut said) = booked(id, account, "unused") else {
        unreachable!("a notification")
    };
    let entry = &mut said.notifications[0].entries[0];
    entry.money.amount = Amount::from_minor(amount).expect("some");
    entry.side = Side::Debit;
    entry.bank_reference = Some(id.parse().expect("short"));
    entry.details = vec![Detail { uetr: Some(uetr), ..Detail::default() }];
    Document::Notifications(said)
}

/// What Ann has available.
pub(crate) async fn available(node: &Node, http: &Client, key: &Value) -> String {
    let assets = as_user(node, http, key, "/api/v1/users/me/assets", None).await;
    let buckets = assets["money"].as_array().expect("buckets").clone();
    let found = buckets.into_iter().find(|bucket| bucket["bucket"] == "avail");
    let amount = |bucket: Value| bucket["money"]["amount"].as_str().expect("an amount").to_owned();
    found.map_or_else(|| "0.00".to_owned(), amount)
}

#[tokio::test]
async fn a_bank_that_misbehaves_moves_no_money_by_it() {
    let world = World::new();
    let node = world.start("cn").await;
    let bank = Bank::new(&world, "bank-cny", "GCFNCNSH");
    let body = json!({ "kind": "user", "kyc": 2, "name": "Ann" });
    let (_, ann) =
        node.post("/api/v1/users", &CommandId::derive(&[b"ann"]).to_string(), &body).await;
    let (http, key) = (world.client(None), &ann["api_key"]);
    let how = as_user(&node, &http, key, "/api/v1/payments/deposits", None).await;
    let number = how["account"]["number"].as_str().expect("a number");
    let party = ann["deposit_reference"].as_str().expect("a reference");

    // It tells of the same deposit twice, in two messages: it counts once.
    for id in ["TWICE-1", "TWICE-2"] {
        let told = bank.says(&node, id, booked(id, number, party)).await;
        assert_eq!(told, StatusCode::ACCEPTED, "{id}");
    }
    assert_eq!(available(&node, &http, key).await, "1000.00");

    until("a trading day", async || {
        let (_, cycles) = node.get("/api/v1/settle/cycles").await;
        cycles["cycles"].get(0).is_some().then_some(())
    })
    .await;
    let iban = json!({ "iban": "CN0012345678" });
    as_user(&node, &http, key, "/api/v1/users/me/bank-accounts", Some(iban)).await;
    let amount = json!({ "amount": { "amount": "100.00", "currency": "CNY" } });
    as_user(&node, &http, key, "/api/v1/payments/withdrawals", Some(amount)).await;
    let draft = until("the payment", async || signed(&node).await).await;
    let uetr: Uetr = draft["uetr"].as_str().expect("one").parse().expect("one");
    assert_eq!(draft["amount"]["amount"], "99.90", "the fee stays");

    // It sends something that is no message: refused, and nothing has changed.
    let asked = node.request(&bank.http, Method::POST, "/api/v1/bank/iso20022/inbound");
    let asked = asked.header("content-type", "application/xml");
    let (broken, _) = answer(asked.body("<Document><unfinished")).await;
    assert_eq!(broken, StatusCode::BAD_REQUEST);
    assert_eq!(payment(&node).await, Some(draft.clone()), "it stands as it stood");

    // It says nothing: the payment waits, and is neither paid nor failed, however long.
    let clock = node.request(&http, Method::PUT, "/api/v1/testnet/clock");
    let clock = clock.header("idempotency-key", "an-hour-later");
    let (moved, _) = node.as_operator(clock, &json!({ "offset_ms": 7_200_000 })).await;
    assert_eq!(moved, StatusCode::OK);
    until("the alarm", async || {
        let figures = node.text("/metrics").await;
        figures.contains("gcfn_bank_instructions_overdue{bank=\"CNY\"} 1").then_some(())
    })
    .await;
    assert!(payment(&node).await.is_some(), "it waits");
    assert_eq!(available(&node, &http, key).await, "900.00", "and its money with it");

    // It books another amount than it was told: somebody must look, nothing is paid by that.
    let told = bank.says(&node, "WRONG-1", debited("WRONG-1", number, uetr, 9_991)).await;
    assert_eq!(told, StatusCode::ACCEPTED);
    assert_eq!(payment(&node).await.expect("it waits")["uetr"], draft["uetr"]);

    // It books, late, what it was told: now it is paid, and hearing of it again changes nothing.
    for id in ["LATE-1", "LATE-2"] {
        let told = bank.says(&node, id, debited("LATE-1", number, uetr, 9_990)).await;
        assert_eq!(told, StatusCode::ACCEPTED, "{id}");
        assert_eq!(payment(&node).await, None, "{id}: it is paid");
        assert_eq!(available(&node, &http, key).await, "900.00", "{id}");
    }
    let told = bank.says(&node, "LATE-3", status("LATE-3", uetr, "RJCT")).await;
    assert_eq!(told, StatusCode::ACCEPTED);
    assert_eq!(available(&node, &http, key).await, "900.00", "a late no undoes nothing");

    // It takes money that nobody has told it to pay, from the node and from its house. In a day that
    // is an alarm at both.
    let taken = Uetr::derive(&[b"nobody's"]);
    for (id, number) in [("TAKEN-1", number.to_owned()), ("TAKEN-2", number.replace("UC", "CH"))] {
        let told = bank.says(&node, id, debited(id, &number, taken, 100)).await;
        assert_eq!(told, StatusCode::ACCEPTED, "{id}");
    }
    let clock = node.request(&http, Method::PUT, "/api/v1/testnet/clock");
    let clock = clock.header("idempotency-key", "a-day-later");
    let (moved, _) = node.as_operator(clock, &json!({ "offset_ms": 97_200_000 })).await;
    assert_eq!(moved, StatusCode::OK);
    until("the alarm", async || {
        let figures = node.text("/metrics").await;
        figures.contains("gcfn_suspense_overdue{currency=\"CNY\"} 2").then_some(())
    })
    .await;
    node.end().await;

    let cell = crate::world::venue(&world.files("cn"), "cn").await;
    let disputes = crate::world::happened(&cell);
    let disputes = disputes.iter().filter(|event| {
        matches!(event, gcfn_venue::Event::BankDisputed { dispute, .. }
            if matches!(dispute, gcfn_banking::Dispute::WrongAmount { .. }))
    });
    assert_eq!(disputes.count(), 1, "the wrong amount is told of");
    cell.shutdown().await;
}
