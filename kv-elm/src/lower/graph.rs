//! References between types: which types are named, cyclic, flattened or keys, and which have
//! rules.

use super::is_named;
use crate::ir::{
    Body, Check, Codec, Component, Content, Index, Key, Piece, Presence, Program, Record, Tagging, Type,
};
use kv_schema::ty::{self, Fields, Shape};
use kv_schema::{Exposed, TypeSchema};
use std::any::TypeId;
use std::collections::HashSet;

/// Returns every type that has a name in Elm: each exposed type, followed by the types to which it
/// refers and that are not exposed themselves.
pub(super) fn named(exposed: &[Exposed]) -> Vec<&'static TypeSchema> {
    let mut seen: HashSet<TypeId> = exposed.iter().map(|exposed| exposed.schema().id).collect();
    let mut all = Vec::new();
    let mut listed = HashSet::new();
    for schema in exposed.iter().map(Exposed::schema) {
        if is_named(schema) && listed.insert(schema.id) {
            all.push(schema);
        }
        collect(schema, &mut seen, &mut all);
    }
    all
}

fn collect(schema: &'static TypeSchema, seen: &mut HashSet<TypeId>, all: &mut Vec<&'static TypeSchema>) {
    for part in components(schema) {
        if seen.insert(part.id) {
            if is_named(part) {
                all.push(part);
            }
            collect(part, seen, all);
        }
    }
}

/// Returns the types inside untagged variants. Their decoders must be as strict as serde, otherwise
/// they would accept the JSON of a later variant.
pub(super) fn strict(exposed: &[Exposed]) -> HashSet<TypeId> {
    let mut seen = HashSet::new();
    let mut next: Vec<_> = exposed.iter().map(|exposed| (exposed.schema(), false)).collect();
    while let Some((schema, strict)) = next.pop() {
        if !seen.insert((schema.id, strict)) {
            continue;
        }
        let strict = strict || matches!(schema.shape, Shape::Enum(all) if has_untagged(&all));
        next.extend(components(schema).into_iter().map(|part| (part, strict)));
    }
    seen.into_iter().filter_map(|(id, strict)| strict.then_some(id)).collect()
}

fn has_untagged(all: &ty::Enum) -> bool {
    all.tagging == ty::Tagging::Untagged || all.variants.iter().any(|variant| variant.untagged)
}

/// Returns the types to which a type refers directly.
fn components(schema: &TypeSchema) -> Vec<&'static TypeSchema> {
    let of = |fields: Fields| fields.all().iter().map(|field| field.ty.get()).collect::<Vec<_>>();
    match schema.shape {
        Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) | Shape::Array { item: inner, .. } => {
            vec![inner.get()]
        }
        Shape::Tuple(types) => types.iter().map(|ty| ty.get()).collect(),
        // Newtypes around keys do not exist in Elm.
        Shape::Map { key, value } => vec![key.get().unwrapped(), value.get()],
        Shape::Struct(fields) => of(fields),
        Shape::Enum(all) => all.variants.iter().flat_map(|variant| of(variant.fields)).collect(),
        _ => Vec::new(),
    }
}

/// Sets the properties of types that depend on other types.
pub(super) fn finish(program: &mut Program) {
    let count = program.types.len();
    let edges: Vec<Vec<Index>> = program
        .types
        .iter()
        .map(|ty| ty.components().into_iter().flat_map(|part| part.codec.references()).collect())
        .collect();
    let reached: Vec<HashSet<Index>> =
        (0..count).map(|from| reachable(from, |at| edges[at].clone())).collect();
    for at in 0..count {
        program.types[at].recursive = reached[at].contains(&at);
        let first = (0..at).find(|other| reached[at].contains(other) && reached[*other].contains(&at));
        program.types[at].cycle = first.unwrap_or(at);
    }
    let is_alias: Vec<bool> = program.types.iter().map(|ty| matches!(ty.body, Body::Record(_))).collect();
    for at in 0..count {
        let aliases = |at: Index| edges[at].iter().copied().filter(|to| is_alias[*to]).collect();
        program.types[at].boxed = is_alias[at] && reachable(at, aliases).contains(&at);
    }
    set_flattened(program);
    set_keys(program);
    set_rules(program);
}

