use super::*;
use alloc::string::ToString;
use expect_test::expect;

/// Layout `gcfn/envelope/v1`, field by field.
#[test]
fn canonical_bytes_are_what_they_were() {
    let envelope = Envelope {
        from: "cn-sha".parse().unwrap(),
        to: "us-nyc".parse().unwrap(),
        channel: Channel(1),
        seq: 2,
        prev: Digest([0x11; 32]),
        sent_at: Timestamp::from_micros(3).unwrap(),
        body: b"body".into(),
    };
    let expected = [
        b"\0\0\0\0\0\0\0\x10gcfn/envelope/v1".as_slice(),
        b"\0\0\0\0\0\0\0\x06cn-sha",
        b"\0\0\0\0\0\0\0\x06us-nyc",
        b"\0\0\0\0\0\0\0\x01",
        b"\0\0\0\0\0\0\0\x02",
        &[0x11; 32],
        b"\0\0\0\0\0\0\0\x03",
        b"\0\0\0\0\0\0\0\x04body",
    ];
    assert_eq!(envelope.canonical(), expected.concat());
    expect!["99f30eef07f65d231d020cb5f7d3e3c02aa3a2e77aa87f11c4704f8c9e20a054"]
        .assert_eq(&envelope.digest().to_string());
    let signed = envelope.sign(&Signer::from_seed(&[1; 32]));
    expect!["75eebaf541dd77bd6f3c7c9a2ea6871490da4640886f1898a48f8c33018ed726228c6f240acf6196aca4fe98bbf87bd1f3ccc50113566de3f3ef9e9df6768e0b"].assert_eq(&signed.signature.to_string());
}
