use super::*;
use crate::fold::RegionHead;
use crate::header_log::CellHead;
use crate::samples::name;
use crate::samples::{at, roster};
use alloc::string::{String, ToString};
use expect_test::expect;

fn fold() -> GlobalFold {
    let federation = CellHead { cell: name("federation"), size: 1, root: Digest([0x11; 32]) };
    GlobalFold::new(&federation, [RegionHead { region: name("cn"), cells: 1, root: Digest::ZERO }])
}

#[test]
fn round_bytes_are_what_they_were() {
    let (prev, root, roster) = (Digest([0x11; 32]), Digest([0x22; 32]), Digest([0x33; 32]));
    let round = Round { number: 2, prev, members: 3, root, roster, closed_at: at(4) };
    let mut text = String::new();
    crate::hex::write(&round.canonical(), &mut text).unwrap();
    expect!["000000000000000d6763666e2f726f756e642f76310000000000000002111111111111111111111111111111111111111111111111111111111111111100000000000000032222222222222222222222222222222222222222222222222222222222222222333333333333333333333333333333333333333333333333333333333333333300000000003d0900"].assert_eq(&text);
    expect!["4abc11308d734079dd24a10f9108d7917a1d4d46e82cb84792eb29ac21347df6"]
        .assert_eq(&round.digest().to_string());
}

#[test]
fn a_round_names_the_one_before() {
    let roster = roster().digest();
    let first = Round::first(&fold(), roster, at(1));
    let second = first.next(&fold(), roster, at(2));
    assert_eq!((first.number, first.prev), (1, Digest::ZERO));
    assert_eq!((second.number, second.prev), (2, first.digest()));
    assert_eq!((second.members, second.root), (2, fold().root()));
}
