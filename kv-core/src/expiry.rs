//! [`Expiry`]: how a store removes expired entries.

/// How a store removes entries whose deadline has passed. Reads never return them in either mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// A thread named `kv-expiry` removes entries when they expire. The thread exists only while an
    /// entry has a deadline or a watcher has to be woken, and ends with the last handle of the
    /// store.
    #[default]
    Background,
    /// [`KvStore::purge_expired`](crate::KvStore::purge_expired) removes expired entries when the
    /// application calls it. The thread only wakes watchers.
    Manual,
}
