//! What is wrong with a template, all of it.

use std::fmt;

/// One thing that is wrong, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What was found.
    pub found: String,
    /// What is allowed.
    pub rule: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; allowed: {}", self.file, self.line, self.found, self.rule)
    }
}

/// Everything that is wrong with one file, in the order of its lines. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblems(pub Vec<Problem>);

impl fmt::Display for TemplateProblems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.iter();
        if let Some(first) = lines.next() {
            write!(f, "{first}")?;
        }
        lines.try_for_each(|problem| write!(f, "\n{problem}"))
    }
}

impl std::error::Error for TemplateProblems {}

/// Problems as they are found, and the lines that byte offsets stand for.
#[derive(Debug)]
pub(crate) struct Notes {
    file: String,
    newlines: Vec<usize>,
    problems: Vec<Problem>,
}

impl Notes {
    pub(crate) fn new(file: &str, text: &str) -> Notes {
        let newlines = text.match_indices('\n').map(|(at, _)| at).collect();
        Notes { file: file.to_owned(), newlines, problems: Vec::new() }
    }

    /// The line that the byte at `offset` is in, from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.newlines.partition_point(|newline| *newline < offset) + 1
    }

    pub(crate) fn add(&mut self, line: usize, found: String, rule: impl Into<String>) {
        let (file, rule) = (self.file.clone(), rule.into());
        self.problems.push(Problem { file, line, found, rule });
    }

    /// `value` if nothing was wrong. Whoever returns no value has noted why.
    pub(crate) fn conclude<T>(mut self, value: Option<T>) -> Result<T, TemplateProblems> {
        match value {
            Some(value) if self.problems.is_empty() => Ok(value),
            _ => {
                assert!(!self.problems.is_empty(), "a missing value is noted");
                self.problems.sort_by_key(|problem| problem.line);
                Err(TemplateProblems(self.problems))
            }
        }
    }
}
