//! The parts of values: items, members, and what variants hold.

use super::key::{Key, Name};
use super::{Asked, Value, Within};
use crate::codec::reading::{Mode, Reading, Step};
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
    reading: &'r mut Reading,
    depth: usize,
    at: usize,
}

impl<'r, A> Items<'r, A> {
    /// Those of a list that is so deep.
    pub(super) fn new(inner: A, reading: &'r mut Reading, depth: usize) -> Self {
        Self { inner, reading, depth, at: 0 }
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let item = self.inner.next_element_seed(Value { seed, reading: &mut *self.reading });
        if item.is_err() {
            self.reading.failed(self.depth, || Step::Item(self.at));
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
    reading: &'r mut Reading,
    depth: usize,
    /// Whether names are texts that a struct knows, rather than keys of some type.
    is_struct: bool,
    takes_ttl: bool,
    name: Cow<'de, str>,
}

impl<'r, A> Members<'_, 'r, A> {
    /// Those of an object that is so deep.
    pub(super) fn new(inner: A, reading: &'r mut Reading, depth: usize, is_struct: bool) -> Self {
        // Where a `ttl` is looked for, the schema says that it is a struct, even if serde asks for a map.
        let takes_ttl = reading.takes_ttl(depth);
        Self { inner, reading, depth, is_struct: is_struct || takes_ttl, takes_ttl, name: Cow::Borrowed("") }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, '_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        if !self.is_struct {
            return self.inner.next_key_seed(Key { seed, reading: &mut *self.reading });
        }
        loop {
            let Some(name) = self.inner.next_key_seed(Name)? else { return Ok(None) };
            if self.takes_ttl && name == "ttl" {
                self.reading.take_ttl(self.inner.next_value_seed(TtlValue)?)?;
                continue;
            }
            self.reading.note_member(&name)?;
            self.name = name;
            return match &self.name {
                Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
                Cow::Owned(name) => seed.deserialize(StrDeserializer::new(name)),
            }
            .map(Some);
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let key = self.reading.traced_name();
        let value = self.inner.next_value_seed(Value { seed, reading: &mut *self.reading });
        if value.is_err() {
            let (name, is_struct) = (&self.name, self.is_struct);
            self.reading.failed(self.depth, || Step::Name(if is_struct { name.to_string() } else { key }));
        } else if self.is_struct {
            self.reading.note_stranger(&self.name)?;
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
    reading: &'r mut Reading,
    depth: usize,
}

impl<'r, A> Variants<'r, A> {
    /// That of one that is so deep.
    pub(super) fn new(inner: A, reading: &'r mut Reading, depth: usize) -> Self {
        Self { inner, reading, depth }
    }
}

impl<'de, 'r, A: EnumAccess<'de>> EnumAccess<'de> for Variants<'r, A> {
    type Error = A::Error;
    type Variant = Content<'r, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let Self { inner, reading, depth } = self;
        let (value, inner) = match reading.mode() {
            Mode::Doubt | Mode::Trust => inner.variant_seed(seed)?,
            Mode::Trace => inner.variant_seed(Key { seed, reading: &mut *reading })?,
        };
        let name = reading.traced_name();
        Ok((value, Content { inner, reading, depth, name }))
    }
}

/// What a variant holds.
pub(super) struct Content<'r, A> {
    inner: A,
    reading: &'r mut Reading,
    depth: usize,
    name: String,
}

impl<A> Content<'_, A> {
    fn read<T, E>(self, read: impl FnOnce(A, &mut Reading) -> Result<T, E>) -> Result<T, E> {
        let value = read(self.inner, &mut *self.reading);
        if value.is_err() {
            self.reading.failed(self.depth, || Step::Name(self.name));
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
        self.read(|inner, reading| inner.newtype_variant_seed(Value { seed, reading }))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.read(|inner, reading| inner.tuple_variant(len, Within { visitor, reading, asked: Asked::Other }))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.read(|inner, reading| {
            inner.struct_variant(fields, Within { visitor, reading, asked: Asked::Struct })
        })
    }
}

/// What stands as `ttl` beside a value's own members.
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
