//! [`KvType`] and [`Keyed`], the types that can be stored.

use crate::check::ValidationErrors;
use crate::field::KvField;
use crate::key::KeyError;
use crate::template::Piece;
use crate::ttl::MaxTtl;
use std::any::Any;
use std::time::Duration;

/// A type whose values can be stored.
///
/// `#[derive(KvType)]` implements it, together with [`KvField`]. No serde trait is required,
/// because an in-process store does not serialize values.
///
/// The constants of a manual implementation are checked where they are used: the tag and the prefix
/// when a catalog is built, the time to live on each write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored: it does not implement `KvType`",
    label = "not a stored type",
    note = "add `#[derive(KvType)]` to `{Self}`; for a type of another crate, store a newtype around it whose field has `#[kv(wire = \"…\")]` or `#[kv(opaque)]`"
)]
pub trait KvType: KvField + Send + Sync {
    /// The name of the type on the wire, in the grammar of [`tag`](crate::tag).
    const TYPE_TAG: &'static str;

    /// The type prefix, which precedes the key in a full key, in the grammar of
    /// [`prefix`](crate::prefix).
    const KEY_PREFIX: &'static str;

    /// The time to live of a write without one; `None` if such an entry never expires.
    const DEFAULT_TTL: Option<Duration>;

    /// The longest time to live that a client may give to an entry, from `#[kv(max_ttl = "…")]`. It
    /// is checked when a catalog is built.
    const MAX_TTL: MaxTtl = MaxTtl::OfCatalog;

    /// Checks every rule of the value and of everything in it.
    ///
    /// # Errors
    ///
    /// Returns all violations, in field order.
    fn validate(&self) -> Result<(), ValidationErrors> {
        ValidationErrors::collect(|v| self.check(v))
    }

    /// The key template; empty if the type has none. Only the derive sets it.
    #[doc(hidden)]
    const __KEY_TEMPLATE: &'static [Piece<'static>] = &[];

    /// The plural name of the type, from `#[kv(plural = "…")]`. Only the derive sets it.
    #[doc(hidden)]
    const __PLURAL: Option<&'static str> = None;

    /// The most entries of the type in a tenant. A write beyond it evicts the entry that was
    /// written longest ago. Only the derive sets it.
    #[doc(hidden)]
    const __MAX_ENTRIES: Option<usize> = None;

    /// Returns the key that the value must have; `None` if it can be any. Only the derive
    /// implements it.
    #[doc(hidden)]
    fn __own_key(&self) -> Option<Result<String, KeyError>> {
        None
    }

    /// Returns kv-core's codec for the type, if it has one. Only the derive implements it.
    #[doc(hidden)]
    fn __codec() -> Option<&'static (dyn Any + Send + Sync)> {
        None
    }
}

/// A type whose values define their own key.
///
/// `#[kv(key = "user:{user_id}")]` implements it, and every write then checks that the key is the
/// value's own. With a manual implementation, only `put` uses [`key`](Self::key).
///
/// ```
/// use kv_schema::{KeyError, Keyed, KvType};
///
/// fn full_key<T: Keyed>(value: &T) -> Result<String, KeyError> {
///     Ok(format!("{}{}", T::KEY_PREFIX, value.key()?))
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not define its own key: it does not implement `Keyed`",
    label = "no key of its own",
    note = "add a key template to `{Self}`, `#[kv(key = \"user:{{user_id}}\")]`, or give the key in the call"
)]
pub trait Keyed: KvType {
    /// Returns the key of this value.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] if the value's parts do not form a key.
    fn key(&self) -> Result<String, KeyError>;
}
