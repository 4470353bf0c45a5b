//! Trades: what two orders that met have agreed, and what becomes of money and title at once
//! (P-04b, P-06a).

use crate::event::Event;
use crate::fees::{Liquidity, MarketKind, TradeLine, Trader};
use crate::notice::LockedRate;
use crate::party::PartyKind;
use crate::settlement::{Item, ItemId};
use crate::trading::OpenOrder;
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Account, Holder, Lot, Posting, SerialRange, UserBucket};
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
        let value = fill.price.checked_mul(fill.quantity).expect("the book refused larger orders");
        let (buyer_fee, seller_fee) = self.charge(step.at, &maker, &taker, value);
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
            seller_fee,
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
        self.note_trade(step, &trade);
        self.trades.insert(id, trade);
        id
    }

    /// What the buyer and the seller of a trade of `value` are charged.
    fn charge(
        &mut self,
        at: Timestamp,
        maker: &OpenOrder,
        taker: &Taker,
        value: Amount,
    ) -> (Amount, Amount) {
        let (buyer, seller) = match taker.side {
            Side::Buy => (taker.party, maker.party),
            Side::Sell => (maker.party, taker.party),
        };
        let kind = match maker.primary {
            true => MarketKind::Primary,
            false => {
                let (buys, sells) = (self.trader_kind(buyer), self.trader_kind(seller));
                self.terms.fees.trade.resale_kind(buys, sells, value)
            }
        };
        let mut fee = |party, side| {
            let liquidity = if side == taker.side { Liquidity::Taker } else { Liquidity::Maker };
            let line = TradeLine { kind, side, liquidity, value, trades_this_month: 0 };
            self.charge_side(at, party, line)
        };
        let buyer_fee = match taker.member {
            // A member's user pays the member's fee at the member's node.
            Some(_) => Amount::ZERO,
            None => fee(buyer, Side::Buy),
        };
        (buyer_fee, fee(seller, Side::Sell))
    }

    /// The fee of one side; counts the trade towards the party's month first.
    fn charge_side(&mut self, at: Timestamp, party: PartyId, line: TradeLine) -> Amount {
        let trades_this_month = match line.counts() {
            true => self.monthly_trades.add(self.month(at), party),
            false => 0,
        };
        self.terms.fees.trade_fee(TradeLine { trades_this_month, ..line })
    }

    /// What a party is to the fee schedule; another node trades for its users.
    fn trader_kind(&self, party: PartyId) -> Trader {
        match self.parties.get(&party).map(|known| known.kind) {
            Some(PartyKind::Issuer | PartyKind::Merchant) => Trader::Business,
            _ => Trader::Consumer,
        }
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
        self.order_reduced(maker, fill.quantity, fill.maker_remaining == 0);
        if fill.maker_remaining == 0 {
            self.orders.remove(&maker.id);
        } else if let Some(open) = self.orders.get_mut(&maker.id) {
            open.remaining = fill.maker_remaining;
        }
    }
}
