//! [`Reads`]: how often reads by key found an entry.

use crate::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};
use crate::sync::{OnceLock, bound, process_wide, thread_local};
use std::cell::Cell;

/// How many threads at a time have a stripe that nobody else writes to, and so count by a load and a store: an atomic addition
/// takes a seventh of a read (`cargo bench -p benches -- "get 1k"`).
const OWNED: usize = bound(8, 1);

/// How many stripes the other threads share.
const SHARED: usize = 4;

/// Counts that many threads add to at once, each on a line of the cache of its own. Many a collection is never read by key,
/// and has none; of others, a stripe is made when its thread comes.
#[derive(Default)]
pub(super) struct Reads(OnceLock<Box<Stripes>>);

type Stripes = [OnceLock<Box<Stripe>>; OWNED + SHARED];

#[derive(Default)]
#[repr(align(64))]
struct Stripe {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Reads {
    #[inline]
    pub(super) fn count(&self, found: bool) {
        let number = stripe_of_thread();
        let stripe = self.0.get_or_init(Box::default)[number].get_or_init(Box::default);
        let counter = if found { &stripe.hits } else { &stripe.misses };
        if number < OWNED {
            // Nobody else adds to it meanwhile.
            counter.store(counter.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        } else {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many found an entry, and how many found none.
    pub(super) fn sums(&self) -> (u64, u64) {
        let stripes =
            || self.0.get().into_iter().flat_map(|stripes| stripes.iter().filter_map(OnceLock::get));
        let sum =
            |of: fn(&Stripe) -> &AtomicU64| stripes().map(|stripe| of(stripe).load(Ordering::Relaxed)).sum();
        (sum(|stripe| &stripe.hits), sum(|stripe| &stripe.misses))
    }
}

/// The stripe of this thread, in every collection.
#[inline]
fn stripe_of_thread() -> usize {
    // Where the system takes it from a thread that is at its end, that has none of its own any more.
    let known = STRIPE.try_with(Cell::get).unwrap_or(OWNED);
    if known < OWNED + SHARED { known } else { take_stripe() }
}

thread_local! {
    /// Beyond all, as long as the thread has none. It has no destructor, so that most systems leave it to the very end.
    static STRIPE: Cell<usize> = const { Cell::new(usize::MAX) };
    /// Taken once, and given back with the thread.
    static LEASE: Lease = Lease::take();
}

#[cold]
fn take_stripe() -> usize {
    let stripe = LEASE.try_with(|lease| lease.0).unwrap_or(OWNED);
    remember(stripe);
    stripe
}

fn remember(stripe: usize) {
    // Where that cannot be, there is no need.
    let _ = STRIPE.try_with(|known| known.set(stripe));
}

// A bit for each that is owned.
process_wide!(static TAKEN: AtomicU32 = AtomicU32::new(0));
process_wide!(static SHARERS: AtomicUsize = AtomicUsize::new(0));

struct Lease(usize);

impl Lease {
    fn take() -> Self {
        let take_first = |taken: u32| ((taken.trailing_ones() as usize) < OWNED).then(|| taken | (taken + 1));
        // Whoever had it before has counted before.
        match TAKEN.fetch_update(Ordering::Acquire, Ordering::Relaxed, take_first) {
            Ok(taken) => Self(taken.trailing_ones() as usize),
            Err(_) => Self(OWNED + SHARERS.fetch_add(1, Ordering::Relaxed) % SHARED),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.0 < OWNED {
            // What the thread counts from now on, in the destructors of others, is counted among others.
            remember(OWNED);
            TAKEN.fetch_and(!(1 << self.0), Ordering::Release);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_count_is_lost_among_more_threads_than_stripes_that_come_and_go() {
        const EACH: u64 = 1_000;
        let reads = Reads::default();
        for _ in 0..20 {
            std::thread::scope(|scope| {
                for _ in 0..2 * OWNED {
                    scope.spawn(|| {
                        (0..EACH).for_each(|n| reads.count(n % 4 > 0));
                    });
                }
            });
        }
        let all = 20 * 2 * OWNED as u64 * EACH;
        assert_eq!(reads.sums(), (all / 4 * 3, all / 4));
    }

    #[test]
    fn a_thread_counts_to_its_very_end() {
        struct Late<'a>(&'a Reads);

        impl Drop for Late<'_> {
            fn drop(&mut self) {
                self.0.count(true);
            }
        }

        std::thread_local! {
            static LATE: Cell<Option<Late<'static>>> = const { Cell::new(None) };
        }

        let reads: &'static Reads = Box::leak(Box::default());
        std::thread::spawn(|| {
            // Before or after the lease, as the system has it.
            LATE.with(|late| late.set(Some(Late(reads))));
            reads.count(true);
        })
        .join()
        .unwrap();
        assert_eq!(reads.sums(), (2, 0));
    }
}
