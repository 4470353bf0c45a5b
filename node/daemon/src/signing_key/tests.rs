use super::*;
use crate::init::{NodeInit, init};
use gcfn_link::identity::Role;
use gcfn_transport::Check;
use std::collections::BTreeMap;

fn node(dir: &std::path::Path) -> NodeFiles {
    let told = NodeInit {
        dir: dir.to_owned(),
        network: "gcfn-demo".parse().unwrap(),
        node: "cn-sha".parse().unwrap(),
        region: "cn".parse().unwrap(),
        role: Role::Local,
        regional: "cn".parse().unwrap(),
        dealer: false,
        api: "127.0.0.1:1".parse().unwrap(),
        link: "127.0.0.1:2".parse().unwrap(),
        banks: BTreeMap::new(),
        watches: Vec::new(),
        template: None,
        filing: String::new(),
        deposit: String::new(),
    };
    init(&told).unwrap();
    NodeFiles::new(dir)
}

#[test]
fn the_next_key_signs_once_the_network_knows_the_node_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let files = node(&folder.path().join("cn-sha"));
    let key = SigningKey::open(&files).unwrap();
    let first = key.signer().public_key();
    let next = prepare(&files).unwrap();
    assert_eq!(prepare(&files).unwrap(), next, "the one that waits");
    key.follow(first);
    assert_eq!(key.signer().public_key(), first);

    key.follow(next);
    assert_eq!(key.signer().public_key(), next);
    assert!(key.signer_of(&first).is_some(), "at hand for rounds that name it");
    key.follow(first);
    assert_eq!(key.signer().public_key(), next, "a replica is behind");
    let again = SigningKey::open(&files).unwrap();
    assert_eq!(again.signer().public_key(), next);
    assert_ne!(prepare(&files).unwrap(), next);
}

#[test]
fn messages_to_a_bank_are_signed_with_the_next_key_without_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let files = node(&folder.path().join("cn-sha"));
    let key = SigningKey::open(&files).unwrap();
    let to_bank = || {
        let (network, node) = ("gcfn-demo".parse().unwrap(), "cn-sha".parse().unwrap());
        Correspondents::to_bank(network, node, &"BANKCNSH".parse().unwrap())
    };
    let pen = key.pen(to_bank());
    let is_by =
        |key| Check::new(to_bank(), key).check(b"message", Some(&pen.sign(b"message"))).is_ok();
    let (first, next) = (key.signer().public_key(), prepare(&files).unwrap());
    assert_eq!((is_by(first), is_by(next)), (true, false));
    key.follow(next);
    assert_eq!((is_by(first), is_by(next)), (false, true));
}

#[test]
fn a_key_that_is_not_at_hand_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let files = node(&folder.path().join("cn-sha"));
    let key = SigningKey::open(&files).unwrap();
    let first = key.signer().public_key();
    prepare(&files).unwrap();
    key.follow(Signer::from_seed(&[9; 32]).public_key());
    assert_eq!(key.signer().public_key(), first);
    SigningSeed::from_bytes(&[9; 32]).create(&files.path("keys/other")).unwrap();
    fs::rename(files.path("keys/other"), files.path(PRESENT)).unwrap();
    assert!(SigningKey::open(&files).is_err(), "the node was never known by it");
}

#[test]
fn a_node_that_dies_at_any_step_of_the_change_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    for step in 0..2 {
        let files = node(&folder.path().join(format!("n{step}")));
        let next = prepare(&files).unwrap();
        let present = fs::read(files.path(PRESENT)).unwrap();
        files.write(LAST, &present, 0o600).unwrap();
        if step == 1 {
            files.write_json(ROTATED, &vec![next]).unwrap();
        }
        let key = SigningKey::open(&files).unwrap();
        key.follow(next);
        assert_eq!(key.signer().public_key(), next);
        assert_eq!(SigningKey::open(&files).unwrap().signer().public_key(), next);
    }
}
