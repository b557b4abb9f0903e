//! What a type looks like on the wire, as `'static` data.
//!
//! A schema holds what a reader needs to write a codec: serde's names, requiredness, tagging and flattening,
//! and the rules. Code generators and validators read it; nothing derives the same facts a second time.

use crate::field::KvField;
use crate::rule::Rule;
use std::any::TypeId;
use std::fmt;

/// A type's name, documentation and shape.
///
/// Two schemas are of the same type when their [`id`](Self::id)s are equal. Their addresses say nothing:
/// the compiler may duplicate or merge constants.
#[derive(Clone, Copy, Debug)]
pub struct TypeSchema {
    /// The Rust type that this describes. A pointer such as `Box<T>` is described as its `T`.
    pub id: TypeId,
    /// The Rust name, without module and arguments: `Page`.
    pub name: &'static str,
    /// The Rust module of a derived type, `my_app::storage`; the crate of a type of another crate
    /// that a feature brings, `chrono`; empty for types of the standard library.
    pub module: &'static str,
    /// The arguments: of `Page<Item, 3>`, `Item` and 3.
    pub args: &'static [Arg],
    /// The doc comment, without the space that follows `///`; empty when there is none.
    pub docs: &'static str,
    /// What values look like on the wire.
    pub shape: Shape,
    /// The function of `#[kv(validate = "…")]`, without its module: a check of whole values, made after those of the
    /// fields, that only Rust can run.
    pub validate: Option<&'static str>,
    /// The fields, by their Rust names, that `#[kv(skip)]` leaves out of the shape and serde does not. A type that has
    /// any cannot be exposed: what serde writes would not be what the schema says.
    pub hidden: &'static [&'static str],
    /// The name in Elm that `#[kv(elm = "…")]` gives, instead of [`name`](Self::name). The wire does not depend on it.
    pub elm: Option<&'static str>,
}

impl PartialEq for TypeSchema {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for TypeSchema {}

/// Writes the name with its arguments: `Page<Item, 3>`, and `[u8; 4]` for arrays.
impl fmt::Display for TypeSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Shape::Array { item, len } = self.shape {
            return write!(f, "[{}; {len}]", item.get());
        }
        f.write_str(self.name)?;
        for (i, arg) in self.args.iter().enumerate() {
            f.write_str(if i == 0 { "<" } else { ", " })?;
            match arg {
                Arg::Type(ty) => ty.get().fmt(f)?,
                Arg::Const(value) => value.fmt(f)?,
            }
        }
        if self.args.is_empty() { Ok(()) } else { f.write_str(">") }
    }
}

/// An argument of a generic type.
#[derive(Clone, Copy, Debug)]
pub enum Arg {
    /// A type.
    Type(TypeRef),
    /// A number, a `bool` as 0 or 1, a `char` as its code point.
    Const(i128),
}

/// A reference to the schema of another type, followed on request so that types may be recursive.
#[derive(Clone, Copy)]
pub struct TypeRef {
    schema: fn() -> &'static TypeSchema,
    size: usize,
}

impl TypeRef {
    /// The reference to the schema of `T`.
    pub const fn of<T: KvField>() -> Self {
        T::__TYPE
    }

    /// The reference to the schema that a function returns, of a type of unknown size.
    pub const fn new(schema: fn() -> &'static TypeSchema) -> Self {
        Self::sized(schema, 0)
    }

    /// Returns a reference to the schema that a function returns, with the `size_of` of the type that has this form on
    /// the wire.
    pub const fn sized(schema: fn() -> &'static TypeSchema, size: usize) -> Self {
        Self { schema, size }
    }

    /// The schema that this refers to.
    pub fn get(self) -> &'static TypeSchema {
        (self.schema)()
    }

    /// The `size_of` of the type that the schema describes, which for a pointer is the type it points to; 0 where it is
    /// not known.
    pub const fn size(self) -> usize {
        self.size
    }
}

/// Writes the type's name alone, since what it refers to may lead back here.
impl fmt::Debug for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeRef({})", self.get())
    }
}

