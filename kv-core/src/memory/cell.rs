//! Entries and what happens to them under a collection's lock. No lock, no clock and no thread is known here.
//!
//! Whatever is removed is returned, so that the caller can drop it once the lock is released.

use super::time::{Deadline, Moment};
use crate::{Entry, Version};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The entries of a collection, ordered by key.
///
/// Rows whose deadline has passed may still be here; nothing shows them.
pub(super) struct Cell<T> {
    rows: BTreeMap<Arc<str>, Row<T>>,
    /// The deadline of every row that has one, exactly.
    deadlines: BTreeSet<(Deadline, Arc<str>)>,
    last_version: u64,
}

/// A value and what is kept beside it.
pub(crate) struct Row<T> {
    pub(crate) value: Arc<T>,
    pub(crate) version: Version,
    created_at: SystemTime,
    updated_at: SystemTime,
    deadline: Deadline,
}

impl<T> Row<T> {
    pub(super) fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The entry that this row makes with its key.
    pub(crate) fn into_entry(self, key: Arc<str>, expires_in: Option<Duration>) -> Entry<T> {
        let Self { value, version, created_at, updated_at, .. } = self;
        Entry { key, value, version, created_at, updated_at, expires_in }
    }
}

// Derived, it would ask for `T: Clone`, and no `T` is cloned here.
impl<T> Clone for Row<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), ..*self }
    }
}

/// A value on its way to a key.
pub(crate) struct Write<'k, T> {
    pub(crate) key: &'k str,
    pub(crate) value: Arc<T>,
    pub(crate) condition: Condition,
    pub(crate) lifetime: Lifetime,
}

/// What must be under the key for a write or a removal to happen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Condition {
    #[default]
    None,
    Absent,
    Present,
    Version(Version),
}

impl Condition {
    fn check(self, current: Option<Version>) -> Result<(), Conflict> {
        let holds = match self {
            Self::None => true,
            Self::Absent => current.is_none(),
            Self::Present => current.is_some(),
            Self::Version(wanted) => current == Some(wanted),
        };
        if holds { Ok(()) } else { Err(Conflict { current }) }
    }
}

/// How long a written entry lives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lifetime {
    /// Counted from now; without end for `None`.
    Anew(Option<Duration>),
    /// The deadline of the entry that is there; for a new one, as `Anew`.
    KeptOr(Option<Duration>),
}

/// A condition did not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Conflict {
    pub(crate) current: Option<Version>,
}

/// A part of a scan.
#[derive(Clone, Copy)]
pub(crate) struct Page<'a> {
    pub(crate) prefix: &'a str,
    /// The key behind which the part starts, in the direction of the scan.
    pub(crate) after: Option<&'a str>,
    pub(crate) descending: bool,
    pub(crate) limit: usize,
}

impl<T> Cell<T> {
    pub(super) fn new(first_version: u64) -> Self {
        Self { rows: BTreeMap::new(), deadlines: BTreeSet::new(), last_version: first_version }
    }

    /// The row under a key, if it is alive.
    pub(super) fn get(&self, key: &str, moment: &Moment<'_>) -> Option<(&Arc<str>, &Row<T>)> {
        self.rows.get_key_value(key).filter(|(_, row)| !moment.is_due(row.deadline))
    }

    /// Writes a value, and returns its version with the row that it removed, alive or not.
    pub(super) fn set(
        &mut self,
        write: &Write<'_, T>,
        moment: &Moment<'_>,
        of_day: SystemTime,
    ) -> Result<(Version, Option<Row<T>>), Conflict> {
        let alive = self.get(write.key, moment).map(|(_, row)| row.version);
        write.condition.check(alive)?;
        let (key, removed) = self.take(write.key).unzip();
        let key = key.unwrap_or_else(|| Arc::from(write.key));
        let replaced = removed.as_ref().filter(|_| alive.is_some());
        if removed.is_some() && replaced.is_none() {
            // It expired unnoticed, and is removed as a sweep would have done: what follows is a new entry.
            self.next_version();
        }
        let deadline = match (write.lifetime, replaced) {
            (Lifetime::KeptOr(_), Some(replaced)) => replaced.deadline,
            (Lifetime::Anew(ttl) | Lifetime::KeptOr(ttl), _) => moment.deadline(ttl),
        };
        let created_at = replaced.map_or(of_day, |replaced| replaced.created_at);
        let version = self.next_version();
        let row = Row {
            value: Arc::clone(&write.value),
            version,
            created_at,
            // Writers read the time of day before they queue for the lock.
            updated_at: of_day.max(created_at),
            deadline,
        };
        if deadline != Deadline::NEVER {
            self.deadlines.insert((deadline, Arc::clone(&key)));
        }
        self.rows.insert(key, row);
        Ok((version, removed))
    }

