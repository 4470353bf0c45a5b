//! The queues of a book: the orders at each price, oldest first, and their sums.

use crate::orders::{Kept, Links, Orders};
use crate::orders::{NONE, Slot};
use crate::{LevelChange, PriceLevel, Resting, Side, Ticket};
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId};

/// Where a level lies in [`Queues`].
pub(crate) type LevelSlot = u32;

/// The levels of both sides and the orders in them. How levels stand to each other is the business
/// of the [`Ladder`](crate::ladder::Ladder)s.
///
/// Who changes a level returns what it has become, from what was just computed: to read it back
/// would wait for the writes.
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

    /// Queues without orders, in this store.
    pub(crate) fn over(orders: Orders) -> Queues {
        Queues { orders, ..Queues::new() }
    }

    pub(crate) const fn orders(&self) -> &Orders {
        &self.orders
    }

    #[inline]
    pub(crate) fn find(&self, id: OrderId, ticket: Ticket) -> Option<Slot> {
        self.orders.find(id, ticket)
    }

    /// The level in `slot`, which comes from a ladder or an order.
    #[inline]
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
    #[inline]
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
    #[inline]
    pub(crate) fn close(&mut self, level: LevelSlot) {
        self.level_mut(level).oldest = self.vacant;
        self.vacant = level;
    }

    /// Puts `order` behind the others of `level`. Says where it rests.
    #[inline]
    pub(crate) fn push(&mut self, level: LevelSlot, order: &Resting) -> (Ticket, LevelChange) {
        let slot = self.orders.insert(order, level);
        self.link(level, slot);
        let level = self.level_mut(level);
        let shown = level.shown.checked_add(order.shown).expect(BOUNDED);
        let orders = level.orders.checked_add(1).expect("a book has at most 2^20 orders");
        level.quantity = level.quantity.checked_add(order.quantity).expect(BOUNDED);
        (level.shown, level.orders) = (shown, orders);
        let (side, price) = (order.side, order.price);
        (Ticket(slot), LevelChange { side, price, quantity: shown, orders })
    }

    /// Trades `quantity` of what the order in `slot` shows and returns what is left of it.
    /// An order of which nothing is left is gone; an iceberg of which nothing is shown shows
    /// its next slice, behind the others of its level.
    #[inline]
    pub(crate) fn fill(&mut self, slot: Slot, quantity: u64) -> (u64, LevelChange) {
        let order = self.orders.at_mut(slot);
        order.shown = order.shown.checked_sub(quantity).expect("no more than what is shown");
        order.quantity = order.quantity.checked_sub(quantity).expect("no less than is shown");
        let Kept { level: at, side, price, shown, quantity: left, .. } = *order;
        let (mut gone, mut next) = (0, 0);
        if left == 0 {
            self.unlink(at, slot);
            self.orders.remove(slot);
            gone = 1;
        } else if shown == 0 {
            next = self.turn(at, slot, left);
        }
        let level = self.level_mut(at);
        let shown = level.shown.checked_sub(quantity).expect(SUMMED);
        let shown = shown.checked_add(next).expect(BOUNDED);
        let orders = level.orders.checked_sub(gone).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(quantity).expect(SUMMED);
        (level.shown, level.orders) = (shown, orders);
        (left, LevelChange { side, price, quantity: shown, orders })
    }

    /// Lowers what rests in `slot` to `quantity`, of which no less is shown than can be.
    pub(crate) fn lower(&mut self, slot: Slot, quantity: u64) -> LevelChange {
        let order = self.orders.at_mut(slot);
        let less = order.quantity.checked_sub(quantity).expect("lower than what rests");
        let less_shown = order.shown.saturating_sub(quantity);
        order.quantity = quantity;
        order.shown = order.shown.min(quantity);
        let (at, side) = (order.level, order.side);
        let level = self.level_mut(at);
        level.shown = level.shown.checked_sub(less_shown).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(less).expect(SUMMED);
        level.change(side)
    }

    /// Takes the order in `slot` out, whatever is left of it.
    #[inline]
    pub(crate) fn remove(&mut self, slot: Slot) -> LevelChange {
        let &Kept { level: at, side, price, shown, quantity, .. } = self.orders.at(slot);
        self.unlink(at, slot);
        self.orders.remove(slot);
        let level = self.level_mut(at);
        let left = level.shown.checked_sub(shown).expect(SUMMED);
        let orders = level.orders.checked_sub(1).expect(SUMMED);
        level.quantity = level.quantity.checked_sub(quantity).expect(SUMMED);
        (level.shown, level.orders) = (left, orders);
        LevelChange { side, price, quantity: left, orders }
    }

    /// Shows the next slice of an iceberg and returns how much that is.
    fn turn(&mut self, level: LevelSlot, slot: Slot, left: u64) -> u64 {
        let display = self.orders.display(slot).expect("only an iceberg shows less than it has");
        let shown = display.min(left);
        self.orders.at_mut(slot).shown = shown;
        self.unlink(level, slot);
        self.link(level, slot);
        shown
    }

    #[inline]
    fn link(&mut self, level: LevelSlot, slot: Slot) {
        let older = core::mem::replace(&mut self.level_mut(level).newest, slot);
        *self.orders.links_mut(slot) = Links { older, newer: NONE };
        match older {
            NONE => self.level_mut(level).oldest = slot,
            older => self.orders.links_mut(older).newer = slot,
        }
    }

    /// Joins the neighbours of `slot`, which leaves this queue.
    #[inline]
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
