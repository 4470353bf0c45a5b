//! Buying for a user at another node: this node is the buyer's (protocols, "A trade across
//! nodes"; P-16b, e, i).
//!
//! The user's money is held here until the home node answers, committed for what matched, and
//! paid in the same cycle in which the home node gives the coupons up: of the house that both
//! nodes share where they keep one currency, of the federation's otherwise. Until then the user
//! has neither lost the money nor got the coupons.

use crate::bundling::trades_root;
use crate::command::Merchandise;
use crate::deal_rate::{DealRate, dealing_account, lapse_of};
use crate::dispatch::{DealOrder, Dispatch, FillReport};
use crate::event::Event;
use crate::exception::Difference;
use crate::federation_request::LockUse;
use crate::fees::{Liquidity, MarketKind, TradeLine};
use crate::notice::LockedRate;
use crate::outcome::{Done, Outcome};
use crate::refusal::Rejection;
use crate::settlement::{Item, ItemId, committed};
use crate::venue::{Deal, Due, Lock, Step, Venue};
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use gcfn_clearing::{Bundle, Obligation};
use gcfn_ledger::{Account, Holder, Lot, Posting, Title, UserBucket};
use gcfn_market::Side;
use gcfn_model::{
    Amount, BusinessDate, LockId, Millis, NodeId, OrderId, PartyId, Pool, Timestamp, TradeId,
};

/// How long an expired lock is remembered, so that its holder is told what happened to it.
const LOCK_REMEMBERED: Millis = Millis(86_400_000);

/// The most coupons of one order at another node. Its answer names every range of them, one for
/// each coupon at worst, and has to fit an envelope.
pub const DEAL_QUANTITY_MAX: u64 = 4_096;

impl Venue {
    /// What is held for purchases at other nodes until they answer, one line a purchase.
    pub fn held_for_deals(&self) -> impl Iterator<Item = (PartyId, Amount)> {
        self.deals.values().map(|deal| (deal.buyer, deal.held))
    }

    pub(crate) fn rate_locked(&mut self, step: &mut Step<'_>, rate: LockedRate) {
        if rate.holder != self.terms.node || self.locks.contains_key(&rate.lock) {
            return;
        }
        self.locks.insert(rate.lock, Lock { rate, used: false });
        let forget = rate.expires_at.checked_add(LOCK_REMEMBERED).unwrap_or(rate.expires_at);
        self.agenda.insert((forget, Due::ForgetLock(rate.lock)));
        step.emit(Event::RateLocked(rate));
    }

    /// Holds the user's money and sends the order to the home node.
    pub(crate) fn buy_abroad(
        &mut self,
        step: &mut Step<'_>,
        buyer: PartyId,
        goods: Merchandise,
    ) -> Outcome {
        self.trader(buyer)?;
        if goods.quantity == 0 {
            return Err(Rejection::QuantityZero);
        }
        if DEAL_QUANTITY_MAX < goods.quantity {
            return Err(Rejection::DealTooLong);
        }
        if self.deals.contains_key(&goods.order) {
            return Err(Rejection::OrderExists);
        }
        let value = goods.limit.checked_mul(goods.quantity).ok_or(Rejection::TooLarge)?;
        if value.is_zero() {
            return Err(Rejection::PriceOutOfRange);
        }
        let rate = match goods.lock {
            Some(lock) => DealRate::Locked(self.usable_lock(lock, value, step.at)?),
            None => self.par_with(goods.home, step.at)?,
        };
        let held = self.most_it_costs(&rate, &goods).ok_or(Rejection::TooLarge)?;
        let available = Account::User(buyer, UserBucket::Available);
        if self.amount(available) < held {
            return Err(Rejection::InsufficientFunds);
        }
        self.check_order_limits(buyer, held, step.at)?;

        let entry = self.entry(Posting::CrossBorderPrepare);
        self.post(step, entry.with(available, Account::User(buyer, UserBucket::Hold), held));
        if let Some(lock) = goods.lock.and_then(|lock| self.locks.get_mut(&lock)) {
            lock.used = true;
        }
        if let Some(lapses) = rate.lapses() {
            self.agenda.insert((lapses, Due::LapseDeal(goods.order)));
        }
        self.reserve_limit(buyer, held, step.at);
        self.deals.insert(goods.order, Deal { buyer, goods, rate, held });
        let Merchandise { order, series, quantity, limit, home, .. } = goods;
        step.emit(Event::OrderAccepted {
            order,
            party: buyer,
            series,
            side: Side::Buy,
            quantity,
            price: limit,
        });
        let body = Dispatch::Deal(DealOrder { order, series, quantity, limit, rate });
        step.emit(Event::Sent { to: home, body });
        Ok(Done::Accepted)
    }

