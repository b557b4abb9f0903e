//! [`Collection`]: the entries of one type of one tenant, behind a lock.

use super::Shared;
use super::cell::{Cell, Counts, Coverage, ReadLimit, Row, RowChange, Stored, Write};
use super::expiry::{NoThread, Panic, Sweep, drop_each, or_resume};
use super::flight::Flights;
use super::log::Cause;
use super::page::{PageCursor, PageQuery, PageRows};
use super::reads::Reads;
use super::slab::Slab;
#[cfg(feature = "json")]
use super::time::Times;
use super::time::{ClockReading, Deadline, Now, Watermark};
use super::usage::{Full, Size, Usage};
use super::watchers::Watchers;
use crate::codec::StoredValue;
use crate::condition::{Condition, Conflict};
use crate::events;
use crate::schema::KvType;
use crate::stats::TypeStats;
use crate::sync::{OnceLock, RwLock, RwLockWriteGuard, bound, hand_over, read, thread};
use crate::{Change, Entry, Version};
use std::any::Any;
use std::collections::HashSet;
use std::sync::{Arc, Weak};
use std::task::Waker;
use std::time::Duration;

/// How many entries are removed at a time before the lock is handed over to others: some ten microseconds' work, or some
/// fifty where memory has to be waited for.
pub(crate) const STEP: usize = bound(32, 2);

/// How many steps make a few: up to 256 entries.
const SOME: usize = 8;

/// Every method reads the clock, then takes the lock for one short step, and drops values after it.
pub(crate) struct Collection<T> {
    shared: Arc<Shared>,
    usage: Arc<Usage>,
    /// Tells this collection from the others in the schedule.
    id: u64,
    me: Weak<Self>,
    state: RwLock<State<T>>,
    watermark: Watermark,
    reads: Reads,
    // Many a collection never needs these.
    flights: OnceLock<Box<Flights<T>>>,
    watchers: OnceLock<Box<Watchers>>,
}

struct State<T> {
    cell: Cell<T>,
    watchers: usize,
    /// The deadline at which the schedule looks at this collection, at or before its earliest one.
    scheduled: Deadline,
}

/// Why a value was not written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum WriteError {
    Conflict(Conflict),
    Full(Full),
}

impl<T: KvType> Collection<T> {
    pub(super) fn new(shared: Arc<Shared>, usage: Arc<Usage>, id: u64, first_version: u64) -> Arc<Self> {
        Arc::new_cyclic(|me| Self {
            shared,
            usage,
            id,
            me: Weak::clone(me),
            state: RwLock::new(State {
                cell: Cell::new(first_version, T::__MAX_ENTRIES),
                watchers: 0,
                scheduled: Deadline::NEVER,
            }),
            watermark: Watermark::default(),
            reads: Reads::default(),
            flights: OnceLock::new(),
            watchers: OnceLock::new(),
        })
    }

    /// The computations of values that are under way.
    pub(crate) fn flights(&self) -> &Flights<T> {
        self.flights.get_or_init(|| Box::new(Flights::new()))
    }

    /// Who waits for changes.
    fn watchers(&self) -> &Watchers {
        self.watchers.get_or_init(Box::default)
    }

    /// Counts a read by key for the statistics.
    pub(crate) fn count_read(&self, found: bool) {
        self.reads.count(found);
    }

    /// The value under a key.
    pub(crate) fn value(&self, key: &str) -> Option<Arc<T>> {
        let state = read(&self.state);
        let stored = state.cell.find(key)?;
        if self.shared.time.is_well_before(stored.deadline()) {
            return Some(Arc::clone(stored.value()));
        }
        drop(state);
        self.get(key).map(|row| row.value)
    }

