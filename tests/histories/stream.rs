//! Checks the streams of watchers against the recorded calls.
//!
//! This module checks the rules for a single stream: the first change, the order of versions, and
//! that each version belongs to one change. Whenever a stream claims to be complete (at `Ready`,
//! and when no change is available), the entries it has reported become a read of all keys at one
//! instant, which the [checker](crate::checker) has to place among the calls. No order explains a
//! stream with a lost, hidden, skipped or premature change. At the end, the watcher must know the
//! final state.

use crate::history::{Call, KEYS, Key, Kind, Op, Outcome, Value};
use crate::record::{Observation, Observed, Recording};
use crate::store::{Cause, Change};
use std::collections::{BTreeMap, HashMap};

/// Thread number of the first watcher in reports.
const WATCHERS: usize = 100;

/// Checks all streams of a recording, and returns the states known to the watchers as reads.
pub(crate) fn check(recording: &Recording, kind: Kind) -> Result<Vec<Call>, String> {
    let mut changes = Changes::of(recording, kind);
    let mut states = Vec::new();
    for (nth, stream) in recording.streams.iter().enumerate() {
        let mut replica = Replica::new(WATCHERS + nth);
        for observation in stream {
            replica.apply(observation, &mut changes).map_err(|wrong| {
                format!("watcher {nth}: {wrong}; at {observation:?} in\n{}", show(stream))
            })?;
        }
        if replica.entries != recording.final_state {
            let (entries, expected) = (replica.entries, &recording.final_state);
            return Err(format!(
                "watcher {nth} ends with {entries:?} instead of {expected:?} after\n{}",
                show(stream)
            ));
        }
        states.extend(replica.states);
    }
    Ok(states)
}

/// Formats a stream, one line for each observation.
pub(crate) fn show(stream: &[Observation]) -> String {
    let line = |observation: &Observation| {
        format!("  {:>5} to {:<5} {:?}\n", observation.called, observation.returned, observation.what)
    };
    stream.iter().map(line).collect()
}

/// All changes known from calls and streams.
struct Changes<'r> {
    kind: Kind,
    calls: &'r [Call],
    by_version: HashMap<u64, (Key, Option<Value>)>,
    version_of: HashMap<Value, u64>,
}

impl<'r> Changes<'r> {
    fn of(recording: &'r Recording, kind: Kind) -> Self {
        let calls = &recording.calls;
        let mut changes = Self { kind, calls, by_version: HashMap::new(), version_of: HashMap::new() };
        for call in calls {
            let written = match (&call.op, &call.outcome) {
                (Op::Set { key, value, .. }, Outcome::Versions(versions)) => {
                    vec![((*key, *value), versions[0])]
                }
                (Op::SetMany(entries), Outcome::Versions(versions)) => {
                    entries.iter().copied().zip(versions.iter().copied()).collect()
                }
                _ => continue,
            };
            for ((key, value), version) in written {
                changes.by_version.insert(version, (key, Some(value)));
                changes.version_of.insert(value, version);
            }
        }
        changes
    }

    /// Records a change, and checks that its version belongs to no other change and its value to no
    /// other version.
    fn note(&mut self, key: Key, value: Option<Value>, version: u64) -> Result<(), String> {
        let first = *self.by_version.entry(version).or_insert((key, value));
        if first != (key, value) {
            return Err(format!("version {version} belongs to {first:?} too"));
        }
        let Some(value) = value else { return Ok(()) };
        let first = *self.version_of.entry(value).or_insert(version);
        if first == version { Ok(()) } else { Err(format!("{value:?} has version {first} too")) }
    }

    /// Whether an operation that was called before `before` may have had this effect on the key.
    fn may_result_from(&self, key: Key, before: u64, has_effect: impl Fn(&Op) -> bool) -> bool {
        let concerns = |op: &Op| match op {
            Op::Set { key: other, .. }
            | Op::Update { key: other, .. }
            | Op::GetOrInsert { key: other, .. }
            | Op::Touch { key: other, .. }
            | Op::Delete(other)
            | Op::DeleteIf(other, _) => *other == key,
            Op::SetMany(entries) => entries.iter().any(|(other, _)| *other == key),
            Op::Clear => true,
            _ => false,
        };
        self.calls.iter().any(|call| call.called < before && concerns(&call.op) && has_effect(&call.op))
    }

