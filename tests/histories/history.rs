//! Operations on a store, their results, and recorded calls.

use std::fmt;

pub(crate) type Key = &'static str;

/// All keys of the scripts.
pub(crate) const KEYS: [Key; 3] = ["a", "b", "c"];

/// A value that identifies its write, and counts the updates since the entry was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    /// Unique to one write.
    pub(crate) by: u32,
    pub(crate) count: u32,
}

/// The kind of the stored type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// A type with a TTL.
    Brief,
    /// A type with `max_entries`.
    Recent,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Brief, Self::Recent];

    /// Returns the TTL of the type, in ticks of the clock.
    pub(crate) fn ttl(self) -> Option<u64> {
        (self == Self::Brief).then_some(2)
    }

    pub(crate) fn max_entries(self) -> usize {
        if self == Self::Recent { 2 } else { usize::MAX }
    }
}

/// The TTL that a write asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Life {
    OfType,
    Ticks(u64),
    Never,
    Keep,
}

/// The condition of a write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum If {
    Anything,
    Absent,
    Present,
    /// In a script, 0 means the version that the thread saw last.
    Version(u64),
}

/// The kind of an update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How {
    /// `update` that increments the count.
    Count,
    /// `update` that removes an entry, or creates one if the key is absent.
    Toggle,
    /// `modify` that increments the count.
    Modify,
    /// `try_update` that increments an even count and declines an odd one.
    Try,
}

/// Error of an update that declined.
#[derive(Debug)]
pub(crate) struct Declined;

impl How {
    pub(crate) fn next(self, current: Option<Value>, by: u32) -> Result<Option<Value>, Declined> {
        let count = current.map_or(0, |value| value.count);
        let more = Some(Value { by, count: count + 1 });
        match self {
            Self::Toggle if current.is_some() => Ok(None),
            Self::Modify if current.is_none() => Ok(None),
            Self::Try if count % 2 == 1 => Err(Declined),
            _ => Ok(more),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Op {
    Set {
        key: Key,
        value: Value,
        life: Life,
        on: If,
    },
    SetMany(Vec<(Key, Value)>),
    Update {
        key: Key,
        by: u32,
        how: How,
    },
    GetOrInsert {
        key: Key,
        value: Value,
    },
    Delete(Key),
    /// In a script, version 0 means the version that the thread saw last.
    DeleteIf(Key, u64),
    Clear,
    Touch {
        key: Key,
        ticks: u64,
    },
    Persist(Key),
    Get(Key),
    GetEntry(Key),
    GetMany(Vec<Key>),
    Count,
    Scan,
    /// Reads all entries as a watcher knows them, at one instant.
    Knows,
    Advance,
    Purge,
}

/// An entry as returned by `get_entry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EntryRead {
    pub(crate) value: Value,
    pub(crate) version: u64,
    /// In ticks.
    pub(crate) expires_in: Option<u64>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    Versions(Vec<u64>),
    Conflict(Option<u64>),
    Values(Vec<Option<Value>>),
    Entry(Option<EntryRead>),
    /// Key, value, and version if it is known.
    Rows(Vec<(Key, Value, Option<u64>)>),
    Found(bool),
    Number(usize),
    Declined,
    Done,
}

/// An operation from its call to its return.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) thread: usize,
    /// Times of call and return, from a counter that never returns the same number twice.
    pub(crate) called: u64,
    pub(crate) returned: u64,
    /// The clock before and after the call, in ticks.
    pub(crate) clock: (u64, u64),
    pub(crate) op: Op,
    pub(crate) outcome: Outcome,
}

impl Op {
    /// Whether the result is checked. Advancing the clock and removing expired entries have no
    /// result.
    pub(crate) fn is_checked(&self) -> bool {
        !matches!(self, Self::Advance | Self::Purge)
    }

    /// Returns the keys of the operation; `None` means all keys.
    fn keys(&self) -> Option<Vec<Key>> {
        match self {
            Self::Set { key, .. }
            | Self::Update { key, .. }
            | Self::GetOrInsert { key, .. }
            | Self::Touch { key, .. }
            | Self::Delete(key)
            | Self::DeleteIf(key, _)
            | Self::Persist(key)
            | Self::Get(key)
            | Self::GetEntry(key) => Some(vec![key]),
            Self::SetMany(entries) => Some(entries.iter().map(|(key, _)| *key).collect()),
            Self::GetMany(keys) => Some(keys.clone()),
            _ => None,
        }
    }
}

impl Call {
    /// Whether the call changed nothing. A linearizable history stays linearizable without such a
    /// call.
    pub(crate) fn is_read(&self) -> bool {
        let reads = matches!(
            self.op,
            Op::Get(_) | Op::GetEntry(_) | Op::GetMany(_) | Op::Count | Op::Scan | Op::Knows
        );
        reads || matches!(self.outcome, Outcome::Conflict(_) | Outcome::Declined)
    }

    /// Whether the calls overlap in time, share a key, and at least one of them writes.
    fn contends_with(&self, other: &Self) -> bool {
        let overlap = self.called < other.returned && other.called < self.returned;
        let share_key = match (self.op.keys(), other.op.keys()) {
            (Some(keys), Some(others)) => keys.iter().any(|key| others.contains(key)),
            _ => true,
        };
        overlap && share_key && !(self.is_read() && other.is_read())
    }
}

/// Whether any two calls contend. A history without contention proves nothing.
pub(crate) fn is_contended(calls: &[Call]) -> bool {
    let checked: Vec<_> = calls.iter().filter(|call| call.op.is_checked()).collect();
    checked.iter().enumerate().any(|(n, call)| checked[..n].iter().any(|other| call.contends_with(other)))
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thread, called, returned, clock: (from, to), op, outcome } = self;
        write!(f, "{called:>5} to {returned:<5} tick {from} to {to}  thread {thread}  {op:?} = {outcome:?}")
    }
}
