//! `gcfn script`: scenarios in sentences, run against a fresh venue.

use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use anyhow::Context;
use clap::{Args, Subcommand};
use gcfn_fixtures::{Fault, Script as Scenario, grammar};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(crate) enum Script {
    /// Run a scenario and print it with the answers of this run.
    #[command(after_help = RUN)]
    Run(Run),
    /// Run scenarios and say where the answers are not the recorded ones.
    #[command(after_help = CHECK)]
    Check(Check),
    /// Print every sentence that a scenario may have.
    #[command(after_help = GRAMMAR)]
    Grammar,
}

const RUN: &str = "\
Exit code 1 if an expectation does not hold, or a sentence is refused without `refused:` below it.
Examples:
  gcfn script run sale.scn
  gcfn script run --write sale.scn      record the answers in the file, if all is well";
const CHECK: &str = "\
Exit code 1 if anything differs. Of a folder, every file in it that ends in .scn is checked.
Example:
  gcfn script check testnet/fixtures/scenarios";
const GRAMMAR: &str = "\
Example:
  gcfn script grammar | less";

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The scenario.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the answers into the file, unless something went wrong.
    #[arg(long)]
    write: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Scenarios, or folders of them.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
}

impl Script {
    pub(crate) fn run(self, format: Format) -> Ended {
        match self {
            Script::Run(run) => run.run(format),
            Script::Check(check) => check.run(format),
            Script::Grammar => match format {
                Format::Table => Ok(output::line(grammar().trim_end())?),
                Format::Json => Ok(output::json(&json!({ "grammar": grammar() }))?),
            },
        }
    }
}

impl Run {
    fn run(self, format: Format) -> Ended {
        let told = scenario(&self.file)?.run();
        match format {
            Format::Table => output::line(told.text.trim_end())?,
            Format::Json => {
                let faults = documents(&told.faults);
                output::json(&json!({ "transcript": told.text, "faults": faults }))?;
            }
        }
        if self.write && told.faults.is_empty() {
            let written = fs::write(&self.file, &told.text);
            let written = written.with_context(|| format!("write {}", self.file.display()));
            written.map_err(|fault| Failure::machine(&fault))?;
        }
        in_order(&told.faults)
    }
}

impl Check {
    fn run(self, format: Format) -> Ended {
        let mut files = Vec::new();
        for path in self.files {
            if path.is_dir() {
                below(&path, &mut files).map_err(|fault| Failure::machine(&fault))?;
            } else {
                files.push(path);
            }
        }
        let mut faults = Vec::new();
        for file in &files {
            faults.extend(scenario(file)?.check());
        }
        match format {
            Format::Table if faults.is_empty() => {
                output::line(&format!("{} scenarios run as they are recorded", files.len()))?;
            }
            Format::Table => {}
            Format::Json => {
                let (checked, faults) = (files.len(), documents(&faults));
                output::json(&json!({ "checked": checked, "faults": faults }))?;
            }
        }
        in_order(&faults)
    }
}

/// Adds every scenario below a folder, in the order of their names.
fn below(folder: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let listed = || format!("list {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(listed)? {
        paths.push(entry.with_context(listed)?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            below(&path, found)?;
        } else if path.extension().is_some_and(|ending| ending == "scn") {
            found.push(path);
        }
    }
    Ok(())
}

fn scenario(file: &Path) -> Result<Scenario, Failure> {
    let name = file.display().to_string();
    let text = fs::read_to_string(file).with_context(|| format!("read {name}"));
    let text = text.map_err(|fault| Failure::machine(&fault))?;
    Scenario::read(&name, &text).map_err(|faults| Failure::Usage(told(&faults)))
}

fn in_order(faults: &[Fault]) -> Ended {
    if faults.is_empty() { Ok(()) } else { Err(Failure::Refused(told(faults))) }
}

fn told(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn documents(faults: &[Fault]) -> Vec<Value> {
    let document = |fault: &Fault| {
        let (file, line, wrong) = (&fault.file, fault.line, fault.wrong.to_string());
        json!({ "file": file, "line": line, "wrong": wrong })
    };
    faults.iter().map(document).collect()
}
