//! The node's own books: orders, what is set aside for them, and their ends (P-04, P-05).

use crate::command::{Actor, OrderTerms};
use crate::event::Event;
use crate::issuance::BatchState;
use crate::outcome::{Done, Outcome};
use crate::party::acts_for;
use crate::refusal::Rejection;
use crate::trade::Taker;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, Posting, UserBucket};
use gcfn_market::{Book, BookTerms, Order, SelfTrade, Side, TimeInForce};
use gcfn_model::{Amount, BatchId, OrderId, PartyId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// One series that trades, or has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Market {
    /// The batch behind it.
    pub batch: BatchId,
    /// Its orders.
    pub book: Book,
    /// The price of the last trade.
    pub last_price: Option<Amount>,
}

impl Market {
    pub(crate) fn new(batch: BatchId, face: Amount) -> Market {
        let tick = Amount::from_minor(1).expect("one is in range");
        let book = Book::new(BookTerms {
            tick,
            lot: 1,
            price_max: face,
            orders_max: BookTerms::ORDERS_MAX,
            self_trade: SelfTrade::CancelIncoming,
        });
        Market { batch, book, last_price: None }
    }
}

/// An order that waits in a book, with what is set aside for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOrder {
    /// Its id.
    pub id: OrderId,
    /// Whose.
    pub party: PartyId,
    /// Which book.
    pub series: SeriesId,
    /// Buy or sell.
    pub side: Side,
    /// The worst price accepted.
    pub price: Amount,
    /// How many coupons have not traded.
    pub remaining: u64,
    /// What is held per coupon of a buy order: price and the highest fee.
    pub hold_per_coupon: Amount,
    /// Whether it is the issuer's own offer of new coupons.
    pub primary: bool,
}

impl Venue {
    pub(crate) fn place_order(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        terms: OrderTerms,
    ) -> Outcome {
        self.trader(party)?;
        self.open_series(terms.series, step.at)?;
        if self.orders.contains_key(&terms.order) {
            return Err(Rejection::OrderExists);
        }
        let (price, time_in_force) = self.price_of(&terms)?;
        let hold_per_coupon = match terms.side {
            Side::Buy => self.check_funds(party, price, terms.quantity)?,
            Side::Sell => self.check_coupons(party, terms.series, terms.quantity)?,
        };
        let value = price.checked_mul(terms.quantity).ok_or(Rejection::TooLarge)?;
        self.check_order_limits(party, value, step.at)?;
        let OrderTerms { order, series, side, quantity, .. } = terms;
        let incoming = Order { id: order, owner: party, side, quantity, price, time_in_force };
        let market = self.markets.get_mut(&series).ok_or(Rejection::UnknownSeries)?;
        let mut fills = Vec::new();
        let placed = market.book.place(incoming, &mut fills).map_err(Rejection::Book)?;

        step.emit(Event::OrderAccepted { order, party, series, side, quantity, price });
        self.set_aside(step, party, &terms, hold_per_coupon);
        let taker = Taker { side, party, hold_per_coupon, member: None };
        let trades = self.execute(step, series, taker, &fills);
        if placed.cancelled != 0 {
            self.release(step, party, &terms, hold_per_coupon, placed.cancelled);
            step.emit(Event::OrderCancelled { order, quantity: placed.cancelled });
        }
        if placed.resting != 0 {
            let remaining = placed.resting;
            let primary = false;
            let open = OpenOrder {
                id: order,
                party,
                series,
                side,
                price,
                remaining,
                hold_per_coupon,
                primary,
            };
            self.order_opened(&open, step.at);
            self.orders.insert(order, open);
        }
        let (filled, resting, cancelled) = (placed.filled, placed.resting, placed.cancelled);
        Ok(Done::Order { filled, resting, cancelled, trades })
    }

    /// A market order is an immediate one at the worst price there can be: face for a buyer,
    /// the smallest unit for a seller.
    fn price_of(&self, terms: &OrderTerms) -> Result<(Amount, TimeInForce), Rejection> {
        if let Some(limit) = terms.limit {
            return Ok((limit, terms.time_in_force));
        }
        let worst = match terms.side {
            Side::Buy => self.books.title.terms(terms.series).map(|series| series.face),
            Side::Sell => Amount::from_minor(1),
        };
        let time_in_force = match terms.time_in_force {
            TimeInForce::FillOrKill => TimeInForce::FillOrKill,
            _ => TimeInForce::ImmediateOrCancel,
        };
        Ok((worst.ok_or(Rejection::UnknownSeries)?, time_in_force))
    }

    fn check_funds(
        &self,
        party: PartyId,
        price: Amount,
        quantity: u64,
    ) -> Result<Amount, Rejection> {
        let per_coupon = self.terms.hold_per_coupon(price).ok_or(Rejection::TooLarge)?;
        let hold = per_coupon.checked_mul(quantity).ok_or(Rejection::TooLarge)?;
        if self.amount(Account::User(party, UserBucket::Available)) < hold {
            return Err(Rejection::InsufficientFunds);
        }
        Ok(per_coupon)
    }

