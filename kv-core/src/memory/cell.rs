//! Entries and what happens to them under a collection's lock. No lock, no clock and no thread is known here.
//!
//! Whatever is removed is returned, so that the caller can drop it once the lock is released.

use super::time::{Deadline, Moment};
use super::usage::Size;
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
    /// What the rows take.
    bytes: usize,
    writes: u64,
    expirations: u64,
}

/// A value and what is kept beside it.
pub(crate) struct Row<T> {
    pub(crate) value: Arc<T>,
    pub(crate) version: Version,
    created_at: SystemTime,
    updated_at: SystemTime,
    deadline: Deadline,
    bytes: usize,
}

impl<T> Row<T> {
    pub(super) fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
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

/// What an entry takes besides its key and its value: the row, its places in the index and among the deadlines,
/// and the counts of the two `Arc`s. Measured with an allocator that counts: 150 to 190 bytes, 50 more with a
/// deadline.
const ROW_BYTES: usize = 190;

/// What an entry takes in all, for a value that owns this much on the heap.
pub(crate) const fn entry_bytes<T>(key: &str, heap_size: usize) -> usize {
    ROW_BYTES.saturating_add(key.len()).saturating_add(size_of::<T>()).saturating_add(heap_size)
}

/// A value on its way to a key.
pub(crate) struct Write<'k, T> {
    pub(crate) key: &'k str,
    pub(crate) value: Arc<T>,
    /// What the entry will take.
    pub(crate) bytes: usize,
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
    pub(crate) fn check(self, current: Option<Version>) -> Result<(), Conflict> {
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
        let (rows, deadlines) = (BTreeMap::new(), BTreeSet::new());
        Self { rows, deadlines, last_version: first_version, bytes: 0, writes: 0, expirations: 0 }
    }

    /// The row under a key, if it is alive.
    pub(super) fn get(&self, key: &str, moment: &Moment<'_>) -> Option<(&Arc<str>, &Row<T>)> {
        self.rows.get_key_value(key).filter(|(_, row)| !moment.is_due(row.deadline))
    }

    /// Whether a condition holds for what is under a key.
    pub(super) fn check(&self, key: &str, condition: Condition, moment: &Moment<'_>) -> Result<(), Conflict> {
        condition.check(self.get(key, moment).map(|(_, row)| row.version))
    }

    /// What the row under a key takes, alive or not.
    pub(super) fn size_under(&self, key: &str) -> Size {
        self.rows.get(key).map_or(Size::default(), |row| Size { entries: 1, bytes: row.bytes })
    }

    /// What all rows take, alive or not.
    pub(super) fn size(&self) -> Size {
        Size { entries: self.rows.len(), bytes: self.bytes }
    }

    /// Puts a value under its key, whatever is there, and returns its version with the row that it removed, alive or
    /// not.
    pub(super) fn put(
        &mut self,
        write: &Write<'_, T>,
        moment: &Moment<'_>,
        of_day: SystemTime,
    ) -> (Version, Option<Row<T>>) {
        moment.publish();
        let was_alive = self.get(write.key, moment).is_some();
        let (key, removed) = self.take(write.key).unzip();
        let key = key.unwrap_or_else(|| Arc::from(write.key));
        let replaced = removed.as_ref().filter(|_| was_alive);
        if removed.is_some() && replaced.is_none() {
            // It expired unnoticed, and is removed as a sweep would have done: what follows is a new entry.
            self.last_version += 1;
            self.expirations += 1;
        }
        let deadline = match (write.lifetime, replaced) {
            (Lifetime::KeptOr(_), Some(replaced)) => replaced.deadline,
            (Lifetime::Anew(ttl) | Lifetime::KeptOr(ttl), _) => moment.deadline(ttl),
        };
        // Writers read the time of day before they queue for the lock, so one may come late with an early one.
        let updated_at = replaced.map_or(of_day, |replaced| of_day.max(replaced.updated_at));
        let created_at = replaced.map_or(of_day, |replaced| replaced.created_at);
        let version = self.next_version();
        let row = Row {
            value: Arc::clone(&write.value),
            version,
            created_at,
            updated_at,
            deadline,
            bytes: write.bytes,
        };
        if deadline != Deadline::NEVER {
            self.deadlines.insert((deadline, Arc::clone(&key)));
        }
        self.rows.insert(key, row);
        self.bytes += write.bytes;
        self.writes += 1;
        (version, removed)
    }

    /// Removes an entry that is alive, and returns it.
    pub(super) fn remove(&mut self, key: &str, moment: &Moment<'_>) -> Option<Row<T>> {
        self.get(key, moment)?;
        moment.publish();
        self.last_version += 1;
        self.take(key).map(|(_, row)| row)
    }

    /// Gives an entry that is alive another lifetime, and says whether there is one.
    pub(super) fn set_lifetime(&mut self, key: &str, ttl: Option<Duration>, moment: &Moment<'_>) -> bool {
        if self.get(key, moment).is_none() {
            return false;
        }
        moment.publish();
        if let Some((key, mut row)) = self.take(key) {
            row.deadline = moment.deadline(ttl);
            if row.deadline != Deadline::NEVER {
                self.deadlines.insert((row.deadline, Arc::clone(&key)));
            }
            self.bytes += row.bytes;
            self.rows.insert(key, row);
        }
        true
    }

