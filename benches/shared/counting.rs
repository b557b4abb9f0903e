//! An allocator that counts what is requested of it, while it is asked to.

#![expect(unsafe_code, reason = "an allocator is unsafe to implement; this one hands everything on")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};

struct Counting;

/// Counting is a write to memory that all threads share, which would be timed with every store that allocates.
static COUNTS: AtomicBool = AtomicBool::new(false);
/// Below zero where more was given back than requested since counting began.
static LIVE: AtomicIsize = AtomicIsize::new(0);

/// Counts while this runs.
pub fn during<R>(work: impl FnOnce() -> R) -> R {
    COUNTS.store(true, Ordering::Relaxed);
    let result = work();
    COUNTS.store(false, Ordering::Relaxed);
    result
}

/// How many bytes are requested and not given back. Only differences within one [`during`] mean anything.
pub fn live() -> isize {
    LIVE.load(Ordering::Relaxed)
}

fn count(requested: usize, given_back: usize) {
    if COUNTS.load(Ordering::Relaxed) {
        LIVE.fetch_add(requested.cast_signed() - given_back.cast_signed(), Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call is that of the system's allocator, with the same arguments.
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
