//! The entries of one type of one tenant, and a sorted map of what they should be.

use super::op::{Condition, Key, Lifetime, Op, numbered};
use super::watched::Watched;
use kv_core::schema::key;
use kv_core::{Entry, Error, KvType, Limit, ScanOptions, SetOptions, TypedStore, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

/// What the model needs to know of a type.
pub(crate) trait Kind: KvType + Debug {
    /// How many entries there may be before the oldest makes way.
    const MOST: usize;
    fn of(n: u8) -> Self;
    fn n(&self) -> u8;
}

/// An entry that should be there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) n: u8,
    pub(crate) version: Version,
    deadline: Option<Duration>,
}

/// How many entries more the tenant takes in, of how many.
#[derive(Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) room: usize,
    pub(crate) limit: usize,
}

impl Allowed {
    fn refusal(self) -> Error {
        Error::LimitExceeded { limit: Limit::EntriesPerTenant, allowed: self.limit }
    }
}

pub(crate) struct Shelf<T: KvType> {
    pub(crate) store: Option<TypedStore<T>>,
    /// Those that are due included, until a write takes their place.
    rows: BTreeMap<String, Row>,
    /// The last version that was seen.
    last: Option<Version>,
    /// The first one.
    first: Option<Version>,
    watches: Vec<Watched<T>>,
}

impl<T: Kind> Shelf<T> {
    pub(crate) fn new(store: TypedStore<T>) -> Self {
        Self { store: Some(store), rows: BTreeMap::new(), last: None, first: None, watches: Vec::new() }
    }

    fn store(&self) -> TypedStore<T> {
        self.store.clone().expect("there is a handle")
    }

    pub(crate) fn living(&self, now: Duration) -> impl DoubleEndedIterator<Item = (&String, &Row)> + Clone {
        self.rows.iter().filter(move |(_, row)| row.deadline.is_none_or(|deadline| deadline > now))
    }

    fn alive(&self, key: &str, now: Duration) -> Option<&Row> {
        self.rows.get(key).filter(|row| row.deadline.is_none_or(|deadline| deadline > now))
    }

    /// All entries were removed at once.
    pub(crate) fn forget(&mut self) {
        self.rows.clear();
    }

    pub(crate) fn apply(&mut self, op: &Op, now: Duration, allowed: Allowed) {
        let store = self.store();
        match op {
            Op::Set { key, n, lifetime, condition } => {
                self.set(&store, key.text(), *n, (lifetime, condition), now, allowed);
            }
            Op::Fill { from, count, n } => self.fill(&store, (*from, *count, *n), now, allowed),
            Op::Get { key } => {
                let key = key.text();
                let expected = self.alive(&key, now);
                assert_eq!(store.get(&key).map(|value| value.n()), expected.map(|row| row.n));
                assert_eq!(store.get_entry(&key).map(|entry| row_of(&entry, now)).as_ref(), expected);
                assert_eq!(store.contains(&key), expected.is_some());
            }
            Op::Update { key, to } => self.update(&store, &key.text(), *to, now, allowed),
            Op::GetOrInsert { key, n } => self.get_or_insert(&store, &key.text(), *n, now, allowed),
            Op::Delete { key } => {
                let key = key.text();
                let expected = self.alive(&key, now).map(|row| row.n);
                assert_eq!(store.delete(&key).map(|value| value.n()), expected);
                if expected.is_some() {
                    self.rows.remove(&key);
                }
            }
            Op::DeleteIf { key, current } => {
                let key = key.text();
                let there = self.alive(&key, now).map(|row| row.version);
                let Some(version) = (if *current { there.or(self.last) } else { self.first }) else { return };
                let expected = match there {
                    Some(there) if there == version => Ok(true),
                    None => Ok(false),
                    current => Err(Error::Conflict { current }),
                };
                assert_eq!(store.delete_if(&key, version), expected);
                if expected == Ok(true) {
                    self.rows.remove(&key);
                }
            }
            Op::Thin { from, count, step } => {
                for n in (*from..=from.saturating_add(*count)).step_by(usize::from(*step).max(1)) {
                    let key = numbered(n);
                    assert_eq!(store.delete(&key).is_some(), self.alive(&key, now).is_some());
                    self.rows.remove(&key);
                }
            }
            Op::DeletePrefix { prefix } => {
                let prefix = prefix.text();
                let under = self.living(now).filter(|(key, _)| key.starts_with(&prefix));
                let keys: Vec<_> = under.map(|(key, _)| key.clone()).collect();
                assert_eq!(store.delete_prefix(&prefix), keys.len());
                for key in keys {
                    self.rows.remove(&key);
                }
            }
            Op::Clear => {
                assert_eq!(store.clear(), self.living(now).count());
                self.rows.clear();
            }
            Op::Touch { key, secs } => {
                let key = key.text();
                let ttl = Duration::from_secs((*secs).into());
                let expected = match key::check(&key) {
                    Err(error) => Err(error.into()),
                    Ok(()) if ttl.is_zero() => Err(Error::InvalidTtl),
                    Ok(()) => Ok(self.alive(&key, now).is_some()),
                };
                assert_eq!(store.touch(&key, ttl), expected);
                if expected == Ok(true) {
                    self.set_deadline(&key, Some(now + ttl));
                }
            }
            Op::Persist { key } => {
                let key = key.text();
                let expected = self.alive(&key, now).is_some();
                assert_eq!(store.persist(&key), expected);
                if expected {
                    self.set_deadline(&key, None);
                }
            }
            Op::Scan { prefix, after, limit, descending } => {
                let after = after.as_ref().map(Key::text);
                let limit = limit.map(usize::from);
                self.scan(&store, &prefix.text(), after.as_deref(), limit, *descending, now);
            }
            Op::Watch { .. } | Op::Receive { .. } | Op::LeaveOrResume { .. } | Op::Unwatch { .. } => {
                self.watch(&store, op);
            }
            Op::Advance { .. } | Op::Purge | Op::DropTenant | Op::NewHandles { .. } => {
                unreachable!("it concerns more than one type")
            }
        }
    }

