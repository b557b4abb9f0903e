//! The stores that are compared, each behind the same few verbs. Values are shared: `Arc<Cursor>`.

use kv_core::{KvStore, KvType, Limits, ScanOptions, TypedStore};
use parking_lot::RwLock;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::hint::black_box;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

/// What is stored: a live cursor.
#[derive(Clone, Debug, KvType)]
pub(crate) struct Cursor {
    pub(crate) x: i32,
    pub(crate) y: i32,
    #[kv(len(min = 1, max = 64))]
    pub(crate) item_id: String,
    #[kv(len(min = 1, max = 64))]
    pub(crate) user_id: String,
}

pub(crate) type Value = Arc<Cursor>;

impl Cursor {
    pub(crate) fn any() -> Value {
        Arc::new(Self { x: 3, y: 4, item_id: "item-1".to_owned(), user_id: "user-7".to_owned() })
    }

    fn moved(&self) -> Self {
        Self { x: self.x + 1, ..self.clone() }
    }
}

/// A store under measurement.
pub(crate) trait Peer: Send + Sync + 'static {
    const NAME: &'static str;
    /// Whether it keeps keys in order, so that a scan does not go through all.
    const ORDERED: bool = false;

    fn new() -> Self;
    fn get(&self, key: &str) -> Option<Value>;
    fn set(&self, key: &str, value: Value);
    fn remove(&self, key: &str);
    /// Adds one to `x`, atomically.
    fn update(&self, key: &str);
    /// Looks at the first entries in key order whose key starts with a prefix, and returns how many there were.
    fn scan(&self, prefix: &str, most: usize) -> usize;
}

/// Looks at an entry as a caller would who keeps the value.
fn look<K: AsRef<str>>(key: &K, value: &Value) {
    black_box((key.as_ref().len(), Arc::clone(value)));
}

/// What a store without order does for a scan: everything that matches, sorted.
fn sorted<'a>(matching: impl Iterator<Item = (&'a str, Value)>, most: usize) -> usize {
    let mut all: Vec<_> = matching.collect();
    all.sort_unstable_by_key(|(key, _)| *key);
    all.iter().take(most).inspect(|(key, value)| look(key, value)).count()
}

/// This store.
pub(crate) struct Ours {
    _kv: KvStore,
    cursors: TypedStore<Cursor>,
}

impl Peer for Ours {
    const NAME: &'static str = "kv-core";
    const ORDERED: bool = true;

    fn new() -> Self {
        let kv = KvStore::builder().limits(Limits::unlimited()).build();
        let cursors = kv.tenant("acme.example").expect("a host").typed();
        Self { _kv: kv, cursors }
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.cursors.get(key)
    }

    fn set(&self, key: &str, value: Value) {
        self.cursors.set(key, value).expect("it is within the rules");
    }

    fn remove(&self, key: &str) {
        black_box(self.cursors.delete(key));
    }

    fn update(&self, key: &str) {
        black_box(self.cursors.modify(key, Cursor::moved).expect("it is within the rules"));
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let scan = self.cursors.scan_with(prefix, ScanOptions::new().limit(most));
        scan.inspect(|found| {
            black_box(found);
        })
        .count()
    }
}

/// Maps that need one lock around them, or none where one thread uses them.
macro_rules! locked {
    ($($name:ident: $shown:literal, $ordered:literal, $map:ty, |$it:ident, $prefix:ident, $most:ident| $scan:expr;)*) => {$(
        pub(crate) struct $name(RwLock<$map>);

        impl Peer for $name {
            const NAME: &'static str = $shown;
            const ORDERED: bool = $ordered;

            fn new() -> Self {
                Self(RwLock::default())
            }

            fn get(&self, key: &str) -> Option<Value> {
                self.0.read().get(key).cloned()
            }

            fn set(&self, key: &str, value: Value) {
                let mut map = self.0.write();
                // An overwrite keeps its key, as in every peer that can.
                if let Some(at) = map.get_mut(key) {
                    let replaced = std::mem::replace(at, value);
                    drop(map);
                    drop(replaced);
                } else {
                    map.insert(key.into(), value);
                }
            }

            fn remove(&self, key: &str) {
                let removed = self.0.write().remove(key);
                drop(removed);
            }

            fn update(&self, key: &str) {
                if let Some(at) = self.0.write().get_mut(key) {
                    *at = Arc::new(at.moved());
                }
            }

            fn scan(&self, $prefix: &str, $most: usize) -> usize {
                let $it = self.0.read();
                $scan
            }
        }
    )*};
}

