//! [`Reads`]: how often reads by key found an entry.

use crate::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use crate::sync::{OnceLock, process_wide, thread_local};

/// How many threads count without meeting. Others share.
const STRIPES: usize = 4;

/// Counts that many threads add to at once, each on a line of the cache of its own. Many a collection is never read by key,
/// and has none.
#[derive(Default)]
pub(super) struct Reads(OnceLock<Box<[Stripe; STRIPES]>>);

#[derive(Default)]
#[repr(align(64))]
struct Stripe {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Reads {
    #[inline]
    pub(super) fn count(&self, found: bool) {
        let stripe = &self.0.get_or_init(Box::default)[thread_number() % STRIPES];
        let counter = if found { &stripe.hits } else { &stripe.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// How many found an entry, and how many found none.
    pub(super) fn sums(&self) -> (u64, u64) {
        let sum = |of: fn(&Stripe) -> &AtomicU64| {
            self.0
                .get()
                .into_iter()
                .flat_map(|stripes| stripes.iter())
                .map(|stripe| of(stripe).load(Ordering::Relaxed))
                .sum()
        };
        (sum(|stripe| &stripe.hits), sum(|stripe| &stripe.misses))
    }
}

/// A number for this thread, one after the other.
#[inline]
fn thread_number() -> usize {
    process_wide!(static THREADS: AtomicUsize = AtomicUsize::new(0));
    thread_local! {
        static NUMBER: usize = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    // A thread that is at its end has none any more.
    NUMBER.try_with(|number| *number).unwrap_or(0)
}
