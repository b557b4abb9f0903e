//! Lowers schemas to the [intermediate representation](crate::ir), or reports what Elm cannot
//! represent.

mod collisions;
mod graph;
mod naming;
mod rules;

use crate::config::Config;
use crate::ir::{
    Body, Codec, Component, Content, Enum, Field, Index, Int, IntCheck, Key, Piece, Presence, Program,
    Record, Stored, Tagging, Type, Variant,
};
use crate::names;
use crate::unsupported::{Unsupported, UnsupportedTypes};
use kv_schema::elm;
use kv_schema::rule::{MAX_SAFE_INTEGER, Number, Rule};
use kv_schema::token::SchemaToken;
use kv_schema::ty::{self, Fields, IntKind, Shape, TypeRef};
use kv_schema::{Exposed, TypeSchema, template};
use rules::{checks, checks_of_key, each, server_rules};
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Lowers exposed types and all types to which they refer.
///
/// # Errors
///
/// Everything that Elm cannot represent.
pub(crate) fn program(exposed: &[Exposed], config: &Config) -> Result<Program, UnsupportedTypes> {
    let all = named_types(exposed);
    let mut lowering = Lowering {
        config,
        indices: all.iter().enumerate().map(|(index, schema)| (schema.id, index)).collect(),
        strict: graph::strict(exposed),
        unsupported: Vec::new(),
    };
    let names = naming::types(&all, config, &mut lowering.unsupported);
    let types = all.iter().zip(names).map(|(schema, name)| lowering.ty(schema, name));
    let mut program = Program { types: types.collect() };
    let name_of = |schema: &TypeSchema| Some(program.types[*lowering.indices.get(&schema.id)?].name.clone());
    let plurals = naming::plurals(exposed, name_of, &mut lowering.unsupported);
    for (exposed, plural) in exposed.iter().zip(plurals) {
        let stored = lowering.stored(exposed, plural, &program);
        match lowering.indices.get(&exposed.schema().id) {
            Some(index) => program.types[*index].stored = Some(stored),
            None => lowering.unsupported.push(Unsupported::new(
                full_name(exposed.schema()),
                format!("is exposed with the tag {:?}, but has no name in Elm", exposed.tag()),
                "expose a newtype around it",
            )),
        }
    }
    graph::finish(&mut program);
    naming::finish(&mut program, &all, config, &mut lowering.unsupported);
    UnsupportedTypes::check(lowering.unsupported)?;
    Ok(program)
}

/// Returns the types that get a definition in Elm, in the order of [`Program::types`].
pub(crate) fn named_types(exposed: &[Exposed]) -> Vec<&'static TypeSchema> {
    graph::named(exposed)
}

/// Returns the path of a type in Rust.
fn full_name(schema: &TypeSchema) -> String {
    if schema.module.is_empty() { schema.to_string() } else { format!("{}::{schema}", schema.module) }
}

/// Returns whether a type gets a definition in Elm.
fn is_named(schema: &TypeSchema) -> bool {
    match schema.shape {
        Shape::Struct(_) => true,
        Shape::Enum(_) => !is_result(schema),
        _ => false,
    }
}

fn is_result(schema: &TypeSchema) -> bool {
    schema.module.is_empty() && schema.name == "Result"
}

struct Lowering<'a> {
    config: &'a Config,
    indices: HashMap<TypeId, Index>,
    strict: HashSet<TypeId>,
    unsupported: Vec<Unsupported>,
}

/// The surroundings of a type reference.
#[derive(Clone, Copy)]
struct Context<'a> {
    /// Path in Rust, for errors.
    place: &'a str,
    /// Rules of the field or of the items.
    rules: &'static [Rule],
    /// See [`graph::strict`].
    strict: bool,
}

