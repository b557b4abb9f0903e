//! From schemas to codecs: what Elm holds of each type, or why it cannot.

mod graph;
mod naming;
mod settle;

pub(crate) use graph::checked;

use crate::config::Config;
use crate::ir::{
    Body, Check, Checked, Codec, Content, Enum, Field, Index, Int, Key, Piece, Presence, Program, Reading,
    Record, Stored, Tagging, Type, Variant,
};
use crate::names;
use crate::refusal::{Refusal, Refusals};
use kv_schema::elm;
use kv_schema::rule::{MAX_SAFE_INTEGER, Number, Rule};
use kv_schema::token::SchemaToken;
use kv_schema::ty::{self, Fields, IntKind, Shape, TypeRef};
use kv_schema::{Exposed, TypeSchema, template};
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The codecs of some types, and of all that they are made of.
///
/// # Errors
///
/// Everything that Elm cannot hold.
pub(crate) fn program(exposed: &[Exposed], config: &Config) -> Result<Program, Refusals> {
    let schemas: Vec<_> = exposed.iter().map(Exposed::schema).collect();
    let mut map =
        Map { config, places: HashMap::new(), strict: graph::strict(&schemas), refusals: Vec::new() };
    let all = graph::named(&schemas);
    for (index, schema) in all.iter().enumerate() {
        map.places.insert(schema.id, index);
    }
    let names = naming::types(&all, config, &mut map.refusals);
    let types = all.iter().zip(names).map(|(schema, name)| map.ty(schema, name));
    let mut program = Program { types: types.collect() };
    let name_of = |schema: &TypeSchema| Some(program.types[*map.places.get(&schema.id)?].name.clone());
    let plurals = naming::plurals(exposed, name_of, &mut map.refusals);
    for (exposed, plural) in exposed.iter().zip(plurals) {
        let stored = map.stored(exposed, plural, &program);
        match map.places.get(&exposed.schema().id) {
            Some(index) => program.types[*index].stored = Some(stored),
            None => map.refusals.push(Refusal::new(
                full_name(exposed.schema()),
                format!("is stored under the tag {:?} without a type of its own", exposed.tag()),
                "store a newtype around it",
            )),
        }
    }
    graph::finish(&mut program);
    naming::finish(&mut program, config, &mut map.refusals);
    Refusals::none_in(map.refusals)?;
    Ok(program)
}

/// The type as Rust names it, with its module.
pub(crate) fn full_name(schema: &TypeSchema) -> String {
    if schema.module.is_empty() { schema.to_string() } else { format!("{}::{schema}", schema.module) }
}

/// Whether a type has a name of its own in Elm.
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

struct Map<'a> {
    config: &'a Config,
    places: HashMap<TypeId, Index>,
    strict: HashSet<TypeId>,
    refusals: Vec<Refusal>,
}

/// Where a codec stands.
#[derive(Clone, Copy)]
struct At<'a> {
    place: &'a str,
    rules: &'static [Rule],
    strict: bool,
}

