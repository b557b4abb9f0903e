//! [`KvField`], what can stand in a stored type, for the types of the standard library.

mod heap;
mod map;
mod net;
mod opaque;
mod option;
mod path;
mod pointer;
mod scalar;
mod sequence;
mod time;

pub(crate) use map::in_key_order;
pub use map::{KeyText, MapKey};
pub use opaque::Opaque;

use crate::check::Validator;
use crate::ty::TypeSchema;

/// A type that can be a field of a stored type.
///
/// `#[derive(KvField)]` implements it, for generic types too, and `#[derive(KvType)]` includes it. Here it is
/// implemented for the types of the standard library that serde handles alike in both directions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a field of a stored type: it does not implement `KvField`",
    label = "not a known field type",
    note = "add `#[derive(KvField)]` to `{Self}`; for a type of another crate, use a newtype or leave the field out with `#[serde(skip)]`"
)]
pub trait KvField: 'static {
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
    /// It adds up what strings, vectors and maps have requested, without the allocator's rounding.
    /// What an `Rc` or `Arc` shares is counted at each holder; fields that are left out of the schema are not
    /// counted.
    fn heap_size(&self) -> usize;
}

/// The schema of a type of the standard library.
macro_rules! std_schema {
    ($name:expr, [$($arg:ty),*], $shape:expr) => {
        const {
            &$crate::ty::TypeSchema {
                id: ::std::any::TypeId::of::<Self>(),
                name: $name,
                module: "",
                args: &[$($crate::ty::Arg::Type($crate::ty::TypeRef::of::<$arg>())),*],
                docs: "",
                shape: $shape,
                validate: None,
                hidden: &[],
            }
        }
    };
}
use std_schema;
