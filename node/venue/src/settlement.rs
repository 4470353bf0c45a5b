//! From what was traded to money that has moved: items, and what a house's answer does to them
//! (P-04c to f, P-06b to d, P-08, P-16).
//!
//! Everything that makes cash move between pools is an *item*. At the cut-off of a trading day
//! the items become one bundle of obligations between the node's own pools, cleared by its
//! house; items that another node pays for are bundled per counterparty and cleared by the
//! federation. Settled, an item posts its entries; failed, it waits for the next day or is
//! undone.

use crate::event::Event;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::trade::{Trade, TradeState};
use crate::transfer::owner;
use crate::venue::{Due, Step, Venue};
use gcfn_clearing::BundleRef;
use gcfn_ledger::{Account, Entry, FeeKind, Holder, IssuerBucket, Posting, UserBucket};
use gcfn_model::{
    Amount, BusinessDate, CycleId, HouseId, NodeId, OrderId, PartyId, Pool, RedemptionId, Rounding,
    Timestamp, TradeId, WithdrawalId,
};
use serde::{Deserialize, Serialize};

/// One day of trading: what is done before its cut-off settles on its value date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradingDay {
    /// The business date.
    pub date: BusinessDate,
    /// Its end.
    pub cut_off: Timestamp,
    /// When its cash moves.
    pub value_date: BusinessDate,
}

/// The running number of an item.
pub type ItemId = u64;

/// What a payment of the node is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// To meet a call of a clearing house.
    PayIn {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
    },
    /// What a clearing house pays this node.
    PayOut {
        /// The house.
        house: HouseId,
        /// The cycle.
        cycle: CycleId,
    },
    /// To bring a user's money to the user's bank.
    Withdrawal(WithdrawalId),
    /// To pay a merchant what was redeemed with it.
    MerchantPayOut(PartyId),
}

