//! An allocator that counts the bytes which a thread has requested and not yet given back.

#![expect(
    unsafe_code,
    reason = "an allocator is unsafe by its nature; this one only counts for the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    /// Below zero where a thread frees what another one requested.
    static LIVE: Cell<isize> = const { Cell::new(0) };
}

/// A layout is never larger than `isize::MAX`.
fn count(plus: usize, minus: usize) {
    LIVE.set(LIVE.get() + plus.cast_signed() - minus.cast_signed());
}

// SAFETY: every request goes to the system's allocator as it came, and its answer is handed on. Counting neither
// allocates nor panics: the cell is made at compile time and has no destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size(), 0);
        // SAFETY: what the caller promises is what is asked.
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

/// Builds a value, and says how many bytes of what was requested meanwhile are still there.
pub(crate) fn measured<T>(build: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    let value = build();
    (value, usize::try_from(LIVE.get() - before).unwrap())
}
