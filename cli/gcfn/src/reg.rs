//! `gcfn reg`: what a supervisor's node has verified and found.

use crate::failure::Ended;
use crate::federation::rows;
use crate::home::Home;
use crate::output::{self, Format};
use clap::Subcommand;
use serde_json::Value;

#[derive(Debug, Subcommand)]
pub(crate) enum Reg {
    /// How far every cell of the jurisdiction has been verified, and with which lag.
    #[command(after_help = STATUS)]
    Status(Home),
    /// What does not agree with what the network has co-signed.
    #[command(after_help = FINDINGS)]
    Findings(Home),
}

const STATUS: &str = "\
Example:
  gcfn reg status --dir ./reg-cn";
const FINDINGS: &str = "\
Example:
  gcfn reg findings --dir ./reg-cn --output json";

const CELL: [&str; 7] =
    ["cell", "state", "verified_epoch", "anchored_round", "lag_ms", "lag_p99_ms", "open_findings"];
const FINDING: [&str; 7] = ["number", "code", "severity", "cell", "epoch", "found_at", "detail"];

impl Reg {
    pub(crate) fn run(self, format: Format) -> Ended {
        let (home, path) = match &self {
            Reg::Status(home) => (home, "/api/v1/regnode/status"),
            Reg::Findings(home) => (home, "/api/v1/regnode/findings"),
        };
        let document: Value = home.get(path)?;
        match (format, &self) {
            (Format::Json, _) => output::json(&document)?,
            (Format::Table, Reg::Status(_)) => output::table(
                &["CELL", "STATE", "EPOCH", "ROUND", "LAG MS", "P99 MS", "FINDINGS"],
                rows(&document, "cells", &CELL),
            )?,
            (Format::Table, Reg::Findings(_)) => output::table(
                &["NO", "CODE", "SEVERITY", "CELL", "EPOCH", "FOUND AT", "DETAIL"],
                rows(&document, "findings", &FINDING),
            )?,
        }
        Ok(())
    }
}
