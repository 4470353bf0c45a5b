//! A supervisor's node: the mirrors of its jurisdiction, mounted.

use anyhow::Result;
use gcfn_anchor::receipt::HeadProof;
use gcfn_anchor::roster::Roster;
use gcfn_api::gateway::Mirrors;
use gcfn_api_wire::supervision::{FindingFilter, FindingList, MirrorList, WatchedCells};
use gcfn_cell::{Cell, Clock};
use gcfn_council::Council;
use gcfn_link::client::Peers;
use gcfn_model::{Digest, NodeId};
use gcfn_store::Store;
use gcfn_telemetry::Supervisor;
use gcfn_watch::{Findings, RegNode, Rounds, SourceFault, Sources, Watched};
use std::path::PathBuf;
use std::sync::Arc;

/// What a supervisor's node works with.
pub(crate) struct Supervision {
    /// The trading nodes that it watches.
    pub(crate) watches: Vec<NodeId>,
    /// Where mirrors are kept.
    pub(crate) dir: PathBuf,
    /// Its replica of the federation: what the network has co-signed.
    pub(crate) council: Cell<Council>,
    /// Whom it reaches.
    pub(crate) peers: Peers,
    /// Where findings are kept.
    pub(crate) store: Store,
    /// What lag is measured by.
    pub(crate) clock: Arc<dyn Clock>,
    /// Who looks after its tasks.
    pub(crate) supervisor: Supervisor,
}

/// Final rounds, out of the node's own replica of the federation cell.
struct OwnRounds {
    council: Cell<Council>,
}

impl Rounds for OwnRounds {
    async fn head_after(&self, cell: NodeId, round: u64) -> Result<HeadProof, SourceFault> {
        let mut applied = self.council.applied();
        loop {
            let proof = self.council.read(|council| council.head_proof(cell));
            if let Some(proof) = proof.filter(|proof| round < proof.round.number) {
                return Ok(proof);
            }
            applied.changed().await?;
        }
    }

    fn roster(&self, digest: Digest) -> Option<Roster> {
        self.council.read(|council| council.find_roster(digest).cloned())
    }
}

/// What can be read of the mirrors.
pub(crate) struct Console(RegNode);

#[tonic::async_trait]
impl Mirrors for Console {
    async fn status(&self) -> WatchedCells {
        self.0.status().await
    }

    fn mirrors(&self) -> MirrorList {
        self.0.mirrors()
    }

    async fn findings(&self, filter: FindingFilter) -> FindingList {
        self.0.found(filter).await
    }
}

/// Starts the mirrors.
///
/// # Errors
/// When a mirror's files or the findings cannot be used.
pub(crate) async fn start(supervision: Supervision) -> Result<Console> {
    let Supervision { watches, dir, council, peers, store, clock, supervisor } = supervision;
    let watched = |cell| Watched { cell, genesis: None };
    let cells: Vec<Watched> = watches.into_iter().map(watched).collect();
    let sources = Sources {
        journals: peers,
        rounds: OwnRounds { council },
        clock: Arc::new(move || clock.now()),
    };
    let findings = Findings::open(&store).await?;
    Ok(Console(RegNode::start(&cells, &dir, sources, (findings, &supervisor))?))
}
