//! Trades: what two parties have agreed, in a book or outside it, and what becomes of money and
//! title at once (P-04b, P-06a, P-21).

use crate::deal_rate::DealRate;
use crate::event::Event;
use crate::fees::{Liquidity, MarketKind, TradeLine, Trader};
use crate::orders::{BoughtBack, OpenOrder, OrderKind};
use crate::party::PartyKind;
use crate::rating::more;
use crate::settlement::{Item, ItemId};
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, Lot, Posting, SerialRange};
use gcfn_market::{Fill, Side};
use gcfn_model::{Amount, BusinessDate, NodeId, OrderId, PartyId, SeriesId, Timestamp, TradeId};
use serde::{Deserialize, Serialize};

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
    /// At what it pays.
    pub rate: DealRate,
}

/// What a trade is to the issuer of its coupons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TradeKind {
    /// The issuer sells new coupons.
    Primary,
    /// A holder sells.
    Resale,
    /// A holder sells a block outside the book.
    Block,
    /// The issuer buys its coupons back.
    BuyBack(BoughtBack),
}

/// Two parties that have agreed.
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
    /// What it is to the issuer.
    pub kind: TradeKind,
    /// Between whom it is, as far as its fees go by it.
    pub market: MarketKind,
    /// Which side came second and pays as such; none when an auction brought both together.
    pub taker: Option<Side>,
    /// Price per coupon: the resting order's, or the offer's.
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
        self.price.checked_mul(self.quantity).expect("larger trades were refused")
    }

    /// Whether the issuer sold new coupons.
    #[must_use]
    pub const fn primary(&self) -> bool {
        matches!(self.kind, TradeKind::Primary)
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

/// Which coupons a trade delivers, and where they are until then.
#[derive(Clone, Debug)]
pub(crate) enum Goods {
    /// As many as the trade is for, the lowest serials.
    Any(Holder),
    /// These.
    Exactly(Holder, Vec<SerialRange>),
}

/// Where the buyer's money is until a trade commits it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payment {
    /// Set aside: this much for this trade, price and fee included.
    Held(Amount),
    /// Available.
    Available,
    /// At the member that buys.
    Member(MemberSide),
}

/// What two parties have agreed, as [`Venue::conclude`] needs it.
#[derive(Clone, Debug)]
pub(crate) struct Bargain {
    pub(crate) series: SeriesId,
    pub(crate) buyer: PartyId,
    pub(crate) seller: PartyId,
    pub(crate) kind: TradeKind,
    pub(crate) price: Amount,
    pub(crate) quantity: u64,
    /// Which side came second and pays for it; none when an auction brought both together.
    pub(crate) taker: Option<Side>,
    pub(crate) goods: Goods,
    pub(crate) payment: Payment,
}

/// The order that came, as matching needs it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taker {
    pub(crate) side: Side,
    pub(crate) party: PartyId,
    pub(crate) kind: OrderKind,
    pub(crate) hold_per_coupon: Amount,
    pub(crate) member: Option<MemberSide>,
}

impl Taker {
    pub(crate) const fn of(open: &OpenOrder) -> Taker {
        let OpenOrder { side, party, kind, hold_per_coupon, .. } = *open;
        Taker { side, party, kind, hold_per_coupon, member: None }
    }
}

/// What a fill is, from the two orders that made it.
fn bargain(series: SeriesId, taker: &Taker, maker: &OpenOrder, fill: &Fill) -> Bargain {
    let resting = Taker::of(maker);
    let (buyer, seller) = match taker.side {
        Side::Buy => (taker, &resting),
        Side::Sell => (&resting, taker),
    };
    let (kind, goods) = match (buyer.kind, seller.kind) {
        (OrderKind::BuyBack(then), _) => {
            (TradeKind::BuyBack(then), Holder::OrderLock(seller.party))
        }
        (_, OrderKind::Primary) => (TradeKind::Primary, Holder::InventoryLock),
        _ => (TradeKind::Resale, Holder::OrderLock(seller.party)),
    };
    let hold = || buyer.hold_per_coupon.checked_mul(fill.quantity).expect("part of a hold");
    Bargain {
        series,
        buyer: buyer.party,
        seller: seller.party,
        kind,
        price: fill.price,
        quantity: fill.quantity,
        taker: Some(taker.side),
        goods: Goods::Any(goods),
        payment: buyer.member.map_or_else(|| Payment::Held(hold()), Payment::Member),
    }
}

