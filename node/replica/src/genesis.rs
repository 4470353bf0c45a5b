//! What a replica knows before its first command.

use crate::federation::Founded;
use gcfn_anchor::event_tree::SaltKey;
use gcfn_model::Amount;
use gcfn_venue::Terms;
use serde::{Deserialize, Serialize};

/// The beginning of a trading node's cell: the same on every replica and in every re-execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Genesis {
    /// The terms of the venue.
    pub terms: Terms,
    /// Hides each event from whoever is shown another.
    pub salt_key: SaltKey,
    /// How the network began.
    pub founded: Founded,
    /// What a new member may owe here at a time, until the federation decides otherwise.
    pub debit_cap: Amount,
    /// How many envelopes may wait for one node.
    pub mailbox_capacity: u32,
}
