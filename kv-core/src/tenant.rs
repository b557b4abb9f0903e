//! [`TenantStore`]: a handle to one tenant.

use crate::handle::TenantHandle;
use crate::memory::{Memory, or_resume};
use crate::scan::Scan;
use crate::scan_full::ScanFull;
use crate::typed::TypedStore;
use crate::{Entry, Error, Keyed, KvType, SetOptions, TenantId, TenantStats, Version, Watch};
use std::fmt;
use std::sync::Arc;

/// A handle to one tenant. It reaches the entries of that tenant only.
///
/// A generic method takes the type as a parameter and calls the method of the same name of
/// [`TypedStore`], which has more methods. [`typed`](Self::typed) returns that handle; use it for
/// several calls to one type, because it looks the type up once. The other methods apply to all types
/// of the tenant.
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
    handle: Arc<TenantHandle>,
}

impl TenantStore {
    pub(crate) fn new(memory: Arc<Memory>, id: TenantId) -> Self {
        Self { handle: TenantHandle::new(memory, id) }
    }

    /// Returns the tenant's name.
    pub fn id(&self) -> &TenantId {
        self.handle.id()
    }

    /// Returns a handle to the tenant's entries of one type.
    pub fn typed<T: KvType>(&self) -> TypedStore<T> {
        TypedStore::new(Arc::clone(&self.handle))
    }

    /// Stores a value. See [`TypedStore::set`].
    ///
    /// # Errors
    ///
    /// The errors of [`TypedStore::set`].
    pub fn set<T: KvType>(&self, key: impl AsRef<str>, value: impl Into<Arc<T>>) -> Result<Version, Error> {
        self.typed().set(key, value)
    }

    /// Stores a value with options. See [`TypedStore::set_with`].
    ///
    /// # Errors
    ///
    /// The errors of [`TypedStore::set_with`].
    pub fn set_with<T: KvType>(
        &self,
        key: impl AsRef<str>,
        value: impl Into<Arc<T>>,
        options: SetOptions,
    ) -> Result<Version, Error> {
        self.typed().set_with(key, value, options)
    }

    /// Stores a value under the key that its key template makes from it. See [`TypedStore::put`].
    ///
    /// # Errors
    ///
    /// The errors of [`TypedStore::put`].
    pub fn put<T: Keyed>(&self, value: impl Into<Arc<T>>) -> Result<Version, Error> {
        self.typed().put(value)
    }

    /// Returns the value of a key. See [`TypedStore::get`].
    pub fn get<T: KvType>(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        self.typed().get(key)
    }

    /// Returns the value of a key with its version and times. See [`TypedStore::get_entry`].
    pub fn get_entry<T: KvType>(&self, key: impl AsRef<str>) -> Option<Entry<T>> {
        self.typed().get_entry(key)
    }

    /// Returns whether a key has an entry. See [`TypedStore::contains`].
    pub fn contains<T: KvType>(&self, key: impl AsRef<str>) -> bool {
        self.typed::<T>().contains(key)
    }

    /// Removes an entry and returns its value. See [`TypedStore::delete`].
    pub fn delete<T: KvType>(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        self.typed().delete(key)
    }

    /// Replaces the value of a key with the result of a function, atomically. See
    /// [`TypedStore::update`].
    ///
    /// # Errors
    ///
    /// The errors of [`TypedStore::update`].
    pub fn update<T: KvType>(
        &self,
        key: impl AsRef<str>,
        f: impl FnMut(Option<&T>) -> Option<T>,
    ) -> Result<Option<Arc<T>>, Error> {
        self.typed().update(key, f)
    }

    /// Replaces an existing value with the result of a function, atomically. See
    /// [`TypedStore::modify`].
    ///
    /// # Errors
    ///
    /// The errors of [`TypedStore::modify`].
    pub fn modify<T: KvType>(
        &self,
        key: impl AsRef<str>,
        f: impl FnMut(&T) -> T,
    ) -> Result<Option<Arc<T>>, Error> {
        self.typed().modify(key, f)
    }

    /// Returns the entries whose keys start with a prefix, in key order. See [`TypedStore::scan`].
    pub fn scan<T: KvType>(&self, prefix: impl AsRef<str>) -> Scan<T> {
        self.typed().scan(prefix)
    }

    /// Watches the entries whose keys start with a prefix. See [`TypedStore::watch`].
    pub fn watch<T: KvType>(&self, prefix: impl AsRef<str>) -> Watch<T> {
        self.typed().watch(prefix)
    }

    /// Returns the entries of all types whose full key (type prefix and key) starts with a full
    /// prefix, in byte order of full keys.
    ///
    /// If several types share a prefix, entries with the same full key are returned in the order of
    /// the types' tags. A type that is first written during the scan may be missed. Otherwise the
    /// guarantees of [`TypedStore::scan`] hold.
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
        ScanFull::new(&self.handle, full_prefix.as_ref())
    }

    /// Returns the counts of this tenant, over all its types.
    pub fn stats(&self) -> TenantStats {
        self.handle.existing().map_or_else(TenantStats::default, |tenant| tenant.stats())
    }

    /// Removes all entries of this tenant, and returns their number. Versions keep rising.
    pub fn clear(&self) -> usize {
        self.handle.existing().map_or(0, |tenant| or_resume(tenant.clear()))
    }

    /// Removes this tenant's expired entries and returns their number. See
    /// [`KvStore::purge_expired`](crate::KvStore::purge_expired).
    ///
    /// # Panics
    ///
    /// Resumes the first panic of a dropped value after all entries have been removed.
    pub fn purge_expired(&self) -> usize {
        self.handle.existing().map_or(0, |tenant| or_resume(tenant.purge()))
    }
}

impl fmt::Debug for TenantStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantStore").field("id", self.id()).finish_non_exhaustive()
    }
}
