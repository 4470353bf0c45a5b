//! This node's replica of the federation cell, and what the node does in it by its role.

use crate::config::Config;
use crate::cycles;
use crate::prover::Prover;
use crate::scheduler::dates;
use crate::signing_key::SigningKey;
use crate::voice::{Replicas, Voice};
use anyhow::{Context, Result};
use gcfn_anchor::checkpoint::SignedCheckpoint;
use gcfn_anchor::keys::{PublicKey, Signer};
use gcfn_anchor::receipt::HeadProof;
use gcfn_anchor::round::Round;
use gcfn_cell::{Cell, Clock, SubmitError};
use gcfn_council::{Command, Council, Genesis, Member, Refusal, Report, Role, Status, Verb};
use gcfn_link::certificate::{Denied, Denylist};
use gcfn_link::client::Peers;
use gcfn_link::proto::QueryRequest;
use gcfn_model::{BusinessDate, NodeId};
use gcfn_replica::Replica;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::MissedTickBehavior;

const BEAT: Duration = Duration::from_millis(250);
const CALL_LIMIT: Duration = Duration::from_secs(5);

fn beats() -> tokio::time::Interval {
    let mut beat = tokio::time::interval(BEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    beat
}

/// Lets time pass for the federation's machine and closes its epochs; works on the leader.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn keep_time(cell: Cell<Council>, clock: Arc<dyn Clock>) -> Result<()> {
    let mut beat = beats();
    let mut closed_at_event = 0;
    loop {
        beat.tick().await;
        if !cell.metrics().is_leader() {
            continue;
        }
        let due = cell.read(|council| council.house().next_due());
        let mut commands = Vec::new();
        if due.is_some_and(|due| due <= clock.now()) {
            commands.push(Command::Tick);
        }
        if closed_at_event < cell.applied().borrow().events || !commands.is_empty() {
            commands.push(Command::Compare(cell.read(Council::head)));
            commands.push(Command::CloseEpoch);
        }
        if commands.is_empty() {
            continue;
        }
        match cell.submit(&commands).await {
            Ok(_) => closed_at_event = cell.applied().borrow().events,
            Err(SubmitError::ShuttingDown) => return Ok(()),
            Err(error) => tracing::debug!(%error, "federation takes no command"),
        }
    }
}

/// Keeps what the node knows of others in step with the directory: addresses, replica numbers,
/// who is shut out, with what it signs itself, and, on the leader, which regulators learn.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn follow_directory(
    cell: Cell<Council>,
    peers: Peers,
    replicas: Replicas,
    denied: Denylist,
    (me, key): (NodeId, SigningKey),
) -> Result<()> {
    let mut beat = beats();
    loop {
        beat.tick().await;
        let (network, members) = cell.read(|council| {
            let members = council.directory().members().cloned().collect::<Vec<_>>();
            (council.network(), members)
        });
        let mut out = Denied::default();
        for member in &members {
            let profile = &member.profile;
            if profile.node == me {
                key.follow(profile.key);
            }
            if is_shut_out(member) {
                out.nodes.insert(profile.node);
            }
            if member.status != Status::Admitted || profile.node == me {
                continue;
            }
            let identity = crate::network::identity_of(network, profile);
            peers.set(identity, &profile.endpoints.link)?;
            if profile.role != Role::Local {
                replicas.add(profile.node);
            }
        }
        denied.replace(out);
        let learners = members.iter().filter(|member| {
            member.status == Status::Admitted && member.profile.role == Role::Regulator
        });
        let learners: BTreeSet<u64> =
            learners.map(|member| Replicas::number(member.profile.node)).collect();
        add_learners(&cell, learners).await;
    }
}

/// Whether other nodes refuse to talk to the member.
pub(crate) fn is_shut_out(member: &Member) -> bool {
    matches!(member.status, Status::Suspended | Status::Removed)
}

async fn add_learners(cell: &Cell<Council>, wanted: BTreeSet<u64>) {
    let metrics = cell.metrics();
    if !metrics.is_leader() {
        return;
    }
    for learner in wanted.difference(&metrics.learners.iter().copied().collect()) {
        if let Err(error) = cell.add_learner(*learner).await {
            tracing::debug!(learner, %error, "learner not added yet");
        }
    }
}

