//! New coupons at a discount, for a time (ISS-30).
//!
//! A promotion is no thing of its own: it is a tranche that begins and ends by itself, at a price
//! below face. The book sells it before anything dearer, its reserve is checked as any tranche's
//! is, and what nobody bought returns to the inventory.

use crate::batch::CouponKind;
use crate::orders::OpenOrder;
use crate::venue::Venue;
use alloc::vec::Vec;
use gcfn_model::{Amount, BasisPoints, BatchId, OrderId, PartyId, Rounding, SeriesId, Timestamp};

/// An offer of new coupons that ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The order behind it: it is changed and taken back as any order is.
    pub order: OrderId,
    /// Of which batch.
    pub batch: BatchId,
    /// Of which series.
    pub series: SeriesId,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// Face value of one coupon.
    pub face: Amount,
    /// What one costs.
    pub price: Amount,
    /// How far that is below face, as a share of it, rounded down.
    pub discount: BasisPoints,
    /// When it begins, as long as it has not.
    pub begins: Option<Timestamp>,
    /// When it ends.
    pub ends: Timestamp,
    /// How many coupons were sold by it.
    pub sold: u64,
    /// How many are left.
    pub left: u64,
}

impl Venue {
    /// What a coupon of a series costs at `discount` off its face, rounded half up to the minor
    /// unit; `None` for a series without coupons, or when nothing is left of the price.
    #[must_use]
    pub fn discounted(&self, series: SeriesId, discount: BasisPoints) -> Option<Amount> {
        let face = self.books.title.terms(series)?.face;
        let off = discount.of(face, Rounding::HalfUp)?;
        face.checked_sub(off).filter(|price| !price.is_zero())
    }

    /// The promotions of an issuer that run or are to begin, the first to end first.
    #[must_use]
    pub fn promotions_of(&self, issuer: PartyId) -> Vec<Promotion> {
        let orders = self.orders.of(issuer, None);
        let mut promotions: Vec<Promotion> =
            orders.iter().filter_map(|order| self.promotion(order)).collect();
        promotions.sort_unstable_by_key(|promotion| (promotion.ends, promotion.order));
        promotions
    }

    /// What an order promotes, if it does.
    fn promotion(&self, order: &OpenOrder) -> Option<Promotion> {
        let OpenOrder { id, series, price, filled, remaining, not_before, .. } = *order;
        let ends = order.expires_at.filter(|_| order.primary())?;
        let batch = self.markets.get(&series)?.batch;
        let terms = &self.batches.get(&batch)?.terms;
        let off = u128::from(terms.face.checked_sub(price)?.minor());
        let share = off.saturating_mul(10_000).checked_div(u128::from(terms.face.minor()))?;
        Some(Promotion {
            order: id,
            batch,
            series,
            kind: terms.kind,
            face: terms.face,
            price,
            discount: BasisPoints(u32::try_from(share).ok()?),
            begins: not_before,
            ends,
            sold: filled,
            left: remaining,
        })
    }
}
