//! Whose word a message is, checked apart from the channel that brings it.

use crate::world::{
    BANK_KEY, Bank, Down, Machine, NODE_KEY, World, at, bic, pay_in, signer, to_bank, to_node,
};
use expect_test::expect;
use gcfn_anchor::keys::Signer;
use gcfn_iso20022::{BusinessMessage, Document, GroupHeader, PaymentStatus, TransactionReport};
use gcfn_model::{NetworkId, NodeId, Uetr};
use gcfn_store::{Direction, Label};
use gcfn_transport::{
    Channel, Check, Correspondents, Counts, Departure, InboxError, Incoming, IncomingFault,
    Message, Outbox, Pen, SignatureFault, read_signature,
};
use std::sync::{Arc, Mutex};

/// The bytes of docs/guides/bank-messages.md: what another implementation is tried against.
#[test]
fn the_signature_of_the_guide_is_made_from_its_seed() {
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(b"<Document/>");
    expect!["8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"]
        .assert_eq(&signer(NODE_KEY).public_key().to_string());
    expect!["dc554a81b1b1c8443a1ab9b05c181b6ec4130d9a1671bd72b4baef672246ded4440b1f5761e9a93d36bcfe1e700d3b4da8efc3e613a87e7f80d600d51cfa3300"].assert_eq(&signature.to_string());
}

#[test]
fn a_signature_is_for_one_message_from_one_sender_to_one_receiver_in_one_network() {
    let network = |name: &str| name.parse::<NetworkId>().unwrap();
    let node = |name: &str| name.parse::<NodeId>().unwrap();
    let (test, live) = (network("gcfn-test"), network("gcfn"));
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(b"<Document/>");
    let key = signer(NODE_KEY).public_key();
    let check = |of: Correspondents, key, message: &[u8]| {
        Check::new(of, key).check(message, Some(&signature))
    };
    assert_eq!(check(to_bank(), key, b"<Document/>"), Ok(()));
    let other_bank = "GCFNHKHH".parse().unwrap();
    for of in [
        Correspondents::to_bank(live, node("cn-sha"), &bic()),
        Correspondents::to_bank(test, node("cn"), &bic()),
        Correspondents::to_bank(test, node("cn-sha"), &other_bank),
        to_node(),
    ] {
        assert_eq!(check(of.clone(), key, b"<Document/>"), Err(SignatureFault::Wrong), "{of:?}");
    }
    assert_eq!(check(to_bank(), key, b"<Document />"), Err(SignatureFault::Wrong));
    let other_key = signer(BANK_KEY).public_key();
    assert_eq!(check(to_bank(), other_key, b"<Document/>"), Err(SignatureFault::Wrong));
    assert_eq!(
        Check::new(to_bank(), key).check(b"<Document/>", None),
        Err(SignatureFault::Missing)
    );
}

#[test]
fn a_signature_is_read_from_a_line() {
    let signature = Pen::new(to_bank(), signer(NODE_KEY)).sign(b"<Document/>");
    for text in [format!("{signature}"), format!("{signature}\n"), format!("{signature}\r\n")] {
        assert_eq!(read_signature(text.as_bytes()), Ok(signature));
    }
    let digits = signature.to_string();
    for text in ["", "00", &digits.to_uppercase(), &format!("0x{digits}"), &format!(" {digits}")] {
        assert_eq!(read_signature(text.as_bytes()), Err(SignatureFault::Form), "{text:?}");
    }
    assert_eq!(read_signature(&[0xff; 128]), Err(SignatureFault::Form));
}

#[tokio::test]
async fn what_leaves_is_signed_and_archived_with_its_signature_and_a_repeat_is_signed_alike() {
    let mut world = World::new().await;
    let mut got = Vec::new();
    for _ in 0..2 {
        let bank = Bank::default();
        let mut outbox = world.outbox(bank.clone()).await;
        let told = async |departures: Vec<Departure>| match departures[..] {
            [Departure::Signed(_)] => Ok(()),
            _ => Err("no leader".into()),
        };
        let still_due = async |_| Ok(false);
        assert!(outbox.deliver(1, &[pay_in(1).into()], still_due, told).await.is_err());
        got.extend(bank.got());
        world.restarted().await;
    }
    let [first, again] = got.try_into().unwrap();
    assert_eq!(first, again);
    let check = Check::new(to_bank(), signer(NODE_KEY).public_key());
    assert_eq!(check.check(&first.bytes, Some(&first.signature)), Ok(()));
    let [kept] = world.store.archive().trace(pay_in(1).uetr()).await.unwrap().try_into().unwrap();
    assert_eq!(kept.label.signature.as_deref(), Some(first.signature.as_bytes()));
}

/// A bank that does not take the first try, during which the node is given another key.
struct Meanwhile {
    bank: Bank,
    key: Arc<Mutex<Arc<Signer>>>,
}

