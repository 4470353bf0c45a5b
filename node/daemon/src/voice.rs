//! A node's voice in the federation: it signs what the node says and brings it to the leader.

use crate::signing_key::SigningKey;
use anyhow::{Context, Result, anyhow, bail};
use gcfn_cell::{Cell, Clock, SubmitError};
use gcfn_council::{Command, Council, Outcome, Request, SignedCommand, Verb};
use gcfn_link::client::Peers;
use gcfn_link::proto::submit_reply::Answer;
use gcfn_model::{CommandId, Millis, NetworkId, NodeId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use std::time::Duration;

const CALL_LIMIT: Duration = Duration::from_secs(10);
/// How long a caller waits for a decision to become final.
pub(crate) const FINAL_LIMIT: Duration = Duration::from_secs(10);
/// How long a command that nothing else dates stays good.
const LIFETIME: Millis = Millis(600_000);

/// How commands reach the federation's leader.
#[derive(Clone)]
pub(crate) enum Way {
    /// This node has a replica of the federation cell.
    Cell(Cell<Council>),
    /// This node speaks through its regional.
    Regional(NodeId),
}

/// The voice of one node. Clones share everything.
#[derive(Clone)]
pub(crate) struct Voice {
    /// Who speaks.
    pub(crate) node: NodeId,
    /// In which network.
    pub(crate) network: NetworkId,
    /// What it signs with.
    pub(crate) key: SigningKey,
    /// What it dates commands by.
    pub(crate) clock: Arc<dyn Clock>,
    /// Whom it can reach.
    pub(crate) peers: Peers,
    /// How.
    pub(crate) way: Way,
    /// The names of the federation cell's replicas.
    pub(crate) replicas: Replicas,
}

/// Raft knows replicas by number, the network by name.
#[derive(Clone, Default)]
pub(crate) struct Replicas(Arc<RwLock<BTreeMap<u64, NodeId>>>);

impl Replicas {
    /// The number of a node's replica: it follows from the name, which is never reused.
    #[must_use]
    pub(crate) fn number(node: NodeId) -> u64 {
        let digest =
            gcfn_model::Hasher::new("gcfn/replica/v1").part(node.as_str().as_bytes()).finish();
        let [a, b, c, d, e, f, g, ..] = *digest.as_bytes();
        u64::from_be_bytes([0, a, b, c, d, e, f, g])
    }

    /// Makes a node's number known.
    pub(crate) fn add(&self, node: NodeId) {
        let mut known = self.0.write().expect("nothing panics while it writes");
        known.insert(Replicas::number(node), node);
    }

    /// The node with this number.
    #[must_use]
    pub(crate) fn name(&self, number: u64) -> Option<NodeId> {
        self.0.read().expect("nothing panics while it writes").get(&number).copied()
    }
}

impl Voice {
    /// What commands are dated by: this node's clock, or the federation's where that is ahead,
    /// for it is the federation that lets them expire.
    #[must_use]
    pub(crate) fn now(&self) -> Timestamp {
        let own = self.clock.now();
        match &self.way {
            Way::Cell(cell) => own.max(cell.read(Council::now)),
            Way::Regional(_) => own,
        }
    }

    /// Signs a wish that is not repeated after a crash.
    #[must_use]
    pub(crate) fn sign_once(&self, verb: Verb) -> SignedCommand {
        let now = self.now();
        let mut random = [0; 16];
        // Without random bytes the time alone still tells two wishes of one node apart.
        let drawn = getrandom::fill(&mut random).is_ok();
        debug_assert!(drawn);
        let id = CommandId::derive(&[
            self.node.as_str().as_bytes(),
            &now.micros().to_be_bytes(),
            &random,
        ]);
        self.sign(id, now, LIFETIME, verb)
    }

    /// Signs a wish with an id and a date that are the same after a crash.
    #[must_use]
    pub(crate) fn sign(
        &self,
        id: CommandId,
        at: Timestamp,
        lifetime: Millis,
        verb: Verb,
    ) -> SignedCommand {
        let expires_at = at.checked_add(lifetime).unwrap_or(at);
        let request = Request { author: self.node, id, expires_at, verb };
        request.sign(self.network, &self.key.signer())
    }

    /// Says it once, and waits for the federation's answer.
    ///
    /// # Errors
    /// When nobody answered: the command may or may not have been applied. Say it again.
    pub(crate) async fn say(&self, verb: Verb) -> Result<Outcome> {
        self.submit(self.sign_once(verb)).await
    }

    /// Brings a signed command to the leader, whoever signed it.
    ///
    /// # Errors
    /// When nobody answered: the command may or may not have been applied. Submit it again.
    pub(crate) async fn submit(&self, command: SignedCommand) -> Result<Outcome> {
        match &self.way {
            Way::Regional(regional) => self.forward(*regional, &command).await,
            Way::Cell(cell) => {
                match cell.submit(&[Command::Signed(Box::new(command.clone()))]).await {
                    Ok(outcomes) => outcomes.into_iter().next().context("one command, one outcome"),
                    Err(SubmitError::NotLeader { leader: Some(leader) }) => {
                        let leader =
                            self.replicas.name(leader).context("the leader has no name")?;
                        self.forward(leader, &command).await
                    }
                    Err(error) => Err(anyhow!(error)),
                }
            }
        }
    }

    async fn forward(&self, to: NodeId, command: &SignedCommand) -> Result<Outcome> {
        let bytes = postcard::to_allocvec(command)?;
        let reply = self.peers.to(to)?.submit(bytes, CALL_LIMIT).await?;
        match reply.answer {
            Some(Answer::Outcome(bytes)) => Ok(postcard::from_bytes(&bytes)?),
            Some(Answer::Refusal(text)) => bail!("{to}: {}", String::from_utf8_lossy(&text)),
            None => bail!("{to} answered nothing"),
        }
    }
}
