//! Receipts of the state: who holds a coupon and in which condition, or that an order is open, proven
//! from the state of a node to the validators' signatures, offline (CPN-21, TRD-12).

use alloc::boxed::Box;
use alloc::vec::Vec;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::receipt::{HeadProof, ReceiptFault};
use gcfn_anchor::roster::Roster;
use gcfn_ledger::{CouponProof, ProofFault, SumProof};
use gcfn_model::{Digest, OrderId, Xqid};
use gcfn_venue::{OpenOrder, StateRoots};
use serde::{Deserialize, Serialize};

/// The version of the receipts that are made today.
pub const VERSION: u16 = 2;

/// What a receipt of the state can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// A coupon: who holds it, in which condition.
    Coupon(Xqid),
    /// An open order: what is left of it, at which price.
    Order(OrderId),
}

/// What the state said about one thing, and its way to a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Fact {
    /// Of a coupon.
    Coupon {
        /// The coupon.
        coupon: Xqid,
        /// Who held it, in which condition.
        proof: CouponProof,
    },
    /// Of an order that was open.
    Order {
        /// The order as it stood.
        order: OpenOrder,
        /// That it is counted.
        proof: SumProof,
    },
}

/// What the state said when an epoch was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// About what it was asked.
    pub fact: Fact,
    /// What the state root of the epoch is made of.
    pub roots: StateRoots,
}

/// What the state said, and everything that shows that it is final. A stranger needs only the
/// [`Roster`].
///
/// JSON is the form that is handed out (`gcfn verify coupon.json`). Nothing in it is free: any change
/// at all makes [`StateReceipt::verify`] refuse it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateReceipt {
    /// [`VERSION`].
    pub version: u16,
    /// What the state said.
    pub shown: Box<Shown>,
    /// The epoch after whose last event it said so.
    pub header: EpochHeader,
    /// From the header, at the index that is its epoch, to the cell's head.
    pub header_path: Vec<Digest>,
    /// The cell's head is under a final round.
    pub anchor: HeadProof,
}

/// The first step of a receipt of the state that does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StateReceiptFault {
    /// Made by another version of the program: verify with that one.
    #[error("receipt version {0} is not {VERSION}")]
    UnknownVersion(u16),
    /// The coupon is not in the books that the roots are of.
    #[error("coupon: {0}")]
    Coupon(ProofFault),
    /// The order is not among those that the roots are of.
    #[error("order: {0}")]
    Order(ProofFault),
    /// The state is not the one that the epoch's header commits to.
    #[error("roots are not those of the epoch")]
    OtherRoots,
    /// The epoch is not final.
    #[error(transparent)]
    Epoch(#[from] ReceiptFault),
}

impl StateReceipt {
    /// Checks the receipt from the fact up to the co-signatures, and names the first step that does
    /// not match.
    ///
    /// # Errors
    /// [`StateReceiptFault`].
    pub fn verify(&self, roster: &Roster) -> Result<(), StateReceiptFault> {
        if self.version != VERSION {
            return Err(StateReceiptFault::UnknownVersion(self.version));
        }
        let Shown { fact, roots } = &*self.shown;
        match fact {
            Fact::Coupon { coupon: Xqid { series, serial }, proof } => {
                let checked = roots.books.verify_coupon(*series, *serial, proof);
                checked.map_err(StateReceiptFault::Coupon)?;
            }
            Fact::Order { order, proof } => {
                roots.verify_order(order, proof).map_err(StateReceiptFault::Order)?;
            }
        }
        if roots.digest() != self.header.state_root {
            return Err(StateReceiptFault::OtherRoots);
        }
        self.header.verify(&self.header_path, &self.anchor.head)?;
        self.anchor.verify(roster)?;
        Ok(())
    }
}
