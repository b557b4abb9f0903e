//! Watches of the small store.

use crate::history::{KEYS, Key};
use crate::pause::pause;
use crate::small::{Fault, Small};
use crate::store::{News, Watcher};
use std::collections::VecDeque;

pub(crate) struct SmallWatch<'s> {
    store: &'s Small,
    /// What was read and not handed out.
    next: VecDeque<News>,
    /// Up to which version all has been read.
    read_up_to: u64,
    /// Up to which all has been handed out.
    version: Option<u64>,
}

impl<'s> SmallWatch<'s> {
    pub(crate) fn new(store: &'s Small, after: Option<u64>) -> Self {
        let mut watch = Self { store, next: VecDeque::new(), read_up_to: 0, version: None };
        match after {
            None => watch.read_snapshot(),
            Some(after) => {
                watch.read_up_to = after;
                watch.read_log();
                match store.fault {
                    Some(Fault::ResumeSkips) => watch.next.clear(),
                    Some(Fault::ResumeForgetsRemovals) => {
                        watch.next.retain(|news| !matches!(news, News::Gone { .. }));
                    }
                    _ => {}
                }
                watch.next.push_back(News::Ready);
            }
        }
        watch
    }

    fn read_snapshot(&mut self) {
        let mut state = self.store.lock();
        self.next.push_back(News::Reset);
        if self.store.fault == Some(Fault::ReadyTooEarly) {
            self.next.push_back(News::Ready);
        }
        for key in KEYS {
            let row = state.rows.get(key);
            self.next.extend(row.map(|row| News::Set { key, value: row.value, version: row.version }));
            if self.store.fault == Some(Fault::TornSnapshot) {
                drop(state);
                pause();
                pause();
                state = self.store.lock();
            }
        }
        self.read_up_to = state.version;
        if self.store.fault != Some(Fault::ReadyTooEarly) {
            self.next.push_back(News::Ready);
        }
    }

    /// Reads the newest change of each key.
    fn read_log(&mut self) {
        let state = self.store.lock();
        let new: Vec<News> =
            state.log.iter().filter(|news| version_of(news) > self.read_up_to).copied().collect();
        // Where versions are given twice, it would otherwise read for ever.
        let last_read = new.iter().map(version_of).max().unwrap_or(self.read_up_to);
        self.read_up_to = state.version.max(last_read);
        drop(state);
        let last_of = |key| new.iter().rposition(|news| key_of(news) == key);
        let newest = (0..new.len()).filter(|n| last_of(key_of(&new[*n])) == Some(*n)).map(|n| new[n]);
        match self.store.fault {
            Some(Fault::OutOfOrder) => self.next.extend(newest.rev()),
            Some(Fault::LosesSet) => {
                self.next.extend(newest.filter(|news| !matches!(news, News::Set { .. }) || fastrand::bool()));
            }
            Some(Fault::HidesRemoval) => {
                self.next
                    .extend(newest.filter(|news| !matches!(news, News::Gone { .. }) || fastrand::bool()));
            }
            Some(Fault::SetAfterRemoval) => {
                for news in newest {
                    self.next.push_back(news);
                    let is_old =
                        |old: &&News| matches!(old, News::Set { .. }) && key_of(old) == key_of(&news);
                    if matches!(news, News::Gone { .. }) {
                        self.next.extend(new.iter().rev().find(is_old));
                    }
                }
            }
            _ => self.next.extend(newest),
        }
    }
}

fn key_of(news: &News) -> Option<Key> {
    match news {
        News::Set { key, .. } | News::Gone { key, .. } => Some(key),
        News::Reset | News::Ready => None,
    }
}

fn version_of(news: &News) -> u64 {
    match news {
        News::Set { version, .. } | News::Gone { version, .. } => *version,
        News::Reset | News::Ready => 0,
    }
}

impl Watcher for SmallWatch<'_> {
    fn next(&mut self) -> Option<News> {
        if self.next.is_empty() {
            self.read_log();
        }
        let news = self.next.pop_front()?;
        match news {
            News::Ready => self.version = Some(self.read_up_to),
            News::Reset => self.version = None,
            _ => self.version = self.version.map(|_| version_of(&news)),
        }
        Some(news)
    }

    fn version(&self) -> Option<u64> {
        self.version
    }
}
