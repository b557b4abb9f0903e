//! [`Collection`]: the entries of one type of one tenant, behind a lock.

use super::Shared;
use super::cell::{Cell, Condition, Conflict, Page, Row, Write};
use super::expiry::{Sweep, drop_each};
use super::time::Deadline;
use crate::sync::RwLock;
use crate::{Entry, Version};
use std::any::Any;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// How many due entries are removed before the lock is given to others.
const SWEEP_STEP: usize = 256;

/// Every method reads the clock, then takes the lock for one short step, and drops values after it.
pub(crate) struct Collection<T> {
    shared: Arc<Shared>,
    /// Tells this collection from the others in the schedule.
    id: u64,
    me: Weak<Self>,
    state: RwLock<State<T>>,
}

struct State<T> {
    cell: Cell<T>,
    /// The deadline at which the schedule looks at this collection, at or before its earliest one.
    scheduled: Deadline,
}

impl<T: Send + Sync + 'static> Collection<T> {
    pub(super) fn new(shared: Arc<Shared>, id: u64, first_version: u64) -> Arc<Self> {
        let state = RwLock::new(State { cell: Cell::new(first_version), scheduled: Deadline::NEVER });
        Arc::new_cyclic(|me| Self { shared, id, me: Weak::clone(me), state })
    }

    pub(crate) fn get(&self, key: &str) -> Option<Row<T>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.get(key, &self.shared.time.moment(reading)).map(|(_, row)| row.clone())
    }

    pub(crate) fn get_entry(&self, key: &str) -> Option<Entry<T>> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        let moment = self.shared.time.moment(reading);
        let (key, row) = state.cell.get(key, &moment)?;
        Some(row.clone().into_entry(Arc::clone(key), moment.until(row.deadline())))
    }

    pub(crate) fn write(&self, write: &Write<'_, T>) -> Result<Version, Conflict> {
        let (reading, of_day) = (self.shared.time.read(), self.shared.time.of_day());
        let mut state = self.state.write();
        let written = state.cell.set(write, &self.shared.time.moment(reading), of_day);
        self.reschedule(&mut state);
        drop(state);
        let (version, replaced) = written?;
        drop(replaced);
        Ok(version)
    }

    pub(crate) fn remove(&self, key: &str, condition: Condition) -> Result<Option<Arc<T>>, Conflict> {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        let removed = state.cell.remove(key, condition, &self.shared.time.moment(reading));
        self.reschedule(&mut state);
        drop(state);
        Ok(removed?.map(|row| row.value))
    }

    pub(crate) fn count(&self, prefix: &str) -> usize {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.count(prefix, &self.shared.time.moment(reading))
    }

    pub(crate) fn page(&self, page: Page<'_>) -> Vec<(Arc<str>, Row<T>)> {
        let reading = self.shared.time.read();
        let state = self.state.read();
        state.cell.page(page, &self.shared.time.moment(reading))
    }

    /// How long a row that was read some time ago still has: `None` when it is gone, `Some(None)` when nothing
    /// expires it.
    #[expect(clippy::option_option, reason = "whether it is alive, and then how long")]
    pub(crate) fn time_left(&self, row: &Row<T>) -> Option<Option<Duration>> {
        if row.deadline() == Deadline::NEVER {
            return Some(None);
        }
        let moment = self.shared.time.moment(self.shared.time.read());
        (!moment.is_due(row.deadline())).then(|| moment.until(row.deadline()))
    }

    /// Tells the schedule when the earliest deadline is now before the one that it knows, or when there is
    /// none any more. A later one it finds out by itself.
    fn reschedule(&self, state: &mut State<T>) {
        let next = state.cell.next_deadline();
        if next < state.scheduled || (next == Deadline::NEVER && state.scheduled != Deadline::NEVER) {
            self.schedule(state, next);
        }
    }

    /// Under the collection's lock, so that the schedule never holds an older word than `state`.
    fn schedule(&self, state: &mut State<T>, next: Deadline) {
        let me = Weak::clone(&self.me);
        self.shared.schedule.move_to(&self.shared, (state.scheduled, next), self.id, me);
        state.scheduled = next;
    }

    /// Removes one step of what is due; whether more is.
    fn sweep_step(&self) -> (Vec<Row<T>>, bool) {
        let reading = self.shared.time.read();
        let mut state = self.state.write();
        let moment = self.shared.time.moment(reading);
        let removed = state.cell.remove_due(SWEEP_STEP, &moment);
        let next = state.cell.next_deadline();
        self.schedule(&mut state, next);
        (removed, moment.is_due(next))
    }
}

impl<T: Send + Sync + 'static> Sweep for Collection<T> {
    fn sweep(&self) -> Result<usize, Box<dyn Any + Send>> {
        let mut count = 0;
        let mut outcome = Ok(());
        loop {
            let (removed, more) = self.sweep_step();
            count += removed.len();
            outcome = outcome.and(drop_each(removed));
            if !more {
                return outcome.map(|()| count);
            }
        }
    }
}
