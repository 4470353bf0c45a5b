//! The book: what rests in it, how orders leave it, and what can be seen.

use crate::ladder::Ladder;
use crate::orders::{Orders, Slot};
use crate::queues::{LevelSlot, Queues};
use crate::{BookTerms, LevelChange, Phase, Refusal, Resting, Side, Tape, Ticket};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId, PartyId};
use serde::{Deserialize, Serialize};

/// The order book of one series.
///
/// - In [`Phase::Continuous`] it is never crossed: the best bid is below the best ask.
/// - Trades at the best price first, and at one price with the oldest order first. An order
///   keeps its place while its quantity only falls; an iceberg goes to the back of its queue
///   with every slice that it shows.
/// - Every call that changes it writes on a [`Tape`] what has become of the levels it touched.
/// - Serializes as its terms, its sequence, its phase, its orders in priority order and the slots
///   that they and the orders to come are in: a book that is read back goes on as this one does,
///   tickets included.
#[derive(Clone, Debug)]
pub struct Book {
    pub(crate) terms: BookTerms,
    sequence: u64,
    pub(crate) phase: Phase,
    /// By [`Side`]: bids, asks.
    ladders: [Ladder; 2],
    pub(crate) queues: Queues,
}

/// The best levels of both sides, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Depth {
    /// The state of the book that this shows.
    pub sequence: u64,
    /// From the highest price down.
    pub bids: Vec<PriceLevel>,
    /// From the lowest price up.
    pub asks: Vec<PriceLevel>,
}

/// What can be seen at one price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceLevel {
    /// The price.
    pub price: Amount,
    /// The sum of what is shown, in coupons.
    pub quantity: u64,
    /// How many orders rest.
    pub orders: u32,
}

impl Book {
    /// An empty book.
    #[must_use]
    pub const fn new(terms: BookTerms) -> Book {
        Book {
            terms,
            sequence: 0,
            phase: Phase::Continuous,
            ladders: [Ladder::new(Side::Buy), Ladder::new(Side::Sell)],
            queues: Queues::new(),
        }
    }

    /// The book that had seen `sequence` changes and in which `orders` rested, in the first slots
    /// of `store`.
    ///
    /// # Errors
    /// The [`Refusal`] of the first order that this book would not rest, or
    /// [`Refusal::Crossed`].
    pub(crate) fn restore(
        terms: BookTerms,
        (sequence, phase): (u64, Phase),
        orders: &[Resting],
        store: Orders,
    ) -> Result<Book, Refusal> {
        let (queues, mut tape) = (Queues::over(store), Tape::new());
        let mut book = Book { sequence, queues, ..Book::new(terms) };
        let mut ids = BTreeSet::new();
        for resting in orders {
            book.admit_resting(resting)?;
            if !ids.insert(resting.id) {
                return Err(Refusal::DuplicateId);
            }
            book.rest(resting, &mut tape);
        }
        book.admit_phase(phase)?;
        book.phase = phase;
        Ok(book)
    }

    /// Takes an order out of the book and returns what rested.
    pub fn cancel(&mut self, id: OrderId, ticket: Ticket, tape: &mut Tape) -> Option<Resting> {
        let slot = self.queues.find(id, ticket)?;
        tape.begin();
        let order = self.withdraw(slot, tape);
        self.advance();
        Some(order)
    }

    /// Takes every order of `owner` out of the book and returns them in priority order, bids
    /// first. Looks at every order of the book.
    pub fn cancel_owner(&mut self, owner: PartyId, tape: &mut Tape) -> Vec<Resting> {
        let theirs = |slot: &Slot| self.queues.orders().at(*slot).owner == owner;
        let slots: Vec<Slot> = self.slots().filter(theirs).collect();
        self.withdraw_all(&slots, tape)
    }

    /// Takes every order out of the book and returns them in priority order, bids first.
    pub fn cancel_all(&mut self, tape: &mut Tape) -> Vec<Resting> {
        let slots: Vec<Slot> = self.slots().collect();
        self.withdraw_all(&slots, tape)
    }

    /// Lowers what rests of an order to `quantity`; it keeps its place in the queue. An iceberg
    /// gives first what it does not show. Returns by how much.
    ///
    /// # Errors
    /// [`Refusal::QuantityZero`], [`Refusal::OffLot`], [`Refusal::UnknownOrder`] or
    /// [`Refusal::NotReduced`].
    pub fn reduce(
        &mut self,
        (id, ticket): (OrderId, Ticket),
        quantity: u64,
        tape: &mut Tape,
    ) -> Result<u64, Refusal> {
        self.terms.admit_quantity(quantity)?;
        let slot = self.queues.find(id, ticket).ok_or(Refusal::UnknownOrder)?;
        let rested = self.queues.orders().at(slot).quantity;
        let less = rested.checked_sub(quantity).filter(|&less| 0 < less);
        let less = less.ok_or(Refusal::NotReduced)?;

        tape.begin();
        self.lower(slot, quantity, tape);
        self.advance();
        Ok(less)
    }

    /// Turns the book to `phase`. That is a change of no level: who follows the book is told its
    /// sequence with nothing to apply.
    ///
    /// # Errors
    /// [`Refusal::Crossed`] when it is crossed and `phase` is [`Phase::Continuous`].
    pub fn set_phase(&mut self, phase: Phase) -> Result<(), Refusal> {
        self.admit_phase(phase)?;
        if self.phase != phase {
            self.phase = phase;
            self.advance();
        }
        Ok(())
    }

    /// The rules of the book.
    #[must_use]
    pub const fn terms(&self) -> &BookTerms {
        &self.terms
    }

