use super::*;
use crate::samples::{Cell, name};

#[test]
fn a_log_takes_only_the_next_header_of_its_cell() {
    let (sha, pek) = (Cell::new("cn-sha", 3), Cell::new("cn-pek", 1));
    let mut log = HeaderLog::new(name("cn-sha"));
    assert_eq!(log.append(&pek.headers[0]), Err(HeaderFault::OtherCell(name("cn-pek"))));
    assert_eq!(log.append(&sha.headers[1]), Err(HeaderFault::OutOfOrder { expected: 0 }));
    assert_eq!(log.append(&sha.headers[0]), Ok(()));
    assert_eq!(log.append(&sha.headers[0]), Err(HeaderFault::OutOfOrder { expected: 1 }));
    let other = EpochHeader { prev: Digest::ZERO, ..sha.headers[1].clone() };
    assert_eq!(log.append(&other), Err(HeaderFault::Forked));
    assert_eq!(log.append(&sha.headers[1]), Ok(()));
}

#[test]
fn a_head_is_continued_by_later_ones_of_its_cell_only() {
    let (sha, pek) = (Cell::new("cn-sha", 5), Cell::new("cn-pek", 5));
    let (old, new) = (sha.log.head_at(2).unwrap(), sha.log.head());
    let proof = sha.log.prove_consistency(2, 5).unwrap();
    assert!(old.is_continued_by(&new, &proof));
    assert!(!new.is_continued_by(&old, &proof));
    assert!(!old.is_continued_by(&CellHead { cell: name("cn-pek"), ..new }, &proof));
    assert!(!old.is_continued_by(&pek.log.head(), &proof));
}
