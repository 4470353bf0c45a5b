//! Where a supervisor's node learns what it verifies: journals from the watched nodes, final
//! rounds from its own replica of the federation.

use gcfn_anchor::receipt::HeadProof;
use gcfn_anchor::roster::Roster;
use gcfn_link::client::{Following, Peers};
use gcfn_link::proto::FollowRequest;
use gcfn_model::{Digest, NodeId};
use std::error::Error;
use std::time::Duration;

/// How long a node may take to begin its stream.
const FOLLOW_LIMIT: Duration = Duration::from_secs(10);

/// Why a source gives nothing at the moment. It is asked again.
pub type SourceFault = Box<dyn Error + Send + Sync>;

/// The mirror streams of cells.
pub trait Journals: Send + Sync + 'static {
    /// One stream.
    type Items: Items;

    /// Begins the stream of `cell` at a log index. From index 0 on it begins with the genesis.
    fn follow(
        &self,
        cell: NodeId,
        from_index: u64,
    ) -> impl Future<Output = Result<Self::Items, SourceFault>> + Send;
}

/// A mirror stream, pulled item by item.
pub trait Items: Send {
    /// The bytes of the next [`gcfn_audit::Item`], waited for; `None` when the stream has ended.
    /// Cancelling loses nothing.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, SourceFault>> + Send;
}

/// The final rounds of the federation, as this node's own replica of it has them.
pub trait Rounds: Send + Sync + 'static {
    /// The way of a cell's head to a final round after `round`, waited for; of several rounds
    /// the last will do. Cancelling loses nothing.
    fn head_after(
        &self,
        cell: NodeId,
        round: u64,
    ) -> impl Future<Output = Result<HeadProof, SourceFault>> + Send;

    /// The roster with this digest, if the federation has or had it.
    fn roster(&self, digest: Digest) -> Option<Roster>;
}

/// Over mutual TLS, from the node that the cell is named after.
impl Journals for Peers {
    type Items = Following;

    async fn follow(&self, cell: NodeId, from_index: u64) -> Result<Following, SourceFault> {
        let request = FollowRequest { cell: cell.to_string(), from_index };
        Ok(self.to(cell)?.follow(request, FOLLOW_LIMIT).await?)
    }
}

impl Items for Following {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SourceFault> {
        Ok(Following::next(self).await?)
    }
}
