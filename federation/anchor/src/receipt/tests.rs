use super::*;
use crate::samples::{Federation, cosign, name, roster};
use alloc::string::{String, ToString};
use core::fmt::Write;
use expect_test::{expect, expect_file};

fn venue() -> Receipt {
    Federation::new().venue_receipt()
}

fn federation() -> Receipt {
    Federation::new().federation_receipt()
}

#[test]
fn an_event_of_a_venue_is_verified() {
    let receipt = venue();
    receipt.verify(&roster()).unwrap();
    assert_eq!(receipt.event, b"cn-sha event 4.2");
    assert_eq!((receipt.anchor.head.cell.as_str(), receipt.proof.seq()), ("cn-sha", 13));
    assert_eq!((receipt.proof.header.epoch, receipt.anchor.round.number), (4, 2));
    assert!(receipt.anchor.region.is_some());
}

#[test]
fn an_event_of_the_federation_is_verified() {
    let receipt = federation();
    receipt.verify(&roster()).unwrap();
    assert_eq!((receipt.anchor.head.cell.as_str(), receipt.proof.seq()), ("federation", 2));
    assert!(receipt.anchor.region.is_none());
}

/// The test vector for other implementations, with the roster that verifies it.
#[test]
fn a_receipt_is_what_it_was() {
    let print = |value: serde_json::Result<String>| value.unwrap() + "\n";
    expect_file!["../../vectors/receipt.json"]
        .assert_eq(&print(serde_json::to_string_pretty(&venue())));
    expect_file!["../../vectors/roster.json"]
        .assert_eq(&print(serde_json::to_string_pretty(&roster())));
}

#[test]
fn text_and_bytes_are_read_back() {
    for receipt in [venue(), federation()] {
        let bytes = postcard::to_allocvec(&receipt).unwrap();
        assert_eq!(postcard::from_bytes(&bytes), Ok(receipt.clone()));
        let json = serde_json::to_string(&receipt).unwrap();
        assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
    }
}

type Change = fn(&mut Receipt);

/// One change for each step, in the order of the steps.
const CHANGES: &[(&str, Change)] = &[
    ("version", |r| r.version = 2),
    ("event", |r| r.event.push(b'!')),
    ("salt", |r| r.proof.salt = Digest::ZERO),
    ("event index", |r| r.proof.index -= 1),
    ("event path longer", |r| r.proof.path.push(Digest::ZERO)),
    ("event path shorter", |r| r.proof.path.truncate(1)),
    ("leaf count", |r| r.proof.header.leaf_count = 6),
    ("head of another cell", |r| r.anchor.head.cell = name("cn-pek")),
    ("header of another cell", |r| r.proof.header.cell = name("cn-pek")),
    ("state root", |r| r.proof.header.state_root = Digest::ZERO),
    ("epoch", |r| r.proof.header.epoch = 3),
    ("header path longer", |r| r.proof.header_path.push(Digest::ZERO)),
    ("head size", |r| r.anchor.head.size = 6),
    ("head root", |r| r.anchor.head.root = Digest::ZERO),
    ("no region", |r| r.anchor.region = None),
    ("cell index", |r| region(r).cell.index = 0),
    ("cell path", |r| region(r).cell.path[0] = Digest::ZERO),
    ("number of cells", |r| region(r).head.cells = 4),
    ("region root", |r| region(r).head.root = Digest::ZERO),
    ("region name", |r| region(r).head.region = name("hk")),
    ("region index", |r| r.anchor.global.index = 2),
    ("members", |r| r.anchor.round.members = 5),
    ("global root", |r| r.anchor.round.root = Digest::ZERO),
    ("roster", |r| r.anchor.round.roster = Digest::ZERO),
    ("round number", |r| r.anchor.round.number = 3),
    ("previous round", |r| r.anchor.round.prev = Digest::ZERO),
    ("another's signature", |r| r.anchor.cosignatures[0].validator = name("sg")),
    ("stranger's signature", |r| r.anchor.cosignatures[0].validator = name("us")),
    ("signature twice", |r| r.anchor.cosignatures[1] = r.anchor.cosignatures[0]),
    ("signatures in another order", |r| r.anchor.cosignatures.swap(0, 2)),
    ("one signature less", |r| r.anchor.cosignatures.truncate(2)),
    ("no signatures", |r| r.anchor.cosignatures.clear()),
    ("one signature more", |r| {
        r.anchor.cosignatures = cosign(&r.anchor.round, &["cn", "hk", "root", "sg"]);
    }),
];

