//! The store of resting orders: one slot each, linked into the queue of its price.

use crate::Resting;
use alloc::vec::Vec;
use gcfn_model::OrderId;
use gcfn_table::{Index, Row};

/// Where an order lies in [`Orders`].
pub(crate) type Slot = u32;

/// The slot that does not exist.
pub(crate) const NONE: Slot = Slot::MAX;

/// Resting orders by slot and by id. Slots are used again, so that a book whose size is steady
/// does not allocate. Which slot an order has depends on history and is never observable.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    slots: Vec<Linked>,
    /// The first vacant slot; the others follow by `newer`.
    vacant: Slot,
    index: Index<OrderId>,
}

/// An order with its neighbours in the queue of its price: one cache line.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Linked {
    pub(crate) order: Resting,
    /// The next older order, or [`NONE`].
    pub(crate) older: Slot,
    /// The next newer order, or [`NONE`].
    pub(crate) newer: Slot,
}

impl Orders {
    pub(crate) const fn new() -> Orders {
        Orders { slots: Vec::new(), vacant: NONE, index: Index::new() }
    }

    pub(crate) const fn len(&self) -> u32 {
        self.index.len()
    }

    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        let row = self.index.find(id, |row| self.at(row.0).order.id == id);
        row.map(|Row(slot)| slot)
    }

    /// The order in `slot`, which comes from [`Orders::find`], a queue or a neighbour.
    pub(crate) fn at(&self, slot: Slot) -> &Linked {
        self.slots.get(slot as usize).expect("slots are never given back to the allocator")
    }

    pub(crate) fn at_mut(&mut self, slot: Slot) -> &mut Linked {
        self.slots.get_mut(slot as usize).expect("slots are never given back to the allocator")
    }

    /// Stores `order`, whose id is not in the store, behind `older` in its queue.
    pub(crate) fn insert(&mut self, order: Resting, older: Slot) -> Slot {
        let linked = Linked { order, older, newer: NONE };
        let slot = match self.vacant {
            NONE => {
                self.slots.push(linked);
                self.index.len()
            }
            vacant => {
                self.vacant = core::mem::replace(self.at_mut(vacant), linked).newer;
                vacant
            }
        };
        self.index.insert(order.id, Row(slot));
        slot
    }

    /// Vacates `slot`, which is in no queue any more.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let vacant = core::mem::replace(&mut self.vacant, slot);
        let linked = self.at_mut(slot);
        linked.newer = vacant;
        let id = linked.order.id;
        self.index.remove(id, Row(slot));
    }
}
