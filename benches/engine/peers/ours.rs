//! kv-core, with and without a TTL.

use super::Peer;
use crate::cursor::Sample;
use kv_core::{KvStore, KvType, Limits, ScanOptions, TypedStore};
use std::hint::black_box;
use std::sync::Arc;

pub(crate) struct Ours<T> {
    kv: KvStore,
    cursors: TypedStore<T>,
}

impl<T: Sample + KvType> Peer for Ours<T> {
    const NAME: &'static str = if T::DEFAULT_TTL.is_some() { "kv-core (TTL)" } else { "kv-core" };
    const ORDERED: bool = true;

    type Value = T;

    fn new() -> Self {
        let kv = KvStore::builder().limits(Limits::unlimited()).build();
        let cursors = kv.tenant("acme.example").expect("a host").typed();
        Self { kv, cursors }
    }

    fn get(&self, key: &str) -> Option<Arc<T>> {
        self.cursors.get(key)
    }

    fn set(&self, key: &str, value: Arc<T>) {
        self.cursors.set(key, value).expect("it is within the rules");
    }

    fn remove(&self, key: &str) {
        black_box(self.cursors.delete(key));
    }

    fn update(&self, key: &str) {
        black_box(self.cursors.modify(key, T::moved).expect("it is within the rules"));
    }

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let scan = self.cursors.scan_with(prefix, ScanOptions::new().limit(limit));
        scan.inspect(|found| {
            black_box(found);
        })
        .count()
    }

    /// Creates the collection of another tenant in the same store.
    fn new_collection(&self) -> Self {
        let host = format!("t{}.example", self.kv.tenants().len());
        Self { kv: self.kv.clone(), cursors: self.kv.tenant(host).expect("a host").typed() }
    }
}
