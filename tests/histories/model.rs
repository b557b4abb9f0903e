//! A sequential model of the store: the effect of one operation after another.

use crate::history::{If, Key, Kind, Life, Op, Outcome, Value};

const NEVER: u64 = u64::MAX;

/// The state that later results depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// Entries in the order of their last writes. Expired entries may be among them.
    entries: Vec<Entry>,
    /// Lower bound of the last assigned version.
    last: u64,
    /// The latest tick at which an operation changed an entry, or the latest deadline of an entry
    /// that was found expired. Later operations take place at this tick or later.
    earliest_tick: u64,
}

/// An entry. If the operation returned no version, `least` and `most` bound it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Entry {
    key: Key,
    value: Value,
    least: u64,
    most: u64,
    deadline: u64,
}

impl State {
    /// Returns the earliest tick at which the next operation may take place.
    pub(crate) fn earliest_tick(&self) -> u64 {
        self.earliest_tick
    }

    /// Returns the state after an operation at a tick, or `None` if it cannot have this outcome.
    pub(crate) fn after(&self, op: &Op, outcome: &Outcome, tick: u64, kind: Kind) -> Option<Self> {
        let mut state = self.clone();
        state.perform(op, outcome, tick, kind).map(|()| state)
    }

    fn perform(&mut self, op: &Op, outcome: &Outcome, tick: u64, kind: Kind) -> Option<()> {
        match (op, outcome) {
            (Op::Set { key, value, life, on }, Outcome::Versions(versions)) => {
                let found = self.find_live(key, tick);
                match on {
                    If::Anything => {}
                    If::Absent => when(found.is_none())?,
                    If::Present => when(found.is_some())?,
                    If::Version(version) => self.is_at(found?, *version)?,
                }
                self.evict_for(&[*key], tick, kind);
                self.put((key, *value), *life, versions.first().copied(), tick, kind)
            }
            (Op::Set { key, on, .. }, Outcome::Conflict(current)) => {
                let found = self.find_live(key, tick);
                match on {
                    If::Anything => return None,
                    If::Absent => when(found.is_some())?,
                    If::Present => when(found.is_none())?,
                    If::Version(version) => when(*current != Some(*version))?,
                }
                self.is_version(found, *current)
            }
            (Op::SetMany(entries), Outcome::Versions(versions)) => {
                when(entries.len() == versions.len())?;
                let mut keys: Vec<_> = entries.iter().map(|(key, _)| *key).collect();
                keys.sort_unstable();
                keys.dedup();
                self.evict_for(&keys, tick, kind);
                for ((key, value), version) in entries.iter().zip(versions) {
                    self.put((key, *value), Life::OfType, Some(*version), tick, kind)?;
                }
                self.evict_for(&[], tick, kind);
                Some(())
            }
            (Op::Update { key, by, how }, outcome) => {
                let found = self.find_live(key, tick);
                let next = how.next(found.map(|index| self.entries[index].value), *by);
                let Ok(next) = next else { return when(*outcome == Outcome::Declined) };
                when(*outcome == Outcome::Values(vec![next]))?;
                match (next, found) {
                    (Some(value), _) => {
                        self.evict_for(&[*key], tick, kind);
                        self.put((key, value), Life::Keep, None, tick, kind)
                    }
                    (None, found) => {
                        if let Some(index) = found {
                            self.remove(index, tick);
                        }
                        Some(())
                    }
                }
            }
            (Op::GetOrInsert { key, value }, Outcome::Values(values)) => {
                if let Some(index) = self.find_live(key, tick) {
                    return when(values[..] == [Some(self.entries[index].value)]);
                }
                when(values[..] == [Some(*value)])?;
                self.evict_for(&[*key], tick, kind);
                self.put((key, *value), Life::OfType, None, tick, kind)
            }
            (Op::Delete(key), Outcome::Values(values)) => {
                let found = self.find_live(key, tick);
                when(values[..] == [found.map(|index| self.entries[index].value)])?;
                if let Some(index) = found {
                    self.remove(index, tick);
                }
                Some(())
            }
            (Op::DeleteIf(key, version), outcome) => match (self.find_live(key, tick), outcome) {
                (None, Outcome::Found(false)) => Some(()),
                (Some(index), Outcome::Found(true)) => {
                    self.is_at(index, *version)?;
                    self.remove(index, tick);
                    Some(())
                }
                (Some(index), Outcome::Conflict(Some(current))) if current != version => {
                    self.is_at(index, *current)
                }
                _ => None,
            },
            (Op::Clear, Outcome::Number(number)) => {
                when(*number == self.count(tick))?;
                self.last += *number as u64;
                self.entries.clear();
                self.earliest_tick = tick;
                Some(())
            }
            (Op::Touch { key, ticks }, Outcome::Found(found)) => {
                self.set_deadline(key, tick + ticks, tick, *found)
            }
            (Op::Persist(key), Outcome::Found(found)) => self.set_deadline(key, NEVER, tick, *found),
            (read, outcome) => self.read(read, outcome, tick),
        }
    }

