//! [`TypedStore`]: the entries of one type of one tenant.

use crate::events;
use crate::memory::{
    AnyCollection as _, Collection, Condition, Conflict, Deadline, Full, Refused, Write, drop_each,
    entry_bytes, or_resume,
};
use crate::scan::{Cursor, Keys, Scan};
use crate::schema::{key, ttl};
use crate::sync::OnceLock;
use crate::tenant::TenantStore;
use crate::{Entry, Error, Keyed, KvType, Limit, ScanOptions, SetOptions, Ttl, TypeStats, Version, Watch};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A handle to one tenant's entries of one type. Its clones reach the same entries.
///
/// Operations on one key are linearizable: each happens at one instant between its call and its return. The
/// closures given to it, the validation of values and the dropping of replaced ones run under no lock, so they
/// may use the store, and a panic in them is the caller's alone.
///
/// A key outside the grammar of keys ([`KeyError`](crate::KeyError)) is an error when written and absent when read.
pub struct TypedStore<T> {
    tenant: TenantStore,
    /// Known once the type has been written to.
    collection: OnceLock<Arc<Collection<T>>>,
}

impl<T: KvType> TypedStore<T> {
    pub(crate) fn new(tenant: TenantStore) -> Self {
        Self { tenant, collection: OnceLock::new() }
    }

    /// Stores a value, replacing what is there, and returns the version of this write.
    ///
    /// The value is checked against the rules of its type, and lives as long as its type says
    /// ([`KvType::DEFAULT_TTL`]), counted anew from now. An `Arc<T>` is stored as it is.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidKey`], [`Error::Validation`], [`Error::LimitExceeded`], for a type with a key template
    /// [`Error::KeyMismatch`], and [`Error::InvalidTtl`] when a type that implements `KvType` by hand has no valid time
    /// to live; the store is as it was before.
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

    /// Stores a value as the options say, and returns the version of this write.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), [`Error::InvalidTtl`], and [`Error::Conflict`] when the condition does not hold; the
    /// store is as it was before.
    pub fn set_with(
        &self,
        key: impl AsRef<str>,
        value: impl Into<Arc<T>>,
        options: SetOptions,
    ) -> Result<Version, Error> {
        self.write_with(key.as_ref(), value.into(), options).map(|(version, _)| version)
    }

    /// Stores a value as the options say, and returns the write's version and the entry's deadline.
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

