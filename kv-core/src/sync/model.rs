//! Replacements that the model checker `shuttle` observes: at each use it may switch to another
//! thread.
//!
//! All atomic operations have one total order, regardless of the ordering requested. No time
//! passes: a wait with a timeout may time out at any moment, but not if all other threads are
//! blocked. Then the checker reports a deadlock, so a lost wake-up is found even where a timeout
//! would end the wait.

#![expect(clippy::expect_used, reason = "only used in tests")]

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

/// A map with a fixed iteration order, so that a schedule can be replayed.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<DefaultHasher>>;

/// Declares a static that is created again for each execution of the checker.
macro_rules! process_wide {
    (static $name:ident: $ty:ty = $value:expr) => {
        ::shuttle::lazy_static! { static ref $name: $ty = $value; }
    };
}
pub(crate) use process_wide;

/// Lets the checker switch to another thread.
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
    /// `None` while a [`Condvar`] waits.
    held: Option<model::MutexGuard<'a, T>>,
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.held.as_deref().expect("the guard is not used while it waits")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.held.as_deref_mut().expect("the guard is not used while it waits")
    }
}

/// A condition variable with timeouts, which the checker's own does not have. The checker may
/// unpark a thread at any moment, which counts as a timeout.
#[derive(Default)]
pub(crate) struct Condvar(std::sync::Mutex<WaitQueue>);

#[derive(Default)]
struct WaitQueue {
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
            let index = |waiting: &mut WaitQueue| waiting.threads.iter().position(|(n, _)| *n == number);
            match self.with(index) {
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

    /// Runs `f` on the queue without a switch to another thread.
    fn with<R>(&self, f: impl FnOnce(&mut WaitQueue) -> R) -> R {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A cell whose value two threads may compute at once. The first value to be set wins.
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