fn region(receipt: &mut Receipt) -> &mut RegionStep {
    receipt.anchor.region.as_mut().unwrap()
}

#[test]
fn the_first_step_that_does_not_match_is_named() {
    let mut transcript = String::new();
    for (what, change) in CHANGES {
        let mut receipt = venue();
        change(&mut receipt);
        let answer = match receipt.verify(&roster()) {
            Ok(_) => "verified".to_string(),
            Err(fault) => fault.to_string(),
        };
        writeln!(transcript, "{what}: {answer}").unwrap();
    }
    expect![[r#"
        version: receipt version 2 is not 1
        event: event does not hash to a leaf of its epoch
        salt: event does not hash to a leaf of its epoch
        event index: event does not hash to a leaf of its epoch
        event path longer: event does not hash to a leaf of its epoch
        event path shorter: event does not hash to a leaf of its epoch
        leaf count: epoch header is not under the head of its cell
        head of another cell: epoch is of cell cn-sha, head is of cell cn-pek
        header of another cell: epoch is of cell cn-pek, head is of cell cn-sha
        state root: epoch header is not under the head of its cell
        epoch: epoch header is not under the head of its cell
        header path longer: epoch header is not under the head of its cell
        head size: epoch header is not under the head of its cell
        head root: epoch header is not under the head of its cell
        no region: region is not under the global root
        cell index: head of the cell is not under the root of its region
        cell path: head of the cell is not under the root of its region
        number of cells: head of the cell is not under the root of its region
        region root: head of the cell is not under the root of its region
        region name: region is not under the global root
        region index: region is not under the global root
        members: region is not under the global root
        global root: region is not under the global root
        roster: round is of another roster
        round number: signature of cn is wrong
        previous round: signature of cn is wrong
        another's signature: signature of sg is wrong
        stranger's signature: us is not a validator of this round
        signature twice: co-signature of cn is out of order
        signatures in another order: co-signature of hk is out of order
        one signature less: co-signatures hold less than two thirds of the weight
        no signatures: co-signatures hold less than two thirds of the weight
        one signature more: verified
    "#]]
    .assert_eq(&transcript);
}

/// A receipt of a venue's event whose region step was cut out is not one of the federation's,
/// and the other way round.
#[test]
fn a_venue_does_not_pass_for_the_federation() {
    let mut receipt = venue();
    receipt.anchor.region = None;
    receipt.anchor.global = federation().anchor.global;
    assert_eq!(receipt.verify(&roster()), Err(ReceiptFault::RegionNotInRound));

    let mut receipt = federation();
    receipt.anchor.region = venue().anchor.region;
    assert_eq!(receipt.verify(&roster()), Err(ReceiptFault::CellNotInRegion));
}

#[test]
fn every_flipped_bit_is_refused() {
    let roster = roster();
    for receipt in [venue(), federation()] {
        let sound = postcard::to_allocvec(&receipt).unwrap();
        for bit in 0..sound.len() * 8 {
            let mut bytes = sound.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let read = postcard::take_from_bytes::<Receipt>(&bytes);
            let verified =
                read.is_ok_and(|(read, rest)| rest.is_empty() && read.verify(&roster).is_ok());
            assert!(!verified, "bit {bit}");
        }
    }
}

/// In JSON, a changed bit that is not refused is the case of a hexadecimal digit: the value,
/// and so the receipt, is the same.
#[test]
fn every_flipped_bit_of_the_text_is_refused() {
    let roster = roster();
    for receipt in [venue(), federation()] {
        let sound = serde_json::to_string(&receipt).unwrap();
        for bit in 0..sound.len() * 8 {
            let mut text = sound.clone().into_bytes();
            text[bit / 8] ^= 1 << (bit % 8);
            let read = serde_json::from_slice::<Receipt>(&text).ok();
            if read.is_some_and(|read| read.verify(&roster).is_ok()) {
                assert!(text.eq_ignore_ascii_case(sound.as_bytes()), "bit {bit}");
            }
        }
    }
}

#[test]
fn an_unknown_field_is_refused() {
    let sound = serde_json::to_string(&venue()).unwrap();
    for place in sound.match_indices('{').map(|(at, _)| at + 1) {
        let (before, after) = sound.split_at(place);
        let text = alloc::format!("{before}\"paid\":true,{after}");
        assert!(serde_json::from_str::<Receipt>(&text).is_err(), "{text}");
    }
}
