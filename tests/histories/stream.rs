//! Whether what somebody who watches heard fits what was done.
//!
//! The rules of a stream by itself are checked here: what comes first, the order of versions, that each version is one change.
//! Each time when it claims to be complete (at `Ready`, and when there is nothing new), what it has told of becomes a
//! reading of all keys at one instant, for the [checker](crate::checker) to find a place for. So whatever is lost, hidden,
//! skipped or told too early is an answer that no order explains. At rest, it is what is there.

use crate::history::{Call, KEYS, Key, Kind, Op, Outcome, Value};
use crate::record::{Heard, Recording, What};
use crate::store::{Cause, News};
use std::collections::{BTreeMap, HashMap};

/// The thread that who watches is shown as, the first one.
const WATCHERS: usize = 100;

/// Checks all streams of a recording, and returns what those who watch knew.
pub(crate) fn check(recording: &Recording, kind: Kind) -> Result<Vec<Call>, String> {
    let mut changes = Changes::of(recording, kind);
    let mut knowledge = Vec::new();
    for (nth, stream) in recording.streams.iter().enumerate() {
        let mut listener = Listener::new(WATCHERS + nth);
        for heard in stream {
            listener
                .hear(heard, &mut changes)
                .map_err(|wrong| format!("watcher {nth}: {wrong}, at {heard:?} in\n{}", show(stream)))?;
        }
        if listener.known != recording.rest {
            let Listener { known, .. } = listener;
            let rest = &recording.rest;
            return Err(format!(
                "watcher {nth} knows {known:?} at the end, where {rest:?} is, after\n{}",
                show(stream)
            ));
        }
        knowledge.extend(listener.knowledge);
    }
    Ok(knowledge)
}

/// A stream, a line for each thing heard.
pub(crate) fn show(stream: &[Heard]) -> String {
    let line = |heard: &Heard| format!("  {:>5} to {:<5} {:?}\n", heard.called, heard.returned, heard.what);
    stream.iter().map(line).collect()
}

/// What is known of all changes, from operations and from all who watch.
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

    /// A version is that of one change, and a value's version is one.
    fn note(&mut self, key: Key, value: Option<Value>, version: u64) -> Result<(), String> {
        let first = *self.by_version.entry(version).or_insert((key, value));
        if first != (key, value) {
            return Err(format!("version {version} is that of {first:?} too"));
        }
        let Some(value) = value else { return Ok(()) };
        let first = *self.version_of.entry(value).or_insert(version);
        if first == version { Ok(()) } else { Err(format!("{value:?} is at version {first} too")) }
    }

    /// Whether some operation that was called before may have done this to the key.
    fn may_come_of(&self, key: Key, before: u64, does: impl Fn(&Op) -> bool) -> bool {
        let is_about = |op: &Op| match op {
            Op::Set { key: about, .. }
            | Op::Update { key: about, .. }
            | Op::GetOrInsert { key: about, .. }
            | Op::Touch { key: about, .. }
            | Op::Delete(about)
            | Op::DeleteIf(about, _) => *about == key,
            Op::SetMany(entries) => entries.iter().any(|(about, _)| *about == key),
            Op::Clear => true,
            _ => false,
        };
        self.calls.iter().any(|call| call.called < before && is_about(&call.op) && does(&call.op))
    }

    fn has_cause(&self, key: Key, cause: Cause, before: u64) -> bool {
        let (kind, writes) =
            (self.kind, |op: &Op| !matches!(op, Op::Delete(_) | Op::DeleteIf(..) | Op::Clear));
        match cause {
            Cause::Deleted => self.may_come_of(key, before, |op| {
                matches!(op, Op::Delete(_) | Op::DeleteIf(..) | Op::Clear | Op::Update { .. })
            }),
            Cause::Expired => self.may_come_of(key, before, |op| {
                use crate::history::Life;
                let has_ttl = matches!(op, Op::Set { life: Life::Ticks(_), .. } | Op::Touch { .. });
                has_ttl || kind.ttl().is_some() && writes(op)
            }),
            Cause::Evicted => kind.max_entries() < KEYS.len() && self.may_come_of(key, before, writes),
        }
    }

    fn was_written(&self, key: Key, value: Value, before: u64) -> bool {
        self.may_come_of(key, before, |op| match op {
            Op::Set { value: written, .. } | Op::GetOrInsert { value: written, .. } => *written == value,
            Op::SetMany(entries) => entries.contains(&(key, value)),
            Op::Update { by, .. } => *by == value.by,
            _ => false,
        })
    }
}

/// Somebody who watches and applies what is told.
struct Listener {
    thread: usize,
    known: BTreeMap<Key, (Value, u64)>,
    /// The last version that was told of each key.
    told: BTreeMap<Key, u64>,
    /// Since when it is getting to know what is there.
    since: (u64, u64),
    is_ready: bool,
    wants_reset: bool,
    knowledge: Vec<Call>,
}

impl Listener {
    fn new(thread: usize) -> Self {
        let (known, told) = (BTreeMap::new(), BTreeMap::new());
        Self { thread, known, told, since: (0, 0), is_ready: false, wants_reset: true, knowledge: vec![] }
    }

    fn hear(&mut self, heard: &Heard, changes: &mut Changes<'_>) -> Result<(), String> {
        let Heard { called, returned, clock, what } = *heard;
        if self.wants_reset && !matches!(what, What::News(News::Reset) | What::Began { .. }) {
            return Err("it does not begin with a reset".to_owned());
        }
        match what {
            What::Began { after } => {
                (self.is_ready, self.wants_reset) = (false, after.is_none());
                self.since = (called, clock.0);
            }
            What::Nothing if !self.is_ready => return Err("it waits before it is ready".to_owned()),
            What::Nothing => self.knows((called, clock.0), heard),
            What::News(News::Reset) => {
                (self.is_ready, self.wants_reset) = (false, false);
                self.known.clear();
                self.told.clear();
            }
            What::News(News::Ready) if self.is_ready => return Err("it is ready twice".to_owned()),
            What::News(News::Ready) => {
                self.is_ready = true;
                self.knows(self.since, heard);
            }
            What::News(News::Set { key, value, version }) => {
                self.rises(key, version)?;
                if !changes.was_written(key, value, returned) {
                    return Err("nobody has written that".to_owned());
                }
                changes.note(key, Some(value), version)?;
                self.known.insert(key, (value, version));
            }
            What::News(News::Gone { key, version, cause }) => {
                self.rises(key, version)?;
                if !changes.has_cause(key, cause, returned) {
                    return Err("nothing is the cause of that".to_owned());
                }
                changes.note(key, None, version)?;
                self.known.remove(key);
            }
        }
        Ok(())
    }

    /// Versions rise: before `Ready` those of each key, then all.
    fn rises(&mut self, key: Key, version: u64) -> Result<(), String> {
        let of_key = self.told.get(key).copied();
        let last = if self.is_ready { self.told.values().copied().max() } else { of_key };
        if last.is_some_and(|last| version <= last) {
            return Err(format!("{last:?} was told before"));
        }
        self.told.insert(key, version);
        Ok(())
    }

    fn knows(&mut self, (called, from): (u64, u64), heard: &Heard) {
        let rows = self.known.iter().map(|(key, (value, version))| (*key, *value, Some(*version)));
        self.knowledge.push(Call {
            thread: self.thread,
            called,
            returned: heard.returned,
            clock: (from, heard.clock.1),
            op: Op::Knows,
            outcome: Outcome::Rows(rows.collect()),
        });
    }
}
