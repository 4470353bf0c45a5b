//! One message, from XML to JSON and back. Asks nobody and keeps nothing.
//!
//! A message names people: what it says goes to standard output, because the operator has asked
//! for this file, and nowhere else. Refusals name elements and rules only.

use super::schema;
use crate::failure::{Ended, Failure};
use crate::output::{self, Format};
use anyhow::Context;
use clap::{Args, ValueEnum};
use gcfn_iso20022::{BusinessMessage, Inspected, MessageFault, Profile, inspect, write};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// The message: a bare document, or one with its header.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A folder with the official schemas, each named like its message: pacs.008.001.08.xsd. The
    /// message is then validated against them too.
    #[arg(long, value_name = "DIR", help = "Validate against the schemas in this folder as well")]
    schemas: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Encode {
    /// The JSON; only `header` and `document` are read.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Rules of a market that the message must keep, beyond its schema.
    #[arg(long, value_enum, default_value_t = Rules::Base)]
    profile: Rules,
}

/// The rules to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Rules {
    /// Those of the schema.
    Base,
    /// Those of cross-border payments on SWIFT (CBPR+) as well.
    Cbpr,
}

pub(super) const DECODE: &str = "\
Amounts are in minor units: 1250 of EUR is 12.50, 1250 of JPY is 1250. Personal data of the file
is printed and nowhere kept. docs/guides/bank-messages.md lists messages, versions and rules.
Examples:
  gcfn bank decode statement.xml
  gcfn bank decode pacs008.xml --schemas ./xsd --output json
A message that is refused ends with exit code 1; with --output json its rule, path, line and
column are on standard output.";

pub(super) const ENCODE: &str = "\
Refused with exit code 1 if the message cannot hold what the JSON says: nothing is cut or dropped.
Examples:
  gcfn bank decode old.xml --output json > message.json
  gcfn bank encode message.json > new.xml
  gcfn bank encode message.json --profile cbpr";

impl Decode {
    pub(crate) fn run(self, format: Format) -> Ended {
        let bytes = bytes(&self.file)?;
        let inspected = match inspect(&bytes) {
            Ok(inspected) => inspected,
            Err(fault) => return self.refuse(format, &Refusal::of(&fault)),
        };
        if let Some(folder) = &self.schemas
            && let Some(fault) = schema::check(folder, &inspected, &bytes)?
        {
            return self.refuse(format, &fault);
        }
        match format {
            Format::Json => output::json(&document(&inspected))?,
            Format::Table => show(&inspected)?,
        }
        Ok(())
    }

    /// A program is told on standard output as well.
    fn refuse(&self, format: Format, refusal: &Refusal) -> Ended {
        let file = self.file.display();
        let Refusal { rule, reason, path, line, column } = refusal;
        if format == Format::Json {
            output::json(&json!({
                "read": false,
                "file": file.to_string(),
                "rule": rule,
                "reason": reason,
                "path": path,
                "line": line,
                "column": column,
            }))?;
        }
        let place = match (line, column) {
            (Some(line), Some(column)) => format!(":{line}:{column}"),
            _ => String::new(),
        };
        let path = if path.is_empty() { String::new() } else { format!("{path}: ") };
        Err(Failure::Refused(format!("{file}{place}: {path}{reason} ({rule})")))
    }
}

/// Why a message is refused, and where.
pub(super) struct Refusal {
    pub(super) rule: &'static str,
    pub(super) reason: String,
    pub(super) path: String,
    pub(super) line: Option<usize>,
    pub(super) column: Option<usize>,
}

impl Refusal {
    fn of(fault: &MessageFault) -> Refusal {
        Refusal {
            rule: fault.rule.name(),
            reason: fault.rule.to_string(),
            path: fault.path.clone(),
            line: fault.place.map(|place| place.line),
            column: fault.place.map(|place| place.column),
        }
    }
}

