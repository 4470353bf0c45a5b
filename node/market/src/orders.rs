//! The store of resting orders: one slot each, and the neighbours of each in its queue.

use crate::queues::LevelSlot;
use crate::{Resting, Side, Ticket};
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId, PartyId};

/// Where an order lies in [`Orders`].
pub(crate) type Slot = u32;

/// The slot that does not exist.
pub(crate) const NONE: Slot = Slot::MAX;

/// Resting orders by slot. Slots are used again, the latest first, so that a book whose size is
/// steady does not allocate. Which slot an order has is known outside, as its [`Ticket`]: it is
/// part of the state, and so is which one comes next.
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
    len: u32,
}

/// An order as it is kept: one cache line. A slot is vacant when nothing is left of the order.
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

impl Kept {
    /// What is in a slot that was never used.
    const NONE: Kept = Kept {
        id: OrderId::from_bytes([0; 16]),
        owner: PartyId::from_bytes([0; 16]),
        price: Amount::ZERO,
        quantity: 0,
        shown: 0,
        level: LevelSlot::MAX,
        side: Side::Buy,
        iceberg: false,
    };
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
        Orders { slots: Vec::new(), links: Vec::new(), displays: Vec::new(), vacant: NONE, len: 0 }
    }

    /// A store without orders, whose slots will be used in this order; `None` if these are not
    /// all slots of a store, each once.
    pub(crate) fn to_be_used(next: &[Ticket]) -> Option<Orders> {
        let mut orders = Orders::new();
        orders.slots.resize(next.len(), Kept::NONE);
        orders.links.resize(next.len(), Links { older: NONE, newer: NONE });
        for &Ticket(slot) in next.iter().rev() {
            // A slot that is on the list already has been marked by itself as its neighbour.
            let links = orders.links.get_mut(slot as usize).filter(|links| links.older == NONE)?;
            *links = Links { older: slot, newer: orders.vacant };
            orders.vacant = slot;
        }
        Some(orders)
    }

    /// The vacant slots, in the order in which they will be used.
    pub(crate) fn vacant(&self) -> impl Iterator<Item = Ticket> + use<'_> {
        let some = |slot: Slot| (slot != NONE).then_some(slot);
        let next = move |&slot: &Slot| some(self.links(slot).newer);
        core::iter::successors(some(self.vacant), next).map(Ticket)
    }

    pub(crate) const fn len(&self) -> u32 {
        self.len
    }

    /// The slot that the order `id` rests in, if it is the one of its ticket.
    #[inline]
    pub(crate) fn find(&self, id: OrderId, Ticket(slot): Ticket) -> Option<Slot> {
        let kept = self.slots.get(slot as usize)?;
        (kept.id == id && kept.quantity != 0).then_some(slot)
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

    /// Stores `order`. It is in no queue yet.
    #[inline]
    pub(crate) fn insert(&mut self, order: &Resting, level: LevelSlot) -> Slot {
        let Resting { id, owner, side, quantity, price, display, shown } = *order;
        let iceberg = display.is_some();
        let kept = Kept { id, owner, price, quantity, shown, level, side, iceberg };
        let slot = match self.vacant {
            NONE => {
                self.slots.push(kept);
                self.links.push(Links { older: NONE, newer: NONE });
                self.len
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
        self.len = self.len.checked_add(1).expect("a book has at most 2^20 orders");
        slot
    }

    /// Vacates `slot`, which is in no queue any more.
    #[inline]
    pub(crate) fn remove(&mut self, slot: Slot) {
        self.links_mut(slot).newer = self.vacant;
        self.vacant = slot;
        self.at_mut(slot).quantity = 0;
        self.len = self.len.checked_sub(1).expect("the order was counted");
    }

    fn keep_display(&mut self, slot: Slot, display: u64) {
        if self.displays.len() <= slot as usize {
            self.displays.resize(self.slots.len(), 0);
        }
        *self.displays.get_mut(slot as usize).expect("as many as slots") = display;
    }
}
