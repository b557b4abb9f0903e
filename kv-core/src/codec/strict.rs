//! A deserializer that stands before `serde_json`'s and lets less through.
//!
//! It goes along while serde makes the value, so that nothing is read twice. What it refuses it does not explain: the
//! same bytes are then held against the schema ([`json::check`](crate::schema::json::check)), which says all that is wrong and knows
//! where. So it may refuse too much, and nothing is lost but time; it must not let through what the schema would not.
//! Once the schema has let JSON pass, the same deserializer reads it without doubts; and should it fail then, once more, to
//! note on the way out of the error where that was.

use crate::schema::json::DecodeOptions;
use crate::schema::rule::MAX_SAFE_INTEGER;
use crate::schema::ttl::{self, Ttl};
use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, IgnoredAny, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use std::borrow::Cow;
use std::fmt;
use std::hash::BuildHasher;
use std::time::Duration;

/// What is looked at besides the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Everything that the schema would refuse is refused.
    Doubt,
    /// Nothing is doubted: the schema was asked.
    Trust,
    /// The same, and it is noted where reading fails.
    Trace,
}

/// What reading one document knows and finds.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own")]
pub(super) struct Reading {
    mode: Mode,
    max_depth: usize,
    depth: usize,
    /// Whether the names of structs' members are noted too, since not every struct's reader looks for double ones.
    notes_all_names: bool,
    /// Whether an integer was met that JavaScript rounds. Whether its field takes it is for the schema to say.
    pub(super) has_unsafe_int: bool,
    watches_ints: bool,
    /// Whether the last value that was read was one for nobody.
    ignored: bool,
    ttl: TtlMember,
    /// Hashes of the names of the objects around, the innermost one's last.
    names: Vec<u64>,
    hasher: foldhash::fast::RandomState,
    /// The name that was read last, where they are traced.
    name: String,
    /// Where it went wrong, from the inside out, each step with the depth of what it leads out of.
    path: Vec<(usize, Step)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TtlMember {
    Unasked,
    Asked,
    Taken(Ttl),
}

#[derive(Debug)]
enum Step {
    Name(String),
    Item(usize),
}

impl Reading {
    pub(super) fn new(mode: Mode, options: DecodeOptions, notes_all_names: bool) -> Self {
        Self {
            mode,
            max_depth: options.depth(),
            depth: 0,
            notes_all_names,
            has_unsafe_int: false,
            watches_ints: mode == Mode::Doubt && !options.reads_any_int(),
            ignored: false,
            ttl: if options.takes_ttl() { TtlMember::Asked } else { TtlMember::Unasked },
            names: Vec::new(),
            hasher: foldhash::fast::RandomState::default(),
            name: String::new(),
            path: Vec::new(),
        }
    }

    /// The member `ttl` that was taken out.
    pub(super) fn ttl(&self) -> Option<Ttl> {
        match self.ttl {
            TtlMember::Taken(ttl) => Some(ttl),
            TtlMember::Unasked | TtlMember::Asked => None,
        }
    }

