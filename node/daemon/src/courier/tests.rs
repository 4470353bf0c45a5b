use super::{BATCH_BYTES_MAX, fitting};
use gcfn_anchor::keys::Signer;
use gcfn_cell::Limits;
use gcfn_model::{Digest, Timestamp};
use gcfn_peering::envelope::{BODY_BYTES_MAX, Channel, Envelope};
use gcfn_replica::Command;

#[test]
fn envelopes_are_cut_by_their_bytes() {
    let half = BATCH_BYTES_MAX / 2;
    assert_eq!(fitting([].into_iter()), 0);
    assert_eq!(fitting([half, half, 1].into_iter()), 2);
    assert_eq!(fitting([BATCH_BYTES_MAX + 1, 1].into_iter()), 1);
    assert_eq!(fitting([1, BATCH_BYTES_MAX, 1].into_iter()), 1);
}

#[test]
fn the_longest_envelope_fits_into_one_call_and_one_entry() {
    let node = |name: &str| name.parse().expect("a node");
    let envelope = Envelope {
        from: node("cn-sha"),
        to: node("us-nyc"),
        channel: Channel(u16::MAX),
        seq: u64::MAX,
        prev: Digest([0xff; 32]),
        sent_at: Timestamp::from_micros(253_402_300_799_000_000).expect("in range"),
        body: vec![0; BODY_BYTES_MAX],
    };
    let signed = envelope.sign(&Signer::from_seed(&[1; 32]));
    let bytes = postcard::to_allocvec(&signed).expect("encode").len();
    assert!(bytes <= BATCH_BYTES_MAX);
    let small = Envelope { body: Vec::new(), ..signed.envelope }.sign(&Signer::from_seed(&[1; 32]));
    let size = postcard::to_allocvec(&small).expect("encode").len();
    let command = postcard::to_allocvec(&Command::Envelope(small)).expect("encode").len();
    // A command carries its own length besides, in five bytes at most.
    let around = (command + 5 - size) * (BATCH_BYTES_MAX / size);
    assert!(BATCH_BYTES_MAX + around <= Limits::default().batch_bytes_max);
}
