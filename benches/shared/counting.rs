//! A global allocator that counts the requested bytes while counting is enabled.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement; this one forwards every call")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

struct Counting;

/// Whether to count. Counting writes to memory that all threads share, which would distort timings.
static ENABLED: AtomicBool = AtomicBool::new(false);
/// Bytes requested minus bytes freed since counting began; may be negative.
static LIVE: AtomicIsize = AtomicIsize::new(0);

/// Runs a function with counting enabled.
pub fn during<R>(work: impl FnOnce() -> R) -> R {
    ENABLED.store(true, Ordering::Relaxed);
    let result = work();
    ENABLED.store(false, Ordering::Relaxed);
    result
}

/// Returns the bytes requested and not freed. Only differences within one call of [`during`] are
/// meaningful.
pub fn live() -> isize {
    LIVE.load(Ordering::Relaxed)
}

fn count(requested: usize, freed: usize) {
    if ENABLED.load(Ordering::Relaxed) {
        LIVE.fetch_add(requested.cast_signed() - freed.cast_signed(), Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every method calls the same method of `System` with the same arguments.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}
