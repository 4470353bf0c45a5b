//! The events of one epoch as a Merkle tree: BLAKE3, one salted leaf for each event.
//!
//! A leaf is `H(0x00 ‖ salt ‖ event)`, an inner node `H(0x01 ‖ left ‖ right)`; a node without
//! a sibling stands for itself one level up. That alone would let a tree of n leaves pass for
//! one of m, so the leaf count is bound in the epoch's header, and every check asks for it.
//!
//! The salt keeps what is *not* shown secret: whoever sees one event sees the hashes of its
//! neighbours, and could otherwise find a short event by trying all of them.

use alloc::vec::Vec;
use core::fmt;
use gcfn_model::Digest;
use rs_merkle::{Hasher, MerkleProof, MerkleTree};
use serde::{Deserialize, Serialize};

/// The secret of a cell that its events' salts are made with.
///
/// Whoever holds it can test guesses about events that were not shown to them: it stays with
/// the cell's replicas and with the supervisor that re-executes the cell.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SaltKey([u8; 32]);

impl SaltKey {
    /// The key with these bytes, drawn at random when the cell is founded.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> SaltKey {
        SaltKey(bytes)
    }

    /// The salt of the event with this sequence number.
    #[must_use]
    pub fn salt(&self, seq: u64) -> Digest {
        Digest(*blake3::keyed_hash(&self.0, &seq.to_be_bytes()).as_bytes())
    }
}

impl fmt::Debug for SaltKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SaltKey(secret)")
    }
}

/// The leaf of one event.
#[must_use]
pub fn leaf(salt: &Digest, event: &[u8]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"\x00").update(salt.as_bytes()).update(event);
    Digest(*hasher.finalize().as_bytes())
}

/// The right edge of the tree: enough to append and to know the root, not to prove. What a cell
/// keeps of its open epoch, however many events that has.
///
/// Appending costs the hash of the leaf and, on average, one more; the root a few.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFrontier {
    leaf_count: u64,
    /// The roots of the perfect subtrees that the tree is made of, largest first.
    peaks: Vec<Digest>,
}

impl EventFrontier {
    /// Appends one event.
    pub fn append(&mut self, salt: &Digest, event: &[u8]) {
        let mut peak = leaf(salt, event);
        // Each trailing one bit of the count is a peak that the new leaf completes into the next.
        for _ in 0..self.leaf_count.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each one bit");
            peak = node(&left, &peak);
        }
        self.peaks.push(peak);
        self.leaf_count = self.leaf_count.checked_add(1).expect("fewer than 2^64 events");
    }

    /// How many events there are.
    #[must_use]
    pub fn leaf_count(&self) -> u64 {
        self.leaf_count
    }

    /// The `events_root`, or `None` while there are no events.
    #[must_use]
    pub fn root(&self) -> Option<Digest> {
        self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right))
    }
}

/// The events of one epoch, to prove them. Appending is one hash; the tree above is built when
/// asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventTree {
    leaves: Vec<Digest>,
}

impl EventTree {
    /// Appends one event.
    pub fn append(&mut self, salt: &Digest, event: &[u8]) {
        self.leaves.push(leaf(salt, event));
    }

    /// How many events there are.
    #[must_use]
    pub fn leaf_count(&self) -> u64 {
        self.leaves.len() as u64
    }

    /// The `events_root`, or `None` while there are no events.
    #[must_use]
    pub fn root(&self) -> Option<Digest> {
        self.tree().root().map(Digest)
    }

    /// The path from the leaf at `index` to the root, bottom up; `None` beyond the last leaf.
    ///
    /// Hashes the whole epoch: proofs are made rarely, and only when somebody asks.
    #[must_use]
    pub fn prove(&self, index: u64) -> Option<Vec<Digest>> {
        let index = usize::try_from(index).ok().filter(|&index| index < self.leaves.len())?;
        let proof = self.tree().proof(&[index]);
        Some(proof.proof_hashes().iter().copied().map(Digest).collect())
    }

    fn tree(&self) -> MerkleTree<Blake3> {
        let leaves: Vec<[u8; 32]> = self.leaves.iter().map(|leaf| leaf.0).collect();
        MerkleTree::from_leaves(&leaves)
    }
}

/// The root above `leaf` at `index` of `leaf_count` when its path is `path`.
///
/// `None` when no tree of that many leaves has such a path: an index out of range, or a path
/// that is too short or too long.
#[must_use]
pub fn root_of(leaf: Digest, index: u64, leaf_count: u64, path: &[Digest]) -> Option<Digest> {
    if leaf_count <= index || path_length(index, leaf_count) != path.len() {
        return None;
    }
    let (index, leaf_count) = (usize::try_from(index).ok()?, usize::try_from(leaf_count).ok()?);
    let proof = MerkleProof::<Blake3>::new(path.iter().map(|hash| hash.0).collect());
    proof.root(&[index], &[leaf.0], leaf_count).ok().map(Digest)
}

/// How many siblings stand between a leaf and the root. rs_merkle ignores what is left over of
/// a path, so its length is checked here.
fn path_length(mut index: u64, mut nodes: u64) -> usize {
    let mut length = 0usize;
    while 1 < nodes {
        let alone = index.is_multiple_of(2) && index.saturating_add(1) == nodes;
        length = length.saturating_add(usize::from(!alone));
        (index, nodes) = (index / 2, nodes.div_ceil(2));
    }
    length
}

/// BLAKE3 with the 0x01 prefix on inner nodes that rs_merkle does not have by itself. Without
/// it an inner node can pass for a leaf.
#[derive(Clone)]
struct Blake3;

impl Hasher for Blake3 {
    type Hash = [u8; 32];

    fn hash(bytes: &[u8]) -> [u8; 32] {
        *blake3::hash(bytes).as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        let Some(right) = right else { return *left };
        node(&Digest(*left), &Digest(*right)).0
    }
}

fn node(left: &Digest, right: &Digest) -> Digest {
    let mut bytes = [1; 65];
    let (_, children) = bytes.split_at_mut(1);
    let (to_left, to_right) = children.split_at_mut(32);
    to_left.copy_from_slice(left.as_bytes());
    to_right.copy_from_slice(right.as_bytes());
    Digest(*blake3::hash(&bytes).as_bytes())
}

#[cfg(test)]
mod tests;
