//! Coupons behind sell orders whose time to enter the book has not come (2.2, P-05a).
//!
//! They are held, so that the order can be kept to, and not offered yet: they stay `sold`, and are
//! their first buyer's to hand back once the order is cancelled. As long as they wait, each order
//! has its own coupons; in the book it has any.

use crate::orders::OpenOrder;
use crate::overlay::overlaps;
use crate::units::{Units, ranges_of, split};
use crate::venue::{Step, Venue};
use alloc::vec::Vec;
use gcfn_ledger::{Holder, SerialRange};
use gcfn_market::Side;
use gcfn_model::{OrderId, SeriesId};

impl OpenOrder {
    /// Whether it is a holder's, to sell coupons later.
    pub(crate) fn sells_later(&self) -> bool {
        self.not_before.is_some() && self.side == Side::Sell && !self.primary()
    }
}

impl Venue {
    /// Holds the coupons of an order that sells later. That there are as many has been checked.
    pub(crate) fn keep_for_later(&mut self, step: &mut Step<'_>, open: &OpenOrder) {
        let OpenOrder { id, party, series, remaining, .. } = *open;
        let (free, kept) = (Holder::Party(party), Holder::OfferLock(party));
        let picked = self.pick_to_sell(series, party, &Units::Any(remaining));
        let ranges = ranges_of(&picked.expect("as many resellable coupons were counted"));
        self.move_ranges(step, series, (free, kept), &ranges);
        let all = self.kept_for_later.or_insert_with(id, Vec::new);
        all.extend(ranges);
        all.sort_unstable();
    }

    /// Gives back `quantity` of them: they do not trade, or are about to be offered.
    pub(crate) fn give_up_later(&mut self, step: &mut Step<'_>, open: &OpenOrder, quantity: u64) {
        let OpenOrder { id, party, series, .. } = *open;
        let all = self.kept_for_later.remove(&id).unwrap_or_default();
        let (back, kept) = split(&all, &Units::Any(quantity)).expect("as many are kept for it");
        if !kept.is_empty() {
            self.kept_for_later.insert(id, kept);
        }
        let way = (Holder::OfferLock(party), Holder::Party(party));
        self.move_ranges(step, series, way, &back);
    }

    /// The orders that keep any coupons of `ranges` for later.
    pub(crate) fn keep_any(&self, series: SeriesId, ranges: &[SerialRange]) -> Vec<OpenOrder> {
        let named = |kept: &Vec<SerialRange>| {
            kept.iter().any(|own| ranges.iter().any(|range| overlaps(*own, *range)))
        };
        let orders: Vec<OrderId> = self.kept_for_later.select(named);
        let open = orders.into_iter().filter_map(|id| self.orders.get(id).copied());
        open.filter(|open| open.series == series).collect()
    }
}
