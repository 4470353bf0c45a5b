//! The rules of one book, fixed when it is opened.

use crate::Refusal;
use gcfn_model::Amount;
use serde::{Deserialize, Serialize};

/// The largest quantity of one order: 10^12 coupons.
///
/// With at most 2^20 orders in a book, the quantity at any price fits 64 bits.
pub const QUANTITY_MAX: u64 = 1_000_000_000_000;

/// The most slices in which an iceberg order may show itself. It bounds the fills that one order
/// can cause: this many for each order that rests.
pub const SLICES_MAX: u64 = 20;

/// The rules of one book. A tick or a lot of zero admits no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookTerms {
    /// Every price is a multiple of this.
    pub tick: Amount,
    /// Every quantity is a multiple of this many coupons.
    pub lot: u64,
    /// The highest price of an order: the face value on the utility track (TRD-14),
    /// [`Amount::MAX`] where there is no bound.
    pub price_max: Amount,
    /// How many orders may rest at a time, [`BookTerms::ORDERS_MAX`] at most.
    pub orders_max: u32,
    /// What happens when a party would trade with itself.
    pub self_trade: SelfTrade,
}

/// What happens when an order meets a resting order of the same owner (TRD-28). They never
/// trade: that would be a price without a market behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SelfTrade {
    /// What is left of the incoming order is cancelled; the resting order stays.
    #[default]
    CancelIncoming,
    /// The resting order is cancelled and the incoming order goes on.
    CancelResting,
}

impl BookTerms {
    /// The largest useful [`BookTerms::orders_max`]: 2^20; a higher figure counts as this one.
    pub const ORDERS_MAX: u32 = 1 << 20;

    /// Whether an order of `quantity` at `price` has a form that the book admits.
    pub(crate) fn admit(&self, price: Amount, quantity: u64) -> Result<(), Refusal> {
        self.admit_quantity(quantity)?;
        if price.is_zero() {
            return Err(Refusal::PriceZero);
        }
        if !price.minor().is_multiple_of(self.tick.minor()) {
            return Err(Refusal::OffTick);
        }
        if self.price_max < price {
            return Err(Refusal::PriceAboveMax);
        }
        if QUANTITY_MAX < quantity || price.checked_mul(quantity).is_none() {
            return Err(Refusal::TooLarge);
        }
        Ok(())
    }

    /// Whether an order of `quantity` may show `display` at a time.
    pub(crate) fn admit_display(&self, display: Option<u64>, quantity: u64) -> Result<(), Refusal> {
        let Some(display) = display else { return Ok(()) };
        let in_lots = display != 0 && display.is_multiple_of(self.lot);
        let in_slices = quantity <= display.saturating_mul(SLICES_MAX);
        if in_lots && in_slices { Ok(()) } else { Err(Refusal::OffDisplay) }
    }

    /// Whether `quantity` is one or more lots.
    pub(crate) fn admit_quantity(&self, quantity: u64) -> Result<(), Refusal> {
        if quantity == 0 {
            return Err(Refusal::QuantityZero);
        }
        if !quantity.is_multiple_of(self.lot) {
            return Err(Refusal::OffLot);
        }
        Ok(())
    }
}
