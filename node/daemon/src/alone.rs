//! Before a node says anything: nobody else speaks in its name.
//!
//! A copy of a node's folder has its keys. Started while the node runs, it would vote a second
//! time in the federation's cell and take orders that the network never hears of. Its peers
//! listen to one run of a node at a time ([`gcfn_link::run`]) and say so; the one that comes
//! second does not begin.

use crate::config::Config;
use anyhow::{Result, bail};
use gcfn_link::client::{CallFault, Peer, Peers};
use gcfn_link::identity::Role;
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

/// Asks the nodes that this one depends on whether they hear another run of it: a local and a
/// regulator its regional, a founder the other founders. One that is not there does not keep a
/// node from starting, and neither does one founder alone that says what the others do not.
///
/// # Errors
/// When the regional does, or most of the founders that answer.
pub(crate) async fn make_sure(config: &Config, peers: &Peers) -> Result<()> {
    let depends = |peer: &NodeId| match config.role {
        Role::Local | Role::Regulator => *peer == config.regional,
        _ => true,
    };
    let known = peers.identities().into_iter().map(|peer| peer.node).filter(depends);
    let asked = known.filter_map(|peer| peers.to(peer).ok()).map(ask);
    let answers: Vec<Answer> = futures::future::join_all(asked).await;
    let twins: Vec<NodeId> = answers.iter().filter_map(|answer| answer.twin).collect();
    let answered = answers.iter().filter(|answer| answer.answered).count();
    if twins.len() * 2 <= answered {
        return Ok(());
    }
    let by = twins.iter().map(NodeId::as_str).collect::<Vec<_>>().join(", ");
    bail!(
        "{} runs already: {by} is connected with another run of it; end that one, and never start \
         a node from two folders (after a power cut, wait a minute)",
        config.node
    );
}

/// What one peer says.
struct Answer {
    answered: bool,
    /// The peer, if it hears another run.
    twin: Option<NodeId>,
}

async fn ask(peer: Peer) -> Answer {
    let until = Instant::now() + PATIENCE;
    loop {
        let request = QueryRequest { what: "directory".to_owned(), payload: Vec::new() };
        match peer.query(request, CALL_LIMIT).await {
            Err(CallFault::Refused { source: Refusal::Twin(_), .. }) => {
                if until < Instant::now() {
                    return Answer { answered: true, twin: Some(peer.identity().node) };
                }
                tokio::time::sleep(PAUSE).await;
            }
            // Whatever else it answers, it has listened.
            Ok(_) | Err(CallFault::Refused { .. }) => return Answer { answered: true, twin: None },
            Err(_) => return Answer { answered: false, twin: None },
        }
    }
}
