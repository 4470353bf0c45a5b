//! What the console shows, as JSON. Reads only.
//!
//! - `GET /api/v1/regnode/status`: `{"cells": [CellJson]}`, one line for each watched cell.
//! - `GET /api/v1/regnode/mirror`: `{"mirrors": [MirrorJson]}`, the digests behind each line.
//! - `GET /api/v1/regnode/findings?severity=L1&cell=sg&acknowledged=false`:
//!   `{"findings": [FindingJson]}`, newest first; every parameter may be left out.
//!
//! Instants are RFC 3339 in UTC, digests 64 hexadecimal digits. What is not known yet is `null`.

use crate::findings::{Acknowledgement, Filed, Filter};
use crate::regnode::RegNode;
use crate::watcher::View;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use gcfn_anchor::header_log::CellHead;
use gcfn_audit::{AnchoredHead, FindingKind, Severity};
use gcfn_model::{Digest, Millis, NodeId, Timestamp};
use serde::Serialize;
use serde_json::json;

pub(crate) fn router(node: RegNode) -> Router {
    Router::new()
        .route("/api/v1/regnode/status", get(status))
        .route("/api/v1/regnode/mirror", get(mirror))
        .route("/api/v1/regnode/findings", get(findings))
        .with_state(node)
}

async fn status(State(node): State<RegNode>) -> Response {
    let open = Filter { acknowledged: Some(false), ..Filter::default() };
    let open = node.findings().list(open).await;
    let cells: Vec<CellJson> = node.views().map(|view| CellJson::new(view, &open)).collect();
    Json(json!({ "cells": cells })).into_response()
}

async fn mirror(State(node): State<RegNode>) -> Response {
    let mirrors: Vec<MirrorJson> = node.views().filter_map(MirrorJson::new).collect();
    Json(json!({ "mirrors": mirrors })).into_response()
}

async fn findings(
    State(node): State<RegNode>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Response {
    let Ok(Query(filter)) = filter else { return bad_query() };
    let filed = node.findings().list(filter).await;
    let findings: Vec<FindingJson> = filed.into_iter().map(FindingJson::from).collect();
    Json(json!({ "findings": findings })).into_response()
}

fn bad_query() -> Response {
    let detail = "parameters are severity (L1 to L4), cell and acknowledged (true or false)";
    let problem = json!({ "title": "query is not understood", "status": 400, "detail": detail });
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    (StatusCode::BAD_REQUEST, kind, problem.to_string()).into_response()
}

/// What a watched cell's mirror is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CellJson {
    /// The cell.
    pub cell: NodeId,
    /// `verifying`, `catching_up`, `disconnected` or `stopped`.
    pub state: CellState,
    /// The last verified epoch.
    pub verified_epoch: Option<u64>,
    /// Its last event.
    pub verified_seq: Option<u64>,
    /// The last round whose head agreed with the mirror.
    pub anchored_round: Option<u64>,
    /// How far the mirror was behind when that was last looked at.
    pub lag_ms: Millis,
    /// The lag that half of all epochs did not exceed, and 99 of 100 did not.
    pub lag_p50_ms: Option<Millis>,
    /// See `lag_p50_ms`.
    pub lag_p99_ms: Option<Millis>,
    /// How many findings about it nobody has acknowledged.
    pub open_findings: usize,
    /// Why it is not verifying, if it is not.
    pub fault: Option<String>,
}

impl CellJson {
    fn new(view: View, open: &[Filed]) -> CellJson {
        let status = view.status;
        let verified = status.as_ref().and_then(|status| status.verified);
        let anchored = status.as_ref().and_then(|status| status.anchored);
        let stopped = status.is_some_and(|status| status.stopped.is_some());
        CellJson {
            cell: view.cell,
            state: match (stopped, view.following, view.catching_up) {
                (true, _, _) => CellState::Stopped,
                (_, false, _) => CellState::Disconnected,
                (_, _, true) => CellState::CatchingUp,
                (_, _, false) => CellState::Verifying,
            },
            verified_epoch: verified.map(|verified| verified.epoch),
            verified_seq: verified.map(|verified| verified.last_seq),
            anchored_round: anchored.map(|anchored| anchored.round()),
            lag_ms: view.lag,
            lag_p50_ms: view.lags.percentile(50),
            lag_p99_ms: view.lags.percentile(99),
            open_findings: open.iter().filter(|filed| filed.finding.cell == view.cell).count(),
            fault: view.fault,
        }
    }
}

