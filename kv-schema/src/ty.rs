//! [`TypeSchema`], the wire form of a type as `'static` data.
//!
//! A schema holds everything that a codec needs: serde's names, optional members, tagging and
//! flattening, and the rules. Code generators and validators read it and derive nothing themselves.

use crate::field::KvField;
use crate::rule::Rule;
use std::any::TypeId;
use std::fmt;

/// A type's name, documentation and shape.
///
/// Two schemas describe the same type if their [`id`](Self::id)s are equal. Their addresses are not
/// significant, because the compiler may duplicate or merge constants.
#[derive(Clone, Copy, Debug)]
pub struct TypeSchema {
    /// The Rust type. A pointer such as `Box<T>` has the schema of `T`.
    pub id: TypeId,
    /// The Rust name, without module and arguments: `Page`.
    pub name: &'static str,
    /// The Rust module of a derived type, such as `my_app::storage`; the crate of a type that a
    /// feature supports, such as `chrono`; empty for types of the standard library.
    pub module: &'static str,
    /// The generic arguments. For `Page<Item, 3>` they are `Item` and 3.
    pub args: &'static [Arg],
    /// The doc comment, without the space after `///`; empty if the type has none.
    pub docs: &'static str,
    /// The wire form of its values.
    pub shape: Shape,
    /// The function of `#[kv(validate = "…")]`, without its module. It checks whole values after
    /// the checks of the fields, and only Rust can run it.
    pub validate: Option<&'static str>,
    /// The Rust names of the fields that `#[kv(skip)]` leaves out of the shape but serde still
    /// writes. A type with such fields cannot be exposed, because its JSON would differ from its
    /// schema.
    pub hidden: &'static [&'static str],
    /// The name in Elm given by `#[kv(elm = "…")]`, instead of [`name`](Self::name). It does not
    /// affect the wire form.
    pub elm: Option<&'static str>,
}

impl PartialEq for TypeSchema {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for TypeSchema {}

/// The number of nested newtypes that are followed. Only a newtype that contains itself has more.
const MAX_NEWTYPES: usize = 128;

impl TypeSchema {
    /// Returns the fields of the newtypes that this type consists of, outermost first; none if it
    /// is not a newtype. A newtype that contains itself yields 128 fields.
    pub fn newtype_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let inner = |schema: &Self| match schema.shape {
            Shape::Struct(Fields::Newtype { field, .. }) => Some(field),
            _ => None,
        };
        std::iter::successors(inner(self), move |field| inner(field.ty.get())).take(MAX_NEWTYPES)
    }

    /// Returns the schema of the type inside all newtypes; this schema itself if it is not a
    /// newtype.
    ///
    /// ```
    /// use kv_schema::KvField;
    ///
    /// assert_eq!(u8::schema().unwrapped(), u8::schema());
    /// ```
    pub fn unwrapped(&'static self) -> &'static Self {
        self.newtype_fields().last().map_or(self, |field| field.ty.get())
    }

    /// Returns whether values are `null` in JSON, as for `()` or a unit struct.
    pub(crate) fn is_unit(&'static self) -> bool {
        matches!(self.unwrapped().shape, Shape::Unit | Shape::Struct(Fields::Unit))
    }
}

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

/// A reference to the schema of another type. It is a function, so that types can be recursive.
#[derive(Clone, Copy)]
pub struct TypeRef {
    schema: fn() -> &'static TypeSchema,
    size: usize,
}

impl TypeRef {
    /// Returns the reference to the schema of `T`.
    pub const fn of<T: KvField>() -> Self {
        T::__TYPE
    }

    /// Creates a reference to the schema that `schema` returns, of a type of unknown size.
    pub const fn new(schema: fn() -> &'static TypeSchema) -> Self {
        Self::sized(schema, 0)
    }

    /// Creates a reference to the schema that `schema` returns, with the `size_of` of the Rust
    /// type.
    pub const fn sized(schema: fn() -> &'static TypeSchema, size: usize) -> Self {
        Self { schema, size }
    }

    /// Returns the schema.
    pub fn get(self) -> &'static TypeSchema {
        (self.schema)()
    }

    /// Returns the `size_of` of the type that the schema describes, which for a pointer is its
    /// target; 0 if the size is unknown.
    pub const fn size(self) -> usize {
        self.size
    }
}

/// Writes only the type's name, because a recursive schema would not end.
impl fmt::Debug for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeRef({})", self.get())
    }
}

/// The wire form of a value, in serde's data model.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// `()` or a unit struct: JSON `null`.
    Unit,
    /// `bool`.
    Bool,
    /// An integer.
    Int(IntKind),
    /// An integer other than 0.
    NonZero(IntKind),
    /// `f32` or `f64`; finite.
    Float(FloatKind),
    /// `char`: a string of one Unicode scalar value.
    Char,
    /// A string.
    String,
    /// A string in a format, such as an IP address.
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
        /// The number of items.
        len: usize,
    },
    /// A list of a fixed length, with a type for each item.
    Tuple(&'static [TypeRef]),
    /// An object with arbitrary keys.
    Map {
        /// The type of the keys, which serde writes as strings.
        key: TypeRef,
        /// The type of the values.
        value: TypeRef,
    },
    /// A struct.
    Struct(Fields),
    /// An enum.
    Enum(Enum),
}