    /// The rate of a lock that can still pay for `value`.
    fn usable_lock(
        &self,
        lock: LockId,
        value: Amount,
        at: Timestamp,
    ) -> Result<LockedRate, Rejection> {
        let Lock { rate, used } = *self.locks.get(&lock).ok_or(Rejection::UnknownLock)?;
        if used {
            return Err(Rejection::LockUsed);
        }
        if rate.expires_at <= at {
            return Err(Rejection::LockExpired);
        }
        match rate.pays == self.terms.currency && value <= rate.size {
            true => Ok(rate),
            false => Err(Rejection::LockMismatch),
        }
    }

    /// Price and fee of any way the order can fill: every fill rounds up on its own, so each
    /// coupon is held for at its own rounded price.
    fn most_it_costs(&self, rate: &DealRate, goods: &Merchandise) -> Option<Amount> {
        let per_coupon = rate.pays(goods.limit)?;
        self.terms.hold_per_coupon(per_coupon)?.checked_mul(goods.quantity)
    }

    /// The home node says what became of an order.
    pub(crate) fn deal_done(
        &mut self,
        step: &mut Step<'_>,
        from: NodeId,
        order: OrderId,
        fills: &[FillReport],
    ) -> Outcome {
        let deal = self.deals.get(&order).filter(|deal| deal.goods.home == from);
        let deal = deal.cloned().ok_or(Rejection::DealState)?;
        let costs: Option<Vec<_>> = fills.iter().map(|fill| self.cost_of(&deal, fill)).collect();
        let costs = costs.ok_or(Rejection::DealState)?;
        let total = Amount::sum(costs.iter().flat_map(|(pays, fee)| [*pays, *fee]));
        let total = total.filter(|total| *total <= deal.held).ok_or(Rejection::DealState)?;
        let filled = fills.iter().try_fold(0u64, |sum, fill| sum.checked_add(fill.quantity));
        let wanted = filled.is_some_and(|filled| filled <= deal.goods.quantity);
        if !wanted || !self.are_new(from, fills) {
            return Err(Rejection::DealState);
        }
        self.receive(step, &deal.goods, fills)?;

        self.deals.remove(&order);
        self.release_limit(deal.buyer, deal.held, true);
        let lapses = deal.rate.lapses();
        if let Some(lapses) = lapses {
            self.agenda.remove(&(lapses, Due::LapseDeal(order)));
        }
        let held = Account::User(deal.buyer, UserBucket::Hold);
        let back = Account::User(deal.buyer, self.free_bucket(deal.buyer));
        let entry = self
            .entry(Posting::CrossBorderPrepare)
            .with(held, committed(deal.buyer), total)
            .with(held, back, deal.held.saturating_sub(total));
        self.post(step, entry);
        if fills.is_empty() {
            step.emit(Event::DealReleased { order });
        }
        for (fill, (pays, fee)) in fills.iter().zip(costs) {
            let id = self.next_number();
            let (buyer, payee) = (deal.buyer, deal.rate.payee());
            self.note_side(step, buyer, fill.trade, pays);
            self.unproposed.insert((from, fill.trade), id);
            if let Some(lapses) = lapses {
                self.agenda.insert((lapses, Due::LapsePayment(from, fill.trade)));
            }
            let fill = fill.clone();
            let payment = Item::DealPayment { order, fill, buyer, payee, pays, fee };
            self.items.insert(id, payment);
        }
        Ok(Done::Accepted)
    }