impl Lowering<'_> {
    fn unsupported(&mut self, place: &str, problem: impl Into<String>, help: impl Into<String>) {
        let found = Unsupported::new(place, problem, help);
        if !self.unsupported.contains(&found) {
            self.unsupported.push(found);
        }
    }

    fn ty(&mut self, schema: &'static TypeSchema, name: String) -> Type {
        let place = full_name(schema);
        let strict = self.strict.contains(&schema.id);
        let body = match schema.shape {
            Shape::Struct(fields) => match fields {
                Fields::Unit => Body::Unit,
                Fields::Newtype { field, .. } => Body::Newtype(self.value(field, &place, strict)),
                Fields::Tuple(items) => Body::Tuple(self.items(items, &place, strict)),
                Fields::Named { fields, deny_unknown } => {
                    Body::Record(self.record(fields, deny_unknown, &place, strict))
                }
            },
            Shape::Enum(all) => Body::Enum(self.enumeration(&all, &place, strict)),
            _ => Body::Unit,
        };
        Type {
            name,
            values: BTreeMap::new(),
            rust_path: place,
            rust_crate: schema.module.split("::").next().unwrap_or_default().to_owned(),
            docs: schema.docs.to_owned(),
            body,
            server_rules: server_rules(schema),
            has_rules: false,
            cycle: 0,
            recursive: false,
            boxed: false,
            flattened: false,
            is_key: false,
            stored: None,
        }
    }

    fn stored(&mut self, exposed: &Exposed, plural: String, program: &Program) -> Stored {
        let schema = exposed.schema();
        let key = exposed.key_template().iter().map(|piece| self.piece(piece, schema, program)).collect();
        Stored {
            tag: exposed.tag().to_owned(),
            prefix: exposed.prefix().to_owned(),
            token: SchemaToken::of(schema).to_string(),
            can_list: exposed.access().can_list(),
            can_write: exposed.access().can_write(),
            plural,
            key,
        }
    }

    fn piece(
        &mut self,
        piece: &template::Piece<'_>,
        schema: &'static TypeSchema,
        program: &Program,
    ) -> Piece {
        let rust = match piece {
            template::Piece::Text(text) => return Piece::Text((*text).to_owned()),
            template::Piece::Part(rust) => *rust,
        };
        let place = format!("{}.{rust}", full_name(schema));
        let at = self.indices.get(&schema.id).copied();
        let fields = match schema.shape {
            Shape::Struct(fields) => fields.all(),
            _ => &[],
        };
        let found = fields.iter().position(|field| field.rust_name == rust);
        let name = match (at.map(|at| &program.types[at].body), found) {
            (Some(Body::Record(record)), Some(nth)) if record.fields[nth].presence == Presence::Required => {
                record.fields[nth].name.clone()
            }
            _ => {
                self.unsupported(
                    &place,
                    "is a part of the key template, but may be missing from the JSON",
                    "use a field that is neither an `Option` nor skipped",
                );
                return Piece::Text(String::new());
            }
        };
        let part = fields[found.unwrap_or_default()].ty.get();
        let newtypes = std::iter::once(part)
            .chain(part.newtype_fields().map(|field| field.ty.get()))
            .filter(|schema| matches!(schema.shape, Shape::Struct(Fields::Newtype { .. })))
            .filter_map(|newtype| self.indices.get(&newtype.id).copied())
            .collect();
        let key = self.key(part, Context { place: &place, rules: &[], strict: false });
        Piece::Part { rust_name: rust.to_owned(), field: name, newtypes, key }
    }

    /// Reports a literal with U+FFFF: Elm 0.19.1 compiles '\u{FFFF}' to '\uD7FF\uDFFF'.
    fn literal(&mut self, text: &str, place: &str) {
        if text.contains('\u{ffff}') {
            self.unsupported(
                place,
                "has U+FFFF in a name or a rule, which the Elm compiler turns into another text",
                "remove it: it is not a character",
            );
        }
    }

    fn literals_of_rules(&mut self, rules: &[Rule], place: &str) {
        for rule in rules {
            match rule {
                Rule::OneOf(one_of) => one_of.allowed.iter().for_each(|text| self.literal(text, place)),
                Rule::Each(each) => self.literals_of_rules(each.rules, place),
                _ => {}
            }
        }
    }

    fn value(&mut self, field: &ty::Field, place: &str, strict: bool) -> Component {
        self.literals_of_rules(field.rules, place);
        let codec = self.codec(field.ty, Context { place, rules: field.rules, strict });
        Component { codec, rules: checks(field.rules, field.ty.get()) }
    }

    fn items(&mut self, items: &[ty::Field], place: &str, strict: bool) -> Vec<Component> {
        items.iter().map(|item| self.value(item, &format!("{place}.{}", item.rust_name), strict)).collect()
    }

    fn record(&mut self, fields: &[ty::Field], deny_unknown: bool, place: &str, strict: bool) -> Record {
        let mut mapped: Vec<Field> = Vec::new();
        for (field, name) in fields.iter().zip(names::fields(fields, self.config.camel_case)) {
            let place = format!("{place}.{}", field.rust_name);
            naming::given_name(field.elm, elm::check_field, &place, &mut self.unsupported);
            if let Some(nth) = mapped.iter().position(|other| other.name == name) {
                self.unsupported(
                    &place,
                    format!(
                        "and `{}` are both named `{name}` by `#[kv(elm = \"…\")]`",
                        fields[nth].rust_name
                    ),
                    "rename one of them",
                );
            }
            mapped.push(self.field(field, name, &place, strict));
        }
        Record { fields: mapped, strict: strict && deny_unknown }
    }

    fn field(&mut self, field: &ty::Field, name: String, place: &str, strict: bool) -> Field {
        self.literal(field.name, place);
        self.literals_of_rules(field.rules, place);
        let schema = field.ty.get();
        let context = Context { place, rules: field.rules, strict };
        let (presence, codec) = match schema.shape {
            _ if field.flatten => (Presence::Flat, self.flattened(schema, field.ty, context)),
            Shape::Option(inner) => (Presence::Optional, self.inside_option(inner, context)),
            _ if field.may_be_left_out => {
                let default = field.default_json.and_then(ty::DefaultJson::get);
                let default = default.map(|json| json.replace('\u{ffff}', "\\uffff"));
                (default.map_or(Presence::LeftOut, Presence::Default), self.codec(field.ty, context))
            }
            _ => (Presence::Required, self.codec(field.ty, context)),
        };
        Field {
            name,
            wire: field.name.to_owned(),
            accepted: std::iter::once(&field.name)
                .chain(field.aliases)
                .map(|name| (*name).to_owned())
                .collect(),
            docs: field.docs.to_owned(),
            presence,
            value: Component { codec, rules: checks(field.rules, schema) },
        }
    }

    /// Lowers a flattened type. Flattened JSON is always an object.
    fn flattened(&mut self, schema: &'static TypeSchema, ty: TypeRef, context: Context<'_>) -> Codec {
        match schema.shape {
            Shape::Json => Codec::Map(Key::String, Vec::new(), Box::new(Codec::Json)),
            Shape::Option(inner) => Codec::Maybe(Box::new(self.flattened(inner.get(), inner, context))),
            _ => self.codec(ty, context),
        }
    }

    /// Lowers the content of an `Option`.
    fn inside_option(&mut self, inner: TypeRef, context: Context<'_>) -> Codec {
        let codec = self.codec(inner, context);
        if matches!(codec, Codec::Maybe(_)) {
            self.unsupported(
                context.place,
                "is an `Option` in an `Option`, whose `None` and `Some(None)` are both `null` in JSON",
                "use an enum of three variants, or remove one `Option`",
            );
        }
        codec
    }

    fn codec(&mut self, ty: TypeRef, context: Context<'_>) -> Codec {
        let schema = ty.get();
        let inside = Context { rules: each(context.rules), ..context };
        match schema.shape {
            Shape::Unit => Codec::Unit,
            Shape::Bool => Codec::Bool,
            Shape::Int(kind) => Codec::Int(self.int(kind, false, context)),
            Shape::NonZero(kind) => Codec::Int(self.int(kind, true, context)),
            Shape::Float(_) => {
                Codec::Float { finite: !context.rules.iter().any(|rule| matches!(rule, Rule::AnyFloat(_))) }
            }
            Shape::Char => Codec::Char,
            Shape::String | Shape::Formatted(_) => Codec::String,
            Shape::Json => Codec::Json,
            Shape::Option(inner) => Codec::Maybe(Box::new(self.inside_option(inner, context))),
            Shape::List(item) => Codec::List(Box::new(self.codec(item, inside))),
            Shape::Set(item) => {
                let item = self.codec(item, inside);
                // Only these are comparable in Elm.
                if matches!(item, Codec::Int(_) | Codec::Char | Codec::String) {
                    Codec::Set(Box::new(item))
                } else {
                    Codec::List(Box::new(item))
                }
            }
            Shape::Array { item, len } => Codec::Array(Box::new(self.codec(item, inside)), len),
            Shape::Tuple(items) if items.len() > 3 => {
                self.unsupported(
                    context.place,
                    format!("is a tuple of {} items, but Elm tuples have at most three", items.len()),
                    "use a struct with named fields, or a tuple struct",
                );
                Codec::Unit
            }
            Shape::Tuple(items) => Codec::Tuple(items.iter().map(|item| self.codec(*item, inside)).collect()),
            Shape::Map { key, value } => {
                let rules = checks_of_key(key.get());
                let key = self.key(key.get(), Context { rules: &[], ..context });
                Codec::Map(key, rules, Box::new(self.codec(value, inside)))
            }
            Shape::Enum(ty::Enum { variants: [ok, err], .. }) if is_result(schema) => {
                let plain = Context { rules: &[], ..context };
                let mut of = |variant: &ty::Variant| match variant.fields {
                    Fields::Newtype { field, .. } => Box::new(self.codec(field.ty, plain)),
                    _ => Box::new(Codec::Unit),
                };
                Codec::Result { ok: of(ok), err: of(err) }
            }
            Shape::Struct(_) | Shape::Enum(_) => match self.indices.get(&schema.id) {
                Some(index) => Codec::Named(*index),
                None => Codec::Json,
            },
            _ => {
                self.unsupported(
                    context.place,
                    format!("is a `{schema}`, which this version of kv-elm does not know"),
                    "update kv-elm",
                );
                Codec::Json
            }
        }
    }

    fn int(&mut self, kind: IntKind, non_zero: bool, context: Context<'_>) -> Int {
        let safe = |n: i128| (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(&n);
        let (mut min, mut max) = kind.range();
        let is_wide = !(safe(min) && safe(max));
        let any_int = context.rules.iter().any(|rule| matches!(rule, Rule::AnyInt(_)));
        let stated = context.rules.iter().any(|rule| match rule {
            Rule::JsSafe(_) => true,
            Rule::Range(range) => {
                let within = |bound| matches!(bound, Some(Number::Int(n)) if safe(n));
                within(range.max) && (min >= 0 || within(range.min))
            }
            _ => false,
        });
        if is_wide && any_int {
            self.unsupported(
                context.place,
                "may be any integer of its type (`any_int`), but JavaScript rounds integers beyond 2^53 − 1",
                "write it as a string, with `#[kv(wire = \"String\")]` and `#[serde(with = \"…\")]`, or remove `any_int`",
            );
        } else if kind.is_128_bits() && !stated {
            self.unsupported(
                context.place,
                "is a 128-bit integer, but JavaScript rounds integers beyond 2^53 − 1",
                "forbid larger integers with `#[kv(js_safe)]`, or write it as a string, with \
                 `#[kv(wire = \"String\")]` and `#[serde(with = \"…\")]`",
            );
        }
        min = min.max(-MAX_SAFE_INTEGER);
        max = max.min(MAX_SAFE_INTEGER);
        let check = match (context.strict, is_wide) {
            (true, _) => IntCheck::Bounds,
            (false, true) => IntCheck::Safe,
            (false, false) => IntCheck::Whole,
        };
        // Both are within ±(2^53 − 1).
        let narrow = |n: i128| i64::try_from(n).unwrap_or_default();
        Int { min: narrow(min), max: narrow(max), non_zero, check }
    }

    /// Lowers the type of a key. Elm does not compare custom types, so newtypes are unwrapped.
    fn key(&mut self, schema: &'static TypeSchema, context: Context<'_>) -> Key {
        let schema = schema.unwrapped();
        match schema.shape {
            Shape::String | Shape::Formatted(_) => Key::String,
            Shape::Char => Key::Char,
            Shape::Bool => Key::Bool,
            Shape::Int(kind) => Key::Int(self.int(kind, false, context)),
            Shape::NonZero(kind) => Key::Int(self.int(kind, true, context)),
            Shape::Enum(_) if self.indices.contains_key(&schema.id) => Key::Variant(self.indices[&schema.id]),
            _ => {
                self.unsupported(
                    context.place,
                    format!("has keys of the type `{schema}`, which this version of kv-elm does not know"),
                    "use `String` keys",
                );
                Key::String
            }
        }
    }

    fn enumeration(&mut self, all: &ty::Enum, place: &str, strict: bool) -> Enum {
        if all.variants.is_empty() {
            self.unsupported(place, "has no variants and thus no values", "remove the fields of this type");
        }
        if let ty::Tagging::Internal { tag } | ty::Tagging::Adjacent { tag, .. } = all.tagging {
            self.literal(tag, place);
        }
        if let ty::Tagging::Adjacent { content, .. } = all.tagging {
            self.literal(content, place);
        }
        let mixed =
            all.tagging == ty::Tagging::Untagged || all.variants.iter().any(|variant| variant.untagged);
        let variants =
            all.variants.iter().map(|variant| self.variant(variant, place, strict || mixed)).collect();
        let tagging = match all.tagging {
            ty::Tagging::External => Tagging::External,
            ty::Tagging::Internal { tag } => Tagging::Internal { tag: tag.to_owned() },
            ty::Tagging::Adjacent { tag, content, deny_unknown } => Tagging::Adjacent {
                tag: tag.to_owned(),
                content: content.to_owned(),
                strict: deny_unknown && (strict || mixed),
            },
            ty::Tagging::Untagged => Tagging::Untagged,
        };
        Enum { tagging, variants }
    }

    fn variant(&mut self, variant: &ty::Variant, place: &str, strict: bool) -> Variant {
        let place = format!("{place}::{}", variant.rust_name);
        self.literal(variant.name, &place);
        let content = match variant.fields {
            Fields::Unit => Content::Nothing,
            Fields::Newtype { field, .. } => Content::One(self.value(field, &place, strict)),
            Fields::Tuple(items) => Content::Many(self.items(items, &place, strict)),
            Fields::Named { fields, deny_unknown } => {
                Content::Record(self.record(fields, deny_unknown, &place, strict))
            }
        };
        Variant {
            // Set by `naming::finish`.
            name: String::new(),
            wire: variant.name.to_owned(),
            docs: variant.docs.to_owned(),
            other: variant.other,
            untagged: variant.untagged,
            content,
        }
    }
}
