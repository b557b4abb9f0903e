//! Concurrent maps, with their default hashers.

use super::{Peer, sorted, visit};
use crate::cursor::{Cursor, Sample};
use std::ops::Bound;
use std::sync::Arc;

pub(crate) struct DashMap(dashmap::DashMap<Box<str>, Arc<Cursor>>);

impl Peer for DashMap {
    const NAME: &'static str = "dashmap";

    type Value = Cursor;

    fn new() -> Self {
        Self(dashmap::DashMap::new())
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.get(key).map(|value| Arc::clone(&value))
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
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

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let all = self.0.iter().filter(|entry| entry.key().starts_with(prefix));
        let all: Vec<_> = all.map(|entry| (entry.key().clone(), Arc::clone(entry.value()))).collect();
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), limit)
    }
}

pub(crate) struct Papaya(papaya::HashMap<Box<str>, Arc<Cursor>>);

impl Peer for Papaya {
    const NAME: &'static str = "papaya";

    type Value = Cursor;

    fn new() -> Self {
        Self(papaya::HashMap::new())
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.pin().get(key).cloned()
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
        self.0.pin().insert(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.pin().remove(key);
    }

    fn update(&self, key: &str) {
        self.0.pin().update(key.into(), |value| Arc::new(value.moved()));
    }

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let map = self.0.pin();
        let matching = map.iter().filter(|(key, _)| key.starts_with(prefix));
        sorted(matching.map(|(key, value)| (&**key, Arc::clone(value))), limit)
    }
}

pub(crate) struct SccHashMap(scc::HashMap<Box<str>, Arc<Cursor>>);

impl Peer for SccHashMap {
    const NAME: &'static str = "scc::HashMap";

    type Value = Cursor;

    fn new() -> Self {
        Self(scc::HashMap::new())
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.read_sync(key, |_, value| Arc::clone(value))
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
        self.0.upsert_sync(key.into(), value);
    }

    fn remove(&self, key: &str) {
        self.0.remove_sync(key);
    }

    fn update(&self, key: &str) {
        self.0.update_sync(key, |_, value| *value = Arc::new(value.moved()));
    }

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let mut all = Vec::new();
        self.0.iter_sync(|key, value| {
            if key.starts_with(prefix) {
                all.push((key.clone(), Arc::clone(value)));
            }
            true
        });
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), limit)
    }
}

pub(crate) struct SccTreeIndex(scc::TreeIndex<Box<str>, Arc<Cursor>>);

impl Peer for SccTreeIndex {
    const NAME: &'static str = "scc::TreeIndex";
    const ORDERED: bool = true;

    type Value = Cursor;

    fn new() -> Self {
        Self(scc::TreeIndex::new())
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.peek_with(key, |_, value| Arc::clone(value))
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
        // `TreeIndex` cannot overwrite.
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

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let guard = scc::Guard::new();
        let from = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded), &guard);
        let matching = from.take_while(|(key, _)| key.starts_with(prefix));
        matching.take(limit).inspect(|(key, value)| visit(key, value)).count()
    }
}

pub(crate) struct SkipMap(crossbeam_skiplist::SkipMap<Box<str>, Arc<Cursor>>);

impl Peer for SkipMap {
    const NAME: &'static str = "crossbeam SkipMap";
    const ORDERED: bool = true;

    type Value = Cursor;

    fn new() -> Self {
        Self(crossbeam_skiplist::SkipMap::new())
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.get(key).map(|entry| Arc::clone(entry.value()))
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
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

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let from = self.0.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let matching = from.take_while(|entry| entry.key().starts_with(prefix));
        matching.take(limit).inspect(|entry| visit(entry.key(), entry.value())).count()
    }
}