    pub(crate) fn get(&self, key: &str) -> Option<Row<T>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.get(key, &self.watermark.now(reading)).map(Stored::row)
    }

    /// A row with the key as it is stored.
    #[cfg(feature = "json")]
    pub(crate) fn get_with_key(&self, key: &str) -> Option<(Arc<str>, Row<T>)> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        let stored = state.cell.get(key, &self.watermark.now(reading))?;
        Some((Arc::clone(stored.key()), stored.row()))
    }

    /// The rows under many keys, at one instant.
    pub(crate) fn get_many(&self, keys: &[&str]) -> Vec<Option<Row<T>>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        let now = self.watermark.now(reading);
        keys.iter().map(|key| state.cell.get(key, &now).map(Stored::row)).collect()
    }

    pub(crate) fn get_entry(&self, key: &str) -> Option<Entry<T>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        let now = self.watermark.now(reading);
        let stored = state.cell.get(key, &now)?;
        let row = stored.row();
        let expires_in = now.until(row.deadline());
        Some(row.into_entry(Arc::clone(stored.key()), expires_in))
    }

    /// Writes a value. What it replaced is then in the write, to be dropped.
    pub(crate) fn write(&self, write: &mut Write<'_, T>) -> Result<Version, WriteError> {
        let (reading, of_day) = self.shared.time.read_both();
        let mut state = self.state.write();
        let now = self.watermark.now(reading);
        let found = state.cell.look(write.key, &now);
        write.condition.check(found.version()).map_err(WriteError::Conflict)?;
        let added = Size { entries: 1, bytes: write.bytes };
        if T::__MAX_ENTRIES.is_some() && found.is_new() {
            let evicted = self.make_way(&mut state, added, &now).map_err(WriteError::Full)?;
            let version = state.cell.put_at(found, write, &now, of_day);
            self.unlock(state);
            drop_evicted(evicted, T::TYPE_TAG);
            return Ok(version);
        }
        self.usage.exchange(found.size(), added).map_err(WriteError::Full)?;
        let version = state.cell.put_at(found, write, &now, of_day);
        self.unlock(state);
        Ok(version)
    }

    /// Takes room for a new row, in place of the one that it evicts, if it does.
    fn make_way(&self, state: &mut State<T>, added: Size, now: &Now<'_>) -> Result<Vec<Stored<T>>, Full> {
        let in_the_way = state.cell.in_the_way_of(1, &HashSet::new(), now);
        self.usage.exchange(state.cell.size_of(&in_the_way), added)?;
        Ok(state.cell.evict(&in_the_way, now))
    }

    /// Writes all values at one instant, in their order, or none. Conditions are not looked at. What made way is returned to be
    /// dropped, together with what was replaced.
    pub(crate) fn write_many(
        &self,
        writes: &mut [Write<'_, T>],
    ) -> Result<(Vec<Version>, Vec<Stored<T>>), Full> {
        let (reading, of_day) = self.shared.time.read_both();
        let mut last: Vec<&Write<'_, T>> = writes.iter().collect();
        // Of several writes of one key the last one stays: sorting keeps their order.
        last.sort_by_key(|write| write.key);
        last.reverse();
        last.dedup_by_key(|write| write.key);
        let mut state = self.state.write();
        let now = self.watermark.now(reading);
        let (mut removed, mut added) = (Size::default(), Size::default());
        let (mut new, mut stay) = (0, HashSet::new());
        for write in last {
            let found = state.cell.look(write.key, &now);
            removed = removed.and(found.size());
            added = added.and(Size { entries: 1, bytes: write.bytes });
            match found.place() {
                Some(place) if T::__MAX_ENTRIES.is_some() => _ = stay.insert(place),
                Some(_) => {}
                None => new += 1,
            }
        }
        let in_the_way = state.cell.in_the_way_of(new, &stay, &now);
        self.usage.exchange(removed.and(state.cell.size_of(&in_the_way)), added)?;
        let mut evicted = state.cell.evict(&in_the_way, &now);
        let versions = writes.iter_mut().map(|write| state.cell.put(write, &now, of_day)).collect();
        // They may have been too many by themselves.
        let too_many = state.cell.in_the_way_of(0, &HashSet::new(), &now);
        let too_many = state.cell.evict(&too_many, &now);
        self.release(&too_many);
        evicted.extend(too_many);
        self.unlock(state);
        if !evicted.is_empty() {
            events::evicted(T::TYPE_TAG, evicted.len());
        }
        Ok((versions, evicted))
    }

    pub(crate) fn remove(&self, key: &str, condition: Condition) -> Result<Option<Arc<T>>, Conflict> {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        let now = self.watermark.now(reading);
        let found = state.cell.look(key, &now);
        condition.check(found.version())?;
        let removed = state.cell.remove_at(found, &now);
        self.release(removed.as_slice());
        self.unlock(state);
        Ok(removed.map(Stored::into_value))
    }

    /// Removes the entries whose key has a prefix, in steps, and returns how many there were.
    pub(crate) fn remove_prefix(&self, prefix: &str) -> usize {
        let mut pages = PageCursor::new(prefix);
        let mut count = 0;
        let mut outcome = Ok(());
        while let Some(page) = pages.read(STEP, |query| {
            let reading = self.shared.time.read();
            let mut state = self.state.write();
            let now = self.watermark.now(reading);
            let (page, next) = state.cell.page(query, &now);
            let removed: Vec<_> = page.iter().filter_map(|(key, _)| state.cell.remove(key, &now)).collect();
            self.release(&removed);
            self.hand_over(state);
            count += removed.len();
            (page, next)
        }) {
            // The page keeps the removed values alive up to here.
            outcome = outcome.and(drop_each(page));
        }
        or_resume(outcome);
        count
    }

    /// Gives an entry another lifetime, and says whether there is one.
    pub(crate) fn set_lifetime(&self, key: &str, ttl: Option<Duration>) -> bool {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        let found = state.cell.set_lifetime(key, ttl, &self.watermark.now(reading));
        let scheduled = self.reschedule(&mut state);
        drop(state);
        tell_of_no_thread(scheduled);
        found
    }

    pub(crate) fn count(&self, prefix: &str) -> usize {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.count(prefix, &self.watermark.now(reading))
    }

    pub(crate) fn page(&self, page: PageQuery<'_>) -> PageRows<Row<T>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.page(page, &self.watermark.now(reading))
    }

    /// A row that was read some time ago, or what has come in its place; `None` when it is gone.
    #[inline]
    pub(crate) fn refresh(&self, key: &str, row: Row<T>) -> Option<Row<T>> {
        if self.shared.time.is_well_before(row.deadline()) || self.time_left(row.deadline()).is_some() {
            Some(row)
        } else {
            self.get(key)
        }
    }

    /// The same with the time that it has left.
    pub(crate) fn refresh_with_time_left(
        &self,
        key: &str,
        row: Row<T>,
    ) -> Option<(Row<T>, Option<Duration>)> {
        if let Some(left) = self.time_left(row.deadline()) {
            return Some((row, left));
        }
        // Read once: what came in its place is not judged at a later time than it was found.
        let reading = self.shared.time.read();
        let state = self.state.read();
        let now = self.watermark.now(reading);
        let row = state.cell.get(key, &now)?.row();
        let left = now.until(row.deadline());
        Some((row, left))
    }

    /// `None` when the deadline has come, `Some(None)` when there is none.
    #[expect(clippy::option_option, reason = "whether it is alive, and then how long")]
    fn time_left(&self, deadline: Deadline) -> Option<Option<Duration>> {
        if deadline == Deadline::NEVER {
            return Some(None);
        }
        let reading = self.shared.time.read();
        let now = self.watermark.now(reading);
        if !now.has_reached(deadline) {
            return Some(now.until(deadline));
        }
        // Said under the lock, whose holders take the watermark for theirs.
        let _state = self.state.read();
        let is_expired = self.watermark.now(reading).is_expired(deadline);
        debug_assert!(is_expired, "time does not go back");
        None
    }

    /// Gives the room of removed rows back. Under the lock, so that the usage is never behind the rows.
    fn release(&self, removed: &[Stored<T>]) {
        let bytes = removed.iter().map(Stored::bytes).sum();
        self.usage.release(Size { entries: removed.len(), bytes });
    }

    /// Releases the lock after a change, with word to the schedule and to those who watch.
    #[inline]
    fn unlock(&self, mut state: RwLockWriteGuard<'_, State<T>>) {
        let told = self.tell_schedule(&mut state);
        drop(state);
        self.tell_others(told);
    }

    /// As [`unlock`](Self::unlock), between the steps of something long.
    fn hand_over(&self, mut state: RwLockWriteGuard<'_, State<T>>) {
        let told = self.tell_schedule(&mut state);
        hand_over(state);
        self.tell_others(told);
    }

    /// What is to be done under the lock; and then whether somebody waits for a change.
    #[inline]
    fn tell_schedule(&self, state: &mut State<T>) -> (Result<(), NoThread>, bool) {
        let scheduled = self.reschedule(state);
        (scheduled, state.watchers > 0 && self.watchers().is_to_be_told())
    }

    /// What is to be done when the lock is released.
    #[inline]
    fn tell_others(&self, (scheduled, is_news): (Result<(), NoThread>, bool)) {
        tell_of_no_thread(scheduled);
        if is_news {
            let announced = self.shared.schedule.announce(&self.shared, Weak::clone(&self.me) as _);
            if announced.is_err() {
                self.wake_watchers();
            }
            tell_of_no_thread(announced);
        }
    }

    /// Tells the schedule when the earliest deadline is now before the one that it knows, or when there is
    /// none any more. A later one it finds out by itself.
    #[inline]
    fn reschedule(&self, state: &mut State<T>) -> Result<(), NoThread> {
        let nothing_before = state.cell.nothing_expires_before();
        let none_left = nothing_before == Deadline::NEVER && state.scheduled != Deadline::NEVER;
        if nothing_before < state.scheduled || none_left { self.reschedule_earlier(state) } else { Ok(()) }
    }

    fn reschedule_earlier(&self, state: &mut State<T>) -> Result<(), NoThread> {
        let next = state.cell.next_deadline();
        if next < state.scheduled || (next == Deadline::NEVER && state.scheduled != Deadline::NEVER) {
            return self.schedule(state, next);
        }
        Ok(())
    }

    /// Under the collection's lock, so that the schedule never holds an older word than `state`.
    fn schedule(&self, state: &mut State<T>, next: Deadline) -> Result<(), NoThread> {
        let me = Weak::clone(&self.me);
        let waits = self.shared.schedule.move_to(&self.shared, (state.scheduled, next), self.id, me);
        // Where it could not be put in the queue, the next write with a deadline tries again.
        state.scheduled = if waits == Ok(true) { next } else { Deadline::NEVER };
        waits.map(drop)
    }

    /// Removes one step of what has expired, and returns whether there may be more.
    fn sweep_step(&self) -> (Vec<Stored<T>>, bool) {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        let now = self.watermark.now(reading);
        let removed = state.cell.remove_expired(STEP, &now);
        self.release(&removed);
        let next = state.cell.nothing_expires_before();
        // Where there was no thread to be had, unlocking tries again, and tells of it.
        let _ = self.schedule(&mut state, next);
        let more = now.has_reached(next);
        self.hand_over(state);
        (removed, more)
    }

    /// Counts one more who watches, for whom changes are kept from now on.
    pub(crate) fn watch(&self) -> Result<(), Full> {
        self.usage.add_watcher()?;
        let mut state = self.state.write();
        if state.watchers == 0 {
            state.cell.watch();
            self.watchers().start_at(state.cell.last_version());
        }
        state.watchers += 1;
        Ok(())
    }

    /// Counts one less.
    pub(crate) fn unwatch(&self) {
        self.usage.remove_watcher();
        let mut state = self.state.write();
        state.watchers -= 1;
        let kept = (state.watchers == 0).then(|| state.cell.unwatch());
        drop(state);
        drop(kept);
    }

    /// When deadlines are by the time of day, as it is now.
    #[cfg(feature = "json")]
    pub(crate) fn times(&self) -> Times {
        self.shared.time.times()
    }

    /// Removes one step of the entries that have expired. Returns how many there were, and whether there may be more.
    ///
    /// # Panics
    ///
    /// With the first panic of a value that is dropped.
    #[cfg(feature = "json")]
    pub(crate) fn purge_step(&self) -> (usize, bool) {
        let (removed, more) = self.sweep_step();
        let count = removed.len();
        or_resume(drop_each(removed));
        (count, more)
    }

    /// As [`stats`](AnyCollection::stats), in bounded time: where many expired entries have not been removed yet, some are counted.
    #[cfg(feature = "json")]
    pub(crate) fn stats_roughly(&self) -> TypeStats {
        /// So many expired entries are left out.
        const MOST: usize = bound(4096, 4);
        self.stats_with(|cell, now| cell.len_roughly(MOST, now))
    }

    fn stats_with(&self, len: impl FnOnce(&Cell<T>, &Now<'_>) -> usize) -> TypeStats {
        let reading = self.shared.time.read();
        let state = self.state.read();
        let Counts { writes, expirations, evictions } = state.cell.counts();
        let (hits, misses) = self.reads.sums();
        TypeStats {
            tag: T::TYPE_TAG,
            entries: len(&state.cell, &self.watermark.now(reading)),
            bytes: state.cell.size().bytes,
            hits,
            misses,
            writes,
            expirations,
            evictions,
            watchers: state.watchers,
        }
    }

    /// Reads the clock, for who holds a lock of its own while it reads on.
    pub(crate) fn read_clock(&self) -> ClockReading {
        self.shared.time.read()
    }

    /// The version that was given last, and what can be told to those who have seen all up to another.
    pub(crate) fn coverage_after(&self, version: u64) -> (u64, Coverage) {
        let state = self.state.read();
        (state.cell.last_version(), state.cell.coverage_after(version))
    }

    /// A part of a snapshot, for one who has seen the removals up to a version or begins from nothing; `None` when removals are
    /// missing. As long as there are more of these, they come alone.
    pub(crate) fn snapshot_page(
        &self,
        reading: ClockReading,
        page: PageQuery<'_>,
        removals_after: Option<u64>,
    ) -> Option<SnapshotPage<T>> {
        let state = self.state.read();
        let now = self.watermark.now(reading);
        let at = state.cell.last_version();
        let mut changes = Vec::new();
        if let Some(after) = removals_after {
            if state.cell.coverage_after(after) == Coverage::Unknown {
                return None;
            }
            let wanted = |key: &str, _, _| key.starts_with(page.prefix);
            let (removals, up_to) = state.cell.removals(after, wanted, &now);
            changes.extend(removals.into_iter().map(|news| change(news, &now)));
            if up_to < at {
                return Some(SnapshotPage { changes, removals_up_to: up_to, page: None });
            }
        }
        let (rows, reached) = state.cell.page(page, &now);
        let written = rows.into_iter().map(|(key, row)| change(RowChange::Written(key, row), &now));
        changes.extend(written);
        Some(SnapshotPage { changes, removals_up_to: at, page: Some((reached, at)) })
    }

    /// What changed after a version, with the version up to which that is all and whether there is no more; `None` when it is
    /// not known any more.
    pub(crate) fn changes(
        &self,
        reading: ClockReading,
        after: u64,
        limit: ReadLimit,
        wanted: impl Fn(&str, u64, bool) -> bool,
    ) -> Option<(Vec<Change<T>>, u64, bool)> {
        let state = self.state.read();
        let now = self.watermark.now(reading);
        if state.cell.coverage_after(after) != Coverage::All {
            return None;
        }
        let (news, up_to) = state.cell.changes(after, limit, wanted, &now);
        let changes = news.into_iter().map(|news| change(news, &now)).collect();
        Some((changes, up_to, up_to == state.cell.last_version()))
    }

    /// Has a waker woken when something under a prefix changes. See [`Watchers::wait`].
    pub(crate) fn wait(&self, ticket: &mut Option<u64>, prefix: &Arc<str>, waker: &Waker) {
        self.watchers().wait(ticket, prefix, waker);
    }

    /// Waits no more.
    pub(crate) fn leave(&self, ticket: u64) {
        self.watchers().leave(ticket);
    }

    /// Whether the store is gone, so that nothing changes any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.watchers().is_closed()
    }
}

