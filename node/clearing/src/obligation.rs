//! What one account owes another, and the bundles that settle whole.

use alloc::vec::Vec;
use gcfn_model::{Amount, BusinessDate, Currency, Digest, NodeId, SettlementAccount};
use serde::{Deserialize, Serialize};

/// Money that `payer` owes `payee` on a value date. Between nodes, never between people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obligation {
    /// Who owes.
    pub payer: SettlementAccount,
    /// Who is owed.
    pub payee: SettlementAccount,
    /// In which currency.
    pub currency: Currency,
    /// How much; never zero.
    pub amount: Amount,
}

/// The name of a bundle, derived by the node that proposes it from what it bundles.
pub type BundleRef = Digest;

/// Obligations that settle together or leave the cycle together.
///
/// A bundle is what one day's trades between two nodes come to: sums per pair of accounts and
/// the Merkle root of the trades behind them. The legs of a cross-currency bundle are both its
/// currencies, which is what makes settlement payment versus payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// Its name, the same on both sides.
    pub reference: BundleRef,
    /// When it settles.
    pub value_date: BusinessDate,
    /// What is owed.
    pub obligations: Vec<Obligation>,
    /// How many trades stand behind it.
    pub trades: u32,
    /// The Merkle root of those trades, so either side can prove any one to the other.
    pub trades_root: Digest,
}

impl Bundle {
    /// Every node that owes or is owed in it, in order, once.
    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        let sides = self.obligations.iter().flat_map(|o| [o.payer.node, o.payee.node]);
        let mut nodes: Vec<NodeId> = sides.collect();
        nodes.sort_unstable();
        nodes.dedup();
        nodes
    }
}
