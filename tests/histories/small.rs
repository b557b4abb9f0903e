//! A small store that keeps the promises of the real one, except for at most one injected fault.

use crate::history::{EntryRead, How, If, Key, Kind, Life, Op, Outcome, Value};
use crate::pause::pause;
use crate::small_watch::SmallWatch;
use crate::store::{Cause, Change, Store, TICK, Watcher};
use kv_core::{Clock, ManualClock};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// A fault of the small store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A write releases the lock between checking its condition and writing.
    ConditionThenWrite,
    /// `delete_if` releases the lock between comparing the version and removing.
    CompareThenDelete,
    /// `update` overwrites a concurrent write.
    LostUpdate,
    /// `get_or_insert_with` overwrites a concurrent write.
    InsertOverwrites,
    /// `get_or_insert_with` returns the value of an earlier call that has been removed since.
    StaleComputation,
    /// Expiry releases the lock between finding expired entries and removing their keys, and does
    /// not check the deadlines again.
    ExpiryDoesNotRecheck,
    /// Reads by key ignore deadlines.
    ReadsExpired,
    /// `count` ignores deadlines.
    CountsExpired,
    /// `touch` and `persist` revive an expired entry that has not been removed.
    TouchRevives,
    /// The clock is read only before the lock is taken.
    OldClock,
    /// The next version follows the highest version among the present entries.
    ReusesVersions,
    /// `set` takes its version before the lock.
    VersionBeforeLock,
    /// The victim is the entry that was created first, although it was written again.
    EvictsOverwritten,
    /// `keep_ttl` removes the deadline.
    KeepTtlForgets,
    /// `update` resets the deadline to the TTL of the type.
    UpdateRenewsTtl,
    /// `set_many` releases the lock between its writes.
    HalfOfMany,
    /// `get_many` releases the lock between its reads.
    TornRead,
    /// `clear` releases the lock between its removals.
    ClearsInSteps,
    /// A scan omits entries that were overwritten after it started.
    ScanMissesOverwritten,

    /// Watchers do not receive every write.
    LosesSet,
    /// Watchers do not receive every removal.
    HidesRemoval,
    /// Watchers receive changes in another order.
    OutOfOrder,
    /// Watchers receive the last write again after a removal.
    SetAfterRemoval,
    /// A resumed watch starts at the current state.
    ResumeSkips,
    /// A resumed watch omits the removals that it missed.
    ResumeForgetsRemovals,
    /// `Ready` precedes the snapshot.
    ReadyTooEarly,
    /// A snapshot is read key by key, and changes made in between are lost.
    TornSnapshot,
}

impl Fault {
    pub(crate) const OF_STORE: [Self; 19] = [
        Self::ConditionThenWrite,
        Self::CompareThenDelete,
        Self::LostUpdate,
        Self::InsertOverwrites,
        Self::StaleComputation,
        Self::ExpiryDoesNotRecheck,
        Self::ReadsExpired,
        Self::CountsExpired,
        Self::TouchRevives,
        Self::OldClock,
        Self::ReusesVersions,
        Self::VersionBeforeLock,
        Self::EvictsOverwritten,
        Self::KeepTtlForgets,
        Self::UpdateRenewsTtl,
        Self::HalfOfMany,
        Self::TornRead,
        Self::ClearsInSteps,
        Self::ScanMissesOverwritten,
    ];

    pub(crate) const OF_WATCH: [Self; 8] = [
        Self::LosesSet,
        Self::HidesRemoval,
        Self::OutOfOrder,
        Self::SetAfterRemoval,
        Self::ResumeSkips,
        Self::ResumeForgetsRemovals,
        Self::ReadyTooEarly,
        Self::TornSnapshot,
    ];
}

pub(crate) struct SmallStore {
    kind: Kind,
    pub(crate) fault: Option<Fault>,
    clock: ManualClock,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) value: Value,
    pub(crate) version: u64,
    /// In ticks.
    deadline: u64,
    first_version: u64,
}

