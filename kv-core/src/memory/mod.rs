//! The in-memory engine: the only place with locks.
//!
//! [`Memory`] holds the tenants, a [`Tenant`] its collections, one for each type, and a [`Collection`] the
//! entries. What happens to entries under a collection's lock is in [`cell`], which knows no locks, no clock
//! and no threads; [`expiry`] has the thread that removes what is due; [`time`] says what is.
//!
//! Locks are taken in the order tenants, collections, cell, schedule; no code of the application's runs under
//! any: its clock is read before, values are dropped after.

mod cell;
mod collection;
mod expiry;
mod tenant;
mod time;

pub(crate) use cell::{Condition, Conflict, Lifetime, Page, Row, Write};
pub(crate) use collection::Collection;
pub(crate) use tenant::Tenant;

use crate::clock::Clock;
use crate::store::Expiry;
use crate::sync::RwLock;
use crate::tenant_id::TenantId;
use expiry::Schedule;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use time::Time;

/// All that a store holds. It is dropped with the store's last handle.
pub(crate) struct Memory {
    shared: Arc<Shared>,
    tenants: RwLock<HashMap<TenantId, Arc<Tenant>>>,
    collections_made: AtomicU64,
}

/// What every collection of a store and its expiry thread have in common.
struct Shared {
    time: Time,
    schedule: Arc<Schedule>,
}

impl Memory {
    pub(crate) fn new(clock: Box<dyn Clock>, expiry: Expiry) -> Self {
        let schedule = Arc::new(Schedule::new(expiry));
        if expiry == Expiry::Background {
            clock.on_jump(Arc::clone(&schedule).into());
        }
        let shared = Arc::new(Shared { time: Time::new(clock), schedule });
        Self { shared, tenants: RwLock::default(), collections_made: AtomicU64::new(0) }
    }

    /// A tenant that was written to.
    pub(crate) fn tenant(&self, id: &TenantId) -> Option<Arc<Tenant>> {
        self.tenants.read().get(id).cloned()
    }

    /// A tenant that is about to be written to.
    pub(crate) fn tenant_or_create(&self, id: &TenantId) -> Arc<Tenant> {
        Arc::clone(self.tenants.write().entry(id.clone()).or_default())
    }

    /// Removes what is due everywhere, and returns how many entries that were.
    pub(crate) fn purge(&self) -> usize {
        let tenants: Vec<_> = self.tenants.read().values().cloned().collect();
        tenants.iter().map(|tenant| tenant.purge()).sum()
    }

    /// Makes a collection that is new to its tenant.
    ///
    /// Its versions start at the Unix time in µs, so that they are above any that an earlier process gave, and
    /// far enough below 2^53 (the year 2255) for every write that can be made.
    fn new_collection<T: Send + Sync + 'static>(&self) -> Arc<Collection<T>> {
        const LATEST_START: u64 = 1 << 52;
        let since_1970 = self.shared.time.of_day().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let start = u64::try_from(since_1970.as_micros()).unwrap_or(u64::MAX).min(LATEST_START);
        let id = self.collections_made.fetch_add(1, Ordering::Relaxed);
        Collection::new(Arc::clone(&self.shared), id, start)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.shared.schedule.close();
    }
}
