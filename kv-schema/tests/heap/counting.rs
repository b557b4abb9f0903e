//! An allocator that counts the bytes that a thread has requested and not yet freed.

#![expect(
    unsafe_code,
    reason = "`GlobalAlloc` is an unsafe trait; this implementation counts and calls the system's allocator"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Negative if a thread frees bytes that another one requested.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// Updates the count. A layout is never larger than `isize::MAX`.
fn count(plus: usize, minus: usize) {
    LIVE.set(LIVE.get() + plus.cast_signed() - minus.cast_signed());
}

// SAFETY: every call is forwarded to the system's allocator with the same arguments, and its result
// is returned. Counting neither allocates nor panics: the cell is initialized at compile time and
// has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: the caller upholds the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        count(0, layout.size());
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size, layout.size());
        // SAFETY: as above.
        unsafe { System.realloc(at, layout, size) }
    }
}

/// Builds a value and returns it with the bytes that were requested meanwhile and not freed.
pub(crate) fn measured<T>(build: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    let value = build();
    (value, usize::try_from(LIVE.get() - before).unwrap())
}
