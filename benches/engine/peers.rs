//! The stores that are compared, each behind the same few verbs. Values are shared: `Arc<Cursor>`.

mod caches;
mod concurrent;
mod maps;
mod ours;

use crate::cursor::Sample;
use benches::counting;
use std::hint::black_box;
use std::sync::Arc;

pub(crate) use caches::{MiniMoka, Moka, QuickCache};
pub(crate) use concurrent::{DashMap, Papaya, SccHashMap, SccTreeIndex, SkipMap};
pub(crate) use maps::{BareBTreeMap, BareHashMap, LockedBTreeMap, LockedHashMap, Shards};
pub(crate) use ours::Ours;

/// A store under measurement. Whether it is one for several threads its type says: a workload with several asks for
/// `Sync`, and the maps without a lock are in a `RefCell`, which has none. Its check takes about a nanosecond.
pub(crate) trait Peer: 'static {
    const NAME: &'static str;
    /// Whether it keeps keys in order, so that a scan does not go through all.
    const ORDERED: bool = false;
    /// One in so many operations is made, where each takes long.
    const SHARE: usize = 1;

    type Value: Sample;

    fn new() -> Self;
    fn get(&self, key: &str) -> Option<Arc<Self::Value>>;
    fn set(&self, key: &str, value: Arc<Self::Value>);
    fn remove(&self, key: &str);
    /// Adds one to `x`, in one step where the store knows one.
    fn update(&self, key: &str);
    /// Looks at the first entries in key order whose key starts with a prefix, and returns how many there were.
    fn scan(&self, prefix: &str, most: usize) -> usize;

    /// Another collection beside this one.
    fn another(&self) -> Self
    where
        Self: Sized,
    {
        Self::new()
    }

    /// Sets keys to values, the n-th to the n-th, unmeasured.
    fn fill(&self, keys: &[String], value: &dyn Fn(usize) -> Arc<Self::Value>) {
        for (n, key) in keys.iter().enumerate() {
            self.set(key, value(n));
        }
    }

    /// How many bytes it has requested; only the difference of two such figures means anything.
    fn held(&self) -> isize {
        counting::live()
    }
}

/// Looks at an entry as a caller would who keeps the value.
fn look<K: AsRef<str>, V>(key: &K, value: &Arc<V>) {
    black_box((key.as_ref().len(), Arc::clone(value)));
}

/// What a store without order does for a scan: everything that matches, sorted.
fn sorted<'a, V>(matching: impl Iterator<Item = (&'a str, Arc<V>)>, most: usize) -> usize {
    let mut all: Vec<_> = matching.collect();
    all.sort_unstable_by_key(|(key, _)| *key);
    all.iter().take(most).inspect(|(key, value)| look(key, value)).count()
}
