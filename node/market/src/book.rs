//! The book: admission, matching, cancellation, and what can be seen.

use crate::ladder::Ladder;
use crate::orders::Orders;
use crate::{
    BookTerms, Fill, Order, Placed, PriceLevel, Refusal, Resting, SelfTrade, Side, TimeInForce,
};
use alloc::vec::Vec;
use gcfn_model::{Amount, OrderId, PartyId};
use serde::{Deserialize, Serialize};

/// The order book of one series.
///
/// - Never crossed: the best bid is below the best ask after every call.
/// - Trades at the best price first, and at one price with the oldest order first.
/// - Serializes as its terms, its sequence and its orders in priority order, so two books with
///   the same orders have the same bytes and behave alike, whatever their past.
#[derive(Clone, Debug)]
pub struct Book {
    terms: BookTerms,
    sequence: u64,
    bids: Ladder,
    asks: Ladder,
    orders: Orders,
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

impl Book {
    /// An empty book.
    #[must_use]
    pub const fn new(terms: BookTerms) -> Book {
        Book {
            terms,
            sequence: 0,
            bids: Ladder::new(Side::Buy),
            asks: Ladder::new(Side::Sell),
            orders: Orders::new(),
        }
    }

    /// The book that had seen `sequence` changes and in which `orders` rested.
    ///
    /// # Errors
    /// The [`Refusal`] of the first order that this book would not rest.
    pub(crate) fn restore(
        terms: BookTerms,
        sequence: u64,
        orders: &[Resting],
    ) -> Result<Book, Refusal> {
        let mut book = Book { sequence, ..Book::new(terms) };
        for &resting in orders {
            book.admit(&resting.order())?;
            let (ladder, orders) = book.side_mut(resting.side);
            ladder.push(orders, resting);
        }
        Ok(book)
    }

    /// Matches `order`, appends its fills to `fills` in the order of execution, and rests or
    /// cancels what is left.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies; book and `fills` are then unchanged.
    pub fn place(&mut self, order: Order, fills: &mut Vec<Fill>) -> Result<Placed, Refusal> {
        self.admit(&order)?;

        let mut placed = self.execute(&order, fills);
        let left = order.quantity.checked_sub(placed.filled).expect("fills are parts of the order");
        if order.time_in_force.may_rest() && placed.stopped_by.is_none() {
            placed.resting = left;
        } else {
            placed.cancelled = left;
        }
        if 0 < placed.resting {
            let (ladder, orders) = self.side_mut(order.side);
            ladder.push(orders, order.rest(left));
        }
        if placed.cancelled < order.quantity || !placed.withdrawn.is_empty() {
            self.advance();
        }
        Ok(placed)
    }

    /// Takes an order out of the book and returns what rested.
    pub fn cancel(&mut self, id: OrderId) -> Option<Resting> {
        let order = self.remove(id)?;
        self.advance();
        Some(order)
    }

    /// Takes every order of `owner` out of the book and returns them in priority order, bids
    /// first.
    pub fn cancel_owner(&mut self, owner: PartyId) -> Vec<Resting> {
        let theirs: Vec<Resting> = self.orders_of(owner).copied().collect();
        self.remove_all(&theirs);
        theirs
    }

    /// Takes every order out of the book and returns them in priority order, bids first.
    pub fn cancel_all(&mut self) -> Vec<Resting> {
        let all: Vec<Resting> = self.orders().copied().collect();
        self.remove_all(&all);
        all
    }

    /// Lowers what rests of an order to `quantity`; it keeps its place in the queue. Returns
    /// by how much.
    ///
    /// # Errors
    /// [`Refusal::QuantityZero`], [`Refusal::OffLot`], [`Refusal::UnknownOrder`] or
    /// [`Refusal::NotReduced`].
    pub fn reduce(&mut self, id: OrderId, quantity: u64) -> Result<u64, Refusal> {
        self.terms.admit_quantity(quantity)?;
        let slot = self.orders.find(id).ok_or(Refusal::UnknownOrder)?;
        let order = self.orders.at(slot).order;
        let less = order.quantity.checked_sub(quantity).filter(|&less| 0 < less);
        let less = less.ok_or(Refusal::NotReduced)?;

        let (ladder, orders) = self.side_mut(order.side);
        ladder.take(orders, slot, less);
        self.advance();
        Ok(less)
    }

    /// The rules of the book.
    #[must_use]
    pub const fn terms(&self) -> &BookTerms {
        &self.terms
    }

    /// How many changes the book has seen: one more after every call that changed it. Who
    /// follows the changes from a [`Depth`] on and sees no number missing has missed nothing.
    #[must_use]
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The order with this id, if it rests.
    #[must_use]
    pub fn order(&self, id: OrderId) -> Option<&Resting> {
        self.orders.find(id).map(|slot| &self.orders.at(slot).order)
    }

