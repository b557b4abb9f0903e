//! JSON of stored values, whose types need not be exposed.
//!
//! Storing a value requires no serde trait. So the derive, where the type is concrete, finds out
//! whether it can be written as JSON: method lookup prefers
//! [`IfSerialize`](super::probe::IfSerialize) to [`Otherwise`](super::probe::Otherwise) if both
//! apply.

#[cfg(feature = "json")]
use super::write::{Bounded, JsonError, WriteJson};
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
