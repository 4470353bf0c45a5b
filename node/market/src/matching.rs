//! Orders that come: whether they are taken, what they trade with, and what is left of them.

use crate::orders::Slot;
use crate::{
    Band, Book, BookTerms, Fill, Order, Phase, Placed, Refusal, Resting, SelfTrade, Tape, Ticket,
    TimeInForce,
};
use gcfn_model::{Amount, OrderId};

impl Book {
    /// Matches `order`, writes its fills on `tape` in the order of execution, and rests or
    /// cancels what is left. In an auction it rests without matching, even as post-only.
    ///
    /// Nothing executes outside `band`. If an order of another owner is there that this one
    /// accepts, the book turns to [`Phase::Auction`], and what is left of this order rests in
    /// it, if it may. A fill-or-kill order that needs such an order is refused instead.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies; book and tape are then unchanged.
    pub fn place(&mut self, order: Order, band: Band, tape: &mut Tape) -> Result<Placed, Refusal> {
        self.admit(&order, band)?;
        tape.begin();
        let mut placed = self.execute(&order, band, tape);
        self.rest_or_cancel(&order, &mut placed, tape);
        self.advance_if_changed(&placed, tape);
        Ok(placed)
    }

    /// Gives the order `id` another price and lets it rest with `quantity`.
    ///
    /// At the same price and with no higher quantity it keeps its place, as if
    /// [reduced](Book::reduce), in a halted book too. Otherwise it is a new arrival under the same id: it may trade
    /// at once, even if it was post-only, and what is left goes to the back of its queue. An
    /// iceberg keeps its display and shows a fresh slice.
    ///
    /// # Errors
    /// The first [`Refusal`] that applies; book and tape are then unchanged.
    pub fn amend(
        &mut self,
        (id, ticket): (OrderId, Ticket),
        (price, quantity): (Amount, u64),
        band: Band,
        tape: &mut Tape,
    ) -> Result<Placed, Refusal> {
        let slot = self.admit_amendment((id, ticket), (price, quantity))?;
        tape.begin();
        let before = self.queues.orders().resting(slot);
        if lowers(&before, price, quantity) {
            if quantity < before.quantity {
                self.lower(slot, quantity, tape);
                self.advance();
            }
            let ticket = Some(ticket);
            return Ok(Placed { resting: quantity, ticket, ..Placed::default() });
        }
        let order = before.order(price, quantity);
        let mut placed = self.execute(&order, band, tape);
        self.withdraw(slot, tape);
        self.rest_or_cancel(&order, &mut placed, tape);
        self.advance_if_changed(&placed, tape);
        Ok(placed)
    }

    /// Whether `order` may be placed; checks in the order that [`Refusal`] gives.
    fn admit(&self, order: &Order, band: Band) -> Result<(), Refusal> {
        self.terms.admit(order.price, order.quantity)?;
        self.terms.admit_display(order.display, order.quantity)?;
        self.admit_in_phase(order.time_in_force)?;
        if order.time_in_force.may_rest() {
            self.admit_another()?;
        }
        match order.time_in_force {
            TimeInForce::PostOnly if self.crosses(order) => Err(Refusal::WouldCross),
            TimeInForce::FillOrKill if !self.fills_whole(order, band) => Err(Refusal::NotFillable),
            _ => Ok(()),
        }
    }

    /// Where the order `id` is, if it may be amended so.
    fn admit_amendment(
        &self,
        (id, ticket): (OrderId, Ticket),
        (price, quantity): (Amount, u64),
    ) -> Result<Slot, Refusal> {
        self.terms.admit(price, quantity)?;
        let slot = self.queues.find(id, ticket);
        let display = slot.and_then(|slot| self.queues.orders().display(slot));
        self.terms.admit_display(display, quantity)?;
        let before = slot.map(|slot| self.queues.orders().resting(slot));
        if !before.is_some_and(|before| lowers(&before, price, quantity)) {
            self.admit_in_phase(TimeInForce::GoodTillCancelled)?;
        }
        slot.ok_or(Refusal::UnknownOrder)
    }

    /// Whether `resting` may stand in a book that is read back.
    pub(crate) fn admit_resting(&self, resting: &Resting) -> Result<(), Refusal> {
        self.terms.admit(resting.price, resting.quantity)?;
        self.terms.admit_display(resting.display, resting.quantity)?;
        if !resting.shows_a_slice() {
            return Err(Refusal::OffDisplay);
        }
        self.admit_another()
    }

