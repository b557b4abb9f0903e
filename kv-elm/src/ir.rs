//! Codecs as data: what of each type goes over the wire, and in which form Elm holds it.
//!
//! There are no strings of Elm here but names. Printing reads it, and so does the interpreter of the tests, which holds
//! it against `serde_json`.

use kv_schema::rule::{Range, Unit};
use kv_schema::{Access, TypeSchema};
use std::collections::BTreeMap;

/// The place of a type in [`Program::types`].
pub(crate) type Index = usize;

/// All types that a client has, in the order in which they are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) types: Vec<Type>,
}

/// A type with a name in Elm.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug)]
pub(crate) struct Type {
    /// The type in Elm.
    pub(crate) name: String,
    /// The names of the values that are written for it.
    pub(crate) values: BTreeMap<Value, String>,
    pub(crate) schema: &'static TypeSchema,
    pub(crate) body: Body,
    /// Types that lead to each other have the same number.
    pub(crate) cycle: usize,
    /// Whether it leads back to itself.
    pub(crate) recursive: bool,
    /// Whether its struct stands in a constructor, since an alias cannot hold itself.
    pub(crate) boxed: bool,
    /// Whether its members are asked for among those of another.
    pub(crate) flattened: bool,
    /// Whether its variants are keys of a map, or parts of a key.
    pub(crate) is_key: bool,
    /// What is known of it where it is stored.
    pub(crate) stored: Option<Stored>,
}

/// A value that is written for a type: the first of several with one name keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Set,
    Get,
    Delete,
    List,
    Live,
    Encode,
    Validate,
    Decoder,
    FromMembers,
    Members,
    Content,
    ToString,
    FromString,
    Key,
    /// What requests need to know about the type.
    Descriptor,
}

impl Value {
    /// The words before and after the name of the type.
    pub(crate) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Set => ("set", ""),
            Self::Get => ("get", ""),
            Self::Delete => ("delete", ""),
            Self::List => ("list", ""),
            Self::Live => ("live", ""),
            Self::Encode => ("encode", ""),
            Self::Validate => ("validate", ""),
            Self::Decoder => ("", "Decoder"),
            Self::FromMembers => ("", "FromMembers"),
            Self::Members => ("", "Members"),
            Self::Content => ("", "Content"),
            Self::ToString => ("", "ToString"),
            Self::FromString => ("", "FromString"),
            Self::Key => ("", "Key"),
            Self::Descriptor => ("", ""),
        }
    }
}

/// A type that the store holds.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) tag: String,
    pub(crate) prefix: String,
    pub(crate) token: String,
    pub(crate) access: Access,
    /// What many values are called.
    pub(crate) plural: String,
    /// The template of its keys; empty when it has none.
    pub(crate) key: Vec<Piece>,
}

/// A piece of a key template.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(String),
    /// A field, and how it is written; newtypes around it, from the outside in.
    Part {
        field: String,
        key: Key,
        newtypes: Vec<Index>,
    },
}

/// What a type is.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// `null`.
    Unit,
    /// What it holds, as it is.
    Newtype(Checked),
    /// A list with a place for each.
    Tuple(Vec<Checked>),
    Record(Record),
    Enum(Enum),
}

/// An object with known members.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
    /// Whether other members are refused.
    pub(crate) strict: bool,
}

impl Record {
    /// The names of its fields.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The name in Elm.
    pub(crate) name: String,
    /// The name on the wire.
    pub(crate) wire: String,
    /// All names that a reader takes for it.
    pub(crate) wires: Vec<String>,
    pub(crate) docs: String,
    pub(crate) presence: Presence,
    pub(crate) value: Checked,
}

/// How a field stands among the members of its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// Missing and `null` are `Nothing`. The codec is that of what is there.
    Optional,
    /// Where it is missing, it is this JSON.
    Default(String),
    /// Where it is missing, nobody here knows what it is: `Nothing`. The codec is that of what is there, and `Nothing`
    /// is left out again.
    LeftOut,
    /// Its own members are the object's. The codec is [`Codec::Maybe`] for what may be nothing.
    Flat,
}

/// A codec with the rules of its place.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    pub(crate) codec: Codec,
    pub(crate) rules: Vec<Check>,
}

