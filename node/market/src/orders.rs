//! The store of resting orders: one slot each, and the neighbours of each in its queue.

use crate::queues::LevelSlot;
use crate::{Resting, Side};
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId, PartyId};
use gcfn_table::{Index, Row};

/// Where an order lies in [`Orders`].
pub(crate) type Slot = u32;

/// The slot that does not exist.
pub(crate) const NONE: Slot = Slot::MAX;

/// Resting orders by slot and by id. Slots are used again, so that a book whose size is steady
/// does not allocate. Which slot an order has depends on history and is never observable.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    slots: Vec<Kept>,
    /// The neighbours of each slot. Apart from the orders, because who leaves a queue changes
    /// only these of the two beside it: eight bytes each stay in the cache where lines do not.
    links: Vec<Links>,
    /// The display of each slot that holds an iceberg, as far as there was ever one.
    displays: Vec<u64>,
    /// The first vacant slot; the others follow by [`Links::newer`].
    vacant: Slot,
    index: Index<OrderId>,
}

/// An order as it is kept: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Kept {
    pub(crate) id: OrderId,
    pub(crate) owner: PartyId,
    pub(crate) price: Amount,
    pub(crate) quantity: u64,
    pub(crate) shown: u64,
    pub(crate) level: LevelSlot,
    pub(crate) side: Side,
    iceberg: bool,
}

/// The neighbours of an order in its queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Links {
    /// The next older order, or [`NONE`].
    pub(crate) older: Slot,
    /// The next newer order, or [`NONE`].
    pub(crate) newer: Slot,
}

const IN_RANGE: &str = "slots are never given back to the allocator";

impl Orders {
    pub(crate) const fn new() -> Orders {
        Orders {
            slots: Vec::new(),
            links: Vec::new(),
            displays: Vec::new(),
            vacant: NONE,
            index: Index::new(),
        }
    }

    pub(crate) const fn len(&self) -> u32 {
        self.index.len()
    }

    #[inline]
    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        self.index.find(id, |row| self.at(row.0).id == id).map(|Row(slot)| slot)
    }

    /// The order in `slot`, which comes from [`Orders::find`], a queue or a neighbour.
    #[inline]
    pub(crate) fn at(&self, slot: Slot) -> &Kept {
        self.slots.get(slot as usize).expect(IN_RANGE)
    }

    #[inline]
    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Kept {
        self.slots.get_mut(slot as usize).expect(IN_RANGE)
    }

    #[inline]
    pub(crate) fn links(&self, slot: Slot) -> Links {
        *self.links.get(slot as usize).expect(IN_RANGE)
    }

    #[inline]
    pub(crate) fn links_mut(&mut self, slot: Slot) -> &mut Links {
        self.links.get_mut(slot as usize).expect(IN_RANGE)
    }

    /// How much of the order in `slot` is shown at a time, if it is an iceberg.
    pub(crate) fn display(&self, slot: Slot) -> Option<u64> {
        let iceberg = self.at(slot).iceberg;
        iceberg.then(|| *self.displays.get(slot as usize).expect("an iceberg has a display"))
    }

    /// The order in `slot`, as it is seen.
    #[inline]
    pub(crate) fn resting(&self, slot: Slot) -> Resting {
        let Kept { id, owner, side, price, quantity, shown, .. } = *self.at(slot);
        Resting { id, owner, side, quantity, price, display: self.display(slot), shown }
    }

    /// Stores `order`, whose id is not in the store. It is in no queue yet.
    #[inline]
    pub(crate) fn insert(&mut self, order: &Resting, level: LevelSlot) -> Slot {
        let Resting { id, owner, side, quantity, price, display, shown } = *order;
        let iceberg = display.is_some();
        let kept = Kept { id, owner, price, quantity, shown, level, side, iceberg };
        let slot = match self.vacant {
            NONE => {
                self.slots.push(kept);
                self.links.push(Links { older: NONE, newer: NONE });
                self.index.len()
            }
            vacant => {
                self.vacant = self.links(vacant).newer;
                *self.at_mut(vacant) = kept;
                vacant
            }
        };
        if let Some(display) = display {
            self.keep_display(slot, display);
        }
        self.index.insert(id, Row(slot));
        slot
    }

    /// Vacates `slot`, which is in no queue any more.
    #[inline]
    pub(crate) fn remove(&mut self, slot: Slot) {
        self.links_mut(slot).newer = self.vacant;
        self.vacant = slot;
        let id = self.at(slot).id;
        self.index.remove(id, Row(slot));
    }

    fn keep_display(&mut self, slot: Slot, display: u64) {
        if self.displays.len() <= slot as usize {
            self.displays.resize(self.slots.len(), 0);
        }
        *self.displays.get_mut(slot as usize).expect("as many as slots") = display;
    }
}