    /// Whether `home` names every trade once, and none that it has still to propose: it can only
    /// propose one payment under one name.
    fn are_new(&self, home: NodeId, fills: &[FillReport]) -> bool {
        let trades: BTreeSet<TradeId> = fills.iter().map(|fill| fill.trade).collect();
        trades.len() == fills.len()
            && trades.iter().all(|trade| !self.unproposed.contains_key(&(home, *trade)))
    }

    /// Takes the coupons of the fills out of `home` into delivery, where they wait until they
    /// are paid. Refused whole if the home node names coupons that are here already.
    fn receive(
        &mut self,
        step: &mut Step<'_>,
        goods: &Merchandise,
        fills: &[FillReport],
    ) -> Result<(), Rejection> {
        if fills.is_empty() {
            return Ok(());
        }
        let Merchandise { series, face, minted, home, expires_at, .. } = *goods;
        let fits = |fill: &FillReport| {
            fill.series == series && fill.quantity != 0 && count(&fill.lots) == Some(fill.quantity)
        };
        if !fills.iter().all(fits) {
            return Err(Rejection::DealState);
        }
        let mut lots: Vec<Lot> = fills.iter().flat_map(|fill| fill.lots.clone()).collect();
        lots.sort_unstable_by_key(|lot| lot.range);
        let (from, to) = (Holder::Home(home), Holder::Delivery(home));
        let adopt = |title: &mut Title| title.adopt(series, from, to, &lots);
        if self.books.title.terms(series).is_none() {
            // Tried on empty books first, so that a refusal registers nothing.
            let terms = gcfn_ledger::Terms { face, quantity: minted, home: Some(home) };
            let mut trial = Title::default();
            trial.register(series, terms).map_err(|_| Rejection::DealState)?;
            adopt(&mut trial).map_err(|_| Rejection::DealState)?;
            self.books.title.register(series, terms).map_err(|_| Rejection::DealState)?;
            self.agenda.insert((expires_at, Due::ExpireForeign(series)));
        }
        adopt(&mut self.books.title).map_err(|_| Rejection::DealState)?;
        step.emit(Event::TitleMoved { series, from, to, lots });
        Ok(())
    }

    fn cost_of(&self, deal: &Deal, fill: &FillReport) -> Option<(Amount, Amount)> {
        let within = fill.price <= deal.goods.limit && fill.currency == deal.rate.needs();
        let value = fill.price.checked_mul(fill.quantity).filter(|_| within)?;
        let pays = deal.rate.pays(value)?;
        Some((pays, self.fee_abroad(pays)))
    }

    /// This node's fee on what its user pays for coupons of another: of a consumer that takes.
    /// Only trades in the node's own books count towards the reduction and have it.
    fn fee_abroad(&self, pays: Amount) -> Amount {
        self.terms.fees.trade_fee(TradeLine {
            kind: MarketKind::C2c,
            side: Side::Buy,
            liquidity: Liquidity::Taker,
            value: pays,
            trades_this_month: 0,
        })
    }

    /// The home node proposes the day's bundle. It is affirmed if it says of every purchase
    /// exactly what this node has recorded. Otherwise the home hears in what it differs:
    /// unaffirmed, it leaves its cycle and both sides return to where they were.
    pub(crate) fn proposed(
        &mut self,
        step: &mut Step<'_>,
        from: NodeId,
        bundle: &Bundle,
        uses: &[LockUse],
        trades: &[TradeId],
    ) -> Outcome {
        if self.bundles.contains_key(&bundle.reference) {
            return Err(Rejection::DealState);
        }
        let Some(items) = self.payments_of(from, trades) else {
            return self.disagree(step, from, bundle.reference, Difference::Trades);
        };
        if !self.are_for(from, bundle.value_date, trades)
            || !self.agrees(from, bundle, uses, &items)
        {
            return self.disagree(step, from, bundle.reference, Difference::Obligations);
        }
        if bundle.trades_root != trades_root(trades) {
            return self.disagree(step, from, bundle.reference, Difference::Proof);
        }
        for trade in trades {
            self.unproposed.remove(&(from, *trade));
        }
        let by = self.house_with(from, self.dealer_of(&items));
        self.mark_bundled(step, bundle, by, items);
        self.affirm(step, by, bundle.clone(), uses.to_vec());
        Ok(Done::Accepted)
    }

