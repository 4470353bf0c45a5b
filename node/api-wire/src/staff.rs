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

/// A credential to be made for a party.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRequest {
    /// Whom it acts for.
    pub party: Party,
    /// Whether it is for quoting prices often: the party is a market maker.
    #[serde(default)]
    pub market_maker: bool,
}

/// A credential that was made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyMade {
    /// `<id>.<secret>`: hand it to the party now. Only the same request under the same key shows
    /// it again.
    #[schema(example = "key-0123456789abcdef.\
        7d0c1f5b2e9a4c6d8f1a3b5c7e9d0f2a4b6c8d0e1f3a5b7c9d1e2f4a6b8c0d1e")]
    pub api_key: String,
    /// What it opens.
    #[schema(example = "user")]
    pub scope: String,
}

/// A credential that is to open nothing any more.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyRevocation {
    /// Its public half.
    #[schema(example = "key-0123456789abcdef")]
    pub key: String,
}

/// Whether a credential was revoked.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyRevoked {
    /// Whether it opened something until now.
    pub was_usable: bool,
}

/// The credentials of the node, without their secrets.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyList {
    /// The credentials, oldest first.
    pub keys: Vec<KeyReport>,
}

/// A credential, without its secret.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct KeyReport {
    /// Its public half.
    #[schema(example = "key-0123456789abcdef")]
    pub key: String,
    /// What it opens.
    #[schema(example = "user")]
    pub scope: String,
    /// Whom it acts for; nothing for staff and services.
    pub party: Option<Party>,
    /// When it was made.
    pub created_at: Time,
    /// From when it is refused; nothing when never.
    pub expires_at: Option<Time>,
    /// Since when it is refused.
    pub revoked_at: Option<Time>,
}

/// Which roles may call what.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RoleTable {
    /// Every route that asks for a role, grouped as the business is.
    pub routes: Vec<RouteRoles>,
}

/// Which roles may call a route.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RouteRoles {
    /// The method.
    #[schema(example = "POST")]
    pub method: String,
    /// The path.
    #[schema(example = "/api/v1/admin/keys")]
    pub path: String,
    /// The roles.
    #[schema(example = json!(["operator"]))]
    pub roles: Vec<String>,
}

/// The terms that the venue runs on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct VenueTerms {
    /// The terms, as the machine records them; amounts are minor units of the node's currency.
    #[schema(value_type = Object, example = json!({ "region": "cn" }))]
    pub terms: serde_json::Value,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
