//! In which series a party has coupons, in whatever place. Follows from who holds what.

use crate::Holder;
use crate::series::Series;
use alloc::collections::BTreeSet;
use gcfn_model::PartyId;

/// Parties with the places of the series that they have coupons of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Owners(BTreeSet<(PartyId, usize)>);

impl Owners {
    /// The places of a party's series, in order.
    pub(crate) fn of(&self, party: PartyId) -> impl Iterator<Item = usize> {
        self.0.range((party, 0)..=(party, usize::MAX)).map(|(_, place)| *place)
    }

    /// Notes that coupons of the series at `place` have come to where none were.
    pub(crate) fn came(&mut self, place: usize, to: Holder) {
        if let Some(party) = to.owner() {
            self.0.insert((party, place));
        }
    }

    /// Notes that coupons of the series at `place` have left: their owner may have none any more.
    pub(crate) fn left(&mut self, place: usize, series: &Series, from: Holder) {
        if let Some(party) = from.owner().filter(|_| !series.has_any(from)) {
            self.0.remove(&(party, place));
        }
    }
}
