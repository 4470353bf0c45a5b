//! The node's own books: orders, matches, gifts (P-04 to P-06, P-23).

use crate::command::{Actor, OrderTerms};
use crate::event::Event;
use crate::issuance::BatchState;
use crate::notice::LockedRate;
use crate::outcome::{Done, Outcome};
use crate::party::{PartyKind, acts_for};
use crate::refusal::Rejection;
use crate::settlement::{Item, ItemId};
use crate::terms::Fees;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, Lot, Posting, SerialRange, UserBucket};
use gcfn_market::{Book, BookTerms, Fill, Order, SelfTrade, Side, TimeInForce};
use gcfn_model::{
    Amount, BatchId, BusinessDate, NodeId, OrderId, PartyId, SeriesId, Timestamp, TradeId,
};
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

/// Where a trade stands (2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeState {
    /// Title has moved, money is committed.
    Matched,
    /// Its obligations are with the clearing house.
    InSettlement,
    /// Its money has moved.
    Settled,
    /// It was undone.
    Reversed,
}

/// A member's side of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberSide {
    /// The node that bought for its user.
    pub node: NodeId,
    /// Its order.
    pub order: OrderId,
    /// The rate it pays at.
    pub rate: LockedRate,
}

/// Two orders that met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trade {
    /// Its id.
    pub id: TradeId,
    /// Of which series.
    pub series: SeriesId,
    /// Who bought: a party here, or a member by its pseudonym.
    pub buyer: PartyId,
    /// Who sold.
    pub seller: PartyId,
    /// Whether the issuer sold new coupons.
    pub primary: bool,
    /// Price per coupon: the resting order's.
    pub price: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// What the buyer pays beyond the price.
    pub buyer_fee: Amount,
    /// What the seller gets less than the price.
    pub seller_fee: Amount,
    /// Which coupons.
    pub lots: Vec<Lot>,
    /// When it was matched.
    pub at: Timestamp,
    /// When its money moves.
    pub value_date: BusinessDate,
    /// Where it stands.
    pub state: TradeState,
    /// The settlement item that it waits for.
    pub item: ItemId,
    /// Set when a member bought.
    pub member: Option<MemberSide>,
}

impl Trade {
    /// Price times quantity.
    #[must_use]
    pub fn value(&self) -> Amount {
        self.price.checked_mul(self.quantity).expect("the book refused larger orders")
    }

    /// What the seller is owed.
    pub(crate) fn proceeds(&self) -> Amount {
        self.value().saturating_sub(self.seller_fee)
    }

    /// What the buyer has committed.
    pub(crate) fn cost(&self) -> Amount {
        self.value().checked_add(self.buyer_fee).expect("the hold covered price and fee")
    }

    pub(crate) fn ranges(&self) -> Vec<SerialRange> {
        self.lots.iter().map(|lot| lot.range).collect()
    }
}

