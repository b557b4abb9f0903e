//! [`Watchers`]: who waits for a collection to change.

use super::log::REMOVALS_WATCHED;
use crate::events;
use crate::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use crate::sync::{HashMap, Mutex};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

/// Who waits for a collection to change.
///
/// A writer only ever sets a flag and tells the store's thread, which wakes those whose prefix has changed.
#[derive(Default)]
pub(super) struct Watchers {
    waiting: Mutex<Waiting>,
    /// How many wait, for writers to see without the lock.
    count: AtomicUsize,
    /// Whether the thread was told and has not come yet.
    told: AtomicBool,
    closed: AtomicBool,
}

#[derive(Default)]
struct Waiting {
    by_ticket: HashMap<u64, (Arc<str>, Waker)>,
    next_ticket: u64,
    /// Up to which version those who were to be woken have been.
    woken_up_to: u64,
    /// Up to which version all have been.
    all_woken_up_to: u64,
}

/// After so many changes that are no concern of theirs all are woken, to look how far the log is: it forgets removals.
const ALL_AFTER: u64 = REMOVALS_WATCHED as u64 / 2;

impl Watchers {
    /// Lets nobody be woken by what has been up to a version.
    pub(super) fn start_at(&self, version: u64) {
        let mut waiting = self.waiting.lock();
        (waiting.woken_up_to, waiting.all_woken_up_to) = (version, version);
    }

    /// Has a waker woken when something under a prefix changes, in place of the ticket's last one. Who waits must look again
    /// after this, since it may just have changed.
    pub(super) fn wait(&self, ticket: &mut Option<u64>, prefix: &Arc<str>, waker: &Waker) {
        // Cloned, dropped and woken under no lock: wakers are application code.
        let waiter = (Arc::clone(prefix), waker.clone());
        let mut waiting = self.waiting.lock();
        let number = *ticket.get_or_insert_with(|| {
            waiting.next_ticket += 1;
            waiting.next_ticket
        });
        let replaced = waiting.by_ticket.insert(number, waiter);
        self.count.store(waiting.by_ticket.len(), Ordering::Relaxed);
        drop(waiting);
        drop(replaced);
    }

    /// Waits no more.
    pub(super) fn leave(&self, ticket: u64) {
        let mut waiting = self.waiting.lock();
        let left = waiting.by_ticket.remove(&ticket);
        self.count.store(waiting.by_ticket.len(), Ordering::Relaxed);
        drop(waiting);
        drop(left);
    }

    /// Whether the thread is to be told of a change. To be asked under the collection's lock, under which those who wait have
    /// looked after they began to wait.
    #[inline]
    pub(super) fn is_to_be_told(&self) -> bool {
        self.count.load(Ordering::Relaxed) > 0
            && !self.told.load(Ordering::Relaxed)
            && !self.told.swap(true, Ordering::AcqRel)
    }

    /// Wakes those whose prefix has changed. `changed` is given the version up to which others have been woken, and returns
    /// the one up to which it has looked, and whether something under a prefix changed in between.
    pub(super) fn wake<P: Fn(&str) -> bool>(&self, changed: impl FnOnce(u64) -> (u64, P)) {
        // Before it looks, so that whoever changes something after that tells again.
        self.told.store(false, Ordering::Release);
        let woken_up_to = self.waiting.lock().woken_up_to;
        let (looked_up_to, is_under) = changed(woken_up_to);
        let mut waiting = self.waiting.lock();
        waiting.woken_up_to = waiting.woken_up_to.max(looked_up_to);
        let all = looked_up_to.saturating_sub(waiting.all_woken_up_to) >= ALL_AFTER;
        if all {
            waiting.all_woken_up_to = looked_up_to;
        }
        let woken: Vec<_> = waiting.by_ticket.extract_if(|_, (prefix, _)| all || is_under(prefix)).collect();
        self.count.store(waiting.by_ticket.len(), Ordering::Relaxed);
        drop(waiting);
        for (_, (_, waker)) in woken {
            // One that panics is not the concern of the others.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
                // What it panicked with may panic as well when it is dropped.
                std::mem::forget(panic);
                events::panicked("waker");
            }
        }
    }

    /// Nothing changes any more.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.wake(|_| (0, |_: &str| true));
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Wake;

    #[derive(Default)]
    struct Counter(AtomicUsize);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn who_is_concerned_by_nothing_is_woken_before_the_log_has_forgotten() {
        let (watchers, counter) = (Watchers::default(), Arc::new(Counter::default()));
        let (mut ticket, waker) = (None, Waker::from(Arc::clone(&counter)));
        watchers.start_at(1_000);
        watchers.wait(&mut ticket, &Arc::from("a"), &waker);
        let mut changes = 0;
        while counter.0.load(Ordering::Relaxed) == 0 {
            changes += 10;
            watchers.wake(|_| (1_000 + changes, |_: &str| false));
            assert!(changes < REMOVALS_WATCHED as u64);
        }
        watchers.wait(&mut ticket, &Arc::from("a"), &waker);
        watchers.wake(|_| (1_000 + changes + 10, |_: &str| false));
        assert_eq!(counter.0.load(Ordering::Relaxed), 1, "and not by each change from then on");
        watchers.wake(|_| (1_000 + changes + 20, |prefix: &str| prefix == "a"));
        assert_eq!(counter.0.load(Ordering::Relaxed), 2);
    }
}
