//! A bank's connector, graded over a folder: both ends are this program.

use crate::told;
use serde_json::Value;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// A simulated bank at the other end of `folder`, killed at the end.
struct Bank(Child);

impl Drop for Bank {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn run(verb: &str, folder: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcfn"));
    command.args(["conformance", verb, "--folder"]).arg(folder).args(more);
    command.args(["--date", "2026-11-24"]);
    command
}

fn bank(folder: &Path, more: &[&str]) -> Bank {
    let mut simulator = run("simulator", folder, more);
    let simulator = simulator.stdout(Stdio::null()).stderr(Stdio::null());
    Bank(simulator.spawn().expect("a process"))
}

fn grade(folder: &Path, more: &[&str]) -> Output {
    let mut bank = run("bank", folder, &["--timeout", "10", "--lull", "200"]);
    bank.args(more).output().expect("a process")
}

#[test]
fn a_bank_that_keeps_its_side_passes_and_the_report_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shared, report) = (folder.path().join("shared"), folder.path().join("report.md"));
    let _bank = bank(&shared, &[]);
    let (code, out, err) = told(&grade(&shared, &["--report", report.to_str().expect("text")]));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert_eq!(std::fs::read_to_string(&report).expect("a report"), out);
    assert!(out.starts_with("# Conformance of GCFNCNSH\n"), "{out}");
    assert!(out.contains("24 passed, 0 failed, 1 not tried"), "{out}");
}

#[test]
fn a_bank_that_misbehaves_fails_the_case_that_is_about_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (shared, faults) = (folder.path().join("shared"), folder.path().join("faults.txt"));
    std::fs::write(&faults, "payment 1: wrong amount\npayment 4: twice\n").expect("a script");
    let _bank = bank(&shared, &["--faults", faults.to_str().expect("text")]);
    let (code, out, err) = told(&grade(&shared, &["--output", "json"]));
    assert_eq!(code, 1, "{out}");
    assert!(err.contains("failed: pacs.009-booked, said-once"), "{err}");
    let report: Value = serde_json::from_str(&out).expect("one document");
    assert_eq!(report["passes"], false);
    let booked = report["cases"].as_array().expect("cases");
    let booked = booked.iter().find(|case| case["id"] == "pacs.009-booked").expect("a case");
    assert_eq!(
        (&booked["outcome"], &booked["seen"]),
        (&"failed".into(), &"booked 10.01 CNY, instructed 10.00".into())
    );
}