    /// The names and positions that lead to where reading failed, as a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for (_, step) in self.path.iter().rev() {
            pointer.push('/');
            match step {
                Step::Name(name) => pointer.push_str(&name.replace('~', "~0").replace('/', "~1")),
                Step::Item(at) => pointer.push_str(&at.to_string()),
            }
        }
        pointer
    }

    fn doubts(&self) -> bool {
        self.mode == Mode::Doubt
    }

    fn enter<E: Error>(&mut self) -> Result<(), E> {
        self.depth += 1;
        if self.doubts() && self.depth > self.max_depth { Err(refused()) } else { Ok(()) }
    }

    /// Notes on the way out of an error where it was. What an error left that somebody forgave is thrown away.
    fn failed(&mut self, depth: usize, step: impl FnOnce() -> Step) {
        if self.mode != Mode::Trace {
            return;
        }
        if self.path.last().is_some_and(|(inner, _)| *inner != depth + 1) {
            self.path.clear();
        }
        self.path.push((depth, step()));
    }

    fn note(&mut self, name: &str) {
        match self.mode {
            Mode::Doubt => self.names.push(self.hasher.hash_one(name)),
            Mode::Trust => {}
            Mode::Trace => name.clone_into(&mut self.name),
        }
    }

    /// A key that was read as a number, which has one form only.
    fn note_number(&mut self, number: impl fmt::Display) {
        if self.mode != Mode::Trust {
            self.note(&number.to_string());
        }
    }

    /// The name that was noted last, where it will be asked for.
    fn traced_name(&self) -> String {
        if self.mode == Mode::Trace { self.name.clone() } else { String::new() }
    }

    /// Forgets the names of an object. Two of equal hashes are taken for the same.
    fn end_names<E: Error>(&mut self, from: usize) -> Result<(), E> {
        let names = self.names.get_mut(from..).unwrap_or_default();
        let mut twice = false;
        if names.len() > 1 {
            names.sort_unstable();
            twice = names.windows(2).any(|pair| pair[0] == pair[1]);
        }
        self.names.truncate(from);
        if twice { Err(refused()) } else { Ok(()) }
    }
}

fn refused<E: Error>() -> E {
    E::custom("refused")
}

/// What a visitor was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Struct,
    Int,
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
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            if !self.reading.watches_ints {
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
        deserialize_u32 deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string
        deserialize_unit deserialize_identifier
    }

    integers! { deserialize_i64 deserialize_i128 deserialize_u64 deserialize_u128 }

    accompany! {
        deserialize_any() Other;
        deserialize_bytes() Other;
        deserialize_byte_buf() Other;
        deserialize_option() Other;
        deserialize_unit_struct(name: &'static str) Other;
        deserialize_newtype_struct(name: &'static str) Other;
        deserialize_seq() Other;
        deserialize_tuple(len: usize) Other;
        deserialize_tuple_struct(name: &'static str, len: usize) Other;
        deserialize_map() Other;
        deserialize_struct(name: &'static str, fields: &'static [&'static str]) Struct;
        deserialize_enum(name: &'static str, variants: &'static [&'static str]) Other;
    }

    /// `serde_json` skips what is for nobody without a look at its names and strings.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        if !self.reading.doubts() {
            return self.inner.deserialize_ignored_any(visitor);
        }
        let Self { inner, reading } = self;
        inner.deserialize_any(Within { visitor: IgnoredAny, reading: &mut *reading, asked: Asked::Other })?;
        reading.ignored = true;
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
            let is_safe = i128::try_from(value).is_ok_and(|value| value.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs());
            if !is_safe && self.asked == Asked::Int {
                self.reading.has_unsafe_int = true;
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
        visit_f32(f32) visit_f64(f64) visit_char(char) visit_str(&str) visit_borrowed_str(&'de str)
        visit_string(String) visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    visit_int! { visit_i64(i64) visit_i128(i128) visit_u64(u64) visit_u128(u128) }

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
        if self.asked == Asked::Struct && self.reading.doubts() {
            return Err(refused());
        }
        let outside = self.reading.depth;
        self.reading.enter()?;
        let value =
            self.visitor.visit_seq(Items { inner, reading: &mut *self.reading, depth: outside + 1, at: 0 });
        self.reading.depth = outside;
        value
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let Self { visitor, reading, asked } = self;
        let outside = reading.depth;
        let names_before = reading.names.len();
        reading.enter()?;
        // Where a `ttl` is looked for, the schema says that it is a struct, even if serde asks for a map.
        let takes_ttl = outside == 0 && reading.ttl == TtlMember::Asked;
        let members = Members {
            inner,
            depth: outside + 1,
            is_struct: asked == Asked::Struct || takes_ttl,
            takes_ttl,
            name: Cow::Borrowed(""),
            reading: &mut *reading,
        };
        let value = visitor.visit_map(members);
        reading.depth = outside;
        let value = value?;
        reading.end_names(names_before)?;
        Ok(value)
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        let outside = self.reading.depth;
        self.reading.enter()?;
        let value =
            self.visitor.visit_enum(Variants { inner, reading: &mut *self.reading, depth: outside + 1 });
        self.reading.depth = outside;
        value
    }
}

struct Items<'r, A> {
    inner: A,
    reading: &'r mut Reading,
    depth: usize,
    at: usize,
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

struct Members<'de, 'r, A> {
    inner: A,
    reading: &'r mut Reading,
    depth: usize,
    /// Whether names are texts that a struct knows, rather than keys of some type.
    is_struct: bool,
    takes_ttl: bool,
    name: Cow<'de, str>,
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
                // A second one is the schema's to find.
                if self.reading.ttl != TtlMember::Asked {
                    return Err(refused());
                }
                self.reading.ttl = TtlMember::Taken(self.inner.next_value_seed(TtlValue)?);
                continue;
            }
            if self.reading.notes_all_names {
                self.reading.note(&name);
            }
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
        self.reading.ignored = false;
        let value = self.inner.next_value_seed(Value { seed, reading: &mut *self.reading });
        if value.is_err() {
            let (name, is_struct) = (&self.name, self.is_struct);
            self.reading.failed(self.depth, || Step::Name(if is_struct { name.to_string() } else { key }));
        } else if self.reading.ignored && self.is_struct && !self.reading.notes_all_names {
            // Of those that it knows, a struct's reader sees for itself that they come once.
            self.reading.ignored = false;
            self.reading.note(&self.name);
        }
        value
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Variants<'r, A> {
    inner: A,
    reading: &'r mut Reading,
    depth: usize,
}

impl<'de, 'r, A: EnumAccess<'de>> EnumAccess<'de> for Variants<'r, A> {
    type Error = A::Error;
    type Variant = Content<'r, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let Self { inner, reading, depth } = self;
        let (value, inner) = match reading.mode {
            Mode::Doubt | Mode::Trust => inner.variant_seed(seed)?,
            Mode::Trace => inner.variant_seed(Key { seed, reading: &mut *reading })?,
        };
        let name = reading.traced_name();
        Ok((value, Content { inner, reading, depth, name }))
    }
}

struct Content<'r, A> {
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

/// The name of a member, from where it stands if nothing in it is escaped.
struct Name;

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

/// A key of a map, or the name of a variant: it is read as its type reads it, and noted.
struct Key<'r, T> {
    seed: T,
    reading: &'r mut Reading,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Key<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.seed.deserialize(KeyReader { inner, reading: self.reading })
    }
}

struct KeyReader<'r, D> {
    inner: D,
    reading: &'r mut Reading,
}

