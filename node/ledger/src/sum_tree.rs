//! Merkle sum trees: a digest of many values that also commits to their sum.
//!
//! Every node carries the sum of what is below it, and the hash of a node covers the sums of both
//! of its children. Whoever is shown one leaf and its path knows that the leaf is counted in
//! the published total, and that nothing on the way was counted below zero, for a sum has no sign.
//! Leaves and inner nodes are hashed with different first bytes, so that neither passes for the
//! other (RFC 6962 section 2.1 does the same).
//!
//! Decides the shape of the tree and how it is hashed. Knows nothing of what the leaves mean.

use crate::marks::Marks;
use alloc::vec::Vec;
use gcfn_model::Digest;
use serde::{Deserialize, Serialize};

const LEAF: u8 = 0x00;
const NODE: u8 = 0x01;

/// A leaf, an inner node or the root of a sum tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumNode {
    /// BLAKE3 of what is below, sums included.
    pub hash: Digest,
    /// The sum of the leaves below.
    #[serde(with = "decimal")]
    pub sum: u128,
}

impl SumNode {
    /// Nothing: an empty tree, an unused leaf, or the place beyond the last leaf.
    pub const EMPTY: SumNode = SumNode { hash: Digest::ZERO, sum: 0 };

    /// The leaf of `sum` under `key`: `H(0x00 || postcard(key) || sum)`, the sum in 16 bytes
    /// with the lowest first.
    #[must_use]
    pub fn leaf(key: &impl Serialize, sum: u128) -> SumNode {
        let key = postcard::to_allocvec(key).expect("keys are plain data, which always encodes");
        let hash = hash(&[&[LEAF], &key, &sum.to_le_bytes()]);
        SumNode { hash, sum }
    }

    /// The node above two others: `H(0x01 || left.hash || left.sum || right.hash || right.sum)`;
    /// `None` when the sum does not fit, which only a forged proof can bring about.
    fn above(left: &SumNode, right: &SumNode) -> Option<SumNode> {
        let sum = left.sum.checked_add(right.sum)?;
        let hash = hash(&[
            &[NODE],
            left.hash.as_bytes(),
            &left.sum.to_le_bytes(),
            right.hash.as_bytes(),
            &right.sum.to_le_bytes(),
        ]);
        Some(SumNode { hash, sum })
    }
}

fn hash(parts: &[&[u8]]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    Digest(*hasher.finalize().as_bytes())
}

/// A sum tree over numbered leaves, whose inner nodes are recomputed only where leaves changed.
///
/// The root depends on the leaves alone: neither on the order in which they were set nor on when
/// roots were asked for. A level of odd length is completed by [`SumNode::EMPTY`].
#[derive(Clone, Debug, Default)]
pub struct SumTree {
    leaves: Vec<SumNode>,
    /// The levels above the leaves, the lowest first; the last has one node, the root.
    levels: Vec<Vec<SumNode>>,
    /// Leaves that changed since `levels` was computed.
    dirty: Marks,
    /// Leaves of which only that is known: they are asked for at the next refresh.
    touched: Marks,
}

impl SumTree {
    /// Sets leaf `index`; the tree grows by unused leaves as far as it must.
    pub fn set(&mut self, index: usize, leaf: SumNode) {
        while self.leaves.len() <= index {
            self.dirty.add(self.leaves.len());
            self.leaves.push(SumNode::EMPTY);
        }
        let place = self.leaves.get_mut(index).expect("the tree has grown to it");
        if *place != leaf {
            *place = leaf;
            self.dirty.add(index);
        }
    }

    /// Notes that leaf `index` is out of date, or new. Nothing is hashed before
    /// [`SumTree::refresh`].
    pub fn touch(&mut self, index: usize) {
        self.touched.add(index);
    }

    /// Sets every leaf that was touched, once, to what `leaf` says that it is now.
    pub fn refresh(&mut self, mut leaf: impl FnMut(usize) -> SumNode) {
        for index in self.touched.take() {
            self.set(index, leaf(index));
        }
    }

