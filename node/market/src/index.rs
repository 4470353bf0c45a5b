//! From a hash of an order id to the slot that holds the order.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_model::OrderId;

/// Where an order lies in [`Orders`](crate::orders::Orders).
pub(crate) type Slot = u32;

/// The slot that does not exist.
pub(crate) const NONE: Slot = Slot::MAX;

const BUCKET_LEN: usize = 8;
/// Orders per bucket, on average, at which the table doubles: of buckets of 8 that hold 2 on
/// average, one in 4,000 overflows.
const BUCKET_LOAD: usize = 2;

/// A map from order id to slot: a table of small buckets, and a tree for what overflows them.
///
/// Senders choose ids, and a replicated machine has no secret to key a hash with: whoever reads
/// this file can make ids that all fall into one bucket. So the hash is only a shortcut. A
/// bucket takes eight ids and the tree takes the others; whatever ids are sent, an operation
/// looks at one bucket and goes down one tree. The order of neither is ever observable.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    buckets: Vec<Bucket>,
    overflow: BTreeMap<OrderId, Slot>,
    len: usize,
}

/// One cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Bucket([Entry; BUCKET_LEN]);

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u32,
    slot: Slot,
}

const VACANT: Entry = Entry { hash: 0, slot: NONE };

impl Index {
    pub(crate) const fn new() -> Index {
        Index { buckets: Vec::new(), overflow: BTreeMap::new(), len: 0 }
    }

    /// The slot of `id`. `holds` tells whether a slot holds it: ids may share a hash.
    pub(crate) fn find(&self, id: OrderId, holds: impl Fn(Slot) -> bool) -> Option<Slot> {
        let hash = hash(id);
        let Bucket(entries) = self.buckets.get(self.bucket(hash))?;
        let found = entries.iter().find(|e| e.hash == hash && e.slot != NONE && holds(e.slot));
        match found {
            Some(entry) => Some(entry.slot),
            None if self.overflow.is_empty() => None,
            None => self.overflow.get(&id).copied(),
        }
    }

    /// Adds `id`, which is not in the index.
    pub(crate) fn insert(&mut self, id: OrderId, slot: Slot) {
        if self.buckets.len().saturating_mul(BUCKET_LOAD) <= self.len {
            self.grow();
        }
        self.len = self.len.saturating_add(1);
        if !self.settle(Entry { hash: hash(id), slot }) {
            self.overflow.insert(id, slot);
        }
    }

    /// Removes `id`, which is in the index at `slot`.
    pub(crate) fn remove(&mut self, id: OrderId, slot: Slot) {
        self.len = self.len.saturating_sub(1);
        let bucket = self.bucket(hash(id));
        let entries = self.buckets.get_mut(bucket).into_iter().flat_map(|Bucket(all)| all);
        match entries.into_iter().find(|e| e.slot == slot) {
            Some(entry) => *entry = VACANT,
            None => assert_eq!(self.overflow.remove(&id), Some(slot), "every order is indexed"),
        }
    }

    /// Puts `entry` into its bucket if there is room.
    fn settle(&mut self, entry: Entry) -> bool {
        let bucket = self.bucket(entry.hash);
        let Some(Bucket(entries)) = self.buckets.get_mut(bucket) else { return false };
        let vacant = entries.iter_mut().find(|e| e.slot == NONE);
        vacant.map(|place| *place = entry).is_some()
    }

    fn grow(&mut self) {
        let doubled = self.buckets.len().saturating_mul(2).max(1);
        let old = core::mem::replace(
            &mut self.buckets,
            alloc::vec![Bucket([VACANT; BUCKET_LEN]); doubled],
        );
        for entry in old.iter().flat_map(|Bucket(entries)| entries).filter(|e| e.slot != NONE) {
            assert!(self.settle(*entry), "a bucket that is split has room");
        }
        for (id, slot) in core::mem::take(&mut self.overflow) {
            if !self.settle(Entry { hash: hash(id), slot }) {
                self.overflow.insert(id, slot);
            }
        }
    }

    /// The bucket of `hash`: the number of buckets is a power of two.
    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().wrapping_sub(1)
    }
}

/// Spreads ids that are counted: 128 bits of the golden ratio's fraction.
const MASKS: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

/// Mixes all bits of `id`: one half times the other in 128 bits, the product folded.
fn hash(id: OrderId) -> u32 {
    const HALF: u128 = 0xffff_ffff_ffff_ffff;
    let bits = u128::from_be_bytes(*id.as_bytes()) ^ MASKS;
    let product = (bits >> 64).wrapping_mul(bits & HALF);
    let folded = (product ^ (product >> 64)) & HALF;
    u32::try_from(folded >> 32).expect("32 bits are left of 64")
}

#[cfg(test)]
mod tests;
