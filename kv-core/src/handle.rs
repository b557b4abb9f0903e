//! Handles to a tenant and to a collection, which look them up once they exist.

use crate::memory::{Collection, Memory, Tenant};
use crate::sync::OnceLock;
use crate::{KvType, TenantId};
use std::sync::Arc;

/// A tenant's name with its entries, once the tenant has been written to.
pub(crate) struct TenantHandle {
    memory: Arc<Memory>,
    id: TenantId,
    tenant: OnceLock<Arc<Tenant>>,
}

impl TenantHandle {
    pub(crate) fn new(memory: Arc<Memory>, id: TenantId) -> Arc<Self> {
        Arc::new(Self { memory, id, tenant: OnceLock::new() })
    }

    pub(crate) fn id(&self) -> &TenantId {
        &self.id
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Returns the tenant if it has been written to.
    pub(crate) fn existing(&self) -> Option<&Arc<Tenant>> {
        self.tenant.get().or_else(|| {
            let tenant = self.memory.tenant(&self.id)?;
            Some(self.tenant.get_or_init(|| tenant))
        })
    }

    /// Returns the tenant, and creates it if necessary.
    pub(crate) fn create(&self) -> &Arc<Tenant> {
        self.existing().unwrap_or_else(|| {
            // Created outside of `get_or_init`, which holds a lock: creation may emit an event.
            let tenant = self.memory.tenant_or_create(&self.id);
            self.tenant.get_or_init(|| tenant)
        })
    }
}

/// A tenant's collection of one type, once the type has been written to.
pub(crate) struct CollectionHandle<T> {
    tenant: Arc<TenantHandle>,
    collection: OnceLock<Arc<Collection<T>>>,
}

impl<T: KvType> CollectionHandle<T> {
    pub(crate) fn new(tenant: Arc<TenantHandle>) -> Self {
        Self { tenant, collection: OnceLock::new() }
    }

    pub(crate) fn tenant(&self) -> &TenantHandle {
        &self.tenant
    }

    /// Returns the collection if the type has been written to.
    pub(crate) fn existing(&self) -> Option<&Arc<Collection<T>>> {
        self.collection.get().or_else(|| {
            let collection = self.tenant.existing()?.collection()?;
            Some(self.collection.get_or_init(|| collection))
        })
    }

    /// Returns the collection, and creates it if necessary.
    pub(crate) fn create(&self) -> &Arc<Collection<T>> {
        self.existing().unwrap_or_else(|| {
            // Created outside of `get_or_init`, which holds a lock: creation reads the clock.
            let collection = self.tenant.create().collection_or_create(self.tenant.memory());
            self.collection.get_or_init(|| collection)
        })
    }
}

// A derived implementation would require `T: Clone`.
impl<T> Clone for CollectionHandle<T> {
    fn clone(&self) -> Self {
        Self { tenant: Arc::clone(&self.tenant), collection: self.collection.clone() }
    }
}