fn within<'a>(
    map: &'a BTreeMap<Box<str>, Value>,
    prefix: &'a str,
) -> impl Iterator<Item = (&'a Box<str>, &'a Value)> {
    map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded))
        .take_while(move |(key, _)| key.starts_with(prefix))
}

locked! {
    LockedHashMap: "RwLock<HashMap>", false, HashMap<Box<str>, Value>, |map, prefix, most| {
        let matching = map.iter().filter(|(key, _)| key.starts_with(prefix));
        sorted(matching.map(|(key, value)| (&**key, Arc::clone(value))), most)
    };
    LockedBTreeMap: "RwLock<BTreeMap>", true, BTreeMap<Box<str>, Value>, |map, prefix, most| {
        within(&map, prefix).take(most).inspect(|(key, value)| look(key, value)).count()
    };
}

/// What many write by hand: shards of a hash map, each behind a lock.
pub(crate) struct Shards {
    hasher: foldhash::fast::RandomState,
    shards: Vec<RwLock<hashbrown::HashMap<Box<str>, Value, foldhash::fast::RandomState>>>,
}

impl Shards {
    fn of(&self, key: &str) -> &RwLock<hashbrown::HashMap<Box<str>, Value, foldhash::fast::RandomState>> {
        &self.shards[(self.hasher.hash_one(key) >> 32) as usize % self.shards.len()]
    }
}

impl Peer for Shards {
    const NAME: &'static str = "64 shards";

    fn new() -> Self {
        Self {
            hasher: foldhash::fast::RandomState::default(),
            shards: (0..64).map(|_| RwLock::default()).collect(),
        }
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.of(key).read().get(key).cloned()
    }

    fn set(&self, key: &str, value: Value) {
        self.of(key).write().insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.of(key).write().remove(key);
    }

    fn update(&self, key: &str) {
        if let Some(at) = self.of(key).write().get_mut(key) {
            *at = Arc::new(at.moved());
        }
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let guards: Vec<_> = self.shards.iter().map(|shard| shard.read()).collect();
        let matching = guards.iter().flat_map(|map| map.iter()).filter(|(key, _)| key.starts_with(prefix));
        sorted(matching.map(|(key, value)| (&**key, Arc::clone(value))), most)
    }
}

pub(crate) struct DashMap(dashmap::DashMap<Box<str>, Value>);

impl Peer for DashMap {
    const NAME: &'static str = "dashmap";

    fn new() -> Self {
        Self(dashmap::DashMap::new())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.get(key).map(|value| Arc::clone(&value))
    }

    fn set(&self, key: &str, value: Value) {
        self.0.insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.remove(key);
    }

    fn update(&self, key: &str) {
        if let Some(mut at) = self.0.get_mut(key) {
            *at = Arc::new(at.moved());
        }
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let all = self.0.iter().filter(|entry| entry.key().starts_with(prefix));
        let all: Vec<_> = all.map(|entry| (entry.key().clone(), Arc::clone(entry.value()))).collect();
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), most)
    }
}

pub(crate) struct Papaya(papaya::HashMap<Box<str>, Value>);

impl Peer for Papaya {
    const NAME: &'static str = "papaya";

    fn new() -> Self {
        Self(papaya::HashMap::new())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.pin().get(key).cloned()
    }

    fn set(&self, key: &str, value: Value) {
        self.0.pin().insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.pin().remove(key);
    }

    fn update(&self, key: &str) {
        self.0.pin().update(key.into(), |value| Arc::new(value.moved()));
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let map = self.0.pin();
        let matching = map.iter().filter(|(key, _)| key.starts_with(prefix));
        sorted(matching.map(|(key, value)| (&**key, Arc::clone(value))), most)
    }
}

pub(crate) struct SccHashMap(scc::HashMap<Box<str>, Value>);

impl Peer for SccHashMap {
    const NAME: &'static str = "scc::HashMap";

    fn new() -> Self {
        Self(scc::HashMap::new())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.read_sync(key, |_, value| Arc::clone(value))
    }

    fn set(&self, key: &str, value: Value) {
        self.0.upsert_sync(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.remove_sync(key);
    }

    fn update(&self, key: &str) {
        self.0.update_sync(key, |_, value| *value = Arc::new(value.moved()));
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let mut all = Vec::new();
        self.0.iter_sync(|key, value| {
            if key.starts_with(prefix) {
                all.push((key.clone(), Arc::clone(value)));
            }
            true
        });
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), most)
    }
}

