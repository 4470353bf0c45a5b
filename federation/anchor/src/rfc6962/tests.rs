use super::*;
use alloc::string::{String, ToString};
use expect_test::{Expect, expect};
use proptest::prelude::*;

/// The inputs that Certificate Transparency implementations share as test vectors.
const INPUTS: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

fn reference_tree() -> Tree {
    tree_of(INPUTS.iter().map(|input| leaf(input)))
}

fn tree_of(leaves: impl IntoIterator<Item = Digest>) -> Tree {
    let mut tree = Tree::default();
    leaves.into_iter().for_each(|leaf| tree.append(leaf));
    tree
}

fn check(hashes: &[Digest], expected: &Expect) {
    let lines: Vec<String> = hashes.iter().map(ToString::to_string).collect();
    expected.assert_eq(&lines.join("\n"));
}

#[test]
fn reference_roots() {
    let tree = reference_tree();
    let roots: Vec<Digest> = (0..=8).map(|size| tree.root_at(size).unwrap()).collect();
    check(
        &roots,
        &expect![[r#"
            e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
            6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d
            fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125
            aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77
            d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7
            4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4
            76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef
            ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c
            5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"#]],
    );
    assert_eq!(tree.root_at(9), None);
}

#[test]
fn reference_inclusion() {
    check(
        &reference_tree().prove_inclusion(5, 8).unwrap(),
        &expect![[r#"
            bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b
            ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
            d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"#]],
    );
}

#[test]
fn reference_consistency() {
    check(
        &reference_tree().prove_consistency(1, 8).unwrap(),
        &expect![[r#"
            96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7
            5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e
            6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"#]],
    );
    check(
        &reference_tree().prove_consistency(6, 8).unwrap(),
        &expect![[r#"
            0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a
            ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0
            d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"#]],
    );
}

fn numbered(count: u64) -> Tree {
    tree_of((0..count).map(|n| leaf(&n.to_be_bytes())))
}

#[test]
fn frontier_has_the_root_of_the_tree_at_every_size() {
    let tree = numbered(130);
    let mut frontier = Frontier::default();
    for size in 0..=130 {
        assert_eq!((frontier.size(), Some(frontier.root())), (size, tree.root_at(size)));
        frontier.append(leaf(&size.to_be_bytes()));
    }
}

#[test]
fn every_leaf_is_proven_at_every_size_and_at_no_other_place() {
    let tree = numbered(20);
    for size in 1..=20 {
        let root = tree.root_at(size);
        for index in 0..size {
            let path = tree.prove_inclusion(index, size).unwrap();
            for claim in 0..size.saturating_add(2) {
                let found = root_of(leaf(&index.to_be_bytes()), claim, size, &path);
                assert_eq!(found == root, claim == index, "{claim} for {index} of {size}");
            }
        }
        assert_eq!(tree.prove_inclusion(size, size), None);
    }
    assert_eq!(tree.prove_inclusion(0, 21), None);
    assert_eq!(root_of(leaf(b""), 0, 0, &[]), None);
}

#[test]
fn every_size_is_consistent_with_every_later_one() {
    let tree = numbered(20);
    let head = |size| Head { size, root: tree.root_at(size).unwrap() };
    for new in 0..=20 {
        for old in 0..=new {
            let proof = tree.prove_consistency(old, new).unwrap();
            assert!(is_consistent(head(old), head(new), &proof), "{old} to {new}");
            let other = Head { root: leaf(b"other"), ..head(old) };
            assert!(!is_consistent(other, head(new), &proof), "other {old} to {new}");
        }
        assert_eq!(tree.prove_consistency(new.saturating_add(1), new), None);
    }
    assert!(!is_consistent(head(7), head(6), &[]));
}

proptest! {
    #[test]
    fn a_changed_proof_shows_nothing(
        new in 2u64..200, old in 1u64..200, flip in any::<(prop::sample::Index, u8, u8)>(),
    ) {
        let tree = numbered(new);
        let old = old % new;
        prop_assume!(old != 0);
        let (at, byte, bit) = flip;
        let change = |proof: &[Digest]| {
            let mut proof = proof.to_vec();
            let hash = at.get_mut(&mut proof);
            hash.0[usize::from(byte % 32)] ^= 1 << (bit % 8);
            proof
        };
        let lengthen = |proof: &[Digest]| [proof, &[Digest::ZERO]].concat();
        let shorten = |proof: &[Digest]| proof.split_last().map(|(_, rest)| rest.to_vec());

        let head = |size| Head { size, root: tree.root_at(size).unwrap() };
        let proof = tree.prove_consistency(old, new).unwrap();
        prop_assert!(is_consistent(head(old), head(new), &proof));
        prop_assert!(!is_consistent(head(old), head(new), &change(&proof)));
        prop_assert!(!is_consistent(head(old), head(new), &lengthen(&proof)));
        prop_assert!(!is_consistent(head(old), head(new), &shorten(&proof).unwrap()));

        let leaf = leaf(&old.to_be_bytes());
        let path = tree.prove_inclusion(old, new).unwrap();
        prop_assert_eq!(root_of(leaf, old, new, &path), Some(tree.root()));
        prop_assert_ne!(root_of(leaf, old, new, &change(&path)), Some(tree.root()));
        prop_assert_eq!(root_of(leaf, old, new, &lengthen(&path)), None);
        prop_assert_eq!(root_of(leaf, old, new, &shorten(&path).unwrap()), None);
    }
}
