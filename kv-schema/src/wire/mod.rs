//! What serde cannot carry both ways, as far as only the whole of a schema shows it.
//!
//! The derive sees one type at a time, and by its tokens alone. What a field's type turns out to be can still make a
//! value that is written and never read again, or read as one that is written otherwise. A catalog refuses such types,
//! so that no client meets them; in process they do no harm.
//!
//! Two things are no faults, though a value may come back as another one, since what is written of that is the same
//! JSON again. JSON has one `null`: of an `Option` around what may itself be null (`Option<Option<_>>`, `Option<()>`,
//! an opaque field) it is the outermost `None`. And what is opaque is an object where it is flattened or stands under an internal
//! tag: null is written there as no members, and read as an empty object; all else that is none, serde refuses to
//! write.
//!
//! Source of each fault: serde 1.0.229, `serde::__private::{ser, de}` (`FlatMapSerializer`, `FlatMapDeserializer`,
//! `TaggedSerializer`, `ContentDeserializer`), and what `serde_json` made of a value of each kind.

mod overlap;

use crate::rule::Rule;
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashSet;
use std::fmt;

/// Something that serde writes and does not read as what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFault {
    place: String,
    problem: String,
}

impl WireFault {
    /// Where it is: the type and the field, `Order.extra`.
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// Writes the place, what is wrong there, and what to do instead.
impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.place, self.problem)
    }
}

/// Every fault in a type and in the types that it is made of, in the order of their fields; empty for a sound one.
/// Takes time linear in the number of types; quadratic in those that the variants of an untagged enum are made of, and in
/// fields where they are flattened.
///
/// ```
/// use kv_schema::{KvField, wire};
/// use std::collections::HashMap;
///
/// assert!(wire::faults(HashMap::<u32, String>::schema()).is_empty());
/// ```
pub fn faults(schema: &'static TypeSchema) -> Vec<WireFault> {
    let mut walk = Walk { seen: HashSet::new(), endless: HashSet::new(), faults: Vec::new() };
    walk.visit(schema, false, &schema.to_string());
    walk.faults
}

struct Walk {
    /// Each struct and enum once beside and once inside what serde buffers.
    seen: HashSet<(TypeId, bool)>,
    /// Types of which it was said that they stand for themselves.
    endless: HashSet<TypeId>,
    faults: Vec<WireFault>,
}

