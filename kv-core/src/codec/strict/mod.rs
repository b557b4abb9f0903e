//! A deserializer that stands before `serde_json`'s and lets less through.
//!
//! It goes along while serde makes the value, so that nothing is read twice. What it refuses it does not explain: the
//! same bytes are then held against the schema ([`json::check`](crate::schema::json::check)), which says all that is wrong and knows
//! where. So it may refuse too much, and nothing is lost but time; it must not let through what the schema would not.
//! Once the schema has let JSON pass, the same deserializer reads it without doubts; and should it fail then, once more, to
//! note on the way out of the error where that was. What it knows and finds is its [`Reading`].
//!
//! Here is what a value is asked for and what it shows; `access` has its parts, `key` their names.

mod access;
mod key;

use super::reading::{Reading, refused};
use crate::schema::json;
use crate::schema::rule::MAX_SAFE_INTEGER;
use access::{Items, Members, Variants};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// What a visitor was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Struct,
    Int,
    /// Whatever there is, which may be kept in a buffer.
    Any,
    Other,
}

/// The deserializer.
pub(super) struct Strict<'r, D> {
    inner: D,
    reading: &'r mut Reading,
}

impl<'r, D> Strict<'r, D> {
    pub(super) fn new(inner: D, reading: &'r mut Reading) -> Self {
        Self { inner, reading }
    }

    fn within<V>(self, visitor: V, asked: Asked) -> (D, Within<'r, V>) {
        (self.inner, Within { visitor, reading: self.reading, asked })
    }
}

macro_rules! forward {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(visitor)
        }
    )*};
}

macro_rules! accompany {
    ($($method:ident($($arg:ident: $ty:ty),*) $asked:ident;)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            let (inner, visitor) = self.within(visitor, Asked::$asked);
            inner.$method($($arg,)* visitor)
        }
    )*};
}

macro_rules! integers {
    ($watched:ident: $($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            if !self.reading.$watched() {
                return self.inner.$method(visitor);
            }
            let (inner, visitor) = self.within(visitor, Asked::Int);
            inner.$method(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    // What has no parts.
    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_char deserialize_str deserialize_string
        deserialize_unit deserialize_identifier
    }

    integers! { watches_ints: deserialize_i64 deserialize_i128 deserialize_u64 deserialize_u128 }

    // What is written as an integer may be read as a float.
    integers! { watches_numbers: deserialize_f32 deserialize_f64 }

    accompany! {
        deserialize_bytes() Other;
        deserialize_byte_buf() Other;
        deserialize_option() Other;
        deserialize_unit_struct(name: &'static str) Other;
        deserialize_seq() Other;
        deserialize_tuple(len: usize) Other;
        deserialize_tuple_struct(name: &'static str, len: usize) Other;
        deserialize_map() Other;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) Struct;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) Other;
    }

    /// `serde_json::value::RawValue` asks for the text as it is, past all checks; it is under a reserved name.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if self.reading.doubts() && json::is_reserved(name) {
            return Err(refused());
        }
        let (inner, visitor) = self.within(visitor, Asked::Other);
        inner.deserialize_newtype_struct(name, visitor)
    }

    /// Some readers of text ask for anything, and take numbers and lists as well.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if self.reading.expects_text() {
            return self.inner.deserialize_str(visitor);
        }
        let (inner, visitor) = self.within(visitor, Asked::Any);
        inner.deserialize_any(visitor)
    }

    /// `serde_json` skips what is for nobody without a look at its names and strings.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if !self.reading.doubts() {
            return self.inner.deserialize_ignored_any(visitor);
        }
        let Self { inner, reading } = self;
        let asked = if reading.watches_numbers() { Asked::Int } else { Asked::Other };
        inner.deserialize_any(Within { visitor: IgnoredAny, reading: &mut *reading, asked })?;
        reading.note_ignored();
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// A seed that is read by [`Strict`].
struct Value<'r, S> {
    seed: S,
    reading: &'r mut Reading,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Value<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Strict { inner, reading: self.reading })
    }
}

/// A visitor that goes along into what it is shown.
struct Within<'r, V> {
    visitor: V,
    reading: &'r mut Reading,
    asked: Asked,
}

impl<V> Within<'_, V> {
    /// Whether a number may be one that JavaScript would have rounded.
    #[inline]
    fn is_number_watched(&self) -> bool {
        match self.asked {
            Asked::Int => true,
            Asked::Any => self.reading.may_buffer() || self.reading.watches_numbers(),
            Asked::Struct | Asked::Other => false,
        }
    }
}

/// [`MAX_SAFE_INTEGER`] as the float that it is.
#[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is a float")]
const MAX_SAFE: f64 = MAX_SAFE_INTEGER as f64;

macro_rules! visit {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            self.visitor.$method(value)
        }
    )*};
}

macro_rules! visit_int {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, value: $ty) -> Result<V::Value, E> {
            if self.is_number_watched() {
                let value = i128::try_from(value);
                self.reading.note_int(value.is_ok_and(|value| value.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs()));
            }
            self.visitor.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Within<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_u8(u8) visit_u16(u16) visit_u32(u32)
        visit_f32(f32) visit_char(char) visit_str(&str) visit_borrowed_str(&'de str)
        visit_string(String) visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    visit_int! { visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) }

    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        if self.is_number_watched() && self.reading.watches_numbers() {
            self.reading.note_int(value.abs() <= MAX_SAFE);
        }
        self.visitor.visit_f64(value)
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_none()
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.visitor.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(Strict { inner, reading: self.reading })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict { inner, reading: self.reading })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let is_odd = match self.asked {
            Asked::Struct => true,
            // Of a tag and what belongs to it, or in a buffer of plain values, where none belongs.
            Asked::Any => self.reading.may_buffer(),
            Asked::Int | Asked::Other => false,
        };
        if is_odd && self.reading.doubts() {
            return Err(refused());
        }
        let depth = self.reading.enter()?;
        let value = self.visitor.visit_seq(Items::new(inner, &mut *self.reading, depth));
        self.reading.leave(depth);
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self { visitor, reading, asked } = self;
        let names_before = reading.begin_names();
        let depth = reading.enter()?;
        let value = visitor.visit_map(Members::new(inner, &mut *reading, depth, asked == Asked::Struct));
        reading.leave(depth);
        let value = value?;
        reading.end_names(names_before)?;
        Ok(value)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let depth = self.reading.enter()?;
        let value = self.visitor.visit_enum(Variants::new(inner, &mut *self.reading, depth));
        self.reading.leave(depth);
        value
    }
}