    /// All orders in priority order, bids first.
    pub fn orders(&self) -> impl Iterator<Item = &Resting> {
        self.bids.queue(&self.orders).chain(self.asks.queue(&self.orders))
    }

    /// The orders of `owner` in priority order, bids first. Looks at every order of the book.
    pub fn orders_of(&self, owner: PartyId) -> impl Iterator<Item = &Resting> {
        self.orders().filter(move |order| order.owner == owner)
    }

    /// How many orders rest.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.orders.len()
    }

    /// Whether no order rests.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.orders.len() == 0
    }

    /// The highest price that a buyer offers.
    #[must_use]
    pub fn best_bid(&self) -> Option<Amount> {
        self.bids.best(&self.orders)
    }

    /// The lowest price that a seller asks.
    #[must_use]
    pub fn best_ask(&self) -> Option<Amount> {
        self.asks.best(&self.orders)
    }

    /// The best `levels` of both sides.
    #[must_use]
    pub fn depth(&self, levels: usize) -> Depth {
        Depth {
            sequence: self.sequence,
            bids: self.bids.levels(&self.orders).take(levels).collect(),
            asks: self.asks.levels(&self.orders).take(levels).collect(),
        }
    }

    /// Whether `order` may be placed; checks in the order of [`Refusal`].
    fn admit(&self, order: &Order) -> Result<(), Refusal> {
        self.terms.admit(order.price, order.quantity)?;
        if self.orders.find(order.id).is_some() {
            return Err(Refusal::DuplicateId);
        }
        let orders_max = self.terms.orders_max.min(BookTerms::ORDERS_MAX);
        if order.time_in_force.may_rest() && orders_max <= self.orders.len() {
            return Err(Refusal::BookFull);
        }
        match order.time_in_force {
            TimeInForce::PostOnly if self.crosses(order) => Err(Refusal::WouldCross),
            TimeInForce::FillOrKill if !self.fills_whole(order) => Err(Refusal::NotFillable),
            _ => Ok(()),
        }
    }

    /// Whether `order` meets an order of the other side.
    fn crosses(&self, order: &Order) -> bool {
        self.side(order.side.opposite()).next(order.price).is_some()
    }

    /// Whether matching would fill `order` to its last coupon.
    fn fills_whole(&self, order: &Order) -> bool {
        let makers = self.side(order.side.opposite()).queue(&self.orders);
        let mut left = order.quantity;
        for maker in makers.take_while(|maker| order.accepts(maker.price)) {
            if maker.owner != order.owner {
                left = left.saturating_sub(maker.quantity);
            } else if self.terms.self_trade == SelfTrade::CancelIncoming {
                return false;
            }
            if left == 0 {
                return true;
            }
        }
        false
    }

    /// Matches `order` against the other side until it is filled, the other side has nothing
    /// at its price, or it meets an order of its own owner that it must not pass.
    fn execute(&mut self, order: &Order, fills: &mut Vec<Fill>) -> Placed {
        let mut placed = Placed::default();
        let self_trade = self.terms.self_trade;
        let (ladder, orders) = self.side_mut(order.side.opposite());
        let mut left = order.quantity;
        while 0 < left
            && let Some(slot) = ladder.next(order.price)
        {
            let maker = orders.at(slot).order;
            if maker.owner == order.owner {
                if self_trade == SelfTrade::CancelIncoming {
                    placed.stopped_by = Some(maker.id);
                    break;
                }
                ladder.take(orders, slot, maker.quantity);
                placed.withdrawn.push(maker);
                continue;
            }
            let quantity = left.min(maker.quantity);
            ladder.take(orders, slot, quantity);
            left = left.saturating_sub(quantity);
            fills.push(Fill {
                maker: maker.id,
                maker_owner: maker.owner,
                taker: order.id,
                price: maker.price,
                quantity,
                maker_remaining: maker.quantity.saturating_sub(quantity),
            });
        }
        placed.filled = order.quantity.saturating_sub(left);
        placed
    }

    /// Takes `resting` out of the book, as one change.
    fn remove_all(&mut self, resting: &[Resting]) {
        for order in resting {
            self.remove(order.id).expect("the order rests");
        }
        if !resting.is_empty() {
            self.advance();
        }
    }

    fn remove(&mut self, id: OrderId) -> Option<Resting> {
        let slot = self.orders.find(id)?;
        let order = self.orders.at(slot).order;
        let (ladder, orders) = self.side_mut(order.side);
        ladder.take(orders, slot, order.quantity);
        Some(order)
    }

    const fn side(&self, side: Side) -> &Ladder {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    const fn side_mut(&mut self, side: Side) -> (&mut Ladder, &mut Orders) {
        match side {
            Side::Buy => (&mut self.bids, &mut self.orders),
            Side::Sell => (&mut self.asks, &mut self.orders),
        }
    }

    fn advance(&mut self) {
        self.sequence = self.sequence.checked_add(1).expect("fewer than 2^64 changes");
    }
}
