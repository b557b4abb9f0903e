//! Prints types and their documentation.

use super::scope::Scope;
use super::text::{self, Docs};
use crate::ir::{Body, Codec, Content, Enum, Field, Index, Key, Presence, Record, Type};

/// Maximum width of a constructor with a record in one line.
const WIDTH: usize = 100;

impl Scope<'_> {
    /// Returns the Elm type of a codec.
    pub(super) fn ty(&self, codec: &Codec) -> String {
        match codec {
            Codec::Unit => "()".to_owned(),
            Codec::Bool => "Bool".to_owned(),
            Codec::Int(_) => "Int".to_owned(),
            Codec::Float { .. } => "Float".to_owned(),
            Codec::Char => "Char".to_owned(),
            Codec::String => "String".to_owned(),
            Codec::Json => "Encode.Value".to_owned(),
            Codec::Maybe(inner) => format!("Maybe {}", self.ty_argument(inner)),
            Codec::List(item) | Codec::Array(item, _) => format!("List {}", self.ty_argument(item)),
            Codec::Set(item) => format!("Set {}", self.ty_argument(item)),
            Codec::Tuple(items) if items.len() == 1 => self.ty(&items[0]),
            Codec::Tuple(items) => {
                format!("( {} )", items.iter().map(|item| self.ty(item)).collect::<Vec<_>>().join(", "))
            }
            Codec::Map(key, _, value) if key.is_comparable() => {
                format!("Dict {} {}", self.ty_of_key(*key), self.ty_argument(value))
            }
            Codec::Map(key, _, value) => format!("List ( {}, {} )", self.ty_of_key(*key), self.ty(value)),
            Codec::Result { ok, err } => format!("Result {} {}", self.ty_argument(err), self.ty_argument(ok)),
            Codec::Named(index) => self.program.types[*index].name.clone(),
        }
    }

    pub(super) fn ty_argument(&self, codec: &Codec) -> String {
        let ty = self.ty(codec);
        if ty.contains(' ') && !ty.starts_with("( ") { format!("({ty})") } else { ty }
    }

    pub(super) fn ty_of_key(&self, key: Key) -> String {
        match key {
            Key::String => "String".to_owned(),
            Key::Int(_) => "Int".to_owned(),
            Key::Char => "Char".to_owned(),
            Key::Bool => "Bool".to_owned(),
            Key::Variant(index) => self.program.types[index].name.clone(),
        }
    }

    fn ty_of_field(&self, field: &Field) -> String {
        match field.presence {
            Presence::Optional | Presence::LeftOut => {
                format!("Maybe {}", self.ty_argument(&field.value.codec))
            }
            _ => self.ty(&field.value.codec),
        }
    }

    fn fields(&self, record: &Record) -> Vec<String> {
        record.fields.iter().map(|field| format!("{} : {}", field.name, self.ty_of_field(field))).collect()
    }

    /// Returns the definition of a type with its documentation.
    pub(super) fn definition(&self, at: Index) -> String {
        let ty = &self.program.types[at];
        let docs = text::comment(&docs(ty));
        let name = &ty.name;
        let arguments = |items: &[crate::ir::Component]| {
            items.iter().flat_map(|item| [" ".to_owned(), self.ty_argument(&item.codec)]).collect::<String>()
        };
        match &ty.body {
            Body::Record(record) if !ty.boxed => {
                format!("{docs}\ntype alias {name} =\n    {}", record_lines(&self.fields(record), 4))
            }
            Body::Record(record) => {
                format!("{docs}\ntype {name}\n    = {}", constructor(name, &self.fields(record)))
            }
            Body::Unit => format!("{docs}\ntype {name}\n    = {name}"),
            Body::Newtype(value) => {
                format!("{docs}\ntype {name}\n    = {name}{}", arguments(std::slice::from_ref(value)))
            }
            Body::Tuple(items) => format!("{docs}\ntype {name}\n    = {name}{}", arguments(items)),
            Body::Enum(all) => format!("{docs}\ntype {name}\n    = {}", self.variants(all, &arguments)),
        }
    }

    fn variants(&self, all: &Enum, arguments: &dyn Fn(&[crate::ir::Component]) -> String) -> String {
        let variants = all.variants.iter().map(|variant| match &variant.content {
            Content::Nothing => variant.name.clone(),
            Content::One(value) => format!("{}{}", variant.name, arguments(std::slice::from_ref(value))),
            Content::Many(items) => format!("{}{}", variant.name, arguments(items)),
            Content::Record(record) => constructor(&variant.name, &self.fields(record)),
        });
        variants.collect::<Vec<_>>().join("\n    | ")
    }

    /// Returns a type as an item of an `exposing` list.
    pub(super) fn exposing(&self, at: Index) -> String {
        let ty = &self.program.types[at];
        match ty.body {
            Body::Record(_) if !ty.boxed => ty.name.clone(),
            _ => format!("{}(..)", ty.name),
        }
    }
}

fn record_lines(fields: &[String], indent: usize) -> String {
    match fields {
        [] => "{}".to_owned(),
        [one] => format!("{{ {one} }}"),
        _ => format!("{{ {}\n{:indent$}}}", fields.join(&format!("\n{:indent$}, ", "")), ""),
    }
}

fn constructor(name: &str, fields: &[String]) -> String {
    let line = format!("{name} {{ {} }}", fields.join(", "));
    match fields {
        [] => format!("{name} {{}}"),
        [_, _, ..] if line.len() > WIDTH => format!("{name}\n        {}", record_lines(fields, 8)),
        _ => line,
    }
}

/// Returns the documentation of a type: its Rust docs, those of its fields and variants, and its
/// origin.
fn docs(ty: &Type) -> Vec<Docs> {
    let mut pieces = text::parse(&ty.docs);
    let mut items: Vec<(String, String)> = Vec::new();
    match &ty.body {
        Body::Record(record) => {
            items.extend(record.fields.iter().map(|field| (field.name.clone(), field.docs.clone())));
        }
        Body::Enum(all) => {
            for variant in &all.variants {
                items.push((variant.name.clone(), variant.docs.clone()));
                if let Content::Record(record) = &variant.content {
                    let of_variant =
                        |field: &Field| (format!("{}.{}", variant.name, field.name), field.docs.clone());
                    items.extend(record.fields.iter().map(of_variant));
                }
            }
        }
        _ => {}
    }
    let items: Vec<_> = items
        .into_iter()
        .filter_map(|(name, docs)| match text::parse(&docs).into_iter().next() {
            Some(Docs::Paragraph(text)) => Some(format!("`{name}`: {}", text.replace('\n', " "))),
            _ => None,
        })
        .collect();
    if !items.is_empty() {
        // Without text between them, Markdown joins two lists.
        if matches!(pieces.last(), Some(Docs::List(_))) {
            let parts = if matches!(ty.body, Body::Record(_)) { "Its fields:" } else { "Its variants:" };
            pieces.push(Docs::Paragraph(parts.to_owned()));
        }
        pieces.push(Docs::List(items));
    }
    let mut origin = format!("Rust: `{}`", text::code(&ty.rust_path));
    if let Some(stored) = &ty.stored {
        origin.push_str(&format!(", stored under `{}`", text::code(&stored.prefix)));
        if !stored.key.is_empty() {
            origin.push_str(&format!(" with the key `{}`", text::code(&super::requests::template(stored))));
        }
    }
    origin.push('.');
    pieces.push(Docs::Paragraph(origin));
    pieces
}