macro_rules! note {
    ($($method:ident($($arg:ident: $ty:ty),*);)*) => {$(
        fn $method<V: Visitor<'de>>(self, $($arg: $ty,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($arg,)* KeyVisitor { visitor, reading: self.reading })
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
        deserialize_str();
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

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

struct KeyVisitor<'r, V> {
    visitor: V,
    reading: &'r mut Reading,
}

macro_rules! note_text {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, name: $ty) -> Result<V::Value, E> {
            self.reading.note(&name);
            self.visitor.$method(name)
        }
    )*};
}

macro_rules! note_number {
    ($($method:ident($ty:ty))*) => {$(
        fn $method<E: Error>(self, number: $ty) -> Result<V::Value, E> {
            self.reading.note_number(number);
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
        self.visitor.visit_some(KeyReader { inner, reading: self.reading })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.visitor.visit_newtype_struct(KeyReader { inner, reading: self.reading })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.visitor.visit_enum(KeyVariant { inner, reading: self.reading })
    }
}

struct KeyVariant<'r, A> {
    inner: A,
    reading: &'r mut Reading,
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for KeyVariant<'_, A> {
    type Error = A::Error;
    type Variant = A::Variant;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, A::Variant), A::Error> {
        self.inner.variant_seed(Key { seed, reading: self.reading })
    }
}
