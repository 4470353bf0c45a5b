//! What is owed at the end of a day, in bundles that settle or fail whole, and which house clears
//! each of them.

use crate::deal_rate::dealing_account;
use crate::dispatch::Dispatch;
use crate::event::Event;
use crate::federation_request::{FederationRequest, LockUse};
use crate::refusal::Rejection;
use crate::settlement::{Item, ItemId, TradingDay};
use crate::trade::{MemberSide, Trade, TradeState};
use crate::venue::{Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::rfc6962::{self, Frontier};
use gcfn_clearing::{Bundle, BundleRef, HouseRefusal, Obligation};
use gcfn_model::{
    Amount, BusinessDate, Currency, Digest, Hasher, HouseId, NodeId, Pool, SettlementAccount,
    TradeId,
};
use serde::{Deserialize, Serialize};

/// Which house clears a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ClearedBy {
    /// The one that clears between this node's own pools, and between the nodes of its region.
    OwnHouse,
    /// The federation's.
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

/// The most items of one bundle between own pools, so that the event that names them is no longer
/// than a journal and its readers take.
const OWN_ITEMS_MAX: usize = 65_536;

/// The most trades of one bundle that another node pays for: they are named to it with their
/// rates, some fifty bytes each, and have to fit an envelope.
pub const PROPOSED_TRADES_MAX: usize = 8_192;

/// With whom a day's sales abroad are bundled: the member, the dealer between, the value date.
type MemberDay = (NodeId, Option<NodeId>, BusinessDate);

/// Some of a day's items, and what they come to between every two accounts.
#[derive(Debug, Default)]
struct Part {
    items: Vec<ItemId>,
    owed: BTreeMap<(SettlementAccount, SettlementAccount, Currency), Amount>,
}

impl Part {
    /// Takes an item in, unless a sum would be above one amount.
    fn take(&mut self, item: ItemId, flows: &[Obligation]) -> bool {
        let mut sums = BTreeMap::new();
        for &Obligation { payer, payee, currency, amount } in flows {
            let between = (payer, payee, currency);
            let now = || self.owed.get(&between).copied().unwrap_or(Amount::ZERO);
            let sum = sums.entry(between).or_insert_with(now);
            match sum.checked_add(amount) {
                Some(more) => *sum = more,
                None => return false,
            }
        }
        self.owed.append(&mut sums);
        self.items.push(item);
        true
    }

    fn obligations(&self) -> Vec<Obligation> {
        let owed = self.owed.iter();
        let obligation = |(&(payer, payee, currency), &amount): (&_, &_)| Obligation {
            payer,
            payee,
            currency,
            amount,
        };
        owed.map(obligation).collect()
    }
}

impl Venue {
    /// The cut-off of a day: everything traded until now goes to the houses.
    pub(crate) fn cut_off(&mut self, step: &mut Step<'_>, date: BusinessDate) {
        let Some(day) = self.days.remove(&date) else { return };
        self.bundles.retain(|_, bundled| !bundled.items.is_empty() || date <= bundled.value_date);
        self.forget_exceptions(date);
        self.report_duties(step, day);
        self.opening_call(step);
        self.sweep_fees(step);
        let waiting = core::mem::take(&mut self.unbundled);
        let mut own = Vec::new();
        let mut members = BTreeMap::<MemberDay, Vec<ItemId>>::new();
        for &id in waiting.keys() {
            match self.items.get(&id).and_then(|item| self.member_of(item)) {
                Some(key) => members.entry(key).or_default().push(id),
                None => own.push(id),
            }
        }
        self.bundle_own(step, day, own);
        for (with, items) in members {
            self.bundle_member(step, day.date, with, items);
        }
    }

    /// Of an item that another node pays for: with whom it is bundled.
    fn member_of(&self, item: &Item) -> Option<MemberDay> {
        let Item::Trade { trade } = item else { return None };
        let member = self.trades.get(trade)?.member?;
        Some((member.node, member.rate.dealer(), member.rate.value_date()))
    }

    /// What moves between this node's own pools on the day's value date.
    fn bundle_own(&mut self, step: &mut Step<'_>, day: TradingDay, items: Vec<ItemId>) {
        for part in self.divide(items, OWN_ITEMS_MAX) {
            let obligations = part.obligations();
            if obligations.is_empty() {
                part.items.into_iter().for_each(|id| self.settle_item(step, id));
                continue;
            }
            let bundle = Bundle {
                reference: self.bundle_reference(b"own", day.date),
                value_date: day.value_date,
                obligations,
                trades: u32::try_from(part.items.len()).unwrap_or(u32::MAX),
                trades_root: merkle_root(part.items.iter().map(|id| id.to_be_bytes())),
            };
            self.mark_bundled(step, &bundle, ClearedBy::OwnHouse, part.items);
            self.affirm(step, ClearedBy::OwnHouse, bundle, Vec::new());
        }
    }

    /// This node stands by a bundle at the house that clears it.
    pub(crate) fn affirm(
        &mut self,
        step: &mut Step<'_>,
        by: ClearedBy,
        bundle: Bundle,
        uses: Vec<LockUse>,
    ) {
        let to = self.terms.house_node;
        match by {
            ClearedBy::Federation => {
                step.emit(Event::Submitted(FederationRequest::Affirm { bundle, uses }));
            }
            ClearedBy::OwnHouse if to == self.terms.node => {
                let reference = bundle.reference;
                match self.take_affirmation(step, self.terms.node, bundle) {
                    Err(Rejection::House(reason)) => self.own_refused(step, reference, reason),
                    Err(_) => self.bundles_failed(step, self.terms.house, &[reference]),
                    Ok(_) => {}
                }
            }
            ClearedBy::OwnHouse => {
                step.emit(Event::Sent { to, body: Dispatch::Affirm(bundle) });
            }
        }
    }

    /// The own house does not take a bundle. Where it takes nothing more for the value date, as a
    /// house without T+0 does on the day itself, what moves between own pools goes to the next one
    /// at once; else it waits for the next cut-off. What is agreed with another node is for its
    /// value date alone: both sides return to where they were.
    pub(crate) fn own_refused(
        &mut self,
        step: &mut Step<'_>,
        bundle: BundleRef,
        reason: HouseRefusal,
    ) {
        self.differs_if(step, bundle, reason);
        let house = self.terms.house;
        let over = matches!(
            reason,
            HouseRefusal::NoOpenCycle(_) | HouseRefusal::CycleFull | HouseRefusal::ShareUsedUp
        );
        let own = self.bundles.get(&bundle).filter(|bundled| self.is_between_own_pools(bundled));
        let missed = own.filter(|_| over).map(|bundled| bundled.value_date);
        let later = |missed| self.days.values().find(|day| missed < day.value_date).copied();
        match missed.and_then(later) {
            Some(day) => {
                let items = self.take_bundle(house, &bundle);
                self.bundle_own(step, day, items);
            }
            None => self.bundles_failed(step, house, &[bundle]),
        }
    }

    pub(crate) fn is_between_own_pools(&self, bundled: &Bundled) -> bool {
        let own = |o: &Obligation| [o.payer.node, o.payee.node] == [self.terms.node; 2];
        bundled.by == ClearedBy::OwnHouse && bundled.obligations.iter().all(own)
    }

    /// What a member owes for its purchases of the day: proposed to it and affirmed at once.
    fn bundle_member(
        &mut self,
        step: &mut Step<'_>,
        date: BusinessDate,
        (member, dealer, value_date): MemberDay,
        items: Vec<ItemId>,
    ) {
        let by = self.house_with(member, dealer);
        for part in self.divide(items, PROPOSED_TRADES_MAX) {
            let trades: Vec<&Trade> =
                part.items.iter().filter_map(|id| self.trade_of(*id)).collect();
            let uses: Vec<LockUse> = trades.iter().filter_map(|trade| lock_use(trade)).collect();
            let trades: Vec<TradeId> = trades.iter().map(|trade| trade.id).collect();
            let bundle = Bundle {
                reference: self.bundle_reference(member.as_str().as_bytes(), date),
                value_date,
                obligations: part.obligations(),
                trades: u32::try_from(trades.len()).unwrap_or(u32::MAX),
                trades_root: trades_root(&trades),
            };
            self.mark_bundled(step, &bundle, by, part.items);
            let proposal = Dispatch::Propose { bundle: bundle.clone(), uses: uses.clone(), trades };
            step.emit(Event::Sent { to: member, body: proposal });
            self.affirm(step, by, bundle, uses);
        }
    }

    /// Items in their order, in parts that have no more than `max` of them and that owe no more
    /// than one amount between any two accounts.
    fn divide(&self, items: Vec<ItemId>, max: usize) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut part = Part::default();
        for id in items {
            let flows = self.flows(id);
            if part.items.len() == max || !part.take(id, &flows) {
                parts.push(core::mem::take(&mut part));
                // No two flows of one item are between the same accounts.
                part.take(id, &flows);
            }
        }
        if !part.items.is_empty() {
            parts.push(part);
        }
        parts
    }

    pub(crate) fn trade_of(&self, id: ItemId) -> Option<&Trade> {
        match self.items.get(&id)? {
            Item::Trade { trade } => self.trades.get(trade),
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

    /// The cash that an item moves between accounts, no two of its flows between the same.
    fn flows(&self, id: ItemId) -> Vec<Obligation> {
        use Pool::{IssuerEscrow, SettlementHub, UserCustody};
        let between = |from, to, amount| self.between(from, to, amount);
        let Some(item) = self.items.get(&id) else { return Vec::new() };
        let flows = match *item {
            Item::Trade { trade } => {
                self.trades.get(&trade).map_or(Vec::new(), |trade| self.trade_flows(trade))
            }
            Item::IssuanceFee { amount, .. }
            | Item::Breakage { amount, .. }
            | Item::DebtRepaid { amount, .. } => {
                [between(IssuerEscrow, SettlementHub, amount)].to_vec()
            }
            Item::FundContribution { amount, .. } => {
                [between(IssuerEscrow, Pool::GuaranteeFund, amount)].to_vec()
            }
            Item::GuaranteeCover { amount, .. } => {
                [between(Pool::GuaranteeFund, IssuerEscrow, amount)].to_vec()
            }
            Item::HolderPayment { holder, amount, .. } => {
                [between(IssuerEscrow, self.purse(holder).pool(), amount)].to_vec()
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
            Item::MakerPenalty { amount, .. } => {
                [between(UserCustody, SettlementHub, amount)].to_vec()
            }
            Item::Swap { payer, payee, amount, payer_fee, payee_fee } => {
                let (from, to) = (self.purse(payer).pool(), self.purse(payee).pool());
                let fees = swap_fees((from, payer_fee), (to, payee_fee));
                let fees = fees.map(|(pool, fee)| between(pool, SettlementHub, fee));
                fees.into_iter().chain([between(from, to, amount)]).collect()
            }
            Item::Transfer { from, to, amount, .. } => match (from.pool(), to.pool()) {
                (Some(giving), Some(taking)) => [between(giving, taking, amount)].to_vec(),
                _ => Vec::new(),
            },
            // Its home says what it comes to there.
            Item::DealPayment { .. } => Vec::new(),
        };
        let moves = |flow: &Obligation| flow.payer != flow.payee && !flow.amount.is_zero();
        flows.into_iter().filter(moves).collect()
    }

    fn trade_flows(&self, trade: &Trade) -> Vec<Obligation> {
        let from = self.purse(trade.buyer).pool();
        let to = match trade.primary() {
            true => Pool::IssuerEscrow,
            false => self.purse(trade.seller).pool(),
        };
        let proceeds = self.between(from, to, trade.proceeds());
        let fees = trade.cost().saturating_sub(trade.proceeds());
        let fees = self.between(from, Pool::SettlementHub, fees);
        match trade.member {
            Some(member) => paid_by(member, trade, [proceeds, fees]),
            None => [proceeds, fees].to_vec(),
        }
    }

    /// What moves between two of this node's own pools.
    fn between(&self, from: Pool, to: Pool, amount: Amount) -> Obligation {
        let (payer, payee) = (self.terms.account(from), self.terms.account(to));
        Obligation { payer, payee, currency: self.terms.currency, amount }
    }

    /// The items of a bundle that `house` clears; a house has no say in those of another.
    pub(crate) fn take_bundle(&mut self, house: HouseId, bundle: &BundleRef) -> Vec<ItemId> {
        let by = match house == self.terms.house {
            true => ClearedBy::OwnHouse,
            false => ClearedBy::Federation,
        };
        match self.bundles.get(bundle).is_some_and(|bundled| bundled.by == by) {
            true => self.bundles.remove(bundle).map_or(Vec::new(), |bundled| bundled.items),
            false => Vec::new(),
        }
    }

    /// Bundles are settled before their money is called for. What they owe to the own house is
    /// remembered, without items, until the value date is over.
    pub(crate) fn bundles_settled_ahead(
        &mut self,
        step: &mut Step<'_>,
        house: HouseId,
        bundles: &[BundleRef],
    ) {
        let known = bundles.iter().filter_map(|of| Some((*of, self.bundles.get(of)?.clone())));
        let own = known.filter(|(_, bundled)| bundled.by == ClearedBy::OwnHouse);
        let called_later: Vec<(BundleRef, Bundled)> =
            own.map(|(of, bundled)| (of, Bundled { items: Vec::new(), ..bundled })).collect();
        self.bundles_settled(step, house, bundles);
        if house == self.terms.house {
            self.bundles.extend(called_later);
        }
    }

    /// What an account of this node owes at its own house on a value date, whatever it is owed
    /// there: how much of it is netted is for the house to say.
    pub(crate) fn owed_at_own_house(
        &self,
        account: SettlementAccount,
        value_date: BusinessDate,
    ) -> Amount {
        let own = (ClearedBy::OwnHouse, value_date);
        let due = self.bundles.values().filter(|bundled| (bundled.by, bundled.value_date) == own);
        let owed = due.flat_map(|bundled| &bundled.obligations);
        let by_account = owed.filter(|o| (o.payer, o.currency) == (account, self.terms.currency));
        Amount::sum(by_account.map(|o| o.amount)).unwrap_or(Amount::MAX)
    }
}

/// What the two of a swap pay the hub: together, when from one pool.
fn swap_fees(payer: (Pool, Amount), payee: (Pool, Amount)) -> [(Pool, Amount); 2] {
    if payer.0 != payee.0 {
        return [payer, payee];
    }
    let both = payer.1.checked_add(payee.1).expect("both were held");
    [(payer.0, both), (payee.0, Amount::ZERO)]
}

/// A member's purchase: the member pays for it here, or a dealer does and the member pays the
/// dealer.
fn paid_by(member: MemberSide, trade: &Trade, here: [Obligation; 2]) -> Vec<Obligation> {
    let custody = SettlementAccount { node: member.node, pool: Pool::UserCustody };
    let dealer = member.rate.dealer().map(dealing_account);
    let payer = dealer.unwrap_or(custody);
    let mut flows = here.map(|flow| Obligation { payer, ..flow }).to_vec();
    flows.extend(lock_use(trade).map(|used| Obligation {
        payer: custody,
        payee: payer,
        currency: member.rate.pays_in(),
        amount: used.pays,
    }));
    flows
}

/// What a purchase of a member takes of its locked rate, if it has one. The order was refused if
/// no amount could pay for it.
fn lock_use(trade: &Trade) -> Option<LockUse> {
    let rate = trade.member?.rate;
    let needs = trade.value();
    Some(LockUse { lock: rate.lock()?, pays: rate.pays(needs)?, needs })
}

/// The root over the trades of a bundle, in their order: an RFC 6962 tree, so that either side
/// can prove any one of them to the other.
pub(crate) fn trades_root(trades: &[TradeId]) -> Digest {
    merkle_root(trades.iter().map(|id| *id.as_bytes()))
}

fn merkle_root<B: AsRef<[u8]>>(leaves: impl Iterator<Item = B>) -> Digest {
    let mut tree = Frontier::default();
    leaves.for_each(|bytes| tree.append(rfc6962::leaf(bytes.as_ref())));
    tree.root()
}
