//! The intermediate representation: the Elm types of a client and their codecs, as data.
//!
//! [`lower`](crate::lower) makes it from schemas. It contains names and literals, but neither
//! schemas nor other Elm code. [`print`](crate::print) turns it into Elm code, and the interpreter
//! of the tests runs it to compare it with `serde_json`.

use std::collections::BTreeMap;

/// An index into [`Program::types`].
pub(crate) type Index = usize;

/// All types of a client, in the order of their definitions in Elm.
#[derive(Clone, Debug, Default)]
pub(crate) struct Program {
    pub(crate) types: Vec<Type>,
}

/// A type with a name in Elm.
#[expect(clippy::struct_excessive_bools, reason = "they are independent of each other")]
#[derive(Clone, Debug)]
pub(crate) struct Type {
    /// Name in Elm.
    pub(crate) name: String,
    /// Names of the values that are generated for the type.
    pub(crate) values: BTreeMap<ValueKind, String>,
    /// Path in Rust: `my_app::CursorPosition`.
    pub(crate) rust_path: String,
    /// Crate of the Rust type; empty for a type without a module.
    pub(crate) rust_crate: String,
    pub(crate) docs: String,
    pub(crate) body: Body,
    /// Rules that only the server checks, by the names of their Rust functions.
    pub(crate) server_rules: Vec<String>,
    /// Whether a value can break a rule that Elm checks.
    pub(crate) has_rules: bool,
    /// Index of the first type of the cycle of references to which the type belongs; its own index
    /// outside cycles.
    pub(crate) cycle: Index,
    /// Whether the type refers to itself, directly or through other types.
    pub(crate) recursive: bool,
    /// Whether the record is wrapped in a constructor, since a type alias must not be recursive.
    pub(crate) boxed: bool,
    /// Whether the type is flattened into another one.
    pub(crate) flattened: bool,
    /// Whether the type is an enum whose variants are keys of a map or parts of a key template.
    pub(crate) is_key: bool,
    /// Set if the catalog exposes the type.
    pub(crate) stored: Option<Stored>,
}

/// The kinds of Elm values that are generated for a type. If two values would have the same name,
/// the kind that is listed first keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ValueKind {
    Set,
    Get,
    Delete,
    List,
    Live,
    Encode,
    Validate,
    Decoder,
    /// The decoder of a flattened type.
    FromMembers,
    /// The encoder of a flattened type.
    Members,
    /// The decoder of the content of a variant.
    Content,
    ToString,
    FromString,
    /// The function that makes a key from a value.
    Key,
    /// The `Type` that requests and watches take.
    Descriptor,
}

impl ValueKind {
    /// Returns what precedes and what follows the type's name in the name of the value.
    pub(crate) const fn affixes(self) -> (&'static str, &'static str) {
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

/// Properties of an exposed type.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) tag: String,
    pub(crate) prefix: String,
    /// The schema token.
    pub(crate) token: String,
    pub(crate) can_list: bool,
    pub(crate) can_write: bool,
    /// The plural in `listCursorPositions`.
    pub(crate) plural: String,
    /// The key template; empty if the type has none.
    pub(crate) key: Vec<Piece>,
}

/// A piece of a key template.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    Text(String),
    Part {
        /// Name of the field in Rust, as in the template.
        rust_name: String,
        /// Name of the field in Elm.
        field: String,
        key: Key,
        /// Newtypes around the key, outermost first.
        newtypes: Vec<Index>,
    },
}

/// The definition of a type.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// `null` on the wire.
    Unit,
    /// On the wire the same as its content.
    Newtype(Component),
    /// A list of fixed length on the wire.
    Tuple(Vec<Component>),
    Record(Record),
    Enum(Enum),
}

/// An object with known members.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) fields: Vec<Field>,
    /// Whether unknown members are an error.
    pub(crate) strict: bool,
}

