//! Entries and what happens to them under a collection's lock. No lock, no clock and no thread is known here.
//!
//! Whatever is removed is returned, so that the caller can drop it once the lock is released.

use super::deadlines::Deadlines;
use super::index::{Index, Keys};
use super::log::{Cause, Log, Logged, Removal};
use super::page::{PageQuery, PageRows};
use super::prefetch::prefetch_counts;
use super::slab::Slab;
use super::stamp::{self, Stamp};
use super::table::Table;
use super::time::{Deadline, Now, TimeOfDay};
use super::usage::Size;
use crate::schema::KvType;
use crate::sync::bound;
use crate::{Condition, Entry, Version};
use foldhash::fast::RandomState;
use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Bound;
use std::sync::Arc;
use std::time::Duration;

/// The entries of a collection.
///
/// A row has a place, which it keeps; everything else leads to places. Rows whose deadline has passed may still be here;
/// nothing shows them.
pub(super) struct Cell<T> {
    rows: Slab<Stored<T>>,
    by_hash: Table,
    by_key: Index,
    deadlines: Deadlines,
    /// Of seeds that nobody knows: keys come from strangers.
    hasher: RandomState,
    log: Log,
    /// How many rows there may be before the one that was written longest ago makes way.
    most: Option<usize>,
    /// Versions are behind this one.
    first_version: u64,
    last_version: u64,
    /// What the rows take.
    bytes: usize,
    counts: Counts,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Counts {
    pub(super) writes: u64,
    pub(super) expirations: u64,
    pub(super) evictions: u64,
}

/// A row in its place.
pub(crate) struct Stored<T> {
    key: Arc<str>,
    value: Arc<T>,
    stamp: Stamp,
    deadline: Deadline,
    created_at: TimeOfDay,
    updated_at: TimeOfDay,
}

/// A value and what is kept beside it.
pub(crate) struct Row<T> {
    pub(crate) value: Arc<T>,
    pub(crate) version: Version,
    created_at: TimeOfDay,
    updated_at: TimeOfDay,
    deadline: Deadline,
}

impl<T> Row<T> {
    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline
    }

    /// The entry that this row makes with its key.
    pub(crate) fn into_entry(self, key: Arc<str>, expires_in: Option<Duration>) -> Entry<T> {
        let Self { value, version, .. } = self;
        let (created_at, updated_at) = (self.created_at.time(), self.updated_at.time());
        Entry { key, value, version, created_at, updated_at, expires_in }
    }
}

/// What was found under a key.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// The key's.
    hash: u32,
    /// The row's place, its version if it is alive, and its bytes.
    row: Option<(u32, Option<Version>, usize)>,
}

impl Found {
    /// The version of a living entry.
    #[inline]
    pub(super) fn version(self) -> Option<Version> {
        self.row.and_then(|(_, alive, _)| alive)
    }

    /// What the row takes, alive or not.
    #[inline]
    pub(super) fn size(self) -> Size {
        self.row.map_or(Size::default(), |(_, _, bytes)| Size { entries: 1, bytes })
    }

    /// The row's place.
    pub(super) fn place(self) -> Option<u32> {
        self.row.map(|(place, _, _)| place)
    }

    /// Whether a write will take a place that is not taken yet.
    pub(super) fn is_new(self) -> bool {
        self.row.is_none()
    }
}

impl<T> Stored<T> {
    pub(super) fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub(super) fn value(&self) -> &Arc<T> {
        &self.value
    }

    /// Has the memory of the value's count and of the key fetched, both at once and not one after the other.
    #[inline]
    fn touch(&self) {
        prefetch_counts(&self.value);
    }

    pub(super) fn key(&self) -> &Arc<str> {
        &self.key
    }

    pub(super) fn into_value(self) -> Arc<T> {
        self.value
    }

    pub(super) fn bytes(&self) -> usize {
        self.stamp.bytes()
    }

    pub(super) fn version(&self) -> Version {
        self.stamp.version()
    }

