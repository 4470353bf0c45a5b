//! What the state root of a venue covers, and how an open order is shown to be under it.

use crate::orders::OpenOrder;
use crate::venue::Venue;
use gcfn_ledger::{ProofFault, Roots, SumNode, SumProof};
use gcfn_model::{Digest, Hasher, OrderId};
use serde::{Deserialize, Serialize};

/// The roots that a state root is made of; small enough to be published whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateRoots {
    /// Of money and title.
    pub books: Roots,
    /// Over all open orders (TRD-12); its sum counts the coupons that they are for.
    pub orders: SumNode,
}

impl StateRoots {
    /// The state root.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let orders = postcard::to_allocvec(&self.orders).expect("a node is plain data");
        let mut hasher = Hasher::new("gcfn/venue-state/v1");
        hasher.part(self.books.digest().as_bytes());
        hasher.part(&orders);
        hasher.finish()
    }

    /// Checks that `order` is open here, with all that is said of it.
    ///
    /// # Errors
    /// [`ProofFault`].
    pub fn verify_order(&self, order: &OpenOrder, proof: &SumProof) -> Result<(), ProofFault> {
        if proof.sum != u128::from(order.remaining) {
            return Err(ProofFault::Root);
        }
        proof.verify(&self.orders, order)
    }
}

impl Venue {
    /// What the state root is made of at this moment; brings the trees up to date.
    pub fn state_roots(&mut self) -> StateRoots {
        StateRoots { books: self.books.roots(), orders: self.orders.root() }
    }

    /// What an epoch commits to of the state at this moment; brings the trees up to date.
    pub fn state_root(&mut self) -> Digest {
        self.state_roots().digest()
    }

    /// An open order with the proof that [`StateRoots::orders`] counts it.
    pub fn prove_order(&mut self, order: OrderId) -> Option<(OpenOrder, SumProof)> {
        self.orders.prove(order)
    }
}
