//! [`Limits`]: bounds on the size of a store.

use std::fmt;

/// Bounds on the size of a store. A write that exceeds a limit fails with
/// [`Error::LimitExceeded`](crate::Error::LimitExceeded) and changes nothing. Expired entries are
/// removed before a write is refused.
///
/// The defaults prevent a single tenant, whose name may come from an untrusted request, from
/// exhausting the memory:
///
/// | limit | default |
/// |---|---|
/// | [`tenants`](Self::tenants) with entries | 10,000 |
/// | [`entries_per_tenant`](Self::entries_per_tenant) | 5,000,000 |
/// | [`bytes_per_tenant`](Self::bytes_per_tenant) | 1 GiB |
/// | [`key_bytes`](Self::key_bytes) | 512, the maximum length of a key |
/// | [`value_bytes`](Self::value_bytes) | 8 MiB |
/// | [`watchers`](Self::watchers) of a tenant | 10,000 |
///
/// ```
/// use kv_core::{Error, KvStore, KvType, Limit, Limits};
///
/// #[derive(KvType)]
/// struct Note {
///     text: String,
/// }
///
/// let kv = KvStore::builder().limits(Limits::default().entries_per_tenant(1)).build();
/// let notes = kv.tenant("acme.example")?.typed::<Note>();
/// notes.set("a", Note { text: "first".to_owned() })?;
/// let refused = notes.set("b", Note { text: "second".to_owned() });
/// assert_eq!(refused, Err(Error::LimitExceeded { limit: Limit::EntriesPerTenant, allowed: 1 }));
/// notes.set("a", Note { text: "an overwrite is no new entry".to_owned() })?;
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Limits {
    pub(crate) tenants: usize,
    pub(crate) entries_per_tenant: usize,
    pub(crate) bytes_per_tenant: usize,
    pub(crate) key_bytes: usize,
    pub(crate) value_bytes: usize,
    pub(crate) watchers: usize,
}

const MIB: usize = 1 << 20;

impl Default for Limits {
    fn default() -> Self {
        Self {
            tenants: 10_000,
            entries_per_tenant: 5_000_000,
            bytes_per_tenant: 1024 * MIB,
            key_bytes: kv_schema::key::MAX_BYTES,
            value_bytes: 8 * MIB,
            watchers: 10_000,
        }
    }
}

impl Limits {
    /// Returns limits that bound nothing except the length of keys, by their grammar.
    pub const fn unlimited() -> Self {
        Self {
            tenants: usize::MAX,
            entries_per_tenant: usize::MAX,
            bytes_per_tenant: usize::MAX,
            key_bytes: usize::MAX,
            value_bytes: usize::MAX,
            watchers: usize::MAX,
        }
    }

    /// Sets the maximum number of tenants that have entries.
    pub const fn tenants(self, tenants: usize) -> Self {
        Self { tenants, ..self }
    }

    /// Sets the maximum number of entries of a tenant, over all its types.
    pub const fn entries_per_tenant(self, entries: usize) -> Self {
        Self { entries_per_tenant: entries, ..self }
    }

    /// Sets the maximum number of bytes of a tenant's entries, over all its types: values, keys and
    /// the store's overhead, as counted by [`TenantStats`](crate::TenantStats).
    pub const fn bytes_per_tenant(self, bytes: usize) -> Self {
        Self { bytes_per_tenant: bytes, ..self }
    }

    /// Sets the maximum number of bytes of a key.
    pub const fn key_bytes(self, bytes: usize) -> Self {
        Self { key_bytes: bytes, ..self }
    }

    /// Sets the maximum number of bytes of a value: its own size and the heap memory that it owns
    /// ([`KvField::heap_size`](crate::KvField::heap_size)).
    pub const fn value_bytes(self, bytes: usize) -> Self {
        Self { value_bytes: bytes, ..self }
    }

    /// Sets the maximum number of concurrent [`Watch`](crate::Watch)es of a tenant, over all its
    /// types.
    pub const fn watchers(self, watchers: usize) -> Self {
        Self { watchers, ..self }
    }
}

/// A limit of a store. Each variant has the name of a setter on [`Limits`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::tenants`].
    Tenants,
    /// [`Limits::entries_per_tenant`].
    EntriesPerTenant,
    /// [`Limits::bytes_per_tenant`].
    BytesPerTenant,
    /// [`Limits::key_bytes`].
    KeyBytes,
    /// [`Limits::value_bytes`].
    ValueBytes,
    /// [`Limits::watchers`].
    Watchers,
}

impl Limit {
    /// Returns the name of the limit, which is the name of its setter on [`Limits`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenants => "tenants",
            Self::EntriesPerTenant => "entries_per_tenant",
            Self::BytesPerTenant => "bytes_per_tenant",
            Self::KeyBytes => "key_bytes",
            Self::ValueBytes => "value_bytes",
            Self::Watchers => "watchers",
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
