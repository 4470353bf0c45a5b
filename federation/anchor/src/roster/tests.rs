use super::*;
use crate::fold::GlobalFold;
use crate::header_log::CellHead;
use crate::keys::Signature;
use crate::samples::{at, cosign, name, roster, signer};
use alloc::string::ToString;
use alloc::vec::Vec;
use expect_test::expect;

fn round() -> Round {
    let head = CellHead { cell: name("federation"), size: 1, root: Digest::ZERO };
    Round::first(&GlobalFold::new(&head, []), roster().digest(), at(1))
}

fn weighted<const N: usize>(weights: [(&str, u64); N]) -> Roster {
    let validator =
        |(node, weight)| (name(node), Validator { key: signer(node).public_key(), weight });
    Roster { network: name("gcfn-test"), validators: weights.map(validator).into() }
}

#[test]
fn the_digest_is_what_it_was_and_covers_everything() {
    let sound = roster();
    expect!["079cc7223735b6a0030e966bf3c3d89c8ae9fe0fac76331e15a35cf94a7a3e4a"]
        .assert_eq(&sound.digest().to_string());
    let change = |change: fn(&mut Roster)| {
        let mut roster = sound.clone();
        change(&mut roster);
        roster.digest()
    };
    let changed = [
        change(|roster| roster.network = name("gcfn-prod")),
        change(|roster| roster.validators.get_mut(&name("cn")).unwrap().weight = 2),
        change(|roster| {
            roster.validators.get_mut(&name("cn")).unwrap().key = signer("us").public_key();
        }),
        change(|roster| {
            roster.validators.remove(&name("cn"));
        }),
    ];
    assert!(!changed.contains(&sound.digest()));
}

#[test]
fn two_thirds_are_exact() {
    let holds =
        |roster: &Roster, names: &[&str]| roster.is_two_thirds(names.iter().map(|node| name(node)));
    let three = weighted([("cn", 1), ("hk", 1), ("sg", 1)]);
    assert!(holds(&three, &["cn", "sg"]));
    assert!(!holds(&three, &["cn"]));
    assert!(!holds(&three, &["cn", "cn"]));
    assert!(!holds(&three, &["cn", "us"]));

    let heavy = weighted([("cn", u64::MAX), ("hk", u64::MAX), ("sg", u64::MAX - 1)]);
    assert!(holds(&heavy, &["cn", "hk"]));
    assert!(!holds(&heavy, &["cn", "sg"]));

    assert!(!holds(&weighted([]), &[]));
    assert!(!holds(&weighted([("cn", 0)]), &["cn"]));
}

#[test]
fn co_signatures_that_do_not_count_are_passed_over() {
    let (roster, round) = (roster(), round());
    let is_final = |cosignatures: Vec<Cosignature>| roster.is_final(&round, &cosignatures);
    assert!(is_final(cosign(&round, &["cn", "hk", "root"])));
    assert!(!is_final(cosign(&round, &["cn", "hk"])));
    assert!(!is_final(cosign(&round, &["cn", "hk", "hk", "us"])));
    let other = Round { number: 2, ..round };
    assert!(!is_final([cosign(&round, &["cn", "hk"]), cosign(&other, &["sg"])].concat()));
    assert!(is_final(cosign(&round, &["us", "cn", "cn", "hk", "root"])));
}

#[test]
fn a_round_of_another_roster_is_not_final_here() {
    let round = Round { roster: Digest::ZERO, ..round() };
    assert!(!roster().is_final(&round, &cosign(&round, &["cn", "hk", "sg", "root"])));
}

#[test]
fn a_co_signature_is_refused_for_what_is_wrong_with_it() {
    let (roster, round) = (roster(), round());
    let by = |node: &str, key: &str| round.cosign(name(node), &signer(key));
    assert_eq!(roster.check(&round, &by("cn", "cn")), Ok(()));
    let (us, cn) = (name("us"), name("cn"));
    let unknown = Err(CosignatureFault::UnknownValidator(us));
    assert_eq!(roster.check(&round, &by("us", "us")), unknown);
    let wrong = Err(CosignatureFault::WrongSignature(cn));
    assert_eq!(roster.check(&round, &by("cn", "hk")), wrong);
    let zero = Cosignature { validator: cn, signature: Signature::from_slice(&[0; 64]).unwrap() };
    assert_eq!(roster.check(&round, &zero), wrong);
}
