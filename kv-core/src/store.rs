//! [`KvStore`]: the whole store, and how it is made.

use crate::clock::Clock;
use crate::events;
use crate::memory::{Memory, or_resume};
use crate::tenant::TenantStore;
use crate::{Limits, StoreStats, TenantError, TenantId};
use std::fmt;
use std::sync::Arc;

/// A store. Its clones are handles to the same one; the entries end with the last handle.
///
/// ```
/// use kv_core::{KvStore, KvType};
///
/// #[derive(Debug, PartialEq, KvType)]
/// struct Greeting {
///     text: String,
/// }
///
/// let kv = KvStore::new();
/// let acme = kv.tenant("acme.example")?;
/// acme.set::<Greeting>("today", Greeting { text: "hello".to_owned() })?;
///
/// let other = kv.tenant("other.example")?;
/// assert_eq!(other.get::<Greeting>("today"), None);
/// # Ok::<(), kv_core::Error>(())
/// ```
#[derive(Clone)]
pub struct KvStore {
    memory: Arc<Memory>,
}

impl KvStore {
    /// A store with the system's clock and background expiry.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A store that is made otherwise.
    pub fn builder() -> KvStoreBuilder {
        KvStoreBuilder { clock: None, expiry: Expiry::Background, limits: Limits::default() }
    }

    /// A handle to a tenant, named by a host. It creates nothing until the first write.
    ///
    /// # Errors
    ///
    /// [`TenantError`] when the host is none.
    pub fn tenant(&self, host: impl AsRef<str>) -> Result<TenantStore, TenantError> {
        Ok(TenantStore::new(Arc::clone(&self.memory), TenantId::new(host.as_ref())?))
    }

    #[cfg(feature = "json")]
    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    #[cfg(feature = "json")]
    pub(crate) fn tenant_by_id(&self, id: &TenantId) -> TenantStore {
        TenantStore::new(Arc::clone(&self.memory), id.clone())
    }

