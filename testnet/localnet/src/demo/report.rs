//! What a demo has found.

use anyhow::Result;
use gcfn_model::NodeId;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// One step and how it went.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Its number, from 1.
    #[serde(skip)]
    pub number: usize,
    /// What was to be shown.
    pub name: &'static str,
    /// Whether it was.
    pub ok: bool,
    /// The figures, or what went wrong.
    pub detail: String,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

impl Check {
    pub(crate) fn new(
        number: usize,
        name: &'static str,
        told: &Result<String>,
        took: Duration,
    ) -> Check {
        let detail = match told {
            Ok(detail) => detail.clone(),
            Err(fault) => format!("{fault:#}"),
        };
        Check { number, name, ok: told.is_ok(), detail, milliseconds: millis(took) }
    }

    /// The step in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let Check { number, name, ok, detail, milliseconds } = self;
        let mark = if *ok { "ok    " } else { "FAILED" };
        let tenths = milliseconds / 100;
        format!("{mark} {number:>2}  {name}: {detail}  [{}.{} s]", tenths / 10, tenths % 10)
    }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// What was counted, by name.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Figures(BTreeMap<&'static str, Value>);

impl Figures {
    pub(crate) fn set(&mut self, name: &'static str, figure: impl Into<Value>) {
        self.0.insert(name, figure.into());
    }

    pub(crate) fn add(&mut self, name: &'static str, count: u64) {
        let known = self.0.get(name).and_then(Value::as_u64).unwrap_or(0);
        self.set(name, known.saturating_add(count));
    }

    /// Keeps the greatest.
    pub(crate) fn most(&mut self, name: &'static str, figure: u64) {
        let known = self.0.get(name).and_then(Value::as_u64).unwrap_or(0);
        self.set(name, known.max(figure));
    }

    pub(crate) fn seconds(&mut self, name: &'static str, took: Duration) {
        let tenths = millis(took) / 100;
        self.set(name, format!("{}.{}", tenths / 10, tenths % 10));
    }

    /// Every figure as text, in order of name.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, String)> + '_ {
        self.0.iter().map(|(name, figure)| match figure {
            Value::String(text) => (*name, text.clone()),
            other => (*name, other.to_string()),
        })
    }
}

/// Everything that a demo has found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The steps, until the first that failed.
    pub checks: Vec<Check>,
    /// What was counted.
    pub figures: Figures,
    /// Who listens where.
    pub addresses: Vec<(NodeId, &'static str, String)>,
    /// The network's folder.
    pub dir: PathBuf,
    /// Whether the network still runs.
    pub kept: bool,
}

impl Report {
    /// Whether everything was as it should be.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }

    /// The report as one JSON object.
    #[must_use]
    pub fn json(&self) -> Value {
        let addresses = self
            .addresses
            .iter()
            .map(|(name, role, url)| json!({ "name": name, "role": role, "url": url }));
        json!({
            "ok": self.is_ok(),
            "checks": self.checks,
            "figures": self.figures,
            "kept": self.kept,
            "dir": self.dir.display().to_string(),
            "addresses": if self.kept { addresses.collect() } else { Vec::new() },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn a_step_is_one_line_with_its_seconds() {
        let told = Ok("3 of 3".to_owned());
        let check = Check::new(4, "a purchase", &told, Duration::from_millis(2_345));
        assert_eq!(check.line(), "ok      4  a purchase: 3 of 3  [2.3 s]");
        let told = Err(anyhow!("no answer").context("ask de"));
        let check = Check::new(10, "a purchase", &told, Duration::from_millis(40));
        assert_eq!(check.line(), "FAILED 10  a purchase: ask de: no answer  [0.0 s]");
    }

    #[test]
    fn figures_add_up() {
        let mut figures = Figures::default();
        figures.add("trades", 2);
        figures.add("trades", 3);
        figures.seconds("seconds", Duration::from_millis(12_399));
        let rows: Vec<_> = figures.rows().collect();
        assert_eq!(rows, [("seconds", "12.3".to_owned()), ("trades", "5".to_owned())]);
    }
}
