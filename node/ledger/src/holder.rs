//! The places that a coupon can be in.
//!
//! Decides which of them are final. Every other place is either free or a lock that says for whom,
//! so the overlays of spec 2.3 that hold a coupon in place are holders here: what is locked is not
//! found among what is free. The freeze of a party is not: it is `venue`'s matter.

use gcfn_model::{NodeId, PartyId};
use serde::{Deserialize, Serialize};

/// Where a coupon is. The order is the encoding: append only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Holder {
    /// With the issuer, not sold (`minted`, or `listed` when the batch is).
    Inventory,
    /// With the issuer, behind an open offer in the book: a primary offer is backed by coupons.
    InventoryLock,
    /// Free in the hands of a holder (`sold`, `in_circulation`).
    Party(PartyId),
    /// Still the seller's, behind an open sell order.
    OrderLock(PartyId),
    /// Still the holder's, shown to a merchant and waiting for his confirmation.
    RedeemLock(PartyId),
    /// Matched for a buyer at another node, whose deal is not committed yet. Whose it is if the
    /// deal fails, the deal says.
    Delivery(NodeId),
    /// In the hands of holders at another node: its omnibus. That node has the same coupons, and
    /// no others, outside [`Holder::Home`].
    Abroad(NodeId),
    /// Of a series that was minted at another node: not here. Coupons arrive from here and return
    /// to here, so a foreign series has all its coupons in the books as well.
    Home(NodeId),
    /// Redeemed: final.
    Redeemed,
    /// Expired: final.
    Expired,
    /// Recalled: final.
    Recalled,
    /// Still the holder's, frozen by compliance.
    Frozen(PartyId),
    /// Still the holder's, pledged to another party.
    Pledged(PartyId),
    /// Still the seller's, behind an offer outside the book.
    OfferLock(PartyId),
}

impl Holder {
    /// Whether no coupon ever leaves it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Holder::Redeemed | Holder::Expired | Holder::Recalled)
    }
}
