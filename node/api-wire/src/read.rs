//! Reads bodies and query strings strictly, and says what is wrong without repeating it.
//!
//! A value that cannot be read may be somebody's name in the wrong field: faults carry the field
//! and the rule that it breaks, never what was sent.

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, Expected, IntoDeserializer,
    MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};
use serde_json::{Map, Value};
use std::fmt::{self, Display};

/// What is wrong with a body or a query string.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// Not one JSON object.
    #[error("body is not a JSON object")]
    NotAnObject,
    /// A field that the operation does not know.
    #[error("field is unknown to this operation")]
    UnknownField {
        /// Its name; cut to what a name of ours could be.
        field: String,
    },
    /// A field that the operation needs.
    #[error("field is missing")]
    MissingField {
        /// Its name.
        field: String,
    },
    /// A field that breaks a rule.
    #[error("{rule}")]
    Field {
        /// Its name, with the names of the objects that it is in.
        field: String,
        /// The rule.
        rule: String,
    },
}

impl ReadFault {
    /// The field at fault.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            ReadFault::NotAnObject => None,
            ReadFault::UnknownField { field }
            | ReadFault::MissingField { field }
            | ReadFault::Field { field, .. } => Some(field.as_str()).filter(|f| !f.is_empty()),
        }
    }

    /// The same fault, seen from the object that has the field `outer`.
    fn within(mut self, outer: &str) -> ReadFault {
        match &mut self {
            ReadFault::NotAnObject => {}
            ReadFault::UnknownField { field }
            | ReadFault::MissingField { field }
            | ReadFault::Field { field, .. } => {
                *field = match field.as_str() {
                    "" => outer.to_owned(),
                    inner => format!("{outer}.{inner}"),
                };
            }
        }
        self
    }
}

impl de::Error for ReadFault {
    fn custom<T: Display>(rule: T) -> ReadFault {
        ReadFault::Field { field: String::new(), rule: rule.to_string() }
    }
    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> ReadFault {
        ReadFault::custom(format_args!("value is not {}", in_json(&expected.to_string())))
    }
    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> ReadFault {
        ReadFault::invalid_type(unexpected, expected)
    }
    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> ReadFault {
        ReadFault::custom(format_args!("value is not one of {}", expected.join(", ")))
    }
    fn unknown_field(field: &str, _: &'static [&'static str]) -> ReadFault {
        let name = |c: &char| c.is_ascii_lowercase() || *c == '_';
        ReadFault::UnknownField { field: field.chars().take_while(name).take(32).collect() }
    }
    fn missing_field(field: &'static str) -> ReadFault {
        ReadFault::MissingField { field: field.to_owned() }
    }
}

/// What is expected, in the words of JSON: types of this program mean nothing to who sends.
fn in_json(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" => "a whole number in range",
        _ if expected.starts_with("struct ") => "an object",
        _ => expected,
    }
}

/// Reads a JSON body; no bytes at all are an empty object.
///
/// # Errors
/// [`ReadFault`], the first one found.
pub fn body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ReadFault> {
    let fields: Map<String, Value> = match bytes {
        [] => Map::new(),
        bytes => serde_json::from_slice(bytes).map_err(|_| ReadFault::NotAnObject)?,
    };
    T::deserialize(Json(Value::Object(fields)))
}

/// Reads a query string that the caller has split and decoded.
///
/// # Errors
/// [`ReadFault`], the first one found.
pub fn query<T: DeserializeOwned>(pairs: Vec<(String, String)>) -> Result<T, ReadFault> {
    T::deserialize(Json(Value::Object(
        pairs.into_iter().map(|(name, value)| (name, parameter(value))).collect(),
    )))
}

/// A query string has only text. No text parameter of ours consists of digits alone, or is a
/// truth value.
fn parameter(value: String) -> Value {
    match value.as_str() {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        digits => digits.parse::<u64>().map_or(Value::String(value), Value::from),
    }
}

/// A JSON value whose faults are [`ReadFault`]s.
struct Json(Value);

impl<'de> de::Deserializer<'de> for Json {
    type Error = ReadFault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(truth) => visitor.visit_bool(truth),
            // Fractions are no value of any field, and negative numbers of documents only.
            Value::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => Err(ReadFault::invalid_type(Unexpected::Other("number"), &visitor)),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(fields) => {
                visitor.visit_map(Fields { rest: fields.into_iter(), current: None })
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(Json(value)),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        match self.0 {
            Value::String(word) => visitor.visit_enum(Word(word)),
            _ => Err(ReadFault::invalid_type(Unexpected::Other("value"), &"a word")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

struct Fields {
    rest: serde_json::map::IntoIter,
    current: Option<(String, Value)>,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = ReadFault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, ReadFault> {
        self.current = self.rest.next();
        let Some((name, _)) = &self.current else { return Ok(None) };
        seed.deserialize(name.as_str().into_deserializer()).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ReadFault> {
        let (name, value) = self.current.take().expect("serde asks for a key first");
        seed.deserialize(Json(value)).map_err(|fault| fault.within(&name))
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = ReadFault;
    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, ReadFault> {
        self.0.next().map(|item| seed.deserialize(Json(item))).transpose()
    }
}

/// One of the words of an enum without content.
struct Word(String);

impl<'de> EnumAccess<'de> for Word {
    type Error = ReadFault;
    type Variant = Word;
    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Word), ReadFault> {
        seed.deserialize(self.0.as_str().into_deserializer()).map(|word| (word, self))
    }
}

impl<'de> VariantAccess<'de> for Word {
    type Error = ReadFault;
    fn unit_variant(self) -> Result<(), ReadFault> {
        Ok(())
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, _: T) -> Result<T::Value, ReadFault> {
        Err(ReadFault::invalid_type(Unexpected::UnitVariant, &"a word alone"))
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, ReadFault> {
        Err(ReadFault::invalid_type(Unexpected::UnitVariant, &visitor))
    }
    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, ReadFault> {
        Err(ReadFault::invalid_type(Unexpected::UnitVariant, &visitor))
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Json(..)")
    }
}

#[cfg(test)]
mod tests;
