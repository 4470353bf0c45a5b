//! Nothing is made and nothing is lost: the totals that anybody may check at any time.

use crate::venue::Venue;
use alloc::vec::Vec;
use gcfn_ledger::Holder;
use gcfn_model::{Currency, NodeId, Pool, Position, SeriesId};
use serde::{Deserialize, Serialize};

/// A total that does not hold. There is none, short of a defect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Imbalance {
    /// Debits and credits of a currency differ.
    Currency(Currency, Position),
    /// What a pool has differs from what it owes.
    Pool(Pool, Currency, Position),
    /// The coupons of a series are not what was minted.
    Series(SeriesId),
}

/// Where the coupons of one series are, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesTotals {
    /// How many there are.
    pub minted: u64,
    /// Not sold.
    pub inventory: u64,
    /// With holders here, free.
    pub held: u64,
    /// Behind orders, offers and redemption locks, frozen or pledged.
    pub locked: u64,
    /// Matched for another node, not settled.
    pub in_delivery: u64,
    /// Redeemed.
    pub redeemed: u64,
    /// Expired.
    pub expired: u64,
    /// Recalled.
    pub recalled: u64,
    /// With each other node; at a foreign node, what is not here.
    pub abroad: Vec<(NodeId, u64)>,
}

impl SeriesTotals {
    /// The sum of all states, without what is with other nodes.
    #[must_use]
    pub fn here(&self) -> u64 {
        let states = [
            self.inventory,
            self.held,
            self.locked,
            self.in_delivery,
            self.redeemed,
            self.expired,
            self.recalled,
        ];
        states.iter().fold(0, |sum: u64, n| sum.saturating_add(*n))
    }
}

impl Venue {
    /// Every total that does not hold: debits against credits per currency, bank mirrors
    /// against liabilities per pool, coupons against what was minted per series (3.2).
    #[must_use]
    pub fn imbalances(&self) -> Vec<Imbalance> {
        let money = &self.books.money;
        let mut found = Vec::new();
        for currency in money.currencies() {
            let difference = money.trial_balance(currency);
            if difference != Position::ZERO {
                found.push(Imbalance::Currency(currency, difference));
            }
            for pool in Pool::ALL {
                let difference = money.recounted_position(pool, currency).difference();
                if difference != Position::ZERO {
                    found.push(Imbalance::Pool(pool, currency, difference));
                }
            }
        }
        let series = self.books.title.series().map(|(id, _)| id);
        found
            .extend(series.filter(|id| !self.books.title.is_conserved(*id)).map(Imbalance::Series));
        found
    }

    /// Where the coupons of a series are.
    #[must_use]
    pub fn series_totals(&self, id: SeriesId) -> Option<SeriesTotals> {
        let minted = self.books.title.terms(id)?.quantity;
        let mut totals = SeriesTotals { minted, ..SeriesTotals::default() };
        for (holder, quantity) in self.books.title.holders(id) {
            let state = match holder {
                Holder::Inventory => &mut totals.inventory,
                Holder::Party(_) => &mut totals.held,
                Holder::InventoryLock
                | Holder::OrderLock(_)
                | Holder::RedeemLock(_)
                | Holder::Frozen(_)
                | Holder::Pledged(_)
                | Holder::OfferLock(_) => &mut totals.locked,
                Holder::Delivery(_) => &mut totals.in_delivery,
                Holder::Redeemed => &mut totals.redeemed,
                Holder::Expired => &mut totals.expired,
                Holder::Recalled => &mut totals.recalled,
                Holder::Abroad(node) | Holder::Home(node) => {
                    totals.abroad.push((node, quantity));
                    continue;
                }
            };
            *state = state.saturating_add(quantity);
        }
        Some(totals)
    }
}