    fn set(
        &mut self,
        store: &TypedStore<T>,
        key: String,
        n: u8,
        (lifetime, condition): (&Lifetime, &Condition),
        now: Duration,
        allowed: Allowed,
    ) {
        let current = self.alive(&key, now).map(|row| row.version);
        let (options, holds) = self.condition(condition, current);
        // A time to live is looked at before the value, a key before both.
        let expected = match lifetime {
            Lifetime::Secs(0) => Err(key::check(&key).err().map_or(Error::InvalidTtl, Error::from)),
            _ => Self::admits(&key, n)
                .and(if holds { Ok(()) } else { Err(Error::Conflict { current }) })
                .and_then(|()| self.has_room(&key, now, allowed)),
        };
        let answer = store.set_with(&key, T::of(n), with_lifetime(options, lifetime));
        assert!(same(answer.as_ref(), expected.as_ref()), "{answer:?}, not {expected:?}");
        if let Ok(version) = answer {
            let deadline = self.deadline(&key, lifetime, now);
            self.write(key, Row { n, version, deadline }, now);
            self.evict(now);
        }
    }

    fn watch(&mut self, store: &TypedStore<T>, op: &Op) {
        match op {
            Op::Watch { prefix } if self.watches.len() < 8 => {
                self.watches.push(Watched::new(store, prefix.text()));
            }
            Op::Receive { which, most } => {
                if let Some(watched) = pick(&mut self.watches, *which) {
                    watched.receive((*most).into());
                }
            }
            Op::LeaveOrResume { which } => {
                if let Some(watched) = pick(&mut self.watches, *which) {
                    watched.leave_or_resume(store);
                }
            }
            Op::Unwatch { which } if !self.watches.is_empty() => {
                self.watches.swap_remove(usize::from(*which) % self.watches.len());
            }
            _ => {}
        }
    }

    /// Of a key, of a value's rules.
    fn admits(key: &str, n: u8) -> Result<(), Error> {
        key::check(key)?;
        Ok(T::of(n).validate()?)
    }

    fn has_room(&self, key: &str, now: Duration, allowed: Allowed) -> Result<(), Error> {
        let takes_none = self.alive(key, now).is_some() || self.living(now).count() >= T::MOST;
        if takes_none || allowed.room > 0 { Ok(()) } else { Err(allowed.refusal()) }
    }