    /// The payments for `trades` of `home`, in their order, if each is still to be proposed and
    /// none is named twice.
    fn payments_of(&self, home: NodeId, trades: &[TradeId]) -> Option<Vec<ItemId>> {
        let payment = |trade: &TradeId| self.unproposed.get(&(home, *trade)).copied();
        let items: Vec<ItemId> = trades.iter().map(payment).collect::<Option<_>>()?;
        let once: BTreeSet<ItemId> = items.iter().copied().collect();
        (once.len() == items.len()).then_some(items)
    }

    /// Whether every trade of `home` was made for `value_date`: on another day its coupons may have
    /// expired.
    fn are_for(&self, home: NodeId, value_date: BusinessDate, trades: &[TradeId]) -> bool {
        let due = |at| move |trade: &TradeId| (at, Due::LapsePayment(home, *trade));
        lapse_of(value_date)
            .is_some_and(|at| trades.iter().map(due(at)).all(|due| self.agenda.has(&due)))
    }

    /// The value date of an order has passed without an answer of its home. It can be in no cycle
    /// any more, so the buyer has the money back; a late answer is refused.
    pub(crate) fn lapse_deal(&mut self, step: &mut Step<'_>, order: OrderId) {
        let Some(deal) = self.deals.remove(&order) else { return };
        self.release_limit(deal.buyer, deal.held, true);
        let held = Account::User(deal.buyer, UserBucket::Hold);
        let back = Account::User(deal.buyer, self.free_bucket(deal.buyer));
        let entry = self.entry(Posting::CrossBorderAbort).with(held, back, deal.held);
        self.post(step, entry);
        step.emit(Event::DealReleased { order });
    }

    /// The value date of a trade has passed without a proposal of its home: the buyer has the money
    /// back. The home has its coupons back, because a bundle that this node does not affirm leaves
    /// its cycle.
    pub(crate) fn lapse_payment(&mut self, step: &mut Step<'_>, home: NodeId, trade: TradeId) {
        if let Some(id) = self.unproposed.remove(&(home, trade)) {
            self.fail_item(step, id);
        }
    }

    /// Who stands between this node and the home of those payments; nobody where they are at par.
    fn dealer_of(&self, items: &[ItemId]) -> Option<NodeId> {
        self.dealer_between(self.items.get(items.first()?)?)
    }

    /// Who stands between this node and the home of a payment: nobody where both keep one
    /// currency.
    pub(crate) fn dealer_between(&self, item: &Item) -> Option<NodeId> {
        match item {
            Item::DealPayment { fill, payee, .. } if fill.currency != self.terms.currency => {
                Some(*payee)
            }
            _ => None,
        }
    }

    fn agrees(&self, from: NodeId, bundle: &Bundle, uses: &[LockUse], items: &[ItemId]) -> bool {
        let mut owed = Amount::ZERO;
        let mut dealers = BTreeSet::new();
        for id in items {
            if let Some(item @ Item::DealPayment { pays, .. }) = self.items.get(id) {
                owed = owed.checked_add(*pays).unwrap_or(Amount::MAX);
                dealers.insert(self.dealer_between(item));
            }
        }
        match (dealers.pop_first(), dealers.is_empty()) {
            (Some(Some(dealer)), true) => self.is_through(dealer, from, bundle, uses, owed),
            (Some(None), true) => uses.is_empty() && self.is_at_par(from, bundle, owed),
            _ => false,
        }
    }

