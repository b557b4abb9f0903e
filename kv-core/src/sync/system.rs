//! The system's threads and atomics, and locks that no panic poisons.

pub(crate) use parking_lot::{Condvar, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub(crate) use std::collections::HashMap;
pub(crate) use std::sync::{OnceLock, atomic};
pub(crate) use std::{thread, thread_local};

/// Declares what is shared by all stores of the process.
macro_rules! process_wide {
    (static $name:ident: $ty:ty = $value:expr) => {
        static $name: $ty = $value;
    };
}
pub(crate) use process_wide;

/// Releases a lock to whoever waits for it, if somebody does, and not to who asks again first.
pub(crate) fn hand_over<T>(guard: RwLockWriteGuard<'_, T>) {
    RwLockWriteGuard::unlock_fair(guard);
}

/// Locks for reading. A writer holds a lock for a microsecond or a few; to sleep and be woken takes fifty.
#[inline]
pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.try_read().unwrap_or_else(|| read_when_free(lock))
}

#[cold]
fn read_when_free<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    /// Some ten microseconds.
    const PATIENCE: usize = 200;
    for _ in 0..PATIENCE {
        (0..8).for_each(|_| std::hint::spin_loop());
        if let Some(guard) = lock.try_read() {
            return guard;
        }
    }
    lock.read()
}
