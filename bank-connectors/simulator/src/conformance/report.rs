//! What was found, for people and for programs.

use core::fmt;
use serde::Serialize;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What was seen is what was asked.
    Passed,
    /// It is not.
    Failed,
    /// What it builds on did not come about.
    NotTried,
}

impl Outcome {
    const fn words(self) -> &'static str {
        match self {
            Outcome::Passed => "passed",
            Outcome::Failed => "**failed**",
            Outcome::NotTried => "not tried",
        }
    }
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Case {
    /// Its name, which does not change.
    pub id: &'static str,
    /// What is asked.
    pub asks: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was seen. Holds no name and no account of anybody.
    pub seen: String,
}

/// Every case, in the order in which they were tried.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The cases.
    pub cases: Vec<Case>,
}

impl Report {
    /// Whether nothing failed.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.count(Outcome::Failed) == 0
    }

    /// How many cases ended so.
    #[must_use]
    pub fn count(&self, outcome: Outcome) -> usize {
        self.cases.iter().filter(|case| case.outcome == outcome).count()
    }

    /// The names of those that failed.
    #[must_use]
    pub fn failed(&self) -> Vec<&'static str> {
        let failed = self.cases.iter().filter(|case| case.outcome == Outcome::Failed);
        failed.map(|case| case.id).collect()
    }

    pub(super) fn add(
        &mut self,
        (id, asks): (&'static str, &'static str),
        found: Result<String, String>,
    ) {
        let (outcome, seen) = match found {
            Ok(seen) => (Outcome::Passed, seen),
            Err(seen) => (Outcome::Failed, seen),
        };
        self.cases.push(Case { id, asks, outcome, seen });
    }

    pub(super) fn skip(&mut self, (id, asks): (&'static str, &'static str), why: &str) {
        let (outcome, seen) = (Outcome::NotTried, why.to_owned());
        self.cases.push(Case { id, asks, outcome, seen });
    }
}

/// In Markdown.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [passed, failed, skipped] = [Outcome::Passed, Outcome::Failed, Outcome::NotTried]
            .map(|outcome| self.count(outcome));
        writeln!(f, "{passed} passed, {failed} failed, {skipped} not tried\n")?;
        writeln!(f, "| Case | Asked | | Seen |\n|---|---|---|---|")?;
        for Case { id, asks, outcome, seen } in &self.cases {
            let seen = seen.replace('|', "\\|");
            writeln!(f, "| `{id}` | {asks} | {} | {seen} |", outcome.words())?;
        }
        Ok(())
    }
}
