//! [`KvStore`] as an [`Engine`]. Futures complete when they are first polled, except long purges.

use super::stored_type::{InMemory, Of};
use super::{
    AnyChange, AnyEntry, AnyValue, AnyWatch, Engine, EngineError, EngineFuture, MOST_PURGED, Page,
    PageRequest, StoredType, Written,
};
use crate::memory::{Collection, Memory, PageCursor, Row, STEP, Times};
use crate::{
    Change, Condition, Entry, Error, KvStore, KvType, SetOptions, TenantId, TenantStore, TypeStats, Version,
    Watch,
};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Steps of a purge between two yields to other tasks: some tenths of a millisecond.
const STEPS_A_POLL: usize = 8;

/// Lets an executor run other tasks.
async fn yield_now() {
    let mut has_yielded = false;
    std::future::poll_fn(|cx| {
        if std::mem::replace(&mut has_yielded, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl From<KvStore> for Arc<dyn Engine> {
    fn from(kv: KvStore) -> Self {
        Arc::new(kv)
    }
}

impl Engine for KvStore {
    fn get<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
    ) -> EngineFuture<'a, Option<AnyEntry>> {
        Box::pin(async move { Ok(ty.in_memory().get(self.memory(), tenant, key)) })
    }

    fn set<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        value: AnyValue,
        options: SetOptions,
    ) -> EngineFuture<'a, Written> {
        Box::pin(async move { ty.in_memory().set(&self.tenant_by_id(tenant), key, value, options) })
    }

    fn delete<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        condition: Condition,
    ) -> EngineFuture<'a, bool> {
        Box::pin(async move { Ok(ty.in_memory().delete(&self.tenant_by_id(tenant), key, condition)?) })
    }

    fn touch<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        key: &'a str,
        ttl: Option<Duration>,
    ) -> EngineFuture<'a, bool> {
        Box::pin(async move { Ok(ty.in_memory().touch(&self.tenant_by_id(tenant), key, ttl)?) })
    }

    fn list<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        request: PageRequest<'a>,
    ) -> EngineFuture<'a, Page> {
        Box::pin(async move { Ok(ty.in_memory().list(&self.tenant_by_id(tenant), request)) })
    }

    fn purge_expired<'a>(&'a self, tenant: &'a TenantId, types: &'a [StoredType]) -> EngineFuture<'a, usize> {
        Box::pin(async move {
            let store = self.tenant_by_id(tenant);
            let mut purged = 0;
            // A step may only find entries whose deadline was extended.
            let mut steps = MOST_PURGED / STEP + types.len();
            for ty in types {
                while steps > 0 && purged + STEP <= MOST_PURGED {
                    let (count, more) = ty.in_memory().purge_step(&store);
                    purged += count;
                    steps -= 1;
                    if !more {
                        break;
                    }
                    if steps.is_multiple_of(STEPS_A_POLL) {
                        yield_now().await;
                    }
                }
            }
            Ok(purged)
        })
    }

    fn stats<'a>(
        &'a self,
        tenant: &'a TenantId,
        types: &'a [StoredType],
    ) -> EngineFuture<'a, Vec<TypeStats>> {
        Box::pin(async move {
            let store = self.tenant_by_id(tenant);
            Ok(types.iter().map(|ty| ty.in_memory().stats(&store)).collect())
        })
    }

    fn watch<'a>(
        &'a self,
        tenant: &'a TenantId,
        ty: StoredType,
        prefix: &'a str,
        after: Option<Version>,
    ) -> EngineFuture<'a, Box<dyn AnyWatch>> {
        Box::pin(async move { Ok(ty.in_memory().watch(&self.tenant_by_id(tenant), prefix, after)?) })
    }
}

impl<T: KvType> InMemory for Of<T> {
    fn get(&self, memory: &Memory, tenant: &TenantId, key: &str) -> Option<AnyEntry> {
        // The most frequent call creates no handle.
        let tenant = memory.tenant(tenant)?;
        let collection = tenant.collection::<T>()?;
        let found = collection.get_any(key);
        collection.count_read(found.is_some());
        found
    }

    fn set(
        &self,
        store: &TenantStore,
        key: &str,
        value: AnyValue,
        options: SetOptions,
    ) -> Result<Written, EngineError> {
        let value = value.downcast::<T>().map_err(|_| EngineError::OtherType { tag: T::TYPE_TAG })?;
        let typed = store.typed::<T>();
        let (version, deadline) = typed.write_with(key, value, options)?;
        let times = typed.existing().map(|collection| collection.times());
        Ok(Written { version, expires_at: times.and_then(|times| times.of(deadline)) })
    }

