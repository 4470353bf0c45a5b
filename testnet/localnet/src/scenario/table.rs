//! Comma-separated tables: a header, one row a line, `#` for comments, no quoting.

use gcfn_model::{Amount, Currency, Rate};
use std::fmt;
use std::str::FromStr;

/// One mistake: where it is, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// The line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// Every mistake of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    pub(crate) fn add(&mut self, file: &str, line: usize, what: impl Into<String>) {
        self.0.push(Problem { file: file.to_owned(), line, what: what.into() });
    }

    pub(crate) fn extend(&mut self, more: Problems) {
        self.0.extend(more.0);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} mistakes in the scenario", self.0.len())?;
        self.0.iter().try_for_each(|Problem { file, line, what }| match line {
            0 => write!(f, "\n  {file}: {what}"),
            line => write!(f, "\n  {file}:{line}: {what}"),
        })
    }
}

impl std::error::Error for Problems {}

/// A table as it stands in its file.
pub(crate) struct Table<'t> {
    file: &'static str,
    columns: Vec<&'static str>,
    lines: Vec<(usize, Vec<&'t str>)>,
}

impl<'t> Table<'t> {
    /// Splits `text`; the first line that is no comment must be `columns`.
    pub(crate) fn parse(
        file: &'static str,
        text: &'t str,
        columns: &'static str,
        problems: &mut Problems,
    ) -> Table<'t> {
        let numbered = (1..).zip(text.lines().map(str::trim));
        let mut rows = numbered.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
        match rows.next() {
            Some((_, header)) if header == columns => {}
            Some((line, _)) => problems.add(file, line, format!("the header is not {columns}")),
            None => problems.add(file, 0, format!("there is no header {columns}")),
        }
        let columns: Vec<&'static str> = columns.split(',').collect();
        let mut lines = Vec::new();
        for (line, row) in rows {
            let fields: Vec<&str> = row.split(',').map(str::trim).collect();
            if fields.len() == columns.len() {
                lines.push((line, fields));
            } else {
                let (got, wanted) = (fields.len(), columns.len());
                problems.add(file, line, format!("{got} fields where {wanted} are expected"));
            }
        }
        Table { file, columns, lines }
    }

    /// What `one` makes of every row that it can read.
    pub(crate) fn rows<T>(
        &self,
        problems: &mut Problems,
        one: fn(&mut Row<'_>) -> Option<T>,
    ) -> Vec<T> {
        let mut read = Vec::new();
        for (line, fields) in &self.lines {
            let mut row = Row { table: self, line: *line, fields, problems };
            read.extend(one(&mut row));
        }
        read
    }
}

/// One row, being read.
pub(crate) struct Row<'r> {
    table: &'r Table<'r>,
    line: usize,
    fields: &'r [&'r str],
    problems: &'r mut Problems,
}

impl Row<'_> {
    fn field(&self, column: &str) -> &str {
        let index = self.table.columns.iter().position(|known| *known == column);
        index.and_then(|index| self.fields.get(index)).copied().unwrap_or_default()
    }

    fn wrong(&mut self, column: &str, rule: impl fmt::Display) {
        let what = format!("{column} {:?}: {rule}", self.field(column));
        self.problems.add(self.table.file, self.line, what);
    }

    /// The text of a column that must not be empty.
    pub(crate) fn text(&mut self, column: &str) -> Option<String> {
        let text = self.field(column).to_owned();
        if text.is_empty() {
            self.wrong(column, "must be given");
            return None;
        }
        Some(text)
    }

    /// The words of a column.
    pub(crate) fn words(&self, column: &str) -> Vec<String> {
        self.field(column).split_whitespace().map(str::to_owned).collect()
    }

    pub(crate) fn parse<T: FromStr<Err: fmt::Display>>(&mut self, column: &str) -> Option<T> {
        match self.field(column).parse() {
            Ok(parsed) => Some(parsed),
            Err(fault) => {
                self.wrong(column, fault);
                None
            }
        }
    }

    pub(crate) fn one_of<T: Copy>(&mut self, column: &str, words: &[(&str, T)]) -> Option<T> {
        let field = self.field(column);
        let found = words.iter().find(|(word, _)| *word == field).map(|(_, value)| *value);
        if found.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(column, format!("not one of {}", words.join(", ")));
        }
        found
    }

    /// An amount with two decimals at most, as text: its currency is the node's.
    pub(crate) fn decimal(&mut self, column: &str) -> Option<String> {
        self.amount(column)?;
        Some(self.field(column).to_owned())
    }

    /// The same where nothing is allowed; `None` for a mistake.
    #[expect(clippy::option_option, reason = "a mistake, nothing, or an amount")]
    pub(crate) fn decimal_or_none(&mut self, column: &str) -> Option<Option<String>> {
        if self.field(column).is_empty() { Some(None) } else { self.decimal(column).map(Some) }
    }

    /// An amount in minor units, of any currency with two decimals.
    pub(crate) fn amount(&mut self, column: &str) -> Option<Amount> {
        match Amount::parse(self.field(column), Currency::Cny) {
            Ok(amount) => Some(amount),
            Err(fault) => {
                self.wrong(column, fault);
                None
            }
        }
    }

    /// A rate such as `0.1279`, exactly.
    pub(crate) fn rate(&mut self, column: &str) -> Option<Rate> {
        let field = self.field(column);
        let (whole, fraction) = field.split_once('.').unwrap_or((field, ""));
        let decimals = u32::try_from(fraction.len()).ok().filter(|decimals| *decimals <= 9);
        let numerator = format!("{whole}{fraction}").parse::<u64>().ok();
        let denominator = decimals.and_then(|decimals| 10u64.checked_pow(decimals));
        let rate = numerator.zip(denominator).and_then(|(n, d)| Rate::new(n, d).ok());
        if rate.is_none() {
            self.wrong(column, "not a positive decimal with at most 9 decimals");
        }
        rate
    }
}
