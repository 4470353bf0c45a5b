//! What a sender is told.

use crate::refusal::Refusal;
use gcfn_anchor::epoch::EpochHeader;
use gcfn_anchor::round::Round;
use gcfn_model::ProposalId;
use gcfn_venue::LockedRate;
use serde::{Deserialize, Serialize};

/// The answer to one command.
pub type Outcome = Result<Done, Refusal>;

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// It was done.
    Accepted,
    /// It stood already; nothing changed.
    Repeated,
    /// A rate is locked for the sender.
    Locked(LockedRate),
    /// A round waits for co-signatures.
    Proposed(Round),
    /// An epoch was closed.
    Closed(EpochHeader),
    /// It is done once enough others have said the same.
    Waits(ProposalId),
}
