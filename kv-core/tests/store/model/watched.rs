//! A watcher, whose state is compared with the model.

use super::{Address, Model, Modelled};
use kv_core::{Change, TypedStore, Version, Watch};
use std::collections::BTreeMap;

/// Why an entry was removed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Cause {
    Deleted,
    Expired,
    Evicted,
}

/// A watcher of any type.
pub(super) trait AnyWatched {
    /// Receives at most this many changes. Returns whether there were no more.
    fn receive(&mut self, most: usize) -> bool;
    /// Disconnects the watcher, or resumes it.
    fn leave_or_resume(&mut self);
    /// Compares the watcher, which has received all changes, with the model.
    fn check(&self, model: &Model, causes_are_known: bool);
}

pub(super) struct Watched<T: Modelled> {
    store: TypedStore<T>,
    tenant: usize,
    prefix: &'static str,
    /// `None` while the watcher is disconnected.
    watch: Option<Watch<T>>,
    left_at: Option<Version>,
    entries: BTreeMap<String, (Version, i32)>,
    /// The last change of each key.
    told: BTreeMap<String, (Version, Option<Cause>)>,
    is_ready: bool,
}

impl<T: Modelled> Watched<T> {
    pub(super) fn new(store: TypedStore<T>, tenant: usize, prefix: &'static str) -> Self {
        let watch = Some(store.watch(prefix));
        let (entries, told) = (BTreeMap::new(), BTreeMap::new());
        Self { store, tenant, prefix, watch, left_at: None, entries, told, is_ready: false }
    }

    fn apply(&mut self, change: Change<T>) {
        let cause = match &change {
            Change::Deleted { .. } => Some(Cause::Deleted),
            Change::Expired { .. } => Some(Cause::Expired),
            Change::Evicted { .. } => Some(Cause::Evicted),
            _ => None,
        };
        if let (Some(key), Some(version)) = (change.key(), change.version()) {
            assert!(key.starts_with(self.prefix));
            let before = self.told.insert(key.to_string(), (version, cause));
            assert!(before.is_none_or(|(before, _)| before < version), "{key} at {version} after {before:?}");
        }
        match change {
            Change::Reset => {
                self.entries.clear();
                self.told.clear();
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

impl<T: Modelled> AnyWatched for Watched<T> {
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

    fn leave_or_resume(&mut self) {
        if let Some(watch) = self.watch.take() {
            self.left_at = watch.version();
            self.is_ready = false;
        } else {
            self.watch = Some(match self.left_at {
                Some(version) => self.store.watch_after(self.prefix, version),
                None => self.store.watch(self.prefix),
            });
        }
    }

    fn check(&self, model: &Model, causes_are_known: bool) {
        assert!(self.is_ready);
        let address = |key: &str| -> Address { (self.tenant, T::INDEX, key.to_owned()) };
        for (key, known) in
            model.living(self.tenant, T::INDEX).filter(|(key, _)| key.starts_with(self.prefix))
        {
            assert_eq!(self.entries.get(key), Some(&(known.version, known.n)), "{key}");
        }
        for key in self.entries.keys() {
            // An expired entry that is not removed has had no change yet.
            assert!(model.rows.contains_key(&address(key)), "{key} is gone");
        }
        for (key, (_, cause)) in self.told.iter().filter(|_| causes_are_known) {
            if !model.rows.contains_key(&address(key)) {
                assert_eq!(*cause, model.gone.get(&address(key)).copied(), "{key}");
            }
        }
    }
}
