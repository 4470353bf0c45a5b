//! Lets messages to and from banks go once the region's law, or the root's own rule, does not have
//! them kept any longer.

use anyhow::{Context, Result};
use gcfn_banking::PAYMENTS_KEPT;
use gcfn_cell::Clock;
use gcfn_model::{Millis, Timestamp};
use gcfn_store::{Archive, StoreError};
use gcfn_template::Retention as Law;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked for messages that may go.
const BEAT: Duration = Duration::from_secs(3600);
/// How many go at once: whatever else is written waits meanwhile.
const GO_AT_ONCE: u32 = 1_000;

/// So many years. One counts as 366 days, so that nothing is erased too early.
pub(crate) fn years(years: u32) -> Millis {
    const YEAR: u64 = 366 * 86_400_000;
    Millis(u64::from(years) * YEAR)
}

/// What empties the archive of one node.
pub(crate) struct Retention {
    archive: Archive,
    clock: Arc<dyn Clock>,
    kept: Millis,
}

impl Retention {
    /// A message is kept for as long as transactions are, and reports of suspicion, which may go
    /// by it; in any case for as long as its payment is remembered.
    pub(crate) fn new(archive: Archive, clock: Arc<dyn Clock>, law: Law) -> Retention {
        let kept = years(law.transactions.max(law.sar)).max(PAYMENTS_KEPT);
        Retention { archive, clock, kept }
    }

    /// At the root, which has no region: a message is kept for so many years, as its operator
    /// says; in any case for as long as its payment is remembered.
    pub(crate) fn of_root(archive: Archive, clock: Arc<dyn Clock>, kept: u16) -> Retention {
        let kept = years(kept.into()).max(PAYMENTS_KEPT);
        Retention { archive, clock, kept }
    }

    /// Works for ever.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub(crate) async fn run(self) -> Result<()> {
        let mut beat = tokio::time::interval(BEAT);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            beat.tick().await;
            match self.sweep().await {
                Ok(0) => {}
                Ok(gone) => tracing::info!(gone, "bank messages are not kept any longer"),
                Err(fault) if fault.may_pass() => {
                    tracing::warn!(
                        error = &fault as &dyn std::error::Error,
                        "old bank messages stay"
                    );
                }
                Err(fault) => return Err(fault).context("let old bank messages go"),
            }
        }
    }

    /// Lets everything go that may; says how many messages that were.
    async fn sweep(&self) -> Result<u64, StoreError> {
        let kept = self.kept.0.saturating_mul(1000);
        let before = self.clock.now().micros().saturating_sub(kept);
        let before = Timestamp::from_micros(before).unwrap_or(Timestamp::EPOCH);
        let mut gone = 0;
        loop {
            let some = self.archive.prune(before, GO_AT_ONCE).await?;
            gone += some;
            if some < u64::from(GO_AT_ONCE) {
                return Ok(gone);
            }
        }
    }
}

#[cfg(test)]
mod tests;
