//! [`Wall`]: the time of day by way of the monotonic clock, so that a write reads one clock and not two.

use super::{SystemClock, nanos};
use crate::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// For how long the distance between the two clocks is taken to be the same. In a millisecond the system adjusts its time of
/// day by half a microsecond at most (`adjtimex`: 500 ppm); when somebody sets it, entries show it a millisecond late.
const TRUSTED_NANOS: u64 = 1_000_000;

/// How long measuring the distance may take to be exact.
const PROMPT_NANOS: u64 = 2_000;

/// How far the time of day is ahead of a [`SystemClock`], in nanoseconds.
#[derive(Debug, Default)]
pub(crate) struct Wall {
    /// When it was measured; zero when it never was.
    measured_at: AtomicU64,
    /// Whichever of the distances measured of late is here, it is right.
    distance: AtomicU64,
}

impl Wall {
    /// The nanoseconds since 1970 when the clock stood at `now`, which is a moment ago.
    #[inline]
    pub(crate) fn at(&self, now: u64, clock: &SystemClock) -> u64 {
        let measured_at = self.measured_at.load(Ordering::Acquire);
        if measured_at != 0 && now.saturating_sub(measured_at) < TRUSTED_NANOS {
            return now.saturating_add(self.distance.load(Ordering::Relaxed));
        }
        self.measure(now, clock)
    }

    #[cold]
    fn measure(&self, now: u64, clock: &SystemClock) -> u64 {
        let day = nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        let after = clock.precisely_now();
        // The thread may have waited between the readings. Then the time of day is that of the later one.
        if after - now.min(after) < PROMPT_NANOS {
            let then = now + (after - now.min(after)) / 2;
            self.distance.store(day.saturating_sub(then), Ordering::Relaxed);
            self.measured_at.store(then.max(1), Ordering::Release);
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shows_the_time_of_day() {
        let (clock, wall) = (SystemClock::new(), Wall::default());
        let day = || nanos(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default());
        for _ in 0..100_000 {
            let before = day();
            let shown = wall.at(clock.precisely_now(), &clock);
            let after = day();
            let slack = PROMPT_NANOS;
            assert!(before <= shown + slack && shown <= after + slack, "{before} {shown} {after}");
        }
    }
}
