//! [`KvField`], the types that a stored type can contain, and its implementations for the standard
//! library and, with features, for other crates.

#[cfg(feature = "serde")]
mod estimate;
mod foreign;
mod heap;
mod map;
mod net;
#[doc(hidden)]
pub mod opaque;
mod option;
mod path;
mod pointer;
mod range;
mod scalar;
mod sequence;
mod time;

pub(crate) use map::in_key_order;
pub use map::{KeyText, MapKey};
pub use opaque::Opaque;

use crate::check::Validator;
use crate::ty::{TypeRef, TypeSchema};
use std::hash::{DefaultHasher, Hash, Hasher};

/// A type that can be a field of a stored type.
///
/// `#[derive(KvField)]` implements it, for generic types too, and `#[derive(KvType)]` includes it.
/// This crate implements it for the types of the standard library that serde reads as it writes
/// them. Features named after other crates add implementations for their types:
///
/// | feature | types |
/// |---|---|
/// | `chrono` | `DateTime` of any time zone that serde reads, `NaiveDate`, `NaiveTime`, `NaiveDateTime`, `TimeDelta`, `Weekday`, `Month` |
/// | `time` | `OffsetDateTime`, `UtcDateTime`, `PrimitiveDateTime`, `Date`, `Time`, `UtcOffset`, `Duration`, `Weekday`, `Month` |
/// | `uuid` | `Uuid`, `NonNilUuid` |
/// | `url` | `Url` |
/// | `rust_decimal` | `Decimal`, to which `range` applies |
/// | `smol_str` | `SmolStr`, described as `String` |
/// | `indexmap` | `IndexMap`, `IndexSet` |
/// | `serde_json` | `Value`, which is any JSON, and `Map<String, Value>` |
///
/// A type that serde writes as text can also be a key. The wire forms are those of the crates' own
/// serde implementations. A value that would be read back as another value breaks the rule `type`:
/// an offset with seconds or a leap second that is not in second 59 (`chrono`), and any `Decimal`
/// if a crate activates the feature `serde-float` of `rust_decimal`, which rounds it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a stored type: it does not implement `KvField`",
    label = "not a known field type",
    note = "add `#[derive(KvField)]` to `{Self}`; for a type of chrono, time, uuid, url, rust_decimal, smol_str, indexmap or serde_json, enable the feature of that name; for a type of another crate, specify its wire form, as in `#[kv(wire = \"String\")]`, or accept any JSON with `#[kv(opaque)]`, or omit the field with `#[serde(skip)]`"
)]
pub trait KvField: Sized + 'static {
    /// Returns the wire form of the type.
    ///
    /// ```
    /// use kv_schema::KvField;
    ///
    /// assert_eq!(Vec::<Option<i32>>::schema().to_string(), "Vec<Option<i32>>");
    /// ```
    fn schema() -> &'static TypeSchema;

    /// Reports every broken rule of the value and of everything in it, in field order.
    fn check(&self, v: &mut Validator<'_>);

    /// Returns an estimate of the bytes that the value owns on the heap, in addition to
    /// `size_of::<Self>()`.
    ///
    /// The estimate is the sum of the bytes that strings, vectors and maps requested, without the
    /// rounding of the allocator. It is within 20 % of that sum, with three exceptions that cannot
    /// be detected through public APIs:
    ///
    /// - A B-tree that was collected from an iterator counts 1.4 to 1.8 times. One of about 100
    ///   entries that grew by insertion counts up to 1.4 times in rare cases.
    /// - A hash table that was full and then emptied entry by entry can count as little as a
    ///   quarter.
    /// - A `Url` that grew during parsing can count as little as a half.
    ///
    /// A field with `#[kv(opaque)]` uses the `KvField` implementation of its type, or otherwise an
    /// estimate through `serde::Serialize`. For other types, `#[kv(heap_size = "…")]` names a
    /// function.
    ///
    /// The target of an `Rc` or `Arc` counts once for each pointer. Fields that are left out of the
    /// schema do not count.
    fn heap_size(&self) -> usize;

    /// The schema, with the size of the described type. Only pointers override it.
    #[doc(hidden)]
    const __TYPE: TypeRef = TypeRef::sized(Self::schema, size_of::<Self>());
}

/// Returns the hash of a value. The hash is not seeded, so equal values have the same hash in every
/// call. An attacker can construct a collision, but it only causes JSON with both keys to be
/// refused as if they were two spellings of one key.
fn identity<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Expands to the schema of a type of another crate.
macro_rules! schema {
    ($module:expr, $name:expr, [$($arg:ty),*], $shape:expr) => {
        const {
            &$crate::ty::TypeSchema {
                id: ::std::any::TypeId::of::<Self>(),
                name: $name,
                module: $module,
                args: &[$($crate::ty::Arg::Type($crate::ty::TypeRef::of::<$arg>())),*],
                docs: "",
                shape: $shape,
                validate: None,
                hidden: &[],
                elm: None,
            }
        }
    };
}
use schema;

/// Expands to the schema of a type of the standard library.
macro_rules! std_schema {
    ($name:expr, [$($arg:ty),*], $shape:expr) => {
        $crate::field::schema!("", $name, [$($arg),*], $shape)
    };
}
use std_schema;
