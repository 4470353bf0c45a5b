//! The fields of a body or a query, as options of a command line.
//!
//! Read off the schema that the interface description has of them: names, help, what must be
//! said, which words there are. An object inside is said by its own fields, `--limits-open-orders`.

use super::example_of;
use crate::failure::Failure;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, value_parser};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

/// One field.
pub(super) struct Field {
    /// Its name, after those of the objects that it is in: `limits.open_orders`.
    pub(super) name: String,
    kind: Kind,
    help: String,
    required: bool,
    /// Whether examples say it though it need not be said.
    telling: bool,
    example: Option<Value>,
}

/// How a field is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// As text.
    Text,
    /// As an instant.
    Time,
    /// As an amount of the node's currency.
    Money,
    /// As digits.
    Number,
    /// As one of these.
    Word(Vec<String>),
    /// As yes or no: it must be said.
    YesNo,
    /// By being there.
    Flag,
    /// As `7-9`: the first and the last serial.
    Serials,
    /// As `7-9,20`.
    SerialsList,
    /// As JSON, or `@FILE` with it.
    Json,
}

/// Schemas by name.
type Known = BTreeMap<String, Value>;

/// The fields of the body `B`.
pub(super) fn fields_of_body<B: ToSchema>() -> Vec<Field> {
    let mut schemas = Vec::new();
    B::schemas(&mut schemas);
    let known = schemas.into_iter().map(|(name, schema)| (name, json!(schema))).collect();
    let mut fields = Vec::new();
    fields_of_object(&json!(B::schema()), &known, ("", true), &mut fields);
    // What must be said comes first.
    fields.sort_by_key(|field| !field.required);
    fields
}

/// The fields of the query `Q`.
pub(super) fn fields_of_query<Q: IntoParams>() -> Vec<Field> {
    let parameters = Q::into_params(|| Some(ParameterIn::Query)).into_iter();
    let field = |parameter| {
        let parameter = json!(parameter);
        let name = parameter["name"].as_str().unwrap_or_default().to_owned();
        let required = parameter["required"] == json!(true);
        let schema = resolved(&parameter["schema"], &Known::new());
        let help = help(&[&parameter, &schema]);
        let kind = Kind::of(&schema, "", required);
        Field { name, kind, help, required, telling: false, example: example_in(&schema) }
    };
    parameters.map(field).collect()
}

/// Adds the fields of an object that stands in `within`, which is there if it must be.
fn fields_of_object(
    object: &Value,
    known: &Known,
    (within, is_there): (&str, bool),
    fields: &mut Vec<Field>,
) {
    let required = object["required"].as_array().into_iter().flatten();
    let required: Vec<&str> = required.filter_map(Value::as_str).collect();
    let shown = object.get("example").or_else(|| object["examples"].get(0));
    for (name, schema) in object["properties"].as_object().into_iter().flatten() {
        let required = is_there && required.contains(&name.as_str());
        let path = format!("{within}{name}");
        let reference = reference_in(schema);
        let (own, schema) = (schema, resolved(schema, known));
        let kind = Kind::of(&schema, reference.unwrap_or_default(), required);
        if kind == Kind::Json && schema["properties"].is_object() {
            fields_of_object(&schema, known, (&format!("{path}."), required), fields);
            continue;
        }
        let told = shown.and_then(|shown| shown.get(name));
        let telling = told.is_some();
        let example = told.cloned().or_else(|| example_in(own)).or_else(|| example_in(&schema));
        let help = help(&[own, &schema]);
        fields.push(Field { name: path, kind, help, required, telling, example });
    }
}

/// The name of the schema that another refers to; of several it is the one that is not nothing.
fn reference_in(schema: &Value) -> Option<&str> {
    let own = schema["$ref"].as_str();
    let choices = || ["oneOf", "anyOf", "allOf"].iter().find_map(|all| schema[*all].as_array());
    let own = own.or_else(|| choices()?.iter().find_map(|one| one["$ref"].as_str()));
    own.and_then(|path| path.rsplit('/').next())
}

/// A schema with what it refers to put in its place.
fn resolved(schema: &Value, known: &Known) -> Value {
    if let Some(found) = reference_in(schema).and_then(|name| known.get(name)) {
        return found.clone();
    }
    let mut choices = schema["oneOf"].as_array().into_iter().flatten();
    let some = choices.find(|one| one["type"] != json!("null"));
    some.unwrap_or(schema).clone()
}

/// The first sentence that says what it is.
fn help(said: &[&Value]) -> String {
    let texts = said.iter().filter_map(|schema| {
        let inner = schema["oneOf"].as_array().into_iter().flatten();
        let all = std::iter::once(*schema).chain(inner);
        all.filter_map(|one| one["description"].as_str()).next()
    });
    let text = texts.map(str::to_owned).next().unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches('.').to_owned()
}

fn example_in(schema: &Value) -> Option<Value> {
    schema.get("example").or_else(|| schema["examples"].get(0)).cloned()
}

impl Kind {
    fn of(schema: &Value, name: &str, required: bool) -> Kind {
        match name {
            "Money" => return Kind::Money,
            "Serials" => return Kind::Serials,
            _ => {}
        }
        let words = |all: &Vec<Value>| {
            Kind::Word(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        };
        // Variants that are described stand one by one.
        if let Some(words) = schema["enum"].as_array().map(words) {
            return words;
        }
        let types = schema["type"].as_array().into_iter().flatten();
        let of_several = types.filter_map(Value::as_str).find(|kind| *kind != "null");
        match schema["type"].as_str().or(of_several) {
            Some("integer") => Kind::Number,
            Some("boolean") if required || schema["default"] == json!(true) => Kind::YesNo,
            Some("boolean") => Kind::Flag,
            Some("string") if schema["format"] == json!("date-time") => Kind::Time,
            Some("array") if reference_in(&schema["items"]) == Some("Serials") => Kind::SerialsList,
            Some("array" | "object") => Kind::Json,
            // Identifiers, names, dates.
            _ => Kind::Text,
        }
    }
}

impl Field {
    /// Its name on the command line; an object that names itself inside says so once.
    pub(super) fn option(&self) -> String {
        let (outer, inner) = self.name.rsplit_once('.').unwrap_or(("", &self.name));
        let name = if outer == inner { inner } else { &self.name };
        name.replace(['.', '_'], "-")
    }