    /// What the book does with the orders that come.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// How many changes the book has seen: one more after every call that changed it. Who
    /// follows the changes from a [`Depth`] on and sees no number missing has missed nothing.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The order with this id and ticket, if it rests.
    #[must_use]
    pub fn order(&self, id: OrderId, ticket: Ticket) -> Option<Resting> {
        self.queues.find(id, ticket).map(|slot| self.queues.orders().resting(slot))
    }

    /// The slots of all orders in priority order, bids first, and then those that are vacant in
    /// the order in which they will be used.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = Ticket> + use<'_> {
        self.slots().map(Ticket).chain(self.queues.orders().vacant())
    }

    /// All orders in priority order, bids first.
    pub fn orders(&self) -> impl Iterator<Item = Resting> + use<'_> {
        self.slots().map(|slot| self.queues.orders().resting(slot))
    }

    /// The orders of `owner` in priority order, bids first. Looks at every order of the book.
    pub fn orders_of(&self, owner: PartyId) -> impl Iterator<Item = Resting> + use<'_> {
        self.orders().filter(move |order| order.owner == owner)
    }

    /// How many orders rest.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.queues.orders().len()
    }

    /// Whether no order rests.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The highest price that a buyer offers.
    #[must_use]
    pub fn best_bid(&self) -> Option<Amount> {
        self.ladder(Side::Buy).best().map(|level| self.queues.level(level).price)
    }

    /// The lowest price that a seller asks.
    #[must_use]
    pub fn best_ask(&self) -> Option<Amount> {
        self.ladder(Side::Sell).best().map(|level| self.queues.level(level).price)
    }

    /// Whether a buyer offers what a seller asks, or more.
    #[must_use]
    pub fn is_crossed(&self) -> bool {
        self.best_bid().zip(self.best_ask()).is_some_and(|(bid, ask)| ask <= bid)
    }

    /// The best `levels` of both sides, as they are shown.
    #[must_use]
    pub fn depth(&self, levels: usize) -> Depth {
        let seen = |level: LevelSlot| self.queues.level(level).seen();
        Depth {
            sequence: self.sequence,
            bids: self.ladder(Side::Buy).levels().take(levels).map(seen).collect(),
            asks: self.ladder(Side::Sell).levels().take(levels).map(seen).collect(),
        }
    }

    fn admit_phase(&self, phase: Phase) -> Result<(), Refusal> {
        if phase == Phase::Continuous && self.is_crossed() { Err(Refusal::Crossed) } else { Ok(()) }
    }

    fn slots(&self) -> impl Iterator<Item = Slot> + use<'_> {
        let levels = self.ladders.iter().flat_map(Ladder::levels);
        levels.flat_map(|level| self.queues.queue(level))
    }

    #[inline]
    pub(crate) fn ladder(&self, side: Side) -> &Ladder {
        self.ladders.get(side as usize).expect("one for each side")
    }

    fn ladder_mut(&mut self, side: Side) -> &mut Ladder {
        self.ladders.get_mut(side as usize).expect("one for each side")
    }

    /// Puts `order` behind the others at its price. Says where it rests.
    pub(crate) fn rest(&mut self, order: &Resting, tape: &mut Tape) -> Ticket {
        let level = match self.ladder(order.side).find(order.price) {
            Ok(level) => level,
            Err(index) => {
                let level = self.queues.open(order.price);
                self.ladder_mut(order.side).insert(index, order.price, level);
                level
            }
        };
        let (ticket, change) = self.queues.push(level, order);
        tape.show(change);
        ticket
    }

    /// Trades `quantity` of the order in `slot`, no more than it shows, and returns what is
    /// left of it.
    #[inline]
    pub(crate) fn fill(&mut self, slot: Slot, quantity: u64, tape: &mut Tape) -> u64 {
        let level = self.queues.orders().at(slot).level;
        let (left, change) = self.queues.fill(slot, quantity);
        self.show(level, change, tape);
        left
    }

    /// Lowers what rests in `slot` to `quantity`.
    pub(crate) fn lower(&mut self, slot: Slot, quantity: u64, tape: &mut Tape) {
        let change = self.queues.lower(slot, quantity);
        tape.show(change);
    }

    /// Takes the order in `slot` out of the book.
    #[inline]
    pub(crate) fn withdraw(&mut self, slot: Slot, tape: &mut Tape) -> Resting {
        let level = self.queues.orders().at(slot).level;
        let order = self.queues.orders().resting(slot);
        let change = self.queues.remove(slot);
        self.show(level, change, tape);
        order
    }

    /// Takes the orders in `slots` out of the book, as one change.
    fn withdraw_all(&mut self, slots: &[Slot], tape: &mut Tape) -> Vec<Resting> {
        tape.begin();
        let withdrawn = slots.iter().map(|&slot| self.withdraw(slot, tape)).collect();
        if !slots.is_empty() {
            self.advance();
        }
        withdrawn
    }

    /// Writes down what a level has become from which something was taken, and drops it if it
    /// is empty.
    #[inline]
    fn show(&mut self, level: LevelSlot, change: LevelChange, tape: &mut Tape) {
        tape.show(change);
        if change.orders == 0 {
            self.ladder_mut(change.side).remove(change.price);
            self.queues.close(level);
        }
    }

    /// What the level at `price` is now.
    pub(crate) fn level_now(&self, side: Side, price: Amount) -> LevelChange {
        match self.ladder(side).find(price) {
            Ok(level) => self.queues.level(level).change(side),
            Err(_) => LevelChange { side, price, quantity: 0, orders: 0 },
        }
    }

    pub(crate) fn advance(&mut self) {
        self.sequence = self.sequence.checked_add(1).expect("fewer than 2^64 changes");
    }
}
