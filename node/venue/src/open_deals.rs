//! Deals across nodes that have not settled, as an operations desk looks at them: rates that are
//! held, orders under way, and what waits for its cycle. Nothing here says who the users are.

use crate::bundling::Bundled;
use crate::deal_rate::{DealRate, lapse_of};
use crate::settlement::{Item, ItemId};
use crate::venue::{Deal, Due, Venue};
use alloc::vec::Vec;
use gcfn_clearing::BundleRef;
use gcfn_model::{Amount, BusinessDate, Currency, LockId, NodeId, OrderId, Timestamp, TradeId};
use serde::{Deserialize, Serialize};

/// How far a deal has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealStage {
    /// A dealer holds a rate for this node; no order has used it.
    Locked,
    /// The order is with the home node, the money is held.
    Sent,
    /// The home node has sold; it has not proposed to settle.
    Matched,
    /// In a bundle, for the cycle of its value date.
    Bundled,
}

/// Whose side of the deal this node is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealSide {
    /// A user of this node buys.
    Buys,
    /// This node is the home of the series.
    Sells,
}

/// A deal that has not settled. On the home's side it is one from the cut-off on: before that it is
/// a trade like any other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenDeal {
    /// How far it has come.
    pub stage: DealStage,
    /// Whose side this node is on.
    pub side: DealSide,
    /// The node on the other side; none while a rate is only held.
    pub with: Option<NodeId>,
    /// Who stands by the rate; none where both nodes keep one currency.
    pub dealer: Option<NodeId>,
    /// The lock of its rate; none at par, or where a purchase has matched, which names the dealer
    /// alone.
    pub lock: Option<LockId>,
    /// The order of the buyer's node.
    pub order: Option<OrderId>,
    /// The trade in the home node's book.
    pub trade: Option<TradeId>,
    /// What the buyer's node pays, a dealer if there is one: at most, before it has matched.
    pub pays: (Amount, Currency),
    /// What the home node is paid: at most, before it has matched.
    pub needs: (Amount, Currency),
    /// Until when a held rate can be used.
    pub expires_at: Option<Timestamp>,
    /// When it settles, in both currencies.
    pub value_date: Option<BusinessDate>,
    /// The bundle that it settles in.
    pub bundle: Option<BundleRef>,
}

impl Venue {
    /// Every deal that has not settled, and the rates that can still be used, by how far they have
    /// come.
    #[must_use]
    pub fn open_deals(&self) -> Vec<OpenDeal> {
        let mut deals: Vec<OpenDeal> = self.held_rates().collect();
        deals.extend(self.deals.values().filter_map(sent));
        for (&(home, trade), &item) in &self.unproposed {
            let value_date = self.value_date_of(home, trade);
            deals.extend(self.purchase(item).map(|deal| OpenDeal { value_date, ..deal }));
        }
        for (&bundle, bundled) in &self.bundles {
            if !self.is_between_own_pools(bundled) {
                deals.extend(self.bundled(bundle, bundled));
            }
        }
        deals
    }

    fn held_rates(&self) -> impl Iterator<Item = OpenDeal> {
        let usable =
            self.locks.values().filter(|lock| !lock.used && self.now < lock.rate.expires_at);
        usable.filter_map(|lock| {
            let (size, expires_at) = (lock.rate.size, Some(lock.rate.expires_at));
            Some(OpenDeal { expires_at, ..at_rate(&DealRate::Locked(lock.rate), size)? })
        })
    }

    /// The value date of a purchase that its home has not proposed to settle: it lapses as the day
    /// after begins, within a month at most.
    fn value_date_of(&self, home: NodeId, trade: TradeId) -> Option<BusinessDate> {
        let due = Due::LapsePayment(home, trade);
        let mut dates = (0..=31).map(|days| self.now.utc().0.plus_days(days));
        dates.find(|date| lapse_of(*date).is_some_and(|at| self.agenda.has(&(at, due))))
    }

    fn bundled(&self, bundle: BundleRef, bundled: &Bundled) -> impl Iterator<Item = OpenDeal> {
        let deals = bundled
            .items
            .iter()
            .filter_map(|item| self.purchase(*item).or_else(|| self.sale(*item)));
        let value_date = Some(bundled.value_date);
        deals.map(move |deal| OpenDeal {
            stage: DealStage::Bundled,
            value_date,
            bundle: Some(bundle),
            ..deal
        })
    }

    /// What a user of this node has bought at another.
    fn purchase(&self, item: ItemId) -> Option<OpenDeal> {
        let item = self.items.get(&item)?;
        let Item::DealPayment { order, fill, pays, .. } = item else { return None };
        Some(OpenDeal {
            stage: DealStage::Matched,
            side: DealSide::Buys,
            with: self.books.title.terms(fill.series).and_then(|terms| terms.home),
            dealer: self.dealer_between(item),
            lock: None,
            order: Some(*order),
            trade: Some(fill.trade),
            pays: (*pays, self.terms.currency),
            needs: (fill.price.checked_mul(fill.quantity)?, fill.currency),
            expires_at: None,
            value_date: None,
            bundle: None,
        })
    }

    /// What this node has sold to a member.
    fn sale(&self, item: ItemId) -> Option<OpenDeal> {
        let Item::Trade { trade } = self.items.get(&item)? else { return None };
        let trade = self.trades.get(trade)?;
        let member = trade.member?;
        let value = trade.value();
        Some(OpenDeal {
            side: DealSide::Sells,
            with: Some(member.node),
            order: Some(member.order),
            trade: Some(trade.id),
            ..at_rate(&member.rate, value)?
        })
    }
}

/// A purchase that its home has not answered.
fn sent(deal: &Deal) -> Option<OpenDeal> {
    let value = deal.goods.limit.checked_mul(deal.goods.quantity)?;
    Some(OpenDeal {
        stage: DealStage::Sent,
        with: Some(deal.goods.home),
        order: Some(deal.goods.order),
        ..at_rate(&deal.rate, value)?
    })
}

/// A deal that brings the home `needs`; none where no amount can pay for that.
fn at_rate(rate: &DealRate, needs: Amount) -> Option<OpenDeal> {
    Some(OpenDeal {
        stage: DealStage::Locked,
        side: DealSide::Buys,
        with: None,
        dealer: rate.dealer(),
        lock: rate.lock(),
        order: None,
        trade: None,
        pays: (rate.pays(needs)?, rate.pays_in()),
        needs: (needs, rate.needs()),
        expires_at: None,
        value_date: Some(rate.value_date()),
        bundle: None,
    })
}
