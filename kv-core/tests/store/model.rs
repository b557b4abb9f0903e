//! The store against a model: a sorted map with deadlines, on one thread and one clock.
//!
//! Random sequences of every verb run over two tenants and three types, one of which evicts, with
//! and without limits, while watchers receive changes. Results are compared after each step, and
//! all visible state after the last one.
//!
//! `KV_MODEL_CASES=10000 cargo test -p kv-core --test store model` runs 10,000 sequences instead of
//! 256.

mod watched;

use kv_core::{
    Clock, Error, Expiry, InitError, KeyError, Keyed, KvStore, KvType, Limit, Limits, ManualClock,
    ScanOptions, SetOptions, TenantStore, Ttl, TypedStore, UpdateError, Version,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use watched::{AnyWatched, Cause, Watched};

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(prefix = "a/")]
struct Plain {
    #[kv(range(min = 0, max = 9))]
    n: i32,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(ttl = "5s", prefix = "a/b:")]
struct Brief {
    #[kv(range(min = 0, max = 9))]
    n: i32,
    text: String,
}

#[derive(Clone, Debug, PartialEq, serde::Serialize, KvType)]
#[kv(prefix = "c/", ttl = "20s", max_entries = 3, evict = "oldest")]
struct Recent {
    #[kv(range(min = 0, max = 9))]
    n: i32,
}

/// Number of types.
const TYPES: usize = 3;

/// A type that the model can store.
trait Modelled: KvType + Clone + Debug + PartialEq + Keyed {
    const INDEX: usize;
    /// Maximum number of entries before one is evicted.
    const MOST: usize = usize::MAX;
    fn make(n: i32) -> Self;
    fn n(&self) -> i32;
}

impl Modelled for Plain {
    const INDEX: usize = 0;
    fn make(n: i32) -> Self {
        Self { n }
    }
    fn n(&self) -> i32 {
        self.n
    }
}

impl Modelled for Brief {
    const INDEX: usize = 1;
    fn make(n: i32) -> Self {
        Self { n, text: "x".repeat(usize::try_from(n.max(0)).unwrap()) }
    }
    fn n(&self) -> i32 {
        self.n
    }
}

impl Modelled for Recent {
    const INDEX: usize = 2;
    const MOST: usize = 3;
    fn make(n: i32) -> Self {
        Self { n }
    }
    fn n(&self) -> i32 {
        self.n
    }
}

impl Keyed for Recent {
    fn key(&self) -> Result<String, KeyError> {
        Ok(format!("b:{}", self.n))
    }
}

impl Keyed for Plain {
    fn key(&self) -> Result<String, KeyError> {
        Ok(format!("b:{}", self.n))
    }
}

impl Keyed for Brief {
    fn key(&self) -> Result<String, KeyError> {
        if self.n == 3 { Err(KeyError::Empty) } else { Ok(format!("b:{}", self.n)) }
    }
}

const HOSTS: [&str; 2] = ["a.example", "b.example"];
const KEYS: [&str; 9] = ["a", "ab", "b:1", "b:2", "b:3", "é", "b:", "", "."];
const PREFIXES: [&str; 5] = ["", "a", "b:", "b:2", "zz"];
const FULL_PREFIXES: [&str; 7] = ["", "a", "a/", "a/b:", "a/b:b:", "c", "d"];

#[derive(Clone, Debug)]
enum Op {
    Set { key: usize, n: i32, ttl: TtlOf, condition: If },
    Put { n: i32 },
    SetMany { entries: Vec<(usize, i32)> },
    Get { key: usize },
    GetMany { keys: Vec<usize> },
    GetEntry { key: usize },
    Contains { key: usize },
    Delete { key: usize },
    DeleteIf { key: usize, version: Which },
    DeletePrefix { prefix: usize },
    Update { key: usize, to: Option<i32> },
    UpdateWith { key: usize, to: Option<i32>, ttl: TtlOf, condition: If },
    TryUpdate { key: usize, to: Result<Option<i32>, u8> },
    Modify { key: usize, to: i32 },
    GetOrInsert { key: usize, n: i32 },
    GetOrTryInsert { key: usize, to: Result<i32, u8>, asynchronous: bool },
    Touch { key: usize, secs: u64 },
    Persist { key: usize },
    TtlOf { key: usize },
    Len,
    Count { prefix: usize },
    Scan { prefix: usize, after: Option<usize>, limit: Option<usize>, descending: bool },
    Keys { prefix: usize },
    Clear,
    ClearTenant,
    DropTenant,
    ScanFull { prefix: usize },
    Purge { tenant_only: bool },
    Advance { secs: u64 },
    NewHandles,
    Watch { prefix: usize },
    Receive { most: usize },
    LeaveOrResume { which: usize },
    Unwatch,
}

