//! Files: how long they are, which words they hold, and what pure crates promise in theirs.

use crate::finding::Finding;
use crate::layers::{CRATES, Layer};
use crate::tree::{Source, Tree};

/// From here on a file is worth a look.
const LINES_WARN: usize = 500;
/// From here on it is refused.
const LINES_MAX: usize = 800;

/// Refuses a file that is too long, and warns of one that is about to be.
#[must_use]
pub fn size(source: &Source) -> (Option<Finding>, Option<Finding>) {
    let lines = source.text.lines().count();
    if source.is_test() || lines <= LINES_WARN {
        return (None, None);
    }
    let remedy = format!("split it by ideas; refused above {LINES_MAX}");
    let finding = Finding::new(&source.file, lines, format!("{lines} lines"), remedy);
    if LINES_MAX < lines { (Some(finding), None) } else { (None, Some(finding)) }
}

/// Words that a finished tree does not hold, and what to do instead. Written in two halves, so
/// that this file does not find itself.
const WORDS: &[(&str, &str)] = &[
    (concat!("FIX", "ME"), "it blocks the merge: fix it"),
    (concat!("to", "do!("), "finish it"),
    (concat!("unimple", "mented!("), "finish it"),
    (concat!("#[ig", "nore"), "assert what it does today, or delete it"),
    (concat!("should_", "panic"), "return the refusal and assert it; a list in tidy has the rest"),
];

/// Files that may hold such a word: file, word, why.
const WORDS_ALLOWED: &[(&str, &str, &str)] = &[];

/// Finds the words above.
#[must_use]
pub fn words(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in (1..).zip(source.text.lines()) {
        for (word, remedy) in WORDS.iter().filter(|(word, _)| line.contains(word)) {
            let allowed = WORDS_ALLOWED
                .iter()
                .any(|(file, allowed, _)| *file == source.file && allowed == word);
            if !allowed {
                findings.push(Finding::new(&source.file, number, *word, *remedy));
            }
        }
    }
    findings
}

const LINTS: [&str; 3] =
    ["clippy::float_arithmetic", "clippy::arithmetic_side_effects", "clippy::indexing_slicing"];

/// The `lib.rs` of every term and pure crate is `no_std` and denies what could go wrong
/// differently on two machines. (A crate cannot add lints beside `lints.workspace = true`, so
/// they are inner attributes.)
#[must_use]
pub fn pure_attributes(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, _) in CRATES.iter().filter(|(_, layer)| *layer <= Layer::Pure) {
        let package = tree.packages.get(*name).filter(|package| tree.has_code(package));
        let Some(package) = package else { continue };
        let file = format!("{}/src/lib.rs", package.folder);
        let text = tree.sources.iter().find(|source| source.file == file);
        let text = text.map_or("", |source| source.text.as_str());
        if !text.contains("#![no_std]") {
            let remedy = "a pure crate cannot see a clock or a socket: #![no_std]";
            findings.push(Finding::new(&file, 1, "no_std is missing", remedy));
        }
        for lint in LINTS.iter().filter(|lint| !denied(text, lint)) {
            let remedy = format!("#![deny({lint})] at the top");
            findings.push(Finding::new(&file, 1, format!("{lint} is not denied"), remedy));
        }
    }
    findings
}

/// Whether an inner `deny` attribute of `text` names `lint`.
fn denied(text: &str, lint: &str) -> bool {
    text.split("#![deny(").skip(1).any(|rest| {
        let list = rest.split(')').next().unwrap_or_default();
        list.split(',').any(|named| named.trim() == lint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(file: &str, text: String) -> Source {
        Source { file: file.to_owned(), text }
    }

    #[test]
    fn long_files_are_warned_of_then_refused_and_tests_may_be_long() {
        let long = |file, lines| size(&source(file, "\n".repeat(lines)));
        assert_eq!(long("a/src/b.rs", 500), (None, None));
        assert!(matches!(long("a/src/b.rs", 501), (None, Some(_))));
        assert!(matches!(long("a/src/b.rs", 801), (Some(_), None)));
        assert_eq!(long("a/src/b/tests.rs", 801), (None, None));
        assert_eq!(long("a/tests/it/b.rs", 801), (None, None));
    }

    #[test]
    fn unfinished_words_are_found_with_their_line() {
        let text = format!("fn a() {{\n    {})\n}}\n", concat!("to", "do!("));
        let found = words(&source("a/src/b.rs", text));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].line, found[0].remedy.as_str()), (2, "finish it"));
    }

    #[test]
    fn a_denied_lint_is_recognised_in_any_list() {
        let text = "#![no_std]\n#![deny(\n    clippy::float_arithmetic,\n    clippy::panic\n)]\n";
        assert!(denied(text, "clippy::float_arithmetic"));
        assert!(!denied(text, "clippy::indexing_slicing"));
    }
}
