//! How types lead to each other.

use super::is_named;
use crate::ir::{
    Body, Check, Checked, Codec, Content, Index, Key, Piece, Presence, Program, Record, Tagging,
};
use kv_schema::TypeSchema;
use kv_schema::ty::{self, Fields, Shape, TypeRef};
use std::any::TypeId;
use std::collections::HashSet;

/// Every type that has a name in Elm, once: each that is exposed, and behind it those that it is made of and that are
/// not exposed themselves.
pub(super) fn named(exposed: &[&'static TypeSchema]) -> Vec<&'static TypeSchema> {
    let mut seen: HashSet<TypeId> = exposed.iter().map(|schema| schema.id).collect();
    let mut all = Vec::new();
    let mut listed = HashSet::new();
    for schema in exposed {
        if is_named(schema) && listed.insert(schema.id) {
            all.push(*schema);
        }
        collect(schema, &mut seen, &mut all);
    }
    all
}

fn collect(schema: &'static TypeSchema, seen: &mut HashSet<TypeId>, all: &mut Vec<&'static TypeSchema>) {
    for part in parts(schema) {
        let part = part.get();
        if seen.insert(part.id) {
            if is_named(part) {
                all.push(part);
            }
            collect(part, seen, all);
        }
    }
}

/// The types in which a reader must be as strict as serde, since something else may be meant otherwise: those inside
/// variants without a tag.
pub(super) fn strict(exposed: &[&'static TypeSchema]) -> HashSet<TypeId> {
    let mut seen = HashSet::new();
    let mut next: Vec<(&'static TypeSchema, bool)> = exposed.iter().map(|schema| (*schema, false)).collect();
    while let Some((schema, strict)) = next.pop() {
        if !seen.insert((schema.id, strict)) {
            continue;
        }
        let strict = strict || matches!(schema.shape, Shape::Enum(all) if has_untagged(&all));
        next.extend(parts(schema).into_iter().map(|part| (part.get(), strict)));
    }
    seen.into_iter().filter_map(|(id, strict)| strict.then_some(id)).collect()
}

fn has_untagged(all: &ty::Enum) -> bool {
    all.tagging == ty::Tagging::Untagged || all.variants.iter().any(|variant| variant.untagged)
}

fn parts(schema: &TypeSchema) -> Vec<TypeRef> {
    let of = |fields: Fields| fields.all().iter().map(|field| field.ty).collect::<Vec<_>>();
    match schema.shape {
        Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) | Shape::Array { item: inner, .. } => {
            vec![inner]
        }
        Shape::Tuple(types) => types.to_vec(),
        Shape::Map { mut key, value } => {
            // A newtype around a key is not seen in Elm.
            for _ in 0..32 {
                let Shape::Struct(Fields::Newtype { field, .. }) = key.get().shape else { break };
                key = field.ty;
            }
            vec![key, value]
        }
        Shape::Struct(fields) => of(fields),
        Shape::Enum(all) => all.variants.iter().flat_map(|variant| of(variant.fields)).collect(),
        _ => Vec::new(),
    }
}

/// Finds what only all types together show.
pub(super) fn finish(program: &mut Program) {
    let count = program.types.len();
    let edges: Vec<Vec<Index>> = program
        .types
        .iter()
        .map(|ty| ty.parts().into_iter().flat_map(|part| part.codec.named()).collect())
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
    flattened(program);
    keys(program);
}

/// What is reached from a type by a step at least.
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

fn flattened(program: &mut Program) {
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

fn keys(program: &mut Program) {
    let mut found = Vec::new();
    for ty in &program.types {
        for Checked { codec, .. } in ty.parts() {
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

/// Whether any value of a type can break a rule that Elm knows, of each type.
pub(crate) fn checked(program: &Program) -> Vec<bool> {
    let mut checked = vec![false; program.types.len()];
    loop {
        let before = checked.clone();
        for (at, ty) in program.types.iter().enumerate() {
            checked[at] = ty
                .parts()
                .into_iter()
                .any(|part| has_checks(&part.rules) || is_checked(&part.codec, &before));
        }
        if checked == before {
            return checked;
        }
    }
}

fn has_checks(rules: &[Check]) -> bool {
    rules.iter().any(|rule| match rule {
        Check::Each(rules) => has_checks(rules),
        _ => true,
    })
}

fn is_checked(codec: &Codec, checked: &[bool]) -> bool {
    match codec {
        Codec::Int(_) | Codec::Float { finite: true } | Codec::Array(..) => true,
        Codec::Maybe(inner) | Codec::List(inner) | Codec::Set(inner) => is_checked(inner, checked),
        Codec::Map(key, rules, value) => {
            matches!(key, Key::Int(_)) || has_checks(rules) || is_checked(value, checked)
        }
        Codec::Tuple(items) => items.iter().any(|item| is_checked(item, checked)),
        Codec::Result { ok, err } => is_checked(ok, checked) || is_checked(err, checked),
        Codec::Named(index) => checked[*index],
        _ => false,
    }
}
