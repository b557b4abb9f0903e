//! Watches of the small store.

use crate::history::{KEYS, Key};
use crate::pause::pause;
use crate::small::{Fault, SmallStore};
use crate::store::{Change, Watcher};
use std::collections::VecDeque;

pub(crate) struct SmallWatch<'s> {
    store: &'s SmallStore,
    /// Changes that were read and not yet returned.
    next: VecDeque<Change>,
    /// All changes up to this version have been read.
    read_up_to: u64,
    /// All changes up to this version have been returned.
    version: Option<u64>,
}

impl<'s> SmallWatch<'s> {
    pub(crate) fn new(store: &'s SmallStore, after: Option<u64>) -> Self {
        let mut watch = Self { store, next: VecDeque::new(), read_up_to: 0, version: None };
        match after {
            None => watch.read_snapshot(),
            Some(after) => {
                watch.read_up_to = after;
                watch.read_log();
                match store.fault {
                    Some(Fault::ResumeSkips) => watch.next.clear(),
                    Some(Fault::ResumeForgetsRemovals) => {
                        watch.next.retain(|change| !matches!(change, Change::Removed { .. }));
                    }
                    _ => {}
                }
                watch.next.push_back(Change::Ready);
            }
        }
        watch
    }

    fn read_snapshot(&mut self) {
        let mut state = self.store.lock();
        self.next.push_back(Change::Reset);
        if self.store.fault == Some(Fault::ReadyTooEarly) {
            self.next.push_back(Change::Ready);
        }
        for key in KEYS {
            let entry = state.entries.get(key);
            self.next.extend(entry.map(|entry| Change::Set {
                key,
                value: entry.value,
                version: entry.version,
            }));
            if self.store.fault == Some(Fault::TornSnapshot) {
                drop(state);
                pause();
                pause();
                state = self.store.lock();
            }
        }
        self.read_up_to = state.version;
        if self.store.fault != Some(Fault::ReadyTooEarly) {
            self.next.push_back(Change::Ready);
        }
    }

    /// Reads the newest change of each key.
    fn read_log(&mut self) {
        let state = self.store.lock();
        let new: Vec<Change> =
            state.log.iter().filter(|change| version_of(change) > self.read_up_to).copied().collect();
        // With reused versions, `state.version` may be lower, and the same changes would be read
        // forever.
        let last_read = new.iter().map(version_of).max().unwrap_or(self.read_up_to);
        self.read_up_to = state.version.max(last_read);
        drop(state);
        let last_of = |key| new.iter().rposition(|change| key_of(change) == key);
        let newest = (0..new.len()).filter(|n| last_of(key_of(&new[*n])) == Some(*n)).map(|n| new[n]);
        match self.store.fault {
            Some(Fault::OutOfOrder) => self.next.extend(newest.rev()),
            Some(Fault::LosesSet) => {
                self.next.extend(
                    newest.filter(|change| !matches!(change, Change::Set { .. }) || fastrand::bool()),
                );
            }
            Some(Fault::HidesRemoval) => {
                self.next.extend(
                    newest.filter(|change| !matches!(change, Change::Removed { .. }) || fastrand::bool()),
                );
            }
            Some(Fault::SetAfterRemoval) => {
                for change in newest {
                    self.next.push_back(change);
                    let is_old =
                        |old: &&Change| matches!(old, Change::Set { .. }) && key_of(old) == key_of(&change);
                    if matches!(change, Change::Removed { .. }) {
                        self.next.extend(new.iter().rev().find(is_old));
                    }
                }
            }
            _ => self.next.extend(newest),
        }
    }
}

fn key_of(change: &Change) -> Option<Key> {
    match change {
        Change::Set { key, .. } | Change::Removed { key, .. } => Some(key),
        Change::Reset | Change::Ready => None,
    }
}

fn version_of(change: &Change) -> u64 {
    match change {
        Change::Set { version, .. } | Change::Removed { version, .. } => *version,
        Change::Reset | Change::Ready => 0,
    }
}

impl Watcher for SmallWatch<'_> {
    fn next(&mut self) -> Option<Change> {
        if self.next.is_empty() {
            self.read_log();
        }
        let change = self.next.pop_front()?;
        match change {
            Change::Ready => self.version = Some(self.read_up_to),
            Change::Reset => self.version = None,
            _ => self.version = self.version.map(|_| version_of(&change)),
        }
        Some(change)
    }

    fn version(&self) -> Option<u64> {
        self.version
    }
}