    /// Removes an entry that is alive, and returns it.
    pub(super) fn remove(
        &mut self,
        key: &str,
        condition: Condition,
        moment: &Moment<'_>,
    ) -> Result<Option<Row<T>>, Conflict> {
        let alive = self.get(key, moment).map(|(_, row)| row.version);
        condition.check(alive)?;
        if alive.is_none() {
            return Ok(None);
        }
        self.next_version();
        Ok(self.take(key).map(|(_, row)| row))
    }

    /// Removes up to `most` entries whose deadline has come, earliest first, and returns them.
    pub(super) fn remove_due(&mut self, most: usize, moment: &Moment<'_>) -> Vec<Row<T>> {
        let mut removed = Vec::new();
        while removed.len() < most
            && let Some((deadline, _)) = self.deadlines.first()
            && moment.is_due(*deadline)
            && let Some((_, key)) = self.deadlines.pop_first()
            && let Some(row) = self.rows.remove(&key)
        {
            self.next_version();
            removed.push(row);
        }
        removed
    }

    /// The earliest deadline of all rows.
    pub(super) fn next_deadline(&self) -> Deadline {
        self.deadlines.first().map_or(Deadline::NEVER, |(deadline, _)| *deadline)
    }

    /// How many living entries have a key with this prefix.
    pub(super) fn count(&self, prefix: &str, moment: &Moment<'_>) -> usize {
        let from_prefix = self.rows.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let matching = from_prefix.take_while(|(key, _)| key.starts_with(prefix));
        matching.filter(|(_, row)| !moment.is_due(row.deadline)).count()
    }

    /// The living rows of a part of a scan, in its direction.
    pub(super) fn page(&self, page: Page<'_>, moment: &Moment<'_>) -> Vec<(Arc<str>, Row<T>)> {
        let Page { prefix, after, descending, limit } = page;
        let collect = |rows: &mut dyn Iterator<Item = (&Arc<str>, &Row<T>)>| {
            rows.take_while(|(key, _)| key.starts_with(prefix))
                .filter(|(_, row)| !moment.is_due(row.deadline))
                .take(limit)
                .map(|(key, row)| (Arc::clone(key), row.clone()))
                .collect()
        };
        if descending {
            let end = prefix_end(prefix);
            let until = match (after, &end) {
                (Some(after), Some(end)) => Bound::Excluded(after.min(end)),
                (Some(after), None) => Bound::Excluded(after),
                (None, Some(end)) => Bound::Excluded(end.as_str()),
                (None, None) => Bound::Unbounded,
            };
            collect(&mut self.rows.range::<str, _>((Bound::Unbounded, until)).rev())
        } else {
            let from = match after {
                Some(after) if after >= prefix => Bound::Excluded(after),
                _ => Bound::Included(prefix),
            };
            collect(&mut self.rows.range::<str, _>((from, Bound::Unbounded)))
        }
    }

    /// Takes a row out, with its deadline.
    fn take(&mut self, key: &str) -> Option<(Arc<str>, Row<T>)> {
        let (key, row) = self.rows.remove_entry(key)?;
        if row.deadline != Deadline::NEVER {
            self.deadlines.remove(&(row.deadline, Arc::clone(&key)));
        }
        Some((key, row))
    }

    fn next_version(&mut self) -> Version {
        self.last_version += 1;
        Version::new(self.last_version)
    }
}