impl Record {
    /// Returns the Elm names of the fields.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.fields.iter().map(|field| field.name.as_str()).collect()
    }

    fn flattened(&self) -> impl Iterator<Item = &Codec> {
        let fields = self.fields.iter().filter(|field| field.presence == Presence::Flat);
        fields.map(|field| &field.value.codec)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Name in Elm.
    pub(crate) name: String,
    /// Name on the wire.
    pub(crate) wire: String,
    /// Names that serde accepts: `wire` and its aliases.
    pub(crate) accepted: Vec<String>,
    pub(crate) docs: String,
    pub(crate) presence: Presence,
    pub(crate) value: Component,
}

/// Whether and how the value of a field is in its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    /// An `Option`: `Nothing` if the member is missing or `null`. The codec is that of the content.
    Optional,
    /// This JSON if the member is missing.
    Default(String),
    /// `Nothing` if the member is missing, since its default is not known to the schema. The codec
    /// is that of a present member, and the encoder omits `Nothing`.
    LeftOut,
    /// Flattened. The codec is [`Codec::Maybe`] if the field is an `Option`.
    Flat,
}

/// A component of a type: its codec and its rules.
#[derive(Clone, Debug)]
pub(crate) struct Component {
    pub(crate) codec: Codec,
    pub(crate) rules: Vec<Check>,
}

/// A rule that Elm checks.
#[derive(Clone, Debug)]
pub(crate) enum Check {
    /// A range of characters.
    Len {
        min: Option<usize>,
        max: Option<usize>,
    },
    /// A range of items.
    Items {
        min: Option<usize>,
        max: Option<usize>,
    },
    /// A string that is not empty.
    NonEmpty,
    /// A collection that is not empty.
    SomeItems,
    /// The sentence is the server's, which shows integers that JavaScript would round.
    Range {
        min: Option<Bound>,
        max: Option<Bound>,
        sentence: String,
    },
    Pattern(String),
    /// A pattern with a rule name and a sentence of its own, such as that of `email`.
    Form {
        name: &'static str,
        sentence: &'static str,
        pattern: &'static str,
    },
    OneOf(Vec<String>),
    Each(Vec<Check>),
}

/// A bound of a range.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bound {
    /// An integer that JavaScript represents exactly.
    Int(i64),
    Float(f64),
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
    /// Constructor in Elm.
    pub(crate) name: String,
    /// Name on the wire.
    pub(crate) wire: String,
    pub(crate) docs: String,
    /// Whether unknown names are read as this variant (`#[serde(other)]`).
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    pub(crate) content: Content,
}

#[derive(Clone, Debug)]
pub(crate) enum Content {
    Nothing,
    One(Component),
    Many(Vec<Component>),
    Record(Record),
}

impl Content {
    fn record(&self) -> Option<&Record> {
        if let Self::Record(record) = self { Some(record) } else { None }
    }
}

/// The Elm type, the decoder and the encoder of a value.
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
    /// Any JSON, unchanged.
    Json,
    /// An `Option` that is not a field; see [`Presence::Optional`].
    Maybe(Box<Codec>),
    List(Box<Codec>),
    /// An Elm `Set`.
    Set(Box<Codec>),
    /// A list of this length.
    Array(Box<Codec>, usize),
    /// A list of one to three items.
    Tuple(Vec<Codec>),
    /// An Elm `Dict` if the keys are comparable in Elm, otherwise a list of pairs. The rules are
    /// those of the keys.
    Map(Key, Vec<Check>, Box<Codec>),
    Result {
        ok: Box<Codec>,
        err: Box<Codec>,
    },
    Named(Index),
}

/// An integer. JavaScript represents both bounds exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Int {
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) non_zero: bool,
    pub(crate) check: IntCheck,
}