impl Map<'_> {
    fn refuse(&mut self, place: &str, problem: impl Into<String>, way_out: impl Into<String>) {
        let refusal = Refusal::new(place, problem, way_out);
        if !self.refusals.contains(&refusal) {
            self.refusals.push(refusal);
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
            schema,
            body,
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
            access: exposed.access(),
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
        let at = self.places.get(&schema.id).copied();
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
                self.refuse(
                    &place,
                    "is a part of the key that is not always a member",
                    "take a part that is neither an `Option` nor left out",
                );
                return Piece::Text(String::new());
            }
        };
        let mut part = fields[found.unwrap_or_default()].ty.get();
        let mut newtypes = Vec::new();
        while let Shape::Struct(Fields::Newtype { field, .. }) = part.shape {
            if newtypes.len() > 32 {
                break;
            }
            newtypes.extend(self.places.get(&part.id));
            part = field.ty.get();
        }
        let key = self.key(part, At { place: &place, rules: &[], strict: false });
        Piece::Part { field: name, newtypes, key }
    }

    /// Refuses the one character that Elm's compiler makes two others of.
    fn literal(&mut self, text: &str, place: &str) {
        // Elm 0.19.1: '\u{FFFF}' is '\uD7FF\uDFFF' in what it compiles to.
        if text.contains('\u{ffff}') {
            self.refuse(
                place,
                "has U+FFFF in a name or a rule, which Elm's compiler takes for another text",
                "leave it out: it stands for no character",
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

    fn value(&mut self, field: &ty::Field, place: &str, strict: bool) -> Checked {
        self.literals_of_rules(field.rules, place);
        let codec = self.codec(field.ty, At { place, rules: field.rules, strict });
        Checked { codec, rules: checks(field.rules, field.ty.get()) }
    }

    fn items(&mut self, items: &[ty::Field], place: &str, strict: bool) -> Vec<Checked> {
        items.iter().map(|item| self.value(item, &format!("{place}.{}", item.rust_name), strict)).collect()
    }

    fn record(&mut self, fields: &[ty::Field], deny_unknown: bool, place: &str, strict: bool) -> Record {
        let mut mapped: Vec<Field> = Vec::new();
        for (field, name) in fields.iter().zip(names::fields(fields, self.config.camel_case)) {
            let place = format!("{place}.{}", field.rust_name);
            naming::given_name(field.elm, elm::check_field, &place, &mut self.refusals);
            if let Some(nth) = mapped.iter().position(|other| other.name == name) {
                self.refuse(
                    &place,
                    format!(
                        "and `{}` are both named `{name}` by `#[kv(elm = \"…\")]`",
                        fields[nth].rust_name
                    ),
                    "give one of them another name",
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
        let at = At { place, rules: field.rules, strict };
        let (presence, codec) = match schema.shape {
            _ if field.flatten => (Presence::Flat, self.flat(schema, field.ty, at)),
            Shape::Option(inner) => (Presence::Optional, self.inside_option(inner, at)),
            _ if field.may_be_left_out => {
                let default = field.default_json.and_then(ty::DefaultJson::get);
                let default = default.map(|json| json.replace('\u{ffff}', "\\uffff"));
                (default.map_or(Presence::LeftOut, Presence::Default), self.codec(field.ty, at))
            }
            _ => (Presence::Required, self.codec(field.ty, at)),
        };
        Field {
            name,
            wire: field.name.to_owned(),
            wires: std::iter::once(&field.name).chain(field.aliases).map(|name| (*name).to_owned()).collect(),
            docs: field.docs.to_owned(),
            presence,
            value: Checked { codec, rules: checks(field.rules, schema) },
        }
    }

    /// What is flattened: any JSON is an object there.
    fn flat(&mut self, schema: &'static TypeSchema, ty: TypeRef, at: At<'_>) -> Codec {
        match schema.shape {
            Shape::Json => Codec::Map(Key::String, Vec::new(), Box::new(Codec::Json)),
            Shape::Option(inner) => Codec::Maybe(Box::new(self.flat(inner.get(), inner, at))),
            _ => self.codec(ty, at),
        }
    }

    fn inside_option(&mut self, inner: TypeRef, at: At<'_>) -> Codec {
        let codec = self.codec(inner, at);
        if matches!(codec, Codec::Maybe(_)) {
            self.refuse(
                at.place,
                "is an `Option` of an `Option`, whose `None` and `Some(None)` are one `null`",
                "take an enum of three variants, or leave out one `Option`",
            );
        }
        codec
    }

    fn codec(&mut self, ty: TypeRef, at: At<'_>) -> Codec {
        let schema = ty.get();
        let inside = At { rules: each(at.rules), ..at };
        match schema.shape {
            Shape::Unit => Codec::Unit,
            Shape::Bool => Codec::Bool,
            Shape::Int(kind) => Codec::Int(self.int(kind, false, at)),
            Shape::NonZero(kind) => Codec::Int(self.int(kind, true, at)),
            Shape::Float(_) => {
                Codec::Float { finite: !at.rules.iter().any(|rule| matches!(rule, Rule::AnyFloat(_))) }
            }
            Shape::Char => Codec::Char,
            Shape::String | Shape::Formatted(_) => Codec::String,
            Shape::Json => Codec::Json,
            Shape::Option(inner) => Codec::Maybe(Box::new(self.inside_option(inner, at))),
            Shape::List(item) => Codec::List(Box::new(self.codec(item, inside))),
            Shape::Set(item) => {
                let item = self.codec(item, inside);
                // Elm compares these alone.
                if matches!(item, Codec::Int(_) | Codec::Char | Codec::String) {
                    Codec::Set(Box::new(item))
                } else {
                    Codec::List(Box::new(item))
                }
            }
            Shape::Array { item, len } => Codec::Array(Box::new(self.codec(item, inside)), len),
            Shape::Tuple(items) if items.len() > 3 => {
                self.refuse(
                    at.place,
                    format!("is a tuple of {}, and Elm's have three at most", items.len()),
                    "take a struct with named fields, or a tuple struct",
                );
                Codec::Unit
            }
            Shape::Tuple(items) => Codec::Tuple(items.iter().map(|item| self.codec(*item, inside)).collect()),
            Shape::Map { key, value } => {
                let rules = checks_of_key(key.get());
                let key = self.key(key.get(), At { rules: &[], ..at });
                Codec::Map(key, rules, Box::new(self.codec(value, inside)))
            }
            Shape::Enum(ty::Enum { variants: [ok, err], .. }) if is_result(schema) => {
                let plain = At { rules: &[], ..at };
                let mut of = |variant: &ty::Variant| match variant.fields {
                    Fields::Newtype { field, .. } => Box::new(self.codec(field.ty, plain)),
                    _ => Box::new(Codec::Unit),
                };
                Codec::Result { ok: of(ok), err: of(err) }
            }
            Shape::Struct(_) | Shape::Enum(_) => match self.places.get(&schema.id) {
                Some(index) => Codec::Named(*index),
                None => Codec::Json,
            },
            _ => {
                self.refuse(
                    at.place,
                    format!("is a `{schema}`, whose form is unknown here"),
                    "update kv-elm",
                );
                Codec::Json
            }
        }
    }

    fn int(&mut self, kind: IntKind, non_zero: bool, at: At<'_>) -> Int {
        let safe = |n: i128| (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).contains(&n);
        let (mut min, mut max) = kind.range();
        let is_wide = !(safe(min) && safe(max));
        let any_int = at.rules.iter().any(|rule| matches!(rule, Rule::AnyInt(_)));
        let stated = at.rules.iter().any(|rule| match rule {
            Rule::JsSafe(_) => true,
            Rule::Range(range) => {
                let within = |bound| matches!(bound, Some(Number::Int(n)) if safe(n));
                within(range.max) && (min >= 0 || within(range.min))
            }
            _ => false,
        });
        if is_wide && any_int {
            self.refuse(
                at.place,
                "may be any integer of its type (`any_int`), and JavaScript rounds those beyond 2^53 − 1",
                "write it as a string, with `#[kv(wire = \"String\")]` and `#[serde(with = \"…\")]`, or leave out `any_int`",
            );
        } else if kind.is_128_bits() && !stated {
            self.refuse(
                at.place,
                "is a 128-bit integer, and JavaScript rounds those beyond 2^53 − 1",
                "say that it stays within with `#[kv(js_safe)]`, or write it as a string, with \
                 `#[kv(wire = \"String\")]` and `#[serde(with = \"…\")]`",
            );
        }
        min = min.max(-MAX_SAFE_INTEGER);
        max = max.min(MAX_SAFE_INTEGER);
        let reading = match (at.strict, is_wide) {
            (true, _) => Reading::Bounds,
            (false, true) => Reading::Safe,
            (false, false) => Reading::Whole,
        };
        // Both are within ±(2^53 − 1).
        let narrow = |n: i128| i64::try_from(n).unwrap_or_default();
        Int { min: narrow(min), max: narrow(max), non_zero, reading }
    }

    fn key(&mut self, mut schema: &'static TypeSchema, at: At<'_>) -> Key {
        // A newtype is what it holds: Elm compares that.
        for _ in 0..32 {
            let Shape::Struct(Fields::Newtype { field, .. }) = schema.shape else { break };
            schema = field.ty.get();
        }
        match schema.shape {
            Shape::String | Shape::Formatted(_) => Key::String,
            Shape::Char => Key::Char,
            Shape::Bool => Key::Bool,
            Shape::Int(kind) => Key::Int(self.int(kind, false, at)),
            Shape::NonZero(kind) => Key::Int(self.int(kind, true, at)),
            Shape::Enum(_) if self.places.contains_key(&schema.id) => Key::Variant(self.places[&schema.id]),
            _ => {
                self.refuse(
                    at.place,
                    format!("has keys of `{schema}`, whose form is unknown here"),
                    "use `String`",
                );
                Key::String
            }
        }
    }

    fn enumeration(&mut self, all: &ty::Enum, place: &str, strict: bool) -> Enum {
        if all.variants.is_empty() {
            self.refuse(place, "has no variants, and so no values", "leave out what holds it");
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
            // Named when all types are known.
            name: String::new(),
            wire: variant.name.to_owned(),
            docs: variant.docs.to_owned(),
            other: variant.other,
            untagged: variant.untagged,
            content,
        }
    }
}

/// The rules for the items of a collection.
fn each(rules: &'static [Rule]) -> &'static [Rule] {
    rules
        .iter()
        .find_map(|rule| if let Rule::Each(each) = rule { Some(each.rules) } else { None })
        .unwrap_or(&[])
}

/// The rules that Elm checks of keys: those of newtypes around them.
fn checks_of_key(mut schema: &TypeSchema) -> Vec<Check> {
    let mut all = Vec::new();
    for _ in 0..32 {
        let Shape::Struct(Fields::Newtype { field, .. }) = schema.shape else { break };
        schema = field.ty.get();
        all.extend(checks(field.rules, schema));
    }
    all
}

/// The rules that Elm checks, of those of a place.
fn checks(rules: &'static [Rule], schema: &TypeSchema) -> Vec<Check> {
    use kv_schema::rule::Unit;
    let unit = match schema.shape {
        Shape::Option(inner) => return checks(rules, inner.get()),
        Shape::String | Shape::Formatted(_) => Unit::Characters,
        _ => Unit::Items,
    };
    let item = || match schema.shape {
        Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } | Shape::Map { value: item, .. } => {
            Some(item.get())
        }
        _ => None,
    };
    let check = |rule: &Rule| {
        Some(match rule {
            Rule::Len(len) => Check::Len { unit, min: len.min, max: len.max },
            Rule::NonEmpty(_) => Check::NonEmpty(unit),
            Rule::Range(range) => Check::Range(*range),
            Rule::Pattern(pattern) => Check::Pattern(pattern.text.to_owned()),
            Rule::Email(_) => Check::Email,
            Rule::Url(_) => Check::Url,
            Rule::OneOf(one_of) => {
                Check::OneOf(one_of.allowed.iter().map(|text| (*text).to_owned()).collect())
            }
            Rule::Each(each) => Check::Each(checks(each.rules, item()?)),
            // The first is every integer's here, the next two ask nothing, and the last only Rust can run.
            _ => return None,
        })
    };
    rules.iter().filter_map(check).collect()
}