/// A part of a snapshot.
pub(crate) struct SnapshotPage<T> {
    /// Removals, then entries.
    pub(crate) changes: Vec<Change<T>>,
    /// Up to which version removals have been told.
    pub(crate) removals_up_to: u64,
    /// Up to which key entries have been read, if not up to the last one, and at which version; `None` when none were.
    pub(crate) page: Option<(Option<Arc<str>>, u64)>,
}

fn change<T>(news: RowChange<T>, now: &Now<'_>) -> Change<T> {
    match news {
        RowChange::Written(key, row) => {
            let expires_in = now.until(row.deadline());
            Change::Set(row.into_entry(key, expires_in))
        }
        RowChange::Removed(key, version, Cause::Deleted) => Change::Deleted { key, version },
        RowChange::Removed(key, version, Cause::Expired) => Change::Expired { key, version },
        RowChange::Removed(key, version, Cause::Evicted) => Change::Evicted { key, version },
    }
}

impl<T: KvType> Sweep for Collection<T> {
    fn sweep(&self, steps: usize) -> Result<usize, Panic> {
        let mut count = 0;
        let mut outcome = Ok(());
        for _ in 0..steps {
            let (removed, more) = self.sweep_step();
            count += removed.len();
            outcome = outcome.and(drop_each(removed));
            if !more {
                break;
            }
            // Nor is a processor kept from those who want it.
            thread::yield_now();
        }
        outcome.map(|()| count)
    }

