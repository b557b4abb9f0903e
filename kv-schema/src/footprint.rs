//! What values of a type cost the reader of a stranger's JSON: memory that nothing counts, stack, and slow patterns.
//!
//! A reader made of serde's traits calls itself for every part of a value, and each call holds the part several times
//! before it is in its place. So a recursive type whose levels are large overflows a stack at a depth that costs a small
//! type nothing. The size of a type and of all that a path through it leads to bounds the stack, and the stack bounds the
//! [depth](max_depth).

use crate::access::Exposed;
use crate::json::DecodeOptions;
use crate::pattern::{self, PatternError};
use crate::rule::Rule;
use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::fmt;

/// The bytes of stack that reading one value may take. A thread of tokio's has 2 MiB, the server's own frames included.
pub const STACK: usize = 1536 << 10;

/// How many bytes of stack a call takes for each byte of the type, and besides. Measured, the largest of structs, enums of
/// every tagging, lists and maps around `Box`es, arrays in arrays: 36 and 2,000 without optimization, 11 and 700 with it.
/// The profile is told from `debug_assertions`.
const FRAME: (usize, usize) = if cfg!(debug_assertions) { (40, 1024) } else { (12, 512) };

/// The least depth that a recursive type must allow.
const LEAST_DEPTH: usize = 3;

/// A type of which too little could be read with the stack that there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oversized {
    part: String,
    size: usize,
}

/// Writes the largest part of the type, and what to do.
impl fmt::Display for Oversized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { part, size } = self;
        write!(
            f,
            "reading it takes more than {} KiB of stack, since its part `{part}` has {size} bytes in one piece: put large \
             fields of that into a `Box`, and make large arrays a `Vec`",
            STACK >> 10
        )
    }
}

impl std::error::Error for Oversized {}

/// Returns how deeply the JSON of a type may be nested so that it is read with [`STACK`] bytes, at most
/// [`DecodeOptions::DEEPEST`].
///
/// # Errors
///
/// [`Oversized`] when a value without recursion takes more, or a recursive type allows fewer than 3 levels.
pub fn max_depth(exposed: &Exposed) -> Result<usize, Oversized> {
    let mut costs = Costs { known: HashMap::new() };
    let mut cost = |depth| costs.of(exposed.ty(), depth);
    let deepest = DecodeOptions::DEEPEST;
    if cost(deepest) <= STACK {
        return Ok(deepest);
    }
    let is_recursive = cost(deepest) > cost(deepest - 1);
    let fitting = (0..deepest).take_while(|depth| cost(*depth) <= STACK).count();
    // Of `n` depths from 0 that fit, the last one is `n - 1`.
    match fitting.checked_sub(1) {
        Some(depth) if is_recursive && depth >= LEAST_DEPTH => Ok(depth),
        _ => {
            let (size, part) = largest(exposed.ty(), &mut HashSet::new());
            Err(Oversized { part, size })
        }
    }
}

/// The stack that reading a type takes to a depth, for those that are known.
struct Costs {
    known: HashMap<(TypeId, usize), usize>,
}

impl Costs {
    /// Returns the bytes of the calls on the most expensive way through a type.
    fn of(&mut self, ty: TypeRef, depth: usize) -> usize {
        let (schema, (factor, base)) = (ty.get(), FRAME);
        let own = ty.size().saturating_mul(factor).saturating_add(base);
        if matches!(schema.shape, Shape::Json) {
            // Its own levels are small.
            return own.saturating_add(depth.saturating_mul(2 * base));
        }
        let at = (schema.id, depth);
        if let Some(known) = self.known.get(&at) {
            return own.saturating_add(*known);
        }
        // A type that leads back to itself at the same depth is refused for that.
        self.known.insert(at, 0);
        let mut most = 0;
        each_part(schema, |part, down| {
            if let Some(depth) = depth.checked_sub(down) {
                most = most.max(self.of(part, depth));
            }
        });
        self.known.insert(at, most);
        own.saturating_add(most)
    }
}