    /// The row as it is now.
    pub(super) fn row(&self) -> Row<T> {
        Row {
            value: Arc::clone(&self.value),
            version: self.version(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            deadline: self.deadline,
        }
    }
}

impl<T> Keys for Slab<Stored<T>> {
    fn key(&self, place: u32) -> &str {
        self.get(place).map_or("", |row| &row.key)
    }
}

/// What an entry takes besides its key and its value: the row, what leads to it by hash, by key and by deadline, and the
/// counts of the two `Arc`s. An allocator that counts (`tests/bytes.rs`) says 108 to 111 bytes, with a deadline 136 to 149,
/// and 24 to 27 more where the order of writes is kept. An entry may get a deadline and lose it, and watches come and go, so
/// that what is said lies between.
const fn row_bytes<T: KvType>() -> usize {
    134 + if T::DEFAULT_TTL.is_some() { 6 } else { 0 } + if T::__MAX_ENTRIES.is_some() { 24 } else { 0 }
}

/// What an entry takes in all, for a value that owns this much on the heap.
pub(crate) fn entry_bytes<T: KvType>(key: &str, heap_size: usize) -> usize {
    let row = row_bytes::<T>() + key.len() + size_of::<T>();
    stamp::round_up(row.saturating_add(heap_size))
}

/// Whether two keys are the same. They are short, and a call would take longer than the comparison.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    // The last eight overlap those before.
    let (Some(last), Some(other_last)) = (one.last_chunk::<8>(), other.last_chunk::<8>()) else {
        return one.iter().eq(other);
    };
    let mut eights = one.as_chunks::<8>().0.iter().zip(other.as_chunks::<8>().0);
    eights.all(|(one, other)| one == other) && last == other_last
}

/// A change of a row, for watchers.
pub(crate) enum RowChange<T> {
    Written(Arc<str>, Row<T>),
    Removed(Arc<str>, Version, Cause),
}

/// How much of the change log is read under one lock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum ReadLimit {
    /// As much as takes bounded time.
    Bounded,
    Unbounded,
}

/// What the change log knows of the time since a version.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Coverage {
    /// Nothing: the version is too old, or not one of this collection.
    Unknown,
    /// All removals. Writes are found by the versions of the rows.
    Removals,
    /// All changes.
    All,
}

/// A value on its way to a key.
pub(crate) struct Write<'k, T> {
    pub(crate) key: &'k str,
    /// Once it is there, what it replaced.
    pub(crate) value: Arc<T>,
    /// What the entry will take.
    pub(crate) bytes: usize,
    pub(crate) condition: Condition,
    pub(crate) lifetime: Lifetime,
    /// Once it is there, when it will be gone.
    deadline: Deadline,
}

impl<'k, T> Write<'k, T> {
    pub(crate) fn new(
        key: &'k str,
        value: Arc<T>,
        bytes: usize,
        condition: Condition,
        lifetime: Lifetime,
    ) -> Self {
        Self { key, value, bytes, condition, lifetime, deadline: Deadline::NEVER }
    }

    pub(crate) fn deadline(&self) -> Deadline {
        self.deadline
    }
}

/// How long a written entry lives.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Lifetime {
    /// Counted from now; without end for `None`.
    Restart(Option<Duration>),
    /// The deadline of the entry that is there; for a new one, as `Restart`.
    KeepOr(Option<Duration>),
}

impl<T> Cell<T> {
    /// With versions behind one, and at most so many rows.
    pub(super) fn new(first_version: u64, most: Option<usize>) -> Self {
        Self {
            rows: Slab::new(),
            by_hash: Table::new(),
            by_key: Index::new(),
            deadlines: Deadlines::new(),
            hasher: RandomState::default(),
            log: Log::new(first_version, most.is_some()),
            most,
            first_version,
            last_version: first_version,
            bytes: 0,
            counts: Counts::default(),
        }
    }

    /// The row under a key, if it is alive.
    pub(super) fn get(&self, key: &str, now: &Now<'_>) -> Option<&Stored<T>> {
        self.find(key).filter(|row| !now.is_expired(row.deadline))
    }

    /// What is under a key, for what comes next under the same lock.
    #[inline]
    pub(super) fn look(&self, key: &str, now: &Now<'_>) -> Found {
        let hash = self.hash(key);
        let row = self.find_at(hash, key).map(|(place, row)| {
            let alive = (!now.is_expired(row.deadline)).then(|| row.version());
            (place, alive, row.bytes())
        });
        Found { hash, row }
    }

