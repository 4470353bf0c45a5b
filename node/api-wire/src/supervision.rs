//! What a supervisor's node has verified and found. Reads only.

use crate::term::{Hash, Node, Time};
use gcfn_audit::{FindingKind, Severity};
use gcfn_model::Millis;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One line for each watched cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedCells {
    /// The cells.
    pub cells: Vec<WatchedCell>,
}

/// What a watched cell's mirror is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CellState {
    /// The stream is open and everything agrees.
    Verifying,
    /// The same, with history from before the start still to be verified.
    CatchingUp,
    /// The stream is closed; it is begun again.
    Disconnected,
    /// Something was found: nothing after it is vouched for.
    Stopped,
}

/// One watched cell in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WatchedCell {
    /// The cell.
    pub cell: Node,
    /// What its mirror is doing.
    pub state: CellState,
    /// The last verified epoch.
    pub verified_epoch: Option<u64>,
    /// Its last event.
    pub verified_seq: Option<u64>,
    /// The last round whose head agreed with the mirror.
    pub anchored_round: Option<u64>,
    /// How far the mirror was behind when that was last looked at.
    #[schema(value_type = u64)]
    pub lag_ms: Millis,
    /// The lag that half of all epochs did not exceed.
    #[schema(value_type = Option<u64>)]
    pub lag_p50_ms: Option<Millis>,
    /// The lag that 99 of 100 epochs did not exceed.
    #[schema(value_type = Option<u64>)]
    pub lag_p99_ms: Option<Millis>,
    /// How many findings about it nobody has acknowledged.
    pub open_findings: usize,
    /// Why it is not verifying, if it is not.
    #[schema(example = "the stream has ended")]
    pub fault: Option<String>,
}

/// The mirrors of the cells whose genesis is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MirrorList {
    /// The mirrors.
    pub mirrors: Vec<MirrorReport>,
}

/// A head in a final round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FinalHead {
    /// The number of the round.
    pub round: u64,
    /// When the round was closed.
    pub closed_at: Time,
    /// How many epochs the cell had closed.
    pub size: u64,
    /// The root over their headers.
    pub root: Hash,
}

/// What one mirror has verified, by digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MirrorReport {
    /// The cell.
    pub cell: Node,
    /// The genesis that it began with: to be compared with the operator's filing.
    pub genesis: Hash,
    /// The log index of the last record taken.
    pub index: u64,
    /// When the last verified epoch was closed.
    pub verified_until: Option<Time>,
    /// How many epochs the mirrored header log has.
    pub header_log_size: u64,
    /// Their root.
    pub header_log_root: Hash,
    /// The last epoch that is on disk: where the mirror would go on.
    pub saved_epoch: Option<u64>,
    /// The last head of a final round that agreed.
    pub anchored: Option<FinalHead>,
    /// The first head of a final round that the mirror has not come to.
    pub awaited: Option<FinalHead>,
    /// Why it stopped, if it did.
    #[schema(example = "F-07 state_root_differs")]
    pub stopped: Option<String>,
}

/// Which findings to show. What is left out does not matter.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FindingFilter {
    /// Only of this severity: `L1` to `L4`.
    #[param(value_type = Option<String>)]
    pub severity: Option<Severity>,
    /// Only about this cell.
    #[param(inline)]
    pub cell: Option<Node>,
    /// Only those that are, or are not, acknowledged.
    pub acknowledged: Option<bool>,
}

/// Some of the findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingList {
    /// The findings, newest first.
    pub findings: Vec<FindingReport>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FindingReport {
    /// Its number here.
    pub number: u64,
    /// Its id, the same at every supervisor that finds it.
    pub id: Hash,
    /// What was found.
    #[schema(value_type = String, example = "state_root_differs")]
    pub kind: FindingKind,
    /// The same as a code.
    #[schema(example = "F-07")]
    pub code: String,
    /// `L1` to `L4`.
    #[schema(value_type = String, example = "L1")]
    pub severity: Severity,
    /// At which cell.
    pub cell: Node,
    /// The epoch that was open.
    pub epoch: u64,
    /// The event.
    pub seq: u64,
    /// The record.
    pub index: u64,
    /// The digest of what was computed here; all zero for nothing.
    pub expected: Hash,
    /// The digest of what was shown.
    pub found: Hash,
    /// A sentence for people.
    #[schema(example = "state root differs")]
    pub detail: String,
    /// When it was found first.
    pub found_at: Time,
    /// When it was found last.
    pub last_found_at: Time,
    /// How often it was found while it was open.
    pub times: u64,
    /// Who has looked at it.
    pub acknowledged: Option<Acknowledged>,
}

/// A person has looked at a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledged {
    /// Who.
    #[schema(example = "mei")]
    pub by: String,
    /// When.
    pub at: Time,
}
