//! A second opinion on a message: the official schemas, which an operator keeps in a folder of
//! its own. They are not part of this program.

use super::message::Refusal;
use crate::failure::Failure;
use gcfn_iso20022::Inspected;
use std::path::Path;
use xsd_schema::validation::{
    CollectingValidationSink, SchemaValidator, ValidationFlags, ValidationRoot, drive_quick_xml,
};
use xsd_schema::{CompiledSchemaSet, SchemaError, SchemaSetBuilder};

/// Validates document and header of a message that was read.
///
/// # Errors
/// [`Failure::Usage`] if the folder does not have the schemas, or has others under their names.
pub(super) fn check(
    folder: &Path,
    inspected: &Inspected,
    bytes: &[u8],
) -> Result<Option<Refusal>, Failure> {
    let mut definitions = vec![inspected.definition.clone()];
    if inspected.message.header.is_some() {
        definitions.extend(head(bytes));
    }
    let schemas = compile(folder, &definitions)?;
    let schemas = schemas.schema_set();
    let (mut errors, mut warnings) = (Vec::new(), Vec::new());
    let sink = CollectingValidationSink { errors: &mut errors, warnings: &mut warnings };
    let validator = SchemaValidator::new(schemas, ValidationFlags::default());
    let mut run = validator.start_run(sink);
    // The envelope is in no schema; what is inside of it is.
    run.set_validation_root(ValidationRoot::Lax);
    let driven = drive_quick_xml(bytes, &mut run, schemas);
    drop(run);
    if let Err(fault) = driven {
        return Ok(Some(refusal(fault.to_string(), None)));
    }
    Ok(errors.first().map(|fault| {
        let path = fault.instance_path().map(|path| plain(&path.to_string()));
        refusal(fault.to_string(), path)
    }))
}

fn refusal(reason: String, path: Option<String>) -> Refusal {
    let path = path.unwrap_or_default();
    Refusal { rule: "schema", reason, path, line: None, column: None }
}

/// The definition of the header, which may come in several versions.
fn head(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let at = text.find("head.001.001.")?;
    text.get(at..at.checked_add("head.001.001.02".len())?).map(str::to_owned)
}

fn compile(folder: &Path, definitions: &[String]) -> Result<CompiledSchemaSet, Failure> {
    let mut builder = SchemaSetBuilder::new();
    for definition in definitions {
        let path = folder.join(format!("{definition}.xsd"));
        let unusable = |fault: &dyn std::fmt::Display| {
            Failure::Usage(format!("schema {}: {fault}", path.display()))
        };
        let text = std::fs::read_to_string(&path).map_err(|fault| unusable(&fault))?;
        let location = path.display().to_string();
        builder =
            builder.add_source(&text, &location).map_err(|fault: SchemaError| unusable(&fault))?;
    }
    builder
        .compile()
        .map_err(|fault| Failure::Usage(format!("schemas in {}: {fault}", folder.display())))
}

/// `/Q{urn:…}Document[1]/Q{urn:…}A[2]` as `Document/A`.
fn plain(path: &str) -> String {
    let steps = path.split("/Q{").filter_map(|step| step.split_once('}'));
    let names = steps.map(|(_, name)| name.split('[').next().unwrap_or_default());
    names.collect::<Vec<_>>().join("/")
}
