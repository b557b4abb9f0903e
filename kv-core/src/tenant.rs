//! [`TenantStore`]: one isolated part of the store, for every type.

use crate::memory::{Memory, Tenant, or_resume};
use crate::scan::Scan;
use crate::scan_full::ScanFull;
use crate::sync::OnceLock;
use crate::typed::TypedStore;
use crate::{Entry, Error, Keyed, KvType, SetOptions, TenantId, TenantStats, Version, Watch};
use std::fmt;
use std::sync::Arc;

/// A handle to one tenant. It reaches that tenant's entries and no others.
///
/// Its methods are those of [`TypedStore`] with the type as a parameter; where many calls concern one type,
/// [`typed`](Self::typed) looks it up once.
///
/// ```
/// use kv_core::{KvStore, KvType};
///
/// #[derive(Debug, PartialEq, KvType)]
/// struct Theme(String);
///
/// #[derive(Debug, PartialEq, KvType)]
/// struct Visits(u32);
///
/// let store = KvStore::new().tenant("acme.example")?;
/// store.set::<Theme>("user:7", Theme("dark".to_owned()))?;
/// store.update::<Visits>("user:7", |seen| Some(Visits(seen.map_or(0, |v| v.0) + 1)))?;
/// assert_eq!(store.get::<Theme>("user:7").as_deref(), Some(&Theme("dark".to_owned())));
/// assert_eq!(store.delete::<Visits>("user:7").as_deref(), Some(&Visits(1)));
/// # Ok::<(), kv_core::Error>(())
/// ```
#[derive(Clone)]
pub struct TenantStore {
    handle: Arc<Handle>,
}

struct Handle {
    memory: Arc<Memory>,
    id: TenantId,
    /// Known once the tenant has been written to.
    tenant: OnceLock<Arc<Tenant>>,
}

impl TenantStore {
    pub(crate) fn new(memory: Arc<Memory>, id: TenantId) -> Self {
        Self { handle: Arc::new(Handle { memory, id, tenant: OnceLock::new() }) }
    }

    /// The tenant's name.
    pub fn id(&self) -> &TenantId {
        &self.handle.id
    }

    /// The tenant's entries of one type.
    pub fn typed<T: KvType>(&self) -> TypedStore<T> {
        TypedStore::new(self.clone())
    }

    /// Stores a value. See [`TypedStore::set`].
    ///
    /// # Errors
    ///
    /// As [`TypedStore::set`].
    pub fn set<T: KvType>(&self, key: impl AsRef<str>, value: impl Into<Arc<T>>) -> Result<Version, Error> {
        self.typed().set(key, value)
    }

    /// Stores a value as the options say. See [`TypedStore::set_with`].
    ///
    /// # Errors
    ///
    /// As [`TypedStore::set_with`].
    pub fn set_with<T: KvType>(
        &self,
        key: impl AsRef<str>,
        value: impl Into<Arc<T>>,
        options: SetOptions,
    ) -> Result<Version, Error> {
        self.typed().set_with(key, value, options)
    }

    /// Stores a value under its own key. See [`TypedStore::put`].
    ///
    /// # Errors
    ///
    /// As [`TypedStore::put`].
    pub fn put<T: Keyed>(&self, value: impl Into<Arc<T>>) -> Result<Version, Error> {
        self.typed().put(value)
    }

    /// The value under a key. See [`TypedStore::get`].
    pub fn get<T: KvType>(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        self.typed().get(key)
    }

    /// The entry under a key. See [`TypedStore::get_entry`].
    pub fn get_entry<T: KvType>(&self, key: impl AsRef<str>) -> Option<Entry<T>> {
        self.typed().get_entry(key)
    }

    /// Whether there is an entry under a key. See [`TypedStore::contains`].
    pub fn contains<T: KvType>(&self, key: impl AsRef<str>) -> bool {
        self.typed::<T>().contains(key)
    }

    /// Removes an entry and returns its value. See [`TypedStore::delete`].
    pub fn delete<T: KvType>(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        self.typed().delete(key)
    }

