//! What this node answers other nodes on the link. Which roles may ask at all is the link's
//! business; whether *this* peer may ask for *this* is decided here.

use crate::courier::fitting;
use crate::federation::{CheckpointAsked, is_shut_out, show_checkpoint};
use crate::membership;
use crate::notices::{Feed, NOTICES, while_heard};
use crate::prover::Prover;
use crate::voice::Voice;
use gcfn_api_wire::federation::{Anchors, SeriesListed};
use gcfn_audit::Item;
use gcfn_cell::{CallKind, Cell, JournalError};
use gcfn_council::{Council, FEDERATION, Genesis, Profile, Series};
use gcfn_link::certificate::PeerIdentity;
use gcfn_link::identity::Role;
use gcfn_link::proto::submit_reply::Answer;
use gcfn_link::proto::{
    DeliverReply, EnvelopeBatch, FollowItem, FollowRequest, QueryReply, QueryRequest, RaftCall,
    RaftReply, SignedCommand, SubmitReply,
};
use gcfn_link::service::{LinkHandler, Records, Refusal};
use gcfn_model::{NodeId, RegionId};
use gcfn_peering::envelope::SignedEnvelope;
use gcfn_replica::{Command, Outcome, Replica, Reply};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::mpsc::Sender;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::ReceiverStream;

/// How many records may wait for a slow reader.
const RECORDS_AHEAD: usize = 256;

/// A trading node's cell, as others may see it.
#[derive(Clone)]
pub(crate) struct VenueSide {
    /// The cell.
    pub(crate) cell: Cell<Replica>,
    /// What proves its events.
    pub(crate) prover: Prover<Replica>,
    /// Whose supervisor may mirror it: the jurisdiction of its template, which need not be the
    /// region whose regional clears for it.
    pub(crate) jurisdiction: RegionId,
    /// How the cell began: what a regulator re-executes from.
    pub(crate) genesis: gcfn_replica::Genesis,
}

/// A replica of the federation cell, as others may see it.
#[derive(Clone)]
pub(crate) struct CouncilSide {
    /// The cell.
    pub(crate) cell: Cell<Council>,
    /// How the federation began: what a learner starts from.
    pub(crate) genesis: Genesis,
    /// What it shows nodes without a replica.
    pub(crate) feed: Feed,
}

/// The answers of one node.
pub(crate) struct Handler {
    /// Its venue, on a trading node.
    pub(crate) venue: Option<VenueSide>,
    /// Its replica of the federation, where it has one.
    pub(crate) council: Option<CouncilSide>,
    /// Its voice.
    pub(crate) voice: Voice,
}

fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, Refusal> {
    postcard::to_allocvec(value).map_err(|error| Refusal::Internal(error.to_string()))
}

/// What callers of a local's API are shown, in the words that they are shown it in.
fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Refusal> {
    serde_json::to_vec(value).map_err(|error| Refusal::Internal(error.to_string()))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    postcard::from_bytes(bytes).map_err(|error| Refusal::Malformed(error.to_string()))
}

impl Handler {
    fn venue(&self) -> Result<&VenueSide, Refusal> {
        self.venue.as_ref().ok_or_else(|| Refusal::NotHere("this node has no venue".to_owned()))
    }

    fn council(&self) -> Result<&CouncilSide, Refusal> {
        let none = || Refusal::NotHere("this node has no replica of the federation".to_owned());
        self.council.as_ref().ok_or_else(none)
    }

    /// A regulator sees the books of its own jurisdiction; nobody else sees any.
    fn may_mirror(&self, peer: PeerIdentity) -> Result<&VenueSide, Refusal> {
        let venue = self.venue()?;
        let identity = peer.identity();
        if identity.role != Role::Regulator || identity.region != venue.jurisdiction {
            let text = format!("{identity} does not supervise {}", venue.jurisdiction);
            return Err(Refusal::NotAllowed(text));
        }
        Ok(venue)
    }
}

#[tonic::async_trait]
impl LinkHandler for Handler {
    async fn raft(&self, peer: PeerIdentity, call: RaftCall) -> Result<RaftReply, Refusal> {
        if !matches!(peer.identity().role, Role::Root | Role::Regional) || call.cell != FEDERATION {
            return Err(Refusal::NotAllowed(format!("{} is no voter of it", peer.identity())));
        }
        let kind = u8::try_from(call.kind).ok().and_then(CallKind::from_number);
        let kind = kind.ok_or_else(|| Refusal::Malformed(format!("call kind {}", call.kind)))?;
        let payload = self.council()?.cell.handle(kind, &call.payload).await;
        Ok(RaftReply { payload })
    }

    async fn deliver(
        &self,
        peer: PeerIdentity,
        batch: EnvelopeBatch,
    ) -> Result<DeliverReply, Refusal> {
        let venue = self.venue()?;
        let from = peer.identity().node;
        let mut commands = Vec::with_capacity(batch.envelopes.len());
        for bytes in &batch.envelopes {
            let envelope: SignedEnvelope = decode(bytes)?;
            if envelope.envelope.from != from {
                return Err(Refusal::NotAllowed(format!("{from} delivers its own envelopes only")));
            }
            commands.push(Command::Envelope(envelope));
        }
        let mut reply = DeliverReply::default();
        let mut sizes: Vec<usize> = batch.envelopes.iter().map(Vec::len).collect();
        let mut commands = commands.as_slice();
        while !commands.is_empty() && reply.refusal.is_empty() {
            let count = fitting(sizes.iter().copied());
            let (now, later) = commands.split_at(count);
            match venue.cell.submit(now).await {
                Ok(outcomes) => note(&mut reply, outcomes),
                Err(error) if reply.applied_seq == 0 => {
                    return Err(Refusal::NotReady(error.to_string()));
                }
                // What was applied is acknowledged all the same.
                Err(error) => reply.refusal = error.to_string().into_bytes(),
            }
            commands = later;
            sizes.drain(..count);
        }
        Ok(reply)
    }

