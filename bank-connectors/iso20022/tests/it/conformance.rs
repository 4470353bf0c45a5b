//! Against the official schemas and public samples, where they are at hand.
//!
//! `GCFN_REFERENCE` names the folder that holds `iso20022/`; without it `../shared/reference`
//! beside the workspace is tried. Where it is absent the tests say so and pass: neither schemas
//! nor samples are part of this project. `samples.tsv` says what becomes of each sample.
#![expect(clippy::print_stderr, reason = "a skipped or counted test says so")]

use crate::examples::{documents, with_header};
use crate::laws::message;
use expect_test::{expect, expect_file};
use gcfn_iso20022::{Bic, BusinessMessage, Iban, Inspected, Lei, Rule, inspect, read, write};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use xsd_schema::validation::{
    CollectingValidationSink, SchemaValidator, ValidationFlags, drive_quick_xml,
};
use xsd_schema::{CompiledSchemaSet, SchemaSetBuilder};

fn reference() -> Option<PathBuf> {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference");
    let root = std::env::var_os("GCFN_REFERENCE").map_or_else(|| workspace.into(), PathBuf::from);
    let folder = root.join("iso20022");
    if !folder.is_dir() {
        eprintln!("SKIPPED: {} is not there; set GCFN_REFERENCE", folder.display());
        return None;
    }
    Some(folder)
}