    fn sweep_some(&self) -> Result<usize, Panic> {
        let (mut count, mut steps) = (0, 0);
        let mut outcome = Ok(());
        loop {
            let (removed, more) = self.sweep_step();
            (count, steps) = (count + removed.len(), steps + 1);
            outcome = outcome.and(drop_each(removed));
            if !more || (steps >= SOME && count > 0) {
                return outcome.map(|()| count);
            }
        }
    }

    fn wake_watchers(&self) {
        /// Of more keys it is not worth asking whose they are.
        const MANY: usize = bound(64, 3);
        self.watchers().wake(|after| {
            let state = self.state.read();
            let keys: Vec<_> = state.cell.changed_keys(after, MANY).cloned().collect();
            let any = keys.len() == MANY || state.cell.coverage_after(after) != Coverage::All;
            let is_under = move |prefix: &str| any || keys.iter().any(|key| key.starts_with(prefix));
            (state.cell.last_version(), is_under)
        });
    }

    fn tag(&self) -> &'static str {
        T::TYPE_TAG
    }
}

/// Drops what made way, and tells of it. Under no lock.
fn drop_evicted<T>(evicted: Vec<Stored<T>>, tag: &'static str) {
    let entries = evicted.len();
    let outcome = drop_each(evicted);
    if entries > 0 {
        events::evicted(tag, entries);
    }
    or_resume(outcome);
}

