//! What a node knows of the federation, for the callers of its API, and what its operator says
//! in it.
//!
//! A node with a replica answers out of it; a local asks its regional. Who may ask is the API's
//! business.

use crate::files::NodeFiles;
use crate::voice::{Voice, Way};
use anyhow::{Context, Result};
use gcfn_api::gateway::{Federation, Unavailable};
use gcfn_api_wire::federation::{
    Anchors, Application, LockList, MemberList, QuoteList, SeriesListed,
};
use gcfn_api_wire::problem::{Code, Problem};
use gcfn_api_wire::settlement::{CycleList, CycleReport};
use gcfn_api_wire::term::Text;
use gcfn_cell::Cell;
use gcfn_council::{Council, Done, Outcome, SignedCommand, SignedJoinRequest, Verb};
use gcfn_link::proto::QueryRequest;
use gcfn_model::{CommandId, Millis, NodeId, ProposalId};
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const CALL_LIMIT: Duration = Duration::from_secs(5);
/// How long a wish stays good, and how long the same key asks for the same answer.
const WISH_LIFETIME: Millis = Millis(600_000);

/// The questions that a regional answers its locals, as JSON.
pub(crate) const MEMBERS: &str = "members";
/// See [`MEMBERS`].
pub(crate) const ANCHORS: &str = "anchors";
/// See [`MEMBERS`].
pub(crate) const SERIES: &str = "series";
/// See [`MEMBERS`].
pub(crate) const QUOTES: &str = "quotes";

/// A node's part in the federation.
#[derive(Clone)]
pub(crate) struct Membership {
    /// Its replica of the federation, where it has one.
    pub(crate) council: Option<Cell<Council>>,
    /// Its voice.
    pub(crate) voice: Voice,
    /// Its files.
    pub(crate) files: NodeFiles,
    /// What it has said.
    pub(crate) wishes: Wishes,
}

/// The directory, and who leads the federation's cell as far as this replica knows.
#[must_use]
pub(crate) fn members(cell: &Cell<Council>, voice: &Voice) -> MemberList {
    let leader = cell.metrics().leader.and_then(|leader| voice.replicas.name(leader));
    MemberList { leader: leader.map(Text), ..cell.read(MemberList::of) }
}

/// What dealers offer, as far as this replica knows and by this node's clock.
#[must_use]
pub(crate) fn quotes(cell: &Cell<Council>, voice: &Voice) -> QuoteList {
    let now = voice.clock.now();
    cell.read(|council| QuoteList::of(council, now))
}

/// Where the root keeps the certificates that it has issued.
#[must_use]
pub(crate) fn issued_file(node: NodeId) -> String {
    format!("data/issued/{node}.pem")
}

#[tonic::async_trait]
impl Federation for Membership {
    async fn members(&self) -> Result<MemberList, Unavailable> {
        match &self.council {
            Some(cell) => Ok(members(cell, &self.voice)),
            None => self.ask(MEMBERS).await,
        }
    }

    async fn anchors(&self) -> Result<Anchors, Unavailable> {
        match &self.council {
            Some(cell) => Ok(cell.read(Anchors::of)),
            None => self.ask(ANCHORS).await,
        }
    }

    async fn series(&self) -> Result<SeriesListed, Unavailable> {
        match &self.council {
            Some(cell) => Ok(cell.read(SeriesListed::of)),
            None => self.ask(SERIES).await,
        }
    }

    async fn quotes(&self) -> Result<QuoteList, Unavailable> {
        match &self.council {
            Some(cell) => Ok(quotes(cell, &self.voice)),
            None => self.ask(QUOTES).await,
        }
    }

    fn locks(&self) -> Option<LockList> {
        let cell = self.council.as_ref()?;
        let as_of = cell.applied().borrow().index;
        Some(cell.read(|council| LockList::of(council, as_of)))
    }