/// What becomes of each sample: the version in which it is read, or the rule, place and path of
/// the refusal. A line of the table that changes is a change of what banks may send.
#[test]
fn public_samples_are_read_or_refused_for_a_reason() {
    let Some(folder) = reference() else { return };
    let index = std::fs::read_to_string(folder.join("samples/INDEX.tsv")).unwrap();
    let mut table = String::new();
    let (mut wrong, mut stricter) = (Vec::new(), Vec::new());
    for row in index.lines().skip(1) {
        let columns: Vec<&str> = row.split('\t').collect();
        let (file, verdict, header) = (columns[0], columns[9], columns[10]);
        let bytes = std::fs::read(folder.join("samples").join(file)).unwrap();
        let outcome = match inspect(&bytes) {
            Ok(Inspected { definition, message }) => {
                assert_eq!(read(&write(&message)).as_ref(), Ok(&message), "{file}");
                if verdict != "valid" || header == "INVALID" {
                    wrong.push(file);
                }
                format!("read\t{definition}")
            }
            Err(fault) => {
                if verdict == "valid" && header != "INVALID" && !beyond_schema(&fault.rule) {
                    stricter.push(format!("{file}: {fault}"));
                }
                let place = fault
                    .place
                    .map_or_else(String::new, |place| format!("{}:{}", place.line, place.column));
                format!("{}\t{place}\t{}\t{}", fault.rule.name(), fault.path, fault.rule)
            }
        };
        writeln!(table, "{file}\t{outcome}").unwrap();
    }
    expect_file!["../samples.tsv"].assert_eq(&table);
    // Valid by their schemas, and yet not taken.
    expect![[r#"
        prowide/resources__camt.053.001.07.xml: message/Document/BkToCstmrStmt/Stmt/Bal[OPBD]: element is mandatory (line 30, column 14)
        prowide/resources__pacs.009.001.07.xml: message/Document/FICdtTrf/GrpHdr/InstdAgt/FinInstnId/Nm: text has a character that is not allowed (line 45, column 26)"#]].assert_eq(&stricter.join("\n"));
    // Their errors are in what is recognised by name and not looked into.
    expect![[r#"
        prowide/11__samplemsg.002.001.08-SplmtryData_no_prefix.xml
        prowide/11__samplemsg.002.001.08-SplmtryData_removed.xml
        prowide/11__samplemsg.002.001.08-SplmtryData_with_namespace.xml
        prowide/11__samplemsg.002.001.08.txt.xml
        rust-iso/data__camt.056.001.09.xml
        rust-iso/data__pacs.002.001.10.xml"#]]
    .assert_eq(&wrong.join("\n"));
}

/// The rules for which a message that is valid by its schema is refused.
fn beyond_schema(rule: &Rule) -> bool {
    matches!(
        rule,
        // Check digits, countries, minor units: what the schema only knows the form of.
        Rule::Iban(_) | Rule::Lei(_) | Rule::Bic(_) | Rule::Amount(_) | Rule::Country(_)
            // Currencies that the network does not settle.
            | Rule::Currency(_)
            // Fields against each other.
            | Rule::HeaderDiffers | Rule::CountDiffers | Rule::TotalDiffers
            | Rule::CurrencyDiffers
            // Envelopes and messages that are not of the bank links.
            | Rule::UnknownEnvelope | Rule::UnknownMessage(_) | Rule::UnknownNamespace(_)
    )
}

/// Whatever is written, made here or read from a sample, is valid by the official schema of its
/// definition: by one validator always, by a second where it is installed.
#[test]
fn what_is_written_is_valid_by_schema() {
    let Some(folder) = reference() else { return };
    let mut schemas = Schemas::new(folder.clone());
    // A validator that sees nothing would be content with everything.
    let golden = include_str!("../golden/pacs.009.001.08-COV.xml");
    let (start, end) = (golden.find("<Document").unwrap(), golden.find("</BusMsg>").unwrap());
    for (from, to) in
        [("<NbOfTxs>1", "<NbOfTxs>one"), (" Ccy=\"JPY\"", ""), ("<UETR>8f", "<UETR>8F")]
    {
        let wrong = golden[start..end].replacen(from, to, 1);
        assert!(!schemas.faults("pacs.009.001.08", &wrong).is_empty(), "{to}");
    }
    let mut runner = TestRunner::deterministic();
    let drawn = std::iter::repeat_with(|| message().new_tree(&mut runner).unwrap().current());
    let drawn = drawn.take(150).map(|message| message.document);
    for document in documents().into_iter().chain(drawn) {
        schemas.check(&with_header(document));
    }
    let table = std::fs::read_to_string(folder.join("samples/INDEX.tsv")).unwrap();
    for file in table.lines().skip(1).filter_map(|row| row.split('\t').next()) {
        let bytes = std::fs::read(folder.join("samples").join(file)).unwrap();
        if let Ok(message) = read(&bytes) {
            schemas.check(&message);
        }
    }
}

/// The official schemas, each compiled once, and the documents that a second validator is to see.
struct Schemas {
    folder: PathBuf,
    compiled: BTreeMap<String, CompiledSchemaSet>,
    xmllint: bool,
}

impl Schemas {
    fn new(folder: PathBuf) -> Schemas {
        let xmllint = Command::new("xmllint").arg("--version").output().is_ok();
        if !xmllint {
            eprintln!("SKIPPED: xmllint is not installed; only one validator is asked");
        }
        Schemas { folder, compiled: BTreeMap::new(), xmllint }
    }

    /// Checks the document of `message`, and its header on its own.
    fn check(&mut self, message: &BusinessMessage) {
        let BusinessMessage { header, document } = message;
        let definition = document.definition();
        let bare = BusinessMessage { header: None, document: document.clone() };
        self.validate(definition, &String::from_utf8(write(&bare)).unwrap());
        if header.is_some() {
            let text = String::from_utf8(write(message)).unwrap();
            let (start, end) = (text.find("<AppHdr").unwrap(), text.find("</AppHdr>").unwrap());
            self.validate("head.001.001.02", &format!("{}</AppHdr>", &text[start..end]));
        }
    }

    fn validate(&mut self, definition: &str, text: &str) {
        let said = self.faults(definition, text);
        assert!(said.is_empty(), "{definition}: {said:#?}\n{text}");
    }

    /// What is wrong with `text` by the schema.
    fn faults(&mut self, definition: &str, text: &str) -> Vec<String> {
        let path = self.folder.join(format!("xsd/iso/{definition}.xsd"));
        let schemas = self.compiled.entry(definition.to_owned()).or_insert_with(|| {
            let schema = std::fs::read_to_string(&path).unwrap();
            let builder = SchemaSetBuilder::new().add_source(&schema, "official.xsd").unwrap();
            builder.compile().unwrap()
        });
        let schemas = schemas.schema_set();
        let (mut errors, mut warnings) = (Vec::new(), Vec::new());
        let sink = CollectingValidationSink { errors: &mut errors, warnings: &mut warnings };
        let validator = SchemaValidator::new(schemas, ValidationFlags::default());
        let mut run = validator.start_run(sink);
        drive_quick_xml(text.as_bytes(), &mut run, schemas).unwrap();
        drop(run);
        let said: Vec<String> = errors.iter().map(ToString::to_string).collect();
        if said.is_empty() && self.xmllint {
            lint(&path, text);
        }
        said
    }
}

/// Asks `xmllint`.
fn lint(schema: &Path, text: &str) {
    let file = tempfile(text);
    let mut command = Command::new("xmllint");
    command.args(["--noout", "--nonet", "--schema"]).args([schema, &file]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}\n{text}");
    std::fs::remove_file(file).unwrap();
}

fn tempfile(text: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("gcfn-iso20022-{}.xml", std::process::id()));
    std::fs::write(&path, text).unwrap();
    path
}

/// Identifiers with check digits: the vectors that validators of others agreed on.
#[test]
fn identifiers_are_those_of_the_vectors() {
    let Some(folder) = reference() else { return };
    let vectors = std::fs::read(folder.join("../vectors/identifiers.json")).unwrap();
    let vectors: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&vectors).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (kind, is) in [
        ("lei", (|text| text.parse::<Lei>().is_ok()) as fn(&str) -> bool),
        ("bic", |text| text.parse::<Bic>().is_ok()),
        ("iban", |text| text.parse::<Iban>().is_ok()),
    ] {
        for vector in vectors[kind].as_array().unwrap() {
            let (text, valid) = (vector["v"].as_str().unwrap(), vector["valid"].as_bool().unwrap());
            seen += 1;
            if is(text) != valid {
                wrong.push(format!("{kind} {text}: {vector}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(100 < seen, "all vectors are asked");
}
