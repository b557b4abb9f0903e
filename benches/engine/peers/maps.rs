//! Maps for one thread, with and without a lock, and shards of such maps.

use super::{Peer, sorted, visit};
use crate::cursor::{Cursor, Sample};
use parking_lot::RwLock;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::Arc;

type FoldHashMap = hashbrown::HashMap<Box<str>, Arc<Cursor>, foldhash::fast::RandomState>;

/// Declares peers: a map in a `RefCell` or a lock, with the names of its read and write methods.
macro_rules! maps {
    ($($name:ident: $shown:literal, $cell:ident<$map:ty>, $read:ident, $write:ident, $ordered:literal, $scan:path;)*) => {$(
        pub(crate) struct $name($cell<$map>);

        impl Peer for $name {
            const NAME: &'static str = $shown;
            const ORDERED: bool = $ordered;

            type Value = Cursor;

            fn new() -> Self {
                Self($cell::default())
            }

            fn get(&self, key: &str) -> Option<Arc<Cursor>> {
                self.0.$read().get(key).cloned()
            }

            fn set(&self, key: &str, value: Arc<Cursor>) {
                let mut map = self.0.$write();
                // An overwrite keeps the stored key, as in every peer that supports it.
                if let Some(at) = map.get_mut(key) {
                    let replaced = std::mem::replace(at, value);
                    drop(map);
                    drop(replaced);
                } else {
                    map.insert(key.into(), value);
                }
            }

            fn remove(&self, key: &str) {
                let removed = self.0.$write().remove(key);
                drop(removed);
            }

            fn update(&self, key: &str) {
                if let Some(at) = self.0.$write().get_mut(key) {
                    *at = Arc::new(at.moved());
                }
            }

            fn scan(&self, prefix: &str, limit: usize) -> usize {
                $scan(&*self.0.$read(), prefix, limit)
            }
        }
    )*};
}

fn scan_all<'a>(
    map: impl IntoIterator<Item = (&'a Box<str>, &'a Arc<Cursor>)>,
    prefix: &str,
    limit: usize,
) -> usize {
    let matching = map.into_iter().filter(|(key, _)| key.starts_with(prefix));
    sorted(matching.map(|(key, value)| (&**key, Arc::clone(value))), limit)
}

fn scan_range(map: &BTreeMap<Box<str>, Arc<Cursor>>, prefix: &str, limit: usize) -> usize {
    let from = map.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
    let matching = from.take_while(|(key, _)| key.starts_with(prefix));
    matching.take(limit).inspect(|(key, value)| visit(key, value)).count()
}

maps! {
    BareHashMap: "hashbrown, no lock", RefCell<FoldHashMap>, borrow, borrow_mut, false, scan_all;
    BareBTreeMap: "BTreeMap, no lock", RefCell<BTreeMap<Box<str>, Arc<Cursor>>>, borrow, borrow_mut, true, scan_range;
    LockedHashMap: "RwLock<HashMap>", RwLock<HashMap<Box<str>, Arc<Cursor>>>, read, write, false, scan_all;
    LockedBTreeMap: "RwLock<BTreeMap>", RwLock<BTreeMap<Box<str>, Arc<Cursor>>>, read, write, true, scan_range;
}

/// A sharded hash map, as many applications write it: 64 maps with a lock each.
pub(crate) struct Shards {
    hasher: foldhash::fast::RandomState,
    shards: Vec<RwLock<FoldHashMap>>,
}

impl Shards {
    fn shard(&self, key: &str) -> &RwLock<FoldHashMap> {
        &self.shards[(self.hasher.hash_one(key) >> 32) as usize % self.shards.len()]
    }
}

impl Peer for Shards {
    const NAME: &'static str = "64 shards";

    type Value = Cursor;

    fn new() -> Self {
        Self {
            hasher: foldhash::fast::RandomState::default(),
            shards: (0..64).map(|_| RwLock::default()).collect(),
        }
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.shard(key).read().get(key).cloned()
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
        self.shard(key).write().insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.shard(key).write().remove(key);
    }

    fn update(&self, key: &str) {
        if let Some(at) = self.shard(key).write().get_mut(key) {
            *at = Arc::new(at.moved());
        }
    }

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let guards: Vec<_> = self.shards.iter().map(|shard| shard.read()).collect();
        scan_all(guards.iter().flat_map(|map| map.iter()), prefix, limit)
    }
}
