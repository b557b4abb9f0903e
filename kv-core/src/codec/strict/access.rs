//! The parts of values: items, members and the contents of variants.

use super::key::{KeySeed, Name};
use super::{Asked, ValueSeed, Within};
use crate::codec::decode_state::{DecodeState, Mode, Step};
use crate::schema::ttl::{self, Ttl};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// The items of a list.
pub(super) struct Items<'r, A> {
    inner: A,
    state: &'r mut DecodeState,
    depth: usize,
    at: usize,
}

impl<'r, A> Items<'r, A> {
    /// Wraps the items of a list at this depth.
    pub(super) fn new(inner: A, state: &'r mut DecodeState, depth: usize) -> Self {
        Self { inner, state, depth, at: 0 }
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let item = self.inner.next_element_seed(ValueSeed { seed, state: &mut *self.state });
        if item.is_err() {
            self.state.failed(self.depth, || Step::Item(self.at));
        }
        self.at += 1;
        item
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The members of an object.
pub(super) struct Members<'de, 'r, A> {
    inner: A,
    state: &'r mut DecodeState,
    depth: usize,
    /// Whether names are those of a struct's fields, not keys of a map.
    is_struct: bool,
    takes_ttl: bool,
    name: Cow<'de, str>,
}

impl<'r, A> Members<'_, 'r, A> {
    /// Wraps the members of an object at this depth.
    pub(super) fn new(inner: A, state: &'r mut DecodeState, depth: usize, is_struct: bool) -> Self {
        // Only a struct has a `ttl`, even if serde asks for a map because of a flattened field.
        let takes_ttl = state.takes_ttl(depth);
        Self { inner, state, depth, is_struct: is_struct || takes_ttl, takes_ttl, name: Cow::Borrowed("") }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, '_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        if !self.is_struct {
            return self.inner.next_key_seed(KeySeed { seed, state: &mut *self.state });
        }
        loop {
            let Some(name) = self.inner.next_key_seed(Name)? else { return Ok(None) };
            if self.takes_ttl && name == "ttl" {
                self.state.take_ttl(self.inner.next_value_seed(TtlValue)?)?;
                continue;
            }
            self.state.note_member(&name)?;
            self.name = name;
            return match &self.name {
                Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
                Cow::Owned(name) => seed.deserialize(StrDeserializer::new(name)),
            }
            .map(Some);
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let key = self.state.traced_name();
        let value = self.inner.next_value_seed(ValueSeed { seed, state: &mut *self.state });
        if value.is_err() {
            let (name, is_struct) = (&self.name, self.is_struct);
            self.state.failed(self.depth, || Step::Name(if is_struct { name.to_string() } else { key }));
        } else if self.is_struct {
            self.state.note_ignored_member(&self.name)?;
        }
        value
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

/// The variant of an enum.
pub(super) struct Variants<'r, A> {
    inner: A,
    state: &'r mut DecodeState,
    depth: usize,
}

impl<'r, A> Variants<'r, A> {
    /// Wraps an enum at this depth.
    pub(super) fn new(inner: A, state: &'r mut DecodeState, depth: usize) -> Self {
        Self { inner, state, depth }
    }
}

impl<'de, 'r, A: EnumAccess<'de>> EnumAccess<'de> for Variants<'r, A> {
    type Error = A::Error;
    type Variant = Content<'r, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let Self { inner, state, depth } = self;
        let (value, inner) = match state.mode() {
            Mode::Doubt | Mode::Trust => inner.variant_seed(seed)?,
            Mode::Trace => inner.variant_seed(KeySeed { seed, state: &mut *state })?,
        };
        let name = state.traced_name();
        Ok((value, Content { inner, state, depth, name }))
    }
}

/// The content of a variant.
pub(super) struct Content<'r, A> {
    inner: A,
    state: &'r mut DecodeState,
    depth: usize,
    name: String,
}

impl<A> Content<'_, A> {
    fn read<T, E>(self, read: impl FnOnce(A, &mut DecodeState) -> Result<T, E>) -> Result<T, E> {
        let value = read(self.inner, &mut *self.state);
        if value.is_err() {
            self.state.failed(self.depth, || Step::Name(self.name));
        }
        value
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Content<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.read(|inner, state| inner.newtype_variant_seed(ValueSeed { seed, state }))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.read(|inner, state| inner.tuple_variant(len, Within { visitor, state, asked: Asked::Other }))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.read(|inner, state| {
            inner.struct_variant(fields, Within { visitor, state, asked: Asked::Struct })
        })
    }
}

/// Reads the `ttl` next to the value's members.
struct TtlValue;

impl<'de> DeserializeSeed<'de> for TtlValue {
    type Value = Ttl;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<Ttl, D::Error> {
        inner.deserialize_any(self)
    }
}

impl Visitor<'_> for TtlValue {
    type Value = Ttl;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("milliseconds or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Ttl, E> {
        Ok(Ttl::Never)
    }

    fn visit_u64<E: Error>(self, millis: u64) -> Result<Ttl, E> {
        let ttl = Duration::from_millis(millis);
        ttl::check(ttl).map(|()| Ttl::In(ttl)).map_err(E::custom)
    }
}
