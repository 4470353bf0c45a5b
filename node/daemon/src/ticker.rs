//! Tells the followers of the books what the journal tells.

use anyhow::{Context, Result};
use gcfn_api::feed::Feed;
use gcfn_cell::JournalReader;
use gcfn_replica::{Command, Event};

/// Reads the journal of one trading node, from where the node has started.
pub(crate) struct Ticker {
    /// The journal, from a record on that nobody can have missed: it was opened before anybody
    /// could follow.
    pub(crate) journal: JournalReader<Command, Event>,
    /// Where the followers are.
    pub(crate) feed: Feed,
}

impl Ticker {
    /// Works for ever. When it cannot go on, every follower is sent away: silence must not pass
    /// for a book that stands still.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub(crate) async fn run(mut self) -> Result<()> {
        loop {
            let record = match self.journal.next().await {
                Ok(record) => record,
                Err(fault) => {
                    self.feed.close();
                    return Err(fault).context("read the journal");
                }
            };
            for event in &record.events {
                if let Event::Venue(event) = event {
                    self.feed.publish(event);
                }
            }
        }
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.feed.close();
    }
}
