//! [`Change`]: what a watch returns.

use crate::{Entry, Version};
use std::sync::Arc;

/// A change returned by a [`Watch`](crate::Watch).
#[derive(Debug, PartialEq)]
#[non_exhaustive]
pub enum Change<T> {
    /// Everything received so far is void. Every live entry follows.
    Reset,
    /// An entry was written, or is part of the snapshot.
    Set(Entry<T>),
    /// An entry was deleted.
    Deleted {
        /// Key of the entry.
        key: Arc<str>,
        /// Version of the deletion.
        version: Version,
    },
    /// An entry expired and was removed.
    Expired {
        /// Key of the entry.
        key: Arc<str>,
        /// Version of the removal.
        version: Version,
    },
    /// An entry was evicted by another one, because its type has `max_entries`.
    Evicted {
        /// Key of the entry.
        key: Arc<str>,
        /// Version of the removal.
        version: Version,
    },
    /// The changes up to here add up to the entries of one instant. An entry that has expired but
    /// is not removed yet is left out; its removal follows.
    Ready,
}

impl<T> Change<T> {
    /// Returns the key of the changed entry, or `None` for [`Reset`](Self::Reset) and
    /// [`Ready`](Self::Ready).
    pub fn key(&self) -> Option<&Arc<str>> {
        match self {
            Self::Set(entry) => Some(&entry.key),
            Self::Deleted { key, .. } | Self::Expired { key, .. } | Self::Evicted { key, .. } => Some(key),
            Self::Reset | Self::Ready => None,
        }
    }

    /// Returns the version of the write or removal, or `None` for [`Reset`](Self::Reset) and
    /// [`Ready`](Self::Ready).
    pub fn version(&self) -> Option<Version> {
        match self {
            Self::Set(Entry { version, .. })
            | Self::Deleted { version, .. }
            | Self::Expired { version, .. }
            | Self::Evicted { version, .. } => Some(*version),
            Self::Reset | Self::Ready => None,
        }
    }
}

// A derived implementation would require `T: Clone`.
impl<T> Clone for Change<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Reset => Self::Reset,
            Self::Ready => Self::Ready,
            Self::Set(entry) => Self::Set(entry.clone()),
            Self::Deleted { key, version } => Self::Deleted { key: Arc::clone(key), version: *version },
            Self::Expired { key, version } => Self::Expired { key: Arc::clone(key), version: *version },
            Self::Evicted { key, version } => Self::Evicted { key: Arc::clone(key), version: *version },
        }
    }
}
