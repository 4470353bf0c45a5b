//! The places that a coupon can be in.
//!
//! Decides which of them are final, and from which a coupon may move to which. Every other place is
//! either free or a lock that says for whom, so the overlays of spec 2.3 that hold a coupon in place
//! are holders here: what is locked is not found among what is free. Who may ask for a move, and
//! whether a party as a whole is frozen, is `venue`'s matter.

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
    /// Still the holder's, frozen by compliance or a directive (`frozen`).
    Frozen(PartyId),
    /// Still the holder's, pledged as collateral (`pledged`).
    Pledged(PartyId),
    /// Still the seller's, behind an offer outside the book: a listing of specific coupons, an
    /// offer to one other party, an auction.
    OfferLock(PartyId),
}

impl Holder {
    /// Every place in which a coupon is `party`'s.
    #[must_use]
    pub const fn of_party(party: PartyId) -> [Holder; 6] {
        [
            Holder::Party(party),
            Holder::OrderLock(party),
            Holder::RedeemLock(party),
            Holder::Frozen(party),
            Holder::Pledged(party),
            Holder::OfferLock(party),
        ]
    }

    /// Whose a coupon is that is here, if it is in somebody's hands at this node.
    #[must_use]
    pub const fn owner(self) -> Option<PartyId> {
        match self {
            Holder::Party(party)
            | Holder::OrderLock(party)
            | Holder::RedeemLock(party)
            | Holder::Frozen(party)
            | Holder::Pledged(party)
            | Holder::OfferLock(party) => Some(party),
            Holder::Inventory
            | Holder::InventoryLock
            | Holder::Delivery(_)
            | Holder::Abroad(_)
            | Holder::Home(_)
            | Holder::Redeemed
            | Holder::Expired
            | Holder::Recalled => None,
        }
    }

    /// The place in which its owner has what is free, or itself when it is no party's.
    pub(crate) const fn whose(self) -> Holder {
        match self.owner() {
            Some(party) => Holder::Party(party),
            None => self,
        }
    }

    /// Whether it is a place of a party in which nothing is free.
    pub(crate) const fn is_lock(self) -> bool {
        self.owner().is_some() && !matches!(self, Holder::Party(_))
    }

    /// Whether no coupon ever leaves it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Holder::Redeemed | Holder::Expired | Holder::Recalled)
    }

    /// Whether a coupon may move from here to `to`, as far as places tell (spec 2.2, 2.3).
    ///
    /// What is free moves freely, but into the locks of its own holder only. What is locked moves
    /// back to its holder, or to where the lock was meant to lead. Nothing moves to where it is.
    #[must_use]
    pub fn may_move_to(self, to: Holder) -> bool {
        use Holder::{
            Abroad, Delivery, Expired, Frozen, Home, Inventory, InventoryLock, OfferLock,
            OrderLock, Party, Pledged, Recalled, RedeemLock, Redeemed,
        };
        match (self, to) {
            (Redeemed | Expired | Recalled, _) => false,
            // A deal and a redemption are finished or given up first; what is at home ends there.
            (Delivery(_) | Home(_), Expired | Recalled) | (RedeemLock(_), Expired) => false,
            (_, Expired | Recalled) => true,
            // Sold, or back with the seller.
            (Inventory | InventoryLock | OrderLock(_) | OfferLock(_), Party(_)) => true,
            (Delivery(_) | Abroad(_) | Home(_), Party(_)) => true,
            (Party(from), Party(to)) => from != to,
            (RedeemLock(of) | Frozen(of) | Pledged(of), Party(holder)) => of == holder,
            // Offered, taken back, returned or bought back.
            (Inventory, InventoryLock) | (InventoryLock, Inventory) => true,
            (Party(_) | OrderLock(_) | OfferLock(_) | Delivery(_) | Abroad(_), Inventory) => true,
            (Party(holder), OrderLock(of) | OfferLock(of) | RedeemLock(of)) => holder == of,
            // A pledge outlives a freeze.
            (Party(holder) | Frozen(holder), Pledged(of)) => holder == of,
            (Party(holder) | OrderLock(holder) | OfferLock(holder), Frozen(of)) => holder == of,
            (RedeemLock(holder) | Pledged(holder), Frozen(of)) => holder == of,
            (RedeemLock(_) | Abroad(_), Redeemed) => true,
            // Between nodes. Whose it is if a deal fails, the deal says.
            (Inventory | InventoryLock | Party(_), Delivery(_)) => true,
            (OrderLock(_) | OfferLock(_) | Abroad(_), Delivery(_)) => true,
            (Home(from), Delivery(to)) | (Delivery(from), Abroad(to) | Home(to)) => from == to,
            (Party(_), Home(_)) => true,
            _ => false,
        }
    }
}
