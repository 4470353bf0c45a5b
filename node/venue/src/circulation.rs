//! Which coupons are still with their first holder and untouched, and which circulate (2.2).
//!
//! A coupon is `sold` until it is offered for resale or given away; from then on it is
//! `in_circulation`, wherever it goes, until its issuer has it back.

use crate::batch::BatchState;
use crate::venue::Venue;
use alloc::collections::BTreeMap;
use gcfn_ledger::{Holder, Lot, SerialRange};
use gcfn_model::{PartyId, Serial, SeriesId};
use serde::{Deserialize, Serialize};

/// The state of a coupon (2.2). Locks, freezes and pledges lie over it and do not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CouponState {
    /// With the issuer, not offered.
    Minted,
    /// With the issuer, of a batch that trades.
    Listed,
    /// With its first holder, never offered for resale nor given away.
    Sold,
    /// Offered, resold or given away since.
    InCirculation,
    /// Redeemed.
    Redeemed,
    /// Expired.
    Expired,
    /// Recalled, or bought back and retired.
    Recalled,
}

/// A set of serials, as ranges that are apart: first serial to the one after the last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Serials(BTreeMap<Serial, Serial>);

impl Serials {
    pub(crate) fn contains(&self, serial: Serial) -> bool {
        let below = self.0.range(..=serial).next_back();
        below.is_some_and(|(_, end)| serial < *end)
    }

    pub(crate) fn insert(&mut self, range: SerialRange) {
        let SerialRange { mut first, mut end } = range;
        while let Some((&start, &stop)) = self.0.range(..=end).next_back()
            && first <= stop
        {
            self.0.remove(&start);
            first = first.min(start);
            end = end.max(stop);
        }
        self.0.insert(first, end);
    }

    pub(crate) fn remove(&mut self, range: SerialRange) {
        while let Some((&start, &stop)) = self.0.range(..range.end).next_back()
            && range.first < stop
        {
            self.0.remove(&start);
            if range.end < stop {
                self.0.insert(range.end, stop);
            }
            if start < range.first {
                self.0.insert(start, range.first);
                break;
            }
        }
    }
}

impl Venue {
    /// Where a coupon stands, as far as this node knows; `None` for one that it does not know.
    #[must_use]
    pub fn coupon_state(&self, series: SeriesId, serial: Serial) -> Option<CouponState> {
        let (holder, _) = self.books.title.holder_of(series, serial)?;
        let market = self.markets.get(&series);
        let batch = market.and_then(|market| self.batches.get(&market.batch));
        let listed = batch.is_some_and(|batch| batch.state == BatchState::Listed);
        let circulates = || market.is_some_and(|market| market.circulating.contains(serial));
        Some(match holder {
            Holder::Redeemed => CouponState::Redeemed,
            Holder::Expired => CouponState::Expired,
            Holder::Recalled => CouponState::Recalled,
            Holder::Inventory | Holder::InventoryLock if listed => CouponState::Listed,
            Holder::Inventory | Holder::InventoryLock => CouponState::Minted,
            _ if circulates() => CouponState::InCirculation,
            _ => CouponState::Sold,
        })
    }

    /// Coupons of `party` are offered or given away: from now on they circulate, and cannot be
    /// handed back.
    pub(crate) fn circulate(&mut self, party: PartyId, series: SeriesId, lots: &[Lot]) {
        self.not_refundable(party, series, lots);
        if let Some(market) = self.markets.get_mut(&series) {
            lots.iter().for_each(|lot| market.circulating.insert(lot.range));
        }
    }

    /// Coupons have returned to their issuer, to be sold as new ones.
    pub(crate) fn withdraw_from_circulation(&mut self, series: SeriesId, lots: &[Lot]) {
        if let Some(market) = self.markets.get_mut(&series) {
            lots.iter().for_each(|lot| market.circulating.remove(lot.range));
        }
    }
}
