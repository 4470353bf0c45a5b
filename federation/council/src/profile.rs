//! What a node says of itself when it joins, and what of it can be checked by looking at it.

use alloc::string::String;
use gcfn_anchor::keys::PublicKey;
use gcfn_model::{Currency, NodeId, RegionId};
use serde::{Deserialize, Serialize};

/// The most bytes of one text in a profile or a request.
pub const TEXT_MAX: usize = 255;

/// What a node is in the network. Append-only: the order is the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The network operator: a validator, and the operator of the federation's clearing house.
    Root,
    /// A region's operator: a validator, and a trading node.
    Regional,
    /// A trading node.
    Local,
    /// A supervisor: reads everything, authors nothing.
    Regulator,
}

impl Role {
    /// Whether it votes on membership and co-signs rounds.
    #[must_use]
    pub const fn validates(self) -> bool {
        matches!(self, Role::Root | Role::Regional)
    }

    /// Whether it runs a venue.
    #[must_use]
    pub const fn trades(self) -> bool {
        matches!(self, Role::Regional | Role::Local)
    }
}

/// Where a node is reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoints {
    /// By applications.
    pub api: String,
    /// By other nodes.
    pub link: String,
}

/// A node, as it introduces itself. Fixed at admission, but for the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name; never reused.
    pub node: NodeId,
    /// Its region.
    pub region: RegionId,
    /// What it is.
    pub role: Role,
    /// The key it signs with.
    pub key: PublicKey,
    /// Where it is reached.
    pub endpoints: Endpoints,
    /// The currency of its venue; none without a venue.
    pub currency: Option<Currency>,
    /// Whether it quotes rates and stands by them.
    pub dealer: bool,
}

/// What is wrong with a profile. In the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[repr(u16)]
pub enum ProfileFault {
    /// The name is the federation's own. Choose another.
    #[error("name is the federation's own")]
    Reserved = 1,
    /// A text is too long. Shorten it.
    #[error("text is above {TEXT_MAX} bytes")]
    TooLong = 2,
    /// A trading node has one currency, any other node none.
    #[error("currency is missing at a trading node or given at another")]
    Currency = 3,
    /// Only a trading node has an account to deal from.
    #[error("dealer has no venue")]
    Dealer = 4,
}

impl Profile {
    /// Checks what follows from the profile alone.
    ///
    /// # Errors
    /// [`ProfileFault`], the first in its order.
    pub fn check(&self) -> Result<(), ProfileFault> {
        if self.node == crate::cell_id() {
            return Err(ProfileFault::Reserved);
        }
        if TEXT_MAX < self.endpoints.api.len() || TEXT_MAX < self.endpoints.link.len() {
            return Err(ProfileFault::TooLong);
        }
        if self.role.trades() != self.currency.is_some() {
            return Err(ProfileFault::Currency);
        }
        if self.dealer && !self.role.trades() {
            return Err(ProfileFault::Dealer);
        }
        Ok(())
    }
}