/// A validator's part in rounds: it proposes when it is its turn and co-signs what it has
/// computed itself.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn validate(cell: Cell<Council>, voice: Voice) -> Result<()> {
    let mut beat = beats();
    let mut cosigned = 0;
    loop {
        beat.tick().await;
        let (open, turn) = cell
            .read(|council| (council.open_rounds().copied().collect::<Vec<_>>(), council.turn()));
        for round in open {
            if round.number <= cosigned {
                continue;
            }
            let number = round.number;
            let Some(signer) = cosigner(&cell, &voice, &round) else { continue };
            let signature = round.cosign(voice.node, &signer).signature;
            match voice.say(Verb::Cosign { number, signature }).await {
                Ok(_) => cosigned = number,
                Err(error) => tracing::debug!(number, error = format!("{error:#}"), "co-sign"),
            }
        }
        let now = voice.clock.now();
        let mine = turn.proposer == Some(voice.node) && turn.opens_at <= now;
        if mine || turn.open_to_all_at <= now {
            let propose = Verb::ProposeRound { number: turn.number, root: turn.root };
            match voice.say(propose).await {
                Ok(Ok(_)) => {}
                // Another was quicker, or the root has moved on; the next beat looks again.
                Ok(Err(refusal)) => tracing::debug!(%refusal, "round not proposed"),
                Err(error) => tracing::debug!(error = format!("{error:#}"), "propose a round"),
            }
        }
    }
}

/// The key by which a round names this validator, if it does: for a while after the validators have
/// decided on another, that is the last one.
fn cosigner(cell: &Cell<Council>, voice: &Voice, round: &Round) -> Option<Arc<Signer>> {
    let key = cell.read(|council| {
        let roster = council.find_roster(round.roster)?;
        roster.validators.get(&voice.node).map(|validator| validator.key)
    });
    voice.key.signer_of(&key?)
}

/// The root's clerk: it opens dates and cycles. (Certificates and the house's bank are elsewhere.)
///
/// # Errors
/// When the cell has stopped, or the catalog of regions is unsound.
pub(crate) async fn open_days(cell: Cell<Council>, voice: Voice) -> Result<()> {
    let clocks = cycles::clocks()?;
    let mut beat = beats();
    loop {
        beat.tick().await;
        let now = voice.clock.now();
        let (today, _): (BusinessDate, u32) = now.utc();
        let (date, known, due) = cell.read(|council| {
            let due = cycles::of_federation(council.calendars(), &clocks, now);
            (council.date(), dates(council.house()), due)
        });
        let mut wishes = Vec::new();
        if date.is_none_or(|date| date < today) {
            wishes.push(Verb::OpenDate(today));
        }
        let due = due.into_iter().filter(|schedule| !known.contains(&schedule.value_date));
        wishes.extend(due.map(Verb::OpenCycle));
        for wish in wishes {
            match voice.say(wish).await {
                Ok(Ok(_)) => {}
                Ok(Err(refusal)) => tracing::warn!(%refusal, "day not opened"),
                Err(error) => tracing::debug!(error = format!("{error:#}"), "open a day"),
            }
        }
    }
}

/// What a regional asks its locals: their head, and how it continues an earlier one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct CheckpointAsked {
    /// The size of the head that the federation knows; zero for none.
    pub(crate) since: u64,
}

/// What a trading node answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CheckpointShown {
    /// How many epochs its head has.
    pub(crate) size: u64,
    /// Its head, signed.
    pub(crate) checkpoint: SignedCheckpoint,
    /// That it continues the earlier one.
    pub(crate) consistency: Vec<gcfn_model::Digest>,
}

/// The checkpoint of a trading node's own cell.
///
/// # Errors
/// When nothing is closed yet, or `since` is ahead of this node.
pub(crate) fn show_checkpoint(
    prover: &Prover<Replica>,
    voice: &Voice,
    asked: CheckpointAsked,
) -> Result<CheckpointShown> {
    let checkpoint = prover.checkpoint(voice);
    let size = checkpoint.size();
    let consistency = match asked.since {
        0 => Vec::new(),
        since => prover.consistency(since, size).context("the head is ahead of this node")?,
    };
    Ok(CheckpointShown { size, checkpoint, consistency })
}

