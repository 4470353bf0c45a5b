//! What a price is suggested by, as it stands in the books.

use crate::pricing::PricingInputs;
use crate::venue::Venue;
use gcfn_market::{Depth, PriceLevel};
use gcfn_model::{Millis, SeriesId, Timestamp};

impl Venue {
    /// What the rules of pricing go by at `at`, for a series that is or was on the market here.
    #[must_use]
    pub fn pricing_inputs(&self, series: SeriesId, at: Timestamp) -> Option<PricingInputs> {
        let market = self.market(series)?;
        let batch = self.batch(market.batch)?;
        if !batch.state.is_public() {
            return None;
        }
        let Depth { bids, asks, .. } = market.book.depth(usize::MAX);
        let total = batch.terms.expires_at.since(batch.terms.starts_at);
        let left = batch.terms.expires_at.since(at);
        Some(PricingInputs {
            face: batch.terms.face,
            validity_total: total,
            validity_left: Millis(left.0.min(total.0)),
            grade: self.issuer(batch.issuer).map(|issuer| issuer.grade),
            sell_quantity: quantity(&asks),
            buy_quantity: quantity(&bids),
            track: batch.terms.track,
        })
    }
}

fn quantity(levels: &[PriceLevel]) -> u64 {
    levels.iter().fold(0, |sum, level| sum.saturating_add(level.quantity))
}
