//! Says to the federation what the venue wants said: in order, until there is an answer, and
//! never twice with effect.

use crate::voice::Voice;
use anyhow::{Context, Result};
use gcfn_cell::Cell;
use gcfn_model::{CommandId, Millis};
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
                    let verb = request.clone().into();
                    let command = self.voice.sign(id, record.at, LIFETIME, verb);
                    self.until_answered(command).await;
                }
            }
            self.cursors.advance(CURSOR, record.index).await?;
        }
    }

    async fn until_answered(&self, command: gcfn_council::SignedCommand) {
        loop {
            match self.voice.submit(command.clone()).await {
                Ok(Ok(_)) => return,
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