    /// What all rows take, alive or not.
    pub(super) fn size(&self) -> Size {
        Size { entries: self.rows.len(), bytes: self.bytes }
    }

    /// Puts a value under its key, whatever is there: [`put_at`](Self::put_at) where it was not looked at before.
    pub(super) fn put(&mut self, write: &mut Write<'_, T>, now: &Now<'_>, of_day: TimeOfDay) -> Version {
        let found = self.look(write.key, now);
        self.put_at(found, write, now, of_day)
    }

    /// Puts a value under its key, where this was found under the same lock, and returns its version. The value that it
    /// replaces, alive or not, is then in the write instead.
    pub(super) fn put_at(
        &mut self,
        found: Found,
        write: &mut Write<'_, T>,
        now: &Now<'_>,
        of_day: TimeOfDay,
    ) -> Version {
        now.publish_alone();
        let Found { hash, row: found } = found;
        let found = found.map(|(place, alive, bytes)| (place, alive.is_none(), bytes));
        if let Some((place, true, _)) = found {
            // It expired unnoticed, and is removed as a sweep would have done: what follows is a new entry.
            self.note_removal(place, Cause::Expired);
        }
        self.last_version += 1;
        let version = Version::new(self.last_version);
        self.counts.writes += 1;
        let (Lifetime::Restart(ttl) | Lifetime::KeepOr(ttl)) = write.lifetime;
        let Some((place, was_expired, bytes)) = found else {
            self.bytes += write.bytes;
            let stamp = Stamp::new(version, write.bytes);
            let deadline = now.deadline(ttl);
            write.deadline = deadline;
            let place = self.rows.insert(Stored {
                key: Arc::from(write.key),
                value: Arc::clone(&write.value),
                stamp,
                deadline,
                created_at: of_day,
                updated_at: of_day,
            });
            self.by_hash.insert(hash, place);
            self.by_key.insert(place, &self.rows);
            self.deadlines.change(place, Deadline::NEVER, deadline);
            self.log.written(version.get(), place, None);
            return version;
        };
        let Some(row) = self.rows.get_mut(place) else { return version };
        if was_expired || matches!(write.lifetime, Lifetime::Restart(_)) {
            let before = std::mem::replace(&mut row.deadline, now.deadline(ttl));
            self.deadlines.change(place, before, row.deadline);
        }
        write.deadline = row.deadline;
        if was_expired {
            (row.created_at, row.updated_at) = (of_day, of_day);
        } else {
            // Writers read the time of day before they queue for the lock, so one may come late with an early one.
            row.updated_at = of_day.max(row.updated_at);
        }
        let before = row.stamp;
        row.stamp = if bytes == write.bytes {
            before.at(version)
        } else {
            self.bytes = self.bytes - bytes + write.bytes;
            Stamp::new(version, write.bytes)
        };
        self.log.written(version.get(), place, (!was_expired).then(|| before.version().get()));
        std::mem::swap(&mut row.value, &mut write.value);
        version
    }

    /// Removes an entry that is alive, and returns it.
    pub(super) fn remove(&mut self, key: &str, now: &Now<'_>) -> Option<Stored<T>> {
        self.remove_at(self.look(key, now), now)
    }

    /// Removes the row that was found under the same lock, if it is alive, and returns it.
    pub(super) fn remove_at(&mut self, found: Found, now: &Now<'_>) -> Option<Stored<T>> {
        let (place, _, _) = found.row.filter(|(_, alive, _)| alive.is_some())?;
        now.publish_alone();
        self.take(place, found.hash, Cause::Deleted)
    }

