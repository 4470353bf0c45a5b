//! Keeps the read model in step with the journal: what people ask for by trade, party or series.
//!
//! Everything here can be dropped and made again from the journal.

use anyhow::{Context, Result};
use gcfn_api::projection::{PROJECTION, Past};
use gcfn_cell::{Cell, Record};
use gcfn_replica::{Command, Replica};
use gcfn_store::{Cursors, ReadModel};
use std::time::Duration;
use tokio::time::Instant;

/// How many rows go into one transaction before it is committed. A transaction costs a sync of
/// the store: one for each record would leave the rows far behind a busy node. Others who write
/// to the store wait meanwhile.
const ROWS_AT_ONCE: usize = 500;
/// How long what happens is gathered after a transaction, at least, and in how many times what the
/// transaction took. Each takes the disk that the log is on and a processor from those who wait for an
/// answer; nobody waits for a row. Of a node that is busy for long the rows come later.
const GATHERING: Duration = Duration::from_millis(100);
const GATHERING_SHARE: u32 = 3;
/// How many records without rows are passed over before the cursor says so.
const RECORDS_AT_ONCE: u64 = 10_000;

type JournalRecord = Record<Command, gcfn_replica::Event>;

/// The projector of one trading node.
pub(crate) struct Projector {
    /// Whose journal it reads.
    pub(crate) cell: Cell<Replica>,
    /// Where rows go.
    pub(crate) read_model: ReadModel,
    /// How far it has come.
    pub(crate) cursors: Cursors,
}

impl Projector {
    /// Works for ever.
    ///
    /// # Errors
    /// When the journal or the store cannot be used.
    pub(crate) async fn run(self) -> Result<()> {
        let done = self.cursors.position(PROJECTION).await?;
        let mut journal = self.cell.journal(done + 1);
        let mut past = Past::default();
        loop {
            let mut record = journal.next().await.context("read the journal")?;
            let (began, started) = (record.index, Instant::now());
            let upto = loop {
                self.follow(&record, &mut past).await?;
                let more = past.rows() < ROWS_AT_ONCE && record.index < began + RECORDS_AT_ONCE;
                let next = match more {
                    true => journal.try_next().context("read the journal")?,
                    false => None,
                };
                match next {
                    Some(next) => record = next,
                    None => break record.index,
                }
            };
            let rows = past.take_rows();
            self.read_model.apply(PROJECTION, upto, &rows).await?;
            tokio::time::sleep(GATHERING.max(started.elapsed() * GATHERING_SHARE)).await;
        }
    }

    /// Has `past` take what a record holds.
    async fn follow(&self, record: &JournalRecord, past: &mut Past) -> Result<()> {
        for (seq, event) in (record.first_event + 1..).zip(&record.events) {
            if let gcfn_replica::Event::Venue(event) = event {
                past.follow(&self.read_model, (seq, record.at), event).await?;
            }
        }
        Ok(())
    }
}
