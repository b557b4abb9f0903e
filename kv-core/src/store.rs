//! [`KvStore`]: the whole store, and how it is made.

use crate::clock::{Clock, SystemClock};
use crate::memory::Memory;
use crate::tenant::TenantStore;
use crate::{TenantError, TenantId};
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
        KvStoreBuilder { clock: None, expiry: Expiry::Background }
    }

    /// A handle to a tenant, named by a host. It creates nothing until the first write.
    ///
    /// # Errors
    ///
    /// [`TenantError`] when the host is none.
    pub fn tenant(&self, host: impl AsRef<str>) -> Result<TenantStore, TenantError> {
        Ok(TenantStore::new(Arc::clone(&self.memory), TenantId::new(host.as_ref())?))
    }

    /// Removes the entries of all tenants whose deadline has passed, and returns how many there were.
    ///
    /// Such entries are invisible in any case; this frees their memory. With [`Expiry::Background`] it is done
    /// without being asked.
    pub fn purge_expired(&self) -> usize {
        self.memory.purge()
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

    /// Makes the store.
    pub fn build(self) -> KvStore {
        let clock = self.clock.unwrap_or_else(|| Box::new(SystemClock::new()));
        KvStore { memory: Arc::new(Memory::new(clock, self.expiry)) }
    }
}

impl fmt::Debug for KvStoreBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvStoreBuilder").field("expiry", &self.expiry).finish_non_exhaustive()
    }
}

/// Who removes entries whose deadline has passed. They are gone from every read in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// A thread named `kv-expiry` removes them when they are due. It exists only while some entry has a
    /// deadline, and ends with the last handle of the store.
    #[default]
    Background,
    /// Nobody, until [`KvStore::purge_expired`] is called.
    Manual,
}
