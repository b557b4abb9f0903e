//! [`World`]: a store and its model, which run the same operations.

use crate::HOSTS;
use crate::model::{Address, Cause, HITS, MISSES, Model, ModelEntry, Numbers, UNLIMITED, WRITES};
use crate::op::{If, Op, TtlOf, Which};
use crate::types::{Brief, Modelled, Plain, Recent, TYPES};
use crate::watcher::{AnyWatcher, Watcher};
use kv_core::{
    Clock, Error, Expiry, InitError, KvStore, KvType, Limit, ManualClock, ScanOptions, SetOptions,
    TenantStore, Ttl, TypedStore, UpdateError, Version,
};
use std::fmt::Debug;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

/// Maximum number of watchers. Further ones are not created.
const MAX_WATCHERS: usize = 32;

/// A store and its model.
#[expect(missing_debug_implementations, reason = "the operations are what a failed test shows")]
pub struct World {
    clock: ManualClock,
    start: SystemTime,
    kv: KvStore,
    tenants: Vec<TenantStore>,
    plain: Vec<TypedStore<Plain>>,
    brief: Vec<TypedStore<Brief>>,
    recent: Vec<TypedStore<Recent>>,
    watchers: Vec<Box<dyn AnyWatcher>>,
    model: Model,
    /// Whether a thread removes expired entries, at times that the model cannot predict.
    background: bool,
    /// Whether a tenant may have been forgotten, and its counts with it.
    may_have_forgotten: bool,
}

impl World {
    /// Creates an empty store. `background` runs the expiry thread, and requires a store without
    /// limits: otherwise the model cannot predict the room in a full tenant.
    pub fn new(limits: Numbers, background: bool) -> Self {
        assert!(!background || limits == UNLIMITED);
        let clock = ManualClock::new();
        let expiry = if background { Expiry::Background } else { Expiry::Manual };
        let kv = KvStore::builder().clock(clock.clone()).limits(limits.limits()).expiry(expiry).build();
        let mut world = Self {
            start: clock.system_time(),
            clock,
            tenants: Vec::new(),
            plain: Vec::new(),
            brief: Vec::new(),
            recent: Vec::new(),
            watchers: Vec::new(),
            kv,
            model: Model::new(limits),
            background,
            may_have_forgotten: false,
        };
        world.new_handles(0);
        world
    }

    /// Runs an operation on a tenant and a type, each named by its index, and compares the results.
    pub fn apply(&mut self, tenant: usize, ty: usize, op: &Op) {
        if let Op::NewHandles { strangers } = op {
            // Not in `apply_to`, whose handle would keep the tenant from being forgotten.
            return self.new_handles(*strangers);
        }
        match ty {
            Plain::INDEX => self.apply_to(tenant, &self.plain[tenant].clone(), op),
            Brief::INDEX => self.apply_to(tenant, &self.brief[tenant].clone(), op),
            _ => self.apply_to(tenant, &self.recent[tenant].clone(), op),
        }
    }

    fn new_handles(&mut self, strangers: u8) {
        self.tenants.clear();
        self.plain.clear();
        self.brief.clear();
        self.recent.clear();
        for n in 0..strangers {
            let stranger = self.kv.tenant(format!("{n}.example")).unwrap();
            // The store may be at its limit of tenants.
            let _ = stranger.set::<Plain>("k", Plain::make(0));
            stranger.clear();
        }
        self.may_have_forgotten |= strangers > 0;
        self.tenants = HOSTS.map(|host| self.kv.tenant(host).unwrap()).into();
        self.plain = self.tenants.iter().map(TenantStore::typed).collect();
        self.brief = self.tenants.iter().map(TenantStore::typed).collect();
        self.recent = self.tenants.iter().map(TenantStore::typed).collect();
    }

    /// Checks the key, the time to live, the value and its size, in this order.
    fn admit<T: Modelled>(&self, key: &str, n: i32) -> Result<(), Error> {
        T::make(n).validate()?;
        let value = size_of::<T>() + T::make(n).heap_size();
        if key.len() > self.model.limits.key {
            return Err(Error::LimitExceeded { limit: Limit::KeyBytes, allowed: self.model.limits.key });
        }
        if value > self.model.limits.value {
            return Err(Error::LimitExceeded { limit: Limit::ValueBytes, allowed: self.model.limits.value });
        }
        Ok(())
    }

