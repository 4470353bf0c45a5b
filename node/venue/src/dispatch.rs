//! What nodes send each other: affirmations, orders for another node's book, and what became of them.

use crate::deal_rate::DealRate;
use crate::exception::Difference;
use crate::federation_request::LockUse;
use crate::notice::ClearingNotice;
use crate::refusal::Rejection;
use alloc::vec::Vec;
use gcfn_clearing::{Bundle, BundleRef};
use gcfn_ledger::Lot;
use gcfn_model::{Amount, Currency, OrderId, SeriesId, TradeId};
use serde::{Deserialize, Serialize};

/// What nodes send each other in envelopes. Pseudonymous and without a user's balance or name.
/// Append-only: the order of variants is the encoding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dispatch {
    /// To a regional: what the sender's pools owe each other.
    Affirm(Bundle),
    /// From a regional: what happened in its house.
    Clearing(ClearingNotice),
    /// To a home node: an order of a member.
    Deal(DealOrder),
    /// From a home node: what became of the order.
    DealDone {
        /// The order.
        order: OrderId,
        /// Its fills; none when nothing matched or the order was refused.
        fills: Vec<FillReport>,
        /// Why it was refused, in the home node's words, where it was.
        refused: Option<Rejection>,
    },
    /// From a home node: the bundle that both sides must affirm, and the rates it uses.
    Propose {
        /// What is owed.
        bundle: Bundle,
        /// The FX locks behind it; none where both nodes keep one currency.
        uses: Vec<LockUse>,
        /// The trades behind it.
        trades: Vec<TradeId>,
    },
    /// To a home node: the sender does not stand by what was proposed.
    Disagreed {
        /// The bundle.
        bundle: BundleRef,
        /// In what it differs from what the sender knows.
        differs: Difference,
    },
}

/// A member's order for a home node's book: immediate or cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealOrder {
    /// The order's id.
    pub order: OrderId,
    /// Which book.
    pub series: SeriesId,
    /// How many coupons.
    pub quantity: u64,
    /// The worst price accepted, per coupon.
    pub limit: Amount,
    /// At what it is paid.
    pub rate: DealRate,
}

/// One fill of a member's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FillReport {
    /// The trade's id at the home node.
    pub trade: TradeId,
    /// Of which series.
    pub series: SeriesId,
    /// The price per coupon, in the series' currency.
    pub price: Amount,
    /// How many coupons.
    pub quantity: u64,
    /// Which coupons, in which condition.
    pub lots: Vec<Lot>,
    /// The currency of the price.
    pub currency: Currency,
}