/// The forms that a value can have on the wire, in serde's data model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// `()` or a unit struct: JSON `null`.
    Unit,
    /// `bool`.
    Bool,
    /// An integer of a certain range.
    Int(IntKind),
    /// An integer of a certain range, but not 0.
    NonZero(IntKind),
    /// `f32` or `f64`, finite.
    Float(FloatKind),
    /// `char`: a string of one Unicode scalar value.
    Char,
    /// A string.
    String,
    /// A string of a certain form, such as an IP address.
    Formatted(Format),
    /// Any JSON.
    Json,
    /// A value or `null`.
    Option(TypeRef),
    /// A list of any length.
    List(TypeRef),
    /// A list of any length without duplicates.
    Set(TypeRef),
    /// A list of a fixed length, of one type.
    Array {
        /// The type of every item.
        item: TypeRef,
        /// How many items there are.
        len: usize,
    },
    /// A list of a fixed length, a type for each item.
    Tuple(&'static [TypeRef]),
    /// An object with open keys.
    Map {
        /// The type of the keys, which are written as strings.
        key: TypeRef,
        /// The type of the values.
        value: TypeRef,
    },
    /// A struct.
    Struct(Fields),
    /// An enum.
    Enum(Enum),
}

/// A form of strings.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is called: `ipv4`, `uuid`. Where JSON Schema has a name for it, that one.
    pub name: &'static str,
    /// Whether a text is of this form, judged by the type's own parser.
    pub accepts: fn(&str) -> bool,
    /// Returns a number that is the same for all texts of one value, such as `::1` and `0:0:0:0:0:0:0:1`; `None` for
    /// texts of another form. Two names in JSON that are the same key of a map are found by it.
    pub identity: fn(&str) -> Option<u64>,
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

/// The integer types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the Rust type of its name")]
pub enum IntKind {
    I8,
    I16,
    I32,
    I64,
    I128,
    Isize,
    U8,
    U16,
    U32,
    U64,
    U128,
    Usize,
}

impl IntKind {
    /// Whether it is `i128` or `u128`.
    pub const fn is_128_bits(self) -> bool {
        matches!(self, Self::I128 | Self::U128)
    }

    /// The least and the greatest value, the latter as far as an `i128` reaches. Those of `usize` and `isize` are
    /// the platform's.
    pub const fn range(self) -> (i128, i128) {
        match self {
            Self::I8 => (i8::MIN as i128, i8::MAX as i128),
            Self::I16 => (i16::MIN as i128, i16::MAX as i128),
            Self::I32 => (i32::MIN as i128, i32::MAX as i128),
            Self::I64 => (i64::MIN as i128, i64::MAX as i128),
            Self::I128 => (i128::MIN, i128::MAX),
            Self::Isize => (isize::MIN as i128, isize::MAX as i128),
            Self::U8 => (0, u8::MAX as i128),
            Self::U16 => (0, u16::MAX as i128),
            Self::U32 => (0, u32::MAX as i128),
            Self::U64 => (0, u64::MAX as i128),
            Self::U128 => (0, i128::MAX),
            Self::Usize => (0, usize::MAX as i128),
        }
    }
}

/// The floating-point types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the Rust type of its name")]
pub enum FloatKind {
    F32,
    F64,
}

/// An enum: how serde tells its variants apart, and the variants in source order.
#[derive(Clone, Copy, Debug)]
pub struct Enum {
    /// How the variant stands on the wire.
    pub tagging: Tagging,
    /// The variants that are on the wire, in source order.
    pub variants: &'static [Variant],
}

/// How serde writes which variant a value is.
///
/// See serde's documentation of enum representations for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// `{"Variant": content}`, or `"Variant"` for a unit variant.
    External,
    /// The tag stands among the variant's own fields.
    Internal {
        /// The member that holds the variant's name.
        tag: &'static str,
    },
    /// The tag and the content stand side by side.
    Adjacent {
        /// The member that holds the variant's name.
        tag: &'static str,
        /// The member that holds the variant's fields.
        content: &'static str,
        /// Whether a member beside the two is an error (`#[serde(deny_unknown_fields)]`).
        deny_unknown: bool,
    },
    /// Nothing says it: the first variant that fits is read.
    Untagged,
}

/// A variant of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub rust_name: &'static str,
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that are read as this variant.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
    /// Whether every unknown name is read as this variant (`#[serde(other)]`).
    pub other: bool,
    /// Whether this variant is written without a tag (`#[serde(untagged)]` on it).
    pub untagged: bool,
    /// What it holds.
    pub fields: Fields,
    /// The name in Elm that `#[kv(elm = "…")]` gives. The wire does not depend on it.
    pub elm: Option<&'static str>,
}

impl Variant {
    /// A variant with a tag, of one name in Rust and on the wire.
    pub const fn new(name: &'static str, fields: Fields) -> Self {
        Self {
            rust_name: name,
            name,
            aliases: &[],
            docs: "",
            other: false,
            untagged: false,
            fields,
            elm: None,
        }
    }
}