impl Walk {
    fn fault(&mut self, place: &str, problem: impl Into<String>) {
        let fault = WireFault { place: place.to_owned(), problem: problem.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// `buffered` says that serde reads the value into a buffer first, before it knows the type.
    fn visit(&mut self, schema: &'static TypeSchema, buffered: bool, place: &str) {
        if matches!(schema.shape, Shape::Struct(_) | Shape::Enum(_))
            && !self.seen.insert((schema.id, buffered))
        {
            return;
        }
        for field in schema.hidden {
            self.fault(
                &format!("{schema}.{field}"),
                "is left out of the schema by `#[kv(skip)]`, but not of the JSON: add `#[serde(skip)]` to it",
            );
        }
        let mut within = HashSet::new();
        if matches!(schema.shape, Shape::Struct(_) | Shape::Enum(_))
            && !self.endless.contains(&schema.id)
            && stands_for(schema, schema.id, &mut within)
        {
            self.endless.extend(within);
            self.endless.insert(schema.id);
            self.fault(
                place,
                format!(
                    "is a `{schema}`, which is read as itself again and again where JSON does not fit: put it in a list, or \
                     under the name of a member or of a variant"
                ),
            );
        }
        match schema.shape {
            Shape::Int(kind) | Shape::NonZero(kind) if buffered && kind.is_128_bits() => self.fault(
                place,
                "is a 128-bit integer, which serde does not read inside `flatten`, `untagged` or an enum with a tag",
            ),
            Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) | Shape::Array { item: inner, .. } => {
                self.visit(inner.get(), buffered, place);
            }
            Shape::Tuple(items) => items.iter().for_each(|item| self.visit(item.get(), buffered, place)),
            Shape::Map { key, value } => {
                if buffered && !is_text(key.get()) {
                    self.fault(
                        place,
                        format!(
                            "is a map with keys of `{}`, which serde does not read inside `flatten`, `untagged` or an \
                             enum with a tag: use `String`",
                            key.get()
                        ),
                    );
                }
                self.visit(value.get(), buffered, place);
            }
            Shape::Struct(fields) => self.fields(fields, buffered, &schema.to_string()),
            Shape::Enum(shape) => self.variants(&shape, buffered, &schema.to_string()),
            _ => {}
        }
    }

    fn variants(&mut self, shape: &Enum, buffered: bool, name: &str) {
        for (nth, variant) in shape.variants.iter().enumerate() {
            let place = format!("{name}::{}", variant.rust_name);
            let tagging = if variant.untagged { Tagging::Untagged } else { shape.tagging };
            // With an adjacent tag, only what stands before the tag is; the members of an object have no order.
            let buffered = buffered || tagging != Tagging::External;
            if tagging == Tagging::Untagged
                && let Some(first) = (0..nth).find(|first| overlap::is_shadowed(shape, *first, variant))
            {
                self.fault(
                    &place,
                    format!(
                        "writes what is read as `{}`, an earlier variant that writes it differently or holds another \
                         number (JavaScript writes 1.0 as 1): put the more particular one first, with \
                         `deny_unknown_fields` where only members tell them apart, or tell them apart by a tag",
                        shape.variants[first].rust_name
                    ),
                );
            }
            if let Tagging::Internal { tag } = tagging {
                if let Fields::Newtype { field, .. } = variant.fields
                    && let content = unwrapped(field.ty.get())
                    && !is_object(content)
                    && !is_nothing(content)
                {
                    self.fault(
                        &place,
                        format!("holds a `{content}`, beside which no tag can stand: use a struct, or an adjacent tag"),
                    );
                }
                let names = match variant.fields {
                    Fields::Newtype { field, .. } => names_of(unwrapped(field.ty.get())),
                    fields => {
                        let mut names = Vec::new();
                        names_of_fields(fields, &mut names, &mut HashSet::new());
                        names
                    }
                };
                if names.contains(&tag) {
                    self.fault(&place, format!("has a member {tag:?}, which is the name of its tag"));
                }
            }
            self.fields(variant.fields, buffered, &place);
        }
    }

    fn fields(&mut self, fields: Fields, buffered: bool, name: &str) {
        let flattens = fields.all().iter().any(|field| field.flatten);
        for field in fields.all() {
            let place = match fields {
                Fields::Newtype { .. } => name.to_owned(),
                _ => format!("{name}.{}", field.rust_name),
            };
            if field.flatten {
                self.flattened(field, &place);
            }
            if lets_any_float_in(field.rules) {
                self.fault(
                    &place,
                    "lets in NaN and infinity (`any_float`), which JSON writes as `null` and does not read as a number again, so \
                     that one of them makes a whole list unreadable: leave out `any_float`, or leave the field out of the \
                     JSON with `#[serde(skip)]`, or name another form for it with `#[serde(with = \"…\")]` and \
                     `#[kv(wire = \"…\")]`",
                );
            }
            // A struct with a flattened field reads its own fields from the text, and the others from a buffer.
            self.visit(field.ty.get(), buffered || field.flatten, &place);
        }
        if flattens {
            let denies = matches!(fields, Fields::Named { deny_unknown: true, .. });
            self.siblings(fields.all(), denies, name);
        }
    }

    fn flattened(&mut self, field: &Field, place: &str) {
        let ty = field.ty.get();
        let (content, optional) = (inside_option(ty), matches!(ty.shape, Shape::Option(_)));
        if !is_object(content) && !is_nothing(content) {
            self.fault(
                place,
                format!("is flattened, but a `{content}` has no members: only structs and maps have"),
            );
        } else if optional && may_be_empty(content, MAX_DEPTH) {
            self.fault(
                place,
                format!("is flattened, and a missing `{content}` reads as one without members: leave out the `Option`"),
            );
        }
    }

    /// What flattened fields do to the other fields of their parent.
    fn siblings(&mut self, fields: &'static [Field], denies: bool, name: &str) {
        let mut taken: Vec<(&str, &str)> = Vec::new();
        for field in fields.iter().filter(|field| !field.flatten) {
            taken.push((field.name, field.rust_name));
            taken.extend(field.aliases.iter().map(|alias| (*alias, field.rust_name)));
        }
        let flattened: Vec<_> = fields.iter().filter(|field| field.flatten).collect();
        for (index, field) in flattened.iter().enumerate() {
            let place = format!("{name}.{}", field.rust_name);
            let content = inside_option(field.ty.get());
            for member in names_of(content) {
                match taken.iter().find(|(name, _)| *name == member) {
                    Some((_, other)) => {
                        self.fault(
                            &place,
                            format!("is flattened, and its member {member:?} meets that of `{other}`"),
                        );
                    }
                    None => taken.push((member, field.rust_name)),
                }
            }
            if denies && Reading::of(content) != Reading::Own {
                self.fault(
                    &place,
                    "leaves its members to its parent, which refuses them: leave out `deny_unknown_fields`, or flatten a \
                     plain struct",
                );
            }
            let with_others = match Reading::of(content) {
                Reading::Everything => "takes every member,",
                Reading::Shared if denies_unknown(content) => "refuses members that it does not know,",
                Reading::Shared | Reading::Own => continue,
            };
            let mut others = flattened.iter().enumerate().filter(|(other, _)| *other != index);
            let left_over = others.find(|(other, sibling)| {
                *other > index || Reading::of(inside_option(sibling.ty.get())) != Reading::Own
            });
            if let Some((_, sibling)) = left_over {
                self.fault(
                    &place,
                    format!(
                        "{with_others} those of the flattened `{}` as well: put it last, with structs before it",
                        sibling.rust_name
                    ),
                );
            }
        }
    }
}

/// Whether rules let in floats that JSON has no number for.
fn lets_any_float_in(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match rule {
        Rule::AnyFloat(_) => true,
        Rule::Each(each) => lets_any_float_in(each.rules),
        _ => false,
    })
}

