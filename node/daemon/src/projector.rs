//! Keeps the read model in step with the journal: what people ask for by trade, party or series.
//!
//! Everything here can be dropped and made again from the journal.

use anyhow::{Context, Result};
use gcfn_api::projection::{
    DUTY_OF_DAY, DUTY_OF_MONTH, NOTICE, ORDER, Orders, PROJECTION, TRADE, Trades, dispute_rows,
    notices,
};
use gcfn_cell::{Cell, Record};
use gcfn_model::{PartyId, SeriesId, Timestamp};
use gcfn_replica::{Command, Replica};
use gcfn_store::{Cursors, ReadModel, Row};
use gcfn_venue::{DutyReport, Event};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// How many rows go into one transaction before it is committed. A transaction costs a sync of
/// the store: one for each record would leave the rows far behind a busy node. Others who write
/// to the store wait meanwhile.
const ROWS_AT_ONCE: usize = 2_000;
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

/// What happens to one thing by more than one event.
#[derive(Default)]
struct Past {
    orders: Orders,
    trades: Trades,
}

impl Past {
    fn rows(&self) -> usize {
        self.orders.rows() + self.trades.rows()
    }
}

/// Where and when an event happened.
#[derive(Clone, Copy)]
struct Place {
    seq: u64,
    at: Timestamp,
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
            let (mut rows, began) = (Vec::new(), record.index);
            let started = Instant::now();
            let upto = loop {
                project_record(&record, &mut rows);
                self.follow(&record, &mut past).await?;
                let more = rows.len() + past.rows() < ROWS_AT_ONCE
                    && record.index < began + RECORDS_AT_ONCE;
                let next = match more {
                    true => journal.try_next().context("read the journal")?,
                    false => None,
                };
                match next {
                    Some(next) => record = next,
                    None => break record.index,
                }
            };
            rows.extend(past.orders.take_rows());
            rows.extend(past.trades.take_rows());
            self.read_model.apply(PROJECTION, upto, &rows).await?;
            tokio::time::sleep(GATHERING.max(started.elapsed() * GATHERING_SHARE)).await;
        }
    }

    /// Orders and trades have a past: what is not at hand of it is read back.
    async fn follow(&self, record: &JournalRecord, past: &mut Past) -> Result<()> {
        let Past { orders, trades } = past;
        for (seq, event) in (record.first_event + 1..).zip(&record.events) {
            let gcfn_replica::Event::Venue(event) = event else { continue };
            if let Some(order) = orders.missing(event) {
                let row = self.read_model.get(ORDER, &order.to_string()).await?;
                orders.read_back(order, row.as_ref());
            }
            orders.follow((seq, record.at), event);
            if let Some(trade) = trades.missing(event) {
                let row = self.read_model.get(TRADE, &trade.to_string()).await?;
                row.iter().for_each(|row| trades.read_back(row));
            }
            trades.follow((seq, record.at), event);
        }
        Ok(())
    }
}

fn project_record(record: &JournalRecord, rows: &mut Vec<Row>) {
    for (seq, event) in (record.first_event + 1..).zip(&record.events) {
        if let gcfn_replica::Event::Venue(event) = event {
            project(Place { seq, at: record.at }, event, rows);
        }
    }
}

fn project(place: Place, event: &Event, rows: &mut Vec<Row>) {
    for (number, (party, told)) in notices(event).into_iter().enumerate() {
        let key = format!("{:020}.{number}", place.seq);
        let body = serde_json::to_value(told).unwrap_or(Value::Null);
        rows.push(row(place, NOTICE, key, (Some(party), told.series), body));
    }
    match event {
        Event::Money(_) => rows.extend(dispute_rows((place.seq, place.at), event)),
        Event::DutyOfDay(report) => duty_row(place, DUTY_OF_DAY, report, rows),
        Event::DutyOfMonth(report) => duty_row(place, DUTY_OF_MONTH, report, rows),
        Event::Redeemed { redemption, value, partial } => {
            let body = json!({ "value": value, "partial": partial });
            rows.push(row(place, "redemption", redemption.to_string(), (None, None), body));
        }
        Event::WithdrawalRequested { withdrawal, party, amount } => {
            let body = json!({ "amount": amount });
            let of = (Some(*party), None);
            rows.push(row(place, "withdrawal", withdrawal.to_string(), of, body));
        }
        Event::DepositReceived { party, currency, amount } => {
            let body = json!({ "currency": currency, "amount": amount });
            let key = format!("{:020}", place.seq);
            rows.push(row(place, "deposit", key, (Some(*party), None), body));
        }
        Event::Posted(entry) => {
            let key = format!("{:020}", place.seq);
            let body = serde_json::to_value(entry).unwrap_or(Value::Null);
            rows.push(row(place, "entry", key, (None, None), body));
        }
        _ => {}
    }
}

fn duty_row(place: Place, kind: &str, report: &DutyReport, rows: &mut Vec<Row>) {
    let body = serde_json::to_value(report).unwrap_or(Value::Null);
    let of = (Some(report.maker), Some(report.series));
    rows.push(row(place, kind, format!("{:020}", place.seq), of, body));
}

fn row(
    place: Place,
    kind: &str,
    key: String,
    (party, series): (Option<PartyId>, Option<SeriesId>),
    body: Value,
) -> Row {
    let Place { seq, at } = place;
    Row { kind: kind.to_owned(), key, party, series, at, seq, body }
}