    /// Whether this node owes `dealer` so much in the bundle and nothing else, and `dealer` pays
    /// `home` what the locks say.
    fn is_through(
        &self,
        dealer: NodeId,
        home: NodeId,
        bundle: &Bundle,
        uses: &[LockUse],
        owed: Amount,
    ) -> bool {
        let (mine, to) = (self.terms.account(Pool::UserCustody), dealing_account(dealer));
        let sum = |of: fn(&LockUse) -> Amount| Amount::sum(uses.iter().map(of));
        let needed = bundle.obligations.iter().filter(|o| o.payer == to && o.payee.node == home);
        let needed = Amount::sum(needed.map(|o| o.amount));
        let own = bundle.obligations.iter().filter(|o| o.payer.node == self.terms.node);
        let own: Vec<_> = own.map(|o| (o.payer, o.payee, o.currency, o.amount)).collect();
        own == [(mine, to, self.terms.currency, owed)]
            && sum(|used| used.pays) == Some(owed)
            && sum(|used| used.needs) == needed
    }

    /// Whether the bundle says that this node's custody owes `home` so much, and nothing besides.
    fn is_at_par(&self, home: NodeId, bundle: &Bundle, owed: Amount) -> bool {
        let mine = (self.terms.account(Pool::UserCustody), self.terms.currency);
        let due = bundle.obligations.iter().map(|o| o.amount);
        let between = |o: &Obligation| (o.payer, o.currency) == mine && o.payee.node == home;
        bundle.obligations.iter().all(between) && Amount::sum(due) == Some(owed)
    }

    /// The payment is final: the buyer's money has gone, the coupons are the buyer's.
    pub(crate) fn settle_deal(&mut self, step: &mut Step<'_>, item: &Item) {
        let Item::DealPayment { fill, buyer, pays, fee, .. } = item else { return };
        let from = Account::Transit(Pool::UserCustody);
        let entry = self.entry(Posting::CrossBorderPayIn).with(committed(*buyer), from, *pays);
        self.post(step, entry);
        self.move_delivery(step, fill, |_| Holder::Party(*buyer));
        if !fee.is_zero() {
            self.add_item(Item::DealFee { buyer: *buyer, amount: *fee });
        }
        step.emit(Event::DealSettled { trade: fill.trade });
    }

    fn move_delivery(
        &mut self,
        step: &mut Step<'_>,
        fill: &FillReport,
        to: impl FnOnce(NodeId) -> Holder,
    ) {
        let series = fill.series;
        let home = self.books.title.terms(series).and_then(|terms| terms.home);
        let home = home.expect("the fill registered the series");
        let (from, to) = (Holder::Delivery(home), to(home));
        let ranges: Vec<_> = fill.lots.iter().map(|lot| lot.range).collect();
        let lots = self.books.title.transfer_ranges(series, from, to, &ranges);
        let lots = lots.expect("the fill put them into delivery");
        step.emit(Event::TitleMoved { series, from, to, lots });
    }

    /// The payment failed: the buyer has the money back.
    pub(crate) fn undo_deal(&mut self, step: &mut Step<'_>, item: &Item) {
        let Item::DealPayment { order, fill, buyer, pays, fee, .. } = item else { return };
        self.move_delivery(step, fill, Holder::Home);
        let back = Account::User(*buyer, self.free_bucket(*buyer));
        let entry = self.entry(Posting::CrossBorderAbort);
        let entry = entry.with(committed(*buyer), back, *pays).with(committed(*buyer), back, *fee);
        self.post(step, entry);
        step.emit(Event::DealReleased { order: *order });
    }
}

/// How many coupons another node's lots name; `None` if a range is empty or ends before it
/// begins, or if they are more than can be counted.
fn count(lots: &[Lot]) -> Option<u64> {
    lots.iter().try_fold(0u64, |sum, lot| match lot.range.count() {
        0 => None,
        more => sum.checked_add(more),
    })
}