    /// Which rows are to make way for so many new ones: those that are due, then those that were written longest ago. Those
    /// that are to be written anyway stay.
    pub(super) fn in_the_way_of(&self, new: usize, stay: &HashSet<u32>, now: &Now<'_>) -> Vec<u32> {
        let Some(most) = self.most else { return Vec::new() };
        let excess = (self.rows.len() + new).saturating_sub(most);
        if excess == 0 {
            return Vec::new();
        }
        let is_expired = |place: &u32| self.is_expired(*place, now);
        let goes = |place: &u32| !stay.contains(place);
        let oldest: Vec<_> = self.log.oldest().filter(goes).take(excess).collect();
        // As a rule they are, when any is: those of a type live for the same time. Then nobody asks for all that are.
        if oldest.iter().all(is_expired) {
            return oldest;
        }
        let mut first: Vec<_> = Vec::new();
        let mut seen = HashSet::new();
        let expired = self
            .deadlines
            .up_to(|time| now.has_reached(time))
            .filter(|place| is_expired(place) && goes(place));
        first.extend(expired.filter(|place| seen.insert(*place)).take(excess));
        first.sort_unstable_by_key(|place| self.rows.get(*place).map(Stored::version));
        // Of the oldest, those that are due are among these.
        first.extend(oldest.into_iter().filter(|place| !is_expired(place)));
        first.truncate(excess);
        first
    }

    /// What the rows in some places take.
    pub(super) fn size_of(&self, places: &[u32]) -> Size {
        let bytes = places.iter().filter_map(|place| self.rows.get(*place)).map(Stored::bytes).sum();
        Size { entries: places.len(), bytes }
    }

    /// Removes the rows in some places to make way, and returns them.
    pub(super) fn evict(&mut self, places: &[u32], now: &Now<'_>) -> Vec<Stored<T>> {
        let evict = |place: &u32| {
            let row = self.rows.get(*place)?;
            let cause = if now.is_expired(row.deadline) { Cause::Expired } else { Cause::Evicted };
            self.take(*place, self.hash(&row.key), cause)
        };
        places.iter().filter_map(evict).collect()
    }

    /// Gives an entry that is alive another lifetime, and says whether there is one.
    pub(super) fn set_lifetime(&mut self, key: &str, ttl: Option<Duration>, now: &Now<'_>) -> bool {
        let found = self.find_at(self.hash(key), key).filter(|(_, row)| !now.is_expired(row.deadline));
        let Some(place) = found.map(|(place, _)| place) else { return false };
        now.publish_alone();
        let deadline = now.deadline(ttl);
        if let Some(row) = self.rows.get_mut(place) {
            let before = std::mem::replace(&mut row.deadline, deadline);
            self.deadlines.change(place, before, deadline);
        }
        true
    }

    /// Removes up to `most` entries that have expired, earliest first, and returns them. Looks at twice as many times at most: some
    /// may be those of entries that were removed or given more time.
    pub(super) fn remove_expired(&mut self, most: usize, now: &Now<'_>) -> Vec<Stored<T>> {
        let mut removed = Vec::new();
        for _ in 0..most.saturating_mul(2) {
            if removed.len() == most || !now.has_reached(self.nothing_expires_before()) {
                break;
            }
            let rows = &self.rows;
            let first =
                self.deadlines.look(|place| rows.get(place).map_or(Deadline::NEVER, |row| row.deadline));
            if let Some((deadline, place)) = first
                && now.is_expired(deadline)
                && let Some(row) = self.rows.get(place)
            {
                removed.extend(self.take(place, self.hash(&row.key), Cause::Expired));
            }
        }
        removed
    }

    /// Takes out every row, when the cell is at its end.
    pub(super) fn take_rows(&mut self) -> Slab<Stored<T>> {
        std::mem::replace(&mut self.rows, Slab::new())
    }

    /// Removes every row, and returns them with how many were alive.
    pub(super) fn clear(&mut self, now: &Now<'_>) -> (Slab<Stored<T>>, usize) {
        now.publish_alone();
        let alive = self.len(now);
        if self.log.is_too_much(self.rows.len()) {
            self.counts.expirations += (self.rows.len() - alive) as u64;
            self.last_version += self.rows.len() as u64;
            self.log.forget(self.last_version);
        } else {
            let places: Vec<_> = self.by_key.ascend(Bound::Unbounded, &self.rows).collect();
            for place in places {
                let is_expired = self.rows.get(place).is_some_and(|row| now.is_expired(row.deadline));
                self.note_removal(place, if is_expired { Cause::Expired } else { Cause::Deleted });
            }
        }
        self.bytes = 0;
        self.by_hash = Table::new();
        self.by_key = Index::new();
        self.deadlines = Deadlines::new();
        (self.take_rows(), alive)
    }

