//! From a hash of an order id to the slot that holds the order.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::OrderId;

/// Where an order lies in [`Orders`](crate::orders::Orders).
pub(crate) type Slot = u32;

/// The slot that does not exist.
pub(crate) const NONE: Slot = Slot::MAX;

const LANES: usize = 7;
/// Orders per bucket, on average, at which the table doubles: of buckets of 7 that hold 3 on
/// average, one in 84 overflows.
const BUCKET_LOAD: usize = 3;

/// A map from order id to slot: a table of small buckets, and a tree for what overflows them.
///
/// Senders choose ids, and a replicated machine has no secret to key a hash with: whoever reads
/// this file can make ids that all fall into one bucket. So the hash is only a shortcut. A
/// bucket takes seven ids of different hashes and the tree takes the others; whatever ids are
/// sent, an operation looks at one bucket and goes down one tree. The order of neither is ever
/// observable.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    buckets: Vec<Bucket>,
    overflow: BTreeMap<OrderId, Slot>,
    len: u32,
}

/// Up to seven ids of different hashes: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket {
    lanes: [Lane; LANES],
    /// How many ids of this bucket are in the tree: mostly none, so mostly nobody looks there.
    spilled: u32,
}

#[derive(Clone, Copy, Debug)]
struct Lane {
    hash: u32,
    slot: Slot,
}

/// No id has this hash.
const VACANT: Lane = Lane { hash: 0, slot: NONE };

impl Index {
    pub(crate) const fn new() -> Index {
        Index { buckets: Vec::new(), overflow: BTreeMap::new(), len: 0 }
    }

    /// How many ids are in the index.
    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// The slot of `id`. `holds` tells whether a slot holds it: ids may share a hash.
    #[inline]
    pub(crate) fn find(&self, id: OrderId, holds: impl Fn(Slot) -> bool) -> Option<Slot> {
        let hash = hash(id);
        let bucket = self.buckets.get(self.place(hash))?;
        match bucket.lanes.get(bucket.lane(hash)) {
            Some(lane) if holds(lane.slot) => Some(lane.slot),
            _ if bucket.spilled == 0 => None,
            _ => self.overflow.get(&id).copied(),
        }
    }

    /// Adds `id`, which is not in the index.
    #[inline]
    pub(crate) fn insert(&mut self, id: OrderId, slot: Slot) {
        if self.buckets.len().saturating_mul(BUCKET_LOAD) <= self.len as usize {
            self.grow();
        }
        self.len = self.len.checked_add(1).expect("a book has at most 2^20 orders");
        self.settle(id, slot);
    }

    /// Removes `id`, which is in the index at `slot`.
    #[inline]
    pub(crate) fn remove(&mut self, id: OrderId, slot: Slot) {
        self.len = self.len.checked_sub(1).expect("the id was counted");
        let hash = hash(id);
        let bucket = self.bucket_mut(hash);
        let lane = bucket.lane(hash);
        match bucket.lanes.get_mut(lane) {
            Some(lane) if lane.slot == slot => *lane = VACANT,
            _ => {
                bucket.spilled = bucket.spilled.saturating_sub(1);
                self.overflow.remove(&id).expect("what is not in its bucket is in the tree");
            }
        }
    }

    /// Puts `id` into its bucket, or into the tree if there is no room.
    #[inline]
    fn settle(&mut self, id: OrderId, slot: Slot) {
        let hash = hash(id);
        let bucket = self.bucket_mut(hash);
        if !bucket.add(Lane { hash, slot }) {
            bucket.spilled = bucket.spilled.saturating_add(1);
            self.overflow.insert(id, slot);
        }
    }

    /// Doubles the number of buckets. What was together in one may be in two.
    fn grow(&mut self) {
        let doubled = self.buckets.len().saturating_mul(2).max(1);
        let old = core::mem::replace(&mut self.buckets, alloc::vec![Bucket::EMPTY; doubled]);
        let lanes = old.iter().flat_map(|bucket| &bucket.lanes);
        for &lane in lanes.filter(|lane| lane.hash != VACANT.hash) {
            assert!(self.bucket_mut(lane.hash).add(lane), "a part of a bucket fits a bucket");
        }
        for (id, slot) in core::mem::take(&mut self.overflow) {
            self.settle(id, slot);
        }
    }

    #[inline]
    fn bucket_mut(&mut self, hash: u32) -> &mut Bucket {
        let place = self.place(hash);
        self.buckets.get_mut(place).expect("the table has grown before the first id")
    }

    /// Where the bucket of `hash` is: the number of buckets is a power of two.
    fn place(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }
}

impl Bucket {
    const EMPTY: Bucket = Bucket { lanes: [VACANT; LANES], spilled: 0 };

    /// Which lane has `hash`, or [`LANES`]. Looks at every lane: to stop at the right one
    /// would cost more, in mispredicted branches.
    #[inline]
    fn lane(&self, hash: u32) -> usize {
        let lanes = self.lanes.iter().enumerate();
        lanes.fold(LANES, |found, (index, lane)| if lane.hash == hash { index } else { found })
    }

    /// Adds `lane` if there is room and none has its hash.
    #[inline]
    fn add(&mut self, lane: Lane) -> bool {
        let vacant = self.lane(VACANT.hash);
        let unique = self.lane(lane.hash) == LANES;
        let room = self.lanes.get_mut(vacant).filter(|_| unique);
        room.map(|room| *room = lane).is_some()
    }
}

/// Spreads ids that are counted: 128 bits of the golden ratio's fraction.
const MASKS: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Mixes all bits of `id`: one half times the other in 128 bits, the product folded. Never
/// [`VACANT`].
fn hash(id: OrderId) -> u32 {
    const HALF: u128 = 0xffff_ffff_ffff_ffff;
    let bits = u128::from_be_bytes(*id.as_bytes()) ^ MASKS;
    let product = (bits >> 64).wrapping_mul(bits & HALF);
    let folded = (product ^ (product >> 64)) & HALF;
    u32::try_from(folded >> 32).expect("32 bits are left of 64") | 0x8000_0000
}

#[cfg(test)]
mod tests;