    /// The root. Costs a hash per changed leaf and level.
    pub fn root(&mut self) -> SumNode {
        self.grow();
        let mut dirty = self.dirty.take();
        let mut below = &self.leaves;
        for level in &mut self.levels {
            dirty.iter_mut().for_each(|index| *index >>= 1);
            dirty.dedup();
            for &index in &dirty {
                let pair = below.chunks(2).nth(index).expect("a node stands above one or two");
                let place = level.get_mut(index).expect("a level has a node per pair below");
                *place = match pair {
                    [left, right] => SumNode::above(left, right),
                    [left, ..] => SumNode::above(left, &SumNode::EMPTY),
                    [] => None,
                }
                .expect("128 bits hold the sum of every 64-bit amount ever posted");
            }
            below = level;
        }
        below.first().copied().unwrap_or(SumNode::EMPTY)
    }

    /// The proof that leaf `index` is in the tree; `None` when there is no such leaf.
    pub fn prove(&mut self, index: usize) -> Option<SumProof> {
        self.root();
        let sum = self.leaves.get(index)?.sum;
        let mut place = index;
        let mut siblings = Vec::with_capacity(self.levels.len());
        for level in core::iter::once(&self.leaves).chain(&self.levels).take(self.levels.len()) {
            siblings.push(level.get(place ^ 1).copied().unwrap_or(SumNode::EMPTY));
            place >>= 1;
        }
        Some(SumProof { index: index as u64, sum, siblings })
    }

    /// Makes room for the levels above the present leaves.
    fn grow(&mut self) {
        let mut width = self.leaves.len();
        let mut levels = self.levels.iter_mut();
        let mut new = Vec::new();
        while 1 < width {
            width = width.div_ceil(2);
            match levels.next() {
                Some(level) => level.resize(width, SumNode::EMPTY),
                None => new.push(alloc::vec![SumNode::EMPTY; width]),
            }
        }
        self.levels.append(&mut new);
    }
}

/// A sum in decimal digits where people read: their programs' numbers mostly have 53 bits.
mod decimal {
    use alloc::string::{String, ToString};
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(sum: &u128, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.serialize_str(&sum.to_string()) } else { sum.serialize(to) }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        if !from.is_human_readable() {
            return u128::deserialize(from);
        }
        let text = String::deserialize(from)?;
        let sum = text.parse::<u128>().ok().filter(|sum| sum.to_string() == text);
        sum.ok_or_else(|| D::Error::custom("a sum is a number in decimal digits"))
    }
}

/// That one leaf, with its sum, is counted in a root.
///
/// The key is not in it: the verifier brings the key that he wants to see proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SumProof {
    /// The number of the leaf.
    pub index: u64,
    /// The sum of the leaf.
    #[serde(with = "decimal")]
    pub sum: u128,
    /// The other child at every level, from the leaf up.
    pub siblings: Vec<SumNode>,
}

/// Why a proof does not show what it should. Treat the one who sent it as mistaken or lying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum ProofFault {
    /// The leaf number does not fit a path of this length.
    #[error("proof has too few siblings for its leaf number")]
    Shape = 1,
    /// The sums do not fit in 128 bits, so they cannot be real.
    #[error("proof has sums above 2^128 - 1")]
    Overflow = 2,
    /// It leads to another root.
    #[error("proof leads to another root")]
    Root = 3,
    /// It is the proof of a lot that does not hold the coupon, or not as many as it says.
    #[error("proof is of other coupons")]
    OtherCoupons = 4,
}

impl SumProof {
    /// The root that this proof leads to from its leaf under `key`.
    ///
    /// # Errors
    /// [`ProofFault::Shape`] and [`ProofFault::Overflow`].
    pub fn root(&self, key: &impl Serialize) -> Result<SumNode, ProofFault> {
        let mut node = SumNode::leaf(key, self.sum);
        let mut index = self.index;
        for sibling in &self.siblings {
            let (left, right) = if index & 1 == 0 { (&node, sibling) } else { (sibling, &node) };
            node = SumNode::above(left, right).ok_or(ProofFault::Overflow)?;
            index >>= 1;
        }
        if index == 0 { Ok(node) } else { Err(ProofFault::Shape) }
    }

    /// Checks that the leaf under `key`, with this proof's sum, is counted in `root`.
    ///
    /// # Errors
    /// [`ProofFault`] when it is not, in hash or in sum.
    pub fn verify(&self, root: &SumNode, key: &impl Serialize) -> Result<(), ProofFault> {
        if self.root(key)? == *root { Ok(()) } else { Err(ProofFault::Root) }
    }
}