/// A rule that Elm can check.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    Len { unit: Unit, min: Option<usize>, max: Option<usize> },
    NonEmpty(Unit),
    Range(Range),
    Pattern(String),
    Email,
    Url,
    OneOf(Vec<String>),
    Each(Vec<Check>),
}

#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) tagging: Tagging,
    pub(crate) variants: Vec<Variant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String, strict: bool },
    Untagged,
}

#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// The constructor in Elm.
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) docs: String,
    /// Whether every unknown name is read as it.
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    One(Checked),
    Many(Vec<Checked>),
    Record(Record),
}

impl Content {
    fn record(&self) -> Option<&Record> {
        if let Self::Record(record) = self { Some(record) } else { None }
    }
}

/// How a value is written and read.
#[derive(Clone, Debug)]
pub(crate) enum Codec {
    Unit,
    Bool,
    Int(Int),
    Float {
        finite: bool,
    },
    Char,
    String,
    /// Any JSON, as it is.
    Json,
    Maybe(Box<Codec>),
    List(Box<Codec>),
    /// `Set` in Elm.
    Set(Box<Codec>),
    /// A list of so many.
    Array(Box<Codec>, usize),
    /// A list of one to three.
    Tuple(Vec<Codec>),
    /// `Dict` in Elm where its keys can be compared, else a list of pairs. The rules are those of the keys.
    Map(Key, Vec<Check>, Box<Codec>),
    Result {
        ok: Box<Codec>,
        err: Box<Codec>,
    },
    Named(Index),
}

/// An integer within bounds that JavaScript holds exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Int {
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) non_zero: bool,
    /// How much of this a reader asks for.
    pub(crate) reading: Reading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// That it is whole.
    Whole,
    /// That JavaScript holds it exactly.
    Safe,
    /// That it is within the bounds: something else may be meant otherwise.
    Bounds,
}

/// A key of a map, which is a string on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    String,
    Int(Int),
    Char,
    Bool,
    /// An enum of unit variants.
    Variant(Index),
}

impl Key {
    /// Whether Elm compares it.
    pub(crate) const fn is_comparable(self) -> bool {
        !matches!(self, Self::Bool | Self::Variant(_))
    }
}

impl Type {
    /// What it holds, with the rules there, in order.
    pub(crate) fn parts(&self) -> Vec<&Checked> {
        fn of_record(record: &Record) -> impl Iterator<Item = &Checked> {
            record.fields.iter().map(|field| &field.value)
        }
        match &self.body {
            Body::Unit => Vec::new(),
            Body::Newtype(value) => vec![value],
            Body::Tuple(items) => items.iter().collect(),
            Body::Record(record) => of_record(record).collect(),
            Body::Enum(all) => {
                let mut parts = Vec::new();
                for variant in &all.variants {
                    match &variant.content {
                        Content::Nothing => {}
                        Content::One(value) => parts.push(value),
                        Content::Many(items) => parts.extend(items),
                        Content::Record(record) => parts.extend(of_record(record)),
                    }
                }
                parts
            }
        }
    }
}

impl Codec {
    /// The types that it names, keys of maps included.
    pub(crate) fn named(&self) -> Vec<Index> {
        match self {
            Self::Named(index) => vec![*index],
            Self::Maybe(inner) | Self::List(inner) | Self::Set(inner) | Self::Array(inner, _) => {
                inner.named()
            }
            Self::Tuple(items) => items.iter().flat_map(Self::named).collect(),
            Self::Map(key, _, value) => {
                let key = match key {
                    Key::Variant(index) => Some(*index),
                    _ => None,
                };
                key.into_iter().chain(value.named()).collect()
            }
            Self::Result { ok, err } => ok.named().into_iter().chain(err.named()).collect(),
            _ => Vec::new(),
        }
    }
}

impl Program {
    /// Whether members nobody knows are kept where this is flattened.
    pub(crate) fn is_open(&self, codec: &Codec) -> bool {
        self.is_open_within(codec, &mut Vec::new())
    }

