//! Which coupons: so many of a series, or these.

use crate::circulation::Serials;
use crate::refusal::Rejection;
use crate::venue::Venue;
use alloc::vec::Vec;
use gcfn_ledger::{Holder, Lot, SerialRange};
use gcfn_model::{Amount, PartyId, SeriesId};
use serde::{Deserialize, Serialize};

/// The most ranges of serials that one wish may name: the event that tells of their move must
/// stay readable.
pub const UNIT_RANGES_MAX: usize = 256;

/// Which coupons of a series.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// So many whole ones, the lowest serials.
    Any(u64),
    /// Exactly these, in whatever condition: at most [`UNIT_RANGES_MAX`] ranges, ascending and
    /// apart.
    Exactly(Vec<SerialRange>),
}

/// What coupons are picked to do.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Picked {
    /// To be sold on: not those that have been resold so often (C-38), and none whose purchase
    /// has not settled, unless the region allows it.
    SellOn(u8),
    /// To be sold back to their issuer: however often they were resold, once they have settled.
    SellBack,
    /// To be given away.
    Give,
}

impl Picked {
    const fn is_sale(self) -> bool {
        !matches!(self, Picked::Give)
    }

    const fn is_worn(self, lot: &Lot) -> bool {
        matches!(self, Picked::SellOn(resales_max) if resales_max <= lot.resales)
    }
}

impl Venue {
    /// The lots that `units` name among what `holder` has, if all of them may move.
    ///
    /// Which may depends on what they are picked `to`.
    pub(crate) fn pick(
        &self,
        series: SeriesId,
        holder: Holder,
        units: &Units,
        to: Picked,
    ) -> Result<Vec<Lot>, Rejection> {
        let lots = match units {
            Units::Any(quantity) => self.lowest(series, holder, *quantity, to)?,
            Units::Exactly(ranges) => self.exactly(series, holder, ranges)?,
        };
        if lots.is_empty() {
            return Err(Rejection::QuantityZero);
        }
        if lots.iter().any(|lot| to.is_worn(lot)) {
            return Err(Rejection::ResaleLimit);
        }
        let settled = |lot: &Lot, pending: &Serials| pending.without(lot.range) == [lot.range];
        let pending = self.pending(series).filter(|_| to.is_sale());
        if pending.is_some_and(|pending| !lots.iter().all(|lot| settled(lot, pending))) {
            return Err(Rejection::PurchaseUnsettled);
        }
        Ok(lots)
    }

    /// The lots that `units` name among what `seller` may sell.
    pub(crate) fn pick_to_sell(
        &self,
        series: SeriesId,
        seller: PartyId,
        units: &Units,
    ) -> Result<Vec<Lot>, Rejection> {
        self.transferable(series)?;
        self.pick(
            series,
            Holder::Party(seller),
            units,
            Picked::SellOn(self.resales_max(series, seller)),
        )
    }

    fn lowest(
        &self,
        series: SeriesId,
        holder: Holder,
        quantity: u64,
        to: Picked,
    ) -> Result<Vec<Lot>, Rejection> {
        let title = &self.books.title;
        let face = title.terms(series).ok_or(Rejection::UnknownSeries)?.face;
        let mut wanted = quantity;
        let mut picked = Vec::new();
        let (mut worn, mut unsettled) = (0_u64, 0_u64);
        let pending = self.pending(series).filter(|_| to.is_sale());
        for lot in title.lots(series, holder).filter(|lot| lot.left == face) {
            if wanted == 0 {
                break;
            }
            if to.is_worn(&lot) {
                worn = worn.saturating_add(lot.range.count());
                continue;
            }
            let parts = pending.map_or([lot.range].to_vec(), |pending| pending.without(lot.range));
            unsettled = unsettled.saturating_add(lot.range.count()).saturating_sub(count(&parts));
            for mut range in parts {
                let taken = range.count().min(wanted);
                range.end = range.first.saturating_add(taken);
                wanted = wanted.saturating_sub(taken);
                if taken != 0 {
                    picked.push(Lot { range, ..lot });
                }
            }
        }
        match wanted {
            0 => Ok(picked),
            missing if missing <= unsettled => Err(Rejection::PurchaseUnsettled),
            missing if missing <= worn.saturating_add(unsettled) => Err(Rejection::ResaleLimit),
            _ => Err(Rejection::InsufficientCoupons),
        }
    }

