//! Merges submissions into entries and stamps them. The only reader of the clock.
//!
//! No timer: an entry is proposed as soon as fewer than `in_flight_max` are under way, with all
//! that has gathered until then. An idle cell answers a single command at once; a busy one puts
//! hundreds into each entry.

use crate::entry::{Answer, Batch, Bytes, Types};
use crate::network::Raft;
use crate::replica::Replica;
use crate::{Clock, Limits, SubmitError};
use gcfn_model::{Machine, Timestamp};
use gcfn_telemetry::{Counter, Timing};
use openraft::errors::{ClientWriteError, Fatal};
use openraft::raft::ClientWriteResult;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
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
        let in_flight_max = u32::try_from(self.limits.in_flight_max.max(1)).unwrap_or(u32::MAX);
        let slots = Arc::new(Semaphore::new(in_flight_max as usize));
        let mut held = None;
        while let Ok(slot) = slots.clone().acquire_owned().await {
            let first = match held.take() {
                Some(first) => first,
                None => match self.queue.recv().await {
                    Some(first) => first,
                    None => break,
                },
            };
            let (batch, waiting) = self.gather(first, &mut held);
            self.propose(batch, waiting, slot).await;
        }
        drop(slots.acquire_many(in_flight_max).await);
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

    /// Hands one entry to Raft, in order. Whoever has applied it answers the callers, and then
    /// lets the `slot` go. When Raft has stopped their replies are dropped: the outcome is unknown.
    async fn propose(
        &self,
        batch: Batch,
        waiting: Waiting<M::Outcome>,
        slot: OwnedSemaphorePermit,
    ) {
        let (proposed, replica) = (Instant::now(), self.replica.clone());
        let answer = Answer::new(move |applied| {
            match outcomes(&replica, applied) {
                Ok(outcomes) => {
                    Timing::Commit.record(&[&replica.name], proposed.elapsed());
                    deliver(waiting, outcomes);
                }
                Err(error) => refuse(waiting, &error),
            }
            drop(slot);
        });
        let sent = self.raft.client_write_ff(batch, Some(answer)).await;
        Counter::BatchesProposed.add(&[&self.replica.name], 1);
        if let Err(fatal) = sent
            && !matches!(fatal, Fatal::Stopped)
        {
            self.replica.halt.because(&fatal);
        }
    }
}

fn outcomes<M: Machine>(
    replica: &Replica<M>,
    applied: ClientWriteResult<Types>,
) -> Result<Vec<M::Outcome>, SubmitError> {
    match applied {
        Ok(response) => {
            let outcomes = replica.take_outcomes(response.log_id.index);
            Ok(outcomes.expect("apply leaves the outcomes before it responds"))
        }
        Err(ClientWriteError::ForwardToLeader(forward)) => {
            Err(SubmitError::NotLeader { leader: forward.leader_id })
        }
        // The entry was in the log of this replica; another leader may have committed it.
        Err(_) => Err(SubmitError::Unknown),
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
