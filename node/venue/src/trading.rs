//! Orders: what is checked, what is set aside, and what becomes of them in the book (P-04, P-05).

use crate::command::OrderTerms;
use crate::event::Event;
use crate::orders::{OpenOrder, OrderKind};
use crate::outcome::{Done, Outcome};
use crate::party::PartyKind;
use crate::refusal::Rejection;
use crate::trade::Taker;
use crate::units::{Units, ranges_of};
use crate::venue::{Due, Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Holder, SerialRange};
use gcfn_market::{Fill, Order, Placed, Side, TimeInForce};
use gcfn_model::{Amount, OrderId, PartyId, SeriesId, Timestamp};

impl Venue {
    /// A holder's order, with its own money and coupons.
    pub(crate) fn place_order(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        terms: OrderTerms,
    ) -> Outcome {
        // An issuer sells in tranches and buys back; it has no order of this kind.
        if self.trader(party)?.kind == PartyKind::Issuer {
            return Err(Rejection::PartyKind);
        }
        self.open_series(terms.series, step.at)?;
        self.accept(step, (party, OrderKind::Own), &terms)
    }

    /// Takes an order of an open series, with its money or coupons, into the book or into the
    /// schedule.
    pub(crate) fn accept(
        &mut self,
        step: &mut Step<'_>,
        (party, kind): (PartyId, OrderKind),
        terms: &OrderTerms,
    ) -> Outcome {
        if self.orders.contains(terms.order) {
            return Err(Rejection::OrderExists);
        }
        self.check_times(terms, step.at)?;
        let open = self.open_order((party, kind), terms, step.at)?;
        let settled = self.check_backing(&open)?;
        if !open.primary() {
            let value = open.price.checked_mul(open.remaining).ok_or(Rejection::TooLarge)?;
            self.check_order_limits(open.party, value, step.at)?;
        }
        if let Some(at) = open.not_before {
            self.check_form(&open)?;
            return Ok(self.schedule(step, open, at));
        }
        let (placed, fills) = self.place_in_book(step, open.series, open.order())?;
        self.announce(step, &open);
        self.set_aside_of(step, &open, settled);
        Ok(self.enter(step, open, &placed, &fills))
    }

    /// The order that `terms` ask for.
    ///
    /// A market order is an immediate one at the worst price there can be: face for a buyer, the
    /// smallest unit for a seller.
    fn open_order(
        &self,
        (party, kind): (PartyId, OrderKind),
        terms: &OrderTerms,
        at: Timestamp,
    ) -> Result<OpenOrder, Rejection> {
        let worst = match terms.side {
            Side::Buy => self.books.title.terms(terms.series).map(|series| series.face),
            Side::Sell => Amount::from_minor(1),
        };
        let (price, time_in_force) = match (terms.limit, terms.time_in_force) {
            (Some(limit), time_in_force) => (limit, time_in_force),
            (None, TimeInForce::FillOrKill) => {
                (worst.ok_or(Rejection::UnknownSeries)?, TimeInForce::FillOrKill)
            }
            (None, _) => (worst.ok_or(Rejection::UnknownSeries)?, TimeInForce::ImmediateOrCancel),
        };
        let hold_per_coupon = match terms.side {
            Side::Buy => self.terms.hold_per_coupon(price).ok_or(Rejection::TooLarge)?,
            Side::Sell => Amount::ZERO,
        };
        Ok(OpenOrder {
            id: terms.order,
            party,
            series: terms.series,
            side: terms.side,
            kind,
            price,
            time_in_force,
            display: terms.display,
            filled: 0,
            remaining: terms.quantity,
            hold_per_coupon,
            not_before: terms.not_before.filter(|not_before| at < *not_before),
            expires_at: terms.expires_at,
            ticket: None,
        })
    }

    /// An order enters and leaves the book while its coupons live, and enters it first.
    fn check_times(&self, terms: &OrderTerms, at: Timestamp) -> Result<(), Rejection> {
        for time in terms.not_before.iter().filter(|time| at < **time).chain(&terms.expires_at) {
            self.check_end(terms.series, *time, at)?;
        }
        match (terms.not_before, terms.expires_at) {
            (Some(from), Some(to)) if to <= from => Err(Rejection::TimeOutOfRange),
            _ => Ok(()),
        }
    }

