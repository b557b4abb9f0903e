//! What was done to a store by many threads, and what it answered.

use std::fmt;

pub(crate) type Key = &'static str;

/// All keys that are written.
pub(crate) const KEYS: [Key; 3] = ["a", "b", "c"];

/// A value that tells who wrote it, and how often it was counted up since there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Value {
    /// Of one write alone.
    pub(crate) by: u32,
    pub(crate) count: u32,
}

/// Which sort of type is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Plain,
    /// With a time to live of its own.
    Brief,
    /// With `max_entries`.
    Recent,
}

impl Kind {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::Brief, Self::Recent];

    /// The type's own time to live, in ticks of the clock.
    pub(crate) fn ttl(self) -> Option<u64> {
        (self == Self::Brief).then_some(2)
    }

    pub(crate) fn max_entries(self) -> usize {
        if self == Self::Recent { 2 } else { usize::MAX }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Life {
    OfType,
    Ticks(u64),
    Never,
    Keep,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum If {
    Anything,
    Absent,
    Present,
    /// In a script, 0 stands for the one that the thread saw last.
    Version(u64),
}

/// What an update makes of what is there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum How {
    /// `update`: one more.
    Count,
    /// `update`: none of one, one of none.
    Toggle,
    /// `modify`: one more where there is one.
    Modify,
    /// `try_update`: declines to count up from an odd number.
    Try,
}

/// An update declined.
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
    /// In a script, version 0 stands for the one that the thread saw last.
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
    /// What one who watches knew at one instant.
    Knows,
    Advance,
    Purge,
}

/// An entry as it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
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
    Entry(Option<Seen>),
    /// Key, value, and version where it was told.
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
    /// When it was called and when it returned: numbers of one counter, each given once.
    pub(crate) called: u64,
    pub(crate) returned: u64,
    /// What the clock said before and after, in ticks.
    pub(crate) clock: (u64, u64),
    pub(crate) op: Op,
    pub(crate) outcome: Outcome,
}

impl Op {
    /// Whether the answer is to be judged: time goes by, and sweeps are nobody's business.
    pub(crate) fn is_judged(&self) -> bool {
        !matches!(self, Self::Advance | Self::Purge)
    }

    /// The keys that it concerns; `None` for all.
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
    /// Whether it did nothing but read. A history that is linearizable stays so without it.
    pub(crate) fn is_read(&self) -> bool {
        let reads = matches!(
            self.op,
            Op::Get(_) | Op::GetEntry(_) | Op::GetMany(_) | Op::Count | Op::Scan | Op::Knows
        );
        reads || matches!(self.outcome, Outcome::Conflict(_) | Outcome::Declined)
    }

    /// Whether both went on at one time, concern one key, and one of them writes.
    fn contends_with(&self, other: &Self) -> bool {
        let overlap = self.called < other.returned && other.called < self.returned;
        let meet = match (self.op.keys(), other.op.keys()) {
            (Some(mine), Some(others)) => mine.iter().any(|key| others.contains(key)),
            _ => true,
        };
        overlap && meet && !(self.is_read() && other.is_read())
    }
}

/// Whether some operations met: a history in which none did proves nothing.
pub(crate) fn is_contended(calls: &[Call]) -> bool {
    let judged: Vec<_> = calls.iter().filter(|call| call.op.is_judged()).collect();
    judged.iter().enumerate().any(|(n, call)| judged[..n].iter().any(|other| call.contends_with(other)))
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thread, called, returned, clock: (from, to), op, outcome } = self;
        write!(f, "{called:>5} to {returned:<5} tick {from} to {to}  thread {thread}  {op:?} = {outcome:?}")
    }
}
