//! The Merkle tree of Certificate Transparency: append-only, SHA-256.
//!
//! Definitions from RFC 6962 section 2.1; the checks are the algorithms of RFC 9162 sections
//! 2.1.3.2 and 2.1.4.2, which is the same tree with the verifier written out.

use crate::canon::sha256;
use alloc::vec::Vec;
use core::ops::Range;
use gcfn_model::Digest;
use serde::{Deserialize, Serialize};

/// The hash of a leaf: `SHA-256(0x00 ‖ bytes)`.
#[must_use]
pub fn leaf(bytes: &[u8]) -> Digest {
    sha256(&[b"\x00", bytes].concat())
}

/// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
fn node(left: &Digest, right: &Digest) -> Digest {
    sha256(&[b"\x01", left.as_bytes().as_slice(), right.as_bytes()].concat())
}

/// The right edge of a tree: enough to append and to know the root, not to prove.
///
/// One hash for each bit that is set in the size: 32 at most for four billion leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frontier {
    size: u64,
    /// The roots of the perfect subtrees that the tree is made of, largest first.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Appends a leaf's hash.
    pub fn append(&mut self, leaf: Digest) {
        // Each trailing one bit of the size is a peak that the new leaf completes into the next.
        let mut peak = leaf;
        for _ in 0..self.size.trailing_ones() {
            let left = self.peaks.pop().expect("a peak for each one bit");
            peak = node(&left, &peak);
        }
        self.peaks.push(peak);
        self.size = self.size.checked_add(1).expect("a tree has fewer than 2^64 leaves");
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root. That of no leaves is the hash of no bytes.
    #[must_use]
    pub fn root(&self) -> Digest {
        let root = self.peaks.iter().rev().copied().reduce(|right, left| node(&left, &right));
        root.unwrap_or_else(|| sha256(b""))
    }
}

/// A whole tree: every perfect subtree's root, so that any proof costs a few look-ups.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree {
    /// `levels[k][i]` is the root over the leaves from `i * 2^k`, 2^k of them.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// Appends a leaf's hash.
    pub fn append(&mut self, leaf: Digest) {
        let mut next = Some(leaf);
        for level in &mut self.levels {
            let Some(hash) = next else { return };
            level.push(hash);
            let (pairs, rest) = level.as_chunks::<2>();
            next = pairs.last().filter(|_| rest.is_empty()).map(|[left, right]| node(left, right));
        }
        self.levels.extend(next.map(|hash| Vec::from([hash])));
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// The root.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.root_at(self.size()).expect("a tree reaches its own size")
    }

    /// The root when there were `size` leaves, or `None` before there are.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Digest> {
        (size <= self.size()).then(|| self.root_over(0, size))
    }

    /// The roots over 2^`height` leaves each, by their numbers, if the tree reaches that far.
    #[must_use]
    pub fn perfect(&self, height: u32, numbers: Range<usize>) -> Option<&[Digest]> {
        self.levels.get(usize::try_from(height).ok()?)?.get(numbers)
    }

    /// The path of the leaf at `index` in the tree of the first `size` leaves, bottom up.
    ///
    /// `None` when there is no such leaf or there were never that many.
    #[must_use]
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Option<Vec<Digest>> {
        if size <= index || self.size() < size {
            return None;
        }
        let mut path = Vec::new();
        self.path(index, (0, size), &mut path);
        Some(path)
    }

    /// The proof that the first `old` leaves are the beginning of the first `new` ones.
    ///
    /// `None` when `old` is beyond `new`, or `new` beyond the tree.
    #[must_use]
    pub fn prove_consistency(&self, old: u64, new: u64) -> Option<Vec<Digest>> {
        if new < old || self.size() < new {
            return None;
        }
        let mut proof = Vec::new();
        if old != 0 {
            self.subproof(old, (0, new), &mut proof);
        }
        Some(proof)
    }

    /// MTH over the leaves from `start` to `end`, where `start` is a multiple of a power of two
    /// that is not smaller than their number.
    fn root_over(&self, start: u64, end: u64) -> Digest {
        let count = end.saturating_sub(start);
        if count == 0 {
            return sha256(b"");
        }
        if count.is_power_of_two() {
            let (level, index) = (count.ilog2(), start.checked_div(count));
            let level = self.levels.get(usize::try_from(level).expect("below 64"));
            let index = usize::try_from(index.expect("not zero")).expect("leaves are in memory");
            return *level.and_then(|level| level.get(index)).expect("ranges lie in the tree");
        }
        let middle = split(start, end);
        node(&self.root_over(start, middle), &self.root_over(middle, end))
    }

    /// PATH of RFC 6962 section 2.1.1 over the leaves of `range`.
    fn path(&self, index: u64, (start, end): (u64, u64), path: &mut Vec<Digest>) {
        if end.saturating_sub(start) <= 1 {
            return;
        }
        let middle = split(start, end);
        if index < middle {
            self.path(index, (start, middle), path);
            path.push(self.root_over(middle, end));
        } else {
            self.path(index, (middle, end), path);
            path.push(self.root_over(start, middle));
        }
    }

    /// SUBPROOF of RFC 6962 section 2.1.2: that the leaves of `range` before `old` were a tree.
    /// Its flag `b`, "the verifier knows this root", is true where the range begins at leaf 0.
    fn subproof(&self, old: u64, (start, end): (u64, u64), proof: &mut Vec<Digest>) {
        if old == end {
            if start != 0 {
                proof.push(self.root_over(start, end));
            }
            return;
        }
        let middle = split(start, end);
        if old <= middle {
            self.subproof(old, (start, middle), proof);
            proof.push(self.root_over(middle, end));
        } else {
            self.subproof(old, (middle, end), proof);
            proof.push(self.root_over(start, middle));
        }
    }
}