    /// The tenants that have living entries, by name.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// let kv = KvStore::new();
    /// let acme = kv.tenant("acme.example")?;
    /// assert_eq!(kv.tenants(), [], "a handle creates nothing");
    /// acme.set::<Note>("a", Note { text: "hello".to_owned() })?;
    /// assert_eq!(kv.tenants(), [acme.id().clone()]);
    /// assert!(kv.drop_tenant("acme.example"));
    /// assert_eq!(kv.tenants(), []);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn tenants(&self) -> Vec<TenantId> {
        self.memory.living_tenants()
    }

    /// Removes all entries of a tenant, and says whether there was one; a host that names no tenant has none.
    ///
    /// Handles to it stay usable, and versions go on rising.
    pub fn drop_tenant(&self, host: impl AsRef<str>) -> bool {
        let Ok(id) = TenantId::new(host.as_ref()) else { return false };
        let entries = self.memory.tenant(&id).map_or(0, |tenant| or_resume(tenant.clear()));
        if entries > 0 {
            events::tenant_dropped(id.as_str(), entries);
        }
        entries > 0
    }

    /// What the store holds and has done, for all tenants and types. Takes time linear in their number and in that
    /// of entries that are due.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    ///
    /// #[derive(KvType)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// let kv = KvStore::new();
    /// kv.tenant("acme.example")?.set::<Note>("a", Note { text: "hello".to_owned() })?;
    /// let stats = kv.stats();
    /// assert_eq!((stats.entries, stats.writes), (1, 1));
    /// assert_eq!(stats.tenants[0].1.types[0].tag, "Note");
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn stats(&self) -> StoreStats {
        let tenants = self.memory.tenants().into_iter().map(|(id, tenant)| (id, tenant.stats()));
        StoreStats::sum(tenants.filter(|(_, stats)| !stats.types.is_empty()).collect())
    }

    /// Hands what [`stats`](Self::stats) tells to the recorder of the crate `metrics`, as it is now. To be called before
    /// metrics are collected, or every few seconds, from one place: no operation of the store touches a metric.
    ///
    /// Every type of every tenant has the gauges `kv_entries`, `kv_bytes` and `kv_watchers` and the counters `kv_hits_total`,
    /// `kv_misses_total`, `kv_writes_total`, `kv_expirations_total` and `kv_evictions_total`, with the labels `tenant` and
    /// `type`, which is the tag. They mean what [`TypeStats`](crate::TypeStats) says.
    ///
    /// When a tenant is forgotten, its gauges are set to 0 and its counters stay. Should it come back, the store counts from
    /// 0, and a recorder that never lets a counter go back shows nothing new before the old count is reached. Nothing in
    /// the labels tells two stores apart: give each a recorder, or tenants, of its own.
    ///
    /// **Tenants may be named by strangers**, and a recorder keeps what it has seen once: eight series for each tenant and
    /// type, be the tenant forgotten or not. Bound the tenants ([`Limits::tenants`] counts those of one moment), have the
    /// recorder forget what is idle, or make metrics of the sums in `stats` yourself.
    ///
    /// ```
    /// use kv_core::{KvStore, KvType};
    /// use metrics::{Counter, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
    /// use std::sync::{Arc, Mutex};
    ///
    /// #[derive(KvType)]
    /// struct Note {
    ///     text: String,
    /// }
    ///
    /// /// A recorder that writes the gauges down; yours comes from a crate such as `metrics-exporter-prometheus`.
    /// #[derive(Default)]
    /// struct Gauges(Arc<Mutex<Vec<String>>>);
    ///
    /// struct Named(Arc<Mutex<Vec<String>>>, Key);
    ///
    /// impl GaugeFn for Named {
    ///     fn set(&self, value: f64) {
    ///         self.0.lock().unwrap().push(format!("{} {value}", self.1));
    ///     }
    ///
    ///     fn increment(&self, _: f64) {}
    ///     fn decrement(&self, _: f64) {}
    /// }
    ///
    /// impl Recorder for Gauges {
    ///     fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
    ///         Gauge::from_arc(Arc::new(Named(Arc::clone(&self.0), key.clone())))
    ///     }
    ///
    ///     fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
    ///         Counter::noop()
    ///     }
    ///
    ///     fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
    ///         Histogram::noop()
    ///     }
    ///
    ///     fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    ///     fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    ///     fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    /// }
    ///
    /// let kv = KvStore::new();
    /// kv.tenant("acme.example")?.set::<Note>("a", Note { text: "hello".to_owned() })?;
    ///
    /// let gauges = Gauges::default();
    /// metrics::with_local_recorder(&gauges, || kv.publish_metrics());
    /// let entries = "Key(kv_entries, [tenant = acme.example, type = Note]) 1".to_owned();
    /// assert!(gauges.0.lock().unwrap().contains(&entries));
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    #[cfg(feature = "metrics")]
    pub fn publish_metrics(&self) {
        self.memory.published.publish(&self.stats());
    }

    /// Removes the entries of all tenants whose deadline has passed, and returns how many there were.
    ///
    /// Such entries are invisible in any case; this frees their memory. With [`Expiry::Background`] it is done
    /// without being asked.
    ///
    /// # Panics
    ///
    /// With the first panic of a value that is dropped, when all is done.
    ///
    /// ```
    /// use kv_core::{Expiry, KvStore, KvType, ManualClock};
    /// use std::time::Duration;
    ///
    /// #[derive(KvType)]
    /// #[kv(ttl = "30s")]
    /// struct Typing {
    ///     room: String,
    /// }
    ///
    /// let clock = ManualClock::new();
    /// let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    /// kv.tenant("acme.example")?.set::<Typing>("ada", Typing { room: "a".to_owned() })?;
    /// clock.advance(Duration::from_secs(30));
    /// assert_eq!(kv.purge_expired(), 1);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn purge_expired(&self) -> usize {
        or_resume(self.memory.purge())
    }
}

impl Default for KvStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvStore").finish_non_exhaustive()
    }
}

/// Makes a [`KvStore`]. Made by [`KvStore::builder`].
///
/// ```
/// use kv_core::{Expiry, KvStore, ManualClock};
///
/// let clock = ManualClock::new();
/// let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
/// assert_eq!(kv.purge_expired(), 0);
/// ```
#[must_use]
pub struct KvStoreBuilder {
    clock: Option<Box<dyn Clock>>,
    expiry: Expiry,
    limits: Limits,
}

impl KvStoreBuilder {
    /// Where the time comes from; the system's clock by default.
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Some(Box::new(clock)), ..self }
    }

    /// Who removes what is due; a background thread by default.
    pub fn expiry(self, expiry: Expiry) -> Self {
        Self { expiry, ..self }
    }

    /// How much the store takes in; [`Limits::default`] by default.
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Makes the store.
    pub fn build(self) -> KvStore {
        KvStore { memory: Arc::new(Memory::new(self.clock, self.expiry, self.limits)) }
    }
}

impl fmt::Debug for KvStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvStoreBuilder")
            .field("expiry", &self.expiry)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Who removes entries whose deadline has passed. They are gone from every read in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// A thread named `kv-expiry` removes them when they are due. It exists only while some entry has a
    /// deadline, or somebody waits for a change and is to be woken, and ends with the last handle of the store.
    #[default]
    Background,
    /// Nobody, until [`KvStore::purge_expired`] is called. The thread then only wakes who waits for changes.
    Manual,
}