/// The first string that is behind every string with this prefix; `None` when there is none.
///
/// Byte order of UTF-8 is the order of code points, so it is the prefix with its last character replaced by the
/// next one, where there is a next one.
fn prefix_end(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The iterator leaves out the surrogates, which are no characters.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: SystemTime = SystemTime::UNIX_EPOCH;

    fn write(key: &str, ttl: Option<u64>) -> Write<'_, &'static str> {
        let lifetime = Lifetime::Anew(ttl.map(Duration::from_secs));
        Write { key, value: Arc::new("value"), condition: Condition::None, lifetime }
    }

    fn set(cell: &mut Cell<&'static str>, key: &str, ttl: Option<u64>, at: u64) -> Version {
        cell.set(&write(key, ttl), &Moment::at(at), NOON).unwrap().0
    }

    #[test]
    fn an_overwritten_entry_is_not_swept() {
        for (name, ttl) in
            [("extended", Some(100)), ("made permanent", None), ("shortened and gone on", Some(15))]
        {
            let mut cell = Cell::new(0);
            set(&mut cell, "k", Some(10), 0);
            let version = set(&mut cell, "k", ttl, 5);
            assert!(cell.remove_due(usize::MAX, &Moment::at(12)).is_empty(), "{name}");
            assert_eq!(cell.get("k", &Moment::at(12)).unwrap().1.version, version, "{name}");
            assert_eq!(cell.deadlines.len(), usize::from(ttl.is_some()), "{name}");
        }
    }

    #[test]
    fn a_shortened_entry_goes_at_its_new_deadline() {
        let mut cell = Cell::new(0);
        set(&mut cell, "k", Some(100), 0);
        set(&mut cell, "k", Some(5), 0);
        assert_eq!(cell.remove_due(usize::MAX, &Moment::at(5)).len(), 1);
        assert_eq!(cell.next_deadline(), Deadline::NEVER);
    }

    #[test]
    fn due_entries_go_in_bounded_steps_and_earliest_first() {
        let mut cell = Cell::new(0);
        for n in 0..10 {
            set(&mut cell, &format!("k{n}"), Some(10 - n), 0);
        }
        assert_eq!(cell.remove_due(4, &Moment::at(5)).len(), 4);
        assert!(cell.rows.contains_key("k5") && !cell.rows.contains_key("k6"));
        assert_eq!(cell.remove_due(4, &Moment::at(5)).len(), 1);
        assert_eq!(cell.remove_due(4, &Moment::at(5)).len(), 0);
        assert_eq!(cell.rows.len(), 5);
    }

    #[test]
    fn every_write_and_every_removal_takes_a_version() {
        let mut cell = Cell::new(100);
        assert_eq!(set(&mut cell, "a", Some(10), 0).get(), 101);
        assert_eq!(set(&mut cell, "b", None, 0).get(), 102);
        cell.remove("b", Condition::None, &Moment::at(0)).unwrap().unwrap();
        assert_eq!(set(&mut cell, "c", None, 0).get(), 104, "a deletion takes one");
        assert_eq!(set(&mut cell, "a", None, 10).get(), 106, "an expiry that a write finds takes one");
        set(&mut cell, "d", Some(1), 10);
        cell.remove_due(usize::MAX, &Moment::at(11));
        assert_eq!(set(&mut cell, "e", None, 11).get(), 109, "an expiry takes one");
        assert!(cell.remove("f", Condition::None, &Moment::at(11)).unwrap().is_none());
        assert_eq!(set(&mut cell, "f", None, 11).get(), 110, "removing nothing takes none");
    }

    #[test]
    fn an_expired_entry_is_removed_by_no_delete_and_only_once() {
        let mut cell = Cell::new(0);
        set(&mut cell, "k", Some(10), 0);
        assert!(cell.remove("k", Condition::None, &Moment::at(10)).unwrap().is_none());
        let conflict = cell.remove("k", Condition::Present, &Moment::at(10)).err();
        assert_eq!(conflict, Some(Conflict { current: None }));
        assert_eq!(cell.remove_due(usize::MAX, &Moment::at(10)).len(), 1);
    }

    #[test]
    fn the_end_of_a_prefix_is_behind_all_that_start_with_it() {
        assert_eq!(prefix_end("user:").as_deref(), Some("user;"));
        assert_eq!(prefix_end("\u{d7ff}").as_deref(), Some("\u{e000}"));
        assert_eq!(prefix_end("a\u{10ffff}").as_deref(), Some("b"));
        assert_eq!(prefix_end("\u{10ffff}"), None);
        assert_eq!(prefix_end(""), None);
    }
}
