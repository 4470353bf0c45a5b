//! A supervisor's node: its watched cells, its findings, its console.

use crate::Findings;
use crate::alarm::Alarm;
use crate::file::FileFault;
use crate::source::{Journals, Rounds};
use crate::watcher::{Board, View, Watcher, watch_heads};
use gcfn_model::{Digest, NodeId, Timestamp};
use gcfn_telemetry::{Importance, Supervisor};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// The time now, by the clock of this node. It must go as the clocks of the watched cells do.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// A cell to be watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The cell, by the name of its node.
    pub cell: NodeId,
    /// The digest of its genesis, as the operator has filed it. Without one the genesis is taken
    /// as it stands, and the console shows its digest for a person to compare.
    pub genesis: Option<Digest>,
}

/// What a supervisor's node asks.
pub struct Sources<J, R> {
    /// The journals of the watched cells.
    pub journals: J,
    /// The final rounds of the federation.
    pub rounds: R,
    /// The time.
    pub clock: Clock,
}

impl<J, R> fmt::Debug for Sources<J, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sources").finish_non_exhaustive()
    }
}

/// A supervisor's node at work. Clones share it.
#[derive(Clone)]
pub struct RegNode {
    boards: Arc<[Arc<Board>]>,
    findings: Findings,
}

impl RegNode {
    /// Begins to watch `cells`, keeping their mirrors in `dir`, as tasks of `supervisor`.
    ///
    /// A cell whose task fails is not watched any more, which its console and the log say; the
    /// others are.
    ///
    /// # Errors
    /// [`FileFault`] when there is no such directory and none can be made.
    pub fn start<J: Journals, R: Rounds>(
        cells: &[Watched],
        dir: &Path,
        sources: Sources<J, R>,
        (findings, supervisor): (Findings, &Supervisor),
    ) -> Result<RegNode, FileFault> {
        std::fs::create_dir_all(dir).map_err(|source| FileFault::Io {
            action: "make directory",
            path: dir.to_owned(),
            source,
        })?;
        let Sources { journals, rounds, clock } = sources;
        let (journals, rounds) = (Arc::new(journals), Arc::new(rounds));
        let start = |&watched: &Watched| {
            let cell = watched.cell;
            let (to, heads) = watch::channel(None);
            let board = Arc::new(Board::new(cell));
            let watcher = Watcher {
                watched,
                path: dir.join(format!("{cell}.mirror")),
                journals: Arc::clone(&journals),
                clock: Arc::clone(&clock),
                findings: findings.clone(),
                board: Arc::clone(&board),
                heads,
                alarm: Alarm::new(clock()),
            };
            let mut shutdown = supervisor.shutdown();
            let rounds = Arc::clone(&rounds);
            supervisor.spawn("watch heads", Importance::Optional, async move {
                tokio::select! {
                    ended = watch_heads(cell, rounds, to) => ended,
                    _ = shutdown.wait_for(|stopping| *stopping) => Ok(()),
                }
            });
            let watching = watcher.run(supervisor.shutdown());
            supervisor.spawn("watch", Importance::Optional, watching);
            board
        };
        let boards = cells.iter().map(start).collect();
        Ok(RegNode { boards, findings })
    }

    /// The findings.
    #[must_use]
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// What is known of each watched cell.
    pub(crate) fn views(&self) -> impl Iterator<Item = View> {
        self.boards.iter().map(|board| board.read())
    }
}

impl fmt::Debug for RegNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells: Vec<NodeId> = self.views().map(|view| view.cell).collect();
        f.debug_struct("RegNode").field("cells", &cells).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
