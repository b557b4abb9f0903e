//! Linux's coarse clock: the time of its last tick, read from memory alone. With it a read of an entry with a deadline takes
//! about two thirds of the time that it takes with the precise one (`cargo bench -p benches -- "get 1k"`).

#![expect(
    unsafe_code,
    reason = "the standard library has no coarse clock, and libc's functions are unsafe to call"
)]

use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub(super) struct CoarseClock {
    /// `None` where the start could not be told well enough.
    origin: Option<Duration>,
}

impl CoarseClock {
    /// A clock whose origin is now, or a moment later.
    pub(super) fn new() -> Self {
        // `Instant` is the clock `CLOCK_MONOTONIC`. Between its reading and this one the thread may have waited.
        let before = Instant::now();
        let origin = read(libc::CLOCK_MONOTONIC);
        let soon = before.elapsed() < Duration::from_millis(1);
        Self { origin: origin.filter(|_| soon) }
    }

    #[inline]
    pub(super) fn elapsed(self) -> Option<Duration> {
        Some(read(libc::CLOCK_MONOTONIC_COARSE)?.saturating_sub(self.origin?))
    }
}

/// The time since the machine was started.
#[inline]
fn read(clock: libc::clockid_t) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a place for what the call writes, and stays there during the call.
    let failed = unsafe { libc::clock_gettime(clock, &raw mut time) } != 0;
    if failed {
        return None;
    }
    Some(Duration::new(u64::try_from(time.tv_sec).ok()?, u32::try_from(time.tv_nsec).ok()?))
}

#[cfg(test)]
mod tests {
    use crate::clock::{Clock as _, SystemClock};

    #[test]
    fn it_goes_on_and_is_never_ahead_of_the_precise_clock() {
        let clock = SystemClock::new();
        assert!(clock.coarse.elapsed().is_some());
        let start = clock.roughly_now();
        while clock.roughly_now() == start {
            assert!(clock.roughly_now() <= clock.now());
        }
    }
}
