//! [`KvStore`]: a store of all tenants, and its builder.

use crate::clock::Clock;
use crate::events;
use crate::memory::{Memory, or_resume};
use crate::tenant::TenantStore;
use crate::{Expiry, Limits, StoreStats, TenantError, TenantId};
use std::fmt;
use std::sync::Arc;

/// A store. Clones are handles to the same store, which is dropped with the last handle.
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
    /// Creates a store with the system clock and background expiry.
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder, which sets the clock, the expiry mode and the limits.
    pub fn builder() -> KvStoreBuilder {
        KvStoreBuilder { clock: None, expiry: Expiry::Background, limits: Limits::default() }
    }

    /// Returns a handle to the tenant of a host. The tenant is created by its first write.
    ///
    /// # Errors
    ///
    /// [`TenantError`] if the host is invalid.
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

    /// Returns the tenants that have live entries, in order.
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
    /// assert_eq!(kv.tenants(), [], "a handle does not create the tenant");
    /// acme.set::<Note>("a", Note { text: "hello".to_owned() })?;
    /// assert_eq!(kv.tenants(), [acme.id().clone()]);
    /// assert!(kv.drop_tenant("acme.example"));
    /// assert_eq!(kv.tenants(), []);
    /// # Ok::<(), kv_core::Error>(())
    /// ```
    pub fn tenants(&self) -> Vec<TenantId> {
        self.memory.living_tenants()
    }

    /// Removes all entries of a tenant and returns whether it had any. Returns `false` for an
    /// invalid host.
    ///
    /// Handles to the tenant remain valid, and its versions keep rising.
    pub fn drop_tenant(&self, host: impl AsRef<str>) -> bool {
        let Ok(id) = TenantId::new(host.as_ref()) else { return false };
        let entries = self.memory.tenant(&id).map_or(0, |tenant| or_resume(tenant.clear()));
        if entries > 0 {
            events::tenant_dropped(id.as_str(), entries);
        }
        entries > 0
    }

    /// Returns counts of all tenants and types. Takes time linear in the number of tenants and
    /// types, and of entries that have expired but are not removed yet.
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

    /// Passes the counts of [`stats`](Self::stats) to the recorder of the crate `metrics`. Call it
    /// before metrics are collected or every few seconds, from one place; other operations do not
    /// touch metrics.
    ///
    /// Every type of every tenant has the gauges `kv_entries`, `kv_bytes` and `kv_watchers` and the
    /// counters `kv_hits_total`, `kv_misses_total`, `kv_writes_total`, `kv_expirations_total` and
    /// `kv_evictions_total`, with the labels `tenant` and `type` (the type's tag). Their meaning is
    /// that of the fields of [`TypeStats`](crate::TypeStats).
    ///
    /// When a tenant is forgotten, its gauges are set to 0 and its counters keep their values. If
    /// the tenant is created again, the store counts from 0, and a recorder that ignores decreasing
    /// counters shows no change until the old value is exceeded. The labels do not distinguish
    /// stores: use a recorder or tenants of its own for each.
    ///
    /// **Tenant names may come from untrusted clients**, and a recorder keeps every series that it
    /// has seen: eight for each tenant and type, also of forgotten tenants. Limit the tenants
    /// ([`Limits::tenants`] limits those that exist at the same time), let the recorder drop idle
    /// series, or export sums computed from `stats` instead.
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
    /// /// A recorder of gauges. Applications use a crate such as `metrics-exporter-prometheus`.
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

    /// Removes the expired entries of all tenants and returns their number.
    ///
    /// Expired entries are invisible in any case; removing them frees their memory.
    /// [`Expiry::Background`] does so without this call.
    ///
    /// # Panics
    ///
    /// Resumes the first panic of a dropped value after all entries have been removed.
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

/// A builder of a [`KvStore`]. Created by [`KvStore::builder`].
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
    /// Sets the clock. The default is the system clock.
    pub fn clock(self, clock: impl Clock) -> Self {
        Self { clock: Some(Box::new(clock)), ..self }
    }

    /// Sets how expired entries are removed. The default is a background thread.
    pub fn expiry(self, expiry: Expiry) -> Self {
        Self { expiry, ..self }
    }

    /// Sets the limits of the store. The default is [`Limits::default`].
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Builds the store.
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
