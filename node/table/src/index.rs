//! From a hash of a key to the row that holds it.

use crate::Row;
use crate::key::{Key, hash};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

const LANES: usize = 7;
/// Keys per bucket, on average. A bucket that is about to be split has twice as many: of buckets
/// of 7 that hold 4 on average, one in 20 overflows.
const BUCKET_LOAD: u32 = 2;
/// Buckets are kept in pages of 64 KiB.
const PAGE_BITS: u32 = 10;
const PAGE: usize = 1 << PAGE_BITS;

/// A map from key to row: a table of small buckets, and a tree for what overflows them.
///
/// Senders choose ids, and a replicated machine has no secret to key a hash with: whoever reads
/// this file can make keys that all fall into one bucket. So the hash is only a shortcut. A
/// bucket takes seven keys of different hashes and the tree takes the others; whatever keys are
/// sent, an operation looks at one bucket and goes down one tree. The order of neither is ever
/// observable.
///
/// It grows by one bucket at a time, which takes over half of the keys of one other (linear
/// hashing): no insertion pays for all keys. It never shrinks.
#[derive(Clone, Debug)]
pub struct Index<K> {
    /// All pages but the last are full, and never move.
    pages: Vec<Vec<Bucket>>,
    /// How many buckets there are.
    buckets: u32,
    /// The least power of two that is not below `buckets`, less one.
    mask: u32,
    overflow: BTreeMap<Spilled<K>, Row>,
    len: u32,
}

/// A key in the tree, behind its hash with the bits in reverse: so the keys of a bucket, which
/// agree in the last bits of their hashes, are neighbours. No key stands before every key.
type Spilled<K> = (u64, Option<K>);

/// Up to seven keys of different hashes: one cache line. The hashes lie side by side, so that all
/// are compared at once.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket {
    hashes: [u32; LANES],
    rows: [Row; LANES],
    /// Whether keys of this bucket are in the tree: mostly not, so mostly nobody looks there.
    spilled: bool,
}

#[derive(Clone, Copy, Debug)]
struct Lane {
    hash: u32,
    row: Row,
}

/// No key has this hash.
const VACANT: u32 = 0;

impl<K> Default for Index<K> {
    fn default() -> Index<K> {
        Index::new()
    }
}

impl<K> Index<K> {
    /// An index without keys. Allocates nothing.
    #[must_use]
    pub const fn new() -> Index<K> {
        Index { pages: Vec::new(), buckets: 0, mask: 0, overflow: BTreeMap::new(), len: 0 }
    }

    /// How many keys are in the index.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.len
    }

    /// Whether no key is in the index.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }
}

impl<K: Key> Index<K> {
    /// The row of `key`. `holds` tells whether a row holds it: keys may share a hash.
    pub fn find(&self, key: K, holds: impl Fn(Row) -> bool) -> Option<Row> {
        let hash = hash(key);
        let bucket = self.bucket(self.place(hash))?;
        match bucket.rows.get(bucket.lane(hash)) {
            Some(&row) if holds(row) => Some(row),
            _ if !bucket.spilled => None,
            _ => self.overflow.get(&spilled(hash, key)).copied(),
        }
    }

    /// Adds `key`, which is not in the index.
    pub fn insert(&mut self, key: K, row: Row) {
        if self.buckets.saturating_mul(BUCKET_LOAD) <= self.len {
            self.grow();
        }
        self.len = self.len.checked_add(1).expect("rows are numbered in 32 bits");
        let hash = hash(key);
        let bucket = self.bucket_mut(self.place(hash));
        if !bucket.add(Lane { hash, row }) {
            bucket.spilled = true;
            self.overflow.insert(spilled(hash, key), row);
        }
    }

    /// Removes `key`, which is in the index at `row`.
    pub fn remove(&mut self, key: K, row: Row) {
        self.len = self.len.checked_sub(1).expect("the key was counted");
        let hash = hash(key);
        let place = self.place(hash);
        let bucket = self.bucket_mut(place);
        let lane = bucket.lane(hash);
        match bucket.hashes.get_mut(lane) {
            Some(vacated) if bucket.rows.get(lane) == Some(&row) => *vacated = VACANT,
            _ => {
                let removed = self.overflow.remove(&spilled(hash, key));
                removed.expect("what is not in its bucket is in the tree");
                self.bucket_mut(place).spilled = self.spills(place);
            }
        }
    }

