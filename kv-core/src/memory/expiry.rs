//! The thread that removes what is due, and what tells it when.

use super::Shared;
use super::time::Deadline;
use crate::store::Expiry;
use crate::sync::{Condvar, Mutex};
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Weak};
use std::task::Wake;
use std::thread;
use std::time::Duration;

/// How long the thread stays when there is nothing left to wait for, so that a deadline that comes and goes
/// does not make and end a thread each time.
const LINGER: Duration = Duration::from_millis(100);

/// The longest wait in one go, in case the clock and the condition variable disagree about time.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// What a value's destructor panicked with.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Something with deadlines in it.
pub(crate) trait Sweep: Send + Sync {
    /// Removes all that is due, in steps that leave the lock to others in between, and returns how many entries
    /// that were; or the first panic of a value that was dropped, when all is done.
    fn sweep(&self) -> Result<usize, Panic>;
}

/// Drops values, each for itself: two that panic would otherwise end the process. Returns the first panic.
pub(super) fn drop_each<T>(values: impl IntoIterator<Item = T>) -> Result<(), Panic> {
    let mut outcome = Ok(());
    for value in values {
        outcome = outcome.and(catch_unwind(AssertUnwindSafe(|| drop(value))));
    }
    outcome
}

/// Which collection is to be looked at when, and the thread that does so.
pub(super) struct Schedule {
    expiry: Expiry,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Collections by their next deadline; the number tells those of one deadline apart.
    queue: BTreeMap<(Deadline, u64), Weak<dyn Sweep>>,
    thread: Thread,
    /// Counts the jumps of the clock, to notice one between reading it and waiting.
    jumps: u64,
    closed: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Thread {
    /// There is none.
    #[default]
    None,
    Busy,
    /// It waits for this deadline.
    Waiting(Deadline),
    /// It waits for work a moment longer.
    Lingering,
}

impl Schedule {
    pub(super) fn new(expiry: Expiry) -> Self {
        Self { expiry, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Moves a collection from one deadline to another; [`Deadline::NEVER`] is no place in the queue.
    pub(super) fn move_to(
        &self,
        shared: &Arc<Shared>,
        (from, to): (Deadline, Deadline),
        id: u64,
        collection: Weak<dyn Sweep>,
    ) {
        if self.expiry == Expiry::Manual {
            return;
        }
        let mut state = self.state.lock();
        state.queue.remove(&(from, id));
        if to != Deadline::NEVER {
            state.queue.insert((to, id), collection);
        }
        match state.thread {
            Thread::None if !state.queue.is_empty() && !state.closed => state.thread = start(shared),
            Thread::Waiting(deadline) if to < deadline || state.queue.is_empty() => {
                self.changed.notify_one();
            }
            // It looks at the queue before it waits again, or at the end of its wait.
            Thread::None | Thread::Busy | Thread::Waiting(_) | Thread::Lingering => {}
        }
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.changed.notify_one();
    }

    /// The work of the thread: one round. Returns whether there is another.
    fn run_once(&self, shared: &Shared) -> bool {
        let jumps = self.state.lock().jumps;
        // The clock is application code, so no lock is held here.
        let reading = shared.time.read();
        let mut state = self.state.lock();
        if state.closed {
            state.thread = Thread::None;
            return false;
        }
        let Some((&(deadline, _), _)) = state.queue.first_key_value() else {
            state.thread = Thread::Lingering;
            self.changed.wait_for(&mut state, LINGER);
            // Decided under the lock: whoever adds to the queue after this starts a thread of its own.
            let ends = state.queue.is_empty();
            state.thread = if ends { Thread::None } else { Thread::Busy };
            return !ends;
        };
        let moment = shared.time.moment(reading);
        if moment.is_due(deadline) {
            let due = state.queue.pop_first();
            drop(state);
            if let Some(collection) = due.and_then(|(_, collection)| collection.upgrade()) {
                // A value that panics when dropped has had its say on stderr; the others are not its concern.
                drop(collection.sweep());
                // It may be the last to know the collection, whose values are dropped with it.
                drop(catch_unwind(AssertUnwindSafe(|| drop(collection))));
            }
        } else if state.jumps == jumps {
            let wait = moment.until(deadline).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
            state.thread = Thread::Waiting(deadline);
            self.changed.wait_for(&mut state, wait);
            state.thread = Thread::Busy;
        }
        true
    }
}

/// The clock has jumped: what is due now may not have been before.
impl Wake for Schedule {
    fn wake(self: Arc<Self>) {
        self.state.lock().jumps += 1;
        self.changed.notify_one();
    }
}

fn start(shared: &Arc<Shared>) -> Thread {
    let shared = Arc::clone(shared);
    let run = move || {
        let _guard = PanicGuard(&shared);
        while shared.schedule.run_once(&shared) {}
    };
    match thread::Builder::new().name("kv-expiry".to_owned()).spawn(run) {
        Ok(_) => Thread::Busy,
        // The system has no thread to give: due entries stay invisible, and the next deadline tries again.
        Err(_) => Thread::None,
    }
}

/// Says that there is no thread any more when the clock panicked in it, so that another can be started.
struct PanicGuard<'a>(&'a Shared);

impl Drop for PanicGuard<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.schedule.state.lock().thread = Thread::None;
        }
    }
}
