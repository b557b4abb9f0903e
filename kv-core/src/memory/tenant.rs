//! [`Tenant`]: one collection for each type that was written.

use super::expiry::Sweep;
use super::{Collection, Memory};
use crate::sync::RwLock;
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::panic::resume_unwind;
use std::sync::Arc;

#[derive(Default)]
pub(crate) struct Tenant {
    collections: RwLock<HashMap<TypeId, Slot>>,
}

/// A collection under its two faces.
#[derive(Clone)]
struct Slot {
    typed: Arc<dyn Any + Send + Sync>,
    sweep: Arc<dyn Sweep>,
}

impl Tenant {
    /// The collection of a type that was written to.
    pub(crate) fn collection<T: Send + Sync + 'static>(&self) -> Option<Arc<Collection<T>>> {
        let typed = Arc::clone(&self.collections.read().get(&TypeId::of::<T>())?.typed);
        // Never fails: the collection under a type's id is of that type.
        typed.downcast().ok()
    }

    /// The collection of a type that is about to be written to.
    pub(crate) fn collection_or_create<T: Send + Sync + 'static>(
        &self,
        memory: &Memory,
    ) -> Arc<Collection<T>> {
        // Made before the lock is taken, since it asks the clock; one that comes second is thrown away.
        let made = memory.new_collection::<T>();
        let slot = Slot { typed: made.clone(), sweep: made.clone() };
        let typed = Arc::clone(&self.collections.write().entry(TypeId::of::<T>()).or_insert(slot).typed);
        typed.downcast().unwrap_or(made)
    }

    /// Removes what is due, and returns how many entries that were.
    ///
    /// # Panics
    ///
    /// With the first panic of a value that was dropped, after all is done.
    pub(crate) fn purge(&self) -> usize {
        let collections: Vec<_> =
            self.collections.read().values().map(|slot| Arc::clone(&slot.sweep)).collect();
        let sweeps: Vec<_> = collections.iter().map(|collection| collection.sweep()).collect();
        sweeps.into_iter().map(|swept| swept.unwrap_or_else(|panic| resume_unwind(panic))).sum()
    }
}
