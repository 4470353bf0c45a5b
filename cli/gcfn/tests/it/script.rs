//! `gcfn script`: what a scenario's writer sees.

use crate::{gcfn, told, tree};
use std::fs;

/// A scenario of its own in a folder that is removed afterwards.
fn scenario(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.scn");
    fs::write(&file, text).expect("a file");
    let file = file.display().to_string();
    (folder, file)
}

#[test]
fn the_scenarios_of_the_tree_run_as_they_are_recorded() {
    let folder = tree("testnet/fixtures/scenarios").display().to_string();
    let (code, text, errors) = told(&gcfn(&["script", "check", &folder]));
    assert_eq!((code, errors.as_str()), (0, ""));
    assert!(text.ends_with("scenarios run as they are recorded\n"), "{text}");
}

#[test]
fn a_run_prints_the_scenario_with_its_answers_and_writes_it_when_asked() {
    let (_folder, file) = scenario("user A deposits 5.00\nexpect A available 5.00\n");
    let (code, text, _) = told(&gcfn(&["script", "run", &file]));
    assert_eq!(code, 0);
    assert!(text.contains("\n  P-01  Dr B.UC, Cr UC.A.avail 5.00\n"), "{text}");
    let (code, _, errors) = told(&gcfn(&["script", "check", &file]));
    assert_eq!(code, 1, "nothing is recorded yet");
    assert!(errors.contains("a.scn:1: recorded nothing, answered"), "{errors}");
    assert_eq!(told(&gcfn(&["script", "run", "--write", &file])).0, 0);
    assert_eq!(fs::read_to_string(&file).expect("text"), text);
    assert_eq!(told(&gcfn(&["script", "check", &file])).0, 0);
}

#[test]
fn an_expectation_that_does_not_hold_is_one_and_a_line_that_cannot_be_read_is_two() {
    let (_folder, file) = scenario("user A deposits 5.00\nexpect A available 6.00\n");
    let (code, text, errors) = told(&gcfn(&["script", "run", "--write", &file]));
    assert_eq!(code, 1);
    assert!(text.contains("failed: it is 5.00"), "{text}");
    assert!(errors.contains("a.scn:2: not as expected: it is 5.00"), "{errors}");
    assert!(!fs::read_to_string(&file).expect("text").contains("failed"), "nothing is written");

    let (_folder, file) = scenario("user A wins 5.00\n");
    let (code, text, errors) = told(&gcfn(&["script", "run", &file]));
    assert_eq!((code, text.as_str()), (2, ""));
    assert!(errors.contains("a.scn:1: found `wins` after `A`; allowed here: "), "{errors}");
}

#[test]
fn the_grammar_is_printed() {
    let (code, text, _) = told(&gcfn(&["script", "grammar"]));
    assert_eq!(code, 0);
    assert!(text.contains("  expect <party> <purse> <amount>\n"), "{text}");
}
