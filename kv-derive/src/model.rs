//! The checked item. `expand` writes the implementations from it and returns no errors.

use crate::rule::{Function, Rule};
use crate::serde_view::{Tagging, WireDefault};
use crate::type_class;
use kv_schema::ttl::MaxTtl;
use proc_macro2::Ident;
use std::time::Duration;
use syn::{Generics, Member, Path, Type, Visibility};

pub(crate) struct Model<'a> {
    pub(crate) vis: &'a Visibility,
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    /// The path of kv-core.
    pub(crate) krate: Path,
    pub(crate) docs: String,
    pub(crate) body: Body<'a>,
    /// The function that checks whole values.
    pub(crate) validate: Option<Function>,
    /// The function that measures whole values.
    pub(crate) heap_size: Option<Function>,
    /// Names of the fields that have `#[kv(skip)]` but that serde reads and writes.
    pub(crate) hidden: Vec<String>,
    /// The name in Elm.
    pub(crate) elm: Option<String>,
    /// `Some` for `KvType`, `None` for `KvField`.
    pub(crate) stored: Option<Stored<'a>>,
}

/// The arguments of a stored type.
pub(crate) struct Stored<'a> {
    pub(crate) tag: String,
    pub(crate) prefix: String,
    pub(crate) ttl: Option<Duration>,
    pub(crate) max_ttl: MaxTtl,
    pub(crate) plural: Option<String>,
    /// The limit at which the oldest entry is evicted, which is the only policy.
    pub(crate) max_entries: Option<usize>,
    /// The key template.
    pub(crate) key: Option<Vec<KeyPiece<'a>>>,
}

/// A piece of a key template.
#[derive(Clone)]
pub(crate) enum KeyPiece<'a> {
    Text(String),
    Part {
        name: String,
        member: Member,
        ty: &'a Type,
        /// The text after the part; empty at the end of the template.
        separator: String,
    },
}

pub(crate) enum Body<'a> {
    Struct(Fields<'a>),
    Enum { tagging: Tagging, variants: Vec<Variant<'a>> },
    Foreign(Foreign),
}

/// A type with the wire form of another type.
pub(crate) struct Foreign {
    /// The type on the wire.
    pub(crate) ty: Type,
    pub(crate) example: Option<String>,
}

pub(crate) struct Variant<'a> {
    pub(crate) ident: &'a Ident,
    /// `None` if serde skips the variant.
    pub(crate) wire: Option<WireVariant>,
    pub(crate) fields: Fields<'a>,
}

pub(crate) struct WireVariant {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) docs: String,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
    pub(crate) elm: Option<String>,
}

/// The fields on the wire.
pub(crate) enum Fields<'a> {
    Unit,
    Newtype { field: Box<Field<'a>>, transparent: bool },
    Tuple(Vec<Field<'a>>),
    Named { fields: Vec<Field<'a>>, deny_unknown: bool },
}

impl<'a> Fields<'a> {
    pub(crate) fn all(&self) -> &[Field<'a>] {
        match self {
            Self::Unit => &[],
            Self::Newtype { field, .. } => std::slice::from_ref(field),
            Self::Tuple(fields) | Self::Named { fields, .. } => fields,
        }
    }
}

#[expect(clippy::struct_excessive_bools, reason = "each is an independent attribute")]
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a Type,
    pub(crate) rust_name: String,
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) docs: String,
    pub(crate) default: WireDefault,
    /// Whether the field has `skip_serializing_if`.
    pub(crate) may_be_left_out: bool,
    pub(crate) flatten: bool,
    /// Whether the wire form is any JSON.
    pub(crate) opaque: bool,
    /// Whether functions of the application read and write the field.
    pub(crate) with: bool,
    /// The type on the wire, if it is not the field's own.
    pub(crate) wire: Option<Type>,
    pub(crate) example: Option<String>,
    /// The function that measures the field.
    pub(crate) heap_size: Option<Function>,
    pub(crate) rules: Vec<Rule>,
    /// The name in Elm.
    pub(crate) elm: Option<String>,
}

impl Field<'_> {
    /// Whether the wire form is not that of the field's type.
    pub(crate) fn is_foreign(&self) -> bool {
        self.opaque || self.wire.is_some()
    }

    /// Whether serde reads the missing field as `None`. It does not if a function reads the field.
    pub(crate) fn is_option(&self) -> bool {
        type_class::is_option(self.ty) && !self.with
    }
}
