//! [`TypedStore`]: a handle to one tenant's entries of one type.

use crate::condition::Conflict;
use crate::events;
use crate::handle::{CollectionHandle, TenantHandle};
use crate::memory::{
    AnyCollection as _, Collection, Deadline, Full, MOST_PURGED, Write, WriteError, drop_each, entry_bytes,
    or_resume,
};
use crate::scan::{Keys, Scan, ScanCursor};
use crate::schema::{key, ttl};
use crate::{
    Condition, Entry, Error, Keyed, KvType, Limit, ScanOptions, SetOptions, Ttl, TypeStats, Version, Watch,
};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A handle to one tenant's entries of one type. Clones reach the same entries.
///
/// Operations on one key are linearizable: each takes effect at one instant between its call and
/// its return. Closures, validation and the dropping of replaced values run under no lock, so they
/// may use the store, and a panic in them only affects the caller.
///
/// A key outside the grammar of keys ([`KeyError`](crate::KeyError)) is an error on write and
/// absent on read.
pub struct TypedStore<T> {
    handle: CollectionHandle<T>,
}

impl<T: KvType> TypedStore<T> {
    pub(crate) fn new(tenant: Arc<TenantHandle>) -> Self {
        Self { handle: CollectionHandle::new(tenant) }
    }

    /// Stores a value, replaces the existing one, and returns the version of the write.
    ///
    /// The value is validated against the rules of its type. Its time to live is that of the type
    /// ([`KvType::DEFAULT_TTL`]) and starts now. An `Arc<T>` is stored without copying.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidKey`], [`Error::Validation`], [`Error::LimitExceeded`];
    /// [`Error::KeyMismatch`] for a type with a key template; [`Error::InvalidTtl`] if a manual
    /// implementation of `KvType` has an invalid time to live. An error leaves the store unchanged.
    ///
    /// ```
    /// use kv_core::{Error, KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Score {
    ///     #[kv(range(min = 0))]
    ///     points: i64,
    /// }
    ///
    /// let scores = KvStore::new().tenant("acme.example")?.typed::<Score>();
    /// let first = scores.set("user:7", Score { points: 1 })?;
    /// let second = scores.set(String::from("user:7"), Score { points: 2 })?;
    /// assert!(second > first);
    ///
    /// let error = scores.set("user:7", Score { points: -1 }).unwrap_err();
    /// assert_eq!(error.to_string(), "invalid value: points must be at least 0");
    /// assert_eq!(scores.get("user:7").unwrap().points, 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn set(&self, key: impl AsRef<str>, value: impl Into<Arc<T>>) -> Result<Version, Error> {
        self.set_with(key, value, SetOptions::new())
    }

    /// Stores a value with options, and returns the version of the write.
    ///
    /// # Errors
    ///
    /// The errors of [`set`](Self::set), [`Error::InvalidTtl`], and [`Error::Conflict`] if the
    /// condition does not hold. An error leaves the store unchanged.
    pub fn set_with(
        &self,
        key: impl AsRef<str>,
        value: impl Into<Arc<T>>,
        options: SetOptions,
    ) -> Result<Version, Error> {
        self.write_with(key.as_ref(), value.into(), options).map(|(version, _)| version)
    }

    /// Stores a value with options. Returns the version of the write and the entry's deadline.
    #[inline]
    pub(crate) fn write_with(
        &self,
        key: &str,
        value: Arc<T>,
        options: SetOptions,
    ) -> Result<(Version, Deadline), Error> {
        key::check(key)?;
        let lifetime = options.lifetime::<T>()?;
        let bytes = self.admit(key, &value)?;
        let mut write = Write::new(key, value, bytes, options.condition(), lifetime);
        match self.write(&mut write)? {
            Ok(version) => Ok((version, write.deadline())),
            Err(Conflict { current }) => Err(Error::Conflict { current }),
        }
    }

    /// Stores a value under the key that its key template makes from it, like [`set`](Self::set).
    ///
    /// # Errors
    ///
    /// The errors of [`set`](Self::set); [`Error::InvalidKey`] also if the value's fields do not
    /// make a valid key.
    ///
    /// ```
    /// use kv_core::{Error, KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// #[kv(key = "room:{room}:{user_id}")]
    /// struct Presence {
    ///     room: String,
    ///     user_id: u64,
    /// }
    ///
    /// let here = |room: &str, user_id| Presence { room: room.to_owned(), user_id };
    /// let presences = KvStore::new().tenant("acme.example")?.typed::<Presence>();
    /// presences.put(here("lobby", 7))?;
    /// presences.put(here("lobby", 8))?;
    /// assert!(presences.contains("room:lobby:7"));
    /// assert_eq!(presences.count(Presence::key_prefix("lobby")?), 2);
    ///
    /// // No write can place a value under another's key.
    /// assert_eq!(presences.set("room:lobby:8", here("lobby", 9)), Err(Error::KeyMismatch));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn put(&self, value: impl Into<Arc<T>>) -> Result<Version, Error>
    where
        T: Keyed,
    {
        let value = value.into();
        self.set(value.key()?, value)
    }

    /// Stores all values at one instant, or none, and returns their versions in order.
    ///
    /// All values are validated and checked against the limits together before the first is stored.
    /// The last of several values for one key wins.
    ///
    /// # Errors
    ///
    /// The errors of [`set`](Self::set), for the first value that is rejected. An error leaves the
    /// store unchanged.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Price {
    ///     #[kv(range(min = 0))]
    ///     cents: i64,
    /// }
    ///
    /// let prices = KvStore::new().tenant("acme.example")?.typed::<Price>();
    /// let versions = prices.set_many([("plum", Price { cents: 30 }), ("pear", Price { cents: 45 })])?;
    /// assert!(versions[0] < versions[1]);
    /// assert!(prices.set_many([("plum", Price { cents: 31 }), ("pear", Price { cents: -1 })]).is_err());
    /// assert_eq!(prices.get("plum").unwrap().cents, 30);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn set_many<K: AsRef<str>, V: Into<Arc<T>>>(
        &self,
        entries: impl IntoIterator<Item = (K, V)>,
    ) -> Result<Vec<Version>, Error> {
        let entries: Vec<(K, Arc<T>)> = entries.into_iter().map(|(key, value)| (key, value.into())).collect();
        let lifetime = SetOptions::new().lifetime::<T>()?;
        let mut writes = Vec::with_capacity(entries.len());
        for (key, value) in &entries {
            // `as_ref` is called once, so that the key that is checked is the key that is written.
            let key = key.as_ref();
            key::check(key)?;
            let bytes = self.admit(key, value)?;
            writes.push(Write::new(key, Arc::clone(value), bytes, Condition::None, lifetime));
        }
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let collection = self.create();
        let written = self.with_room(|| collection.write_many(&mut writes));
        let (versions, evicted) = written?;
        // Dropped one by one: a second panic during unwinding would abort the process.
        let replaced = drop_each(writes);
        or_resume(drop_each(evicted).and(replaced));
        Ok(versions)
    }

    /// Returns the value of a key.
    pub fn get(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        let collection = self.existing()?;
        let found = collection.value(key.as_ref());
        collection.count_read(found.is_some());
        found
    }

    /// Returns the values of several keys at one instant, in the order of the keys.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Price {
    ///     cents: i64,
    /// }
    ///
    /// let prices = KvStore::new().tenant("acme.example")?.typed::<Price>();
    /// prices.set("plum", Price { cents: 30 })?;
    /// let found = prices.get_many(["pear", "plum"]);
    /// assert_eq!(found.into_iter().map(|p| p.map(|p| p.cents)).collect::<Vec<_>>(), [None, Some(30)]);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn get_many<K: AsRef<str>>(&self, keys: impl IntoIterator<Item = K>) -> Vec<Option<Arc<T>>> {
        let keys: Vec<K> = keys.into_iter().collect();
        let Some(collection) = self.existing() else { return keys.iter().map(|_| None).collect() };
        let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
        let rows = collection.get_many(&keys).into_iter();
        rows.inspect(|row| collection.count_read(row.is_some())).map(|row| row.map(|row| row.value)).collect()
    }

    /// Returns the value of a key with its version and times.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    /// use std::time::Duration;
    ///
    /// #[derive(KvType)]
    /// #[kv(ttl = "1h")]
    /// struct Session {
    ///     user: String,
    /// }
    ///
    /// let store = KvStore::new().tenant("acme.example")?;
    /// let version = store.set::<Session>("s1", Session { user: "ada".to_owned() })?;
    /// let entry = store.get_entry::<Session>("s1").unwrap();
    /// assert_eq!((&*entry.key, entry.version), ("s1", version));
    /// assert!(entry.expires_in <= Some(Duration::from_secs(3600)));
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn get_entry(&self, key: impl AsRef<str>) -> Option<Entry<T>> {
        let collection = self.existing()?;
        let found = collection.get_entry(key.as_ref());
        collection.count_read(found.is_some());
        found
    }

    /// Returns whether a key has an entry.
    pub fn contains(&self, key: impl AsRef<str>) -> bool {
        self.get(key).is_some()
    }

    /// Returns how long the entry of a key has left to live, or `None` if there is no entry.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType, ManualClock, SetOptions, Ttl};
    /// use std::time::Duration;
    ///
    /// #[derive(KvType)]
    /// #[kv(ttl = "30s")]
    /// struct Typing {
    ///     room: String,
    /// }
    ///
    /// let clock = ManualClock::new();
    /// let kv = KvStore::builder().clock(clock.clone()).build();
    /// let typing = kv.tenant("acme.example")?.typed::<Typing>();
    /// typing.set("ada", Typing { room: "a".to_owned() })?;
    /// clock.advance(Duration::from_secs(10));
    /// assert_eq!(typing.ttl("ada"), Some(Ttl::In(Duration::from_secs(20))));
    ///
    /// assert!(typing.touch("ada", Duration::from_secs(30))?);
    /// assert_eq!(typing.ttl("ada"), Some(Ttl::In(Duration::from_secs(30))));
    /// assert!(typing.persist("ada"));
    /// assert_eq!(typing.ttl("ada"), Some(Ttl::Never));
    /// assert_eq!(typing.ttl("bob"), None);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn ttl(&self, key: impl AsRef<str>) -> Option<Ttl> {
        let entry = self.existing()?.get_entry(key.as_ref())?;
        Some(entry.expires_in.map_or(Ttl::Never, Ttl::In))
    }

    /// Gives an entry this time to live from now, and returns whether the key has an entry. The
    /// entry keeps its version.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidKey`], [`Error::InvalidTtl`].
    pub fn touch(&self, key: impl AsRef<str>, ttl: Duration) -> Result<bool, Error> {
        let key = key.as_ref();
        key::check(key)?;
        ttl::check(ttl).map_err(|_| Error::InvalidTtl)?;
        Ok(self.existing().is_some_and(|collection| collection.set_lifetime(key, Some(ttl))))
    }

    /// Removes the deadline of an entry, and returns whether the key has an entry. The entry keeps
    /// its version.
    pub fn persist(&self, key: impl AsRef<str>) -> bool {
        self.existing().is_some_and(|collection| collection.set_lifetime(key.as_ref(), None))
    }

    /// Removes an entry and returns its value.
    pub fn delete(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        // A removal without a condition has no conflict.
        self.existing()?.remove(key.as_ref(), Condition::None).ok().flatten()
    }

    /// Removes an entry if it has this version, and returns whether the key had an entry.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] if the entry has another version.
    ///
    /// ```
    /// use kv_core::{Error, KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Lock {
    ///     owner: u64,
    /// }
    ///
    /// let locks = KvStore::new().tenant("acme.example")?.typed::<Lock>();
    /// let mine = locks.set("job", Lock { owner: 1 })?;
    /// let theirs = locks.set("job", Lock { owner: 2 })?;
    /// assert_eq!(locks.delete_if("job", mine), Err(Error::Conflict { current: Some(theirs) }));
    /// assert_eq!(locks.delete_if("job", theirs), Ok(true));
    /// assert_eq!(locks.delete_if("job", theirs), Ok(false));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn delete_if(&self, key: impl AsRef<str>, version: Version) -> Result<bool, Error> {
        let Some(collection) = self.existing() else { return Ok(false) };
        match collection.remove(key.as_ref(), Condition::Version(version)) {
            Ok(removed) => Ok(removed.is_some()),
            Err(Conflict { current: None }) => Ok(false),
            Err(Conflict { current }) => Err(Error::Conflict { current }),
        }
    }

    /// Removes the entries whose keys start with a prefix, and returns their number.
    ///
    /// They are removed in key order and in steps. Other operations run between steps, and entries
    /// written meanwhile may or may not be removed.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Item {
    ///     count: u32,
    /// }
    ///
    /// let carts = KvStore::new().tenant("acme.example")?.typed::<Item>();
    /// carts.set_many([("cart:1:apple", Item { count: 1 }), ("cart:1:pear", Item { count: 2 })])?;
    /// carts.set("cart:2:plum", Item { count: 9 })?;
    /// assert_eq!((carts.delete_prefix("cart:1:"), carts.len()), (2, 1));
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn delete_prefix(&self, prefix: impl AsRef<str>) -> usize {
        self.existing().map_or(0, |collection| collection.remove_prefix(prefix.as_ref()))
    }

    /// Removes all entries at one instant, and returns their number. Versions keep rising.
    pub fn clear(&self) -> usize {
        self.existing().map_or(0, |collection| or_resume(collection.clear()))
    }

    /// Returns the number of entries. Takes time linear in the number of entries that have expired
    /// but are not removed yet.
    pub fn len(&self) -> usize {
        self.existing().map_or(0, |collection| collection.len())
    }

    /// Returns whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the counts of this tenant and type.
    pub fn stats(&self) -> TypeStats {
        let none = || TypeStats { tag: T::TYPE_TAG, ..TypeStats::default() };
        self.existing().map_or_else(none, |collection| collection.stats())
    }

    /// Returns the entries whose keys start with a prefix, in byte order of keys.
    ///
    /// Each key is visited at most once, and a key that exists throughout the scan is not missed.
    /// No lock is held between steps: entries written or removed during a scan may or may not be
    /// seen.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Item {
    ///     count: u32,
    /// }
    ///
    /// let carts = KvStore::new().tenant("acme.example")?.typed::<Item>();
    /// carts.set("cart:1:pear", Item { count: 2 })?;
    /// carts.set("cart:1:apple", Item { count: 1 })?;
    /// carts.set("cart:2:plum", Item { count: 9 })?;
    /// let keys: Vec<_> = carts.scan("cart:1:").map(|(key, _)| key.to_string()).collect();
    /// assert_eq!(keys, ["cart:1:apple", "cart:1:pear"]);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn scan(&self, prefix: impl AsRef<str>) -> Scan<T> {
        self.scan_with(prefix, ScanOptions::new())
    }

    /// Returns the entries whose keys start with a prefix, limited and ordered by the options. See
    /// [`scan`](Self::scan).
    pub fn scan_with(&self, prefix: impl AsRef<str>, options: ScanOptions) -> Scan<T> {
        Scan::new(ScanCursor::new(self.handle.clone(), prefix.as_ref(), options))
    }

    /// Returns the keys that start with a prefix, in byte order. See [`scan`](Self::scan).
    pub fn keys(&self, prefix: impl AsRef<str>) -> Keys<T> {
        Keys::new(ScanCursor::new(self.handle.clone(), prefix.as_ref(), ScanOptions::new()))
    }

    /// Returns the number of keys that start with a prefix, at one instant. Takes time linear in
    /// that number.
    pub fn count(&self, prefix: impl AsRef<str>) -> usize {
        self.existing().map_or(0, |collection| collection.count(prefix.as_ref()))
    }

    /// Watches the entries whose keys start with a prefix: a snapshot, then every change. See
    /// [`Watch`].
    ///
    /// A watch beyond [`Limits::watchers`](crate::Limits::watchers) is [refused](Watch::refused)
    /// and has ended.
    pub fn watch(&self, prefix: impl AsRef<str>) -> Watch<T> {
        Watch::new(&self.handle, prefix.as_ref(), None)
    }

    /// Resumes a watch after a version: starts with the changes since that version, then
    /// [`Change::Ready`](crate::Change::Ready). If the store no longer knows these changes, or the
    /// version is not one of this tenant and type, the watch starts with
    /// [`Change::Reset`](crate::Change::Reset) and a snapshot.
    ///
    /// Pass the value of [`Watch::version`], or the version of the last change received after a
    /// `Ready` with no `Reset` since.
    pub fn watch_after(&self, prefix: impl AsRef<str>, version: Version) -> Watch<T> {
        Watch::new(&self.handle, prefix.as_ref(), Some(version))
    }

    /// Validates a value and checks its size. Returns the number of bytes that the entry takes.
    pub(crate) fn admit(&self, key: &str, value: &T) -> Result<usize, Error> {
        check_value(key, value)?;
        let limits = self.handle.tenant().memory().limits();
        let heap_size = value.heap_size();
        for (limit, bytes, allowed) in [
            (Limit::KeyBytes, key.len(), limits.key_bytes),
            (Limit::ValueBytes, size_of::<T>().saturating_add(heap_size), limits.value_bytes),
        ] {
            if bytes > allowed {
                return Err(self.over(Full { limit, allowed }));
            }
        }
        Ok(entry_bytes::<T>(key, heap_size))
    }

    /// Writes a value. The replaced value is left in `write`, and the caller drops it.
    pub(crate) fn write(&self, write: &mut Write<'_, T>) -> Result<Result<Version, Conflict>, Error> {
        let wants_an_entry = matches!(write.condition, Condition::Present | Condition::Version(_));
        let collection = match self.existing() {
            // A write that needs an entry fails without creating the collection.
            None if wants_an_entry => return Ok(Err(Conflict { current: None })),
            None => self.create(),
            Some(collection) => collection,
        };
        self.with_room(|| match collection.write(write) {
            Ok(version) => Ok(Ok(version)),
            Err(WriteError::Conflict(conflict)) => Ok(Err(conflict)),
            Err(WriteError::Full(full)) => Err(full),
        })
    }

    /// Runs a write, and repeats it while it exceeds a limit and there are expired entries to
    /// remove: a few at a time, so that no more are removed than the write needs. For a place among
    /// the tenants it stops after [`MOST_PURGED`]: an untrusted host must not pay with the time of
    /// other requests for large tenants that have expired. The expiry thread removes the rest.
    fn with_room<R>(&self, mut write: impl FnMut() -> Result<R, Full>) -> Result<R, Error> {
        let mut written = write();
        let mut total = 0;
        loop {
            let full = match written {
                Ok(written) => return Ok(written),
                Err(full) => full,
            };
            let purged = match full.limit {
                Limit::Tenants => self.handle.tenant().memory().purge_for_room(),
                _ => self.handle.tenant().existing().map_or(Ok(0), |tenant| tenant.purge_some()),
            };
            // The panic was printed; the value may be another caller's.
            if purged.is_err() {
                events::panicked("value");
            }
            // Even if nothing was removed, another thread may have made room.
            written = write();
            total += purged.as_ref().map_or(0, |purged| *purged);
            let is_last = full.limit == Limit::Tenants && total >= MOST_PURGED;
            if is_last || matches!(purged, Ok(0)) {
                return written.map_err(|full| self.over(full));
            }
        }
    }

    /// Emits the event of a write that exceeded a limit, and returns the error.
    fn over(&self, Full { limit, allowed }: Full) -> Error {
        events::write_refused(self.handle.tenant().id().as_str(), T::TYPE_TAG, limit.name(), allowed);
        Error::LimitExceeded { limit, allowed }
    }

    #[cfg(feature = "json")]
    pub(crate) fn handle(&self) -> &CollectionHandle<T> {
        &self.handle
    }

    /// Returns the collection if the type has been written to.
    pub(crate) fn existing(&self) -> Option<&Arc<Collection<T>>> {
        self.handle.existing()
    }

    /// Returns the collection, and creates it if necessary.
    pub(crate) fn create(&self) -> &Arc<Collection<T>> {
        self.handle.create()
    }
}

// A derived implementation would require `T: Clone`.
impl<T> Clone for TypedStore<T> {
    fn clone(&self) -> Self {
        Self { handle: self.handle.clone() }
    }
}

impl<T: KvType> fmt::Debug for TypedStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedStore")
            .field("tenant", self.handle.tenant().id())
            .field("tag", &T::TYPE_TAG)
            .finish_non_exhaustive()
    }
}

/// Checks the rules of a value, and that the key is the value's own if the type has a key template.
pub(crate) fn check_value<T: KvType>(key: &str, value: &T) -> Result<(), Error> {
    value.validate()?;
    match value.__own_key().transpose()? {
        Some(own) if own != key => Err(Error::KeyMismatch),
        _ => Ok(()),
    }
}
