//! Changing an open order in place: first what backs it is checked, then the book is asked, then
//! both change. Refused, nothing has.

use crate::event::Event;
use crate::orders::{OpenOrder, OrderKind, RESTS};
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::units::Units;
use crate::venue::{Step, Venue};
use gcfn_ledger::Holder;
use gcfn_market::Side;
use gcfn_model::{Amount, OrderId, PartyId, Timestamp};
use serde::{Deserialize, Serialize};

/// What an open order is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amendment {
    /// The order.
    pub order: OrderId,
    /// Its new worst price; the same when left out.
    pub price: Option<Amount>,
    /// How many coupons it is to be for from now on; as many as are open when left out.
    pub quantity: Option<u64>,
}

impl Venue {
    /// A lower quantity at the same price keeps the order's place, and may be asked for on every
    /// trading day, in a halted book and under review too; anything else is a new arrival under the same id, which may
    /// trade at once and is refused what a new order is.
    pub(crate) fn amend_order(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        amendment: Amendment,
    ) -> Outcome {
        self.free_party(party)?;
        let before = *self.orders.get(amendment.order).ok_or(Rejection::UnknownOrder)?;
        if before.party != party {
            return Err(Rejection::NotYours);
        }
        self.open_series(before.series, step.at)?;
        let after = self.amended(&before, amendment)?;
        self.check_amended(&before, &after, step.at)?;
        if before.not_before.is_some() {
            self.check_form(&after)?;
            self.back(step, &before, &after);
            self.tell_amended(step, &after);
            self.keep_order(step.at, after);
            let (filled, resting, cancelled) = (0, after.remaining, 0);
            return Ok(Done::Order { filled, resting, cancelled, trades: [].into() });
        }
        let band = self.band(before.series, step.at);
        let (id, to) = (after.id, (after.price, after.remaining));
        let ticket = before.ticket.expect(RESTS);
        let amend = self
            .in_book(step, before.series, |book, tape| book.amend((id, ticket), to, band, tape))?;
        let placed = amend.0.map_err(Rejection::Book)?;
        self.forget_order(step.at, id);
        self.back(step, &before, &after);
        self.tell_amended(step, &after);
        if before.price != after.price {
            self.note_cancelled(step, &before);
            self.note_placed(step.at, party);
        }
        Ok(self.carry_on(step, after, &placed, &amend.1.fills))
    }

    fn amended(&self, before: &OpenOrder, to: Amendment) -> Result<OpenOrder, Rejection> {
        let price = to.price.unwrap_or(before.price);
        let hold_per_coupon = match before.side {
            Side::Buy => self.terms.hold_per_coupon(price).ok_or(Rejection::TooLarge)?,
            Side::Sell => Amount::ZERO,
        };
        let remaining = to.quantity.unwrap_or(before.remaining);
        if remaining == 0 {
            return Err(Rejection::QuantityZero);
        }
        Ok(OpenOrder { price, remaining, hold_per_coupon, ..*before })
    }

    /// Whether what the order needs beyond what it has is there.
    fn check_amended(
        &self,
        before: &OpenOrder,
        after: &OpenOrder,
        at: Timestamp,
    ) -> Result<(), Rejection> {
        let OpenOrder { party, series, .. } = *before;
        if !before.primary() && !lowers(before, after) {
            let value = |of: &OpenOrder| of.price.checked_mul(of.remaining);
            let wanted = value(after).ok_or(Rejection::TooLarge)?;
            let more = wanted.saturating_sub(value(before).unwrap_or(wanted));
            if before.kind == OrderKind::Own {
                self.trader(party)?;
            }
            self.check_value_limits(party, (wanted, more), at)?;
        }
        if before.side == Side::Buy {
            let needs = after.hold_per_coupon.checked_mul(after.remaining);
            let needs = needs.ok_or(Rejection::TooLarge)?;
            let held = before.hold_of(before.remaining);
            return self.check_money(party, needs.saturating_sub(held));
        }
        if before.primary() && before.price != after.price {
            self.check_primary_price(series, after.price)?;
        }
        let more = after.remaining.saturating_sub(before.remaining);
        let from = match before.primary() {
            true => Holder::Inventory,
            false => Holder::Party(party),
        };
        let title = &self.books.title;
        if title.quantity(series, from) < more {
            return Err(Rejection::InsufficientCoupons);
        }
        let resells = || title.resells(series, party, more, self.resales_max(series, party));
        if !before.primary() && !resells() {
            return Err(Rejection::ResaleLimit);
        }
        match self.pending(series) {
            Some(_) if !before.primary() && more != 0 => {
                self.pick_to_sell(series, party, &Units::Any(more)).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    /// Sets aside what the order needs more, or gives back what it needs less.
    fn back(&mut self, step: &mut Step<'_>, before: &OpenOrder, after: &OpenOrder) {
        if before.side == Side::Buy {
            let held = before.hold_of(before.remaining);
            let needs = after.hold_of(after.remaining);
            self.hold_money(step, before.party, needs.saturating_sub(held));
            self.release_money(step, before.party, held.saturating_sub(needs));
            return;
        }
        let more = after.remaining.saturating_sub(before.remaining);
        let less = before.remaining.saturating_sub(after.remaining);
        if more != 0 {
            self.set_aside(step, &OpenOrder { remaining: more, ..*after });
        }
        if less != 0 {
            self.release(step, before, less);
        }
    }

    fn tell_amended(&self, step: &mut Step<'_>, after: &OpenOrder) {
        let (order, price, quantity) = (after.id, after.price, after.remaining);
        step.emit(Event::OrderAmended { order, price, quantity });
    }
}

/// Whether an order only becomes smaller: it keeps its place and brings nothing new to the book.
fn lowers(before: &OpenOrder, after: &OpenOrder) -> bool {
    after.price == before.price && after.remaining <= before.remaining
}