/// Tells when there was no thread to be had. Under no lock.
#[inline]
fn tell_of_no_thread(scheduled: Result<(), NoThread>) {
    if scheduled.is_err() {
        events::thread_refused();
    }
}

/// What can be done with a collection whose type is not known.
pub(crate) trait AnyCollection: Any + Sweep {
    /// The tag and the prefix of its type.
    fn names(&self) -> (&'static str, &'static str);

    /// How many entries are alive.
    fn len(&self) -> usize;

    /// Whether a sweep would remove anything.
    fn has_due(&self) -> bool;

    /// Removes all entries, and returns how many were alive; or the first panic of a value that was dropped, when
    /// all is done.
    fn clear(&self) -> Result<usize, Panic>;

    fn stats(&self) -> TypeStats;

    /// Ends what watches it.
    fn close(&self);

    /// The version that was given last.
    fn last_version(&self) -> u64;

    /// A page of a scan, as [`Collection::page`].
    fn erased_page(&self, page: PageQuery<'_>) -> PageRows<ErasedRow>;

    /// The row itself, or what has come in its place since it was read; `None` when it is gone.
    fn refresh_erased(&self, key: &str, row: ErasedRow) -> Option<ErasedRow>;
}

/// A row whose type is not known.
pub(crate) struct ErasedRow {
    pub(crate) value: Arc<dyn StoredValue>,
    pub(crate) version: Version,
    deadline: Deadline,
}

fn erase<T: KvType>(row: Row<T>) -> ErasedRow {
    ErasedRow { deadline: row.deadline(), version: row.version, value: row.value }
}

/// Values are dropped each for itself here too: two that panic would otherwise end the process.
impl<T> Drop for Collection<T> {
    fn drop(&mut self) {
        // Each has had its say on stderr, and a destructor has nobody to hand a panic to.
        if drop_each(self.state.get_mut().cell.take_rows().into_values()).is_err() {
            events::panicked("value");
        }
    }
}

impl<T: KvType> AnyCollection for Collection<T> {
    fn names(&self) -> (&'static str, &'static str) {
        (T::TYPE_TAG, T::KEY_PREFIX)
    }

