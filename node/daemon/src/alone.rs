//! Before a node says anything: nobody else speaks in its name.
//!
//! A copy of a node's folder has its keys. Started while the node runs, it would vote a second
//! time in the federation's cell and take orders that the network never hears of. Its peers
//! listen to one run of a node at a time ([`gcfn_link::run`]) and say so; the one that comes
//! second does not begin.

use anyhow::{Result, bail};
use gcfn_link::client::{CallFault, Peer, Peers};
use gcfn_link::proto::QueryRequest;
use gcfn_link::service::Refusal;
use gcfn_model::NodeId;
use std::time::Duration;
use tokio::time::Instant;

const CALL_LIMIT: Duration = Duration::from_secs(2);
/// The connections of a process that was killed are closed by the system; a peer may take a
/// moment to notice.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// Asks every known peer whether it hears another run of this node. One that is not there does
/// not keep a node from starting.
///
/// # Errors
/// When one does.
pub(crate) async fn make_sure(me: NodeId, peers: &Peers) -> Result<()> {
    let known = peers.identities().into_iter().filter_map(|peer| peers.to(peer.node).ok());
    futures::future::try_join_all(known.map(|peer| ask(me, peer))).await.map(drop)
}

async fn ask(me: NodeId, peer: Peer) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        // Whatever it answers, it has listened.
        let request = QueryRequest { what: "directory".to_owned(), payload: Vec::new() };
        let Err(CallFault::Refused { source: Refusal::Twin(_), .. }) =
            peer.query(request, CALL_LIMIT).await
        else {
            return Ok(());
        };
        if until < Instant::now() {
            let by = peer.identity().node;
            bail!(
                "{me} runs already: {by} is connected with another run of it; end that one, and \
                 never start a node from two folders (after a power cut, wait a minute)"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}
