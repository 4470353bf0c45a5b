//! Says to the federation what the venue wants said: in order, until there is an answer, and
//! never twice with effect.

use crate::voice::Voice;
use anyhow::{Context, Result};
use gcfn_cell::Cell;
use gcfn_council::{Refusal, Verb};
use gcfn_model::{CommandId, Millis, Timestamp};
use gcfn_replica::{Event, Replica};
use gcfn_store::Cursors;
use std::time::Duration;

const CURSOR: &str = "federation";
const PAUSE: Duration = Duration::from_millis(500);
/// A wish of the venue stays good for a day of its own time.
const LIFETIME: Millis = Millis(86_000_000);

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
        let done = self.cursors.position(CURSOR).await?;
        let mut journal = self.cell.journal(done + 1);
        loop {
            let record = journal.next().await.context("read the journal")?;
            for (number, event) in (record.first_event..).zip(&record.events) {
                if let Event::Venue(gcfn_venue::Event::Submitted(request)) = event {
                    let id = CommandId::derive(&[
                        self.voice.node.as_str().as_bytes(),
                        b"event",
                        &number.to_be_bytes(),
                    ]);
                    self.until_answered(id, record.at, &request.clone().into()).await;
                }
            }
            self.cursors.advance(CURSOR, record.index).await?;
        }
    }

    /// Dated by the event at first, so that the same bytes are sent after a crash; dated anew if
    /// the federation was not reached in time to take it.
    async fn until_answered(&self, id: CommandId, at: Timestamp, verb: &Verb) {
        let mut at = at;
        loop {
            let command = self.voice.sign(id, at, LIFETIME, verb.clone());
            match self.voice.submit(command).await {
                Ok(Ok(_)) => return,
                Ok(Err(Refusal::Expired)) => at = self.voice.clock.now(),
                // The federation's clock is behind this node's: it will come.
                Ok(Err(Refusal::ExpiresTooLate)) => tokio::time::sleep(PAUSE).await,
                Ok(Err(refusal)) => {
                    tracing::warn!(%refusal, "federation refuses what the venue said");
                    return;
                }
                Err(error) => {
                    tracing::debug!(error = format!("{error:#}"), "federation not reached");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}
