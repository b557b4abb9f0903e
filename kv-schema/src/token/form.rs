//! Writes the wire form of a type as text, for hashing.

use super::fnv;
use crate::ty::{DefaultJson, Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashMap;
use std::fmt::Write;

/// The depth to which recursive types are unfolded. Servers refuse JSON that is nested more deeply.
/// Types with the same wire form unfold to the same text, regardless of how they are divided into
/// Rust types. Source: `serde_json`'s recursion limit.
pub(super) const MAX_DEPTH: u8 = 128;

/// Writes and hashes wire forms.
#[derive(Default)]
pub(super) struct FormHasher {
    /// The hashes of types by their id and the remaining depth.
    known: HashMap<(TypeId, u8), u64>,
}

impl FormHasher {
    /// Returns the hash of the whole form of a type.
    pub(super) fn hash(&mut self, schema: &'static TypeSchema) -> u64 {
        fnv(self.of_type(schema, MAX_DEPTH).as_bytes())
    }

    /// Returns the form of a field of the outermost type.
    pub(super) fn of_field(&mut self, field: &Field) -> String {
        self.field(field, MAX_DEPTH)
    }

    fn field(&mut self, field: &Field, depth: u8) -> String {
        let mut form = self.of_type(field.ty.get(), depth);
        // The reader must use the same default as the writer that left the field out.
        if let Some(json) =
            field.may_be_left_out.then_some(field.default_json).flatten().and_then(DefaultJson::get)
        {
            form.push('=');
            form.push_str(&json);
        }
        form
    }

    fn of_type(&mut self, schema: &'static TypeSchema, depth: u8) -> String {
        let schema = schema.unwrapped();
        match schema.shape {
            Shape::Unit => "n".into(),
            Shape::Bool => "b".into(),
            Shape::Int(_) | Shape::NonZero(_) => "i".into(),
            Shape::Float(_) => "f".into(),
            Shape::Char | Shape::String | Shape::Formatted(_) => "s".into(),
            Shape::Json => "j".into(),
            Shape::Option(_) => match beneath_options(schema) {
                Some(inner) => format!("{}|n", self.of_type(inner, depth)),
                None => "n".into(),
            },
            _ => match depth.checked_sub(1) {
                None => "^".into(),
                Some(depth) => format!("{:016x}", self.nested(schema, depth)),
            },
        }
    }

    /// Returns the hash of a type that contains other values, for which `depth` remains.
    fn nested(&mut self, schema: &'static TypeSchema, depth: u8) -> u64 {
        if let Some(hash) = self.known.get(&(schema.id, depth)) {
            return *hash;
        }
        let text = match schema.shape {
            Shape::List(item) | Shape::Set(item) => format!("[{}]", self.of_type(item.get(), depth)),
            Shape::Array { item, len } => format!("[{}*{len}]", self.of_type(item.get(), depth)),
            Shape::Tuple(types) => {
                let items: Vec<_> = types.iter().map(|item| self.of_type(item.get(), depth)).collect();
                format!("[{}]", items.join(","))
            }
            Shape::Map { key, value } => {
                format!("{{{}>{}}}", self.of_type(key.get(), depth), self.of_type(value.get(), depth))
            }
            Shape::Struct(fields) => self.fields(fields, depth),
            Shape::Enum(shape) => self.enumeration(shape, depth),
            _ => String::new(),
        };
        let hash = fnv(text.as_bytes());
        self.known.insert((schema.id, depth), hash);
        hash
    }

    fn fields(&mut self, fields: Fields, depth: u8) -> String {
        match fields {
            Fields::Unit => "n".into(),
            Fields::Newtype { field, .. } => self.field(field, depth),
            Fields::Tuple(fields) => {
                let items: Vec<_> = fields.iter().map(|field| self.field(field, depth)).collect();
                format!("[{}]", items.join(","))
            }
            Fields::Named { fields, .. } => {
                let mut members = Vec::new();
                self.members(fields, depth, MAX_DEPTH, &mut members);
                members.sort_unstable();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    /// Adds the members of a struct's object. `levels` limits nested `flatten`.
    fn members(&mut self, fields: &'static [Field], depth: u8, levels: u8, members: &mut Vec<String>) {
        for field in fields {
            match (field.ty.get().unwrapped().shape, levels.checked_sub(1)) {
                (Shape::Struct(Fields::Named { fields, .. }), Some(levels)) if field.flatten => {
                    self.members(fields, depth, levels, members);
                }
                _ => members.push(format!("{}:{}", name_of(field), self.field(field, depth))),
            }
        }
    }

    fn enumeration(&mut self, shape: Enum, depth: u8) -> String {
        let mut variants: Vec<_> =
            shape.variants.iter().map(|variant| self.variant(variant, shape, depth)).collect();
        // A reader tries untagged variants in their order, so it is part of the form.
        if shape.tagging != Tagging::Untagged && !shape.variants.iter().any(|variant| variant.untagged) {
            variants.sort_unstable();
        }
        let tagging = match shape.tagging {
            Tagging::External => "external".to_owned(),
            Tagging::Internal { tag } => format!("internal {}", quoted(tag)),
            Tagging::Adjacent { tag, content, .. } => format!("adjacent {} {}", quoted(tag), quoted(content)),
            Tagging::Untagged => "untagged".to_owned(),
        };
        format!("<{tagging} {}>", variants.join("|"))
    }

    fn variant(&mut self, variant: &Variant, shape: Enum, depth: u8) -> String {
        let mut text = String::new();
        if shape.tagging != Tagging::Untagged && !variant.untagged {
            text.push_str(&quoted(variant.name));
            text.push_str(if variant.other { "*:" } else { ":" });
        }
        // `"A"` and `{"A": null}` are different forms.
        if !matches!(variant.fields, Fields::Unit) {
            let _ = write!(text, "({})", self.fields(variant.fields, depth));
        }
        text
    }
}

/// Returns the name of a field in its form. A flattened field has no name in JSON.
pub(super) fn name_of(field: &Field) -> String {
    if field.flatten { "..".into() } else { quoted(field.name) }
}

/// Quotes a name unless it is a plain word, so that it cannot be confused with the syntax around
/// it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the type inside one or more nested `Option`s, which have the same wire form as one.
fn beneath_options(mut schema: &'static TypeSchema) -> Option<&'static TypeSchema> {
    for _ in 0..MAX_DEPTH {
        match schema.shape {
            Shape::Option(inner) => schema = inner.get().unwrapped(),
            _ => return Some(schema),
        }
    }
    None
}