    fn condition(&self, condition: &Condition, current: Option<Version>) -> (SetOptions, bool) {
        let options = SetOptions::new();
        let some = || self.first.unwrap_or_else(|| "1".parse().expect("it is a version"));
        match condition {
            Condition::Anything => (options, true),
            Condition::Absent => (options.if_absent(), current.is_none()),
            Condition::Present => (options.if_present(), current.is_some()),
            Condition::Current => (options.if_version(current.unwrap_or_else(some)), current.is_some()),
            Condition::Older => (options.if_version(some()), current == Some(some())),
        }
    }

    /// When an entry that is written now is due.
    fn deadline(&self, key: &str, lifetime: &Lifetime, now: Duration) -> Option<Duration> {
        match (lifetime, self.alive(key, now)) {
            (Lifetime::Keep, Some(row)) => row.deadline,
            (Lifetime::Keep | Lifetime::OfType, _) => T::DEFAULT_TTL.map(|ttl| now + ttl),
            (Lifetime::Secs(secs), _) => Some(now + Duration::from_secs((*secs).into())),
            (Lifetime::None, _) => None,
        }
    }

    fn set_deadline(&mut self, key: &str, deadline: Option<Duration>) {
        if let Some(row) = self.rows.get_mut(key) {
            row.deadline = deadline;
        }
    }

    fn write(&mut self, key: String, row: Row, now: Duration) {
        assert!(self.last.is_none_or(|last| last < row.version), "{row:?} after {:?}", self.last);
        assert!(row.deadline.is_none_or(|deadline| deadline > now));
        self.last = Some(row.version);
        self.first = self.first.or(self.last);
        self.rows.insert(key, row);
    }

    /// The ones that were written longest ago make way.
    fn evict(&mut self, now: Duration) {
        let mut living: Vec<_> = self.living(now).map(|(key, row)| (row.version, key.clone())).collect();
        living.sort();
        let excess = living.len().saturating_sub(T::MOST);
        for (_, key) in living.into_iter().take(excess) {
            self.rows.remove(&key);
        }
    }

    /// An entry as it was just written by a verb that does not tell its version.
    fn wrote(&mut self, store: &TypedStore<T>, key: &str, n: u8, lifetime: &Lifetime, now: Duration) {
        let deadline = self.deadline(key, lifetime, now);
        let version = store.get_entry(key).expect("it was written").version;
        self.write(key.to_owned(), Row { n, version, deadline }, now);
        self.evict(now);
    }

    fn fill(
        &mut self,
        store: &TypedStore<T>,
        (from, count, n): (u8, u8, u8),
        now: Duration,
        allowed: Allowed,
    ) {
        let keys: Vec<_> = (from..=from.saturating_add(count)).map(numbered).collect();
        let new = keys.iter().filter(|key| self.alive(key, now).is_none()).count();
        // Those that are there already, and not written again, make way before any is written.
        let living = self.living(now).count();
        let others = living - (keys.len() - new);
        let make_way = (living + new).saturating_sub(T::MOST).min(others);
        let room = if new - make_way <= allowed.room { Ok(()) } else { Err(allowed.refusal()) };
        let expected = Self::admits("k", n).and(room);
        let answer = store.set_many(keys.iter().map(|key| (key, T::of(n))));
        assert!(same(answer.as_ref(), expected.as_ref()), "{answer:?}, not {expected:?}");
        let Ok(versions) = answer else { return };
        assert_eq!(versions.len(), keys.len());
        for (key, version) in keys.into_iter().zip(versions) {
            let deadline = self.deadline(&key, &Lifetime::OfType, now);
            self.write(key, Row { n, version, deadline }, now);
        }
        self.evict(now);
    }

    fn update(&mut self, store: &TypedStore<T>, key: &str, to: Option<u8>, now: Duration, allowed: Allowed) {
        let current = self.alive(key, now).map(|row| row.n);
        let expected = match to {
            Some(n) => Self::admits(key, n).and_then(|()| self.has_room(key, now, allowed)),
            None => key::check(key).map_err(Error::from),
        };
        let answer = store.update(key, |seen| {
            assert_eq!(seen.map(T::n), current);
            to.map(T::of)
        });
        assert!(same(answer.as_ref(), expected.as_ref()), "{answer:?}, not {expected:?}");
        let Ok(after) = answer else { return };
        assert_eq!(after.map(|value| value.n()), to);
        match to {
            Some(n) => self.wrote(store, key, n, &Lifetime::Keep, now),
            None if current.is_some() => drop(self.rows.remove(key)),
            None => {}
        }
    }

