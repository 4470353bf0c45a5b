use crate::engine::{Engine, at, bare_bytes, tamper};
use gcfn_model::Uetr;
use gcfn_store::{Direction, Label, Store, StoreError, VaultKey};

pub(crate) async fn holds(engine: &Engine) {
    keeps_bytes_once(engine).await;
    lists_and_traces(engine).await;
    notices_an_altered_message(engine).await;
    keeps_the_signature_beside_the_message(engine).await;
    takes_what_it_had_refused(engine).await;
    lets_the_oldest_go(engine).await;
}

fn label(direction: Direction, second: u64, payment: &[u8]) -> Label {
    Label {
        direction,
        bank: "acmeus33".to_owned(),
        message_id: format!("MSG-{second}"),
        kind: "pacs.009.001.08".to_owned(),
        uetr: Some(Uetr::derive(&[payment])),
        at: at(second),
        signature: None,
    }
}

async fn keeps_bytes_once(engine: &Engine) {
    let url = engine.fresh().await;
    let archive = Store::open(&url, &VaultKey::generate()).await.unwrap().archive();
    let sent = label(Direction::Sent, 1, b"p");
    let first = archive.keep(&sent, b"<Nm>Ada Lovelace</Nm>").await.unwrap();
    let second = archive.keep(&sent, b"<Nm>Ada Lovelace</Nm>").await.unwrap();
    assert_eq!((first.again, second.again), (false, true));
    assert_eq!(first.digest, second.digest);

    let bytes = archive.fetch(Direction::Sent, "acmeus33", first.digest).await.unwrap().unwrap();
    assert_eq!(bytes.reveal(), b"<Nm>Ada Lovelace</Nm>");
    let other_way = archive.fetch(Direction::Received, "acmeus33", first.digest).await.unwrap();
    assert_eq!(other_way, None);
    assert!(!bare_bytes(&url).await.windows(8).any(|bytes| bytes == b"Lovelace"));
}

async fn lists_and_traces(engine: &Engine) {
    let archive = engine.store().await.archive();
    for second in 1..=5u64 {
        let way = if second == 5 { Direction::Received } else { Direction::Sent };
        let payment = if second % 2 == 1 { b"odd ".as_slice() } else { b"even" };
        let bytes = second.to_le_bytes();
        archive.keep(&label(way, second, payment), &bytes).await.unwrap();
    }

    let mut seen = Vec::new();
    let mut page = archive.list(None, 2).await.unwrap();
    while let Some(last) = page.last().cloned() {
        seen.extend(page.iter().map(|kept| kept.label.message_id.clone()));
        page = archive.list(Some(&last), 2).await.unwrap();
    }
    assert_eq!(seen, ["MSG-1", "MSG-2", "MSG-3", "MSG-4", "MSG-5"]);
    let odd = archive.trace(Uetr::derive(&[b"odd "])).await.unwrap();
    assert_eq!(odd.len(), 3);
    assert_eq!(odd[2].label, label(Direction::Received, 5, b"odd "));
}

async fn lets_the_oldest_go(engine: &Engine) {
    let archive = engine.store().await.archive();
    for second in 1..=5_u64 {
        let way = if second % 2 == 0 { Direction::Received } else { Direction::Sent };
        archive.keep(&label(way, second, b"p"), &second.to_le_bytes()).await.unwrap();
    }
    assert_eq!(archive.prune(at(1), 10).await.unwrap(), 0, "none is from before");
    assert_eq!(archive.prune(at(4), 2).await.unwrap(), 2);
    let left = archive.trace(Uetr::derive(&[b"p"])).await.unwrap();
    let left: Vec<_> = left.iter().map(|kept| kept.label.message_id.as_str()).collect();
    assert_eq!(left, ["MSG-3", "MSG-4", "MSG-5"], "the two oldest have gone");
    assert_eq!(archive.prune(at(4), 2).await.unwrap(), 1);
    assert_eq!(archive.prune(at(4), 2).await.unwrap(), 0);
}

async fn notices_an_altered_message(engine: &Engine) {
    let url = engine.fresh().await;
    let archive = Store::open(&url, &VaultKey::generate()).await.unwrap().archive();
    let sent = archive.keep(&label(Direction::Sent, 1, b"p"), b"<Doc/>").await.unwrap();
    tamper(&url, "UPDATE archive SET bank = 'otherbnk'").await;

    let damaged = archive.fetch(Direction::Sent, "otherbnk", sent.digest).await.unwrap_err();
    assert!(matches!(damaged, StoreError::Damaged { table: "archive", .. }));
}

async fn keeps_the_signature_beside_the_message(engine: &Engine) {
    let archive = engine.store().await.archive();
    let signed = Label { signature: Some(vec![7; 64]), ..label(Direction::Sent, 1, b"p") };
    archive.keep(&signed, b"<Doc/>").await.unwrap();
    archive.keep(&label(Direction::Received, 2, b"p"), b"<Doc/>").await.unwrap();
    let kept = archive.trace(Uetr::derive(&[b"p"])).await.unwrap();
    let signatures: Vec<_> = kept.into_iter().map(|kept| kept.label.signature).collect();
    assert_eq!(signatures, [Some(vec![7; 64]), None]);
}

/// Unsigned at first, signed then: the same bytes.
async fn takes_what_it_had_refused(engine: &Engine) {
    let archive = engine.store().await.archive();
    let taken = Label { signature: Some(vec![7; 64]), ..label(Direction::Received, 2, b"p") };
    let kind = format!("{}message is not signed", Label::REFUSED);
    let refused = Label { kind, uetr: None, ..label(Direction::Received, 1, b"p") };
    for (said, again, stands) in [
        (&refused, false, &refused),
        (&refused, true, &refused),
        (&taken, false, &taken),
        (&refused, true, &taken),
        (&label(Direction::Received, 3, b"p"), true, &taken),
    ] {
        assert_eq!(archive.keep(said, b"<Doc/>").await.unwrap().again, again, "{said:?}");
        let [kept] = archive.list(None, 2).await.unwrap().try_into().unwrap();
        assert_eq!(&kept.label, stands);
    }
}
