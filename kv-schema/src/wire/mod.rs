//! Finds types whose JSON serde writes but does not read back as it was.
//!
//! The derive sees only the tokens of one type. The types of its fields can still cause a value
//! that is written and cannot be read, or that is read as a value with other JSON. A catalog
//! refuses such types, so that clients never see them. In process they are harmless.
//!
//! In two cases a value may be read back as another one without a fault, because the other value
//! has the same JSON. First, JSON has only one `null`: for an `Option` whose content can be null
//! (`Option<Option<_>>`, `Option<()>`, an opaque field) it is the outermost `None`. Second, an
//! opaque value must be an object if it is flattened or has an internal tag: null is written there
//! as no members and read as an empty object, and serde refuses to write other values.
//!
//! Source of each fault: serde 1.0.229, `serde::__private::{ser, de}` (`FlatMapSerializer`,
//! `FlatMapDeserializer`, `TaggedSerializer`, `ContentDeserializer`), and experiments with
//! `serde_json`.

mod overlap;

use crate::rule::Rule;
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashSet;
use std::fmt;

/// A reason why serde does not read a value back as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireFault {
    place: String,
    problem: String,
}

impl WireFault {
    /// Returns the place: the type and the field, `Order.extra`.
    pub fn place(&self) -> &str {
        &self.place
    }
}

/// Writes the place, the problem and the fix.
impl fmt::Display for WireFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.place, self.problem)
    }
}

/// Returns every fault in a type and in its parts, in the order of the fields; empty if there is
/// none.
///
/// Takes time linear in the number of types, but quadratic in the number of types inside the
/// variants of an untagged enum, and in the number of flattened fields.
///
/// ```
/// use kv_schema::{KvField, wire};
/// use std::collections::HashMap;
///
/// assert!(wire::faults(HashMap::<u32, String>::schema()).is_empty());
/// ```
pub fn faults(schema: &'static TypeSchema) -> Vec<WireFault> {
    let mut finder = FaultFinder { seen: HashSet::new(), endless: HashSet::new(), faults: Vec::new() };
    finder.visit(schema, false, &schema.to_string());
    finder.faults
}

struct FaultFinder {
    /// The visited structs and enums, each with whether serde buffers it.
    seen: HashSet<(TypeId, bool)>,
    /// The types that have been reported because they contain themselves without JSON in between.
    endless: HashSet<TypeId>,
    faults: Vec<WireFault>,
}

