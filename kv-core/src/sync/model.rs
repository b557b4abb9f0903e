//! Stand-ins for the system's, of which the model checker `shuttle` takes note: at each use it may let another thread go on.
//!
//! Atomics are those of one order of all operations, whatever is asked for. No time passes: a wait with a timeout may end at any
//! moment without having been woken, but where only that would let anybody go on, it never does, and the checker reports a
//! deadlock. So what a timeout would repair after a while is found.

#![expect(clippy::expect_used, reason = "this is for tests alone")]

pub(crate) use shuttle::sync::{RwLockReadGuard, RwLockWriteGuard, atomic};
pub(crate) use shuttle::thread_local;

use shuttle::sync as model;
use shuttle::thread::{Thread, current, park, sleep};
use std::collections::VecDeque;
use std::hash::{BuildHasherDefault, DefaultHasher};
use std::ops::{Deref, DerefMut};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

pub(crate) mod thread {
    pub(crate) use shuttle::thread::{Builder, yield_now};

    pub(crate) fn park_timeout(_: std::time::Duration) {
        yield_now();
    }
}

/// A map that has the same order each time, so that a schedule leads to the same end again.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// As the system's, for each of the checker's executions anew.
macro_rules! process_wide {
    (static $name:ident: $ty:ty = $value:expr) => {
        ::shuttle::lazy_static! { static ref $name: $ty = $value; }
    };
}
pub(crate) use process_wide;

/// Lets another thread go on, if the checker likes.
fn switch() {
    sleep(Duration::ZERO);
}

pub(crate) fn hand_over<T>(guard: RwLockWriteGuard<'_, T>) {
    drop(guard);
}

pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.read()
}

#[derive(Default)]
pub(crate) struct RwLock<T>(model::RwLock<T>);

impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(model::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
pub(crate) struct Mutex<T>(model::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(model::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, held: Some(self.hold()) }
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self) -> model::MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    /// Nothing while a [`Condvar`] waits.
    held: Option<model::MutexGuard<'a, T>>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_deref().expect("nobody uses the guard while it waits")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_deref_mut().expect("nobody uses the guard while it waits")
    }
}

/// The checker's own has no timeouts. A parked thread it may wake at any moment, which is taken for one.
#[derive(Default)]
pub(crate) struct Condvar(std::sync::Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    threads: VecDeque<(u64, Thread)>,
    next_number: u64,
}

pub(crate) struct WaitTimeoutResult {
    timed_out: bool,
}

impl WaitTimeoutResult {
    pub(crate) fn timed_out(&self) -> bool {
        self.timed_out
    }
}

impl Condvar {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn notify_one(&self) {
        switch();
        let first = self.with(|waiting| waiting.threads.pop_front());
        if let Some((_, thread)) = first {
            thread.unpark();
        }
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        self.wait_in_line(guard, false);
    }

    pub(crate) fn wait_for<T>(&self, guard: &mut MutexGuard<'_, T>, _: Duration) {
        self.wait_in_line(guard, true);
    }

    pub(crate) fn wait_until<T>(&self, guard: &mut MutexGuard<'_, T>, _: Instant) -> WaitTimeoutResult {
        self.wait_in_line(guard, true)
    }

    fn wait_in_line<T>(&self, guard: &mut MutexGuard<'_, T>, may_time_out: bool) -> WaitTimeoutResult {
        let number = self.with(|waiting| {
            waiting.next_number += 1;
            waiting.threads.push_back((waiting.next_number, current()));
            waiting.next_number
        });
        guard.held = None;
        let timed_out = loop {
            park();
            let place = |waiting: &mut Waiting| waiting.threads.iter().position(|(n, _)| *n == number);
            match self.with(place) {
                None => break false,
                Some(at) if may_time_out => {
                    self.with(|waiting| waiting.threads.remove(at));
                    break true;
                }
                Some(_) => {}
            }
        };
        guard.held = Some(guard.mutex.hold());
        WaitTimeoutResult { timed_out }
    }

    /// Nobody else goes on meanwhile.
    fn with<R>(&self, f: impl FnOnce(&mut Waiting) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Two may make a value at once; the first one that has it stays.
#[derive(Clone, Default)]
pub(crate) struct OnceLock<T>(std::sync::OnceLock<T>);

impl<T> OnceLock<T> {
    pub(crate) fn new() -> Self {
        Self(std::sync::OnceLock::new())
    }

    pub(crate) fn get(&self) -> Option<&T> {
        switch();
        self.0.get()
    }

    pub(crate) fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value;
        }
        let value = init();
        switch();
        self.0.get_or_init(|| value)
    }
}
