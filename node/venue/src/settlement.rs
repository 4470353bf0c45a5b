//! From what was traded to money that has moved: items, bundles and what a house answers
//! (P-04c to f, P-06b to d, P-08, P-16).
//!
//! Everything that makes cash move between pools is an *item*. At the cut-off of a trading day
//! the items become one bundle of obligations between the node's own pools, cleared by its
//! house; items that another node pays for are bundled per counterparty and cleared by the
//! federation. Settled, an item posts its entries; failed, it waits for the next day or is
//! undone.

use crate::command::Dispatch;
use crate::event::{Event, FederationRequest, LockUse};
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::trading::{Trade, TradeState};
use crate::venue::{Due, Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_clearing::{Bundle, BundleRef, Obligation, net};
use gcfn_ledger::{Account, Entry, FeeKind, Holder, IssuerBucket, Posting, UserBucket};
use gcfn_model::{
    Amount, BusinessDate, CycleId, Digest, Hasher, HouseId, NodeId, OrderId, PartyId, Pool,
    RedemptionId, Rounding, SettlementAccount, Timestamp, TradeId, WithdrawalId,
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
}

/// Which house clears a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ClearedBy {
    /// The one between this node's own pools.
    OwnHouse,
    /// The federation's, between nodes.
    Federation,
}

/// Items that settle or fail together, with who says so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Bundled {
    pub(crate) by: ClearedBy,
    /// When it settles.
    pub(crate) value_date: BusinessDate,
    /// What this node's accounts owe and are owed in it.
    pub(crate) obligations: Vec<Obligation>,
    pub(crate) items: Vec<ItemId>,
}

