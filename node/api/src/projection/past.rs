//! The whole projection: events in, rows out.

use super::months::Months;
use super::redemptions::Redemptions;
use super::{
    DUTY_OF_DAY, DUTY_OF_MONTH, NOTICE, ORDER, Orders, REDEMPTION, TRADE, Trades, dispute_rows,
    notices, statements,
};
use gcfn_model::Timestamp;
use gcfn_store::{ReadModel, Row, StoreError};
use gcfn_venue::{DutyReport, Event};

/// Folds the journal into the rows that the API asks for. Whoever reads the journal gives it every
/// event once, in order, and writes the rows.
#[derive(Debug, Default)]
pub struct Past {
    orders: Orders,
    trades: Trades,
    redemptions: Redemptions,
    months: Months,
    /// The rows of what happens once.
    rows: Vec<Row>,
}

impl Past {
    /// Takes an event, the `seq`th of the journal. What has a past that is not at hand is read
    /// back from `read_model`.
    ///
    /// # Errors
    /// [`StoreError`] of the read model.
    pub async fn follow(
        &mut self,
        read_model: &ReadModel,
        (seq, at): (u64, Timestamp),
        event: &Event,
    ) -> Result<(), StoreError> {
        if let Some(order) = self.orders.missing(event) {
            let row = read_model.get(ORDER, &order.to_string()).await?;
            self.orders.read_back(order, row.as_ref());
        }
        self.orders.follow((seq, at), event);
        if let Some(trade) = self.trades.missing(event) {
            let row = read_model.get(TRADE, &trade.to_string()).await?;
            row.iter().for_each(|row| self.trades.read_back(row));
        }
        self.trades.follow((seq, at), event);
        if let Some(redemption) = self.redemptions.missing(event) {
            let row = read_model.get(REDEMPTION, &redemption.to_string()).await?;
            row.iter().for_each(|row| self.redemptions.read_back(row));
        }
        self.redemptions.follow((seq, at), event);
        if let Event::Posted(entry) = event {
            self.months.follow(read_model, (seq, at), entry).await?;
        }
        self.once((seq, at), event);
        Ok(())
    }

    /// The rows of what is told by one event alone.
    fn once(&mut self, (seq, at): (u64, Timestamp), event: &Event) {
        for (number, (party, told)) in notices(event).into_iter().enumerate() {
            let body = serde_json::to_value(told).expect("a notice is plain data");
            let (key, series) = (format!("{seq:020}.{number}"), told.series);
            let kind = NOTICE.to_owned();
            self.rows.push(Row { kind, key, party: Some(party), series, at, seq, body });
        }
        match event {
            Event::Money(_) => self.rows.extend(dispute_rows((seq, at), event)),
            Event::DutyOfDay(report) => self.duty((seq, at), DUTY_OF_DAY, report),
            Event::DutyOfMonth(report) => self.duty((seq, at), DUTY_OF_MONTH, report),
            Event::Posted(entry) => self.rows.extend(statements::rows((seq, at), entry)),
            _ => {}
        }
    }

    fn duty(&mut self, (seq, at): (u64, Timestamp), kind: &str, report: &DutyReport) {
        let body = serde_json::to_value(report).expect("a report is plain data");
        let (party, series) = (Some(report.maker), Some(report.series));
        let (kind, key) = (kind.to_owned(), format!("{seq:020}"));
        self.rows.push(Row { kind, key, party, series, at, seq, body });
    }

    /// The rows of what has happened since they were last taken.
    pub fn take_rows(&mut self) -> Vec<Row> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.extend(self.orders.take_rows());
        rows.extend(self.trades.take_rows());
        rows.extend(self.redemptions.take_rows());
        rows.extend(self.months.take_rows());
        rows
    }

    /// How many rows there are to take.
    #[must_use]
    pub fn rows(&self) -> usize {
        let folded = self.orders.rows() + self.trades.rows() + self.redemptions.rows();
        self.rows.len() + folded + self.months.rows()
    }
}