    fn has_cause(&self, key: Key, cause: Cause, before: u64) -> bool {
        let (kind, writes) =
            (self.kind, |op: &Op| !matches!(op, Op::Delete(_) | Op::DeleteIf(..) | Op::Clear));
        match cause {
            Cause::Deleted => self.may_result_from(key, before, |op| {
                matches!(op, Op::Delete(_) | Op::DeleteIf(..) | Op::Clear | Op::Update { .. })
            }),
            Cause::Expired => self.may_result_from(key, before, |op| {
                use crate::history::Life;
                let has_ttl = matches!(op, Op::Set { life: Life::Ticks(_), .. } | Op::Touch { .. });
                has_ttl || kind.ttl().is_some() && writes(op)
            }),
            Cause::Evicted => kind.max_entries() < KEYS.len() && self.may_result_from(key, before, writes),
        }
    }

    fn was_written(&self, key: Key, value: Value, before: u64) -> bool {
        self.may_result_from(key, before, |op| match op {
            Op::Set { value: written, .. } | Op::GetOrInsert { value: written, .. } => *written == value,
            Op::SetMany(entries) => entries.contains(&(key, value)),
            Op::Update { by, .. } => *by == value.by,
            _ => false,
        })
    }
}

/// The entries as a watcher knows them.
struct Replica {
    thread: usize,
    entries: BTreeMap<Key, (Value, u64)>,
    /// The last version received for each key.
    versions: BTreeMap<Key, u64>,
    /// The time and tick at which the watch started.
    since: (u64, u64),
    is_ready: bool,
    wants_reset: bool,
    states: Vec<Call>,
}

impl Replica {
    fn new(thread: usize) -> Self {
        let (entries, versions) = (BTreeMap::new(), BTreeMap::new());
        Self { thread, entries, versions, since: (0, 0), is_ready: false, wants_reset: true, states: vec![] }
    }

    fn apply(&mut self, observation: &Observation, changes: &mut Changes<'_>) -> Result<(), String> {
        let Observation { called, returned, clock, what } = *observation;
        if self.wants_reset && !matches!(what, Observed::Change(Change::Reset) | Observed::Started { .. }) {
            return Err("the watch does not begin with a reset".to_owned());
        }
        match what {
            Observed::Started { after } => {
                (self.is_ready, self.wants_reset) = (false, after.is_none());
                self.since = (called, clock.0);
            }
            Observed::Idle if !self.is_ready => {
                return Err("the watch has no change before it is ready".to_owned());
            }
            Observed::Idle => self.record_state((called, clock.0), observation),
            Observed::Change(Change::Reset) => {
                (self.is_ready, self.wants_reset) = (false, false);
                self.entries.clear();
                self.versions.clear();
            }
            Observed::Change(Change::Ready) if self.is_ready => {
                return Err("the watch is ready twice".to_owned());
            }
            Observed::Change(Change::Ready) => {
                self.is_ready = true;
                self.record_state(self.since, observation);
            }
            Observed::Change(Change::Set { key, value, version }) => {
                self.check_version(key, version)?;
                if !changes.was_written(key, value, returned) {
                    return Err("no call has written this value".to_owned());
                }
                changes.note(key, Some(value), version)?;
                self.entries.insert(key, (value, version));
            }
            Observed::Change(Change::Removed { key, version, cause }) => {
                self.check_version(key, version)?;
                if !changes.has_cause(key, cause, returned) {
                    return Err("no call can have caused this removal".to_owned());
                }
                changes.note(key, None, version)?;
                self.entries.remove(key);
            }
        }
        Ok(())
    }

    /// Checks that versions rise: for each key before `Ready`, and over all keys after it.
    fn check_version(&mut self, key: Key, version: u64) -> Result<(), String> {
        let of_key = self.versions.get(key).copied();
        let last = if self.is_ready { self.versions.values().copied().max() } else { of_key };
        if let Some(last) = last.filter(|last| version <= *last) {
            return Err(format!("version {version} follows version {last}"));
        }
        self.versions.insert(key, version);
        Ok(())
    }

    fn record_state(&mut self, (called, from): (u64, u64), observation: &Observation) {
        let rows = self.entries.iter().map(|(key, (value, version))| (*key, *value, Some(*version)));
        self.states.push(Call {
            thread: self.thread,
            called,
            returned: observation.returned,
            clock: (from, observation.clock.1),
            op: Op::Knows,
            outcome: Outcome::Rows(rows.collect()),
        });
    }
}
