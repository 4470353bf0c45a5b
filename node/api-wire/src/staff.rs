//! What members of staff decide together.

use crate::term::{Party, Text, Time};
use gcfn_model::ProposalId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What waits for a second person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProposalList {
    /// The proposals, by id.
    pub proposals: Vec<ProposalReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// A wish that takes two persons.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProposalReport {
    /// Its id: what the second person approves.
    pub proposal: crate::term::Proposal,
    /// Who wished it first.
    pub by: Party,
    /// When.
    pub proposed_at: Time,
    /// What is wished, as the machine records it.
    #[schema(value_type = Object, example = json!({
        "Unfreeze": { "party": "pty-0000000000000000000000000a" }
    }))]
    pub wish: serde_json::Value,
}

impl ProposalReport {
    /// `proposal` as it is shown.
    #[must_use]
    pub fn new(id: ProposalId, proposal: &gcfn_venue::Proposal) -> ProposalReport {
        let wish = serde_json::to_value(&proposal.verb);
        ProposalReport {
            proposal: Text(id),
            by: Text(proposal.by),
            proposed_at: Text(proposal.at),
            wish: wish.expect("a verb is plain data"),
        }
    }
}
