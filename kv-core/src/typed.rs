//! [`TypedStore`]: the entries of one type of one tenant.

use crate::memory::{Collection, Condition, Conflict, Lifetime, Write};
use crate::scan::{Cursor, Keys, Scan};
use crate::schema::key;
use crate::tenant::TenantStore;
use crate::{Entry, Error, KvType, ScanOptions, SetOptions, Version};
use std::fmt;
use std::sync::{Arc, OnceLock};

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
    /// [`Error::InvalidKey`], [`Error::Validation`]; the store is as it was before.
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
    /// [`Error::InvalidKey`], [`Error::InvalidTtl`], [`Error::Validation`], and [`Error::Conflict`] when the
    /// condition does not hold; the store is as it was before.
    pub fn set_with(
        &self,
        key: impl AsRef<str>,
        value: impl Into<Arc<T>>,
        options: SetOptions,
    ) -> Result<Version, Error> {
        let key = key.as_ref();
        key::check(key)?;
        let lifetime = options.lifetime::<T>()?;
        let value = value.into();
        value.validate()?;
        let write = Write { key, value, condition: options.condition(), lifetime };
        self.write(&write).map_err(|Conflict { current }| Error::Conflict { current })
    }

    /// The value under a key.
    pub fn get(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        Some(self.existing()?.get(key.as_ref())?.value)
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
        self.existing()?.get_entry(key.as_ref())
    }

    /// Whether there is an entry under a key.
    pub fn contains(&self, key: impl AsRef<str>) -> bool {
        self.existing().is_some_and(|collection| collection.get(key.as_ref()).is_some())
    }

    /// Removes an entry and returns its value.
    pub fn delete(&self, key: impl AsRef<str>) -> Option<Arc<T>> {
        // Without a condition there is no conflict.
        self.existing()?.remove(key.as_ref(), Condition::None).ok().flatten()
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

    /// Replaces what is under a key by what a function makes of it, atomically, and returns what is there then.
    ///
    /// The function is given the value, or `None` when there is none, and returns the new one, or `None` to have
    /// no entry. It runs under no lock and again whenever another write came in between, so it should do
    /// nothing but compute. An entry that is there keeps its deadline; a new one gets its type's time to live.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidKey`], [`Error::InvalidTtl`] when the type's own time to live is none, and
    /// [`Error::Validation`] for what the function returned; the store is as it was before.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// #[kv(ttl = "1m")]
    /// struct Requests {
    ///     count: u32,
    /// }
    ///
    /// let requests = KvStore::new().tenant("acme.example")?.typed::<Requests>();
    /// for _ in 0..3 {
    ///     requests.update("10.0.0.1", |seen| Some(Requests { count: seen.map_or(0, |r| r.count) + 1 }))?;
    /// }
    /// assert_eq!(requests.get("10.0.0.1").unwrap().count, 3);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn update(
        &self,
        key: impl AsRef<str>,
        mut f: impl FnMut(Option<&T>) -> Option<T>,
    ) -> Result<Option<Arc<T>>, Error> {
        let key = key.as_ref();
        key::check(key)?;
        let lifetime = SetOptions::new().keep_ttl().lifetime::<T>()?;
        loop {
            let current = self.existing().and_then(|collection| collection.get(key));
            let next = f(current.as_ref().map(|found| &*found.value));
            // On a conflict another write came first: the function decides anew.
            if let Ok(value) = self.replace(key, current.map(|found| found.version), next, lifetime)? {
                return Ok(value);
            }
        }
    }

    /// Replaces a value that is there by what a function makes of it, atomically, and returns the new one;
    /// `None`, without a call of the function, when there is no entry. See [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// As [`update`](Self::update).
    pub fn modify(&self, key: impl AsRef<str>, mut f: impl FnMut(&T) -> T) -> Result<Option<Arc<T>>, Error> {
        self.update(key, |current| current.map(&mut f))
    }

    /// Puts `next` where the entry had this version (or was absent), unless another write came first.
    fn replace(
        &self,
        key: &str,
        version: Option<Version>,
        next: Option<T>,
        lifetime: Lifetime,
    ) -> Result<Result<Option<Arc<T>>, Conflict>, Error> {
        let condition = version.map_or(Condition::Absent, Condition::Version);
        Ok(match (next, version) {
            (Some(value), _) => {
                value.validate()?;
                let value = Arc::new(value);
                let write = Write { key, value: Arc::clone(&value), condition, lifetime };
                self.write(&write).map(|_| Some(value))
            }
            // Absent before and after: nothing to write.
            (None, None) => Ok(None),
            (None, Some(_)) => match self.existing() {
                Some(collection) => collection.remove(key, condition).map(|_| None),
                None => Err(Conflict { current: None }),
            },
        })
    }

    fn write(&self, write: &Write<'_, T>) -> Result<Version, Conflict> {
        let wants_an_entry = matches!(write.condition, Condition::Present | Condition::Version(_));
        match self.existing() {
            // A write that is refused creates nothing.
            None if wants_an_entry => Err(Conflict { current: None }),
            None => self.create().write(write),
            Some(collection) => collection.write(write),
        }
    }

    pub(crate) fn existing(&self) -> Option<&Arc<Collection<T>>> {
        let known = self.collection.get();
        known.or_else(|| {
            let collection = self.tenant.existing()?.collection()?;
            Some(self.collection.get_or_init(|| collection))
        })
    }

    fn create(&self) -> &Arc<Collection<T>> {
        self.collection.get_or_init(|| self.tenant.create().collection_or_create(self.tenant.memory()))
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