/// What a flattened type reads of the members that its parent left.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Its own members, which nobody behind it sees.
    Own,
    /// All, of which it uses what it knows; everybody behind it sees them too.
    Shared,
    /// All, and keeps them.
    Everything,
}

impl Reading {
    fn of(content: &'static TypeSchema) -> Self {
        match content.shape {
            Shape::Map { .. } | Shape::Json => Self::Everything,
            Shape::Enum(Enum { tagging: Tagging::Internal { .. } | Tagging::Untagged, .. }) => Self::Shared,
            Shape::Struct(fields) => Self::of_fields(fields),
            _ => Self::Own,
        }
    }

    fn of_fields(fields: Fields) -> Self {
        let Fields::Named { fields, .. } = fields else { return Self::Own };
        let mut flattened = fields.iter().filter(|field| field.flatten).peekable();
        if flattened.peek().is_none() {
            return Self::Own;
        }
        let mut contents = flattened.map(|field| inside_option(field.ty.get()));
        let is_open = contents.any(|content| matches!(content.shape, Shape::Map { .. } | Shape::Json));
        if is_open { Self::Everything } else { Self::Shared }
    }
}

/// Returns the names of the members that a flattened type reads as its own; `None` if it keeps every member.
pub(crate) fn own_names(schema: &'static TypeSchema) -> Option<Vec<&'static str>> {
    let content = inside_option(schema);
    (Reading::of(content) != Reading::Everything).then(|| names_of(content))
}

/// Returns the names of the members that a variant without a tag reads; `None` if it keeps every member.
pub(crate) fn variant_names(variant: &Variant) -> Option<Vec<&'static str>> {
    if let Fields::Newtype { field, .. } = variant.fields {
        return own_names(field.ty.get());
    }
    let mut names = Vec::new();
    names_of_fields(variant.fields, &mut names, &mut HashSet::new());
    (Reading::of_fields(variant.fields) != Reading::Everything).then_some(names)
}

/// Returns the names of members by which a variant is recognized, except an internal or adjacent tag and its content.
pub(crate) fn names_beside_tag(tagging: Tagging, variant: &Variant) -> Vec<&'static str> {
    match tagging {
        _ if variant.untagged || tagging == Tagging::Untagged => variant_names(variant).unwrap_or_default(),
        Tagging::External => variant.aliases.iter().copied().chain([variant.name]).collect(),
        _ => Vec::new(),
    }
}

/// How far newtypes and flattened fields are followed: no further does anybody nest them but in a type that holds
/// itself.
const MAX_DEPTH: usize = 32;

