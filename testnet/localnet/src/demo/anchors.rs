//! Step 6: every cell's epochs are under co-signed rounds, and the supervisors have re-executed
//! their jurisdictions to the same roots.

use super::{Demo, Told, ensure};
use crate::network::Wait;
use anyhow::{Context, Result, anyhow};
use gcfn_anchor::roster::Roster;
use gcfn_anchor::round::Round;
use gcfn_link::identity::Role;
use gcfn_model::{Digest, NodeId};
use serde::Deserialize;
use std::collections::BTreeSet;

/// The answer of `GET /api/v1/federation/anchors`.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Anchors {
    pub(super) roster: Roster,
    pub(super) round: Option<Round>,
    #[serde(default)]
    pub(super) cosigners: Option<Vec<NodeId>>,
    #[serde(default)]
    pub(super) cells: Vec<AnchoredCell>,
}

/// A cell whose head the federation has.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct AnchoredCell {
    pub(super) cell: NodeId,
    pub(super) epochs: u64,
    #[expect(dead_code, reason = "part of the answer")]
    pub(super) root: Digest,
}

/// The answer of `GET /api/v1/regnode/status`, as far as it is needed here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Supervision {
    pub(super) cells: Vec<MirroredCell>,
}

/// A cell as a supervisor's mirror has it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct MirroredCell {
    pub(super) cell: NodeId,
    pub(super) state: String,
    /// The number of the last verified epoch, from 0.
    pub(super) verified_epoch: Option<u64>,
    /// The lag that 99 of 100 epochs did not exceed.
    pub(super) lag_p99_ms: Option<u64>,
    #[serde(default)]
    pub(super) fault: Option<String>,
}

impl MirroredCell {
    fn epochs(&self) -> u64 {
        self.verified_epoch.map_or(0, |last| last + 1)
    }
}

#[derive(Deserialize)]
struct Findings {
    findings: Vec<Finding>,
}

#[derive(Deserialize)]
struct Finding {
    kind: String,
    detail: String,
}

impl Demo {
    pub(super) async fn check_anchors(&mut self) -> Told {
        let anchors = self.until_anchored().await?;
        let round = anchors.round.context("a final round")?;
        let cosigners = anchors.cosigners.clone().unwrap_or_default();
        let finished = anchors.roster.is_two_thirds(cosigners.iter().copied());
        ensure(finished, || format!("round {} is not co-signed by two thirds", round.number))?;
        ensure(anchors.roster.digest() == round.roster, || "another roster".to_owned())?;
        let epochs: u64 = anchors.cells.iter().map(|cell| cell.epochs).sum();
        self.figures.set("epochs", epochs);
        self.figures.set("rounds", round.number);
        let regulators: Vec<_> = self.net.layout.with_role(&[Role::Regulator]).cloned().collect();
        let mut watched = Vec::new();
        for regulator in &regulators {
            watched.push(self.until_verified(regulator.name, &anchors).await?);
        }
        Ok(format!(
            "{epochs} epochs of {} cells under round {}, co-signed by {} of {}; {}",
            anchors.cells.len(),
            round.number,
            cosigners.len(),
            anchors.roster.validators.len(),
            watched.join("; ")
        ))
    }

    /// Waits until the federation has a head of every trading cell and a round after that.
    async fn until_anchored(&mut self) -> Result<Anchors> {
        let root = self.net.root()?;
        let operator = self.net.operator(root)?;
        let cells: BTreeSet<NodeId> = self.net.layout.traders().map(|node| node.name).collect();
        let wait = Wait::new(root, "a head of every cell");
        let anchored = async || {
            let anchors: Anchors = operator.get("/api/v1/federation/anchors").await?;
            let known: BTreeSet<NodeId> = anchors.cells.iter().map(|cell| cell.cell).collect();
            Ok(cells.is_subset(&known).then_some(anchors))
        };
        let first = self.net.until(wait, anchored).await?;
        let number = first.round.as_ref().map_or(0, |round| round.number);
        let wait = Wait::new(root, "the next round");
        let later = async || {
            let anchors: Anchors = operator.get("/api/v1/federation/anchors").await?;
            let passed = anchors.round.as_ref().is_some_and(|round| number < round.number);
            Ok(passed.then_some(anchors))
        };
        self.net.until(wait, later).await
    }

    /// Waits until a supervisor has verified of every cell of its jurisdiction at least what was
    /// anchored, and has found nothing; says so with its lag.
    async fn until_verified(&mut self, regulator: NodeId, anchors: &Anchors) -> Result<String> {
        let watches = self.net.layout.node(regulator)?.watches.clone();
        let operator = self.net.operator(regulator)?;
        let wait = Wait::new(regulator, format!("{regulator} to have verified its jurisdiction"));
        let anchored = |cell: NodeId| anchors.cells.iter().find(|known| known.cell == cell);
        let verified = async || {
            let status: Supervision = operator.get("/api/v1/regnode/status").await?;
            if let Some(stopped) = status.cells.iter().find(|cell| cell.state == "stopped") {
                let why = stopped.fault.clone().unwrap_or_default();
                return Err(anyhow!("{regulator} vouches no longer for {}: {why}", stopped.cell));
            }
            let done = watches.iter().all(|cell| {
                let mirrored = status.cells.iter().find(|mirrored| mirrored.cell == *cell);
                let behind = anchored(*cell).map_or(0, |known| known.epochs);
                mirrored.is_some_and(|mirrored| behind <= mirrored.epochs())
            });
            Ok(done.then_some(status))
        };
        let status = self.net.until(wait, verified).await?;
        let found: Findings = operator.get("/api/v1/regnode/findings").await?;
        // A slow machine is late, which its supervisor says; it does not make a history wrong.
        let (late, wrong): (Vec<_>, Vec<_>) =
            found.findings.iter().partition(|finding| finding.kind.starts_with("lag_"));
        ensure(wrong.is_empty(), || {
            let told: Vec<&str> = wrong.iter().map(|finding| finding.detail.as_str()).collect();
            format!("{regulator} has {} findings: {}", wrong.len(), told.join("; "))
        })?;
        self.figures.add("lag_findings", late.len() as u64);
        let epochs: u64 = status.cells.iter().map(MirroredCell::epochs).sum();
        let lag = status.cells.iter().filter_map(|cell| cell.lag_p99_ms).max().unwrap_or(0);
        self.figures.add("epochs_verified", epochs);
        self.figures.most("mirror_lag_p99_ms", lag);
        Ok(format!(
            "{regulator} re-executed {epochs} epochs of {} cells to the same roots, lag p99 {lag} ms",
            status.cells.len()
        ))
    }
}