/// What the decoder of an integer requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IntCheck {
    /// A whole number.
    Whole,
    /// A whole number that JavaScript represents exactly.
    Safe,
    /// A whole number within the bounds: outside them, another untagged variant may be meant.
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
    /// Returns whether the key is comparable in Elm.
    pub(crate) const fn is_comparable(self) -> bool {
        !matches!(self, Self::Bool | Self::Variant(_))
    }
}

impl Type {
    /// Returns the components in order.
    pub(crate) fn components(&self) -> Vec<&Component> {
        fn of_record(record: &Record) -> impl Iterator<Item = &Component> {
            record.fields.iter().map(|field| &field.value)
        }
        match &self.body {
            Body::Unit => Vec::new(),
            Body::Newtype(value) => vec![value],
            Body::Tuple(items) => items.iter().collect(),
            Body::Record(record) => of_record(record).collect(),
            Body::Enum(all) => {
                let mut components = Vec::new();
                for variant in &all.variants {
                    match &variant.content {
                        Content::Nothing => {}
                        Content::One(value) => components.push(value),
                        Content::Many(items) => components.extend(items),
                        Content::Record(record) => components.extend(of_record(record)),
                    }
                }
                components
            }
        }
    }

    /// Returns the types to which this one refers, including those in its key template.
    pub(crate) fn references(&self) -> Vec<Index> {
        let mut found: Vec<_> =
            self.components().into_iter().flat_map(|part| part.codec.references()).collect();
        for piece in self.stored.iter().flat_map(|stored| &stored.key) {
            if let Piece::Part { key, newtypes, .. } = piece {
                found.extend(newtypes);
                found.extend(if let Key::Variant(index) = key { Some(*index) } else { None });
            }
        }
        found
    }

    /// Returns the record, or the records of the variants.
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
}

impl Codec {
    /// Returns the types to which the codec refers, including those of map keys.
    pub(crate) fn references(&self) -> Vec<Index> {
        match self {
            Self::Named(index) => vec![*index],
            Self::Maybe(inner) | Self::List(inner) | Self::Set(inner) | Self::Array(inner, _) => {
                inner.references()
            }
            Self::Tuple(items) => items.iter().flat_map(Self::references).collect(),
            Self::Map(key, _, value) => {
                let key = if let Key::Variant(index) = key { Some(*index) } else { None };
                key.into_iter().chain(value.references()).collect()
            }
            Self::Result { ok, err } => [ok, err].iter().flat_map(|codec| codec.references()).collect(),
            _ => Vec::new(),
        }
    }
}

impl Program {
    /// Returns whether a flattened value keeps members with unknown names.
    pub(crate) fn is_open(&self, codec: &Codec) -> bool {
        self.is_open_within(codec, &mut Vec::new())
    }

    fn is_open_within(&self, codec: &Codec, seen: &mut Vec<Index>) -> bool {
        match codec {
            Codec::Map(..) => true,
            Codec::Maybe(inner) => self.is_open_within(inner, seen),
            Codec::Named(index) if !seen.contains(index) => {
                seen.push(*index);
                match &self.types[*index].body {
                    Body::Record(record) => record.flattened().any(|codec| self.is_open_within(codec, seen)),
                    Body::Newtype(value) => self.is_open_within(&value.codec, seen),
                    Body::Enum(all) => all.variants.iter().any(|variant| {
                        let is_flat = variant.untagged
                            || matches!(all.tagging, Tagging::Internal { .. } | Tagging::Untagged);
                        is_flat
                            && match &variant.content {
                                Content::One(value) => self.is_open_within(&value.codec, seen),
                                Content::Record(record) => {
                                    record.flattened().any(|codec| self.is_open_within(codec, seen))
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

    /// Returns the names of an object's members: of its fields, and of the types flattened into it.
    pub(crate) fn record_names(&self, record: &Record) -> Vec<String> {
        let mut names = Vec::new();
        self.collect_record(record, &mut names, &mut Vec::new());
        names
    }

    /// Returns the names of the members of a flattened value.
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
                names.extend(field.accepted.iter().cloned());
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