    /// Whether the money or the coupons behind `open` are there; gives the coupons, where others of
    /// the series wait for their settlement.
    fn check_backing(&self, open: &OpenOrder) -> Result<Option<Vec<SerialRange>>, Rejection> {
        let OpenOrder { party, series, remaining: quantity, .. } = *open;
        let title = &self.books.title;
        if open.side == Side::Buy {
            let hold = open.hold_per_coupon.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
            return self.check_money(party, hold).map(|()| None);
        }
        if open.primary() {
            return match title.quantity(series, Holder::Inventory) < quantity {
                true => Err(Rejection::InsufficientCoupons),
                false => Ok(None),
            };
        }
        self.transferable(series)?;
        // What is redeemed in part is not worth what the book's coupons are.
        if !title.resells(series, party, quantity, u8::MAX) {
            return Err(Rejection::InsufficientCoupons);
        }
        if !title.resells(series, party, quantity, self.resales_max(series, party)) {
            return Err(Rejection::ResaleLimit);
        }
        match self.pending(series) {
            None => Ok(None),
            Some(_) => {
                let lots = self.pick_to_sell(series, party, &Units::Any(quantity))?;
                Ok(Some(ranges_of(&lots)))
            }
        }
    }

    /// Whether a scheduled order has a form that the book will take, as far as it shows today.
    pub(crate) fn check_form(&self, open: &OpenOrder) -> Result<(), Rejection> {
        let market = self.markets.get(&open.series).ok_or(Rejection::UnknownSeries)?;
        if open.remaining == 0 {
            return Err(Rejection::QuantityZero);
        }
        if market.book.terms().price_max < open.price || open.price.is_zero() {
            return Err(Rejection::PriceOutOfRange);
        }
        Ok(())
    }

    /// How often a coupon of the series may have been resold before `seller` sells it on (C-38).
    pub(crate) fn resales_max(&self, series: SeriesId, seller: PartyId) -> u8 {
        if self.terms.self_custody_resells_freely && self.keeps_itself(seller) {
            return u8::MAX;
        }
        let batch = self.markets.get(&series).and_then(|market| self.batches.get(&market.batch));
        batch.map_or(0, |batch| batch.terms.resales_max)
    }

    /// Holds what the order may cost, or the coupons it sells (P-04a, P-05a).
    pub(crate) fn set_aside(&mut self, step: &mut Step<'_>, open: &OpenOrder) {
        let settled = self.settled_to_sell(open);
        self.set_aside_of(step, open, settled);
    }

    /// The same, where the coupons have been picked that may be sold.
    fn set_aside_of(
        &mut self,
        step: &mut Step<'_>,
        open: &OpenOrder,
        settled: Option<Vec<SerialRange>>,
    ) {
        let OpenOrder { party, series, remaining: quantity, .. } = *open;
        match open.side {
            Side::Buy => self.hold_money(step, party, open.hold_of(quantity)),
            Side::Sell if open.primary() => {
                let (from, to) = (Holder::Inventory, Holder::InventoryLock);
                self.move_title(step, series, from, to, quantity);
            }
            Side::Sell if open.not_before.is_some() => self.keep_for_later(step, open),
            Side::Sell => {
                let (from, to) = (Holder::Party(party), Holder::OrderLock(party));
                let lots = match settled {
                    Some(ranges) => self.books.title.transfer_ranges(series, from, to, &ranges),
                    None => {
                        let resales_max = self.resales_max(series, party);
                        self.books.title.offer(series, party, quantity, resales_max)
                    }
                };
                let lots = lots.expect("as many resellable coupons were found");
                self.circulate(party, series, &lots);
                step.emit(Event::TitleMoved { series, from, to, lots });
            }
        }
    }

    /// The coupons that a party sells while others of the series wait for their settlement.
    fn settled_to_sell(&self, open: &OpenOrder) -> Option<Vec<SerialRange>> {
        let OpenOrder { party, series, remaining: quantity, .. } = *open;
        let offers = open.side == Side::Sell && !open.primary() && open.not_before.is_none();
        self.pending(series).filter(|_| offers)?;
        let lots = self.pick_to_sell(series, party, &Units::Any(quantity));
        Some(ranges_of(&lots.expect("as many were found when the order was checked")))
    }

    fn schedule(&mut self, step: &mut Step<'_>, open: OpenOrder, at: Timestamp) -> Done {
        let OpenOrder { id: order, party, series, side, remaining: quantity, price, .. } = open;
        self.set_aside(step, &open);
        self.agenda.insert((at, Due::EnterBook(order)));
        self.keep_order(step.at, open);
        let not_before = at;
        let scheduled =
            Event::OrderScheduled { order, party, series, side, quantity, price, not_before };
        step.emit(scheduled);
        Done::Scheduled { not_before }
    }