    /// Puts an entry into the model, with the version that the store returned.
    fn wrote<T: Modelled>(&mut self, tenant: usize, key: &str, n: i32, ttl: TtlOf, version: Version) {
        let address = (tenant, T::INDEX, key.to_owned());
        let before = self.model.alive(&address).cloned();
        if before.is_none() {
            self.model.remove(&address, Cause::Expired);
        }
        let from_now = |ttl: Option<Duration>| ttl.map(|ttl| self.model.now + ttl);
        let deadline = match (ttl, &before) {
            (TtlOf::Keep, Some(before)) => before.deadline,
            (TtlOf::Type | TtlOf::Keep, _) => from_now(T::DEFAULT_TTL),
            (TtlOf::Secs(secs), _) => from_now(Some(Duration::from_secs(secs))),
            (TtlOf::None, _) => None,
        };
        let created = before.map_or(self.model.now, |before| before.created);
        let bytes = bytes::<T>(key, n);
        let last = &mut self.model.versions[tenant][T::INDEX];
        assert!(last.is_none_or(|last| last < version), "{version} after {last:?}");
        *last = Some(version);
        self.model.given.push(version);
        let updated = self.model.now;
        self.model.entries.insert(address, ModelEntry { n, version, created, updated, deadline, bytes });
        self.model.counts[tenant][T::INDEX][WRITES] += 1;
    }

    fn read<T: Modelled>(&mut self, tenant: usize, key: &str) -> Option<ModelEntry> {
        let found = self.model.alive(&(tenant, T::INDEX, key.to_owned())).cloned();
        if self.model.written[tenant][T::INDEX] {
            let which = if found.is_some() { HITS } else { MISSES };
            self.model.counts[tenant][T::INDEX][which] += 1;
        }
        found
    }

    fn version<T: Modelled>(&self, tenant: usize, key: &str, which: Which) -> Version {
        let current = self.model.alive(&(tenant, T::INDEX, key.to_owned())).map(|known| known.version);
        let none = "1".parse().unwrap();
        match which {
            Which::Current => current.or(self.model.given.last().copied()).unwrap_or(none),
            Which::Older => self.model.given.first().copied().unwrap_or(none),
        }
    }

    fn condition<T: Modelled>(
        &self,
        tenant: usize,
        key: &str,
        condition: If,
    ) -> (SetOptions, Result<(), Error>) {
        let current = self.model.alive(&(tenant, T::INDEX, key.to_owned())).map(|known| known.version);
        let (options, holds) = match condition {
            If::Anything => (SetOptions::new(), true),
            If::Absent => (SetOptions::new().if_absent(), current.is_none()),
            If::Present => (SetOptions::new().if_present(), current.is_some()),
            If::Version(which) => {
                let version = self.version::<T>(tenant, key, which);
                (SetOptions::new().if_version(version), current == Some(version))
            }
        };
        (options, if holds { Ok(()) } else { Err(Error::Conflict { current }) })
    }

    /// Returns the expected result of a write, and applies it to the model if it succeeds.
    fn expect_write<T: Modelled>(&mut self, tenant: usize, key: &str, n: i32) -> Result<(), Error> {
        self.admit::<T>(key, n)?;
        self.model.written[tenant][T::INDEX] = true;
        let new = [((tenant, T::INDEX, key.to_owned()), bytes::<T>(key, n))];
        self.model.make_room(tenant, &new, T::MOST)
    }

    /// Compares the result of a verb that may have written with that of the model.
    fn settle<T: Modelled, R: PartialEq + Debug>(
        &mut self,
        (tenant, key, n, ttl): (usize, &str, i32, TtlOf),
        expected: Result<(), Error>,
        answer: Result<R, Error>,
    ) {
        match (expected, answer) {
            (Ok(()), Ok(_)) => {
                let typed = self.tenants[tenant].typed::<T>();
                // Read with a verb that does not count.
                let entry = typed.scan(key).entries().next().filter(|entry| *entry.key == *key);
                let entry = entry.unwrap_or_else(|| panic!("{key} was not stored"));
                self.evict::<T>(tenant, key);
                self.wrote::<T>(tenant, key, n, ttl, entry.version);
            }
            (expected, answer) => assert_eq!(answer.map(drop), expected),
        }
    }

