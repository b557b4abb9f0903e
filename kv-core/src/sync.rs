//! The locks of the crate, in one place, so that a model checker can stand in for them.

pub(crate) use parking_lot::{Condvar, Mutex, RwLock, RwLockWriteGuard};

/// Releases a lock to whoever waits for it, if somebody does, and not to who asks again first.
pub(crate) fn hand_over<T>(guard: RwLockWriteGuard<'_, T>) {
    RwLockWriteGuard::unlock_fair(guard);
}