    /// Stores a value under its own key, as [`set`](Self::set).
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set); [`Error::InvalidKey`] also when the value's parts make no key.
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

    /// Stores many values at one instant, or none, and returns their versions in order.
    ///
    /// All are checked, and fitted to the limits together, before the first is stored. Of several values for one
    /// key the last one stays.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), for the first value that is refused; the store is as it was before.
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
            // Asked once: what is checked is what is written.
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
        // One that panics would otherwise leave the others to be dropped while it unwinds.
        let replaced = drop_each(writes);
        or_resume(drop_each(evicted).and(replaced));
        Ok(versions)
    }

    /// The value under a key.
    pub fn get(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        let collection = self.existing()?;
        let found = collection.value(key.as_ref());
        collection.count_read(found.is_some());
        found
    }

    /// The values under many keys at one instant, in the order of the keys.
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

    /// The value under a key, with its version and times.
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

    /// Whether there is an entry under a key.
    pub fn contains(&self, key: impl AsRef<str>) -> bool {
        self.get(key).is_some()
    }

    /// How long the entry under a key has to live; `None` when there is none.
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

    /// Lets an entry live this long from now, and says whether there is one. It is no write: the entry keeps its
    /// version.
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

    /// Lets an entry live for ever, and says whether there is one. It is no write: the entry keeps its version.
    pub fn persist(&self, key: impl AsRef<str>) -> bool {
        self.existing().is_some_and(|collection| collection.set_lifetime(key.as_ref(), None))
    }

    /// Removes an entry and returns its value.
    pub fn delete(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        // Without a condition there is no conflict.
        self.existing()?.remove(key.as_ref(), Condition::None).ok().flatten()
    }

    /// Removes an entry if it is at this version, and says whether there was one.
    ///
    /// # Errors
    ///
    /// [`Error::Conflict`] when there is an entry at another version.
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

    /// Removes the entries whose key starts with a prefix, and returns how many there were.
    ///
    /// They go in key order and in steps, between which others read and write: what is written meanwhile may or
    /// may not be removed.
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

    /// Removes all entries at one instant, and returns how many there were. Versions go on rising.
    pub fn clear(&self) -> usize {
        self.existing().map_or(0, |collection| or_resume(collection.clear()))
    }

    /// How many entries there are. Takes time linear in the number of those that are due.
    pub fn len(&self) -> usize {
        self.existing().map_or(0, |collection| collection.len())
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What these entries are and what was done with them.
    pub fn stats(&self) -> TypeStats {
        let none = || TypeStats { tag: T::TYPE_TAG, ..TypeStats::default() };
        self.existing().map_or_else(none, |collection| collection.stats())
    }

    /// The entries whose key starts with a prefix, in byte order of keys.
    ///
    /// Each key is visited at most once, and none is missed that is there all the while. No lock is held
    /// between steps: entries written or removed during a scan may or may not be seen.
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

    /// The entries whose key starts with a prefix, as the options say. See [`scan`](Self::scan).
    pub fn scan_with(&self, prefix: impl AsRef<str>, options: ScanOptions) -> Scan<T> {
        Scan::new(Cursor::new(self.clone(), prefix.as_ref(), options))
    }

    /// The keys that start with a prefix, in byte order. See [`scan`](Self::scan).
    pub fn keys(&self, prefix: impl AsRef<str>) -> Keys<T> {
        Keys::new(Cursor::new(self.clone(), prefix.as_ref(), ScanOptions::new()))
    }

    /// How many keys start with a prefix, at one instant. Takes time linear in their number.
    pub fn count(&self, prefix: impl AsRef<str>) -> usize {
        self.existing().map_or(0, |collection| collection.count(prefix.as_ref()))
    }

    /// Tells of the entries whose key starts with a prefix: a snapshot, then every change. See [`Watch`].
    ///
    /// Beyond [`Limits::watchers`](crate::Limits::watchers) the watch is [refused](Watch::refused), and has ended.
    pub fn watch(&self, prefix: impl AsRef<str>) -> Watch<T> {
        Watch::new(self, prefix.as_ref(), None)
    }

    /// As [`watch`](Self::watch), for who has seen all up to a version: starts with what changed since, and
    /// [`Change::Ready`](crate::Change::Ready). Where that is not known any more, or was never the store's, it starts with
    /// [`Change::Reset`](crate::Change::Reset) and a snapshot.
    ///
    /// The version is that of the last change that was handed out behind a `Ready` with no `Reset` since, or
    /// [`Watch::version`].
    pub fn watch_after(&self, prefix: impl AsRef<str>, version: Version) -> Watch<T> {
        Watch::new(self, prefix.as_ref(), Some(version))
    }

    /// Checks a value and what it would take, and returns what the entry takes in all.
    pub(crate) fn admit(&self, key: &str, value: &T) -> Result<usize, Error> {
        value.validate()?;
        if let Some(own) = value.__own_key()
            && own? != key
        {
            return Err(Error::KeyMismatch);
        }
        let limits = self.tenant.memory().limits();
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

    /// Writes a value. What it replaced is then in the write, to be dropped.
    pub(crate) fn write(&self, write: &mut Write<'_, T>) -> Result<Result<Version, Conflict>, Error> {
        let wants_an_entry = matches!(write.condition, Condition::Present | Condition::Version(_));
        let collection = match self.existing() {
            // There is none, and nothing is made for a write that is refused.
            None if wants_an_entry => return Ok(Err(Conflict { current: None })),
            None => self.create(),
            Some(collection) => collection,
        };
        self.with_room(|| match collection.write(write) {
            Ok(version) => Ok(Ok(version)),
            Err(Refused::Conflict(conflict)) => Ok(Err(conflict)),
            Err(Refused::Full(full)) => Err(full),
        })
    }

    /// Tries a write again while it finds no room and there are expired entries to remove: a few at a time, so that no more are
    /// removed than the write needs.
    fn with_room<R>(&self, mut write: impl FnMut() -> Result<R, Full>) -> Result<R, Error> {
        let mut written = write();
        loop {
            let full = match written {
                Ok(written) => return Ok(written),
                Err(full) => full,
            };
            let purged = match full.limit {
                Limit::Tenants => self.tenant.memory().purge_for_room(),
                _ => self.tenant.existing().map_or(Ok(0), |tenant| tenant.purge_some()),
            };
            // The panic was printed; the value may be another caller's.
            if purged.is_err() {
                events::panicked("value");
            }
            // Even if nothing was removed, another thread may have made room.
            written = write();
            if matches!(purged, Ok(0)) {
                return written.map_err(|full| self.over(full));
            }
        }
    }

    /// The error of a write that went over a limit, of which it tells.
    fn over(&self, Full { limit, allowed }: Full) -> Error {
        events::write_refused(self.tenant.id().as_str(), T::TYPE_TAG, limit.name(), allowed);
        Error::LimitExceeded { limit, allowed }
    }

    pub(crate) fn tenant(&self) -> &TenantStore {
        &self.tenant
    }

    pub(crate) fn existing(&self) -> Option<&Arc<Collection<T>>> {
        let known = self.collection.get();
        known.or_else(|| {
            let collection = self.tenant.existing()?.collection()?;
            Some(self.collection.get_or_init(|| collection))
        })
    }

    pub(crate) fn create(&self) -> &Arc<Collection<T>> {
        self.existing().unwrap_or_else(|| {
            // Made outside of the cell, whose initialisation is a lock: it asks the clock.
            let collection = self.tenant.create().collection_or_create(self.tenant.memory());
            self.collection.get_or_init(|| collection)
        })
    }
}

// Derived, it would ask for `T: Clone`, and no `T` is cloned here.
impl<T> Clone for TypedStore<T> {
    fn clone(&self) -> Self {
        Self { tenant: self.tenant.clone(), collection: self.collection.clone() }
    }
}

impl<T: KvType> fmt::Debug for TypedStore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TypedStore")
            .field("tenant", self.tenant.id())
            .field("tag", &T::TYPE_TAG)
            .finish_non_exhaustive()
    }
}
