use super::*;
use alloc::string::ToString;
use expect_test::expect;
use proptest::prelude::*;

const KEY: SaltKey = SaltKey::from_bytes([7; 32]);

fn event(seq: u64) -> Vec<u8> {
    seq.to_be_bytes().to_vec()
}

fn tree(count: u64) -> EventTree {
    let mut tree = EventTree::default();
    (0..count).for_each(|seq| tree.append(&KEY.salt(seq), &event(seq)));
    tree
}

/// The tree of RFC 6962 with this crate's leaves and nodes, written down a second time.
fn by_definition(leaves: &[Digest]) -> Digest {
    if let &[leaf] = leaves {
        return leaf;
    }
    let (left, right) = leaves.split_at(leaves.len().div_ceil(2).next_power_of_two());
    let (left, right) = (by_definition(left), by_definition(right));
    Digest(*blake3::hash(&[b"\x01", &left.0[..], &right.0[..]].concat()).as_bytes())
}

#[test]
fn a_leaf_is_what_it_was() {
    expect!["45f1302e692337f38e48aa1ab0ca7138e949caad43a09e5a5d647c119221e62f"]
        .assert_eq(&leaf(&KEY.salt(1), b"event").to_string());
    expect!["95cfbb6554e956d4cc2ca9099845e63f3baa2b17c6276d0da84acb4eb306286e"]
        .assert_eq(&tree(5).root().unwrap().to_string());
}

#[test]
fn nothing_has_no_root_and_no_proof() {
    assert_eq!((tree(0).root(), tree(0).prove(0)), (None, None));
    assert_eq!((tree(3).prove(3), root_of(Digest::ZERO, 0, 0, &[])), (None, None));
}

#[test]
fn the_shape_is_the_one_of_rfc_6962() {
    for count in 1..70 {
        let tree = tree(count);
        assert_eq!(tree.root(), Some(by_definition(&tree.leaves)), "{count}");
        let mut frontier = EventFrontier::default();
        (0..count).for_each(|seq| frontier.append(&KEY.salt(seq), &event(seq)));
        assert_eq!((frontier.root(), frontier.leaf_count()), (tree.root(), count), "{count}");
    }
}

#[test]
fn every_event_is_proven_at_no_other_place_and_in_no_other_count() {
    for count in 1..20 {
        let tree = tree(count);
        for index in 0..count {
            let (leaf, path) = (leaf(&KEY.salt(index), &event(index)), tree.prove(index).unwrap());
            for claim in 0..count + 2 {
                let proven = root_of(leaf, claim, count, &path) == tree.root();
                assert_eq!(proven, claim == index, "{claim} for {index} of {count}");
            }
        }
    }
}

#[test]
fn an_inner_node_does_not_pass_for_an_event() {
    let tree = tree(4);
    let [first, second, ..] = tree.leaves[..] else { panic!("four leaves") };
    let node = [first.0, second.0].concat();
    let path = &tree.prove(0).unwrap()[1..];
    let split = |at| (Digest(node[..at].try_into().unwrap()), &node[at..]);
    let (salt, event) = split(32);
    assert_ne!(root_of(leaf(&salt, event), 0, 2, path), tree.root());
}

#[test]
fn the_secret_is_not_printed() {
    assert_eq!(alloc::format!("{KEY:?}"), "SaltKey(secret)");
}

proptest! {
    #[test]
    fn a_changed_path_leads_elsewhere(
        count in 2u64..200, index in any::<prop::sample::Index>(),
        hash in any::<prop::sample::Index>(), bit in 0usize..256,
    ) {
        let tree = tree(count);
        let index = index.index(usize::try_from(count).unwrap()) as u64;
        let leaf = leaf(&KEY.salt(index), &event(index));
        let path = tree.prove(index).unwrap();
        prop_assert_eq!(root_of(leaf, index, count, &path), tree.root());

        let mut changed = path.clone();
        hash.get_mut(&mut changed).0[bit / 8] ^= 1 << (bit % 8);
        prop_assert_ne!(root_of(leaf, index, count, &changed), tree.root());
        let longer = [&path[..], &[Digest::ZERO]].concat();
        prop_assert_eq!(root_of(leaf, index, count, &longer), None);
        prop_assert_eq!(root_of(leaf, index, count, &path[1..]), None);
    }

    #[test]
    fn checking_never_panics(
        index: u64, leaf_count: u64, path in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let path: Vec<Digest> = path.into_iter().map(Digest).collect();
        prop_assert_ne!(root_of(Digest::ZERO, index, leaf_count, &path), Some(Digest::ZERO));
    }
}
