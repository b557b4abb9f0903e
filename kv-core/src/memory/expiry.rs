//! The thread that removes what is due and wakes those who watch, and what tells it when.

use super::Shared;
use super::time::{ClockReading, Deadline};
use crate::Expiry;
use crate::events;
use crate::sync::{Condvar, Mutex, bound, thread};
use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Weak};
use std::task::Wake;
use std::time::Duration;

/// How long the thread stays when there is nothing left to wait for, so that a deadline that comes and goes
/// does not make and end a thread each time.
const LINGER: Duration = Duration::from_millis(100);

/// The shortest wait in one go, for clocks that stand still just before a deadline.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// The longest wait in one go, in case the clock and the condition variable disagree about time.
const LONGEST_WAIT: Duration = Duration::from_hours(1);

/// How many steps of a sweep the thread makes before it wakes those who watch: a thousand entries.
const STEPS: usize = bound(32, 2);

/// What a value's destructor panicked with.
pub(crate) type Panic = Box<dyn Any + Send>;

/// Something with deadlines in it that can be watched.
pub(crate) trait Sweep: Send + Sync {
    /// Removes what is due, in up to so many steps that leave the lock to others in between, and returns how many entries
    /// that were; or the first panic of a value that was dropped, when all is done.
    fn sweep(&self, steps: usize) -> Result<usize, Panic>;

    /// Removes a few of the entries that have expired, and returns how many those were: none only if there are no more. Fails with the
    /// first panic of a value that was dropped.
    fn sweep_some(&self) -> Result<usize, Panic>;

    /// Wakes those who wait for what has changed.
    fn wake_watchers(&self);

    /// The tag of its type.
    fn tag(&self) -> &'static str;
}

/// Drops values, each for itself: two that panic would otherwise end the process. Returns the first panic.
pub(crate) fn drop_each<T>(values: impl IntoIterator<Item = T>) -> Result<(), Panic> {
    let mut outcome = Ok(());
    for value in values {
        outcome = outcome.and(catch_unwind(AssertUnwindSafe(|| drop(value))));
    }
    outcome
}

