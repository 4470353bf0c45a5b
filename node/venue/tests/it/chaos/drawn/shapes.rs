//! Reading nothing: serde asks for a shape, and is given something that is drawn.

use super::super::known::Known;
use super::{Chaos, DEPTH_MAX, index};
use gcfn_model::Currency;
use serde::de::{
    self, DeserializeSeed, EnumAccess, IntoDeserializer, SeqAccess, VariantAccess, Visitor,
};
use std::fmt;

/// A value that did not pass its own check.
#[derive(Debug)]
pub(crate) struct Unlucky(String);

impl fmt::Display for Unlucky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unlucky {}

impl de::Error for Unlucky {
    fn custom<T: fmt::Display>(text: T) -> Unlucky {
        Unlucky(text.to_string())
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $kind:ty;)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
            // The low bits will do.
            let drawn = |chaos: &mut Chaos| {
                let number = chaos.number().to_le_bytes();
                <$kind>::from_le_bytes(*number.first_chunk().expect("no wider"))
            };
            let number = self.kept().unwrap_or_else(|| drawn(self));
            visitor.$visit(number)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for &mut Chaos {
    type Error = Unlucky;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Unlucky> {
        Err(de::Error::custom("a value without a shape cannot be drawn"))
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let drawn = self.kept().unwrap_or_else(|| self.below(2) == 0);
        visitor.visit_bool(drawn)
    }

    /// Bytes, and currencies by their number.
    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        if let Some(kept) = self.kept() {
            return visitor.visit_u8(kept);
        }
        let of_money = ["currency", "pays", "needs"].contains(&self.field);
        let number = match of_money && !self.once_in(4) {
            true => Currency::Sgd as u64,
            false => self.number(),
        };
        visitor.visit_u8(number.to_le_bytes()[0])
    }

    numbers! {
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i64 visit_i64 i64;
    }

    /// Amounts, quantities, numbers of things, and times.
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let numbered = Known::is_number(self.field) && !self.is_plain();
        let living = self.known.living_numbers.get(self.field).cloned().unwrap_or_default();
        match self.kept() {
            // A number that names nothing any more is changed.
            Some(kept) if !numbered || living.is_empty() || living.contains(&kept) => {
                return visitor.visit_u64(kept);
            }
            _ => {}
        }
        if numbered && !self.once_in(8) {
            let known = if self.once_in(4) { self.known.numbers.clone() } else { living };
            if let Some(number) = self.pick(&known) {
                return visitor.visit_u64(number);
            }
        }
        let of_time = Known::is_time(self.field) && !self.is_plain() && !self.once_in(8);
        visitor.visit_u64(if of_time { self.instant() } else { self.number() })
    }

    /// Dates.
    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        if let Some(kept) = self.kept() {
            return visitor.visit_i32(kept);
        }
        let anything = self.is_plain() || self.once_in(8);
        let day = if anything { self.number() } else { self.instant() / 86_400_000_000 };
        visitor.visit_i32(i32::try_from(day).unwrap_or(i32::MIN))
    }

    fn deserialize_u128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let drawn = self.kept().unwrap_or_else(|| u128::from(self.number()));
        visitor.visit_u128(drawn)
    }

    fn deserialize_i128<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        if let Some(kept) = self.kept() {
            return visitor.visit_i128(kept);
        }
        let number = i128::from(self.number());
        visitor.visit_i128(match self.below(16) {
            0..8 => number,
            8..15 => -number,
            _ => i128::MAX - number,
        })
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let name = self.kept().unwrap_or_else(|| self.name());
        visitor.visit_string(name)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let name = self.kept().unwrap_or_else(|| self.name());
        visitor.visit_string(name)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        visitor.visit_byte_buf(self.sixteen().to_vec())
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let some = match self.modelled::<u8>() {
            Some(some) => some == 1,
            None => self.depth < DEPTH_MAX && (self.is_plain() || self.below(2) == 1),
        };
        match some {
            true => visitor.visit_some(self),
            false => visitor.visit_none(),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let least = u64::from(self.is_plain());
        let drawn = if self.depth < DEPTH_MAX { self.below(4).max(least) } else { 0 };
        let count = self.modelled().unwrap_or(drawn);
        visitor.visit_seq(Several { left: index(count), ..Several::of(self) })
    }

    /// Sixteen places are an id and thirty-two are a digest: nothing else has so many.
    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        let bytes = match len {
            16 | 32 => self.bytes(len),
            _ => Vec::new(),
        };
        visitor.visit_seq(Several { left: len, bytes, ..Several::of(self) })
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        visitor.visit_seq(Several { left: len, ..Several::of(self) })
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unlucky> {
        let drawn = if self.depth < DEPTH_MAX { self.below(3) } else { 0 };
        let count = self.modelled().unwrap_or(drawn);
        visitor.visit_map(Several { left: index(count), ..Several::of(self) })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        visitor.visit_seq(Several { left: fields.len(), fields, ..Several::of(self) })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        self.enums.insert((name, variants));
        if let Some(variant) = self.variant.take() {
            self.variants = variants;
            return visitor.visit_enum(One { chaos: self, drawn: variant as u64 });
        }
        let drawn = self.below(variants.len() as u64);
        let drawn = self.modelled().unwrap_or(drawn);
        visitor.visit_enum(One { chaos: self, drawn })
    }

    serde::forward_to_deserialize_any! { f32 f64 char identifier ignored_any }
}

