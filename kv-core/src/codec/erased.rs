//! JSON of stored values, whose types need not be exposed.
//!
//! Storing a value requires no serde trait. So the derive, where the type is concrete, finds out
//! whether it can be written as JSON: method lookup prefers
//! [`IfSerialize`](super::probe::IfSerialize) to [`Otherwise`](super::probe::Otherwise) if both
//! apply.

#[cfg(feature = "json")]
use super::write::{Bounded, WriteJson};
use crate::schema::KvType;
use std::any::Any;

/// A stored value of any type.
pub(crate) trait StoredValue: Any + Send + Sync {
    /// Returns the value as JSON.
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError>;
}

impl<T: KvType> StoredValue for T {
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError> {
        let write = T::__codec().and_then(|write| write.downcast_ref::<WriteJson>());
        let write = write.ok_or(JsonError::NotSerialize { tag: T::TYPE_TAG })?;
        let mut json = Vec::new();
        write(self, &mut Bounded::new(&mut json, usize::MAX))?;
        String::from_utf8(json)
            .map_err(|error| JsonError::Failed { tag: T::TYPE_TAG, error: error.to_string() })
    }
}

/// The reason why a value cannot be written as JSON.
#[cfg(feature = "json")]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// The type does not derive `serde::Serialize`, or implements `KvType` by hand.
    #[error("`{tag}` cannot be written as JSON: derive `serde::Serialize` and `KvType` on it")]
    NotSerialize {
        /// The type's tag.
        tag: &'static str,
    },
    /// The value has another type than the codec.
    #[error("the value is not a `{tag}`: find the codec by the tag of the value's type")]
    OtherType {
        /// The codec's tag.
        tag: &'static str,
    },
    /// The JSON is longer than the limit.
    #[error("the JSON of this `{tag}` is longer than the limit: raise the limit")]
    TooLong {
        /// The type's tag.
        tag: &'static str,
    },
    /// The type's `Serialize` returned an error.
    #[error("writing a `{tag}` as JSON failed: {error}")]
    Failed {
        /// The type's tag.
        tag: &'static str,
        /// Message of the error.
        error: String,
    },
}