    /// Replaces a value by what a function makes of it, atomically. See [`TypedStore::update`].
    ///
    /// # Errors
    ///
    /// As [`TypedStore::update`].
    pub fn update<T: KvType>(
        &self,
        key: impl AsRef<str>,
        f: impl FnMut(Option<&T>) -> Option<T>,
    ) -> Result<Option<Arc<T>>, Error> {
        self.typed().update(key, f)
    }

    /// Replaces a value that is there by what a function makes of it. See [`TypedStore::modify`].
    ///
    /// # Errors
    ///
    /// As [`TypedStore::modify`].
    pub fn modify<T: KvType>(
        &self,
        key: impl AsRef<str>,
        f: impl FnMut(&T) -> T,
    ) -> Result<Option<Arc<T>>, Error> {
        self.typed().modify(key, f)
    }

    /// The entries whose key starts with a prefix, in key order. See [`TypedStore::scan`].
    pub fn scan<T: KvType>(&self, prefix: impl AsRef<str>) -> Scan<T> {
        self.typed().scan(prefix)
    }

    /// Tells of the entries whose key starts with a prefix, and of every change. See [`TypedStore::watch`].
    pub fn watch<T: KvType>(&self, prefix: impl AsRef<str>) -> Watch<T> {
        self.typed().watch(prefix)
    }

    /// The entries of all types whose full key (the type's prefix and the key) starts with a full prefix, in byte
    /// order of full keys.
    ///
    /// Types that share a prefix each have their turn. A type that is written for the first time during the scan may be
    /// missed; for the rest, as [`TypedStore::scan`].
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    /// use serde::Serialize;
    ///
    /// #[derive(Serialize, KvType)]
    /// struct Cursor {
    ///     x: i32,
    /// }
    ///
    /// #[derive(Serialize, KvType)]
    /// #[kv(prefix = "Cursors/")]
    /// struct Selection(Vec<u32>);
    ///
    /// let store = KvStore::new().tenant("acme.example")?;
    /// store.set::<Cursor>("user:7", Cursor { x: 3 })?;
    /// store.set::<Selection>("user:7", Selection(vec![1, 2]))?;
    /// let all: Vec<_> = store.scan_full("Cursor").map(|e| (e.full_key(), e.json().unwrap())).collect();
    /// let expected = [("Cursor:user:7", r#"{"x":3}"#), ("Cursors/user:7", "[1,2]")];
    /// assert_eq!(all, expected.map(|(key, json)| (key.to_owned(), json.to_owned())));
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn scan_full(&self, full_prefix: impl AsRef<str>) -> ScanFull {
        ScanFull::new(self.clone(), full_prefix.as_ref())
    }

    /// What this tenant holds and has done, for all its types.
    pub fn stats(&self) -> TenantStats {
        self.existing().map_or_else(TenantStats::default, |tenant| tenant.stats())
    }

    /// Removes all entries of this tenant, and returns how many there were. Versions go on rising.
    pub fn clear(&self) -> usize {
        self.existing().map_or(0, |tenant| or_resume(tenant.clear()))
    }

    /// Removes this tenant's entries whose deadline has passed, and returns how many there were.
    /// See [`KvStore::purge_expired`](crate::KvStore::purge_expired).
    ///
    /// # Panics
    ///
    /// With the first panic of a value that is dropped, when all is done.
    pub fn purge_expired(&self) -> usize {
        self.existing().map_or(0, |tenant| or_resume(tenant.purge()))
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.handle.memory
    }

    /// The tenant's part of memory, if anything was ever written to it.
    pub(crate) fn existing(&self) -> Option<&Arc<Tenant>> {
        let known = self.handle.tenant.get();
        known.or_else(|| {
            let tenant = self.handle.memory.tenant(&self.handle.id)?;
            Some(self.handle.tenant.get_or_init(|| tenant))
        })
    }

    /// The tenant's part of memory.
    pub(crate) fn create(&self) -> &Arc<Tenant> {
        self.existing().unwrap_or_else(|| {
            // Made outside of the cell, whose initialisation is a lock: it tells of tenants that it forgets.
            let tenant = self.handle.memory.tenant_or_create(&self.handle.id);
            self.handle.tenant.get_or_init(|| tenant)
        })
    }
}

impl fmt::Debug for TenantStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantStore").field("id", self.id()).finish_non_exhaustive()
    }
}
