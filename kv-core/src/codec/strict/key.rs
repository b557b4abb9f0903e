//! Names of members, keys of maps and names of variants.

use crate::codec::decode_state::DecodeState;
use crate::schema::json;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, Visitor};
use std::borrow::Cow;
use std::fmt;

/// Reads the name of a member, borrowed if it has no escapes.
pub(super) struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
        inner.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}

/// Reads a key of a map or the name of a variant as its type reads it, and records it.
pub(super) struct KeySeed<'r, T> {
    pub(super) seed: T,
    pub(super) state: &'r mut DecodeState,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for KeySeed<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(KeyReader { inner, state: self.state })
    }
}

struct KeyReader<'r, D> {
    inner: D,
    state: &'r mut DecodeState,
}

macro_rules! note {
    ($($method:ident($($arg:ident: $ty:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($arg,)* KeyVisitor { visitor, state: self.state, may_parse: false })
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for KeyReader<'_, D> {
    type Error = D::Error;

    note! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
        deserialize_ignored_any();
    }

    /// `serde_json::Value` reads the name that makes it parse the text under it with this method. A
    /// hand-written `Deserialize` may read a `Value` where the schema does not show one.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.inner.deserialize_str(KeyVisitor { visitor, state: self.state, may_parse: true })
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

struct KeyVisitor<'r, V> {
    visitor: V,
    state: &'r mut DecodeState,
    /// Whether the reader may parse the text under a reserved name.
    may_parse: bool,
}

impl<V> KeyVisitor<'_, V> {
    fn note<E: Error>(&mut self, name: &str) -> Result<(), E> {
        // With the feature `arbitrary_precision`, every number has the other reserved name.
        if self.may_parse && json::is_reserved(name) && name.ends_with("RawValue") {
            return Err(E::custom("serde_json reserves the name of this member"));
        }
        self.state.note(name)
    }
}

macro_rules! note_text {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(mut self, name: $ty) -> Result<V::Value, E> {
            self.note(&name)?;
            self.visitor.$method(name)
        }
    )*};
}

macro_rules! note_number {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, number: $ty) -> Result<V::Value, E> {
            self.state.note_number(number)?;
            self.visitor.$method(number)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for KeyVisitor<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    note_text! { visit_str(&str) visit_borrowed_str(&'de str) visit_string(String) }

    note_number! {
        visit_bool(bool) visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128) visit_u8(u8)
        visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128) visit_f32(f32) visit_f64(f64) visit_char(char)
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_some(KeyReader { inner, state: self.state })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(KeyReader { inner, state: self.state })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(KeyVariant { inner, state: self.state })
    }
}

struct KeyVariant<'r, A> {
    inner: A,
    state: &'r mut DecodeState,
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for KeyVariant<'_, A> {
    type Error = A::Error;
    type Variant = A::Variant;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, A::Variant), A::Error> {
        self.inner.variant_seed(KeySeed { seed, state: self.state })
    }
}
