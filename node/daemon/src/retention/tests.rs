use super::{GO_AT_ONCE, Law, Retention, years};
use gcfn_cell::Clock;
use gcfn_model::{Millis, Timestamp};
use gcfn_store::{Archive, Direction, Label, Store, VaultKey};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A clock that stands where it is put.
struct Set(AtomicU64);

impl Clock for Set {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::Relaxed)).expect("in range")
    }
}

const BEGIN: Timestamp = Timestamp::EPOCH;

async fn archive(dir: &tempfile::TempDir) -> Archive {
    let url = format!("sqlite://{}", dir.path().join("store.db").display());
    Store::open(&url, &VaultKey::generate()).await.expect("a store").archive()
}

async fn keep(archive: &Archive, number: u32, at: Timestamp) {
    let label = Label {
        direction: if number.is_multiple_of(2) { Direction::Sent } else { Direction::Received },
        bank: "BANKCNSH".to_owned(),
        message_id: number.to_string(),
        kind: "pacs.008.001.08".to_owned(),
        uetr: None,
        at,
        signature: None,
    };
    archive.keep(&label, &number.to_le_bytes()).await.expect("kept");
}

fn after(span: Millis) -> Timestamp {
    BEGIN.checked_add(span).expect("in range")
}

async fn left(archive: &Archive) -> usize {
    archive.list(None, 2 * GO_AT_ONCE).await.expect("a list").len()
}

/// Messages of the first day and of a day in the third year; what is left when the clock shows
/// `at`.
async fn left_at(law: Law, at: Timestamp) -> usize {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = archive(&dir).await;
    keep(&archive, 1, after(Millis(1))).await;
    keep(&archive, 2, after(Millis(2))).await;
    keep(&archive, 3, after(years(3))).await;
    let clock = Arc::new(Set(AtomicU64::new(at.micros())));
    Retention::new(archive.clone(), clock, law).sweep().await.expect("swept");
    left(&archive).await
}

#[tokio::test]
async fn a_message_goes_when_the_law_does_not_have_it_kept_and_not_earlier() {
    let law = Law { transactions: 5, kyc: 9, sar: 4, audit: 9 };
    assert_eq!(left_at(law, after(years(5))).await, 3);
    assert_eq!(left_at(law, after(Millis(years(5).0 + 2))).await, 2, "to the millisecond");
    assert_eq!(left_at(law, after(Millis(years(5).0 + 3))).await, 1);
    assert_eq!(left_at(law, after(years(9))).await, 0);
    let longer = Law { sar: 8, ..law };
    assert_eq!(left_at(longer, after(Millis(years(5).0 + 3))).await, 3, "a report may go by it");
    let short = Law { transactions: 1, sar: 1, ..law };
    let year = Millis(years(1).0 + 3);
    assert_eq!(left_at(short, after(year)).await, 3, "its payment is remembered for longer");
}

#[tokio::test]
async fn the_root_lets_messages_go_by_its_own_rule() {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = archive(&dir).await;
    keep(&archive, 1, after(Millis(1))).await;
    keep(&archive, 2, after(years(3))).await;
    let clock = Arc::new(Set(AtomicU64::new(after(Millis(years(2).0 + 2)).micros())));
    let sweep = async |kept| {
        Retention::of_root(archive.clone(), clock.clone(), kept).sweep().await.expect("swept")
    };
    assert_eq!((sweep(10).await, sweep(3).await), (0, 0));
    assert_eq!((sweep(2).await, left(&archive).await), (1, 1));
}

#[test]
fn the_root_keeps_messages_for_as_long_as_any_region_unless_told_otherwise() {
    let regions = gcfn_template::catalog::CATALOG.iter().map(|entry| entry.read().expect("sound"));
    let law = regions.map(|(template, _)| template.retention);
    let longest = law.map(|law| law.transactions.max(law.sar)).max();
    assert_eq!(longest, Some(crate::config::ARCHIVE_YEARS.into()));
}

#[tokio::test]
async fn however_many_are_old_all_go_and_the_young_stay() {
    let dir = tempfile::tempdir().expect("a folder");
    let archive = archive(&dir).await;
    for number in 0..=GO_AT_ONCE {
        keep(&archive, number, after(Millis(u64::from(number)))).await;
    }
    keep(&archive, GO_AT_ONCE + 1, after(years(7))).await;
    let clock = Arc::new(Set(AtomicU64::new(after(years(7)).micros())));
    let law = Law { transactions: 5, kyc: 5, sar: 5, audit: 7 };
    let retention = Retention::new(archive.clone(), clock.clone(), law);
    assert_eq!(retention.sweep().await.expect("swept"), u64::from(GO_AT_ONCE) + 1);
    assert_eq!((retention.sweep().await.expect("again"), left(&archive).await), (0, 1));
    clock.0.store(after(years(13)).micros(), Ordering::Relaxed);
    assert_eq!((retention.sweep().await.expect("later"), left(&archive).await), (1, 0));
}
