//! A watcher, whose state is compared with the model.

use crate::model::{Address, Cause, Model};
use crate::types::Modelled;
use kv_core::{Change, TenantStore, Version, Watch};
use std::collections::BTreeMap;

/// A watcher of any type.
pub(crate) trait AnyWatcher {
    /// Receives at most this many changes. Returns whether there were no more.
    fn receive(&mut self, most: usize) -> bool;
    /// Returns whether the watcher is connected.
    fn is_connected(&self) -> bool;
    /// Disconnects the watcher.
    fn leave(&mut self);
    /// Resumes the watcher if it is disconnected.
    fn resume(&mut self, tenants: &[TenantStore]);
    /// Index of the watcher's type.
    fn address(&self) -> (usize, usize);
    /// Compares the watcher, which has received all changes, with the model.
    fn check(&self, model: &Model, causes_are_known: bool);
}

pub(crate) struct Watcher<T: Modelled> {
    tenant: usize,
    prefix: String,
    /// `None` while the watcher is disconnected.
    watch: Option<Watch<T>>,
    left_at: Option<Version>,
    entries: BTreeMap<String, (Version, i32)>,
    /// The last change of each key.
    changed: BTreeMap<String, (Version, Option<Cause>)>,
    is_ready: bool,
}

impl<T: Modelled> Watcher<T> {
    pub(crate) fn new(tenants: &[TenantStore], tenant: usize, prefix: &str) -> Self {
        let watch = Some(tenants[tenant].watch(prefix));
        let (entries, changed) = (BTreeMap::new(), BTreeMap::new());
        Self { tenant, prefix: prefix.to_owned(), watch, left_at: None, entries, changed, is_ready: false }
    }

    fn apply(&mut self, change: Change<T>) {
        let cause = match &change {
            Change::Deleted { .. } => Some(Cause::Deleted),
            Change::Expired { .. } => Some(Cause::Expired),
            Change::Evicted { .. } => Some(Cause::Evicted),
            _ => None,
        };
        if let (Some(key), Some(version)) = (change.key(), change.version()) {
            assert!(key.starts_with(&self.prefix));
            let before = self.changed.insert(key.to_string(), (version, cause));
            assert!(before.is_none_or(|(before, _)| before < version), "{key} at {version} after {before:?}");
        }
        match change {
            Change::Reset => {
                self.entries.clear();
                self.changed.clear();
                self.is_ready = false;
            }
            Change::Set(entry) => {
                self.entries.insert(entry.key.to_string(), (entry.version, entry.value.n()));
            }
            Change::Ready => self.is_ready = true,
            other => drop(self.entries.remove(&**other.key().unwrap())),
        }
    }
}

impl<T: Modelled> AnyWatcher for Watcher<T> {
    fn receive(&mut self, most: usize) -> bool {
        for _ in 0..most {
            let Some(watch) = &self.watch else { return false };
            match watch.try_recv() {
                Some(change) => self.apply(change),
                None => return true,
            }
        }
        false
    }

    fn is_connected(&self) -> bool {
        self.watch.is_some()
    }

    fn address(&self) -> (usize, usize) {
        (self.tenant, T::INDEX)
    }

    fn leave(&mut self) {
        if let Some(watch) = self.watch.take() {
            self.left_at = watch.version();
            self.is_ready = false;
        }
    }

    fn resume(&mut self, tenants: &[TenantStore]) {
        if self.watch.is_none() {
            self.watch = Some(match self.left_at {
                Some(version) => tenants[self.tenant].typed().watch_after(&self.prefix, version),
                None => tenants[self.tenant].watch(&self.prefix),
            });
        }
    }

    fn check(&self, model: &Model, causes_are_known: bool) {
        assert!(self.is_ready);
        let address = |key: &str| -> Address { (self.tenant, T::INDEX, key.to_owned()) };
        for (key, known) in model.live(self.tenant, T::INDEX).filter(|(key, _)| key.starts_with(&self.prefix))
        {
            assert_eq!(self.entries.get(key), Some(&(known.version, known.n)), "{key}");
        }
        for key in self.entries.keys() {
            // An expired entry that is not removed has had no change yet.
            assert!(model.entries.contains_key(&address(key)), "{key} is gone");
        }
        for (key, (_, cause)) in self.changed.iter().filter(|_| causes_are_known) {
            if !model.entries.contains_key(&address(key)) {
                assert_eq!(*cause, model.gone.get(&address(key)).copied(), "{key}");
            }
        }
    }
}
