//! Receipts of coupons: who holds one and in which condition, proven from the books of a node to the
//! validators' signatures, offline (CPN-21).

use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::receipt::{HeadProof, ReceiptFault};
use gcfn_anchor::roster::Roster;
use gcfn_ledger::{CouponProof, ProofFault, Roots};
use gcfn_model::{Digest, Xqid};
use serde::{Deserialize, Serialize};

/// The version of the receipts that are made today.
pub const VERSION: u16 = 1;

/// What the books said about a coupon when an epoch was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponShown {
    /// The coupon.
    pub coupon: Xqid,
    /// Who held it, in which condition, and its way to the roots.
    pub proof: CouponProof,
    /// What the state root of the epoch is made of.
    pub roots: Roots,
}

/// What the books said about a coupon, and everything that shows that it is final. A stranger needs
/// only the [`Roster`].
///
/// JSON is the form that is handed out (`gcfn verify coupon.json`). Nothing in it is free: any change
/// at all makes [`CouponReceipt::verify`] refuse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CouponReceipt {
    /// [`VERSION`].
    pub version: u16,
    /// What the books said.
    pub shown: Box<CouponShown>,
    /// The epoch after whose last event they said it.
    pub header: EpochHeader,
    /// From the header, at the index that is its epoch, to the cell's head.
    pub header_path: Vec<Digest>,
    /// The cell's head is under a final round.
    pub anchor: HeadProof,
}

/// The first step of a coupon's receipt that does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CouponReceiptFault {
    /// Made by a program that is newer than this one: verify with that one.
    #[error("receipt version {0} is not {VERSION}")]
    UnknownVersion(u16),
    /// The coupon is not in the books that the roots are of.
    #[error("coupon: {0}")]
    Coupon(#[from] ProofFault),
    /// The books are not those that the epoch's header commits to.
    #[error("books are not those of the epoch")]
    OtherBooks,
    /// The epoch is not final.
    #[error(transparent)]
    Epoch(#[from] ReceiptFault),
}

impl CouponReceipt {
    /// Checks the receipt from the coupon up to the co-signatures, and names the first step that does
    /// not match.
    ///
    /// # Errors
    /// [`CouponReceiptFault`].
    pub fn verify(&self, roster: &Roster) -> Result<(), CouponReceiptFault> {
        if self.version != VERSION {
            return Err(CouponReceiptFault::UnknownVersion(self.version));
        }
        let CouponShown { coupon, proof, roots } = &*self.shown;
        roots.verify_coupon(coupon.series, coupon.serial, proof)?;
        if roots.digest() != self.header.state_root {
            return Err(CouponReceiptFault::OtherBooks);
        }
        self.header.verify(&self.header_path, &self.anchor.head)?;
        self.anchor.verify(roster)?;
        Ok(())
    }
}
