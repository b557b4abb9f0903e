//! What can be stored.

use crate::check::ValidationErrors;
use crate::field::KvField;
use crate::key::KeyError;
use crate::template::Piece;
use crate::ttl::MaxTtl;
use std::any::Any;
use std::time::Duration;

/// A type whose values can be stored.
///
/// `#[derive(KvType)]` implements it, together with [`KvField`]. It asks for no serde trait: an in-process
/// store serialises nothing.
///
/// The constants of an implementation by hand are checked where they are used: the tag and the prefix when
/// a catalog is built, the time to live on each write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored: it does not implement `KvType`",
    label = "not a stored type",
    note = "add `#[derive(KvType)]` to `{Self}`; for a type of another crate, store a newtype around it whose field has `#[kv(wire = \"…\")]` or `#[kv(opaque)]`"
)]
pub trait KvType: KvField + Send + Sync {
    /// The type's name on the wire, in the grammar of [`tag`](crate::tag).
    const TYPE_TAG: &'static str;

    /// What stands before the key in a full key, in the grammar of [`prefix`](crate::prefix).
    const KEY_PREFIX: &'static str;

    /// The time to live of a write that names none; `None` when such an entry never expires.
    const DEFAULT_TTL: Option<Duration>;

    /// The longest time to live that a client may give an entry: `#[kv(max_ttl = "…")]`. Checked when a catalog is built.
    const MAX_TTL: MaxTtl = MaxTtl::OfCatalog;

    /// Checks every rule of the value and of everything in it.
    ///
    /// # Errors
    ///
    /// All rules that the value breaks, in field order.
    fn validate(&self) -> Result<(), ValidationErrors> {
        ValidationErrors::collect(|v| self.check(v))
    }

    /// The template of the type's keys; empty when it has none. Only the derive gives one.
    #[doc(hidden)]
    const __KEY_TEMPLATE: &'static [Piece<'static>] = &[];

    /// What many values of the type are called, where the derive was told.
    #[doc(hidden)]
    const __PLURAL: Option<&'static str> = None;

    /// How many entries there may be of the type in a tenant, before the one that was written longest ago makes way.
    /// Only the derive gives one.
    #[doc(hidden)]
    const __MAX_ENTRIES: Option<usize> = None;

    /// The key that the value must be stored under; `None` when it may be any. Only the derive implements it.
    #[doc(hidden)]
    fn __own_key(&self) -> Option<Result<String, KeyError>> {
        None
    }

    /// How kv-core writes values of the type as JSON, where it can. Only the derive implements it.
    #[doc(hidden)]
    fn __codec() -> Option<&'static (dyn Any + Send + Sync)> {
        None
    }
}

/// A type whose values know their own key.
///
/// `#[kv(key = "user:{user_id}")]` implements it, and lets every write check that the key is the value's own. Of an
/// implementation by hand, [`key`](Self::key) is asked by `put` alone.
///
/// ```
/// use kv_schema::{KeyError, Keyed, KvType};
///
/// fn full_key<T: Keyed>(value: &T) -> Result<String, KeyError> {
///     Ok(format!("{}{}", T::KEY_PREFIX, value.key()?))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know its own key: it does not implement `Keyed`",
    label = "no key of its own",
    note = "add a key template to `{Self}`, `#[kv(key = \"user:{{user_id}}\")]`, or give the key in the call"
)]
pub trait Keyed: KvType {
    /// The key under which this value belongs.
    ///
    /// # Errors
    ///
    /// When the value's parts make no key.
    fn key(&self) -> Result<String, KeyError>;
}
