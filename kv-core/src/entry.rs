//! [`Entry`]: a value with its metadata.

use crate::Version;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// A stored value with its key, version and times.
#[derive(Debug, PartialEq)]
pub struct Entry<T> {
    /// Key of the entry.
    pub key: Arc<str>,
    /// Value of the entry, shared with the store.
    pub value: Arc<T>,
    /// Version of the write that stored the value.
    pub version: Version,
    /// Time at which the entry was created. Overwriting an entry does not change it.
    pub created_at: SystemTime,
    /// Time at which the value was stored.
    pub updated_at: SystemTime,
    /// Time that the entry had left to live when it was read, or `None` if it never expires.
    pub expires_in: Option<Duration>,
}

// A derived implementation would require `T: Clone`.
impl<T> Clone for Entry<T> {
    fn clone(&self) -> Self {
        Self { key: Arc::clone(&self.key), value: Arc::clone(&self.value), ..*self }
    }
}
