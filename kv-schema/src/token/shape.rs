//! The JSON form of a type as text, for hashing.

use super::fnv;
use crate::ty::{DefaultJson, Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::HashMap;
use std::fmt::Write;

/// How deep in a value its type is looked at. Types may be recursive; JSON that nests deeper is read by no server, and
/// what is unfolded to one depth is the same for types of one JSON form, however they are cut into Rust types.
/// Source: `serde_json`'s recursion limit.
pub(super) const MAX_DEPTH: u8 = 128;

/// The forms of types that have been seen, by how much depth was left.
#[derive(Default)]
pub(super) struct Shapes {
    known: HashMap<(TypeId, u8), u64>,
}

impl Shapes {
    /// The hash of the whole form of a type.
    pub(super) fn hash(&mut self, schema: &'static TypeSchema) -> u64 {
        fnv(self.of_type(schema, MAX_DEPTH).as_bytes())
    }

    /// The form of a field of the outermost type.
    pub(super) fn of_field(&mut self, field: &Field) -> String {
        self.field(field, MAX_DEPTH)
    }

    fn field(&mut self, field: &Field, depth: u8) -> String {
        let mut form = self.of_type(field.ty.get(), depth);
        // A reader must fill in the very value that was left out.
        if let Some(json) =
            field.may_be_left_out.then_some(field.default_json).flatten().and_then(DefaultJson::get)
        {
            form.push('=');
            form.push_str(&json);
        }
        form
    }

    fn of_type(&mut self, schema: &'static TypeSchema, depth: u8) -> String {
        let schema = unwrapped(schema);
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

    /// The hash of something that other values stand in, each of which has one less of the depth.
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

    /// What stands in the object of a struct, with what is flattened into it, at most so many levels deep.
    fn members(&mut self, fields: &'static [Field], depth: u8, levels: u8, members: &mut Vec<String>) {
        for field in fields {
            match (unwrapped(field.ty.get()).shape, levels.checked_sub(1)) {
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
        // Which of the untagged is read is decided by their order.
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
        // `"A"` and `{"A": null}` are two forms.
        if !matches!(variant.fields, Fields::Unit) {
            let _ = write!(text, "({})", self.fields(variant.fields, depth));
        }
        text
    }
}

/// What a field's hash calls it. What is flattened has no name of its own.
pub(super) fn name_of(field: &Field) -> String {
    if field.flatten { "..".into() } else { quoted(field.name) }
}

/// A name as it is, where it is a plain word; otherwise such that nothing in it can be taken for what stands around it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The type that others stand for, which are written as it is. (One that stands for itself cannot be written.)
pub(super) fn unwrapped(mut schema: &'static TypeSchema) -> &'static TypeSchema {
    for _ in 0..MAX_DEPTH {
        match schema.shape {
            Shape::Struct(Fields::Newtype { field, .. }) => schema = field.ty.get(),
            _ => break,
        }
    }
    schema
}

/// What is inside one `Option`, or several, which look like one.
fn beneath_options(mut schema: &'static TypeSchema) -> Option<&'static TypeSchema> {
    for _ in 0..MAX_DEPTH {
        match schema.shape {
            Shape::Option(inner) => schema = unwrapped(inner.get()),
            _ => return Some(schema),
        }
    }
    None
}
