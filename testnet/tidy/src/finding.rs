//! What a rule has to say.

use std::fmt;

/// One place where a rule is broken, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file, from the root of the tree.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found.
    pub found: String,
    /// The rule and the remedy.
    pub remedy: String,
}

impl Finding {
    /// A finding.
    #[must_use]
    pub fn new(
        file: impl Into<String>,
        line: usize,
        found: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { file: file.into(), line, found: found.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.file, self.line, self.found, self.remedy)
    }
}