    fn check_coupons(
        &self,
        party: PartyId,
        series: SeriesId,
        quantity: u64,
    ) -> Result<Amount, Rejection> {
        self.transferable(series)?;
        let title = &self.books.title;
        if title.quantity(series, Holder::Party(party)) < quantity {
            return Err(Rejection::InsufficientCoupons);
        }
        if title.resellable(series, party, self.terms.resales_max) < quantity {
            return Err(Rejection::ResaleLimit);
        }
        Ok(Amount::ZERO)
    }

    /// The series, if it trades here and now.
    pub(crate) fn open_series(&self, series: SeriesId, at: Timestamp) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.terms.expires_at <= at || BatchState::Expired <= batch.state {
            return Err(Rejection::Expired);
        }
        if batch.state != BatchState::Listed {
            return Err(Rejection::SeriesNotListed);
        }
        self.trading_day(at)?;
        Ok(())
    }

    pub(crate) fn transferable(&self, series: SeriesId) -> Result<(), Rejection> {
        let market = self.markets.get(&series).ok_or(Rejection::UnknownSeries)?;
        let batch = self.batches.get(&market.batch).ok_or(Rejection::UnknownSeries)?;
        if batch.terms.transferable { Ok(()) } else { Err(Rejection::NotTransferable) }
    }

    /// Holds what the order may cost, or the coupons it sells (P-04a, P-05a).
    fn set_aside(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        terms: &OrderTerms,
        per_coupon: Amount,
    ) {
        let OrderTerms { series, quantity, .. } = *terms;
        match terms.side {
            Side::Buy => {
                let hold = per_coupon.checked_mul(quantity).expect("checked before");
                let entry = self.entry(Posting::PrimaryHold);
                let available = Account::User(party, UserBucket::Available);
                let held = Account::User(party, UserBucket::Hold);
                self.post(step, entry.with(available, held, hold));
            }
            Side::Sell => {
                let resales_max = self.terms.resales_max;
                let lots = self.books.title.offer(series, party, quantity, resales_max);
                let lots = lots.expect("as many resellable coupons were counted");
                self.not_refundable(party, series, &lots);
                let (from, to) = (Holder::Party(party), Holder::OrderLock(party));
                step.emit(Event::TitleMoved { series, from, to, lots });
            }
        }
    }

    /// Gives back what was set aside for `quantity` coupons that will not trade (P-05b).
    fn release(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        terms: &OrderTerms,
        per_coupon: Amount,
        quantity: u64,
    ) {
        match terms.side {
            Side::Buy => self.release_hold(step, party, per_coupon, quantity),
            Side::Sell => {
                let (from, to) = (Holder::OrderLock(party), Holder::Party(party));
                self.move_title(step, terms.series, from, to, quantity);
            }
        }
    }

    fn release_hold(
        &mut self,
        step: &mut Step<'_>,
        party: PartyId,
        per_coupon: Amount,
        quantity: u64,
    ) {
        let amount = per_coupon.checked_mul(quantity).expect("part of a hold that fitted");
        let entry = self.entry(Posting::HoldRelease);
        let held = Account::User(party, UserBucket::Hold);
        let back = Account::User(party, self.free_bucket(party));
        self.post(step, entry.with(held, back, amount));
    }

    /// Where money that becomes free goes: a frozen party's stays frozen.
    pub(crate) fn free_bucket(&self, party: PartyId) -> UserBucket {
        let frozen = self.parties.get(&party).is_some_and(|known| known.frozen);
        if frozen { UserBucket::Restricted } else { UserBucket::Available }
    }

    pub(crate) fn cancel_order(
        &mut self,
        step: &mut Step<'_>,
        actor: Actor,
        order: OrderId,
    ) -> Outcome {
        let open = self.orders.get(&order).copied().ok_or(Rejection::UnknownOrder)?;
        acts_for(actor, open.party)?;
        self.take_out(step, open);
        Ok(Done::Cancelled { quantity: open.remaining })
    }

    pub(crate) fn cancel_orders_of(&mut self, step: &mut Step<'_>, party: PartyId) {
        let of_party = self.orders.values().filter(|open| open.party == party);
        for open in of_party.copied().collect::<Vec<_>>() {
            self.take_out(step, open);
        }
    }

    /// Takes an open order out of its book and gives back what was set aside for it.
    pub(crate) fn take_out(&mut self, step: &mut Step<'_>, open: OpenOrder) {
        let market = self.markets.get_mut(&open.series).expect("an open order has a market");
        let resting = market.book.cancel(open.id).expect("an open order rests in its book");
        assert_eq!(resting.quantity, open.remaining);
        self.orders.remove(&open.id);
        self.order_reduced(&open, open.remaining, true);
        let (party, series) = (open.party, open.series);
        match open.side {
            Side::Buy => self.release_hold(step, party, open.hold_per_coupon, open.remaining),
            Side::Sell => {
                let (from, to) = match open.primary {
                    true => (Holder::InventoryLock, Holder::Inventory),
                    false => (Holder::OrderLock(party), Holder::Party(party)),
                };
                self.move_title(step, series, from, to, open.remaining);
            }
        }
        step.emit(Event::OrderCancelled { order: open.id, quantity: open.remaining });
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
