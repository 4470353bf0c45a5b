//! Coupons, from the moves: how many of each series are where.

use crate::finding::{Difference, FindingKind};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use gcfn_ledger::{Holder, Title};
use gcfn_model::{RedemptionId, SeriesId};
use gcfn_venue::{Event, IssuingEvent};
use serde::{Deserialize, Serialize};

/// Counts of coupons by series and place.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Titles {
    series: BTreeMap<SeriesId, Counts>,
    /// Coupons that wait for a merchant: which series, and behind which lock.
    locked: BTreeMap<RedemptionId, (SeriesId, Holder)>,
    /// The lock that coupons were last moved behind; the redemption is named right after.
    last_lock: Option<(SeriesId, Holder)>,
}

/// Where the coupons of one series are. Places without coupons are left out.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Counts {
    /// How many were minted here; `None` for a series of another node, whose coupons come from
    /// [`Holder::Home`] in whatever number.
    minted: Option<u64>,
    at: BTreeMap<Holder, i128>,
}

impl Titles {
    pub(crate) fn count(&mut self, event: &Event) -> Result<(), Difference> {
        match event {
            Event::Issuing(IssuingEvent::BatchMinted { series, quantity, .. }) => {
                self.mint(*series, *quantity)
            }
            Event::TitleMoved { series, from, to, lots } => {
                if matches!(to, Holder::RedeemLock(_)) {
                    self.last_lock = Some((*series, *to));
                }
                let coupons = lots.iter().map(|lot| u128::from(lot.range.count())).sum::<u128>();
                self.shift(*series, *from, *to, i128::try_from(coupons).unwrap_or(i128::MAX))
            }
            Event::RedemptionLocked { redemption, .. } => {
                let lock = self.last_lock.take();
                self.locked.extend(lock.map(|lock| (*redemption, lock)));
                Ok(())
            }
            Event::RedemptionReleased { redemption } => {
                self.locked.remove(redemption);
                Ok(())
            }
            Event::Redeemed { redemption, partial, .. } => self.redeem(*redemption, *partial),
            _ => Ok(()),
        }
    }

    fn mint(&mut self, series: SeriesId, quantity: u64) -> Result<(), Difference> {
        let counts = self.series.entry(series).or_default();
        if let Some(before) = counts.minted {
            let detail = format!("{series} is minted again: {before}, then {quantity} coupons");
            return Err(not_conserved(&before, &quantity, detail));
        }
        counts.minted = Some(quantity);
        counts.at.insert(Holder::Inventory, i128::from(quantity));
        Ok(())
    }

    /// A whole redemption ends the coupon where it is locked; one in part has returned it before.
    fn redeem(&mut self, redemption: RedemptionId, partial: bool) -> Result<(), Difference> {
        match self.locked.remove(&redemption) {
            Some(_) if partial => Ok(()),
            Some((series, lock)) => self.shift(series, lock, Holder::Redeemed, 1),
            None => {
                let detail = format!("{redemption} is redeemed and was never locked");
                Err(not_conserved(&0u64, &1u64, detail))
            }
        }
    }

    fn shift(
        &mut self,
        series: SeriesId,
        from: Holder,
        to: Holder,
        coupons: i128,
    ) -> Result<(), Difference> {
        let counts = self.series.entry(series).or_default();
        let before = counts.at.get(&from).copied().unwrap_or_default();
        let foreign = matches!(from, Holder::Home(_)) && counts.minted.is_none();
        if from.is_final() || (before < coupons && !foreign) {
            let detail =
                format!("{coupons} coupons of {series} leave {from:?}, which has {before}");
            return Err(not_conserved(&before, &coupons, detail));
        }
        for (holder, change) in [(from, coupons.saturating_neg()), (to, coupons)] {
            let count = counts.at.entry(holder).or_default();
            *count = count.saturating_add(change);
        }
        counts.at.retain(|_, count| *count != 0);
        Ok(())
    }

    pub(crate) fn compare(&self, title: &Title) -> Result<(), Difference> {
        let in_books = title.series().map(|(series, _)| series);
        let all: BTreeSet<_> = self.series.keys().copied().chain(in_books).collect();
        all.into_iter().try_for_each(|series| self.compare_series(series, title))
    }

    fn compare_series(&self, series: SeriesId, title: &Title) -> Result<(), Difference> {
        let nothing = Counts::default();
        let counts = self.series.get(&series).unwrap_or(&nothing);
        let authorised = title.terms(series).filter(|terms| terms.home.is_none());
        let (minted, booked) = (counts.minted, authorised.map(|terms| terms.quantity));
        if minted != booked {
            let detail = format!("{series} has {minted:?} minted by events, {booked:?} in books");
            return Err(differs(&minted, &booked, detail));
        }
        let held: BTreeMap<Holder, i128> =
            title.holders(series).map(|(holder, count)| (holder, i128::from(count))).collect();
        for holder in counts.at.keys().chain(held.keys()) {
            let own = counts.at.get(holder).copied().unwrap_or_default();
            let booked = held.get(holder).copied().unwrap_or_default();
            if own != booked && !matches!(holder, Holder::Home(_)) {
                let detail =
                    format!("{series}: {holder:?} has {own} by events, {booked} in the books");
                return Err(differs(&own, &booked, detail));
            }
        }
        Ok(())
    }
}

fn not_conserved(expected: &impl Serialize, found: &impl Serialize, detail: String) -> Difference {
    Difference::between(FindingKind::TitleNotConserved, Some(expected), Some(found), detail)
}

fn differs(own: &impl Serialize, booked: &impl Serialize, detail: String) -> Difference {
    Difference::between(FindingKind::HoldingDiffers, Some(own), Some(booked), detail)
}