/// Where the tree over more than one leaf divides: the left part is the largest power of two
/// below their number.
fn split(start: u64, end: u64) -> u64 {
    let count = end.saturating_sub(start);
    start.saturating_add(count.div_ceil(2).next_power_of_two())
}

/// The root above `leaf` at `index` in a tree of `size` leaves when its path is `path`.
///
/// `None` when no tree of that size has such a path. Source: RFC 9162 section 2.1.3.2.
#[must_use]
pub fn root_of(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    let mut at = Climb { index, last: size.checked_sub(1).filter(|&last| index <= last)? };
    let mut root = leaf;
    for sibling in path {
        root = match at.sibling()? {
            Side::Left => node(sibling, &root),
            Side::Right => node(&root, sibling),
        };
    }
    (at.last == 0).then_some(root)
}

/// The head of a tree: how many leaves, and the root over them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many leaves there are.
    pub size: u64,
    /// The root over them.
    pub root: Digest,
}

/// Whether `proof` shows that `old` is a beginning of `new`.
///
/// Everything extends the empty tree. Source: RFC 9162 section 2.1.4.2.
#[must_use]
pub fn is_consistent(old: Head, new: Head, proof: &[Digest]) -> bool {
    if new.size < old.size {
        return false;
    }
    if old.size == new.size {
        return proof.is_empty() && old.root == new.root;
    }
    if old.size == 0 {
        return proof.is_empty() && old.root == sha256(b"");
    }
    roots_of(old, new.size, proof) == Some((old.root, new.root))
}

/// The roots at the old and the new size that `proof` leads to; `0 < old.size < new_size`.
fn roots_of(old: Head, new_size: u64, proof: &[Digest]) -> Option<(Digest, Digest)> {
    let mut at = Climb { index: old.size.checked_sub(1)?, last: new_size.checked_sub(1)? };
    while at.index % 2 == 1 {
        at.up();
    }
    // A perfect old tree is a node of the new one: its root is known, so the proof omits it.
    let (first, rest) =
        if old.size.is_power_of_two() { (&old.root, proof) } else { proof.split_first()? };
    let (mut old_root, mut new_root) = (*first, *first);
    for sibling in rest {
        match at.sibling()? {
            Side::Left => {
                old_root = node(sibling, &old_root);
                new_root = node(sibling, &new_root);
            }
            Side::Right => new_root = node(&new_root, sibling),
        }
    }
    (at.last == 0).then_some((old_root, new_root))
}

/// A climb from a node to the root: its index and the last index, level by level.
struct Climb {
    index: u64,
    last: u64,
}

/// Where a sibling stands.
enum Side {
    Left,
    Right,
}

impl Climb {
    fn up(&mut self) {
        (self.index, self.last) = (self.index / 2, self.last / 2);
    }

    /// Passes the next sibling on the way up; `None` at the root, which has none.
    fn sibling(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.index.is_multiple_of(2) && self.index != self.last {
            self.up();
            return Some(Side::Right);
        }
        // A last node without a right sibling rises until it is a right child.
        while self.index.is_multiple_of(2) && self.index != 0 {
            self.up();
        }
        self.up();
        Some(Side::Left)
    }
}

#[cfg(test)]
mod tests;
