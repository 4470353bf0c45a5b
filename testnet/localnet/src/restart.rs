//! A node killed with SIGKILL and started again: how long until it serves, and out of what.
//!
//! The figure covers everything from the signal to the first `/readyz` that says so: the end of
//! the old process, the start of the new one, its files verified, its machine rebuilt out of the
//! newest snapshot and the log after it, its doors open. What reads the journal behind the doors
//! (proofs, lists, couriers) goes on from there and is not in it.

use crate::contract::newest_snapshot;
use crate::layout::folder;
use crate::network::{Localnet, Wait};
use crate::spread::Figures;
use anyhow::{Context, Result, ensure};
use gcfn_model::NodeId;
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, Instant};

/// How often a node that starts is asked whether it is ready.
const LOOK: Duration = Duration::from_millis(5);
const LIMIT: Duration = Duration::from_secs(600);
/// What a process counts from its start: commands out of the log as well as new ones.
const APPLIED: &str = "gcfn_commands_applied_total";

/// One restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Restarted {
    /// From SIGKILL until the node said that it was ready, in milliseconds.
    pub ready_ms: u64,
    /// Commands that it had applied by then, since its process began: those after the newest
    /// snapshot, read back from its log, and a handful of its own that no caller sent.
    pub commands_reread: u64,
    /// The last log entry that it had applied before it was killed.
    pub log_index: u64,
    /// The log entry that its newest snapshot covered; null without a snapshot.
    pub snapshot_index: Option<u64>,
}

impl Figures for Restarted {
    fn figures(&self) -> Vec<(&'static str, u64)> {
        let figures = [
            ("ready_ms", self.ready_ms),
            ("commands_reread", self.commands_reread),
            ("log_index", self.log_index),
        ];
        let snapshot = self.snapshot_index.map(|index| ("snapshot_index", index));
        figures.into_iter().chain(snapshot).collect()
    }
}

impl Localnet {
    /// Has the cell of a trading node take a snapshot, from which its next start begins.
    ///
    /// # Errors
    /// The node does not answer, or has no venue.
    pub async fn take_snapshot(&mut self, node: NodeId) -> Result<()> {
        let key = self.fresh_key();
        let path = "/api/v1/testnet/snapshot";
        Ok(self.operator(node)?.act::<Value>(path, key).await.map(drop)?)
    }

    /// Kills a trading node, starts it again and measures. The node lives on.
    ///
    /// # Errors
    /// When it does not come back, or with less than it had.
    pub async fn restart(&mut self, node: NodeId) -> Result<Restarted> {
        let log_index = self.log_index(node).await?;
        let snapshot_index = newest_snapshot(&folder(&self.dir, node))?;
        let killed = Instant::now();
        self.processes.kill(node)?;
        self.processes.start(node, false)?;
        let api = self.api(node)?;
        let wait =
            Wait { look: LOOK, limit: LIMIT, ..Wait::new(node, format!("{node} to be ready")) };
        self.until(wait, async || Ok(api.text("/readyz").await.map(Some)?)).await?;
        let ready = killed.elapsed();
        let commands_reread = self.commands_applied(node).await?;
        let after = self.log_index(node).await?;
        self.processes.let_stay();
        ensure!(
            log_index <= after,
            "{node} had applied entry {log_index} before it was killed, and {after} after"
        );
        let ready_ms = u64::try_from(ready.as_millis()).context("a short time")?;
        Ok(Restarted { ready_ms, commands_reread, log_index, snapshot_index })
    }

    async fn log_index(&self, node: NodeId) -> Result<u64> {
        let report: Value = self.operator(node)?.get("/api/v1/node").await?;
        report.get("as_of").and_then(Value::as_u64).context("a node's report has as_of")
    }

    async fn commands_applied(&self, node: NodeId) -> Result<u64> {
        let figures = self.operator(node)?.text("/metrics").await?;
        // A counter appears when it is first counted.
        Ok(counted(&figures, APPLIED, node).unwrap_or(0))
    }
}

/// The value of a counter of the cell of `node`, out of the Prometheus text format.
fn counted(figures: &str, name: &str, node: NodeId) -> Option<u64> {
    let line = format!("{name}{{cell=\"{node}\"}} ");
    figures.lines().find_map(|text| text.strip_prefix(&line))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_by_its_cell() {
        let figures = "# TYPE gcfn_commands_applied_total counter\n\
                       gcfn_commands_applied_total{cell=\"federation\"} 7\n\
                       gcfn_commands_applied_total{cell=\"cn\"} 100012\n";
        let node = |name: &str| name.parse().expect("a name");
        assert_eq!(counted(figures, APPLIED, node("cn")), Some(100_012));
        assert_eq!(counted(figures, APPLIED, node("sg")), None);
    }
}
