//! [`Traits`], the properties of a type that decide how it is read.
//!
//! Serde reads some shapes into a buffer before it knows their type, and reads the value from the
//! buffer, where the strict deserializer does not see it. Strings, numbers and booleans are read
//! from a buffer as from JSON. But a list is read as a struct, an object as the name of a variant
//! and an empty object as a unit, and an untagged enum is read as the first variant that fits.
//! Types with such parts in a buffer are therefore checked against their schema before they are
//! read.

use crate::schema::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashSet;

/// The number of nested newtypes and `Option`s that are followed. Some types contain themselves.
const MAX_WRAPPED: usize = 8;

/// The properties of a type that decide how it is read.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "a type may have any of them")]
pub(super) struct Traits {
    /// Whether serde reads some of it into buffers.
    pub(super) is_buffered: bool,
    /// Whether a part in a buffer is read differently than from JSON, or a key has several spellings.
    pub(super) is_hidden: bool,
    /// Whether a part has no schema.
    pub(super) is_opaque: bool,
    /// Whether a part is a string whose reader, in another crate, may also accept a number or a list.
    is_foreign: bool,
}

impl Traits {
    pub(super) fn of(schema: &'static TypeSchema) -> Self {
        let mut traits = Self::default();
        traits.visit(schema, &mut HashSet::new());
        // Their calls of `deserialize_any` cannot be distinguished.
        let askers = [traits.is_buffered, traits.is_opaque, traits.is_foreign];
        traits.is_hidden |= askers.into_iter().filter(|asks| *asks).count() > 1;
        traits
    }

    /// Returns whether `deserialize_any` may be called for a value that is not a string.
    pub(super) fn asks_for_anything(self) -> bool {
        self.is_buffered || self.is_opaque
    }

    fn visit(&mut self, schema: &'static TypeSchema, seen: &mut HashSet<TypeId>) {
        if !seen.insert(schema.id) {
            return;
        }
        self.is_foreign |= match schema.shape {
            Shape::Formatted(_) => !schema.module.is_empty(),
            // `Month` and `Weekday`.
            Shape::Enum(_) => schema.module == "time",
            _ => false,
        };
        let mut visit = |ty: TypeRef| self.visit(ty.get(), seen);
        match schema.shape {
            Shape::Option(item) | Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } => {
                visit(item);
            }
            Shape::Tuple(items) => items.iter().copied().for_each(visit),
            Shape::Map { key, value } => {
                visit(key);
                visit(value);
                // Different names can be the same key.
                self.is_hidden |= has_second_names(key.get());
            }
            Shape::Struct(fields) => self.fields(fields, seen),
            Shape::Enum(all) => self.variants(&all, seen),
            Shape::Json => self.is_opaque = true,
            Shape::Unit
            | Shape::Bool
            | Shape::Int(_)
            | Shape::NonZero(_)
            | Shape::Float(_)
            | Shape::Char
            | Shape::String
            | Shape::Formatted(_) => {}
            _ => self.is_hidden = true,
        }
    }

    fn fields(&mut self, fields: Fields, seen: &mut HashSet<TypeId>) {
        for field in fields.all() {
            if field.flatten {
                self.is_buffered = true;
                self.is_hidden |= !has_plain_members(field.ty.get());
            }
            // The reader of the field may accept more than the wire type.
            self.is_hidden |= field.wire;
            self.visit(field.ty.get(), seen);
        }
    }

    fn variants(&mut self, all: &Enum, seen: &mut HashSet<TypeId>) {
        for variant in all.variants {
            self.is_buffered |= all.tagging != Tagging::External;
            self.is_hidden |= variant.untagged
                || match all.tagging {
                    Tagging::External => false,
                    Tagging::Internal { .. } => !has_plain_content(variant),
                    // An adjacent tag is read as an enum, which can be an object.
                    Tagging::Adjacent { .. } | Tagging::Untagged => true,
                };
            self.fields(variant.fields, seen);
        }
    }
}

/// Returns whether the content of a variant is plain, or an object with plain members.
fn has_plain_content(variant: &Variant) -> bool {
    match variant.fields {
        Fields::Unit => true,
        Fields::Newtype { field, .. } => is_plain(field.ty.get()) || has_plain_members(field.ty.get()),
        Fields::Tuple(_) => false,
        Fields::Named { fields, .. } => fields.iter().all(is_plain_field),
    }
}

/// Returns whether a type is an object with plain members.
fn has_plain_members(schema: &'static TypeSchema) -> bool {
    matches!(schema.shape, Shape::Struct(Fields::Named { fields, .. }) if fields.iter().all(is_plain_field))
}

fn is_plain_field(field: &Field) -> bool {
    !field.flatten && is_plain(field.ty.get())
}

/// Returns whether a type is a string, a number or a boolean, or an `Option` of one.
fn is_plain(schema: &'static TypeSchema) -> bool {
    let mut content = schema;
    for _ in 0..MAX_WRAPPED {
        content = match content.shape {
            Shape::Option(inner) => inner.get(),
            Shape::Struct(Fields::Newtype { field, .. }) => field.ty.get(),
            Shape::Bool
            | Shape::Int(_)
            | Shape::NonZero(_)
            | Shape::Float(_)
            | Shape::Char
            | Shape::String
            | Shape::Formatted(_) => return true,
            _ => return false,
        };
    }
    false
}

/// Returns whether two names in JSON can be the same key.
fn has_second_names(key: &'static TypeSchema) -> bool {
    match key.unwrapped().shape {
        Shape::Enum(all) => all.variants.iter().any(|variant| variant.other || !variant.aliases.is_empty()),
        // Such as `::1` and `0:0:0:0:0:0:0:1`.
        Shape::Formatted(_) => true,
        // Zero may have a sign.
        Shape::Int(kind) => kind.is_128_bits(),
        _ => false,
    }
}