    fn read(&mut self, op: &Op, outcome: &Outcome, tick: u64) -> Option<()> {
        match (op, outcome) {
            (Op::Get(key), Outcome::Values(values)) => {
                let found = self.find_live(key, tick);
                when(values[..] == [found.map(|index| self.entries[index].value)])
            }
            (Op::GetEntry(key), Outcome::Entry(entry)) => {
                let Some(index) = self.find_live(key, tick) else { return when(entry.is_none()) };
                let (stored, entry) = (self.entries[index], (*entry)?);
                let expires_in = (stored.deadline != NEVER).then(|| stored.deadline - tick);
                when(entry.value == stored.value && entry.expires_in == expires_in)?;
                self.is_at(index, entry.version)
            }
            (Op::GetMany(keys), Outcome::Values(values)) => {
                let found =
                    keys.iter().map(|key| self.find_live(key, tick).map(|index| self.entries[index].value));
                when(found.collect::<Vec<_>>() == *values)
            }
            (Op::Count, Outcome::Number(number)) => when(*number == self.count(tick)),
            (Op::Knows, Outcome::Rows(known)) => {
                // A watcher learns of an expired entry when it is removed.
                let is_live = |entry: &&Entry| entry.deadline > tick;
                let is_known = |entry: &Entry| known.iter().any(|(key, ..)| *key == entry.key);
                when(self.entries.iter().filter(is_live).all(is_known))?;
                for (key, value, version) in known {
                    let index = self.entries.iter().position(|entry| entry.key == *key)?;
                    // The last write of an expired entry may not be received either.
                    if self.entries[index].deadline > tick {
                        when(self.entries[index].value == *value)?;
                        version.map_or(Some(()), |version| self.is_at(index, version))?;
                    }
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Returns the index of a live entry. After an expired one was found, operations take place at
    /// its deadline or later, so that it stays expired. They may take place before `tick`: if a
    /// purge has already removed the entry, this operation found nothing that depends on the time.
    fn find_live(&mut self, key: &str, tick: u64) -> Option<usize> {
        let index = self.entries.iter().position(|entry| entry.key == key)?;
        let deadline = self.entries[index].deadline;
        if deadline > tick {
            return Some(index);
        }
        self.earliest_tick = self.earliest_tick.max(deadline);
        None
    }

    fn count(&mut self, tick: u64) -> usize {
        let (live, expired): (Vec<_>, Vec<_>) =
            self.entries.iter().map(|entry| entry.deadline).partition(|deadline| *deadline > tick);
        self.earliest_tick = expired.into_iter().fold(self.earliest_tick, u64::max);
        live.len()
    }

    fn put(
        &mut self,
        (key, value): (Key, Value),
        life: Life,
        version: Option<u64>,
        tick: u64,
        kind: Kind,
    ) -> Option<()> {
        let replaced =
            self.entries.iter().position(|entry| entry.key == key).map(|index| self.entries.remove(index));
        let kept =
            replaced.filter(|entry| life == Life::Keep && entry.deadline > tick).map(|entry| entry.deadline);
        let deadline = kept.unwrap_or_else(|| match life {
            Life::Never => NEVER,
            Life::Ticks(ticks) => tick + ticks,
            Life::OfType | Life::Keep => kind.ttl().map_or(NEVER, |ticks| tick + ticks),
        });
        // Versions rise and are not reused.
        let (least, most) = match version {
            Some(version) => {
                when(version > self.last)?;
                for entry in &mut self.entries {
                    entry.most = entry.most.min(version - 1);
                }
                (version, version)
            }
            None => (self.last + 1, u64::MAX),
        };
        self.last = least;
        self.earliest_tick = tick;
        self.entries.push(Entry { key, value, least, most, deadline });
        self.settle_versions()
    }

    fn remove(&mut self, index: usize, tick: u64) {
        self.entries.remove(index);
        self.last += 1;
        self.earliest_tick = tick;
    }

    /// Evicts the entries that were written longest ago, so that these keys fit.
    fn evict_for(&mut self, keys: &[Key], tick: u64, kind: Kind) {
        let others: Vec<_> =
            self.entries.iter().filter(|entry| entry.deadline > tick && !keys.contains(&entry.key)).collect();
        let excess = (others.len() + keys.len()).saturating_sub(kind.max_entries());
        let evicted: Vec<_> = others.iter().take(excess).map(|entry| entry.key).collect();
        self.entries.retain(|entry| !evicted.contains(&entry.key));
        self.last += evicted.len() as u64;
    }

    fn set_deadline(&mut self, key: &str, deadline: u64, tick: u64, expected: bool) -> Option<()> {
        let found = self.find_live(key, tick);
        when(found.is_some() == expected)?;
        if let Some(index) = found {
            self.entries[index].deadline = deadline;
            self.earliest_tick = tick;
        }
        Some(())
    }

    fn is_version(&mut self, found: Option<usize>, version: Option<u64>) -> Option<()> {
        match (found, version) {
            (None, None) => Some(()),
            (Some(index), Some(version)) => self.is_at(index, version),
            _ => None,
        }
    }

    /// Records the version of an entry, if it is possible.
    fn is_at(&mut self, index: usize, version: u64) -> Option<()> {
        let entry = &mut self.entries[index];
        when((entry.least..=entry.most).contains(&version))?;
        (entry.least, entry.most) = (version, version);
        self.last = self.last.max(version);
        self.settle_versions()
    }

    /// Restricts the bounds of versions, which rise in the order of writes.
    fn settle_versions(&mut self) -> Option<()> {
        for n in 1..self.entries.len() {
            self.entries[n].least = self.entries[n].least.max(self.entries[n - 1].least + 1);
        }
        for n in (1..self.entries.len()).rev() {
            self.entries[n - 1].most = self.entries[n - 1].most.min(self.entries[n].most - 1);
        }
        self.last = self.last.max(self.entries.last().map_or(0, |entry| entry.least));
        when(self.entries.iter().all(|entry| entry.least <= entry.most))
    }
}

fn when(holds: bool) -> Option<()> {
    holds.then_some(())
}
