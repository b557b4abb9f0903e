//! The in-memory engine: the only place where entries are locked.
//!
//! [`Memory`] holds the tenants, a [`Tenant`] its collections, one for each type, and a [`Collection`] the
//! entries. What happens to entries under a collection's lock is in [`cell`], which knows no locks, no clock
//! and no threads; [`usage`] counts what a tenant's collections take together; [`flight`] lets one compute for
//! many; [`expiry`] has the thread that removes what is due; [`time`] says what is.
//!
//! Locks are taken in the order tenants, collections, cell, then usage, watchers or schedule; those of flights stand alone. No
//! code of the application's runs under any: its clock is read before, values are dropped after.

mod block_on;
mod cell;
mod collection;
mod deadlines;
mod expiry;
mod flight;
mod index;
mod log;
mod page;
mod prefetch;
mod reads;
mod slab;
mod stamp;
mod table;
mod tenant;
mod time;
mod usage;
mod watchers;

pub(crate) use block_on::{block_on, block_on_until};
pub(crate) use cell::{Coverage, Lifetime, ReadLimit, Row, Write, entry_bytes};
#[cfg(feature = "json")]
pub(crate) use collection::STEP;
pub(crate) use collection::{AnyCollection, Collection, ErasedRow, WriteError};
pub(crate) use expiry::{Panic, drop_each, or_resume};
pub(crate) use flight::Cycle;
pub(crate) use page::{PageCursor, PageRows};
pub(crate) use tenant::Tenant;
#[cfg(feature = "json")]
pub(crate) use time::Times;
pub(crate) use time::{ClockReading, Deadline};
pub(crate) use usage::Full;

use crate::Expiry;
use crate::clock::Clock;
use crate::events;
use crate::limits::Limits;
use crate::schema::KvType;
use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::sync::{HashMap, RwLock, bound};
use crate::tenant_id::TenantId;
use expiry::Schedule;
use std::sync::Arc;
use time::Time;
use usage::Usage;

/// The maximum number of expired entries that one operation removes on behalf of a client: a call of
/// `Engine::purge_expired`, or a write that needs a place for a new tenant.
pub(crate) const MOST_PURGED: usize = 4096;

/// All that a store holds. It is dropped with the store's last handle.
pub(crate) struct Memory {
    shared: Arc<Shared>,
    limits: Limits,
    tenants: RwLock<Tenants>,
    /// How many tenants have entries.
    occupied: Arc<AtomicUsize>,
    collections_made: AtomicU64,
    /// The highest version that a tenant had given when it was forgotten.
    forgotten_version: AtomicU64,
    /// What was last told of as metrics.
    #[cfg(feature = "metrics")]
    pub(crate) published: crate::metrics::Published,
}

/// The tenants that were written to.
struct Tenants {
    by_id: HashMap<TenantId, Arc<Tenant>>,
    /// When there are as many, those that nobody needs are forgotten.
    forget_at: usize,
}

/// How many tenants there are at least before some are forgotten.
const FORGET_AT_LEAST: usize = bound(64, 2);

/// What every collection of a store and its expiry thread have in common.
struct Shared {
    time: Time,
    schedule: Arc<Schedule>,
}

impl Memory {
    /// With the system's clock, unless there is another.
    pub(crate) fn new(clock: Option<Box<dyn Clock>>, expiry: Expiry, limits: Limits) -> Self {
        let (time, schedule) = (Time::new(clock), Arc::new(Schedule::new(expiry)));
        if expiry == Expiry::Background {
            time.on_jump(Arc::clone(&schedule).into());
        }
        let shared = Arc::new(Shared { time, schedule });
        Self {
            shared,
            limits,
            tenants: RwLock::new(Tenants { by_id: HashMap::default(), forget_at: FORGET_AT_LEAST }),
            occupied: Arc::default(),
            collections_made: AtomicU64::new(0),
            forgotten_version: AtomicU64::new(0),
            #[cfg(feature = "metrics")]
            published: crate::metrics::Published::default(),
        }
    }

    /// A tenant that was written to.
    pub(crate) fn tenant(&self, id: &TenantId) -> Option<Arc<Tenant>> {
        self.tenants.read().by_id.get(id).cloned()
    }

