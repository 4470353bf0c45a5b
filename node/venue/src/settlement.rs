//! From what was traded to money that has moved: items, and what a house's answer does to them
//! (P-04c to f, P-06b to d, P-08, P-16).
//!
//! Everything that makes cash move between pools is an *item*. At the cut-off of a trading day
//! the items become one bundle of obligations between the node's own pools, cleared by its
//! house; items that another node pays for are bundled per counterparty and cleared by the
//! house that both share, or by the federation's. Settled, an item posts its entries; failed, it waits for the next day or is
//! undone.

use crate::event::Event;
use crate::holders::PaymentReason;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::trade::{Trade, TradeKind, TradeState};
use crate::transfer::owner;
use crate::venue::{Due, Step, Venue};
use gcfn_clearing::BundleRef;
use gcfn_ledger::{Account, Entry, FeeKind, Holder, IssuerBucket, Posting, UserBucket};
use gcfn_model::{
    Amount, BatchId, BusinessDate, CycleId, HouseId, NodeId, OrderId, PartyId, Pool, RedemptionId,
    Rounding, Timestamp, TradeId, WithdrawalId,
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
    /// To bring an issuer's free proceeds to its bank.
    IssuerPayOut(WithdrawalId),
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
        fill: crate::dispatch::FillReport,
        /// Who pays.
        buyer: PartyId,
        /// Who is paid: the dealer, or the home where both nodes keep one currency.
        payee: NodeId,
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
    /// What an issuer owed the hub and pays out of its proceeds (P-03b).
    DebtRepaid {
        /// Who owed it.
        issuer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// The guarantee fund's share of an issuer's proceeds (C-39).
    FundContribution {
        /// Whose proceeds.
        issuer: PartyId,
        /// How much.
        amount: Amount,
    },
    /// What the guarantee fund pays into a reserve (P-15b).
    GuaranteeCover {
        /// Whose reserve is short.
        issuer: PartyId,
        /// Of which batch.
        batch: BatchId,
        /// By how much.
        amount: Amount,
    },
    /// What a holder is paid for coupons that were taken back or have matured (P-15d, P-25).
    HolderPayment {
        /// Why.
        reason: PaymentReason,
        /// Who pays.
        issuer: PartyId,
        /// Who is paid.
        holder: PartyId,
        /// How much.
        amount: Amount,
    },
    /// The money of a swap of coupons, and the fees of both (P-22).
    Swap {
        /// Who pays the difference; who receives it pays a fee too.
        payer: PartyId,
        /// Who receives it.
        payee: PartyId,
        /// The difference.
        amount: Amount,
        /// The payer's fee.
        payer_fee: Amount,
        /// The payee's fee.
        payee_fee: Amount,
    },
    /// What a market maker loses of its deposit (P-20a).
    MakerPenalty {
        /// The market maker.
        maker: PartyId,
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
    /// Whom it will bring money; of a trade, the trade says.
    pub(crate) fn payees(&self) -> [Option<PartyId>; 2] {
        match *self {
            Item::Refund { buyer, .. } => [Some(buyer), None],
            Item::HolderPayment { holder, .. } => [Some(holder), None],
            Item::Swap { payee, .. } => [Some(payee), None],
            Item::Redemption { issuer, merchant, .. } => [Some(issuer), Some(merchant)],
            Item::Transfer { to, .. } => [owner(to), None],
            _ => [None, None],
        }
    }
}

impl Venue {
    /// Adds a trading day after the last known one; the same day again changes nothing. Several
    /// days may settle on one date: a market is open on days on which its house is not.
    pub(crate) fn open_day(&mut self, step: &mut Step<'_>, day: TradingDay) -> Outcome {
        if self.days.get(&day.date) == Some(&day) {
            return Ok(Done::Repeated);
        }
        let follows = self.days.last_key_value().is_none_or(|(_, last)| {
            last.date < day.date && last.cut_off < day.cut_off && last.value_date <= day.value_date
        });
        if !follows || day.cut_off <= step.at || day.value_date < day.date {
            return Err(Rejection::TradingDay);
        }
        self.days.insert(day.date, day);
        self.agenda.insert((day.cut_off, Due::CutOff(day.date)));
        if let Some(stated_by) = day.cut_off.checked_add(self.terms.statement_grace) {
            self.agenda.insert((stated_by, Due::StateDay(day.date)));
        }
        self.plan_closing_call(day);
        self.resume_calls(step);
        self.watch_all_quotes(step.at);
        self.desk.prune(step.at);
        self.forget_returned_pay_ins();
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
        item.payees().into_iter().flatten().for_each(|party| self.parties.count_awaited(party));
        self.items.insert(id, item);
        self.unbundled.insert(id, ());
        id
    }

    /// A trade has been made: its seller waits for the money, and a member that bought owes it.
    pub(crate) fn await_payment(&mut self, trade: &Trade) {
        self.parties.count_awaited(trade.seller);
        if let Some(member) = trade.member.and_then(|of| self.members.get_mut(&of.node)) {
            member.owed = member.owed.checked_add(trade.value()).unwrap_or(Amount::MAX);
        }
    }

    /// Takes an item out: nobody waits for it any more.
    pub(crate) fn take_item(&mut self, id: ItemId) -> Option<Item> {
        let item = self.items.remove(&id)?;
        let trade = match item {
            Item::Trade { trade } => self.trades.get(&trade),
            _ => None,
        };
        let seller = trade.map(|trade| trade.seller);
        let bought = trade.and_then(|trade| Some((trade.member?.node, trade.value())));
        if let Some((node, value)) = bought
            && let Some(member) = self.members.get_mut(&node)
        {
            member.owed = member.owed.saturating_sub(value);
        }
        for party in item.payees().into_iter().chain([seller]).flatten() {
            self.parties.count_received(&party);
        }
        Some(item)
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
                        self.take_item(id);
                        self.undo_member_trade(step, trade);
                    }
                    None => {
                        self.set_trade_state(trade, TradeState::Matched);
                        self.unbundled.insert(id, ());
                    }
                }
            }
            Some(Item::DealPayment { .. }) => {
                if let Some(item) = self.take_item(id) {
                    self.undo_deal(step, &item);
                }
            }
            Some(_) => {
                self.unbundled.insert(id, ());
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
        let Some(item) = self.take_item(id) else { return };
        let entry = match &item {
            Item::Trade { trade } => return self.settle_trade(step, *trade),
            Item::DealPayment { .. } => return self.settle_deal(step, &item),
            Item::IssuanceFee { issuer, amount } => {
                self.fee_entry(Posting::IssuanceFee, issuer_due(*issuer), FeeKind::Issue, *amount)
            }
            Item::Breakage { issuer, amount } => {
                self.fee_entry(Posting::Breakage, issuer_due(*issuer), FeeKind::Breakage, *amount)
            }
            Item::WithdrawalFee { party, amount } => {
                let (posting, kind) = (Posting::WithdrawalRequest, FeeKind::Withdrawal);
                self.fee_entry(posting, committed(*party), kind, *amount)
            }
            Item::DealFee { buyer, amount } => {
                let (posting, kind) = (Posting::CrossBorderPayIn, FeeKind::Trade);
                self.fee_entry(posting, committed(*buyer), kind, *amount)
            }
            Item::Redemption { redemption, issuer, merchant, value, fee } => {
                self.end_redemption(step.at, *redemption);
                self.redemption_entry(*issuer, *merchant, *value, *fee)
            }
            Item::MakerPenalty { maker, amount } => {
                let (posting, kind) = (Posting::MarketMakerDeposit, FeeKind::Penalty);
                self.fee_entry(posting, committed(*maker), kind, *amount)
            }
            Item::Swap { payer, payee, amount, payer_fee, payee_fee } => {
                self.swap_entry((*payer, *payer_fee), (*payee, *payee_fee), *amount)
            }
            Item::Refund { buyer, issuer, escrow, hub, .. } => {
                let back = Account::User(*buyer, self.free_bucket(*buyer));
                self.entry(Posting::RefundAfterSettlement)
                    .with(issuer_due(*issuer), back, *escrow)
                    .with(Account::Clearing, back, *hub)
                    .with_transit(IssuerEscrow, UserCustody, *escrow)
                    .with_transit(SettlementHub, UserCustody, *hub)
            }
            Item::DebtRepaid { issuer, amount } => self.debt_repaid(*issuer, *amount),
            Item::FundContribution { issuer, amount } => self
                .entry(Posting::GuaranteeFunding)
                .with(issuer_due(*issuer), Account::GuaranteeFund, *amount)
                .with_transit(IssuerEscrow, Pool::GuaranteeFund, *amount),
            Item::GuaranteeCover { issuer, batch, amount } => {
                return self.covered(step, *issuer, (*batch, *amount));
            }
            Item::HolderPayment { reason, issuer, holder, amount } => {
                self.holder_entry(*reason, *issuer, *holder, *amount)
            }
            Item::Transfer { posting, from, to, amount } => {
                self.transfer_entry(*posting, (*from, *to), *amount)
            }
        };
        self.post(step, entry);
        if let Item::Transfer { to: Account::Issuer(issuer, _), .. } = item {
            self.deposited(step, issuer, IssuerEscrow);
        }
    }

    /// What a party has committed reaches the hub as a fee.
    fn fee_entry(&self, posting: Posting, from: Account, kind: FeeKind, amount: Amount) -> Entry {
        let entry = self.entry(posting).with(from, Account::Fee(kind), amount);
        match from.pool() {
            Some(pool) => entry.with_transit(pool, Pool::SettlementHub, amount),
            None => entry,
        }
    }

    fn debt_repaid(&mut self, issuer: PartyId, amount: Amount) -> Entry {
        if let Some(known) = self.issuers.get_mut(&issuer) {
            known.repaying = known.repaying.saturating_sub(amount);
        }
        self.entry(Posting::IssuanceFee)
            .with(issuer_due(issuer), Account::Receivable(Pool::SettlementHub, issuer), amount)
            .with_transit(Pool::IssuerEscrow, Pool::SettlementHub, amount)
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
            let free = self.issuer_free(issuer);
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
        let entry = match (trade.member.is_some(), trade.primary()) {
            (false, true) => self.primary_entry(&trade),
            (false, false) => self.secondary_entry(&trade),
            (true, _) => self.member_entry(&trade),
        };
        self.post(step, entry);
        if trade.primary() {
            self.proceeds_arrived(step, &trade);
        }
        if let Some(member) = trade.member {
            let (from, to) = (Holder::Delivery(member.node), Holder::Abroad(member.node));
            let series = trade.series;
            let lots = self.books.title.transfer_ranges(series, from, to, &trade.ranges());
            let lots = lots.expect("a match put them there");
            step.emit(Event::TitleMoved { series, from, to, lots });
        }
        self.pends_no_more(trade.series, &trade.lots);
        self.set_trade_state(id, TradeState::Settled);
        step.emit(Event::TradeSettled { trade: id, series: trade.series });
        if !trade.primary() {
            self.withhold_on_resale(step, &trade);
        }
        self.reward_inviters(step, id);
        self.forget_trade(step, id);
    }

    /// P-04c to P-04f in one entry.
    fn primary_entry(&self, trade: &Trade) -> Entry {
        let fees = trade.cost().saturating_sub(trade.proceeds());
        let paid_in = self.entry(Posting::PrimaryPayIn).with(
            committed(trade.buyer),
            Account::Clearing,
            trade.cost(),
        );
        self.share_proceeds(paid_in, Account::Clearing, trade)
            .with(Account::Clearing, Account::Fee(FeeKind::Trade), fees)
            .with_transit(Pool::UserCustody, Pool::SettlementHub, trade.cost())
            .with_transit(Pool::SettlementHub, Pool::IssuerEscrow, trade.proceeds())
    }

    /// P-06b to P-06d in one entry; P-21 when an issuer has bought its coupons back.
    fn secondary_entry(&self, trade: &Trade) -> Entry {
        let posting = match trade.kind {
            TradeKind::BuyBack(_) => Posting::BuyBack,
            _ => Posting::SecondaryPayIn,
        };
        let (buyer, seller) = (self.purse(trade.buyer), self.purse(trade.seller));
        let fees = trade.cost().saturating_sub(trade.proceeds());
        self.entry(posting)
            .with(buyer.committed(), Account::Clearing, trade.cost())
            .with(Account::Clearing, self.free_account(trade.seller), trade.proceeds())
            .with(Account::Clearing, Account::Fee(FeeKind::Trade), fees)
            .with_transit(buyer.pool(), Pool::SettlementHub, trade.cost())
            .with_transit(Pool::SettlementHub, seller.pool(), trade.proceeds())
    }

    /// P-22: the difference and both fees, through the hub.
    fn swap_entry(
        &self,
        (payer, payer_fee): (PartyId, Amount),
        (payee, payee_fee): (PartyId, Amount),
        amount: Amount,
    ) -> Entry {
        let (from, to) = (self.purse(payer), self.purse(payee));
        let paid = amount.checked_add(payer_fee).expect("both were held");
        let fees = payer_fee.checked_add(payee_fee).expect("both were held");
        self.entry(Posting::SwapEqualiser)
            .with(from.committed(), Account::Clearing, paid)
            .with(to.committed(), Account::Clearing, payee_fee)
            .with(Account::Clearing, self.free_account(payee), amount)
            .with(Account::Clearing, Account::Fee(FeeKind::Trade), fees)
            .with_transit(from.pool(), Pool::SettlementHub, paid)
            .with_transit(to.pool(), Pool::SettlementHub, payee_fee)
            .with_transit(Pool::SettlementHub, to.pool(), amount)
    }

    /// P-16h2 and P-16l: the money came from the dealer, through the federation's house.
    fn member_entry(&self, trade: &Trade) -> Entry {
        let fee = Account::Fee(FeeKind::Trade);
        let posting = match trade.primary() {
            true => Posting::CrossBorderPrimary,
            false => Posting::CrossBorderPayOut,
        };
        let entry =
            self.entry(posting).with(Account::Transit(Pool::SettlementHub), fee, trade.seller_fee);
        if trade.primary() {
            return self.share_proceeds(entry, Account::Transit(Pool::IssuerEscrow), trade);
        }
        let seller = self.free_account(trade.seller);
        let arriving = Account::Transit(self.purse(trade.seller).pool());
        entry.with(arriving, seller, trade.proceeds())
    }

    /// Shares the proceeds of a primary sale: the reserve first, then the risk reserve, and the
    /// rest is the issuer's to use (P-04d, P-04e, C-39).
    fn share_proceeds(&self, entry: Entry, from: Account, trade: &Trade) -> Entry {
        let market = self.markets.get(&trade.series).expect("a traded series has a market");
        let batch = self.batches.get(&market.batch).expect("a market has a batch");
        let proceeds = trade.proceeds();
        let kept = self.reserve_share(batch, trade.quantity, proceeds);
        let rest = proceeds.saturating_sub(kept);
        let at_risk = self.risk_share(proceeds, rest);
        entry
            .with(from, Account::Reserve(trade.seller, market.batch), kept)
            .with(from, Account::Issuer(trade.seller, IssuerBucket::Risk), at_risk)
            .with(from, self.issuer_free(trade.seller), rest.saturating_sub(at_risk))
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
