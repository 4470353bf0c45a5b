//! A day on which banks book, on a network that runs already, whatever was done on it before.

use crate::days::{EVENING, MIDDAY, calendars, instant, next_day};
use crate::network::{Localnet, Wait};
use anyhow::Result;
use gcfn_model::{BusinessDate, NodeId};
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// What nodes do on their own beat, they have done between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// The answer of a bank's `GET /control/date`.
#[derive(Clone, Copy, Debug, Deserialize)]
struct BankDay {
    date: BusinessDate,
    open: bool,
}

impl Localnet {
    /// Has every clock show the same time and, where a bank has ended its day, goes on to the
    /// next day on which every region works. Returns the date that the clocks show.
    ///
    /// # Errors
    /// A member does not answer, or the calendars end.
    pub async fn open_day(&mut self) -> Result<BusinessDate> {
        let now = self.align_clocks().await?;
        let (today, second) = now.utc();
        let mut days = Vec::new();
        for bank in &self.layout.banks {
            days.push(self.bank(bank.currency)?.get::<BankDay>("/control/date").await?);
        }
        if days.iter().all(|day| day.open) {
            return Ok(today);
        }
        let last = days.iter().map(|day| day.date).max().unwrap_or(today);
        let next = next_day(&calendars(&self.layout)?, last, now)?;
        // The evening is not skipped: what was traded today goes to its house before tomorrow.
        if second < EVENING && today < next {
            self.move_clocks(instant(today, EVENING)?).await?;
            self.until_quiet().await?;
        }
        self.move_clocks(instant(next, MIDDAY)?).await?;
        self.begin_bank_day(next).await?;
        self.until_quiet().await?;
        Ok(next)
    }

    /// Waits until no trading node has recorded anything between two looks.
    pub(crate) async fn until_quiet(&mut self) -> Result<()> {
        let traders: Vec<NodeId> = self.layout.traders().map(|node| node.name).collect();
        let mut asked = Vec::new();
        for name in traders {
            asked.push(self.operator(name)?);
        }
        let quiet = Wait { look: LOOK, ..Wait::new(self.root()?, "the trading nodes to be quiet") };
        let mut before = Vec::new();
        let is_quiet = async || {
            let mut now = Vec::new();
            for node in &asked {
                let report: Value = node.get("/api/v1/node").await?;
                now.push(report.get("as_of").and_then(Value::as_u64));
            }
            let same = before == now;
            before = now;
            Ok(same.then_some(()))
        };
        self.until(quiet, is_quiet).await
    }
}
