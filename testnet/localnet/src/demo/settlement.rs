//! Step 5: every cycle of every house is final: netted, paid in, settled, paid out, and
//! reconciled with the banks' statements to the cent.

use super::{Demo, Told, ensure};
use anyhow::Result;

impl Demo {
    pub(super) async fn check_cycles(&mut self) -> Told {
        self.end_day().await?;
        let found = self.final_cycles(self.date).await?;
        let houses = self.houses()?;
        let idle: Vec<String> = houses
            .iter()
            .filter(|house| !found.contains_key(house))
            .map(ToString::to_string)
            .collect();
        ensure(idle.is_empty(), || {
            format!("no cycle had anything to settle at {}", idle.join(", "))
        })?;
        let count: usize = found.values().sum();
        self.figures.set("cycles", count);
        let each: Vec<String> =
            found.iter().map(|(house, count)| format!("{house} {count}")).collect();
        Ok(format!(
            "{count} cycles final ({}): called by pacs.009, confirmed by pacs.002 and camt.054, \
             reconciled with camt.053; no clearing account keeps a cent",
            each.join(", ")
        ))
    }

    /// The evening of the last day: statements, and finality.
    async fn end_day(&mut self) -> Result<()> {
        self.net.end_bank_day().await?;
        self.until_final(self.date).await
    }
}
