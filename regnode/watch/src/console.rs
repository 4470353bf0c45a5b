//! What the console shows, in the words of the API. Reads only; whoever serves it lets in those
//! who may read.

use crate::findings::{Acknowledgement, Filed, Filter};
use crate::regnode::RegNode;
use crate::watcher::View;
use gcfn_anchor::header_log::CellHead;
use gcfn_api_wire::supervision::{
    Acknowledged, CellState, FinalHead, FindingFilter, FindingList, FindingReport, MirrorList,
    MirrorReport, WatchedCell, WatchedCells,
};
use gcfn_api_wire::term::Text;
use gcfn_audit::AnchoredHead;

impl RegNode {
    /// One line for each watched cell.
    pub async fn status(&self) -> WatchedCells {
        let open = Filter { acknowledged: Some(false), ..Filter::default() };
        let open = self.findings().list(open).await;
        WatchedCells { cells: self.views().map(|view| line(view, &open)).collect() }
    }

    /// The digests behind each line, of the cells whose genesis is known.
    #[must_use]
    pub fn mirrors(&self) -> MirrorList {
        MirrorList { mirrors: self.views().filter_map(mirror).collect() }
    }

    /// The findings that pass, newest first.
    pub async fn found(&self, filter: FindingFilter) -> FindingList {
        let filed = self.findings().list(filter.into()).await;
        FindingList { findings: filed.into_iter().map(finding).collect() }
    }
}

impl From<FindingFilter> for Filter {
    fn from(filter: FindingFilter) -> Filter {
        let FindingFilter { severity, cell, acknowledged } = filter;
        Filter { severity, cell: cell.map(|Text(cell)| cell), acknowledged }
    }
}

fn line(view: View, open: &[Filed]) -> WatchedCell {
    let status = view.status.as_ref();
    let verified = status.and_then(|status| status.verified);
    let anchored = status.and_then(|status| status.anchored);
    let stopped = status.is_some_and(|status| status.stopped.is_some());
    WatchedCell {
        cell: Text(view.cell),
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

fn head(anchored: AnchoredHead) -> FinalHead {
    let CellHead { size, root, .. } = anchored.head();
    let (round, closed_at) = (anchored.round(), Text(anchored.closed_at()));
    FinalHead { round, closed_at, size, root: Text(root) }
}

/// `None` before the cell's genesis is known.
fn mirror(view: View) -> Option<MirrorReport> {
    let (status, known) = (view.status?, view.head?);
    Some(MirrorReport {
        cell: Text(status.cell),
        genesis: Text(status.genesis),
        index: status.place.index,
        verified_until: status.verified.map(|verified| Text(verified.closed_at)),
        header_log_size: known.size,
        header_log_root: Text(known.root),
        saved_epoch: view.saved_epoch,
        anchored: status.anchored.map(head),
        awaited: status.awaited.map(head),
        stopped: status.stopped.map(|finding| finding.to_string()),
    })
}

fn finding(filed: Filed) -> FindingReport {
    let Filed { number, finding, found_at, last_found_at, times, acknowledged } = filed;
    FindingReport {
        number,
        id: Text(finding.id()),
        kind: finding.kind,
        code: finding.kind.to_string(),
        severity: finding.severity(),
        cell: Text(finding.cell),
        epoch: finding.place.epoch,
        seq: finding.place.seq,
        index: finding.place.index,
        expected: Text(finding.expected),
        found: Text(finding.found),
        detail: finding.detail,
        found_at: Text(found_at),
        last_found_at: Text(last_found_at),
        times,
        acknowledged: acknowledged
            .map(|Acknowledgement { by, at }| Acknowledged { by, at: Text(at) }),
    }
}