pub(crate) struct State {
    pub(crate) entries: BTreeMap<Key, Entry>,
    pub(crate) version: u64,
    /// All changes since the store was created.
    pub(crate) log: Vec<Change>,
    /// The last value inserted by `get_or_insert_with`, if no later call has found the key present.
    computed: Option<(Key, Value)>,
}

impl SmallStore {
    pub(crate) fn new(kind: Kind, fault: Option<Fault>, clock: &ManualClock) -> Self {
        let state = State { entries: BTreeMap::new(), version: 1000, log: Vec::new(), computed: None };
        Self { kind, fault, clock: clock.clone(), state: Mutex::new(state) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Releases the lock for a moment if the store has the fault.
    fn interrupted<'a>(&'a self, state: MutexGuard<'a, State>, fault: Fault) -> MutexGuard<'a, State> {
        if !self.has(fault) {
            return state;
        }
        drop(state);
        pause();
        pause();
        self.lock()
    }

    fn tick(&self) -> u64 {
        self.clock.now().as_secs() / TICK.as_secs()
    }

    fn set(&self, key: Key, value: Value, life: Life, on: If) -> Outcome {
        let early = (self.tick(), self.has(Fault::VersionBeforeLock).then(|| self.lock().next_version()));
        pause();
        let state = self.lock();
        let now = if self.has(Fault::OldClock) { early.0 } else { self.tick() };
        let current = state.live(key, now).map(|entry| entry.version);
        let holds = match on {
            If::Anything => true,
            If::Absent => current.is_none(),
            If::Present => current.is_some(),
            If::Version(version) => current == Some(version),
        };
        if !holds {
            return Outcome::Conflict(current);
        }
        let mut state = self.interrupted(state, Fault::ConditionThenWrite);
        Outcome::Versions(vec![self.put(&mut state, (key, value), life, now, early.1)])
    }

    fn put(&self, state: &mut State, entry: (Key, Value), life: Life, now: u64, version: Option<u64>) -> u64 {
        let (key, value) = entry;
        let current = state.entries.get(key).copied();
        if current.is_some_and(|entry| entry.deadline <= now) {
            state.remove(key, Cause::Expired);
        }
        let replaced = current.filter(|entry| entry.deadline > now);
        let kept = replaced.filter(|_| life == Life::Keep).map(|entry| entry.deadline);
        let kept = if self.has(Fault::KeepTtlForgets) { kept.map(|_| u64::MAX) } else { kept };
        let deadline = kept.unwrap_or_else(|| match life {
            Life::Never => u64::MAX,
            Life::Ticks(ticks) => now + ticks,
            Life::OfType | Life::Keep => self.kind.ttl().map_or(u64::MAX, |ttl| now + ttl),
        });
        self.evict(state, key, now);
        let version = version.unwrap_or_else(|| {
            if self.has(Fault::ReusesVersions) {
                state.version = state.entries.values().map(|entry| entry.version).max().unwrap_or(1000);
            }
            state.next_version()
        });
        let first_version = replaced.map_or(version, |entry| entry.first_version);
        state.entries.insert(key, Entry { value, version, deadline, first_version });
        state.log.push(Change::Set { key, value, version });
        version
    }

    fn evict(&self, state: &mut State, key: Key, now: u64) {
        while !state.entries.contains_key(key) && state.entries.len() >= self.kind.max_entries() {
            let by_overwrite = self.has(Fault::EvictsOverwritten);
            let age = |entry: &Entry| if by_overwrite { entry.first_version } else { entry.version };
            let oldest = state.entries.iter().min_by_key(|(_, entry)| (entry.deadline > now, age(entry)));
            let Some((&key, &entry)) = oldest else { return };
            state.remove(key, if entry.deadline > now { Cause::Evicted } else { Cause::Expired });
        }
    }

    fn update(&self, key: Key, by: u32, how: How) -> Outcome {
        loop {
            let early = self.tick();
            let found = self.lock().live(key, early);
            let Ok(next) = how.next(found.map(|entry| entry.value), by) else { return Outcome::Declined };
            pause();
            let mut state = self.lock();
            let now = self.tick();
            let current = state.live(key, now);
            let is_unchanged = current.map(|entry| entry.version) == found.map(|entry| entry.version);
            if !is_unchanged && !self.has(Fault::LostUpdate) {
                continue;
            }
            let life = if self.has(Fault::UpdateRenewsTtl) { Life::OfType } else { Life::Keep };
            if let Some(value) = next {
                self.put(&mut state, (key, value), life, now, None);
            } else if current.is_some() {
                state.remove(key, Cause::Deleted);
            }
            return Outcome::Values(vec![next]);
        }
    }

    fn get_or_insert(&self, key: Key, value: Value) -> Outcome {
        let mut state = self.lock();
        let earlier =
            state.computed.filter(|(computed, _)| self.has(Fault::StaleComputation) && *computed == key);
        let found = state.live(key, self.tick()).map(|entry| entry.value);
        let found = found.or(earlier.map(|(_, value)| value));
        let value = found.unwrap_or(value);
        state.computed = found.is_none().then_some((key, value));
        if found.is_none() {
            let mut state = self.interrupted(state, Fault::InsertOverwrites);
            let now = self.tick();
            self.put(&mut state, (key, value), Life::OfType, now, None);
        }
        Outcome::Values(vec![Some(value)])
    }

    fn set_many(&self, entries: &[(Key, Value)]) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        // Keys of this call are not counted twice and are not evicted.
        let written: Vec<_> = entries.iter().map(|(key, _)| *key).collect();
        let new = written.iter().filter(|key| !state.entries.contains_key(*key)).count();
        let new = if new == 2 && written[0] == written[1] { 1 } else { new };
        while state.entries.len() + new > self.kind.max_entries() {
            let others = state.entries.iter().filter(|(key, _)| !written.contains(key));
            let Some((&key, &entry)) = others.min_by_key(|(_, entry)| (entry.deadline > now, entry.version))
            else {
                break;
            };
            state.remove(key, if entry.deadline > now { Cause::Evicted } else { Cause::Expired });
        }
        let mut versions = Vec::new();
        for entry in entries {
            versions.push(self.put(&mut state, *entry, Life::OfType, now, None));
            state = self.interrupted(state, Fault::HalfOfMany);
        }
        Outcome::Versions(versions)
    }

    fn delete(&self, key: Key, version: Option<u64>) -> Outcome {
        let state = self.lock();
        let now = self.tick();
        let found = state.live(key, now);
        match (version, found) {
            (Some(version), Some(entry)) if version != entry.version => {
                return Outcome::Conflict(Some(entry.version));
            }
            (_, Some(_)) => {
                let mut state = self.interrupted(state, Fault::CompareThenDelete);
                if state.entries.contains_key(key) {
                    state.remove(key, Cause::Deleted);
                }
            }
            (_, None) => {}
        }
        match version {
            Some(_) => Outcome::Found(found.is_some()),
            None => Outcome::Values(vec![found.map(|entry| entry.value)]),
        }
    }

    fn clear(&self) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let keys: Vec<_> = state.entries.keys().copied().collect();
        let mut count = 0;
        for key in keys {
            let Some(&entry) = state.entries.get(key) else { continue };
            let is_expired = entry.deadline <= now;
            state.remove(key, if is_expired { Cause::Expired } else { Cause::Deleted });
            count += usize::from(!is_expired);
            state = self.interrupted(state, Fault::ClearsInSteps);
        }
        Outcome::Number(count)
    }

