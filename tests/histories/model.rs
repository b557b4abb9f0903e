//! What a store is, when one thing happens after the other: the promises of its documentation as one function.

use crate::history::{If, Key, Kind, Life, Op, Outcome, Value};

const NEVER: u64 = u64::MAX;

/// All that later answers depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct State {
    /// In the order of their last writes. Those that are due may be here.
    rows: Vec<Row>,
    /// The last version that was given is at least this one.
    last: u64,
    /// The latest tick at which something was changed or seen to be due: nobody after is before it.
    horizon: u64,
}

/// An entry. Where an operation told no version of its own, it is known between which ones it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Row {
    key: Key,
    value: Value,
    least: u64,
    most: u64,
    deadline: u64,
}

impl State {
    /// The earliest tick at which the next operation may happen.
    pub(crate) fn horizon(&self) -> u64 {
        self.horizon
    }

    /// What comes of an operation at a tick, if it may have had this outcome.
    pub(crate) fn after(&self, op: &Op, outcome: &Outcome, tick: u64, kind: Kind) -> Option<Self> {
        let mut state = self.clone();
        state.perform(op, outcome, tick, kind).map(|()| state)
    }

    fn perform(&mut self, op: &Op, outcome: &Outcome, tick: u64, kind: Kind) -> Option<()> {
        match (op, outcome) {
            (Op::Set { key, value, life, on }, Outcome::Versions(versions)) => {
                let found = self.living(key, tick);
                match on {
                    If::Anything => {}
                    If::Absent => when(found.is_none())?,
                    If::Present => when(found.is_some())?,
                    If::Version(version) => self.is_at(found?, *version)?,
                }
                self.make_way(&[*key], tick, kind);
                self.put((key, *value), *life, versions.first().copied(), tick, kind)
            }
            (Op::Set { key, on, .. }, Outcome::Conflict(current)) => {
                let found = self.living(key, tick);
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
                self.make_way(&keys, tick, kind);
                for ((key, value), version) in entries.iter().zip(versions) {
                    self.put((key, *value), Life::OfType, Some(*version), tick, kind)?;
                }
                self.make_way(&[], tick, kind);
                Some(())
            }
            (Op::Update { key, by, how }, outcome) => {
                let found = self.living(key, tick);
                let next = how.next(found.map(|place| self.rows[place].value), *by);
                let Ok(next) = next else { return when(*outcome == Outcome::Declined) };
                when(*outcome == Outcome::Values(vec![next]))?;
                match (next, found) {
                    (Some(value), _) => {
                        self.make_way(&[*key], tick, kind);
                        self.put((key, value), Life::Keep, None, tick, kind)
                    }
                    (None, found) => {
                        if let Some(place) = found {
                            self.remove(place, tick);
                        }
                        Some(())
                    }
                }
            }
            (Op::GetOrInsert { key, value }, Outcome::Values(values)) => {
                if let Some(place) = self.living(key, tick) {
                    return when(values[..] == [Some(self.rows[place].value)]);
                }
                when(values[..] == [Some(*value)])?;
                self.make_way(&[*key], tick, kind);
                self.put((key, *value), Life::OfType, None, tick, kind)
            }
            (Op::Delete(key), Outcome::Values(values)) => {
                let found = self.living(key, tick);
                when(values[..] == [found.map(|place| self.rows[place].value)])?;
                if let Some(place) = found {
                    self.remove(place, tick);
                }
                Some(())
            }
            (Op::DeleteIf(key, version), outcome) => match (self.living(key, tick), outcome) {
                (None, Outcome::Found(false)) => Some(()),
                (Some(place), Outcome::Found(true)) => {
                    self.is_at(place, *version)?;
                    self.remove(place, tick);
                    Some(())
                }
                (Some(place), Outcome::Conflict(Some(current))) if current != version => {
                    self.is_at(place, *current)
                }
                _ => None,
            },
            (Op::Clear, Outcome::Number(number)) => {
                when(*number == self.count(tick))?;
                self.last += *number as u64;
                self.rows.clear();
                self.horizon = tick;
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
                let found = self.living(key, tick);
                when(values[..] == [found.map(|place| self.rows[place].value)])
            }
            (Op::GetEntry(key), Outcome::Entry(entry)) => {
                let Some(place) = self.living(key, tick) else { return when(entry.is_none()) };
                let (row, entry) = (self.rows[place], (*entry)?);
                let expires_in = (row.deadline != NEVER).then(|| row.deadline - tick);
                when(entry.value == row.value && entry.expires_in == expires_in)?;
                self.is_at(place, entry.version)
            }
            (Op::GetMany(keys), Outcome::Values(values)) => {
                let found = keys.iter().map(|key| self.living(key, tick).map(|place| self.rows[place].value));
                when(found.collect::<Vec<_>>() == *values)
            }
            (Op::Count, Outcome::Number(number)) => when(*number == self.count(tick)),
            (Op::Knows, Outcome::Rows(known)) => {
                // Of what is due it is told when it is removed.
                let lives = |row: &&Row| row.deadline > tick;
                let is_known = |row: &Row| known.iter().any(|(key, ..)| *key == row.key);
                when(self.rows.iter().filter(lives).all(is_known))?;
                for (key, value, version) in known {
                    let place = self.rows.iter().position(|row| row.key == *key)?;
                    // Nor is it told of the last write of what is due, only of the removal to come.
                    if self.rows[place].deadline > tick {
                        when(self.rows[place].value == *value)?;
                        version.map_or(Some(()), |version| self.is_at(place, version))?;
                    }
                }
                Some(())
            }
            _ => None,
        }
    }

