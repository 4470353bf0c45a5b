//! Examples for every body of the interface description, put together from what its schemas say
//! of each field: a field that is added shows in them, and one that is gone does not.

use serde_json::{Map, Value, json};

/// Adds an example to every body of `document`: to what is sent, to what is answered, and to
/// problems.
pub(crate) fn illustrate(document: &mut Value) {
    let known = document.clone();
    let operations = children(document, "paths").flat_map(|path| path.1.as_object_mut());
    for operation in operations.flat_map(Map::values_mut) {
        // A reader wants to see everything that may come back, and to send what must be sent.
        if let Some(body) = operation.get_mut("requestBody") {
            add(body, &known, Shown::Required);
        }
        for (_, response) in children(operation, "responses") {
            add(response, &known, Shown::Everything);
        }
    }
    if let Some(components) = document.get_mut("components") {
        for (_, response) in children(components, "responses") {
            add(response, &known, Shown::Required);
        }
    }
}

/// Which fields of an object an example has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// Those that must be there, and those that have an example of their own.
    Required,
    /// All.
    Everything,
}

fn children<'v>(
    of: &'v mut Value,
    name: &str,
) -> impl Iterator<Item = (&'v String, &'v mut Value)> {
    of.get_mut(name).and_then(Value::as_object_mut).into_iter().flatten()
}

fn add(body: &mut Value, known: &Value, shown: Shown) {
    for (_, content) in children(body, "content") {
        let example = content.get("schema").and_then(|schema| example(schema, known, shown));
        if let (Some(content), Some(example)) = (content.as_object_mut(), example) {
            content.insert("example".to_owned(), example);
        }
    }
}

/// A value that fits `schema`; none where a text is not told what it looks like.
fn example(schema: &Value, known: &Value, shown: Shown) -> Option<Value> {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        return example(known.pointer(reference.trim_start_matches('#'))?, known, shown);
    }
    let own = schema.get("example").or_else(|| schema.get("examples")?.get(0));
    if let Some(own) = own.or_else(|| schema.get("enum")?.get(0)) {
        return Some(own.clone());
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(choices) = schema.get(choice).and_then(Value::as_array) {
            let mut examples = choices.iter().filter_map(|one| example(one, known, shown));
            return examples.find(|example| !example.is_null());
        }
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        let parts = parts.iter().filter_map(|part| example(part, known, shown));
        let fields = parts.filter_map(|part| part.as_object().cloned()).flatten();
        return Some(Value::Object(fields.collect()));
    }
    match type_of(schema)? {
        "object" => Some(object(schema, known, shown)),
        "array" => Some(json!([example(schema.get("items")?, known, shown)?])),
        "integer" => {
            Some(schema.get("minimum").filter(|min| *min != 0).cloned().unwrap_or(json!(1)))
        }
        "boolean" => Some(schema.get("default").cloned().unwrap_or(json!(false))),
        "null" => Some(Value::Null),
        _ => None,
    }
}

/// The type; of several the first that is more than nothing.
fn type_of(schema: &Value) -> Option<&str> {
    match schema.get("type")? {
        Value::Array(types) => types.iter().filter_map(Value::as_str).find(|one| *one != "null"),
        one => one.as_str(),
    }
}

fn object(schema: &Value, known: &Value, shown: Shown) -> Value {
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
    let mut fields = Map::new();
    for (name, field) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let wanted =
            shown == Shown::Everything || is_required(name) || field.get("example").is_some();
        if let Some(example) = example(field, known, shown).filter(|_| wanted) {
            fields.insert(name.clone(), example);
        }
    }
    // Objects that map names to values.
    if let Some(value) = schema.get("additionalProperties").filter(|value| value.is_object()) {
        fields.extend(example(value, known, shown).map(|example| ("cn".to_owned(), example)));
    }
    Value::Object(fields)
}