/// The order that came, as matching needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taker {
    pub(crate) side: Side,
    pub(crate) party: PartyId,
    pub(crate) hold_per_coupon: Amount,
    pub(crate) member: Option<MemberSide>,
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

    fn transferable(&self, series: SeriesId) -> Result<(), Rejection> {
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

    /// Turns the fills of an incoming order into trades.
    pub(crate) fn execute(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        taker: Taker,
        fills: &[Fill],
    ) -> Vec<TradeId> {
        fills.iter().map(|fill| self.execute_fill(step, series, taker, fill)).collect()
    }

    fn execute_fill(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        taker: Taker,
        fill: &Fill,
    ) -> TradeId {
        let maker = self.orders.get(&fill.maker).copied().expect("a resting order is open");
        let (buyer, seller, hold_per_coupon) = match taker.side {
            Side::Buy => (taker.party, maker.party, taker.hold_per_coupon),
            Side::Sell => (maker.party, taker.party, maker.hold_per_coupon),
        };
        let fees = self.terms.fees;
        let value = fill.price.checked_mul(fill.quantity).expect("the book refused larger orders");
        let (buyer_rate, seller_rate) = match taker.side {
            Side::Buy => (fees.taker, fees.maker),
            Side::Sell => (fees.maker, fees.taker),
        };
        let buyer_fee = match taker.member {
            // A member's user pays the member's fee at the member's node.
            Some(_) => Amount::ZERO,
            None => Fees::fee(buyer_rate, value),
        };
        let number = self.next_number().to_be_bytes();
        let value_date = match taker.member {
            Some(member) => member.rate.value_date,
            None => self.trading_day(step.at).map(|day| day.value_date).expect("a day is open"),
        };
        let mut trade = Trade {
            id: TradeId::derive(&[self.terms.node.as_str().as_bytes(), &number]),
            series,
            buyer,
            seller,
            primary: maker.primary,
            price: fill.price,
            quantity: fill.quantity,
            buyer_fee,
            seller_fee: Fees::fee(seller_rate, value),
            lots: Vec::new(),
            at: step.at,
            value_date,
            state: TradeState::Matched,
            item: 0,
            member: taker.member,
        };
        trade.lots = self.deliver(step, &trade);
        self.commit(step, &trade, hold_per_coupon);
        trade.item = self.add_item(Item::Trade { trade: trade.id });
        self.after_fill(&maker, fill);
        let id = trade.id;
        if trade.primary && trade.member.is_none() {
            self.refundable.entry((buyer, series)).or_default().push(id);
        }
        step.emit(Event::TradeMatched(trade.clone()));
        self.trades.insert(id, trade);
        id
    }

    /// Moves the coupons of a match: to the buyer, or out of reach until a member's money is in.
    fn deliver(&mut self, step: &mut Step<'_>, trade: &Trade) -> Vec<Lot> {
        let to = match trade.member {
            Some(member) => Holder::Delivery(member.node),
            None => Holder::Party(trade.buyer),
        };
        let Trade { series, quantity, .. } = *trade;
        let (from, lots) = if trade.primary {
            let from = Holder::InventoryLock;
            (from, self.books.title.transfer(series, from, to, quantity))
        } else {
            let from = Holder::OrderLock(trade.seller);
            (from, self.books.title.resell(series, from, to, quantity))
        };
        let lots = lots.expect("the resting order's coupons were set aside");
        step.emit(Event::TitleMoved { series, from, to, lots: lots.clone() });
        lots
    }

    /// Commits the buyer's money and books the issuer's debt to a first holder (P-04b, P-06a).
    fn commit(&mut self, step: &mut Step<'_>, trade: &Trade, hold_per_coupon: Amount) {
        let posting = match trade.primary {
            true => Posting::PrimaryMatch,
            false => Posting::SecondaryMatch,
        };
        let mut entry = self.entry(posting);
        if trade.member.is_none() {
            let held = Account::User(trade.buyer, UserBucket::Hold);
            let hold = hold_per_coupon.checked_mul(trade.quantity).expect("part of a hold");
            let over = hold.saturating_sub(trade.cost());
            entry = entry
                .with(held, Account::User(trade.buyer, UserBucket::Commit), trade.cost())
                .with(held, Account::User(trade.buyer, UserBucket::Available), over);
        }
        if trade.primary {
            entry = entry.with(
                Account::ObligationContra,
                self.obligation(trade.series),
                self.face_of(trade.series, trade.quantity),
            );
        }
        self.post(step, entry);
    }

    /// The memo account of what the issuer of `series` owes its holders.
    pub(crate) fn obligation(&self, series: SeriesId) -> Account {
        let market = self.markets.get(&series).expect("a series of this node has a market");
        let batch = self.batches.get(&market.batch).expect("a market has a batch");
        Account::Obligation(batch.issuer, market.batch)
    }

    pub(crate) fn face_of(&self, series: SeriesId, quantity: u64) -> Amount {
        let terms = self.books.title.terms(series).expect("a traded series is registered");
        terms.face.checked_mul(quantity).expect("no more than what was minted")
    }

    fn after_fill(&mut self, maker: &OpenOrder, fill: &Fill) {
        if let Some(market) = self.markets.get_mut(&maker.series) {
            market.last_price = Some(fill.price);
        }
        if fill.maker_remaining == 0 {
            self.orders.remove(&maker.id);
        } else if let Some(open) = self.orders.get_mut(&maker.id) {
            open.remaining = fill.maker_remaining;
        }
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

    /// Gives coupons away, free of payment (P-23).
    pub(crate) fn gift(
        &mut self,
        step: &mut Step<'_>,
        from: PartyId,
        to: PartyId,
        goods: (SeriesId, u64),
    ) -> Outcome {
        let (series, quantity) = goods;
        self.free_party(from)?;
        // A member holds for its users, whom this node cannot tell of a gift.
        if self.free_party(to)?.kind == PartyKind::Member {
            return Err(Rejection::PartyKind);
        }
        if from == to {
            return Err(Rejection::ToOneself);
        }
        self.open_series(series, step.at)?;
        self.transferable(series)?;
        if quantity == 0 {
            return Err(Rejection::QuantityZero);
        }
        let (giver, receiver) = (Holder::Party(from), Holder::Party(to));
        let lots = self.books.title.transfer(series, giver, receiver, quantity);
        let lots = lots.map_err(|_| Rejection::InsufficientCoupons)?;
        self.not_refundable(from, series, &lots);
        step.emit(Event::TitleMoved { series, from: giver, to: receiver, lots });
        step.emit(Event::Gifted { from, to, series, quantity });
        Ok(Done::Accepted)
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

    /// Purchases of `party` that include any of `lots` cannot be refunded any more: the coupons
    /// have been offered, given or used (D-27).
    pub(crate) fn not_refundable(&mut self, party: PartyId, series: SeriesId, lots: &[Lot]) {
        let Some(trades) = self.refundable.get_mut(&(party, series)) else { return };
        let all = &self.trades;
        trades.retain(|id| {
            let bought = all.get(id).map(|trade| trade.lots.as_slice()).unwrap_or_default();
            !bought.iter().any(|a| lots.iter().any(|b| overlap(a.range, b.range)))
        });
        if trades.is_empty() {
            self.refundable.remove(&(party, series));
        }
    }
}

fn overlap(a: SerialRange, b: SerialRange) -> bool {
    a.first < b.end && b.first < a.end
}