    fn is_open_within(&self, codec: &Codec, seen: &mut Vec<Index>) -> bool {
        match codec {
            Codec::Map(..) => true,
            Codec::Maybe(inner) => self.is_open_within(inner, seen),
            Codec::Named(index) if !seen.contains(index) => {
                seen.push(*index);
                let mut record_is_open = |record: &Record| {
                    let mut flat = record.fields.iter().filter(|field| field.presence == Presence::Flat);
                    flat.any(|field| self.is_open_within(&field.value.codec, seen))
                };
                match &self.types[*index].body {
                    Body::Record(record) => record_is_open(record),
                    Body::Newtype(value) => self.is_open_within(&value.codec, seen),
                    Body::Enum(all) => all.variants.iter().any(|variant| {
                        let beside = variant.untagged
                            || matches!(all.tagging, Tagging::Internal { .. } | Tagging::Untagged);
                        beside
                            && match &variant.content {
                                Content::One(value) => self.is_open_within(&value.codec, seen),
                                Content::Record(record) => {
                                    let mut flat =
                                        record.fields.iter().filter(|field| field.presence == Presence::Flat);
                                    flat.any(|field| self.is_open_within(&field.value.codec, seen))
                                }
                                _ => false,
                            }
                    }),
                    Body::Unit | Body::Tuple(_) => false,
                }
            }
            _ => false,
        }
    }

    /// The names of the members that an object's own fields take, and those flattened into it.
    pub(crate) fn record_names(&self, record: &Record) -> Vec<String> {
        let mut names = Vec::new();
        self.collect_record(record, &mut names, &mut Vec::new());
        names
    }

    /// The names of the members that a flattened value has.
    pub(crate) fn names(&self, codec: &Codec) -> Vec<String> {
        let mut names = Vec::new();
        self.collect_names(codec, &mut names, &mut Vec::new());
        names
    }

    fn collect_record(&self, record: &Record, names: &mut Vec<String>, seen: &mut Vec<Index>) {
        for field in &record.fields {
            if field.presence == Presence::Flat {
                self.collect_names(&field.value.codec, names, seen);
            } else {
                names.extend(field.wires.iter().cloned());
            }
        }
    }

    fn collect_names(&self, codec: &Codec, names: &mut Vec<String>, seen: &mut Vec<Index>) {
        match codec {
            Codec::Maybe(inner) => self.collect_names(inner, names, seen),
            Codec::Named(index) if !seen.contains(index) => {
                seen.push(*index);
                match &self.types[*index].body {
                    Body::Record(record) => self.collect_record(record, names, seen),
                    Body::Newtype(value) => self.collect_names(&value.codec, names, seen),
                    Body::Enum(all) => {
                        match &all.tagging {
                            Tagging::External | Tagging::Untagged => {}
                            Tagging::Internal { tag } => names.push(tag.clone()),
                            Tagging::Adjacent { tag, content, .. } => {
                                names.extend([tag.clone(), content.clone()]);
                            }
                        }
                        for variant in &all.variants {
                            match (&all.tagging, &variant.content) {
                                (Tagging::External, _) if !variant.untagged => {
                                    names.push(variant.wire.clone());
                                }
                                (Tagging::Adjacent { .. }, _) if !variant.untagged => {}
                                (_, Content::One(value)) => self.collect_names(&value.codec, names, seen),
                                (_, Content::Record(record)) => self.collect_record(record, names, seen),
                                _ => {}
                            }
                        }
                    }
                    Body::Unit | Body::Tuple(_) => {}
                }
            }
            _ => {}
        }
    }
}

impl Type {
    /// The other types that it names, those of its key included.
    pub(crate) fn named(&self) -> Vec<Index> {
        let mut named: Vec<_> = self.parts().into_iter().flat_map(|part| part.codec.named()).collect();
        for piece in self.stored.iter().flat_map(|stored| &stored.key) {
            if let Piece::Part { key, newtypes, .. } = piece {
                named.extend(newtypes);
                named.extend(if let Key::Variant(index) = key { Some(*index) } else { None });
            }
        }
        named
    }

    /// Its record, or those of its variants.
    pub(crate) fn records(&self) -> Vec<&Record> {
        match &self.body {
            Body::Record(record) => vec![record],
            Body::Enum(all) => {
                let contents = all.variants.iter().map(|variant| &variant.content);
                contents.filter_map(Content::record).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The name in Rust of a field of a struct.
    pub(crate) fn schema_field(&self, at: usize) -> Option<&'static str> {
        use kv_schema::ty::Shape;
        match self.schema.shape {
            Shape::Struct(fields) => fields.all().get(at).map(|field| field.rust_name),
            _ => None,
        }
    }
}
