//! How far a supervisor is behind the node that is under load.
//!
//! The lag is the supervisor's own figure: from the close of an epoch until the epoch was
//! verified, by clocks that were set alike before. The supervisor shows its last verified epoch
//! and how late that was; this looks often enough to see nearly every one. Where several were
//! verified between two looks, each counts with the larger lag of the two: too high, never too
//! low.

use crate::client::Api;
use crate::layout::NodePlan;
use crate::network::{Localnet, Wait, mirrored_index};
use crate::spread::at_percent;
use anyhow::{Context, Error, Result, bail};
use gcfn_model::NodeId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::{Duration, Instant};

/// Epochs are closed four times a second.
const LOOK: Duration = Duration::from_millis(50);
/// How long a mirror may take to catch up.
const CATCH_UP_LIMIT: Duration = Duration::from_secs(900);

/// How far a supervisor was behind, from the begin of a load until it had caught up with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MirrorLag {
    /// Which supervisor.
    pub regulator: NodeId,
    /// How many epochs it has verified in that time.
    pub epochs: u64,
    /// The lag that half of them did not exceed, in milliseconds.
    pub lag_p50_ms: u64,
    /// The lag that 99 of 100 did not exceed, in milliseconds.
    pub lag_p99_ms: u64,
    /// The largest, in milliseconds.
    pub lag_max_ms: u64,
    /// From the last answer to the load until everything was verified, in milliseconds.
    pub catch_up_ms: u64,
}

/// The answer of `GET /api/v1/regnode/status`, as far as it is needed here.
#[derive(Debug, Deserialize)]
struct Status {
    cells: Vec<Mirrored>,
}

/// A cell as a supervisor's mirror has it.
#[derive(Debug, Deserialize)]
struct Mirrored {
    cell: NodeId,
    state: String,
    /// The number of the last verified epoch, from 0.
    verified_epoch: Option<u64>,
    lag_ms: u64,
    #[serde(default)]
    fault: Option<String>,
}

/// Looks at one supervisor's mirror of one node.
pub(super) struct MirrorWatch {
    node: NodeId,
    regulator: NodeId,
    operator: Api,
    seen: Lags,
}

impl MirrorWatch {
    /// Of the first supervisor that watches `node`; `None` when none does.
    pub(super) async fn begin(net: &Localnet, node: NodeId) -> Result<Option<MirrorWatch>> {
        let watches = |plan: &&NodePlan| plan.watches.contains(&node);
        let Some(regulator) = net.layout.nodes.iter().find(watches).map(|plan| plan.name) else {
            return Ok(None);
        };
        let operator = net.operator(regulator)?;
        let mut watch = MirrorWatch { node, regulator, operator, seen: Lags::default() };
        watch.look().await?;
        // What was verified before the load says nothing about it.
        watch.seen.lags.clear();
        Ok(Some(watch))
    }

    /// Looks for ever; returns why it cannot.
    pub(super) async fn watch(&mut self) -> Error {
        loop {
            if let Err(fault) = self.look().await {
                return fault;
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Looks on until the mirror has everything that the node has recorded by now.
    pub(super) async fn catch_up(mut self, net: &mut Localnet) -> Result<MirrorLag> {
        let since = Instant::now();
        let report: Value = net.operator(self.node)?.get("/api/v1/node").await?;
        let recorded = report.get("as_of").and_then(Value::as_u64).context("as_of of the node")?;
        let what = format!("{} to have mirrored {}", self.regulator, self.node);
        let wait = Wait { look: LOOK, limit: CATCH_UP_LIMIT, ..Wait::new(self.regulator, what) };
        let there = async || {
            self.look().await?;
            let mirrored = mirrored_index(&self.operator, self.node).await?;
            Ok(mirrored.filter(|index| recorded <= *index).map(drop))
        };
        net.until(wait, there).await?;
        let catch_up_ms = u64::try_from(since.elapsed().as_millis()).context("a short time")?;
        self.look().await?;
        Ok(self.seen.told(self.regulator, catch_up_ms))
    }

    async fn look(&mut self) -> Result<()> {
        let status: Status = self.operator.get("/api/v1/regnode/status").await?;
        let (regulator, node) = (self.regulator, self.node);
        let cell = status.cells.into_iter().find(|mirrored| mirrored.cell == node);
        let cell = cell.with_context(|| format!("{regulator} shows no mirror of {node}"))?;
        if cell.state == "stopped" {
            let why = cell.fault.unwrap_or_default();
            bail!("{regulator} vouches no longer for {node}: {why}");
        }
        let epochs = cell.verified_epoch.map_or(0, |last| last + 1);
        self.seen.see(epochs, cell.lag_ms);
        Ok(())
    }
}

/// The lags that were seen, one for each epoch.
#[derive(Debug, Default)]
struct Lags {
    /// How many epochs were verified when it was looked at last, and the lag then.
    last: (u64, u64),
    lags: Vec<u64>,
}

impl Lags {
    fn see(&mut self, epochs: u64, lag: u64) {
        let (epochs_before, lag_before) = self.last;
        self.last = (epochs, lag);
        let passed = epochs.saturating_sub(epochs_before);
        if 1 < passed {
            let unseen = lag.max(lag_before);
            self.lags.extend((1..passed).map(|_| unseen));
        }
        if 0 < passed {
            self.lags.push(lag);
        }
    }

    fn told(mut self, regulator: NodeId, catch_up_ms: u64) -> MirrorLag {
        self.lags.sort_unstable();
        let at = |percent| at_percent(&self.lags, percent).copied().unwrap_or(0);
        MirrorLag {
            regulator,
            epochs: self.lags.len() as u64,
            lag_p50_ms: at(50),
            lag_p99_ms: at(99),
            lag_max_ms: at(100),
            catch_up_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name() -> NodeId {
        "reg-cn".parse().expect("a name")
    }

    #[test]
    fn every_epoch_counts_once_with_its_lag() {
        let mut lags = Lags::default();
        for (epochs, lag) in [(1, 10), (1, 10), (2, 30), (3, 20)] {
            lags.see(epochs, lag);
        }
        let told = lags.told(name(), 70);
        assert_eq!((told.epochs, told.lag_p50_ms, told.lag_max_ms), (3, 20, 30));
        assert_eq!(told.catch_up_ms, 70);
    }

    #[test]
    fn epochs_between_two_looks_count_with_the_larger_lag() {
        let mut lags = Lags::default();
        lags.see(1, 900);
        lags.see(4, 100);
        assert_eq!(lags.lags, [900, 900, 900, 100]);
        lags.see(7, 2_000);
        assert_eq!(lags.lags[4..], [2_000, 2_000, 2_000]);
    }

    #[test]
    fn nothing_verified_is_no_lag() {
        let told = Lags::default().told(name(), 0);
        assert_eq!((told.epochs, told.lag_p99_ms), (0, 0));
    }
}
