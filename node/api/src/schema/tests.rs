use super::*;
use serde_json::json;

fn told(schema: &Value, document: &Value) -> String {
    let read = match Schema::of_template(schema) {
        Ok(schema) => schema.check(document),
        Err(fault) => return format!("schema {}: {}", fault.at.join("."), fault.rule),
    };
    match read {
        Ok(()) => "fits".to_owned(),
        Err(fault) => format!("{}: {}", fault.at.join("."), fault.rule),
    }
}

fn tea() -> Value {
    json!({
        "$schema": DRAFT,
        "title": "A tea voucher",
        "type": "object",
        "properties": {
            "use": { "type": "string", "minLength": 1, "maxLength": 20 },
            "guests": { "type": "integer", "minimum": 1, "maximum": 4 },
            "days": {
                "type": "array",
                "items": { "enum": ["sat", "sun"] },
                "minItems": 1,
                "uniqueItems": true
            },
            "place": {
                "type": "object",
                "properties": { "city": { "const": "Shanghai" } },
                "required": ["city"]
            }
        },
        "required": ["use"],
        "additionalProperties": false
    })
}

#[test]
fn what_keeps_the_rules_fits() {
    let tea = tea();
    assert_eq!(told(&tea, &json!({ "use": "Tea." })), "fits");
    let whole = json!({
        "use": "Tea.", "guests": 4, "days": ["sun", "sat"], "place": { "city": "Shanghai", "x": 1 }
    });
    assert_eq!(told(&tea, &whole), "fits");
}

#[test]
fn a_fault_is_told_by_place_and_rule() {
    let tea = tea();
    for (document, expected) in [
        (json!([]), ": value is of another type than the schema asks for"),
        (json!({}), "use: field is missing"),
        (json!({ "use": "" }), "use: text is shorter or longer than the schema allows"),
        (json!({ "use": 1 }), "use: value is of another type than the schema asks for"),
        (json!({ "use": "Tea.", "Ann": 1 }), ": the schema does not know one of the fields"),
        (
            json!({ "use": "Tea.", "guests": 5 }),
            "guests: number is below the minimum or above the maximum",
        ),
        (json!({ "use": "Tea.", "guests": 1.5 }), "guests: fractions are written as text"),
        (
            json!({ "use": "Tea.", "guests": -1 }),
            "guests: number is below the minimum or above the maximum",
        ),
        (
            json!({ "use": "Tea.", "days": ["mon"] }),
            "days: value is not one that the schema allows",
        ),
        (
            json!({ "use": "Tea.", "days": [] }),
            "days: list has fewer or more items than the schema allows",
        ),
        (
            json!({ "use": "Tea.", "days": ["sat", "sat"] }),
            "days: an item stands in the list twice",
        ),
        (json!({ "use": "Tea.", "place": {} }), "place.city: field is missing"),
    ] {
        assert_eq!(told(&tea, &document), expected);
    }
}

#[test]
fn a_text_is_as_long_as_it_has_characters() {
    let schema = json!({ "type": "object", "properties": { "use": { "maxLength": 2 } } });
    assert_eq!(told(&schema, &json!({ "use": "茶叶" })), "fits");
}

#[test]
fn a_schema_that_is_not_read_whole_is_refused() {
    for (schema, expected) in [
        (json!(true), "schema : the schema of a template has the type object"),
        (json!({ "type": "string" }), "schema : the schema of a template has the type object"),
        (
            json!({ "type": "object", "$ref": "https://example.org/other" }),
            "schema : keyword is not one that templates may use",
        ),
        (
            json!({ "type": "object", "properties": { "Ann": { "pattern": "(a+)+" } } }),
            "schema properties: keyword is not one that templates may use",
        ),
        (
            json!({ "type": "object", "properties": { "a": { "type": "number" } } }),
            "schema properties.type: type is not one of object, array, string, integer, boolean, \
             null",
        ),
        (
            json!({ "type": "object", "minProperties": -1 }),
            "schema minProperties: value is not a \
             whole number from 0 on",
        ),
        (
            json!({ "type": "object", "$schema": "http://json-schema.org/draft-07/schema" }),
            "schema $schema: schema is not of draft 2020-12",
        ),
    ] {
        assert_eq!(told(&schema, &json!({})), expected);
    }
}
