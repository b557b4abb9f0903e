//! Somebody who watches, and what is known there.

use super::shelf::{Kind, Row};
use kv_core::{Change, KvType, TypedStore, Version, Watch};
use std::collections::BTreeMap;

pub(crate) struct Watched<T: KvType> {
    prefix: String,
    /// `None` while it is away.
    watch: Option<Watch<T>>,
    left_at: Option<Version>,
    /// What is there, as far as it was told.
    view: BTreeMap<String, (Version, u8)>,
    /// The last version that was told of each key.
    told: BTreeMap<String, Version>,
    is_ready: bool,
}

impl<T: Kind> Watched<T> {
    pub(crate) fn new(store: &TypedStore<T>, prefix: String) -> Self {
        let watch = Some(store.watch(&prefix));
        Self { prefix, watch, left_at: None, view: BTreeMap::new(), told: BTreeMap::new(), is_ready: false }
    }

    pub(crate) fn is_here(&self) -> bool {
        self.watch.is_some()
    }

    /// Receives up to so many changes, and says whether there were no more.
    pub(crate) fn receive(&mut self, most: usize) -> bool {
        for _ in 0..most {
            let Some(watch) = &self.watch else { return false };
            match watch.try_recv() {
                Some(change) => self.apply(change),
                None => {
                    assert!(self.is_ready, "all was received, and it is not ready");
                    return true;
                }
            }
        }
        false
    }

    fn apply(&mut self, change: Change<T>) {
        if let (Some(key), Some(version)) = (change.key(), change.version()) {
            assert!(key.starts_with(&self.prefix), "{key} is not under {}", self.prefix);
            let before = self.told.insert(key.to_string(), version);
            assert!(before.is_none_or(|before| before < version), "{key} at {version} after {before:?}");
        }
        match change {
            Change::Reset => {
                self.view.clear();
                self.told.clear();
                self.is_ready = false;
            }
            Change::Ready => self.is_ready = true,
            Change::Set(entry) => {
                self.view.insert(entry.key.to_string(), (entry.version, entry.value.n()));
            }
            removed => {
                let key = removed.key().expect("a removal is of a key");
                self.view.remove(&**key);
            }
        }
    }

    pub(crate) fn leave_or_resume(&mut self, store: &TypedStore<T>) {
        if let Some(watch) = self.watch.take() {
            self.left_at = watch.version();
            self.is_ready = false;
        } else {
            self.come_back(store);
        }
    }

    pub(crate) fn come_back(&mut self, store: &TypedStore<T>) {
        self.watch.get_or_insert_with(|| match self.left_at {
            Some(version) => store.watch_after(&self.prefix, version),
            None => store.watch(&self.prefix),
        });
    }

    /// Once all was received and nothing is due.
    pub(crate) fn check(&self, rows: &BTreeMap<String, Row>) {
        let under = rows.iter().filter(|(key, _)| key.starts_with(&self.prefix));
        let view = self.view.iter().map(|(key, (version, n))| (key, *version, *n));
        assert!(
            under.map(|(key, row)| (key, row.version, row.n)).eq(view),
            "under {:?} there is {rows:?}, and it was told of {:?}",
            self.prefix,
            self.view,
        );
    }
}