/// What was counted, or the panic of a value's destructor handed on to the caller.
pub(crate) fn or_resume<R>(outcome: Result<R, Panic>) -> R {
    outcome.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Which collection is to be looked at when, and the thread that does so.
pub(super) struct Schedule {
    expiry: Expiry,
    state: Mutex<State>,
    changed: Condvar,
}

/// The system has no thread to give. Whoever meets it under a lock tells of it once that is released.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NoThread;

#[derive(Default)]
struct State {
    /// Collections by their next deadline; the number tells those of one deadline apart.
    queue: BTreeMap<(Deadline, u64), Weak<dyn Sweep>>,
    /// Collections that have changed while somebody waits for that.
    changed: Vec<Weak<dyn Sweep>>,
    thread: Thread,
    /// Whether something could not be put in the queue, since there was no thread to be had.
    missed: bool,
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
    /// It waits for this deadline; for [`Deadline::NEVER`] while it waits for the next one to come in.
    Waiting(Deadline),
}

impl Schedule {
    pub(super) fn new(expiry: Expiry) -> Self {
        Self { expiry, state: Mutex::default(), changed: Condvar::new() }
    }

    /// Moves a collection from one deadline to another; [`Deadline::NEVER`] is no place in the queue. Says whether
    /// somebody will look at it: nobody does with manual expiry.
    pub(super) fn move_to(
        &self,
        shared: &Arc<Shared>,
        (from, to): (Deadline, Deadline),
        id: u64,
        collection: Weak<dyn Sweep>,
    ) -> Result<bool, NoThread> {
        if self.expiry == Expiry::Manual {
            return Ok(false);
        }
        let mut state = self.state.lock();
        state.queue.remove(&(from, id));
        if to == Deadline::NEVER {
            if state.queue.is_empty() && matches!(state.thread, Thread::Waiting(_)) {
                self.changed.notify_one();
            }
            return Ok(false);
        }
        if state.closed {
            return Ok(false);
        }
        if state.thread == Thread::None && start(shared).is_err() {
            state.missed = true;
            return Err(NoThread);
        }
        match state.thread {
            Thread::None => state.thread = Thread::Busy,
            Thread::Waiting(deadline) if to < deadline => {
                self.changed.notify_one();
            }
            // It looks at the queue before it waits again, or at the end of its wait.
            Thread::Busy | Thread::Waiting(_) => {}
        }
        state.queue.insert((to, id), collection);
        Ok(true)
    }

    /// Has the thread wake those who wait for a collection to change.
    pub(super) fn announce(&self, shared: &Arc<Shared>, collection: Weak<dyn Sweep>) -> Result<(), NoThread> {
        let mut state = self.state.lock();
        if state.closed {
            return Ok(());
        }
        match state.thread {
            Thread::None if start(shared).is_err() => return Err(NoThread),
            Thread::None => state.thread = Thread::Busy,
            Thread::Waiting(_) => {
                self.changed.notify_one();
            }
            Thread::Busy => {}
        }
        state.changed.push(collection);
        Ok(())
    }

    /// Whether the queue knows that nothing is due. It knows nothing with manual expiry.
    pub(super) fn nothing_due(&self, reading: ClockReading) -> bool {
        let state = self.state.lock();
        let next = state.queue.first_key_value().map(|((deadline, _), _)| *deadline);
        self.expiry == Expiry::Background
            && !state.missed
            && next.is_none_or(|next| !reading.until(next).is_zero())
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        // A clock may keep this schedule for its jumps; what it knew is no longer of use.
        let left = (std::mem::take(&mut state.queue), std::mem::take(&mut state.changed));
        self.changed.notify_one();
        drop(state);
        drop(left);
    }

    /// The work of the thread: one round. Returns whether there is another.
    fn run_once(&self, shared: &Shared) -> bool {
        let jumps = self.state.lock().jumps;
        // The clock is application code, so no lock is held here.
        let reading = shared.time.read();
        let mut state = self.state.lock();
        // Then what is due has its turn, however much changes meanwhile.
        if !state.changed.is_empty() {
            let changed = std::mem::take(&mut state.changed);
            drop(state);
            changed.iter().filter_map(Weak::upgrade).for_each(|collection| collection.wake_watchers());
            state = self.state.lock();
        }
        // Not before: it may have been closed while those were woken.
        if state.closed {
            state.thread = Thread::None;
            return false;
        }
        let Some((&(deadline, id), collection)) = state.queue.first_key_value() else {
            if !state.changed.is_empty() {
                return true;
            }
            state.thread = Thread::Waiting(Deadline::NEVER);
            self.changed.wait_for(&mut state, LINGER);
            // Decided under the lock: whoever adds to the queue after this starts a thread of its own.
            let ends = state.queue.is_empty() && state.changed.is_empty();
            state.thread = if ends { Thread::None } else { Thread::Busy };
            return !ends;
        };
        let wait = reading.until(deadline);
        if wait.is_zero() {
            // It stays in the queue until its sweep moves it, so that a panic on the way loses nothing.
            let collection = collection.upgrade();
            if collection.is_none() {
                state.queue.remove(&(deadline, id));
            }
            drop(state);
            if let Some(collection) = collection {
                match collection.sweep(STEPS) {
                    Ok(0) => {}
                    Ok(entries) => events::expired(collection.tag(), entries),
                    // A value that panics when dropped has had its say on stderr; the others are not its concern.
                    Err(_) => events::panicked("value"),
                }
                // This may be the last to know the collection.
                drop(collection);
            }
        } else if state.jumps == jumps && state.changed.is_empty() {
            state.thread = Thread::Waiting(deadline);
            self.changed.wait_for(&mut state, wait.clamp(SHORTEST_WAIT, LONGEST_WAIT));
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

/// Starts the thread.
fn start(shared: &Arc<Shared>) -> std::io::Result<()> {
    let shared = Arc::clone(shared);
    let run = move || {
        // The clock, or the destructor of a panic's payload, may panic. That is no reason to leave what is due.
        let round = || catch_unwind(AssertUnwindSafe(|| shared.schedule.run_once(&shared)));
        events::thread_started();
        loop {
            match round() {
                Ok(true) => {}
                Ok(false) => return events::thread_ended(),
                Err(_) => {
                    events::panicked("clock");
                    thread::park_timeout(LINGER);
                }
            }
        }
    };
    thread::Builder::new().name("kv-expiry".to_owned()).spawn(run).map(drop)
}