    fn exactly(
        &self,
        series: SeriesId,
        holder: Holder,
        ranges: &[SerialRange],
    ) -> Result<Vec<Lot>, Rejection> {
        check_ranges(ranges)?;
        let mut picked = Vec::new();
        for range in ranges {
            let mut serial = range.first;
            while serial < range.end {
                let found = self.books.title.holder_of(series, serial);
                let (at, mut lot) = found.ok_or(Rejection::InsufficientCoupons)?;
                if at != holder {
                    return Err(Rejection::InsufficientCoupons);
                }
                let end = lot.range.end.min(range.end);
                lot.range = SerialRange { first: serial, end };
                picked.push(lot);
                serial = end;
            }
        }
        Ok(picked)
    }
}

fn check_ranges(ranges: &[SerialRange]) -> Result<(), Rejection> {
    let mut least = 0;
    for range in ranges {
        if range.first < least || range.end <= range.first {
            return Err(Rejection::Units);
        }
        least = range.end;
    }
    if UNIT_RANGES_MAX < ranges.len() { Err(Rejection::Units) } else { Ok(()) }
}

pub(crate) fn ranges_of(lots: &[Lot]) -> Vec<SerialRange> {
    let mut ranges: Vec<SerialRange> = Vec::new();
    for lot in lots {
        match ranges.last_mut() {
            Some(last) if last.end == lot.range.first => last.end = lot.range.end,
            _ => ranges.push(lot.range),
        }
    }
    ranges
}

pub(crate) fn count(ranges: &[SerialRange]) -> u64 {
    ranges.iter().fold(0, |sum, range| sum.saturating_add(range.count()))
}

/// The least that is left of any of `lots`: no price for them is above it.
pub(crate) fn least_left(lots: &[Lot]) -> Amount {
    lots.iter().map(|lot| lot.left).min().unwrap_or(Amount::ZERO)
}

/// What is left of the face of `lots` together: what changes hands with them.
pub(crate) fn value_left(lots: &[Lot]) -> Option<Amount> {
    lots.iter().try_fold(Amount::ZERO, |sum, lot| {
        sum.checked_add(lot.left.checked_mul(lot.range.count())?)
    })
}

/// Takes `units` out of `ranges`: gives what is taken and what stays.
pub(crate) fn split(
    ranges: &[SerialRange],
    units: &Units,
) -> Result<(Vec<SerialRange>, Vec<SerialRange>), Rejection> {
    match units {
        Units::Any(0) => Err(Rejection::QuantityZero),
        Units::Any(quantity) => split_lowest(ranges, *quantity),
        Units::Exactly(wanted) if wanted.is_empty() => Err(Rejection::QuantityZero),
        Units::Exactly(wanted) => split_exactly(ranges, wanted),
    }
}

fn split_lowest(
    ranges: &[SerialRange],
    quantity: u64,
) -> Result<(Vec<SerialRange>, Vec<SerialRange>), Rejection> {
    let (mut taken, mut stays) = (Vec::new(), Vec::new());
    let mut wanted = quantity;
    for range in ranges {
        let cut = range.first.saturating_add(range.count().min(wanted));
        wanted = wanted.saturating_sub(range.count());
        push(&mut taken, range.first, cut);
        push(&mut stays, cut, range.end);
    }
    if wanted == 0 { Ok((taken, stays)) } else { Err(Rejection::InsufficientCoupons) }
}

fn split_exactly(
    ranges: &[SerialRange],
    wanted: &[SerialRange],
) -> Result<(Vec<SerialRange>, Vec<SerialRange>), Rejection> {
    check_ranges(wanted)?;
    let mut stays = Vec::new();
    let mut cuts = wanted.iter().peekable();
    for range in ranges {
        let mut first = range.first;
        while let Some(cut) = cuts.next_if(|cut| cut.first < range.end) {
            if cut.first < first || range.end < cut.end {
                return Err(Rejection::InsufficientCoupons);
            }
            push(&mut stays, first, cut.first);
            first = cut.end;
        }
        push(&mut stays, first, range.end);
    }
    match cuts.next() {
        Some(_) => Err(Rejection::InsufficientCoupons),
        None => Ok((wanted.to_vec(), stays)),
    }
}

fn push(ranges: &mut Vec<SerialRange>, first: u64, end: u64) {
    if first < end {
        ranges.push(SerialRange { first, end });
    }
}