/// A head in a final round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct AnchoredJson {
    /// The number of the round.
    pub round: u64,
    /// When the round was closed.
    pub closed_at: Timestamp,
    /// How many epochs the cell had closed.
    pub size: u64,
    /// The root over their headers.
    pub root: Digest,
}

impl From<AnchoredHead> for AnchoredJson {
    fn from(anchored: AnchoredHead) -> AnchoredJson {
        let CellHead { size, root, .. } = anchored.head();
        let (round, closed_at) = (anchored.round(), anchored.closed_at());
        AnchoredJson { round, closed_at, size, root }
    }
}

/// What one mirror has verified, by digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirrorJson {
    /// The cell.
    pub cell: NodeId,
    /// The genesis that it began with: to be compared with the operator's filing.
    pub genesis: Digest,
    /// The log index of the last record taken.
    pub index: u64,
    /// When the last verified epoch was closed.
    pub verified_until: Option<Timestamp>,
    /// The mirrored header log: how many epochs, and their root.
    pub header_log_size: u64,
    /// See `header_log_size`.
    pub header_log_root: Digest,
    /// The last epoch that is on disk: where the mirror would go on.
    pub saved_epoch: Option<u64>,
    /// The last head of a final round that agreed.
    pub anchored: Option<AnchoredJson>,
    /// The first head of a final round that the mirror has not come to.
    pub awaited: Option<AnchoredJson>,
    /// Why it stopped, if it did.
    pub stopped: Option<String>,
}

impl MirrorJson {
    /// `None` before the cell's genesis is known.
    fn new(view: View) -> Option<MirrorJson> {
        let (status, head) = (view.status?, view.head?);
        Some(MirrorJson {
            cell: status.cell,
            genesis: status.genesis,
            index: status.place.index,
            verified_until: status.verified.map(|verified| verified.closed_at),
            header_log_size: head.size,
            header_log_root: head.root,
            saved_epoch: view.saved_epoch,
            anchored: status.anchored.map(AnchoredJson::from),
            awaited: status.awaited.map(AnchoredJson::from),
            stopped: status.stopped.map(|finding| finding.to_string()),
        })
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FindingJson {
    /// Its number here.
    pub number: u64,
    /// Its id, the same at every supervisor that finds it.
    pub id: Digest,
    /// What was found, such as `state_root_differs`.
    pub kind: FindingKind,
    /// The same as a code, such as `F-07`.
    pub code: String,
    /// `L1` to `L4`.
    pub severity: Severity,
    /// At which cell.
    pub cell: NodeId,
    /// The epoch that was open.
    pub epoch: u64,
    /// The event.
    pub seq: u64,
    /// The record.
    pub index: u64,
    /// The digest of what was computed here; all zero for nothing.
    pub expected: Digest,
    /// The digest of what was shown.
    pub found: Digest,
    /// A sentence for people.
    pub detail: String,
    /// When it was found first.
    pub found_at: Timestamp,
    /// When it was found last.
    pub last_found_at: Timestamp,
    /// How often it was found while it was open.
    pub times: u64,
    /// `{"by", "at"}` of who has looked at it.
    pub acknowledged: Option<Acknowledgement>,
}

impl From<Filed> for FindingJson {
    fn from(filed: Filed) -> FindingJson {
        let Filed { number, finding, found_at, last_found_at, times, acknowledged } = filed;
        FindingJson {
            number,
            id: finding.id(),
            kind: finding.kind,
            code: finding.kind.to_string(),
            severity: finding.severity(),
            cell: finding.cell,
            epoch: finding.place.epoch,
            seq: finding.place.seq,
            index: finding.place.index,
            expected: finding.expected,
            found: finding.found,
            detail: finding.detail,
            found_at,
            last_found_at,
            times,
            acknowledged,
        }
    }
}
