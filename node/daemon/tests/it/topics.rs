//! A bank that exchanges records with the node, over a real broker.

use crate::banks::{as_user, available, booked, payment};
use crate::world::{World, now, until};
use gcfn_events::{Post, Poster, Reader, Record};
use gcfn_iso20022::{Agent, Bic, BusinessMessage, Document, Header, write};
use gcfn_model::{CommandId, NodeId};
use gcfn_store::VaultKey;
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::Duration;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(30);

/// The topics of one test at the broker of the tests.
struct Topics {
    brokers: String,
    own: String,
}

impl Topics {
    fn name(&self, way: &str) -> String {
        format!("bank-cny-{}.{way}", self.own)
    }

    fn lines(&self) -> String {
        let key = |key: &str, way: &str| format!("\n{key} = \"{}\"", self.name(way));
        let names = [("topic_out", "out"), ("topic_in", "in"), ("topic_refused", "refused")];
        let names: String = names.map(|(name, way)| key(name, way)).concat();
        format!("way = \"kafka\"\nbrokers = \"{}\"{names}", self.brokers)
    }

    fn bank() -> NodeId {
        "bank-cny".parse().expect("a name")
    }

    /// The bank writes.
    async fn say(&self, payload: &[u8]) {
        let bank = Poster::new(Topics::bank(), &self.brokers, &self.name("in"));
        bank.send(Post { key: "any", payload, headers: &[] }).await.expect("confirmed");
    }

    /// The bank reads. A topic is there once the node has written to it.
    async fn hear(&self, way: &str) -> Record {
        let topic = self.name(way);
        let reader = Reader::open(Topics::bank(), &self.brokers, &topic).await.expect("open");
        let first = async {
            loop {
                if let Ok(record) = reader.next().await {
                    return record;
                }
            }
        };
        timeout(DEADLINE, first).await.expect("in time")
    }
}

fn message(id: &str, document: Document) -> Vec<u8> {
    let to = Agent { other: Some("cn".parse().expect("a name")), ..Agent::default() };
    let bic: Bic = "GCFNCNSH".parse().expect("a code");
    let header = Header::new(Agent::bic(bic), to, id.parse().expect("an id"), now());
    write(&BusinessMessage { header: Some(header), document })
}

#[tokio::test]
async fn money_comes_in_and_goes_out_by_records() {
    let Ok(brokers) = std::env::var("GCFN_TEST_KAFKA") else {
        // Past the capture of test output: whoever runs the tests has to see the gap.
        let gap = "SKIPPED: GCFN_TEST_KAFKA is not set; `make test` starts a broker\n";
        std::io::stderr().write_all(gap.as_bytes()).expect("told");
        return;
    };
    let topics = Topics { brokers, own: VaultKey::generate().id().to_string() };
    let world = World::new();
    world.choose_way(&topics.lines());
    // What is no message is before what is one: it holds nothing up.
    topics.say(b"<Document><unfinished by='Ann'").await;
    let node = world.start("cn").await;
    let body = json!({ "kind": "user", "kyc": 2, "name": "Ann" });
    let (_, ann) =
        node.post("/api/v1/users", &CommandId::derive(&[b"ann"]).to_string(), &body).await;
    let (http, key) = (world.client(None), &ann["api_key"]);
    let party = ann["deposit_reference"].as_str().expect("a reference");
    topics.say(&message("IN-1", booked("IN-1", "GCFN-CN-UC-CNY", party))).await;
    let deposited = async || {
        let has = available(&node, &http, key).await;
        (has == "1000.00").then_some(())
    };
    until("the deposit", deposited).await;

    let refused = topics.hear("refused").await;
    assert_eq!(&*refused.payload, b"<Document><unfinished by='Ann'");
    let reason = refused.header("gcfn-refused").expect("a reason");
    let reason: Value = serde_json::from_slice(reason).expect("JSON");
    assert_eq!(reason["rule"], "malformed", "{reason}");

    until("a trading day", async || {
        let (_, cycles) = node.get("/api/v1/settle/cycles").await;
        cycles["cycles"].get(0).is_some().then_some(())
    })
    .await;
    let iban = json!({ "iban": "CN0012345678" });
    as_user(&node, &http, key, "/api/v1/users/me/bank-accounts", Some(iban)).await;
    let amount = json!({ "amount": { "amount": "100.00", "currency": "CNY" } });
    as_user(&node, &http, key, "/api/v1/payments/withdrawals", Some(amount)).await;
    let sent = topics.hear("out").await;
    let sent = String::from_utf8(sent.header("gcfn-uetr").expect("a payment").to_vec());
    let is_sent = async || payment(&node).await.filter(|payment| payment["state"] == "sent");
    let payment = until("the note of it", is_sent).await;
    assert_eq!(payment["uetr"], sent.expect("text"));
    node.end().await;
}
