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
        let kinds = self.messages_by_kind().await?;
        let count_of = |kind: &str| {
            let of_kind = kinds.iter().filter(|(name, _)| name.starts_with(kind));
            of_kind.map(|(_, count)| count).sum::<usize>()
        };
        let spoken = ["pacs.009", "pacs.002", "camt.054", "camt.053"];
        let silent: Vec<&str> = spoken.into_iter().filter(|kind| count_of(kind) == 0).collect();
        ensure(silent.is_empty(), || format!("nobody has sent a {}", silent.join(" or a ")))?;
        let booked = self.booked_once().await?;
        let leader = self.told_of_leader();
        ensure(leader.is_some(), || "no leader was killed in a cycle".to_owned())?;
        let spoken: Vec<String> =
            spoken.iter().map(|kind| format!("{} {kind}", count_of(kind))).collect();
        Ok(format!(
            "{count} cycles final ({}), reconciled with the banks' statements to the cent; {}; \
             {booked} bookings, none twice; no clearing account keeps anything; {}",
            each.join(", "),
            spoken.join(", "),
            leader.unwrap_or_default()
        ))
    }

    /// The evening of the last day: statements, and finality.
    async fn end_day(&mut self) -> Result<()> {
        self.net.end_bank_day().await?;
        self.until_final(self.date).await
    }
}
