//! Merges submissions into entries and stamps them. The only reader of the clock.
//!
//! No timer: an entry is proposed as soon as fewer than `in_flight_max` are under way, with all
//! that has gathered until then. An idle cell answers a single command at once; a busy one puts
//! hundreds into each entry.

use crate::entry::{Batch, Bytes, Types};
use crate::network::Raft;
use crate::replica::Replica;
use crate::{Clock, Limits, SubmitError};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use gcfn_model::{Machine, Timestamp};
use gcfn_telemetry::{Counter, Timing};
use openraft::errors::{ClientWriteError, Fatal};
use openraft::impls::ProgressResponder;
use openraft::raft::ClientWriteResult;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

/// Commands that one caller waits for.
pub(crate) struct Submission<O> {
    pub(crate) count: u32,
    /// `count` commands in postcard.
    pub(crate) commands: Vec<u8>,
    pub(crate) reply: oneshot::Sender<Result<Vec<O>, SubmitError>>,
}

/// The proposing side of one replica.
pub(crate) struct Batcher<M: Machine> {
    pub(crate) raft: Raft<M>,
    pub(crate) replica: Arc<Replica<M>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) limits: Limits,
    pub(crate) queue: mpsc::Receiver<Submission<M::Outcome>>,
    last: Timestamp,
}

/// The callers whose commands stand in one entry, in order.
type Waiting<O> = Vec<(u32, oneshot::Sender<Result<Vec<O>, SubmitError>>)>;

impl<M: Machine> Batcher<M> {
    pub(crate) fn new(
        raft: Raft<M>,
        replica: Arc<Replica<M>>,
        clock: Arc<dyn Clock>,
        limits: Limits,
        queue: mpsc::Receiver<Submission<M::Outcome>>,
    ) -> Batcher<M> {
        Batcher { raft, replica, clock, limits, queue, last: Timestamp::EPOCH }
    }

    /// Proposes until every submitter is gone and every proposal is answered.
    pub(crate) async fn run(mut self) {
        let mut in_flight = FuturesUnordered::new();
        let mut held = None;
        let mut open = true;
        while open || held.is_some() || !in_flight.is_empty() {
            let may_propose = in_flight.len() < self.limits.in_flight_max.max(1);
            if may_propose && let Some(first) = held.take() {
                let (batch, waiting) = self.gather(first, &mut held);
                in_flight.push(self.propose(batch, waiting).await);
                continue;
            }
            tokio::select! {
                biased;
                Some(()) = in_flight.next(), if !in_flight.is_empty() => {}
                next = self.queue.recv(), if open && held.is_none() && may_propose => match next {
                    Some(submission) => held = Some(submission),
                    None => open = false,
                },
            }
        }
    }

    /// Takes `first` and what else has gathered; what no longer fits is `held` for the next entry.
    fn gather(
        &mut self,
        first: Submission<M::Outcome>,
        held: &mut Option<Submission<M::Outcome>>,
    ) -> (Batch, Waiting<M::Outcome>) {
        let (mut count, mut commands) = (first.count, first.commands);
        let mut waiting = vec![(first.count, first.reply)];
        while let Ok(next) = self.queue.try_recv() {
            let commands_after = count.saturating_add(next.count) as usize;
            let bytes_after = commands.len().saturating_add(next.commands.len());
            if self.limits.batch_commands_max < commands_after
                || self.limits.batch_bytes_max < bytes_after
            {
                *held = Some(next);
                break;
            }
            count = count.saturating_add(next.count);
            commands.extend_from_slice(&next.commands);
            waiting.push((next.count, next.reply));
        }
        let at = self.stamp();
        (Batch { at, count, commands: Bytes(commands.into()) }, waiting)
    }

    /// Later than every entry that this replica has applied or proposed.
    fn stamp(&mut self) -> Timestamp {
        let floor = self.last.max(self.replica.last_time()).next();
        self.last = self.clock.now().max(floor);
        self.last
    }

    /// Hands one entry to Raft, in order; the answer comes when it is applied.
    async fn propose(
        &self,
        batch: Batch,
        waiting: Waiting<M::Outcome>,
    ) -> impl Future<Output = ()> + use<M> {
        let (responder, answer) = ProgressResponder::complete_only();
        let proposed = Instant::now();
        let sent = self.raft.client_write_ff(batch, Some(responder)).await;
        Counter::BatchesProposed.add(&[&self.replica.name], 1);
        let replica = self.replica.clone();
        async move {
            let answer = match sent {
                Ok(()) => answer.await.map_err(drop),
                Err(fatal) => return refuse(waiting, &stopped(&replica, &fatal)),
            };
            match outcomes(&replica, answer) {
                Ok(outcomes) => {
                    Timing::Commit.record(&[&replica.name], proposed.elapsed());
                    deliver(waiting, outcomes);
                }
                Err(error) => refuse(waiting, &error),
            }
        }
    }
}

/// Why a stopped replica takes nothing.
fn stopped<M: Machine>(replica: &Replica<M>, fatal: &Fatal<Types>) -> SubmitError {
    if !matches!(fatal, Fatal::Stopped) {
        replica.halt.because(fatal);
    }
    match replica.halt.reason() {
        Some(reason) => SubmitError::Halted(reason.to_owned()),
        None => SubmitError::ShuttingDown,
    }
}

fn outcomes<M: Machine>(
    replica: &Replica<M>,
    answer: Result<ClientWriteResult<Types>, ()>,
) -> Result<Vec<M::Outcome>, SubmitError> {
    match answer {
        Ok(Ok(response)) => {
            let outcomes = replica.take_outcomes(response.log_id.index);
            Ok(outcomes.expect("apply leaves the outcomes before it responds"))
        }
        Ok(Err(ClientWriteError::ForwardToLeader(forward))) => {
            Err(SubmitError::NotLeader { leader: forward.leader_id })
        }
        // The entry was in the log of this replica; another leader may have committed it.
        Ok(Err(_)) | Err(()) => Err(SubmitError::Unknown),
    }
}

fn deliver<O>(waiting: Waiting<O>, outcomes: Vec<O>) {
    let mut outcomes = outcomes.into_iter();
    for (count, reply) in waiting {
        // A caller who no longer waits has been told that the outcome is unknown.
        drop(reply.send(Ok(outcomes.by_ref().take(count as usize).collect())));
    }
}

fn refuse<O>(waiting: Waiting<O>, error: &SubmitError) {
    for (_, reply) in waiting {
        drop(reply.send(Err(error.clone())));
    }
}