impl Encode {
    pub(crate) fn run(self, format: Format) -> Ended {
        let file = self.file.display();
        let refused = |reason: &str| Failure::Refused(format!("{file} is refused: {reason}"));
        let given: Value = serde_json::from_slice(&bytes(&self.file)?)
            .map_err(|fault| refused(&format!("it is not JSON: {fault}")))?;
        let given = json!({ "header": given.get("header"), "document": given.get("document") });
        let message: BusinessMessage = BusinessMessage::deserialize(&given)
            .map_err(|fault| refused(&format!("it is not a message: {fault}")))?;
        let again = serde_json::to_value(&message).context("write the message as JSON");
        let again = again.map_err(|fault| Failure::machine(&fault))?;
        if let Some(unknown) = left_out(&given, &again) {
            return Err(refused(&format!("{unknown} is not part of this message")));
        }
        let profile = match self.profile {
            Rules::Base => Profile::Base,
            Rules::Cbpr => Profile::CbprPlus,
        };
        if let Some(first) = profile.check(&message).first() {
            return Err(refused(&format!("{}: {}", first.of, first.rule)));
        }
        let written = write(&message);
        // What cannot be read back as it was given would be lost on the way.
        match inspect(&written) {
            Ok(Inspected { message: read, .. }) if read == message => {}
            Ok(_) => return Err(refused("it says more than the message has room for")),
            Err(fault) => return Err(refused(&fault.to_string())),
        }
        let text = String::from_utf8_lossy(&written);
        match format {
            Format::Table => output::line(text.trim_end())?,
            Format::Json => {
                let definition = message.document.definition();
                output::json(&json!({ "definition": definition, "xml": text }))?;
            }
        }
        Ok(())
    }
}

pub(super) fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let read = std::fs::read(file).with_context(|| format!("read {}", file.display()));
    read.map_err(|fault| Failure::machine(&fault))
}

/// The path of a value of `given` that is not in `kept`.
fn left_out(given: &Value, kept: &Value) -> Option<String> {
    match (given, kept) {
        (Value::Object(given), kept) => given.iter().find_map(|(name, value)| {
            let inner = match kept.get(name) {
                None if value.is_null() => None,
                None => Some(String::new()),
                Some(kept) => left_out(value, kept),
            };
            inner.map(|path| if path.is_empty() { name.clone() } else { format!("{name}.{path}") })
        }),
        (Value::Array(given), Value::Array(kept)) => {
            let pairs = given.iter().zip(kept).enumerate();
            let mut paths = pairs.filter_map(|(at, (given, kept))| {
                left_out(given, kept).map(|path| format!("{at}.{path}"))
            });
            paths.next()
        }
        _ => None,
    }
}

/// `pacs.008` and `001.08` of `pacs.008.001.08`.
fn kind(definition: &str) -> (&str, &str) {
    definition.split_at_checked(8).map_or((definition, ""), |(kind, version)| {
        (kind, version.strip_prefix('.').unwrap_or(version))
    })
}

fn document(inspected: &Inspected) -> Value {
    let Inspected { definition, message } = inspected;
    let BusinessMessage { header, document } = message;
    let (kind, version) = kind(definition);
    let profile = Profile::named(header.as_ref());
    without_nulls(json!({
        "read": true,
        "type": kind,
        "version": version,
        "written_as": document.definition(),
        "profile": profile,
        "deviations": profile.check(message),
        "id": document.id(),
        "header": header,
        "document": document,
    }))
}

/// What is not said is not printed.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let said = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(said.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(values) => Value::Array(values.into_iter().map(without_nulls).collect()),
        value => value,
    }
}

fn show(inspected: &Inspected) -> Ended {
    let said = document(inspected);
    let Inspected { definition, message } = inspected;
    output::line(&format!("{definition}  {}", message.document.id()))?;
    for part in ["profile", "deviations", "header", "document"] {
        let mut rows = Vec::new();
        flatten(part, said.get(part).unwrap_or(&Value::Null), &mut rows);
        for (name, value) in rows {
            output::line(&format!("  {name:<70} {value}"))?;
        }
    }
    Ok(())
}

/// Every value with its path, money as people write it.
fn flatten(path: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            if let Some(money) = money(value) {
                rows.push((path.to_owned(), money));
                return;
            }
            fields.iter().for_each(|(name, value)| flatten(&format!("{path}.{name}"), value, rows));
        }
        Value::Array(values) => {
            let numbered = values.iter().enumerate();
            numbered.for_each(|(at, value)| flatten(&format!("{path}.{at}"), value, rows));
        }
        Value::Null => {}
        Value::String(text) => rows.push((path.to_owned(), text.clone())),
        value => rows.push((path.to_owned(), value.to_string())),
    }
}

fn money(value: &Value) -> Option<String> {
    let money = gcfn_iso20022::Money::deserialize(value).ok()?;
    let fields = value.as_object()?.len();
    (fields == 2).then(|| format!("{} {}", money.amount.decimal(money.currency), money.currency))
}
