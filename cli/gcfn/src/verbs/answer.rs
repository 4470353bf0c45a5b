//! What a node has answered, for people.

use crate::failure::Ended;
use crate::federation::list;
use crate::output::{self, Format};
use serde_json::{Map, Value};

/// Prints an answer: the document as it is, or the lists in it by columns, or its fields.
pub(super) fn print(
    format: Format,
    document: &Value,
    lists: &[(&'static str, &'static [&'static str])],
) -> Ended {
    if format == Format::Json {
        output::json(document)?;
        return Ok(());
    }
    for (n, (of, columns)) in lists.iter().enumerate() {
        if n != 0 {
            output::line("")?;
        }
        let header: Vec<String> = columns.iter().map(|name| title(name)).collect();
        let header: Vec<&str> = header.iter().map(String::as_str).collect();
        let row = |item: &Value| columns.iter().map(|name| text(item.get(*name))).collect();
        output::table(&header, list(document, of).map(row))?;
    }
    if !lists.is_empty() {
        return Ok(());
    }
    if let Some(proposal) = document.get("proposal").and_then(Value::as_str) {
        output::line(&format!(
            "{proposal}: waits for a second person; gcfn op proposal approve {proposal} \
             --as approver"
        ))?;
        return Ok(());
    }
    let fields = document.as_object().into_iter().flatten();
    let shown = fields.filter(|(name, value)| *name != "as_of" && !value.is_null());
    let rows: Vec<_> = shown.map(|(name, value)| vec![title(name), text(Some(value))]).collect();
    match rows.is_empty() {
        true => output::line("done")?,
        false => output::table(&["FIELD", ""], rows)?,
    }
    Ok(())
}

fn title(name: &str) -> String {
    name.replace('_', " ").to_uppercase()
}

/// Money, a range of serials, or whatever it is field by field.
fn object(fields: &Map<String, Value>) -> String {
    let number = |name| fields.get(name).and_then(Value::as_u64);
    if let (amount @ Some(Value::String(_)), currency @ Some(_)) =
        (fields.get("amount"), fields.get("currency"))
    {
        return format!("{} {}", text(amount), text(currency));
    }
    if let (Some(first), Some(end)) = (number("first"), number("end")) {
        return match end.saturating_sub(1) {
            last if last <= first => first.to_string(),
            last => format!("{first}-{last}"),
        };
    }
    let fields = fields.iter().filter(|(_, value)| !value.is_null());
    let fields = fields.map(|(name, value)| format!("{name} {}", text(Some(value))));
    fields.collect::<Vec<_>>().join("; ")
}

/// A value as people write it: `95.00 CNY`, `7-9`.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(true)) => "yes".to_owned(),
        Some(Value::Bool(false)) => "no".to_owned(),
        Some(Value::Array(items)) => {
            let items: Vec<String> = items.iter().map(|item| text(Some(item))).collect();
            if items.is_empty() { "-".to_owned() } else { items.join(", ") }
        }
        Some(Value::Object(fields)) => object(fields),
        Some(other) => other.to_string(),
    }
}
