//! [`KvField`], what can stand in a stored type, for the types of the standard library and, behind features, of other
//! crates.

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
/// `#[derive(KvField)]` implements it, for generic types too, and `#[derive(KvType)]` includes it. Here it is
/// implemented for the types of the standard library that serde handles alike in both directions, and for those of other
/// crates behind the features of their names:
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
/// What serde writes as text can be a key too. The forms are those of the crates' own serde implementations, and a
/// value that would not be read back as it is breaks the rule `type`: an offset with seconds and a leap second that does
/// not follow :59 (`chrono`), or any `Decimal` once some crate activates `serde-float` of `rust_decimal`, which would
/// round it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a stored type: it does not implement `KvField`",
    label = "not a known field type",
    note = "add `#[derive(KvField)]` to `{Self}`; types of chrono, time, uuid, url, rust_decimal, smol_str, indexmap and serde_json come with the features of those names; for another crate's, name the type that it is on the wire, as in `#[kv(wire = \"String\")]`, or write `#[kv(opaque)]` for any JSON, or leave the field out with `#[serde(skip)]`"
)]
pub trait KvField: Sized + 'static {
    /// What the type looks like on the wire.
    ///
    /// ```
    /// use kv_schema::KvField;
    ///
    /// assert_eq!(Vec::<Option<i32>>::schema().to_string(), "Vec<Option<i32>>");
    /// ```
    fn schema() -> &'static TypeSchema;

    /// Reports every rule that the value breaks, itself and everything in it, in field order.
    fn check(&self, v: &mut Validator<'_>);

    /// An estimate of the bytes that the value owns on the heap, beyond `size_of::<Self>()`.
    ///
    /// It adds up what strings, vectors and maps have requested, without the allocator's rounding, and is within a fifth of
    /// that, but for what nothing shows from outside: a B-tree that was collected at once rather than grown counts 1.4
    /// to 1.8 times, and a grown one of about 100 entries, now and then, up to 1.4 times; a hash table that was full, and
    /// emptied entry by entry, down to a quarter; a `Url` that parsing lengthened, down to a half.
    ///
    /// A field with `#[kv(opaque)]` counts what its own `KvField` says, if it has one, else an estimate by its
    /// `serde::Serialize`, and `#[kv(heap_size = "…")]` names a function
    /// for every other type.
    ///
    /// What an `Rc` or `Arc` shares is counted at each holder; fields that are left out of the schema are not
    /// counted.
    fn heap_size(&self) -> usize;

    /// The schema with the size of the type that it describes. Only pointers implement it.
    #[doc(hidden)]
    const __TYPE: TypeRef = TypeRef::sized(Self::schema, size_of::<Self>());
}

/// Returns the hash of a value, the same in every call. Whoever makes two values of one hash only has them refused as two
/// names of one key.
fn identity<T: Hash>(value: &T) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The schema of a type of another crate.
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

/// The schema of a type of the standard library.
macro_rules! std_schema {
    ($name:expr, [$($arg:ty),*], $shape:expr) => {
        $crate::field::schema!("", $name, [$($arg),*], $shape)
    };
}
use std_schema;