/// A regional's part in anchoring: it collects the heads of its region's cells and publishes
/// those that have grown.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn publish(cell: Cell<Council>, own: Prover<Replica>, voice: Voice) -> Result<()> {
    let mut beat = beats();
    loop {
        beat.tick().await;
        let cells = cell.read(|council| {
            let me = council.directory().member(voice.node)?;
            let region = me.profile.region;
            let of_region = |member: &&gcfn_council::Member| member.profile.region == region;
            let trading = council.directory().trading().filter(of_region);
            let known = |node| council.reported_head(node).map_or(0, |head| head.size);
            let cells = trading.map(|m| (m.profile.node, m.profile.key, known(m.profile.node)));
            Some(cells.collect::<Vec<(NodeId, PublicKey, u64)>>())
        });
        let mut reports = Vec::new();
        for (node, key, since) in cells.unwrap_or_default() {
            match ask_checkpoint(&own, &voice, node, since).await {
                // Heads are taken all or none: one of a node that signs with another key than it is
                // known by must not keep those of its region back.
                Ok(shown) if shown.checkpoint.verify(node, &key).is_err() => {
                    tracing::debug!(%node, "a head that is not signed with the node's key");
                }
                Ok(shown) if since < shown.size => {
                    let CheckpointShown { checkpoint, consistency, .. } = shown;
                    reports.push(Report { cell: node, checkpoint, consistency });
                }
                Ok(_) => {}
                Err(error) => tracing::debug!(%node, error = format!("{error:#}"), "no head"),
            }
        }
        if reports.is_empty() {
            continue;
        }
        match voice.say(Verb::PublishRegion(reports)).await {
            Ok(Ok(_)) => {}
            // This replica was a moment behind, so the proof began at an older head.
            Ok(Err(Refusal::NotContinued(_) | Refusal::CheckpointBehind(_) | Refusal::Expired)) => {
            }
            Ok(Err(refusal)) => tracing::warn!(%refusal, "heads not published"),
            Err(error) => tracing::debug!(error = format!("{error:#}"), "publish heads"),
        }
    }
}

async fn ask_checkpoint(
    own: &Prover<Replica>,
    voice: &Voice,
    node: NodeId,
    since: u64,
) -> Result<CheckpointShown> {
    let asked = CheckpointAsked { since };
    if node == voice.node {
        return show_checkpoint(own, voice, asked);
    }
    let payload = postcard::to_allocvec(&asked)?;
    let query = QueryRequest { what: "checkpoint".to_owned(), payload };
    let reply = voice.peers.to(node)?.query(query, CALL_LIMIT).await?;
    Ok(postcard::from_bytes(&reply.payload)?)
}

/// Where a trading node learns that its head is anchored: in its own replica of the federation,
/// or from its regional. What is learned is proven by the co-signatures in it.
#[derive(Clone)]
pub(crate) enum HeadSource {
    /// A replica.
    Own(Cell<Council>),
    /// A regional.
    Regional(Peers, NodeId),
}

impl HeadSource {
    /// The proof that a head of `cell` is in the latest final round.
    ///
    /// # Errors
    /// When there is none yet, or the regional does not answer.
    pub(crate) async fn head_proof(&self, cell: NodeId) -> Result<HeadProof> {
        match self {
            HeadSource::Own(council) => {
                let proof = council.read(|council| council.head_proof(cell));
                proof.context("no head of this cell is final yet")
            }
            HeadSource::Regional(peers, regional) => {
                let payload = postcard::to_allocvec(&cell)?;
                let query = QueryRequest { what: "head".to_owned(), payload };
                let reply = peers.to(*regional)?.query(query, CALL_LIMIT).await?;
                Ok(postcard::from_bytes(&reply.payload)?)
            }
        }
    }
}

/// What a learner begins with: the genesis, as its region's regional has it. It is checked
/// before it is used.
///
/// # Errors
/// When the regional does not answer.
pub(crate) async fn fetch_genesis(peers: &Peers, config: &Config) -> Result<Genesis> {
    let query = QueryRequest { what: "genesis".to_owned(), payload: Vec::new() };
    let reply = peers.to(config.regional)?.query(query, CALL_LIMIT).await?;
    Ok(postcard::from_bytes(&reply.payload)?)
}
