use super::*;
use crate::samples::{name, signer};
use expect_test::expect;
use proptest::prelude::*;

fn checkpoint(root: u8) -> Checkpoint {
    let head = CellHead { cell: name("cn-sha"), size: 86_400, root: Digest([root; 32]) };
    Checkpoint { network: name("gcfn-test"), head }
}

fn signed(root: u8) -> SignedCheckpoint {
    SignedCheckpoint::sign(checkpoint(root), name("cn-sha"), &signer("cn-sha"))
}

#[test]
fn a_note_is_what_it_was() {
    expect![[r#"
        gcfn-test/cn-sha
        86400
        AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=

        — gcfn-test/cn-sha ez8pxeZOYZVKrORqDtF4Wf/wkv25mO/TCZEj2Sw9bJ3cXRGtfxoe0sT5xIoTqp5ifmJ7EtKqO/AZir9o0UZaMaTXLQM=
    "#]].assert_eq(&signed(1).to_string());
}

/// The example of the C2SP documents. Its origin is not of this network's form, so only its
/// signature line is read here.
#[test]
fn a_signature_line_is_read_and_printed() {
    let line = "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe\
                4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=";
    let read: SignatureLine = line.parse().unwrap();
    assert_eq!((read.key_id, read.signature.len()), ([0x03, 0x3d, 0xe0, 0xae], 64));
    assert_eq!(read.to_string(), alloc::format!("{line}\n"));
}

#[test]
fn a_note_is_read_and_verified() {
    let note: SignedCheckpoint = signed(1).to_string().parse().unwrap();
    assert_eq!(note, signed(1));
    let (node, key) = (name("cn-sha"), signer("cn-sha").public_key());
    assert_eq!(note.verify(node, &key), Ok(&checkpoint(1)));
    let (other, other_key) = (name("cn-pek"), signer("cn-pek").public_key());
    assert_eq!(note.verify(other, &key), Err(CheckpointFault::NotSigned(other)));
    assert_eq!(note.verify(node, &other_key), Err(CheckpointFault::NotSigned(node)));
}

#[test]
fn a_witness_is_kept_and_ignored() {
    let witness = "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWX\
                   EhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let text = alloc::format!("{}{witness}", signed(1));
    let note: SignedCheckpoint = text.parse().unwrap();
    assert_eq!(note.to_string(), text);
    assert!(note.verify(name("cn-sha"), &signer("cn-sha").public_key()).is_ok());
}

#[test]
fn a_wrong_signature_of_a_known_key_spoils_the_note() {
    let mut note = signed(1);
    note.signatures.extend(signed(2).signatures);
    let (node, key) = (name("cn-sha"), signer("cn-sha").public_key());
    assert_eq!(note.verify(node, &key), Err(CheckpointFault::WrongSignature(node)));
}

#[test]
fn what_is_not_a_note_is_refused_for_its_reason() {
    let good = signed(1).to_string();
    let fault = |from: &str, to: &str| {
        assert!(good.contains(from), "{from:?}");
        good.replacen(from, to, 1).parse::<SignedCheckpoint>().unwrap_err()
    };
    assert_eq!(fault("\n\n", "\n"), NoteFault::Shape);
    assert_eq!(fault("=\n\n", "=\nextension\n\n"), NoteFault::Lines);
    assert_eq!(fault("\n86400", ""), NoteFault::Lines);
    assert_eq!(fault("gcfn-test/", "gcfn-test "), NoteFault::Origin);
    assert_eq!(fault("/cn-sha", "/CN-SHA"), NoteFault::Origin);
    assert_eq!(fault("86400", "086400"), NoteFault::Size);
    assert_eq!(fault("86400", "+86400"), NoteFault::Size);
    assert_eq!(fault("86400", "18446744073709551616"), NoteFault::Size);
    assert_eq!(fault("AQE=", "AQF="), NoteFault::Root);
    assert_eq!(fault("AQE=", "AQE"), NoteFault::Root);
    assert_eq!(fault("— ", "- "), NoteFault::SignatureLine);
    assert_eq!(fault("— ", "— + "), NoteFault::SignatureLine);
    assert_eq!(good.trim_end().parse::<SignedCheckpoint>(), Err(NoteFault::Shape));
    let many = "— a AAAAAAA=\n".repeat(SIGNATURES_MAX);
    let many = alloc::format!("{good}{many}").parse::<SignedCheckpoint>();
    assert_eq!(many, Err(NoteFault::TooManySignatures));
}

#[test]
fn two_histories_are_evidence_to_anybody() {
    let (node, key) = (name("cn-sha"), signer("cn-sha").public_key());
    let accuse = |one: &SignedCheckpoint, other: &SignedCheckpoint| {
        let evidence = Equivocation { one: one.clone(), other: other.clone() };
        let bytes = postcard::to_allocvec(&evidence).unwrap();
        postcard::from_bytes::<Equivocation>(&bytes).unwrap().verify(node, &key)
    };
    assert_eq!(accuse(&signed(1), &signed(2)), Ok(()));
    assert_eq!(accuse(&signed(1), &signed(1)), Err(EquivocationFault::Agreed));

    let mut later = checkpoint(2);
    later.head.size += 1;
    let later = SignedCheckpoint::sign(later, node, &signer("cn-sha"));
    assert_eq!(accuse(&signed(1), &later), Err(EquivocationFault::Incomparable));

    let forged = SignedCheckpoint::sign(checkpoint(2), node, &signer("cn-pek"));
    let unsigned = EquivocationFault::Unsigned(CheckpointFault::NotSigned(node));
    assert_eq!(accuse(&signed(1), &forged), Err(unsigned));
}

proptest! {
    #[test]
    fn a_note_with_any_other_byte_is_not_verified(at: prop::sample::Index, bit in 0u8..8) {
        let mut bytes = signed(1).to_string().into_bytes();
        *at.get_mut(&mut bytes) ^= 1 << bit;
        let note = String::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
        let key = signer("cn-sha").public_key();
        let verified = note.is_some_and(|note: SignedCheckpoint| {
            note.verify(name("cn-sha"), &key).is_ok()
        });
        prop_assert!(!verified);
    }

    #[test]
    fn reading_is_total_and_exact(text in "(\\PC|\n){0,80}|gcfn/a\n[0-9]{1,3}\n[A-Za-z0-9+/]{43}=\n\n— a [A-Za-z0-9]{8}\n") {
        if let Ok(note) = text.parse::<SignedCheckpoint>() {
            prop_assert_eq!(note.to_string(), text);
        }
    }
}