/// A format of strings.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The name, such as `ipv4` or `uuid`. It is the name in JSON Schema, if that has one.
    pub name: &'static str,
    /// Returns whether the type's own parser accepts a text.
    pub accepts: fn(&str) -> bool,
    /// Returns a number that is the same for all texts of one value, such as `::1` and
    /// `0:0:0:0:0:0:0:1`; `None` for texts in another format. It finds two names in JSON that are
    /// the same key of a map.
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
    /// Returns whether it is `i128` or `u128`.
    pub const fn is_128_bits(self) -> bool {
        matches!(self, Self::I128 | Self::U128)
    }

    /// Returns the least and the greatest value. The greatest value of `u128` is given as
    /// `i128::MAX`; the values of `usize` and `isize` are those of the platform.
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

/// An enum.
#[derive(Clone, Copy, Debug)]
pub struct Enum {
    /// How serde writes the name of the variant.
    pub tagging: Tagging,
    /// The variants that serde writes and reads, in source order.
    pub variants: &'static [Variant],
}

/// How serde writes the name of a variant.
///
/// serde's documentation of enum representations describes each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// `{"Variant": content}`, or `"Variant"` for a unit variant.
    External,
    /// The tag is a member of the same object as the variant's fields.
    Internal {
        /// The member that holds the variant's name.
        tag: &'static str,
    },
    /// The tag and the content are two members of an object.
    Adjacent {
        /// The member that holds the variant's name.
        tag: &'static str,
        /// The member that holds the variant's fields.
        content: &'static str,
        /// Whether any other member is an error (`#[serde(deny_unknown_fields)]`).
        deny_unknown: bool,
    },
    /// The name is not written. A reader takes the first variant that fits.
    Untagged,
}

/// A variant of an enum.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The name in Rust.
    pub rust_name: &'static str,
    /// The name in JSON.
    pub name: &'static str,
    /// Other names that are read as this variant.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
    /// Whether every unknown name is read as this variant (`#[serde(other)]`).
    pub other: bool,
    /// Whether this variant is written without a tag (`#[serde(untagged)]` on it).
    pub untagged: bool,
    /// The fields.
    pub fields: Fields,
    /// The name in Elm given by `#[kv(elm = "…")]`. It does not affect the wire form.
    pub elm: Option<&'static str>,
}

impl Variant {
    /// Creates a tagged variant whose names in Rust and in JSON are the same.
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

/// The fields of a struct or a variant, by their wire form.
#[derive(Clone, Copy, Debug)]
pub enum Fields {
    /// No fields.
    Unit,
    /// One field that is written without a wrapper: a tuple struct with one field, or
    /// `#[serde(transparent)]`.
    Newtype {
        /// The field.
        field: &'static Field,
        /// Whether it is `#[serde(transparent)]`. A missing member of this type is then read as the
        /// field's type reads it.
        transparent: bool,
    },
    /// A list of a fixed length.
    Tuple(&'static [Field]),
    /// An object.
    Named {
        /// The fields that serde writes or reads, in source order.
        fields: &'static [Field],
        /// Whether an unknown member is an error (`#[serde(deny_unknown_fields)]`).
        deny_unknown: bool,
    },
}

impl Fields {
    /// Returns the fields of any form, in source order.
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
    /// The name in JSON.
    pub name: &'static str,
    /// Other names that are read as this field.
    pub aliases: &'static [&'static str],
    /// The doc comment.
    pub docs: &'static str,
    /// The type.
    pub ty: TypeRef,
    /// Whether a reader uses a default if it is missing (`#[serde(default)]`).
    pub default: bool,
    /// The default, if a writer may leave out the field and its type is not an `Option`: every
    /// reader must use the same default, or it would read another value than the written one.
    /// `None` if `serialize_with` writes the field, because its output for the default is unknown.
    pub default_json: Option<DefaultJson>,
    /// Whether a writer may leave it out (`#[serde(skip_serializing_if)]`).
    pub may_be_left_out: bool,
    /// Whether its members are members of its parent (`#[serde(flatten)]`).
    pub flatten: bool,
    /// Whether the heap size of its values is unknown: the field is opaque, its type implements
    /// neither [`KvField`] nor `serde::Serialize`, and `#[kv(heap_size = "…")]` names no function.
    /// A type with such a field cannot be exposed for writing.
    pub unmeasured: bool,
    /// Whether `ty` comes from `#[kv(wire = "…")]`. The field's own type then writes and reads the
    /// wire form of `ty`, and may refuse some of its values.
    pub wire: bool,
    /// A value that the type reads, from `#[kv(example = "…")]`: plain text if `ty` is written as
    /// text, otherwise JSON.
    pub example: Option<&'static str>,
    /// The rules on the field itself, in source order. The rules of its type are in the type's
    /// schema.
    pub rules: &'static [Rule],
    /// The name in Elm given by `#[kv(elm = "…")]`. It does not affect the wire form.
    pub elm: Option<&'static str>,
}

/// The value that a reader uses for a missing field, as JSON.
#[derive(Clone, Copy)]
pub struct DefaultJson(fn() -> Option<String>);

impl DefaultJson {
    /// Creates a default from a function that returns its JSON.
    pub const fn new(json: fn() -> Option<String>) -> Self {
        Self(json)
    }

    /// Returns the JSON; `None` if the field's type does not derive `serde::Serialize`, or is
    /// generic.
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
    /// Creates a required field without rules.
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

    /// Returns whether the member may be missing from an object: the field has a default, or its
    /// type is an `Option`, possibly inside `#[serde(transparent)]`. An item of a tuple may be
    /// missing only if it has a default.
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