    /// A time before which no row is due.
    #[inline]
    pub(super) fn nothing_expires_before(&self) -> Deadline {
        self.deadlines.nothing_before()
    }

    /// The earliest deadline of all rows.
    pub(super) fn next_deadline(&mut self) -> Deadline {
        self.first_deadline().map_or(Deadline::NEVER, |(deadline, _)| deadline)
    }

    /// The version that was given last.
    pub(super) fn last_version(&self) -> u64 {
        self.last_version
    }

    pub(super) fn counts(&self) -> Counts {
        self.counts
    }

    /// Keeps what those who watch need, from now on.
    pub(super) fn watch(&mut self) {
        self.log.watch(self.last_version);
    }

    /// Nobody watches any more. What was kept for those who did is returned to be dropped.
    pub(super) fn unwatch(&mut self) -> impl Sized + use<T> {
        self.log.unwatch()
    }

    /// What can be told to those who have seen all up to a version.
    pub(super) fn coverage_after(&self, version: u64) -> Coverage {
        let is_ours = (self.first_version..=self.last_version).contains(&version);
        if !is_ours || !self.log.has_removals_after(version) {
            Coverage::Unknown
        } else if self.log.has_writes_after(version) {
            Coverage::All
        } else {
            Coverage::Removals
        }
    }

    /// The keys that changed after a version, the first so many.
    pub(super) fn changed_keys(&self, after: u64, most: usize) -> impl Iterator<Item = &Arc<str>> {
        self.log.after(after).take(most).filter_map(|logged| match logged {
            Logged::Written { place, .. } => self.rows.get(place).map(|row| &row.key),
            Logged::Removed(removal) => Some(&removal.key),
        })
    }

    /// What changed after a version, of which `wanted` is told key, version and whether it is a removal, with the version up to which that is all. In
    /// bounded time, so that may not be the last one.
    pub(super) fn changes(
        &self,
        after: u64,
        limit: ReadLimit,
        wanted: impl Fn(&str, u64, bool) -> bool,
        now: &Now<'_>,
    ) -> (Vec<RowChange<T>>, u64) {
        self.news(self.log.after(after), limit, wanted, now)
    }

    /// The same of removals alone.
    pub(super) fn removals(
        &self,
        after: u64,
        wanted: impl Fn(&str, u64, bool) -> bool,
        now: &Now<'_>,
    ) -> (Vec<RowChange<T>>, u64) {
        let removals = self.log.removals_after(after).map(Logged::Removed);
        self.news(removals, ReadLimit::Bounded, wanted, now)
    }