    fn admit_in_phase(&self, time_in_force: TimeInForce) -> Result<(), Refusal> {
        match self.phase {
            Phase::Halted => Err(Refusal::Halted),
            Phase::Auction if !time_in_force.may_rest() => Err(Refusal::MustRest),
            Phase::Auction | Phase::Continuous => Ok(()),
        }
    }

    /// Whether one more order may rest.
    fn admit_another(&self) -> Result<(), Refusal> {
        let orders_max = self.terms.orders_max.min(BookTerms::ORDERS_MAX);
        if orders_max <= self.len() { Err(Refusal::BookFull) } else { Ok(()) }
    }

    /// Whether `order` would meet an order of the other side at once.
    fn crosses(&self, order: &Order) -> bool {
        self.phase == Phase::Continuous && self.next(order).is_some()
    }

    /// Whether matching would fill `order` to its last coupon.
    fn fills_whole(&self, order: &Order, band: Band) -> bool {
        let mut left = order.quantity;
        for level in self.ladder(order.side.opposite()).levels() {
            let price = self.queues.level(level).price;
            if !order.accepts(price) {
                return false;
            }
            // Icebergs show themselves slice by slice, each behind the others of the level: an
            // order is met before what those in front of it do not show.
            let (mut shown, mut quantity) = (0u64, 0u64);
            for slot in self.queues.queue(level) {
                let maker = self.queues.orders().at(slot);
                if maker.owner == order.owner {
                    if self.terms.self_trade == SelfTrade::CancelIncoming {
                        return false;
                    }
                    continue;
                }
                if !band.holds(price) {
                    return false;
                }
                shown = shown.saturating_add(maker.shown);
                quantity = quantity.saturating_add(maker.quantity);
                if left <= shown {
                    return true;
                }
            }
            if left <= quantity {
                return true;
            }
            left = left.saturating_sub(quantity);
        }
        false
    }

    /// The order that trades next, if `order` accepts its price.
    fn next(&self, order: &Order) -> Option<Slot> {
        let level = self.ladder(order.side.opposite()).best_within(order.price)?;
        Some(self.queues.level(level).oldest)
    }

    /// Matches `order` against the other side until it is filled, the other side has nothing
    /// at its price, or it meets what it must not pass: an order of its own owner, or the band.
    fn execute(&mut self, order: &Order, band: Band, tape: &mut Tape) -> Placed {
        let mut placed = Placed::default();
        if self.phase != Phase::Continuous {
            return placed;
        }
        let mut left = order.quantity;
        while 0 < left
            && let Some(slot) = self.next(order)
        {
            let maker = *self.queues.orders().at(slot);
            if maker.owner == order.owner {
                if self.terms.self_trade == SelfTrade::CancelIncoming {
                    placed.stopped_by = Some(maker.id);
                    break;
                }
                let own = self.withdraw(slot, tape);
                tape.withdrawn.push(own);
                continue;
            }
            if !band.holds(maker.price) {
                placed.band_reached = true;
                self.phase = Phase::Auction;
                break;
            }
            let quantity = left.min(maker.shown);
            left = left.saturating_sub(quantity);
            let maker_remaining = self.fill(slot, quantity, tape);
            tape.fills.push(Fill {
                maker: maker.id,
                maker_owner: maker.owner,
                taker: order.id,
                taker_owner: order.owner,
                price: maker.price,
                quantity,
                maker_remaining,
                taker_remaining: left,
            });
        }
        placed.filled = order.quantity.saturating_sub(left);
        placed
    }

    /// Rests or cancels what is left of `order`.
    fn rest_or_cancel(&mut self, order: &Order, placed: &mut Placed, tape: &mut Tape) {
        let left = order.quantity.saturating_sub(placed.filled);
        if !order.time_in_force.may_rest() || placed.stopped_by.is_some() {
            placed.cancelled = left;
        } else if 0 < left {
            placed.resting = left;
            placed.ticket = Some(self.rest(&order.rest(left), tape));
        }
    }

    /// Counts a call that changed a level or the phase.
    fn advance_if_changed(&mut self, placed: &Placed, tape: &Tape) {
        if tape.has_changes() || placed.band_reached {
            self.advance();
        }
    }
}

/// Whether an amendment of `before` only takes coupons out of the book.
fn lowers(before: &Resting, price: Amount, quantity: u64) -> bool {
    price == before.price && quantity <= before.quantity
}