    fn cycles(&self) -> Option<CycleList> {
        let cell = self.council.as_ref()?;
        // Read first: the cycles that are shown may be newer, never older.
        let as_of = cell.applied().borrow().index;
        let cycles = |council: &Council| {
            let cycles = council.house().cycles();
            cycles.map(|cycle| CycleReport::new(cycle, council.now())).collect()
        };
        Some(CycleList { cycles: cell.read(cycles), as_of })
    }

    fn look(&self, look: &mut dyn FnMut(&Council, u64)) {
        if let Some(cell) = &self.council {
            // Read first: as for the cycles.
            let as_of = cell.applied().borrow().index;
            cell.read(|council| look(council, as_of));
        }
    }

    async fn say(&self, command: CommandId, verb: Verb) -> Result<Option<ProposalId>, Problem> {
        let signed = self.wishes.sign(&self.voice, command, verb)?;
        answered(self.voice.submit(signed).await)
    }

    async fn apply(&self, request: SignedJoinRequest) -> Result<(), Problem> {
        answered(self.voice.say(Verb::Apply(Box::new(request))).await).map(drop)
    }

    fn application(&self, node: NodeId) -> Option<Application> {
        let status = |council: &Council| council.directory().member(node).map(|m| m.status);
        let status = self.council.as_ref()?.read(status)?;
        let certificate = std::fs::read_to_string(self.files.path(&issued_file(node))).ok();
        Some(Application { status, certificate })
    }
}

impl Membership {
    /// What the regional answers.
    async fn ask<T: DeserializeOwned>(&self, what: &str) -> Result<T, Unavailable> {
        self.asked(what).await.map_err(|error| {
            tracing::warn!(what, error = format!("{error:#}"), "the regional does not answer");
            Unavailable::Unreached
        })
    }

    async fn asked<T: DeserializeOwned>(&self, what: &str) -> Result<T> {
        let Way::Regional(regional) = self.voice.way else {
            anyhow::bail!("a node with a replica of the federation asks nobody");
        };
        let query = QueryRequest { what: what.to_owned(), payload: Vec::new() };
        let reply = self.voice.peers.to(regional)?.query(query, CALL_LIMIT).await?;
        serde_json::from_slice(&reply.payload).context("understand the answer")
    }
}

/// What was answered: the name of what waits until others say the same, if it does.
fn answered(outcome: Result<Outcome>) -> Result<Option<ProposalId>, Problem> {
    match outcome {
        Ok(Ok(Done::Waits(proposal))) => Ok(Some(proposal)),
        Ok(Ok(_)) => Ok(None),
        Ok(Err(refusal)) => Err(refusal.into()),
        Err(error) => {
            tracing::warn!(error = format!("{error:#}"), "the federation did not answer");
            Err(Code::InDoubt.into())
        }
    }
}

/// The wishes that were signed and are still good, by the ids that their callers gave them.
///
/// The federation answers the same bytes alike and refuses others under the same id, and a wish
/// that is signed again is dated anew: so what was signed is sent again as it was. After a
/// restart a repeat is refused until the wish has expired, never carried out twice.
#[derive(Clone, Default)]
pub(crate) struct Wishes(Arc<Mutex<BTreeMap<CommandId, SignedCommand>>>);

impl Wishes {
    /// The wish for `verb` that is called `id`, signed.
    ///
    /// # Errors
    /// [`Code::IdempotencyConflict`] when another wish has that name.
    pub(crate) fn sign(
        &self,
        voice: &Voice,
        id: CommandId,
        verb: Verb,
    ) -> Result<SignedCommand, Code> {
        let now = voice.now();
        let mut signed = self.0.lock().expect("nothing panics while it signs");
        signed.retain(|_, command| now < command.request.expires_at);
        match signed.get(&id) {
            Some(known) if known.request.verb == verb => Ok(known.clone()),
            Some(_) => Err(Code::IdempotencyConflict),
            None => {
                let command = voice.sign(id, now, WISH_LIFETIME, verb);
                signed.insert(id, command.clone());
                Ok(command)
            }
        }
    }
}