    fn get_or_insert(&mut self, store: &TypedStore<T>, key: &str, n: u8, now: Duration, allowed: Allowed) {
        let current = self.alive(key, now).map(|row| row.n);
        let expected = match current {
            Some(_) => Ok(()),
            None => Self::admits(key, n).and_then(|()| self.has_room(key, now, allowed)),
        };
        let answer = store.get_or_insert_with(key, || {
            assert_eq!(current, None, "nobody computes what is there");
            T::of(n)
        });
        assert!(same(answer.as_ref(), expected.as_ref()), "{answer:?}, not {expected:?}");
        let Ok(value) = answer else { return };
        assert_eq!(value.n(), current.unwrap_or(n));
        if current.is_none() {
            self.wrote(store, key, n, &Lifetime::OfType, now);
        }
    }

    fn scan(
        &self,
        store: &TypedStore<T>,
        prefix: &str,
        after: Option<&str>,
        limit: Option<usize>,
        descending: bool,
        now: Duration,
    ) {
        let under = self.living(now).filter(|(key, _)| key.starts_with(prefix));
        assert_eq!(store.count(prefix), under.clone().count());
        let mut options = ScanOptions::new();
        let mut expected: Vec<_> = if descending {
            options = options.descending();
            under.rev().filter(|(key, _)| after.is_none_or(|after| key.as_str() < after)).collect()
        } else {
            under.filter(|(key, _)| after.is_none_or(|after| key.as_str() > after)).collect()
        };
        if let Some(after) = after {
            options = options.after(after);
        }
        if let Some(limit) = limit {
            options = options.limit(limit);
            expected.truncate(limit);
        }
        let entries = store.scan_with(prefix, options.clone()).entries();
        let found: Vec<_> = entries.map(|entry| (entry.key.to_string(), row_of(&entry, now))).collect();
        assert!(
            found.iter().map(|(key, row)| (key, row)).eq(expected.iter().copied()),
            "{found:?}, {expected:?}"
        );
        let pairs = store.scan_with(prefix, options).map(|(key, value)| (key.to_string(), value.n()));
        assert!(pairs.eq(expected.into_iter().map(|(key, row)| (key.clone(), row.n))));
    }

    /// Compares all that can be seen, once what is due was removed.
    pub(crate) fn check(&mut self, now: Duration) {
        let store = self.store();
        self.rows.retain(|_, row| row.deadline.is_none_or(|deadline| deadline > now));
        for descending in [false, true] {
            self.scan(&store, "", None, None, descending, now);
        }
        assert_eq!(store.len(), self.rows.len());
        assert_eq!(store.stats().watchers, self.watches.iter().filter(|watched| watched.is_here()).count());
        let keys: BTreeSet<_> = store.keys("").map(|key| key.to_string()).collect();
        assert!(keys.iter().eq(self.rows.keys()));
        for watched in &mut self.watches {
            watched.come_back(&store);
            assert!(watched.receive(usize::MAX));
            watched.check(&self.rows);
        }
    }
}

fn pick<T: KvType>(all: &mut [Watched<T>], which: u8) -> Option<&mut Watched<T>> {
    let at = usize::from(which).checked_rem(all.len())?;
    all.get_mut(at)
}

fn with_lifetime(options: SetOptions, lifetime: &Lifetime) -> SetOptions {
    match lifetime {
        Lifetime::OfType => options,
        Lifetime::Secs(secs) => options.ttl(Duration::from_secs((*secs).into())),
        Lifetime::None => options.no_ttl(),
        Lifetime::Keep => options.keep_ttl(),
    }
}

fn row_of<T: Kind>(entry: &Entry<T>, now: Duration) -> Row {
    Row { n: entry.value.n(), version: entry.version, deadline: entry.expires_in.map(|left| now + left) }
}

/// Whether two answers are both good, or the same refusal.
fn same<A, B>(answer: Result<&A, &Error>, expected: Result<&B, &Error>) -> bool {
    match (answer, expected) {
        (Ok(_), Ok(_)) => true,
        (Err(answer), Err(expected)) => answer == expected,
        _ => false,
    }
}
