//! The stores that are compared, behind one trait. Values are shared: `Arc<Cursor>`.

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

/// A store under measurement.
///
/// Workloads with several threads require `Sync`. The maps without a lock are in a `RefCell`, which
/// is not `Sync`; its check takes about a nanosecond.
pub(crate) trait Peer: 'static {
    const NAME: &'static str;
    /// Whether the store keeps keys in order, so that a scan does not visit all entries.
    const ORDERED: bool = false;
    /// Factor by which the number of operations is reduced, for slow stores.
    const REDUCTION: usize = 1;

    type Value: Sample;

    fn new() -> Self;
    fn get(&self, key: &str) -> Option<Arc<Self::Value>>;
    fn set(&self, key: &str, value: Arc<Self::Value>);
    fn remove(&self, key: &str);
    /// Adds one to `x`, atomically if the store supports it.
    fn update(&self, key: &str);
    /// Visits the first `limit` entries in key order under a prefix, and returns their number.
    fn scan(&self, prefix: &str, limit: usize) -> usize;

    /// Creates another collection in the same store, or another store if the peer has no
    /// collections.
    fn new_collection(&self) -> Self
    where
        Self: Sized,
    {
        Self::new()
    }

    /// Sets the n-th key to the n-th value, without being measured.
    fn fill(&self, keys: &[String], value: &dyn Fn(usize) -> Arc<Self::Value>) {
        for (n, key) in keys.iter().enumerate() {
            self.set(key, value(n));
        }
    }

    /// Returns the bytes that the store has requested from the allocator. Only differences are
    /// meaningful.
    fn requested(&self) -> isize {
        counting::live()
    }
}

/// Visits an entry as a caller that keeps the value.
fn visit<K: AsRef<str>, V>(key: &K, value: &Arc<V>) {
    black_box((key.as_ref().len(), Arc::clone(value)));
}

/// Scans a store without order: sorts all matching entries and visits the first `limit`.
fn sorted<'a, V>(matching: impl Iterator<Item = (&'a str, Arc<V>)>, limit: usize) -> usize {
    let mut all: Vec<_> = matching.collect();
    all.sort_unstable_by_key(|(key, _)| *key);
    all.iter().take(limit).inspect(|(key, value)| visit(key, value)).count()
}