impl Venue {
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
        let maker = self.orders.get(fill.maker).copied().expect("a resting order is open");
        let trade = self.conclude(step, &bargain(series, &taker, &maker, fill));
        self.filled(step, maker, fill);
        if taker.member.is_none() {
            self.note_trade(step.at, (taker.party, taker.side), series);
        }
        trade
    }

    /// Turns the fills of an auction into trades. Both orders had rested, and both pay as such.
    pub(crate) fn execute_uncross(
        &mut self,
        step: &mut Step<'_>,
        series: SeriesId,
        fills: &[Fill],
    ) {
        for fill in fills {
            let [ask, bid] = [fill.maker, fill.taker]
                .map(|id| self.orders.get(id).copied().expect("a resting order is open"));
            let agreed = bargain(series, &Taker::of(&bid), &ask, fill);
            self.conclude(step, &Bargain { taker: None, ..agreed });
            self.filled(step, ask, fill);
            self.filled(step, bid, fill);
        }
    }

    /// A resting order has traded.
    fn filled(&mut self, step: &mut Step<'_>, open: OpenOrder, fill: &Fill) {
        self.fill_order(step, open, fill.quantity);
        self.traded_in_book(step, open.series, fill.price);
        self.note_trade(step.at, (open.party, open.side), open.series);
    }

    /// Makes a trade: title moves now, the money is committed and moves on the value date.
    ///
    /// Everything has been checked: the coupons are there, the money is, and a day is open.
    pub(crate) fn conclude(&mut self, step: &mut Step<'_>, bargain: &Bargain) -> TradeId {
        let value = bargain.price.checked_mul(bargain.quantity);
        let value = value.expect("larger trades were refused");
        let member = match bargain.payment {
            Payment::Member(member) => Some(member),
            _ => None,
        };
        let value_date = match member {
            Some(member) => member.rate.value_date(),
            None => self.trading_day(step.at).map(|day| day.value_date).expect("a day is open"),
        };
        let number = self.next_number().to_be_bytes();
        let mut trade = Trade {
            id: TradeId::derive(&[self.terms.node.as_str().as_bytes(), &number]),
            series: bargain.series,
            buyer: bargain.buyer,
            seller: bargain.seller,
            kind: bargain.kind,
            market: self.market_kind(bargain, value),
            taker: bargain.taker,
            price: bargain.price,
            quantity: bargain.quantity,
            buyer_fee: self.buyer_fee(bargain, value),
            seller_fee: self.side_fee(bargain, Side::Sell, value),
            lots: Vec::new(),
            at: step.at,
            value_date,
            state: TradeState::Matched,
            item: 0,
            member,
        };
        self.count_trade(&trade);
        trade.lots = self.deliver(step, &trade, &bargain.goods);
        self.commit(step, &trade, bargain.payment);
        trade.item = self.add_item(Item::Trade { trade: trade.id });
        self.await_payment(&trade);
        self.remember_trade(&trade);
        let id = trade.id;
        if trade.primary() && trade.member.is_none() {
            let purchases = (trade.buyer, trade.series);
            self.refundable.or_insert_with(purchases, Vec::new).push(id);
        }
        step.emit(Event::TradeMatched(trade.clone()));
        self.count_in_limits(step, &trade);
        self.trades.insert(id, trade);
        id
    }

    fn market_kind(&self, bargain: &Bargain, value: Amount) -> MarketKind {
        match bargain.kind {
            TradeKind::Primary => MarketKind::Primary,
            TradeKind::Block => MarketKind::Block,
            TradeKind::Resale | TradeKind::BuyBack(_) => {
                let traders = (self.trader_kind(bargain.buyer), self.trader_kind(bargain.seller));
                self.terms.fees.trade.resale_kind(traders.0, traders.1, value)
            }
        }
    }

    /// What a party is to the fee schedule; another node trades for its users.
    fn trader_kind(&self, party: PartyId) -> Trader {
        match self.parties.get(&party).map(|known| known.kind) {
            Some(PartyKind::Issuer | PartyKind::Merchant) => Trader::Business,
            _ => Trader::Consumer,
        }
    }

    /// Moves the coupons of a match: to the buyer, back to the issuer, or out of reach until a
    /// member's money is in.
    fn deliver(&mut self, step: &mut Step<'_>, trade: &Trade, goods: &Goods) -> Vec<Lot> {
        let to = match (trade.kind, trade.member) {
            (TradeKind::BuyBack(BoughtBack::Inventory), _) => Holder::Inventory,
            (TradeKind::BuyBack(BoughtBack::Retired), _) => Holder::Recalled,
            (_, Some(member)) => Holder::Delivery(member.node),
            (_, None) => Holder::Party(trade.buyer),
        };
        let resold = matches!(trade.kind, TradeKind::Resale | TradeKind::Block);
        let Trade { series, quantity, .. } = *trade;
        let title = &mut self.books.title;
        let (from, lots) = match (goods, resold) {
            (Goods::Any(from), true) => (*from, title.resell(series, *from, to, quantity)),
            (Goods::Any(from), false) => (*from, title.transfer(series, *from, to, quantity)),
            (Goods::Exactly(from, ranges), true) => {
                (*from, title.resell_ranges(series, *from, to, ranges))
            }
            (Goods::Exactly(from, ranges), false) => {
                (*from, title.transfer_ranges(series, *from, to, ranges))
            }
        };
        let lots = lots.expect("the seller's coupons were set aside, or checked to be there");
        if let Holder::Party(seller) = from {
            self.circulate(seller, series, &lots);
        }
        match to {
            Holder::Inventory => self.withdraw_from_circulation(series, &lots),
            Holder::Party(_) => self.pend(series, &lots),
            _ => {}
        }
        step.emit(Event::TitleMoved { series, from, to, lots: lots.clone() });
        lots
    }

    /// Commits the buyer's money and books what the issuer owes to holders (P-04b, P-06a, P-21).
    fn commit(&mut self, step: &mut Step<'_>, trade: &Trade, payment: Payment) {
        let posting = match trade.kind {
            TradeKind::Primary => Posting::PrimaryMatch,
            TradeKind::Resale | TradeKind::Block => Posting::SecondaryMatch,
            TradeKind::BuyBack(_) => Posting::BuyBack,
        };
        let purse = self.purse(trade.buyer);
        let mut entry = self.entry(posting);
        entry = match payment {
            Payment::Held(hold) => {
                let over = hold.saturating_sub(trade.cost());
                let back = self.free_account(trade.buyer);
                let entry = entry.with(purse.held(), purse.committed(), trade.cost());
                entry.with(purse.held(), back, over)
            }
            Payment::Available => entry.with(purse.available(), purse.committed(), trade.cost()),
            Payment::Member(_) => entry,
        };
        let face = self.face_of(trade.series, trade.quantity);
        let (owed, contra) = (self.obligation(trade.series), Account::ObligationContra);
        let before = self.amount(owed);
        entry = match trade.kind {
            TradeKind::Primary => entry.with(contra, owed, face),
            TradeKind::BuyBack(_) => entry.with(owed, contra, face),
            TradeKind::Resale | TradeKind::Block => entry,
        };
        self.post(step, entry);
        let Account::Obligation(issuer, id) = owed else { return };
        match trade.kind {
            TradeKind::Primary => {
                self.record(issuer, |record| record.sold = more(record.sold, face));
                self.change_batch(id, |batch| {
                    batch.unsettled = more(batch.unsettled, face);
                    batch.first_sold = batch.first_sold.or(Some(trade.at));
                });
            }
            TradeKind::BuyBack(_) => {
                self.record(issuer, |record| record.sold = record.sold.saturating_sub(face));
                self.claims_fell(step, id, before, face);
                self.free_surplus(step, id);
            }
            TradeKind::Resale | TradeKind::Block => {
                self.record(issuer, |record| record.resold = more(record.resold, face));
            }
        }
    }

    /// What the buyer of `bargain` pays beyond its `value`.
    pub(crate) fn buyer_fee(&self, bargain: &Bargain, value: Amount) -> Amount {
        match bargain.payment {
            // A member's user pays the member's fee at the member's node.
            Payment::Member(_) => Amount::ZERO,
            Payment::Held(_) | Payment::Available => self.side_fee(bargain, Side::Buy, value),
        }
    }

    fn side_fee(&self, bargain: &Bargain, side: Side, value: Amount) -> Amount {
        let kind = self.market_kind(bargain, value);
        let party = if side == Side::Buy { bargain.buyer } else { bargain.seller };
        // The reserve of new coupons counts on what their sale brings, whoever comes second.
        let liquidity = match (kind, side, bargain.taker) {
            (MarketKind::Primary, Side::Sell, _) => Liquidity::Maker,
            (_, side, Some(taker)) if side == taker => Liquidity::Taker,
            _ => Liquidity::Maker,
        };
        self.fee_in(kind, party, (side, liquidity), value)
    }

    /// The fee of one side of a trade of `value` that `party` makes now.
    pub(crate) fn fee_in(
        &self,
        kind: MarketKind,
        party: PartyId,
        (side, liquidity): (Side, Liquidity),
        value: Amount,
    ) -> Amount {
        let line = TradeLine { kind, side, liquidity, value, trades_this_month: 0 };
        self.quote_fee(party, line).fee
    }

    /// Counts a trade towards the months of its parties.
    fn count_trade(&mut self, trade: &Trade) {
        let month = self.month(trade.at);
        if trade.member.is_none() {
            self.parties.count_trade(month, trade.buyer);
        }
        if !trade.primary() {
            self.parties.count_trade(month, trade.seller);
        }
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

    /// Remembers the price of a trade in a book.
    fn traded_in_book(&mut self, step: &Step<'_>, series: SeriesId, price: Amount) {
        let window = self.terms.trading.breaker.window;
        if let Some(market) = self.markets.get_mut(&series) {
            market.traded(step.at, price, window);
        }
    }
}