    fn news<'a>(
        &'a self,
        log: impl Iterator<Item = Logged<'a>>,
        limit: ReadLimit,
        wanted: impl Fn(&str, u64, bool) -> bool,
        now: &Now<'_>,
    ) -> (Vec<RowChange<T>>, u64) {
        const LOOKED_AT: usize = bound(512, 4);
        const FOUND: usize = bound(64, 2);
        let (mut found, mut all_up_to) = (Vec::new(), self.last_version);
        for (nth, logged) in log.enumerate() {
            if limit == ReadLimit::Bounded && (nth == LOOKED_AT || found.len() == FOUND) {
                return (found, all_up_to);
            }
            match logged {
                Logged::Written { version, place } => {
                    all_up_to = version;
                    // What is due is told of when it is removed.
                    let row = self.rows.get(place).filter(|row| !now.is_expired(row.deadline));
                    if let Some(row) = row.filter(|row| wanted(&row.key, version, false)) {
                        found.push(RowChange::Written(Arc::clone(&row.key), row.row()));
                    }
                }
                Logged::Removed(Removal { version, key, cause }) => {
                    all_up_to = *version;
                    if wanted(key, *version, true) {
                        found.push(RowChange::Removed(Arc::clone(key), Version::new(*version), *cause));
                    }
                }
            }
        }
        (found, self.last_version)
    }

    /// How many entries are alive. Takes time linear in those that are due, and in those that were to be and have been
    /// given more time since.
    pub(super) fn len(&self, now: &Now<'_>) -> usize {
        self.rows.len() - self.expired(now).len()
    }

    /// The same, except that no more than this many times are looked at: beyond them, expired entries are counted.
    #[cfg(feature = "json")]
    pub(super) fn len_roughly(&self, most: usize, now: &Now<'_>) -> usize {
        let mut places: Vec<_> = self.deadlines.up_to(|time| now.has_reached(time)).take(most).collect();
        places.sort_unstable();
        places.dedup();
        places.retain(|place| self.is_expired(*place, now));
        self.rows.len() - places.len()
    }

    /// Whether an entry is due.
    pub(super) fn has_due(&self, now: &Now<'_>) -> bool {
        self.deadlines.up_to(|time| now.has_reached(time)).any(|place| self.is_expired(place, now))
    }

    /// Where rows are due.
    fn expired(&self, now: &Now<'_>) -> Vec<u32> {
        let mut places: Vec<_> = self.deadlines.up_to(|time| now.has_reached(time)).collect();
        // So that each is there once, and rows are looked at in the order of memory.
        places.sort_unstable();
        places.dedup();
        places.retain(|place| self.is_expired(*place, now));
        places
    }

    fn is_expired(&self, place: u32, now: &Now<'_>) -> bool {
        self.rows.get(place).is_some_and(|row| now.is_expired(row.deadline))
    }

    /// How many living entries have a key with this prefix.
    pub(super) fn count(&self, prefix: &str, now: &Now<'_>) -> usize {
        let rows =
            self.by_key.ascend(Bound::Included(prefix), &self.rows).filter_map(|place| self.rows.get(place));
        let matching = rows.take_while(|row| row.key.starts_with(prefix));
        matching.filter(|row| !now.is_expired(row.deadline)).count()
    }

    /// The living rows of a part of a scan, in its direction.
    pub(super) fn page(&self, page: PageQuery<'_>, now: &Now<'_>) -> PageRows<Row<T>> {
        let PageQuery { prefix, after, descending, .. } = page;
        if descending {
            let end = prefix_end(prefix);
            let until = match (after, &end) {
                (Some(after), Some(end)) => Bound::Excluded(after.min(end)),
                (Some(after), None) => Bound::Excluded(after),
                (None, Some(end)) => Bound::Excluded(end.as_str()),
                (None, None) => Bound::Unbounded,
            };
            self.rows_of(self.by_key.descend(until, &self.rows), &page, now)
        } else {
            let from = match after {
                Some(after) if after >= prefix => Bound::Excluded(after),
                _ => Bound::Included(prefix),
            };
            self.rows_of(self.by_key.ascend(from, &self.rows), &page, now)
        }
    }

    /// Up to `limit` living rows of places, up to the first key without the prefix, and the last key that was looked at if there
    /// may be more. Where old rows are left out, so many are looked at and no more.
    ///
    /// Rows lie anywhere. Looked at one after the other, each would be waited for; so the memory of some is fetched ahead.
    fn rows_of(
        &self,
        mut places: impl Iterator<Item = u32>,
        &PageQuery { prefix, limit, newer_than, .. }: &PageQuery<'_>,
        now: &Now<'_>,
    ) -> PageRows<Row<T>> {
        const AHEAD: usize = 128;
        const LOOKED_AT: usize = bound(1024, 4);
        let (mut found, mut looked_at) = (Vec::with_capacity(limit.min(LOOKED_AT)), 0);
        let mut ahead = [0; AHEAD];
        loop {
            let mut count = 0;
            for place in places.by_ref().take(AHEAD.min(limit - found.len())) {
                self.rows.prefetch(place);
                ahead[count] = place;
                count += 1;
            }
            let rows = || ahead[..count].iter().filter_map(|place| self.rows.get(*place));
            for row in rows() {
                prefetch_counts(&row.key);
                prefetch_counts(&row.value);
            }
            // They are in order: where the last one has the prefix, so have all.
            let last = rows().next_back().map(|row| &row.key);
            let all = last.is_none_or(|key| key.starts_with(prefix));
            for row in rows() {
                if !all && !row.key.starts_with(prefix) {
                    return (found, None);
                }
                if row.version().get() > newer_than && !now.is_expired(row.deadline) {
                    found.push((Arc::clone(&row.key), row.row()));
                }
            }
            looked_at += count;
            let is_enough = found.len() >= limit || (newer_than > 0 && looked_at >= LOOKED_AT);
            if count == 0 || is_enough {
                return (found, last.map(Arc::clone));
            }
        }
    }

    #[inline]
    fn hash(&self, key: &str) -> u32 {
        // The upper half is as good as the lower one.
        (self.hasher.hash_one(key) >> 32) as u32
    }

    /// The row under a key, alive or not.
    #[inline]
    pub(super) fn find(&self, key: &str) -> Option<&Stored<T>> {
        self.find_at(self.hash(key), key).map(|(_, row)| row)
    }

    #[inline]
    fn find_at(&self, hash: u32, key: &str) -> Option<(u32, &Stored<T>)> {
        self.by_hash.find(hash, |place| {
            let row = self.rows.get(place)?;
            row.touch();
            is_same(row.key.as_bytes(), key.as_bytes()).then_some((place, row))
        })
    }

    fn first_deadline(&mut self) -> Option<(Deadline, u32)> {
        let rows = &self.rows;
        self.deadlines.first(|place| rows.get(place).map_or(Deadline::NEVER, |row| row.deadline))
    }

    /// Takes a row out, with all that leads to it.
    fn take(&mut self, place: u32, hash: u32, cause: Cause) -> Option<Stored<T>> {
        self.note_removal(place, cause);
        self.by_hash.remove(hash, place);
        self.by_key.remove(place, &self.rows);
        self.deadlines.forget(place);
        let row = self.rows.remove(place)?;
        self.bytes -= row.bytes();
        Some(row)
    }

    /// Gives the removal of a row its version, and puts it in the log and the counts.
    fn note_removal(&mut self, place: u32, cause: Cause) {
        let Some(row) = self.rows.get(place) else { return };
        self.last_version += 1;
        let removal = Removal { version: self.last_version, key: Arc::clone(&row.key), cause };
        self.log.removed(row.version().get(), removal);
        match cause {
            Cause::Deleted => {}
            Cause::Expired => self.counts.expirations += 1,
            Cause::Evicted => self.counts.evictions += 1,
        }
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
    use crate::condition::Conflict;
    use std::time::SystemTime;

    fn write(key: &str, ttl: Option<u64>) -> Write<'_, &'static str> {
        let lifetime = Lifetime::Restart(ttl.map(Duration::from_secs));
        Write::new(key, Arc::new("value"), 1, Condition::None, lifetime)
    }

    fn set(cell: &mut Cell<&'static str>, key: &str, ttl: Option<u64>, at: u64) -> Version {
        cell.put(&mut write(key, ttl), &Now::at(at), TimeOfDay::of(SystemTime::UNIX_EPOCH))
    }

    #[test]
    fn keys_of_any_length_are_the_same_or_differ_in_one_byte() {
        for len in 0..40 {
            let key = vec![b'k'; len];
            assert!(is_same(&key, &key.clone()), "{len}");
            assert!(!is_same(&key, &vec![b'k'; len + 1]), "{len}");
            for at in 0..len {
                let mut other = key.clone();
                other[at] = b'l';
                assert!(!is_same(&key, &other), "{len}, {at}");
            }
        }
    }

    #[test]
    fn an_overwritten_entry_is_not_swept() {
        for (name, ttl) in
            [("extended", Some(100)), ("made permanent", None), ("shortened and gone on", Some(15))]
        {
            let mut cell = Cell::new(0, None);
            set(&mut cell, "k", Some(10), 0);
            let version = set(&mut cell, "k", ttl, 5);
            assert!(cell.remove_expired(usize::MAX, &Now::at(12)).is_empty(), "{name}");
            assert_eq!(cell.get("k", &Now::at(12)).unwrap().version(), version, "{name}");
            assert_eq!(cell.next_deadline() == Deadline::NEVER, ttl.is_none(), "{name}");
        }
    }

    #[test]
    fn a_touched_entry_is_not_swept() {
        for (ttl, expected) in [(Some(100), 0), (None, 0), (Some(1), 1)] {
            let mut cell = Cell::new(0, None);
            let version = set(&mut cell, "k", Some(10), 0);
            assert!(cell.set_lifetime("k", ttl.map(Duration::from_secs), &Now::at(5)));
            assert_eq!(cell.get("k", &Now::at(5)).unwrap().version(), version);
            assert_eq!(cell.remove_expired(usize::MAX, &Now::at(12)).len(), expected, "{ttl:?}");
            assert_eq!(cell.size(), Size { entries: 1 - expected, bytes: 1 - expected });
        }
    }

    #[test]
    fn the_size_is_the_sum_of_the_rows() {
        let mut cell = Cell::new(0, None);
        for n in 0..10u64 {
            set(&mut cell, &format!("k{n}"), Some(n + 1), 0);
            set(&mut cell, &format!("k{n}"), Some(n + 1), 0);
        }
        cell.remove("k9", &Now::at(0)).unwrap();
        assert_eq!(cell.remove_expired(usize::MAX, &Now::at(3)).len(), 3);
        assert_eq!(cell.size(), Size { entries: 6, bytes: 6 });
        assert_eq!((cell.len(&Now::at(3)), cell.len(&Now::at(5))), (6, 4));
        let (rows, alive) = cell.clear(&Now::at(5));
        assert_eq!((rows.len(), alive, cell.size()), (6, 4, Size::default()));
        assert_eq!(
            (cell.next_deadline(), cell.counts()),
            (Deadline::NEVER, Counts { writes: 20, expirations: 5, evictions: 0 })
        );
    }

    #[test]
    fn a_shortened_entry_goes_at_its_new_deadline() {
        let mut cell = Cell::new(0, None);
        set(&mut cell, "k", Some(100), 0);
        set(&mut cell, "k", Some(5), 0);
        assert_eq!(cell.remove_expired(usize::MAX, &Now::at(5)).len(), 1);
        assert_eq!(cell.next_deadline(), Deadline::NEVER);
    }

    #[test]
    fn due_entries_go_in_bounded_steps_and_earliest_first() {
        let mut cell = Cell::new(0, None);
        for n in 0..10 {
            set(&mut cell, &format!("k{n}"), Some(10 - n), 0);
        }
        assert_eq!(cell.remove_expired(4, &Now::at(5)).len(), 4);
        assert!(cell.find("k5").is_some() && cell.find("k6").is_none());
        assert_eq!(cell.remove_expired(4, &Now::at(5)).len(), 1);
        assert_eq!(cell.remove_expired(4, &Now::at(5)).len(), 0);
        assert_eq!(cell.rows.len(), 5);
    }

    #[test]
    fn every_write_and_every_removal_takes_a_version() {
        let mut cell = Cell::new(100, None);
        assert_eq!(set(&mut cell, "a", Some(10), 0).get(), 101);
        assert_eq!(set(&mut cell, "b", None, 0).get(), 102);
        cell.remove("b", &Now::at(0)).unwrap();
        assert_eq!(set(&mut cell, "c", None, 0).get(), 104, "a deletion takes one");
        assert_eq!(set(&mut cell, "a", None, 10).get(), 106, "an expiry that a write finds takes one");
        set(&mut cell, "d", Some(1), 10);
        cell.remove_expired(usize::MAX, &Now::at(11));
        assert_eq!(set(&mut cell, "e", None, 11).get(), 109, "an expiry takes one");
        assert!(cell.remove("f", &Now::at(11)).is_none());
        assert_eq!(set(&mut cell, "f", None, 11).get(), 110, "removing nothing takes none");
    }

    #[test]
    fn an_expired_entry_is_removed_by_no_delete_and_only_once() {
        let mut cell = Cell::new(0, None);
        set(&mut cell, "k", Some(10), 0);
        assert!(cell.remove("k", &Now::at(10)).is_none());
        assert!(!cell.set_lifetime("k", None, &Now::at(10)));
        let found = cell.look("k", &Now::at(10));
        let conflict = Condition::Present.check(found.version());
        assert_eq!(conflict, Err(Conflict { current: None }));
        assert_eq!(cell.remove_expired(usize::MAX, &Now::at(10)).len(), 1);
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
