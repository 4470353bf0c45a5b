//! Federation events on their way to the trading nodes that they concern, with their proofs.

use crate::prover::Prover;
use anyhow::{Context, Result};
use gcfn_cell::{Cell, SubmitError};
use gcfn_council::Council;
use gcfn_link::client::Peers;
use gcfn_link::proto::FollowRequest;
use gcfn_model::NodeId;
use gcfn_replica::{Command, FinalEvent, Refused, Replica, concerns};
use std::time::Duration;
use tokio::sync::mpsc;

/// The name under which a node follows what concerns it.
pub(crate) const NOTICES: &str = "notices";
/// How many proven events may wait for a slow receiver.
const AHEAD_MAX: usize = 64;
const PAUSE: Duration = Duration::from_millis(250);
const CALL_LIMIT: Duration = Duration::from_secs(10);

/// What a node with a replica of the federation cell can show others.
#[derive(Clone, Debug)]
pub(crate) struct Feed {
    /// The federation.
    pub(crate) cell: Cell<Council>,
    /// What proves its events.
    pub(crate) prover: Prover<Council>,
}

impl Feed {
    /// The final events that concern `node`, from sequence number `from` on, as they become
    /// final. Ends when the receiver is gone.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) async fn send(
        self,
        node: NodeId,
        from: u64,
        to: mpsc::Sender<FinalEvent>,
    ) -> Result<()> {
        let mut journal = self.cell.journal(self.prover.start_of(from));
        loop {
            let record = journal.next().await.context("read the federation's journal")?;
            for (seq, event) in (record.first_event + 1..).zip(&record.events) {
                if from <= seq && concerns(event, node) {
                    let proven = self.prove(seq).await?;
                    if to.send(proven).await.is_err() {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Waits until event `seq` is final, and proves it.
    async fn prove(&self, seq: u64) -> Result<FinalEvent> {
        let mut applied = self.cell.applied();
        loop {
            let anchor = self.cell.read(|council| council.proof_for(seq));
            if let Some(anchor) = anchor {
                // The prover follows the same journal; it may be a moment behind the machine.
                if let Ok((event, proof)) = self.prover.prove(seq, anchor.head.size) {
                    return Ok(FinalEvent { event, proof, anchor });
                }
            }
            tokio::select! {
                changed = applied.changed() => changed.context("the federation cell has stopped")?,
                () = tokio::time::sleep(PAUSE) => {}
            }
        }
    }

    /// A stream of what concerns `node`.
    #[must_use]
    pub(crate) fn follow(&self, node: NodeId, from: u64) -> mpsc::Receiver<FinalEvent> {
        let (to, events) = mpsc::channel(AHEAD_MAX);
        let sent = self.clone().send(node, from, to.clone());
        gcfn_telemetry::spawn("notices", while_heard(to, sent));
        events
    }
}

/// Works until it is done or nobody listens to `to` any more, which work that waits for the next
/// event would not notice.
pub(crate) async fn while_heard<T, E>(
    to: mpsc::Sender<T>,
    work: impl Future<Output = Result<(), E>>,
) -> Result<(), E> {
    tokio::select! {
        () = to.closed() => Ok(()),
        result = work => result,
    }
}

/// Brings final events into the log of a trading node that has no replica of the federation:
/// from its regional, again and again from where its own state has come to.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn listen(cell: Cell<Replica>, peers: Peers, regional: NodeId) -> Result<()> {
    loop {
        if cell.metrics().is_leader()
            && let Err(error) = listen_once(&cell, &peers, regional).await
        {
            tracing::debug!(%regional, error = format!("{error:#}"), "no notices");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn listen_once(cell: &Cell<Replica>, peers: &Peers, regional: NodeId) -> Result<()> {
    let from_index = cell.read(|replica| replica.federation().last_seq()) + 1;
    let request = FollowRequest { cell: NOTICES.to_owned(), from_index };
    let mut following = peers.to(regional)?.follow(request, CALL_LIMIT).await?;
    while let Some(bytes) = following.next().await? {
        apply(cell, postcard::from_bytes(&bytes)?).await?;
    }
    Ok(())
}

/// The same for a regional, from its own replica.
///
/// # Errors
/// When the cell has stopped.
pub(crate) async fn listen_at_home(cell: Cell<Replica>, feed: Feed, me: NodeId) -> Result<()> {
    loop {
        if cell.metrics().is_leader() {
            let from = cell.read(|replica| replica.federation().last_seq()) + 1;
            let mut events = feed.follow(me, from);
            while let Some(event) = events.recv().await {
                if let Err(error) = apply(&cell, event).await {
                    tracing::debug!(error = format!("{error:#}"), "notice not applied");
                    break;
                }
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
}

async fn apply(cell: &Cell<Replica>, event: FinalEvent) -> Result<()> {
    match cell.submit(&[Command::Federation(Box::new(event))]).await {
        Ok(outcomes) => match outcomes.into_iter().next() {
            Some(Err(refused)) if refused != Refused::Repeated => Err(refused.into()),
            _ => Ok(()),
        },
        Err(error @ SubmitError::Unknown) => Err(error.into()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests;