#[derive(Clone, Copy, Debug)]
enum TtlOf {
    Type,
    Secs(u64),
    None,
    Keep,
}

#[derive(Clone, Copy, Debug)]
enum If {
    Anything,
    Absent,
    Present,
    Version(Which),
}

#[derive(Clone, Copy, Debug)]
enum Which {
    Current,
    Older,
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..KEYS.len();
    let n = || -1..11i32;
    let ttl = || {
        prop_oneof![
            3 => Just(TtlOf::Type),
            2 => (0..9u64).prop_map(TtlOf::Secs),
            1 => Just(TtlOf::None),
            1 => Just(TtlOf::Keep),
        ]
    };
    let which = || prop_oneof![Just(Which::Current), Just(Which::Older)];
    let condition = move || {
        prop_oneof![
            4 => Just(If::Anything),
            1 => Just(If::Absent),
            1 => Just(If::Present),
            2 => which().prop_map(If::Version),
        ]
    };
    let to = move || prop::option::weighted(0.8, n());
    let prefix = || 0..PREFIXES.len();
    prop_oneof![
        8 => (key(), n(), ttl(), condition()).prop_map(|(key, n, ttl, condition)| Op::Set { key, n, ttl, condition }),
        1 => n().prop_map(|n| Op::Put { n }),
        2 => prop::collection::vec((key(), 0..11i32), 0..4).prop_map(|entries| Op::SetMany { entries }),
        3 => key().prop_map(|key| Op::Get { key }),
        1 => prop::collection::vec(key(), 0..4).prop_map(|keys| Op::GetMany { keys }),
        3 => key().prop_map(|key| Op::GetEntry { key }),
        1 => key().prop_map(|key| Op::Contains { key }),
        2 => key().prop_map(|key| Op::Delete { key }),
        2 => (key(), which()).prop_map(|(key, version)| Op::DeleteIf { key, version }),
        1 => prefix().prop_map(|prefix| Op::DeletePrefix { prefix }),
        3 => (key(), to()).prop_map(|(key, to)| Op::Update { key, to }),
        2 => (key(), to(), ttl(), condition())
            .prop_map(|(key, to, ttl, condition)| Op::UpdateWith { key, to, ttl, condition }),
        1 => (key(), prop_oneof![to().prop_map(Ok), (0..3u8).prop_map(Err)])
            .prop_map(|(key, to)| Op::TryUpdate { key, to }),
        1 => (key(), n()).prop_map(|(key, to)| Op::Modify { key, to }),
        2 => (key(), n()).prop_map(|(key, n)| Op::GetOrInsert { key, n }),
        2 => (key(), prop_oneof![n().prop_map(Ok), (0..3u8).prop_map(Err)], any::<bool>())
            .prop_map(|(key, to, asynchronous)| Op::GetOrTryInsert { key, to, asynchronous }),
        2 => (key(), 0..9u64).prop_map(|(key, secs)| Op::Touch { key, secs }),
        1 => key().prop_map(|key| Op::Persist { key }),
        1 => key().prop_map(|key| Op::TtlOf { key }),
        1 => Just(Op::Len),
        1 => prefix().prop_map(|prefix| Op::Count { prefix }),
        3 => (prefix(), prop::option::of(key()), prop::option::of(0..4usize), any::<bool>())
            .prop_map(|(prefix, after, limit, descending)| Op::Scan { prefix, after, limit, descending }),
        1 => prefix().prop_map(|prefix| Op::Keys { prefix }),
        1 => Just(Op::Clear),
        1 => Just(Op::ClearTenant),
        1 => Just(Op::DropTenant),
        2 => (0..FULL_PREFIXES.len()).prop_map(|prefix| Op::ScanFull { prefix }),
        1 => any::<bool>().prop_map(|tenant_only| Op::Purge { tenant_only }),
        5 => (1..7u64).prop_map(|secs| Op::Advance { secs }),
        1 => Just(Op::NewHandles),
        2 => prefix().prop_map(|prefix| Op::Watch { prefix }),
        4 => prop_oneof![0..5usize, Just(usize::MAX)].prop_map(|most| Op::Receive { most }),
        4 => any::<usize>().prop_map(|which| Op::LeaveOrResume { which }),
        1 => Just(Op::Unwatch),
    ]
}

