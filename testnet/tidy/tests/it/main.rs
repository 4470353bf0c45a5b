//! This tree keeps the rules of the house.

use gcfn_tidy::{Finding, Tree, check};
use std::io::Write;
use std::path::Path;

#[test]
fn this_tree_is_tidy() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let root = root.canonicalize().expect("the workspace is two folders up");
    let tree = Tree::load(&root).unwrap_or_else(|fault| panic!("{fault}"));
    let report = check(&tree);

    let lines = |findings: &[Finding]| {
        findings.iter().map(|finding| format!("{finding}\n")).collect::<String>()
    };
    // Written past the test harness, which swallows what a passing test prints.
    write!(std::io::stderr(), "{}", lines(&report.warned)).expect("stderr is open");
    assert!(report.refused.is_empty(), "not tidy:\n{}", lines(&report.refused));
}