    /// Adds a bucket, and gives it those keys of the one that it is split from that are its own.
    fn grow(&mut self) {
        let new = self.buckets;
        self.buckets = new.checked_add(1).expect("there are fewer buckets than rows");
        self.mask = self.buckets.next_power_of_two().wrapping_sub(1);
        match self.pages.last_mut().filter(|page| page.len() < PAGE) {
            Some(page) => page.push(Bucket::EMPTY),
            None => {
                let room = if self.pages.is_empty() { 1 } else { PAGE };
                let mut page = Vec::with_capacity(room);
                page.push(Bucket::EMPTY);
                self.pages.push(page);
            }
        }
        if 0 < new {
            self.split(new & (self.mask >> 1));
        }
    }

    /// Puts every key of the bucket at `old` to where it belongs now.
    fn split(&mut self, old: u32) {
        let before = core::mem::replace(self.bucket_mut(old), Bucket::EMPTY);
        for lane in before.lanes() {
            let place = self.place(lane.hash);
            assert!(self.bucket_mut(place).add(lane), "a part of a bucket fits a bucket");
        }
        if before.spilled {
            let new = self.buckets.wrapping_sub(1);
            [old, new].into_iter().for_each(|place| self.return_from_tree(place));
        }
    }

    /// Moves keys of the bucket at `place` from the tree into its lanes, as far as there is room.
    /// Looks at seven of them, however many there are.
    fn return_from_tree(&mut self, place: u32) {
        let some = self.overflow.range(self.spilled_of(place)).take(LANES);
        let some: Vec<(Spilled<K>, Row)> = some.map(|(&key, &row)| (key, row)).collect();
        for (key, row) in some {
            let hash = key.1.map_or(VACANT, hash);
            if self.bucket_mut(place).add(Lane { hash, row }) {
                self.overflow.remove(&key);
            }
        }
        self.bucket_mut(place).spilled = self.spills(place);
    }

    /// Whether keys of the bucket at `place` are in the tree.
    fn spills(&self, place: u32) -> bool {
        self.overflow.range(self.spilled_of(place)).next().is_some()
    }

    /// Where in the tree the keys of the bucket at `place` are.
    fn spilled_of(&self, place: u32) -> Range<Spilled<K>> {
        let half = self.mask >> 1;
        // Half of the hashes of a bucket that was not split yet would be another's.
        let is_split = place.saturating_add(half).saturating_add(1) < self.buckets || half < place;
        let mask = if is_split { self.mask } else { half };
        let first = u64::from(place.reverse_bits());
        let width = 1u64.checked_shl(mask.leading_zeros()).unwrap_or(0);
        (first, None)..(first.saturating_add(width), None)
    }

    fn bucket(&self, place: u32) -> Option<&Bucket> {
        self.pages.get((place >> PAGE_BITS) as usize)?.get(place as usize % PAGE)
    }

    fn bucket_mut(&mut self, place: u32) -> &mut Bucket {
        let page = self.pages.get_mut((place >> PAGE_BITS) as usize);
        let bucket = page.and_then(|page| page.get_mut(place as usize % PAGE));
        bucket.expect("the table has grown before the first key")
    }

    /// Where the bucket of `hash` is. One that is not there yet is still a part of another.
    const fn place(&self, hash: u32) -> u32 {
        let place = hash & self.mask;
        if place < self.buckets { place } else { place & (self.mask >> 1) }
    }
}

fn spilled<K>(hash: u32, key: K) -> Spilled<K> {
    (u64::from(hash.reverse_bits()), Some(key))
}

impl Bucket {
    const EMPTY: Bucket = Bucket { hashes: [VACANT; LANES], rows: [Row(0); LANES], spilled: false };

    /// The keys that are here.
    fn lanes(&self) -> impl Iterator<Item = Lane> {
        let lanes = self.hashes.into_iter().zip(self.rows);
        lanes.map(|(hash, row)| Lane { hash, row }).filter(|lane| lane.hash != VACANT)
    }

    /// Which lane has `hash`, or a number beyond them. Looks at every lane: to stop at the right
    /// one would cost more, in mispredicted branches.
    #[inline]
    fn lane(&self, hash: u32) -> usize {
        let mut found = 0u32;
        for (bit, held) in (0..).zip(self.hashes) {
            found |= u32::from(held == hash) << bit;
        }
        found.trailing_zeros() as usize
    }

    /// Adds `lane` if there is room and none has its hash.
    fn add(&mut self, lane: Lane) -> bool {
        let (vacant, taken) = (self.lane(VACANT), self.lane(lane.hash));
        let (Some(hash), Some(row)) = (self.hashes.get_mut(vacant), self.rows.get_mut(vacant))
        else {
            return false;
        };
        if taken < LANES {
            return false;
        }
        (*hash, *row) = (lane.hash, lane.row);
        true
    }
}

#[cfg(test)]
mod tests;