impl FaultFinder {
    fn fault(&mut self, place: &str, problem: impl Into<String>) {
        let fault = WireFault { place: place.to_owned(), problem: problem.into() };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Visits a type. `buffered` means that serde first reads the value into a buffer, without the
    /// type.
    fn visit(&mut self, schema: &'static TypeSchema, buffered: bool, place: &str) {
        if matches!(schema.shape, Shape::Struct(_) | Shape::Enum(_))
            && !self.seen.insert((schema.id, buffered))
        {
            return;
        }
        for field in schema.hidden {
            self.fault(
                &format!("{schema}.{field}"),
                "is left out of the schema by `#[kv(skip)]`, but serde writes it: add `#[serde(skip)]` to it",
            );
        }
        let mut within = HashSet::new();
        if matches!(schema.shape, Shape::Struct(_) | Shape::Enum(_))
            && !self.endless.contains(&schema.id)
            && has_same_json(schema, schema.id, &mut within)
        {
            self.endless.extend(within);
            self.endless.insert(schema.id);
            self.fault(
                place,
                format!(
                    "is a `{schema}`, which contains itself without a list or a name in between, so that reading other \
                     JSON never ends: put it in a list, or under the name of a member or of a variant"
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
                if buffered && !is_text_key(key.get()) {
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
            // With an adjacent tag, serde buffers the content only if it precedes the tag. Members
            // have no order, so both must work.
            let buffered = buffered || tagging != Tagging::External;
            if tagging == Tagging::Untagged
                && let Some(first) = (0..nth).find(|first| overlap::is_shadowed(shape, *first, variant))
            {
                self.fault(
                    &place,
                    format!(
                        "is read back as `{}`, an earlier variant that accepts its JSON but writes it differently, or holds \
                         another number (JavaScript writes 1.0 as 1): put the more specific variant first, with \
                         `deny_unknown_fields` if only members distinguish them, or add a tag",
                        shape.variants[first].rust_name
                    ),
                );
            }
            if let Tagging::Internal { tag } = tagging {
                if let Fields::Newtype { field, .. } = variant.fields
                    && let content = field.ty.get().unwrapped()
                    && !is_object(content)
                    && !content.is_unit()
                {
                    self.fault(
                        &place,
                        format!(
                            "holds a `{content}`, which is not an object and has no place for a tag: use a struct, or an \
                             adjacent tag"
                        ),
                    );
                }
                let names = match variant.fields {
                    Fields::Newtype { field, .. } => names_of(field.ty.get().unwrapped()),
                    fields => {
                        let mut names = Vec::new();
                        names_of_fields(fields, &mut names, &mut HashSet::new());
                        names
                    }
                };
                if names.contains(&tag) {
                    self.fault(
                        &place,
                        format!(
                            "has a member {tag:?}, which is also the name of its tag: rename one of them"
                        ),
                    );
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
            if allows_any_float(field.rules) {
                self.fault(
                    &place,
                    "allows NaN and infinity (`any_float`), which JSON writes as `null`; `null` is not read as a number, so \
                     one such value makes a whole list unreadable: remove `any_float`, or leave the field out of the JSON \
                     with `#[serde(skip)]`, or choose another form with `#[serde(with = \"…\")]` and \
                     `#[kv(wire = \"…\")]`",
                );
            }
            // A struct reads its flattened fields from a buffer, and its other fields from the
            // text.
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
        if !is_object(content) && !content.is_unit() {
            self.fault(
                place,
                format!("is flattened, but a `{content}` has no members: flatten only structs and maps"),
            );
        } else if optional && may_be_empty(content, MAX_DEPTH) {
            self.fault(
                place,
                format!("is flattened, and a missing `{content}` is read as one without members: remove the `Option`"),
            );
        }
    }

    /// Checks that the members of flattened fields do not conflict with the other fields.
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
                            format!(
                                "is flattened, and its member {member:?} has the same name as that of `{other}`: rename \
                                 one of them"
                            ),
                        );
                    }
                    None => taken.push((member, field.rust_name)),
                }
            }
            if denies && MembersRead::of(content) != MembersRead::Own {
                self.fault(
                    &place,
                    "is flattened, and its parent refuses its members as unknown: remove `deny_unknown_fields` from the \
                     parent, or flatten a plain struct",
                );
            }
            let with_others = match MembersRead::of(content) {
                MembersRead::Everything => "takes every member,",
                MembersRead::Shared if denies_unknown(content) => "refuses unknown members,",
                MembersRead::Shared | MembersRead::Own => continue,
            };
            let mut others = flattened.iter().enumerate().filter(|(other, _)| *other != index);
            let left_over = others.find(|(other, sibling)| {
                *other > index || MembersRead::of(inside_option(sibling.ty.get())) != MembersRead::Own
            });
            if let Some((_, sibling)) = left_over {
                self.fault(
                    &place,
                    format!(
                        "{with_others} including those of the flattened `{}`: put it last, after structs",
                        sibling.rust_name
                    ),
                );
            }
        }
    }
}

/// Returns whether rules allow NaN and infinity.
fn allows_any_float(rules: &[Rule]) -> bool {
    rules.iter().any(|rule| match rule {
        Rule::AnyFloat(_) => true,
        Rule::Each(each) => allows_any_float(each.rules),
        _ => false,
    })
}

/// The members that a flattened type reads, of those that the parent's own fields left over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum MembersRead {
    /// Its own members. Later flattened fields do not see them.
    Own,
    /// All members, of which it ignores the unknown ones. Later flattened fields see all of them
    /// too.
    Shared,
    /// All members, which it stores. Later flattened fields see all of them too.
    Everything,
}