    /// A tenant that is about to be written to.
    pub(crate) fn tenant_or_create(&self, id: &TenantId) -> Arc<Tenant> {
        let mut tenants = self.tenants.write();
        if let Some(tenant) = tenants.by_id.get(id) {
            return Arc::clone(tenant);
        }
        let is_time = tenants.by_id.len() >= tenants.forget_at;
        let forgotten = if is_time { self.forget_empty(&mut tenants) } else { 0 };
        let tenant = Arc::new(Tenant::new(Usage::new(self.limits, Arc::clone(&self.occupied))));
        tenants.by_id.insert(id.clone(), Arc::clone(&tenant));
        drop(tenants);
        if forgotten > 0 {
            events::tenants_forgotten(forgotten);
        }
        tenant
    }

    /// Forgets tenants that have no rows and no handles, so that a store that is asked for ever new hosts does
    /// not grow for ever. Handles are made under the lock of `tenants`, so one that has none stays without. Returns how
    /// many those were.
    fn forget_empty(&self, tenants: &mut Tenants) -> usize {
        let before = tenants.by_id.len();
        tenants.by_id.retain(|_, tenant| {
            // `get_mut` also waits for what those did who had a handle before.
            let Some(tenant) = Arc::get_mut(tenant).filter(|tenant| tenant.is_empty()) else { return true };
            self.forgotten_version.fetch_max(tenant.last_version(), Ordering::Relaxed);
            false
        });
        // Doubled, so that the work is paid for by the tenants that come in between.
        tenants.forget_at = FORGET_AT_LEAST.max(2 * tenants.by_id.len());
        before - tenants.by_id.len()
    }

    /// The tenants that were written to, in no particular order.
    pub(crate) fn tenants(&self) -> Vec<(TenantId, Arc<Tenant>)> {
        let tenants = self.tenants.read();
        tenants.by_id.iter().map(|(id, tenant)| (id.clone(), Arc::clone(tenant))).collect()
    }

    /// The names of the tenants that have living entries, in order.
    pub(crate) fn living_tenants(&self) -> Vec<TenantId> {
        let living = self.tenants().into_iter().filter(|(_, tenant)| tenant.is_alive());
        let mut names: Vec<_> = living.map(|(id, _)| id).collect();
        names.sort_unstable();
        names
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Removes what is due everywhere, and returns how many entries that were; or the first panic of a value that
    /// was dropped, when all is done.
    pub(crate) fn purge(&self) -> Result<usize, Panic> {
        sum_all(self.tenants().iter().map(|(_, tenant)| tenant.purge()))
    }

    /// Removes expired entries until a tenant has no entries left, those of small tenants first, but not many more than
    /// [`MOST_PURGED`]. Returns how many it removed. Does nothing if the schedule knows that nothing has expired: an
    /// untrusted host must not cost a walk through all tenants.
    pub(crate) fn purge_for_room(&self) -> Result<usize, Panic> {
        let reading = self.shared.time.read();
        if self.shared.schedule.nothing_due(reading) {
            return Ok(0);
        }
        let mut tenants = self.tenants();
        tenants.sort_by_cached_key(|(_, tenant)| tenant.rows());
        let (mut count, mut outcome) = (0, Ok(()));
        for (_, tenant) in tenants.iter().filter(|(_, tenant)| !tenant.is_empty()) {
            loop {
                match tenant.purge_some() {
                    Ok(0) => break,
                    Ok(some) => count += some,
                    Err(panic) => outcome = outcome.and(Err(panic)),
                }
                if count >= MOST_PURGED {
                    return outcome.map(|()| count);
                }
            }
            if tenant.is_empty() {
                break;
            }
        }
        outcome.map(|()| count)
    }

    /// Makes a collection that is new to its tenant.
    ///
    /// Its versions start at the Unix time in µs, so that they are above any that an earlier process gave, and
    /// far enough below 2^53 (the year 2255) for every write that can be made; and above any that this store gave
    /// for a tenant that it has forgotten, which may have been of this name.
    fn new_collection<T: KvType>(&self, usage: Arc<Usage>) -> Arc<Collection<T>> {
        const LATEST_START: u64 = 1 << 52;
        let (_, of_day) = self.shared.time.read_both();
        let start = of_day.micros().min(LATEST_START);
        let start = start.max(self.forgotten_version.load(Ordering::Relaxed));
        let id = self.collections_made.fetch_add(1, Ordering::Relaxed);
        Collection::new(Arc::clone(&self.shared), usage, id, start)
    }
}

/// The sum of all counts, or the first panic, once all have been made.
fn sum_all(counts: impl Iterator<Item = Result<usize, Panic>>) -> Result<usize, Panic> {
    counts.collect::<Vec<_>>().into_iter().sum()
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.shared.schedule.close();
        for (_, tenant) in self.tenants() {
            tenant.close();
        }
    }
}