fn limits() -> impl Strategy<Value = Numbers> {
    prop_oneof![
        3 => Just(UNLIMITED),
        1 => (1..5usize).prop_map(|entries| Numbers { entries, ..UNLIMITED }),
        1 => Just(Numbers { tenants: 1, ..UNLIMITED }),
        1 => (1..4usize).prop_map(|n| Numbers { bytes: n * 220, ..UNLIMITED }),
        1 => Just(Numbers { entries: 3, tenants: 1, bytes: 500, ..UNLIMITED }),
        1 => Just(Numbers { key: 2, value: 36, ..UNLIMITED }),
    ]
}

/// An entry of the model.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    n: i32,
    version: Version,
    created: Duration,
    updated: Duration,
    deadline: Option<Duration>,
    bytes: usize,
}

/// A tenant, a type and a key. One map holds the keys of all types.
type Address = (usize, usize, String);

struct Model {
    now: Duration,
    limits: Numbers,
    rows: BTreeMap<Address, Known>,
    /// The last version of each tenant and type.
    versions: [[Option<Version>; TYPES]; 2],
    /// Why removed entries were removed.
    gone: BTreeMap<Address, Cause>,
    /// Versions that were used, and may be stale.
    given: Vec<Version>,
    /// Whether the tenant and type has been written to. Reads are counted from then on.
    written: [[bool; TYPES]; 2],
    counts: [[[u64; 5]; TYPES]; 2],
}

const HITS: usize = 0;
const MISSES: usize = 1;
const WRITES: usize = 2;
const EXPIRATIONS: usize = 3;
const EVICTIONS: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbers {
    tenants: usize,
    entries: usize,
    bytes: usize,
    key: usize,
    value: usize,
}

const UNLIMITED: Numbers = Numbers {
    tenants: usize::MAX,
    entries: usize::MAX,
    bytes: usize::MAX,
    key: usize::MAX,
    value: usize::MAX,
};

impl Numbers {
    fn limits(self) -> Limits {
        Limits::default()
            .tenants(self.tenants)
            .entries_per_tenant(self.entries)
            .bytes_per_tenant(self.bytes)
            .key_bytes(self.key)
            .value_bytes(self.value)
    }
}

impl Model {
    fn is_due(&self, known: &Known) -> bool {
        known.deadline.is_some_and(|deadline| deadline <= self.now)
    }

    fn alive(&self, address: &Address) -> Option<&Known> {
        self.rows.get(address).filter(|known| !self.is_due(known))
    }

    fn living(&self, tenant: usize, ty: usize) -> impl DoubleEndedIterator<Item = (&str, &Known)> {
        let ours = move |a: &Address, known: &Known| a.0 == tenant && a.1 == ty && !self.is_due(known);
        self.rows.iter().filter(move |(a, known)| ours(a, known)).map(|(a, known)| (&*a.2, known))
    }

    /// Removes the expired rows of one tenant, or of all.
    fn purge(&mut self, tenant: Option<usize>) -> usize {
        let due: Vec<_> = self
            .rows
            .iter()
            .filter(|(a, known)| tenant.is_none_or(|t| t == a.0) && self.is_due(known))
            .map(|(a, _)| a.clone())
            .collect();
        for address in &due {
            self.remove(address, Cause::Expired);
        }
        due.len()
    }

