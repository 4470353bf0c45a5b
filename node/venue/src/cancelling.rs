//! How orders end without a trade: cancelled, one or many, or expired (P-05b).

use crate::command::{Actor, Role};
use crate::event::Event;
use crate::orders::{OpenOrder, RESTS};
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::venue::{Step, Venue};
use gcfn_ledger::Holder;
use gcfn_market::Side;
use gcfn_model::{OrderId, PartyId, SeriesId};

impl Venue {
    pub(crate) fn cancel_order(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        order: OrderId,
    ) -> Outcome {
        let open = self.orders.get(order).copied().ok_or(Rejection::UnknownOrder)?;
        acts_for(actor, open.party)?;
        self.take_out(step, open);
        if actor.role != Role::Operator {
            self.note_cancelled(step, &open);
        }
        Ok(Done::Cancelled { quantity: open.remaining })
    }

    /// Cancels the orders of a party: in one book, or in all.
    pub(crate) fn cancel_orders(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        party: PartyId,
        series: Option<SeriesId>,
    ) -> Outcome {
        acts_for(actor, party)?;
        self.party(party)?;
        let open = self.orders.of(party, series);
        for order in &open {
            self.take_out(step, *order);
            if actor.role != Role::Operator {
                self.note_cancelled(step, order);
            }
        }
        Ok(cancelled(&open))
    }

    /// Empties a book: every party's orders, the issuer's own included.
    pub(crate) fn cancel_book(&mut self, step: &mut Step<'_>, series: SeriesId) -> Outcome {
        if !self.markets.contains_key(&series) {
            return Err(Rejection::UnknownSeries);
        }
        let open = self.orders.in_series(series);
        open.iter().for_each(|order| self.take_out(step, *order));
        Ok(cancelled(&open))
    }

    /// Takes back everything that a party has open: orders, offers, auctions and bids. It is
    /// frozen, or leaves.
    pub(crate) fn cancel_orders_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        for open in self.orders.of(party, None) {
            self.take_out(step, open);
        }
        self.end_offers_of(step, party);
        self.end_bidding_of(step, party);
    }

    /// Ends everything that is open in a series: its coupons end, or stop to trade.
    pub(crate) fn end_trading_in(&mut self, step: &mut Step<'_>, series: SeriesId) {
        for open in self.orders.in_series(series) {
            self.take_out(step, open);
        }
        self.end_offers_in(step, series);
        self.end_bidding_in(step, series);
        self.forget_call(series);
        self.watch_series(step.at, series);
    }

    /// Takes an open order out of its book, or out of the schedule, and gives back what was set
    /// aside for it.
    pub(crate) fn take_out(&mut self, step: &mut Step<'_>, open: OpenOrder) {
        self.remove_from_book(step, &open);
        self.cancel_rest(step, &open, open.remaining);
    }

    /// An order's own time has come.
    pub(crate) fn expire_order(&mut self, step: &mut Step<'_>, id: OrderId) {
        let Some(open) = self.orders.get(id).copied() else { return };
        self.remove_from_book(step, &open);
        self.release(step, &open, open.remaining);
        step.emit(Event::OrderExpired { order: id, quantity: open.remaining });
    }

    fn remove_from_book(&mut self, step: &mut Step<'_>, open: &OpenOrder) {
        self.forget_order(step.at, open.id);
        if open.not_before.is_some() {
            return;
        }
        let ticket = open.ticket.expect(RESTS);
        let cancelled =
            self.in_book(step, open.series, |book, tape| book.cancel(open.id, ticket, tape));
        let (resting, _) = cancelled.expect("an open order has a market");
        let resting = resting.expect(RESTS);
        assert_eq!(resting.quantity, open.remaining);
    }

    /// Cancels what is left of an order that is not in the book.
    pub(crate) fn cancel_rest(&mut self, step: &mut Step<'_>, open: &OpenOrder, quantity: u64) {
        self.release(step, open, quantity);
        step.emit(Event::OrderCancelled { order: open.id, quantity });
    }

    /// Gives back what was set aside for `quantity` coupons that will not trade (P-05b).
    pub(crate) fn release(&mut self, step: &mut Step<'_>, open: &OpenOrder, quantity: u64) {
        let OpenOrder { party, series, .. } = *open;
        let (from, to) = match open.side {
            Side::Buy => return self.release_money(step, party, open.hold_of(quantity)),
            Side::Sell if open.primary() => (Holder::InventoryLock, Holder::Inventory),
            Side::Sell if open.not_before.is_some() => {
                return self.give_up_later(step, open, quantity);
            }
            Side::Sell => (Holder::OrderLock(party), Holder::Party(party)),
        };
        self.move_title(step, series, from, to, quantity);
    }

    /// Moves coupons whose number has been checked.
    pub(crate) fn move_title(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        from: Holder,
        to: Holder,
        quantity: u64,
    ) {
        let lots = self.books.title.transfer(series, from, to, quantity);
        let lots = lots.expect("as many coupons were set aside");
        step.emit(Event::TitleMoved { series, from, to, lots });
    }
}

fn cancelled(open: &[OpenOrder]) -> Done {
    Done::CancelledOrders { orders: u64::try_from(open.len()).unwrap_or(u64::MAX) }
}
