//! The queues of a book: the orders at each price, oldest first, and their sums.

use crate::index::{NONE, Slot};
use crate::orders::{Links, Orders};
use crate::{LevelChange, PriceLevel, Resting, Side};
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId};

/// Where a level lies in [`Queues`].
pub(crate) type LevelSlot = u32;

/// The levels of both sides and the orders in them. Which side a level is on, and how it stands
/// to others, is the business of the [`Ladder`](crate::ladder::Ladder)s.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    levels: Vec<Level>,
    /// The first vacant level; the others follow by [`Level::oldest`].
    vacant: LevelSlot,
    orders: Orders,
}

/// The queue at one price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Level {
    pub(crate) price: Amount,
    /// The sum of what is shown.
    pub(crate) shown: u64,
    /// The sum of what rests, shown or not.
    pub(crate) quantity: u64,
    /// How many orders rest.
    pub(crate) orders: u32,
    pub(crate) oldest: Slot,
    newest: Slot,
}

const SUMMED: &str = "a level is the sum of its orders";
const BOUNDED: &str = "2^20 orders of 10^12 coupons fit";

impl Queues {
    pub(crate) const fn new() -> Queues {
        Queues { levels: Vec::new(), vacant: NONE, orders: Orders::new() }
    }

    pub(crate) const fn orders(&self) -> &Orders {
        &self.orders
    }

    pub(crate) fn find(&self, id: OrderId) -> Option<Slot> {
        self.orders.find(id)
    }

    /// The level in `slot`, which comes from a ladder or an order.
    pub(crate) fn level(&self, slot: LevelSlot) -> &Level {
        self.levels.get(slot as usize).expect("levels are never given back to the allocator")
    }

    fn level_mut(&mut self, slot: LevelSlot) -> &mut Level {
        self.levels.get_mut(slot as usize).expect("levels are never given back to the allocator")
    }

    /// The slots of a queue, oldest first.
    pub(crate) fn queue(&self, level: LevelSlot) -> impl Iterator<Item = Slot> + use<'_> {
        let some = |slot: Slot| (slot != NONE).then_some(slot);
        let newer = move |&slot: &Slot| some(self.orders.links(slot).newer);
        core::iter::successors(some(self.level(level).oldest), newer)
    }

    /// A level without orders.
    pub(crate) fn open(&mut self, price: Amount) -> LevelSlot {
        let empty = Level { price, shown: 0, quantity: 0, orders: 0, oldest: NONE, newest: NONE };
        match self.vacant {
            NONE => {
                self.levels.push(empty);
                let last = self.levels.len().saturating_sub(1);
                LevelSlot::try_from(last).expect("no more levels than orders")
            }
            vacant => {
                self.vacant = core::mem::replace(self.level_mut(vacant), empty).oldest;
                vacant
            }
        }
    }

    /// Vacates a level without orders.
    pub(crate) fn close(&mut self, level: LevelSlot) {
        self.level_mut(level).oldest = self.vacant;
        self.vacant = level;
    }

    /// Puts `order` behind the others of `level`.
    pub(crate) fn push(&mut self, level: LevelSlot, order: &Resting) {
        let slot = self.orders.insert(order, level);
        self.link(level, slot);
        let level = self.level_mut(level);
        level.shown = level.shown.checked_add(order.shown).expect(BOUNDED);
        level.quantity = level.quantity.checked_add(order.quantity).expect(BOUNDED);
        level.orders = level.orders.checked_add(1).expect("a book has at most 2^20 orders");
    }

    /// Trades `quantity` of what the order in `slot` shows and returns what is left of it.
    /// An order of which nothing is left is gone; an iceberg of which nothing is shown shows
    /// its next slice, behind the others of its level.
    pub(crate) fn fill(&mut self, slot: Slot, quantity: u64) -> u64 {
        let order = self.orders.at_mut(slot);
        order.shown = order.shown.checked_sub(quantity).expect("no more than what is shown");
        order.quantity = order.quantity.checked_sub(quantity).expect("no less than is shown");
        let (at, shown, left) = (order.level, order.shown, order.quantity);
        let level = self.level_mut(at);
        level.shown = level.shown.checked_sub(quantity).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(quantity).expect(SUMMED);
        if left == 0 {
            self.unlink(at, slot);
            self.forget(at, slot);
        } else if shown == 0 {
            self.turn(at, slot, left);
        }
        left
    }

    /// Lowers what rests in `slot` to `quantity`, of which no less is shown than can be.
    pub(crate) fn lower(&mut self, slot: Slot, quantity: u64) {
        let order = self.orders.at_mut(slot);
        let less = order.quantity.checked_sub(quantity).expect("lower than what rests");
        let less_shown = order.shown.saturating_sub(quantity);
        order.quantity = quantity;
        order.shown = order.shown.min(quantity);
        let at = order.level;
        let level = self.level_mut(at);
        level.shown = level.shown.checked_sub(less_shown).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(less).expect(SUMMED);
    }

    /// Takes the order in `slot` out, whatever is left of it.
    pub(crate) fn remove(&mut self, slot: Slot) {
        let order = self.orders.at(slot);
        let (at, shown, quantity) = (order.level, order.shown, order.quantity);
        let level = self.level_mut(at);
        level.shown = level.shown.checked_sub(shown).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(quantity).expect(SUMMED);
        self.unlink(at, slot);
        self.forget(at, slot);
    }

    /// Shows the next slice of an iceberg.
    fn turn(&mut self, level: LevelSlot, slot: Slot, left: u64) {
        let display = self.orders.display(slot).expect("only an iceberg shows less than it has");
        let shown = display.min(left);
        self.orders.at_mut(slot).shown = shown;
        self.unlink(level, slot);
        self.link(level, slot);
        let level = self.level_mut(level);
        level.shown = level.shown.checked_add(shown).expect(BOUNDED);
    }

    /// Drops an order that has left its queue.
    fn forget(&mut self, level: LevelSlot, slot: Slot) {
        self.orders.remove(slot);
        let level = self.level_mut(level);
        level.orders = level.orders.checked_sub(1).expect("the order was counted");
    }

    fn link(&mut self, level: LevelSlot, slot: Slot) {
        let older = core::mem::replace(&mut self.level_mut(level).newest, slot);
        *self.orders.links_mut(slot) = Links { older, newer: NONE };
        match older {
            NONE => self.level_mut(level).oldest = slot,
            older => self.orders.links_mut(older).newer = slot,
        }
    }

    /// Joins the neighbours of `slot`, which leaves this queue.
    fn unlink(&mut self, level: LevelSlot, slot: Slot) {
        let Links { older, newer } = self.orders.links(slot);
        match older {
            NONE => self.level_mut(level).oldest = newer,
            older => self.orders.links_mut(older).newer = newer,
        }
        match newer {
            NONE => self.level_mut(level).newest = older,
            newer => self.orders.links_mut(newer).older = older,
        }
    }
}

impl Level {
    /// What can be seen of it.
    pub(crate) const fn seen(&self) -> PriceLevel {
        PriceLevel { price: self.price, quantity: self.shown, orders: self.orders }
    }

    /// The same, as what it has become.
    pub(crate) const fn change(&self, side: Side) -> LevelChange {
        LevelChange { side, price: self.price, quantity: self.shown, orders: self.orders }
    }
}
