//! JSON Schema, as far as a template may use it: a closed part of draft 2020-12.
//!
//! A schema comes from a participant and is read at every draft of a batch. So there is no
//! pattern to run away with, no reference to follow, no fraction to round: the crates that read
//! the whole draft bring all of these, and forty crates more. A keyword that is not read here is
//! refused when the schema is published, so that no rule is ever silently left out.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The draft that schemas are written in; `$schema` says no other.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Keywords that say something to readers and nothing about values.
const ANNOTATIONS: [&str; 6] =
    ["$comment", "title", "description", "default", "examples", "deprecated"];

/// What is wrong with a schema or a document: where, and which rule it breaks. Never what was
/// sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SchemaFault {
    /// The names of the objects that it is in, outermost first.
    pub(crate) at: Vec<String>,
    /// The rule.
    pub(crate) rule: &'static str,
}

impl SchemaFault {
    fn new(rule: &'static str) -> SchemaFault {
        SchemaFault { at: Vec::new(), rule }
    }

    /// The same fault, seen from what has the part `outer`.
    fn within(mut self, outer: &str) -> SchemaFault {
        self.at.insert(0, outer.to_owned());
        self
    }
}

/// A schema that was read.
#[derive(Debug)]
pub(crate) enum Schema {
    /// Takes everything, or nothing.
    Always(bool),
    /// Takes what keeps its rules.
    Rules(Box<Rules>),
}

/// What a schema says of a value; each rule is about values of its own type.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    types: Option<Vec<Type>>,
    allowed: Option<Vec<Value>>,
    constant: Option<Value>,
    integer: Range<i128>,
    length: Range<u64>,
    items: Option<Schema>,
    item_count: Range<u64>,
    unique: bool,
    properties: BTreeMap<String, Schema>,
    required: Vec<String>,
    additional: Option<Schema>,
    property_count: Range<u64>,
}

/// From one value to another, both included; what is not said has no limit.
#[derive(Debug)]
struct Range<T> {
    min: Option<T>,
    max: Option<T>,
}

impl<T> Default for Range<T> {
    fn default() -> Range<T> {
        Range { min: None, max: None }
    }
}

impl<T: PartialOrd> Range<T> {
    fn contains(&self, value: &T) -> bool {
        self.min.as_ref().is_none_or(|min| min <= value)
            && self.max.as_ref().is_none_or(|max| value <= max)
    }
}

/// The types of values. There is no `number`: fractions have no one text, so amounts are text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    Object,
    Array,
    String,
    Integer,
    Boolean,
    Null,
}

impl Type {
    fn of(value: &Value) -> Option<Type> {
        match value {
            Value::Object(_) => Some(Type::Object),
            Value::Array(_) => Some(Type::Array),
            Value::String(_) => Some(Type::String),
            Value::Number(number) if number.is_f64() => None,
            Value::Number(_) => Some(Type::Integer),
            Value::Bool(_) => Some(Type::Boolean),
            Value::Null => Some(Type::Null),
        }
    }

    fn read(word: &Value) -> Result<Type, SchemaFault> {
        match word.as_str() {
            Some("object") => Ok(Type::Object),
            Some("array") => Ok(Type::Array),
            Some("string") => Ok(Type::String),
            Some("integer") => Ok(Type::Integer),
            Some("boolean") => Ok(Type::Boolean),
            Some("null") => Ok(Type::Null),
            _ => Err(SchemaFault::new(
                "type is not one of object, array, string, integer, boolean, null",
            )),
        }
    }
}

impl Schema {
    /// Reads the schema of a template: one of objects.
    ///
    /// # Errors
    /// The first fault, by the order of names.
    pub(crate) fn of_template(document: &Value) -> Result<Schema, SchemaFault> {
        match Schema::read(document)? {
            Schema::Rules(rules) if rules.types.as_deref() == Some(&[Type::Object]) => {
                Ok(Schema::Rules(rules))
            }
            _ => Err(SchemaFault::new("the schema of a template has the type object")),
        }
    }

    fn read(document: &Value) -> Result<Schema, SchemaFault> {
        match document {
            Value::Bool(always) => Ok(Schema::Always(*always)),
            Value::Object(keywords) => {
                let mut rules = Box::<Rules>::default();
                for (keyword, value) in keywords {
                    let read = rules.read(keyword, value);
                    // An unknown name is the sender's own and is not repeated.
                    read.map_err(|fault| match KEYWORDS.contains(&keyword.as_str()) {
                        true => fault.within(keyword),
                        false => fault,
                    })?;
                }
                Ok(Schema::Rules(rules))
            }
            _ => Err(SchemaFault::new("a schema is an object, true or false")),
        }
    }

    /// Whether `value` keeps the rules.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub(crate) fn check(&self, value: &Value) -> Result<(), SchemaFault> {
        match self {
            Schema::Always(true) => Ok(()),
            Schema::Always(false) => Err(SchemaFault::new("the schema allows nothing here")),
            Schema::Rules(rules) => rules.check(value),
        }
    }
}

/// The keywords that say something about values.
const KEYWORDS: [&str; 17] = [
    "$schema",
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "items",
    "minItems",
    "maxItems",
    "uniqueItems",
    "properties",
    "required",
    "additionalProperties",
    "minProperties",
    "maxProperties",
];