/// Who pays whom how much, in the venue's currency.
type Flow = (SettlementAccount, SettlementAccount, Amount);

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

    /// The cut-off of a day: everything traded until now goes to the houses.
    pub(crate) fn cut_off(&mut self, step: &mut Step<'_>, date: BusinessDate) {
        let Some(day) = self.days.remove(&date) else { return };
        let waiting = core::mem::take(&mut self.unbundled);
        let mut own = Vec::new();
        let mut members = BTreeMap::<(NodeId, NodeId, BusinessDate), Vec<ItemId>>::new();
        for id in waiting {
            match self.items.get(&id).and_then(|item| self.member_of(item)) {
                Some(key) => members.entry(key).or_default().push(id),
                None => own.push(id),
            }
        }
        self.bundle_own(step, day, own);
        for ((member, dealer, value_date), items) in members {
            self.bundle_member(step, day.date, (member, dealer, value_date), items);
        }
    }

    /// The member, dealer and value date of an item that another node pays for.
    fn member_of(&self, item: &Item) -> Option<(NodeId, NodeId, BusinessDate)> {
        let Item::Trade { trade } = item else { return None };
        let member = self.trades.get(trade)?.member?;
        Some((member.node, member.rate.dealer, member.rate.value_date))
    }

    /// What moves between this node's own pools on the day's value date.
    fn bundle_own(&mut self, step: &mut Step<'_>, day: TradingDay, items: Vec<ItemId>) {
        let flows = items.iter().flat_map(|id| self.flows(*id)).collect::<Vec<_>>();
        let obligations = self.obligations(&flows);
        if obligations.is_empty() {
            items.into_iter().for_each(|id| self.settle_item(step, id));
            return;
        }
        let bundle = Bundle {
            reference: self.bundle_reference(b"own", day.date),
            value_date: day.value_date,
            obligations,
            trades: u32::try_from(items.len()).unwrap_or(u32::MAX),
            trades_root: merkle_root(items.iter().map(|id| id.to_be_bytes().to_vec())),
        };
        self.mark_bundled(step, &bundle, ClearedBy::OwnHouse, items);
        if self.terms.house_node == self.terms.node {
            let reference = bundle.reference;
            if self.take_affirmation(step, self.terms.node, bundle).is_err() {
                self.bundles_failed(step, self.terms.house, &[reference]);
            }
        } else {
            let to = self.terms.house_node;
            step.emit(Event::Sent { to, body: Dispatch::Affirm(bundle) });
        }
    }

    /// What a member owes for its purchases of the day: proposed to it and affirmed at once.
    fn bundle_member(
        &mut self,
        step: &mut Step<'_>,
        date: BusinessDate,
        key: (NodeId, NodeId, BusinessDate),
        items: Vec<ItemId>,
    ) {
        let Some((bundle, uses, trades)) = self.member_bundle(date, key, &items) else {
            // No amount says what the member would owe at the rates it has named.
            items.into_iter().for_each(|id| self.fail_item(step, id));
            return;
        };
        self.mark_bundled(step, &bundle, ClearedBy::Federation, items);
        let proposal = Dispatch::Propose { bundle: bundle.clone(), uses: uses.clone(), trades };
        step.emit(Event::Sent { to: key.0, body: proposal });
        step.emit(Event::Submitted(FederationRequest::Affirm { bundle, uses }));
    }

    /// The bundle of a member's purchases, with the rates and the trades behind it.
    fn member_bundle(
        &mut self,
        date: BusinessDate,
        key: (NodeId, NodeId, BusinessDate),
        items: &[ItemId],
    ) -> Option<(Bundle, Vec<LockUse>, Vec<TradeId>)> {
        let (member, dealer, value_date) = key;
        let flows = items.iter().flat_map(|id| self.flows(*id)).collect::<Vec<_>>();
        let mut obligations = self.obligations(&flows);
        let trades: Vec<Trade> = items.iter().filter_map(|id| self.trade_of(*id)).collect();
        let uses = trades.iter().map(lock_use).collect::<Option<Vec<LockUse>>>()?;
        obligations.push(Obligation {
            payer: SettlementAccount { node: member, pool: Pool::UserCustody },
            payee: SettlementAccount { node: dealer, pool: Pool::Dealer },
            currency: trades.first()?.member?.rate.pays,
            amount: Amount::sum(uses.iter().map(|used| used.pays))?,
        });
        let ids: Vec<TradeId> = trades.iter().map(|trade| trade.id).collect();
        let bundle = Bundle {
            reference: self.bundle_reference(member.as_str().as_bytes(), date),
            value_date,
            obligations,
            trades: u32::try_from(ids.len()).unwrap_or(u32::MAX),
            trades_root: trades_root(&ids),
        };
        Some((bundle, uses, ids))
    }

    fn trade_of(&self, id: ItemId) -> Option<Trade> {
        match self.items.get(&id)? {
            Item::Trade { trade } => self.trades.get(trade).cloned(),
            _ => None,
        }
    }

    pub(crate) fn mark_bundled(
        &mut self,
        step: &mut Step<'_>,
        bundle: &Bundle,
        by: ClearedBy,
        items: Vec<ItemId>,
    ) {
        for id in &items {
            if let Some(Item::Trade { trade }) = self.items.get(id)
                && let Some(trade) = self.trades.get_mut(trade)
            {
                trade.state = TradeState::InSettlement;
            }
        }
        let node = self.terms.node;
        let mine =
            bundle.obligations.iter().filter(|o| [o.payer.node, o.payee.node].contains(&node));
        let bundled = Bundled {
            by,
            value_date: bundle.value_date,
            obligations: mine.copied().collect(),
            items: items.clone(),
        };
        self.bundles.insert(bundle.reference, bundled);
        step.emit(Event::Bundled { bundle: bundle.reference, items });
    }

    fn bundle_reference(&mut self, with: &[u8], date: BusinessDate) -> BundleRef {
        let number = self.next_number().to_be_bytes();
        let mut hasher = Hasher::new("gcfn/bundle/v1");
        hasher.part(self.terms.node.as_str().as_bytes()).part(with);
        hasher.part(&date.days().to_be_bytes()).part(&number).finish()
    }

    /// Sums flows per pair of accounts.
    fn obligations(&self, flows: &[Flow]) -> Vec<Obligation> {
        let mut sums = BTreeMap::<(SettlementAccount, SettlementAccount), Amount>::new();
        for (payer, payee, amount) in flows.iter().filter(|(_, _, amount)| !amount.is_zero()) {
            let sum = sums.entry((*payer, *payee)).or_insert(Amount::ZERO);
            *sum = sum.checked_add(*amount).expect("a day's flows are below 10^18 minor units");
        }
        let currency = self.terms.currency;
        let obligation = |((payer, payee), amount)| Obligation { payer, payee, currency, amount };
        sums.into_iter().map(obligation).collect()
    }

    /// The cash that an item moves between pools.
    fn flows(&self, id: ItemId) -> Vec<Flow> {
        use Pool::{Dealer, IssuerEscrow, SettlementHub, UserCustody};
        let own = |pool| self.terms.account(pool);
        let between = |from, to, amount| (own(from), own(to), amount);
        let Some(item) = self.items.get(&id) else { return Vec::new() };
        match *item {
            Item::Trade { trade } => self.trades.get(&trade).map_or(Vec::new(), |trade| {
                let to = if trade.primary { IssuerEscrow } else { UserCustody };
                let fees = trade.buyer_fee.checked_add(trade.seller_fee).expect("below the value");
                let payer = match trade.member {
                    Some(member) => SettlementAccount { node: member.rate.dealer, pool: Dealer },
                    None => own(UserCustody),
                };
                let proceeds = (payer, own(to), trade.proceeds());
                let flows = [proceeds, (payer, own(SettlementHub), fees)];
                flows.into_iter().filter(|(payer, payee, _)| payer != payee).collect()
            }),
            Item::IssuanceFee { amount, .. } | Item::Breakage { amount, .. } => {
                [between(IssuerEscrow, SettlementHub, amount)].to_vec()
            }
            Item::WithdrawalFee { amount, .. } | Item::DealFee { amount, .. } => {
                [between(UserCustody, SettlementHub, amount)].to_vec()
            }
            Item::Redemption { issuer, merchant, value, fee, .. } => {
                let amount = if issuer == merchant { fee } else { value };
                [between(IssuerEscrow, SettlementHub, amount)].to_vec()
            }
            Item::Refund { escrow, hub, .. } => [
                between(IssuerEscrow, UserCustody, escrow),
                between(SettlementHub, UserCustody, hub),
            ]
            .to_vec(),
            Item::DealPayment { dealer, pays, .. } => {
                let to = SettlementAccount { node: dealer, pool: Dealer };
                [(own(UserCustody), to, pays)].to_vec()
            }
        }
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

    /// The items of a bundle that `house` clears; a house has no say in those of another.
    fn take_bundle(&mut self, house: HouseId, bundle: &BundleRef) -> Vec<ItemId> {
        let by = match house == self.terms.house {
            true => ClearedBy::OwnHouse,
            false => ClearedBy::Federation,
        };
        match self.bundles.get(bundle).is_some_and(|bundled| bundled.by == by) {
            true => self.bundles.remove(bundle).map_or(Vec::new(), |bundled| bundled.items),
            false => Vec::new(),
        }
    }

    /// What an account of this node is short of at its own house on a value date.
    pub(crate) fn short_at_own_house(
        &self,
        account: SettlementAccount,
        value_date: BusinessDate,
    ) -> Amount {
        let own = (ClearedBy::OwnHouse, value_date);
        let due = self.bundles.values().filter(|bundled| (bundled.by, bundled.value_date) == own);
        let positions = net(due.flat_map(|bundled| &bundled.obligations));
        let position = positions.get(&(self.terms.currency, account));
        position.and_then(|position| position.debit()).unwrap_or(Amount::ZERO)
    }

    fn fail_item(&mut self, step: &mut Step<'_>, id: ItemId) {
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
    fn settle_item(&mut self, step: &mut Step<'_>, id: ItemId) {
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

fn lock_use(trade: &Trade) -> Option<LockUse> {
    let rate = trade.member?.rate;
    let needs = trade.value();
    Some(LockUse { lock: rate.lock, pays: pays(&rate, needs)?, needs })
}

pub(crate) fn committed(party: PartyId) -> Account {
    Account::User(party, UserBucket::Commit)
}

pub(crate) fn issuer_due(issuer: PartyId) -> Account {
    Account::Issuer(issuer, IssuerBucket::Due)
}

/// The Merkle root of the trades of a bundle, in their order.
pub(crate) fn trades_root(trades: &[TradeId]) -> Digest {
    merkle_root(trades.iter().map(|id| id.as_bytes().to_vec()))
}

/// A binary Merkle root; leaves and nodes are hashed in domains of their own.
fn merkle_root(leaves: impl Iterator<Item = Vec<u8>>) -> Digest {
    let leaf = |bytes: Vec<u8>| Hasher::new("gcfn/bundle-leaf/v1").part(&bytes).finish();
    let mut level: Vec<Digest> = leaves.map(leaf).collect();
    while 1 < level.len() {
        let node = |pair: &[Digest]| match pair {
            [left, right] => {
                let mut hasher = Hasher::new("gcfn/bundle-node/v1");
                hasher.part(left.as_bytes()).part(right.as_bytes()).finish()
            }
            [single] => *single,
            _ => Digest::ZERO,
        };
        level = level.chunks(2).map(node).collect();
    }
    level.first().copied().unwrap_or_default()
}