    fn set_deadline(&self, key: Key, ticks: Option<u64>) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let seen_at = if self.has(Fault::TouchRevives) { 0 } else { now };
        let found = state.entries.get_mut(key).filter(|entry| entry.deadline > seen_at);
        let is_live = found.is_some();
        if let Some(entry) = found {
            entry.deadline = ticks.map_or(u64::MAX, |ticks| now + ticks);
        }
        Outcome::Found(is_live)
    }

    fn purge(&self) -> Outcome {
        let state = self.lock();
        let now = self.tick();
        let expired: Vec<_> =
            state.entries.iter().filter(|(_, entry)| entry.deadline <= now).map(|(key, _)| *key).collect();
        let mut state = self.interrupted(state, Fault::ExpiryDoesNotRecheck);
        for key in expired {
            if state.entries.contains_key(key) {
                state.remove(key, Cause::Expired);
            }
        }
        Outcome::Done
    }

    fn get(&self, key: Key) -> Option<(Entry, u64)> {
        let early = self.tick();
        pause();
        let state = self.lock();
        let now = if self.has(Fault::OldClock) { early } else { self.tick() };
        let seen_at = if self.has(Fault::ReadsExpired) { 0 } else { now };
        state.live(key, seen_at).map(|entry| (entry, now))
    }

    fn get_many(&self, keys: &[Key]) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let mut found = Vec::new();
        for key in keys {
            found.push(state.live(key, now).map(|entry| entry.value));
            state = self.interrupted(state, Fault::TornRead);
        }
        Outcome::Values(found)
    }

    fn scan(&self) -> Outcome {
        let state = self.lock();
        let (now, version) = (self.tick(), state.version);
        let state = self.interrupted(state, Fault::ScanMissesOverwritten);
        let entries =
            state.entries.iter().filter(|(_, entry)| entry.deadline > now && entry.version <= version);
        Outcome::Rows(entries.map(|(key, entry)| (*key, entry.value, Some(entry.version))).collect())
    }

    fn count(&self) -> Outcome {
        let state = self.lock();
        let seen_at = if self.has(Fault::CountsExpired) { 0 } else { self.tick() };
        Outcome::Number(state.entries.values().filter(|entry| entry.deadline > seen_at).count())
    }
}