    /// Removes a row if it exists.
    fn remove(&mut self, address: &Address, cause: Cause) -> Option<Known> {
        let known = self.rows.remove(address)?;
        self.gone.insert(address.clone(), cause);
        let counts = &mut self.counts[address.0][address.1];
        match cause {
            Cause::Deleted => {}
            Cause::Expired => counts[EXPIRATIONS] += 1,
            Cause::Evicted => counts[EVICTIONS] += 1,
        }
        Some(known)
    }

    /// Returns the victims of the rows to be written.
    fn in_the_way(&self, (tenant, ty): (usize, usize), most: usize, written: &[Address]) -> Vec<Address> {
        let new: BTreeSet<_> = written.iter().filter(|address| !self.rows.contains_key(*address)).collect();
        let rows = self.rows.iter().filter(|(a, _)| (a.0, a.1) == (tenant, ty));
        let mut rows: Vec<_> =
            rows.map(|(a, known)| (!self.is_due(known), known.version, a.clone())).collect();
        let excess = (rows.len() + new.len()).saturating_sub(most);
        rows.retain(|(_, _, address)| !written.contains(address));
        rows.sort();
        rows.into_iter().take(excess).map(|(_, _, address)| address).collect()
    }

    fn make_way(&mut self, of: (usize, usize), most: usize, written: &[Address]) {
        for address in self.in_the_way(of, most, written) {
            let due = self.rows.get(&address).is_some_and(|known| self.is_due(known));
            self.remove(&address, if due { Cause::Expired } else { Cause::Evicted });
        }
    }

    /// Checks whether these rows of one tenant fit into the limits.
    fn room(&self, tenant: usize, new: &[(Address, usize)], most: usize) -> Result<(), Error> {
        let addresses: Vec<_> = new.iter().map(|(address, _)| address.clone()).collect();
        let ty = addresses.first().map_or(0, |address| address.1);
        let in_the_way = self.in_the_way((tenant, ty), most, &addresses);
        let new: BTreeMap<_, _> = new.iter().cloned().collect();
        let of_tenant = || self.rows.iter().filter(|(a, _)| a.0 == tenant);
        let replaced = || of_tenant().filter(|(a, _)| new.contains_key(*a) || in_the_way.contains(a));
        let more = new.len().saturating_sub(replaced().count());
        self.room_for(tenant, (new.values().sum(), replaced().map(|(_, k)| k.bytes).sum()), more)
    }

    fn room_for(&self, tenant: usize, (added, removed): (usize, usize), more: usize) -> Result<(), Error> {
        let of_tenant = || self.rows.iter().filter(|(a, _)| a.0 == tenant);
        let (entries, bytes) = (of_tenant().count(), of_tenant().map(|(_, k)| k.bytes).sum::<usize>());
        let full = |limit, allowed| Err(Error::LimitExceeded { limit, allowed });
        if added > removed && bytes + added - removed > self.limits.bytes {
            return full(Limit::BytesPerTenant, self.limits.bytes);
        }
        let occupied: BTreeSet<_> = self.rows.keys().map(|a| a.0).collect();
        if more > 0 && entries == 0 && occupied.len() >= self.limits.tenants {
            return full(Limit::Tenants, self.limits.tenants);
        }
        if more > 0 && entries + more > self.limits.entries {
            return full(Limit::EntriesPerTenant, self.limits.entries);
        }
        Ok(())
    }

    /// Checks whether these rows fit into the limits, after expired rows have been removed if
    /// necessary.
    fn make_room(&mut self, tenant: usize, new: &[(Address, usize)], most: usize) -> Result<(), Error> {
        let refused = match self.room(tenant, new, most) {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        let everywhere = matches!(refused, Error::LimitExceeded { limit: Limit::Tenants, .. });
        match self.purge((!everywhere).then_some(tenant)) {
            0 => Err(refused),
            _ => self.room(tenant, new, most),
        }
    }
}

struct World {
    clock: ManualClock,
    start: SystemTime,
    kv: KvStore,
    tenants: Vec<TenantStore>,
    plain: Vec<TypedStore<Plain>>,
    brief: Vec<TypedStore<Brief>>,
    recent: Vec<TypedStore<Recent>>,
    watches: Vec<Box<dyn AnyWatched>>,
    model: Model,
    /// Overhead of an entry of each type in bytes.
    row_bytes: [usize; TYPES],
    /// Whether a thread removes expired entries, at times that the model cannot predict.
    background: bool,
}

impl World {
    fn new(limits: Numbers, background: bool) -> Self {
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
            watches: Vec::new(),
            kv,
            model: Model {
                now: Duration::ZERO,
                limits,
                rows: BTreeMap::new(),
                versions: Default::default(),
                given: Vec::new(),
                gone: BTreeMap::new(),
                written: Default::default(),
                counts: Default::default(),
            },
            row_bytes: [row_bytes::<Plain>(), row_bytes::<Brief>(), row_bytes::<Recent>()],
            background,
        };
        world.new_handles();
        world
    }

