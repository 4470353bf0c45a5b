//! What a replica knows before its first command.

use alloc::collections::BTreeMap;
use gcfn_anchor::event_tree::SaltKey;
use gcfn_anchor::keys::PublicKey;
use gcfn_anchor::roster::Roster;
use gcfn_model::NodeId;
use gcfn_venue::Terms;
use serde::{Deserialize, Serialize};

/// The beginning of a trading node's cell: the same on every replica and in every re-execution.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Genesis {
    /// The terms of the venue.
    pub terms: Terms,
    /// Hides each event from whoever is shown another.
    pub salt_key: SaltKey,
    /// The validators whose signatures make a decision final.
    pub roster: Roster,
    /// The nodes known from the beginning, with the keys they sign with.
    pub peers: BTreeMap<NodeId, PublicKey>,
    /// How many envelopes may wait for one node.
    pub mailbox_capacity: u32,
}