/// What a newtype holds, however deep.
fn unwrapped(mut schema: &'static TypeSchema) -> &'static TypeSchema {
    for _ in 0..MAX_DEPTH {
        let Shape::Struct(Fields::Newtype { field, .. }) = schema.shape else { break };
        schema = field.ty.get();
    }
    schema
}

fn inside_option(schema: &'static TypeSchema) -> &'static TypeSchema {
    match schema.shape {
        Shape::Option(inner) => unwrapped(inner.get()),
        _ => unwrapped(schema),
    }
}

/// Whether a type is read as another one from the very same JSON, however deep.
fn stands_for(schema: &'static TypeSchema, other: TypeId, seen: &mut HashSet<TypeId>) -> bool {
    let mut holds = |field: &Field| {
        let ty = field.ty.get();
        ty.id == other || (seen.insert(ty.id) && stands_for(ty, other, seen))
    };
    match schema.shape {
        Shape::Option(inner) => holds(&Field::new("", inner)),
        Shape::Struct(Fields::Newtype { field, .. }) => holds(field),
        Shape::Enum(Enum { tagging, variants }) => variants.iter().any(|variant| match variant.fields {
            Fields::Newtype { field, .. } => {
                (variant.untagged || tagging == Tagging::Untagged) && holds(field)
            }
            _ => false,
        }),
        _ => false,
    }
}

/// Whether a key is written and read as a text even where serde does not know the type.
fn is_text(key: &'static TypeSchema) -> bool {
    !matches!(unwrapped(key).shape, Shape::Int(_) | Shape::NonZero(_) | Shape::Bool)
}

/// Whether it is an object on the wire, whatever its value.
fn is_object(content: &'static TypeSchema) -> bool {
    is_object_within(content, MAX_DEPTH)
}

fn is_object_within(content: &'static TypeSchema, depth: usize) -> bool {
    match content.shape {
        _ if depth == 0 => false,
        Shape::Map { .. } | Shape::Json | Shape::Struct(Fields::Named { .. }) => true,
        Shape::Enum(Enum { tagging, variants }) => {
            variants.iter().all(|variant| match if variant.untagged { Tagging::Untagged } else { tagging } {
                Tagging::Untagged => match variant.fields {
                    Fields::Named { .. } => true,
                    Fields::Newtype { field, .. } => is_object_within(unwrapped(field.ty.get()), depth - 1),
                    Fields::Unit | Fields::Tuple(_) => false,
                },
                _ => true,
            })
        }
        _ => false,
    }
}

fn is_nothing(content: &'static TypeSchema) -> bool {
    matches!(content.shape, Shape::Unit | Shape::Struct(Fields::Unit))
}

/// Whether it can be an object without members.
fn may_be_empty(content: &'static TypeSchema, depth: usize) -> bool {
    match content.shape {
        _ if depth == 0 => true,
        Shape::Map { .. } | Shape::Json => true,
        Shape::Struct(Fields::Named { fields, .. }) => fields.iter().all(|field| {
            if field.flatten {
                may_be_empty(inside_option(field.ty.get()), depth - 1)
            } else {
                field.is_optional()
            }
        }),
        _ => false,
    }
}

/// Whether it refuses members that it does not know, where it is shown all.
fn denies_unknown(content: &'static TypeSchema) -> bool {
    let denies = |variant: &Variant| match variant.fields {
        Fields::Named { deny_unknown, .. } => deny_unknown,
        Fields::Newtype { field, .. } => {
            let content = unwrapped(field.ty.get());
            matches!(content.shape, Shape::Struct(Fields::Named { deny_unknown: true, .. }))
        }
        Fields::Unit | Fields::Tuple(_) => false,
    };
    match content.shape {
        Shape::Enum(shape) => shape.variants.iter().any(denies),
        Shape::Struct(Fields::Named { deny_unknown, .. }) => deny_unknown,
        _ => false,
    }
}

/// The names that its members can have, as far as they are not open, and those that they are read by.
fn names_of(content: &'static TypeSchema) -> Vec<&'static str> {
    // Of a map, those that all its keys have.
    if let Shape::Map { key, .. } = content.shape
        && let Shape::Enum(key) = unwrapped(key.get()).shape
    {
        let names = |variant: &'static Variant| variant.aliases.iter().copied().chain([variant.name]);
        return key.variants.iter().flat_map(names).collect();
    }
    let mut names = Vec::new();
    collect_names(content, &mut names, &mut HashSet::new());
    // Variants may have members of the same name.
    let mut unique = HashSet::new();
    names.retain(|name| unique.insert(*name));
    names
}

fn collect_names(content: &'static TypeSchema, names: &mut Vec<&'static str>, seen: &mut HashSet<TypeId>) {
    if !seen.insert(content.id) {
        return;
    }
    match content.shape {
        Shape::Struct(fields) => names_of_fields(fields, names, seen),
        Shape::Enum(shape) => {
            match shape.tagging {
                Tagging::Internal { tag } => names.push(tag),
                Tagging::Adjacent { tag, content, .. } => names.extend([tag, content]),
                Tagging::External | Tagging::Untagged => {}
            }
            for variant in shape.variants {
                match shape.tagging {
                    Tagging::External if !variant.untagged => {
                        names.push(variant.name);
                        names.extend(variant.aliases);
                    }
                    Tagging::Adjacent { .. } if !variant.untagged => {}
                    _ => names_of_fields(variant.fields, names, seen),
                }
            }
        }
        _ => {}
    }
}

fn names_of_fields(fields: Fields, names: &mut Vec<&'static str>, seen: &mut HashSet<TypeId>) {
    match fields {
        Fields::Named { fields, .. } => {
            for field in fields {
                if field.flatten {
                    collect_names(inside_option(field.ty.get()), names, seen);
                } else {
                    names.push(field.name);
                    names.extend(field.aliases);
                }
            }
        }
        Fields::Newtype { field, .. } => collect_names(unwrapped(field.ty.get()), names, seen),
        Fields::Unit | Fields::Tuple(_) => {}
    }
}