    fn new_handles(&mut self) {
        self.tenants = HOSTS.iter().map(|host| self.kv.tenant(host).unwrap()).collect();
        self.plain = self.tenants.iter().map(TenantStore::typed).collect();
        self.brief = self.tenants.iter().map(TenantStore::typed).collect();
        self.recent = self.tenants.iter().map(TenantStore::typed).collect();
    }

    fn bytes<T: Modelled>(&self, key: &str, n: i32) -> usize {
        rounded(self.row_bytes[T::INDEX] + key.len() + size_of::<T>() + T::make(n).heap_size())
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

    /// Puts a row into the model, with the version that the store returned.
    fn wrote<T: Modelled>(&mut self, tenant: usize, key: &str, n: i32, ttl: TtlOf, version: Version) {
        let address = (tenant, T::INDEX, key.to_owned());
        let before = self.model.alive(&address).cloned();
        if before.is_none() {
            self.model.remove(&address, Cause::Expired);
        }
        let anew = |ttl: Option<Duration>| ttl.map(|ttl| self.model.now + ttl);
        let deadline = match (ttl, &before) {
            (TtlOf::Keep, Some(before)) => before.deadline,
            (TtlOf::Type | TtlOf::Keep, _) => anew(T::DEFAULT_TTL),
            (TtlOf::Secs(secs), _) => anew(Some(Duration::from_secs(secs))),
            (TtlOf::None, _) => None,
        };
        let created = before.map_or(self.model.now, |before| before.created);
        let bytes = self.bytes::<T>(key, n);
        let last = &mut self.model.versions[tenant][T::INDEX];
        assert!(last.is_none_or(|last| last < version), "{version} after {last:?}");
        *last = Some(version);
        self.model.given.push(version);
        let updated = self.model.now;
        self.model.rows.insert(address, Known { n, version, created, updated, deadline, bytes });
        self.model.counts[tenant][T::INDEX][WRITES] += 1;
    }

    fn read<T: Modelled>(&mut self, tenant: usize, key: &str) -> Option<Known> {
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
        let new = [((tenant, T::INDEX, key.to_owned()), self.bytes::<T>(key, n))];
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
                let entry = typed.scan("").entries().find(|entry| *entry.key == *key);
                let entry = entry.unwrap_or_else(|| panic!("{key} was not stored"));
                self.made_way::<T>(tenant, key);
                self.wrote::<T>(tenant, key, n, ttl, entry.version);
            }
            (expected, answer) => assert_eq!(answer.map(drop), expected),
        }
    }

    fn remove<T: Modelled>(&mut self, tenant: usize, key: &str) -> Option<Known> {
        let address = (tenant, T::INDEX, key.to_owned());
        self.model.alive(&address)?;
        self.model.remove(&address, Cause::Deleted)
    }

    /// Removes the victims of a write to a key.
    fn made_way<T: Modelled>(&mut self, tenant: usize, key: &str) {
        self.model.make_way((tenant, T::INDEX), T::MOST, &[(tenant, T::INDEX, key.to_owned())]);
    }

    #[expect(clippy::too_many_lines, reason = "an arm for each verb")]
    fn apply<T: Modelled>(&mut self, tenant: usize, store: &TypedStore<T>, op: &Op) {
        match op {
            Op::Set { key, n, ttl, condition } => {
                let key = KEYS[*key];
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
                    self.made_way::<T>(tenant, key);
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
                let keyed = || entries.iter().map(|(key, n)| (KEYS[*key], *n));
                let sizes: Vec<_> = keyed()
                    .map(|(key, n)| ((tenant, T::INDEX, key.to_owned()), self.bytes::<T>(key, n)))
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
                        self.model.make_way((tenant, T::INDEX), T::MOST, &written);
                        for ((key, n), version) in keyed().zip(versions) {
                            self.wrote::<T>(tenant, key, n, TtlOf::Type, version);
                        }
                        self.model.make_way((tenant, T::INDEX), T::MOST, &[]);
                    }
                    Err(error) => assert_eq!(Err(error), expected),
                }
            }
            Op::Get { key } => {
                let expected = self.read::<T>(tenant, KEYS[*key]).map(|known| known.n);
                assert_eq!(store.get(KEYS[*key]).map(|value| value.n()), expected);
            }
            Op::GetMany { keys } => {
                let keys: Vec<_> = keys.iter().map(|key| KEYS[*key]).collect();
                let expected: Vec<_> =
                    keys.iter().map(|key| self.read::<T>(tenant, key).map(|known| known.n)).collect();
                let found: Vec<_> = store.get_many(&keys).iter().map(|v| v.as_ref().map(|v| v.n())).collect();
                assert_eq!(found, expected);
            }
            Op::GetEntry { key } => {
                let expected = self.read::<T>(tenant, KEYS[*key]);
                let entry = store.get_entry(KEYS[*key]);
                assert_eq!(entry.as_ref().map(|entry| self.known(entry)), expected);
                assert!(entry.is_none_or(|entry| *entry.value == T::make(entry.value.n())));
            }
            Op::Contains { key } => {
                let expected = self.read::<T>(tenant, KEYS[*key]).is_some();
                assert_eq!(store.contains(KEYS[*key]), expected);
            }
            Op::Delete { key } => {
                let expected = self.remove::<T>(tenant, KEYS[*key]).map(|known| known.n);
                assert_eq!(store.delete(KEYS[*key]).map(|value| value.n()), expected);
            }
            Op::DeleteIf { key, version } => {
                let key = KEYS[*key];
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
                let living = self.model.living(tenant, T::INDEX);
                let keys: Vec<_> = living
                    .filter(|(key, _)| key.starts_with(PREFIXES[*prefix]))
                    .map(|(key, _)| key.to_owned())
                    .collect();
                for key in &keys {
                    self.remove::<T>(tenant, key);
                }
                assert_eq!(store.delete_prefix(PREFIXES[*prefix]), keys.len());
            }
            Op::Update { key, to } => {
                self.update(tenant, KEYS[*key], Ok(*to), TtlOf::Keep, If::Anything, |key, seen, to, _| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.unwrap().map(T::make)
                    };
                    store.update(key, update).map_err(UpdateError::Store)
                });
            }
            Op::UpdateWith { key, to, ttl, condition } => {
                self.update(tenant, KEYS[*key], Ok(*to), *ttl, *condition, |key, seen, to, options| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.unwrap().map(T::make)
                    };
                    store.update_with(key, options, update).map_err(UpdateError::Store)
                });
            }
            Op::TryUpdate { key, to } => {
                self.update(tenant, KEYS[*key], *to, TtlOf::Keep, If::Anything, |key, seen, to, _| {
                    let update = |current: Option<&T>| {
                        seen.push(current.map(T::n));
                        to.map(|to| to.map(T::make))
                    };
                    store.try_update(key, update)
                });
            }
            Op::Modify { key, to } => {
                let key = KEYS[*key];
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
                self.get_or_insert(tenant, KEYS[*key], Ok(*n), answer);
            }
            Op::GetOrTryInsert { key, to, asynchronous } => {
                let (to, asynchronous) = (*to, *asynchronous);
                self.get_or_insert(tenant, KEYS[*key], to, |key, calls| {
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
                let key = KEYS[*key];
                let expected = valid(key).and_then(|()| valid_ttl(TtlOf::Secs(*secs)));
                let deadline = self.model.now + Duration::from_secs(*secs);
                let expected = expected.map(|()| self.set_deadline::<T>(tenant, key, Some(deadline)));
                assert_eq!(store.touch(key, Duration::from_secs(*secs)), expected);
            }
            Op::Persist { key } => {
                let expected = self.set_deadline::<T>(tenant, KEYS[*key], None);
                assert_eq!(store.persist(KEYS[*key]), expected);
            }
            Op::TtlOf { key } => {
                let known = self.model.alive(&(tenant, T::INDEX, KEYS[*key].to_owned()));
                let expected = known
                    .map(|k| k.deadline.map_or(Ttl::Never, |d| Ttl::In(d.saturating_sub(self.model.now))));
                assert_eq!(store.ttl(KEYS[*key]), expected);
            }
            Op::Len => {
                let expected = self.model.living(tenant, T::INDEX).count();
                assert_eq!((store.len(), store.is_empty()), (expected, expected == 0));
            }
            Op::Count { prefix } => {
                let living = self.model.living(tenant, T::INDEX);
                let expected = living.filter(|(key, _)| key.starts_with(PREFIXES[*prefix])).count();
                assert_eq!(store.count(PREFIXES[*prefix]), expected);
            }
            Op::Scan { prefix, after, limit, descending } => {
                let after = after.map(|after| KEYS[after]);
                self.scan(tenant, store, PREFIXES[*prefix], after, *limit, *descending);
            }
            Op::Keys { prefix } => {
                let living = self.model.living(tenant, T::INDEX);
                let expected: Vec<_> =
                    living.map(|(key, _)| key).filter(|key| key.starts_with(PREFIXES[*prefix])).collect();
                let found: Vec<_> = store.keys(PREFIXES[*prefix]).collect();
                assert!(found.iter().map(|key| &**key).eq(expected));
            }
            Op::Clear => {
                let expected = self.model.living(tenant, T::INDEX).count();
                self.clear(|a| a.0 == tenant && a.1 == T::INDEX);
                assert_eq!(store.clear(), expected);
            }
            Op::ClearTenant | Op::DropTenant | Op::ScanFull { .. } | Op::Purge { .. } => {
                self.tenant_wide(tenant, op);
            }
            Op::Advance { secs } => {
                self.clock.advance(Duration::from_secs(*secs));
                self.model.now += Duration::from_secs(*secs);
            }
            Op::NewHandles => self.new_handles(),
            Op::Watch { prefix } => {
                // Reads are counted from now on.
                self.model.written[tenant][T::INDEX] = true;
                self.watches.push(Box::new(Watched::new(store.clone(), tenant, PREFIXES[*prefix])));
            }
            Op::Receive { most } => self.receive(*most),
            Op::LeaveOrResume { which } => {
                let count = self.watches.len();
                if let Some(watch) = self.watches.get_mut(which % count.max(1)) {
                    watch.leave_or_resume();
                }
            }
            Op::Unwatch => self.watches.clear(),
        }
    }

    /// Lets all watchers receive some changes, and checks those that have received all.
    fn receive(&mut self, most: usize) {
        for watch in &mut self.watches {
            if watch.receive(most) {
                watch.check(&self.model, !self.background);
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
        if there && let Some(known) = self.model.rows.get_mut(&address) {
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
        let living = self.model.living(tenant, T::INDEX).filter(|(key, _)| key.starts_with(prefix));
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
        let alive = |world: &Self| (0..TYPES).map(|ty| world.model.living(tenant, ty).count()).sum::<usize>();
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
                    expected.extend(self.model.living(tenant, ty).map(|(key, known)| {
                        (format!("{own}{key}"), tag, key.to_owned(), known.version, known.n)
                    }));
                }
                expected.retain(|(full_key, ..)| full_key.starts_with(FULL_PREFIXES[*prefix]));
                // Equal full keys are ordered by the tags of their types.
                expected.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
                let found: Vec<_> = self.tenants[tenant].scan_full(FULL_PREFIXES[*prefix]).collect();
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

    /// Removes rows at once. Those past their deadline have expired.
    fn clear(&mut self, which: impl Fn(&Address) -> bool) {
        let cleared: Vec<_> = self.model.rows.keys().filter(|a| which(a)).cloned().collect();
        for address in cleared {
            let due = self.model.alive(&address).is_none();
            self.model.remove(&address, if due { Cause::Expired } else { Cause::Deleted });
        }
    }

    fn known<T: Modelled>(&self, entry: &kv_core::Entry<T>) -> Known {
        let since_start = |time: SystemTime| time.duration_since(self.start).unwrap();
        Known {
            n: entry.value.n(),
            version: entry.version,
            created: since_start(entry.created_at),
            updated: since_start(entry.updated_at),
            deadline: entry.expires_in.map(|left| self.model.now + left),
            bytes: self.bytes::<T>(&entry.key, entry.value.n()),
        }
    }

    /// Compares all visible state.
    fn check_everything(&mut self) {
        for tenant in 0..2 {
            self.scan(tenant, &self.plain[tenant], "", None, None, false);
            self.scan(tenant, &self.brief[tenant], "", None, None, false);
            self.scan(tenant, &self.recent[tenant], "", None, None, false);
            self.tenant_wide(tenant, &Op::ScanFull { prefix: 0 });
        }
        let alive = |tenant: usize| (0..TYPES).any(|ty| self.model.living(tenant, ty).next().is_some());
        let living: Vec<_> = (0..2).filter(|tenant| alive(*tenant)).map(|tenant| HOSTS[tenant]).collect();
        assert!(self.kv.tenants().iter().map(kv_core::TenantId::as_str).eq(living));
        self.check_stats();
        self.receive(usize::MAX);
    }

    fn check_stats(&self) {
        let (mut entries, mut bytes, mut writes) = (0, 0, 0);
        for tenant in 0..2 {
            let stats = self.tenants[tenant].stats();
            for (ty, of_type) in
                [self.plain[tenant].stats(), self.brief[tenant].stats(), self.recent[tenant].stats()]
                    .into_iter()
                    .enumerate()
            {
                let rows = self.model.rows.iter().filter(|(a, _)| (a.0, a.1) == (tenant, ty));
                let [hits, misses, written, expired, evicted] = self.model.counts[tenant][ty];
                assert_eq!(of_type.entries, self.model.living(tenant, ty).count());
                assert_eq!((of_type.hits, of_type.misses, of_type.writes), (hits, misses, written));
                if !self.background {
                    assert_eq!(of_type.bytes, rows.map(|(_, known)| known.bytes).sum::<usize>());
                    assert_eq!((of_type.expirations, of_type.evictions), (expired, evicted));
                }
                let listed = stats.types.iter().any(|listed| listed.tag == of_type.tag);
                assert_eq!(listed, written > 0 || of_type.watchers > 0);
                entries += of_type.entries;
                writes += of_type.writes;
                bytes += of_type.bytes;
            }
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

/// Rounds a number of bytes up as the store does, to seven significant bits.
fn rounded(bytes: usize) -> usize {
    let unit = 1 << bytes.max(1).ilog2().saturating_sub(6);
    bytes.next_multiple_of(unit)
}

/// Returns the overhead of an entry in bytes.
fn row_bytes<T: Modelled>() -> usize {
    let probe = KvStore::new().tenant("probe.example").unwrap().typed::<T>();
    let of = |key: &str| {
        probe.set(key, T::make(0)).unwrap();
        let bytes = probe.stats().bytes;
        probe.clear();
        bytes
    };
    // Of many lengths, some are not rounded.
    let exact = (1..64).map(|len| of(&"k".repeat(len)) - len - size_of::<T>()).min();
    exact.unwrap_or_default()
}

#[test]
fn store_behaves_like_the_model() {
    let cases = std::env::var("KV_MODEL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec((0..2usize, 0..TYPES, op()), 1..80);
    let sequences = (limits(), prop::bool::weighted(0.1), steps);
    let outcome = TestRunner::new(config).run(&sequences, |(limits, background, steps)| {
        // With background expiry the model cannot predict the room in a full tenant.
        let background = background && limits == UNLIMITED;
        let mut world = World::new(limits, background);
        for (tenant, ty, op) in &steps {
            match *ty {
                Plain::INDEX => world.apply(*tenant, &world.plain[*tenant].clone(), op),
                Brief::INDEX => world.apply(*tenant, &world.brief[*tenant].clone(), op),
                _ => world.apply(*tenant, &world.recent[*tenant].clone(), op),
            }
        }
        world.check_everything();
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