impl MembersRead {
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

/// Returns the names of the members that a flattened type reads; `None` if it stores every member.
pub(crate) fn own_names(schema: &'static TypeSchema) -> Option<Vec<&'static str>> {
    let content = inside_option(schema);
    (MembersRead::of(content) != MembersRead::Everything).then(|| names_of(content))
}

/// Returns the names of the members that an untagged variant reads; `None` if it stores every
/// member.
pub(crate) fn variant_names(variant: &Variant) -> Option<Vec<&'static str>> {
    if let Fields::Newtype { field, .. } = variant.fields {
        return own_names(field.ty.get());
    }
    let mut names = Vec::new();
    names_of_fields(variant.fields, &mut names, &mut HashSet::new());
    (MembersRead::of_fields(variant.fields) != MembersRead::Everything).then_some(names)
}

/// Returns the names of the members that identify a variant, except an internal or adjacent tag and
/// its content.
pub(crate) fn names_except_tag(tagging: Tagging, variant: &Variant) -> Vec<&'static str> {
    match tagging {
        _ if variant.untagged || tagging == Tagging::Untagged => variant_names(variant).unwrap_or_default(),
        Tagging::External => variant.aliases.iter().copied().chain([variant.name]).collect(),
        _ => Vec::new(),
    }
}

/// The nesting of untagged variants and flattened fields to which they are followed. Only a type
/// that contains itself has more.
const MAX_DEPTH: usize = 32;

/// Returns the type inside an `Option`, or the type itself, without newtypes around it.
fn inside_option(schema: &'static TypeSchema) -> &'static TypeSchema {
    match schema.shape {
        Shape::Option(inner) => inner.get().unwrapped(),
        _ => schema.unwrapped(),
    }
}

/// Returns whether a type contains another one with the same JSON, at any depth.
fn has_same_json(schema: &'static TypeSchema, other: TypeId, seen: &mut HashSet<TypeId>) -> bool {
    let mut holds = |field: &Field| {
        let ty = field.ty.get();
        ty.id == other || (seen.insert(ty.id) && has_same_json(ty, other, seen))
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

/// Returns whether serde can read a key from a buffer, where it is a text.
fn is_text_key(key: &'static TypeSchema) -> bool {
    !matches!(key.unwrapped().shape, Shape::Int(_) | Shape::NonZero(_) | Shape::Bool)
}

/// Returns whether all values of a type are objects in JSON.
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
                    Fields::Newtype { field, .. } => is_object_within(field.ty.get().unwrapped(), depth - 1),
                    Fields::Unit | Fields::Tuple(_) => false,
                },
                _ => true,
            })
        }
        _ => false,
    }
}

/// Returns whether a type can be read from an object without members.
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

/// Returns whether a type refuses unknown members.
fn denies_unknown(content: &'static TypeSchema) -> bool {
    let denies = |variant: &Variant| match variant.fields {
        Fields::Named { deny_unknown, .. } => deny_unknown,
        Fields::Newtype { field, .. } => {
            let content = field.ty.get().unwrapped();
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

/// Returns the known names of a type's members, including aliases.
fn names_of(content: &'static TypeSchema) -> Vec<&'static str> {
    // A map with an enum as its key has known names.
    if let Shape::Map { key, .. } = content.shape
        && let Shape::Enum(key) = key.get().unwrapped().shape
    {
        let names = |variant: &'static Variant| variant.aliases.iter().copied().chain([variant.name]);
        return key.variants.iter().flat_map(names).collect();
    }
    let mut names = Vec::new();
    collect_names(content, &mut names, &mut HashSet::new());
    // Several variants can have members of the same name.
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
        Fields::Newtype { field, .. } => collect_names(field.ty.get().unwrapped(), names, seen),
        Fields::Unit | Fields::Tuple(_) => {}
    }
}
