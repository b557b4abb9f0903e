//! Caches, with capacities at which none of them evicts.

use super::{Peer, sorted};
use crate::cursor::{Cursor, Sample};
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct QuickCache(quick_cache::sync::Cache<Box<str>, Arc<Cursor>>);

impl Peer for QuickCache {
    const NAME: &'static str = "quick_cache (no TTL)";

    type Value = Cursor;

    fn new() -> Self {
        Self(quick_cache::sync::Cache::new(4_000_000))
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        self.0.get(key)
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
        let all: Vec<_> = self.0.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        sorted(all.iter().map(|(key, value)| (&**key, Arc::clone(value))), limit)
    }
}

/// moka and mini-moka, with a TTL, as for a cache of sessions or cursors. mini-moka looks up only
/// by owned keys.
macro_rules! mokas {
    ($($name:ident: $shown:literal, $cache:ty, |$key:ident| $lookup:expr, |$it:ident, $prefix:ident, $limit:ident| $scan:expr;)*) => {$(
        pub(crate) struct $name($cache);

        impl Peer for $name {
            const NAME: &'static str = $shown;

            type Value = Cursor;

            fn new() -> Self {
                Self(<$cache>::builder().time_to_live(Duration::from_hours(1)).build())
            }

            fn get(&self, $key: &str) -> Option<Arc<Cursor>> {
                self.0.get($lookup)
            }

            fn set(&self, key: &str, value: Arc<Cursor>) {
                self.0.insert(key.into(), value);
            }

            fn remove(&self, $key: &str) {
                self.0.invalidate($lookup);
            }

            fn update(&self, key: &str) {
                if let Some(value) = self.get(key) {
                    self.set(key, Arc::new(value.moved()));
                }
            }

            fn scan(&self, $prefix: &str, $limit: usize) -> usize {
                let $it = &self.0;
                $scan
            }
        }
    )*};
}

mokas! {
    Moka: "moka (TTL)", moka::sync::Cache<String, Arc<Cursor>>, |key| key, |cache, prefix, limit| {
        let all: Vec<_> = cache.iter().filter(|(key, _)| key.starts_with(prefix)).collect();
        sorted(all.iter().map(|(key, value)| (key.as_str(), Arc::clone(value))), limit)
    };
    MiniMoka: "mini-moka (TTL)", mini_moka::sync::Cache<String, Arc<Cursor>>, |key| &key.to_owned(), |cache, prefix, limit| {
        let all: Vec<_> = cache.iter().filter(|entry| entry.key().starts_with(prefix)).collect();
        sorted(all.iter().map(|entry| (entry.key().as_str(), Arc::clone(entry.value()))), limit)
    };
}