impl Rules {
    fn read(&mut self, keyword: &str, value: &Value) -> Result<(), SchemaFault> {
        match keyword {
            "$schema" if value.as_str() == Some(DRAFT) => {}
            "$schema" => return Err(SchemaFault::new("schema is not of draft 2020-12")),
            "type" => self.types = Some(types(value)?),
            "enum" => self.allowed = Some(array(value)?.clone()),
            "const" => self.constant = Some(value.clone()),
            "minimum" => self.integer.min = Some(integer(value)?),
            "maximum" => self.integer.max = Some(integer(value)?),
            "minLength" => self.length.min = Some(count(value)?),
            "maxLength" => self.length.max = Some(count(value)?),
            "items" => self.items = Some(Schema::read(value)?),
            "minItems" => self.item_count.min = Some(count(value)?),
            "maxItems" => self.item_count.max = Some(count(value)?),
            "uniqueItems" => self.unique = truth(value)?,
            "properties" => self.properties = properties(value)?,
            "required" => self.required = names(value)?,
            "additionalProperties" => self.additional = Some(Schema::read(value)?),
            "minProperties" => self.property_count.min = Some(count(value)?),
            "maxProperties" => self.property_count.max = Some(count(value)?),
            annotation if ANNOTATIONS.contains(&annotation) => {}
            _ => return Err(SchemaFault::new("keyword is not one that templates may use")),
        }
        Ok(())
    }

    fn check(&self, value: &Value) -> Result<(), SchemaFault> {
        let kind = Type::of(value).ok_or(SchemaFault::new("fractions are written as text"))?;
        if self.types.as_ref().is_some_and(|types| !types.contains(&kind)) {
            return Err(SchemaFault::new("value is of another type than the schema asks for"));
        }
        let allowed = self.allowed.as_ref().is_none_or(|allowed| allowed.contains(value));
        if !allowed || self.constant.as_ref().is_some_and(|constant| constant != value) {
            return Err(SchemaFault::new("value is not one that the schema allows"));
        }
        match value {
            Value::Number(_) if !self.integer.contains(&integer(value)?) => {
                Err(SchemaFault::new("number is below the minimum or above the maximum"))
            }
            Value::String(text) if !self.length.contains(&length(text.chars().count())) => {
                Err(SchemaFault::new("text is shorter or longer than the schema allows"))
            }
            Value::Array(items) => self.check_items(items),
            Value::Object(fields) => self.check_fields(fields),
            _ => Ok(()),
        }
    }

    fn check_items(&self, items: &[Value]) -> Result<(), SchemaFault> {
        if !self.item_count.contains(&length(items.len())) {
            return Err(SchemaFault::new("list has fewer or more items than the schema allows"));
        }
        let mut rest = items;
        while let Some((first, others)) = rest.split_first() {
            if self.unique && others.contains(first) {
                return Err(SchemaFault::new("an item stands in the list twice"));
            }
            if let Some(schema) = &self.items {
                schema.check(first)?;
            }
            rest = others;
        }
        Ok(())
    }

    fn check_fields(&self, fields: &Map<String, Value>) -> Result<(), SchemaFault> {
        if !self.property_count.contains(&length(fields.len())) {
            return Err(SchemaFault::new("object has fewer or more fields than the schema allows"));
        }
        if let Some(name) = self.required.iter().find(|name| !fields.contains_key(*name)) {
            return Err(SchemaFault::new("field is missing").within(name));
        }
        for (name, value) in fields {
            match (self.properties.get(name), &self.additional) {
                (Some(schema), _) => schema.check(value).map_err(|fault| fault.within(name))?,
                (None, Some(Schema::Always(false))) => {
                    return Err(SchemaFault::new("the schema does not know one of the fields"));
                }
                (None, Some(schema)) => schema.check(value)?,
                (None, None) => {}
            }
        }
        Ok(())
    }
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn types(value: &Value) -> Result<Vec<Type>, SchemaFault> {
    match value {
        Value::Array(words) => words.iter().map(Type::read).collect(),
        word => Ok(vec![Type::read(word)?]),
    }
}

fn properties(value: &Value) -> Result<BTreeMap<String, Schema>, SchemaFault> {
    let fields = value.as_object().ok_or(SchemaFault::new("value is not an object"))?;
    let read = |(name, schema): (&String, &Value)| Ok((name.clone(), Schema::read(schema)?));
    fields.iter().map(read).collect()
}

fn names(value: &Value) -> Result<Vec<String>, SchemaFault> {
    let text = |name: &Value| name.as_str().map(str::to_owned);
    let names = array(value)?.iter().map(text).collect::<Option<_>>();
    names.ok_or(SchemaFault::new("value is not a list of names"))
}

fn array(value: &Value) -> Result<&Vec<Value>, SchemaFault> {
    value.as_array().ok_or(SchemaFault::new("value is not a list"))
}

fn integer(value: &Value) -> Result<i128, SchemaFault> {
    let whole = value.as_u64().map(i128::from).or_else(|| value.as_i64().map(i128::from));
    whole.ok_or(SchemaFault::new("value is not a whole number"))
}

fn count(value: &Value) -> Result<u64, SchemaFault> {
    value.as_u64().ok_or(SchemaFault::new("value is not a whole number from 0 on"))
}

fn truth(value: &Value) -> Result<bool, SchemaFault> {
    value.as_bool().ok_or(SchemaFault::new("value is not true or false"))
}

#[cfg(test)]
mod tests;
