//! The verbs that compute a new value from the current one, atomically.

use crate::condition::Conflict;
use crate::memory::{Lifetime, Write};
use crate::schema::key;
use crate::{Condition, Error, KvType, SetOptions, TypedStore, UpdateError, Version};
use std::convert::Infallible;
use std::sync::Arc;

impl<T: KvType> TypedStore<T> {
    /// Replaces the value of a key with the result of a function, atomically, and returns the value
    /// that the key has afterwards.
    ///
    /// The function receives the current value, or `None` if there is none, and returns the new
    /// value, or `None` to remove the entry. It runs under no lock, and again each time another
    /// write came in between, so it should have no side effects. An existing entry keeps its
    /// deadline; a new one gets its type's time to live.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidKey`]; [`Error::Validation`], [`Error::LimitExceeded`] and
    /// [`Error::KeyMismatch`] for the value that the function returned. An error leaves the store
    /// unchanged.
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
        f: impl FnMut(Option<&T>) -> Option<T>,
    ) -> Result<Option<Arc<T>>, Error> {
        self.update_with(key, SetOptions::new().keep_ttl(), f)
    }

    /// Replaces an existing value with the result of a function, atomically, and returns the new
    /// value. Returns `None` without calling the function if there is no entry. See
    /// [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// The errors of [`update`](Self::update).
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Progress {
    ///     percent: u8,
    /// }
    ///
    /// let jobs = KvStore::new().tenant("acme.example")?.typed::<Progress>();
    /// jobs.set("import", Progress { percent: 10 })?;
    /// let job = jobs.modify("import", |job| Progress { percent: job.percent + 5 })?;
    /// assert_eq!(job.unwrap().percent, 15);
    /// assert!(jobs.modify("export", |_| Progress { percent: 0 })?.is_none());
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn modify(&self, key: impl AsRef<str>, mut f: impl FnMut(&T) -> T) -> Result<Option<Arc<T>>, Error> {
        self.update(key, |current| current.map(&mut f))
    }

    /// Updates like [`update`](Self::update), with a time to live and a condition: the time to live
    /// applies to the value that the function returns, and the function is only called while the
    /// condition holds.
    ///
    /// # Errors
    ///
    /// The errors of [`update`](Self::update), [`Error::InvalidTtl`] and [`Error::Conflict`].
    ///
    /// ```
    /// use kv_core::{KvStore, KvType, SetOptions};
    /// use std::time::Duration;
    ///
    /// #[derive(KvType)]
    /// struct Attempts {
    ///     count: u32,
    /// }
    ///
    /// let attempts = KvStore::new().tenant("acme.example")?.typed::<Attempts>();
    /// // Each attempt restarts the wait.
    /// let wait = SetOptions::new().ttl(Duration::from_secs(60));
    /// attempts.update_with("ada", wait, |a| Some(Attempts { count: a.map_or(0, |a| a.count) + 1 }))?;
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn update_with(
        &self,
        key: impl AsRef<str>,
        options: SetOptions,
        mut f: impl FnMut(Option<&T>) -> Option<T>,
    ) -> Result<Option<Arc<T>>, Error> {
        let updated = self.try_update_with(key.as_ref(), options, |current| Ok::<_, Infallible>(f(current)));
        updated.map_err(|error| match error {
            UpdateError::Store(error) => error,
            UpdateError::Update(never) => match never {},
        })
    }

    /// Updates like [`update`](Self::update), with a function that may fail. Its error leaves the
    /// entry unchanged.
    ///
    /// # Errors
    ///
    /// [`UpdateError::Update`] with the error of the function, or [`UpdateError::Store`] with an
    /// error of [`update`](Self::update).
    ///
    /// ```
    /// use kv_core::{KvStore, KvType, UpdateError};
    ///
    /// #[derive(Debug, PartialEq, KvType)]
    /// struct Stock {
    ///     left: u32,
    /// }
    ///
    /// let stock = KvStore::new().tenant("acme.example")?.typed::<Stock>();
    /// stock.set("plum", Stock { left: 1 })?;
    /// let take = |s: Option<&Stock>| {
    ///     let left = s.map_or(0, |s| s.left).checked_sub(1).ok_or("sold out")?;
    ///     Ok(Some(Stock { left }))
    /// };
    /// assert!(stock.try_update("plum", take).is_ok());
    /// assert_eq!(stock.try_update("plum", take), Err(UpdateError::Update("sold out")));
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn try_update<E>(
        &self,
        key: impl AsRef<str>,
        f: impl FnMut(Option<&T>) -> Result<Option<T>, E>,
    ) -> Result<Option<Arc<T>>, UpdateError<E>> {
        self.try_update_with(key.as_ref(), SetOptions::new().keep_ttl(), f)
    }

    fn try_update_with<E>(
        &self,
        key: &str,
        options: SetOptions,
        mut f: impl FnMut(Option<&T>) -> Result<Option<T>, E>,
    ) -> Result<Option<Arc<T>>, UpdateError<E>> {
        key::check(key).map_err(Error::from)?;
        let lifetime = options.lifetime::<T>()?;
        loop {
            let current = self.existing().and_then(|collection| collection.get(key));
            let version = current.as_ref().map(|found| found.version);
            options.condition().check(version).map_err(|Conflict { current }| Error::Conflict { current })?;
            let next = f(current.as_ref().map(|found| &*found.value)).map_err(UpdateError::Update)?;
            // Dropped before the write, so that this clone does not keep the replaced value alive.
            drop(current);
            // On a conflict another write came first: call the function again.
            if let Ok(value) = self.replace(key, version, next, lifetime)? {
                return Ok(value);
            }
        }
    }

    /// Replaces the entry with `next` if it still has this version, or is still absent for `None`.
    fn replace(
        &self,
        key: &str,
        version: Option<Version>,
        next: Option<T>,
        lifetime: Lifetime,
    ) -> Result<Result<Option<Arc<T>>, Conflict>, Error> {
        let condition = version.map_or(Condition::Absent, Condition::Version);
        match (next, version) {
            (Some(value), _) => {
                let value = Arc::new(value);
                let bytes = self.admit(key, &value)?;
                let mut write = Write::new(key, Arc::clone(&value), bytes, condition, lifetime);
                Ok(self.write(&mut write)?.map(|_| Some(value)))
            }
            // Absent before and after: there is nothing to write.
            (None, None) => Ok(Ok(None)),
            (None, Some(_)) => Ok(match self.existing() {
                Some(collection) => collection.remove(key, condition).map(|_| None),
                None => Err(Conflict { current: None }),
            }),
        }
    }
}