    fn remove<T: Modelled>(&mut self, tenant: usize, key: &str) -> Option<ModelEntry> {
        let address = (tenant, T::INDEX, key.to_owned());
        self.model.alive(&address)?;
        self.model.remove(&address, Cause::Deleted)
    }

    /// Removes the victims of a write to a key.
    fn evict<T: Modelled>(&mut self, tenant: usize, key: &str) {
        self.model.evict((tenant, T::INDEX), T::MOST, &[(tenant, T::INDEX, key.to_owned())]);
    }

    #[expect(clippy::too_many_lines, reason = "an arm for each verb")]
    fn apply_to<T: Modelled>(&mut self, tenant: usize, store: &TypedStore<T>, op: &Op) {
        match op {
            Op::Set { key, n, ttl, condition } => {
                let (options, holds) = self.condition::<T>(tenant, key, *condition);
                let expected = valid(key)
                    .and_then(|()| valid_ttl(*ttl))
                    .and_then(|()| self.admit::<T>(key, *n))
                    .and(holds)
                    .and_then(|()| self.expect_write::<T>(tenant, key, *n));
                if valid(key).is_ok() && valid_ttl(*ttl).is_ok() && self.admit::<T>(key, *n).is_ok() {
                    let wants_an_entry = matches!(condition, If::Present | If::Version(_));
                    self.model.written[tenant][T::INDEX] |= !wants_an_entry;
                }
                let answer = store.set_with(key, T::make(*n), options_with(options, *ttl));
                if let Ok(version) = answer {
                    expected.unwrap();
                    self.evict::<T>(tenant, key);
                    self.wrote::<T>(tenant, key, *n, *ttl, version);
                } else {
                    assert_eq!(answer.map(drop), expected);
                }
            }
            Op::Put { n } => {
                let value = T::make(*n);
                let key = value.key();
                let answer = self.tenants[tenant].put::<T>(value);
                let expected = match &key {
                    Ok(key) => self.expect_write::<T>(tenant, key, *n),
                    Err(error) => Err((*error).into()),
                };
                self.settle::<T, _>((tenant, &key.unwrap_or_default(), *n, TtlOf::Type), expected, answer);
            }
            Op::SetMany { entries } => {
                let keyed = || entries.iter().map(|(key, n)| (&**key, *n));
                let sizes: Vec<_> = keyed()
                    .map(|(key, n)| ((tenant, T::INDEX, key.to_owned()), bytes::<T>(key, n)))
                    .collect();
                let mut expected = Ok(());
                for (key, n) in keyed() {
                    expected = expected.and_then(|()| valid(key)).and_then(|()| self.admit::<T>(key, n));
                }
                if expected.is_ok() && !entries.is_empty() {
                    self.model.written[tenant][T::INDEX] = true;
                    expected = self.model.make_room(tenant, &sizes, T::MOST);
                }
                match store.set_many(keyed().map(|(key, n)| (key, T::make(n)))) {
                    Ok(versions) => {
                        expected.unwrap();
                        assert_eq!(versions.len(), entries.len());
                        let written: Vec<_> = sizes.iter().map(|(address, _)| address.clone()).collect();
                        self.model.evict((tenant, T::INDEX), T::MOST, &written);
                        for ((key, n), version) in keyed().zip(versions) {
                            self.wrote::<T>(tenant, key, n, TtlOf::Type, version);
                        }
                        self.model.evict((tenant, T::INDEX), T::MOST, &[]);
                    }
                    Err(error) => assert_eq!(Err(error), expected),
                }
            }
            Op::Get { key } => {
                let expected = self.read::<T>(tenant, key).map(|known| known.n);
                assert_eq!(store.get(key).map(|value| value.n()), expected);
            }
            Op::GetMany { keys } => {
                let expected: Vec<_> =
                    keys.iter().map(|key| self.read::<T>(tenant, key).map(|known| known.n)).collect();
                let found: Vec<_> = store.get_many(keys).iter().map(|v| v.as_ref().map(|v| v.n())).collect();
                assert_eq!(found, expected);
            }
            Op::GetEntry { key } => {
                let expected = self.read::<T>(tenant, key);
                let entry = store.get_entry(key);
                assert_eq!(entry.as_ref().map(|entry| self.known(entry)), expected);
                assert!(entry.is_none_or(|entry| *entry.value == T::make(entry.value.n())));
            }
            Op::Contains { key } => {
                let expected = self.read::<T>(tenant, key).is_some();
                assert_eq!(store.contains(key), expected);
            }
            Op::Delete { key } => {
                let expected = self.remove::<T>(tenant, key).map(|known| known.n);
                assert_eq!(store.delete(key).map(|value| value.n()), expected);
            }
            Op::DeleteIf { key, version } => {
                let version = self.version::<T>(tenant, key, *version);
                let current =
                    self.model.alive(&(tenant, T::INDEX, key.to_owned())).map(|known| known.version);
                let expected = match current {
                    None => Ok(false),
                    Some(current) if current == version => Ok(self.remove::<T>(tenant, key).is_some()),
                    current => Err(Error::Conflict { current }),
                };
                assert_eq!(store.delete_if(key, version), expected);
            }
            Op::DeletePrefix { prefix } => {
                let living = self.model.live(tenant, T::INDEX);
                let keys: Vec<_> = living
                    .filter(|(key, _)| key.starts_with(&**prefix))
                    .map(|(key, _)| key.to_owned())
                    .collect();
                for key in &keys {
                    self.remove::<T>(tenant, key);
                }
                assert_eq!(store.delete_prefix(&**prefix), keys.len());
            }
            Op::Update { key, to } => {
                self.update(tenant, key, Ok(*to), TtlOf::Keep, If::Anything, |key, seen, to, _| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.unwrap().map(T::make)
                    };
                    store.update(key, update).map_err(UpdateError::Store)
                });
            }
            Op::UpdateWith { key, to, ttl, condition } => {
                self.update(tenant, key, Ok(*to), *ttl, *condition, |key, seen, to, options| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.unwrap().map(T::make)
                    };
                    store.update_with(key, options, update).map_err(UpdateError::Store)
                });
            }
            Op::TryUpdate { key, to } => {
                self.update(tenant, key, *to, TtlOf::Keep, If::Anything, |key, seen, to, _| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.map(|to| to.map(T::make))
                    };
                    store.try_update(key, update)
                });
            }
            Op::Modify { key, to } => {
                let there = self.model.alive(&(tenant, T::INDEX, key.to_owned())).map(|known| known.n);
                let mut seen = None;
                let answer = store.modify(key, |current| {
                    seen = Some(current.n());
                    T::make(*to)
                });
                match (valid(key), there) {
                    (Err(error), _) => assert_eq!(answer, Err(error)),
                    (Ok(()), None) => assert_eq!((answer, seen), (Ok(None), None)),
                    (Ok(()), Some(_)) => {
                        assert_eq!(seen, there);
                        let expected = self.expect_write::<T>(tenant, key, *to);
                        self.settle::<T, _>((tenant, key, *to, TtlOf::Keep), expected, answer);
                    }
                }
            }
            Op::GetOrInsert { key, n } => {
                let answer = |key: &str, _: &mut _| {
                    store.get_or_insert_with(key, || T::make(*n)).map_err(InitError::Store)
                };
                self.get_or_insert(tenant, key, Ok(*n), answer);
            }
            Op::GetOrTryInsert { key, to, asynchronous } => {
                let (to, asynchronous) = (*to, *asynchronous);
                self.get_or_insert(tenant, key, to, |key, calls| {
                    let mut init = || {
                        *calls += 1;
                        to.map(T::make)
                    };
                    if asynchronous {
                        ready(store.get_or_try_insert_async(key, async { init() }))
                    } else {
                        store.get_or_try_insert_with(key, init)
                    }
                });
            }
            Op::Touch { key, secs } => {
                let expected = valid(key).and_then(|()| valid_ttl(TtlOf::Secs(*secs)));
                let deadline = self.model.now + Duration::from_secs(*secs);
                let expected = expected.map(|()| self.set_deadline::<T>(tenant, key, Some(deadline)));
                assert_eq!(store.touch(key, Duration::from_secs(*secs)), expected);
            }
            Op::Persist { key } => {
                let expected = self.set_deadline::<T>(tenant, key, None);
                assert_eq!(store.persist(key), expected);
            }
            Op::TtlOf { key } => {
                let known = self.model.alive(&(tenant, T::INDEX, key.to_owned()));
                let expected = known
                    .map(|k| k.deadline.map_or(Ttl::Never, |d| Ttl::In(d.saturating_sub(self.model.now))));
                assert_eq!(store.ttl(key), expected);
            }
            Op::Len => {
                let expected = self.model.live(tenant, T::INDEX).count();
                assert_eq!((store.len(), store.is_empty()), (expected, expected == 0));
            }
            Op::Count { prefix } => {
                let living = self.model.live(tenant, T::INDEX);
                let expected = living.filter(|(key, _)| key.starts_with(&**prefix)).count();
                assert_eq!(store.count(&**prefix), expected);
            }
            Op::Scan { prefix, after, limit, descending } => {
                self.scan(tenant, store, prefix, after.as_deref(), *limit, *descending);
            }
            Op::Keys { prefix } => {
                let living = self.model.live(tenant, T::INDEX);
                let expected: Vec<_> =
                    living.map(|(key, _)| key).filter(|key| key.starts_with(&**prefix)).collect();
                let found: Vec<_> = store.keys(&**prefix).collect();
                assert!(found.iter().map(|key| &**key).eq(expected));
            }
            Op::Clear => {
                let expected = self.model.live(tenant, T::INDEX).count();
                self.clear(|a| a.0 == tenant && a.1 == T::INDEX);
                assert_eq!(store.clear(), expected);
            }
            Op::ClearTenant | Op::DropTenant | Op::ScanFull { .. } | Op::Purge { .. } => {
                self.tenant_wide(tenant, op);
            }
            Op::Advance { by } => {
                self.clock.advance(*by);
                self.model.now += *by;
            }
            Op::NewHandles { .. } => unreachable!("`apply` runs it"),
            Op::Watch { prefix } if self.watchers.len() < MAX_WATCHERS => {
                // Reads are counted from now on.
                self.model.written[tenant][T::INDEX] = true;
                self.watchers.push(Box::new(Watcher::<T>::new(&self.tenants, tenant, prefix)));
            }
            Op::Watch { .. } => {}
            Op::Receive { which, most } => {
                let range = self.watchers_at(*which);
                self.receive(range, *most);
            }
            Op::LeaveOrResume { which } => {
                let range = self.watchers_at(Some(*which));
                for watcher in &mut self.watchers[range] {
                    if watcher.is_connected() { watcher.leave() } else { watcher.resume(&self.tenants) }
                }
            }
            Op::Unwatch { which } => {
                let range = self.watchers_at(*which);
                drop(self.watchers.drain(range));
            }
        }
    }

    /// Returns the indices of one watcher, or of all.
    fn watchers_at(&self, which: Option<usize>) -> Range<usize> {
        match which.map(|which| which.checked_rem(self.watchers.len())) {
            None => 0..self.watchers.len(),
            Some(None) => 0..0,
            Some(Some(index)) => index..index + 1,
        }
    }

    /// Lets watchers receive some changes, and checks those that have received all.
    fn receive(&mut self, range: Range<usize>, most: usize) {
        for watcher in &mut self.watchers[range] {
            if watcher.receive(most) {
                watcher.check(&self.model, !self.background);
            }
        }
    }

    /// Checks one of the four update verbs: the argument of the closure, and the effect of its
    /// result.
    fn update<T: Modelled>(
        &mut self,
        tenant: usize,
        key: &str,
        to: Result<Option<i32>, u8>,
        ttl: TtlOf,
        condition: If,
        act: impl FnOnce(
            &str,
            &mut Vec<Option<i32>>,
            Result<Option<i32>, u8>,
            SetOptions,
        ) -> Result<Option<Arc<T>>, UpdateError<u8>>,
    ) {
        let (options, holds) = self.condition::<T>(tenant, key, condition);
        let there = self.model.alive(&(tenant, T::INDEX, key.to_owned())).map(|known| known.n);
        let mut seen = Vec::new();
        let answer = act(key, &mut seen, to, options_with(options, ttl));
        let refused = valid(key).and_then(|()| valid_ttl(ttl)).and(holds);
        if let Err(error) = refused {
            assert_eq!((answer, seen), (Err(UpdateError::Store(error)), vec![]));
            return;
        }
        assert_eq!(seen, [there]);
        match to {
            Err(error) => assert_eq!(answer, Err(UpdateError::Update(error))),
            Ok(None) => {
                assert_eq!(answer, Ok(None));
                self.remove::<T>(tenant, key);
            }
            Ok(Some(n)) => {
                let expected = self.expect_write::<T>(tenant, key, n);
                let answer = answer.map_err(|error| match error {
                    UpdateError::Store(error) => error,
                    UpdateError::Update(_) => panic!("the closure returned no error"),
                });
                if let Ok(value) = &answer {
                    assert_eq!(value.as_deref(), Some(&T::make(n)));
                }
                self.settle::<T, _>((tenant, key, n, ttl), expected, answer);
            }
        }
    }

    fn get_or_insert<T: Modelled>(
        &mut self,
        tenant: usize,
        key: &str,
        to: Result<i32, u8>,
        act: impl FnOnce(&str, &mut u32) -> Result<Arc<T>, InitError<u8>>,
    ) {
        let mut calls = 0;
        if valid(key).is_err() {
            let error = valid(key).unwrap_err();
            assert_eq!(act(key, &mut calls), Err(InitError::Store(error)));
            return;
        }
        if let Some(known) = self.read::<T>(tenant, key) {
            assert_eq!(act(key, &mut calls), Ok(Arc::new(T::make(known.n))));
            assert_eq!(calls, 0);
            return;
        }
        self.model.written[tenant][T::INDEX] = true;
        let answer = act(key, &mut calls);
        match to {
            Err(error) => assert_eq!(answer, Err(InitError::Init(error))),
            Ok(n) => {
                let expected = self.expect_write::<T>(tenant, key, n);
                let answer = answer.map_err(|error| match error {
                    InitError::Store(error) => error,
                    InitError::Init(_) => panic!("the computation returned no error"),
                });
                self.settle::<T, _>((tenant, key, n, TtlOf::Type), expected, answer);
            }
        }
    }

    fn set_deadline<T: Modelled>(&mut self, tenant: usize, key: &str, deadline: Option<Duration>) -> bool {
        let address = (tenant, T::INDEX, key.to_owned());
        let there = self.model.alive(&address).is_some();
        if there && let Some(known) = self.model.entries.get_mut(&address) {
            known.deadline = deadline;
        }
        there
    }

    fn scan<T: Modelled>(
        &self,
        tenant: usize,
        store: &TypedStore<T>,
        prefix: &str,
        after: Option<&str>,
        limit: Option<usize>,
        descending: bool,
    ) {
        let living = self.model.live(tenant, T::INDEX).filter(|(key, _)| key.starts_with(prefix));
        let mut options = ScanOptions::new();
        let mut expected: Vec<_> = if descending {
            options = options.descending();
            living.rev().filter(|(key, _)| after.is_none_or(|after| *key < after)).collect()
        } else {
            living.filter(|(key, _)| after.is_none_or(|after| *key > after)).collect()
        };
        if let Some(after) = after {
            options = options.after(after);
        }
        if let Some(limit) = limit {
            options = options.limit(limit);
            expected.truncate(limit);
        }
        let entries: Vec<_> = store.scan_with(prefix, options.clone()).entries().collect();
        let found: Vec<_> = entries.iter().map(|entry| (&*entry.key, self.known(entry))).collect();
        let expected: Vec<_> = expected.into_iter().map(|(key, known)| (key, known.clone())).collect();
        assert_eq!(found, expected);
        let pairs: Vec<_> = store.scan_with(prefix, options).map(|(key, value)| (key, value.n())).collect();
        assert!(
            pairs.iter().map(|(key, n)| (&**key, *n)).eq(found.iter().map(|(key, known)| (*key, known.n)))
        );
    }

    fn tenant_wide(&mut self, tenant: usize, op: &Op) {
        let alive = |world: &Self| (0..TYPES).map(|ty| world.model.live(tenant, ty).count()).sum::<usize>();
        let host = HOSTS[tenant].to_ascii_uppercase();
        match op {
            Op::ClearTenant => {
                let expected = alive(self);
                self.clear(|a| a.0 == tenant);
                assert_eq!(self.tenants[tenant].clear(), expected);
            }
            Op::DropTenant => {
                let expected = alive(self) > 0;
                self.clear(|a| a.0 == tenant);
                assert_eq!(self.kv.drop_tenant(host), expected);
            }
            Op::Purge { tenant_only } => {
                let expected = self.model.purge(tenant_only.then_some(tenant));
                let purged =
                    if *tenant_only { self.tenants[tenant].purge_expired() } else { self.kv.purge_expired() };
                if !self.background {
                    assert_eq!(purged, expected);
                }
            }
            Op::ScanFull { prefix } => {
                let mut expected = Vec::new();
                for (ty, tag, own) in [
                    (0, Plain::TYPE_TAG, Plain::KEY_PREFIX),
                    (1, Brief::TYPE_TAG, Brief::KEY_PREFIX),
                    (2, Recent::TYPE_TAG, Recent::KEY_PREFIX),
                ] {
                    expected.extend(self.model.live(tenant, ty).map(|(key, known)| {
                        (format!("{own}{key}"), tag, key.to_owned(), known.version, known.n)
                    }));
                }
                expected.retain(|(full_key, ..)| full_key.starts_with(&**prefix));
                // Equal full keys are ordered by the tags of their types.
                expected.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
                let found: Vec<_> = self.tenants[tenant].scan_full(&**prefix).collect();
                assert_eq!(found.len(), expected.len());
                for (found, (full_key, tag, key, version, n)) in found.iter().zip(expected) {
                    assert_eq!(
                        (found.full_key(), found.tag(), found.key(), found.version()),
                        (full_key, tag, &*key, version)
                    );
                    assert!(found.json().unwrap().starts_with(&format!("{{\"n\":{n}")));
                }
            }
            _ => unreachable!("an operation of one type"),
        }
    }

    /// Removes entries at once. Those past their deadline have expired.
    fn clear(&mut self, which: impl Fn(&Address) -> bool) {
        let cleared: Vec<_> = self.model.entries.keys().filter(|a| which(a)).cloned().collect();
        for address in cleared {
            let expired = self.model.alive(&address).is_none();
            self.model.remove(&address, if expired { Cause::Expired } else { Cause::Deleted });
        }
    }

    fn known<T: Modelled>(&self, entry: &kv_core::Entry<T>) -> ModelEntry {
        let since_start = |time: SystemTime| time.duration_since(self.start).unwrap();
        ModelEntry {
            n: entry.value.n(),
            version: entry.version,
            created: since_start(entry.created_at),
            updated: since_start(entry.updated_at),
            deadline: entry.expires_in.map(|left| self.model.now + left),
            bytes: bytes::<T>(&entry.key, entry.value.n()),
        }
    }

    /// Compares all visible state.
    pub fn check(&mut self) {
        for tenant in 0..HOSTS.len() {
            for descending in [false, true] {
                self.scan(tenant, &self.plain[tenant], "", None, None, descending);
                self.scan(tenant, &self.brief[tenant], "", None, None, descending);
                self.scan(tenant, &self.recent[tenant], "", None, None, descending);
            }
            self.tenant_wide(tenant, &Op::ScanFull { prefix: String::new() });
        }
        let alive = |tenant: usize| (0..TYPES).any(|ty| self.model.live(tenant, ty).next().is_some());
        let living: Vec<_> = (0..2).filter(|tenant| alive(*tenant)).map(|tenant| HOSTS[tenant]).collect();
        assert!(self.kv.tenants().iter().map(kv_core::TenantId::as_str).eq(living));
        self.check_stats();
        self.watchers.iter_mut().for_each(|watcher| watcher.resume(&self.tenants));
        self.receive(0..self.watchers.len(), usize::MAX);
    }

    fn check_stats(&self) {
        let (mut entries, mut bytes, mut writes) = (0, 0, 0);
        for tenant in 0..2 {
            let stats = self.tenants[tenant].stats();
            let types = [self.plain[tenant].stats(), self.brief[tenant].stats(), self.recent[tenant].stats()];
            for (ty, of_type) in types.into_iter().enumerate() {
                let stored = self.model.entries.iter().filter(|(a, _)| (a.0, a.1) == (tenant, ty));
                let connected = self.watchers.iter().filter(|watcher| watcher.is_connected());
                let watchers = connected.filter(|watcher| watcher.address() == (tenant, ty)).count();
                assert_eq!(of_type.watchers, watchers);
                assert_eq!(of_type.entries, self.model.live(tenant, ty).count());
                if self.may_have_forgotten {
                    continue;
                }
                let [hits, misses, written, expired, evicted] = self.model.counts[tenant][ty];
                assert_eq!((of_type.hits, of_type.misses, of_type.writes), (hits, misses, written));
                if !self.background {
                    assert_eq!(of_type.bytes, stored.map(|(_, known)| known.bytes).sum::<usize>());
                    assert_eq!((of_type.expirations, of_type.evictions), (expired, evicted));
                }
                let listed = stats.types.iter().any(|listed| listed.tag == of_type.tag);
                assert_eq!(listed, written > 0 || of_type.watchers > 0);
                entries += of_type.entries;
                writes += of_type.writes;
                bytes += of_type.bytes;
            }
        }
        if self.may_have_forgotten {
            return;
        }
        let stats = self.kv.stats();
        assert_eq!((stats.entries, stats.writes), (entries, writes));
        if !self.background {
            assert_eq!(stats.bytes, bytes);
        }
    }
}

