//! Which coupons are still with their first holder and untouched, and which circulate (2.2).
//!
//! A coupon is `sold` until it is offered for resale or given away; from then on it is
//! `in_circulation`, wherever it goes, until its issuer has it back.

use crate::batch::BatchState;
use crate::venue::Venue;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_ledger::{CouponProof, Holder, Lot, SerialRange};
use gcfn_model::{PartyId, Serial, SeriesId, Xqid};
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

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The parts of `range` that are not in the set, in order.
    pub(crate) fn without(&self, range: SerialRange) -> Vec<SerialRange> {
        let mut parts = Vec::new();
        let mut first = range.first;
        let below = self.0.range(..range.first).next_back();
        for (&start, &end) in below.into_iter().chain(self.0.range(range.first..range.end)) {
            if first < start {
                parts.push(SerialRange { first, end: start });
            }
            first = first.max(end);
        }
        if first < range.end {
            parts.push(SerialRange { first, end: range.end });
        }
        parts
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
    /// Who holds a coupon at this moment, with the proof; brings the trees of the books up to date.
    pub fn prove_coupon(&mut self, coupon: Xqid) -> Option<CouponProof> {
        self.books.prove_coupon(coupon.series, coupon.serial)
    }

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

    /// Coupons were bought, and the purchase has not settled: unless the region lets them be sold
    /// on, they are not until it has (2.3, `pending_settlement`).
    pub(crate) fn pend(&mut self, series: SeriesId, lots: &[Lot]) {
        if self.terms.issuing.resale_unsettled {
            return;
        }
        if let Some(market) = self.markets.get_mut(&series) {
            lots.iter().for_each(|lot| market.pending.insert(lot.range));
        }
    }

    /// A purchase has settled, or was undone.
    pub(crate) fn pends_no_more(&mut self, series: SeriesId, lots: &[Lot]) {
        let pending = self.markets.get(&series).is_some_and(|market| !market.pending.is_empty());
        if let Some(market) = self.markets.get_mut(&series).filter(|_| pending) {
            lots.iter().for_each(|lot| market.pending.remove(lot.range));
        }
    }

    /// Coupons of a series whose purchases have not settled, where that keeps them from resale.
    pub(crate) fn pending(&self, series: SeriesId) -> Option<&Serials> {
        let pending = &self.markets.get(&series)?.pending;
        (!pending.is_empty()).then_some(pending)
    }

    /// Coupons have returned to their issuer, to be sold as new ones.
    pub(crate) fn withdraw_from_circulation(&mut self, series: SeriesId, lots: &[Lot]) {
        if let Some(market) = self.markets.get_mut(&series) {
            lots.iter().for_each(|lot| market.circulating.remove(lot.range));
        }
    }
}
