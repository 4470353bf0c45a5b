//! Records to and from a bank. A real broker does what the mock of the library cannot show.

use crate::world::{Machine, NODE_KEY, World, pay_in, signer, to_bank};
use gcfn_events::{Post, Poster, Reader};
use gcfn_model::NodeId;
use gcfn_transport::{
    Channel, Check, Departure, Intake, KafkaChannel, Refusal, SIGNATURE_HEADER, Topics, Verdict,
    read_signature,
};
use std::io::Write as _;
use std::time::Duration;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(60);

fn node() -> NodeId {
    "cn-sha".parse().unwrap()
}

/// Topics of their own at the broker of the tests; none without one, which is told.
fn topics(name: &str) -> Option<Topics> {
    let Ok(brokers) = std::env::var("GCFN_TEST_KAFKA") else {
        // Past the capture of test output: whoever runs the tests has to see the gap.
        let gap = "SKIPPED: GCFN_TEST_KAFKA is not set; `make test` starts a broker\n";
        std::io::stderr().write_all(gap.as_bytes()).unwrap();
        return None;
    };
    let own = gcfn_store::VaultKey::generate().id().to_string();
    let topic = |way: &str| format!("bank-{name}-{own}.{way}");
    let (out, inward, refused) = (topic("out"), topic("in"), topic("refused"));
    Some(Topics { brokers, out, inward, refused })
}

/// What the bank, or whoever looks after it, writes and reads.
fn bank(topics: &Topics) -> Poster {
    Poster::new("bank-cny".parse().unwrap(), &topics.brokers, &topics.inward)
}

async fn reader(topics: &Topics, topic: &str) -> Reader {
    let name = "bank-cny".parse().unwrap();
    Reader::open(name, &topics.brokers, topic).await.unwrap()
}

#[tokio::test]
async fn a_payment_leaves_once_with_its_signature_and_the_machine_is_told() {
    let Some(topics) = topics("leaves") else { return };
    let (world, machine) = (World::new().await, Machine::default());
    let (channel, _) = KafkaChannel::open(node(), &topics);
    let mut outbox = world.outbox(channel).await;
    machine.deliver(&mut outbox, 1, &[pay_in(1), pay_in(2)]).await.unwrap();
    let uetrs = [pay_in(1), pay_in(2)].map(|order| order.uetr());
    let told = [uetrs.map(Departure::Signed), uetrs.map(Departure::Sent)].concat();
    assert_eq!(machine.told(), told);

    let (reader, mut seen) = (reader(&topics, &topics.out).await, Vec::new());
    while seen.len() < 2 {
        let record = timeout(DEADLINE, reader.next()).await.unwrap().unwrap();
        let signature = read_signature(record.header(SIGNATURE_HEADER).unwrap()).unwrap();
        let check = Check::new(to_bank(), signer(NODE_KEY).public_key());
        check.check(&record.payload, Some(&signature)).unwrap();
        seen.push(String::from_utf8(record.header("gcfn-uetr").unwrap().to_vec()).unwrap());
    }
    seen.sort();
    let mut expected = [pay_in(1), pay_in(2)].map(|order| order.uetr().to_string());
    expected.sort();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_record_comes_until_it_is_put_away_and_is_not_lost_by_a_crash() {
    let Some(topics) = topics("comes") else { return };
    for payload in [b"1", b"2"] {
        let headers: [(&str, &[u8]); 1] = [(SIGNATURE_HEADER, b"signed")];
        bank(&topics).send(Post { key: "k", payload, headers: &headers }).await.unwrap();
    }
    let (_, mut intake) = KafkaChannel::open(node(), &topics);
    let first = timeout(DEADLINE, intake.next()).await.unwrap().unwrap();
    assert_eq!((&*first.bytes, first.signature.as_deref()), (&b"1"[..], Some(&b"signed"[..])));
    // The node could not take it: it is there still, whether asked again or started again.
    assert_eq!(&*timeout(DEADLINE, intake.next()).await.unwrap().unwrap().bytes, b"1");
    drop(intake);
    let (_, mut intake) = KafkaChannel::open(node(), &topics);
    let first = timeout(DEADLINE, intake.next()).await.unwrap().unwrap();
    assert_eq!(&*first.bytes, b"1");
    intake.put_away(first, &Verdict::Taken).await.unwrap();
    assert_eq!(&*timeout(DEADLINE, intake.next()).await.unwrap().unwrap().bytes, b"2");
}

#[tokio::test]
async fn what_is_refused_goes_to_its_own_topic_with_the_reason_and_holds_nothing_up() {
    let Some(topics) = topics("refused") else { return };
    for payload in [&b"what Ann is paid"[..], b"2"] {
        bank(&topics).send(Post { key: "k", payload, headers: &[] }).await.unwrap();
    }
    let (_, mut intake) = KafkaChannel::open(node(), &topics);
    let first = timeout(DEADLINE, intake.next()).await.unwrap().unwrap();
    let path = Some("Document".to_owned());
    let refusal =
        Refusal { path, line: Some(1), column: Some(2), ..Refusal::whole("iban", "no IBAN") };
    intake.put_away(first, &Verdict::Refused(refusal)).await.unwrap();
    let second = timeout(DEADLINE, intake.next()).await.unwrap().unwrap();
    assert_eq!(&*second.bytes, b"2");

    let dead = reader(&topics, &topics.refused).await;
    let dead = timeout(DEADLINE, dead.next()).await.unwrap().unwrap();
    assert_eq!(&*dead.payload, b"what Ann is paid", "as it came");
    let text = |name| String::from_utf8(dead.header(name).unwrap().to_vec()).unwrap();
    let reason = r#"{"column":2,"line":1,"path":"Document","reason":"no IBAN","rule":"iban"}"#;
    assert_eq!(text("gcfn-refused"), reason);
    assert!(text("gcfn-place").starts_with(&format!("{}/", topics.inward)));
}

#[tokio::test]
async fn a_broker_that_is_not_there_has_nothing() {
    let topics = Topics {
        brokers: "127.0.0.1:1".to_owned(),
        out: "out".to_owned(),
        inward: "in".to_owned(),
        refused: "refused".to_owned(),
    };
    let (channel, mut intake) = KafkaChannel::open(node(), &topics);
    let message = crate::folder::message(1);
    let fault = channel.send(&message).await.unwrap_err();
    assert_eq!(fault.to_string(), "no broker answers");
    assert!(!KafkaChannel::may_have_arrived(&fault));
    assert_eq!(intake.next().await.unwrap_err().to_string(), "no broker answers");
}