pub(crate) struct SccTreeIndex(scc::TreeIndex<Box<str>, Value>);

impl Peer for SccTreeIndex {
    const NAME: &'static str = "scc::TreeIndex";
    const ORDERED: bool = true;

    fn new() -> Self {
        Self(scc::TreeIndex::new())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.peek_with(key, |_, value| Arc::clone(value))
    }

    fn set(&self, key: &str, value: Value) {
        // It has no overwrite.
        let mut entry = Some((Box::<str>::from(key), value));
        while let Some((key, value)) = entry.take() {
            self.0.remove_sync(&*key);
            entry = self.0.insert_sync(key, value).err();
        }
    }

    fn remove(&self, key: &str) {
        self.0.remove_sync(key);
    }

    fn update(&self, key: &str) {
        if let Some(value) = self.get(key) {
            self.set(key, Arc::new(value.moved()));
        }
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let guard = scc::Guard::new();
        let from = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded), &guard);
        let matching = from.take_while(|(key, _)| key.starts_with(prefix));
        matching.take(most).inspect(|(key, value)| look(key, value)).count()
    }
}

pub(crate) struct SkipMap(crossbeam_skiplist::SkipMap<Box<str>, Value>);

impl Peer for SkipMap {
    const NAME: &'static str = "crossbeam SkipMap";
    const ORDERED: bool = true;

    fn new() -> Self {
        Self(crossbeam_skiplist::SkipMap::new())
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.get(key).map(|entry| Arc::clone(entry.value()))
    }

    fn set(&self, key: &str, value: Value) {
        self.0.insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.remove(key);
    }

    fn update(&self, key: &str) {
        if let Some(value) = self.get(key) {
            self.set(key, Arc::new(value.moved()));
        }
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let from = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let matching = from.take_while(|entry| entry.key().starts_with(prefix));
        matching.take(most).inspect(|entry| look(entry.key(), entry.value())).count()
    }
}

pub(crate) struct QuickCache(quick_cache::sync::Cache<Box<str>, Value>);

impl Peer for QuickCache {
    const NAME: &'static str = "quick_cache (no TTL)";

    fn new() -> Self {
        Self(quick_cache::sync::Cache::new(4_000_000))
    }

    fn get(&self, key: &str) -> Option<Value> {
        self.0.get(key)
    }

    fn set(&self, key: &str, value: Value) {
        self.0.insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.remove(key);
    }

    fn update(&self, key: &str) {
        if let Some(value) = self.get(key) {
            self.set(key, Arc::new(value.moved()));
        }
    }

    fn scan(&self, prefix: &str, most: usize) -> usize {
        let all: Vec<_> = self.0.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), most)
    }
}

/// moka and its smaller sister, which looks up by owned keys alone, both with a time to live, as a cache of sessions or cursors would have it.
macro_rules! mokas {
    ($($name:ident: $shown:literal, $cache:ty, |$key:ident| $asked:expr, |$it:ident, $prefix:ident, $most:ident| $scan:expr;)*) => {$(
        pub(crate) struct $name($cache);

        impl Peer for $name {
            const NAME: &'static str = $shown;

            fn new() -> Self {
                Self(<$cache>::builder().time_to_live(Duration::from_hours(1)).build())
            }

            fn get(&self, $key: &str) -> Option<Value> {
                self.0.get($asked)
            }

            fn set(&self, key: &str, value: Value) {
                self.0.insert(key.into(), value);
            }

            fn remove(&self, $key: &str) {
                self.0.invalidate($asked);
            }

            fn update(&self, key: &str) {
                if let Some(value) = self.get(key) {
                    self.set(key, Arc::new(value.moved()));
                }
            }

            fn scan(&self, $prefix: &str, $most: usize) -> usize {
                let $it = &self.0;
                $scan
            }
        }
    )*};
}

mokas! {
    Moka: "moka (TTL)", moka::sync::Cache<String, Value>, |key| key, |cache, prefix, most| {
        let all: Vec<_> = cache.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        sorted(all.iter().map(|(key, value)| (key.as_str(), Arc::clone(value))), most)
    };
    MiniMoka: "mini-moka (TTL)", mini_moka::sync::Cache<String, Value>, |key| &key.to_owned(), |cache, prefix, most| {
        let all: Vec<_> = cache.iter().filter(|entry| entry.key().starts_with(prefix)).collect();
        sorted(all.iter().map(|entry| (entry.key().as_str(), Arc::clone(entry.value()))), most)
    };
}
