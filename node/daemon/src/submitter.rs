//! Says to the federation what the venue wants said: in order, until there is an answer, and
//! never twice with effect.

use crate::voice::Voice;
use anyhow::{Context, Result};
use gcfn_cell::Cell;
use gcfn_council::{Refusal, Verb};
use gcfn_model::{CommandId, Millis, NodeId, Timestamp};
use gcfn_replica::{Event, Replica};
use gcfn_store::Cursors;
use std::time::Duration;

const CURSOR: &str = "federation";
/// How long a wish rests that the federation did not hear, first and at most.
const PAUSE_MIN: Duration = Duration::from_millis(500);
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// A wish of the venue stays good for a day of its own time.
const LIFETIME: Millis = Millis(86_000_000);
/// How many records in which nothing is to be said are passed over before the cursor says so: each
/// time takes a sync of the store from whoever waits for the log's.
const RECORDS_AT_ONCE: u64 = 1_000;

/// The submitter of one trading node.
pub(crate) struct Submitter {
    /// Whose journal it reads.
    pub(crate) cell: Cell<Replica>,
    /// Where it remembers how far it has come.
    pub(crate) cursors: Cursors,
    /// Who speaks.
    pub(crate) voice: Voice,
}

impl Submitter {
    /// Works for ever.
    ///
    /// # Errors
    /// When the journal or the store cannot be used.
    pub(crate) async fn run(self) -> Result<()> {
        let mut done = self.cursors.position(CURSOR).await?;
        let mut journal = self.cell.journal(done + 1);
        loop {
            let record = journal.next().await.context("read the journal")?;
            let mut has_said = false;
            for (number, event) in (record.first_event..).zip(&record.events) {
                if let Event::Venue(gcfn_venue::Event::Submitted(request)) = event {
                    self.until_answered(number, record.at, &request.clone().into()).await;
                    has_said = true;
                }
            }
            if has_said || done.saturating_add(RECORDS_AT_ONCE) <= record.index {
                done = record.index;
                self.cursors.advance(CURSOR, done).await?;
            }
        }
    }

    /// Dated by the event at first, so that the same bytes are sent after a crash; dated anew if
    /// the federation was not reached in time to take it.
    async fn until_answered(&self, number: u64, said_at: Timestamp, verb: &Verb) {
        let (mut at, mut pause) = (said_at, PAUSE_MIN);
        loop {
            let id = command_id(self.voice.node, number, said_at, at);
            let command = self.voice.sign(id, at, LIFETIME, verb.clone());
            match self.voice.submit(command).await {
                Ok(Ok(_)) => return,
                Ok(Err(refusal)) => match after(refusal, verb) {
                    Next::Answered => {
                        tracing::warn!(%refusal, "federation refuses what the venue said");
                        return;
                    }
                    next => {
                        tracing::warn!(%refusal, ?pause, "federation does not hear this node");
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(PAUSE_MAX);
                        if next == Next::DatedAnew {
                            at = self.voice.now();
                        }
                    }
                },
                Err(error) => {
                    tracing::debug!(error = format!("{error:#}"), "federation not reached");
                    tokio::time::sleep(PAUSE_MIN).await;
                }
            }
        }
    }
}

/// The same after a crash; another one for each new date, for an answer is remembered by its id.
fn command_id(node: NodeId, event: u64, said_at: Timestamp, at: Timestamp) -> CommandId {
    let (node, event, date) =
        (node.as_str().as_bytes(), event.to_be_bytes(), at.micros().to_be_bytes());
    match at == said_at {
        true => CommandId::derive(&[node, b"event", &event]),
        false => CommandId::derive(&[node, b"event", &event, &date]),
    }
}

/// What is left to do after a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Nothing: the wish itself was refused.
    Answered,
    /// The same bytes are sent again.
    Again,
    /// The wish is signed again.
    DatedAnew,
}

/// A refusal of the author or of the command's envelope says nothing about the wish: it waits
/// until somebody has put that right.
fn after(refusal: Refusal, verb: &Verb) -> Next {
    match refusal {
        Refusal::Expired | Refusal::IdempotencyConflict => Next::DatedAnew,
        // The federation's clock is behind this node's; or its directory is. It will come.
        Refusal::ExpiresTooLate | Refusal::UnknownAuthor | Refusal::WrongSignature => Next::Again,
        // The federation tells of it by an event, by which the venue lets the bundle go: said
        // again, it would bind the node to what it no longer holds.
        Refusal::NotActive if matches!(verb, Verb::Affirm { .. }) => Next::Answered,
        Refusal::NotActive => Next::DatedAnew,
        _ => Next::Answered,
    }
}

#[cfg(test)]
mod tests;