impl State {
    fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    fn live(&self, key: Key, now: u64) -> Option<Entry> {
        self.entries.get(key).filter(|entry| entry.deadline > now).copied()
    }

    fn remove(&mut self, key: Key, cause: Cause) {
        let version = self.next_version();
        self.entries.remove(key);
        self.log.push(Change::Removed { key, version, cause });
    }
}

impl Store for SmallStore {
    fn perform(&self, op: &Op) -> Outcome {
        pause();
        let outcome = match op {
            Op::Set { key, value, life, on } => self.set(key, *value, *life, *on),
            Op::SetMany(entries) => self.set_many(entries),
            Op::Update { key, by, how } => self.update(key, *by, *how),
            Op::GetOrInsert { key, value } => self.get_or_insert(key, *value),
            Op::Delete(key) => self.delete(key, None),
            Op::DeleteIf(key, version) => self.delete(key, Some(*version)),
            Op::Clear => self.clear(),
            Op::Touch { key, ticks } => self.set_deadline(key, Some(*ticks)),
            Op::Persist(key) => self.set_deadline(key, None),
            Op::Get(key) => Outcome::Values(vec![self.get(key).map(|(entry, _)| entry.value)]),
            Op::GetEntry(key) => Outcome::Entry(self.get(key).map(|(entry, now)| EntryRead {
                value: entry.value,
                version: entry.version,
                expires_in: (entry.deadline < u64::MAX).then(|| entry.deadline.saturating_sub(now)),
            })),
            Op::GetMany(keys) => self.get_many(keys),
            Op::Count => self.count(),
            Op::Scan => self.scan(),
            Op::Advance => {
                self.clock.advance(TICK);
                Outcome::Done
            }
            Op::Purge => self.purge(),
            Op::Knows => unreachable!("watchers answer `Knows`"),
        };
        pause();
        outcome
    }

    fn watch(&self, after: Option<u64>) -> Box<dyn Watcher + '_> {
        Box::new(SmallWatch::new(self, after))
    }
}
