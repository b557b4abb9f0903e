//! [`Strict`], a deserializer that wraps the one of `serde_json` and accepts less.
//!
//! It checks the document while serde creates the value, so valid JSON is read once. It does not
//! explain a refusal: the bytes are then checked against the schema
//! ([`json::check`](crate::schema::json::check)), which reports all faults with their places. So
//! `Strict` may refuse too much, which costs only time, but must not accept what the schema would
//! refuse. JSON that the schema has accepted is read by the same deserializer without checks; if
//! that fails, a third pass records the place of the error. Each pass has a [`DecodeState`].
//!
//! This file wraps deserializers and visitors, `access` wraps their parts, and `key` the names.

mod access;
mod key;

use super::decode_state::{DecodeState, refused};
use crate::schema::json;
use crate::schema::rule::MAX_SAFE_INTEGER;
use access::{Items, Members, Variants};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use std::fmt;

/// What the deserializer was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Struct,
    Int,
    /// A value of any type, which may go into a buffer of serde.
    Any,
    Other,
}

/// A deserializer that checks what it reads.
pub(crate) struct Strict<'r, D> {
    inner: D,
    state: &'r mut DecodeState,
}

impl<'r, D> Strict<'r, D> {
    pub(crate) fn new(inner: D, state: &'r mut DecodeState) -> Self {
        Self { inner, state }
    }

    fn within<V>(self, visitor: V, asked: Asked) -> (D, Within<'r, V>) {
        (self.inner, Within { visitor, state: self.state, asked })
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
            if !self.state.$watched() {
                return self.inner.$method(visitor);
            }
            let (inner, visitor) = self.within(visitor, Asked::Int);
            inner.$method(visitor)
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<'_, D> {
    type Error = D::Error;

    // Values without parts.
    forward! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_u8 deserialize_u16
        deserialize_u32 deserialize_char deserialize_str deserialize_string
        deserialize_unit deserialize_identifier
    }

    integers! { watches_ints: deserialize_i64 deserialize_i128 deserialize_u64 deserialize_u128 }

    // A number that is written as an integer may be read as a float.
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

    /// `serde_json::value::RawValue` has a reserved name, and reads the text without any check.
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        if self.state.doubts() && json::is_reserved(name) {
            return Err(refused());
        }
        let (inner, visitor) = self.within(visitor, Asked::Other);
        inner.deserialize_newtype_struct(name, visitor)
    }

    /// Some readers of strings call this method, and accept numbers and lists, too.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if self.state.expects_text() {
            return self.inner.deserialize_str(visitor);
        }
        let (inner, visitor) = self.within(visitor, Asked::Any);
        inner.deserialize_any(visitor)
    }

    /// `serde_json` does not check the names and strings of values that it skips.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if !self.state.doubts() {
            return self.inner.deserialize_ignored_any(visitor);
        }
        let Self { inner, state } = self;
        let asked = if state.watches_numbers() { Asked::Int } else { Asked::Other };
        inner.deserialize_any(Within { visitor: IgnoredAny, state: &mut *state, asked })?;
        state.note_ignored();
        visitor.visit_unit()
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

/// A seed whose value is read by [`Strict`].
struct ValueSeed<'r, S> {
    seed: S,
    state: &'r mut DecodeState,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for ValueSeed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(Strict { inner, state: self.state })
    }
}

/// A visitor that checks the value, and its parts with [`Strict`].
struct Within<'r, V> {
    visitor: V,
    state: &'r mut DecodeState,
    asked: Asked,
}

impl<V> Within<'_, V> {
    /// Returns whether numbers are checked for integers that JavaScript rounds.
    #[inline]
    fn is_number_watched(&self) -> bool {
        match self.asked {
            Asked::Int => true,
            Asked::Any => self.state.may_buffer() || self.state.watches_numbers(),
            Asked::Struct | Asked::Other => false,
        }
    }
}

/// [`MAX_SAFE_INTEGER`] as a float.
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
                self.state.note_int(value.is_ok_and(|value| value.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs()));
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
        if self.is_number_watched() && self.state.watches_numbers() {
            self.state.note_int(value.abs() <= MAX_SAFE);
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
        self.visitor.visit_some(Strict { inner, state: self.state })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(Strict { inner, state: self.state })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let is_odd = match self.asked {
            Asked::Struct => true,
            // The form of an adjacently tagged enum as a list, or a list among plain values.
            Asked::Any => self.state.may_buffer(),
            Asked::Int | Asked::Other => false,
        };
        if is_odd && self.state.doubts() {
            return Err(refused());
        }
        let depth = self.state.enter()?;
        let value = self.visitor.visit_seq(Items::new(inner, &mut *self.state, depth));
        self.state.leave(depth);
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self { visitor, state, asked } = self;
        let names_before = state.begin_names();
        let depth = state.enter()?;
        let value = visitor.visit_map(Members::new(inner, &mut *state, depth, asked == Asked::Struct));
        state.leave(depth);
        let value = value?;
        state.end_names(names_before)?;
        Ok(value)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let depth = self.state.enter()?;
        let value = self.visitor.visit_enum(Variants::new(inner, &mut *self.state, depth));
        self.state.leave(depth);
        value
    }
}
