//! The binary as a shell sees it: texts, exit codes, and what `verify` accepts.

mod bank;
mod conformance;
mod help;
mod node;
mod region;
mod script;
mod verify;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Runs the binary in an environment of its own.
fn gcfn(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gcfn"));
    command.args(arguments).env_remove("GCFN_DIR").env("COLUMNS", "100").stdin(Stdio::null());
    command.output().expect("the binary runs")
}

/// How it ended, and what it said where.
fn told(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code().expect("it ended by itself"), text(&output.stdout), text(&output.stderr))
}

/// A file of the tree.
fn tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}
