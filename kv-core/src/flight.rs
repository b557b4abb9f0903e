//! The verbs that compute a missing value once for all concurrent callers.

use crate::condition::Conflict;
use crate::memory::{Cycle, Write, block_on};
use crate::schema::key;
use crate::{Condition, Error, InitError, KvType, SetOptions, TypedStore};
use std::convert::Infallible;
use std::sync::Arc;

impl<T: KvType> TypedStore<T> {
    /// Returns the value of a key. If there is none, computes it with a function and stores it with
    /// the type's time to live.
    ///
    /// If several callers request a missing value at once, one of them computes it and the others
    /// wait for it. If that caller panics or the store rejects its value, one of the waiters
    /// computes in its place. The function runs under no lock and may use the store.
    ///
    /// # Errors
    ///
    /// The errors of [`set`](Self::set), and [`Error::Recursive`] if the function requests,
    /// directly or through other computations, the value that it computes. A request made on
    /// another thread is not detected: if the function waits for such a thread, it waits forever.
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
    /// let again = reports.get_or_insert_with("2026-11", || unreachable!("the value is stored"))?;
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

    /// Returns the value of a key. If there is none, computes it with a function that may fail.
    ///
    /// Works like [`get_or_insert_with`](Self::get_or_insert_with). If the function fails, its
    /// caller receives the error, and one of the waiters calls its own function.
    ///
    /// # Errors
    ///
    /// [`InitError::Init`] with the function's error, or [`InitError::Store`] with an error of
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

    /// Returns the value of a key. If there is none, computes it with a future that may fail.
    ///
    /// Works like [`get_or_try_insert_with`](Self::get_or_try_insert_with), but waits without
    /// blocking the thread. It runs on any executor. If the returned future is dropped before it
    /// completes, one of the waiters computes in its place. `init` may be dropped without being
    /// polled.
    ///
    /// # Errors
    ///
    /// The errors of [`get_or_try_insert_with`](Self::get_or_try_insert_with). [`Error::Recursive`]
    /// is not detected through a task that `init` spawns: if `init` waits for such a task, it waits
    /// forever. A task that an executor polls inside the computation counts as a part of it.
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
            let mut participant = collection.flights().join(key);
            match participant.acquire().await.map_err(recursive)? {
                Some(value) if !participant.is_late() => return Ok(value),
                Some(_) => continue,
                None => {}
            }
            let flight = participant.flight();
            // The value may have been written before this flight began.
            let value = match flight.access_store(|| collection.get(key), Option::is_some) {
                Some(row) => row.value,
                None => {
                    // Storing the value is a part of the computation: it runs validators and
                    // destructors.
                    let computed = participant.compute(async {
                        let value = init.await.map_err(InitError::Init)?;
                        let store = || self.insert(key, Arc::new(value));
                        Ok::<_, InitError<E>>(flight.access_store(store, Result::is_ok)?)
                    });
                    computed.await.map_err(recursive)??
                }
            };
            participant.complete(&value);
            return Ok(value);
        }
    }

    /// Stores a value if the key has none, and returns the value that the key has afterwards.
    fn insert(&self, key: &str, value: Arc<T>) -> Result<Arc<T>, Error> {
        let lifetime = SetOptions::new().lifetime::<T>()?;
        let bytes = self.admit(key, &value)?;
        loop {
            let absent = Condition::Absent;
            let mut write = Write::new(key, Arc::clone(&value), bytes, absent, lifetime);
            match self.write(&mut write)? {
                Ok(_) => return Ok(value),
                // Another write came first. Its value counts, unless it has been removed again.
                Err(Conflict { .. }) => {
                    if let Some(row) = self.existing().and_then(|collection| collection.get(key)) {
                        return Ok(row.value);
                    }
                }
            }
        }
    }
}