    fn len(&self) -> usize {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.len(&self.watermark.now(reading))
    }

    fn has_due(&self) -> bool {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.has_due(&self.watermark.now(reading))
    }

    fn clear(&self) -> Result<usize, Panic> {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        self.usage.release(state.cell.size());
        let (rows, alive) = state.cell.clear(&self.watermark.now(reading));
        self.unlock(state);
        drop_each(rows.into_values()).map(|()| alive)
    }

    fn stats(&self) -> TypeStats {
        self.stats_with(Cell::len)
    }

    fn close(&self) {
        self.watchers().close();
        // Who watches may not have been told of all of them.
        let mut state = self.state.write();
        let rows = if state.watchers == 0 { Some(state.cell.take_rows()) } else { None };
        drop(state);
        // As when it is dropped.
        let _ = drop_each(rows.into_iter().flat_map(Slab::into_values));
    }

    fn last_version(&self) -> u64 {
        self.state.read().cell.last_version()
    }

    fn erased_page(&self, page: PageQuery<'_>) -> PageRows<ErasedRow> {
        let (rows, next) = self.page(page);
        (rows.into_iter().map(|(key, row)| (key, erase(row))).collect(), next)
    }

    fn refresh_erased(&self, key: &str, row: ErasedRow) -> Option<ErasedRow> {
        if self.time_left(row.deadline).is_some() { Some(row) } else { self.get(key).map(erase) }
    }
}
