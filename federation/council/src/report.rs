//! What a region publishes: the heads of its cells, each signed by its own node.

use crate::council::{Council, Step};
use crate::outcome::{Done, Outcome};
use crate::refusal::Refusal;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use gcfn_anchor::checkpoint::{Equivocation, SignedCheckpoint};
use gcfn_anchor::header_log::CellHead;
use gcfn_model::{Digest, NodeId, RegionId};
use serde::{Deserialize, Serialize};

/// How many reports one publication may have.
pub const REPORTS_MAX: usize = 256;

/// The head of one cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The cell, by the name of its node.
    pub cell: NodeId,
    /// Its head, signed by its node.
    pub checkpoint: SignedCheckpoint,
    /// The proof that it continues the head that the federation knows; empty for a cell's first.
    pub consistency: Vec<Digest>,
}

/// The latest head of a cell and the note that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reported {
    pub(crate) head: CellHead,
    note: SignedCheckpoint,
}

impl Council {
    /// Takes the heads of a region's cells, all or none. A cell that shows two heads of one size
    /// convicts its node.
    pub(crate) fn publish_region(
        &mut self,
        step: &mut Step<'_>,
        author: NodeId,
        reports: &[Report],
    ) -> Outcome {
        if reports.is_empty() || REPORTS_MAX < reports.len() {
            return Err(Refusal::ReportCount);
        }
        let region = self.directory.member(author).ok_or(Refusal::NotActive)?.profile.region;
        let mut fresh = BTreeMap::<NodeId, Reported>::new();
        let mut forks = BTreeMap::<NodeId, Equivocation>::new();
        for report in reports {
            let cell = report.cell;
            let head = self.head_of(region, report)?;
            let note = report.checkpoint.clone();
            match fresh.get(&cell).or_else(|| self.cells.get(&cell)) {
                Some(known) if known.head == head => continue,
                Some(known) if known.head.size == head.size => {
                    forks.insert(cell, Equivocation { one: known.note.clone(), other: note });
                    continue;
                }
                Some(known) if head.size < known.head.size => {
                    return Err(Refusal::CheckpointBehind(cell));
                }
                Some(known) if !known.head.is_continued_by(&head, &report.consistency) => {
                    return Err(Refusal::NotContinued(cell));
                }
                _ => fresh.insert(cell, Reported { head, note }),
            };
        }
        if fresh.is_empty() && forks.is_empty() {
            return Ok(Done::Repeated);
        }
        self.cells.append(&mut fresh);
        for (node, proof) in forks {
            self.convict(step, node, proof);
        }
        Ok(Done::Accepted)
    }

    /// The head that a report shows, once it is known to be the cell's own.
    fn head_of(&self, region: RegionId, report: &Report) -> Result<CellHead, Refusal> {
        let cell = report.cell;
        let member = self.directory.member(cell).filter(|member| member.is_trading());
        let member = member.filter(|member| member.profile.region == region);
        let profile = &member.ok_or(Refusal::ForeignCell(cell))?.profile;
        let checkpoint = report.checkpoint.verify(cell, &profile.key);
        let checkpoint = checkpoint.map_err(|_| Refusal::CheckpointSignature(cell))?;
        if checkpoint.network != self.network() || checkpoint.head.cell != cell {
            return Err(Refusal::CheckpointSignature(cell));
        }
        Ok(checkpoint.head)
    }
}
