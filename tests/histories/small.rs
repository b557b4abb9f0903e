//! A small store that does what the real one promises, and that can be broken in one place.

use crate::history::{How, If, Key, Kind, Life, Op, Outcome, Seen, Value};
use crate::pause::pause;
use crate::small_watch::SmallWatch;
use crate::store::{Cause, News, Store, TICK, Watcher};
use kv_core::{Clock, ManualClock};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The condition of a write is judged, and then it is written.
    ConditionThenWrite,
    /// `delete_if` compares, and then removes.
    CompareThenDelete,
    /// `update` writes whatever was written meanwhile.
    LostUpdate,
    /// `get_or_insert_with` writes over what came meanwhile.
    InsertOverwrites,
    /// `get_or_insert_with` hands out what it found when another asked before.
    StaleComputation,
    /// What is due is looked for, and then removed, whatever is there by then.
    SweeperDoesNotLookAgain,
    /// Reads by key do not look at deadlines.
    ReadsExpired,
    /// `count` does not look at deadlines.
    CountsExpired,
    /// `touch` finds what is due and not removed.
    TouchRevives,
    /// The clock is read before the lock is taken, and believed.
    OldClock,
    /// Versions follow the highest one that is there.
    ReusesVersions,
    /// Versions are taken before the lock.
    VersionBeforeLock,
    /// The one that was first written makes way, and not the one that was written longest ago.
    EvictsOverwritten,
    /// `keep_ttl` keeps none.
    KeepTtlForgets,
    /// `update` gives the type's time to live.
    UpdateRenewsTtl,
    /// `set_many` leaves the lock in between.
    HalfOfMany,
    /// `get_many` reads one after the other.
    TornRead,
    /// `clear` removes one after the other.
    ClearsInSteps,
    /// A scan leaves out what was overwritten since it began.
    ScanMissesOverwritten,

    /// Those who watch are not told of every write.
    LosesSet,
    /// Nor of every removal.
    HidesRemoval,
    /// Changes come in another order.
    OutOfOrder,
    /// After a removal comes what was there before.
    SetAfterRemoval,
    /// Who comes back goes on from what is there.
    ResumeSkips,
    /// Who comes back is not told of removals.
    ResumeForgetsRemovals,
    /// `Ready` comes before all is told.
    ReadyTooEarly,
    /// A snapshot is read key by key, without what changes meanwhile.
    TornSnapshot,
}

