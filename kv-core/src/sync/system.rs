//! The system's threads and atomics, and locks that are not poisoned by panics.

pub(crate) use parking_lot::{Condvar, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub(crate) use std::collections::HashMap;
pub(crate) use std::sync::{OnceLock, atomic};
pub(crate) use std::{thread, thread_local};

/// Declares a static that is shared by all stores of the process.
macro_rules! process_wide {
    (static $name:ident: $ty:ty = $value:expr) => {
        static $name: $ty = $value;
    };
}
pub(crate) use process_wide;

/// Releases a lock and hands it to a waiting thread, if there is one.
pub(crate) fn hand_over<T>(guard: RwLockWriteGuard<'_, T>) {
    RwLockWriteGuard::unlock_fair(guard);
}

/// Locks for reading, and spins before it sleeps. A writer holds a lock for a few microseconds;
/// sleeping and waking takes fifty.
#[inline]
pub(crate) fn read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    lock.try_read().unwrap_or_else(|| spin_read(lock))
}

#[cold]
fn spin_read<T>(lock: &RwLock<T>) -> RwLockReadGuard<'_, T> {
    /// About ten microseconds.
    const SPINS: usize = 200;
    for _ in 0..SPINS {
        (0..8).for_each(|_| std::hint::spin_loop());
        if let Some(guard) = lock.try_read() {
            return guard;
        }
    }
    lock.read()
}
