//! What can be stored.

use crate::check::ValidationErrors;
use crate::field::KvField;
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
    note = "add `#[derive(KvType)]` to `{Self}`; for a type of another crate, store a newtype around it"
)]
pub trait KvType: KvField + Send + Sync {
    /// The type's name on the wire, in the grammar of [`tag`](crate::tag).
    const TYPE_TAG: &'static str;

    /// What stands before the key in a full key, in the grammar of [`prefix`](crate::prefix).
    const KEY_PREFIX: &'static str;

    /// The time to live of a write that names none; `None` when such an entry never expires.
    const DEFAULT_TTL: Option<Duration>;

    /// Checks every rule of the value and of everything in it.
    ///
    /// # Errors
    ///
    /// All rules that the value breaks, in field order.
    fn validate(&self) -> Result<(), ValidationErrors> {
        ValidationErrors::collect(|v| self.check(v))
    }
}