impl Channel for Meanwhile {
    type Fault = Down;

    async fn send(&self, message: &Message) -> Result<(), Down> {
        let next = signer(BANK_KEY);
        let before = std::mem::replace(&mut *self.key.lock().unwrap(), next.clone());
        if before.public_key() == next.public_key() {
            self.bank.send(message).await
        } else {
            Err(Down)
        }
    }

    fn may_have_arrived(_: &Down) -> bool {
        false
    }
}

#[tokio::test]
async fn what_waits_while_the_key_is_changed_leaves_with_the_next_one() {
    let (world, bank) = (World::new().await, Bank::default());
    let key = Arc::new(Mutex::new(signer(NODE_KEY)));
    let at_hand = key.clone();
    let pen = Pen::following(to_bank(), move || at_hand.lock().unwrap().clone());
    let channel = Meanwhile { bank: bank.clone(), key };
    let (store, book) = (world.store.clone(), world.book.clone());
    let mut outbox = Outbox::open(store, book, (bic(), channel, pen), "cn-sha").await.unwrap();
    Machine::default().deliver(&mut outbox, 1, &[pay_in(1)]).await.unwrap();
    let [message] = bank.got().try_into().unwrap();
    let by = |seed| {
        let check = Check::new(to_bank(), signer(seed).public_key());
        check.check(&message.bytes, Some(&message.signature))
    };
    assert_eq!((by(BANK_KEY), by(NODE_KEY)), (Ok(()), Err(SignatureFault::Wrong)));
}

/// The bank says how a payment stands.
fn said() -> Vec<u8> {
    let report = TransactionReport {
        uetr: Some(Uetr::derive(&[b"any"])),
        status: Some("ACSP".parse().unwrap()),
        ..TransactionReport::default()
    };
    let group = GroupHeader { id: "MSG-1".parse().unwrap(), created_at: at(0) };
    let (groups, transactions) = (Vec::new(), vec![report]);
    let document = Document::PaymentStatus(PaymentStatus { group, groups, transactions });
    gcfn_iso20022::write(&BusinessMessage { header: None, document })
}

#[tokio::test]
async fn a_bank_with_a_key_is_heard_by_its_signature_alone() {
    let world = World::new().await;
    let (inbox, bytes) = (world.checked_inbox(), said());
    let made = |of, seed| Pen::new(of, signer(seed)).sign(&bytes).to_string();
    let wrong = [
        (None, SignatureFault::Missing),
        (Some(String::new()), SignatureFault::Form),
        (Some("signed, the bank".to_owned()), SignatureFault::Form),
        (Some(made(to_node(), NODE_KEY)), SignatureFault::Wrong),
        (Some(made(to_bank(), BANK_KEY)), SignatureFault::Wrong),
    ];
    for (signature, fault) in &wrong {
        let taken = inbox.take(at(1), &bytes, signature.as_ref().map(String::as_bytes)).await;
        let Err(InboxError::Refused(refused)) = taken else { panic!("{signature:?}: {taken:?}") };
        assert_eq!(refused, IncomingFault::Signature(*fault), "{signature:?}");
        let [kept] = world.store.archive().list(None, 9).await.unwrap().try_into().unwrap();
        assert!(kept.label.kind.starts_with(Label::REFUSED), "{kept:?}");
    }

    // Signed by the bank to this node, the same bytes are taken, and the archive says so.
    let signature = made(to_node(), BANK_KEY);
    let taken = inbox.take(at(2), &bytes, Some(signature.as_bytes())).await.unwrap();
    assert!(matches!(taken[..], [Incoming::Status(_)]), "{taken:?}");
    let [kept] = world.store.archive().list(None, 9).await.unwrap().try_into().unwrap();
    let Label { direction, kind, signature: beside, .. } = kept.label;
    assert_eq!((direction, kind.as_str()), (Direction::Received, "pacs.002.001.10"));
    let signature = read_signature(signature.as_bytes()).unwrap();
    assert_eq!(beside.as_deref(), Some(signature.as_bytes()));
    assert_eq!(inbox.counts(), Counts { taken: 1, refused: 5 });
}

#[tokio::test]
async fn a_bank_without_a_key_may_sign_and_is_kept_with_what_it_sent() {
    let world = World::new().await;
    let (inbox, bytes) = (world.inbox(), said());
    assert!(inbox.take(at(1), &bytes, Some(b"no signature")).await.is_err());
    let signature = Pen::new(to_node(), signer(BANK_KEY)).sign(&bytes);
    inbox.take(at(2), &bytes, Some(signature.to_string().as_bytes())).await.unwrap();
    let [kept] = world.store.archive().list(None, 9).await.unwrap().try_into().unwrap();
    assert_eq!(kept.label.signature.as_deref(), Some(signature.as_bytes()));
    inbox.take(at(3), &bytes, None).await.unwrap();
}
