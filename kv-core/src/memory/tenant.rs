//! [`Tenant`]: one collection for each type that was written.

use super::collection::AnyCollection;
use super::expiry::Panic;
use super::usage::Usage;
use super::{Collection, Memory, sum_all};
use crate::schema::KvType;
use crate::stats::TenantStats;
use crate::sync::RwLock;
use std::any::{Any, TypeId};
use std::sync::Arc;

pub(crate) struct Tenant {
    usage: Arc<Usage>,
    /// Ordered by the types, of which there are few.
    collections: RwLock<Vec<(TypeId, Arc<dyn AnyCollection>)>>,
}

impl Tenant {
    pub(super) fn new(usage: Usage) -> Self {
        Self { usage: Arc::new(usage), collections: RwLock::default() }
    }

    /// The collection of a type that was written to.
    pub(crate) fn collection<T: KvType>(&self) -> Option<Arc<Collection<T>>> {
        let collections = self.collections.read();
        let at = place_of::<T>(&collections).ok()?;
        downcast(&collections.get(at)?.1)
    }

    /// The collection of a type that is about to be written to.
    pub(crate) fn collection_or_create<T: KvType>(&self, memory: &Memory) -> Arc<Collection<T>> {
        // Made before the lock is taken, since it asks the clock; one that comes second is thrown away.
        let made = memory.new_collection::<T>(Arc::clone(&self.usage));
        let mut collections = self.collections.write();
        match place_of::<T>(&collections) {
            Ok(at) => collections.get(at).and_then(|(_, there)| downcast(there)).unwrap_or(made),
            Err(at) => {
                // Many a tenant has one.
                collections.reserve_exact(1);
                collections.insert(at, (TypeId::of::<T>(), Arc::clone(&made) as _));
                made
            }
        }
    }

    /// All collections, in no particular order.
    pub(crate) fn collections(&self) -> Vec<Arc<dyn AnyCollection>> {
        self.collections.read().iter().map(|(_, collection)| Arc::clone(collection)).collect()
    }

    /// Whether it has no rows, be they alive or due.
    pub(super) fn is_empty(&self) -> bool {
        self.usage.entries() == 0
    }

    /// Whether an entry is alive.
    pub(super) fn is_alive(&self) -> bool {
        !self.is_empty() && self.collections().iter().any(|collection| collection.len() > 0)
    }

    /// Removes all entries, and returns how many were alive; or the first panic of a value that was dropped, when
    /// all is done.
    pub(crate) fn clear(&self) -> Result<usize, Panic> {
        sum_all(self.collections().iter().map(|collection| collection.clear()))
    }

    /// Removes what is due, and returns how many entries that were; or the first panic of a value that was dropped,
    /// when all is done.
    pub(crate) fn purge(&self) -> Result<usize, Panic> {
        let due = self.collections().into_iter().filter(|collection| collection.has_due());
        sum_all(due.map(|collection| collection.sweep(usize::MAX)))
    }

    /// Removes a few of the expired entries of each type, and returns how many those were: none only if there are no more. Fails with
    /// the first panic of a value that was dropped.
    pub(crate) fn purge_some(&self) -> Result<usize, Panic> {
        sum_all(self.collections().iter().map(|collection| collection.sweep_some()))
    }

    /// How many rows it has, expired ones included.
    pub(super) fn rows(&self) -> usize {
        self.usage.entries()
    }

    pub(crate) fn stats(&self) -> TenantStats {
        let types = self.collections().into_iter().map(|collection| collection.stats());
        // A type whose every write was refused leaves no trace.
        TenantStats::sum(types.filter(|stats| stats.writes > 0 || stats.watchers > 0).collect())
    }

    /// Ends what watches it: the store is gone.
    pub(super) fn close(&self) {
        self.collections().iter().for_each(|collection| collection.close());
    }

    /// The highest version that any of its collections has given.
    pub(super) fn last_version(&self) -> u64 {
        let collections = self.collections.read();
        collections.iter().map(|(_, collection)| collection.last_version()).max().unwrap_or(0)
    }
}

/// Where the collection of a type is, or would be.
fn place_of<T: KvType>(collections: &[(TypeId, Arc<dyn AnyCollection>)]) -> Result<usize, usize> {
    collections.binary_search_by_key(&TypeId::of::<T>(), |(of, _)| *of)
}

/// Never fails: the collection under a type's id is of that type.
fn downcast<T: KvType>(collection: &Arc<dyn AnyCollection>) -> Option<Arc<Collection<T>>> {
    let any: Arc<dyn Any + Send + Sync> = Arc::clone(collection) as _;
    any.downcast().ok()
}
