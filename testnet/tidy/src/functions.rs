//! How long functions are.
//!
//! Not a parser: the tree is formatted, so a function ends at the first line that is a closing
//! brace with the indentation of its `fn`.

use crate::finding::Finding;
use crate::tree::Source;

/// The most lines that a function may have, from `fn` to its closing brace.
const LINES_MAX: usize = 60;

/// Functions that are better long than split: file, name, why.
const LONGER: &[(&str, &str, &str)] = &[
    ("node/api-wire/src/problem/api.rs", "line", "a table: one row per refusal, read as a whole"),
    ("node/api-wire/src/problem/table.rs", "line", "a table: one row per refusal, read as a whole"),
];

/// A function as it stands in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function<'t> {
    /// Its name.
    pub name: &'t str,
    /// The line of its `fn`, from 1.
    pub line: usize,
    /// How many lines it has.
    pub lines: usize,
}

/// Refuses functions that are too long. Tests may be: a script is read from top to bottom.
#[must_use]
pub fn check(source: &Source) -> Vec<Finding> {
    if source.is_test() {
        return Vec::new();
    }
    let excused =
        |name: &str| LONGER.iter().any(|(file, longer, _)| *file == source.file && *longer == name);
    let long = functions(&source.text).into_iter();
    let long = long.filter(|function| LINES_MAX < function.lines && !excused(function.name));
    long.map(|Function { name, line, lines }| {
        let found = format!("fn {name} has {lines} lines");
        let remedy = format!("split it into steps with names, at most {LINES_MAX} lines each");
        Finding::new(&source.file, line, found, remedy)
    })
    .collect()
}

/// Every function with a body of more than one line.
#[must_use]
pub fn functions(text: &str) -> Vec<Function<'_>> {
    let lines: Vec<&str> = text.lines().collect();
    let mut functions = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = line.len() - line.trim_start().len();
        let rest = lines.get(start..).unwrap_or_default();
        if let Some(length) = rest.iter().position(|line| ends(line, indent)) {
            functions.push(Function { name, line: start + 1, lines: length + 1 });
        }
    }
    functions
}

/// Whether `line` is where something that began with `indent` ends: its closing brace, or the
/// semicolon of a declaration without a body.
fn ends(line: &str, indent: usize) -> bool {
    let (margin, rest) = line.split_at_checked(indent).unwrap_or(("", line));
    let outside = margin.len() == indent && margin.trim().is_empty();
    outside
        && (rest == "}" || (!rest.starts_with(' ') && (rest.ends_with(';') || rest.ends_with('}'))))
}

/// The name of the function that begins on `line`.
fn function_name(line: &str) -> Option<&str> {
    const BEFORE: [&str; 6] = ["pub", "const", "async", "unsafe", "extern", "default"];
    let mut rest = line.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix("fn ") {
            let end = after.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            return after.get(..end);
        }
        let (word, after) = rest.split_once(' ')?;
        let word = word.split('(').next()?;
        if !BEFORE.contains(&word) {
            return None;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let text = "\
pub(crate) const fn one(a: u8) -> u8 {
    a
}

impl A {
    async fn two(
        &self,
    ) -> Option<u8> {
        if true {
            None
        }
    }

    fn short(&self) {}
}

trait B {
    fn declared(&self) -> u8;
    fn wrapped(
        &self,
    ) -> u8;
}
";
        let found: Vec<_> = functions(text).iter().map(|f| (f.name, f.line, f.lines)).collect();
        let expected = [
            ("one", 1, 3),
            ("two", 6, 7),
            ("short", 14, 1),
            ("declared", 18, 1),
            ("wrapped", 19, 3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_only_looks_like_a_function_is_none() {
        for line in ["// fn a() {", "let fn_b = 1;", "type C = fn (u8);", "fn", "pub struct D {"] {
            assert_eq!(function_name(line), None, "{line}");
        }
    }

    #[test]
    fn a_long_function_is_refused_by_name() {
        let text = format!("fn long() {{\n{}}}\n", "    step();\n".repeat(60));
        let source = Source { file: "a/src/b.rs".to_owned(), text };
        let found: Vec<_> = check(&source).iter().map(ToString::to_string).collect();
        let expected = "a/src/b.rs:1: fn long has 62 lines: split it into steps with names, at most 60 lines each";
        assert_eq!(found, [expected]);
    }
}
