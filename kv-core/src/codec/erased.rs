//! JSON out of values whose type is only known to be stored.
//!
//! Storing asks for no serde trait, so whether a type can be written as JSON is found out where it is derived:
//! there it is concrete, and method lookup prefers [`IfSerialize`](super::probe::IfSerialize) over [`Otherwise`](super::probe::Otherwise) where both
//! would do.

#[cfg(feature = "json")]
use super::probe;
use crate::schema::KvType;
use std::any::Any;

/// A stored value whose type is not known.
pub(crate) trait Erased: Any + Send + Sync {
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError>;
}

impl<T: KvType> Erased for T {
    #[cfg(feature = "json")]
    fn json(&self) -> Result<String, JsonError> {
        let codec = T::__codec().and_then(|codec| codec.downcast_ref::<probe::Codec<T>>());
        let codec = codec.ok_or(JsonError::NotSerialize { tag: T::TYPE_TAG })?;
        (codec.encode)(self).map_err(|error| JsonError::Failed { tag: T::TYPE_TAG, error: error.to_string() })
    }
}

/// Why a value could not be written as JSON.
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
    /// The value is of another type than the codec.
    #[error("this is no `{tag}`: find the codec by the value's own tag")]
    OtherType {
        /// The codec's tag.
        tag: &'static str,
    },
    /// The JSON has more bytes than there is room for.
    #[error("the JSON of this `{tag}` is too long: give it more room")]
    TooLong {
        /// The type's tag.
        tag: &'static str,
    },
    /// The type's `Serialize` returned an error.
    #[error("writing a `{tag}` as JSON failed: {error}")]
    Failed {
        /// The type's tag.
        tag: &'static str,
        /// What it said.
        error: String,
    },
}