    /// Its argument: said by its place or by its name.
    pub(super) fn argument(&self, by_place: bool) -> Arg {
        let option = self.option();
        let value = match &self.kind {
            Kind::Text | Kind::Word(_) | Kind::YesNo | Kind::Flag => option.to_uppercase(),
            Kind::Time => "TIME".to_owned(),
            Kind::Money => "AMOUNT".to_owned(),
            Kind::Number => "NUMBER".to_owned(),
            Kind::Serials => "FIRST-LAST".to_owned(),
            Kind::SerialsList => "FIRST-LAST,..".to_owned(),
            Kind::Json => "JSON|@FILE".to_owned(),
        };
        let value = if by_place { option.to_uppercase() } else { value };
        let argument = Arg::new(self.name.clone()).help(self.help.clone()).value_name(value);
        let argument = argument.required(self.required || by_place);
        let argument = match by_place {
            true => argument,
            false => argument.long(option).help_heading("What is said"),
        };
        match &self.kind {
            Kind::Number => argument.value_parser(value_parser!(u64)),
            Kind::Word(words) => {
                let words = words.iter().map(|word| word.replace('_', "-")).collect::<Vec<_>>();
                argument.value_parser(PossibleValuesParser::new(words))
            }
            Kind::YesNo => argument.value_parser(["yes", "no"]),
            Kind::Flag => argument.action(ArgAction::SetTrue),
            _ => argument,
        }
    }

    /// How it looks in an example, if it is there.
    pub(super) fn shown(&self, by_place: bool) -> Option<String> {
        let is_shown = self.required || by_place || self.telling;
        let example = is_shown.then_some(self.example.as_ref())?;
        let text = match (&self.kind, example) {
            (Kind::Word(words), None) => words.first()?.replace('_', "-"),
            (Kind::Word(_), Some(word)) => word.as_str()?.replace('_', "-"),
            (Kind::YesNo, _) => "yes".to_owned(),
            (Kind::Flag, _) => return None,
            (Kind::Number, None) => "1".to_owned(),
            (Kind::Money, example) => {
                let amount = example.and_then(|money| money["amount"].as_str());
                amount.unwrap_or("12.50").to_owned()
            }
            (Kind::Serials | Kind::SerialsList, _) => "7-9".to_owned(),
            (Kind::Json, Some(example)) => format!("'{example}'"),
            (_, Some(Value::String(text))) if text.contains(' ') => format!("'{text}'"),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(example)) => example.to_string(),
            (Kind::Text, None) => example_of(&self.name),
            (Kind::Time | Kind::Json, None) => return None,
        };
        Some(if by_place { text } else { format!("--{} {text}", self.option()) })
    }

    /// What was typed, as the route takes it.
    pub(super) fn value(
        &self,
        typed: &ArgMatches,
        money: &dyn Fn(&str) -> Result<Value, Failure>,
    ) -> Result<Option<Value>, Failure> {
        let name = self.name.as_str();
        if self.kind == Kind::Flag {
            return Ok(Some(json!(true)).filter(|_| typed.get_flag(name)));
        }
        if self.kind == Kind::Number {
            return Ok(typed.get_one::<u64>(name).map(|number| json!(number)));
        }
        let Some(text) = typed.get_one::<String>(name) else { return Ok(None) };
        let fault = |rule: &str| Failure::Usage(format!("{}: {rule}", self.option()));
        let serials = |text: &str| serials(text).ok_or_else(|| fault("say the serials as 7-9"));
        let value = match &self.kind {
            Kind::Money => money(text)?,
            Kind::Word(words) => {
                let word = words.iter().find(|word| word.replace('_', "-") == *text);
                json!(word)
            }
            Kind::YesNo => json!(text == "yes"),
            Kind::Serials => serials(text)?,
            Kind::SerialsList => text.split(',').map(serials).collect::<Result<_, _>>()?,
            Kind::Json => {
                let read = |file| std::fs::read_to_string(Path::new(file));
                let text = text.strip_prefix('@').map_or_else(|| Ok(text.clone()), read);
                let text = text.map_err(|error| fault(&error.to_string()))?;
                serde_json::from_str(&text).map_err(|error| fault(&error.to_string()))?
            }
            Kind::Text | Kind::Time | Kind::Flag | Kind::Number => json!(text),
        };
        Ok(Some(value))
    }

    /// Puts `value` where the field stands in `said`.
    pub(super) fn put(&self, said: &mut Map<String, Value>, value: Value) {
        let (outer, field) = self.name.rsplit_once('.').unwrap_or(("", &self.name));
        let mut outer = outer.split('.').filter(|name| !name.is_empty());
        let place = outer.try_fold(said, |place, name| {
            let inner = place.entry(name).or_insert_with(|| json!({}));
            inner.as_object_mut()
        });
        if let Some(place) = place {
            place.insert(field.to_owned(), value);
        }
    }
}

/// `7-9` or `7` as a range of serials.
fn serials(text: &str) -> Option<Value> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u64, u64) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    Some(json!({ "first": first, "end": last.checked_add(1)? }))
}
