//! Sum trees: the root is a function of the leaves, and proofs prove what they say only.

use gcfn_ledger::{ProofFault, SumNode, SumProof, SumTree};
use proptest::prelude::*;

fn tree(sums: &[u64]) -> SumTree {
    let mut tree = SumTree::default();
    for (index, &sum) in sums.iter().enumerate() {
        tree.set(index, leaf(index, sum));
    }
    tree
}

fn leaf(index: usize, sum: u64) -> SumNode {
    SumNode::leaf(&index, u128::from(sum))
}

#[test]
fn the_smallest_trees() {
    assert_eq!(SumTree::default().root(), SumNode::EMPTY);
    assert_eq!(SumTree::default().prove(0), None);
    assert_eq!(tree(&[7]).root(), leaf(0, 7));
    let proof = tree(&[7]).prove(0).expect("the one leaf");
    assert_eq!(proof, SumProof { index: 0, sum: 7, siblings: Vec::new() });
    assert_eq!(proof.verify(&leaf(0, 7), &0usize), Ok(()));
}

#[test]
fn an_inner_node_does_not_pass_for_a_leaf() {
    let mut tree = tree(&[1, 2, 3, 4]);
    let root = tree.root();
    let mut proof = tree.prove(0).expect("a leaf");
    proof.siblings.remove(0);
    proof.sum = 3;
    assert_eq!(proof.verify(&root, &0usize), Err(ProofFault::Root));
}

#[test]
fn sums_that_cannot_be_are_refused() {
    let mut tree = tree(&[1, 2]);
    let root = tree.root();
    let mut proof = tree.prove(0).expect("a leaf");
    proof.sum = u128::MAX;
    assert_eq!(proof.verify(&root, &0usize), Err(ProofFault::Overflow));
}

proptest! {
    #[test]
    fn the_root_depends_on_the_leaves_alone(
        first in prop::collection::vec(0u64..1000, 1..40),
        changes in prop::collection::vec((0usize..50, 0u64..1000, any::<bool>()), 0..40),
    ) {
        let mut incremental = tree(&first);
        let mut leaves: Vec<SumNode> =
            first.iter().enumerate().map(|(index, &sum)| leaf(index, sum)).collect();
        for (index, sum, look) in changes {
            incremental.set(index, leaf(index, sum));
            leaves.resize(leaves.len().max(index.saturating_add(1)), SumNode::EMPTY);
            *leaves.get_mut(index).expect("within") = leaf(index, sum);
            if look {
                incremental.root();
            }
        }
        let mut fresh = SumTree::default();
        for (index, &leaf) in leaves.iter().enumerate().rev() {
            fresh.set(index, leaf);
        }
        prop_assert_eq!(incremental.root(), fresh.root());
        let total: u128 = leaves.iter().map(|leaf| leaf.sum).sum();
        prop_assert_eq!(incremental.root().sum, total);
    }

    #[test]
    fn every_leaf_is_proven_and_a_flipped_bit_is_not(
        sums in prop::collection::vec(0u64..1000, 1..40),
        pick in any::<prop::sample::Index>(),
        flip in any::<prop::sample::Index>(),
    ) {
        let mut tree = tree(&sums);
        let (root, index) = (tree.root(), pick.index(sums.len()));
        let proof = tree.prove(index).expect("within");
        prop_assert_eq!(proof.verify(&root, &index), Ok(()));
        prop_assert!(proof.verify(&root, &(index ^ 1)).is_err());

        // Index, sum and siblings, bit by bit; not the varint bytes, where a flip may not decode.
        let mut forged = proof.clone();
        let bit = flip.index(64 + 128 + 384 * proof.siblings.len());
        match bit {
            0..64 => forged.index ^= 1 << bit,
            64..192 => forged.sum ^= 1 << (bit - 64),
            _ => {
                let (sibling, bit) = ((bit - 192) / 384, (bit - 192) % 384);
                let node = &mut forged.siblings[sibling];
                match bit {
                    0..256 => node.hash.0[bit / 8] ^= 1 << (bit % 8),
                    _ => node.sum ^= 1 << (bit - 256),
                }
            }
        }
        prop_assert!(forged.verify(&root, &index).is_err());

        let mut forged = root;
        forged.sum ^= 1;
        prop_assert_eq!(proof.verify(&forged, &index), Err(ProofFault::Root));
    }
}