/// Calls a function for each type that a type is made of, with how many lists and objects of JSON are around it.
fn each_part(schema: &'static TypeSchema, mut part: impl FnMut(TypeRef, usize)) {
    match schema.shape {
        Shape::Option(item) => part(item, 0),
        Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } => part(item, 1),
        Shape::Tuple(items) => items.iter().for_each(|item| part(*item, 1)),
        Shape::Map { key, value } => {
            part(key, 1);
            part(value, 1);
        }
        Shape::Struct(fields) => each_field(fields, 0, &mut part),
        Shape::Enum(Enum { tagging, variants }) => {
            for variant in variants {
                let around = match tagging {
                    _ if variant.untagged => 0,
                    Tagging::External | Tagging::Adjacent { .. } => 1,
                    Tagging::Internal { .. } | Tagging::Untagged => 0,
                };
                each_field(variant.fields, around, &mut part);
            }
        }
        _ => {}
    }
}

fn each_field(fields: Fields, around: usize, part: &mut impl FnMut(TypeRef, usize)) {
    let own = match fields {
        Fields::Unit | Fields::Newtype { .. } => 0,
        Fields::Tuple(_) | Fields::Named { .. } => 1,
    };
    for field in fields.all() {
        part(field.ty, around + if field.flatten { 0 } else { own });
    }
}

/// Returns the largest type that a type is made of, with its size; of equal ones, the innermost.
fn largest(ty: TypeRef, seen: &mut HashSet<TypeId>) -> (usize, String) {
    let schema = ty.get();
    let mut largest = (0, String::new());
    if seen.insert(schema.id) {
        each_part(schema, |part, _| {
            let found = self::largest(part, seen);
            if found.0 > largest.0 {
                largest = found;
            }
        });
        if ty.size() > largest.0 {
            largest = (ty.size(), schema.to_string());
        }
    }
    largest
}

/// Returns every opaque field, as `Type.field`, of whose values nothing is known to measure them by, in the order of the
/// types.
pub fn unmeasured(schema: &'static TypeSchema) -> Vec<String> {
    let mut found = Vec::new();
    each_field_within(schema, &mut HashSet::new(), &mut |place, field| {
        if field.unmeasured {
            found.push(place);
        }
    });
    found
}

/// Returns every field, as `Type.field`, with a rule whose pattern [`pattern::check`] refuses, and why. The derive refuses
/// such patterns itself.
pub fn refused_patterns(schema: &'static TypeSchema) -> Vec<(String, PatternError)> {
    fn check(rules: &[Rule], refused: &mut impl FnMut(PatternError)) {
        for rule in rules {
            match rule {
                Rule::Pattern(rule) => pattern::check(rule.text).unwrap_or_else(&mut *refused),
                Rule::Each(each) => check(each.rules, refused),
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    each_field_within(schema, &mut HashSet::new(), &mut |place, field| {
        check(field.rules, &mut |error| found.push((place.clone(), error)));
    });
    found
}

/// Calls a function for each field of a type and of the types that it is made of, with its place.
fn each_field_within(
    schema: &'static TypeSchema,
    seen: &mut HashSet<TypeId>,
    visit: &mut impl FnMut(String, &Field),
) {
    if !seen.insert(schema.id) {
        return;
    }
    let mut all = |fields: Fields, of: &str| {
        for field in fields.all() {
            visit(format!("{of}.{}", field.rust_name), field);
        }
    };
    match schema.shape {
        Shape::Struct(fields) => all(fields, &schema.to_string()),
        Shape::Enum(shape) => {
            for variant in shape.variants {
                all(variant.fields, &format!("{schema}::{}", variant.rust_name));
            }
        }
        _ => {}
    }
    each_part(schema, |part, _| each_field_within(part.get(), seen, visit));
}