/// Returns the types that can be reached from a type in at least one step.
fn reachable(from: Index, edges: impl Fn(Index) -> Vec<Index>) -> HashSet<Index> {
    let mut reached = HashSet::new();
    let mut next = edges(from);
    while let Some(at) = next.pop() {
        if reached.insert(at) {
            next.extend(edges(at));
        }
    }
    reached
}

fn set_flattened(program: &mut Program) {
    let mut next = Vec::new();
    for ty in &program.types {
        match &ty.body {
            Body::Record(record) => next.extend(flat_in(record)),
            Body::Enum(all) => {
                for variant in &all.variants {
                    match &variant.content {
                        Content::Record(record) => next.extend(flat_in(record)),
                        Content::One(value)
                            if matches!(all.tagging, Tagging::Internal { .. }) && !variant.untagged =>
                        {
                            next.extend(flat(&value.codec));
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    while let Some(at) = next.pop() {
        if std::mem::replace(&mut program.types[at].flattened, true) {
            continue;
        }
        match &program.types[at].body {
            Body::Newtype(value) => next.extend(flat(&value.codec)),
            Body::Enum(all) => {
                let untagged = all
                    .variants
                    .iter()
                    .filter(|variant| variant.untagged || all.tagging == Tagging::Untagged);
                next.extend(untagged.filter_map(|variant| match &variant.content {
                    Content::One(value) => flat(&value.codec),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
}

fn flat_in(record: &Record) -> Vec<Index> {
    let fields = record.fields.iter().filter(|field| field.presence == Presence::Flat);
    fields.filter_map(|field| flat(&field.value.codec)).collect()
}

fn flat(codec: &Codec) -> Option<Index> {
    match codec {
        Codec::Named(index) => Some(*index),
        Codec::Maybe(inner) => flat(inner),
        _ => None,
    }
}

fn set_keys(program: &mut Program) {
    let mut found = Vec::new();
    for ty in &program.types {
        for Component { codec, .. } in ty.components() {
            variant_keys(codec, &mut found);
        }
        for piece in ty.stored.iter().flat_map(|stored| &stored.key) {
            if let Piece::Part { key: Key::Variant(index), .. } = piece {
                found.push(*index);
            }
        }
    }
    for index in found {
        program.types[index].is_key = true;
    }
}

fn variant_keys(codec: &Codec, found: &mut Vec<Index>) {
    match codec {
        Codec::Maybe(inner) | Codec::List(inner) | Codec::Set(inner) | Codec::Array(inner, _) => {
            variant_keys(inner, found);
        }
        Codec::Tuple(items) => items.iter().for_each(|item| variant_keys(item, found)),
        Codec::Result { ok, err } => [ok, err].into_iter().for_each(|part| variant_keys(part, found)),
        Codec::Map(key, _, value) => {
            if let Key::Variant(index) = key {
                found.push(*index);
            }
            variant_keys(value, found);
        }
        _ => {}
    }
}

fn set_rules(program: &mut Program) {
    loop {
        let has_rules = |ty: &Type| {
            let mut components = ty.components().into_iter();
            components.any(|part| has_checks(&part.rules) || is_checked(&part.codec, program))
        };
        let found: Vec<_> = program.types.iter().map(has_rules).collect();
        let mut changed = false;
        for (ty, has_rules) in program.types.iter_mut().zip(found) {
            changed |= std::mem::replace(&mut ty.has_rules, has_rules) != has_rules;
        }
        if !changed {
            return;
        }
    }
}

fn has_checks(rules: &[Check]) -> bool {
    rules.iter().any(|rule| match rule {
        Check::Each(rules) => has_checks(rules),
        _ => true,
    })
}

fn is_checked(codec: &Codec, program: &Program) -> bool {
    match codec {
        Codec::Int(_) | Codec::Float { finite: true } | Codec::Array(..) => true,
        Codec::Maybe(inner) | Codec::List(inner) | Codec::Set(inner) => is_checked(inner, program),
        Codec::Map(key, rules, value) => {
            matches!(key, Key::Int(_)) || has_checks(rules) || is_checked(value, program)
        }
        Codec::Tuple(items) => items.iter().any(|item| is_checked(item, program)),
        Codec::Result { ok, err } => is_checked(ok, program) || is_checked(err, program),
        Codec::Named(index) => program.types[*index].has_rules,
        _ => false,
    }
}
