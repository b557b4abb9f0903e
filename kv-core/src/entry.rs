//! [`Entry`].

use crate::Version;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A stored value with what the store knows about it.
#[derive(Debug, PartialEq)]
pub struct Entry<T> {
    /// The key.
    pub key: Arc<str>,
    /// The value, shared with the store.
    pub value: Arc<T>,
    /// Which write this is.
    pub version: Version,
    /// When a value was first stored under the key, without a gap since.
    pub created_at: SystemTime,
    /// When this value was stored.
    pub updated_at: SystemTime,
    /// How long the entry had to live when it was read; `None` when nothing expires it.
    pub expires_in: Option<Duration>,
}

// Derived, it would ask for `T: Clone`, and no `T` is cloned here.
impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), value: Arc::clone(&self.value), ..*self }
    }
}