/// A list, a tuple, a map or the fields of a struct.
struct Several<'c> {
    chaos: &'c mut Chaos,
    left: usize,
    /// What the elements are, where they are bytes of an id or a digest.
    bytes: Vec<u8>,
    /// What the elements are called, where they are fields.
    fields: &'static [&'static str],
}

impl<'c> Several<'c> {
    fn of(chaos: &'c mut Chaos) -> Several<'c> {
        Several { chaos, left: 0, bytes: Vec::new(), fields: &[] }
    }

    /// Draws one element below this one.
    fn element<'de, T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Unlucky> {
        let outer = self.chaos.field;
        if let Some(nth) = self.fields.len().checked_sub(self.left + 1) {
            self.chaos.field = self.fields[nth];
        }
        self.chaos.depth += 1;
        let drawn = seed.deserialize(&mut *self.chaos);
        self.chaos.depth -= 1;
        self.chaos.field = outer;
        drawn
    }
}

impl<'de> SeqAccess<'de> for Several<'_> {
    type Error = Unlucky;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unlucky> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        if let Some(nth) = self.bytes.len().checked_sub(left + 1) {
            return seed.deserialize(self.bytes[nth].into_deserializer()).map(Some);
        }
        self.element(seed).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> de::MapAccess<'de> for Several<'_> {
    type Error = Unlucky;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unlucky> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        self.element(seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unlucky> {
        self.element(seed)
    }
}

/// A variant of an enum.
struct One<'c> {
    chaos: &'c mut Chaos,
    drawn: u64,
}

impl<'de, 'c> EnumAccess<'de> for One<'c> {
    type Error = Unlucky;
    type Variant = &'c mut Chaos;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, &'c mut Chaos), Unlucky> {
        let variant = u32::try_from(self.drawn).expect("few variants");
        let variant = seed.deserialize(IntoDeserializer::<Unlucky>::into_deserializer(variant))?;
        Ok((variant, self.chaos))
    }
}

impl<'de> VariantAccess<'de> for &mut Chaos {
    type Error = Unlucky;

    fn unit_variant(self) -> Result<(), Unlucky> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Unlucky> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Unlucky> {
        de::Deserializer::deserialize_tuple_struct(self, "", len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unlucky> {
        de::Deserializer::deserialize_struct(self, "", fields, visitor)
    }
}
