//! What is owed at the end of a day, in bundles that settle or fail whole, and which house clears
//! each of them.

use crate::command::Dispatch;
use crate::event::{Event, FederationRequest, LockUse};
use crate::settlement::{Item, ItemId, TradingDay, pays};
use crate::trading::{Trade, TradeState};
use crate::venue::{Step, Venue};
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::rfc6962::{self, Frontier};
use gcfn_clearing::{Bundle, BundleRef, Obligation, net};
use gcfn_model::{
    Amount, BusinessDate, Digest, Hasher, HouseId, NodeId, Pool, SettlementAccount, TradeId,
};
use serde::{Deserialize, Serialize};

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
            trades_root: merkle_root(items.iter().map(|id| id.to_be_bytes())),
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
}

fn lock_use(trade: &Trade) -> Option<LockUse> {
    let rate = trade.member?.rate;
    let needs = trade.value();
    Some(LockUse { lock: rate.lock, pays: pays(&rate, needs)?, needs })
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
