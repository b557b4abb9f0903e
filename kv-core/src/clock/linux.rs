//! Linux's monotonic clock as a number, precise or coarse (as of the last tick, read from memory).
//!
//! With the coarse clock, reading an entry with a deadline takes about two thirds of the time. A
//! precise reading takes a tenth less than `Instant` and `Duration`. Source:
//! `cargo bench -p benches -- 1k`.

#![expect(
    unsafe_code,
    reason = "the standard library has no coarse clock, and libc's functions are unsafe to call"
)]

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(super) struct MonotonicClock {
    /// Nanoseconds since the machine was started, or `None` if they could not be read reliably.
    origin: Option<u64>,
}

impl MonotonicClock {
    /// Creates a clock whose origin is now or slightly later.
    pub(super) fn new() -> Self {
        // `Instant` reads `CLOCK_MONOTONIC`. The thread may have been suspended between the
        // readings.
        let before = Instant::now();
        let origin = read(libc::CLOCK_MONOTONIC);
        let soon = before.elapsed() < Duration::from_millis(1);
        Self { origin: origin.filter(|_| soon) }
    }

    /// Returns the nanoseconds since the origin.
    #[inline]
    pub(super) fn elapsed(self) -> Option<u64> {
        Some(read(libc::CLOCK_MONOTONIC)?.saturating_sub(self.origin?))
    }

    /// Returns the nanoseconds from the origin to the last tick.
    #[inline]
    pub(super) fn coarse_elapsed(self) -> Option<u64> {
        Some(read(libc::CLOCK_MONOTONIC_COARSE)?.saturating_sub(self.origin?))
    }
}

/// Returns the nanoseconds since the machine was started.
#[inline]
fn read(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is valid for writes of a `timespec` during the call.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) } != 0;
    if failed {
        return None;
    }
    let seconds = u64::try_from(time.tv_sec).ok()?;
    seconds.checked_mul(1_000_000_000)?.checked_add(u64::try_from(time.tv_nsec).ok()?)
}

#[cfg(test)]
mod tests {
    use crate::clock::SystemClock;

    #[test]
    fn coarse_clock_advances_and_is_never_ahead_of_the_precise_one() {
        let clock = SystemClock::new();
        assert!(clock.monotonic.elapsed().is_some());
        let start = clock.coarse_now();
        while clock.coarse_now() == start {
            assert!(clock.coarse_now() <= clock.precise_now());
        }
    }
}