    fn delete(&self, store: &TenantStore, key: &str, condition: Condition) -> Result<bool, Error> {
        if let Condition::Version(version) = condition {
            return store.typed::<T>().delete_if(key, version);
        }
        let typed = store.typed::<T>();
        let removed = match typed.existing() {
            Some(collection) => collection.remove(key, condition),
            None => condition.check(None).map(|()| None),
        };
        match removed {
            Ok(removed) => Ok(removed.is_some()),
            Err(crate::condition::Conflict { current }) => Err(Error::Conflict { current }),
        }
    }

    fn touch(&self, store: &TenantStore, key: &str, ttl: Option<Duration>) -> Result<bool, Error> {
        let typed = store.typed::<T>();
        match ttl {
            Some(ttl) => typed.touch(key, ttl),
            None => {
                crate::schema::key::check(key)?;
                Ok(typed.persist(key))
            }
        }
    }

    fn list(&self, store: &TenantStore, request: PageRequest<'_>) -> Page {
        let typed = store.typed::<T>();
        typed.existing().map_or_else(Page::empty, |collection| collection.list_any(request))
    }

    fn purge_step(&self, store: &TenantStore) -> (usize, bool) {
        store.typed::<T>().existing().map_or((0, false), |collection| collection.purge_step())
    }

    fn stats(&self, store: &TenantStore) -> TypeStats {
        let typed = store.typed::<T>();
        typed.existing().map_or_else(|| typed.stats(), |collection| collection.stats_roughly())
    }

    fn watch(
        &self,
        store: &TenantStore,
        prefix: &str,
        after: Option<Version>,
    ) -> Result<Box<dyn AnyWatch>, Error> {
        let watch = Watch::new(store.typed::<T>().handle(), prefix, after);
        match watch.refused() {
            Some(refused) => Err(refused.clone()),
            None => Ok(Box::new(watch)),
        }
    }
}

impl Page {
    fn empty() -> Self {
        Self { entries: Vec::new(), has_more: false }
    }
}

impl Times {
    fn entry<T: KvType>(&self, key: Arc<str>, row: Row<T>) -> AnyEntry {
        let expires_at = self.of(row.deadline());
        let Entry { key, value, version, created_at, updated_at, .. } = row.into_entry(key, None);
        AnyEntry { key, value, version, created_at, updated_at, expires_at }
    }
}

/// Rows read at a time under the lock.
const ROWS: usize = 256;

impl<T: KvType> Collection<T> {
    fn get_any(&self, key: &str) -> Option<AnyEntry> {
        let (key, row) = self.get_with_key(key)?;
        Some(self.times().entry(key, row))
    }

    fn list_any(&self, request: PageRequest<'_>) -> Page {
        let PageRequest { prefix, after, limit, descending } = request;
        let mut pages = PageCursor::new(prefix).after(after.map(Arc::from)).descending(descending);
        let mut rows: Vec<(Arc<str>, Row<T>)> = Vec::new();
        // Reads one row more than requested, to find out whether there are more.
        let wanted = limit.saturating_add(1);
        while rows.len() < wanted
            && let Some(page) = pages.read(ROWS.min(wanted - rows.len()), |query| self.page(query))
        {
            rows.extend(page);
        }
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let times = self.times();
        let entries = rows.into_iter().map(|(key, row)| times.entry(key, row)).collect();
        Page { entries, has_more }
    }
}

impl<T: KvType> AnyWatch for Watch<T> {
    fn poll_change(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<AnyChange, EngineError>>> {
        let change = std::task::ready!(self.poll_next_change(cx));
        Poll::Ready(change.map(|change| {
            Ok(match change {
                Change::Reset => AnyChange::Reset,
                Change::Ready => AnyChange::Ready,
                Change::Deleted { key, version } => AnyChange::Deleted { key, version },
                Change::Expired { key, version } => AnyChange::Expired { key, version },
                Change::Evicted { key, version } => AnyChange::Evicted { key, version },
                Change::Set(entry) => AnyChange::Set(AnyEntry {
                    expires_at: self.expires_at(&entry),
                    key: entry.key,
                    value: entry.value,
                    version: entry.version,
                    created_at: entry.created_at,
                    updated_at: entry.updated_at,
                }),
            })
        }))
    }

    fn version(&self) -> Option<Version> {
        Watch::version(self)
    }
}