/// The fields of a struct or a variant, by the form they have on the wire.
#[derive(Clone, Copy, Debug)]
pub enum Fields {
    /// No fields.
    Unit,
    /// One field, written as itself: a tuple struct of one, or `#[serde(transparent)]`.
    Newtype {
        /// The field.
        field: &'static Field,
        /// Whether it is `#[serde(transparent)]`, so that where it is missing it is read as its field would be.
        transparent: bool,
    },
    /// A list of a fixed length.
    Tuple(&'static [Field]),
    /// An object.
    Named {
        /// The fields that are on the wire, in source order.
        fields: &'static [Field],
        /// Whether a member of another name is an error (`#[serde(deny_unknown_fields)]`).
        deny_unknown: bool,
    },
}

impl Fields {
    /// The fields in source order, whatever their form.
    pub const fn all(&self) -> &'static [Field] {
        match self {
            Self::Unit => &[],
            Self::Newtype { field, .. } => std::slice::from_ref(*field),
            Self::Tuple(fields) | Self::Named { fields, .. } => fields,
        }
    }
}

/// A field of a struct or a variant.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact about the field by itself")]
pub struct Field {
    /// The name in Rust, without `r#`; the position for tuples.
    pub rust_name: &'static str,
    /// The name on the wire.
    pub name: &'static str,
    /// Other names that are read as this field.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
    /// The type.
    pub ty: TypeRef,
    /// Whether a reader fills it in when it is missing (`#[serde(default)]`).
    pub default: bool,
    /// Where a writer may leave out what is not an `Option`: what a reader fills in, since every reader must know
    /// it then, or it would read something else than was written. `None` for what a function writes, too: how it would
    /// write the default is not known.
    pub default_json: Option<DefaultJson>,
    /// Whether a writer may leave it out (`#[serde(skip_serializing_if)]`).
    pub may_be_left_out: bool,
    /// Whether its members stand among its parent's (`#[serde(flatten)]`).
    pub flatten: bool,
    /// Whether nothing is known of the bytes that its values own on the heap: it is opaque, and its type is neither a
    /// [`KvField`] nor `serde::Serialize`, nor does `#[kv(heap_size = "…")]` name a function. A type with such a field cannot
    /// be exposed for writing.
    pub unmeasured: bool,
    /// Whether `ty` is named by `#[kv(wire = "…")]`: the form on the wire is that of `ty`, and the field's own type,
    /// which may refuse values of that form, writes and reads it.
    pub wire: bool,
    /// A value that the type reads, given with `#[kv(example = "…")]`: the text itself where `ty` is written as text, else
    /// JSON.
    pub example: Option<&'static str>,
    /// The rules on the field itself, in source order. Those of its type are in the type's own schema.
    pub rules: &'static [Rule],
    /// The name in Elm that `#[kv(elm = "…")]` gives. The wire does not depend on it.
    pub elm: Option<&'static str>,
}

/// What a field is filled in with when it is missing, as JSON.
#[derive(Clone, Copy)]
pub struct DefaultJson(fn() -> Option<String>);

impl DefaultJson {
    /// The JSON that a function returns.
    pub const fn new(json: fn() -> Option<String>) -> Self {
        Self(json)
    }

    /// The JSON; `None` when the field's type does not derive `serde::Serialize`, or is generic.
    pub fn get(self) -> Option<String> {
        (self.0)()
    }
}

impl fmt::Debug for DefaultJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DefaultJson({})", self.get().as_deref().unwrap_or("unknown"))
    }
}

impl Field {
    /// A field that is always there, without rules.
    pub const fn new(name: &'static str, ty: TypeRef) -> Self {
        Self {
            rust_name: name,
            name,
            aliases: &[],
            docs: "",
            ty,
            default: false,
            default_json: None,
            may_be_left_out: false,
            flatten: false,
            unmeasured: false,
            wire: false,
            example: None,
            rules: &[],
            elm: None,
        }
    }

    /// Whether a reader of an object does without it: it has a default, or its type is an `Option`, be it inside
    /// `#[serde(transparent)]`. An item of a tuple is read without only if it has a default.
    ///
    /// ```
    /// use kv_schema::ty::{Field, TypeRef};
    ///
    /// assert!(Field::new("note", TypeRef::of::<Option<String>>()).is_optional());
    /// assert!(!Field::new("text", TypeRef::of::<String>()).is_optional());
    /// ```
    pub fn is_optional(&self) -> bool {
        self.default
            || match self.ty.get().shape {
                Shape::Option(_) => true,
                Shape::Struct(Fields::Newtype { field, transparent: true }) => field.is_optional(),
                _ => false,
            }
    }
}
