//! New coupons at a discount, for a time.

use crate::template::CouponKind;
use crate::term::{Batch, Money, Order, Series, Text, Time};
use gcfn_model::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// New coupons to be offered at a discount, for a time.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "series": "ser-0000000000000000000000000a", "quantity": 40, "discount_bp": 1500,
    "begins_at": "2026-11-24T00:00:00Z", "ends_at": "2026-11-28T00:00:00Z"
}))]
pub struct NewPromotion {
    /// Of which series of the issuer's own.
    pub series: Series,
    /// How many coupons of the inventory: those that no other offer of the issuer has.
    #[schema(minimum = 1)]
    pub quantity: u64,
    /// What is taken off their face, in basis points: 1500 is 15 %.
    #[schema(minimum = 1, maximum = 9999)]
    pub discount_bp: u32,
    /// When it begins; at once when left out.
    pub begins_at: Option<Time>,
    /// When it ends: what nobody bought returns to the inventory.
    pub ends_at: Time,
}

/// What a promotion is to become. Its times stay; it is ended as any order is taken back.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "promotion": "ord-0000000000000000000000000a", "discount_bp": 2000 }))]
pub struct PromotionChange {
    /// Which: its order.
    pub promotion: Order,
    /// What is taken off the face from now on, in basis points; the same when left out.
    #[schema(minimum = 1, maximum = 9999)]
    pub discount_bp: Option<u32>,
    /// How many coupons it is for from now on; as many as are left when left out.
    #[schema(minimum = 1)]
    pub quantity: Option<u64>,
}

/// The promotions of an issuer that run or are to begin.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PromotionList {
    /// The promotions, the first to end first.
    pub promotions: Vec<PromotionReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// New coupons at a discount, for a time.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct PromotionReport {
    /// Its order in the book of the series.
    pub promotion: Order,
    /// Of which batch.
    pub batch: Batch,
    /// Of which series.
    pub series: Series,
    /// What a coupon gives.
    pub kind: CouponKind,
    /// Face value of one coupon.
    pub face: Money,
    /// What one costs.
    pub price: Money,
    /// What is taken off the face, in basis points, rounded down.
    pub discount_bp: u32,
    /// When it begins, as long as it has not.
    pub begins_at: Option<Time>,
    /// When it ends.
    pub ends_at: Time,
    /// How many coupons were sold by it.
    pub sold: u64,
    /// How many are left.
    pub left: u64,
}

impl PromotionReport {
    /// `promotion` with amounts in `currency`.
    #[must_use]
    pub fn new(promotion: &gcfn_venue::Promotion, currency: Currency) -> PromotionReport {
        PromotionReport {
            promotion: Text(promotion.order),
            batch: Text(promotion.batch),
            series: Text(promotion.series),
            kind: promotion.kind.into(),
            face: Money::new(promotion.face, currency),
            price: Money::new(promotion.price, currency),
            discount_bp: promotion.discount.0,
            begins_at: promotion.begins.map(Text),
            ends_at: Text(promotion.ends),
            sold: promotion.sold,
            left: promotion.left,
        }
    }
}