    /// A scheduled order's time has come. What the book does not take is cancelled.
    pub(crate) fn enter_book(&mut self, step: &mut Step<'_>, id: OrderId) {
        let Some(scheduled) = self.forget_order(step.at, id) else { return };
        let open = OpenOrder { not_before: None, ..scheduled };
        let entered = match self.open_series(open.series, step.at) {
            Ok(()) => self.place_in_book(step, open.series, open.order()),
            Err(closed) => Err(closed),
        };
        match entered {
            Ok((placed, fills)) => {
                self.announce(step, &open);
                if scheduled.sells_later() {
                    self.give_up_later(step, &scheduled, scheduled.remaining);
                    self.set_aside(step, &open);
                }
                self.enter(step, open, &placed, &fills);
            }
            Err(_) => self.cancel_rest(step, &scheduled, scheduled.remaining),
        }
    }

    fn announce(&self, step: &mut Step<'_>, open: &OpenOrder) {
        let OpenOrder { id: order, party, series, side, remaining: quantity, price, .. } = *open;
        step.emit(Event::OrderAccepted { order, party, series, side, quantity, price });
    }

    /// A new order is in the book.
    fn enter(
        &mut self,
        step: &mut Step<'_>,
        open: OpenOrder,
        placed: &Placed,
        fills: &[Fill],
    ) -> Done {
        if placed.resting != 0 {
            self.note_placed(step.at, open.party);
        }
        self.carry_on(step, open, placed, fills)
    }

    /// What follows once the book has taken an order: trades, release of what is not needed, and
    /// the rest waits.
    pub(crate) fn carry_on(
        &mut self,
        step: &mut Step<'_>,
        mut open: OpenOrder,
        placed: &Placed,
        fills: &[Fill],
    ) -> Done {
        let trades = self.execute(step, open.series, Taker::of(&open), fills);
        let (filled, resting, cancelled) = (placed.filled, placed.resting, placed.cancelled);
        open.filled = open.filled.saturating_add(filled);
        open.remaining = resting;
        open.ticket = placed.ticket;
        if filled != 0 {
            let remaining = resting;
            step.emit(Event::OrderTraded { order: open.id, quantity: filled, remaining });
        }
        if resting != 0 {
            self.keep_order(step.at, open);
        }
        if cancelled != 0 {
            self.cancel_rest(step, &open, cancelled);
        }
        self.heed_breaker(step, open.series, placed);
        self.close_when_retired(step, open.series);
        Done::Order { filled, resting, cancelled, trades }
    }

    /// A resting order has traded.
    pub(crate) fn fill_order(&mut self, step: &mut Step<'_>, mut open: OpenOrder, quantity: u64) {
        open.filled = open.filled.saturating_add(quantity);
        open.remaining = open.remaining.saturating_sub(quantity);
        match open.remaining {
            0 => {
                self.forget_order(step.at, open.id);
            }
            _ => self.keep_order(step.at, open),
        }
        let (order, remaining) = (open.id, open.remaining);
        step.emit(Event::OrderTraded { order, quantity, remaining });
    }

    /// Keeps an open order, in place of what was known under its id.
    pub(crate) fn keep_order(&mut self, at: Timestamp, open: OpenOrder) {
        if let Some(ends) = open.expires_at {
            self.agenda.insert((ends, Due::ExpireOrder(open.id)));
        }
        if let Some(before) = self.orders.get(open.id).copied() {
            self.order_reduced(&before, before.remaining, true);
        }
        self.order_opened(&open, at);
        self.orders.put(open);
        self.watch_quotes(at, open.party, open.series);
    }

    /// Forgets an order that is not open any more, with what was due for it.
    pub(crate) fn forget_order(&mut self, at: Timestamp, id: OrderId) -> Option<OpenOrder> {
        let open = self.orders.remove(id)?;
        self.order_reduced(&open, open.remaining, true);
        if let Some(enters) = open.not_before {
            self.agenda.remove(&(enters, Due::EnterBook(id)));
        }
        if let Some(ends) = open.expires_at {
            self.agenda.remove(&(ends, Due::ExpireOrder(id)));
        }
        self.watch_quotes(at, open.party, open.series);
        Some(open)
    }

    /// Puts an order into its book.
    pub(crate) fn place_in_book(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        order: Order,
    ) -> Result<(Placed, Vec<Fill>), Rejection> {
        let band = self.band(series, step.at);
        let placed = self.in_book(step, series, |book, tape| book.place(order, band, tape));
        let (placed, tape) = placed?;
        Ok((placed.map_err(Rejection::Book)?, tape.fills))
    }
}