    /// Removes up to `most` entries whose deadline has come, earliest first, and returns them.
    pub(super) fn remove_due(&mut self, most: usize, moment: &Moment<'_>) -> Vec<Row<T>> {
        let mut removed = Vec::new();
        while removed.len() < most
            && let Some((deadline, key)) = self.deadlines.first()
            && moment.is_due(*deadline)
            && let Some((_, row)) = self.take(&Arc::clone(key))
        {
            self.last_version += 1;
            self.expirations += 1;
            removed.push(row);
        }
        removed
    }

    /// Takes out every row, when the cell is at its end.
    pub(super) fn take_rows(&mut self) -> BTreeMap<Arc<str>, Row<T>> {
        std::mem::take(&mut self.rows)
    }

    /// Removes every row, and returns them with how many were alive.
    pub(super) fn clear(&mut self, moment: &Moment<'_>) -> (BTreeMap<Arc<str>, Row<T>>, usize) {
        moment.publish();
        let alive = self.len(moment);
        self.expirations += (self.rows.len() - alive) as u64;
        self.last_version += self.rows.len() as u64;
        self.bytes = 0;
        self.deadlines.clear();
        (std::mem::take(&mut self.rows), alive)
    }

    /// The earliest deadline of all rows.
    pub(super) fn next_deadline(&self) -> Deadline {
        self.deadlines.first().map_or(Deadline::NEVER, |(deadline, _)| *deadline)
    }

    /// The version that was given last.
    pub(super) fn last_version(&self) -> u64 {
        self.last_version
    }

    /// How many values were stored, and how many entries expired.
    pub(super) fn writes_and_expirations(&self) -> (u64, u64) {
        (self.writes, self.expirations)
    }

    /// How many entries are alive. Takes time linear in those that are due.
    pub(super) fn len(&self, moment: &Moment<'_>) -> usize {
        self.rows.len() - self.deadlines.iter().take_while(|(deadline, _)| moment.is_due(*deadline)).count()
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
        self.bytes -= row.bytes;
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
        Write { key, value: Arc::new("value"), bytes: 1, condition: Condition::None, lifetime }
    }

    fn set(cell: &mut Cell<&'static str>, key: &str, ttl: Option<u64>, at: u64) -> Version {
        cell.put(&write(key, ttl), &Moment::at(at), NOON).0
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
    fn a_touched_entry_is_not_swept() {
        for (ttl, expected) in [(Some(100), 0), (None, 0), (Some(1), 1)] {
            let mut cell = Cell::new(0);
            let version = set(&mut cell, "k", Some(10), 0);
            assert!(cell.set_lifetime("k", ttl.map(Duration::from_secs), &Moment::at(5)));
            assert_eq!(cell.get("k", &Moment::at(5)).unwrap().1.version, version);
            assert_eq!(cell.remove_due(usize::MAX, &Moment::at(12)).len(), expected, "{ttl:?}");
            assert_eq!(cell.size(), Size { entries: 1 - expected, bytes: 1 - expected });
        }
    }

    #[test]
    fn the_size_is_the_sum_of_the_rows() {
        let mut cell = Cell::new(0);
        for n in 0..10u64 {
            set(&mut cell, &format!("k{n}"), Some(n + 1), 0);
            set(&mut cell, &format!("k{n}"), Some(n + 1), 0);
        }
        cell.remove("k9", &Moment::at(0)).unwrap();
        assert_eq!(cell.remove_due(usize::MAX, &Moment::at(3)).len(), 3);
        assert_eq!(cell.size(), Size { entries: 6, bytes: 6 });
        assert_eq!((cell.len(&Moment::at(3)), cell.len(&Moment::at(5))), (6, 4));
        let (rows, alive) = cell.clear(&Moment::at(5));
        assert_eq!((rows.len(), alive, cell.size()), (6, 4, Size::default()));
        assert_eq!((cell.next_deadline(), cell.writes_and_expirations()), (Deadline::NEVER, (20, 5)));
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
        cell.remove("b", &Moment::at(0)).unwrap();
        assert_eq!(set(&mut cell, "c", None, 0).get(), 104, "a deletion takes one");
        assert_eq!(set(&mut cell, "a", None, 10).get(), 106, "an expiry that a write finds takes one");
        set(&mut cell, "d", Some(1), 10);
        cell.remove_due(usize::MAX, &Moment::at(11));
        assert_eq!(set(&mut cell, "e", None, 11).get(), 109, "an expiry takes one");
        assert!(cell.remove("f", &Moment::at(11)).is_none());
        assert_eq!(set(&mut cell, "f", None, 11).get(), 110, "removing nothing takes none");
    }

    #[test]
    fn an_expired_entry_is_removed_by_no_delete_and_only_once() {
        let mut cell = Cell::new(0);
        set(&mut cell, "k", Some(10), 0);
        assert!(cell.remove("k", &Moment::at(10)).is_none());
        assert!(!cell.set_lifetime("k", None, &Moment::at(10)));
        let conflict = cell.check("k", Condition::Present, &Moment::at(10));
        assert_eq!(conflict, Err(Conflict { current: None }));
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
