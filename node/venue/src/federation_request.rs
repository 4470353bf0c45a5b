//! What a venue says to the federation.

use alloc::vec::Vec;
use gcfn_clearing::Bundle;
use gcfn_model::{Amount, Currency, LockId, SeriesId, Timestamp};
use serde::{Deserialize, Serialize};

/// What a venue says to the federation; the shell signs it in the node's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FederationRequest {
    /// The node stands by these obligations.
    Affirm {
        /// What is owed.
        bundle: Bundle,
        /// The FX locks behind it; none where both nodes keep one currency.
        uses: Vec<LockUse>,
    },
    /// The node lists a series that others may trade.
    ListSeries {
        /// The series.
        series: SeriesId,
        /// Face value of one coupon.
        face: Amount,
        /// How many coupons it has.
        minted: u64,
        /// In which currency it trades.
        currency: Currency,
        /// When its coupons end.
        expires_at: Timestamp,
    },
}

/// How much of a locked rate a bundle uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockUse {
    /// The lock.
    pub lock: LockId,
    /// What its holder pays.
    pub pays: Amount,
    /// What the dealer pays on.
    pub needs: Amount,
}