/// Something that makes cash move between pools.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    /// A trade in a book of this node.
    Trade {
        /// The trade.
        trade: TradeId,
    },
    /// An issuance fee (P-03b).
    IssuanceFee {
        /// Who owes it.
        issuer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// A withdrawal fee (P-14a).
    WithdrawalFee {
        /// Who owes it.
        party: PartyId,
        /// How much.
        amount: Amount,
    },
    /// What the issuer owes for a redemption (P-09c).
    Redemption {
        /// The redemption.
        redemption: RedemptionId,
        /// Who issued the coupon.
        issuer: PartyId,
        /// Where it was redeemed.
        merchant: PartyId,
        /// Face value redeemed.
        value: Amount,
        /// What the platform keeps of it.
        fee: Amount,
    },
    /// The platform's share of what expired (P-13b).
    Breakage {
        /// Whose coupons expired.
        issuer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// A settled primary purchase handed back (P-11b).
    Refund {
        /// The purchase.
        trade: TradeId,
        /// Who gets the money back.
        buyer: PartyId,
        /// Who gives it.
        issuer: PartyId,
        /// From the issuer's escrow.
        escrow: Amount,
        /// From fees.
        hub: Amount,
    },
    /// What a user of this node pays for coupons of another (P-16e).
    DealPayment {
        /// The order.
        order: OrderId,
        /// The trade at the home node.
        fill: crate::command::FillReport,
        /// Who pays.
        buyer: PartyId,
        /// The dealer who is paid.
        dealer: NodeId,
        /// How much, in this venue's currency.
        pays: Amount,
        /// This node's fee on top, taken once the payment has settled.
        fee: Amount,
    },
    /// This node's fee on a settled purchase at another node.
    DealFee {
        /// Who pays.
        buyer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// Money between two accounts of the node that are in different pools.
    Transfer {
        /// The line of the posting table.
        posting: Posting,
        /// Where it waits.
        from: Account,
        /// Where it goes to.
        to: Account,
        /// How much.
        amount: Amount,
    },
}

impl Item {
    /// Whether it will bring `party` money, beyond what its trades do.
    pub(crate) fn pays(&self, party: PartyId) -> bool {
        match self {
            Item::Refund { buyer, .. } => *buyer == party,
            Item::Redemption { issuer, merchant, .. } => [issuer, merchant].contains(&&party),
            Item::Transfer { to, .. } => owner(*to) == Some(party),
            _ => false,
        }
    }
}

impl Venue {
    /// Adds a trading day after the last known one; the same day again changes nothing.
    pub(crate) fn open_day(&mut self, step: &mut Step<'_>, day: TradingDay) -> Outcome {
        if self.days.get(&day.date) == Some(&day) {
            return Ok(Done::Repeated);
        }
        let follows = self.days.last_key_value().is_none_or(|(_, last)| {
            last.date < day.date && last.cut_off < day.cut_off && last.value_date < day.value_date
        });
        if !follows || day.cut_off <= step.at || day.value_date < day.date {
            return Err(Rejection::TradingDay);
        }
        self.days.insert(day.date, day);
        self.agenda.insert((day.cut_off, Due::CutOff(day.date)));
        step.emit(Event::DayOpened(day));
        Ok(Done::Accepted)
    }

    /// The day that an instant belongs to: the first whose cut-off has not passed.
    pub(crate) fn trading_day(&self, at: Timestamp) -> Result<TradingDay, Rejection> {
        let day = self.days.values().find(|day| at < day.cut_off);
        day.copied().ok_or(Rejection::NoTradingDay)
    }

    pub(crate) fn add_item(&mut self, item: Item) -> ItemId {
        let id = self.next_number();
        self.items.insert(id, item);
        self.unbundled.insert(id);
        id
    }

    /// A house settled bundles: final. Those of this node post their entries.
    pub(crate) fn bundles_settled(
        &mut self,
        step: &mut Step<'_>,
        house: HouseId,
        bundles: &[BundleRef],
    ) {
        for bundle in bundles {
            for id in self.take_bundle(house, bundle) {
                self.settle_item(step, id);
            }
        }
    }

    /// Bundles left their cycle. What moves between own pools waits for the next day; what
    /// another node was to pay is undone on both sides.
    pub(crate) fn bundles_failed(
        &mut self,
        step: &mut Step<'_>,
        house: HouseId,
        bundles: &[BundleRef],
    ) {
        for bundle in bundles {
            for id in self.take_bundle(house, bundle) {
                self.fail_item(step, id);
            }
        }
    }

    pub(crate) fn fail_item(&mut self, step: &mut Step<'_>, id: ItemId) {
        match self.items.get(&id) {
            Some(Item::Trade { trade }) => {
                let trade = *trade;
                match self.trades.get(&trade).and_then(|t| t.member) {
                    Some(_) => {
                        self.items.remove(&id);
                        self.undo_member_trade(step, trade);
                    }
                    None => {
                        self.set_trade_state(trade, TradeState::Matched);
                        self.unbundled.insert(id);
                    }
                }
            }
            Some(Item::DealPayment { .. }) => {
                if let Some(item) = self.items.remove(&id) {
                    self.undo_deal(step, &item);
                }
            }
            Some(_) => {
                self.unbundled.insert(id);
            }
            None => {}
        }
    }

    pub(crate) fn set_trade_state(&mut self, trade: TradeId, state: TradeState) {
        if let Some(trade) = self.trades.get_mut(&trade) {
            trade.state = state;
        }
    }

    /// Posts what an item comes to once its cash has moved.
    pub(crate) fn settle_item(&mut self, step: &mut Step<'_>, id: ItemId) {
        use Pool::{IssuerEscrow, SettlementHub, UserCustody};
        let Some(item) = self.items.remove(&id) else { return };
        let entry = match &item {
            Item::Trade { trade } => return self.settle_trade(step, *trade),
            Item::DealPayment { .. } => return self.settle_deal(step, &item),
            Item::IssuanceFee { issuer, amount } => self
                .entry(Posting::IssuanceFee)
                .with(issuer_due(*issuer), Account::Fee(FeeKind::Issue), *amount)
                .with_transit(IssuerEscrow, SettlementHub, *amount),
            Item::Breakage { issuer, amount } => self
                .entry(Posting::Breakage)
                .with(issuer_due(*issuer), Account::Fee(FeeKind::Breakage), *amount)
                .with_transit(IssuerEscrow, SettlementHub, *amount),
            Item::WithdrawalFee { party, amount } => self
                .entry(Posting::WithdrawalRequest)
                .with(committed(*party), Account::Fee(FeeKind::Withdrawal), *amount)
                .with_transit(UserCustody, SettlementHub, *amount),
            Item::DealFee { buyer, amount } => self
                .entry(Posting::CrossBorderPayIn)
                .with(committed(*buyer), Account::Fee(FeeKind::Trade), *amount)
                .with_transit(UserCustody, SettlementHub, *amount),
            Item::Redemption { redemption, issuer, merchant, value, fee } => {
                self.redemptions.remove(redemption);
                self.redemption_entry(*issuer, *merchant, *value, *fee)
            }
            Item::Refund { buyer, issuer, escrow, hub, .. } => {
                let back = Account::User(*buyer, self.free_bucket(*buyer));
                self.entry(Posting::RefundAfterSettlement)
                    .with(issuer_due(*issuer), back, *escrow)
                    .with(Account::Clearing, back, *hub)
                    .with_transit(IssuerEscrow, UserCustody, *escrow)
                    .with_transit(SettlementHub, UserCustody, *hub)
            }
            Item::Transfer { posting, from, to, amount } => {
                self.transfer_entry(*posting, (*from, *to), *amount)
            }
        };
        self.post(step, entry);
    }

    fn redemption_entry(
        &mut self,
        issuer: PartyId,
        merchant: PartyId,
        value: Amount,
        fee: Amount,
    ) -> Entry {
        let rest = value.saturating_sub(fee);
        let due = issuer_due(issuer);
        let entry = self.entry(Posting::MerchantDue);
        let entry = entry.with(due, Account::Fee(FeeKind::Redeem), fee);
        if issuer == merchant {
            let free = Account::Issuer(issuer, IssuerBucket::Free);
            return entry.with(due, free, rest).with_transit(
                Pool::IssuerEscrow,
                Pool::SettlementHub,
                fee,
            );
        }
        let owed = self.merchants_due.entry(merchant).or_insert(Amount::ZERO);
        *owed = owed.checked_add(rest).expect("below what the hub holds");
        entry.with(due, Account::Merchant(merchant), rest).with_transit(
            Pool::IssuerEscrow,
            Pool::SettlementHub,
            value,
        )
    }

    fn settle_trade(&mut self, step: &mut Step<'_>, id: TradeId) {
        let Some(trade) = self.trades.get(&id).cloned() else { return };
        let entry = match (trade.member.is_some(), trade.primary) {
            (false, true) => self.primary_entry(&trade),
            (false, false) => self.secondary_entry(&trade),
            (true, _) => self.member_entry(&trade),
        };
        self.post(step, entry);
        if let Some(member) = trade.member {
            let (from, to) = (Holder::Delivery(member.node), Holder::Abroad(member.node));
            let series = trade.series;
            let lots = self.books.title.transfer_ranges(series, from, to, &trade.ranges());
            let lots = lots.expect("a match put them there");
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
        self.set_trade_state(id, TradeState::Settled);
        step.emit(Event::TradeSettled { trade: id, series: trade.series });
        if !trade.primary {
            self.withhold_on_resale(step, &trade);
        }
        self.reward_inviters(step, &trade);
    }

    /// P-04c to P-04f in one entry.
    fn primary_entry(&self, trade: &Trade) -> Entry {
        let (reserve, free) = self.proceeds_accounts(trade);
        let (kept, rest) = self.split_proceeds(trade);
        let fees = trade.cost().saturating_sub(trade.proceeds());
        self.entry(Posting::PrimaryPayIn)
            .with(committed(trade.buyer), Account::Clearing, trade.cost())
            .with(Account::Clearing, reserve, kept)
            .with(Account::Clearing, free, rest)
            .with(Account::Clearing, Account::Fee(FeeKind::Trade), fees)
            .with_transit(Pool::UserCustody, Pool::SettlementHub, trade.cost())
            .with_transit(Pool::SettlementHub, Pool::IssuerEscrow, trade.proceeds())
    }

    /// P-06b to P-06d in one entry.
    fn secondary_entry(&self, trade: &Trade) -> Entry {
        let seller = Account::User(trade.seller, self.free_bucket(trade.seller));
        let fees = trade.cost().saturating_sub(trade.proceeds());
        self.entry(Posting::SecondaryPayIn)
            .with(committed(trade.buyer), Account::Clearing, trade.cost())
            .with(Account::Clearing, seller, trade.proceeds())
            .with(Account::Clearing, Account::Fee(FeeKind::Trade), fees)
            .with_transit(Pool::UserCustody, Pool::SettlementHub, trade.cost())
            .with_transit(Pool::SettlementHub, Pool::UserCustody, trade.proceeds())
    }

    /// P-16h2 and P-16l: the money came from the dealer, through the federation's house.
    fn member_entry(&self, trade: &Trade) -> Entry {
        let fee = Account::Fee(FeeKind::Trade);
        let entry = self.entry(Posting::CrossBorderPayOut).with(
            Account::Transit(Pool::SettlementHub),
            fee,
            trade.seller_fee,
        );
        if trade.primary {
            let (reserve, free) = self.proceeds_accounts(trade);
            let (kept, rest) = self.split_proceeds(trade);
            let arriving = Account::Transit(Pool::IssuerEscrow);
            return entry.with(arriving, reserve, kept).with(arriving, free, rest);
        }
        let seller = Account::User(trade.seller, self.free_bucket(trade.seller));
        entry.with(Account::Transit(Pool::UserCustody), seller, trade.proceeds())
    }

    fn proceeds_accounts(&self, trade: &Trade) -> (Account, Account) {
        let market = self.markets.get(&trade.series).expect("a traded series has a market");
        let reserve = Account::Reserve(trade.seller, market.batch);
        (reserve, Account::Issuer(trade.seller, IssuerBucket::Free))
    }

    fn split_proceeds(&self, trade: &Trade) -> (Amount, Amount) {
        let market = self.markets.get(&trade.series).expect("a traded series has a market");
        let batch = self.batches.get(&market.batch).expect("a market has a batch");
        let kept = self.reserve_share(batch, trade.quantity, trade.proceeds());
        (kept, trade.proceeds().saturating_sub(kept))
    }
}

/// What a purchase at `rate` costs its payer for `value` of the other currency: never less than
/// the exact amount, so the dealer bears no rounding.
pub(crate) fn pays(rate: &crate::notice::LockedRate, value: Amount) -> Option<Amount> {
    rate.rate.base(value, Rounding::Up)
}

pub(crate) fn committed(party: PartyId) -> Account {
    Account::User(party, UserBucket::Commit)
}

pub(crate) fn issuer_due(issuer: PartyId) -> Account {
    Account::Issuer(issuer, IssuerBucket::Due)
}