impl Fault {
    pub(crate) const OF_STORE: [Self; 19] = [
        Self::ConditionThenWrite,
        Self::CompareThenDelete,
        Self::LostUpdate,
        Self::InsertOverwrites,
        Self::StaleComputation,
        Self::SweeperDoesNotLookAgain,
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

pub(crate) struct Small {
    kind: Kind,
    pub(crate) fault: Option<Fault>,
    clock: ManualClock,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) value: Value,
    pub(crate) version: u64,
    /// In ticks.
    deadline: u64,
    first_version: u64,
}

pub(crate) struct State {
    pub(crate) rows: BTreeMap<Key, Row>,
    pub(crate) version: u64,
    /// All that ever changed.
    pub(crate) log: Vec<News>,
    /// What was found last by a `get_or_insert_with`.
    computed: Option<(Key, Value)>,
}

impl Small {
    pub(crate) fn new(kind: Kind, fault: Option<Fault>, clock: &ManualClock) -> Self {
        let state = State { rows: BTreeMap::new(), version: 1000, log: Vec::new(), computed: None };
        Self { kind, fault, clock: clock.clone(), state: Mutex::new(state) }
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// The lock, given away for a moment where a fault says so.
    fn interrupted<'a>(&'a self, state: MutexGuard<'a, State>, fault: Fault) -> MutexGuard<'a, State> {
        if !self.is(fault) {
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
        let early = (self.tick(), self.is(Fault::VersionBeforeLock).then(|| self.lock().next_version()));
        pause();
        let state = self.lock();
        let now = if self.is(Fault::OldClock) { early.0 } else { self.tick() };
        let current = state.living(key, now).map(|row| row.version);
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
        let there = state.rows.get(key).copied();
        if there.is_some_and(|row| row.deadline <= now) {
            state.remove(key, Cause::Expired);
        }
        let replaced = there.filter(|row| row.deadline > now);
        let kept = replaced.filter(|_| life == Life::Keep).map(|row| row.deadline);
        let kept = if self.is(Fault::KeepTtlForgets) { kept.map(|_| u64::MAX) } else { kept };
        let deadline = kept.unwrap_or_else(|| match life {
            Life::Never => u64::MAX,
            Life::Ticks(ticks) => now + ticks,
            Life::OfType | Life::Keep => self.kind.ttl().map_or(u64::MAX, |ttl| now + ttl),
        });
        self.make_way(state, key, now);
        let version = version.unwrap_or_else(|| {
            if self.is(Fault::ReusesVersions) {
                state.version = state.rows.values().map(|row| row.version).max().unwrap_or(1000);
            }
            state.next_version()
        });
        let first_version = replaced.map_or(version, |row| row.first_version);
        state.rows.insert(key, Row { value, version, deadline, first_version });
        state.log.push(News::Set { key, value, version });
        version
    }

    fn make_way(&self, state: &mut State, key: Key, now: u64) {
        while !state.rows.contains_key(key) && state.rows.len() >= self.kind.max_entries() {
            let by_overwrite = self.is(Fault::EvictsOverwritten);
            let age = |row: &Row| if by_overwrite { row.first_version } else { row.version };
            let oldest = state.rows.iter().min_by_key(|(_, row)| (row.deadline > now, age(row)));
            let Some((&key, &row)) = oldest else { return };
            state.remove(key, if row.deadline > now { Cause::Evicted } else { Cause::Expired });
        }
    }

    fn update(&self, key: Key, by: u32, how: How) -> Outcome {
        loop {
            let early = self.tick();
            let found = self.lock().living(key, early);
            let Ok(next) = how.next(found.map(|row| row.value), by) else { return Outcome::Declined };
            pause();
            let mut state = self.lock();
            let now = self.tick();
            let current = state.living(key, now);
            let is_as_before = current.map(|row| row.version) == found.map(|row| row.version);
            if !is_as_before && !self.is(Fault::LostUpdate) {
                continue;
            }
            let life = if self.is(Fault::UpdateRenewsTtl) { Life::OfType } else { Life::Keep };
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
            state.computed.filter(|(computed, _)| self.is(Fault::StaleComputation) && *computed == key);
        let found = state.living(key, self.tick()).map(|row| row.value);
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
        // Those that are written are no reason to be in their own way.
        let written: Vec<_> = entries.iter().map(|(key, _)| *key).collect();
        let new = written.iter().filter(|key| !state.rows.contains_key(*key)).count();
        let new = if new == 2 && written[0] == written[1] { 1 } else { new };
        while state.rows.len() + new > self.kind.max_entries() {
            let others = state.rows.iter().filter(|(key, _)| !written.contains(key));
            let Some((&key, &row)) = others.min_by_key(|(_, row)| (row.deadline > now, row.version)) else {
                break;
            };
            state.remove(key, if row.deadline > now { Cause::Evicted } else { Cause::Expired });
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
        let found = state.living(key, now);
        match (version, found) {
            (Some(version), Some(row)) if version != row.version => {
                return Outcome::Conflict(Some(row.version));
            }
            (_, Some(_)) => {
                let mut state = self.interrupted(state, Fault::CompareThenDelete);
                if state.rows.contains_key(key) {
                    state.remove(key, Cause::Deleted);
                }
            }
            (_, None) => {}
        }
        match version {
            Some(_) => Outcome::Found(found.is_some()),
            None => Outcome::Values(vec![found.map(|row| row.value)]),
        }
    }

    fn clear(&self) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let keys: Vec<_> = state.rows.keys().copied().collect();
        let mut count = 0;
        for key in keys {
            let Some(&row) = state.rows.get(key) else { continue };
            let is_due = row.deadline <= now;
            state.remove(key, if is_due { Cause::Expired } else { Cause::Deleted });
            count += usize::from(!is_due);
            state = self.interrupted(state, Fault::ClearsInSteps);
        }
        Outcome::Number(count)
    }

    fn set_deadline(&self, key: Key, ticks: Option<u64>) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let seen_at = if self.is(Fault::TouchRevives) { 0 } else { now };
        let found = state.rows.get_mut(key).filter(|row| row.deadline > seen_at);
        let is_there = found.is_some();
        if let Some(row) = found {
            row.deadline = ticks.map_or(u64::MAX, |ticks| now + ticks);
        }
        Outcome::Found(is_there)
    }

    fn purge(&self) -> Outcome {
        let state = self.lock();
        let now = self.tick();
        let due: Vec<_> =
            state.rows.iter().filter(|(_, row)| row.deadline <= now).map(|(key, _)| *key).collect();
        let mut state = self.interrupted(state, Fault::SweeperDoesNotLookAgain);
        for key in due {
            if state.rows.contains_key(key) {
                state.remove(key, Cause::Expired);
            }
        }
        Outcome::Done
    }

    fn get(&self, key: Key) -> Option<(Row, u64)> {
        let early = self.tick();
        pause();
        let state = self.lock();
        let now = if self.is(Fault::OldClock) { early } else { self.tick() };
        let seen_at = if self.is(Fault::ReadsExpired) { 0 } else { now };
        state.living(key, seen_at).map(|row| (row, now))
    }

    fn get_many(&self, keys: &[Key]) -> Outcome {
        let mut state = self.lock();
        let now = self.tick();
        let mut found = Vec::new();
        for key in keys {
            found.push(state.living(key, now).map(|row| row.value));
            state = self.interrupted(state, Fault::TornRead);
        }
        Outcome::Values(found)
    }

    fn scan(&self) -> Outcome {
        let state = self.lock();
        let (now, version) = (self.tick(), state.version);
        let state = self.interrupted(state, Fault::ScanMissesOverwritten);
        let rows = state.rows.iter().filter(|(_, row)| row.deadline > now && row.version <= version);
        Outcome::Rows(rows.map(|(key, row)| (*key, row.value, Some(row.version))).collect())
    }

    fn count(&self) -> Outcome {
        let state = self.lock();
        let seen_at = if self.is(Fault::CountsExpired) { 0 } else { self.tick() };
        Outcome::Number(state.rows.values().filter(|row| row.deadline > seen_at).count())
    }
}

impl State {
    fn next_version(&mut self) -> u64 {
        self.version += 1;
        self.version
    }

    fn living(&self, key: Key, now: u64) -> Option<Row> {
        self.rows.get(key).filter(|row| row.deadline > now).copied()
    }

    fn remove(&mut self, key: Key, cause: Cause) {
        let version = self.next_version();
        self.rows.remove(key);
        self.log.push(News::Gone { key, version, cause });
    }
}

impl Store for Small {
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
            Op::Get(key) => Outcome::Values(vec![self.get(key).map(|(row, _)| row.value)]),
            Op::GetEntry(key) => Outcome::Entry(self.get(key).map(|(row, now)| Seen {
                value: row.value,
                version: row.version,
                expires_in: (row.deadline < u64::MAX).then(|| row.deadline.saturating_sub(now)),
            })),
            Op::GetMany(keys) => self.get_many(keys),
            Op::Count => self.count(),
            Op::Scan => self.scan(),
            Op::Advance => {
                self.clock.advance(TICK);
                Outcome::Done
            }
            Op::Purge => self.purge(),
            Op::Knows => unreachable!("who watches is asked"),
        };
        pause();
        outcome
    }

    fn watch(&self, after: Option<u64>) -> Box<dyn Watcher + '_> {
        Box::new(SmallWatch::new(self, after))
    }
}
