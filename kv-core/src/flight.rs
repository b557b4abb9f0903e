//! The verbs that compute a value once for all who want it.

use crate::memory::{Condition, Conflict, Cycle, Write, block_on};
use crate::schema::key;
use crate::{Error, InitError, KvType, SetOptions, TypedStore};
use std::convert::Infallible;
use std::sync::Arc;

impl<T: KvType> TypedStore<T> {
    /// The value under a key; where there is none, the one that the function makes, stored with the type's own time to
    /// live.
    ///
    /// Of many callers that want the value of one key, one computes it and the others wait for it. Should that
    /// one panic, or the store refuse its value, one of the others computes in its place. The function runs
    /// under no lock and may use the store.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set), and [`Error::Recursive`] when the function asks, by whatever detour, for the value that it
    /// is to make. A detour through another thread that
    /// the function waits for is not seen, and waits for ever.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(Debug, PartialEq, KvType)]
    /// #[kv(ttl = "5m")]
    /// struct Report {
    ///     rows: u32,
    /// }
    ///
    /// let reports = KvStore::new().tenant("acme.example")?.typed::<Report>();
    /// let first = reports.get_or_insert_with("2026-11", || Report { rows: 7 })?;
    /// let again = reports.get_or_insert_with("2026-11", || unreachable!("it is there"))?;
    /// assert_eq!(first, again);
    ///
    /// let knot = reports.get_or_insert_with("knot", || {
    ///     let inner = reports.get_or_insert_with("knot", || Report { rows: 1 });
    ///     assert_eq!(inner, Err(kv_core::Error::Recursive));
    ///     Report { rows: 2 }
    /// })?;
    /// assert_eq!(knot.rows, 2);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn get_or_insert_with(
        &self,
        key: impl AsRef<str>,
        init: impl FnOnce() -> T,
    ) -> Result<Arc<T>, Error> {
        self.get_or_try_insert_with(key, || Ok::<T, Infallible>(init())).map_err(|error| match error {
            InitError::Store(error) => error,
            InitError::Init(never) => match never {},
        })
    }

    /// The value under a key; where there is none, the one that the function makes, unless it fails.
    ///
    /// As [`get_or_insert_with`](Self::get_or_insert_with); when the function of one caller fails, that caller gets
    /// the error, and one of those who wait calls its own.
    ///
    /// # Errors
    ///
    /// [`InitError::Init`] with what the function returned, or [`InitError::Store`] as for
    /// [`get_or_insert_with`](Self::get_or_insert_with).
    ///
    /// ```
    /// use kv_core::{InitError, KvStore, KvType};
    ///
    /// #[derive(Debug, PartialEq, KvType)]
    /// struct Rate {
    ///     cents: u32,
    /// }
    ///
    /// let rates = KvStore::new().tenant("acme.example")?.typed::<Rate>();
    /// let failed = rates.get_or_try_insert_with("eur", || Err("the bank is closed"));
    /// assert_eq!(failed, Err(InitError::Init("the bank is closed")));
    /// assert!(rates.get_or_try_insert_with("eur", || Ok::<_, &str>(Rate { cents: 108 })).is_ok());
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn get_or_try_insert_with<E>(
        &self,
        key: impl AsRef<str>,
        init: impl FnOnce() -> Result<T, E>,
    ) -> Result<Arc<T>, InitError<E>> {
        block_on(self.get_or_try_insert_async(key, async move { init() }))
    }

    /// The value under a key; where there is none, the one that the future makes, unless it fails.
    ///
    /// As [`get_or_try_insert_with`](Self::get_or_try_insert_with), waiting without blocking, on any runtime. When
    /// the returned future is dropped half-way, one of those who wait computes in its place. The future that is
    /// given may be dropped without being polled.
    ///
    /// # Errors
    ///
    /// As [`get_or_try_insert_with`](Self::get_or_try_insert_with). For [`Error::Recursive`], a detour through a task
    /// that the future spawns and waits for is not seen, and waits for ever; a task that an executor runs inside the
    /// computation counts as a part of it.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(Debug, PartialEq, KvType)]
    /// struct Weather {
    ///     celsius: i8,
    /// }
    ///
    /// async fn fetch() -> Result<Weather, std::io::Error> {
    ///     Ok(Weather { celsius: 21 })
    /// }
    ///
    /// async fn weather(kv: &KvStore) -> Result<i8, Box<dyn std::error::Error>> {
    ///     let cache = kv.tenant("acme.example")?.typed::<Weather>();
    ///     Ok(cache.get_or_try_insert_async("lisbon", fetch()).await?.celsius)
    /// }
    /// # use std::task::{Context, Poll, Waker};
    /// # let kv = KvStore::new();
    /// # let mut future = Box::pin(weather(&kv));
    /// # let Poll::Ready(Ok(21)) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) else { panic!() };
    /// ```
    pub async fn get_or_try_insert_async<E>(
        &self,
        key: impl AsRef<str>,
        init: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, InitError<E>> {
        let key = key.as_ref();
        key::check(key).map_err(Error::from)?;
        if let Some(value) = self.get(key) {
            return Ok(value);
        }
        let collection = self.create();
        let recursive = |Cycle| Error::Recursive;
        loop {
            let mut joined = collection.flights().join(key);
            match joined.turn().await.map_err(recursive)? {
                Some(value) if !joined.is_late() => return Ok(value),
                Some(_) => continue,
                None => {}
            }
            let flight = joined.flight();
            // It may have been written before this flight began.
            let value = match flight.at_the_store(|| collection.get(key), Option::is_some) {
                Some(row) => row.value,
                None => {
                    // Storing it is a part of the computation: it runs validators and destructors.
                    let made = joined.compute(async {
                        let value = init.await.map_err(InitError::Init)?;
                        let store = || self.insert(key, Arc::new(value));
                        Ok::<_, InitError<E>>(flight.at_the_store(store, Result::is_ok)?)
                    });
                    made.await.map_err(recursive)??
                }
            };
            joined.land(&value);
            return Ok(value);
        }
    }

    /// Stores a value where there is none, and returns what is there then.
    fn insert(&self, key: &str, value: Arc<T>) -> Result<Arc<T>, Error> {
        let lifetime = SetOptions::new().lifetime::<T>()?;
        let bytes = self.admit(key, &value)?;
        loop {
            let absent = Condition::Absent;
            let mut write = Write::new(key, Arc::clone(&value), bytes, absent, lifetime);
            match self.write(&mut write)? {
                Ok(_) => return Ok(value),
                // Another write came first; unless it is gone again, it is the value.
                Err(Conflict { .. }) => {
                    if let Some(row) = self.existing().and_then(|collection| collection.get(key)) {
                        return Ok(row.value);
                    }
                }
            }
        }
    }
}
