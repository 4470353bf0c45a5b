//! Alliances of issuers that accept each other's coupons (TRD-27, ISS-40).

use crate::term::{Alliance, Party, Text};
use gcfn_model::AllianceId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An alliance that was founded.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct AllianceFounded {
    /// Its id.
    pub alliance: Alliance,
    /// The state that answered holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An issuer to be invited.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AllianceInvitation {
    /// Whom.
    pub issuer: Party,
}

/// An alliance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AllianceReport {
    /// Its id.
    pub alliance: Alliance,
    /// Whose coupons are accepted at the merchants of all of them.
    pub members: Vec<Party>,
    /// Who may join: shown to members and to those invited, to staff and to supervisors.
    pub invited: Vec<Party>,
}

impl AllianceReport {
    /// An alliance of a venue.
    #[must_use]
    pub fn new(id: AllianceId, known: &gcfn_venue::Alliance) -> AllianceReport {
        AllianceReport {
            alliance: Text(id),
            members: known.members.iter().copied().map(Text).collect(),
            invited: known.invited.iter().copied().map(Text).collect(),
        }
    }
}

/// The alliances of a node.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AllianceList {
    /// The alliances, in the order of ids.
    pub alliances: Vec<AllianceReport>,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}

/// An alliance, with how fresh that is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AllianceDetail {
    /// The alliance.
    #[serde(flatten)]
    pub alliance: AllianceReport,
    /// The state read holds at least everything up to this log entry.
    pub as_of: u64,
}
