use super::*;
use crate::header_log::HeaderLog;
use crate::samples::{at, name};
use alloc::string::{String, ToString};
use expect_test::expect;

fn epochs() -> Epochs {
    Epochs::new(name("cn-sha"), SaltKey::from_bytes([7; 32]))
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    crate::hex::write(bytes, &mut text).unwrap();
    text
}

#[test]
fn header_bytes_are_what_they_were() {
    let header = EpochHeader {
        cell: name("cn-sha"),
        epoch: 1,
        prev: Digest([0x11; 32]),
        first_seq: 2,
        last_seq: 4,
        leaf_count: 3,
        events_root: Digest([0x22; 32]),
        state_root: Digest([0x33; 32]),
        closed_at: at(5),
    };
    expect!["000000000000000d6763666e2f65706f63682f76310000000000000006636e2d736861000000000000000111111111111111111111111111111111111111111111111111111111111111110000000000000002000000000000000400000000000000032222222222222222222222222222222222222222222222222222222222222222333333333333333333333333333333333333333333333333333333333333333300000000004c4b40"].assert_eq(&hex(&header.canonical()));
    expect!["6feb7b19f2c469d9702e691ce28efc2c5c747ff187edfd85fa58b30a58a488e8"]
        .assert_eq(&header.digest().to_string());
}

#[test]
fn epochs_follow_one_another() {
    let mut epochs = epochs();
    let mut log = HeaderLog::new(name("cn-sha"));
    assert_eq!(epochs.close(at(0), Digest::ZERO), None);
    let mut closed = |events: u64, epochs: &mut Epochs| {
        (0..events).for_each(|event| {
            epochs.record(&event.to_be_bytes());
        });
        let header = epochs.close(at(events), Digest::ZERO).unwrap();
        log.append(&header).unwrap();
        assert_eq!(log.head(), epochs.head());
        (header.epoch, header.first_seq, header.last_seq, header.leaf_count)
    };
    assert_eq!(closed(3, &mut epochs), (0, 1, 3, 3));
    assert_eq!(closed(1, &mut epochs), (1, 4, 4, 1));
    assert_eq!(epochs.close(at(9), Digest::ZERO), None);
    assert_eq!(closed(2, &mut epochs), (2, 5, 6, 2));
    assert_eq!(epochs.next_seq(), 7);
}

#[test]
fn a_snapshot_in_the_middle_of_an_epoch_loses_nothing() {
    let mut live = epochs();
    live.record(b"one");
    let bytes = postcard::to_allocvec(&live).unwrap();
    let mut restored: Epochs = postcard::from_bytes(&bytes).unwrap();
    for epochs in [&mut live, &mut restored] {
        epochs.record(b"two");
    }
    assert_eq!(live.close(at(1), Digest::ZERO), restored.close(at(1), Digest::ZERO));
    assert_eq!(live, restored);
}