    async fn submit(
        &self,
        _peer: PeerIdentity,
        command: SignedCommand,
    ) -> Result<SubmitReply, Refusal> {
        self.council()?;
        let command = decode(&command.command)?;
        let answer = match self.voice.submit(command).await {
            Ok(outcome) => Answer::Outcome(encode(&outcome)?),
            Err(error) => Answer::Refusal(format!("{error:#}").into_bytes()),
        };
        Ok(SubmitReply { answer: Some(answer) })
    }

    async fn follow(&self, peer: PeerIdentity, request: FollowRequest) -> Result<Records, Refusal> {
        if request.cell == NOTICES {
            let feed = &self.council()?.feed;
            let events = feed.follow(peer.identity().node, request.from_index);
            let items = ReceiverStream::new(events);
            return Ok(Box::pin(items.map(|event| Ok(FollowItem { record: encode(&event)? }))));
        }
        let venue = self.may_mirror(peer)?;
        let name: NodeId = self.voice.node;
        if request.cell != name.as_str() {
            return Err(Refusal::NotHere(format!("this node has no cell {}", request.cell)));
        }
        let (to, items) = tokio::sync::mpsc::channel(RECORDS_AHEAD);
        let sent = mirror(venue.clone(), request.from_index, to.clone());
        gcfn_telemetry::spawn("mirror", while_heard(to, sent));
        let items = ReceiverStream::new(items);
        Ok(Box::pin(items.map(|item: Item| Ok(FollowItem { record: item.encode() }))))
    }

    async fn query(
        &self,
        peer: PeerIdentity,
        request: QueryRequest,
    ) -> Result<QueryReply, Refusal> {
        let QueryRequest { what, payload } = request;
        let payload = match what.as_str() {
            "checkpoint" => {
                let asked: CheckpointAsked = decode(&payload)?;
                let shown = show_checkpoint(&self.venue()?.prover, &self.voice, asked);
                encode(&shown.map_err(|error| Refusal::NotReady(format!("{error:#}")))?)?
            }
            "head" => {
                let cell: NodeId = decode(&payload)?;
                let proof = self.council()?.cell.read(|council| council.head_proof(cell));
                let none = || Refusal::NotReady(format!("no head of {cell} is final yet"));
                encode(&proof.ok_or_else(none)?)?
            }
            "directory" => encode(&self.council()?.cell.read(directory))?,
            membership::MEMBERS => json(&membership::members(&self.council()?.cell, &self.voice))?,
            membership::ANCHORS => json(&self.council()?.cell.read(Anchors::of))?,
            membership::SERIES => json(&self.council()?.cell.read(SeriesListed::of))?,
            membership::QUOTES => json(&membership::quotes(&self.council()?.cell, &self.voice))?,
            "genesis" => {
                if !matches!(peer.identity().role, Role::Regulator | Role::Regional | Role::Root) {
                    return Err(Refusal::NotAllowed("for replicas of the federation".to_owned()));
                }
                encode(&self.council()?.genesis)?
            }
            _ => return Err(Refusal::NotHere(format!("no question {what}"))),
        };
        Ok(QueryReply { payload })
    }
}

/// Takes down how far envelopes were applied, and why not further.
fn note(reply: &mut DeliverReply, outcomes: Vec<Outcome>) {
    for outcome in outcomes {
        match outcome {
            Ok(Reply::Applied { seq }) => reply.applied_seq = seq,
            Ok(_) => {}
            Err(refused) => {
                reply.refusal = refused.to_string().into_bytes();
                break;
            }
        }
    }
}

/// Sends a cell's genesis, if asked from the beginning, and its journal as it grows, until the
/// receiver is gone.
async fn mirror(venue: VenueSide, from: u64, to: Sender<Item>) -> Result<(), JournalError> {
    if from == 0 && to.send(Item::Genesis(Box::new(venue.genesis))).await.is_err() {
        return Ok(());
    }
    let mut journal = venue.cell.journal(from);
    loop {
        let record = Arc::unwrap_or_clone(journal.next().await?);
        let gcfn_cell::Record { index, at, first_event, commands, events } = record;
        let record = gcfn_audit::Record { index, at, first_event, commands, events };
        if to.send(Item::Record(record)).await.is_err() {
            return Ok(());
        }
    }
}

/// What everybody in the network may know of everybody else.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct DirectoryShown {
    /// The active members.
    pub(crate) profiles: Vec<Profile>,
    /// What they list.
    pub(crate) series: Vec<Series>,
    /// Who is suspended or removed.
    pub(crate) shut_out: BTreeSet<NodeId>,
}

fn directory(council: &Council) -> DirectoryShown {
    let members = || council.directory().members();
    let active = members().filter(|member| member.is_active());
    let shut_out = members().filter(|member| is_shut_out(member));
    DirectoryShown {
        profiles: active.map(|member| member.profile.clone()).collect(),
        series: council.directory().series().copied().collect(),
        shut_out: shut_out.map(|member| member.profile.node).collect(),
    }
}