    /// Where a living entry is. Who sees one that is due lets nobody after be earlier.
    fn living(&mut self, key: &str, tick: u64) -> Option<usize> {
        let place = self.rows.iter().position(|row| row.key == key)?;
        if self.rows[place].deadline > tick {
            return Some(place);
        }
        self.horizon = tick;
        None
    }

    fn count(&mut self, tick: u64) -> usize {
        let alive = self.rows.iter().filter(|row| row.deadline > tick).count();
        if alive < self.rows.len() {
            self.horizon = tick;
        }
        alive
    }

    fn put(
        &mut self,
        (key, value): (Key, Value),
        life: Life,
        version: Option<u64>,
        tick: u64,
        kind: Kind,
    ) -> Option<()> {
        let replaced = self.rows.iter().position(|row| row.key == key).map(|place| self.rows.remove(place));
        let kept = replaced.filter(|row| life == Life::Keep && row.deadline > tick).map(|row| row.deadline);
        let deadline = kept.unwrap_or_else(|| match life {
            Life::Never => NEVER,
            Life::Ticks(ticks) => tick + ticks,
            Life::OfType | Life::Keep => kind.ttl().map_or(NEVER, |ticks| tick + ticks),
        });
        // Versions rise, and none is given twice.
        let (least, most) = match version {
            Some(version) => {
                when(version > self.last)?;
                for row in &mut self.rows {
                    row.most = row.most.min(version - 1);
                }
                (version, version)
            }
            None => (self.last + 1, u64::MAX),
        };
        self.last = least;
        self.horizon = tick;
        self.rows.push(Row { key, value, least, most, deadline });
        self.settle_versions()
    }

    fn remove(&mut self, place: usize, tick: u64) {
        self.rows.remove(place);
        self.last += 1;
        self.horizon = tick;
    }

    /// Removes those that were written longest ago, as many as are too many with these.
    fn make_way(&mut self, keys: &[Key], tick: u64, kind: Kind) {
        let others: Vec<_> =
            self.rows.iter().filter(|row| row.deadline > tick && !keys.contains(&row.key)).collect();
        let excess = (others.len() + keys.len()).saturating_sub(kind.max_entries());
        let evicted: Vec<_> = others.iter().take(excess).map(|row| row.key).collect();
        self.rows.retain(|row| !evicted.contains(&row.key));
        self.last += evicted.len() as u64;
    }

    fn set_deadline(&mut self, key: &str, deadline: u64, tick: u64, expected: bool) -> Option<()> {
        let found = self.living(key, tick);
        when(found.is_some() == expected)?;
        if let Some(place) = found {
            self.rows[place].deadline = deadline;
            self.horizon = tick;
        }
        Some(())
    }

    fn is_version(&mut self, found: Option<usize>, version: Option<u64>) -> Option<()> {
        match (found, version) {
            (None, None) => Some(()),
            (Some(place), Some(version)) => self.is_at(place, version),
            _ => None,
        }
    }

    /// An entry has this version, which it may have.
    fn is_at(&mut self, place: usize, version: u64) -> Option<()> {
        let row = &mut self.rows[place];
        when((row.least..=row.most).contains(&version))?;
        (row.least, row.most) = (version, version);
        self.last = self.last.max(version);
        self.settle_versions()
    }

    /// Versions are in the order of writes.
    fn settle_versions(&mut self) -> Option<()> {
        for n in 1..self.rows.len() {
            self.rows[n].least = self.rows[n].least.max(self.rows[n - 1].least + 1);
        }
        for n in (1..self.rows.len()).rev() {
            self.rows[n - 1].most = self.rows[n - 1].most.min(self.rows[n].most - 1);
        }
        self.last = self.last.max(self.rows.last().map_or(0, |row| row.least));
        when(self.rows.iter().all(|row| row.least <= row.most))
    }
}

fn when(holds: bool) -> Option<()> {
    holds.then_some(())
}
