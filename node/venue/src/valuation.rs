//! What a party's coupons are worth (USR: the wallet): what they can be redeemed for, and what
//! they would bring at the last price of their book.

use crate::venue::Venue;
use alloc::vec::Vec;
use gcfn_ledger::Holder;
use gcfn_model::{Amount, PartyId, SeriesId};

/// What a party has of a series, wherever it is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValuedCoupons {
    /// Of which series.
    pub series: SeriesId,
    /// How many coupons.
    pub quantity: u64,
    /// What is left of their face.
    pub redeemable: Amount,
    /// The price of the last trade in their book, where one has been.
    pub last_price: Option<Amount>,
    /// What they come to at that price: never more than the largest amount.
    pub at_last_price: Option<Amount>,
}

impl Venue {
    /// The series of which a party has coupons, wherever they are held, in the order of ids. Looks at
    /// what it has.
    #[must_use]
    pub fn series_held_by(&self, party: PartyId) -> Vec<SeriesId> {
        let mut held: Vec<SeriesId> = self.books.title.series_of(party).collect();
        held.sort_unstable();
        held
    }

    /// What a party has, and what that is worth, in the order of series.
    #[must_use]
    pub fn valued_coupons(&self, party: PartyId) -> Vec<ValuedCoupons> {
        let held = self.series_held_by(party).into_iter();
        held.filter_map(|series| self.valued_in(party, series)).collect()
    }

    fn valued_in(&self, party: PartyId, series: SeriesId) -> Option<ValuedCoupons> {
        let places = Holder::of_party(party);
        let title = &self.books.title;
        let counts = places.map(|place| title.quantity(series, place));
        let quantity = counts.into_iter().fold(0, u64::saturating_add);
        if quantity == 0 {
            return None;
        }
        let left = Amount::sum(places.map(|place| title.value(series, place)));
        let last_price = self.markets.get(&series).and_then(|market| market.last_price);
        Some(ValuedCoupons {
            series,
            quantity,
            redeemable: left.unwrap_or(Amount::MAX),
            last_price,
            at_last_price: last_price
                .map(|price| price.checked_mul(quantity).unwrap_or(Amount::MAX)),
        })
    }
}