fn valid(key: &str) -> Result<(), Error> {
    kv_core::schema::key::check(key).map_err(Error::from)
}

fn valid_ttl(ttl: TtlOf) -> Result<(), Error> {
    if matches!(ttl, TtlOf::Secs(0)) { Err(Error::InvalidTtl) } else { Ok(()) }
}

fn options_with(options: SetOptions, ttl: TtlOf) -> SetOptions {
    match ttl {
        TtlOf::Type => options,
        TtlOf::Secs(secs) => options.ttl(Duration::from_secs(secs)),
        TtlOf::None => options.no_ttl(),
        TtlOf::Keep => options.keep_ttl(),
    }
}

/// Returns the output of a future that is ready at the first poll.
fn ready<O>(future: impl Future<Output = O>) -> O {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut std::task::Context::from_waker(std::task::Waker::noop())) {
        std::task::Poll::Ready(output) => output,
        std::task::Poll::Pending => panic!("there was nothing to wait for"),
    }
}

/// Returns the number of bytes that an entry takes.
fn bytes<T: Modelled>(key: &str, n: i32) -> usize {
    rounded(row_bytes()[T::INDEX] + key.len() + size_of::<T>() + T::make(n).heap_size())
}

/// Rounds a number of bytes up as the store does, to seven significant bits.
fn rounded(bytes: usize) -> usize {
    let unit = 1 << bytes.max(1).ilog2().saturating_sub(6);
    bytes.next_multiple_of(unit)
}

/// Returns the overhead of an entry of each type in bytes. Measured once.
fn row_bytes() -> &'static [usize; TYPES] {
    static MEASURED: OnceLock<[usize; TYPES]> = OnceLock::new();
    MEASURED.get_or_init(|| [measure::<Plain>(), measure::<Brief>(), measure::<Recent>()])
}

fn measure<T: Modelled>() -> usize {
    let store = KvStore::new().tenant("a.example").unwrap().typed::<T>();
    let overhead = |key: String| {
        store.set(&key, T::make(0)).unwrap();
        let bytes = store.stats().bytes;
        store.clear();
        bytes - key.len() - size_of::<T>()
    };
    // The sizes of some key lengths are not rounded.
    (1..64).map(|len| overhead("k".repeat(len))).min().unwrap_or_default()
}
